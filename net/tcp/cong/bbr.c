// SPDX-License-Identifier: GPL-2.0
/*
 * BBR, version 1 (draft-cardwell-iccrg-bbr-congestion-control-00): not losses tell how
 * much the path takes, but measurements of its bottleneck's rate and of its round
 * trip without queues. Names are the draft's.
 *
 *	STARTUP --> DRAIN --> PROBE_BW <--> PROBE_RTT
 *
 * It is version 1 because that is the one that the kernel has, in all versions that
 * we run on, and so the one to compare with; version 3 is a draft still.
 */
#include <linux/inet_diag.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <strata/visibility.h>
#include "bbr.h"

#define CWND_GAIN		(BBR_UNIT * 2)
#define PACING_MARGIN_PERCENT	1	/* a little less than the rate: no queue */
#define GSO_OCTETS_MAX		65536

/**
 * strata_bbr_inflight() - BBRInflight(): segments that fill the path
 * @cong: connection
 * @gain: how many times, in BBR_UNIT
 *
 * And three buffers more, since GSO sends and GRO acknowledges in batches.
 *
 * Context: socket locked.
 */
u32 strata_bbr_inflight(const struct strata_cong *cong, u32 gain)
{
	const struct bbr *b = bbr(cong);
	u64 octets = (u64)minmax_get(&b->btl_bw) * b->rtprop_us >> BBR_BW_SHIFT;
	u64 quantum = clamp_t(u64, cong->pacing_rate >> 10, 2 * cong->mss,
			      GSO_OCTETS_MAX);

	if (b->rtprop_us == U32_MAX)
		return BBR_INIT_CWND;
	octets = (octets * gain >> BBR_GAIN_SHIFT) + 3 * quantum;
	return div_u64(octets + cong->mss - 1, cong->mss);
}

/* BBRSetPacingRateWithGain(): in STARTUP it only grows. */
static void set_pacing_rate(struct strata_cong *cong, u32 gain)
{
	struct bbr *b = bbr(cong);
	u64 rate = (u64)minmax_get(&b->btl_bw) * USEC_PER_SEC >> BBR_BW_SHIFT;

	rate = div_u64(rate * (100 - PACING_MARGIN_PERCENT), 100);
	rate = rate * gain >> BBR_GAIN_SHIFT;
	if (rate && (b->filled_pipe || rate > cong->pacing_rate))
		cong->pacing_rate = rate;
}

/* BBRInitPacingRate(): a window in a round trip, or in a millisecond. */
static void init_pacing_rate(struct strata_cong *cong)
{
	u64 octets = (u64)max_t(u32, cong->cwnd, BBR_INIT_CWND) *
		     max(cong->mss, 1U) * USEC_PER_SEC;
	u32 rtt_us = cong->srtt_us ?: USEC_PER_MSEC;

	bbr(cong)->rate_known = !!cong->srtt_us;
	cong->pacing_rate = div_u64(octets, rtt_us) * BBR_HIGH_GAIN >> BBR_GAIN_SHIFT;
}

static void bbr_init(struct strata_cong *cong)
{
	struct bbr *b = bbr(cong);

	b->rtprop_us = cong->min_rtt_us ?: U32_MAX;
	b->rtprop_stamp = (u32)jiffies;
	b->next_round_delivered = cong->delivered;
	minmax_reset(&b->btl_bw, 0, 0);
	init_pacing_rate(cong);
	strata_bbr_startup(b);
}

static void bbr_release(struct strata_cong *cong)
{
}

/* BBRModulateCwndForRecovery(), BBRRestoreCwnd(). True: that is the window. */
static bool modulate(struct strata_cong *cong,
		     const struct strata_cong_sample *sample, u32 acked)
{
	u32 lost = sample->lost / max(cong->mss, 1U), floor = cong->flight + acked;
	struct bbr *b = bbr(cong);
	u8 prior = b->prior_state;

	b->prior_state = sample->state;
	if (lost)
		cong->cwnd = cong->cwnd > lost ? cong->cwnd - lost : 1;
	if (sample->state == STRATA_CONG_LOSS && prior != STRATA_CONG_LOSS)
		b->full_bw = 0;
	if (sample->state == STRATA_CONG_RECOVERY && prior < STRATA_CONG_RECOVERY) {
		b->conserving = 1;
		b->next_round_delivered = cong->delivered;
		cong->cwnd = floor;
	} else if (sample->state < STRATA_CONG_RECOVERY &&
		   prior >= STRATA_CONG_RECOVERY) {
		cong->cwnd = max(cong->cwnd, b->prior_cwnd);
		b->conserving = 0;
	}
	if (b->conserving)
		cong->cwnd = max(cong->cwnd, floor);
	return b->conserving;
}

