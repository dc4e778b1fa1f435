// SPDX-License-Identifier: GPL-2.0
/*
 * The SYN queue's bound, and cookies beyond it (RFC 4987 3.6).
 */
#include <linux/net.h>
#include <strata/count.h>
#include "script.h"

#define QUEUE		256	/* TCP_SYN_QUEUE_MIN: the script's backlog is less */
#define FLOOD_PORT	10000
#define MINUTE_MS	60000

/* A peer of its own: the script's port tells it from the others. */
static void next_peer(struct script *s, u16 port)
{
	forget(s);
	s->fport = port;
	s->local_isn_known = false;
}

/* Peers that never answer a SYN+ACK, as many as the queue takes. */
static void flood(struct script *s)
{
	u64 before = script_counter(STRATA_COUNT_TCP_COOKIES_TX);
	u16 port = s->fport;
	int i;

	for (i = 0; i < QUEUE; i++) {
		next_peer(s, FLOOD_PORT + i);
		send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
		expect(s, SYN | ACK, .seq = 0, .ack = 1);
	}
	KUNIT_EXPECT_EQ(s->test, script_counter(STRATA_COUNT_TCP_COOKIES_TX),
			before);
	next_peer(s, port);
}

/* The peers of the flood give up, so that nothing is sent to them again. */
static void end_flood(struct script *s)
{
	u16 port = s->fport;
	int i;

	for (i = 0; i < QUEUE; i++) {
		s->fport = FLOOD_PORT + i;
		send(s, RST, .seq = 1);
	}
	s->fport = port;
}

/* A listener with a full queue, which answers by a cookie. */
static void ask_for_cookie(struct script *s)
{
	listen_on(s);
	flood(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
}

static void flood_is_answered_and_forgotten(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_COOKIES_TX);
	int i;

	listen_on(s);
	flood(s);
	for (i = 0; i < 100; i++) {
		next_peer(s, FLOOD_PORT + QUEUE + i);
		send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
		expect(s, SYN | ACK, .seq = 0, .ack = 1);
	}
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_COOKIES_TX),
			before + 100);
	no_accept(s);
	/* Nobody sends these SYN+ACKs again. */
	end_flood(s);
	forget(s);
	wait_ms(1500);
	expect_nothing(s);
}

static void cookie_connects(struct kunit *test)
{
	struct script *s = test->priv;

	ask_for_cookie(s);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
	expect_state(s, TCP_ESTABLISHED);
	send(s, PSH | ACK, .seq = 1, .ack = 1, .win = 8000, .len = 100);
	read_bytes(s, 100);
	write_bytes(s, 500);
	expect_last(s, PSH | ACK, .seq = 1, .ack = 101, .len = 500);
}

/* The bare ACK was lost: the first data brings the cookie, too. */
static void first_data_connects(struct kunit *test)
{
	struct script *s = test->priv;

	ask_for_cookie(s);
	send(s, PSH | ACK, .seq = 1, .ack = 1, .win = 8000, .len = 300);
	accept_on(s);
	read_bytes(s, 300);
}

/**
 * struct option_case - what a SYN offers, and what is left of it
 * @name: what is special
 * @syn: the offer
 * @mss: that we send with, payload without options
 * @options: TCPI_OPT_*
 * @wscale: that the peer's window is scaled by
 */
struct option_case {
	const char *name;
	struct seg syn;
	u32 mss;
	u8 options;
	u8 wscale;
};

#define SYN_OF(...)	{ .flags = SYN, .win = 8000, __VA_ARGS__ }
#define ECN		.flags = SYN | ECE | CWR
#define TS		.ts = true, .tsval = 77
#define TS_BYTES	12

static const struct option_case option_cases[] = {
	{ "without options", SYN_OF(), 1220 },
	{ "MSS of the table", SYN_OF(.mss = 1220), 1220 },
	{ "MSS rounded down", SYN_OF(.mss = 1219), 536 },
	{ "least MSS", SYN_OF(.mss = 100), 88 },
	{ "MSS beyond the path's", SYN_OF(.mss = 9000), 1440 },
	{ "timestamps", SYN_OF(TS, .mss = 1220), 1220 - TS_BYTES,
	  TCPI_OPT_TIMESTAMPS },
	{ "timestamps and SACK", SYN_OF(TS, .mss = 1220, .sack_ok = 1),
	  1220 - TS_BYTES, TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK },
	{ "timestamps and scaling by 0", SYN_OF(TS, .mss = 1220, .wscale = 1),
	  1220 - TS_BYTES, TCPI_OPT_TIMESTAMPS | TCPI_OPT_WSCALE },
	{ "timestamps and ECN", { ECN, .win = 8000, TS, .mss = 1220 },
	  1220 - TS_BYTES, TCPI_OPT_TIMESTAMPS | TCPI_OPT_ECN },
	{ "everything", { ECN, .win = 8000, TS, .mss = 1440, .sack_ok = 1,
			  .wscale = 15 },
	  1440 - TS_BYTES,
	  TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE | TCPI_OPT_ECN,
	  14 },
	{ "all without timestamps",
	  { ECN, .win = 8000, .mss = 1220, .sack_ok = 1, .wscale = 8 }, 1220 },
};

