// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queue pairs: their memory, from the registration of the device to its
 * destructor; how many are in use; and which CPUs send through which. What
 * makes them move is in cable.c.
 */
#include <linux/cpumask.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "nic.h"
#include "xdp.h"

static void queue_init(struct strata_nic *nic, unsigned int i)
{
	struct strata_nic_queue *queue = &nic->queue[i];

	u64_stats_init(&queue->tx.stats.syncp);
	u64_stats_init(&queue->rx.stats.syncp);
	spin_lock_init(&queue->tx.completion);
	spin_lock_init(&queue->rx.post);
	strata_nic_irq_init(&queue->rx);
	queue->tx.index = i;
	queue->rx.index = i;
	queue->tx.txq = netdev_get_tx_queue(nic->dev, i);
}

static void disuse(struct strata_nic *nic, unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = from; i < to; i++) {
		netif_napi_del(&nic->queue[i].rx.napi);
		strata_nic_xdp_disuse(&nic->queue[i].rx);
		strata_nic_ring_free(nic->queue[i].rx.ring);
		nic->queue[i].rx.ring = NULL;
	}
}

/* The queues from @from to @to come into use; with rings, if the cable is
 * connected.
 */
static int use(struct strata_nic *nic, unsigned int from, unsigned int to)
{
	unsigned int i;
	int err;

	for (i = from; i < to; i++) {
		struct strata_nic_rx_queue *rx = &nic->queue[i].rx;

		netif_napi_add(nic->dev, &rx->napi, strata_nic_poll);
		err = strata_nic_xdp_use(nic, rx);
		if (!err && nic->connected) {
			rx->ring = strata_nic_ring_alloc(strata_nic_peer(nic)->tx_slots);
			err = rx->ring ? 0 : -ENOMEM;
		}
		if (err) {
			disuse(nic, from, i + 1);
			return err;
		}
	}
	return 0;
}

/* As many as the kernel advises to cards with many queues: one for every two
 * processors. More would take the programs' processors for receiving, and each
 * has a ring in memory.
 */
int strata_nic_queues_init(struct strata_nic *nic)
{
	unsigned int i;

	nic->max_queues = min3(nic->dev->num_tx_queues,
			       nic->dev->num_rx_queues,
			       (unsigned int)STRATA_NIC_QUEUES_MAX);
	nic->num_queues = min_t(unsigned int, nic->max_queues,
				netif_get_num_default_rss_queues());
	nic->queue = kvcalloc(nic->max_queues, sizeof(*nic->queue),
			      GFP_KERNEL_ACCOUNT);
	if (!nic->queue)
		return -ENOMEM;
	for (i = 0; i < nic->max_queues; i++)
		queue_init(nic, i);
	return use(nic, 0, nic->num_queues);
}

void strata_nic_queues_uninit(struct strata_nic *nic)
{
	disuse(nic, 0, nic->num_queues);
}

void strata_nic_queues_free(struct strata_nic *nic)
{
	kvfree(nic->queue);
}

/* XPS: the processors take turns, so what a processor sends leaves through one
 * queue, whose lock and memory no other processor wants. Without memory the
 * core chooses by the flow.
 */
static void assign_cpus(struct strata_nic *nic)
{
	cpumask_var_t mask;
	unsigned int i;
	int cpu;

	if (nic->max_queues == 1 || !zalloc_cpumask_var(&mask, GFP_KERNEL))
		return;
	for (i = 0; i < nic->num_queues; i++) {
		cpumask_clear(mask);
		for_each_possible_cpu(cpu) {
			if (cpu % nic->num_queues == i)
				cpumask_set_cpu(cpu, mask);
		}
		netif_set_xps_queue(nic->dev, mask, i);
	}
	free_cpumask_var(mask);
}

/**
 * strata_nic_queues_publish - tell the core how many queues are in use
 * @nic: an end whose device is registered
 *
 * Context: process, under RTNL, may sleep.
 * Return: 0 or a negative error, then without a change.
 */
int strata_nic_queues_publish(struct strata_nic *nic)
{
	int err;

	err = netif_set_real_num_queues(nic->dev, nic->num_queues,
					nic->num_queues);
	if (err)
		return err;
	strata_nic_rss_spread(nic);
	assign_cpus(nic);
	return 0;
}

/**
 * strata_nic_queues_change - use another number of queue pairs
 * @nic: one end of a cable
 * @num: from 1 to @nic->max_queues
 *
 * Context: process, under RTNL, may sleep. Traffic goes on after a pause.
 * Return: 0, or a negative error with nothing changed.
 */
int strata_nic_queues_change(struct strata_nic *nic, unsigned int num)
{
	struct strata_nic *peer = strata_nic_peer(nic);
	unsigned int old = nic->num_queues;
	bool paused;
	int err;

	if (!peer)
		return -ENOTCONN;
	err = use(nic, old, num);
	if (err)
		return err;

	paused = strata_nic_cable_pause(nic, peer);
	nic->num_queues = num;
	err = strata_nic_queues_publish(nic);
	if (err)
		nic->num_queues = old;
	if (paused)
		strata_nic_cable_resume(nic, peer);
	disuse(nic, nic->num_queues, max(old, num));
	return err;
}
