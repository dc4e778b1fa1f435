// SPDX-License-Identifier: GPL-2.0
/*
 * Frames leave the bridge: through one port, or through all that may hear them.
 */
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/skbuff.h>
#include <strata/xmit.h>
#include "bridge.h"
#include "hook.h"
#include "vlan.h"

/* May a frame of @from in @vid leave through @port? IEEE 802.1D-1998 7.7.1 */
static __always_inline bool may_leave(const struct strata_bridge_port *port,
				      const struct strata_bridge_port *from,
				      u16 vid)
{
	u32 flags = READ_ONCE(port->flags);

	if (READ_ONCE(port->state) != BR_STATE_FORWARDING)
		return false;
	if (port == from && !(flags & STRATA_BRIDGE_PORT_HAIRPIN))
		return false;
	if (flags & READ_ONCE(from->flags) & STRATA_BRIDGE_PORT_ISOLATED)
		return false;
	return !vid || READ_ONCE(port->vlan[vid]) & STRATA_BRIDGE_VLAN_MEMBER;
}

/* The bridge's own device may also listen to what is not for it. */
static bool host_may_hear(const struct strata_bridge *br,
			  const struct strata_bridge_port *from, u16 vid)
{
	return br->dev->flags & IFF_PROMISC ? from != &br->host :
					      may_leave(&br->host, from, vid);
}

static void pass_up(struct strata_bridge *br, struct sk_buff *skb, u16 vid)
{
	if (!strata_bridge_hook(br, STRATA_HOOK_L2_INPUT, skb->dev, NULL, skb,
				vid))
		return;
	skb->dev = br->dev;
	strata_bridge_vlan_leave(&br->host, skb, vid);
	dev_sw_netstats_rx_add(br->dev, skb->len);
	netif_receive_skb(skb);
}

/* A checksum to be filled in is found through the network header, which lies
 * behind a tag that is in the frame's bytes. Return: false if there is none.
 */
static bool find_network_header(struct sk_buff *skb)
{
	int depth;

	if (!__vlan_get_protocol(skb, skb->protocol, &depth))
		return false;
	skb_set_network_header(skb, depth);
	return true;
}

static bool fits(const struct net_device *dev, const struct sk_buff *skb)
{
	/* A tag beside the frame's own bytes does not count, nor one in them. */
	return skb->len <= READ_ONCE(dev->mtu) + VLAN_HLEN ||
	       skb_is_gso(skb);
}

/* On the way between the ports: a frame of the host's, or another station's. */
static __always_inline bool hook_between(const struct strata_bridge_port *port,
					 struct sk_buff *skb, u16 vid)
{
	const struct strata_bridge *br = port->br;

	/* Whose it is, nobody asks while nobody looks. */
	if (!strata_hook_is_used(STRATA_HOOK_L2_FORWARD) &&
	    !strata_hook_is_used(STRATA_HOOK_L2_OUTPUT))
		return true;
	if (skb->dev == br->dev)
		return strata_bridge_hook(br, STRATA_HOOK_L2_OUTPUT, skb->dev,
					  port->dev, skb, vid);
	return strata_bridge_hook(br, STRATA_HOOK_L2_FORWARD, skb->dev,
				  port->dev, skb, vid);
}

/* Owns @skb, which may leave through @port. */
static __always_inline void leave(struct strata_bridge_port *port,
				  struct sk_buff *skb, u16 vid)
{
	const struct net_device *in = skb->dev;
	struct strata_bridge *br = port->br;

	if (unlikely(port == &br->host)) {
		pass_up(br, skb, vid);
		return;
	}
	if (unlikely(!fits(port->dev, skb))) {
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_TOO_BIG);
		return;
	}
	if (!hook_between(port, skb, vid))
		return;
	skb->dev = port->dev;
	strata_bridge_vlan_leave(port, skb, vid);
	if (!strata_bridge_hook(br, STRATA_HOOK_L2_POSTROUTING, in, port->dev,
				skb, 0))
		return;
	/* The sum over the whole frame is of no use to who sends it. */
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	/* When it came in is not when it is to go out, which qdiscs read there. */
	skb_clear_tstamp(skb);
	skb_push(skb, ETH_HLEN);
	if (unlikely(skb->ip_summed == CHECKSUM_PARTIAL &&
		     eth_type_vlan(skb->protocol)) &&
	    !find_network_header(skb)) {
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_VLAN);
		return;
	}
	strata_xmit(skb);
}

/**
 * strata_bridge_forward() - send a frame to a station whose port is known
 * @port: that port, or the host's
 * @skb: the frame, data behind its Ethernet header. Owned afterwards
 * @from: where it came in, or the host's
 * @vid: its VLAN, 0: the bridge is not VLAN-aware
 *
 * Context: softirq, RCU.
 */
void strata_bridge_forward(struct strata_bridge_port *port,
			   struct sk_buff *skb,
			   const struct strata_bridge_port *from, u16 vid)
{
	struct strata_bridge *br = port->br;
	struct sk_buff *copy;

	if (unlikely(br->dev->flags & IFF_PROMISC) && port != &br->host &&
	    host_may_hear(br, from, vid)) {
		copy = skb_clone(skb, GFP_ATOMIC);
		if (copy)
			pass_up(br, copy, vid);
	}
	if (likely(may_leave(port, from, vid)))
		leave(port, skb, vid);
	else
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_NO_PORT);
}

