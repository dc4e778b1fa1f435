/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BBR: bbr.c is the algorithm's face, the rate and the window; bbr_model.c what it
 * knows of the path, and its states.
 */
#ifndef _NET_TCP_CONG_BBR_H
#define _NET_TCP_CONG_BBR_H

#include <linux/win_minmax.h>
#include <strata/cong.h>

#define BBR_GAIN_SHIFT	8
#define BBR_UNIT	BIT(BBR_GAIN_SHIFT)
#define BBR_HIGH_GAIN	(BBR_UNIT * 2885 / 1000 + 1)	/* 2/ln 2 */
#define BBR_BW_SHIFT	16	/* rates are octets in 2^16 microseconds */
#define BBR_MIN_CWND	4	/* BBRMinPipeCwnd */
#define BBR_INIT_CWND	10

enum bbr_mode { BBR_STARTUP, BBR_DRAIN, BBR_PROBE_BW, BBR_PROBE_RTT };

/**
 * struct bbr - strata_cong.private
 * @btl_bw: BBR.BtlBw, the largest of the last rounds
 * @rtprop_us: BBR.RTprop, U32_MAX: none yet
 * @rtprop_stamp: jiffies32 when it was measured
 * @next_round_delivered: a round ends when what leaves now is acknowledged
 * @round_count: rounds so far
 * @cycle_stamp_us: when this phase of PROBE_BW began
 * @probe_rtt_done_us: when PROBE_RTT may end, if @probing
 * @full_bw: the rate when it last grew
 * @prior_cwnd: before a recovery or PROBE_RTT
 * @gain: of the pacing rate
 * @mode: &enum bbr_mode
 * @cycle: index of the phase
 * @full_bw_count: rounds without growth
 * @prior_state: &enum strata_cong_state at the last ACK
 */
struct bbr {
	struct minmax btl_bw;
	u32 rtprop_us;
	u32 rtprop_stamp;
	u32 next_round_delivered;
	u32 round_count;
	u32 cycle_stamp_us;
	u32 probe_rtt_done_us;
	u32 full_bw;
	u32 prior_cwnd;
	u16 gain;
	u8 mode;
	u8 cycle;
	u8 full_bw_count;
	u8 prior_state;
	u8 filled_pipe:1;
	u8 round_start:1;
	u8 idle_restart:1;
	u8 conserving:1;	/* packet_conservation */
	u8 probing:1;
	u8 probe_rtt_round_done:1;
	u8 rate_known:1;
};

static inline struct bbr *bbr(const struct strata_cong *cong)
{
	BUILD_BUG_ON(sizeof(struct bbr) > STRATA_CONG_PRIVATE);
	return (struct bbr *)cong->private;
}

static inline bool bbr_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

extern struct strata_cong_ops strata_bbr;

u32 strata_bbr_inflight(const struct strata_cong *cong, u32 gain);
void strata_bbr_startup(struct bbr *b);
void strata_bbr_save_cwnd(struct strata_cong *cong);
void strata_bbr_model(struct strata_cong *cong,
		      const struct strata_cong_sample *sample);

#endif /* _NET_TCP_CONG_BBR_H */
