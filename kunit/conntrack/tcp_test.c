// SPDX-License-Identifier: GPL-2.0
/*
 * TCP as one in the middle sees it: each story is a list of segments, and after
 * each what is known of the connection.
 */
#include <kunit/test.h>
#include <net/tcp.h>
#include "../../net/conntrack/conntrack.h"

#define ISN	0xfffffff0U	/* of the first sender: numbers wrap */
#define IRS	5000U		/* of the other one */
#define WINDOW	1000U

#define SYN	TCPHDR_SYN
#define ACK	TCPHDR_ACK
#define FIN	TCPHDR_FIN
#define RST	TCPHDR_RST

#define THERE	false
#define BACK	true

/**
 * struct step - a segment, and what comes of it
 * @back: which way it goes
 * @flags: TCPHDR_*
 * @seq: from the sender's initial number on
 * @ack: from the receiver's
 * @len: bytes of data
 * @state: &enum strata_ct_tcp_state afterwards
 * @invalid: it is refused
 */
struct step {
	bool back;
	u8 flags;
	u32 seq;
	u32 ack;
	u32 len;
	u8 state;
	bool invalid;
};

struct story {
	const char *name;
	struct step step[12];
};

#define STEP(dir, f, s, a, l, st, ...) \
	{ .back = dir, .flags = f, .seq = s, .ack = a, .len = l, \
	  .state = STRATA_CT_TCP_##st, ##__VA_ARGS__ }

#define HANDSHAKE \
	STEP(THERE, SYN, 0, 0, 0, SYN_SENT), \
	STEP(BACK, SYN | ACK, 0, 1, 0, SYN_RECV), \
	STEP(THERE, ACK, 1, 1, 0, ESTABLISHED)

static const struct story stories[] = {
	{ "opened and closed by the first", {
		HANDSHAKE,
		STEP(THERE, ACK, 1, 1, 100, ESTABLISHED),
		STEP(BACK, ACK, 1, 101, 500, ESTABLISHED),
		STEP(THERE, FIN | ACK, 101, 501, 0, FIN_WAIT),
		STEP(BACK, ACK, 501, 102, 0, FIN_WAIT),
		STEP(BACK, FIN | ACK, 501, 102, 0, LAST_ACK),
		STEP(THERE, ACK, 102, 502, 0, TIME_WAIT),
	} }, {
		"closed by both at once", {
		HANDSHAKE,
		STEP(THERE, FIN | ACK, 1, 1, 0, FIN_WAIT),
		STEP(BACK, FIN | ACK, 1, 1, 0, LAST_ACK),
		STEP(THERE, ACK, 2, 2, 0, TIME_WAIT),
		STEP(BACK, ACK, 2, 2, 0, TIME_WAIT),
	} }, {
		"opened by both at once (RFC 9293 3.5)", {
		STEP(THERE, SYN, 0, 0, 0, SYN_SENT),
		STEP(BACK, SYN, 0, 0, 0, SYN_SENT2),
		STEP(THERE, SYN | ACK, 0, 1, 0, SYN_RECV),
		STEP(BACK, SYN | ACK, 0, 1, 0, SYN_RECV),
		STEP(THERE, ACK, 1, 1, 0, ESTABLISHED),
	} }, {
		"refused", {
		STEP(THERE, SYN, 0, 0, 0, SYN_SENT),
		STEP(BACK, RST | ACK, 0, 1, 0, CLOSED),
	} }, {
		"a RST that answers another SYN is none", {
		STEP(THERE, SYN, 0, 0, 0, SYN_SENT),
		STEP(BACK, RST | ACK, 0, 77, 0, SYN_SENT, .invalid = true),
	} }, {
		"SYN sent again, with another number", {
		STEP(THERE, SYN, 0, 0, 0, SYN_SENT),
		STEP(THERE, SYN, 9000, 0, 0, SYN_SENT),
		STEP(BACK, SYN | ACK, 0, 9001, 0, SYN_RECV),
		STEP(THERE, ACK, 9001, 1, 0, ESTABLISHED),
	} }, {
		"RST beside the window, inside, and exact (RFC 5961 3.2)", {
		HANDSHAKE,
		STEP(BACK, RST, 1 + WINDOW + 1, 0, 0, ESTABLISHED, .invalid = true),
		STEP(BACK, RST | ACK, 1, 500, 0, ESTABLISHED, .invalid = true),
		STEP(BACK, RST, 500, 0, 0, ESTABLISHED),
		STEP(BACK, RST, 1, 0, 0, CLOSED),
	} }, {
		"data beyond the window, and of long ago", {
		HANDSHAKE,
		STEP(THERE, ACK, 1, 1, WINDOW, ESTABLISHED),
		STEP(THERE, ACK, WINDOW + 2, 1, 10, ESTABLISHED, .invalid = true),
		STEP(BACK, ACK, 1, WINDOW + 1, 0, ESTABLISHED),
		STEP(THERE, ACK, WINDOW + 1, 1, WINDOW, ESTABLISHED),
		STEP(THERE, ACK, WINDOW + 1, 1, WINDOW, ESTABLISHED),
		STEP(THERE, ACK, 1, 1, 1, ESTABLISHED, .invalid = true),
	} }, {
		"an acknowledgment of what was never sent", {
		HANDSHAKE,
		STEP(BACK, ACK, 1, 2, 0, ESTABLISHED, .invalid = true),
		STEP(BACK, FIN | ACK, 1, 2, 0, ESTABLISHED, .invalid = true),
	} }, {
		"keepalive and zero-window probes", {
		HANDSHAKE,
		STEP(THERE, ACK, 0, 1, 0, ESTABLISHED),
		STEP(THERE, ACK, 1, 1, WINDOW, ESTABLISHED),
		STEP(THERE, ACK, WINDOW + 1, 1, 1, ESTABLISHED),
	} }, {
		"a SYN in an open connection is the endpoint's", {
		HANDSHAKE,
		STEP(THERE, SYN, 70000, 0, 0, ESTABLISHED),
		STEP(BACK, ACK, 1, 1, 0, ESTABLISHED),
	} }, {
		"taken up in the middle", {
		STEP(THERE, ACK, 1, 1, 10, ESTABLISHED),
		STEP(BACK, ACK, 100000, 11, 0, ESTABLISHED),
		STEP(THERE, FIN | ACK, 11, 1, 0, FIN_WAIT),
	} },
};

static struct ct_segment segment_of(const struct step *step)
{
	u32 seq = (step->back ? IRS : ISN) + step->seq;
	u32 ack = (step->back ? ISN : IRS) + step->ack;

	return (struct ct_segment){
		.seq = seq,
		.end = seq + step->len + !!(step->flags & SYN) +
		       !!(step->flags & FIN),
		.ack = step->flags & ACK ? ack : 0,
		.window = WINDOW,
		.scale = CT_TCP_UNSCALED,
		.flags = step->flags,
	};
}

static void tcp_story(struct kunit *test)
{
	const struct story *story = test->param_value;
	struct ct_tcp tcp = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(story->step) && story->step[i].flags; i++) {
		const struct step *step = &story->step[i];
		struct ct_segment segment = segment_of(step);
		bool valid = true;

		if (i)
			valid = strata_ct_tcp_next(&tcp, &segment, step->back);
		else
			strata_ct_tcp_first(&tcp, &segment);
		KUNIT_EXPECT_EQ_MSG(test, valid, !step->invalid, "step %u", i);
		KUNIT_EXPECT_EQ_MSG(test, tcp.state & CT_TCP_STATE,
				    (u32)step->state, "step %u", i);
	}
}

