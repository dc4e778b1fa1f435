// SPDX-License-Identifier: GPL-2.0
/*
 * The seventh and eighth steps of RFC 9293 3.10.7.4: segment text and FIN.
 * In-order data goes to the receive queue; ofo.c has the other.
 */
#include <linux/tcp.h>
#include "input.h"
#include "queue.h"
#include "tcp.h"

/* A segment that uses this many times its payload in memory is copied. */
#define WASTE_MAX	4

static void drop(struct sock *sk, struct sk_buff *skb,
		 enum strata_drop_reason reason)
{
	strata_drop(strata_sock_net(sk), skb, reason);
}

/**
 * strata_tcp_purge() - drop what waits to be sent, acknowledged or ordered
 * @sk: locked, or nobody else knows it
 *
 * Context: any.
 */
void strata_tcp_purge(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&sk->sk_write_queue)))
		strata_tcp_skb_free(sk, skb);
	tp->send_head = NULL;
	tp->sent_hint = NULL;
	tp->packets_out = 0;
	strata_tcp_board_clear(&tp->board);
	strata_tcp_ofo_purge(sk, STRATA_DROP_SOCKET_CLOSED);
}

/*
 * Many small segments in large buffers would fill the receive buffer long
 * before the window. From a quarter on, copy them: the first into a buffer with
 * room, into which the next are then merged.
 */
static struct sk_buff *compact(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *copy;

	if (likely(skb->truesize / WASTE_MAX <= skb->len) ||
	    atomic_read(&sk->sk_rmem_alloc) < sk->sk_rcvbuf / 4)
		return skb;
	copy = alloc_skb(max_t(u32, skb->len, SKB_WITH_OVERHEAD(PAGE_SIZE)),
			 GFP_ATOMIC | __GFP_NOWARN);
	if (!copy)
		return skb;
	if (skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len)) {
		kfree_skb(copy);
		return skb;
	}
	memcpy(copy->cb, skb->cb, sizeof(copy->cb));
	consume_skb(skb);
	return copy;
}

/**
 * strata_tcp_memory_allows() - may @skb be queued?
 * @sk: locked
 * @skb: received
 * @limit: bytes that the receive buffer may have without it
 *
 * Context: socket locked. Return: if true, its memory is accounted for.
 */
bool strata_tcp_memory_allows(struct sock *sk, struct sk_buff *skb, int limit)
{
	return atomic_read(&sk->sk_rmem_alloc) <= limit &&
	       sk_rmem_schedule(sk, skb, skb->truesize);
}

/*
 * Room for in-order data. It goes before out-of-order data, the furthest of
 * which goes first; what the window promised is kept although its bookkeeping
 * may need twice the buffer; and an empty receive queue always takes one
 * segment, or nothing would ever move.
 */
static bool make_room(struct sock *sk, struct sk_buff *skb)
{
	int limit = READ_ONCE(sk->sk_rcvbuf);

	if (likely(strata_tcp_memory_allows(sk, skb, limit)))
		return true;
	strata_tcp_collapse(sk);
	do {
		if (strata_tcp_memory_allows(sk, skb, limit))
			return true;
	} while (strata_tcp_ofo_prune(sk));
	if (strata_tcp_memory_allows(sk, skb, 2 * limit))
		return true;
	if (skb_queue_empty(&sk->sk_receive_queue) &&
	    strata_tcp_memory_force(sk, skb->truesize, SK_MEM_RECV))
		return true;
	strata_count(strata_sock_net(sk), TCP_MEMORY);
	return false;
}

/**
 * strata_tcp_coalesce() - append a buffer's pages to the one before it
 * @sk: locked
 * @tail: queued, or NULL
 * @skb: what came; consumed if this returns true
 *
 * Context: socket locked. Return: whether it fitted.
 */
bool strata_tcp_coalesce(struct sock *sk, struct sk_buff *tail,
			 struct sk_buff *skb)
{
	bool stolen;
	int delta;

	if (!tail || tcp_seg(tail)->end_seq != tcp_seg(skb)->seq ||
	    !skb_try_coalesce(tail, skb, &stolen, &delta))
		return false;
	atomic_add(delta, &sk->sk_rmem_alloc);
	sk_mem_charge(sk, delta);
	tcp_seg(tail)->end_seq = tcp_seg(skb)->end_seq;
	tcp_seg(tail)->flags |= tcp_seg(skb)->flags;
	if (unlikely(skb->tstamp)) {
		tail->tstamp = skb->tstamp;
		skb_hwtstamps(tail)->hwtstamp = skb_hwtstamps(skb)->hwtstamp;
	}
	kfree_skb_partial(skb, stolen);
	return true;
}

/**
 * strata_tcp_append() - to the receive queue, and rcv_nxt goes on
 * @sk: locked
 * @skb: its first octets may have been received; recvmsg skips them. Owned
 * @owned: @sk is charged for it already
 *
 * Context: socket locked.
 */
void strata_tcp_append(struct sock *sk, struct sk_buff *skb, bool owned)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 end_seq = tcp_seg(skb)->end_seq;

	tp->bytes_received += end_seq - tp->rcv_nxt;
	WRITE_ONCE(tp->rcv_nxt, end_seq);
	if (strata_tcp_coalesce(sk, skb_peek_tail(&sk->sk_receive_queue), skb))
		return;
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	if (!owned)
		skb_set_owner_r(skb, sk);
}

