// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cable: what concerns both ends at once. Connecting it makes the rings and
 * starts both directions, cutting it stops and empties them, a pause does so for
 * a change of what the ends are made of, resizing swaps the rings of one
 * direction under traffic.
 *
 * All under RTNL. A ring has two kinds of users, and each has one way to be
 * stilled: producers by their transmit queue's lock, or by the ring's where they
 * are many; the consumer by disabling its NAPI. Who has done both owns the ring.
 * A poll that has completed may still look into the ring once: rings are freed
 * after a grace period.
 */
#include <linux/delay.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "nic.h"

/* How long a pause waits for frames that are in the rings. */
#define DRAIN_MS	100

/* Tells both ends of each other. The devices are registered and down. */
void strata_nic_cable_make(struct strata_nic *a, struct strata_nic *b)
{
	ASSERT_RTNL();
	rcu_assign_pointer(a->peer, b->dev);
	rcu_assign_pointer(b->peer, a->dev);
}

/* Says which queues of @to take what those of @from send. Both are still. */
static void wire(struct strata_nic *from, struct strata_nic *to)
{
	bool steered = strata_nic_rss_steers(to);
	bool many = steered || from->num_queues > to->num_queues;
	unsigned int i;

	for (i = 0; i < from->num_queues; i++) {
		struct strata_nic_tx_queue *tx = &from->queue[i].tx;

		tx->to = to;
		tx->many = many;
		tx->steered = steered;
	}
	for (i = 0; i < to->num_queues; i++) {
		struct strata_nic_rx_queue *rx = &to->queue[i].rx;

		rx->sender = &from->queue[i % from->num_queues].tx;
		rx->senders = from->queue;
		rx->many = many;
		rx->numbered = from->num_queues > 1 || to->num_queues > 1;
		rx->stopped = 0;
	}
}

/* Empties @ring, the ring of @rx or one that was; the caller owns it. */
static void purge(struct strata_nic_rx_queue *rx, struct strata_nic_ring *ring)
{
	u32 waiting = strata_nic_ring_waiting(ring);
	u32 i;

	for (i = 0; i < waiting; i++) {
		unsigned long desc = strata_nic_ring_peek(ring, i);
		struct sk_buff *skb = strata_nic_desc_skb(desc);

		if (strata_nic_desc_is_frame(desc)) {
			xdp_return_frame(strata_nic_desc_frame(desc));
			continue;
		}
		if (strata_nic_desc_accounted(desc))
			strata_nic_tx_completed(strata_nic_sender(rx, skb),
						rx->many, 1, skb->len);
		kfree_skb(skb);
	}
	strata_nic_ring_take_done(ring, waiting);
	u64_stats_update_begin(&rx->stats.syncp);
	u64_stats_add(&rx->stats.lost, waiting);
	u64_stats_update_end(&rx->stats.syncp);
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

/* What is still on its way to @nic is lost. */
static void stop_receiver(struct strata_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++)
		napi_disable(&nic->queue[i].rx.napi);
	/* A poll that has completed may still start a timer. */
	synchronize_net();
	for (i = 0; i < nic->num_queues; i++) {
		struct strata_nic_rx_queue *rx = &nic->queue[i].rx;

		strata_nic_irq_stop(rx);
		local_bh_disable();
		purge(rx, rx->ring);
		local_bh_enable();
	}
}

static void start_sender(struct strata_nic *nic, struct strata_nic *to)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++) {
		struct strata_nic_tx_queue *tx = &nic->queue[i].tx;

		__netif_tx_lock_bh(tx->txq);
		netdev_tx_reset_queue(tx->txq);
		tx->receiver = &to->queue[i % to->num_queues].rx;
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
		tx->receiver = NULL;
		__netif_tx_unlock_bh(tx->txq);
	}
}

/**
 * strata_nic_cable_resume - start both directions
 * @a: one end
 * @b: the other; each queue in use has its ring and no sender, NAPI is disabled
 *
 * Context: process, under RTNL, may sleep.
 */
