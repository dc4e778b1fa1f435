// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 input: malformed and impossible datagrams and extension headers, each
 * dropped under its own reason, delivered to nobody, and reported where RFC 8200
 * says so.
 */
#include <linux/icmpv6.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

#define OUTSIDE		"2001:db8::1"
#define PAYLOAD		8	/* bytes after the extension headers */
#define UPPER		STATION_PROTO
#define HOP		0
#define DEST		60
#define ROUTING		43
#define FRAGMENT	44
#define NONE		59
/* Options by what the highest bits of their type ask for, if unknown. */
#define SKIP		0x1e
#define DISCARD		0x5e
#define REPORT		0x9e
#define REPORT_UNICAST	0xde

/**
 * struct input_case - what is wrong with a datagram
 * @name: for the report
 * @saddr: source, NULL: the peer
 * @daddr: destination, NULL: the station
 * @nexthdr: first header after IPv6's, if @ext_len
 * @ext: extension headers
 * @ext_len: bytes of them
 * @mangle: makes it wrong. Optional
 * @pkt_type: what L2 says, beside PACKET_HOST
 * @reason: it is dropped for; STRATA_IPV6_PASS: delivered
 * @code: of the Parameter Problem that the peer gets, plus 1; 0: it gets none
 * @pointer: of it
 */
struct input_case {
	const char *name;
	const char *saddr;
	const char *daddr;
	u8 nexthdr;
	u8 ext[96];
	u8 ext_len;
	void (*mangle)(struct sk_buff *skb, struct ipv6hdr *ip6h);
	u8 pkt_type;
	enum strata_drop_reason reason;
	u8 code;
	u32 pointer;
};

static void cut_header(struct sk_buff *skb, struct ipv6hdr *ip6h)
{
	skb_trim(skb, sizeof(*ip6h) - 1);
}

static void version_4(struct sk_buff *skb, struct ipv6hdr *ip6h)
{
	ip6h->version = 4;
}

static void longer_than_packet(struct sk_buff *skb, struct ipv6hdr *ip6h)
{
	ip6h->payload_len = htons(ntohs(ip6h->payload_len) + 1);
}

static void padding(struct sk_buff *skb, struct ipv6hdr *ip6h)
{
	ip6h->payload_len = htons(ntohs(ip6h->payload_len) - 2);
}

static void jumbo(struct sk_buff *skb, struct ipv6hdr *ip6h)
{
	ip6h->payload_len = 0;
}

#define EXT(first, ...) \
	.nexthdr = (first), .ext = { __VA_ARGS__ }, \
	.ext_len = sizeof((u8[]){ __VA_ARGS__ })
#define PADN6	1, 4, 0, 0, 0, 0
#define DROPPED	.reason = STRATA_DROP_IP_EXTENSION
#define PASSED	.reason = STRATA_IPV6_PASS

