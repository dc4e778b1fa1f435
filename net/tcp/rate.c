// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the path delivers (draft-cheng-iccrg-delivery-rate-estimation): each
 * segment remembers how much had been delivered when it left. When it arrives,
 * what was delivered meanwhile, in that time, is a sample of the path's rate: of
 * the slower of the times in which it was sent and in which it was acknowledged, so
 * that ACKs which come in a bunch do not make the path look faster than it is.
 */
#include "tcp.h"

/**
 * strata_tcp_rate_sent() - SendPacket() of section 3.2
 * @tp: connection; tcp_rate_sent() has seen that the segment counts
 * @seg: leaves for the first time; @seg->sent_us is set
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_rate_sent(struct strata_tcp *tp, struct strata_tcp_seg *seg)
{
	struct strata_cong *cong = &tp->cong;

	/* What is sent after a pause shows the program's rate. */
	if (!tp->packets_out)
		cong->app_limited = (cong->delivered + 1) ?: 1;
	else if (cong->app_limited &&
		 seq_after(cong->delivered, cong->app_limited))
		cong->app_limited = 0;
	seg->first_sent_us = tp->rate.first_sent_us;
	seg->delivered_us = tp->rate.delivered_us;
	seg->delivered = cong->delivered;
	seg->app_limited = !!cong->app_limited;
	seg->measured = 1;
}

/**
 * strata_tcp_rate_arrived() - UpdateRateSample() of 3.3 for a segment
 * @tp: connection; remembers the segment that was sent last
 * @delivery: what the ACK says
 * @seg: a segment that has arrived
 *
 * What was sent more than once says nothing: which of them arrived?
 *
 * Context: socket locked.
 */
void strata_tcp_rate_arrived(struct strata_tcp *tp,
			     struct strata_tcp_delivery *delivery,
			     const struct strata_tcp_seg *seg)
{
	struct strata_tcp_rate_mark *mark = &tp->rate.mark;

	if (unlikely(seg->retransmitted) || !seg->measured ||
	    (delivery->has_mark && seq_before(seg->sent_us, mark->sent_us)))
		return;
	mark->delivered = seg->delivered;
	mark->delivered_us = seg->delivered_us;
	mark->first_sent_us = seg->first_sent_us;
	mark->sent_us = seg->sent_us;
	mark->app_limited = seg->app_limited;
	delivery->has_mark = true;
}

/* The best of late, for TCP_INFO: the program's own pace only if it is a record. */
static void remember(struct strata_tcp_rate *rate, u32 octets, u32 interval_us)
{
	if (rate->mark.app_limited &&
	    (u64)octets * rate->interval_us < (u64)rate->octets * interval_us)
		return;
	rate->octets = octets;
	rate->interval_us = interval_us;
	rate->app_limited = rate->mark.app_limited;
}

/**
 * strata_tcp_rate_ack() - GenerateRateSample() of 3.3
 * @tp: connection; strata_tcp_rate.mark is of the newest that has arrived
 * @sample: out: its @delivered, @interval_us, @prior_delivered and @app_limited,
 *	which stay as they are if the ACK says nothing of the rate; NULL: nobody asks
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_rate_ack(struct strata_tcp *tp,
			 struct strata_cong_sample *sample)
{
	const struct strata_tcp_rate_mark *mark = &tp->rate.mark;
	u32 now_us = (u32)tp->mstamp_us, octets, interval_us;

	tp->rate.first_sent_us = mark->sent_us;
	interval_us = max(mark->sent_us - mark->first_sent_us,
			  now_us - mark->delivered_us);
	/* Faster than any round trip: an artefact of the clock or of SACK. */
	if (!interval_us || interval_us < tp->cong.min_rtt_us)
		return;
	octets = tp->cong.delivered - mark->delivered;
	remember(&tp->rate, octets, interval_us);
	if (likely(!sample))
		return;
	sample->delivered = octets;
	sample->interval_us = interval_us;
	sample->prior_delivered = mark->delivered;
	sample->app_limited = mark->app_limited;
}
