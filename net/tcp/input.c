// SPDX-License-Identifier: GPL-2.0
/*
 * A segment for a synchronised connection: RFC 9293 3.10.7.4, step by step,
 * behind a short cut for what nearly every segment is.
 */
#include <linux/tcp.h>
#include "input.h"
#include "options.h"
#include "sign.h"
#include "tcp.h"
#include "urgent.h"

/* RFC 5961 7: "no more than 10 in 5 seconds"; each connection has its own. */
#define CHALLENGE_MAX		10
#define CHALLENGE_PERIOD	(5 * HZ)
/* Bare ACKs outside the window could bounce between two ends for ever. */
#define OOW_ACK_PERIOD		(HZ / 2)

static void drop(struct sock *sk, struct sk_buff *skb,
		 enum strata_drop_reason reason)
{
	strata_drop(strata_sock_net(sk), skb, reason);
}

/**
 * strata_tcp_challenge_ack() - tell the peer where we are (RFC 5961)
 * @sk: locked
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_challenge_ack(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->challenge_count ||
	    time_after(jiffies, tp->challenge_time + CHALLENGE_PERIOD)) {
		tp->challenge_time = jiffies;
		tp->challenge_count = 0;
	}
	if (tp->challenge_count >= CHALLENGE_MAX)
		return;
	tp->challenge_count++;
	strata_count(strata_sock_net(sk), TCP_CHALLENGE_ACK);
	strata_tcp_send_ack(sk);
}

/* An ACK for a segment that was not acceptable. */
static void oow_ack(struct sock *sk, const struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	bool data = seg->end_seq != seg->seq && !(seg->flags & TCPF_HDR_SYN);

	if (!data && tp->oow_time &&
	    time_before(jiffies, tp->oow_time + OOW_ACK_PERIOD))
		return;
	tp->oow_time = jiffies ?: 1;
	/* RFC 2883 4.1 */
	if (data && seq_before(seg->seq, tp->rcv_nxt))
		strata_tcp_sack_twice(tp, seg->seq,
				      seq_min(seg->end_seq, tp->rcv_nxt));
	strata_tcp_send_ack(sk);
}

static u32 seconds(const struct strata_tcp *tp)
{
	return (u32)div_u64(tp->mstamp_us, USEC_PER_SEC) + 1;
}

/* RFC 7323 4.3, (3): remember the timestamp of what was acknowledged last. */
static void remember_ts(struct strata_tcp *tp, const struct strata_tcp_seg *seg,
			const struct strata_tcp_options *opts)
{
	if (seq_after(seg->seq, tp->rcv_wup))
		return;
	tp->ts_recent = opts->tsval;
	tp->ts_recent_s = seconds(tp);
}

/* RFC 7323 5.3: older than the last, unless that one is older than 24 days. */
static bool paws_rejects(const struct strata_tcp *tp,
			 const struct strata_tcp_options *opts)
{
	if (!tp->ts_recent_s || !seq_before(opts->tsval, tp->ts_recent))
		return false;
	return seconds(tp) - tp->ts_recent_s < TCP_PAWS_24DAYS_S;
}

/*
 * The usual segment: in order, ESTABLISHED, no flag but PSH, at most the
 * timestamp option. True if it was taken.
 */
static bool fast_path(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	const struct tcphdr *th = tcp_hdr(skb);
	struct strata_tcp_options opts;
	bool data;

	if ((seg->flags & ~TCPF_HDR_PSH) != TCPF_HDR_ACK ||
	    seg->seq != tp->rcv_nxt ||
	    seq_before(seg->ack_seq, tp->snd_una) ||
	    seq_after(seg->ack_seq, tp->snd_nxt) ||
	    seg->end_seq - seg->seq > tcp_receive_window(tp) ||
	    tp->urgent == TCP_URGENT_AWAITED)
		return false;
	if (tp->ts_ok) {
		if (!tcp_ts_only(th, &opts) ||
		    seq_before(opts.tsval, tp->ts_recent))
			return false;
		if (seg->seq == tp->rcv_wup && opts.tsval != tp->ts_recent)
			remember_ts(tp, seg, &opts);
	} else {
		if (th->doff != sizeof(*th) / 4)
			return false;
		opts.has_ts = false;
	}

	opts.sacks = 0;
	strata_tcp_ack(sk, skb, &opts);
	data = seg->end_seq != seg->seq;
	if (data) {
		__skb_pull(skb, th->doff * 4);
		strata_tcp_queue_data(sk, skb, &opts);
		/* A FIN that waited in the tree may have followed. */
		if (unlikely(sk->sk_state == TCP_CLOSE))
			return true;
	} else {
		__kfree_skb(skb);
	}
	strata_tcp_after_ack(sk);
	if (data)
		strata_tcp_ack_decide(sk);
	return true;
}