static void describe_option(const struct option_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(option, option_cases, describe_option);

/* What does not fit into a cookie is not offered in return, either. */
static void options_come_back(struct kunit *test)
{
	const struct option_case *c = test->param_value;
	struct script *s = test->priv;
	struct tcp_info info;
	u32 tsval;

	listen_on(s);
	flood(s);
	script_send(s, &c->syn);
	tsval = s->captured[s->head].tsval;
	expect(s, SYN | ACK | (c->options & TCPI_OPT_ECN ? ECE : 0), .seq = 0,
	       .ack = 1, .ts = c->syn.ts, .tsecr = 77,
	       .sack_ok = c->options & TCPI_OPT_SACK ? 1 : NO_OPTION,
	       .wscale = c->options & TCPI_OPT_WSCALE ? 0 : NO_OPTION);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .ts = c->syn.ts,
	     .tsval = 78, .tsecr = tsval);
	accept_on(s);
	info = script_info(s);
	KUNIT_EXPECT_EQ(test, info.tcpi_snd_mss, c->mss);
	KUNIT_EXPECT_EQ(test, info.tcpi_options, c->options);
	KUNIT_EXPECT_EQ(test, (u8)info.tcpi_snd_wscale, c->wscale);
}

/* Timestamps never run backwards, though their lowest bits say something. */
static void clock_goes_on(struct kunit *test)
{
	struct script *s = test->priv;
	u32 said;
	int i;

	listen_on(s);
	flood(s);
	for (i = 0; i < 8; i++) {
		next_peer(s, FLOOD_PORT + QUEUE + i);
		send(s, SYN, .seq = 0, .mss = 1220, .win = 8000, TS,
		     .sack_ok = 1, .wscale = 15);
		said = s->captured[s->head].tsval;
		expect(s, SYN | ACK, .seq = 0, .ack = 1, .ts = true,
		       .tsecr = 77);
		send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .ts = true,
		     .tsval = 78, .tsecr = said);
		accept_on(s);
		write_bytes(s, 10);
		KUNIT_EXPECT_GE(test, (int)(s->captured[s->head].tsval - said),
				0);
		sock_no_linger(s->sock->sk);
		close_sock(s);
		s->written = 0;
		wait_ms(5);
	}
}

/**
 * struct bad_case - an ACK that is nobody's
 * @name: what is wrong
 * @seq: relative to the SYN's
 * @ack: relative to the cookie
 * @port: added to the peer's
 */
struct bad_case {
	const char *name;
	u32 seq;
	u32 ack;
	u16 port;
};

static const struct bad_case bad_cases[] = {
	{ "another hash", 1, 2 },
	{ "another MSS", 1, 1 + (1 << 24) },
	{ "another minute", 1, 1 + (1 << 27) },
	{ "the peer's sequence number", 2, 1 },
	{ "the peer's port", 1, 1, 1 },
};

static void describe_bad(const struct bad_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad, bad_cases, describe_bad);

static void bad_cookie_is_reset(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_COOKIES_BAD);

	ask_for_cookie(s);
	s->fport += c->port;
	send(s, ACK, .seq = c->seq, .ack = c->ack, .win = 8000);
	expect(s, RST, .seq = c->ack);
	no_accept(s);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_COOKIES_BAD),
			before + 1);
}

/* Without a flood nobody may try his luck. */
static void quiet_listener_knows_no_cookie(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_COOKIES_BAD);

	listen_on(s);
	s->local_isn_known = true;
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect(s, RST, .seq = 1);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_COOKIES_BAD),
			before);
}

static void cookie_is_good_for_a_minute(struct kunit *test)
{
	struct script *s = test->priv;

	ask_for_cookie(s);
	end_flood(s);
	wait_ms(MINUTE_MS - 1000);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
}

/* Though later ones are good: a flood goes on. */
static void old_cookie_is_reset(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_COOKIES_BAD);
	u16 port = s->fport;
	u32 isn;

	ask_for_cookie(s);
	isn = s->local_isn;
	end_flood(s);
	wait_ms(2 * MINUTE_MS - 1000);
	flood(s);
	next_peer(s, port + 1);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	end_flood(s);
	wait_ms(2000);
	next_peer(s, port);
	s->local_isn = isn;
	s->local_isn_known = true;
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect(s, RST, .seq = 1);
	no_accept(s);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_COOKIES_BAD),
			before + 1);
}

/* The program does not keep up: the peer's data brings the cookie again. */
static void full_accept_queue_is_not_overrun(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_LISTEN_OVERFLOW);

	ask_for_cookie(s);
	KUNIT_ASSERT_EQ(test, kernel_listen(s->listener, 0), 0);
	s->listener->sk->sk_ack_backlog = 1;
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_LISTEN_OVERFLOW),
			before + 1);
	s->listener->sk->sk_ack_backlog = 0;
	send(s, PSH | ACK, .seq = 1, .ack = 1, .win = 8000, .len = 100);
	accept_on(s);
	read_bytes(s, 100);
}

static struct kunit_case cookie_cases[] = {
	KUNIT_CASE(flood_is_answered_and_forgotten),
	KUNIT_CASE(cookie_connects),
	KUNIT_CASE(first_data_connects),
	KUNIT_CASE_PARAM(options_come_back, option_gen_params),
	KUNIT_CASE(clock_goes_on),
	KUNIT_CASE_PARAM(bad_cookie_is_reset, bad_gen_params),
	KUNIT_CASE(quiet_listener_knows_no_cookie),
	KUNIT_CASE(cookie_is_good_for_a_minute),
	KUNIT_CASE(old_cookie_is_reset),
	KUNIT_CASE(full_accept_queue_is_not_overrun),
	{}
};

static struct kunit_suite cookie_suite = {
	.name = "strata-tcp-cookie",
	.init = script_init,
	.exit = script_exit,
	.test_cases = cookie_cases,
};

kunit_test_suite(cookie_suite);
