// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a packet is: the addresses and ports of its two ends.
 *
 * A key has the ends in a fixed order, so that both ways of a connection have
 * the same one, and one look-up finds it.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <strata/visibility.h>
#include "conntrack.h"

#define QUOTED_MIN	8	/* of a transport header in an ICMP error (RFC 792) */

/* Any order will do. */
static bool is_higher(const struct strata_ct_tuple *tuple)
{
	int order = memcmp(&tuple->saddr, &tuple->daddr, sizeof(tuple->saddr));

	if (order)
		return order > 0;
	return (__force u16)tuple->sport > (__force u16)tuple->dport;
}

static bool is_link_local(const struct in6_addr *addr)
{
	return ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL;
}

/**
 * strata_ct_key_set() - the key of a connection
 * @packet: its protocol is set; the key and the direction: out
 * @tuple: the way of the packet
 * @ifindex: of the link it is on
 *
 * Context: any.
 */
void strata_ct_key_set(struct ct_packet *packet,
		       const struct strata_ct_tuple *tuple, u32 ifindex)
{
	struct strata_ct_key *key = &packet->key;
	bool high = is_higher(tuple);

	packet->high = high;
	key->end[high] = tuple->saddr;
	key->end[!high] = tuple->daddr;
	key->port[high] = tuple->sport;
	key->port[!high] = tuple->dport;
	key->what = packet->proto;
	/* RFC 4007: the same link-local address may be another's elsewhere. */
	if (!strata_addr_is4(&tuple->saddr) &&
	    (is_link_local(&tuple->saddr) || is_link_local(&tuple->daddr)))
		key->what |= ifindex << CT_KEY_LINK_SHIFT;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_key_set);

/**
 * strata_ct_tuple_get() - one way of a connection
 * @ct: the connection
 * @reply: the way of the answers
 * @tuple: out
 *
 * Context: RCU read side.
 */
void strata_ct_tuple_get(const struct strata_ct *ct, bool reply,
			 struct strata_ct_tuple *tuple)
{
	bool from = ct_has(ct, CT_ORIG_HIGH) != reply;
	const struct strata_ct_key *key = &ct->key;
	const struct ct_nat *nat;

	if (reply && unlikely(ct_has(ct, CT_TRANSLATED))) {
		nat = rcu_dereference(ct->nat);
		if (nat) {
			key = &nat->key;
			from = nat->high;
		}
	}
	tuple->saddr = key->end[from];
	tuple->daddr = key->end[!from];
	tuple->sport = key->port[from];
	tuple->dport = key->port[!from];
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_tuple_get);

static u64 half(const struct in6_addr *addr, unsigned int at)
{
	return (u64)(__force u32)addr->s6_addr32[at] << 32 |
	       (__force u32)addr->s6_addr32[at + 1];
}

static siphash_aligned_key_t hash_key;

/**
 * strata_ct_hash() - where a connection is in the table
 * @key: the connection's
 *
 * siphash: what a peer sends must not let it choose the bucket.
 *
 * Context: any.
 */
u32 strata_ct_hash(const struct strata_ct_key *key)
{
	u64 rest = (u64)(__force u16)key->port[0] << 48 |
		   (u64)(__force u16)key->port[1] << 32 | key->what;

	net_get_random_once(&hash_key, sizeof(hash_key));
	if (likely(strata_addr_is4(&key->end[0])))
		return siphash_2u64((u64)(__force u32)key->end[0].s6_addr32[3] << 32 |
				    (__force u32)key->end[1].s6_addr32[3],
				    rest, &hash_key);
	return siphash_4u64(siphash_2u64(half(&key->end[0], 0),
					 half(&key->end[0], 2), &hash_key),
			    half(&key->end[1], 0), half(&key->end[1], 2),
			    rest, &hash_key);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_hash);

/* ------- reading ------- */

/* The identifier is the asker's port, and the kind of question the answerer's:
 * so questions that both ask with one identifier are two connections.
 */
static enum ct_parsed query(struct ct_packet *packet,
			    struct strata_ct_tuple *tuple, __be16 id,
			    u8 kind, bool answer)
{
	packet->answer = answer;
	tuple->sport = answer ? htons(kind) : id;
	tuple->dport = answer ? id : htons(kind);
	return CT_PARSED;
}

static enum ct_parsed parse_icmp(struct ct_packet *packet,
				 const struct icmphdr *icmph,
				 struct strata_ct_tuple *tuple)
{
	switch (icmph->type) {
	case ICMP_ECHO:
	case ICMP_ECHOREPLY:
		return query(packet, tuple, icmph->un.echo.id, ICMP_ECHO,
			     icmph->type == ICMP_ECHOREPLY);
	case ICMP_TIMESTAMP:
	case ICMP_TIMESTAMPREPLY:
		return query(packet, tuple, icmph->un.echo.id, ICMP_TIMESTAMP,
			     icmph->type == ICMP_TIMESTAMPREPLY);
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return CT_PARSED_ERROR;
	}
	return CT_PARSED_BAD;
}

