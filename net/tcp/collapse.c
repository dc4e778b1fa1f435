// SPDX-License-Identifier: GPL-2.0
/*
 * Received data copied together, for want of room.
 *
 * A device may need a whole page for a few octets. What the receive buffer is
 * charged is the page, so that small segments fill it long before the window is
 * used up. Copying them behind each other gives most of it back.
 */
#include <linux/tcp.h>
#include "queue.h"
#include "tcp.h"

/* Of one copy: no more than a page is asked for, which is always to be had. */
#define PIECE_BYTES	SKB_MAX_ORDER(0, 0)

/**
 * struct run - neighbours in a queue that may become one buffer
 * @first: of them
 * @count: how many
 * @bytes: of sequence space
 * @truesize: of all
 */
struct run {
	struct sk_buff *first;
	unsigned int count;
	u32 bytes;
	u32 truesize;
};

/* The next in the tree or, if not @early, in the receive queue. */
static struct sk_buff *next_of(const struct sock *sk, const struct sk_buff *skb,
			       bool early)
{
	if (early)
		return rb_entry_safe(rb_next(&skb->rbnode), struct sk_buff,
				     rbnode);
	if (skb_queue_is_last(&sk->sk_receive_queue, skb))
		return NULL;
	return skb->next;
}

/* Adds @skb to the run if it follows, fits and is nothing but data. */
static bool take_in(struct run *run, const struct sk_buff *skb)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	u32 start = tcp_seg(run->first)->seq;

	if (seg->flags & TCPF_HDR_FIN ||
	    seq_after(seg->seq, start + run->bytes) ||
	    seg->end_seq - start > PIECE_BYTES)
		return false;
	run->bytes = max(run->bytes, seg->end_seq - start);
	run->truesize += skb->truesize;
	run->count++;
	return true;
}

/* A quarter must be won. */
static bool worth_copying(const struct run *run)
{
	return run->count && SKB_TRUESIZE(run->bytes) < run->truesize / 4 * 3;
}

/* What @skb has beyond the end of @copy. */
static bool copy_new(struct sk_buff *copy, const struct sk_buff *skb)
{
	struct strata_tcp_seg *to = tcp_seg(copy);
	const struct strata_tcp_seg *from = tcp_seg(skb);
	u32 bytes = from->end_seq - to->end_seq;

	if (!seq_after(from->end_seq, to->end_seq))
		return true;
	if (skb_copy_bits(skb, to->end_seq - from->seq, skb_put(copy, bytes),
			  bytes))
		return false;
	to->end_seq = from->end_seq;
	to->flags |= from->flags;
	return true;
}

static struct sk_buff *copy_run(const struct sock *sk, const struct run *run,
				bool early)
{
	struct sk_buff *copy = alloc_skb(run->bytes, GFP_ATOMIC | __GFP_NOWARN);
	const struct sk_buff *skb = run->first;
	unsigned int i;

	if (!copy)
		return NULL;
	memcpy(copy->cb, skb->cb, sizeof(copy->cb));
	tcp_seg(copy)->end_seq = tcp_seg(copy)->seq;
	for (i = 0; i < run->count; i++, skb = next_of(sk, skb, early))
		if (!copy_new(copy, skb)) {
			kfree_skb(copy);
			return NULL;
		}
	return copy;
}

/* Takes @skb out and frees it; @copy, if there is one, gets its place. */
static void replace(struct sock *sk, struct sk_buff *skb, struct sk_buff *copy,
		    bool early)
{
	if (early) {
		strata_tcp_ofo_replace(strata_tcp(sk), skb, copy);
	} else {
		if (copy)
			__skb_queue_after(&sk->sk_receive_queue, skb, copy);
		__skb_unlink(skb, &sk->sk_receive_queue);
	}
	consume_skb(skb);
}

/* Copies the run and returns the buffer in its place, NULL if it stays. */
static struct sk_buff *join(struct sock *sk, const struct run *run, bool early)
{
	struct sk_buff *copy = copy_run(sk, run, early), *skb = run->first;
	unsigned int i;

	if (!copy)
		return NULL;
	/* Charged before what it replaces is given back. */
	skb_set_owner_r(copy, sk);
	replace(sk, skb, copy, early);
	for (i = 1; i < run->count; i++)
		replace(sk, next_of(sk, copy, early), NULL, early);
	strata_count_add(strata_sock_net(sk), TCP_COLLAPSED, run->count);
	return copy;
}

/* Context: socket locked; @skb is the first of the queue or NULL. */
static void collapse_queue(struct sock *sk, struct sk_buff *skb, bool early)
{
	struct sk_buff *joined;

	while (skb) {
		struct run run = { .first = skb };

		while (skb && take_in(&run, skb))
			skb = next_of(sk, skb, early);
		if (!run.count) {
			skb = next_of(sk, skb, early);
		} else if (worth_copying(&run)) {
			joined = join(sk, &run, early);
			if (!joined)
				return;
		}
	}
}

/**
 * strata_tcp_collapse() - make what was received smaller, if possible
 * @sk: locked
 *
 * At most once a jiffy: a peer could make it a habit.
 *
 * Context: socket locked; no reader holds a buffer of the receive queue.
 */
void strata_tcp_collapse(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->collapse_time == (u32)jiffies)
		return;
	tp->collapse_time = (u32)jiffies;
	collapse_queue(sk, rb_entry_safe(rb_first(&tp->ofo), struct sk_buff,
					 rbnode), true);
	collapse_queue(sk, skb_peek(&sk->sk_receive_queue), false);
}
