// SPDX-License-Identifier: GPL-2.0
/*
 * The states of loss recovery, what the congestion window is in each, and how a
 * reduction is taken back when it turns out that nothing was lost.
 *
 *	        RACK finds losses, or the third duplicate ACK
 *	NONE ---------------------------------------------------> FAST
 *	 ^ ^                                                      | |
 *	 | +----- all until `recover` acknowledged, or undone ----+ | the RTO
 *	 |                                                          v expires
 *	 +--------------------- the same ------------------------ LOSS
 *
 * In FAST the window is what RFC 6937 lets out for each segment that arrives; in
 * LOSS it grows from one segment in slow start. CWR, between NONE and FAST, is
 * FAST without a loss: the network has marked a packet (RFC 3168 6.1.2).
 */
#include "input.h"
#include "tcp.h"

#define DUPACK_THRESHOLD	3	/* RFC 5681 3.2 */

static void cong_view(struct strata_tcp *tp)
{
	tp->cong.flight = strata_tcp_flight(tp);
	tp->cong.snd_una = tp->snd_una;
	tp->cong.snd_nxt = tp->snd_nxt;
}

static void set_window(struct strata_tcp *tp, u32 segs)
{
	if (!tcp_cong_owns_window(tp))
		tp->cong.cwnd = segs;
}

/**
 * strata_tcp_reduce() - loss was found: a new slow start threshold
 * @tp: connection
 *
 * Remembers what was, in case it turns out that nothing was lost. FlightSize of
 * RFC 5681 is all that is not acknowledged, lost or not.
 *
 * Context: socket locked.
 */
void strata_tcp_reduce(struct strata_tcp *tp)
{
	cong_view(tp);
	tp->cong.flight = tp->packets_out;
	tp->cong.marked = tp->recovery == TCP_RECOVERY_CWR;
	tp->undo = (struct strata_tcp_undo) {
		.cwnd = tp->cong.cwnd,
		.ssthresh = tp->cong.ssthresh,
		.ts = tcp_tsval(tp),
		.una = tp->snd_una,
		.eifel = 1,
	};
	tp->cong.ssthresh = tp->cong.ops->ssthresh(&tp->cong);
	tp->ecn.cwr = tp->ecn.ok;
}

static void leave(struct strata_tcp *tp)
{
	if (tp->recovery == TCP_RECOVERY_FAST)
		strata_tcp_rack_recovered(tp);
	tp->recovery = TCP_RECOVERY_NONE;
	tp->dupacks = 0;
	tp->undo.eifel = 0;
	strata_tcp_frto_end(tp);
}

static void undo(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	strata_count(strata_sock_net(sk), TCP_UNDO);
	tp->cong.cwnd = max(tp->cong.ops->undo(&tp->cong), tp->cong.cwnd);
	tp->cong.ssthresh = max(tp->cong.ssthresh, tp->undo.ssthresh);
	tp->undo.cwnd = 0;
	tp->ecn.cwr = 0;
	strata_tcp_board_drop(&tp->board, TCP_FATE_LOST);
	leave(tp);
}

/*
 * RFC 3522: the first ACK of the episode that acknowledges something echoes a
 * timestamp from before the retransmission: the original has arrived.
 */
static bool eifel_says_so(struct strata_tcp *tp,
			  const struct strata_tcp_delivery *delivery,
			  const struct strata_tcp_options *opts)
{
	bool first = tp->undo.eifel;

	if (tp->snd_una == delivery->prior_una)
		return false;
	tp->undo.eifel = 0;
	return first && tp->undo.any && tp->ts_ok && opts->has_ts &&
	       opts->tsecr && seq_before(opts->tsecr, tp->undo.ts);
}

/* Each octet that was sent again came twice (RFC 2883, RFC 3708). */
static bool dsack_says_so(struct strata_tcp *tp,
			  const struct strata_tcp_delivery *delivery)
{
	u32 octets = delivery->twice.end_seq - delivery->twice.seq;

	if (!delivery->dsack || !tp->undo.any ||
	    seq_before(delivery->twice.seq, tp->undo.una))
		return false;
	tp->undo.resent -= min(tp->undo.resent, octets);
	return !tp->undo.resent;
}

