// SPDX-License-Identifier: GPL-2.0
/*
 * When to acknowledge: at once, when the backlog is done, or later with data
 * (RFC 9293 3.8.6.3, RFC 5681 4.2).
 */
#include <linux/tcp.h>
#include "input.h"
#include "tcp.h"

#define QUICKACK_MAX	16	/* segments ACKed at once at the start */

/**
 * strata_tcp_delack_arm() - let the delayed-ACK timer run
 * @sk: locked
 * @delay: jiffies
 *
 * The timer is only touched where it would fire too late; one that fires too
 * early goes on waiting.
 *
 * Context: socket locked.
 */
void strata_tcp_delack_arm(struct sock *sk, unsigned long delay)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->ack_flags & TCP_ACK_TIMER)
		return;
	tp->ack_flags |= TCP_ACK_TIMER;
	tp->delack_deadline = jiffies + delay;
	if (!timer_pending(&tp->delack_timer) ||
	    time_after(tp->delack_timer.expires, tp->delack_deadline))
		sk_reset_timer(sk, &tp->delack_timer, tp->delack_deadline);
}

/*
 * The size of the peer's full segments. At the beginning of a bulk transfer it
 * is in slow start and needs every ACK.
 */
static void learn_mss(struct strata_tcp *tp, const struct sk_buff *skb)
{
	u32 len = skb_shinfo(skb)->gso_size ?: skb->len;

	if (len < tp->rcv_mss)
		return;
	if (tp->pingpong && !tp->bytes_received) {
		tp->quickack = clamp_t(u32, tp->rcv_wnd / (2 * len), 2,
				       QUICKACK_MAX);
		tp->pingpong = 0;
	}
	tp->rcv_mss = min_t(u32, len, tp->mss_advertised);
	/* Not a dialogue of short messages. */
	if (tp->rcv_nxt - tp->rcv_wup > tp->rcv_mss)
		tp->pingpong = 0;
}

/**
 * strata_tcp_ack_owe() - in-order data has come
 * @sk: locked
 * @skb: the segment, header pulled, not yet queued
 *
 * Context: socket locked.
 */
void strata_tcp_ack_owe(struct sock *sk, const struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	learn_mss(tp, skb);
	tp->data_segs_in += max_t(u16, skb_shinfo(skb)->gso_segs, 1);
	tp->ack_flags |= TCP_ACK_PENDING;
	tp->ack_rcv_time = jiffies;
}

/* RFC 5681 4.2: at least every second full segment. */
static bool second_segment(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	return tp->rcv_nxt - tp->rcv_wup > tp->rcv_mss &&
	       strata_tcp_window_grows(sk);
}

/**
 * strata_tcp_ack_decide() - send the ACK that is owed, now or later
 * @sk: locked
 *
 * Last step for a segment, after data that could carry the ACK was sent.
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_ack_decide(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!(tp->ack_flags & TCP_ACK_PENDING))
		return;
	/* RFC 5681 4.2: at once while there is a hole, and when it is filled. */
	if (unlikely(tp->ack_flags & TCP_ACK_NOW) ||
	    unlikely(!RB_EMPTY_ROOT(&tp->ofo))) {
		strata_tcp_send_ack(sk);
	} else if ((tp->quickack && !tp->pingpong) || second_segment(sk)) {
		if (!tp->in_backlog) {
			strata_tcp_send_ack(sk);
			return;
		}
		tp->ack_flags |= TCP_ACK_BACKLOG;
		set_bit(TCP_DEFER_ACK, &tp->deferred);
	} else {
		strata_tcp_delack_arm(sk, TCP_DELACK_MIN);
	}
}

/**
 * strata_tcp_delack_expired() - nothing carried the ACK in time
 * @sk: locked; the timer fired, maybe too early
 *
 * Context: softirq, socket locked.
 */
void strata_tcp_delack_expired(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (sk->sk_state == TCP_CLOSE || !(tp->ack_flags & TCP_ACK_TIMER))
		return;
	if (time_before(jiffies, tp->delack_deadline)) {
		sk_reset_timer(sk, &tp->delack_timer, tp->delack_deadline);
		return;
	}
	tp->ack_flags &= ~TCP_ACK_TIMER;
	if (!(tp->ack_flags & TCP_ACK_PENDING))
		return;
	/* The program does not answer: it is no dialogue. */
	tp->pingpong = 0;
	tcp_mstamp_refresh(tp);
	strata_tcp_send_ack(sk);
	strata_count(strata_sock_net(sk), TCP_DELAYED_ACKS);
}
