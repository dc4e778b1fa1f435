// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP messages sent: errors (RFC 1122 3.2.2, RFC 1812 4.3.2) and the answer to
 * an echo request.
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <net/ip.h>
#include <strata/visibility.h>
#include "ipv4.h"

#define ERROR_DATAGRAM_MAX	576	/* RFC 1812 4.3.2.3 */
#define QUOTE_MAX \
	(ERROR_DATAGRAM_MAX - sizeof(struct iphdr) - sizeof(struct icmphdr))
#define CLASS_D_OCTET		224	/* and class E above */

/* RFC 1122 3.2.2: no error about an error; nor about what we do not know. */
static bool icmp_is_question(const struct sk_buff *skb)
{
	const u8 *type;
	u8 buffer;

	type = skb_header_pointer(skb, skb_network_offset(skb) +
				  ip_hdrlen(skb), sizeof(buffer), &buffer);
	if (!type)
		return false;
	switch (*type) {
	case ICMP_ECHO:
	case ICMP_ECHOREPLY:
	case ICMP_TIMESTAMP:
	case ICMP_TIMESTAMPREPLY:
	case ICMP_INFO_REQUEST:
	case ICMP_INFO_REPLY:
	case ICMP_ADDRESS:
	case ICMP_ADDRESSREPLY:
		return true;
	}
	return false;
}

static bool is_broadcast(struct strata_net *sn, __be32 addr4)
{
	struct in6_addr addr;

	strata_addr_from4(&addr, addr4);
	return strata_addr_is_broadcast(sn, NULL, &addr);
}

/**
 * strata_icmp_may_answer() - may an error be sent about a packet?
 * @sn: the namespace's stack
 * @skb: network header set and validated; not owned
 *
 * RFC 1122 3.2.2: never about an ICMP error, a broadcast or multicast of L3 or
 * L2, a fragment that is not the first, or a source that is no single host.
 *
 * Context: RCU read side.
 */
