// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a packet is rewritten, and the checksums by what changed (RFC 1624);
 * of an ICMP error also what it quotes (RFC 5508 4.2).
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <strata/visibility.h>
#include "conntrack.h"

/**
 * struct mangling - what of a packet becomes another
 * @skb: the buffer
 * @at: of the IP header from skb->data
 * @transport: of the transport header
 * @proto: IP protocol
 * @quoted: it is what an error quotes: its checksums are nobody else's business
 * @source: the source changes; else the destination
 * @addr: what it becomes
 * @port: likewise; of ICMP queries the identifier, if it is this end's
 */
struct mangling {
	struct sk_buff *skb;
	unsigned int at;
	unsigned int transport;
	u8 proto;
	bool quoted;
	bool source;
	const struct in6_addr *addr;
	__be16 port;
};

static bool is_ip4(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP);
}

/* Where the checksum is behind @transport, and the bytes up to its end. */
static unsigned int sum_end(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return offsetofend(struct tcphdr, check);
	case IPPROTO_UDP:
		return offsetofend(struct udphdr, check);
	default:
		return offsetofend(struct icmphdr, un.echo.id);
	}
}

static __sum16 *sum_of(const struct mangling *mangling)
{
	u8 *header = mangling->skb->data + mangling->transport;

	switch (mangling->proto) {
	case IPPROTO_TCP:
		return &((struct tcphdr *)header)->check;
	case IPPROTO_UDP:
		return &((struct udphdr *)header)->check;
	default:
		return &((struct icmphdr *)header)->checksum;
	}
}

/* A datagram without one keeps none (RFC 768). */
static bool has_sum(const struct mangling *mangling)
{
	return mangling->proto != IPPROTO_UDP || *sum_of(mangling) ||
	       (!mangling->quoted &&
		mangling->skb->ip_summed == CHECKSUM_PARTIAL);
}

static void sum_change(const struct mangling *mangling, const void *from,
		       const void *to, unsigned int words, bool pseudo)
{
	const __be32 *old = from, *new = to;
	__sum16 *sum = sum_of(mangling);
	unsigned int i;

	for (i = 0; i < words; i++) {
		if (mangling->quoted)
			csum_replace4(sum, old[i], new[i]);
		else
			inet_proto_csum_replace4(sum, mangling->skb, old[i],
						 new[i], pseudo);
	}
}

static void sum_change2(const struct mangling *mangling, __be16 from, __be16 to)
{
	if (mangling->quoted)
		csum_replace2(sum_of(mangling), from, to);
	else
		inet_proto_csum_replace2(sum_of(mangling), mangling->skb, from,
					 to, false);
}

/* The port of the end that changes; NULL: it has none. */
static __be16 *port_of(const struct mangling *mangling)
{
	u8 *header = mangling->skb->data + mangling->transport;
	struct icmphdr *icmph = (struct icmphdr *)header;
	bool question;

	if (mangling->proto == IPPROTO_TCP || mangling->proto == IPPROTO_UDP)
		return (__be16 *)header + !mangling->source;
	question = icmph->type == ICMP_ECHO || icmph->type == ICMP_TIMESTAMP ||
		   icmph->type == ICMPV6_ECHO_REQUEST;
	return question == mangling->source ? &icmph->un.echo.id : NULL;
}

static void mangle_transport(const struct mangling *mangling, const void *from,
			     const void *to, unsigned int words)
{
	bool sum = has_sum(mangling);
	__be16 *port = port_of(mangling);

	/* ICMP of IPv4 has no pseudo-header. */
	if (sum && mangling->proto != IPPROTO_ICMP)
		sum_change(mangling, from, to, words, true);
	if (port && *port != mangling->port) {
		if (sum)
			sum_change2(mangling, *port, mangling->port);
		*port = mangling->port;
	}
	if (sum && mangling->proto == IPPROTO_UDP && !*sum_of(mangling))
		*sum_of(mangling) = CSUM_MANGLED_0;
}

static void mangle4(const struct mangling *mangling, bool transport)
{
	struct iphdr *iph = (void *)(mangling->skb->data + mangling->at);
	__be32 *addr = mangling->source ? &iph->saddr : &iph->daddr;
	__be32 to = strata_addr_to4(mangling->addr), from = *addr;

	if (transport)
		mangle_transport(mangling, &from, &to, 1);
	csum_replace4(&iph->check, from, to);
	*addr = to;
}

static void mangle6(const struct mangling *mangling, bool transport)
{
	struct ipv6hdr *ip6h = (void *)(mangling->skb->data + mangling->at);
	struct in6_addr *addr = mangling->source ? &ip6h->saddr : &ip6h->daddr;

	if (transport)
		mangle_transport(mangling, addr, mangling->addr, 4);
	*addr = *mangling->addr;
}

