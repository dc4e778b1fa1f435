// SPDX-License-Identifier: GPL-2.0
/*
 * The fifth step of RFC 9293 3.10.7.4: what an ACK acknowledges, what it says
 * of the round trip, of the peer's window and of congestion.
 */
#include <linux/tcp.h>
#include "input.h"
#include "tcp.h"

#define DUPACK_THRESHOLD	3	/* RFC 5681 3.2 */

/**
 * struct acked - what an ACK took off the retransmit queue
 * @segs: segments
 * @first_us: when the oldest of them was sent
 * @resent: one of them went out more than once (Karn)
 */
struct acked {
	u32 segs;
	u32 first_us;
	bool resent;
};

static void count_acked(struct acked *acked, const struct strata_tcp_seg *seg,
			u32 segs)
{
	if (!acked->segs)
		acked->first_us = seg->sent_us;
	acked->segs += segs;
	acked->resent |= seg->retransmitted;
}

/* Part of a GSO buffer: it stays as it is, with fewer segments to come. */
static void acked_partly(const struct strata_tcp *tp, struct sk_buff *skb,
			 struct acked *acked)
{
	struct strata_tcp_seg *seg = tcp_seg(skb);
	u32 left;

	if (!seg->gso || !seq_after(tp->snd_una, seg->seq))
		return;
	left = DIV_ROUND_UP(seg->end_seq - tp->snd_una, seg->gso);
	if (left >= seg->segs)
		return;
	count_acked(acked, seg, seg->segs - left);
	seg->segs = left;
}

/* "Segments on the retransmission queue that are thereby entirely acknowledged
 * are removed."
 */
static void clean_queue(struct sock *sk, struct acked *acked)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;

	while ((skb = skb_peek(&sk->sk_write_queue)) && skb != tp->send_head) {
		struct strata_tcp_seg *seg = tcp_seg(skb);

		if (seq_after(seg->end_seq, tp->snd_una)) {
			acked_partly(tp, skb, acked);
			break;
		}
		count_acked(acked, seg, seg->segs);
		if (skb == tp->retrans_hint)
			tp->retrans_hint = NULL;
		__skb_unlink(skb, &sk->sk_write_queue);
		strata_tcp_skb_free(sk, skb);
	}
	tp->packets_out -= min(acked->segs, tp->packets_out);
}

/* RFC 6298 3: by the segment's own clock, or by the echoed timestamp, which
 * tells a retransmission from the original.
 */
static void measure_rtt(struct strata_tcp *tp, const struct acked *acked,
			const struct strata_tcp_options *opts)
{
	u32 delta_ms;

	if (likely(!acked->resent)) {
		if (acked->segs)
			strata_tcp_rtt_sample(tp, (u32)tp->mstamp_us -
						  acked->first_us);
		return;
	}
	if (!tp->ts_ok || !opts->has_ts || !opts->tsecr)
		return;
	delta_ms = tcp_tsval(tp) - opts->tsecr;
	if (delta_ms < TCP_RTO_MAX / HZ * MSEC_PER_SEC)
		strata_tcp_rtt_sample(tp, max(delta_ms, 1U) * USEC_PER_MSEC);
}

static void cong_view(struct strata_tcp *tp)
{
	tp->cong.flight = strata_tcp_flight(tp);
	tp->cong.snd_una = tp->snd_una;
	tp->cong.snd_nxt = tp->snd_nxt;
}

/**
 * strata_tcp_reduce() - loss was found: a new slow start threshold
 * @tp: connection
 *
 * Remembers what was, in case it turns out that nothing was lost.
 *
 * Context: socket locked.
 */
void strata_tcp_reduce(struct strata_tcp *tp)
{
	cong_view(tp);
	tp->prior_cwnd = tp->cong.cwnd;
	tp->prior_ssthresh = tp->cong.ssthresh;
	tp->cong.ssthresh = tp->cong.ops->ssthresh(&tp->cong);
	tp->retrans_ts = tcp_tsval(tp);
}