void strata_nic_cable_resume(struct strata_nic *a, struct strata_nic *b)
{
	ASSERT_RTNL();
	wire(a, b);
	wire(b, a);
	start_receiver(a);
	start_receiver(b);
	start_sender(a, b);
	start_sender(b, a);
	a->connected = true;
	b->connected = true;
}

/* Lets the polls take what is in the rings; nobody posts any more. */
static void drain(struct strata_nic *nic)
{
	unsigned long end = jiffies + msecs_to_jiffies(DRAIN_MS);
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++) {
		struct strata_nic_rx_queue *rx = &nic->queue[i].rx;

		local_bh_disable();
		strata_nic_interrupt(rx);
		local_bh_enable();
		while (strata_nic_ring_waiting(rx->ring) &&
		       time_before(jiffies, end))
			usleep_range(50, 200);
	}
}

/**
 * strata_nic_cable_pause - stop both directions for a moment
 * @a: one end
 * @b: the other
 *
 * The rings stay, empty. Frames that wait in them are still received, unless
 * nobody fetches them; those that are sent during the pause are lost.
 *
 * Context: process, under RTNL, may sleep.
 * Return: whether the cable was connected, and wants to be resumed.
 */
bool strata_nic_cable_pause(struct strata_nic *a, struct strata_nic *b)
{
	ASSERT_RTNL();
	if (!a->connected)
		return false;
	a->connected = false;
	b->connected = false;
	stop_sender(a);
	stop_sender(b);
	drain(a);
	drain(b);
	stop_receiver(a);
	stop_receiver(b);
	return true;
}

static bool ready(const struct strata_nic *nic)
{
	return netif_running(nic->dev) && !nic->unplugged;
}

/**
 * strata_nic_cable_connect - an end comes up, or has its carrier again
 * @a: the end
 *
 * Starts both directions, if the other end is ready too.
 *
 * Context: process, under RTNL, may sleep.
 * Return: 0, or a negative error with nothing changed.
 */
int strata_nic_cable_connect(struct strata_nic *a)
{
	struct strata_nic *b = strata_nic_peer(a);

	ASSERT_RTNL();
	if (!b)
		return -ENOTCONN;
	if (a->connected || !ready(a) || !ready(b))
		return 0;
	if (make_rings(a, b) || make_rings(b, a)) {
		free_rings(a);
		free_rings(b);
		return -ENOMEM;
	}
	strata_nic_cable_resume(a, b);
	netif_carrier_on(a->dev);
	netif_carrier_on(b->dev);
	return 0;
}

/**
 * strata_nic_cable_cut - one end goes down, or loses its carrier
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
	free_rings(a);
	free_rings(b);
}

/* Puts @ring in the place of the ring of @rx. Frames that wait move over in
 * order; if @ring is too small, the newest are lost. One of the two locks
 * stills the producers, whether they are one or many.
 */
static void swap_ring(struct strata_nic_rx_queue *rx,
		      struct strata_nic_ring *ring)
{
	struct strata_nic_ring *old = rx->ring;
	struct netdev_queue *txq = rx->sender->txq;

	napi_disable(&rx->napi);
	__netif_tx_lock_bh(txq);
	spin_lock(&rx->post);
	strata_nic_ring_move(ring, old);
	purge(rx, old);
	rx->ring = ring;
	spin_unlock(&rx->post);
	__netif_tx_unlock_bh(txq);
	napi_enable(&rx->napi);
	strata_nic_ring_free(old);

	/* What was posted meanwhile could not interrupt, and who was stopped
	 * may find room: the poll wakes it.
	 */
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
	struct strata_nic_ring *ring[STRATA_NIC_QUEUES_MAX];
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

	for (; made < receiver->num_queues; made++) {
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
			swap_ring(&receiver->queue[i].rx, ring[i]);
	}
	if (!err)
		sender->tx_slots = slots;
	return err;
}
