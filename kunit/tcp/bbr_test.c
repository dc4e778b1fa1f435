// SPDX-License-Identifier: GPL-2.0
/*
 * BBR (draft-cardwell-iccrg-bbr-congestion-control-00) over a path of this test's own: a
 * bottleneck with a queue, and a delay, in steps of a millisecond of virtual time.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/inet_diag.h>
#include "../../net/tcp/cong/bbr.h"
#include "../../net/tcp/tcp.h"

#define MSS		1000
#define SEGS		8192	/* on their way at most */
#define STEP_US		1000

/* A segment on its way, and what rate.c would have it remember. */
struct flying {
	u32 sent_us;
	u32 delivered;
	u32 delivered_us;
	u32 first_sent_us;
	u32 due_us;
	bool app_limited;
};

/**
 * struct pipe - the network
 * @cong: the sender
 * @rate: of the bottleneck, octets a second
 * @delay_us: of the round trip without a queue
 * @now_us: the time
 * @free_us: when the bottleneck has sent what it has
 * @flying: ring of what is on its way
 * @head: the oldest
 * @tail: next free
 * @delivered_us: when the last arrived
 * @first_sent_us: when that was sent
 * @credit: octets that pacing allows
 * @supply: octets a second that the program gives, 0: no limit
 * @given: octets that it has given and that have not left
 * @drained: least in flight so far, once it has been more than a few
 * @deepest_us: longest queue
 */
struct pipe {
	struct strata_cong cong;
	u64 rate;
	u32 delay_us;
	u32 now_us;
	u32 free_us;
	struct flying flying[SEGS];
	u32 head;
	u32 tail;
	u32 delivered_us;
	u32 first_sent_us;
	u64 credit;
	u64 supply;
	u64 given;
	u32 drained;
	u32 deepest_us;
};

static int bbr_test_init(struct kunit *test)
{
	struct pipe *pipe = kunit_kzalloc(test, sizeof(*pipe), GFP_KERNEL);

	if (!pipe)
		return -ENOMEM;
	pipe->rate = 1250000;
	pipe->delay_us = 40000;
	pipe->now_us = 0xfff00000;	/* wraps soon */
	pipe->free_us = pipe->now_us;
	pipe->drained = U32_MAX;
	pipe->cong.cwnd = 10;
	pipe->cong.ssthresh = INT_MAX;
	pipe->cong.mss = MSS;
	pipe->cong.srtt_us = pipe->delay_us;
	pipe->cong.min_rtt_us = pipe->delay_us;
	pipe->cong.now_us = pipe->now_us;
	pipe->cong.ops = &strata_bbr;
	pipe->cong.ops->init(&pipe->cong);
	test->priv = pipe;
	return 0;
}

static u32 flight(const struct pipe *pipe)
{
	return pipe->tail - pipe->head;
}

static void send_one(struct pipe *pipe)
{
	struct flying *f = &pipe->flying[pipe->tail % SEGS];

	if (pipe->head == pipe->tail) {
		pipe->first_sent_us = pipe->now_us;
		pipe->delivered_us = pipe->now_us;
	}
	if ((s32)(pipe->free_us - pipe->now_us) < 0)
		pipe->free_us = pipe->now_us;
	pipe->deepest_us = max(pipe->deepest_us, pipe->free_us - pipe->now_us);
	pipe->free_us += div64_u64((u64)MSS * USEC_PER_SEC, pipe->rate);
	*f = (struct flying) {
		.sent_us = pipe->now_us,
		.delivered = pipe->cong.delivered,
		.delivered_us = pipe->delivered_us,
		.first_sent_us = pipe->first_sent_us,
		.due_us = pipe->free_us + pipe->delay_us,
		.app_limited = !!pipe->cong.app_limited,
	};
	pipe->tail++;
}

/* What pacing, window and program let out now. */
static void transmit(struct pipe *pipe)
{
	struct strata_cong *cong = &pipe->cong;

	pipe->credit += div_u64(cong->pacing_rate * STEP_US, USEC_PER_SEC);
	pipe->given += div_u64(pipe->supply * STEP_US, USEC_PER_SEC);
	while (pipe->credit >= MSS && flight(pipe) < cong->cwnd &&
	       (!pipe->supply || pipe->given >= MSS)) {
		send_one(pipe);
		pipe->credit -= MSS;
		if (pipe->supply)
			pipe->given -= MSS;
	}
	if (pipe->supply && pipe->given < MSS && flight(pipe) < cong->cwnd)
		cong->app_limited = (cong->delivered + flight(pipe) * MSS) ?: 1;
	/* What was not used is lost. */
	pipe->credit = min_t(u64, pipe->credit, 2 * MSS);
}

static void arrive(struct pipe *pipe)
{
	const struct flying *f = &pipe->flying[pipe->head % SEGS];
	struct strata_cong *cong = &pipe->cong;
	struct strata_cong_sample sample = {
		.acked = MSS,
		.prior_flight = flight(pipe),
	};

	pipe->head++;
	cong->delivered += MSS;
	cong->flight = flight(pipe);
	cong->now_us = pipe->now_us;
	cong->rtt_us = pipe->now_us - f->sent_us;
	if (cong->app_limited && (s32)(cong->delivered - cong->app_limited) > 0)
		cong->app_limited = 0;
	pipe->delivered_us = pipe->now_us;
	pipe->first_sent_us = f->sent_us;
	sample.interval_us = max(f->sent_us - f->first_sent_us,
				 pipe->now_us - f->delivered_us);
	sample.prior_delivered = f->delivered;
	sample.delivered = cong->delivered - f->delivered;
	sample.app_limited = f->app_limited;
	cong->ops->sample(cong, &sample);
}