/* BBRSetCwnd() */
static void set_cwnd(struct strata_cong *cong,
		     const struct strata_cong_sample *sample)
{
	u32 acked = DIV_ROUND_UP(sample->acked, max(cong->mss, 1U));
	struct bbr *b = bbr(cong);
	u32 gain = b->mode == BBR_STARTUP || b->mode == BBR_DRAIN ? BBR_HIGH_GAIN :
		   b->mode == BBR_PROBE_RTT ? BBR_UNIT : CWND_GAIN;
	u32 target = strata_bbr_inflight(cong, gain);

	if (acked && !modulate(cong, sample, acked)) {
		if (b->filled_pipe)
			cong->cwnd = min(cong->cwnd + acked, target);
		else if (cong->cwnd < target ||
			 cong->delivered < BBR_INIT_CWND * cong->mss)
			cong->cwnd += acked;
		cong->cwnd = max_t(u32, cong->cwnd, BBR_MIN_CWND);
	}
	if (b->mode == BBR_PROBE_RTT)
		cong->cwnd = min_t(u32, cong->cwnd, BBR_MIN_CWND);
}

static void bbr_sample(struct strata_cong *cong,
		       const struct strata_cong_sample *sample)
{
	struct bbr *b = bbr(cong);

	if (unlikely(!b->rate_known && cong->srtt_us))
		init_pacing_rate(cong);
	strata_bbr_model(cong, sample);
	set_pacing_rate(cong, b->gain);
	set_cwnd(cong, sample);
}

/* BBRHandleRestartFromIdle() */
static void bbr_restart(struct strata_cong *cong)
{
	struct bbr *b = bbr(cong);

	b->idle_restart = 1;
	if (b->mode == BBR_PROBE_BW)
		set_pacing_rate(cong, BBR_UNIT);
}

/* Losses alone change nothing; the window comes back after them. */
static u32 bbr_ssthresh(struct strata_cong *cong)
{
	strata_bbr_save_cwnd(cong);
	return cong->ssthresh;
}

static u32 bbr_undo(struct strata_cong *cong)
{
	bbr(cong)->full_bw = 0;
	bbr(cong)->full_bw_count = 0;
	return max(cong->cwnd, bbr(cong)->prior_cwnd);
}

static size_t bbr_info(const struct strata_cong *cong, union tcp_cc_info *info)
{
	const struct bbr *b = bbr(cong);
	u64 bw = (u64)minmax_get(&b->btl_bw) * USEC_PER_SEC >> BBR_BW_SHIFT;
	u32 gain = b->mode == BBR_PROBE_BW ? CWND_GAIN : BBR_HIGH_GAIN;

	info->bbr = (struct tcp_bbr_info) {
		.bbr_bw_lo = (u32)bw,
		.bbr_bw_hi = bw >> 32,
		.bbr_min_rtt = b->rtprop_us,
		.bbr_pacing_gain = b->gain,
		.bbr_cwnd_gain = b->mode == BBR_PROBE_RTT ? BBR_UNIT : gain,
	};
	return sizeof(info->bbr);
}

struct strata_cong_ops strata_bbr = {
	.owner = THIS_MODULE,
	.name = "bbr",
	.flags = STRATA_CONG_WINDOW | STRATA_CONG_PACED,
	.init = bbr_init,
	.release = bbr_release,
	.ssthresh = bbr_ssthresh,
	.sample = bbr_sample,
	.restart = bbr_restart,
	.undo = bbr_undo,
	.info = bbr_info,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bbr);

static int __init bbr_module_init(void)
{
	return strata_cong_register(&strata_bbr);
}

static void __exit bbr_module_exit(void)
{
	strata_cong_unregister(&strata_bbr);
}

module_init(bbr_module_init);
module_exit(bbr_module_exit);

MODULE_DESCRIPTION("BBR congestion control for Strata");
MODULE_LICENSE("GPL");
MODULE_ALIAS("strata-cong-bbr");
