// SPDX-License-Identifier: GPL-2.0
/*
 * BBR's model of the path, the bottleneck's rate and the round trip without queues,
 * and the states in which it measures the one or the other.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include "bbr.h"

#define BW_FILTER_ROUNDS	10	/* BtlBwFilterLen */
#define RTPROP_FILTER_LEN	(10 * HZ)
#define PROBE_RTT_DURATION_US	(200 * USEC_PER_MSEC)
#define DRAIN_GAIN		(BBR_UNIT * 1000 / 2885)
#define STARTUP_GROWTH		(BBR_UNIT * 5 / 4)	/* less is no growth */
#define STARTUP_ROUNDS		3

static const u16 pacing_gain_cycle[] = {
	BBR_UNIT * 5 / 4, BBR_UNIT * 3 / 4, BBR_UNIT, BBR_UNIT,
	BBR_UNIT, BBR_UNIT, BBR_UNIT, BBR_UNIT
};

/**
 * strata_bbr_startup() - BBREnterStartup()
 * @b: of the connection
 *
 * Context: socket locked.
 */
void strata_bbr_startup(struct bbr *b)
{
	b->mode = BBR_STARTUP;
	b->gain = BBR_HIGH_GAIN;
}

/* Any phase but the second, which drains what the first has queued. */
static void enter_probe_bw(struct strata_cong *cong)
{
	struct bbr *b = bbr(cong);

	b->mode = BBR_PROBE_BW;
	b->cycle = get_random_u32() % (ARRAY_SIZE(pacing_gain_cycle) - 1);
	b->cycle = b->cycle ? b->cycle + 1 : 0;
	b->gain = pacing_gain_cycle[b->cycle];
	b->cycle_stamp_us = cong->now_us;
}

/* BBRUpdateBtlBw(), BBRUpdateRound() */
static void update_btl_bw(struct strata_cong *cong,
			  const struct strata_cong_sample *sample)
{
	struct bbr *b = bbr(cong);
	u64 bw;

	b->round_start = 0;
	if (!sample->interval_us)
		return;
	if (!bbr_before(sample->prior_delivered, b->next_round_delivered)) {
		b->next_round_delivered = cong->delivered;
		b->round_count++;
		b->round_start = 1;
		b->conserving = 0;
	}
	bw = div_u64((u64)sample->delivered << BBR_BW_SHIFT, sample->interval_us);
	bw = min_t(u64, bw, U32_MAX);
	if (bw >= minmax_get(&b->btl_bw) || !sample->app_limited)
		minmax_running_max(&b->btl_bw, BW_FILTER_ROUNDS,
				   b->round_count, bw);
}

/* BBRIsNextCyclePhase() */
static bool is_next_phase(const struct strata_cong *cong,
			  const struct strata_cong_sample *sample)
{
	const struct bbr *b = bbr(cong);
	bool full_length = cong->now_us - b->cycle_stamp_us > b->rtprop_us;

	if (b->gain == BBR_UNIT)
		return full_length;
	if (b->gain > BBR_UNIT)
		return full_length &&
		       (sample->lost || sample->prior_flight >=
					strata_bbr_inflight(cong, b->gain));
	return full_length ||
	       sample->prior_flight <= strata_bbr_inflight(cong, BBR_UNIT);
}

static void check_phase(struct strata_cong *cong,
			const struct strata_cong_sample *sample)
{
	struct bbr *b = bbr(cong);

	if (b->mode != BBR_PROBE_BW || !is_next_phase(cong, sample))
		return;
	b->cycle = (b->cycle + 1) % ARRAY_SIZE(pacing_gain_cycle);
	b->gain = pacing_gain_cycle[b->cycle];
	b->cycle_stamp_us = cong->now_us;
}

