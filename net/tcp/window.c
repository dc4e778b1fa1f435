// SPDX-License-Identifier: GPL-2.0
/*
 * The receive window: how much we announce, and how the receive buffer grows so
 * that it never limits a fast sender.
 */
#include <linux/tcp.h>
#include <strata/visibility.h>
#include "options.h"
#include "queue.h"
#include "tcp.h"

/* No more is announced while memory is short and the buffer half full. */
#define PRESSURE_SEGMENTS	4

/* Half of a buffer's bytes is taken to be bookkeeping (skb->truesize). */
static int payload_of_space(int space)
{
	return space / 2;
}

static u64 space_of_payload(u64 payload)
{
	return payload * 2;
}

/**
 * strata_tcp_rcvbuf_max() - bytes that a receive buffer grows to by itself
 * @sk: whose; or a listener, for its children
 *
 * Context: any.
 */
u32 strata_tcp_rcvbuf_max(const struct sock *sk)
{
	u32 now = READ_ONCE(sk->sk_rcvbuf);

	if (sk->sk_userlocks & SOCK_RCVBUF_LOCK)
		return now;
	return max_t(u32, now,
		     READ_ONCE(strata_sock_net(sk)->tcp->memory.rmem[TCP_BUF_MAX]));
}

/**
 * strata_tcp_initial_window() - the window to announce in a SYN
 * @sk: whose receive buffer it is; or a listener, for its child
 * @mss: payload of a segment
 * @wscale_ok: may use window scaling (RFC 7323 2)
 * @rcv_wnd: out: bytes, as the 16-bit field of a SYN can say
 * @clamp: out: most that may ever be announced
 * @wscale: out: shift, so that the largest automatic buffer can be announced
 *
 * Context: any.
 */
void strata_tcp_initial_window(const struct sock *sk, u32 mss, bool wscale_ok,
			       u32 *rcv_wnd, u32 *clamp, u8 *wscale)
{
	u32 user_clamp = READ_ONCE(strata_tcp(sk)->user_window_clamp);
	u32 window = payload_of_space(READ_ONCE(sk->sk_rcvbuf));
	u32 most = strata_tcp_rcvbuf_max(sk);

	*wscale = 0;
	if (wscale_ok)
		while (*wscale < TCP_WSCALE_MAX && (most >> *wscale) > U16_MAX)
			(*wscale)++;
	if (unlikely(user_clamp))
		window = min(window, user_clamp);
	/* Whole segments, so that the sender never has to send a small one. */
	if (window > mss)
		window = rounddown(window, mss);
	*rcv_wnd = min_t(u32, window, U16_MAX);
	*clamp = (u32)U16_MAX << *wscale;
}

static u32 window_limit(const struct strata_tcp *tp, int space)
{
	u32 limit = min_t(u32, payload_of_space(space), tp->window_clamp);

	if (unlikely(tp->user_window_clamp))
		limit = min(limit, tp->user_window_clamp);
	return limit;
}

/*
 * What the buffer has room for, by the receiver's side of silly window
 * avoidance (RFC 9293 3.8.6.2.2): nothing rather than less than a segment.
 */
static u32 free_window(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	int rcvbuf = READ_ONCE(sk->sk_rcvbuf);
	int used = atomic_read(&sk->sk_rmem_alloc) + sk->sk_backlog.len;
	u32 full = window_limit(tp, rcvbuf);
	u32 room = used >= rcvbuf ? 0 : window_limit(tp, rcvbuf - used);
	u32 mss = min_t(u32, tp->rcv_mss, full);

	if (room < full / 2) {
		if (room < full / 16 || room < mss)
			return 0;
		if (unlikely(strata_tcp_under_pressure(sk)))
			room = min(room, PRESSURE_SEGMENTS * mss);
	}
	room = min(room, tp->rcv_ssthresh);
	if (tp->rcv_wscale)
		return ALIGN(room, 1U << tp->rcv_wscale);
	/* Unscaled: move in whole segments (3.8.6.2.2 again). */
	if (tp->rcv_wnd > room || tp->rcv_wnd + mss <= room)
		return mss ? rounddown(room, mss) : room;
	return tp->rcv_wnd;
}

