// SPDX-License-Identifier: GPL-2.0
/*
 * The fifth step of RFC 9293 3.10.7.4: what an ACK acknowledges, what it says
 * of the round trip and of the peer's window. What it says of losses is for
 * recovery.c.
 */
#include <linux/tcp.h>
#include "input.h"
#include "tcp.h"

static void count_acked(struct strata_tcp *tp,
			struct strata_tcp_delivery *delivery,
			const struct strata_tcp_seg *seg, u32 segs)
{
	if (!delivery->segs) {
		delivery->sent_us = seg->sent_us;
		delivery->has_rtt = true;
	}
	delivery->segs += segs;
	delivery->resent |= seg->retransmitted;
	if (seg->measured)
		strata_tcp_rate_arrived(tp, delivery, seg);
}

/* Part of a GSO buffer: it stays as it is, with fewer segments to come. */
static void acked_partly(struct strata_tcp *tp, struct sk_buff *skb,
			 struct strata_tcp_delivery *delivery)
{
	struct strata_tcp_seg *seg = tcp_seg(skb);
	u32 left;

	if (!seg->gso || !seq_after(tp->snd_una, seg->seq))
		return;
	left = DIV_ROUND_UP(seg->end_seq - tp->snd_una, seg->gso);
	if (left >= seg->segs)
		return;
	count_acked(tp, delivery, seg, seg->segs - left);
	seg->segs = left;
}

/* "Segments on the retransmission queue that are thereby entirely acknowledged
 * are removed." Returns when the last of them was sent.
 */
static u32 clean_queue(struct sock *sk, struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;
	u32 sent_us = 0;

	while ((skb = skb_peek(&sk->sk_write_queue)) && skb != tp->send_head) {
		struct strata_tcp_seg *seg = tcp_seg(skb);

		if (seq_after(tp->snd_una, seg->seq))
			sent_us = seg->sent_us;
		if (seq_after(seg->end_seq, tp->snd_una)) {
			acked_partly(tp, skb, delivery);
			break;
		}
		count_acked(tp, delivery, seg, seg->segs);
		if (skb == tp->sent_hint)
			tp->sent_hint = NULL;
		__skb_unlink(skb, &sk->sk_write_queue);
		strata_tcp_skb_free(sk, skb);
	}
	tp->segs_acked += delivery->segs;
	tp->packets_out -= min(delivery->segs, tp->packets_out);
	return sent_us;
}

/* RFC 6298 3: by the segment's own clock, or by the echoed timestamp, which
 * tells a retransmission from the original.
 */
static void measure_rtt(struct strata_tcp *tp,
			const struct strata_tcp_delivery *delivery,
			const struct strata_tcp_options *opts)
{
	u32 delta_ms;

	if (likely(!delivery->resent)) {
		if (delivery->has_rtt)
			strata_tcp_rtt_sample(tp, (u32)tp->mstamp_us -
						  delivery->sent_us);
		return;
	}
	if (!tp->ts_ok || !opts->has_ts || !opts->tsecr ||
	    tp->snd_una == delivery->prior_una)
		return;
	delta_ms = tcp_tsval(tp) - opts->tsecr;
	if (delta_ms < TCP_RTO_MAX / HZ * MSEC_PER_SEC)
		strata_tcp_rtt_sample(tp, max(delta_ms, 1U) * USEC_PER_MSEC);
}

/* Take the acknowledged off the queue, and off the scoreboard. */
static void take_acked(struct sock *sk, u32 ack,
		       struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_delivery queue = {};
	u32 sent_us;

	if (likely(!tp->board.count)) {
		tp->snd_una = ack;
		sent_us = clean_queue(sk, delivery);
		if (tp->sack_ok && delivery->segs)
			strata_tcp_rack_advance(tp, sent_us, ack, false);
		tp->rack.fack = ack;
		return;
	}
	/* The oldest of the queue may have come long ago: no round trip. */
	strata_tcp_delivery_ack(sk, ack, delivery);
	tp->snd_una = ack;
	clean_queue(sk, &queue);
	delivery->segs = queue.segs;
	strata_tcp_board_acked(&tp->board, ack);
}

/*
 * The peer is there: R1 and R2 (RFC 9293 3.8.3) count anew, and what ICMP said is past. The
 * backing off ends with the next measurement only, see rtt.c.
 */
static void answered(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->retransmits = 0;
	tp->retrans_stamp_us = 0;
	if (unlikely(sk->sk_err_soft))
		WRITE_ONCE(sk->sk_err_soft, 0);
}

static void ack_new(struct sock *sk, u32 ack,
		    struct strata_tcp_delivery *delivery,
		    const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->bytes_acked += ack - tp->snd_una;
	if (unlikely(tp->snd_urgent) && !seq_before(ack, tp->snd_up))
		tp->snd_urgent = 0;
	tp->cong.rtt_us = 0;
	take_acked(sk, ack, delivery);
	measure_rtt(tp, delivery, opts);
	answered(sk);
	if (unlikely(tp->mtu.probe) && !seq_before(ack, tp->mtu.end_seq))
		strata_tcp_mtu_probe_arrived(sk);
}