/**
 * strata_tcp_strip_fin() - the FIN is no part of the receive queue
 * @skb: received
 *
 * rcv_nxt and fin_received stand for it. Context: any. Return: had it one?
 */
bool strata_tcp_strip_fin(struct sk_buff *skb)
{
	struct strata_tcp_seg *seg = tcp_seg(skb);

	if (!(seg->flags & TCPF_HDR_FIN))
		return false;
	seg->flags &= ~TCPF_HDR_FIN;
	seg->end_seq--;
	return true;
}

/**
 * strata_tcp_wake_reader() - wake who waits for data, if there are enough
 * @sk: locked
 *
 * Context: socket locked.
 */
void strata_tcp_wake_reader(struct sock *sk)
{
	if (likely(strata_tcp_readable(sk) >= READ_ONCE(sk->sk_rcvlowat)) ||
	    atomic_read(&sk->sk_rmem_alloc) > sk->sk_rcvbuf / 2)
		sk->sk_data_ready(sk);
}

/*
 * Eighth step: the FIN is next. In FIN-WAIT-2 the socket is done afterwards
 * (state CLOSE): the caller must look.
 */
static void fin_step(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	WRITE_ONCE(tp->rcv_nxt, tp->rcv_nxt + 1);
	tp->fin_received = 1;
	/* The kernel's tcpi_bytes_received counts it, too. */
	tp->bytes_received++;
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | RCV_SHUTDOWN);
	sock_set_flag(sk, SOCK_DONE);
	tp->ack_flags |= TCP_ACK_PENDING;
	/* Nothing can follow a FIN. */
	strata_tcp_ofo_purge(sk, STRATA_DROP_TCP_CLOSED);

	switch (sk->sk_state) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		strata_tcp_set_state(sk, TCP_CLOSE_WAIT);
		/* The program's own FIN may well carry the ACK. */
		tp->pingpong = 1;
		tp->quickack = 0;
		break;
	case TCP_FIN_WAIT1:
		strata_tcp_send_ack(sk);
		strata_tcp_set_state(sk, TCP_CLOSING);
		break;
	case TCP_FIN_WAIT2:
		strata_tcp_send_ack(sk);
		strata_tcp_timewait_enter(sk, TCP_TIME_WAIT, TCP_TIMEWAIT_LEN);
		return;
	}
	if (sock_flag(sk, SOCK_DEAD))
		return;
	sk->sk_state_change(sk);
	if (sk->sk_shutdown == SHUTDOWN_MASK || sk->sk_state == TCP_CLOSE)
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_HUP);
	else
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_IN);
}

/**
 * strata_tcp_queue_data() - text that begins at, or before, rcv_nxt
 * @sk: locked
 * @skb: header pulled; some of it is new. Owned
 * @opts: its options
 *
 * Context: socket locked, tp->mstamp_us fresh. The socket may be in CLOSE
 * afterwards.
 */
void strata_tcp_queue_data(struct sock *sk, struct sk_buff *skb,
			   const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	bool fin = strata_tcp_strip_fin(skb);

	if (skb->len) {
		skb = compact(sk, skb);
		if (unlikely(!make_room(sk, skb))) {
			tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
			drop(sk, skb, STRATA_DROP_SOCKET_RCVBUF);
			return;
		}
		strata_tcp_ack_owe(sk, skb);
		strata_tcp_rcv_rtt(sk, opts->has_ts ? opts->tsecr : 0);
		strata_tcp_window_received(sk, skb);
		if (unlikely(tp->ecn.ok))
			strata_tcp_ecn_data(sk, skb);
		if (unlikely(tcp_seg(skb)->seq != tp->rcv_nxt))
			strata_tcp_sack_twice(tp, tcp_seg(skb)->seq, tp->rcv_nxt);
		strata_tcp_append(sk, skb, false);
	} else {
		consume_skb(skb);
	}
	if (!fin && unlikely(!RB_EMPTY_ROOT(&tp->ofo)))
		fin = strata_tcp_ofo_drain(sk);
	if (unlikely(fin))
		fin_step(sk);
	else
		strata_tcp_wake_reader(sk);
}

/**
 * strata_tcp_data() - seventh step: process the segment text
 * @sk: locked, in a state that receives
 * @skb: header pulled. Owned
 * @opts: its options
 *
 * Context: socket locked, tp->mstamp_us fresh. The socket may be in CLOSE
 * afterwards.
 */
void strata_tcp_data(struct sock *sk, struct sk_buff *skb,
		     const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	u32 window = tcp_receive_window(tp);

	if (seg->end_seq == seg->seq) {
		consume_skb(skb);
		return;
	}
	if (!seq_after(seg->end_seq, tp->rcv_nxt)) {
		tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
		strata_tcp_sack_twice(tp, seg->seq, seg->end_seq);
		drop(sk, skb, STRATA_DROP_TCP_DUPLICATE);
		return;
	}
	/* A bare FIN takes no buffer. */
	if (!seq_before(seg->seq, tp->rcv_nxt + window) && skb->len) {
		tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
		drop(sk, skb, STRATA_DROP_TCP_WINDOW);
		return;
	}
	if (seq_after(seg->seq, tp->rcv_nxt))
		strata_tcp_ofo_queue(sk, skb);
	else
		strata_tcp_queue_data(sk, skb, opts);
}