/**
 * strata_tcp_select_window() - the window for the segment that is being sent
 * @sk: locked
 *
 * Never takes back what was announced (RFC 7323 2.4).
 *
 * Context: socket locked. Return: for the header, scaled down.
 */
u16 strata_tcp_select_window(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 current_window = tcp_receive_window(tp);
	u32 window = free_window(sk);

	if (window < current_window)
		window = ALIGN(current_window, 1U << tp->rcv_wscale);
	window = min_t(u32, window, (u32)U16_MAX << tp->rcv_wscale);
	tp->rcv_wnd = window;
	tp->rcv_wup = tp->rcv_nxt;
	return window >> tp->rcv_wscale;
}

/**
 * strata_tcp_window_grows() - would an ACK sent now open the window further?
 * @sk: locked
 *
 * Context: socket locked.
 */
bool strata_tcp_window_grows(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	return tp->rcv_nxt - tp->copied_seq < READ_ONCE(sk->sk_rcvlowat) ||
	       free_window(sk) >= tp->rcv_wnd;
}

/*
 * RFC 9293 3.8.6.2.2: tell the sender when the window has at least doubled
 * since it was last told.
 */
static bool worth_telling(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u32 now = tcp_receive_window(tp);
	u32 new;

	if (2 * now > tp->window_clamp)
		return false;
	new = free_window(sk);
	return new && new >= 2 * now;
}

/* The program has read what the owed ACK is for. */
static bool ack_is_due(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	if (!(tp->ack_flags & TCP_ACK_PENDING))
		return false;
	if (tp->ack_flags & TCP_ACK_BLOCKED)
		return true;
	if (tp->rcv_nxt - tp->rcv_wup > tp->rcv_mss)
		return true;
	/* One-way: no answer will carry it. */
	return !tp->pingpong && !atomic_read(&sk->sk_rmem_alloc);
}

/**
 * strata_tcp_window_update() - the program has read
 * @sk: locked
 * @copied: bytes
 *
 * Sends the ACK that is owed, or one that announces the larger window, where
 * the sender profits.
 *
 * Context: process, socket locked.
 */
void strata_tcp_window_update(struct sock *sk, u32 copied)
{
	if (!ack_is_due(sk) &&
	    (!copied || (sk->sk_shutdown & RCV_SHUTDOWN) || !worth_telling(sk)))
		return;
	tcp_mstamp_refresh(strata_tcp(sk));
	strata_tcp_send_ack(sk);
}

/**
 * strata_tcp_window_received() - in-order data has come
 * @sk: locked
 * @skb: the segment, before it is queued
 *
 * Lets the window rise towards what the buffer can hold, as far as the peer's
 * segments use memory as economically as payload_of_space() takes for granted.
 *
 * Context: socket locked.
 */
void strata_tcp_window_received(struct sock *sk, const struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->rcv_ssthresh >= tp->window_clamp ||
	    payload_of_space(skb->truesize) > (int)skb->len)
		return;
	if (tp->rcv_ssthresh >= (u32)payload_of_space(sk->sk_rcvbuf) ||
	    strata_tcp_under_pressure(sk))
		return;
	tp->rcv_ssthresh += max_t(u32, 2 * skb->len, 2 * tp->rcv_mss);
	tp->rcv_ssthresh = min(tp->rcv_ssthresh, tp->window_clamp);
}

/* RFC 7323 4 from the receiver's side: the smallest of late is the estimate. */
static void rcv_rtt_sample(struct strata_tcp *tp, u32 rtt_us, bool by_window)
{
	u32 old = tp->rcv_rtt_us8;

	rtt_us = clamp_t(u32, rtt_us, 1, USEC_PER_SEC * 10);
	if (!old)
		tp->rcv_rtt_us8 = rtt_us << 3;
	else if (!by_window)
		tp->rcv_rtt_us8 = old - (old >> 3) + rtt_us;
	else if (rtt_us << 3 < old)	/* the program's pauses are in there */
		tp->rcv_rtt_us8 = rtt_us << 3;
}