static void run(struct pipe *pipe, u32 ms)
{
	while (ms--) {
		pipe->now_us += STEP_US;
		usleep_range(STEP_US, STEP_US + 1);
		while (flight(pipe) &&
		       (s32)(pipe->flying[pipe->head % SEGS].due_us -
			     pipe->now_us) <= 0)
			arrive(pipe);
		transmit(pipe);
		pipe->drained = min(pipe->drained, flight(pipe));
	}
}

static struct tcp_bbr_info info_of(struct pipe *pipe)
{
	union tcp_cc_info info;

	pipe->cong.ops->info(&pipe->cong, &info);
	return info.bbr;
}

#define EXPECT_NEAR(test, value, wanted, percent)			\
do {									\
	u64 got = (value), want = (wanted);				\
									\
	KUNIT_EXPECT_GE(test, got * 100, want * (100 - (percent)));	\
	KUNIT_EXPECT_LE(test, got * 100, want * (100 + (percent)));	\
} while (0)

/* 4.1 and 4.3.2: rate and round trip are found, and the queue of STARTUP goes. */
static void the_path_is_learnt(struct kunit *test)
{
	struct pipe *pipe = test->priv;

	run(pipe, 3000);
	EXPECT_NEAR(test, info_of(pipe).bbr_bw_lo, pipe->rate, 4);
	EXPECT_NEAR(test, info_of(pipe).bbr_min_rtt, pipe->delay_us, 5);
	KUNIT_EXPECT_EQ(test, info_of(pipe).bbr_cwnd_gain, 512U);
	pipe->deepest_us = 0;
	run(pipe, 3000);
	/* A probe queues a quarter of a round trip; what GSO batches comes on top. */
	KUNIT_EXPECT_LE(test, pipe->deepest_us, pipe->delay_us);
}

/* The pipe is kept full. */
static void the_path_is_used(struct kunit *test)
{
	struct pipe *pipe = test->priv;
	u32 before;

	run(pipe, 2000);
	before = pipe->cong.delivered;
	run(pipe, 5000);
	EXPECT_NEAR(test, pipe->cong.delivered - before, 5 * pipe->rate, 5);
}

/* 4.3.4.3: within eight round trips a probe shows that there is more. */
static void more_bandwidth_is_found(struct kunit *test)
{
	struct pipe *pipe = test->priv;

	run(pipe, 2000);
	pipe->rate *= 2;
	run(pipe, 3000);
	EXPECT_NEAR(test, info_of(pipe).bbr_bw_lo, pipe->rate, 6);
}

/* 4.1.1.3: that there is less is seen when the filter's ten rounds are over. */
static void less_bandwidth_is_noticed(struct kunit *test)
{
	struct pipe *pipe = test->priv;

	run(pipe, 2000);
	pipe->rate /= 2;
	run(pipe, 4000);
	EXPECT_NEAR(test, info_of(pipe).bbr_bw_lo, pipe->rate, 6);
}

/* 4.3.5: when the round trip was not measured for ten seconds, it is. */
static void the_round_trip_is_probed(struct kunit *test)
{
	struct pipe *pipe = test->priv;

	run(pipe, 2000);
	pipe->drained = U32_MAX;
	/* A standing queue: nobody sees the round trip without it. */
	pipe->delay_us += 10000;
	run(pipe, 7000);
	KUNIT_EXPECT_GT(test, pipe->drained, 10U);
	run(pipe, 5000);
	KUNIT_EXPECT_LE(test, pipe->drained, 4U);
	EXPECT_NEAR(test, info_of(pipe).bbr_min_rtt, pipe->delay_us, 5);
	KUNIT_EXPECT_GT(test, pipe->cong.cwnd, 50U);
}

/* 4.1.1.4: a program that gives less than the path takes does not mislead. */
static void a_slow_program_teaches_nothing(struct kunit *test)
{
	struct pipe *pipe = test->priv;

	run(pipe, 2000);
	pipe->supply = pipe->rate / 10;
	run(pipe, 2000);
	EXPECT_NEAR(test, info_of(pipe).bbr_bw_lo, pipe->rate, 5);
}

/* 4.2.3.4: a loss takes out of the window what was lost; it comes back after. */
static void losses_do_not_shrink_the_window_for_long(struct kunit *test)
{
	struct pipe *pipe = test->priv;
	struct strata_cong *cong = &pipe->cong;
	struct strata_cong_sample lost = {
		.acked = MSS, .lost = 5 * MSS, .state = STRATA_CONG_RECOVERY,
	};
	u32 before;

	run(pipe, 2000);
	before = cong->cwnd;
	cong->ssthresh = cong->ops->ssthresh(cong);
	KUNIT_EXPECT_EQ(test, cong->ssthresh, (u32)INT_MAX);
	cong->flight = flight(pipe) - 5;
	cong->ops->sample(cong, &lost);
	KUNIT_EXPECT_EQ(test, cong->cwnd, cong->flight + 1);
	lost.lost = 0;
	lost.state = STRATA_CONG_OPEN;
	cong->ops->sample(cong, &lost);
	KUNIT_EXPECT_GE(test, cong->cwnd, before - 1);
}

static struct kunit_case bbr_cases[] = {
	KUNIT_CASE(the_path_is_learnt),
	KUNIT_CASE(the_path_is_used),
	KUNIT_CASE(more_bandwidth_is_found),
	KUNIT_CASE(less_bandwidth_is_noticed),
	KUNIT_CASE(the_round_trip_is_probed),
	KUNIT_CASE(a_slow_program_teaches_nothing),
	KUNIT_CASE(losses_do_not_shrink_the_window_for_long),
	{}
};

static struct kunit_suite bbr_suite = {
	.name = "strata-tcp-bbr",
	.init = bbr_test_init,
	.test_cases = bbr_cases,
};

kunit_test_suite(bbr_suite);
