// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams received: validate (RFC 791, RFC 1122 3.2.1), decide whom each is
 * for, deliver it to its transport protocol or send it on.
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <net/ip.h>
#include <strata/conntrack.h>
#include <strata/hook.h>
#include <strata/visibility.h>
#include "ipv4.h"

#define IPV4_VERSION		4
#define HEADER_WORDS_MIN	5

/* First octets of addresses that are no single host's. */
#define OCTET_LOOPBACK		127
#define OCTET_MULTICAST		224	/* and class E above */

/**
 * struct decision - what addresses mean here
 * @saddr: source it was made for
 * @daddr: destination
 * @source: what speaks against @saddr; STRATA_IPV4_PASS: nothing
 * @pkt_type: L2's part: PACKET_HOST, ...
 * @mark: skb->mark, which rules may ask for
 * @flags: STRATA_CB_* for a datagram to deliver
 * @reason: why not to; STRATA_IPV4_PASS: it is for us; STRATA_IPV4_FORWARD: it
 *	goes on
 * @way: where to
 *
 * Kept from one datagram of a batch to the next: most have the same addresses.
 */
struct decision {
	__be32 saddr;
	__be32 daddr;
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
	const struct iphdr *iph;
	unsigned int header_len, len;

	if (unlikely(!pskb_may_pull(skb, sizeof(*iph))))
		return STRATA_DROP_IP_TRUNCATED;
	iph = ip_hdr(skb);
	if (unlikely(iph->version != IPV4_VERSION))
		return STRATA_DROP_IP_VERSION;
	header_len = iph->ihl * 4;
	len = ntohs(iph->tot_len);
	if (unlikely(iph->ihl < HEADER_WORDS_MIN || len < header_len))
		return STRATA_DROP_IP_HEADER_LENGTH;
	if (unlikely(skb->len < len || !pskb_may_pull(skb, header_len)))
		return STRATA_DROP_IP_TRUNCATED;
	iph = ip_hdr(skb);
	if (unlikely(ip_fast_csum(iph, iph->ihl)))
		return STRATA_DROP_IP_CHECKSUM;
	/* Ethernet pads short frames. */
	if (unlikely(pskb_trim_rcsum(skb, len)))
		return STRATA_DROP_NO_MEMORY;
	return STRATA_IPV4_PASS;
}

static u8 first_octet(__be32 addr)
{
	return ntohl(addr) >> 24;
}

/* RFC 1122 3.2.1.3: can a datagram come from there, on this link? */
static bool source_possible(struct strata_net *sn, struct strata_link *link,
			    __be32 saddr, __be32 daddr, u8 pkt_type)
{
	u8 octet = first_octet(saddr);
	struct in6_addr addr;

	/* Who has no address yet may say so to everybody (DHCP), and ask for
	 * groups (RFC 4541 2.1.1).
	 */
	if (unlikely(!octet || octet >= OCTET_MULTICAST))
		return !saddr && (ipv4_is_lbcast(daddr) ||
				  ipv4_is_local_multicast(daddr));
	/* PACKET_LOOPBACK: what we sent to a group that we are in. */
	if (unlikely(link->flags & STRATA_LINK_LOOPBACK ||
		     pkt_type == PACKET_LOOPBACK))
		return true;
	if (unlikely(octet == OCTET_LOOPBACK))
		return false;
	/* Neither our own address nor a broadcast address is another host's. */
	strata_addr_from4(&addr, saddr);
	return !strata_addr_lookup(sn, link, &addr);
}

/* A destination that is not an address of ours. */
static enum strata_drop_reason decide_cast(struct strata_link *link,
					   const struct in6_addr *addr,
					   bool broadcast, u8 *flags)
{
	__be32 daddr = strata_addr_to4(addr);

	if (ipv4_is_multicast(daddr)) {
		*flags |= STRATA_CB_MULTICAST;
		return strata_group_member(link->sn, link, addr) ?
		       STRATA_IPV4_PASS : STRATA_DROP_IP_NOT_LOCAL;
	}
	if (broadcast || ipv4_is_lbcast(daddr)) {
		*flags |= STRATA_CB_BROADCAST;
		return STRATA_IPV4_PASS;
	}
	if (strata_addr4_is_this_net(daddr) || ipv4_is_loopback(daddr) ||
	    first_octet(daddr) >= OCTET_MULTICAST)
		return STRATA_DROP_IP_MARTIAN_DEST;
	return STRATA_DROP_IP_NOT_LOCAL;
}

