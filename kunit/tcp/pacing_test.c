// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing, and the delivery rate (draft-cheng-iccrg-delivery-rate-estimation).
 */
#include <linux/inet_diag.h>
#include <net/sock.h>
#include "script.h"

#define MSS	1000
#define WIN	60000
#define RTT_MS	50

/* SO_MAX_PACING_RATE, octets a second. */
static void limit_rate(struct script *s, u32 rate)
{
	KUNIT_EXPECT_EQ(s->test,
			sock_setsockopt(s->sock, SOL_SOCKET, SO_MAX_PACING_RATE,
					KERNEL_SOCKPTR(&rate), sizeof(rate)), 0);
}

static void establish_far(struct script *s)
{
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = MSS, .win = WIN, .sack_ok = 1);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	wait_ms(RTT_MS);
	send(s, ACK, .seq = 1, .ack = 1, .win = WIN);
	accept_on(s);
}

/* Ten segments leave at once, a round trip passes and they are acknowledged. */
static void first_flight(struct script *s)
{
	expect_bytes(s, 1, 10 * MSS);
	expect_nothing(s);
	wait_ms(RTT_MS);
	send(s, ACK, .seq = 1, .ack = 1 + 10 * MSS, .win = WIN);
}

/* A hundred segments a second: one every ten milliseconds. */
static void segments_leave_at_the_rate(struct kunit *test)
{
	struct script *s = test->priv;
	int i;

	establish_far(s);
	limit_rate(s, 100 * MSS);
	write_bytes(s, 20 * MSS);
	first_flight(s);
	for (i = 0; i < 10; i++) {
		int ms = until_segment(s, 100);

		/* The second may come early: a late one gets back half of it. */
		if (i > 1)
			KUNIT_EXPECT_GE(test, ms, 8);
		KUNIT_EXPECT_LE(test, ms, 12);
		expect(s, ACK, .seq = 1 + (10 + i) * MSS, .ack = 1, .len = MSS);
		expect_nothing(s);
	}
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_pacing_rate, 100ULL * MSS);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_max_pacing_rate, 100ULL * MSS);
}

/* Nobody has asked: the window leaves at once, and no timer runs. */
static void nothing_is_paced_unasked(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s);
	write_bytes(s, 30 * MSS);
	first_flight(s);
	expect_bytes(s, 1 + 10 * MSS, 20 * MSS);
	KUNIT_EXPECT_EQ(test, (int)s->sock->sk->sk_pacing_status,
			(int)SK_PACING_NONE);
}

/* What a qdisc holds back is stamped with its time instead of being held by us. */
static void a_qdisc_that_paces_is_left_to_do_it(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s);
	limit_rate(s, 1000 * MSS);
	WRITE_ONCE(s->sock->sk->sk_pacing_status, SK_PACING_FQ);
	write_bytes(s, 14 * MSS);
	first_flight(s);
	expect_bytes(s, 1 + 10 * MSS, 4 * MSS);
	/* Each is due a millisecond after the one before it. */
	KUNIT_EXPECT_EQ(test, s->captured[s->head - 1].due_ms -
			      s->captured[s->head - 2].due_ms, 1LL);
	KUNIT_EXPECT_GE(test, s->captured[s->head - 1].due_ms, 1LL);
}

/* Losses are paced, too. */
static void retransmissions_leave_at_the_rate(struct kunit *test)
{
	struct script *s = test->priv;
	int i, ms;

	establish_far(s);
	limit_rate(s, 100 * MSS);
	write_bytes(s, 10 * MSS);
	expect_bytes(s, 1, 10 * MSS);
	wait_ms(RTT_MS);
	send(s, ACK, .seq = 1, .ack = 1, .win = WIN,
	     .sack = { { 1 + 4 * MSS, 1 + 10 * MSS } });
	for (i = 0; i < 4; i++) {
		ms = until_segment(s, 100);
		if (i > 1)
			KUNIT_EXPECT_GE(test, ms, 8);
		expect(s, ACK, .seq = 1 + i * MSS, .ack = 1, .len = MSS);
		expect_nothing(s);
	}
}

