// SPDX-License-Identifier: GPL-2.0
/*
 * Explicit congestion notification (RFC 3168 6.1).
 */
#include <net/inet_ecn.h>
#include <strata/count.h>
#include <strata/net.h>
#include "../../net/tcp/tcp.h"
#include "script.h"

#define MSS	1000

static u8 *mode(void)
{
	return &strata_net(&init_net)->tcp->ecn;
}

static int ecn_init(struct kunit *test)
{
	*mode() = TCP_ECN_ON;
	return script_init(test);
}

static void ecn_exit(struct kunit *test)
{
	script_exit(test);
	*mode() = TCP_ECN_AGREE;
}

/* The ECN field of the next segment captured. */
static u8 next_field(const struct script *s)
{
	return s->captured[s->head].tos & INET_ECN_MASK;
}

static void establish_ecn(struct script *s)
{
	listen_on(s);
	send(s, SYN | ECE | CWR, .seq = 0, .mss = MSS, .win = 60000,
	     .sack_ok = 1);
	expect(s, SYN | ACK | ECE, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 60000);
	accept_on(s);
	KUNIT_ASSERT_EQ(s->test, script_info(s).tcpi_options & TCPI_OPT_ECN,
			TCPI_OPT_ECN);
}

/* ---- 6.1.1: agreement ---- */

/**
 * struct asked_case - a SYN, and whether the answer agrees
 * @name: what is special
 * @flags: besides SYN
 * @tos: of the packet
 * @mode: net.strata.tcp_ecn
 * @agrees: ECE in the SYN+ACK
 */
struct asked_case {
	const char *name;
	u8 flags;
	u8 tos;
	u8 mode;
	bool agrees;
};

static const struct asked_case asked_cases[] = {
	{ "asked", ECE | CWR, 0, TCP_ECN_AGREE, true },
	{ "asked, and would ask itself", ECE | CWR, 0, TCP_ECN_ON, true },
	{ "switched off", ECE | CWR, 0, TCP_ECN_OFF, false },
	{ "not asked", 0, 0, TCP_ECN_ON, false },
	{ "ECE alone", ECE, 0, TCP_ECN_ON, false },
	{ "CWR alone", CWR, 0, TCP_ECN_ON, false },
	{ "the SYN is marked", ECE | CWR, INET_ECN_CE, TCP_ECN_ON, false },
	{ "the SYN is ECN-capable", ECE | CWR, INET_ECN_ECT_0, TCP_ECN_ON,
	  false },
	{ "with another type of service", ECE | CWR, 0xb8, TCP_ECN_ON, true },
};

static void describe_asked(const struct asked_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(asked, asked_cases, describe_asked);

static void listener_agrees(struct kunit *test)
{
	const struct asked_case *c = test->param_value;
	struct script *s = test->priv;

	*mode() = c->mode;
	listen_on(s);
	send(s, SYN | c->flags, .seq = 0, .mss = MSS, .win = 8000,
	     .tos = c->tos);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_NOT_ECT);
	expect(s, SYN | ACK | (c->agrees ? ECE : 0), .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
	write_bytes(s, 10);
	KUNIT_EXPECT_EQ(test, next_field(s),
			c->agrees ? INET_ECN_ECT_0 : INET_ECN_NOT_ECT);
}

/**
 * struct answer_case - an answer to our SYN, and whether it agrees
 * @name: what is special
 * @flags: besides SYN and ACK
 * @agrees: we take it so
 */
struct answer_case {
	const char *name;
	u8 flags;
	bool agrees;
};

static const struct answer_case answer_cases[] = {
	{ "agrees", ECE, true },
	{ "does not", 0, false },
	{ "reflects what it does not know", ECE | CWR, false },
	{ "CWR alone", CWR, false },
};

static void describe_answer(const struct answer_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(answer, answer_cases, describe_answer);

static void connector_asks(struct kunit *test)
{
	const struct answer_case *c = test->param_value;
	struct script *s = test->priv;

	connect_to(s);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_NOT_ECT);
	expect(s, SYN | ECE | CWR, .seq = 0);
	send(s, SYN | ACK | c->flags, .seq = 0, .ack = 1, .mss = MSS,
	     .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	write_bytes(s, 10);
	KUNIT_EXPECT_EQ(test, next_field(s),
			c->agrees ? INET_ECN_ECT_0 : INET_ECN_NOT_ECT);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10);
}

static void connector_asks_only_if_told(struct kunit *test)
{
	struct script *s = test->priv;

	*mode() = TCP_ECN_AGREE;
	connect_to(s);
	expect(s, SYN, .seq = 0);
	/* Not asked: it means nothing. */
	send(s, SYN | ACK | ECE, .seq = 0, .ack = 1, .mss = MSS, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	write_bytes(s, 10);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_NOT_ECT);
}

/* 6.1.1.1: something on the path may drop what asks. */
static void second_syn_does_not_ask(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN | ECE | CWR, .seq = 0);
	wait_ms(1100);
	expect(s, SYN, .seq = 0);
	/* The answer may still be to the first. */
	send(s, SYN | ACK | ECE, .seq = 0, .ack = 1, .mss = MSS, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	write_bytes(s, 10);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_ECT_0);
}

