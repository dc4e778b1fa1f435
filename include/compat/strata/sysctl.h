/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Register a namespace's sysctls: @table has an end mark after @count entries.
 * Later kernels want to be told the number, earlier ones look for the mark. And a
 * handler's table is constant in later ones.
 */
#ifndef _COMPAT_STRATA_SYSCTL_H
#define _COMPAT_STRATA_SYSCTL_H

#include <net/net_namespace.h>

/* What a proc_handler is given. */
#ifdef HAVE_STRATA_PROC_HANDLER_CONST
#define STRATA_SYSCTL_TABLE	const struct ctl_table
#else
#define STRATA_SYSCTL_TABLE	struct ctl_table
#endif

static inline struct ctl_table_header *
strata_register_net_sysctl(struct net *net, const char *path,
			   struct ctl_table *table, size_t count)
{
#ifdef HAVE_STRATA_REGISTER_NET_SYSCTL_SZ
	return register_net_sysctl_sz(net, path, table, count);
#else
	return register_net_sysctl(net, path, table);
#endif
}

#endif /* _COMPAT_STRATA_SYSCTL_H */