/* Was the last reduction a mistake? All tests see each ACK. */
static bool was_spurious(struct strata_tcp *tp,
			 const struct strata_tcp_delivery *delivery,
			 const struct strata_tcp_options *opts)
{
	bool eifel = eifel_says_so(tp, delivery, opts);
	bool dsack = dsack_says_so(tp, delivery);

	return tp->undo.cwnd &&
	       (eifel || dsack || strata_tcp_frto_says_so(tp, delivery));
}

/* ---- FAST ---- */

static u32 pipe(const struct strata_tcp *tp)
{
	u32 octets = tp->snd_nxt - tp->snd_una - tcp_board_gone(&tp->board);
	u64 left = (u64)tp->dupacks * tp->mss;

	return octets > left ? octets - left : 0;
}

/*
 * RFC 6937 3: in proportion to what arrives while more than ssthresh is on its
 * way; then as in slow start, but only for ACKs that show no further loss (the
 * rule of RFC 9937).
 */
static void prr(struct strata_tcp *tp, u32 delivered, bool safe)
{
	u64 ssthresh = (u64)tp->cong.ssthresh * tp->mss;
	u32 out = tp->prr.resent + (tp->snd_nxt - tp->recover);
	u32 flight = pipe(tp);
	u64 may;

	tp->prr.delivered += delivered;
	if (flight > ssthresh) {
		may = div_u64(tp->prr.delivered * ssthresh + tp->prr.flight - 1,
			      max(tp->prr.flight, 1U));
		may = may > out ? may - out : 0;
	} else {
		may = max(tp->prr.delivered > out ? tp->prr.delivered - out : 0,
			  delivered);
		if (safe)
			may += tp->mss;
		may = min(may, ssthresh - flight);
	}
	/* The first retransmission goes in any case. */
	if (!out && tp->recovery == TCP_RECOVERY_FAST)
		may = max_t(u64, may, tp->mss);
	set_window(tp, max_t(u32, strata_tcp_flight(tp) +
				  div_u64(may + tp->mss / 2, tp->mss), 1));
}

/* Until what is out now is acknowledged, the window sinks to ssthresh. */
static void begin_prr(struct strata_tcp *tp, u32 delivered)
{
	tp->recover = tp->snd_nxt;
	tp->prr = (struct strata_tcp_prr) {
		.flight = tp->snd_nxt - tp->snd_una,
	};
	prr(tp, delivered, false);
}

/*
 * A probe of the path MTU is lost: it is sent again in segments that arrive, and that
 * is all.
 */
static void resend_probe(struct strata_tcp *tp)
{
	const struct strata_tcp_range probe = {
		.seq = tp->mtu.seq,
		.end_seq = tp->mtu.end_seq,
		.fate = TCP_FATE_LOST,
	};

	strata_tcp_board_mark(&tp->board, &probe);
	tp->recovery = TCP_RECOVERY_LOSS;
	tp->recover = tp->snd_nxt;
	tp->undo.cwnd = 0;
	tp->dupacks = 0;
	tp->tlp.pending = 0;
	strata_tcp_frto_end(tp);
}

static void enter_fast(struct sock *sk, u32 delivered)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool reduced = tp->recovery == TCP_RECOVERY_CWR;

	if (unlikely(tp->mtu.probe) && !reduced && strata_tcp_mtu_probe_lost(sk)) {
		resend_probe(tp);
		return;
	}
	strata_count(strata_sock_net(sk), TCP_FAST_RETRANS);
	tp->recovery = TCP_RECOVERY_FAST;
	tp->tlp.pending = 0;
	/* Once in a window of data (RFC 3168 6.1.2). */
	if (!reduced)
		strata_tcp_reduce(tp);
	begin_prr(tp, delivered);
	strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, tp->rto);
}

/* Without SACK, what lies at snd_una is lost: a segment (RFC 6582). */
static void lose_head(struct strata_tcp *tp)
{
	const struct strata_tcp_range head = {
		.seq = tp->snd_una,
		.end_seq = seq_min(tp->snd_una + tp->mss, tp->snd_nxt),
		.fate = TCP_FATE_LOST,
	};

	strata_tcp_board_mark(&tp->board, &head);
}