/* A rate of one segment in a second is slower than the timers for lost ones. */
static void a_slow_rate_is_no_closed_window(struct kunit *test)
{
	struct script *s = test->priv;
	int ms;

	establish_far(s);
	limit_rate(s, MSS);
	write_bytes(s, 13 * MSS);
	first_flight(s);
	expect(s, ACK, .seq = 1 + 10 * MSS, .ack = 1, .len = MSS);
	send(s, ACK, .seq = 1, .ack = 1 + 11 * MSS, .win = WIN);
	expect_nothing(s);
	ms = until_segment(s, 3000);
	KUNIT_EXPECT_GE(test, ms, 900);
	KUNIT_EXPECT_LE(test, ms, 1010);
}

/* A window of ten segments in a round trip, which two ticks may have lengthened. */
static void the_delivery_rate_is_measured(struct kunit *test)
{
	struct script *s = test->priv;
	u64 want = 10ULL * MSS * 1000 / RTT_MS;

	establish_far(s);
	write_bytes(s, 10 * MSS);
	first_flight(s);
	KUNIT_EXPECT_GE(test, script_info(s).tcpi_delivery_rate, want * 6 / 10);
	KUNIT_EXPECT_LE(test, script_info(s).tcpi_delivery_rate, want);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_delivered, 11U);
}

/* The program's own pace is no record, unless it is the best. */
static void a_slow_program_is_not_the_path(struct kunit *test)
{
	struct script *s = test->priv;
	u64 best;

	establish_far(s);
	write_bytes(s, 10 * MSS);
	first_flight(s);
	best = script_info(s).tcpi_delivery_rate;
	wait_ms(1000);
	write_bytes(s, MSS);
	expect_bytes(s, 1 + 10 * MSS, MSS);
	wait_ms(RTT_MS);
	send(s, ACK, .seq = 1, .ack = 1 + 11 * MSS, .win = WIN);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_delivery_rate, best);
}

/* Live: from CUBIC to BBR, which paces, and back. */
static void bbr_takes_over_and_leaves(struct kunit *test)
{
	struct script *s = test->priv;
	u32 end = 1 + 10 * MSS, sent;
	int i;

	establish_far(s);
	write_bytes(s, 60 * MSS);
	choose_congestion(s, "bbr");
	KUNIT_EXPECT_EQ(test, (int)s->sock->sk->sk_pacing_status,
			(int)SK_PACING_NEEDED);
	first_flight(s);
	/* 2/ln 2 windows in a round trip: two leave now, the next two a little later. */
	for (sent = 0, i = 0; i < 3; i++) {
		until_segment(s, 20);
		for (; s->head != s->tail; s->head++)
			sent += s->captured[s->head].len;
		KUNIT_EXPECT_LE(test, sent, (i + 1) * 2 * MSS);
	}
	KUNIT_EXPECT_GT(test, sent, 0U);
	choose_congestion(s, "cubic");
	wait_ms(RTT_MS);
	send(s, ACK, .seq = 1, .ack = end + sent, .win = WIN);
	KUNIT_EXPECT_GT(test, script_info(s).tcpi_snd_cwnd, 10U);
}

static struct kunit_case pacing_cases[] = {
	KUNIT_CASE(segments_leave_at_the_rate),
	KUNIT_CASE(nothing_is_paced_unasked),
	KUNIT_CASE(a_qdisc_that_paces_is_left_to_do_it),
	KUNIT_CASE(retransmissions_leave_at_the_rate),
	KUNIT_CASE(a_slow_rate_is_no_closed_window),
	KUNIT_CASE(the_delivery_rate_is_measured),
	KUNIT_CASE(a_slow_program_is_not_the_path),
	KUNIT_CASE(bbr_takes_over_and_leaves),
	{}
};

static struct kunit_suite pacing_suite = {
	.name = "strata-tcp-pacing",
	.init = script_init,
	.exit = script_exit,
	.test_cases = pacing_cases,
};

kunit_test_suite(pacing_suite);
