// SPDX-License-Identifier: GPL-2.0
/*
 * ICMPv6: what errors mean, what they are never sent about, echo, and errors
 * about packets of ours.
 */
#include <linux/icmpv6.h>
#include <net/ipv6.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

static void meaning_is_the_kernels(struct kunit *test)
{
	struct strata_icmp_meaning meaning;
	u8 type, code;
	int err, hard;

	/* The function that the kernel's own transports ask. */
	for (type = 0; type < 128; type++) {
		for (code = 0; code < 10; code++) {
			hard = icmpv6_err_convert(type, code, &err);
			meaning = strata_icmp6_meaning(type, code);
			KUNIT_EXPECT_EQ_MSG(test, meaning.err, err,
					    "type %u code %u", type, code);
			KUNIT_EXPECT_EQ_MSG(test, meaning.hard, (bool)hard,
					    "type %u code %u", type, code);
		}
	}
}

/**
 * struct answer_case - may an error be sent about it?
 * @name: for the report
 * @saddr: of the packet
 * @daddr: of the packet
 * @proto: its first header
 * @data: the first bytes after the IPv6 header
 * @pkt_type: what L2 says; 0: as the destination asks for
 * @too_big: may a Packet Too Big be sent?
 * @unreachable: may another one?
 */
struct answer_case {
	const char *name;
	const char *saddr;
	const char *daddr;
	u8 proto;
	u8 data[16];
	u8 pkt_type;
	bool too_big;
	bool unreachable;
};

static const struct answer_case answer_cases[] = {
	{ "datagram", STATION6_PEER, STATION6_ADDR, 17, {}, 0, true, true },
	{ "echo request", STATION6_PEER, STATION6_ADDR, 58, { 128 }, 0, true,
	  true },
	{ "an error (e.1)", STATION6_PEER, STATION6_ADDR, 58, { 1 } },
	{ "an error of unknown type (e.1)", STATION6_PEER, STATION6_ADDR, 58,
	  { 100 } },
	{ "an error behind options (e.1)", STATION6_PEER, STATION6_ADDR, 60,
	  { 58, 0, 1, 4, [8] = 3 } },
	{ "redirect (e.2)", STATION6_PEER, STATION6_ADDR, 58, { 137 } },
	{ "to a group (e.3)", STATION6_PEER, "ff02::1", 17, {}, 0, true,
	  false },
	{ "in a multicast frame (e.4)", STATION6_PEER, STATION6_ADDR, 17, {},
	  PACKET_MULTICAST, true, false },
	{ "in a broadcast frame (e.5)", STATION6_PEER, STATION6_ADDR, 17, {},
	  PACKET_BROADCAST, true, false },
	{ "from nobody (e.6)", "::", STATION6_ADDR, 17 },
	{ "from a group (e.6)", "ff02::1", STATION6_ADDR, 17 },
	{ "later fragment (RFC 8200 4.5)", STATION6_PEER, STATION6_ADDR, 44,
	  { 58, 0, 0, 8 }, 0, true, true },
	{ "headers that do not end (RFC 7112 5)", STATION6_PEER,
	  STATION6_ADDR, 60, { 60, 9 }, 0, true, true },
};

