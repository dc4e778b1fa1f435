/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HyStart++ (RFC 9406): the end of slow start found by the round trip time.
 */
#ifndef _NET_TCP_HYSTART_H
#define _NET_TCP_HYSTART_H

#include <strata/cong.h>

/**
 * struct strata_hystart - where slow start has got to
 * @round_end: windowEnd: the round ends when this is acknowledged
 * @last_min_us: lastRoundMinRTT, 0: none
 * @min_us: currentRoundMinRTT, 0: none yet
 * @base_us: cssBaselineMinRtt
 * @credit: acknowledged segments not turned into growth yet
 * @samples: rttSampleCount
 * @css_rounds: rounds of conservative slow start, 0: in slow start
 */
struct strata_hystart {
	u32 round_end;
	u32 last_min_us;
	u32 min_us;
	u32 base_us;
	u16 credit;
	u8 samples;
	u8 css_rounds;
};

void strata_hystart_init(struct strata_hystart *hs, const struct strata_cong *cong);
u32 strata_hystart_acked(struct strata_hystart *hs, struct strata_cong *cong,
			 u32 acked);

#endif /* _NET_TCP_HYSTART_H */
