// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC (RFC 9438) and HyStart++ (RFC 9406), in virtual time.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include "../../net/tcp/hystart.h"
#include "../../net/tcp/tcp.h"

#define RTT_MS	100

static int cubic_test_init(struct kunit *test)
{
	struct strata_cong *cong = kunit_kzalloc(test, sizeof(*cong), GFP_KERNEL);

	if (!cong)
		return -ENOMEM;
	cong->ops = &strata_tcp_cubic;
	cong->cwnd = 10;
	cong->ssthresh = INT_MAX;
	cong->mss = 1000;
	cong->srtt_us = RTT_MS * USEC_PER_MSEC;
	cong->min_rtt_us = cong->srtt_us;
	cong->cwnd_limited = true;
	cong->snd_nxt = cong->cwnd * cong->mss;
	cong->ops->init(cong);
	test->priv = cong;
	return 0;
}

/* What is out is acknowledged, ten segments an ACK; each lets new ones out. */
static void fly(struct strata_cong *cong, u32 rtt_ms)
{
	u32 end, acked;

	cong->snd_nxt = cong->snd_una + cong->cwnd * cong->mss;
	end = cong->snd_nxt;
	msleep(rtt_ms);
	while (cong->snd_una != end) {
		acked = min((end - cong->snd_una) / cong->mss, 10U);
		cong->snd_una += acked * cong->mss;
		cong->rtt_us = rtt_ms * USEC_PER_MSEC;
		cong->ops->acked(cong, acked);
		cong->snd_nxt = cong->snd_una + cong->cwnd * cong->mss;
	}
}

static void lose(struct strata_cong *cong)
{
	cong->ssthresh = cong->ops->ssthresh(cong);
	cong->cwnd = cong->ssthresh;
}

/* RFC 9438 4.6 */
static void a_loss_takes_three_tenths(struct kunit *test)
{
	struct strata_cong *cong = test->priv;

	cong->cwnd = 1000;
	lose(cong);
	KUNIT_EXPECT_EQ(test, cong->ssthresh, 700U);
	cong->cwnd = 2;
	KUNIT_EXPECT_EQ(test, cong->ops->ssthresh(cong), 2U);
}

/* W_cubic(t) in segments for a W_max of a thousand: K is 9086 ms. */
static u32 curve(u32 ms)
{
	s64 offset = (s64)ms - 9086;

	return 1000 + div64_s64(4 * offset * offset * offset, 10000000000LL);
}

/* 4.2: back at W_max after K seconds; first fast, then slow, then fast again. */
static void the_window_follows_the_curve(struct kunit *test)
{
	struct strata_cong *cong = test->priv;
	unsigned long start = jiffies;
	u32 now, ahead, cwnd;
	int i;

	cong->cwnd = 1000;
	lose(cong);
	/* The curve begins with the first ACK. */
	fly(cong, RTT_MS);
	start = jiffies;
	for (i = 0; i < 140; i++) {
		fly(cong, RTT_MS);
		now = curve(jiffies_to_msecs(jiffies - start));
		ahead = curve(jiffies_to_msecs(jiffies - start) + RTT_MS);
		cwnd = cong->cwnd;
		KUNIT_EXPECT_GE_MSG(test, cwnd + 10, now, "round trip %d", i);
		KUNIT_EXPECT_LE_MSG(test, cwnd, ahead + 10, "round trip %d", i);
	}
	KUNIT_EXPECT_GE(test, cong->cwnd, 1050U);
}

/* 4.7: who loses below the last maximum leaves room for new flows. */
static void fast_convergence_lowers_the_maximum(struct kunit *test)
{
	struct strata_cong *cong = test->priv;
	u32 first, second;
	int i;

	cong->cwnd = 1000;
	lose(cong);
	for (i = 0; i < 10; i++)
		fly(cong, RTT_MS);
	first = cong->cwnd;
	lose(cong);
	for (i = 0; i < 60; i++)
		fly(cong, RTT_MS);
	second = cong->cwnd;
	/* Flat at 0.85 of where it lost. */
	KUNIT_EXPECT_GE(test, second, first * 80 / 100);
	KUNIT_EXPECT_LE(test, second, first * 90 / 100);
}

