// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams of others, sent on (RFC 1812 5).
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/route.h>
#include <strata/hook.h>
#include "ipv4.h"

#define HEADER_WORDS_MIN	5

/* RFC 3927 2.6.2: link-local addresses mean nothing beyond their link. What L2
 * brought to many would be sent on by many (RFC 1812 5.3.4).
 */
static enum strata_drop_reason may_leave(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(ipv4_is_multicast(iph->daddr)))
		return STRATA_DROP_IP_NOT_LOCAL;
	if (unlikely(skb->pkt_type != PACKET_HOST))
		return STRATA_DROP_IP_L2_CAST;
	if (unlikely(ipv4_is_linklocal_169(iph->saddr) ||
		     ipv4_is_linklocal_169(iph->daddr)))
		return STRATA_DROP_IP_SCOPE;
	return STRATA_DROP_MAX;
}

/**
 * strata_ipv4_forward_decide() - where do datagrams that are not for us go?
 * @in: the link they come in on, which forwards
 * @skb: one of them, valid; not owned
 * @way: out: where to
 *
 * Context: softirq, RCU. Return: STRATA_IPV4_FORWARD, or why they go nowhere.
 */
enum strata_drop_reason
strata_ipv4_forward_decide(struct strata_link *in, struct sk_buff *skb,
			   struct strata_forward *way)
{
	enum strata_drop_reason reason = may_leave(skb);
	struct in6_addr saddr, daddr;

	if (unlikely(reason != STRATA_DROP_MAX))
		return reason;
	strata_addr_from4(&saddr, ip_hdr(skb)->saddr);
	strata_addr_from4(&daddr, ip_hdr(skb)->daddr);
	reason = strata_forward_decide(in, skb, READ_ONCE(in->ipv4.redirects),
				       &saddr, &daddr, way);
	return likely(reason == STRATA_DROP_MAX) ? STRATA_IPV4_FORWARD :
						   reason;
}

/**
 * strata_ipv4_forward_refuse() - tell the sender why its datagram goes nowhere
 * @sn: the namespace's stack
 * @skb: skb->data at the IP header, which is valid; not owned
 * @reason: of strata_ipv4_forward_decide(), or another, of which nothing is said
 *
 * RFC 1812 5.2.7.1. Context: softirq, RCU.
 */
void strata_ipv4_forward_refuse(struct strata_net *sn, struct sk_buff *skb,
				enum strata_drop_reason reason)
{
	u8 code;

	if (reason == STRATA_DROP_IP_NO_ROUTE)
		code = ICMP_NET_UNREACH;
	else if (reason == STRATA_DROP_IP_UNREACHABLE)
		code = ICMP_HOST_UNREACH;
	else if (reason == STRATA_DROP_IP_PROHIBITED)
		code = ICMP_PKT_FILTERED;
	else
		return;
	strata_icmp_send(sn, skb, ICMP_DEST_UNREACH, code, 0);
}

/* Nothing of the datagram has been changed yet; its sender is told. */
static enum strata_drop_reason check(struct strata_net *sn, struct sk_buff *skb,
				     const struct strata_forward *way)
{
	enum strata_drop_reason reason;

	if (unlikely(ip_hdr(skb)->ihl > HEADER_WORDS_MIN)) {
		reason = strata_ipv4_options_check(sn, skb);
		if (reason != STRATA_IPV4_PASS)
			return reason;
	}
	if (unlikely(ip_hdr(skb)->ttl <= 1)) {
		strata_icmp_send(sn, skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
		return STRATA_DROP_IP_TTL;
	}
	if (unlikely(!strata_forward_fits(skb, way->mtu)) &&
	    ip_hdr(skb)->frag_off & htons(IP_DF)) {
		strata_icmp_send(sn, skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
				 htonl(way->mtu));
		return STRATA_DROP_IP_TOO_BIG;
	}
	return unlikely(skb_warn_if_lro(skb)) ? STRATA_DROP_IP_LRO :
						STRATA_IPV4_PASS;
}

/* RFC 1812 5.2.7.2 */
static void send_redirect(struct strata_net *sn, struct sk_buff *skb,
			  const struct strata_forward *way)
{
	strata_icmp_send(sn, skb, ICMP_REDIRECT, ICMP_REDIR_HOST,
			 strata_addr_to4(&way->next));
}

/* Owns @skb, no GSO. */
static void send_one(struct strata_net *sn, struct sk_buff *skb,
		     const struct strata_forward *way)
{
	if (likely(strata_forward_fits(skb, way->mtu)))
		strata_forward_send(way, skb);
	else
		strata_ipv4_cut(sn, skb, way);
}

/* What GRO put together, and what a sender left to its device, is taken apart
 * before it is cut up. Owns @skb.
 */
static void send_segments(struct strata_net *sn, struct sk_buff *skb,
			  const struct strata_forward *way)
{
	struct sk_buff *segments, *segment, *next;

	skb->dev = way->link->dev;
	segments = skb_gso_segment(skb, netif_skb_features(skb) &
					~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segments)) {
		strata_drop(sn, skb, STRATA_DROP_NO_MEMORY);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segments, segment, next) {
		skb_mark_not_on_list(segment);
		send_one(sn, segment, way);
	}
}

/* One hop less. Owns @skb. */
static void send_on(struct strata_link *in, struct sk_buff *skb,
		    const struct strata_forward *way)
{
	struct strata_net *sn = in->sn;
	struct iphdr *iph = ip_hdr(skb);

	ip_decrease_ttl(iph);
	if (unlikely(way->redirect))
		send_redirect(sn, skb, way);
	skb_set_transport_header(skb, iph->ihl * 4);
	skb->priority = rt_tos2priority(iph->tos);
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_FORWARD, in->dev,
				       way->link->dev, skb))) {
		strata_drop(sn, skb, STRATA_DROP_HOOK);
		return;
	}
	if (unlikely(ip_hdr(skb)->ihl > HEADER_WORDS_MIN))
		strata_ipv4_options_forward(skb, way);
	strata_count(sn, IP4_FORWARDED);
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_POSTROUTING, in->dev,
				       way->link->dev, skb)))
		strata_drop(sn, skb, STRATA_DROP_HOOK);
	else if (likely(strata_forward_fits(skb, way->mtu)))
		strata_forward_send(way, skb);
	else if (skb_is_gso(skb))
		send_segments(sn, skb, way);
	else
		strata_ipv4_cut(sn, skb, way);
}

/**
 * strata_ipv4_forward() - send a datagram on that is for others
 * @in: the link it came in on
 * @skb: skb->data at the IP header, which is valid; owned
 * @way: where to
 *
 * Context: softirq, RCU.
 */
void strata_ipv4_forward(struct strata_link *in, struct sk_buff *skb,
			 const struct strata_forward *way)
{
	enum strata_drop_reason reason = check(in->sn, skb, way);

	if (unlikely(reason != STRATA_IPV4_PASS))
		goto drop;
	/* Taps may hold the same bytes. */
	if (unlikely(skb_cow(skb, LL_RESERVED_SPACE(way->link->dev)))) {
		reason = STRATA_DROP_NO_MEMORY;
		goto drop;
	}
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	send_on(in, skb, way);
	return;
drop:
	strata_drop(in->sn, skb, reason);
}