/* Neighbour discovery and groups are the link's (RFC 4861, RFC 3810). */
static enum ct_parsed parse_icmp6(struct ct_packet *packet,
				  const struct icmphdr *icmph,
				  struct strata_ct_tuple *tuple)
{
	if (!(icmph->type & ICMPV6_INFOMSG_MASK))
		return CT_PARSED_ERROR;
	if (icmph->type != ICMPV6_ECHO_REQUEST &&
	    icmph->type != ICMPV6_ECHO_REPLY)
		return CT_PARSED_APART;
	return query(packet, tuple, icmph->un.echo.id, ICMPV6_ECHO_REQUEST,
		     icmph->type == ICMPV6_ECHO_REPLY);
}

static enum ct_parsed parse_transport(const struct sk_buff *skb,
				      struct ct_packet *packet,
				      struct strata_ct_tuple *tuple)
{
	union {
		struct icmphdr icmp;
		__be16 port[2];
		u8 bytes[QUOTED_MIN];
	} buffer, *header;
	enum ct_parsed parsed = CT_PARSED;

	tuple->sport = 0;
	tuple->dport = 0;
	packet->answer = false;
	switch (packet->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		break;
	default:
		return CT_PARSED;
	}
	header = skb_header_pointer(skb, packet->offset, sizeof(buffer),
				    &buffer);
	if (unlikely(!header))
		return CT_PARSED_BAD;
	if (packet->proto == IPPROTO_ICMP) {
		parsed = parse_icmp(packet, &header->icmp, tuple);
	} else if (packet->proto == IPPROTO_ICMPV6) {
		parsed = parse_icmp6(packet, &header->icmp, tuple);
	} else {
		tuple->sport = header->port[0];
		tuple->dport = header->port[1];
	}
	return parsed;
}

static enum ct_parsed parse4(const struct sk_buff *skb, unsigned int at,
			     bool quoted, struct ct_packet *packet,
			     struct strata_ct_tuple *tuple)
{
	struct iphdr buffer;
	const struct iphdr *iph = skb_header_pointer(skb, at, sizeof(buffer),
						     &buffer);

	if (unlikely(!iph || iph->version != 4 || iph->ihl < 5))
		return CT_PARSED_BAD;
	/* Who sends one that is not the first does not say whose it is. */
	if (unlikely(iph->frag_off & htons(IP_OFFSET)))
		return CT_PARSED_BAD;
	strata_addr_from4(&tuple->saddr, iph->saddr);
	strata_addr_from4(&tuple->daddr, iph->daddr);
	packet->proto = iph->protocol;
	packet->offset = at + iph->ihl * 4;
	packet->len = quoted ? 0 : ntohs(iph->tot_len) - iph->ihl * 4;
	if (unlikely(packet->proto == IPPROTO_ICMPV6))
		return CT_PARSED_BAD;
	return parse_transport(skb, packet, tuple);
}

static enum ct_parsed parse6(const struct sk_buff *skb, unsigned int at,
			     bool quoted, struct ct_packet *packet,
			     struct strata_ct_tuple *tuple)
{
	struct ipv6hdr buffer;
	const struct ipv6hdr *ip6h = skb_header_pointer(skb, at, sizeof(buffer),
							&buffer);
	__be16 frag_off;
	int offset;

	if (unlikely(!ip6h || ip6h->version != 6))
		return CT_PARSED_BAD;
	tuple->saddr = ip6h->saddr;
	tuple->daddr = ip6h->daddr;
	packet->proto = ip6h->nexthdr;
	offset = ipv6_skip_exthdr(skb, at + sizeof(*ip6h), &packet->proto,
				  &frag_off);
	if (unlikely(offset < 0 || frag_off & htons(IP6_OFFSET)))
		return CT_PARSED_BAD;
	packet->offset = offset;
	packet->len = quoted ? 0 : skb->len - offset;
	if (unlikely(packet->proto == IPPROTO_ICMP))
		return CT_PARSED_BAD;
	if (unlikely(packet->proto == NEXTHDR_NONE))
		return CT_PARSED_APART;
	return parse_transport(skb, packet, tuple);
}

/**
 * strata_ct_parse() - read whose a packet is
 * @skb: skb->data at the IP header
 * @at: where to begin from there: 0, or at the header that an error quotes
 * @ifindex: of the link it is on
 * @quoted: only its beginning is there
 * @packet: out; where CT_PARSED_ERROR is returned all but the key
 *
 * Context: softirq or process.
 */
enum ct_parsed strata_ct_parse(const struct sk_buff *skb, unsigned int at,
			       u32 ifindex, bool quoted,
			       struct ct_packet *packet)
{
	struct strata_ct_tuple tuple;
	enum ct_parsed parsed;

	if (likely(skb->protocol == htons(ETH_P_IP)))
		parsed = parse4(skb, at, quoted, packet, &tuple);
	else
		parsed = parse6(skb, at, quoted, packet, &tuple);
	if (likely(parsed == CT_PARSED))
		strata_ct_key_set(packet, &tuple, ifindex);
	return parsed;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_parse);