/* 4.3: on a short path it is at least as fast as Reno. */
static void a_short_path_grows_as_reno_does(struct kunit *test)
{
	struct strata_cong *cong = test->priv;
	int i;

	cong->srtt_us = 10 * USEC_PER_MSEC;
	cong->cwnd = 20;
	lose(cong);
	for (i = 0; i < 40; i++)
		fly(cong, 10);
	/* 14 and half a segment for each of 40 round trips, W_cubic is at 20. */
	KUNIT_EXPECT_GE(test, cong->cwnd, 28U);
	KUNIT_EXPECT_LE(test, cong->cwnd, 50U);
}

/* 5.8 and RFC 7661: what is not used does not grow, nor does its time count. */
static void an_unused_window_does_not_grow(struct kunit *test)
{
	struct strata_cong *cong = test->priv;
	u32 before;

	cong->cwnd = 100;
	lose(cong);
	fly(cong, RTT_MS);
	before = cong->cwnd;
	cong->cwnd_limited = false;
	msleep(60 * 1000);
	cong->ops->acked(cong, 10);
	KUNIT_EXPECT_EQ(test, cong->cwnd, before);
	cong->cwnd_limited = true;
	fly(cong, RTT_MS);
	KUNIT_EXPECT_LE(test, cong->cwnd, before + 5);
}

/* 4.9 */
static void a_spurious_loss_is_undone(struct kunit *test)
{
	struct strata_cong *cong = test->priv;

	cong->cwnd = 100;
	lose(cong);
	KUNIT_EXPECT_EQ(test, cong->ops->undo(cong), 100U);
}

/* RFC 9406 4.3: a round trip that does not grow: slow start doubles. */
static void slow_start_doubles(struct kunit *test)
{
	struct strata_cong *cong = test->priv;
	int i;

	for (i = 0; i < 6; i++)
		fly(cong, RTT_MS);
	KUNIT_EXPECT_EQ(test, cong->cwnd, 640U);
}

/* One that does: a quarter of the pace, and the end after five rounds. */
static void a_growing_round_trip_ends_slow_start(struct kunit *test)
{
	struct strata_cong *cong = test->priv;
	u32 before;
	int i;

	for (i = 0; i < 4; i++)
		fly(cong, RTT_MS);
	/* Seen in the eighth sample of this round. */
	fly(cong, RTT_MS + 20);
	before = cong->cwnd;
	fly(cong, RTT_MS + 20);
	KUNIT_EXPECT_GE(test, cong->cwnd, before * 12 / 10);
	KUNIT_EXPECT_LE(test, cong->cwnd, before * 13 / 10);
	KUNIT_EXPECT_EQ(test, cong->ssthresh, (u32)INT_MAX);
	for (i = 0; i < 5; i++)
		fly(cong, RTT_MS + 20);
	KUNIT_EXPECT_LE(test, cong->ssthresh, cong->cwnd);
	KUNIT_EXPECT_LE(test, cong->cwnd, before * 4);
}

/* One that shrinks again: it was a mistake. */
static void a_shrinking_round_trip_resumes_slow_start(struct kunit *test)
{
	struct strata_cong *cong = test->priv;
	u32 before;
	int i;

	for (i = 0; i < 4; i++)
		fly(cong, RTT_MS);
	fly(cong, RTT_MS + 20);
	before = cong->cwnd;
	fly(cong, RTT_MS + 20);
	KUNIT_EXPECT_LE(test, cong->cwnd, before * 13 / 10);
	fly(cong, RTT_MS);
	before = cong->cwnd;
	fly(cong, RTT_MS);
	KUNIT_EXPECT_GE(test, cong->cwnd, before * 19 / 10);
	KUNIT_EXPECT_EQ(test, cong->ssthresh, (u32)INT_MAX);
}

static struct kunit_case cubic_cases[] = {
	KUNIT_CASE(a_loss_takes_three_tenths),
	KUNIT_CASE(the_window_follows_the_curve),
	KUNIT_CASE(fast_convergence_lowers_the_maximum),
	KUNIT_CASE(a_short_path_grows_as_reno_does),
	KUNIT_CASE(an_unused_window_does_not_grow),
	KUNIT_CASE(a_spurious_loss_is_undone),
	KUNIT_CASE(slow_start_doubles),
	KUNIT_CASE(a_growing_round_trip_ends_slow_start),
	KUNIT_CASE(a_shrinking_round_trip_resumes_slow_start),
	{}
};

static struct kunit_suite cubic_suite = {
	.name = "strata-tcp-cubic",
	.init = cubic_test_init,
	.test_cases = cubic_cases,
};

kunit_test_suite(cubic_suite);
