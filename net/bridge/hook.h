/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: where a firewall looks at frames.
 */
#ifndef _NET_BRIDGE_HOOK_H
#define _NET_BRIDGE_HOOK_H

#include <strata/hook.h>
#include "bridge.h"

bool strata_bridge_hook_run(const struct strata_hook_state *state,
			    struct sk_buff *skb, u16 vid);

/**
 * strata_bridge_hook() - may a frame go on?
 * @br: the bridge
 * @stage: where it is; a constant
 * @in: the device it came in on, the bridge's own if the host sent it
 * @out: the device it goes out of; NULL: to the host, or nobody knows
 * @skb: data behind its Ethernet header. Owned if the answer is no
 * @vid: its VLAN, whose tag the hook is to see; 0: it sees the frame as it is
 *
 * Context: softirq, RCU. Return: false: dropped.
 */
static __always_inline bool
strata_bridge_hook(const struct strata_bridge *br, enum strata_hook_stage stage,
		   const struct net_device *in, const struct net_device *out,
		   struct sk_buff *skb, u16 vid)
{
	const struct strata_hook_state state = {
		.sn = br->sn,
		.in = in == br->dev ? NULL : in,
		.out = out,
		.bridge = br->dev,
		.stage = stage,
	};

	if (!strata_hook_is_used(stage))
		return true;
	return strata_bridge_hook_run(&state, skb, vid);
}

#endif /* _NET_BRIDGE_HOOK_H */
