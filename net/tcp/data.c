// SPDX-License-Identifier: GPL-2.0
/*
 * The seventh and eighth steps of RFC 9293 3.10.7.4: segment text and FIN.
 * In-order data goes to the receive queue, other data waits in a tree by
 * sequence number.
 */
#include <linux/tcp.h>
#include "input.h"
#include "tcp.h"

#define OFO_MAX		8192	/* segments */
/* A segment that uses this many times its payload in memory is copied. */
#define WASTE_MAX	4

static struct sk_buff *ofo_skb(struct rb_node *node)
{
	return rb_entry_safe(node, struct sk_buff, rbnode);
}

static void drop(struct sock *sk, struct sk_buff *skb,
		 enum strata_drop_reason reason)
{
	strata_drop(strata_sock_net(sk), skb, reason);
}

static void ofo_erase(struct strata_tcp *tp, struct sk_buff *skb)
{
	if (tp->ofo_last == skb)
		tp->ofo_last = ofo_skb(rb_prev(&skb->rbnode));
	rb_erase(&skb->rbnode, &tp->ofo);
	tp->ofo_len--;
	/* The tree's node lies over these. */
	skb->next = NULL;
	skb->prev = NULL;
	skb->dev = NULL;
}

/* RFC 9293 3.10.7.4: out-of-order data may be given up; the peer resends it. */
static void ofo_purge(struct sock *sk, enum strata_drop_reason reason)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;

	while ((skb = ofo_skb(rb_first(&tp->ofo)))) {
		ofo_erase(tp, skb);
		drop(sk, skb, reason);
	}
	strata_tcp_sack_trim(tp);
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
	ofo_purge(sk, STRATA_DROP_SOCKET_CLOSED);
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

static bool memory_allows(struct sock *sk, struct sk_buff *skb, int limit)
{
	return atomic_read(&sk->sk_rmem_alloc) <= limit &&
	       sk_rmem_schedule(sk, skb, skb->truesize);
}

/*
 * Room for in-order data. It goes before out-of-order data; what the window
 * promised is kept although its bookkeeping may need twice the buffer; and an
 * empty receive queue always takes one segment, or nothing would ever move.
 */
static bool make_room(struct sock *sk, struct sk_buff *skb)
{
	if (likely(memory_allows(sk, skb, sk->sk_rcvbuf)))
		return true;
	ofo_purge(sk, STRATA_DROP_TCP_OFO_FULL);
	if (memory_allows(sk, skb, 2 * sk->sk_rcvbuf))
		return true;
	if (skb_queue_empty(&sk->sk_receive_queue) &&
	    sk_rmem_schedule(sk, skb, skb->truesize))
		return true;
	strata_count(strata_sock_net(sk), TCP_MEMORY);
	return false;
}

/* Append @skb's pages to @tail. Consumes @skb if true. */
static bool coalesce(struct sock *sk, struct sk_buff *tail, struct sk_buff *skb)
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
	kfree_skb_partial(skb, stolen);
	return true;
}

/* @skb's first octets may have been received; recvmsg skips them. */
static void append(struct sock *sk, struct sk_buff *skb, bool owned)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 end_seq = tcp_seg(skb)->end_seq;

	tp->bytes_received += end_seq - tp->rcv_nxt;
	WRITE_ONCE(tp->rcv_nxt, end_seq);
	if (coalesce(sk, skb_peek_tail(&sk->sk_receive_queue), skb))
		return;
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	if (!owned)
		skb_set_owner_r(skb, sk);
}

/* The FIN is no part of the queues: rcv_nxt and fin_received stand for it. */
static bool strip_fin(struct sk_buff *skb)
{
	struct strata_tcp_seg *seg = tcp_seg(skb);

	if (!(seg->flags & TCPF_HDR_FIN))
		return false;
	seg->flags &= ~TCPF_HDR_FIN;
	seg->end_seq--;
	return true;
}

/* Move what follows rcv_nxt now. Returns true if that ends with a FIN. */
static bool ofo_drain(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;
	bool fin = false;

	while (!fin && (skb = ofo_skb(rb_first(&tp->ofo)))) {
		if (seq_after(tcp_seg(skb)->seq, tp->rcv_nxt))
			break;
		ofo_erase(tp, skb);
		if (seq_before(tcp_seg(skb)->end_seq, tp->rcv_nxt)) {
			drop(sk, skb, STRATA_DROP_TCP_DUPLICATE);
			continue;
		}
		fin = strip_fin(skb);
		if (seq_after(tcp_seg(skb)->end_seq, tp->rcv_nxt))
			append(sk, skb, true);
		else
			consume_skb(skb);
		/* RFC 5681 4.2 */
		tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
	}
	strata_tcp_sack_trim(tp);
	return fin;
}

