// SPDX-License-Identifier: GPL-2.0
/*
 * A datagram that has its header is cut into fragments on its way (RFC 791 3.2).
 */
#include <linux/module.h>
#include <net/ip.h>
#include "ipv4.h"

#define HEADER_BYTES_MAX	60

/**
 * struct cutting - what the fragments of a datagram have from it
 * @way: where they go
 * @header: theirs, but for length, offset and checksum
 * @len: bytes of @header
 * @offset: of the datagram, which may be a fragment itself, in bytes
 * @more: it is not the last
 */
struct cutting {
	const struct strata_forward *way;
	u8 header[HEADER_BYTES_MAX];
	u8 len;
	u16 offset;
	bool more;
};

/* RFC 791 3.1: which options are copied their type says. The others give way to
 * as many bytes that say nothing.
 */
static void strip_options(struct cutting *cutting)
{
	unsigned int at = sizeof(struct iphdr);
	u8 *header = cutting->header;
	unsigned int len;

	while (at < cutting->len && header[at] != IPOPT_END) {
		len = header[at] == IPOPT_NOOP ? 1 : header[at + 1];
		if (!IPOPT_COPIED(header[at]))
			memset(header + at, IPOPT_NOOP, len);
		at += len;
	}
}

/* Owns @skb. */
static int send_fragment(struct sk_buff *skb, const struct strata_frag *frag,
			 void *arg)
{
	struct cutting *cutting = arg;
	struct iphdr *iph = __skb_push(skb, cutting->len);
	bool more = frag->more || cutting->more;

	memcpy(iph, cutting->header, cutting->len);
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	iph->tot_len = htons(skb->len);
	iph->frag_off = htons((more ? IP_MF : 0) |
			      (cutting->offset + frag->offset) / 8);
	ip_send_check(iph);
	if (!frag->offset)
		strip_options(cutting);
	return strata_forward_send(cutting->way, skb);
}

/**
 * strata_ipv4_cut() - send a datagram on in fragments
 * @sn: the namespace's stack
 * @skb: skb->data at the IP header, whose options are well formed; larger than
 *	@way carries, no GSO; owned
 * @way: where to
 *
 * Context: softirq, RCU.
 */
void strata_ipv4_cut(struct strata_net *sn, struct sk_buff *skb,
		     const struct strata_forward *way)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct cutting cutting = {
		.way = way,
		.len = iph->ihl * 4,
		.offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8,
		.more = iph->frag_off & htons(IP_MF),
	};
	struct strata_cut cut = {
		.room = LL_RESERVED_SPACE(way->link->dev) + cutting.len,
		.payload_max = (int)way->mtu - cutting.len,
		.emit = send_fragment,
		.arg = &cutting,
	};

	memcpy(cutting.header, iph, cutting.len);
	strata_count(sn, IP4_FRAGMENTED);
	__skb_pull(skb, cutting.len);
	strata_frag_cut(sn, skb, &cut);
}
