// SPDX-License-Identifier: GPL-2.0
/*
 * Frames enter the bridge, from a port or from the host: what they teach, and
 * where they go.
 */
#include <linux/etherdevice.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <strata/direct.h>
#include "bridge.h"
#include "hook.h"
#include "stp.h"
#include "vlan.h"

/* Last byte of the reserved groups 01-80-c2-00-00-0x, IEEE 802.1D table 7-9 */
#define GROUP_STP	0x00
#define GROUP_PAUSE	0x01

/* Only stations that are known at the port may speak (IEEE 802.1X). */
static bool is_locked_out(const struct strata_bridge_port *port, u64 source)
{
	const struct strata_bridge_fdb *fdb;

	fdb = strata_bridge_fdb_find(&port->br->fdb, source);
	return !fdb || READ_ONCE(fdb->port) != port ||
	       READ_ONCE(fdb->flags) & STRATA_BRIDGE_FDB_LOCAL;
}

/* To a group, or to all. Owns @skb. */
static void to_many(struct strata_bridge *br, struct strata_bridge_port *from,
		    struct sk_buff *skb, u16 vid)
{
	u32 kind = STRATA_BRIDGE_PORT_MCAST_FLOOD;

	if (is_broadcast_ether_addr(eth_hdr(skb)->h_dest)) {
		u32 limit = READ_ONCE(from->bcast_limit);

		kind = STRATA_BRIDGE_PORT_BCAST_FLOOD;
		if (unlikely(limit) &&
		    !strata_bridge_storm_conforms(from, limit, ktime_get_ns())) {
			strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_STORM);
			return;
		}
	} else {
		if (from != &br->host)
			this_cpu_inc(*br->multicast);
		if (READ_ONCE(br->mcast.snooping)) {
			strata_mcast_rx(from, skb, vid);
			return;
		}
	}
	/* What the host says to many is not held back by the ports' flags. */
	if (from == &br->host)
		kind = 0;
	strata_bridge_flood(br, skb, from, vid, kind, true);
}

/* To one station. Owns @skb. */
static __always_inline void to_one(struct strata_bridge *br,
				   struct strata_bridge_port *from,
				   struct sk_buff *skb, u16 vid)
{
	u64 key = strata_bridge_fdb_key(eth_hdr(skb)->h_dest, vid);
	struct strata_bridge_fdb *fdb =
		strata_bridge_fdb_find_recent(&br->fdb, key);
	u32 now = (u32)jiffies;

	if (unlikely(!fdb)) {
		strata_count(br->sn, BRIDGE_FLOODED);
		strata_bridge_flood(br, skb, from, vid,
				    STRATA_BRIDGE_PORT_FLOOD, false);
		return;
	}
	if (unlikely(READ_ONCE(fdb->flags) & STRATA_BRIDGE_FDB_LOCAL)) {
		strata_bridge_forward(&br->host, skb, from, vid);
		return;
	}
	if (READ_ONCE(fdb->used) != now)
		WRITE_ONCE(fdb->used, now);
	strata_bridge_forward(READ_ONCE(fdb->port), skb, from, vid);
}

/* Decides which VLAN a frame is in. *@pskb may be another buffer afterwards.
 * Return: false if it may not enter; it is dropped then.
 */
static __always_inline bool enter_vlan(struct strata_bridge_port *port,
				       struct sk_buff **pskb, u16 *vid)
{
	struct strata_bridge *br = port->br;

	*vid = 0;
	if (!(READ_ONCE(br->options) & STRATA_BRIDGE_VLAN_FILTERING))
		return true;
	if (unlikely(strata_bridge_vlan_is_odd(br, *pskb))) {
		*pskb = strata_bridge_vlan_odd(br, *pskb);
		if (!*pskb)
			return false;
	}
	*vid = strata_bridge_vlan_classify(br, port, *pskb);
	if (likely(*vid))
		return true;
	strata_drop(br->sn, *pskb, STRATA_DROP_BRIDGE_VLAN);
	return false;
}

