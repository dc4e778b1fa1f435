/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STRATA_NIC_H
#define _STRATA_NIC_H

#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/u64_stats_sync.h>

#include "ring.h"

#define STRATA_NIC_KIND		"strata_nic"
#define STRATA_NIC_VERSION	"1.0"

/*
 * A cable has two ends, each a net_device. One ring carries the frames of each
 * queue in each direction: the transmit ring of one end is the receive ring of
 * the other, so `ethtool -G s0 tx N` and `ethtool -G s1 rx N` are one request.
 *
 *	s0: tx ---ring---> rx :s1	doorbell: the sender's transmit function
 *	s0: rx <---ring--- tx :s1	interrupt: schedules the receiver's NAPI
 *
 * The cable is connected while both ends are up. Only then do rings exist, NAPI
 * run and carriers stand; see cable.c, which alone changes that, under RTNL.
 *
 * An skb stays charged to its sender while it waits in the ring and until the
 * receiver's GRO or network layer orphans it, so TCP small queues and SO_SNDBUF
 * see through the cable to what really became of a frame. Byte queue limits end
 * at the poll that takes the frame: that is this NIC's transmit completion.
 */

/**
 * struct strata_nic_tx_stats - counters of one transmit queue
 * @syncp: lets 32-bit readers see whole values
 * @packets: frames posted
 * @bytes: their bytes, Ethernet header included
 * @dropped: frames lost: malformed, no cable, ring full without a queueing
 *	discipline, or in the ring when the cable was cut
 * @overruns: those of @dropped that found the ring full
 * @stops: times the ring was full and the queue stopped
 * @busy: frames refused because the ring was full though the queue ran
 *
 * Written under the transmit queue's lock.
 */
struct strata_nic_tx_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t dropped;
	u64_stats_t overruns;
	u64_stats_t stops;
	u64_stats_t busy;
};

/**
 * struct strata_nic_rx_stats - counters of one receive queue
 * @syncp: lets 32-bit readers see whole values
 * @packets: frames handed to the stack
 * @bytes: their bytes, Ethernet header included
 * @refused: frames longer than the MTU, or out of memory to copy user pages;
 *	the core counts them in rx_dropped
 * @polls: runs of the poll function
 * @gro: frames that went through GRO
 * @wakes: times a stopped sender was woken
 *
 * Written by the queue's NAPI poll.
 */
struct strata_nic_rx_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t refused;
	u64_stats_t polls;
	u64_stats_t gro;
	u64_stats_t wakes;
};

struct strata_nic_rx_queue;

/**
 * struct strata_nic_tx_queue - the producer's end of one ring
 * @ring: NULL while the cable is not connected; under the lock of @txq
 * @receiver: the queue of the other end that takes from @ring; set once, valid
 *	while @ring is not NULL
 * @txq: the core's part of this queue: lock, stop bits, byte queue limits
 * @stats: counters
 */
struct strata_nic_tx_queue {
	struct strata_nic_ring *ring;
	struct strata_nic_rx_queue *receiver;
	struct netdev_queue *txq;
	struct strata_nic_tx_stats stats;
};

/**
 * struct strata_nic_rx_queue - the consumer's end of one ring
 * @napi: its poll owns everything here while scheduled; enabled while the cable
 *	is connected, and whoever has disabled it (under RTNL) owns it instead
 * @ring: the ring to take from
 * @sender: the other end's core queue that fills @ring, to complete and wake;
 *	valid while @napi is enabled
 * @stats: counters
 * @irq_masked: the poll is scheduled or runs and will see what is posted: no
 *	interrupt needed. Set by the producer that schedules it, cleared by the
 *	poll after it completed. In a line of its own: the producer reads it for
 *	each frame.
 */
struct strata_nic_rx_queue {
	struct napi_struct napi;
	struct strata_nic_ring *ring;
	struct netdev_queue *sender;
	struct strata_nic_rx_stats stats;

	bool irq_masked ____cacheline_aligned_in_smp;
};

/**
 * struct strata_nic_queue - a queue pair
 * @tx: towards the other end
 * @rx: from the other end
 */
struct strata_nic_queue {
	struct strata_nic_tx_queue tx ____cacheline_aligned_in_smp;
	struct strata_nic_rx_queue rx ____cacheline_aligned_in_smp;
};

/**
 * struct strata_nic - one end of a cable, private part of its net_device
 * @queue: array of @num_queues queue pairs; from ndo_init to the device's
 *	destructor
 * @num_queues: the same at both ends
 * @tx_slots: size that transmit rings have or will have; under RTNL
 * @connected: both ends are up and the rings exist; under RTNL
 * @dev: the net_device
 * @peer: the other end; NULL before the cable is made and once it is being
 *	deleted; written under RTNL, read under RTNL or RCU
 */
struct strata_nic {
	struct strata_nic_queue *queue;
	unsigned int num_queues;
	u32 tx_slots;
	bool connected;
	struct net_device *dev;
	struct net_device __rcu *peer;
};

static inline struct strata_nic *strata_nic_peer(const struct strata_nic *nic)
{
	struct net_device *peer = rtnl_dereference(nic->peer);

	return peer ? netdev_priv(peer) : NULL;
}

/* cable.c: what takes both ends; all under RTNL, may sleep */
void strata_nic_cable_make(struct strata_nic *a, struct strata_nic *b);
int strata_nic_cable_connect(struct strata_nic *a, struct strata_nic *b);
void strata_nic_cable_cut(struct strata_nic *a, struct strata_nic *b);
int strata_nic_cable_resize(struct strata_nic *sender,
			    struct strata_nic *receiver, u32 slots);

/* queue.c */
int strata_nic_queues_init(struct strata_nic *nic);
void strata_nic_queues_uninit(struct strata_nic *nic);
void strata_nic_queues_free(struct strata_nic *nic);

/* tx.c, rx.c */
netdev_tx_t strata_nic_xmit(struct sk_buff *skb, struct net_device *dev);
void strata_nic_tx_lost(struct strata_nic_tx_queue *tx, unsigned int packets);
void strata_nic_interrupt(struct strata_nic_rx_queue *rx);
int strata_nic_poll(struct napi_struct *napi, int budget);

/* dev.c, ethtool.c, stats.c, link.c */
void strata_nic_setup(struct net_device *dev);
void strata_nic_get_stats64(struct net_device *dev,
			    struct rtnl_link_stats64 *sum);
int strata_nic_get_sset_count(struct net_device *dev, int set);
void strata_nic_get_strings(struct net_device *dev, u32 set, u8 *text);
void strata_nic_get_ethtool_stats(struct net_device *dev,
				  struct ethtool_stats *stats, u64 *data);
extern const struct ethtool_ops strata_nic_ethtool_ops;
extern struct rtnl_link_ops strata_nic_link_ops;

#endif /* _STRATA_NIC_H */
