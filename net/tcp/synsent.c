// SPDX-License-Identifier: GPL-2.0
/*
 * SYN-SENT: RFC 9293 3.10.7.3, step by step.
 */
#include <linux/tcp.h>
#include "input.h"
#include "options.h"
#include "sign.h"
#include "tcp.h"
#include "urgent.h"

static void drop(struct sock *sk, struct sk_buff *skb,
		 enum strata_drop_reason reason)
{
	strata_drop(strata_sock_net(sk), skb, reason);
}

/* First step, check the ACK bit. Consumes @skb if false. */
static bool step_ack(struct sock *sk, struct sk_buff *skb)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	struct strata_tcp_signer room;

	/* One with data may be acknowledged without it (RFC 7413 4.2.2). */
	if (!(seg->flags & TCPF_HDR_ACK) ||
	    (seq_after(seg->ack_seq, tp->iss) &&
	     !seq_after(seg->ack_seq, tp->snd_nxt)))
		return true;
	if (!(seg->flags & TCPF_HDR_RST))
		strata_tcp_reply_reset(strata_sock_net(sk), skb,
				       tcp_signer(sk, false, &room));
	drop(sk, skb, STRATA_DROP_TCP_ACK);
	return false;
}

/* Second step, check the RST bit. Consumes @skb if false. */
static bool step_reset(struct sock *sk, struct sk_buff *skb)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);

	if (!(seg->flags & TCPF_HDR_RST))
		return true;
	if (seg->flags & TCPF_HDR_ACK) {
		strata_count(strata_sock_net(sk), TCP_RESETS_RX);
		strata_tcp_abort(sk, ECONNREFUSED);
	}
	drop(sk, skb, STRATA_DROP_TCP_RESET);
	return false;
}

/* What the peer's SYN says, and so what was agreed upon. */
static void take_syn(struct sock *sk, const struct sk_buff *skb,
		     const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_tcp_seg *seg = tcp_seg(skb);

	tp->peer_ttl = strata_cb(skb)->ttl;
	tp->irs = seg->seq;
	tp->rcv_nxt = seg->seq + 1;
	tp->copied_seq = tp->rcv_nxt;
	tp->rcv_wup = tp->rcv_nxt;
	tp->mss_peer = opts->mss ?: strata_tcp_mss_default(&sk->sk_v6_daddr);
	tp->sack_ok = opts->sack_ok;
	strata_tcp_ecn_agreed(sk, skb);
	tp->ts_ok = opts->has_ts;
	if (opts->has_ts) {
		tp->ts_recent = opts->tsval;
		tp->ts_recent_s = (u32)div_u64(tp->mstamp_us, USEC_PER_SEC) + 1;
	}
	tp->wscale_ok = opts->has_wscale;
	tp->snd_wscale = opts->has_wscale ? opts->wscale : 0;
	if (!opts->has_wscale) {
		tp->rcv_wscale = 0;
		tp->window_clamp = min_t(u32, tp->window_clamp, U16_MAX);
	}
	/* RFC 7323 2.2: the window of a SYN is never scaled. */
	tp->snd_wnd = seg->window;
	tp->snd_wl1 = seg->seq;
}

/* RFC 6298 5.7 and RFC 5681 3.1: when the SYN had to be repeated. */
static void measure_syn(struct strata_tcp *tp)
{
	if (!tp->retransmits) {
		strata_tcp_rtt_sample(tp, (u32)tp->mstamp_us -
					  tp->retrans_stamp_us);
		return;
	}
	tp->rto = max_t(unsigned long, tp->rto, 3 * HZ);
}

static void established(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool syn_lost = tp->retransmits > 1;

	measure_syn(tp);
	strata_tcp_timer_cancel(sk);
	strata_tcp_set_state(sk, TCP_ESTABLISHED);
	strata_tcp_established(sk);
	if (syn_lost)
		tp->cong.cwnd = 1;
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	}
}

/* "If there are other controls or text in the segment, then continue." */
static void take_text(struct sock *sk, struct sk_buff *skb,
		      const struct strata_tcp_options *opts)
{
	struct strata_tcp_seg *seg = tcp_seg(skb);

	strata_tcp_urgent_step(sk, skb);
	__skb_pull(skb, tcp_hdr(skb)->doff * 4);
	seg->flags &= ~TCPF_HDR_SYN;
	seg->seq++;
	strata_tcp_data(sk, skb, opts);
}

/* At once, unless a program waits to write what can carry it. */
static void acknowledge(struct sock *sk)
{
	if (likely(!sk->sk_write_pending)) {
		strata_tcp_send_ack(sk);
		return;
	}
	strata_tcp(sk)->ack_flags |= TCP_ACK_PENDING;
	strata_tcp_delack_arm(sk, TCP_DELACK_MAX);
}

/* Fourth step, check the SYN bit; both sides opened at once: SYN-RECEIVED. */
static void simultaneous_open(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (unlikely(tp->syn_data))
		strata_tcp_fastopen_crossed(sk);
	/* Our SYN had none. */
	if (tcp_md5_key(sk, &sk->sk_v6_daddr))
		tp->ts_ok = 0;
	strata_tcp_set_state(sk, TCP_SYN_RECV);
	tp->retransmits = 0;
	strata_tcp_send_synack(sk);
	strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, tp->rto);
}

/**
 * strata_tcp_synsent_input() - a segment in SYN-SENT
 * @sk: locked
 * @skb: the segment. Owned
 * @opts: its options
 *
 * Context: socket locked, softirq or process; tp->mstamp_us fresh. The socket
 * may be in CLOSE afterwards.
 */
void strata_tcp_synsent_input(struct sock *sk, struct sk_buff *skb,
			      const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool acked = false;
	u32 ack;

	if (!step_ack(sk, skb) || !step_reset(sk, skb))
		return;
	/* Without our SYN it cannot be meant for us. */
	if (!(tcp_seg(skb)->flags & TCPF_HDR_SYN) || tp->snd_nxt == tp->iss) {
		drop(sk, skb, STRATA_DROP_TCP_FLAGS);
		return;
	}
	take_syn(sk, skb, opts);
	if (!(tcp_seg(skb)->flags & TCPF_HDR_ACK)) {
		simultaneous_open(sk);
		/* Text of a bare SYN is sent again when we have acknowledged. */
		consume_skb(skb);
		return;
	}
	ack = tcp_seg(skb)->ack_seq;
	tp->snd_una = tp->iss + 1;
	if (unlikely(tp->fastopen_asked || tp->syn_data))
		strata_tcp_fastopen_learn(sk, tcp_seg(skb), opts);
	established(sk);
	if (unlikely(tp->syn_data))
		acked = strata_tcp_fastopen_answered(sk, ack);
	take_text(sk, skb, opts);
	if (sk->sk_state == TCP_CLOSE)
		return;
	if (!acked)
		acknowledge(sk);
	strata_tcp_after_ack(sk);
}