/* RFC 6582 3.2, step 3: a partial ACK shows the next hole. */
static void partial_ack(struct strata_tcp *tp,
			const struct strata_tcp_delivery *delivery)
{
	u32 left = delivery->segs ? delivery->segs - 1 : 0;

	tp->dupacks -= min(tp->dupacks, left);
	lose_head(tp);
}

/* All that was out when it began is acknowledged. */
static void leave_fast(struct sock *sk,
		       const struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);

	/* It has all come without being sent again. */
	if (tp->undo.cwnd && !tp->undo.any) {
		undo(sk);
		return;
	}
	set_window(tp, tp->cong.ssthresh);
	leave(tp);
	/* What was sent since may have lost some, too. */
	if (tp->sack_ok && strata_tcp_rack_detect(sk))
		enter_fast(sk, delivery->octets);
}

static void ack_in_fast(struct sock *sk,
			const struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool advanced = tp->snd_una != delivery->prior_una;
	bool lost = false;

	if (!seq_before(tp->snd_una, tp->recover)) {
		leave_fast(sk, delivery);
		return;
	}
	if (tp->sack_ok)
		lost = tp->rack.advanced && strata_tcp_rack_detect(sk);
	else if (advanced)
		partial_ack(tp, delivery);
	prr(tp, delivery->octets, advanced && !lost);
}

/* ---- CWR ---- */

static void enter_cwr(struct sock *sk, u32 delivered)
{
	struct strata_tcp *tp = strata_tcp(sk);

	strata_count(strata_sock_net(sk), TCP_ECN_REDUCED);
	tp->recovery = TCP_RECOVERY_CWR;
	strata_tcp_reduce(tp);
	/* A mark is no mistake. */
	tp->undo.cwnd = 0;
	begin_prr(tp, delivered);
}

static void ack_in_cwr(struct sock *sk,
		       const struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->sack_ok && tp->rack.advanced && strata_tcp_rack_detect(sk)) {
		enter_fast(sk, delivery->octets);
	} else if (seq_before(tp->snd_una, tp->recover)) {
		prr(tp, delivery->octets, false);
	} else {
		set_window(tp, tp->cong.ssthresh);
		leave(tp);
	}
}

/* ---- LOSS ---- */

/*
 * RFC 5681 3.1 and RFC 6582 4: slow start until all that was out is in, by what arrives
 * (RFC 3465 2.1): what was selected before has been counted.
 */
static void ack_in_loss(struct sock *sk,
			const struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 segs = delivery->segs ? DIV_ROUND_UP(delivery->octets, tp->mss) : 0;

	if (tp->sack_ok && tp->rack.advanced)
		strata_tcp_rack_detect(sk);
	strata_tcp_frto_ack(tp, delivery);
	if (delivery->segs)
		tp->dupacks = 0;
	tp->cong.cwnd_limited = true;
	cong_view(tp);
	if (segs && !tcp_cong_owns_window(tp))
		tp->cong.ops->acked(&tp->cong, segs);
	if (!seq_before(tp->snd_una, tp->recover))
		leave(tp);
}

static void enter_loss(struct sock *sk, bool patient)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tcp_board_reneged(&tp->board, tp->snd_una)) {
		strata_count(strata_sock_net(sk), TCP_SACK_RENEGED);
		strata_tcp_board_drop(&tp->board, TCP_FATE_SACKED);
	}
	/* Nothing could be marked: begin with what is certain. */
	if (tcp_board_full(&tp->board, TCP_BOARD_MAX))
		strata_tcp_board_clear(&tp->board);
	tp->recovery = TCP_RECOVERY_LOSS;
	tp->recover = tp->snd_nxt;
	tp->dupacks = 0;
	tp->tlp.pending = 0;
	strata_tcp_rack_lose(sk, patient);
}

/**
 * strata_tcp_recovery_timeout() - the retransmission timer has expired
 * @sk: locked, something is not acknowledged; tp->mstamp_us is fresh
 *
 * RFC 5681 3.1 equation 4 and after, RFC 6298 5.4.
 *
 * Context: softirq, socket locked.
 */
void strata_tcp_recovery_timeout(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool first = tp->recovery == TCP_RECOVERY_NONE ||
		     !seq_before(tp->snd_una, tp->recover);

	/* The same losses again: ssthresh stays (RFC 5681 3.1). */
	if (!tp->retransmits && (first || tp->recovery == TCP_RECOVERY_LOSS))
		strata_tcp_reduce(tp);
	strata_tcp_frto_begin(sk);
	enter_loss(sk, true);
	tp->cong.cwnd = 1;
	strata_tcp_retransmit_head(sk);
}