/* A frame from a port that listens. Owns @skb. */
static __always_inline void enter(struct strata_bridge_port *port,
				  struct sk_buff *skb, u8 state)
{
	u32 flags = READ_ONCE(port->flags);
	struct strata_bridge *br = port->br;
	u64 source;
	u16 vid;

	if (!enter_vlan(port, &skb, &vid))
		return;
	source = strata_bridge_fdb_key(eth_hdr(skb)->h_source, vid);
	if (unlikely(flags & STRATA_BRIDGE_PORT_LOCKED) &&
	    is_locked_out(port, source)) {
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_LOCKED);
		return;
	}
	if (likely(flags & STRATA_BRIDGE_PORT_LEARNING))
		strata_bridge_fdb_learn(br, port, source);
	if (unlikely(state == BR_STATE_LEARNING))
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_STATE);
	else if (unlikely(is_multicast_ether_addr(eth_hdr(skb)->h_dest)))
		to_many(br, port, skb, vid);
	else
		to_one(br, port, skb, vid);
}

/* A frame that stays on its port tells where its sender is all the same. */
static void learn_only(struct strata_bridge_port *port, struct sk_buff *skb)
{
	struct strata_bridge *br = port->br;
	u8 state = READ_ONCE(port->state);
	u16 vid = 0;

	if (!(READ_ONCE(port->flags) & STRATA_BRIDGE_PORT_LEARNING) ||
	    READ_ONCE(br->options) & STRATA_BRIDGE_NO_LL_LEARN ||
	    (state != BR_STATE_LEARNING && state != BR_STATE_FORWARDING))
		return;
	if (READ_ONCE(br->options) & STRATA_BRIDGE_VLAN_FILTERING) {
		if (strata_bridge_vlan_is_odd(br, skb))
			return;
		vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;
		vid = vid ?: READ_ONCE(port->pvid);
		if (!(READ_ONCE(port->vlan[vid]) & STRATA_BRIDGE_VLAN_MEMBER))
			return;
	}
	strata_bridge_fdb_learn(br, port,
				strata_bridge_fdb_key(eth_hdr(skb)->h_source,
						      vid));
}

/* Before anything is learned of a frame. Owns @skb if the answer is no. */
static __always_inline bool hook_entering(const struct strata_bridge_port *port,
					  struct sk_buff *skb)
{
	return strata_bridge_hook(port->br, STRATA_HOOK_L2_PREROUTING,
				  port->dev, NULL, skb, 0);
}

/**
 * enum reserved - what becomes of a frame to a reserved group
 * @RESERVED_FORWARD: it is forwarded as others are
 * @RESERVED_HOST: it stays on its port, and is the host's
 * @RESERVED_TREE: it is the spanning tree's
 * @RESERVED_DROP: nobody may see it
 */
enum reserved {
	RESERVED_FORWARD,
	RESERVED_HOST,
	RESERVED_TREE,
	RESERVED_DROP,
};

/* IEEE 802.1D-1998 7.12.6: frames to reserved groups are not forwarded, but
 * without a spanning tree those of the spanning tree are, so that somebody
 * else's finds the loops.
 */
static enum reserved judge_reserved(const struct strata_bridge_port *port,
				    const u8 *dest)
{
	u16 mask = READ_ONCE(port->group_fwd_mask) |
		   READ_ONCE(port->br->group_fwd_mask);
	u8 group = dest[ETH_ALEN - 1];

	if (group == GROUP_PAUSE)
		return RESERVED_DROP;
	if (group == GROUP_STP)
		return READ_ONCE(port->br->stp_on) ? RESERVED_TREE :
						     RESERVED_FORWARD;
	return mask & BIT(group) ? RESERVED_FORWARD : RESERVED_HOST;
}

/* A frame of a station's, from one that may speak. Owns @skb. */
static __always_inline void rx_usual(struct strata_bridge_port *port,
				     struct sk_buff *skb)
{
	u8 state = READ_ONCE(port->state);