bool strata_icmp_may_answer(struct strata_net *sn, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (skb->pkt_type != PACKET_HOST)
		return false;
	if (iph->frag_off & htons(IP_OFFSET))
		return false;
	if (ntohl(iph->daddr) >> 24 >= CLASS_D_OCTET ||
	    is_broadcast(sn, iph->daddr))
		return false;
	if (strata_addr4_is_this_net(iph->saddr) ||
	    ntohl(iph->saddr) >> 24 >= CLASS_D_OCTET ||
	    is_broadcast(sn, iph->saddr))
		return false;
	return iph->protocol != IPPROTO_ICMP || icmp_is_question(skb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_icmp_may_answer);

static void icmp_output(struct strata_net *sn, struct sk_buff *skb,
			const struct strata_flow *flow,
			const struct strata_path *path)
{
	strata_count(sn, ICMP4_TX);
	strata_ipv4_output(sn, NULL, skb, flow, path);
}

/* The answer to @skb goes back where it came from. */
static void answer_flow(struct strata_net *sn, const struct sk_buff *skb,
			u8 tos, struct strata_flow *flow)
{
	const struct iphdr *iph = ip_hdr(skb);

	memset(flow, 0, sizeof(*flow));
	strata_addr_from4(&flow->daddr, iph->saddr);
	strata_addr_from4(&flow->saddr, iph->daddr);
	/* RFC 1122 3.2.2: from the address that was asked, if it is ours. */
	if (!strata_addr_find(sn, &flow->saddr))
		strata_addr_from4(&flow->saddr, htonl(INADDR_ANY));
	flow->mark = skb->mark;
	flow->proto = IPPROTO_ICMP;
	flow->tos = tos;
	flow->flags = STRATA_FLOW_REPLY;
}

static struct sk_buff *error_build(const struct sk_buff *about,
				   const struct strata_path *path, u8 type,
				   u8 code, __be32 rest)
{
	int offset = skb_network_offset(about);
	unsigned int quote = min_t(unsigned int, about->len - offset,
				   QUOTE_MAX);
	struct icmphdr *icmph;
	struct sk_buff *skb;

	skb = strata_icmp_alloc(path, sizeof(*icmph) + quote);
	if (!skb)
		return NULL;
	icmph = (struct icmphdr *)skb->data;
	icmph->type = type;
	icmph->code = code;
	icmph->checksum = 0;
	icmph->un.gateway = rest;
	if (skb_copy_bits(about, offset, icmph + 1, quote)) {
		kfree_skb(skb);
		return NULL;
	}
	icmph->checksum = ip_compute_csum(icmph, skb->len);
	return skb;
}

/* Whoever ignores redirects still hears of errors. */
static bool limit_pass(struct strata_net *sn, u8 type,
		       const struct in6_addr *daddr)
{
	struct strata_icmp_limit *limit = type == ICMP_REDIRECT ?
					  &sn->ipv4->redirects :
					  &sn->ipv4->limit;

	if (strata_icmp_limit_pass(limit, daddr))
		return true;
	strata_count(sn, ICMP4_RATELIMITED);
	return false;
}

/**
 * strata_icmp_send() - report a packet's trouble to its sender
 * @sn: the namespace's stack
 * @skb: the packet: skb->data anywhere, network header set and validated; not
 *	owned. Received, or one of our own that found no next hop
 * @type: of the error; ICMP_REDIRECT counts as one
 * @code: of the error
 * @rest: the second word of the ICMP header
 *
 * Says nothing where RFC 1122 3.2.2 forbids it or the rate limit is reached;
 * our own programs are not limited.
 *
 * Context: RCU read side, softirq or process.
 */
void strata_icmp_send(struct strata_net *sn, struct sk_buff *skb, u8 type,
		      u8 code, __be32 rest)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct strata_path path;
	struct strata_flow flow;
	struct sk_buff *error;

	if (!strata_icmp_may_answer(sn, skb))
		return;
	/* RFC 1812 4.3.2.5 */
	answer_flow(sn, skb, (iph->tos & IPTOS_TOS_MASK) |
		    IPTOS_PREC_INTERNETCONTROL, &flow);
	if (strata_ipv4_route(sn, &flow, &path))
		return;
	if (path.type != STRATA_PATH_LOCAL &&
	    !limit_pass(sn, type, &flow.daddr))
		return;
	error = error_build(skb, &path, type, code, rest);
	if (!error)
		return;
	if (type == ICMP_REDIRECT)
		strata_count(sn, ICMP4_REDIRECTS);
	icmp_output(sn, error, &flow, &path);
}

/**
 * strata_icmp_echo() - answer an echo request
 * @sn: the namespace's stack
 * @skb: skb->data at the ICMP header, checksum verified; not owned
 *
 * RFC 1122 3.2.2.6: the same data back, from the address that was asked.
 *
 * Context: RCU read side, softirq.
 */
void strata_icmp_echo(struct strata_net *sn, struct sk_buff *skb)
{
	struct icmphdr *icmph;
	struct strata_path path;
	struct strata_flow flow;
	struct sk_buff *reply;

	answer_flow(sn, skb, strata_cb(skb)->tos, &flow);
	flow.flags |= STRATA_FLOW_FRAGMENT;
	if (strata_ipv4_route(sn, &flow, &path))
		return;
	reply = strata_icmp_alloc(&path, skb->len);
	if (!reply)
		return;
	icmph = (struct icmphdr *)reply->data;
	if (skb_copy_bits(skb, 0, icmph, skb->len)) {
		kfree_skb(reply);
		return;
	}
	icmph->type = ICMP_ECHOREPLY;
	csum_replace2(&icmph->checksum, htons(ICMP_ECHO << 8),
		      htons(ICMP_ECHOREPLY << 8));
	strata_count(sn, ICMP4_ECHO);
	icmp_output(sn, reply, &flow, &path);
}
