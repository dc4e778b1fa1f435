// SPDX-License-Identifier: GPL-2.0
/* register_net_sysctl_sz exists */
#include <net/net_namespace.h>

void *probe(struct net *net, struct ctl_table *table)
{
	return register_net_sysctl_sz(net, "net/strata", table, 1);
}