/*
 * First step, check sequence number: the table of 3.10.7.4. The right edge
 * counts as inside, since a peer that filled the window sends its ACKs there;
 * and at rcv_nxt everything is, for the sake of ACKs and RSTs.
 */
static bool in_window(const struct strata_tcp *tp,
		      const struct strata_tcp_seg *seg)
{
	if (seq_after(seg->seq, tp->rcv_nxt + tcp_receive_window(tp)))
		return false;
	if (seg->end_seq == seg->seq || seg->seq == tp->rcv_nxt)
		return !seq_before(seg->seq, tp->rcv_nxt);
	return seq_after(seg->end_seq, tp->rcv_nxt);
}

/* In a simultaneous open the peer's SYN comes again, now with our ACK (3.5). */
static void crossed_syn(struct sock *sk, struct strata_tcp_seg *seg)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	if (sk->sk_state != TCP_SYN_RECV ||
	    (seg->flags & (TCPF_HDR_SYN | TCPF_HDR_ACK)) !=
	    (TCPF_HDR_SYN | TCPF_HDR_ACK) ||
	    seg->seq + 1 != tp->rcv_nxt || seg->ack_seq != tp->snd_nxt)
		return;
	seg->flags &= ~TCPF_HDR_SYN;
	seg->seq++;
}

/* In SYN-RECEIVED the peer repeats its SYN: our SYN+ACK was lost. */
static bool syn_again(const struct sock *sk, const struct strata_tcp_seg *seg)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	return (seg->flags & (TCPF_HDR_SYN | TCPF_HDR_ACK | TCPF_HDR_RST)) ==
	       TCPF_HDR_SYN && seg->seq == tp->irs && tp->fastopen;
}

/* First step. Consumes @skb if false. */
static bool step_sequence(struct sock *sk, struct sk_buff *skb,
			  const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_seg *seg = tcp_seg(skb);
	bool rst = seg->flags & TCPF_HDR_RST;

	crossed_syn(sk, seg);
	if (unlikely(syn_again(sk, seg))) {
		if (!tp->oow_time ||
		    !time_before(jiffies, tp->oow_time + OOW_ACK_PERIOD)) {
			tp->oow_time = jiffies ?: 1;
			strata_count(strata_sock_net(sk), TCP_RETRANS);
			strata_tcp_send_synack(sk);
		}
		drop(sk, skb, STRATA_DROP_TCP_DUPLICATE);
		return false;
	}
	if (tp->ts_ok && !rst) {
		/* RFC 7323 3.2: every segment must have one. */
		if (!opts->has_ts) {
			drop(sk, skb, STRATA_DROP_TCP_PAWS);
			return false;
		}
		if (paws_rejects(tp, opts)) {
			oow_ack(sk, skb);
			drop(sk, skb, STRATA_DROP_TCP_PAWS);
			return false;
		}
	}
	if (!in_window(tp, seg)) {
		if (!rst)
			oow_ack(sk, skb);
		drop(sk, skb, STRATA_DROP_TCP_SEQUENCE);
		return false;
	}
	if (tp->ts_ok && !rst)
		remember_ts(tp, seg, opts);
	return true;
}

/* The error that a RST means to the program, by state; negative. */
static int reset_error(const struct sock *sk)
{
	switch (sk->sk_state) {
	case TCP_SYN_RECV:
		/* A listener's child is a connection to its program. */
		return strata_tcp(sk)->fastopen ? -ECONNRESET : -ECONNREFUSED;
	case TCP_CLOSE_WAIT:
		return -EPIPE;
	default:
		return -ECONNRESET;
	}
}

