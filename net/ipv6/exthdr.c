// SPDX-License-Identifier: GPL-2.0
/*
 * Extension headers (RFC 8200 4), as far as the transport header or a fragment.
 *
 * They are accepted in any order and number (RFC 8200 4.1, RFC 7045) but for
 * hop-by-hop options, which come first or not at all, and the limits of RFC
 * 8504 5.3, so that no datagram costs more than a few times another.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <strata/visibility.h>
#include "ipv6.h"

/* RFC 8504 5.3 */
#define EXTHDR_MAX		8	/* headers */
#define OPTIONS_MAX		8	/* options of a header, padding apart */
#define PADDING_MAX		7	/* bytes of padding in a row */

#define EXTHDR_UNIT		8	/* lengths count these, after the first */
#define OPTION_HEAD		2	/* type, length */

/* RFC 8200 4.2: the highest two bits of an unknown option's type. */
#define ACTION_MASK		0xc0
#define ACTION_SKIP		0x00
#define ACTION_DISCARD		0x40
#define ACTION_REPORT		0x80	/* discard, and tell the sender */
/* otherwise: likewise, unless it was multicast */

/* Offset of the type in a routing header; of segments left. */
#define ROUTING_TYPE		2
#define ROUTING_LEFT		3

static void drop(struct strata_exthdr *ext, enum strata_drop_reason reason)
{
	ext->reason = reason;
}

static void report(struct strata_exthdr *ext, u8 code, u32 pointer)
{
	ext->reason = STRATA_DROP_IP_EXTENSION;
	ext->report = true;
	ext->code = code;
	ext->pointer = pointer;
}

/* Bytes of the header at ext->offset, linear; 0: it is truncated. */
static unsigned int header_bytes(struct sk_buff *skb,
				 const struct strata_exthdr *ext)
{
	unsigned int bytes;

	if (!pskb_may_pull(skb, ext->offset + EXTHDR_UNIT))
		return 0;
	bytes = (skb_network_header(skb)[ext->offset + 1] + 1) * EXTHDR_UNIT;
	return pskb_may_pull(skb, ext->offset + bytes) ? bytes : 0;
}

static void unknown_option(const struct sk_buff *skb, struct strata_exthdr *ext,
			   unsigned int at)
{
	switch (skb_network_header(skb)[at] & ACTION_MASK) {
	case ACTION_SKIP:
		return;
	case ACTION_DISCARD:
		drop(ext, STRATA_DROP_IP_EXTENSION);
		return;
	case ACTION_REPORT:
		report(ext, ICMPV6_UNK_OPTION, at);
		return;
	}
	report(ext, ICMPV6_UNK_OPTION, at);
	ext->report = !ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
}

/* Nothing that they can say matters to a host: Router Alert (RFC 2711) and all
 * others are known by form alone; a jumbo payload (RFC 2675) is no option here.
 */
static void known_option(const struct sk_buff *skb, struct strata_exthdr *ext,
			 unsigned int at)
{
	const u8 *option = skb_network_header(skb) + at;

	if (ext->proto != NEXTHDR_HOP || option[0] != IPV6_TLV_ROUTERALERT)
		unknown_option(skb, ext, at);
	else if (option[1] != 2)	/* RFC 2711 2.1 */
		drop(ext, STRATA_DROP_IP_EXTENSION);
}

/* RFC 4942 2.1.9.5: what is not zero in padding is a message to somebody else. */
static bool is_blank(const u8 *padding, unsigned int len)
{
	return len <= OPTION_HEAD ||
	       !memchr_inv(padding + OPTION_HEAD, 0, len - OPTION_HEAD);
}

