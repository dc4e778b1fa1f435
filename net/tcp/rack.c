// SPDX-License-Identifier: GPL-2.0
/*
 * RACK: what was sent before something that has arrived, and has not arrived
 * itself within a reordering window, is lost (RFC 8985 6.2).
 */
#include "input.h"
#include "tcp.h"

#define REO_PERSIST	16	/* RFC 8985 6.2 step 4: recoveries */
#define DUP_THRESHOLD	3	/* segments */

/* RACK_sent_after(): was the segment delivered last sent after this one? */
static bool sent_before_rack(const struct strata_tcp_rack *rack, u32 sent_us,
			     u32 end_seq)
{
	if (sent_us != rack->xmit_us)
		return seq_before(sent_us, rack->xmit_us);
	return seq_before(end_seq, rack->end_seq);
}

/**
 * strata_tcp_rack_advance() - a segment was delivered (RFC 8985 6.2 step 2)
 * @tp: connection
 * @sent_us: when it was sent last
 * @end_seq: after it
 * @resent: it was sent more than once
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_rack_advance(struct strata_tcp *tp, u32 sent_us, u32 end_seq,
			     bool resent)
{
	struct strata_tcp_rack *rack = &tp->rack;
	u32 rtt_us = (u32)tp->mstamp_us - sent_us;

	/* What came too soon came from the first transmission. */
	if (resent && rtt_us < tp->cong.min_rtt_us)
		return;
	if (rack->valid && !seq_after(sent_us, rack->xmit_us) &&
	    (sent_us != rack->xmit_us || !seq_after(end_seq, rack->end_seq)))
		return;
	rack->rtt_us = rtt_us;
	rack->xmit_us = sent_us;
	rack->end_seq = end_seq;
	rack->valid = 1;
	rack->advanced = 1;
}

/* RACK_update_reo_wnd(): how long a segment may be late. */
static u32 reordering_window(const struct strata_tcp *tp)
{
	u32 quarters = tp->rack.reo_mult + 1;

	if (!tp->rack.reordering &&
	    (tp->recovery >= TCP_RECOVERY_FAST ||
	     tp->board.sacked >= DUP_THRESHOLD * tp->mss))
		return 0;
	return min_t(u64, (u64)quarters * tp->cong.min_rtt_us / 4,
		     tp->srtt_us8 >> 3);
}

/**
 * strata_tcp_rack_dsack() - something was sent again for nothing
 * @tp: connection
 *
 * RFC 8985 6.2 step 4: be more patient, by a quarter of a round trip in each
 * round trip that shows it.
 *
 * Context: socket locked.
 */
void strata_tcp_rack_dsack(struct strata_tcp *tp)
{
	struct strata_tcp_rack *rack = &tp->rack;

	if (rack->reo_persist && seq_before(tp->snd_una, rack->dsack_round))
		return;
	rack->dsack_round = tp->snd_nxt;
	rack->reo_persist = REO_PERSIST;
	if (rack->reo_mult < U8_MAX)
		rack->reo_mult++;
}

/**
 * strata_tcp_rack_recovered() - a recovery is over
 * @tp: connection
 *
 * Context: socket locked.
 */
void strata_tcp_rack_recovered(struct strata_tcp *tp)
{
	if (tp->rack.reo_persist && !--tp->rack.reo_persist)
		tp->rack.reo_mult = 0;
}

/**
 * struct scan - a search for losses
 * @sk: whose
 * @patience_us: what was sent longer ago is lost
 * @timeout: whatever was delivered
 * @newer: a segment was found that was sent after all that may be lost
 * @marks: how many were made
 */
struct scan {
	struct sock *sk;
	u32 patience_us;
	bool timeout;
	bool newer;
	u32 marks;
};

/* Is a segment lost? If it may be later, the timer is to look again. */
static bool is_lost(struct scan *scan, u32 sent_us, u32 end_seq)
{
	struct strata_tcp *tp = strata_tcp(scan->sk);
	u32 age_us = (u32)tp->mstamp_us - sent_us, wait_us;

	if (scan->timeout || sent_before_rack(&tp->rack, sent_us, end_seq)) {
		if (age_us >= scan->patience_us)
			return true;
		wait_us = scan->patience_us - age_us;
		if (!tp->rack.wait_us || wait_us < tp->rack.wait_us)
			tp->rack.wait_us = wait_us;
	}
	scan->newer = true;
	return false;
}

