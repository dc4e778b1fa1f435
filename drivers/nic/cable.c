// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cable: what concerns both ends at once. Connecting it makes the rings and
 * starts both directions, cutting it stops and empties them, resizing swaps the
 * rings of one direction under traffic.
 *
 * All under RTNL. A direction has two users, and each has one way to be stilled:
 * the producer by the lock of its transmit queue, the consumer by disabling its
 * NAPI. Who has done both owns the ring. A poll that has completed may still
 * look into the ring once: rings are freed after a grace period.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "nic.h"

/* Tells both ends of each other. The devices are registered and down. */
void strata_nic_cable_make(struct strata_nic *a, struct strata_nic *b)
{
	unsigned int i;

	ASSERT_RTNL();
	for (i = 0; i < a->num_queues; i++) {
		a->queue[i].tx.receiver = &b->queue[i].rx;
		b->queue[i].tx.receiver = &a->queue[i].rx;
		a->queue[i].rx.sender = b->queue[i].tx.txq;
		b->queue[i].rx.sender = a->queue[i].tx.txq;
	}
	rcu_assign_pointer(a->peer, b->dev);
	rcu_assign_pointer(b->peer, a->dev);
}

/* Empties @ring, which the caller owns. Answers the frames, adds the bytes that
 * byte queue limits know of.
 */
static unsigned int purge(struct strata_nic_ring *ring,
			  unsigned int *accounted)
{
	u32 waiting = strata_nic_ring_waiting(ring);
	u32 i;

	for (i = 0; i < waiting; i++) {
		unsigned long desc = strata_nic_ring_peek(ring, i);
		struct sk_buff *skb = strata_nic_desc_skb(desc);

		if (strata_nic_desc_accounted(desc))
			*accounted += skb->len;
		kfree_skb(skb);
	}
	strata_nic_ring_take_done(ring, waiting);
	return waiting;
}

/* A new ring for each receive queue of @to, of the size that @from wants. */
static int make_rings(const struct strata_nic *from, struct strata_nic *to)
{
	unsigned int i;

	for (i = 0; i < to->num_queues; i++) {
		to->queue[i].rx.ring = strata_nic_ring_alloc(from->tx_slots);
		if (!to->queue[i].rx.ring)
			return -ENOMEM;
	}
	return 0;
}

static void free_rings(struct strata_nic *to)
{
	unsigned int i;

	for (i = 0; i < to->num_queues; i++) {
		strata_nic_ring_free(to->queue[i].rx.ring);
		to->queue[i].rx.ring = NULL;
	}
}

static void start_receiver(struct strata_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++) {
		WRITE_ONCE(nic->queue[i].rx.irq_masked, false);
		napi_enable(&nic->queue[i].rx.napi);
	}
}

static void stop_receiver(struct strata_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++)
		napi_disable(&nic->queue[i].rx.napi);
}

static void start_sender(struct strata_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++) {
		struct strata_nic_tx_queue *tx = &nic->queue[i].tx;

		__netif_tx_lock_bh(tx->txq);
		netdev_tx_reset_queue(tx->txq);
		tx->ring = tx->receiver->ring;
		netif_tx_wake_queue(tx->txq);
		__netif_tx_unlock_bh(tx->txq);
	}
}

/* From here on, frames given to the device are dropped and counted. */
static void stop_sender(struct strata_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++) {
		struct strata_nic_tx_queue *tx = &nic->queue[i].tx;

		__netif_tx_lock_bh(tx->txq);
		tx->ring = NULL;
		__netif_tx_unlock_bh(tx->txq);
	}
}

/* What was on its way to @nic is lost, at the account of those who sent it. */
static void empty_rings(struct strata_nic *nic, struct strata_nic *sender)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++) {
		struct strata_nic_tx_queue *tx = &sender->queue[i].tx;
		unsigned int accounted = 0;
		unsigned int lost;

		lost = purge(nic->queue[i].rx.ring, &accounted);
		__netif_tx_lock_bh(tx->txq);
		netdev_tx_reset_queue(tx->txq);
		strata_nic_tx_lost(tx, lost);
		__netif_tx_unlock_bh(tx->txq);
	}
}

