/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: the links of a namespace.
 */
#ifndef _NET_LINK_LINKS_H
#define _NET_LINK_LINKS_H

#include <linux/list.h>
#include <strata/link.h>

/**
 * struct strata_link_net - the links of one namespace
 * @sn: the namespace's stack
 * @links: &struct strata_link in order of attachment; written under RTNL and
 *	strata_net.config, read under either or RCU
 * @loopback: the link of slo; as @links
 * @ipv4: what links are to do that are attached from now on; net.strata.*
 * @ipv6: likewise
 * @sysctls: these
 * @node: in the list of all namespaces; RTNL
 */
struct strata_link_net {
	struct strata_net *sn;
	struct list_head links;
	struct strata_link __rcu *loopback;
	struct strata_link_conf ipv4;
	struct strata_link_conf ipv6;
	struct ctl_table_header *sysctls;
	struct list_head node;
};

/* Every namespace's links. Context: RTNL held. */
extern struct list_head strata_link_nets;

int strata_link_conf_init(struct strata_link_net *ln);
void strata_link_conf_exit(struct strata_link_net *ln);
void strata_link_conf_default(struct strata_link *link);

void strata_link_event(struct strata_link *link, enum strata_link_event event);

#endif /* _NET_LINK_LINKS_H */
