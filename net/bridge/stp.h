/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: the spanning tree of a bridge of devices.
 */
#ifndef _NET_BRIDGE_STP_H
#define _NET_BRIDGE_STP_H

#include "bridge.h"

/* strata_bridge.stp_state, and `ip link set … type strata_bridge stp_state N` */
#define STRATA_BRIDGE_STP_OFF	0
#define STRATA_BRIDGE_STP_STP	1
#define STRATA_BRIDGE_STP_RSTP	2

/* An identifier as netlink has it: priority and address. */
static inline void strata_bridge_fill_id(struct ifla_bridge_id *id, u64 value)
{
	id->prio[0] = value >> 56;
	id->prio[1] = value >> 48;
	u64_to_ether_addr(value, id->addr);
}

void strata_bridge_stp_rx(struct strata_bridge_port *port, struct sk_buff *skb);
void strata_bridge_stp_port_add(struct strata_bridge_port *port);
void strata_bridge_stp_port_del(struct strata_bridge_port *port);
void strata_bridge_stp_port_enable(struct strata_bridge_port *port, bool up);
void strata_bridge_stp_port_change(struct strata_bridge_port *port);
void strata_bridge_stp_set(struct strata_bridge *br, u32 state);
void strata_bridge_stp_renew(struct strata_bridge *br);
void strata_bridge_stp_init(struct strata_bridge *br);
void strata_bridge_stp_exit(struct strata_bridge *br);

#endif /* _NET_BRIDGE_STP_H */
