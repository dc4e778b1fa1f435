// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters: the sum for `ip -s link`, and each queue's for `ethtool -S`.
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "ethtool.h"
#include "nic.h"

/**
 * struct counter - a counter of a queue
 * @name: as `ethtool -S` prints it, behind the queue's number
 * @offset: where in struct strata_nic_tx_stats or strata_nic_rx_stats
 */
struct counter {
	const char *name;
	size_t offset;
};

#define TX_COUNTER(member) \
	{ #member, offsetof(struct strata_nic_tx_stats, member) }
#define RX_COUNTER(member) \
	{ #member, offsetof(struct strata_nic_rx_stats, member) }

static const struct counter tx_counters[] = {
	TX_COUNTER(packets),
	TX_COUNTER(bytes),
	TX_COUNTER(dropped),
	TX_COUNTER(overruns),
	TX_COUNTER(stops),
	TX_COUNTER(busy),
	TX_COUNTER(xdp),
};

static const struct counter rx_counters[] = {
	RX_COUNTER(packets),
	RX_COUNTER(bytes),
	RX_COUNTER(refused),
	RX_COUNTER(oversize),
	RX_COUNTER(filtered),
	RX_COUNTER(multicast),
	RX_COUNTER(interrupts),
	RX_COUNTER(polls),
	RX_COUNTER(gro),
	RX_COUNTER(direct),
	RX_COUNTER(wakes),
	RX_COUNTER(lost),
	RX_COUNTER(xdp_pass),
	RX_COUNTER(xdp_drop),
	RX_COUNTER(xdp_tx),
	RX_COUNTER(xdp_redirect),
	RX_COUNTER(xdp_aborted),
};

/* Before the queues' counters: which device is at the other end. */
#define NUM_GLOBAL	1

static u64 *read_counters(u64 *data, const void *stats,
			  const struct u64_stats_sync *syncp,
			  const struct counter *counter, size_t n)
{
	unsigned int start;
	size_t i;

	do {
		start = u64_stats_fetch_begin(syncp);
		for (i = 0; i < n; i++)
			data[i] = u64_stats_read(stats + counter[i].offset);
	} while (u64_stats_fetch_retry(syncp, start));
	return data + n;
}

static u64 *read_tx(u64 *data, const struct strata_nic_tx_stats *stats)
{
	return read_counters(data, stats, &stats->syncp, tx_counters,
			     ARRAY_SIZE(tx_counters));
}

static u64 *read_rx(u64 *data, const struct strata_nic_rx_stats *stats)
{
	return read_counters(data, stats, &stats->syncp, rx_counters,
			     ARRAY_SIZE(rx_counters));
}

int strata_nic_get_sset_count(struct net_device *dev, int set)
{
	const struct strata_nic *nic = netdev_priv(dev);

	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return NUM_GLOBAL + nic->num_queues * (ARRAY_SIZE(tx_counters) +
					       ARRAY_SIZE(rx_counters));
}

void strata_nic_get_strings(struct net_device *dev, u32 set, u8 *text)
{
	const struct strata_nic *nic = netdev_priv(dev);
	unsigned int queue;
	size_t i;

	if (set != ETH_SS_STATS)
		return;
	ethtool_sprintf(&text, "peer_ifindex");
	for (queue = 0; queue < nic->num_queues; queue++) {
		for (i = 0; i < ARRAY_SIZE(tx_counters); i++)
			ethtool_sprintf(&text, "tx_queue_%u_%s", queue,
					tx_counters[i].name);
		for (i = 0; i < ARRAY_SIZE(rx_counters); i++)
			ethtool_sprintf(&text, "rx_queue_%u_%s", queue,
					rx_counters[i].name);
	}
}

void strata_nic_get_ethtool_stats(struct net_device *dev,
				  struct ethtool_stats *stats, u64 *data)
{
	const struct strata_nic *nic = netdev_priv(dev);
	const struct strata_nic *peer = strata_nic_peer(nic);
	unsigned int i;

	*data++ = peer ? peer->dev->ifindex : 0;
	for (i = 0; i < nic->num_queues; i++) {
		data = read_tx(data, &nic->queue[i].tx.stats);
		data = read_rx(data, &nic->queue[i].rx.stats);
	}
}

static void add_tx(struct rtnl_link_stats64 *sum,
		   const struct strata_nic_tx_stats *stats)
{
	u64 packets, bytes, dropped;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		packets = u64_stats_read(&stats->packets);
		bytes = u64_stats_read(&stats->bytes);
		dropped = u64_stats_read(&stats->dropped);
	} while (u64_stats_fetch_retry(&stats->syncp, start));
	sum->tx_packets += packets;
	sum->tx_bytes += bytes;
	sum->tx_dropped += dropped;
}

static void add_rx(struct rtnl_link_stats64 *sum,
		   const struct strata_nic_rx_stats *stats)
{
	u64 packets, bytes, multicast, oversize, lost;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		packets = u64_stats_read(&stats->packets);
		bytes = u64_stats_read(&stats->bytes);
		multicast = u64_stats_read(&stats->multicast);
		oversize = u64_stats_read(&stats->oversize);
		lost = u64_stats_read(&stats->lost);
	} while (u64_stats_fetch_retry(&stats->syncp, start));
	sum->rx_packets += packets;
	sum->rx_bytes += bytes;
	sum->multicast += multicast;
	sum->rx_over_errors += oversize;
	sum->rx_errors += oversize;
	sum->rx_missed_errors += lost;
}

/* Frames that were sent to this end and found its ring full. */
static u64 overruns(const struct strata_nic_tx_stats *stats)
{
	unsigned int start;
	u64 n;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		n = u64_stats_read(&stats->overruns);
	} while (u64_stats_fetch_retry(&stats->syncp, start));
	return n;
}

/* ndo_get_stats64, as cards count: rx_missed_errors did not find room in the ring,
 * or were not fetched from it; rx_over_errors did not fit into the MTU; the core
 * adds rx_dropped. A full ring is both ends': the sender calls it tx_dropped.
 * Called under RTNL or RCU, so the other end stays for as long.
 */
void strata_nic_get_stats64(struct net_device *dev,
			    struct rtnl_link_stats64 *sum)
{
	const struct strata_nic *nic = netdev_priv(dev);
	const struct net_device *peer;
	const struct strata_nic *sender;
	unsigned int i;

	for (i = 0; i < nic->max_queues; i++) {
		add_tx(sum, &nic->queue[i].tx.stats);
		add_rx(sum, &nic->queue[i].rx.stats);
	}
	rcu_read_lock();
	peer = rcu_dereference(nic->peer);
	sender = peer ? netdev_priv(peer) : NULL;
	for (i = 0; sender && i < sender->max_queues; i++)
		sum->rx_missed_errors += overruns(&sender->queue[i].tx.stats);
	rcu_read_unlock();
}
