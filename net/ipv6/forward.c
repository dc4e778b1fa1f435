// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams of others, sent on (RFC 8200 3, RFC 4291 2.5.6).
 *
 * Extension headers are the destination's; a router that need not obey
 * hop-by-hop options does not look at them (RFC 8200 4, RFC 7045 2.2).
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <strata/hook.h>
#include "ipv6.h"

static bool link_local(const struct in6_addr *addr)
{
	return ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL;
}

/**
 * strata_ipv6_forward_decide() - where do datagrams that are not for us go?
 * @in: the link they come in on, which forwards
 * @skb: one of them, valid; not owned
 * @way: out: where to
 *
 * RFC 4291 2.5.6: a link-local address means nothing on another link.
 *
 * Context: softirq, RCU. Return: STRATA_IPV6_FORWARD, or why they go nowhere.
 */
enum strata_drop_reason
strata_ipv6_forward_decide(struct strata_link *in, struct sk_buff *skb,
			   struct strata_forward *way)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	enum strata_drop_reason reason;

	if (unlikely(skb->pkt_type != PACKET_HOST))
		return STRATA_DROP_IP_L2_CAST;
	if (unlikely(link_local(&ip6h->daddr)))
		return STRATA_DROP_IP_SCOPE;
	reason = strata_forward_decide(in, skb, READ_ONCE(in->ipv6.redirects),
				       &ip6h->saddr, &ip6h->daddr, way);
	if (unlikely(reason != STRATA_DROP_MAX))
		return reason;
	/* RFC 8200 5: no link carries less. */
	if (unlikely(way->mtu < IPV6_MIN_MTU))
		return STRATA_DROP_IP_NO_ROUTE;
	if (unlikely(way->link != in && link_local(&ip6h->saddr)))
		return STRATA_DROP_IP_SCOPE;
	return STRATA_IPV6_FORWARD;
}

/**
 * strata_ipv6_forward_refuse() - tell the sender why its datagram goes nowhere
 * @in: the link it came in on
 * @skb: skb->data at the IPv6 header, which is valid; not owned
 * @reason: of strata_ipv6_forward_decide()
 *
 * Context: softirq, RCU.
 */
void strata_ipv6_forward_refuse(struct strata_link *in, struct sk_buff *skb,
				enum strata_drop_reason reason)
{
	u8 code;

	if (reason == STRATA_DROP_IP_NO_ROUTE ||
	    reason == STRATA_DROP_IP_UNREACHABLE)
		code = ICMPV6_NOROUTE;
	else if (reason == STRATA_DROP_IP_PROHIBITED)
		code = ICMPV6_ADM_PROHIBITED;
	else if (reason == STRATA_DROP_IP_SCOPE &&
		 !link_local(&ipv6_hdr(skb)->daddr))
		code = ICMPV6_NOT_NEIGHBOUR;
	else
		return;
	strata_icmp6_send(in->sn, skb, in->ifindex, ICMPV6_DEST_UNREACH, code,
			  0);
}

/* What came in fragments goes on so: each of them counts. */
static bool fits(const struct sk_buff *skb, u32 largest, u32 mtu)
{
	return unlikely(largest) ? largest <= mtu :
				   strata_forward_fits(skb, mtu);
}

/* Nothing of the datagram has been changed yet; its sender is told. */
static enum strata_drop_reason check(struct strata_link *in,
				     struct sk_buff *skb,
				     const struct strata_forward *way,
				     u32 largest)
{
	if (unlikely(ipv6_hdr(skb)->hop_limit <= 1)) {
		strata_icmp6_send(in->sn, skb, in->ifindex, ICMPV6_TIME_EXCEED,
				  ICMPV6_EXC_HOPLIMIT, 0);
		return STRATA_DROP_IP_TTL;
	}
	if (unlikely(!fits(skb, largest, way->mtu))) {
		strata_icmp6_send(in->sn, skb, in->ifindex, ICMPV6_PKT_TOOBIG,
				  0, way->mtu);
		return STRATA_DROP_IP_TOO_BIG;
	}
	return unlikely(skb_warn_if_lro(skb)) ? STRATA_DROP_IP_LRO :
						STRATA_IPV6_PASS;
}

/* One hop less. Owns @skb. */
static void send_on(struct strata_link *in, struct sk_buff *skb,
		    const struct strata_forward *way, u32 largest)
{
	struct strata_net *sn = in->sn;

	ipv6_hdr(skb)->hop_limit--;
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_FORWARD, in->dev,
				       way->link->dev, skb))) {
		strata_drop(sn, skb, STRATA_DROP_HOOK);
		return;
	}
	strata_count(sn, IP6_FORWARDED);
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_POSTROUTING, in->dev,
				       way->link->dev, skb)))
		strata_drop(sn, skb, STRATA_DROP_HOOK);
	else if (unlikely(largest) && skb->len > largest)
		strata_ipv6_cut(sn, skb, way, largest);
	else
		strata_forward_send(way, skb);
}

/**
 * strata_ipv6_forward() - send a datagram on that is for others
 * @in: the link it came in on
 * @skb: skb->data at the IPv6 header, which is valid; owned
 * @way: where to
 * @largest: bytes of the largest fragment that it was put together from; 0: it
 *	came whole
 *
 * Context: softirq, RCU.
 */
void strata_ipv6_forward(struct strata_link *in, struct sk_buff *skb,
			 const struct strata_forward *way, u32 largest)
{
	enum strata_drop_reason reason = check(in, skb, way, largest);

	if (unlikely(reason != STRATA_IPV6_PASS))
		goto drop;
	if (unlikely(way->redirect))
		strata_redirect_send(in, skb, way);
	/* Taps may hold the same bytes. */
	if (unlikely(skb_cow(skb, LL_RESERVED_SPACE(way->link->dev)))) {
		reason = STRATA_DROP_NO_MEMORY;
		goto drop;
	}
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	send_on(in, skb, way, largest);
	return;
drop:
	strata_drop(in->sn, skb, reason);
}
