// SPDX-License-Identifier: GPL-2.0
/*
 * Rates that are watched.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <strata/gcra.h>
#include <strata/visibility.h>
#include "limit.h"

#define PERIOD_MAX	86400	/* seconds in a day */
#define COST_SHIFT	16	/* of strata_fw_limit.cost */

/**
 * strata_fw_limit_init() - begin to watch a rate
 * @limit: what is to watch
 * @rate: how much may come
 *
 * Context: any. Return: NULL, or what is wrong with @rate.
 */
const char *strata_fw_limit_init(struct strata_fw_limit *limit,
				 const struct strata_fw_rate *rate)
{
	u64 burst;

	if (!rate->rate || !rate->period || !rate->burst)
		return "a limit needs a rate, a period and a burst above 0";
	if (rate->period > PERIOD_MAX)
		return "a limit's period is at most a day";
	limit->rate = *rate;
	limit->cost = div64_u64((u64)rate->period * NSEC_PER_SEC << COST_SHIFT,
				rate->rate);
	if (!limit->cost)
		return "a limit's rate is higher than this machine can tell";
	if (check_mul_overflow(limit->cost, (u64)rate->burst, &burst) ||
	    burst > S64_MAX)
		return "a limit's burst takes longer than this machine can tell";
	limit->tolerance = burst >> COST_SHIFT;
	atomic64_set(&limit->arrival, 0);
	return NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_limit_init);

/**
 * strata_fw_limit_conforms() - does a buffer stay below the rate?
 * @limit: the rate
 * @packets: that it will be on the wire
 * @bytes: its length
 * @now: ktime_get_ns()
 *
 * What does not conform changes nothing, as if it had not come. A buffer that is
 * larger than the burst counts as one, so that it comes through at all.
 *
 * Context: any.
 */
bool strata_fw_limit_conforms(struct strata_fw_limit *limit,
			      unsigned int packets, unsigned int bytes,
			      u64 now)
{
	u64 units = min(limit->rate.bytes ? bytes : packets,
			limit->rate.burst);

	return strata_gcra_conforms(&limit->arrival,
				    limit->cost * units >> COST_SHIFT,
				    limit->tolerance, now);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_limit_conforms);