/* BBRCheckFullPipe(): three rounds without growth by a quarter. */
static void check_full_pipe(struct bbr *b,
			    const struct strata_cong_sample *sample)
{
	u32 bw = minmax_get(&b->btl_bw);

	if (b->filled_pipe || !b->round_start || sample->app_limited)
		return;
	if (bw >= (u64)b->full_bw * STARTUP_GROWTH >> BBR_GAIN_SHIFT) {
		b->full_bw = bw;
		b->full_bw_count = 0;
		return;
	}
	b->filled_pipe = ++b->full_bw_count >= STARTUP_ROUNDS;
}

/* BBRCheckDrain() */
static void check_drain(struct strata_cong *cong)
{
	struct bbr *b = bbr(cong);

	if (b->mode == BBR_STARTUP && b->filled_pipe) {
		b->mode = BBR_DRAIN;
		b->gain = DRAIN_GAIN;
	}
	if (b->mode == BBR_DRAIN && cong->flight <= strata_bbr_inflight(cong, BBR_UNIT))
		enter_probe_bw(cong);
}

/**
 * strata_bbr_save_cwnd() - BBRSaveCwnd(): a recovery or PROBE_RTT begins
 * @cong: connection
 *
 * Context: socket locked.
 */
void strata_bbr_save_cwnd(struct strata_cong *cong)
{
	struct bbr *b = bbr(cong);
	bool fresh = b->prior_state < STRATA_CONG_RECOVERY &&
		     b->mode != BBR_PROBE_RTT;

	b->prior_cwnd = fresh ? cong->cwnd : max(b->prior_cwnd, cong->cwnd);
}

static void exit_probe_rtt(struct strata_cong *cong)
{
	struct bbr *b = bbr(cong);

	b->rtprop_stamp = (u32)jiffies;
	cong->cwnd = max(cong->cwnd, b->prior_cwnd);
	if (b->filled_pipe)
		enter_probe_bw(cong);
	else
		strata_bbr_startup(b);
}

/* BBRHandleProbeRTT(): a round and 200 ms with hardly anything in flight. */
static void handle_probe_rtt(struct strata_cong *cong)
{
	struct bbr *b = bbr(cong);

	/* What the rate is meanwhile is our own doing. */
	cong->app_limited = (cong->delivered + cong->flight * cong->mss) ?: 1;
	if (!b->probing && cong->flight <= BBR_MIN_CWND) {
		b->probing = 1;
		b->probe_rtt_done_us = cong->now_us + PROBE_RTT_DURATION_US;
		b->probe_rtt_round_done = 0;
		b->next_round_delivered = cong->delivered;
	} else if (b->probing) {
		b->probe_rtt_round_done |= b->round_start;
		if (b->probe_rtt_round_done &&
		    !bbr_before(cong->now_us, b->probe_rtt_done_us))
			exit_probe_rtt(cong);
	}
}

/* BBRUpdateRTprop(), BBRCheckProbeRTT() */
static void update_rtprop(struct strata_cong *cong,
			  const struct strata_cong_sample *sample)
{
	struct bbr *b = bbr(cong);
	bool expired = (u32)jiffies - b->rtprop_stamp > RTPROP_FILTER_LEN;

	if (cong->rtt_us && (cong->rtt_us <= b->rtprop_us || expired)) {
		b->rtprop_us = cong->rtt_us;
		b->rtprop_stamp = (u32)jiffies;
	}
	if (expired && !b->idle_restart && b->mode != BBR_PROBE_RTT) {
		strata_bbr_save_cwnd(cong);
		b->mode = BBR_PROBE_RTT;
		b->gain = BBR_UNIT;
		b->probing = 0;
	}
	if (b->mode == BBR_PROBE_RTT)
		handle_probe_rtt(cong);
	if (sample->interval_us)
		b->idle_restart = 0;
}

/**
 * strata_bbr_model() - BBRUpdateModelAndState()
 * @cong: connection
 * @sample: what an ACK says
 *
 * Context: socket locked.
 */
void strata_bbr_model(struct strata_cong *cong,
		      const struct strata_cong_sample *sample)
{
	update_btl_bw(cong, sample);
	check_phase(cong, sample);
	check_full_pipe(bbr(cong), sample);
	check_drain(cong);
	update_rtprop(cong, sample);
}