static void leave_recovery(struct strata_tcp *tp)
{
	tp->recovery = TCP_RECOVERY_NONE;
	tp->inflate = 0;
	tp->dupacks = 0;
	tp->prior_cwnd = 0;
	tp->retrans_hint = NULL;
}

/*
 * RFC 3522: the ACK echoes a timestamp from before the retransmission: the
 * original arrived, and nothing was lost.
 */
static bool was_spurious(const struct strata_tcp *tp,
			 const struct strata_tcp_options *opts)
{
	return tp->prior_cwnd && tp->ts_ok && opts->has_ts && opts->tsecr &&
	       seq_before(opts->tsecr, tp->retrans_ts);
}

static void undo(struct strata_tcp *tp)
{
	tp->cong.cwnd = max(tp->cong.ops->undo(&tp->cong), tp->cong.cwnd);
	tp->cong.ssthresh = max(tp->cong.ssthresh, tp->prior_ssthresh);
	leave_recovery(tp);
}

/* RFC 6582 3.2, step 3 */
static void ack_in_fast_recovery(struct sock *sk, const struct acked *acked)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!seq_before(tp->snd_una, tp->recover)) {
		/* Full acknowledgment, option 2: the deflated window. */
		tp->cong.cwnd = tp->cong.ssthresh;
		leave_recovery(tp);
		return;
	}
	/* Partial acknowledgment: the next hole; deflate by what has left. */
	strata_tcp_retransmit_head(sk);
	tp->inflate -= min(tp->inflate, acked->segs);
	tp->inflate++;
}

/* RFC 5681 3.1 and RFC 6582 4: slow start until all that was out is in. */
static void ack_in_loss(struct strata_tcp *tp, const struct acked *acked)
{
	if (seq_before(tp->retrans_high, tp->snd_una)) {
		tp->retrans_high = tp->snd_una;
		tp->retrans_hint = NULL;
	}
	tp->cong.cwnd_limited = true;
	cong_view(tp);
	tp->cong.ops->acked(&tp->cong, acked->segs);
	if (!seq_before(tp->snd_una, tp->recover))
		leave_recovery(tp);
}

/* New data was acknowledged. */
static void ack_congestion(struct sock *sk, const struct acked *acked,
			   const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (likely(tp->recovery == TCP_RECOVERY_NONE)) {
		tp->dupacks = 0;
		tp->inflate = 0;
		cong_view(tp);
		tp->cong.ops->acked(&tp->cong, acked->segs);
		return;
	}
	if (was_spurious(tp, opts)) {
		undo(tp);
		return;
	}
	/* Only the first ACK of an episode can tell. */
	tp->prior_cwnd = 0;
	if (tp->recovery == TCP_RECOVERY_FAST)
		ack_in_fast_recovery(sk, acked);
	else
		ack_in_loss(tp, acked);
}

/* RFC 6298 5.2 and 5.3; an answered timeout ends the backing off. */
static void rearm(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->retransmits = 0;
	tp->backoff = 0;
	tp->retrans_stamp_us = 0;
	if (tp->packets_out)
		strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, tp->rto);
	else
		strata_tcp_timer_cancel(sk);
}

static void ack_new(struct sock *sk, u32 ack,
		    const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct acked acked = {};

	tp->bytes_acked += ack - tp->snd_una;
	tp->snd_una = ack;
	clean_queue(sk, &acked);
	measure_rtt(tp, &acked, opts);
	ack_congestion(sk, &acked, opts);
	rearm(sk);
	if (unlikely(sk->sk_socket &&
		     test_bit(SOCK_NOSPACE, &sk->sk_socket->flags))) {
		strata_tcp_sndbuf_grow(sk);
		sk->sk_write_space(sk);
	}
}

/* RFC 5681 3.2 and RFC 6582 3.2, step 2 */
static void enter_fast_recovery(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	strata_count(strata_sock_net(sk), TCP_FAST_RETRANS);
	tp->recovery = TCP_RECOVERY_FAST;
	tp->recover = tp->snd_nxt;
	strata_tcp_reduce(tp);
	tp->cong.cwnd = tp->cong.ssthresh;
	tp->inflate = DUPACK_THRESHOLD;
	strata_tcp_retransmit_head(sk);
	strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, tp->rto);
}