/**
 * strata_nic_cable_connect - both ends are up: start both directions
 * @a: one end
 * @b: the other
 *
 * Context: process, under RTNL, may sleep.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int strata_nic_cable_connect(struct strata_nic *a, struct strata_nic *b)
{
	ASSERT_RTNL();
	if (make_rings(a, b) || make_rings(b, a)) {
		free_rings(a);
		free_rings(b);
		return -ENOMEM;
	}
	start_receiver(a);
	start_receiver(b);
	start_sender(a);
	start_sender(b);
	a->connected = true;
	b->connected = true;
	netif_carrier_on(a->dev);
	netif_carrier_on(b->dev);
	return 0;
}

/**
 * strata_nic_cable_cut - one end goes down: stop both directions
 * @a: one end
 * @b: the other
 *
 * Traffic may be in full flow on every CPU. Does nothing if the cable is not
 * connected.
 *
 * Context: process, under RTNL, may sleep.
 */
void strata_nic_cable_cut(struct strata_nic *a, struct strata_nic *b)
{
	ASSERT_RTNL();
	if (!a->connected)
		return;
	a->connected = false;
	b->connected = false;
	netif_carrier_off(a->dev);
	netif_carrier_off(b->dev);
	stop_sender(a);
	stop_sender(b);
	stop_receiver(a);
	stop_receiver(b);
	empty_rings(a, b);
	empty_rings(b, a);
	free_rings(a);
	free_rings(b);
}

/* Puts @ring in the place of the ring of one queue. Frames that wait move over
 * in order; if @ring is too small, the newest are lost.
 */
static void swap_ring(struct strata_nic_tx_queue *tx,
		      struct strata_nic_ring *ring)
{
	struct strata_nic_rx_queue *rx = tx->receiver;
	struct strata_nic_ring *old = rx->ring;
	unsigned int accounted = 0;
	unsigned int lost;

	napi_disable(&rx->napi);
	__netif_tx_lock_bh(tx->txq);
	strata_nic_ring_move(ring, old);
	lost = purge(old, &accounted);
	strata_nic_tx_lost(tx, lost);
	netdev_tx_completed_queue(tx->txq, lost, accounted);
	tx->ring = ring;
	rx->ring = ring;
	if (strata_nic_ring_full(ring))
		netif_tx_stop_queue(tx->txq);
	else
		netif_tx_wake_queue(tx->txq);
	__netif_tx_unlock_bh(tx->txq);
	napi_enable(&rx->napi);
	strata_nic_ring_free(old);

	/* What was posted meanwhile could not interrupt. */
	local_bh_disable();
	strata_nic_interrupt(rx);
	local_bh_enable();
}

/**
 * strata_nic_cable_resize - new rings for one direction
 * @sender: the end that transmits into them
 * @receiver: the other end
 * @slots: descriptors of each ring, a power of two
 *
 * Context: process, under RTNL, may sleep. Traffic goes on.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int strata_nic_cable_resize(struct strata_nic *sender,
			    struct strata_nic *receiver, u32 slots)
{
	struct strata_nic_ring **ring;
	unsigned int made = 0;
	unsigned int i;
	int err = 0;

	ASSERT_RTNL();
	if (slots == sender->tx_slots)
		return 0;
	if (!sender->connected) {
		sender->tx_slots = slots;
		return 0;
	}

	ring = kcalloc(sender->num_queues, sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	for (; made < sender->num_queues; made++) {
		ring[made] = strata_nic_ring_alloc(slots);
		if (!ring[made]) {
			err = -ENOMEM;
			break;
		}
	}
	for (i = 0; i < made; i++) {
		if (err)
			strata_nic_ring_free(ring[i]);
		else
			swap_ring(&sender->queue[i].tx, ring[i]);
	}
	if (!err)
		sender->tx_slots = slots;
	kfree(ring);
	return err;
}
