// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors: whose packet they are about. Believed is one whose checksum is
 * right, that goes to the sender of what it quotes, and that quotes a packet of
 * a connection; of TCP, a segment that was sent lately (RFC 5927 4).
 */
#include <linux/icmp.h>
#include <linux/tcp.h>
#include "conntrack.h"

static bool goes_to_sender(const struct sk_buff *skb,
			   const struct ct_packet *quoted)
{
	const struct in6_addr *sender = &quoted->key.end[quoted->high];

	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->daddr == strata_addr_to4(sender);
	return ipv6_addr_equal(&ipv6_hdr(skb)->daddr, sender);
}

static bool was_sent(const struct strata_ct *ct, const struct sk_buff *skb,
		     const struct ct_packet *quoted, bool reply)
{
	__be32 buffer;
	const __be32 *seq;

	if (quoted->proto != IPPROTO_TCP)
		return true;
	seq = skb_header_pointer(skb, quoted->offset +
				 offsetof(struct tcphdr, seq), sizeof(buffer),
				 &buffer);
	return seq && strata_ct_tcp_sent(&ct->tcp, ntohl(*seq), reply);
}

/**
 * strata_ct_related() - which connection an ICMP error is about
 * @table: the namespace's
 * @skb: skb->data at the IP header
 * @error: the error; its checksum is right
 * @ifindex: of the link it is on
 *
 * Context: RCU. Return: strata_cb.track: of none STRATA_CT_INVALID.
 */
unsigned long strata_ct_related(const struct ct_table *table,
				const struct sk_buff *skb,
				const struct ct_packet *error, u32 ifindex)
{
	unsigned int at = error->offset + sizeof(struct icmphdr);
	struct ct_packet quoted;
	struct strata_ct *ct;
	bool reply;

	if (strata_ct_parse(skb, at, ifindex, true, &quoted) != CT_PARSED ||
	    !goes_to_sender(skb, &quoted))
		return STRATA_CT_INVALID;
	ct = strata_ct_lookup(table, &quoted.key);
	if (!ct)
		return STRATA_CT_INVALID;
	reply = strata_ct_is_reply(ct, &quoted);
	if (!was_sent(ct, skb, &quoted, reply))
		return STRATA_CT_INVALID;
	return (unsigned long)ct | STRATA_CT_RELATED |
	       (reply ? 0 : STRATA_CT_REPLY);
}