static const struct input_case input_cases[] = {
	{ "good", PASSED },
	{ "padded by Ethernet", .mangle = padding, PASSED },
	{ "from a link-local address", "fe80::2", PASSED },
	{ "to all nodes (RFC 4291 2.8)", .daddr = "ff02::1", PASSED },
	{ "to the solicited-node group", .daddr = STATION6_GROUP, PASSED },
	{ "unicast in a multicast frame", .pkt_type = PACKET_MULTICAST,
	  PASSED },
	{ "header cut off", .mangle = cut_header,
	  .reason = STRATA_DROP_IP_TRUNCATED },
	{ "version 4", .mangle = version_4,
	  .reason = STRATA_DROP_IP_VERSION },
	{ "payload length beyond the packet", .mangle = longer_than_packet,
	  .reason = STRATA_DROP_IP_TRUNCATED },
	{ "jumbogram (RFC 2675)", .mangle = jumbo,
	  EXT(HOP, UPPER, 0, 0xc2, 4, 0, 1, 0, 0),
	  .reason = STRATA_DROP_IP_TRUNCATED },
	{ "from a group (RFC 4291 2.7)", "ff02::1",
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from ::1 (RFC 4291 2.5.3)", "::1",
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from :: to one host (RFC 4291 2.5.2)", "::",
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from ourselves", STATION6_ADDR,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from a v4-mapped address", "::ffff:10.99.0.2",
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "to our v4-mapped address", .daddr = "::ffff:10.99.0.1",
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to ::1 (RFC 4291 2.5.3)", .daddr = "::1",
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to :: (RFC 4291 2.5.2)", .daddr = "::",
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to scope 0 (RFC 4291 2.7)", .daddr = "ff00::1",
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to a group of the node (RFC 4291 2.7)", .daddr = "ff01::1",
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "to another host", .daddr = OUTSIDE,
	  .reason = STRATA_DROP_IP_NOT_LOCAL },
	{ "to a group we are not in", .daddr = "ff02::1:ff00:99",
	  .reason = STRATA_DROP_IP_NOT_LOCAL },

	{ "padding", EXT(DEST, UPPER, 0, PADN6), PASSED },
	{ "seven bytes of padding (RFC 8504 5.3)",
	  EXT(DEST, UPPER, 1, SKIP, 5, 0, 0, 0, 0, 0, 1, 5, 0, 0, 0, 0, 0),
	  PASSED },
	{ "eight bytes of padding (RFC 8504 5.3)",
	  EXT(DEST, UPPER, 1, SKIP, 4, 0, 0, 0, 0, 1, 6, 0, 0, 0, 0, 0, 0),
	  DROPPED },
	{ "router alert (RFC 2711)", EXT(HOP, UPPER, 0, 5, 2, 0, 0, 1, 0),
	  PASSED },
	{ "router alert of length 1", EXT(HOP, UPPER, 0, 5, 1, 0, 1, 1, 0),
	  DROPPED },
	{ "unknown option to skip", EXT(DEST, UPPER, 0, SKIP, 4, 0, 0, 0, 0),
	  PASSED },
	{ "unknown option that drops",
	  EXT(DEST, UPPER, 0, DISCARD, 4, 0, 0, 0, 0), DROPPED },
	{ "unknown option that reports",
	  EXT(DEST, UPPER, 0, 0, REPORT, 3, 0, 0, 0), DROPPED,
	  .code = 1 + ICMPV6_UNK_OPTION, .pointer = 43 },
	{ "likewise to a group", .daddr = "ff02::1",
	  EXT(DEST, UPPER, 0, 0, REPORT, 3, 0, 0, 0), DROPPED,
	  .code = 1 + ICMPV6_UNK_OPTION, .pointer = 43 },
	{ "unknown option that reports unicast",
	  EXT(HOP, UPPER, 0, REPORT_UNICAST, 4, 0, 0, 0, 0), DROPPED,
	  .code = 1 + ICMPV6_UNK_OPTION, .pointer = 42 },
	{ "likewise to a group", .daddr = "ff02::1",
	  EXT(HOP, UPPER, 0, REPORT_UNICAST, 4, 0, 0, 0, 0), DROPPED },
	{ "option without a length",
	  EXT(DEST, UPPER, 0, SKIP, 3, 0, 0, 0, SKIP), DROPPED },
	{ "option beyond its header", EXT(DEST, UPPER, 0, SKIP, 5, 0, 0, 0, 0),
	  DROPPED },
	{ "eight options", EXT(DEST, UPPER, 2, SKIP, 0, SKIP, 0, SKIP, 0,
			       SKIP, 0, SKIP, 0, SKIP, 0, SKIP, 0, SKIP, 4,
			       0, 0, 0, 0, 0, 0), PASSED },
	{ "nine options (RFC 8504 5.3)",
	  EXT(DEST, UPPER, 2, SKIP, 0, SKIP, 0, SKIP, 0, SKIP, 0, SKIP, 0,
	      SKIP, 0, SKIP, 0, SKIP, 0, SKIP, 2, 0, 0, 0, 0), DROPPED },
	{ "header longer than the packet", EXT(DEST, UPPER, 2, PADN6),
	  .reason = STRATA_DROP_IP_TRUNCATED },
	{ "hop-by-hop, then destination options",
	  EXT(HOP, DEST, 0, PADN6, UPPER, 0, PADN6), PASSED },
	{ "hop-by-hop not first (RFC 8200 4.3)",
	  EXT(DEST, HOP, 0, PADN6, UPPER, 0, PADN6), DROPPED,
	  .code = 1 + ICMPV6_UNK_NEXTHDR, .pointer = 40 },
	{ "hop-by-hop twice", EXT(HOP, HOP, 0, PADN6, UPPER, 0, PADN6),
	  DROPPED, .code = 1 + ICMPV6_UNK_NEXTHDR, .pointer = 40 },
	{ "destination options twice, any order (RFC 8200 4.1)",
	  EXT(DEST, ROUTING, 0, PADN6, DEST, 0, 0, 0, 0, 0, 0, 0,
	      UPPER, 0, PADN6), PASSED },
	{ "routing to its end (RFC 8200 4.4)",
	  EXT(ROUTING, UPPER, 0, 0, 0, 0, 0, 0, 0), PASSED },
	{ "type 0 routing (RFC 5095)", EXT(ROUTING, UPPER, 0, 0, 1, 0, 0, 0, 0),
	  DROPPED, .code = 1 + ICMPV6_HDR_FIELD, .pointer = 42 },
	{ "routing of unknown type (RFC 8200 4.4)",
	  EXT(DEST, ROUTING, 0, PADN6, UPPER, 0, 253, 9, 0, 0, 0, 0),
	  DROPPED, .code = 1 + ICMPV6_HDR_FIELD, .pointer = 50 },
	{ "atomic fragment (RFC 6946)",
	  EXT(FRAGMENT, UPPER, 0, 0, 0, 0, 0, 0, 1), PASSED },
	{ "eight headers", EXT(DEST, DEST, 0, PADN6, DEST, 0, PADN6,
			       DEST, 0, PADN6, DEST, 0, PADN6, DEST, 0, PADN6,
			       DEST, 0, PADN6, DEST, 0, PADN6, UPPER, 0, PADN6),
	  PASSED },
	{ "nine headers", EXT(DEST, DEST, 0, PADN6, DEST, 0, PADN6,
			      DEST, 0, PADN6, DEST, 0, PADN6, DEST, 0, PADN6,
			      DEST, 0, PADN6, DEST, 0, PADN6, DEST, 0, PADN6,
			      UPPER, 0, PADN6), DROPPED },
	{ "nothing follows (RFC 8200 4.7)", EXT(DEST, NONE, 0, PADN6),
	  .reason = STRATA_DROP_IP_NO_PROTOCOL },
	{ "unknown header (RFC 8200 4)", EXT(DEST, UPPER + 1, 0, PADN6),
	  .reason = STRATA_DROP_IP_NO_PROTOCOL,
	  .code = 1 + ICMPV6_UNK_NEXTHDR, .pointer = 40 },
	{ "ICMP of IPv4", EXT(DEST, IPPROTO_ICMP, 0, PADN6),
	  .reason = STRATA_DROP_IP_NO_PROTOCOL,
	  .code = 1 + ICMPV6_UNK_NEXTHDR, .pointer = 40 },
};

