// SPDX-License-Identifier: GPL-2.0
/*
 * What differs between protocols: which packets are valid, which begin a
 * connection, and how long one may be silent.
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <strata/visibility.h>
#include "conntrack.h"

/* RFC 4787 REQ-5: two minutes at least, five are recommended; (a): to the
 * well-known ports less will do.
 */
#define UDP_s		120
#define UDP_STREAM_s	300
#define UDP_WELL_KNOWN_s 30
#define WELL_KNOWN_MAX	1023
#define QUERY_s		60	/* RFC 5508 REQ-2 */
#define OTHER_s		600

/* ------- checksums ------- */

/* The pseudo-header's part; none in ICMP of IPv4. */
static __wsum pseudo_sum(const struct sk_buff *skb,
			 const struct ct_packet *packet)
{
	if (packet->proto == IPPROTO_ICMP)
		return 0;
	if (skb->protocol == htons(ETH_P_IP))
		return csum_tcpudp_nofold(ip_hdr(skb)->saddr,
					  ip_hdr(skb)->daddr, packet->len,
					  packet->proto, 0);
	return ~csum_unfold(csum_ipv6_magic(&ipv6_hdr(skb)->saddr,
					    &ipv6_hdr(skb)->daddr, packet->len,
					    packet->proto, 0));
}

/* What the device has summed up, without what is before the transport header. */
static bool complete_is_right(const struct sk_buff *skb,
			      const struct ct_packet *packet, __wsum pseudo)
{
	__wsum sum = csum_sub(skb->csum, csum_partial(skb->data,
						      packet->offset, 0));

	return !csum_fold(csum_add(sum, pseudo));
}

/* Who reads it next need not sum it up again. */
static bool sum_is_right(struct sk_buff *skb, const struct ct_packet *packet)
{
	__wsum pseudo = pseudo_sum(skb, packet);

	if (skb->ip_summed == CHECKSUM_COMPLETE &&
	    pskb_may_pull(skb, packet->offset) &&
	    complete_is_right(skb, packet, pseudo))
		return true;
	if (csum_fold(skb_checksum(skb, packet->offset, packet->len, pseudo)))
		return false;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return true;
}

static bool udp_is_valid(const struct sk_buff *skb,
			 const struct ct_packet *packet, bool *no_sum)
{
	struct udphdr buffer;
	const struct udphdr *uh = skb_header_pointer(skb, packet->offset,
						     sizeof(buffer), &buffer);

	if (!uh || ntohs(uh->len) < sizeof(*uh) ||
	    ntohs(uh->len) > packet->len)
		return false;
	/* RFC 768; RFC 8200 8.1 wants one in IPv6, but for tunnels (RFC 6935). */
	*no_sum = !uh->check;
	return true;
}

/**
 * strata_ct_proto_valid() - can it have been sent?
 * @skb: skb->data at the IP header
 * @packet: parsed; its segment: out
 * @check_sum: it came from outside
 *
 * Context: softirq or process.
 */
bool strata_ct_proto_valid(struct sk_buff *skb, struct ct_packet *packet,
			   bool check_sum)
{
	bool no_sum = false;

	switch (packet->proto) {
	case IPPROTO_TCP:
		if (unlikely(!strata_ct_tcp_parse(skb, packet)))
			return false;
		break;
	case IPPROTO_UDP:
		if (unlikely(!udp_is_valid(skb, packet, &no_sum)))
			return false;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		break;
	default:
		return true;
	}
	return !check_sum || no_sum || skb_csum_unnecessary(skb) ||
	       sum_is_right(skb, packet);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_proto_valid);

/* ------- beginning and going on ------- */

/**
 * strata_ct_proto_begins() - may a connection begin with this packet?
 * @packet: valid, of no connection that is known
 * @loose: a TCP connection's beginning need not be seen
 *
 * Context: any.
 */
bool strata_ct_proto_begins(const struct ct_packet *packet, bool loose)
{
	if (packet->proto == IPPROTO_TCP)
		return strata_ct_tcp_begins(&packet->segment, loose);
	return !packet->answer;
}

/**
 * strata_ct_proto_reopens() - does it begin another one with the same key?
 * @ct: the connection that is known
 * @packet: with its key
 *
 * Context: any.
 */
bool strata_ct_proto_reopens(const struct strata_ct *ct,
			     const struct ct_packet *packet)
{
	return packet->proto == IPPROTO_TCP &&
	       unlikely(strata_ct_tcp_reopens(&ct->tcp, &packet->segment));
}

/* The asker's well-known ports do not matter. */
static unsigned int udp_timeout_s(const struct strata_ct *ct)
{
	bool server = !ct_has(ct, CT_ORIG_HIGH);

	if (ct_has(ct, CT_ASSURED))
		return UDP_STREAM_s;
	return ntohs(ct->key.port[server]) <= WELL_KNOWN_MAX ?
	       UDP_WELL_KNOWN_s : UDP_s;
}

static unsigned int timeout_s(const struct strata_ct *ct,
			      const struct ct_packet *packet)
{
	switch (packet->proto) {
	case IPPROTO_TCP:
		return strata_ct_tcp_timeout_s(&ct->tcp,
					       ct_has(ct, CT_REPLIED),
					       packet->segment.flags);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return udp_timeout_s(ct);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return QUERY_s;
	default:
		return OTHER_s;
	}
}

/**
 * strata_ct_proto_first() - the first packet of a connection
 * @ct: fresh; nobody else sees it yet
 * @packet: the packet
 *
 * Context: any.
 */
void strata_ct_proto_first(struct strata_ct *ct, const struct ct_packet *packet)
{
	if (packet->proto == IPPROTO_TCP)
		strata_ct_tcp_first(&ct->tcp, &packet->segment);
	ct->expires = (u32)jiffies + timeout_s(ct, packet) * HZ;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_proto_first);

/* It is worth keeping: the first sender has heard the other one. */
static void assure(struct strata_ct *ct, const struct ct_packet *packet,
		   bool reply)
{
	if (reply || !ct_has(ct, CT_REPLIED) || ct_has(ct, CT_ASSURED))
		return;
	if (packet->proto != IPPROTO_TCP ||
	    (READ_ONCE(ct->tcp.state) & CT_TCP_STATE) ==
	    STRATA_CT_TCP_ESTABLISHED)
		ct_set(ct, CT_ASSURED);
}

/**
 * strata_ct_proto_next() - one more packet of a connection
 * @ct: the connection
 * @packet: valid
 * @reply: it goes the way of the answers
 *
 * Context: any. Return: false: it cannot be one of it; nothing changed.
 */
bool strata_ct_proto_next(struct strata_ct *ct, const struct ct_packet *packet,
			  bool reply)
{
	if (packet->proto == IPPROTO_TCP &&
	    unlikely(!strata_ct_tcp_next(&ct->tcp, &packet->segment, reply)))
		return false;
	if (reply)
		ct_set(ct, CT_REPLIED);
	assure(ct, packet, reply);
	ct_refresh(ct, timeout_s(ct, packet));
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_proto_next);