/* The options of a hop-by-hop or destination options header (RFC 8200 4.2). */
static void walk_options(const struct sk_buff *skb, struct strata_exthdr *ext,
			 unsigned int bytes)
{
	const u8 *header = skb_network_header(skb);
	unsigned int at = ext->offset + OPTION_HEAD;
	unsigned int end = ext->offset + bytes;
	unsigned int options = 0, padding = 0;
	unsigned int len;

	for (; at < end && ext->reason == STRATA_IPV6_PASS; at += len) {
		len = 1;
		if (header[at] != IPV6_TLV_PAD1) {
			if (at + 1 >= end) {
				drop(ext, STRATA_DROP_IP_EXTENSION);
				return;
			}
			len = header[at + 1] + OPTION_HEAD;
		}
		if (header[at] <= IPV6_TLV_PADN) {
			padding += len;
		} else {
			padding = 0;
			options++;
		}
		if (at + len > end || padding > PADDING_MAX ||
		    options > OPTIONS_MAX || (padding && !is_blank(header + at, len)))
			drop(ext, STRATA_DROP_IP_EXTENSION);
		else if (!padding)
			known_option(skb, ext, at);
	}
}

/* RFC 8200 4.4, RFC 5095: no type of it is obeyed here. */
static void walk_routing(const struct sk_buff *skb, struct strata_exthdr *ext)
{
	const u8 *header = skb_network_header(skb) + ext->offset;

	if (header[ROUTING_LEFT])
		report(ext, ICMPV6_HDR_FIELD, ext->offset + ROUTING_TYPE);
}

/* RFC 6946: a fragment that is all of the datagram is no fragment. */
static bool is_atomic(const struct sk_buff *skb,
		      const struct strata_exthdr *ext)
{
	const struct frag_hdr *frag;

	frag = (const struct frag_hdr *)(skb_network_header(skb) + ext->offset);
	return !(frag->frag_off & htons(IP6_OFFSET | IP6_MF));
}

/* Over one header. False: no other extension header follows that matters. */
static bool walk_one(struct sk_buff *skb, struct strata_exthdr *ext)
{
	unsigned int bytes;

	bytes = ext->proto == NEXTHDR_FRAGMENT &&
		pskb_may_pull(skb, ext->offset + EXTHDR_UNIT) ?
		EXTHDR_UNIT : header_bytes(skb, ext);
	if (!bytes) {
		drop(ext, STRATA_DROP_IP_TRUNCATED);
		return false;
	}
	if (ext->proto == NEXTHDR_ROUTING)
		walk_routing(skb, ext);
	else if (ext->proto != NEXTHDR_FRAGMENT)
		walk_options(skb, ext, bytes);
	else
		ext->fragment = !is_atomic(skb, ext);
	if (ext->reason != STRATA_IPV6_PASS || ext->fragment)
		return false;
	ext->named_at = ext->offset;
	ext->proto = skb_network_header(skb)[ext->offset];
	ext->offset += bytes;
	return true;
}

static bool is_extension(u8 proto)
{
	return proto == NEXTHDR_HOP || proto == NEXTHDR_DEST ||
	       proto == NEXTHDR_ROUTING || proto == NEXTHDR_FRAGMENT;
}

/**
 * strata_exthdr_walk() - go over the extension headers of a datagram
 * @skb: skb->data at the IPv6 header, which is valid; what is walked over
 *	becomes linear
 * @ext: out
 *
 * Context: softirq.
 */
void strata_exthdr_walk(struct sk_buff *skb, struct strata_exthdr *ext)
{
	unsigned int headers = 0;

	*ext = (struct strata_exthdr) {
		.reason = STRATA_IPV6_PASS,
		.proto = ipv6_hdr(skb)->nexthdr,
		.offset = sizeof(struct ipv6hdr),
		.named_at = offsetof(struct ipv6hdr, nexthdr),
	};
	while (unlikely(is_extension(ext->proto))) {
		/* RFC 8200 4.3: immediately after the IPv6 header. */
		if (ext->proto == NEXTHDR_HOP && headers) {
			report(ext, ICMPV6_UNK_NEXTHDR, ext->named_at);
			return;
		}
		if (headers++ >= EXTHDR_MAX) {
			drop(ext, STRATA_DROP_IP_EXTENSION);
			return;
		}
		if (!walk_one(skb, ext))
			return;
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_exthdr_walk);