/* RFC 5681 2: a duplicate acknowledgment; a segment has left the network. */
static void ack_duplicate(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->recovery == TCP_RECOVERY_FAST) {
		tp->inflate = min(tp->inflate + 1, tp->packets_out);
		return;
	}
	if (tp->recovery == TCP_RECOVERY_LOSS)
		return;
	if (tp->dupacks < U8_MAX)
		tp->dupacks++;
	if (tp->dupacks < DUPACK_THRESHOLD) {
		tp->inflate = tp->dupacks;	/* RFC 3042 */
		return;
	}
	/* RFC 6582 3.2, step 1: not again for the same losses. */
	if (tp->dupacks == DUPACK_THRESHOLD &&
	    !seq_before(tp->snd_una, tp->recover))
		enter_fast_recovery(sk);
}

/*
 * "If SND.WL1 < SEG.SEQ or (SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK)"; the
 * second half always holds, since older ACKs never come here. Returns true if
 * the window changed.
 */
static bool update_window(struct sock *sk, const struct strata_tcp_seg *seg)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 window = (u32)seg->window << tp->snd_wscale;

	if (seq_before(seg->seq, tp->snd_wl1))
		return false;
	tp->snd_wl1 = seg->seq;
	if (window == tp->snd_wnd)
		return false;
	tp->snd_wnd = window;
	if (window > tp->max_window) {
		tp->max_window = window;
		strata_tcp_sync_mss(sk, tp->path_mtu);
	}
	return true;
}

/* An answer to a zero-window probe: the peer is alive (3.8.6.1). */
static void answer_probe(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->probes = 0;
	if (!tp->send_head || tp->packets_out)
		return;
	if (!seq_after(tcp_seg(tp->send_head)->end_seq, tcp_wnd_end(tp))) {
		tp->backoff = 0;
		strata_tcp_timer_cancel(sk);
	}
}

/* RFC 9293 3.10.7.4, fifth step, with the range of RFC 5961 5.2. */
static bool acceptable(struct sock *sk, const struct strata_tcp_seg *seg)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (seq_after(seg->ack_seq, tp->snd_nxt)) {
		strata_tcp_challenge_ack(sk);
		return false;
	}
	if (seq_before(seg->ack_seq, tp->snd_una - tp->max_window)) {
		strata_tcp_challenge_ack(sk);
		return false;
	}
	return true;
}

/**
 * strata_tcp_ack() - process the acknowledgment of an acceptable segment
 * @sk: locked, synchronised
 * @skb: the segment; not owned
 * @opts: its options
 *
 * Context: socket locked, tp->mstamp_us fresh.
 * Return: false if the segment must be dropped.
 */
bool strata_tcp_ack(struct sock *sk, const struct sk_buff *skb,
		    const struct strata_tcp_options *opts)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	struct strata_tcp *tp = strata_tcp(sk);
	bool window_changed, data;

	if (unlikely(seq_before(seg->ack_seq, tp->snd_una) ||
		     seq_after(seg->ack_seq, tp->snd_nxt)))
		return acceptable(sk, seg);

	window_changed = update_window(sk, seg);
	tp->keepalive_sent = 0;
	if (seg->ack_seq != tp->snd_una) {
		ack_new(sk, seg->ack_seq, opts);
	} else {
		data = seg->end_seq != seg->seq;
		if (tp->packets_out && !data && !window_changed)
			ack_duplicate(sk);
	}
	if (unlikely(tp->retransmit_timer_kind == TCP_TIMER_PROBE))
		answer_probe(sk);
	return true;
}

/**
 * strata_tcp_after_ack() - send what an ACK made room for
 * @sk: locked, synchronised
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_after_ack(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (unlikely(tp->recovery == TCP_RECOVERY_LOSS))
		strata_tcp_retransmit_lost(sk);
	strata_tcp_write(sk, false);
}
