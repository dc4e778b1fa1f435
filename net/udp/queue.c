// SPDX-License-Identifier: GPL-2.0
/*
 * The receive queue. The softirq appends to sk_receive_queue; a reader moves
 * all of it to its own queue at once and then works without disturbing the
 * softirq. What the queues hold is counted twice, in by the one and out by the
 * other, so neither writes the other's cache line for each datagram.
 */
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/busy_poll.h>
#include <strata/visibility.h>
#include "udp.h"

/**
 * strata_udp_queue_bytes() - memory of the queued datagrams
 * @sk: the socket
 *
 * Context: any. Return: bytes of truesize, at the most.
 */
u32 strata_udp_queue_bytes(const struct sock *sk)
{
	const struct strata_udp_sock *us = udp_sock(sk);

	return READ_ONCE(us->rx_queued) - READ_ONCE(us->rx_released);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_queue_bytes);

static bool queue_full(const struct sock *sk)
{
	return strata_udp_queue_bytes(sk) > (u32)READ_ONCE(sk->sk_rcvbuf);
}

/* Half full: give up slack that the device's buffer came with. */
static bool queue_crowded(const struct sock *sk)
{
	return strata_udp_queue_bytes(sk) > (u32)READ_ONCE(sk->sk_rcvbuf) >> 1;
}

static void queue_condense(struct sk_buff *skb)
{
	/* What is small fits into what the head has left. */
	if (skb->data_len && skb->data_len <= skb->end - skb->tail &&
	    !skb_cloned(skb) && __pskb_pull_tail(skb, skb->data_len))
		skb->truesize = SKB_TRUESIZE(skb_end_offset(skb));
}

/* UDP_GRO. Context: sk_receive_queue.lock held. Owns @skb if it joins. */
static bool queue_join(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);
	struct strata_udp_sock *us = udp_sock(sk);
	int bytes;

	if (!tail || !udp_kind_has_gso(us->kind))
		return false;
	bytes = strata_udp_gro_join(tail, skb);
	if (bytes < 0)
		return false;
	WRITE_ONCE(us->rx_queued, us->rx_queued + bytes);
	return true;
}

/**
 * strata_udp_enqueue() - a datagram for the program
 * @sk: the socket
 * @skb: skb->data at the payload, udp_cb() filled in but for truesize. Owned
 *	afterwards
 * @rx: the counter of datagrams delivered
 *
 * One datagram is always accepted, however large.
 *
 * Context: softirq, RCU.
 */
void strata_udp_enqueue(struct sock *sk, struct sk_buff *skb,
			enum strata_counter rx)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	struct strata_udp_sock *us = udp_sock(sk);
	void (*wake)(struct sock *sk);
	unsigned int count = 1;

	if (unlikely(queue_full(sk))) {
		atomic_inc(&sk->sk_drops);
		strata_drop(strata_sock_net(sk), skb,
			    STRATA_DROP_SOCKET_RCVBUF);
		return;
	}
	if (unlikely(queue_crowded(sk)))
		queue_condense(skb);
	if (unlikely(udp_cb(skb)->gso_size))
		count = DIV_ROUND_UP(skb->len, udp_cb(skb)->gso_size);
	udp_cb(skb)->truesize = skb->truesize;
	udp_cb(skb)->peeked = false;
	strata_sock_stamp(sk, skb);
	skb->dev = NULL;
	spin_lock(&queue->lock);
	if (likely(!us->gro) || !queue_join(sk, skb)) {
		WRITE_ONCE(us->rx_queued, us->rx_queued + skb->truesize);
		sock_skb_set_dropcount(sk, skb);
		__skb_queue_tail(queue, skb);
	}
	spin_unlock(&queue->lock);
	strata_count_add_by(strata_sock_net(sk), rx, count);
	wake = READ_ONCE(sk->sk_data_ready);
	if (!sock_flag(sk, SOCK_DEAD))
		wake(sk);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_enqueue);

/*
 * The softirq hears of freed room in lumps, or when there is nothing left to
 * read. Context: reader.lock held.
 */
static void queue_release(struct sock *sk, u32 bytes)
{
	struct strata_udp_sock *us = udp_sock(sk);

	us->rx_deficit += bytes;
	if (us->rx_deficit < (u32)READ_ONCE(sk->sk_rcvbuf) >> 2 &&
	    !skb_queue_empty(&us->reader))
		return;
	WRITE_ONCE(us->rx_released, us->rx_released + us->rx_deficit);
	us->rx_deficit = 0;
}

/* Context: reader.lock held. */
static void queue_refill(struct sock *sk)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;

	if (skb_queue_empty_lockless(queue))
		return;
	spin_lock(&queue->lock);
	skb_queue_splice_tail_init(queue, &udp_sock(sk)->reader);
	spin_unlock(&queue->lock);
}

/* The datagram at offset *@off of what is queued; *@off becomes its own. */
static struct sk_buff *queue_peek(struct sk_buff_head *queue, int *off)
{
	struct sk_buff *skb;
	int at = max(*off, 0);

	skb_queue_walk(queue, skb) {
		if (*off >= 0 && at >= (int)skb->len &&
		    (at || udp_cb(skb)->peeked)) {
			at -= skb->len;
			continue;
		}
		udp_cb(skb)->peeked = true;
		refcount_inc(&skb->users);
		*off = at;
		return skb;
	}
	return NULL;
}

/* Context: reader.lock held. */
static struct sk_buff *reader_take(struct sock *sk, int flags, int *off)
{
	struct sk_buff_head *reader = &udp_sock(sk)->reader;
	struct sk_buff *skb;