static void mark(struct scan *scan, struct strata_tcp_range range)
{
	if (!seq_before(range.seq, range.end_seq))
		return;
	range.fate = TCP_FATE_LOST;
	if (strata_tcp_board_mark(&strata_tcp(scan->sk)->board, &range))
		scan->marks++;
}

/*
 * [@seq, @end_seq) was sent once: in the order of sequence numbers, so that the
 * search ends at the first that is not lost.
 */
static void scan_originals(struct scan *scan, u32 seq, u32 end_seq)
{
	const struct sk_buff *skb = strata_tcp_sent_find(scan->sk, seq);
	struct strata_tcp_range lost = { .seq = seq, .end_seq = seq };
	u32 end;

	for (; skb && seq_before(lost.end_seq, end_seq); skb = skb->next) {
		const struct strata_tcp_seg *seg = tcp_seg(skb);

		end = seq_min(seg->end_seq, end_seq);
		if (!is_lost(scan, seg->sent_us, end))
			break;
		lost.end_seq = end;
	}
	mark(scan, lost);
}

static void scan_range(struct scan *scan, const struct strata_tcp_range *range)
{
	bool newer = scan->newer;

	if (range->fate != TCP_FATE_RESENT)
		return;
	if (is_lost(scan, range->sent_us, range->end_seq))
		mark(scan, *range);
	/* What was sent again is in no order. */
	scan->newer = newer;
}

/* All between snd_una and snd_nxt, by range or by what lies between them. */
static void scan_all(struct scan *scan)
{
	struct strata_tcp *tp = strata_tcp(scan->sk);
	const struct strata_tcp_range *range;
	u32 seq = tp->snd_una, next, marks;

	range = strata_tcp_board_find(&tp->board, seq);
	while (seq_before(seq, tp->snd_nxt)) {
		marks = scan->marks;
		if (range && !seq_after(range->seq, seq)) {
			next = range->end_seq;
			scan_range(scan, range);
			if (scan->marks == marks)
				range = tcp_range_next(range);
		} else {
			if (scan->newer && !range)
				return;
			next = range ? range->seq : tp->snd_nxt;
			if (!scan->newer)
				scan_originals(scan, seq, next);
		}
		seq = next;
		/* What was marked may have joined its neighbours. */
		if (scan->marks != marks)
			range = strata_tcp_board_find(&tp->board, seq);
	}
}

/**
 * strata_tcp_rack_detect() - look for losses (RFC 8985 6.2 step 5)
 * @sk: locked; the peer sends SACKs
 *
 * Sets rack.wait_us if more may be lost by then.
 *
 * Context: socket locked, tp->mstamp_us fresh.
 * Return: true if something is newly lost.
 */
bool strata_tcp_rack_detect(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct scan scan = { .sk = sk };

	tp->rack.advanced = 0;
	tp->rack.wait_us = 0;
	if (!tp->rack.valid)
		return false;
	scan.patience_us = tp->rack.rtt_us + reordering_window(tp);
	scan_all(&scan);
	return scan.marks;
}

/**
 * strata_tcp_rack_lose() - what the peer has not told to hold is lost
 * @sk: locked
 * @patient: but what was sent less than a round trip ago may still arrive
 *	(RFC 8985 6.3)
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_rack_lose(struct sock *sk, bool patient)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct scan scan = { .sk = sk, .timeout = true };

	if (patient && tp->sack_ok && tp->rack.valid)
		scan.patience_us = tp->rack.rtt_us + reordering_window(tp);
	scan_all(&scan);
	tp->rack.wait_us = 0;
}

/**
 * strata_tcp_rack_timeout() - the reordering timer has expired (6.3)
 * @sk: locked; tp->mstamp_us is fresh
 *
 * Context: softirq, socket locked.
 */
void strata_tcp_rack_timeout(struct sock *sk)
{
	if (!strata_tcp(sk)->packets_out)
		return;
	if (strata_tcp_rack_detect(sk))
		strata_tcp_recovery_found(sk);
	strata_tcp_timer_choose(sk, true);
	strata_tcp_after_ack(sk);
}
