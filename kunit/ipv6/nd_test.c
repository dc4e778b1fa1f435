// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbour discovery: questions about us are answered, those that are malformed
 * (RFC 4861 7.1) or not about us are not.
 */
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <net/ndisc.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

#define NS	NDISC_NEIGHBOUR_SOLICITATION
#define NA	NDISC_NEIGHBOUR_ADVERTISEMENT
#define SOLICITED	0x40
#define OVERRIDE	0x20
#define ASKER	"fe80::77"

static const u8 asker_ll[ETH_ALEN] = { 2, 0, 0, 0, 0, 0x77 };

/* A message with one option. */
struct nd_message {
	struct nd_msg msg;
	u8 option[8];
} __packed;

/**
 * struct nd_case - a message and what becomes of it
 * @name: for the report
 * @type: NS or NA
 * @saddr: source; NULL: the asker
 * @daddr: destination; NULL: the station's solicited-node group
 * @target: NULL: the station's address
 * @flags: of an advertisement
 * @hop_limit: 0: 255
 * @code: of ICMPv6
 * @no_option: without the L2 address
 * @option_len: of the option; 0: 1, the right one
 * @len: bytes; 0: all of it
 * @reason: it is dropped for; STRATA_IPV6_PASS: it is taken
 * @answer: who is answered; NULL: nobody
 */
struct nd_case {
	const char *name;
	u8 type;
	const char *saddr;
	const char *daddr;
	const char *target;
	u8 flags;
	u8 hop_limit;
	u8 code;
	bool no_option;
	u8 option_len;
	u8 len;
	enum strata_drop_reason reason;
	const char *answer;
};

#define TAKEN		.reason = STRATA_IPV6_PASS
#define MALFORMED	.reason = STRATA_DROP_ND_MALFORMED
#define IGNORED		.reason = STRATA_DROP_ND_IGNORED

static const struct nd_case nd_cases[] = {
	{ "question", NS, TAKEN, .answer = ASKER },
	{ "unicast question", NS, .daddr = STATION6_ADDR, TAKEN,
	  .answer = ASKER },
	{ "question of somebody without an address (RFC 4862 5.4.3)", NS,
	  .saddr = "::", .no_option = true, TAKEN, .answer = "ff02::1" },
	{ "through a router (7.1.1)", NS, .hop_limit = 254, MALFORMED },
	{ "code 1 (7.1.1)", NS, .code = 1, MALFORMED },
	{ "truncated (7.1.1)", NS, .len = 23, MALFORMED },
	{ "half an option", NS, .len = 28, MALFORMED },
	{ "option beyond the message", NS, .option_len = 2, MALFORMED },
	{ "target is a group (7.1.1)", NS, .target = "ff02::1", MALFORMED },
	{ "from ::, to one host (7.1.1)", NS, .saddr = "::",
	  .daddr = "ff02::1", .no_option = true, MALFORMED },
	{ "from ::, with an L2 address (7.1.1)", NS, .saddr = "::",
	  MALFORMED },
	{ "about another host", NS, .target = STATION6_PEER, IGNORED },
	{ "answer", NA, .daddr = STATION6_ADDR, .target = STATION6_PEER,
	  .flags = SOLICITED | OVERRIDE, TAKEN },
	{ "unasked, to all nodes", NA, .daddr = "ff02::1",
	  .target = STATION6_PEER, .flags = OVERRIDE, TAKEN },
	{ "answer to a group (7.1.2)", NA, .daddr = "ff02::1",
	  .target = STATION6_PEER, .flags = SOLICITED, MALFORMED },
	{ "answer about a group (7.1.2)", NA, .daddr = STATION6_ADDR,
	  .target = "ff02::1", MALFORMED },
	{ "answer through a router (7.1.2)", NA, .daddr = STATION6_ADDR,
	  .target = STATION6_PEER, .hop_limit = 254, MALFORMED },
	{ "claims our address", NA, .daddr = "ff02::1", .flags = OVERRIDE,
	  IGNORED },
};

