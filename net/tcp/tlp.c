// SPDX-License-Identifier: GPL-2.0
/*
 * Tail loss probes (RFC 8985 7): when the last segments of a flight, or their
 * ACKs, are lost, nothing that comes later tells of it. Some two round trips
 * later one segment more makes the peer tell, long before the RTO would.
 */
#include "input.h"
#include "tcp.h"

/* TLP_calc_PTO() without a sample. */
#define PTO_INIT	TCP_RTO_INIT
/* A timer's coarseness. */
#define PTO_SLACK	2

/**
 * strata_tcp_tlp_delay() - when to probe (7.2)
 * @tp: connection; something was sent
 *
 * Context: socket locked.
 * Return: jiffies, never later than the RTO; 0: no probe, the RTO alone.
 */
unsigned long strata_tcp_tlp_delay(const struct strata_tcp *tp)
{
	unsigned long delay = PTO_INIT;

	if (!tp->sack_ok || tp->tlp.pending || tp->board.count ||
	    tp->recovery >= TCP_RECOVERY_FAST || tp->backoff)
		return 0;
	if (likely(tp->srtt_us8)) {
		delay = usecs_to_jiffies(tp->srtt_us8 >> 2) + PTO_SLACK;
		if (tp->packets_out == 1)
			delay += TCP_DELACK_MAX;
	}
	return min(delay, tp->rto);
}

/* One segment of what was never sent, whatever the congestion window says. */
static bool send_new(struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	const struct sk_buff *skb = tp->send_head;

	if (!skb || !skb->len)
		return false;
	if (seq_after(tcp_seg(skb)->seq + min(skb->len, tp->mss),
		      tcp_wnd_end(tp)))
		return false;
	return strata_tcp_write_override(sk);
}

/**
 * strata_tcp_tlp_timeout() - send a probe (7.3)
 * @sk: locked; tp->mstamp_us is fresh
 *
 * New data if there is any and the peer has room, else the last segment again.
 *
 * Context: softirq, socket locked. Arms the timer.
 */
void strata_tcp_tlp_timeout(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool new;

	if (!tp->packets_out)
		return;
	new = send_new(sk);
	if (new || strata_tcp_retransmit_tail(sk)) {
		strata_count(strata_sock_net(sk), TCP_TLP);
		tp->tlp.resent = !new;
		tp->tlp.end_seq = tp->snd_nxt;
		tp->tlp.pending = 1;
	}
	strata_tcp_timer_arm(sk, TCP_TIMER_RETRANS, tp->rto);
}

/**
 * strata_tcp_tlp_ack() - TLP_process_ack() of 7.4.2
 * @sk: locked; a probe is on its way, the ACK was taken
 * @delivery: what it said
 *
 * A probe that was the only thing sent again, and was needed, has repaired a loss
 * that nothing else shows: the congestion window must answer it.
 *
 * Context: socket locked.
 */
void strata_tcp_tlp_ack(struct sock *sk,
			const struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (seq_before(tp->snd_una, tp->tlp.end_seq))
		return;
	if (tp->tlp.resent && tp->snd_una == tp->tlp.end_seq &&
	    !(delivery->dsack && delivery->twice.end_seq == tp->tlp.end_seq) &&
	    (delivery->octets || delivery->dsack))
		return;	/* of the original or of the probe: the next will tell */
	tp->tlp.pending = 0;
	if (!tp->tlp.resent || tp->snd_una == tp->tlp.end_seq ||
	    delivery->dsack || tp->recovery != TCP_RECOVERY_NONE)
		return;
	strata_tcp_reduce(tp);
	tp->undo.cwnd = 0;
	if (!tcp_cong_owns_window(tp))
		tp->cong.cwnd = tp->cong.ssthresh;
	strata_count(strata_sock_net(sk), TCP_TLP_REPAIRED);
}
