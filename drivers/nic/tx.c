// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: post the frame into the ring and ring the doorbell.
 *
 * Everything here runs under the transmit queue's lock, taken by the core. The
 * frame is not touched: no segmenting, no checksum, no copy. What crossing the
 * cable does to it, the receiver's poll does.
 *
 * With a queueing discipline (`tc qdisc replace dev s0 root fq_codel`) the queue
 * stops when the ring is full or byte queue limits say so, and the poll wakes
 * it. By default there is none, as on every virtual device: a discipline costs
 * more than the cable. Then nobody could keep a frame for a stopped queue, so
 * byte queue limits do not apply and a full ring drops, as the host's backlog
 * does for veth. Senders are still held back, each by its socket's buffer.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/sch_generic.h>

#include "nic.h"

/* Stops the queue until the poll has made room, which it may just have done. */
static void stop(struct strata_nic_tx_queue *tx, struct strata_nic_rx_queue *rx,
		 u64_stats_t *why)
{
	set_bit(tx->index, &rx->stopped);
	netif_tx_stop_queue(tx->txq);
	u64_stats_update_begin(&tx->stats.syncp);
	u64_stats_inc(why);
	u64_stats_update_end(&tx->stats.syncp);
	/* Pairs with the barrier in make_room(): either the poll sees the
	 * stopped queue, or this sees the room.
	 */
	smp_mb();
	if (!strata_nic_ring_full(rx->ring))
		netif_tx_start_queue(tx->txq);
}

/* The ring was full though the queue ran: the core keeps the frame. Without a
 * queueing discipline it cannot.
 */
static netdev_tx_t refuse(struct strata_nic_tx_queue *tx,
			  struct strata_nic_rx_queue *rx)
{
	stop(tx, rx, &tx->stats.busy);
	strata_nic_doorbell(rx);
	return NETDEV_TX_BUSY;
}

static bool has_qdisc(const struct netdev_queue *txq)
{
	return rcu_dereference_bh(txq->qdisc)->enqueue;
}

static netdev_tx_t drop(struct strata_nic_tx_queue *tx,
			struct strata_nic_rx_queue *rx, struct sk_buff *skb)
{
	kfree_skb(skb);
	u64_stats_update_begin(&tx->stats.syncp);
	u64_stats_inc(&tx->stats.dropped);
	u64_stats_update_end(&tx->stats.syncp);
	/* Frames before this one may have left the doorbell to it. */
	if (rx)
		strata_nic_doorbell(rx);
	return NETDEV_TX_OK;
}

static netdev_tx_t overrun(struct strata_nic_tx_queue *tx,
			   struct strata_nic_rx_queue *rx, struct sk_buff *skb)
{
	u64_stats_update_begin(&tx->stats.syncp);
	u64_stats_inc(&tx->stats.overruns);
	u64_stats_update_end(&tx->stats.syncp);
	return drop(tx, rx, skb);
}

/* Is there an Ethernet header to look at? The data of a frame that its sender
 * keeps stays where it is.
 */
static bool has_header(struct sk_buff *skb)
{
	if (likely(skb_headlen(skb) >= ETH_HLEN))
		return true;
	return !skb_shared(skb) && pskb_may_pull(skb, ETH_HLEN);
}

/* skb_tx_timestamp() without its search for a PHY, which a cable end lacks. */
static void timestamp(struct sk_buff *skb)
{
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_SW_TSTAMP))
		skb_tstamp_tx(skb, NULL);
}

static void count(struct strata_nic_tx_queue *tx, unsigned int len)
{
	u64_stats_update_begin(&tx->stats.syncp);
	u64_stats_inc(&tx->stats.packets);
	u64_stats_add(&tx->stats.bytes, len);
	u64_stats_update_end(&tx->stats.syncp);
}

/* Posts @skb into the ring of @rx, whose only producer this is at the moment. If
 * @more, the next frame comes at once, to the same ring.
 */
static inline netdev_tx_t transmit(struct strata_nic_tx_queue *tx,
				   struct strata_nic_rx_queue *rx,
				   struct sk_buff *skb, bool more)
{
	struct strata_nic_ring *ring = rx->ring;
	unsigned int len = skb->len;
	bool queued = has_qdisc(tx->txq);
	bool kick;

	if (unlikely(strata_nic_ring_full(ring)))
		return queued ? refuse(tx, rx) : overrun(tx, rx, skb);

	timestamp(skb);
	count(tx, len);
	/* Before the poll can complete the frame: it may run at once. */
	if (queued)
		kick = __netdev_tx_sent_queue(tx->txq, len, more);
	else
		kick = !more;
	strata_nic_ring_post(ring, strata_nic_desc(skb, queued));
	if (unlikely(strata_nic_ring_full(ring))) {
		if (queued)
			stop(tx, rx, &tx->stats.stops);
		kick = true;
	}
	if (kick)
		strata_nic_doorbell(rx);
	return NETDEV_TX_OK;
}

/* Frames that come together may go to different rings: each rings the doorbell. */
static noinline netdev_tx_t transmit_among_many(struct strata_nic_tx_queue *tx,
						struct strata_nic_rx_queue *rx,
						struct sk_buff *skb)
{
	netdev_tx_t result;

	if (tx->steered)
		rx = strata_nic_rss_steer(tx, skb);
	spin_lock(&rx->post);
	result = transmit(tx, rx, skb, false);
	spin_unlock(&rx->post);
	return result;
}

/**
 * strata_nic_xmit - ndo_start_xmit
 * @skb: the frame; consumed unless the answer is NETDEV_TX_BUSY
 * @dev: this end
 *
 * Context: softirqs off, transmit queue locked.
 * Return: NETDEV_TX_OK, or NETDEV_TX_BUSY with the queue stopped.
 */
netdev_tx_t strata_nic_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic_tx_queue *tx;
	struct strata_nic_rx_queue *rx;

	tx = &nic->queue[skb_get_queue_mapping(skb)].tx;
	rx = tx->receiver;
	if (unlikely(!rx || !has_header(skb)))
		return drop(tx, rx, skb);
	if (unlikely(tx->many))
		return transmit_among_many(tx, rx, skb);
	return transmit(tx, rx, skb, netdev_xmit_more());
}

/**
 * strata_nic_tx_completed - frames that byte queue limits know of left the ring
 * @tx: queue they came from
 * @many: polls of several receive queues may complete frames of @tx
 * @packets: number of frames
 * @bytes: their bytes; nothing happens if zero
 *
 * Context: softirqs off; the frames' receive queue is the caller's.
 */
void strata_nic_tx_completed(struct strata_nic_tx_queue *tx, bool many,
			     unsigned int packets, unsigned int bytes)
{
	if (likely(!many)) {
		netdev_tx_completed_queue(tx->txq, packets, bytes);
		return;
	}
	if (!bytes)
		return;
	spin_lock(&tx->completion);
	netdev_tx_completed_queue(tx->txq, packets, bytes);
	spin_unlock(&tx->completion);
}