/* Second step, check the RST bit, with RFC 5961 3.2. Consumes @skb if false. */
static bool step_reset(struct sock *sk, struct sk_buff *skb,
		       const struct strata_tcp_options *opts)
{
	if (!(tcp_seg(skb)->flags & TCPF_HDR_RST))
		return true;
	if (tcp_seg(skb)->seq == strata_tcp(sk)->rcv_nxt &&
	    !strata_tcp_reset_doubtful(sk, skb, opts)) {
		int err = reset_error(sk);

		strata_count(strata_sock_net(sk), TCP_RESETS_RX);
		if (unlikely(strata_tcp(sk)->fastopen))
			strata_tcp_fastopen_reset(sk);
		strata_tcp_abort(sk, -err);
	} else {
		strata_tcp_challenge_ack(sk);
	}
	drop(sk, skb, STRATA_DROP_TCP_RESET);
	return false;
}

/* Fourth step, check the SYN bit, with RFC 5961 4.2. Consumes @skb if false. */
static bool step_syn(struct sock *sk, struct sk_buff *skb)
{
	if (!(tcp_seg(skb)->flags & TCPF_HDR_SYN))
		return true;
	strata_tcp_challenge_ack(sk);
	drop(sk, skb, STRATA_DROP_TCP_FLAGS);
	return false;
}

/* Fifth step in SYN-RECEIVED: our SYN of a simultaneous open was taken. */
static bool step_ack_syn_recv(struct sock *sk, const struct strata_tcp_seg *seg)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (seg->ack_seq != tp->iss + 1)
		return false;
	tp->snd_una = seg->ack_seq;
	tp->snd_wnd = (u32)seg->window << tp->snd_wscale;
	tp->snd_wl1 = seg->seq;
	strata_tcp_timer_cancel(sk);
	strata_tcp_set_state(sk, TCP_ESTABLISHED);
	strata_tcp_established(sk);
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	return true;
}

/* Fifth step while our SYN is not acknowledged. Consumes @skb if false. */
static bool step_ack_opening(struct sock *sk, struct sk_buff *skb)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	struct strata_tcp_signer room;
	bool good = true;

	if (strata_tcp(sk)->fastopen)
		good = strata_tcp_fastopen_acked(sk, seg);
	else if (sk->sk_state == TCP_SYN_RECV)
		good = step_ack_syn_recv(sk, seg);
	if (good)
		return true;
	strata_tcp_reply_reset(strata_sock_net(sk), skb,
			       tcp_signer(sk, false, &room));
	drop(sk, skb, STRATA_DROP_TCP_ACK);
	return false;
}

/* Is our FIN acknowledged? */
static bool fin_acked(const struct strata_tcp *tp)
{
	return tp->fin_queued && tp->snd_una == tp->write_seq;
}

/* Fifth step in the states after our close. False: the connection is over. */
static bool step_ack_closing(struct sock *sk)
{
	if (!fin_acked(strata_tcp(sk)))
		return true;
	switch (sk->sk_state) {
	case TCP_FIN_WAIT1:
		strata_tcp_set_state(sk, TCP_FIN_WAIT2);
		WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | SEND_SHUTDOWN);
		if (!sock_flag(sk, SOCK_DEAD))
			sk->sk_state_change(sk);
		return true;
	case TCP_CLOSING:
		strata_tcp_timewait_enter(sk, TCP_TIME_WAIT, TCP_TIMEWAIT_LEN);
		return false;
	case TCP_LAST_ACK:
		strata_tcp_done(sk);
		return false;
	}
	return true;
}

/* Fifth step, check the ACK field. Consumes @skb if false. */
static bool step_ack(struct sock *sk, struct sk_buff *skb,
		     const struct strata_tcp_options *opts)
{
	if (!(tcp_seg(skb)->flags & TCPF_HDR_ACK)) {
		drop(sk, skb, STRATA_DROP_TCP_FLAGS);
		return false;
	}
	/* A child that was opened fast may be closed before that. */
	if ((1 << sk->sk_state) & (TCPF_SYN_RECV | TCPF_FIN_WAIT1) &&
	    !step_ack_opening(sk, skb))
		return false;
	if (!strata_tcp_ack(sk, skb, opts)) {
		drop(sk, skb, STRATA_DROP_TCP_ACK);
		return false;
	}
	if (!step_ack_closing(sk)) {
		consume_skb(skb);
		return false;
	}
	return true;
}

/*
 * The program has closed and cannot read what still comes: RFC 1122 4.2.2.13,
 * "it SHOULD send a RST to show that data was lost". True if so.
 */
