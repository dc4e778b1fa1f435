// SPDX-License-Identifier: GPL-2.0
/*
 * HyStart++ (RFC 9406): when round trips begin to grow, a queue is building up
 * somewhere. Slow start then goes on at a quarter of its pace; after five rounds
 * it ends without a loss, unless the round trip shrinks again.
 *
 * The limit L of section 4.2 is left out: GRO makes one ACK of many, so that
 * counting segments by the ACK would be slower than slow start itself.
 */
#include <linux/minmax.h>
#include <strata/visibility.h>
#include "hystart.h"
#include "seq.h"

/* RFC 9406 4.3 */
#define MIN_RTT_THRESH_US	4000
#define MAX_RTT_THRESH_US	16000
#define MIN_RTT_DIVISOR		8
#define N_RTT_SAMPLE		8
#define CSS_GROWTH_DIVISOR	4
#define CSS_ROUNDS		5

static void begin_round(struct strata_hystart *hs, const struct strata_cong *cong)
{
	hs->round_end = cong->snd_nxt;
	hs->last_min_us = hs->min_us;
	hs->min_us = 0;
	hs->samples = 0;
}

/**
 * strata_hystart_init() - slow start begins
 * @hs: out
 * @cong: connection
 *
 * Context: socket locked.
 */
void strata_hystart_init(struct strata_hystart *hs,
			 const struct strata_cong *cong)
{
	*hs = (struct strata_hystart){ .round_end = cong->snd_nxt };
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_hystart_init);

static void sample(struct strata_hystart *hs, u32 rtt_us)
{
	if (!rtt_us)
		return;
	if (!hs->min_us || rtt_us < hs->min_us)
		hs->min_us = rtt_us;
	if (hs->samples < U8_MAX)
		hs->samples++;
}

static bool rtt_has_grown(const struct strata_hystart *hs)
{
	u32 threshold = clamp_t(u32, hs->last_min_us / MIN_RTT_DIVISOR,
				MIN_RTT_THRESH_US, MAX_RTT_THRESH_US);

	return hs->samples >= N_RTT_SAMPLE && hs->last_min_us &&
	       hs->min_us >= hs->last_min_us + threshold;
}

/* Into conservative slow start, or out of it again. */
static void judge(struct strata_hystart *hs)
{
	if (!hs->css_rounds) {
		if (rtt_has_grown(hs)) {
			hs->base_us = hs->min_us;
			hs->css_rounds = 1;
		}
	} else if (hs->samples >= N_RTT_SAMPLE && hs->min_us < hs->base_us) {
		hs->css_rounds = 0;
	}
}

/**
 * strata_hystart_acked() - an ACK in slow start
 * @hs: of this connection
 * @cong: its cwnd grows; its ssthresh is set if slow start is to end
 * @acked: segments acknowledged
 *
 * Context: socket locked.
 * Return: segments left over for congestion avoidance.
 */
u32 strata_hystart_acked(struct strata_hystart *hs, struct strata_cong *cong,
			 u32 acked)
{
	u32 grow;

	sample(hs, cong->rtt_us);
	judge(hs);
	if (!hs->css_rounds) {
		acked = strata_cong_slow_start(cong, acked);
	} else {
		grow = (hs->credit + acked) / CSS_GROWTH_DIVISOR;
		hs->credit = (hs->credit + acked) % CSS_GROWTH_DIVISOR;
		acked = strata_cong_slow_start(cong, grow);
	}
	if (seq_before(cong->snd_una, hs->round_end))
		return acked;
	if (hs->css_rounds && ++hs->css_rounds > CSS_ROUNDS)
		cong->ssthresh = cong->cwnd;
	begin_round(hs, cong);
	return acked;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_hystart_acked);