static void wake_reader(struct sock *sk)
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
	ofo_purge(sk, STRATA_DROP_TCP_CLOSED);

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
	bool fin = strip_fin(skb);

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
		append(sk, skb, false);
	} else {
		consume_skb(skb);
	}
	if (!fin && unlikely(!RB_EMPTY_ROOT(&tp->ofo)))
		fin = ofo_drain(sk);
	if (unlikely(fin))
		fin_step(sk);
	else
		wake_reader(sk);
}

/* Where in the tree; *@prev is the segment before @seq, if any. */
static struct rb_node **ofo_place(struct strata_tcp *tp, u32 seq,
				  struct rb_node **parent)
{
	struct rb_node **link = &tp->ofo.rb_node;

	*parent = NULL;
	/* Nearly always the last. */
	if (tp->ofo_last && !seq_before(seq, tcp_seg(tp->ofo_last)->seq)) {
		*parent = &tp->ofo_last->rbnode;
		link = &(*parent)->rb_right;
	}
	while (*link) {
		*parent = *link;
		link = seq_before(seq, tcp_seg(ofo_skb(*parent))->seq) ?
		       &(*parent)->rb_left : &(*parent)->rb_right;
	}
	return link;
}

/* Segments after @skb that hold nothing else than it does. */
static void ofo_drop_covered(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *next;

	while ((next = ofo_skb(rb_next(&skb->rbnode)))) {
		if (seq_after(tcp_seg(next)->end_seq, tcp_seg(skb)->end_seq))
			return;
		ofo_erase(tp, next);
		drop(sk, next, STRATA_DROP_TCP_DUPLICATE);
	}
}

static bool ofo_covered(const struct sk_buff *prev, const struct sk_buff *skb)
{
	return prev && !seq_after(tcp_seg(skb)->end_seq, tcp_seg(prev)->end_seq);
}

/* The neighbour before the place found by ofo_place(). */
static struct sk_buff *ofo_before(struct rb_node *parent, struct rb_node **link)
{
	if (!parent)
		return NULL;
	return ofo_skb(link == &parent->rb_right ? parent : rb_prev(parent));
}

static void ofo_insert(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct rb_node *parent, **link;
	struct sk_buff *prev;

	link = ofo_place(tp, tcp_seg(skb)->seq, &parent);
	prev = ofo_before(parent, link);
	strata_tcp_sack_add(tp, tcp_seg(skb)->seq, tcp_seg(skb)->end_seq);
	if (ofo_covered(prev, skb)) {
		strata_tcp_sack_twice(tp, tcp_seg(skb)->seq,
				      tcp_seg(skb)->end_seq);
		drop(sk, skb, STRATA_DROP_TCP_DUPLICATE);
		return;
	}
	strata_count(strata_sock_net(sk), TCP_OFO_QUEUED);
	tp->ofo_segs++;
	if (coalesce(sk, prev, skb)) {
		ofo_drop_covered(sk, prev);
		return;
	}
	skb_set_owner_r(skb, sk);
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &tp->ofo);
	tp->ofo_len++;
	if (!tp->ofo_last || !rb_next(&skb->rbnode))
		tp->ofo_last = skb;
	ofo_drop_covered(sk, skb);
}

/* RFC 9293 3.10.7.4: "segments with higher beginning sequence numbers SHOULD
 * be held for later processing"; RFC 5681 4.2: and answered at once.
 */
static void ofo_queue(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
	tp->data_segs_in += max_t(u16, skb_shinfo(skb)->gso_segs, 1);
	if (unlikely(tp->ecn.ok))
		strata_tcp_ecn_data(sk, skb);
	if (tp->ofo_len >= OFO_MAX ||
	    !memory_allows(sk, skb, sk->sk_rcvbuf)) {
		drop(sk, skb, STRATA_DROP_TCP_OFO_FULL);
		return;
	}
	ofo_insert(sk, skb);
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
		ofo_queue(sk, skb);
	else
		strata_tcp_queue_data(sk, skb, opts);
}
