// SPDX-License-Identifier: GPL-2.0
/*
 * Where a firewall looks at frames: the frame as a hook is to see it.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include "hook.h"

/* A tag behind the tag that says nothing but a priority: receivers skip it, and
 * rules would not find what is behind it.
 */
static bool is_tag_hidden(const struct sk_buff *skb)
{
	__be16 copy;
	const __be16 *tci;

	if (!skb_vlan_tag_present(skb) || !eth_type_vlan(skb->protocol))
		return false;
	tci = skb_header_pointer(skb, 0, sizeof(copy), &copy);
	return !tci || !(ntohs(*tci) & VLAN_VID_MASK);
}

/**
 * strata_bridge_hook_run() - ask the hooks of a stage about a frame
 * @state: the stage, and what is known of the frame
 * @skb: data behind its Ethernet header. Owned if the answer is no
 * @vid: its VLAN, 0: the frame is shown as it is
 *
 * Context: softirq, RCU. Return: false: dropped.
 */
bool strata_bridge_hook_run(const struct strata_hook_state *state,
			    struct sk_buff *skb, u16 vid)
{
	const struct strata_bridge *br = netdev_priv(state->bridge);
	bool tagged = vid && !skb_vlan_tag_present(skb);
	enum strata_verdict verdict;

	if (is_tag_hidden(skb)) {
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_VLAN);
		return false;
	}
	if (tagged)
		__vlan_hwaccel_put_tag(skb, READ_ONCE(br->vlan_proto), vid);
	skb_push(skb, ETH_HLEN);
	verdict = strata_hook_run(state, skb);
	skb_pull(skb, ETH_HLEN);
	if (tagged)
		__vlan_hwaccel_clear_tag(skb);
	if (verdict == STRATA_ACCEPT)
		return true;
	strata_drop(br->sn, skb, STRATA_DROP_HOOK);
	return false;
}
