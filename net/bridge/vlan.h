/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: which VLAN a frame is in and which ports may hear it,
 * IEEE 802.1Q-2018 8.6.2 and 8.6.4.
 *
 * The VLAN of a frame travels as an argument. A frame's tag stays as it came in
 * until it leaves: a frame from one untagged port to another is never tagged.
 */
#ifndef _NET_BRIDGE_VLAN_H
#define _NET_BRIDGE_VLAN_H

#include <linux/if_vlan.h>
#include "bridge.h"

struct sk_buff *strata_bridge_vlan_odd(const struct strata_bridge *br,
				       struct sk_buff *skb);
void strata_bridge_vlan_count_rx(const struct strata_bridge_port *port,
				 u16 vid, const struct sk_buff *skb);
void strata_bridge_vlan_count_tx(const struct strata_bridge_port *port,
				 u16 vid, const struct sk_buff *skb);

/* The frame has no tag, or one of another kind than the bridge's, or one that
 * is still in its bytes.
 */
static inline bool strata_bridge_vlan_is_odd(const struct strata_bridge *br,
					     const struct sk_buff *skb)
{
	__be16 proto = READ_ONCE(br->vlan_proto);

	if (skb_vlan_tag_present(skb))
		return skb->vlan_proto != proto;
	return skb->protocol == proto;
}

/**
 * strata_bridge_vlan_classify() - the VLAN of a frame
 * @br: a VLAN-aware bridge
 * @port: where it came in
 * @skb: its tag is in the buffer's metadata, if it has one of the bridge's kind
 *
 * A tag that says only a priority gets the VLAN too, so that it can go out
 * tagged. Context: RCU. Return: 0 if it is in no VLAN and may not enter.
 */
static inline u16 strata_bridge_vlan_classify(const struct strata_bridge *br,
					      const struct strata_bridge_port *port,
					      struct sk_buff *skb)
{
	u16 vid = 0;

	if (skb_vlan_tag_present(skb))
		vid = skb_vlan_tag_get_id(skb);
	if (!vid) {
		vid = READ_ONCE(port->pvid);
		if (unlikely(skb_vlan_tag_present(skb)))
			skb->vlan_tci |= vid;
	}
	if (unlikely(!(READ_ONCE(port->vlan[vid]) & STRATA_BRIDGE_VLAN_MEMBER)))
		return 0;
	if (unlikely(READ_ONCE(br->options) & STRATA_BRIDGE_VLAN_STATS))
		strata_bridge_vlan_count_rx(port, vid, skb);
	return vid;
}

/**
 * strata_bridge_vlan_leave() - give a frame the tag that it leaves with
 * @port: where it goes out
 * @skb: the frame
 * @vid: its VLAN, 0: as it is
 *
 * Context: RCU.
 */
static inline void strata_bridge_vlan_leave(const struct strata_bridge_port *port,
					    struct sk_buff *skb, u16 vid)
{
	if (!vid)
		return;
	if (READ_ONCE(port->vlan[vid]) & STRATA_BRIDGE_VLAN_UNTAGGED)
		__vlan_hwaccel_clear_tag(skb);
	else if (!skb_vlan_tag_present(skb))
		__vlan_hwaccel_put_tag(skb, READ_ONCE(port->br->vlan_proto), vid);
	if (unlikely(READ_ONCE(port->br->options) & STRATA_BRIDGE_VLAN_STATS))
		strata_bridge_vlan_count_tx(port, vid, skb);
}

#endif /* _NET_BRIDGE_VLAN_H */