	if (unlikely(flags & MSG_PEEK))
		return queue_peek(reader, off);
	skb = __skb_dequeue(reader);
	if (!skb)
		return NULL;
	prefetch(skb->data);
	*off = 0;
	queue_release(sk, udp_cb(skb)->truesize);
	return skb;
}

static struct sk_buff *queue_take(struct sock *sk, int flags, int *off)
{
	struct sk_buff_head *reader = &udp_sock(sk)->reader;
	struct sk_buff *skb;

	spin_lock_bh(&reader->lock);
	skb = reader_take(sk, flags, off);
	if (!skb) {
		queue_refill(sk);
		skb = reader_take(sk, flags, off);
	}
	spin_unlock_bh(&reader->lock);
	return skb;
}

/**
 * strata_udp_dequeue() - the next datagram, waiting for it if that is wanted
 * @sk: the socket
 * @flags: MSG_DONTWAIT, MSG_PEEK: it stays in the queue
 * @off: in: SO_PEEK_OFF, negative: off; out: where in the datagram to begin
 * @err: out: why there is none: -EAGAIN, 0 (shut down), a pending error, …
 *
 * Context: process; waits up to SO_RCVTIMEO.
 * Return: owned by the caller, or NULL.
 */
struct sk_buff *strata_udp_dequeue(struct sock *sk, int flags, int *off,
				   int *err)
{
	const struct sk_buff *none = (struct sk_buff *)&sk->sk_receive_queue;
	long timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	struct sk_buff *skb;
	int start = *off;

	do {
		*err = sock_error(sk);
		if (*err)
			return NULL;
		do {
			*off = start;
			skb = queue_take(sk, flags, off);
			if (skb)
				return skb;
			if (!sk_can_busy_loop(sk))
				break;
			sk_busy_loop(sk, flags & MSG_DONTWAIT);
		} while (!skb_queue_empty_lockless(&sk->sk_receive_queue));
		*err = -EAGAIN;
	} while (timeo &&
		 !__skb_wait_for_more_packets(sk, &sk->sk_receive_queue, err,
					      &timeo, none));
	return NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_dequeue);

/**
 * strata_udp_csum_ok() - verify what has not been verified on arrival
 * @skb: queued or dequeued
 *
 * Context: any.
 */
bool strata_udp_csum_ok(struct sk_buff *skb)
{
	if (!udp_cb(skb)->csum_ok)
		udp_cb(skb)->csum_ok = !__skb_checksum_complete(skb);
	return udp_cb(skb)->csum_ok;
}

static void queue_bad_csum(struct sock *sk, struct sk_buff *skb)
{
	atomic_inc(&sk->sk_drops);
	strata_drop(strata_sock_net(sk), skb, STRATA_DROP_L4_CHECKSUM);
}

/**
 * strata_udp_discard() - get rid of a datagram whose checksum is wrong
 * @sk: the socket
 * @skb: from strata_udp_dequeue(). Owned afterwards
 * @flags: as there: a peeked datagram leaves the queue, too
 *
 * Context: process.
 */
void strata_udp_discard(struct sock *sk, struct sk_buff *skb, int flags)
{
	struct sk_buff_head *reader = &udp_sock(sk)->reader;
	bool queued;

	if (!(flags & MSG_PEEK)) {
		queue_bad_csum(sk, skb);
		return;
	}
	spin_lock_bh(&reader->lock);
	queued = skb->next;	/* another reader may have been faster */
	if (queued) {
		__skb_unlink(skb, reader);
		queue_release(sk, udp_cb(skb)->truesize);
	}
	spin_unlock_bh(&reader->lock);
	if (queued)
		queue_bad_csum(sk, skb);
	consume_skb(skb);
}

/* Context: reader.lock held. Bad ones at the head go to @bad. */
static struct sk_buff *reader_first(struct sock *sk, struct sk_buff_head *bad)
{
	struct sk_buff_head *reader = &udp_sock(sk)->reader;
	struct sk_buff *skb;

	while ((skb = skb_peek(reader)) && !strata_udp_csum_ok(skb)) {
		__skb_unlink(skb, reader);
		queue_release(sk, udp_cb(skb)->truesize);
		__skb_queue_tail(bad, skb);
	}
	return skb;
}

/**
 * strata_udp_first_len() - the size of the next datagram
 * @sk: the socket
 *
 * Datagrams with a wrong checksum go: a program that is told of one and then
 * blocks in recv(2) would be deceived.
 *
 * Context: process. Return: bytes, -1 if there is none.
 */
int strata_udp_first_len(struct sock *sk)
{
	struct sk_buff_head *reader = &udp_sock(sk)->reader;
	struct sk_buff_head bad;
	struct sk_buff *skb;
	int len;

	__skb_queue_head_init(&bad);
	spin_lock_bh(&reader->lock);
	skb = reader_first(sk, &bad);
	if (!skb) {
		queue_refill(sk);
		skb = reader_first(sk, &bad);
	}
	len = skb ? skb->len : -1;
	spin_unlock_bh(&reader->lock);
	while ((skb = __skb_dequeue(&bad)))
		queue_bad_csum(sk, skb);
	return len;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_first_len);

/**
 * strata_udp_queue_purge() - forget what was never read
 * @sk: without users
 *
 * Context: process or softirq.
 */
void strata_udp_queue_purge(struct sock *sk)
{
	struct strata_udp_sock *us = udp_sock(sk);

	__skb_queue_purge(&us->reader);
	__skb_queue_purge(&sk->sk_receive_queue);
	us->rx_deficit = 0;
	us->rx_released = us->rx_queued;
}