/* All of the header that there must be, in bytes of our own. */
static bool make_writable(const struct mangling *mangling, bool *transport)
{
	unsigned int end = mangling->transport + sum_end(mangling->proto);

	/* An error may quote less of TCP than its checksum. */
	*transport = mangling->skb->len >= end;
	if (!*transport && !mangling->quoted)
		return false;
	end = min(end, mangling->skb->len);
	return !skb_ensure_writable(mangling->skb, end);
}

static bool mangle(const struct mangling *mangling)
{
	bool transport;

	if (!make_writable(mangling, &transport))
		return false;
	if (is_ip4(mangling->skb))
		mangle4(mangling, transport);
	else
		mangle6(mangling, transport);
	/* Of a TCP segment that is cut off, the ports at least. */
	if (!transport && mangling->proto == IPPROTO_TCP)
		*port_of(mangling) = mangling->port;
	return true;
}

static void fill(struct mangling *mangling, struct sk_buff *skb,
		 const struct ct_packet *packet,
		 const struct strata_ct_tuple *target, bool source)
{
	*mangling = (struct mangling){
		.skb = skb,
		.transport = packet->offset,
		.proto = packet->proto,
		.source = source,
		.addr = source ? &target->saddr : &target->daddr,
		.port = source ? target->sport : target->dport,
	};
}

/* Does it look so already? */
static bool is_done(const struct ct_packet *packet,
		    const struct strata_ct_tuple *target, bool source)
{
	bool end = packet->high == source;

	return ipv6_addr_equal(&packet->key.end[end],
			       source ? &target->saddr : &target->daddr) &&
	       packet->key.port[end] ==
	       (source ? target->sport : target->dport);
}

/**
 * strata_ct_mangle() - rewrite one end of a packet
 * @skb: skb->data at the IP header; TCP, UDP or an ICMP query
 * @target: what it is to look like
 * @source: its source; else its destination
 *
 * Context: softirq or process. Return: false: no memory, or it is cut off.
 */
bool strata_ct_mangle(struct sk_buff *skb, const struct strata_ct_tuple *target,
		      bool source)
{
	struct mangling mangling;
	struct ct_packet packet;

	if (strata_ct_parse(skb, 0, 0, false, &packet) != CT_PARSED)
		return false;
	if (is_done(&packet, target, source))
		return true;
	fill(&mangling, skb, &packet, target, source);
	return mangle(&mangling);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_mangle);

/* The error itself: it has no ports, and its checksum is made anew. */
static bool mangle_outer(struct sk_buff *skb, const struct in6_addr *addr,
			 bool source)
{
	if (is_ip4(skb)) {
		struct iphdr *iph = (struct iphdr *)skb->data;
		__be32 *end = source ? &iph->saddr : &iph->daddr;
		__be32 to = strata_addr_to4(addr);

		csum_replace4(&iph->check, *end, to);
		*end = to;
	} else if (source) {
		((struct ipv6hdr *)skb->data)->saddr = *addr;
	} else {
		((struct ipv6hdr *)skb->data)->daddr = *addr;
	}
	return true;
}

static void sum_error(struct sk_buff *skb, const struct ct_packet *error)
{
	struct icmphdr *icmph = (void *)(skb->data + error->offset);
	const struct ipv6hdr *ip6h = (const void *)skb->data;
	__wsum sum;

	icmph->checksum = 0;
	sum = skb_checksum(skb, error->offset, error->len, 0);
	if (is_ip4(skb))
		icmph->checksum = csum_fold(sum);
	else
		icmph->checksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr,
						  error->len, IPPROTO_ICMPV6,
						  sum);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
}

/**
 * strata_ct_mangle_error() - rewrite one end of an ICMP error
 * @skb: skb->data at the IP header
 * @target: what a packet that goes its way looks like
 * @source: its source; else its destination
 *
 * What it quotes went the other way: there the other end changes, so that its
 * receiver knows the packet.
 *
 * Context: softirq or process. Return: false: no memory, or it is cut off.
 */
bool strata_ct_mangle_error(struct sk_buff *skb,
			    const struct strata_ct_tuple *target, bool source)
{
	struct ct_packet error, quoted;
	struct mangling mangling;
	unsigned int at;

	if (strata_ct_parse(skb, 0, 0, false, &error) != CT_PARSED_ERROR)
		return false;
	at = error.offset + sizeof(struct icmphdr);
	if (strata_ct_parse(skb, at, 0, true, &quoted) != CT_PARSED)
		return false;
	mangling = (struct mangling){
		.skb = skb,
		.at = at,
		.transport = quoted.offset,
		.proto = quoted.proto,
		.quoted = true,
		.source = !source,
		.addr = source ? &target->saddr : &target->daddr,
		.port = source ? target->sport : target->dport,
	};
	if (!mangle(&mangling) ||
	    !mangle_outer(skb, mangling.addr, source))
		return false;
	sum_error(skb, &error);
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_mangle_error);