static void answer_describe(const struct answer_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(answer, answer_cases, answer_describe);

/* RFC 4443 2.4 (e) */
static void answer_is_permitted(struct kunit *test)
{
	const struct answer_case *c = test->param_value;
	struct sk_buff *skb;

	skb = strata_station6_datagram(test, c->saddr, c->daddr, c->proto,
				       c->data, sizeof(c->data));
	if (c->pkt_type)
		skb->pkt_type = c->pkt_type;
	KUNIT_EXPECT_EQ(test, strata_icmp6_may_answer(skb, ICMPV6_PKT_TOOBIG,
						      0), c->too_big);
	KUNIT_EXPECT_EQ(test, strata_icmp6_may_answer(skb, ICMPV6_DEST_UNREACH,
						      ICMPV6_PORT_UNREACH),
			c->unreachable);
	kfree_skb(skb);
}

static void echo_is_answered(struct kunit *test)
{
	static const u8 request[] = { 128, 0, 0, 0, 1, 2, 3, 4, 's', 't' };
	const struct icmp6hdr *icmph;
	struct ipv6hdr *ip6h;
	struct sk_buff *skb;

	/* When an echo request arrives */
	skb = strata_station6_datagram(test, STATION6_PEER, STATION6_ADDR,
				       IPPROTO_ICMPV6, request,
				       sizeof(request));
	strata_station6_sum(skb);
	strata_station6_rcv(skb);
	/* Then its data goes back, under a right checksum (RFC 4443 4.2) */
	skb = strata_station6_sent();
	KUNIT_ASSERT_NOT_NULL(test, skb);
	ip6h = ipv6_hdr(skb);
	icmph = (struct icmp6hdr *)(ip6h + 1);
	KUNIT_EXPECT_EQ(test, icmph->icmp6_type, ICMPV6_ECHO_REPLY);
	KUNIT_EXPECT_EQ(test, memcmp(&icmph->icmp6_dataun, request + 4, 6), 0);
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr,
					      sizeof(request), IPPROTO_ICMPV6,
					      csum_partial(icmph,
							   sizeof(request), 0)),
			0);
	kfree_skb(skb);
}

/* An error about a datagram of ours. */
struct error_message {
	struct icmp6hdr icmph;
	struct ipv6hdr quoted;
	u8 l4[8];
} __packed;

static void error_arrives(struct kunit *test, u8 type, u32 rest,
			  const char *source)
{
	struct error_message message = {
		.icmph.icmp6_type = type,
		.icmph.icmp6_mtu = htonl(rest),
		.quoted.version = 6,
		.quoted.nexthdr = STATION_PROTO,
		.quoted.saddr = strata_station6_addr(source),
		.quoted.daddr = strata_station6_addr("2001:db8::9"),
	};
	struct sk_buff *skb;

	skb = strata_station6_datagram(test, STATION6_PEER, STATION6_ADDR,
				       IPPROTO_ICMPV6, &message,
				       sizeof(message));
	strata_station6_sum(skb);
	strata_station6_rcv(skb);
}

static void error_reaches_its_protocol(struct kunit *test)
{
	struct in6_addr peer = strata_station6_addr(STATION6_PEER);

	/* Given the least that a path may take (RFC 8201 4) */
	error_arrives(test, ICMPV6_PKT_TOOBIG, 1280, STATION6_ADDR);
	KUNIT_EXPECT_EQ(test, strata_station.errors, 1);
	KUNIT_EXPECT_EQ(test, strata_station.error->mtu, 1280);
	KUNIT_EXPECT_EQ(test, strata_station.error->err, EMSGSIZE);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&strata_station.error->reporter,
						&peer));
	/* then less is not believed, */
	error_arrives(test, ICMPV6_PKT_TOOBIG, 1279, STATION6_ADDR);
	KUNIT_EXPECT_EQ(test, strata_station.errors, 1);
	/* nor what quotes a packet that we cannot have sent, */
	error_arrives(test, ICMPV6_DEST_UNREACH, 0, "fd00::3");
	error_arrives(test, ICMPV6_DEST_UNREACH, 0, "::ffff:10.99.0.1");
	KUNIT_EXPECT_EQ(test, strata_station.errors, 1);
	/* and all others are told. */
	error_arrives(test, ICMPV6_DEST_UNREACH, 0, STATION6_ADDR);
	KUNIT_EXPECT_EQ(test, strata_station.errors, 2);
	KUNIT_EXPECT_EQ(test, strata_station.error->mtu, 0);
}

static struct kunit_case icmp_tests[] = {
	KUNIT_CASE(meaning_is_the_kernels),
	KUNIT_CASE_PARAM(answer_is_permitted, answer_gen_params),
	KUNIT_CASE(echo_is_answered),
	KUNIT_CASE(error_reaches_its_protocol),
	{}
};

static struct kunit_suite icmp_suite = {
	.name = "strata_ipv6_icmp",
	.init = strata_station6_init,
	.exit = strata_station_exit,
	.test_cases = icmp_tests,
};

kunit_test_suite(icmp_suite);