static enum strata_drop_reason decide_dest(struct strata_net *sn,
					   struct strata_link *link,
					   __be32 daddr, u8 pkt_type, u8 *flags)
{
	bool loopback = link->flags & STRATA_LINK_LOOPBACK;
	struct strata_addr *entry;
	struct in6_addr addr;

	strata_addr_from4(&addr, daddr);
	*flags = pkt_type == PACKET_HOST ? 0 : STRATA_CB_L2_CAST;
	/* What we broadcast to ourselves went out on another link. */
	entry = strata_addr_lookup(sn, NULL, &addr);
	if (unlikely(entry && entry->type != STRATA_ADDR_LOCAL && !loopback)) {
		entry = strata_addr_lookup(sn, link, &addr);
		if (!entry)
			return STRATA_DROP_IP_BROADCAST;
	}
	if (unlikely(!entry || entry->type != STRATA_ADDR_LOCAL))
		return decide_cast(link, &addr, entry, flags);
	if (unlikely(ipv4_is_loopback(daddr) && !loopback))
		return STRATA_DROP_IP_MARTIAN_DEST;
	/* RFC 1122 3.3.6 */
	if (unlikely(*flags))
		return STRATA_DROP_IP_L2_CAST;
	return STRATA_IPV4_PASS;
}

/* RFC 3704. Who has no address yet is on this link. */
static bool source_plausible(struct strata_link *link, const struct iphdr *iph)
{
	u8 rp_filter = READ_ONCE(link->ipv4.rp_filter);
	struct in6_addr saddr, daddr;

	if (likely(rp_filter == STRATA_RPF_OFF) || !iph->saddr ||
	    ipv4_is_linklocal_169(iph->saddr))
		return true;
	strata_addr_from4(&saddr, iph->saddr);
	strata_addr_from4(&daddr, iph->daddr);
	return strata_forward_back(link, rp_filter, &saddr, &daddr);
}

static enum strata_drop_reason decide_source(struct strata_net *sn,
					     struct strata_link *link,
					     const struct iphdr *iph,
					     u8 pkt_type)
{
	if (unlikely(!source_possible(sn, link, iph->saddr, iph->daddr,
				      pkt_type)))
		return STRATA_DROP_IP_MARTIAN_SOURCE;
	if (unlikely(!source_plausible(link, iph)))
		return STRATA_DROP_IP_REVERSE_PATH;
	return STRATA_IPV4_PASS;
}

static void decide(struct strata_net *sn, struct strata_link *link,
		   struct sk_buff *skb, struct decision *decision)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (decision->saddr == iph->saddr && decision->daddr == iph->daddr &&
	    decision->pkt_type == skb->pkt_type &&
	    decision->mark == skb->mark)
		return;
	/* Whoever has no address may send to everybody alone. Where the way back
	 * leads can depend on where it begins.
	 */
	if (decision->saddr != iph->saddr || !iph->saddr ||
	    decision->pkt_type != skb->pkt_type ||
	    READ_ONCE(link->ipv4.rp_filter) != STRATA_RPF_OFF ||
	    decision->source != STRATA_IPV4_PASS)
		decision->source = decide_source(sn, link, iph, skb->pkt_type);
	decision->saddr = iph->saddr;
	decision->daddr = iph->daddr;
	decision->pkt_type = skb->pkt_type;
	decision->mark = skb->mark;
	decision->reason = decision->source;
	if (likely(decision->reason == STRATA_IPV4_PASS))
		decision->reason = decide_dest(sn, link, iph->daddr,
					       skb->pkt_type, &decision->flags);
	if (decision->reason == STRATA_DROP_IP_NOT_LOCAL &&
	    READ_ONCE(link->ipv4.forwarding))
		decision->reason = strata_ipv4_forward_decide(link, skb,
							      &decision->way);
	if (unlikely(decision->reason == STRATA_IPV4_FORWARD &&
		     decision->way.once))
		decision->pkt_type = DECISION_ONCE;
}