static void nd_describe(const struct nd_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(nd, nd_cases, nd_describe);

static struct sk_buff *nd_build(struct kunit *test, const struct nd_case *c)
{
	struct nd_message message = {};
	unsigned int len = sizeof(message);
	struct sk_buff *skb;

	message.msg.icmph.icmp6_type = c->type;
	message.msg.icmph.icmp6_code = c->code;
	message.msg.icmph.icmp6_dataun.un_data8[0] = c->flags;
	message.msg.target = strata_station6_addr(c->target ?: STATION6_ADDR);
	message.option[0] = c->type == NS ? ND_OPT_SOURCE_LL_ADDR :
					    ND_OPT_TARGET_LL_ADDR;
	message.option[1] = c->option_len ?: 1;
	memcpy(message.option + 2, asker_ll, ETH_ALEN);
	if (c->no_option)
		len = sizeof(message.msg);
	if (c->len)
		len = c->len;
	skb = strata_station6_datagram(test, c->saddr ?: ASKER,
				       c->daddr ?: STATION6_GROUP,
				       IPPROTO_ICMPV6, &message, len);
	ipv6_hdr(skb)->hop_limit = c->hop_limit ?: 255;
	strata_station6_sum(skb);
	return skb;
}

static void expect_answer(struct kunit *test, const struct nd_case *c)
{
	struct in6_addr own = strata_station6_addr(STATION6_ADDR);
	struct sk_buff *skb = strata_station6_sent();
	const struct nd_message *message;
	struct in6_addr to;
	u8 flags;

	if (!c->answer) {
		KUNIT_EXPECT_NULL(test, skb);
		kfree_skb(skb);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, skb);
	to = strata_station6_addr(c->answer);
	flags = ipv6_addr_is_multicast(&to) ? OVERRIDE : SOLICITED | OVERRIDE;
	message = (struct nd_message *)(ipv6_hdr(skb) + 1);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ipv6_hdr(skb)->daddr, &to));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ipv6_hdr(skb)->saddr, &own));
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->hop_limit, 255);
	KUNIT_EXPECT_EQ(test, message->msg.icmph.icmp6_type, NA);
	KUNIT_EXPECT_EQ(test, message->msg.icmph.icmp6_dataun.un_data8[0],
			flags);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&message->msg.target, &own));
	KUNIT_EXPECT_EQ(test, message->option[0], ND_OPT_TARGET_LL_ADDR);
	KUNIT_EXPECT_EQ(test, memcmp(message->option + 2,
				     strata_station.dev->dev_addr, ETH_ALEN),
			0);
	kfree_skb(skb);
}

static void nd_is_judged(struct kunit *test)
{
	const struct nd_case *c = test->param_value;
	bool good = c->reason == STRATA_IPV6_PASS;
	u64 drops = strata_station_drops();
	u64 before = 0;

	/* Given one message */
	if (!good)
		before = strata_drop_read(strata_station.sn, c->reason);
	/* When it arrives */
	strata_station6_rcv(nd_build(test, c));
	/* Then it is taken, or dropped once and for this reason */
	KUNIT_EXPECT_EQ(test, strata_station_drops() - drops, good ? 0 : 1);
	if (!good)
		KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
						       c->reason), before + 1);
	expect_answer(test, c);
}

static enum strata_neigh_state state;

static int note_state(const struct strata_neigh_info *info, void *arg)
{
	if (ipv6_addr_equal(&info->addr, arg))
		state = info->state;
	return 0;
}

static enum strata_neigh_state state_of(const char *text)
{
	struct in6_addr addr = strata_station6_addr(text);
	struct strata_neigh_at at = {};

	state = STRATA_NEIGH_NONE;
	strata_neigh_walk(strata_station.sn, &at, note_state, &addr);
	return state;
}

/* RFC 4861 7.2.3: who asks with its L2 address is known from then on. */
static void question_teaches(struct kunit *test)
{
	struct nd_case question = { .type = NS };

	strata_station6_rcv(nd_build(test, &question));
	KUNIT_EXPECT_EQ(test, state_of(ASKER), STRATA_NEIGH_STALE);
	/* 7.2.5: an answer without an L2 address confirms the known one. */
	strata_station6_rcv(nd_build(test, &(struct nd_case){
		.type = NA, .daddr = STATION6_ADDR, .target = ASKER,
		.flags = SOLICITED, .no_option = true }));
	KUNIT_EXPECT_EQ(test, state_of(ASKER), STRATA_NEIGH_REACHABLE);
}

/* RFC 4861 7.2.5: an answer that nobody asked for makes no entry. */
static void answer_creates_nothing(struct kunit *test)
{
	struct nd_case answer = {
		.type = NA, .daddr = STATION6_ADDR, .target = "fe80::88",
		.flags = SOLICITED | OVERRIDE,
	};

	strata_station6_rcv(nd_build(test, &answer));
	KUNIT_EXPECT_EQ(test, state_of("fe80::88"), STRATA_NEIGH_NONE);
}

static struct kunit_case nd_tests[] = {
	KUNIT_CASE_PARAM(nd_is_judged, nd_gen_params),
	KUNIT_CASE(question_teaches),
	KUNIT_CASE(answer_creates_nothing),
	{}
};

static struct kunit_suite nd_suite = {
	.name = "strata_ipv6_nd",
	.init = strata_station6_init,
	.exit = strata_station_exit,
	.test_cases = nd_tests,
};

kunit_test_suite(nd_suite);