/**
 * strata_tcp_rcv_rtt() - estimate the round trip as a receiver
 * @sk: locked
 * @tsecr: echo in a data segment, 0: none
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_rcv_rtt(struct sock *sk, u32 tsecr)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 now_us = (u32)tp->mstamp_us;

	if (tsecr) {
		if (tsecr == tp->rcv_rtt_tsecr)
			return;
		tp->rcv_rtt_tsecr = tsecr;
		rcv_rtt_sample(tp, max(tcp_tsval(tp) - tsecr, 1U) *
				   USEC_PER_MSEC, false);
		return;
	}
	if (tp->rcv_rtt_seq && seq_before(tp->rcv_nxt, tp->rcv_rtt_seq))
		return;
	if (tp->rcv_rtt_seq)
		rcv_rtt_sample(tp, now_us - tp->rcv_rtt_us, true);
	tp->rcv_rtt_seq = tp->rcv_nxt + tp->rcv_wnd;
	tp->rcv_rtt_us = now_us;
}

/*
 * The program read @copied in one round trip. A sender in slow start doubles:
 * have room for twice as much, twice.
 */
static void grow_rcvbuf(struct sock *sk, u32 copied)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u64 want;

	if (sk->sk_userlocks & SOCK_RCVBUF_LOCK || strata_tcp_under_pressure(sk))
		return;
	want = space_of_payload(4ULL * copied + 16 * tp->mss_advertised);
	want = min_t(u64, want, strata_tcp_rcvbuf_max(sk));
	if ((int)want > sk->sk_rcvbuf)
		WRITE_ONCE(sk->sk_rcvbuf, want);
}

/**
 * strata_tcp_set_rcvlowat() - proto_ops.set_rcvlowat
 * @sk: the socket
 * @val: bytes, not negative
 *
 * The receive buffer grows with it: a program that waits for more than fits there
 * would wait for ever.
 *
 * Context: process, socket locked. Return: 0.
 */
int strata_tcp_set_rcvlowat(struct sock *sk, int val)
{
	u64 space;

	val = min(val, payload_of_space(strata_tcp_rcvbuf_max(sk)));
	WRITE_ONCE(sk->sk_rcvlowat, val ?: 1);
	strata_tcp_wake_reader(sk);
	space = space_of_payload(val);
	if (!(sk->sk_userlocks & SOCK_RCVBUF_LOCK) && space > sk->sk_rcvbuf)
		WRITE_ONCE(sk->sk_rcvbuf, space);
	return 0;
}

/* Bytes read in one round trip; @copied were read in @elapsed_us. */
static u32 copied_per_rtt(const struct strata_tcp *tp, u32 copied,
			  u32 elapsed_us)
{
	u32 rtt_us = max(tp->rcv_rtt_us8 >> 3, 1U);

	if (elapsed_us < 2 * rtt_us)
		return copied;
	return div_u64((u64)copied * rtt_us, elapsed_us);
}

/**
 * strata_tcp_window_read() - the program has copied data out
 * @sk: locked
 *
 * Learns how much it reads in a round trip, and has room for that in advance.
 *
 * Context: process, socket locked.
 */
void strata_tcp_window_read(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 copied = tp->copied_seq - tp->rcvq_seq;
	u32 elapsed_us;

	/* Nothing to learn before more was read than ever before. */
	if (likely(copied <= tp->rcvq_space) || !tp->rcv_rtt_us8)
		return;
	elapsed_us = tcp_clock_us32() - tp->rcvq_us;
	if (elapsed_us < tp->rcv_rtt_us8 >> 3)
		return;
	copied = copied_per_rtt(tp, copied, elapsed_us);
	if (copied > tp->rcvq_space) {
		grow_rcvbuf(sk, copied);
		tp->rcvq_space = copied;
	}
	tp->rcvq_seq = tp->copied_seq;
	tp->rcvq_us += elapsed_us;
}

/**
 * strata_tcp_window_init() - a connection begins
 * @sk: locked, established
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_window_init(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->window_clamp)
		tp->window_clamp = (u32)U16_MAX << tp->rcv_wscale;
	if (!tp->rcv_ssthresh)
		tp->rcv_ssthresh = max(tp->rcv_wnd, 1U);
	tp->rcv_mss = clamp_t(u32, tp->mss, TCP_MSS_MIN, TCP_MSS_DEFAULT);
	tp->rcvq_space = min_t(u32, tp->rcv_wnd,
			       TCP_INIT_CWND * tp->mss_advertised);
	tp->rcvq_seq = tp->copied_seq;
	tp->rcvq_us = (u32)tp->mstamp_us;
}
