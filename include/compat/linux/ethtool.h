/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ethtool's access to the key and the indirection table of receive side scaling:
 * a driver writes get and set for struct ethtool_rxfh_param, and says
 * STRATA_RXFH_OPS(get, set) in its ethtool_ops, after STRATA_RXFH_GET(get) and
 * STRATA_RXFH_SET(set) beside the functions.
 */
#ifndef _COMPAT_LINUX_ETHTOOL_H
#define _COMPAT_LINUX_ETHTOOL_H

#include_next <linux/ethtool.h>

#ifdef HAVE_STRATA_ETHTOOL_RXFH_PARAM
#define STRATA_RXFH_GET(get)
#define STRATA_RXFH_SET(set)
#define STRATA_RXFH_OPS(get, set)	.get_rxfh = get, .set_rxfh = set
#else
struct ethtool_rxfh_param {
	u8 hfunc;
	u32 *indir;
	u8 *key;
};

#define STRATA_RXFH_GET(get)						\
static int get##_compat(struct net_device *dev, u32 *indir, u8 *key,	\
			u8 *hfunc)					\
{									\
	struct ethtool_rxfh_param param = {				\
		.indir = indir,						\
		.key = key,						\
	};								\
	int err = get(dev, &param);					\
									\
	if (!err && hfunc)						\
		*hfunc = param.hfunc;					\
	return err;							\
}

#define STRATA_RXFH_SET(set)						\
static int set##_compat(struct net_device *dev, const u32 *indir,	\
			const u8 *key, const u8 hfunc)			\
{									\
	struct ethtool_rxfh_param param = {				\
		.hfunc = hfunc,						\
		.indir = (u32 *)indir,					\
		.key = (u8 *)key,					\
	};								\
									\
	return set(dev, &param, NULL);					\
}

#define STRATA_RXFH_OPS(get, set)					\
	.get_rxfh = get##_compat, .set_rxfh = set##_compat
#endif

#endif /* _COMPAT_LINUX_ETHTOOL_H */
