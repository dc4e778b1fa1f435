// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait for an L2 address: bounded for each entry, and for a
 * namespace's entries together.
 */
#include <linux/skbuff.h>
#include "neigh_entry.h"
#include "neigh_table.h"

static struct sk_buff *neigh_dequeue(struct strata_neigh *neigh)
{
	struct sk_buff *skb = __skb_dequeue(&neigh->queue);

	if (skb) {
		neigh->queue_bytes -= skb->truesize;
		atomic_long_sub(skb->truesize, &neigh->table->queue_bytes);
	}
	return skb;
}

/* RFC 4861 7.2.2: at least one waits, and when there is no room the oldest
 * goes.
 */
static bool neigh_queue_full(const struct strata_neigh *neigh,
			     const struct sk_buff *skb)
{
	return skb_queue_len(&neigh->queue) >= STRATA_NEIGH_QUEUE_PACKETS ||
	       neigh->queue_bytes + skb->truesize > STRATA_NEIGH_QUEUE_BYTES ||
	       atomic_long_read(&neigh->table->queue_bytes) + skb->truesize >
	       STRATA_NEIGH_TABLE_BYTES;
}

/**
 * strata_neigh_enqueue() - let a packet wait
 * @neigh: the entry; its lock is held
 * @skb: the packet. Owned afterwards
 * @refused: gets the packets that had to give way
 *
 * Context: softirqs off.
 */
void strata_neigh_enqueue(struct strata_neigh *neigh, struct sk_buff *skb,
			  struct sk_buff_head *refused)
{
	struct sk_buff *oldest;

	lockdep_assert_held(&neigh->lock);
	while (neigh_queue_full(neigh, skb)) {
		oldest = neigh_dequeue(neigh);
		if (!oldest)
			break;
		__skb_queue_tail(refused, oldest);
	}
	if (atomic_long_read(&neigh->table->queue_bytes) >=
	    STRATA_NEIGH_TABLE_BYTES) {
		__skb_queue_tail(refused, skb);
		return;
	}
	__skb_queue_tail(&neigh->queue, skb);
	neigh->queue_bytes += skb->truesize;
	atomic_long_add(skb->truesize, &neigh->table->queue_bytes);
}

/**
 * strata_neigh_dequeue_all() - take every packet that waits
 * @neigh: the entry; its lock is held
 * @queue: gets them, in order
 *
 * Context: softirqs off.
 */
void strata_neigh_dequeue_all(struct strata_neigh *neigh,
			      struct sk_buff_head *queue)
{
	struct sk_buff *skb;

	lockdep_assert_held(&neigh->lock);
	while ((skb = neigh_dequeue(neigh)))
		__skb_queue_tail(queue, skb);
}

/**
 * strata_neigh_purge() - drop packets that will not be sent
 * @sn: the namespace's stack
 * @queue: emptied
 * @reason: why
 *
 * Context: any, no lock of the cache held.
 */
void strata_neigh_purge(struct strata_net *sn, struct sk_buff_head *queue,
			enum strata_drop_reason reason)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(queue)))
		strata_drop(sn, skb, reason);
}
