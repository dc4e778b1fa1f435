/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Later kernels want to be told what a device can do for XDP: all of it. A macro,
 * for where this is included a net_device is not known yet.
 */
#ifndef _COMPAT_NET_XDP_H
#define _COMPAT_NET_XDP_H

#include_next <net/xdp.h>

#ifdef HAVE_STRATA_XDP_FEATURES
#define strata_xdp_set_features(dev)					\
	((dev)->xdp_features = NETDEV_XDP_ACT_BASIC |			\
			       NETDEV_XDP_ACT_REDIRECT |		\
			       NETDEV_XDP_ACT_NDO_XMIT |		\
			       NETDEV_XDP_ACT_RX_SG |			\
			       NETDEV_XDP_ACT_NDO_XMIT_SG)
#else
#define strata_xdp_set_features(dev)	((void)(dev))
#endif

#endif /* _COMPAT_NET_XDP_H */
