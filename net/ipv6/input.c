// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams received: validate (RFC 8200 3, RFC 4291 2), decide whom each is
 * for, deliver it to its transport protocol or send it on.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/dsfield.h>
#include <strata/conntrack.h>
#include <strata/hook.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define IPV6_VERSION	6

/**
 * struct decision - what addresses mean here
 * @saddr: source it was made for
 * @daddr: destination
 * @source: what speaks against @saddr; STRATA_IPV6_PASS: nothing
 * @pkt_type: L2's part: PACKET_HOST, ...
 * @mark: skb->mark, which rules may ask for
 * @flags: STRATA_CB_* for a datagram to deliver
 * @reason: why not to; STRATA_IPV6_PASS: it is for us; STRATA_IPV6_FORWARD: it
 *	goes on
 * @way: where to
 *
 * Kept from one datagram of a batch to the next: most have the same addresses.
 */
struct decision {
	struct in6_addr saddr;
	struct in6_addr daddr;
	enum strata_drop_reason source;
	u32 mark;
	u8 pkt_type;
	u8 flags;
	enum strata_drop_reason reason;
	struct strata_forward way;
};

#define DECISION_ONCE	U8_MAX	/* no pkt_type: holds for one datagram alone */
/* A decision that holds already: nothing goes from nobody to nobody. */
#define DECISION_NONE	{ .source = STRATA_DROP_IP_MARTIAN_SOURCE, \
			  .reason = STRATA_DROP_IP_MARTIAN_SOURCE }

static enum strata_drop_reason check_header(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h;
	unsigned int len;

	if (unlikely(!pskb_may_pull(skb, sizeof(*ip6h))))
		return STRATA_DROP_IP_TRUNCATED;
	ip6h = ipv6_hdr(skb);
	if (unlikely(ip6h->version != IPV6_VERSION))
		return STRATA_DROP_IP_VERSION;
	/* RFC 2675 is not for us: what a jumbogram says it has is nothing. */
	len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	if (unlikely(skb->len < len))
		return STRATA_DROP_IP_TRUNCATED;
	/* Ethernet pads short frames. */
	if (unlikely(pskb_trim_rcsum(skb, len)))
		return STRATA_DROP_NO_MEMORY;
	return STRATA_IPV6_PASS;
}

/* Can a datagram come from there, on this link? A v4-mapped address would be
 * taken for IPv4 above (draft-itojun-v6ops-v4mapped-harmful).
 */
static bool source_possible(struct strata_net *sn, struct strata_link *link,
			    const struct in6_addr *saddr,
			    const struct in6_addr *daddr, u8 pkt_type)
{
	if (unlikely(ipv6_addr_is_multicast(saddr) || strata_addr_is4(saddr)))
		return false;
	/* RFC 4291 2.5.2: who has no address yet speaks to groups only. */
	if (unlikely(ipv6_addr_any(saddr)))
		return ipv6_addr_is_multicast(daddr);
	/* PACKET_LOOPBACK: what we sent to a group that we are in. */
	if (unlikely(link->flags & STRATA_LINK_LOOPBACK ||
		     pkt_type == PACKET_LOOPBACK))
		return true;
	/* RFC 4291 2.5.3; and our own address is no other host's. */
	return !ipv6_addr_loopback(saddr) &&
	       !strata_addr_lookup(sn, link, saddr);
}

static enum strata_drop_reason decide_group(struct strata_net *sn,
					    struct strata_link *link,
					    const struct in6_addr *daddr)
{
	bool loopback = link->flags & STRATA_LINK_LOOPBACK;
	u8 scope = IPV6_ADDR_MC_SCOPE(daddr);

	/* RFC 4291 2.7: scope 0 is reserved, 1 never leaves a node. */
	if (!scope || (scope == IPV6_ADDR_SCOPE_NODELOCAL && !loopback))
		return STRATA_DROP_IP_MARTIAN_DEST;
	return strata_group_member(sn, link, daddr) ? STRATA_IPV6_PASS :
						      STRATA_DROP_IP_NOT_LOCAL;
}

static enum strata_drop_reason decide_dest(struct strata_net *sn,
					   struct strata_link *link,
					   const struct in6_addr *daddr)
{
	bool loopback = link->flags & STRATA_LINK_LOOPBACK;

	if (unlikely((ipv6_addr_loopback(daddr) && !loopback) ||
		     strata_addr_is4(daddr)))
		return STRATA_DROP_IP_MARTIAN_DEST;
	/* What we send to ourselves is for an address of any link. */
	if (likely(strata_addr_lookup(sn, loopback ? NULL : link, daddr)))
		return STRATA_IPV6_PASS;
	return ipv6_addr_any(daddr) ? STRATA_DROP_IP_MARTIAN_DEST :
				      STRATA_DROP_IP_NOT_LOCAL;
}

/* RFC 3704. Link-local and unspecified sources are on this link. */
static bool source_plausible(struct strata_link *link,
			     const struct in6_addr *saddr,
			     const struct in6_addr *daddr)
{
	u8 rp_filter = READ_ONCE(link->ipv6.rp_filter);

	if (likely(rp_filter == STRATA_RPF_OFF) || ipv6_addr_any(saddr) ||
	    ipv6_addr_type(saddr) & IPV6_ADDR_LINKLOCAL)
		return true;
	return strata_forward_back(link, rp_filter, saddr, daddr);
}