static void input_describe(const struct input_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(input, input_cases, input_describe);

static struct sk_buff *input_build(struct kunit *test,
				   const struct input_case *c)
{
	u8 payload[sizeof(c->ext) + PAYLOAD] = {};
	struct sk_buff *skb;

	memcpy(payload, c->ext, c->ext_len);
	skb = strata_station6_datagram(test, c->saddr ?: STATION6_PEER,
				       c->daddr ?: STATION6_ADDR,
				       c->ext_len ? c->nexthdr : UPPER,
				       payload, c->ext_len + PAYLOAD);
	if (c->pkt_type)
		skb->pkt_type = c->pkt_type;
	if (c->mangle)
		c->mangle(skb, ipv6_hdr(skb));
	return skb;
}

static void expect_report(struct kunit *test, const struct input_case *c)
{
	struct sk_buff *skb = strata_station6_sent();
	const struct icmp6hdr *icmph;

	if (!c->code) {
		KUNIT_EXPECT_NULL(test, skb);
		kfree_skb(skb);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, skb);
	icmph = (struct icmp6hdr *)(ipv6_hdr(skb) + 1);
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->nexthdr, IPPROTO_ICMPV6);
	KUNIT_EXPECT_EQ(test, icmph->icmp6_type, ICMPV6_PARAMPROB);
	KUNIT_EXPECT_EQ(test, icmph->icmp6_code + 1, c->code);
	KUNIT_EXPECT_EQ(test, ntohl(icmph->icmp6_pointer), c->pointer);
	kfree_skb(skb);
}

static void input_is_judged(struct kunit *test)
{
	const struct input_case *c = test->param_value;
	bool good = c->reason == STRATA_IPV6_PASS;
	u64 drops = strata_station_drops();
	struct sk_buff *skb;
	u64 before = 0;

	/* Given one datagram, and a peer that may be told of it */
	strata_icmp_limit_init(&strata_station.sn->ipv6->limit);
	skb = input_build(test, c);
	if (!good)
		before = strata_drop_read(strata_station.sn, c->reason);
	/* When it arrives */
	strata_station6_rcv(skb);
	/* Then it is delivered, or dropped once and for this reason */
	KUNIT_EXPECT_EQ(test, strata_station.delivered, good ? 1 : 0);
	KUNIT_EXPECT_EQ(test, strata_station_drops() - drops, good ? 0 : 1);
	if (!good)
		KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
						       c->reason), before + 1);
	expect_report(test, c);
}

static void input_nonlinear_is_pulled(struct kunit *test)
{
	static const u8 options[16] = { UPPER, 0, PADN6 };
	struct sk_buff *skb, *tail;

	/* Given a datagram with options of which only ten bytes are linear */
	skb = strata_station6_datagram(test, STATION6_PEER, STATION6_ADDR,
				       DEST, options, sizeof(options));
	tail = skb_copy(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tail);
	__skb_pull(tail, 10);
	skb_trim(skb, 10);
	skb_shinfo(skb)->frag_list = tail;
	skb->len += tail->len;
	skb->data_len += tail->len;
	skb->truesize += tail->truesize;
	/* When it arrives, then it is delivered */
	strata_station6_rcv(skb);
	KUNIT_EXPECT_EQ(test, strata_station.delivered, 1);
}

static struct kunit_case input_tests[] = {
	KUNIT_CASE_PARAM(input_is_judged, input_gen_params),
	KUNIT_CASE(input_nonlinear_is_pulled),
	{}
};

static struct kunit_suite input_suite = {
	.name = "strata_ipv6_input",
	.init = strata_station6_init,
	.exit = strata_station_exit,
	.test_cases = input_tests,
};

kunit_test_suite(input_suite);