/**
 * strata_tcp_recovery_too_big() - the path takes less than was sent
 * @sk: locked; the MSS is the new one
 *
 * RFC 1191 6.5, RFC 8899 4.4: send again at once, and take it for no sign of
 * congestion.
 *
 * Context: socket locked.
 */
void strata_tcp_recovery_too_big(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->packets_out)
		return;
	tcp_mstamp_refresh(tp);
	tp->undo.cwnd = 0;
	enter_loss(sk, false);
	strata_tcp_retransmit_lost(sk);
}

/**
 * strata_tcp_recovery_probe_lost() - a router tells that a probe was too large
 * @sk: locked; strata_tcp_mtu_search.probe is set
 *
 * RFC 8899 4.6: nothing else was. Context: socket locked.
 */
void strata_tcp_recovery_probe_lost(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tcp_mstamp_refresh(tp);
	if (tp->recovery == TCP_RECOVERY_NONE) {
		resend_probe(tp);
		strata_tcp_retransmit_lost(sk);
	}
	tp->mtu.probe = 0;
}

/* ---- NONE ---- */

static void ack_in_none(struct sock *sk,
			const struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->sack_ok && tp->rack.advanced && strata_tcp_rack_detect(sk)) {
		enter_fast(sk, delivery->octets);
		return;
	}
	if (!delivery->segs)
		return;
	tp->dupacks = 0;
	if (delivery->marked) {
		enter_cwr(sk, delivery->octets);
		return;
	}
	cong_view(tp);
	tp->cong.cwnd_limited = tcp_cwv_limited(tp);
	if (!tcp_cong_owns_window(tp))
		tp->cong.ops->acked(&tp->cong, delivery->segs);
}

/**
 * strata_tcp_recovery_ack() - an ACK that the path without loss cannot take
 * @sk: locked; the retransmit queue and the scoreboard know of it
 * @delivery: what it said
 * @opts: its options
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_recovery_ack(struct sock *sk,
			     const struct strata_tcp_delivery *delivery,
			     const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (delivery->dsack)
		strata_tcp_rack_dsack(tp);
	if (tp->tlp.pending)
		strata_tcp_tlp_ack(sk, delivery);
	if (was_spurious(tp, delivery, opts))
		undo(sk);
	switch (tp->recovery) {
	case TCP_RECOVERY_CWR:
		ack_in_cwr(sk, delivery);
		break;
	case TCP_RECOVERY_FAST:
		ack_in_fast(sk, delivery);
		break;
	case TCP_RECOVERY_LOSS:
		ack_in_loss(sk, delivery);
		break;
	default:
		ack_in_none(sk, delivery);
	}
}

/**
 * strata_tcp_recovery_found() - the reordering timer has found losses
 * @sk: locked; tp->mstamp_us is fresh
 *
 * Context: softirq, socket locked.
 */
void strata_tcp_recovery_found(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->recovery < TCP_RECOVERY_FAST)
		enter_fast(sk, 0);
	else if (tp->recovery == TCP_RECOVERY_FAST)
		prr(tp, 0, false);
}

/**
 * strata_tcp_recovery_dupack() - a duplicate ACK from a peer without SACK
 * @sk: locked
 *
 * RFC 5681 3.2: a segment has left the network. Before the third, that lets new
 * data out (RFC 3042).
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_recovery_dupack(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->dupacks > tp->packets_out)
		return;
	if (tp->recovery == TCP_RECOVERY_LOSS) {
		strata_tcp_frto_dupack(tp);
		return;
	}
	tp->dupacks++;
	if (tp->recovery == TCP_RECOVERY_FAST) {
		prr(tp, tp->mss, false);
		return;
	}
	/* RFC 6582 3.2, step 1: not again for the same losses. */
	if (tp->dupacks >= DUPACK_THRESHOLD &&
	    (tp->recovery == TCP_RECOVERY_CWR ||
	     !seq_before(tp->snd_una, tp->recover))) {
		lose_head(tp);
		enter_fast(sk, tp->mss);
	}
}
