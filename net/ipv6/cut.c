// SPDX-License-Identifier: GPL-2.0
/*
 * A datagram that came in fragments, and that hooks wanted whole, goes on in
 * fragments: a router makes none of its own (RFC 8200 5), and none larger than it got.
 */
#include <linux/random.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include "ipv6.h"

/* What the extension headers before the fragments' may take. */
#define HEADERS_MAX	256

/**
 * struct cutting - what the fragments of a datagram have from it
 * @way: where they go
 * @headers: theirs, up to the fragment header; the last one names that
 * @len: bytes of @headers
 * @proto: what the fragment header names
 * @ident: of all of them
 */
struct cutting {
	const struct strata_forward *way;
	u8 headers[HEADERS_MAX];
	unsigned int len;
	u8 proto;
	__be32 ident;
};

/* Owns @skb. */
static int send_fragment(struct sk_buff *skb, const struct strata_frag *frag,
			 void *arg)
{
	const struct cutting *cutting = arg;

	strata_ipv6_push_frag(skb, frag, cutting->proto, cutting->ident);
	memcpy(__skb_push(skb, cutting->len), cutting->headers, cutting->len);
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IPV6);
	ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	return strata_forward_send(cutting->way, skb);
}

/* RFC 8200 4.5: what every fragment has is the headers that routers look at. */
static bool take_headers(struct cutting *cutting, struct sk_buff *skb)
{
	u8 *named_at;
	int len = ip6_find_1stfragopt(skb, &named_at);

	if (len < 0 || len > HEADERS_MAX)
		return false;
	cutting->proto = *named_at;
	*named_at = NEXTHDR_FRAGMENT;
	memcpy(cutting->headers, skb->data, len);
	cutting->len = len;
	return true;
}

/**
 * strata_ipv6_cut() - send a datagram on in fragments again
 * @sn: the namespace's stack
 * @skb: skb->data at the IPv6 header, linear as far as headers go; ours to write
 *	to, no GSO; owned
 * @way: where to
 * @size: bytes of a fragment, with all headers, at the most
 *
 * The identification nobody can guess (RFC 7739 5.3).
 *
 * Context: softirq, RCU.
 */
void strata_ipv6_cut(struct strata_net *sn, struct sk_buff *skb,
		     const struct strata_forward *way, u32 size)
{
	struct cutting cutting = {
		.way = way,
		.ident = (__force __be32)get_random_u32(),
	};
	struct strata_cut cut = {
		.emit = send_fragment,
		.arg = &cutting,
	};

	if (!take_headers(&cutting, skb)) {
		strata_drop(sn, skb, STRATA_DROP_IP_EXTENSION);
		return;
	}
	cut.room = LL_RESERVED_SPACE(way->link->dev) + cutting.len +
		   sizeof(struct frag_hdr);
	cut.payload_max = (int)size -
			  (int)(cutting.len + sizeof(struct frag_hdr));
	strata_count(sn, IP6_FRAGMENTED);
	__skb_pull(skb, cutting.len);
	strata_frag_cut(sn, skb, &cut);
}