static void story_name(const struct story *story, char *name)
{
	strscpy(name, story->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tcp_story, stories, story_name);

/* Given both offer to scale, a window counts as often as it says. */
static void tcp_scales_windows(struct kunit *test)
{
	struct ct_tcp tcp = {};
	struct ct_segment syn = { .end = 1, .window = 100, .scale = 3,
				  .flags = SYN };
	struct ct_segment synack = { .end = 1, .ack = 1, .window = 100,
				     .scale = 4, .flags = SYN | ACK };
	struct ct_segment ack = { .seq = 1, .end = 1, .ack = 1, .window = 100,
				  .flags = ACK };
	struct ct_segment data = { .seq = 1, .end = 801, .ack = 1,
				   .window = 100, .flags = ACK };

	strata_ct_tcp_first(&tcp, &syn);
	KUNIT_EXPECT_TRUE(test, strata_ct_tcp_next(&tcp, &synack, BACK));
	KUNIT_EXPECT_TRUE(test, strata_ct_tcp_next(&tcp, &ack, THERE));
	KUNIT_EXPECT_TRUE(test, strata_ct_tcp_next(&tcp, &data, BACK));
	data.seq = 802;
	data.end = 803;
	KUNIT_EXPECT_FALSE(test, strata_ct_tcp_next(&tcp, &data, BACK));
}

static void tcp_begins_with_a_syn(struct kunit *test)
{
	static const struct {
		u8 flags;
		bool strict, loose;
	} cases[] = {
		{ SYN, true, true }, { SYN | ACK, false, false },
		{ ACK, false, true }, { RST, false, false },
		{ FIN | ACK, false, false }, { RST | ACK, false, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ct_segment segment = { .flags = cases[i].flags };

		KUNIT_EXPECT_EQ(test, cases[i].strict,
				strata_ct_tcp_begins(&segment, false));
		KUNIT_EXPECT_EQ(test, cases[i].loose,
				strata_ct_tcp_begins(&segment, true));
	}
}

/* RFC 5927 4: an error quotes what was sent lately, or is not believed. */
static void tcp_knows_what_was_sent(struct kunit *test)
{
	struct ct_tcp tcp = {};
	struct ct_segment syn = { .seq = 1000000, .end = 1000001,
				  .window = 100, .flags = SYN,
				  .scale = CT_TCP_UNSCALED };

	strata_ct_tcp_first(&tcp, &syn);
	KUNIT_EXPECT_TRUE(test, strata_ct_tcp_sent(&tcp, 1000000, THERE));
	KUNIT_EXPECT_FALSE(test, strata_ct_tcp_sent(&tcp, 1000002, THERE));
	KUNIT_EXPECT_FALSE(test, strata_ct_tcp_sent(&tcp, 900000, THERE));
	KUNIT_EXPECT_FALSE(test, strata_ct_tcp_sent(&tcp, 1000000, BACK));
}

static void tcp_times(struct kunit *test)
{
	struct ct_tcp tcp = { .state = STRATA_CT_TCP_ESTABLISHED };

	/* RFC 5382 REQ-5: two hours four minutes at least, and four minutes. */
	KUNIT_EXPECT_GE(test, strata_ct_tcp_timeout_s(&tcp, true, ACK), 7440U);
	KUNIT_EXPECT_LE(test, strata_ct_tcp_timeout_s(&tcp, false, ACK), 300U);
	KUNIT_EXPECT_EQ(test, strata_ct_tcp_timeout_s(&tcp, true, RST), 240U);
	tcp.state = STRATA_CT_TCP_SYN_SENT;
	KUNIT_EXPECT_GE(test, strata_ct_tcp_timeout_s(&tcp, false, SYN), 240U);
	tcp.state = STRATA_CT_TCP_CLOSED;
	KUNIT_EXPECT_LE(test, strata_ct_tcp_timeout_s(&tcp, true, RST), 10U);
}

static struct kunit_case tcp_cases[] = {
	KUNIT_CASE_PARAM(tcp_story, tcp_story_gen_params),
	KUNIT_CASE(tcp_scales_windows),
	KUNIT_CASE(tcp_begins_with_a_syn),
	KUNIT_CASE(tcp_knows_what_was_sent),
	KUNIT_CASE(tcp_times),
	{}
};

static struct kunit_suite tcp_suite = {
	.name = "strata-conntrack-tcp",
	.test_cases = tcp_cases,
};

kunit_test_suite(tcp_suite);
