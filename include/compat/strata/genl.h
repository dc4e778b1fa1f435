/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The attributes of a generic netlink dump request, where the kernel that is
 * built for keeps them.
 */
#ifndef _COMPAT_STRATA_GENL_H
#define _COMPAT_STRATA_GENL_H

#include <net/genetlink.h>

static inline struct nlattr **strata_genl_dump_attrs(struct netlink_callback *cb)
{
#ifdef HAVE_STRATA_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return (struct nlattr **)genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* _COMPAT_STRATA_GENL_H */
