/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: what netlink may say about a port.
 */
#ifndef _NET_BRIDGE_PORTLINK_H
#define _NET_BRIDGE_PORTLINK_H

#include <linux/bits.h>
#include <linux/if_link.h>
#include <net/netlink.h>

/* Of a group_fwd_mask: 01-80-c2-00-00-01 */
#define STRATA_BRIDGE_GROUP_PAUSE	BIT(1)

extern const struct nla_policy strata_bridge_port_policy[IFLA_BRPORT_MAX + 1];

#endif /* _NET_BRIDGE_PORTLINK_H */