static enum strata_drop_reason decide_source(struct strata_net *sn,
					     struct strata_link *link,
					     const struct ipv6hdr *ip6h,
					     u8 pkt_type)
{
	if (unlikely(!source_possible(sn, link, &ip6h->saddr, &ip6h->daddr,
				      pkt_type)))
		return STRATA_DROP_IP_MARTIAN_SOURCE;
	if (unlikely(!source_plausible(link, &ip6h->saddr, &ip6h->daddr)))
		return STRATA_DROP_IP_REVERSE_PATH;
	return STRATA_IPV6_PASS;
}

static enum strata_drop_reason decide_new(struct strata_net *sn,
					  struct strata_link *link,
					  struct sk_buff *skb,
					  struct decision *decision)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;
	enum strata_drop_reason reason = decision->source;

	decision->flags = skb->pkt_type == PACKET_HOST ? 0 : STRATA_CB_L2_CAST;
	if (unlikely(reason != STRATA_IPV6_PASS))
		return reason;
	if (unlikely(ipv6_addr_is_multicast(daddr))) {
		decision->flags |= STRATA_CB_MULTICAST;
		return decide_group(sn, link, daddr);
	}
	reason = decide_dest(sn, link, daddr);
	if (reason == STRATA_DROP_IP_NOT_LOCAL &&
	    READ_ONCE(link->ipv6.forwarding))
		reason = strata_ipv6_forward_decide(link, skb, &decision->way);
	return reason;
}

static void decide(struct strata_net *sn, struct strata_link *link,
		   struct sk_buff *skb, struct decision *decision)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	bool same_source = ipv6_addr_equal(&decision->saddr, &ip6h->saddr);

	if (same_source && ipv6_addr_equal(&decision->daddr, &ip6h->daddr) &&
	    decision->pkt_type == skb->pkt_type &&
	    decision->mark == skb->mark)
		return;
	/* Whoever has no address may send to groups alone. Where the way back
	 * leads can depend on where it begins.
	 */
	if (!same_source || decision->pkt_type != skb->pkt_type ||
	    READ_ONCE(link->ipv6.rp_filter) != STRATA_RPF_OFF ||
	    decision->source != STRATA_IPV6_PASS ||
	    ipv6_addr_any(&ip6h->saddr))
		decision->source = decide_source(sn, link, ip6h, skb->pkt_type);
	decision->saddr = ip6h->saddr;
	decision->daddr = ip6h->daddr;
	decision->pkt_type = skb->pkt_type;
	decision->mark = skb->mark;
	decision->reason = decide_new(sn, link, skb, decision);
	if (unlikely(decision->reason == STRATA_IPV6_FORWARD &&
		     decision->way.once))
		decision->pkt_type = DECISION_ONCE;
}

/* RFC 4007 6: what comes to us from ourselves was, in its zone, received on the
 * link that the address is on.
 */
static int zone_of(struct strata_link *link, const struct in6_addr *daddr)
{
	const struct strata_addr *own;

	if (likely(!(link->flags & STRATA_LINK_LOOPBACK)) ||
	    !(ipv6_addr_type(daddr) & IPV6_ADDR_LINKLOCAL))
		return link->ifindex;
	own = strata_addr_find(link->sn, daddr);
	return own ? own->link->ifindex : link->ifindex;
}

static void fill_cb(struct sk_buff *skb, struct strata_link *link, u8 flags)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct strata_cb *cb = strata_cb(skb);

	cb->iif = zone_of(link, &ip6h->daddr);
	cb->family = AF_INET6;
	cb->tos = ipv6_get_dsfield(ip6h);
	cb->ttl = ip6h->hop_limit;
	cb->flags = flags;
}

/* Up to the transport header: skb->csum covers what follows alone. */
static void pull_headers(struct sk_buff *skb, unsigned int bytes)
{
	__skb_pull(skb, bytes);
	skb_postpull_rcsum(skb, skb_network_header(skb), bytes);
	skb_reset_transport_header(skb);
}

/* Owns @skb, whose extension headers end in a transport header. */
static void deliver_l4(struct strata_net *sn, struct sk_buff *skb,
		       const struct strata_exthdr *ext)
{
	const struct strata_l4_ops *l4 = strata_l4(ext->proto, AF_INET6);
	bool copied;

	skb_set_transport_header(skb, ext->offset);
	copied = strata_l4_copy(sn, skb, ext->proto);
	if (unlikely(l4 == &strata_l4_none && copied)) {
		consume_skb(skb);
		return;
	}
	if (likely(l4 != &strata_l4_none))
		strata_count(sn, IP6_DELIVERED);
	else if (ext->proto != NEXTHDR_NONE)	/* RFC 8200 4.7 */
		strata_icmp6_send(sn, skb, strata_cb(skb)->iif,
				  ICMPV6_PARAMPROB, ICMPV6_UNK_NEXTHDR,
				  ext->named_at);
	pull_headers(skb, ext->offset);
	l4->rcv(sn, skb);
}

