// SPDX-License-Identifier: GPL-2.0
/*
 * ICMPv6 messages sent: errors (RFC 4443 2.4) and the answer to an echo request.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/ndisc.h>
#include <strata/visibility.h>
#include "ipv6.h"

/* RFC 4443 2.4 (c): as much as fits into what every path takes. */
#define QUOTE_MAX \
	(IPV6_MIN_MTU - sizeof(struct ipv6hdr) - sizeof(struct icmp6hdr))

/* RFC 4443 2.4 (e.1), (e.2): no error about an error or a redirect. A chain of
 * headers that ends before it tells, and a later fragment, may well be reported
 * (RFC 8200 4.5).
 */
static bool about_question(const struct sk_buff *skb)
{
	int offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	u8 proto = ipv6_hdr(skb)->nexthdr;
	__be16 frag_off;
	const u8 *type;
	u8 buffer;

	offset = ipv6_skip_exthdr(skb, offset, &proto, &frag_off);
	if (offset < 0 || frag_off & htons(IP6_OFFSET) ||
	    proto != IPPROTO_ICMPV6)
		return true;
	type = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!type)
		return frag_off != 0;
	return *type & ICMPV6_INFOMSG_MASK && *type != NDISC_REDIRECT;
}

/**
 * strata_icmp6_may_answer() - may an error be sent about a packet?
 * @skb: network header set and validated; not owned
 * @type: of the error
 * @code: of the error
 *
 * RFC 4443 2.4 (e): never about an ICMPv6 error or a redirect, a source that is
 * no single host, or a multicast of L3 or L2, where only a too big packet and
 * an option that asks for it are reported.
 *
 * Context: any.
 */
bool strata_icmp6_may_answer(const struct sk_buff *skb, u8 type, u8 code)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	bool cast = skb->pkt_type != PACKET_HOST ||
		    ipv6_addr_is_multicast(&ip6h->daddr);
	bool told_anyway = type == ICMPV6_PKT_TOOBIG ||
			   (type == ICMPV6_PARAMPROB &&
			    code == ICMPV6_UNK_OPTION);

	if (cast && !told_anyway)
		return false;
	if (ipv6_addr_any(&ip6h->saddr) ||
	    ipv6_addr_is_multicast(&ip6h->saddr))
		return false;
	return about_question(skb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_icmp6_may_answer);

/* RFC 4443 2.3: over the pseudo-header too. */
static void icmp6_output(struct strata_net *sn, struct sk_buff *skb,
			 const struct strata_flow *flow,
			 const struct strata_path *path)
{
	struct icmp6hdr *icmph = (struct icmp6hdr *)skb->data;

	icmph->icmp6_cksum = 0;
	icmph->icmp6_cksum = csum_ipv6_magic(&flow->saddr, &flow->daddr,
					     skb->len, IPPROTO_ICMPV6,
					     csum_partial(icmph, skb->len, 0));
	strata_count(sn, ICMP6_TX);
	strata_ipv6_output(sn, NULL, skb, flow, path);
}

/* The answer to @skb goes back where it came from. */
static void answer_flow(struct strata_net *sn, const struct sk_buff *skb,
			int iif, struct strata_flow *flow)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct strata_link *link;

	memset(flow, 0, sizeof(*flow));
	flow->daddr = ip6h->saddr;
	if (ipv6_addr_type(&flow->daddr) & IPV6_ADDR_LINKLOCAL)
		flow->oif = iif;
	/* RFC 4443 2.2: from the address that was asked, if it is ours. */
	link = strata_link_by_index(sn, iif);
	if (strata_addr_lookup(sn, link, &ip6h->daddr))
		flow->saddr = ip6h->daddr;
	flow->mark = skb->mark;
	flow->proto = IPPROTO_ICMPV6;
	flow->flags = STRATA_FLOW_REPLY;
}

static struct sk_buff *error_build(const struct sk_buff *about,
				   const struct strata_path *path, u8 type,
				   u8 code, u32 rest)
{
	int offset = skb_network_offset(about);
	unsigned int quote = min_t(unsigned int, about->len - offset,
				   QUOTE_MAX);
	struct icmp6hdr *icmph;
	struct sk_buff *skb;

	skb = strata_icmp_alloc(path, sizeof(*icmph) + quote);
	if (!skb)
		return NULL;
	icmph = (struct icmp6hdr *)skb->data;
	icmph->icmp6_type = type;
	icmph->icmp6_code = code;
	icmph->icmp6_mtu = htonl(rest);
	if (skb_copy_bits(about, offset, icmph + 1, quote)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/**
 * strata_icmp6_send() - report a packet's trouble to its sender
 * @sn: the namespace's stack
 * @skb: the packet: skb->data anywhere, network header set and validated; not
 *	owned. Received, or one of our own that found no next hop
 * @iif: index of the link whose zone its addresses are of
 * @type: of the error
 * @code: of the error
 * @rest: the second word of the ICMPv6 header: a pointer or an MTU
 *
 * Says nothing where RFC 4443 2.4 (e) forbids it or the rate limit is reached;
 * our own programs are not limited.
 *
 * Context: RCU read side, softirq or process.
 */
void strata_icmp6_send(struct strata_net *sn, struct sk_buff *skb, int iif,
		       u8 type, u8 code, u32 rest)
{
	struct strata_path path;
	struct strata_flow flow;
	struct sk_buff *error;

	if (!strata_icmp6_may_answer(skb, type, code))
		return;
	answer_flow(sn, skb, iif, &flow);
	if (strata_ipv6_route(sn, &flow, &path))
		return;
	if (path.type != STRATA_PATH_LOCAL &&
	    !strata_icmp_limit_pass(&sn->ipv6->limit, &flow.daddr)) {
		strata_count(sn, ICMP6_RATELIMITED);
		return;
	}
	error = error_build(skb, &path, type, code, rest);
	if (error)
		icmp6_output(sn, error, &flow, &path);
}

/**
 * strata_icmp6_echo() - answer an echo request
 * @sn: the namespace's stack
 * @skb: skb->data at the ICMPv6 header, checksum verified; not owned
 *
 * RFC 4443 4.2: the same data back, from the address that was asked; one to a
 * group is answered from an address of the link that it came in on.
 *
 * Context: RCU read side, softirq.
 */
void strata_icmp6_echo(struct strata_net *sn, struct sk_buff *skb)
{
	struct strata_path path;
	struct strata_flow flow;
	struct icmp6hdr *icmph;
	struct sk_buff *reply;

	if (ipv6_addr_any(&ipv6_hdr(skb)->saddr))
		return;
	answer_flow(sn, skb, strata_cb(skb)->iif, &flow);
	flow.tos = strata_cb(skb)->tos;
	flow.flags |= STRATA_FLOW_FRAGMENT;
	if (strata_ipv6_route(sn, &flow, &path))
		return;
	reply = strata_icmp_alloc(&path, skb->len);
	if (!reply)
		return;
	icmph = (struct icmp6hdr *)reply->data;
	if (skb_copy_bits(skb, 0, icmph, skb->len)) {
		kfree_skb(reply);
		return;
	}
	icmph->icmp6_type = ICMPV6_ECHO_REPLY;
	strata_count(sn, ICMP6_ECHO);
	icmp6_output(sn, reply, &flow, &path);
}