/* ---- what may be marked ---- */

/* 6.1.4, 6.1.5: neither pure ACKs nor what is sent again. */
static void only_new_data_is_capable(struct kunit *test)
{
	struct script *s = test->priv;

	establish_ecn(s);
	write_bytes(s, 10);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_ECT_0);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10);
	wait_ms(1500);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_NOT_ECT);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 11, .win = 60000);
	send(s, PSH | ACK, .seq = 1, .ack = 11, .len = 2 * MSS, .win = 60000);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_NOT_ECT);
	expect(s, ACK, .seq = 11, .ack = 1 + 2 * MSS);
}

/* ---- 6.1.3: the receiver ---- */

static void mark_is_echoed_until_told(struct kunit *test)
{
	struct script *s = test->priv;

	establish_ecn(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 60000,
	     .tos = INET_ECN_CE);
	expect(s, ACK | ECE, .seq = 1, .ack = 101);
	/* Each ACK, data too, although nothing else is marked. */
	send(s, ACK, .seq = 101, .ack = 1, .len = 100, .win = 60000,
	     .tos = INET_ECN_ECT_0);
	write_bytes(s, 10);
	expect_last(s, PSH | ACK | ECE, .seq = 1, .ack = 201, .len = 10);
	send(s, ACK | CWR, .seq = 201, .ack = 11, .len = 100, .win = 60000,
	     .tos = INET_ECN_ECT_0);
	expect(s, ACK, .seq = 11, .ack = 301);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_options & TCPI_OPT_ECN_SEEN,
			TCPI_OPT_ECN_SEEN);
}

/* Marked and told at once: the mark is of after the reduction. */
static void mark_outlives_what_is_told(struct kunit *test)
{
	struct script *s = test->priv;

	establish_ecn(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 60000,
	     .tos = INET_ECN_CE);
	expect(s, ACK | ECE, .seq = 1, .ack = 101);
	send(s, ACK | CWR, .seq = 101, .ack = 1, .len = 100, .win = 60000,
	     .tos = INET_ECN_CE);
	expect(s, ACK | ECE, .seq = 1, .ack = 201);
}

static void mark_out_of_order_is_echoed(struct kunit *test)
{
	struct script *s = test->priv;

	establish_ecn(s);
	send(s, ACK, .seq = 101, .ack = 1, .len = 100, .win = 60000,
	     .tos = INET_ECN_CE);
	expect(s, ACK | ECE, .seq = 1, .ack = 1);
}

static void mark_means_nothing_unless_agreed(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_ECN_MARKED);

	establish_passive(s, MSS, 60000);
	send(s, ACK, .seq = 1, .ack = 1, .len = 2 * MSS, .win = 60000,
	     .tos = INET_ECN_CE);
	expect(s, ACK, .seq = 1, .ack = 1 + 2 * MSS);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_ECN_MARKED),
			before);
}

/* ---- 6.1.2: the sender ---- */

static u32 cwnd(struct script *s)
{
	return script_info(s).tcpi_snd_cwnd;
}

/* Ten segments are out; the first is acknowledged, and was marked. */
static void ten_out_one_marked(struct script *s)
{
	establish_ecn(s);
	write_bytes(s, 10 * MSS);
	forget(s);
	KUNIT_ASSERT_EQ(s->test, cwnd(s), 10U);
	send(s, ACK | ECE, .seq = 1, .ack = 1 + MSS, .win = 60000);
}

/*
 * The window sinks to what the congestion control says (CUBIC: 0.7) while the
 * rest is acknowledged, once, though each ACK says ECE; nothing is sent again.
 */
static void echo_reduces_the_window_once(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_ECN_REDUCED);
	int i;

	ten_out_one_marked(s);
	KUNIT_EXPECT_EQ(test, (int)script_info(s).tcpi_ca_state, TCP_CA_CWR);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_snd_ssthresh, 7U);
	for (i = 2; i <= 9; i++)
		send(s, ACK | ECE, .seq = 1, .ack = 1 + i * MSS, .win = 60000);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 1 + 10 * MSS, .win = 60000);
	KUNIT_EXPECT_EQ(test, cwnd(s), 7U);
	KUNIT_EXPECT_EQ(test, (int)script_info(s).tcpi_ca_state, TCP_CA_Open);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_total_retrans, 0U);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_ECN_REDUCED),
			before + 1);
}