/* Owns @skb, which is for us and whole. */
static void deliver_whole(struct strata_net *sn, struct strata_link *link,
			  struct sk_buff *skb, const struct strata_exthdr *ext)
{
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_INPUT, link->dev,
				       NULL, skb))) {
		strata_drop(sn, skb, STRATA_DROP_HOOK);
		return;
	}
	if (likely(ext->reason == STRATA_IPV6_PASS)) {
		deliver_l4(sn, skb, ext);
		return;
	}
	if (ext->report)
		strata_icmp6_send(sn, skb, strata_cb(skb)->iif,
				  ICMPV6_PARAMPROB, ext->code, ext->pointer);
	strata_drop(sn, skb, ext->reason);
}

/* Owns @skb, which is for us. */
static void deliver(struct strata_net *sn, struct strata_link *link,
		    struct sk_buff *skb, u8 flags)
{
	struct strata_exthdr ext;

	fill_cb(skb, link, flags);
	strata_exthdr_walk(skb, &ext);
	if (unlikely(ext.fragment)) {
		skb = strata_ipv6_reassemble(sn, skb, &ext);
		if (!skb)
			return;
		strata_cb(skb)->flags |= STRATA_CB_FRAGMENTED;
		strata_exthdr_walk(skb, &ext);
		/* A fragment of a fragment is nobody's in good faith. */
		if (ext.fragment)
			ext.reason = STRATA_DROP_IP_EXTENSION;
	}
	deliver_whole(sn, link, skb, &ext);
}

/* The datagram that a fragment completes, for hooks that want it whole; @skb
 * itself if it is none. Owns @skb. @flags: what to deliver it with.
 */
static struct sk_buff *make_whole(struct strata_net *sn,
				  struct strata_link *link, struct sk_buff *skb,
				  u8 *flags)
{
	struct strata_exthdr ext;

	if (likely(ipv6_hdr(skb)->nexthdr != NEXTHDR_FRAGMENT &&
		   ipv6_hdr(skb)->nexthdr != NEXTHDR_HOP &&
		   ipv6_hdr(skb)->nexthdr != NEXTHDR_DEST &&
		   ipv6_hdr(skb)->nexthdr != NEXTHDR_ROUTING))
		return skb;
	fill_cb(skb, link, 0);
	strata_exthdr_walk(skb, &ext);
	if (!ext.fragment)
		return skb;
	*flags = STRATA_CB_FRAGMENTED;
	return strata_ipv6_reassemble(sn, skb, &ext);
}

/* Owns @skb. */
static void rcv_one(struct strata_net *sn, struct strata_link *link,
		    struct sk_buff *skb, struct decision *decision)
{
	enum strata_drop_reason reason;
	u8 flags = 0;

	skb_reset_network_header(skb);
	reason = check_header(skb);
	if (unlikely(reason != STRATA_IPV6_PASS))
		goto drop;
	if (strata_ct_wants_whole(sn)) {
		skb = make_whole(sn, link, skb, &flags);
		if (!skb)
			return;
	}
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_PREROUTING, link->dev,
				       NULL, skb))) {
		reason = STRATA_DROP_HOOK;
		goto drop;
	}
	decide(sn, link, skb, decision);
	reason = decision->reason;
	if (reason == STRATA_IPV6_PASS) {
		deliver(sn, link, skb, decision->flags | flags);
		return;
	}
	if (likely(reason == STRATA_IPV6_FORWARD)) {
		strata_ipv6_forward(link, skb, &decision->way,
				    flags ? strata_packet_largest(skb) : 0);
		return;
	}
	strata_ipv6_forward_refuse(link, skb, reason);
drop:
	strata_drop(sn, skb, reason);
}

/**
 * strata_ipv6_rcv() - receive a datagram
 * @link: where it came in
 * @skb: skb->data at the IPv6 header; neither shared nor for another station;
 *	owned
 *
 * Context: softirq, RCU.
 */
void strata_ipv6_rcv(struct strata_link *link, struct sk_buff *skb)
{
	struct decision decision = DECISION_NONE;
	struct strata_net *sn = link->sn;

	strata_count(sn, IP6_RX);
	rcv_one(sn, link, skb, &decision);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv6_rcv);

/* A batch; owns all of it. */
static void ipv6_rcv_list(struct strata_link *link, struct list_head *skbs)
{
	struct decision decision = DECISION_NONE;
	struct strata_net *sn = link->sn;
	struct sk_buff *skb, *next;
	unsigned int n = 0;

	list_for_each_entry_safe(skb, next, skbs, list) {
		skb_list_del_init(skb);
		rcv_one(sn, link, skb, &decision);
		n++;
	}
	strata_count_add(sn, IP6_RX, n);
}

const struct strata_l3_ops strata_ipv6_l3 = {
	.name = "ipv6",
	.type = htons(ETH_P_IPV6),
	.rcv = strata_ipv6_rcv,
	.rcv_list = ipv6_rcv_list,
};