static bool closed_to_data(struct sock *sk, const struct sk_buff *skb)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	u32 end = seg->end_seq - !!(seg->flags & TCPF_HDR_FIN);

	return sk->sk_shutdown & RCV_SHUTDOWN && end != seg->seq &&
	       seq_after(end, strata_tcp(sk)->rcv_nxt);
}

/* Whoever shut both sides down, and has not closed, is told, too. */
static void refuse_data(struct sock *sk)
{
	strata_tcp_send_reset(sk, GFP_ATOMIC);
	if (sock_flag(sk, SOCK_DEAD))
		strata_tcp_done(sk);
	else
		strata_tcp_abort(sk, ECONNRESET);
}

/* Sixth to eighth step: the urgent pointer, text and FIN. Consumes @skb. */
static void step_text(struct sock *sk, struct sk_buff *skb,
		      const struct strata_tcp_options *opts)
{
	strata_tcp_urgent_step(sk, skb);
	__skb_pull(skb, tcp_hdr(skb)->doff * 4);
	switch (sk->sk_state) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		if (closed_to_data(sk, skb)) {
			refuse_data(sk);
			drop(sk, skb, STRATA_DROP_TCP_CLOSED);
			return;
		}
		fallthrough;
	case TCP_ESTABLISHED:
		strata_tcp_data(sk, skb, opts);
		return;
	default:
		/* "This should not occur since a FIN has been received." */
		consume_skb(skb);
	}
}

/* An orphan that waits for the peer's FIN does so as a small object. */
static void orphan_step(struct sock *sk, int old_state)
{
	if (old_state == TCP_FIN_WAIT1 && sk->sk_state == TCP_FIN_WAIT2 &&
	    sock_flag(sk, SOCK_DEAD))
		strata_tcp_orphan_fin_wait2(sk);
}

/* RFC 9293 3.10.7.4. Consumes @skb. */
static void synchronised(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp_options opts;
	int old_state = sk->sk_state;

	if (!strata_tcp_options_parse(skb, &opts)) {
		drop(sk, skb, STRATA_DROP_TCP_HEADER);
		return;
	}
	if (!step_sequence(sk, skb, &opts) || !step_reset(sk, skb, &opts) ||
	    !step_syn(sk, skb) || !step_ack(sk, skb, &opts))
		return;
	step_text(sk, skb, &opts);
	orphan_step(sk, old_state);
	if (sk->sk_state == TCP_CLOSE)
		return;
	strata_tcp_after_ack(sk);
	strata_tcp_ack_decide(sk);
}

static void synsent(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp_options opts;

	if (strata_tcp_options_parse(skb, &opts))
		strata_tcp_synsent_input(sk, skb, &opts);
	else
		drop(sk, skb, STRATA_DROP_TCP_HEADER);
}

/**
 * strata_tcp_input() - a segment for a full socket
 * @sk: locked by a program, or its spinlock held
 * @skb: tcp_seg() filled in, skb->data at the TCP header, which is linear;
 *	checksum verified. Owned
 *
 * Context: softirq, or process (backlog) without RCU. The socket may be in
 * CLOSE afterwards.
 * Return: 0.
 */
int strata_tcp_input(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tcp_mstamp_refresh(tp);
	tp->last_rcv = jiffies;
	tp->segs_in += max_t(u16, skb_shinfo(skb)->gso_segs, 1);
	if (likely(sk->sk_state == TCP_ESTABLISHED)) {
		if (!fast_path(sk, skb))
			synchronised(sk, skb);
		return 0;
	}
	switch (sk->sk_state) {
	case TCP_CLOSE:
	case TCP_LISTEN:
		drop(sk, skb, STRATA_DROP_SOCKET_CLOSED);
		break;
	case TCP_SYN_SENT:
		synsent(sk, skb);
		break;
	default:
		synchronised(sk, skb);
	}
	return 0;
}

/**
 * strata_tcp_backlog_rcv() - proto.backlog_rcv
 * @sk: locked by a program
 * @skb: what came meanwhile. Owned
 *
 * One ACK for the whole backlog is enough: strata_tcp_release_cb() sends it.
 *
 * Context: process. Return: 0.
 */
int strata_tcp_backlog_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->in_backlog = 1;
	strata_tcp_input(sk, skb);
	tp->in_backlog = 0;
	return 0;
}