static void fill_cb(struct sk_buff *skb, const struct strata_link *link,
		    u8 flags)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct strata_cb *cb = strata_cb(skb);

	cb->iif = link->ifindex;
	cb->family = AF_INET;
	cb->tos = iph->tos;
	cb->ttl = iph->ttl;
	cb->flags = flags;
}

/* Owns @skb: to its transport protocol, and to those who want a copy. */
static void deliver_l4(struct strata_net *sn, struct sk_buff *skb)
{
	u8 proto = ip_hdr(skb)->protocol;
	const struct strata_l4_ops *l4 = strata_l4(proto, AF_INET);
	unsigned int header_len = ip_hdrlen(skb);
	bool copied;

	skb_set_transport_header(skb, header_len);
	copied = strata_l4_copy(sn, skb, proto);
	if (unlikely(l4 == &strata_l4_none && copied)) {
		consume_skb(skb);
		return;
	}
	if (likely(l4 != &strata_l4_none))
		strata_count(sn, IP4_DELIVERED);
	else
		strata_icmp_send(sn, skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH,
				 0);
	__skb_pull(skb, header_len);
	l4->rcv(sn, skb);
}

/* Owns @skb, which is for us. */
static void deliver(struct strata_net *sn, struct strata_link *link,
		    struct sk_buff *skb, u8 flags)
{
	enum strata_drop_reason reason = STRATA_IPV4_PASS;

	if (unlikely(ip_is_fragment(ip_hdr(skb)))) {
		skb = strata_ipv4_reassemble(sn, skb);
		if (!skb)
			return;
		flags |= STRATA_CB_FRAGMENTED;
	}
	if (unlikely(ip_hdr(skb)->ihl > HEADER_WORDS_MIN))
		reason = strata_ipv4_options_check(sn, skb);
	if (unlikely(reason != STRATA_IPV4_PASS)) {
		strata_drop(sn, skb, reason);
		return;
	}
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_INPUT, link->dev,
				       NULL, skb))) {
		strata_drop(sn, skb, STRATA_DROP_HOOK);
		return;
	}
	fill_cb(skb, link, flags);
	deliver_l4(sn, skb);
}

/* Owns @skb. */
static void rcv_one(struct strata_net *sn, struct strata_link *link,
		    struct sk_buff *skb, struct decision *decision)
{
	enum strata_drop_reason reason;
	u8 flags = 0;

	skb_reset_network_header(skb);
	reason = check_header(skb);
	if (unlikely(reason != STRATA_IPV4_PASS))
		goto drop;
	if (unlikely(ip_is_fragment(ip_hdr(skb))) && strata_ct_wants_whole(sn)) {
		skb = strata_ipv4_reassemble(sn, skb);
		if (!skb)
			return;
		flags = STRATA_CB_FRAGMENTED;
	}
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_PREROUTING, link->dev,
				       NULL, skb))) {
		reason = STRATA_DROP_HOOK;
		goto drop;
	}
	decide(sn, link, skb, decision);
	reason = decision->reason;
	if (reason == STRATA_IPV4_PASS) {
		deliver(sn, link, skb, decision->flags | flags);
		return;
	}
	if (likely(reason == STRATA_IPV4_FORWARD)) {
		strata_ipv4_forward(link, skb, &decision->way);
		return;
	}
	strata_ipv4_forward_refuse(sn, skb, reason);
drop:
	strata_drop(sn, skb, reason);
}

/**
 * strata_ipv4_rcv() - receive a datagram
 * @link: where it came in
 * @skb: skb->data at the IP header; neither shared nor for another station;
 *	owned
 *
 * Context: softirq, RCU.
 */
void strata_ipv4_rcv(struct strata_link *link, struct sk_buff *skb)
{
	struct decision decision = DECISION_NONE;
	struct strata_net *sn = link->sn;

	strata_count(sn, IP4_RX);
	rcv_one(sn, link, skb, &decision);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_rcv);

/* A batch; owns all of it. */
static void ipv4_rcv_list(struct strata_link *link, struct list_head *skbs)
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
	strata_count_add(sn, IP4_RX, n);
}

const struct strata_l3_ops strata_ipv4_l3 = {
	.name = "ipv4",
	.type = htons(ETH_P_IP),
	.rcv = strata_ipv4_rcv,
	.rcv_list = ipv4_rcv_list,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_l3);