	if (unlikely(state != BR_STATE_FORWARDING &&
		     state != BR_STATE_LEARNING)) {
		strata_drop(port->br->sn, skb, STRATA_DROP_BRIDGE_STATE);
		return;
	}
	if (!hook_entering(port, skb))
		return;
	/* For the bridge itself, whichever port's address it was sent to. */
	if (ether_addr_equal(port->br->dev->dev_addr, eth_hdr(skb)->h_dest))
		skb->pkt_type = PACKET_HOST;
	enter(port, skb, state);
}

/**
 * strata_bridge_rx() - the rx_handler of every port
 * @pskb: the frame, data behind its Ethernet header; owned unless passed
 *
 * Context: softirq, RCU.
 */
rx_handler_result_t strata_bridge_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct strata_bridge_port *port;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	port = rcu_dereference(skb->dev->rx_handler_data);
	if (unlikely(!is_valid_ether_addr(eth_hdr(skb)->h_source))) {
		strata_drop(port->br->sn, skb, STRATA_DROP_BRIDGE_SOURCE);
		return RX_HANDLER_CONSUMED;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		strata_drop(port->br->sn, NULL, STRATA_DROP_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
	*pskb = skb;
	if (unlikely(is_link_local_ether_addr(eth_hdr(skb)->h_dest))) {
		switch (judge_reserved(port, eth_hdr(skb)->h_dest)) {
		case RESERVED_FORWARD:
			break;
		case RESERVED_HOST:
			if (!hook_entering(port, skb))
				return RX_HANDLER_CONSUMED;
			learn_only(port, skb);
			return strata_bridge_hook(port->br, STRATA_HOOK_L2_INPUT,
						  port->dev, NULL, skb, 0) ?
			       RX_HANDLER_PASS : RX_HANDLER_CONSUMED;
		case RESERVED_TREE:
			/* No rule stands between the tree and its frames, but
			 * then they must not teach past the rules either.
			 */
			if (!strata_hook_is_used(STRATA_HOOK_L2_PREROUTING))
				learn_only(port, skb);
			strata_bridge_stp_rx(port, skb);
			return RX_HANDLER_CONSUMED;
		case RESERVED_DROP:
			strata_drop(port->br->sn, skb, STRATA_DROP_BRIDGE_RESERVED);
			return RX_HANDLER_CONSUMED;
		}
	}
	rx_usual(port, skb);
	return RX_HANDLER_CONSUMED;
}

/* &struct strata_direct_ops.rcv of every port: strata_bridge_rx() for what cannot be
 * anybody else's. Owns @skb. Context: softirq, RCU.
 */
static void direct_rcv(struct sk_buff *skb)
{
	struct strata_bridge_port *port;

	if (unlikely(!strata_direct_is_plain(skb) ||
		     eth_type_vlan(skb->protocol) ||
		     is_link_local_ether_addr(eth_hdr(skb)->h_dest))) {
		netif_receive_skb(skb);
		return;
	}
	strata_direct_arrived(skb);
	port = rcu_dereference(skb->dev->rx_handler_data);
	if (unlikely(!is_valid_ether_addr(eth_hdr(skb)->h_source)))
		strata_drop(port->br->sn, skb, STRATA_DROP_BRIDGE_SOURCE);
	else
		rx_usual(port, skb);
}

/* Frames are worked on one by one: a list would only cost. */
const struct strata_direct_ops strata_bridge_direct = {
	.rcv = direct_rcv,
};

/**
 * strata_bridge_xmit() - the host sends a frame into the bridge
 * @skb: the frame, data at its Ethernet header. Owned afterwards
 * @dev: the bridge's device
 *
 * Context: ndo_start_xmit. Return: NETDEV_TX_OK.
 */
netdev_tx_t strata_bridge_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct strata_bridge *br = netdev_priv(dev);
	u16 vid;

	rcu_read_lock();
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	if (!enter_vlan(&br->host, &skb, &vid))
		goto out;
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		to_many(br, &br->host, skb, vid);
	else
		to_one(br, &br->host, skb, vid);
out:
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