/* What the ACK means for the congestion window, and what the timer waits for. */
static void ack_window(struct sock *sk,
		       const struct strata_tcp_delivery *delivery,
		       const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tcp_recovery_idle(tp) && !delivery->dsack && !delivery->marked) {
		tp->rack.wait_us = 0;
		tp->cong.flight = tp->packets_out;
		tp->cong.snd_una = tp->snd_una;
		tp->cong.snd_nxt = tp->snd_nxt;
		tp->cong.cwnd_limited = tcp_cwv_limited(tp);
		if (delivery->segs && !tcp_cong_owns_window(tp))
			tp->cong.ops->acked(&tp->cong, delivery->segs);
	} else {
		strata_tcp_recovery_ack(sk, delivery, opts);
	}
}

/* For an algorithm that looks at each ACK: before the window's change or after. */
static void ack_sampled(struct sock *sk, u32 prior_flight,
			const struct strata_tcp_delivery *delivery,
			const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_cong *cong = &tp->cong;
	struct strata_cong_sample sample = {
		.acked = delivery->octets,
		.marked = delivery->marked,
		.prior_flight = prior_flight,
	};
	u32 lost = tp->board.lost;

	if (delivery->octets)
		tcp_rate_ack(tp, delivery, &sample);
	cong->now_us = (u32)tp->mstamp_us;
	cong->snd_una = tp->snd_una;
	cong->snd_nxt = tp->snd_nxt;
	if (!tcp_cong_owns_window(tp)) {
		if (delivery->octets)
			cong->ops->sample(cong, &sample);
		ack_window(sk, delivery, opts);
		return;
	}
	ack_window(sk, delivery, opts);
	cong->flight = strata_tcp_flight(tp);
	sample.lost = tp->board.lost > lost ? tp->board.lost - lost : 0;
	sample.state = tp->recovery;
	cong->ops->sample(cong, &sample);
}

static void ack_congestion(struct sock *sk, u32 prior_flight,
			   const struct strata_tcp_delivery *delivery,
			   const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (unlikely(tp->cong.ops->sample)) {
		ack_sampled(sk, prior_flight, delivery, opts);
	} else {
		if (delivery->octets)
			tcp_rate_ack(tp, delivery, NULL);
		ack_window(sk, delivery, opts);
	}
	if (tcp_is_paced(sk))
		strata_tcp_pacing_update(sk);
}

/* RFC 6298 5.2 and 5.3 */
static void rearm(struct sock *sk, bool advanced)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->packets_out)
		strata_tcp_timer_choose(sk, advanced);
	else if (advanced)
		strata_tcp_timer_cancel(sk);
}

/**
 * strata_tcp_wake_writer() - there is room again
 * @sk: locked
 *
 * Context: socket locked.
 */
void strata_tcp_wake_writer(struct sock *sk)
{
	if (unlikely(sk->sk_socket &&
		     test_bit(SOCK_NOSPACE, &sk->sk_socket->flags))) {
		strata_tcp_sndbuf_grow(sk);
		sk->sk_write_space(sk);
	}
}

/* RFC 5681 2: a duplicate acknowledgment; a segment has left the network. */
static void ack_duplicate(struct sock *sk,
			  const struct strata_tcp_delivery *delivery,
			  const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->sack_ok)
		strata_tcp_recovery_dupack(sk);
	else if (tp->tlp.pending)
		strata_tcp_recovery_ack(sk, delivery, opts);
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
	struct strata_tcp_delivery delivery = { .prior_una = tp->snd_una };
	u32 sacked = tp->board.sacked, flight;
	bool window_changed, advanced;

	if (unlikely(seq_before(seg->ack_seq, tp->snd_una) ||
		     seq_after(seg->ack_seq, tp->snd_nxt)))
		return acceptable(sk, seg);

	flight = unlikely(tp->cong.ops->sample) ? strata_tcp_flight(tp) : 0;
	window_changed = update_window(sk, seg);
	tp->keepalive_sent = 0;
	tp->peer_ttl = strata_cb(skb)->ttl;
	tp->doubted = 0;
	advanced = seg->ack_seq != tp->snd_una;
	if (unlikely(opts->sacks && tp->sack_ok))
		strata_tcp_delivery_sack(sk, seg->ack_seq, opts, &delivery);
	if (advanced)
		ack_new(sk, seg->ack_seq, &delivery, opts);
	delivery.marked = tp->ecn.ok && (seg->flags & TCPF_HDR_ECE);
	delivery.octets = tp->snd_una - delivery.prior_una +
			  tp->board.sacked - sacked;
	if (advanced || opts->sacks) {
		ack_congestion(sk, flight, &delivery, opts);
		rearm(sk, advanced);
		if (advanced)
			strata_tcp_wake_writer(sk);
	} else if (tp->packets_out && !window_changed &&
		   seg->end_seq == seg->seq) {
		ack_duplicate(sk, &delivery, opts);
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

	if (unlikely(tp->board.lost) && !strata_tcp_frto_send(sk))
		strata_tcp_retransmit_lost(sk);
	strata_tcp_write(sk, false);
}
