// SPDX-License-Identifier: GPL-2.0
/*
 * What a rule's translation means for one packet: which address, for whom.
 */
#include <strata/conntrack.h>
#include <strata/link.h>
#include <strata/packet.h>
#include <strata/route.h>
#include "firewall.h"

/* The one that we would use ourselves towards the packet's other end. */
static bool own_address(const struct strata_hook_state *state,
			const struct net_device *dev,
			const struct in6_addr *other, struct in6_addr *addr)
{
	struct strata_link *link;
	struct strata_addr *own;

	link = dev ? strata_link_by_index(state->sn, dev->ifindex) : NULL;
	own = link ? strata_addr_select(link, other) : NULL;
	if (own)
		*addr = own->addr;
	return own;
}

static bool find_range(const struct strata_hook_state *state,
		       const struct strata_fw_rule *rule,
		       const struct sk_buff *skb,
		       struct strata_ct_nat_range *range)
{
	struct in6_addr saddr, daddr;

	*range = rule->nat;
	strata_packet_addrs(skb, &saddr, &daddr);
	switch (rule->action) {
	case STRATA_FW_MASQUERADE:
		return own_address(state, state->out, &daddr, &range->addr);
	case STRATA_FW_REDIRECT:
		return own_address(state, state->in, &saddr, &range->addr);
	default:
		return true;
	}
}

/**
 * strata_fw_translate() - have a packet's connection translated
 * @state: what is known of the packet
 * @rule: that says how
 * @skb: skb->data at the IP header; not owned
 * @verdict: out: what becomes of the packet
 *
 * Context: softirq or process, RCU.
 * Return: false: the rule is for the other family; the next one is asked.
 */
bool strata_fw_translate(const struct strata_hook_state *state,
			 const struct strata_fw_rule *rule, struct sk_buff *skb,
			 enum strata_verdict *verdict)
{
	bool ip4 = skb->protocol == htons(ETH_P_IP);
	struct strata_ct_nat_range range;

	/* Not every hook is behind where this is filled in. */
	strata_cb(skb)->family = ip4 ? AF_INET : AF_INET6;
	*verdict = STRATA_DROP;
	if (!find_range(state, rule, skb, &range))
		return true;
	if (strata_addr_is4(&range.addr) != ip4)
		return false;
	*verdict = strata_ct_nat(state, skb, &range,
				 rule->action <= STRATA_FW_MASQUERADE);
	return true;
}
