// SPDX-License-Identifier: GPL-2.0
/*
 * Round trip time and retransmission timeout (RFC 6298).
 */
#include <strata/visibility.h>
#include "tcp.h"

/**
 * strata_tcp_rtt_init() - nothing measured yet
 * @tp: connection
 *
 * RFC 6298 2.1. Context: socket locked.
 */
void strata_tcp_rtt_init(struct strata_tcp *tp)
{
	tp->srtt_us8 = 0;
	tp->rttvar_us4 = 0;
	tp->rto = TCP_RTO_INIT;
	tp->cong.srtt_us = 0;
	tp->cong.min_rtt_us = 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_rtt_init);

/* RFC 6298 2.2: the first measurement. */
static void first_sample(struct strata_tcp *tp, u32 rtt_us)
{
	tp->srtt_us8 = rtt_us << 3;
	tp->rttvar_us4 = rtt_us << 1;
}

/* RFC 6298 2.3, alpha = 1/8 and beta = 1/4. */
static void next_sample(struct strata_tcp *tp, u32 rtt_us)
{
	s32 error = rtt_us - (tp->srtt_us8 >> 3);

	tp->srtt_us8 += error;
	if (error < 0)
		error = -error;
	tp->rttvar_us4 += error - (tp->rttvar_us4 >> 2);
}

/**
 * strata_tcp_rtt_sample() - a round trip was measured
 * @tp: connection
 * @rtt_us: how long; the caller obeys Karn's rule (RFC 6298 3)
 *
 * As in Linux, the variance term, not the sum, has the lower bound, so a
 * steady path of any length keeps that much room for a delayed ACK.
 *
 * Context: socket locked.
 */
void strata_tcp_rtt_sample(struct strata_tcp *tp, u32 rtt_us)
{
	u32 var_us;

	rtt_us = clamp_t(u32, rtt_us, 1, TCP_RTO_MAX / HZ * USEC_PER_SEC);
	if (tp->srtt_us8)
		next_sample(tp, rtt_us);
	else
		first_sample(tp, rtt_us);

	var_us = max_t(u32, tp->rttvar_us4, jiffies_to_usecs(TCP_RTO_MIN));
	tp->rto = min_t(unsigned long, TCP_RTO_MAX,
			usecs_to_jiffies((tp->srtt_us8 >> 3) + var_us));
	/* 5.7: not sooner, or a path that is slower than the timeout never gets one. */
	tp->backoff = 0;
	tp->cong.rtt_us = rtt_us;
	tp->cong.srtt_us = max(tp->srtt_us8 >> 3, 1U);
	if (!tp->cong.min_rtt_us || rtt_us < tp->cong.min_rtt_us)
		tp->cong.min_rtt_us = rtt_us;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_rtt_sample);