/* What is left to say is said with the first new data, and only there. */
static void reduction_is_told_once(struct kunit *test)
{
	struct script *s = test->priv;
	int i;

	ten_out_one_marked(s);
	for (i = 2; i <= 10; i++)
		send(s, ACK | ECE, .seq = 1, .ack = 1 + i * MSS, .win = 60000);
	write_bytes(s, 10);
	expect(s, PSH | ACK | CWR, .seq = 1 + 10 * MSS, .ack = 1, .len = 10);
	send(s, ACK, .seq = 1, .ack = 11 + 10 * MSS, .win = 60000);
	write_bytes(s, 10);
	expect(s, PSH | ACK, .seq = 11 + 10 * MSS, .ack = 1, .len = 10);
}

static void next_window_is_reduced_again(struct kunit *test)
{
	struct script *s = test->priv;

	ten_out_one_marked(s);
	send(s, ACK, .seq = 1, .ack = 1 + 10 * MSS, .win = 60000);
	KUNIT_EXPECT_EQ(test, cwnd(s), 7U);
	write_bytes(s, 7 * MSS);
	forget(s);
	send(s, ACK | ECE, .seq = 1, .ack = 1 + 11 * MSS, .win = 60000);
	KUNIT_EXPECT_EQ(test, (int)script_info(s).tcpi_ca_state, TCP_CA_CWR);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_snd_ssthresh, 4U);
}

/* A mark and a loss in one window of data are one sign of congestion. */
static void loss_after_mark_reduces_no_further(struct kunit *test)
{
	struct script *s = test->priv;

	ten_out_one_marked(s);
	send(s, ACK, .seq = 1, .ack = 1 + MSS, .win = 60000,
	     .sack = { { 1 + 2 * MSS, 1 + 6 * MSS } });
	KUNIT_EXPECT_EQ(test, (int)script_info(s).tcpi_ca_state,
			TCP_CA_Recovery);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_NOT_ECT);
	expect(s, ACK, .seq = 1 + MSS, .ack = 1, .len = MSS);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_snd_ssthresh, 7U);
}

/* "the sender [...] CWR flag [...] in response to [...] a retransmit" (6.1.2) */
static void loss_is_told_too(struct kunit *test)
{
	struct script *s = test->priv;

	establish_ecn(s);
	write_bytes(s, 10 * MSS);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1,
	     .win = 60000, .sack = { { 1 + MSS, 1 + 6 * MSS } });
	expect(s, ACK, .seq = 1, .ack = 1, .len = MSS);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1 + 10 * MSS, .win = 60000);
	write_bytes(s, 10);
	expect(s, PSH | ACK | CWR, .seq = 1 + 10 * MSS, .ack = 1, .len = 10);
}

static void echo_means_nothing_unless_agreed(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, MSS, 60000);
	write_bytes(s, 10 * MSS);
	forget(s);
	send(s, ACK | ECE, .seq = 1, .ack = 1 + MSS, .win = 60000);
	KUNIT_EXPECT_EQ(test, (int)script_info(s).tcpi_ca_state, TCP_CA_Open);
}

static struct kunit_case ecn_cases[] = {
	KUNIT_CASE_PARAM(listener_agrees, asked_gen_params),
	KUNIT_CASE_PARAM(connector_asks, answer_gen_params),
	KUNIT_CASE(connector_asks_only_if_told),
	KUNIT_CASE(second_syn_does_not_ask),
	KUNIT_CASE(only_new_data_is_capable),
	KUNIT_CASE(mark_is_echoed_until_told),
	KUNIT_CASE(mark_outlives_what_is_told),
	KUNIT_CASE(mark_out_of_order_is_echoed),
	KUNIT_CASE(mark_means_nothing_unless_agreed),
	KUNIT_CASE(echo_reduces_the_window_once),
	KUNIT_CASE(reduction_is_told_once),
	KUNIT_CASE(next_window_is_reduced_again),
	KUNIT_CASE(loss_after_mark_reduces_no_further),
	KUNIT_CASE(loss_is_told_too),
	KUNIT_CASE(echo_means_nothing_unless_agreed),
	{}
};

static struct kunit_suite ecn_suite = {
	.name = "strata-tcp-ecn",
	.init = ecn_init,
	.exit = ecn_exit,
	.test_cases = ecn_cases,
};

kunit_test_suite(ecn_suite);
