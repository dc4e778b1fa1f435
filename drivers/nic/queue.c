// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queue pairs: their memory, from the registration of the device to its
 * destructor, and their NAPI instances. What makes them move is in cable.c.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "nic.h"

static void queue_init(struct strata_nic *nic, unsigned int i)
{
	struct strata_nic_queue *queue = &nic->queue[i];

	u64_stats_init(&queue->tx.stats.syncp);
	u64_stats_init(&queue->rx.stats.syncp);
	queue->tx.txq = netdev_get_tx_queue(nic->dev, i);
	netif_napi_add(nic->dev, &queue->rx.napi, strata_nic_poll);
}

int strata_nic_queues_init(struct strata_nic *nic)
{
	unsigned int i;

	nic->queue = kvcalloc(nic->num_queues, sizeof(*nic->queue),
			      GFP_KERNEL_ACCOUNT);
	if (!nic->queue)
		return -ENOMEM;
	for (i = 0; i < nic->num_queues; i++)
		queue_init(nic, i);
	return 0;
}

void strata_nic_queues_uninit(struct strata_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++)
		netif_napi_del(&nic->queue[i].rx.napi);
}

void strata_nic_queues_free(struct strata_nic *nic)
{
	kvfree(nic->queue);
}
