/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections in TIME-WAIT, as small objects.
 */
#ifndef _NET_TCP_TIMEWAIT_H
#define _NET_TCP_TIMEWAIT_H

#include "tcp.h"

static inline struct strata_tcp_timewait *
strata_tcp_timewait(const struct sock *sk)
{
	return (struct strata_tcp_timewait *)sk;
}

/* What strata_tcp.ts_recent_s counts: seconds of the clock of mstamp_us, from 1. */
static inline u32 tcp_clock_s(void)
{
	return (u32)div_u64(ktime_get_ns(), NSEC_PER_SEC) + 1;
}

bool strata_tcp_timewait_reuse(const struct strata_tcp_timewait *tw,
			       struct sock *sk, bool picked);
void strata_tcp_timewait_free(struct strata_tcp_timewait *tw);
void strata_tcp_timewait_kill(struct strata_tcp_timewait *tw);
int strata_tcp_timewait_init(void);
void strata_tcp_timewait_exit(void);

#endif /* _NET_TCP_TIMEWAIT_H */