/* Sends a copy through @port. */
static void leave_copy(struct strata_bridge_port *port,
		       const struct sk_buff *skb, u16 vid)
{
	struct sk_buff *copy = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);

	if (likely(copy))
		leave(port, copy, vid);
	else
		strata_drop(port->br->sn, NULL, STRATA_DROP_NO_MEMORY);
}

/* Of ports in a row each gets a copy when the next one is found, so that the
 * last gets the frame itself. Return: @port, the last so far.
 */
static __always_inline struct strata_bridge_port *
copy_before(struct strata_bridge_port *last, struct strata_bridge_port *port,
	    const struct sk_buff *skb, u16 vid)
{
	if (last)
		leave_copy(last, skb, vid);
	return port;
}

/**
 * strata_bridge_flood() - send a frame through every port that may hear it
 * @br: the bridge
 * @skb: the frame, data behind its Ethernet header. Owned afterwards
 * @from: where it came in, or the host's
 * @vid: its VLAN, 0: the bridge is not VLAN-aware
 * @kind: the port flag that allows it to leave, 0: none is needed
 * @host: the bridge's own device is to hear it too
 *
 * All but the last port get copies; the last gets the frame itself.
 *
 * Context: softirq, RCU.
 */
void strata_bridge_flood(struct strata_bridge *br, struct sk_buff *skb,
			 const struct strata_bridge_port *from, u16 vid,
			 u32 kind, bool host)
{
	struct strata_bridge_port *port, *last = NULL;

	if ((host || br->dev->flags & IFF_PROMISC) &&
	    host_may_hear(br, from, vid))
		last = &br->host;
	list_for_each_entry_rcu(port, &br->ports, node) {
		if ((READ_ONCE(port->flags) & kind) != kind ||
		    !may_leave(port, from, vid))
			continue;
		last = copy_before(last, port, skb, vid);
	}
	if (last)
		leave(last, skb, vid);
	else
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_NO_PORT);
}

/* The bridge's own device hears everything while it is promiscuous, whoever listens. */
static void promiscuous_copy(const struct strata_bridge_port *from,
			     const struct sk_buff *skb, u16 vid)
{
	struct strata_bridge *br = from->br;

	if (unlikely(br->dev->flags & IFF_PROMISC) &&
	    host_may_hear(br, from, vid))
		leave_copy(&br->host, skb, vid);
}

static bool wants(const struct strata_mdb_member *member,
		  const struct strata_mcast_message *message)
{
	return !message ||
	       strata_mcast_filter_passes(rcu_dereference(member->filter),
					  &message->source);
}

/* Has it been given a copy already? */
static bool is_promiscuous(const struct strata_bridge_port *port)
{
	return port == &port->br->host && port->dev->flags & IFF_PROMISC;
}

/**
 * strata_bridge_forward_group() - send a frame to who listens, and to routers
 * @from: where it came in, or the host's
 * @skb: the frame, data behind its Ethernet header. Owned afterwards
 * @vid: its VLAN, 0: the bridge is not VLAN-aware
 * @group: that it is sent to; NULL: nobody listens
 * @message: the frame, read; NULL: of no family that is routed
 *
 * A router hears a group once, whether it listens or not. Context: softirq, RCU.
 */
void strata_bridge_forward_group(const struct strata_bridge_port *from,
				 struct sk_buff *skb, u16 vid,
				 const struct strata_mdb_group *group,
				 const struct strata_mcast_message *message)
{
	struct strata_bridge_port *port, *last = NULL;
	const struct strata_mdb_member *member;

	promiscuous_copy(from, skb, vid);
	if (group) {
		hlist_for_each_entry_rcu(member, &group->members, node) {
			port = member->port;
			if ((message && READ_ONCE(port->router.is[message->family])) ||
			    is_promiscuous(port) || !wants(member, message) ||
			    !may_leave(port, from, vid))
				continue;
			last = copy_before(last, port, skb, vid);
		}
	}
	hlist_for_each_entry_rcu(port, &from->br->mcast.routers, router.node) {
		if (!message || !READ_ONCE(port->router.is[message->family]) ||
		    is_promiscuous(port) || !may_leave(port, from, vid))
			continue;
		last = copy_before(last, port, skb, vid);
	}
	if (last)
		leave(last, skb, vid);
	else
		consume_skb(skb);	/* as it should: nobody listens */
}

/**
 * strata_bridge_send_copy() - send a frame of the bridge's own
 * @port: where, or the host's
 * @skb: the frame, data behind its Ethernet header
 * @vid: its VLAN, 0: the bridge is not VLAN-aware
 *
 * Context: softirqs off, RCU.
 */
void strata_bridge_send_copy(struct strata_bridge_port *port,
			     const struct sk_buff *skb, u16 vid)
{
	if (READ_ONCE(port->state) == BR_STATE_FORWARDING &&
	    (!vid || READ_ONCE(port->vlan[vid]) & STRATA_BRIDGE_VLAN_MEMBER))
		leave_copy(port, skb, vid);
}
