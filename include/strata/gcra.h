/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic cell rate algorithm (ITU-T I.371 annex A): one word says when the next
 * packet would come if all came at the rate. Whoever comes earlier than the tolerance
 * allows only reads it, so that a flood does not fight for the cache line.
 */
#ifndef _STRATA_GCRA_H
#define _STRATA_GCRA_H

#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/types.h>

/**
 * strata_gcra_conforms() - does a packet stay below a rate?
 * @arrival: when the next one would come, ktime_get_ns(); 0 at first
 * @cost: nanoseconds that this one takes at the rate
 * @tolerance: nanoseconds that may be taken at once; not below @cost
 * @now: ktime_get_ns()
 *
 * What does not conform changes nothing, as if it had not come.
 *
 * Context: any.
 */
static inline bool strata_gcra_conforms(atomic64_t *arrival, s64 cost,
					s64 tolerance, s64 now)
{
	s64 at = atomic64_read(arrival), next;

	do {
		next = max(at, now) + cost;
		if (next > now + tolerance)
			return false;
	} while (!atomic64_try_cmpxchg(arrival, &at, next));
	return true;
}

#endif /* _STRATA_GCRA_H */
