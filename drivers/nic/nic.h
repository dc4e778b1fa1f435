/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STRATA_NIC_H
#define _STRATA_NIC_H

#include <linux/dim.h>
#include <linux/ethtool.h>
#include <linux/hrtimer.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <net/xdp.h>
#include <strata/direct.h>

#include "ring.h"

#define STRATA_NIC_KIND		"strata_nic"
#define STRATA_NIC_VERSION	"1.0"
/* The address filter has 2^n bits. */
#define STRATA_NIC_FILTER_BITS	8
/* Queue pairs of an end. */
#define STRATA_NIC_QUEUES_MAX	16

/*
 * A cable has two ends, each a net_device. Each receive queue has a ring, into
 * which the other end's transmit queues post: the transmit ring of one end is
 * the receive ring of the other, so `ethtool -G s0 tx N` and
 * `ethtool -G s1 rx N` are one request.
 *
 *	s0: tx ---ring---> rx :s1	doorbell: the sender's transmit function
 *	s0: rx <---ring--- tx :s1	interrupt: schedules the receiver's NAPI
 *
 * An end has up to 16 queue pairs, as many as its owner wants. The sender's XPS
 * chooses the transmit queue, the receiver's RSS the receive queue (rss.c), as
 * with two real cards. Without RSS a frame stays in its pair. As long as one
 * transmit queue alone posts into each ring, that queue's lock is the only one
 * taken; where several may, a lock of the ring's own (@post) orders them.
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
 * @dropped: frames lost: malformed, no cable, or ring full without a queueing
 *	discipline
 * @overruns: those of @dropped that found the ring full
 * @stops: times the ring was full and the queue stopped
 * @busy: frames refused because the ring was full though the queue ran
 * @xdp: those of @packets that XDP sent
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
	u64_stats_t xdp;
};

/**
 * struct strata_nic_rx_stats - counters of one receive queue
 * @syncp: lets 32-bit readers see whole values
 * @packets: frames handed to the stack, or to a program
 * @bytes: their bytes, Ethernet header included
 * @refused: frames for which there was no memory; the core counts most of them
 *	in rx_dropped
 * @oversize: frames longer than the MTU
 * @filtered: frames to addresses that the device did not want
 * @multicast: those of @packets that went to groups
 * @interrupts: times the poll was scheduled
 * @polls: runs of the poll function that found frames
 * @gro: frames that went through GRO
 * @direct: frames that were handed at once to who has the device
 * @wakes: times a stopped sender was woken
 * @lost: frames that were in the ring when the cable was cut, or when a smaller
 *	ring took its place
 * @xdp_pass: frames that a program handed on to the stack
 * @xdp_drop: dropped
 * @xdp_tx: sent back
 * @xdp_redirect: sent elsewhere
 * @xdp_aborted: lost, because it failed
 *
 * Written by the queue's NAPI poll, by who has scheduled it and by who has
 * disabled it.
 */
struct strata_nic_rx_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t refused;
	u64_stats_t oversize;
	u64_stats_t filtered;
	u64_stats_t multicast;
	u64_stats_t interrupts;
	u64_stats_t polls;
	u64_stats_t gro;
	u64_stats_t direct;
	u64_stats_t wakes;
	u64_stats_t lost;
	u64_stats_t xdp_pass;
	u64_stats_t xdp_drop;
	u64_stats_t xdp_tx;
	u64_stats_t xdp_redirect;
	u64_stats_t xdp_aborted;
};

struct strata_nic;
struct strata_nic_queue;
struct strata_nic_rss;
struct strata_nic_rx_queue;

/**
 * struct strata_nic_moderation - when a receive queue interrupts
 * @usecs: so long after the first frame; 0: at each frame
 * @frames: or when so many frames wait; 0: whatever waits
 * @adaptive: dim decides both
 */
struct strata_nic_moderation {
	u32 usecs;
	u32 frames;
	bool adaptive;
};

/**
 * struct strata_nic_tx_queue - where frames leave
 * @receiver: the other end's queue of the same pair; NULL while the cable is
 *	not connected; under the lock of @txq
 * @to: the other end; valid, as the next two, while @receiver is not NULL
 * @many: the ring may have other producers: @post of its queue orders them
 * @steered: the other end's RSS chooses the receive queue of each frame
 * @index: number of this queue
 * @txq: the core's part of this queue: lock, stop bits, byte queue limits
 * @completion: orders the polls that complete frames of this queue, if there may
 *	be several
 * @stats: counters
 */
struct strata_nic_tx_queue {
	struct strata_nic_rx_queue *receiver;
	struct strata_nic *to;
	bool many;
	bool steered;
	u16 index;
	struct netdev_queue *txq;
	spinlock_t completion;	/* polls that complete */
	struct strata_nic_tx_stats stats;
};

/**
 * struct strata_nic_rx_queue - where frames arrive
 * @napi: its poll owns everything here while scheduled; enabled while the cable
 *	is connected, and whoever has disabled it (under RTNL) owns it instead
 * @ring: the ring to take from; also read by the producers
 * @sender: the transmit queue that fills @ring, valid while @napi is enabled, as
 *	are the next three
 * @senders: if @many, all queues of the other end, which fill it together; the
 *	frame says which it came from
 * @many: @ring has several producers
 * @numbered: there are several queues: frames are told which one brought them
 * @index: number of this queue
 * @prog: XDP program, NULL if none; replaced under RTNL, read by the poll
 * @pool: pages for what @prog is to see; valid while there is one
 * @xdp_rxq: this queue, as XDP knows it; valid as @pool is
 * @dim: what dim knows of this queue; its poll's
 * @stats: counters
 * @irq_masked: the poll is scheduled or runs and will see what is posted: no
 *	interrupt needed. Set by the producer that schedules it, cleared by the
 *	poll after it completed. In a line of its own: the producer reads it for
 *	each frame.
 * @post: orders the producers if there are several; inside a transmit queue's
 *	lock
 * @stopped: a bit for each transmit queue that was stopped because @ring was
 *	full; set by the producer, cleared by the poll, atomically
 * @moderation: as is valid at the moment; written under RTNL, or by dim's work
 * @timer_armed: bit 0: @timer is running, and will interrupt
 * @timer: the interrupt that was delayed
 */
struct strata_nic_rx_queue {
	struct napi_struct napi;
	struct strata_nic_ring *ring;
	struct strata_nic_tx_queue *sender;
	struct strata_nic_queue *senders;
	bool many;
	bool numbered;
	u16 index;
	struct bpf_prog __rcu *prog;
	struct page_pool *pool;
	struct xdp_rxq_info xdp_rxq;
	struct dim dim;
	struct strata_nic_rx_stats stats;

	bool irq_masked ____cacheline_aligned_in_smp;
	spinlock_t post;	/* producers of @ring */
	unsigned long stopped;
	struct strata_nic_moderation moderation;
	unsigned long timer_armed;
	struct hrtimer timer;
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
 * @queue: array of @max_queues queue pairs; from ndo_init to the device's
 *	destructor
 * @direct: who takes this end's frames at once
 * @num_queues: those in use, which have NAPI and, while the cable is connected,
 *	rings; under RTNL
 * @max_queues: most queue pairs that can be in use
 * @tx_slots: size that transmit rings have or will have; under RTNL
 * @connected: both ends are up and the rings exist; under RTNL
 * @moderation: as the administrator wants it; under RTNL
 * @unplugged: the administrator has taken the carrier away; under RTNL
 * @speed: of the link, as the administrator likes it, the same at both ends
 * @duplex: likewise
 * @filter: addresses that are wanted beside the device's own, a hash's bits
 * @prog: XDP program of all queues, or NULL; under RTNL
 * @rss: how frames are spread over the receive queues; replaced under RTNL, read
 *	by the other end's transmit function under RCU
 * @dev: the net_device
 * @peer: the other end; NULL before the cable is made and once it is being
 *	deleted; written under RTNL, read under RTNL or RCU
 */
struct strata_nic {
	struct strata_nic_queue *queue;
	struct strata_direct direct;
	unsigned int num_queues;
	unsigned int max_queues;
	u32 tx_slots;
	bool connected;
	bool unplugged;
	u32 speed;
	u8 duplex;
	struct strata_nic_moderation moderation;
	DECLARE_BITMAP(filter, 1 << STRATA_NIC_FILTER_BITS);
	struct bpf_prog *prog;
	struct strata_nic_rss __rcu *rss;
	struct net_device *dev;
	struct net_device __rcu *peer;
};

static inline struct strata_nic *strata_nic_peer(const struct strata_nic *nic)
{
	struct net_device *peer = rtnl_dereference(nic->peer);

	return peer ? netdev_priv(peer) : NULL;
}

/* One more of @what in the queue's statistics. Context: the queue's poll. */
static inline void strata_nic_count(struct strata_nic_rx_queue *rx,
				    u64_stats_t *what)
{
	u64_stats_update_begin(&rx->stats.syncp);
	u64_stats_inc(what);
	u64_stats_update_end(&rx->stats.syncp);
}

/* The longest frame that @dev takes, as for the core: with one VLAN tag. */
static inline unsigned int strata_nic_frame_max(const struct net_device *dev)
{
	return READ_ONCE(dev->mtu) + ETH_HLEN + VLAN_HLEN;
}

/* The transmit queue that @skb, which waits in the ring of @rx, came from. */
static inline struct strata_nic_tx_queue *
strata_nic_sender(const struct strata_nic_rx_queue *rx,
		  const struct sk_buff *skb)
{
	if (likely(!rx->many))
		return rx->sender;
	return &rx->senders[skb_get_queue_mapping(skb)].tx;
}

/* cable.c: what takes both ends; all under RTNL, may sleep */
void strata_nic_cable_make(struct strata_nic *a, struct strata_nic *b);
int strata_nic_cable_connect(struct strata_nic *a);
void strata_nic_cable_cut(struct strata_nic *a, struct strata_nic *b);
bool strata_nic_cable_pause(struct strata_nic *a, struct strata_nic *b);
void strata_nic_cable_resume(struct strata_nic *a, struct strata_nic *b);
int strata_nic_cable_resize(struct strata_nic *sender,
			    struct strata_nic *receiver, u32 slots);

/* filter.c */
void strata_nic_set_rx_mode(struct net_device *dev);
bool strata_nic_filter_wants(const struct net_device *dev, const u8 *dest);

/* queue.c */
int strata_nic_queues_init(struct strata_nic *nic);
void strata_nic_queues_uninit(struct strata_nic *nic);
void strata_nic_queues_free(struct strata_nic *nic);
int strata_nic_queues_publish(struct strata_nic *nic);
int strata_nic_queues_change(struct strata_nic *nic, unsigned int num);

/* rss.c */
int strata_nic_rss_init(struct strata_nic *nic);
void strata_nic_rss_spread(struct strata_nic *nic);
bool strata_nic_rss_steers(const struct strata_nic *nic);
struct strata_nic_rx_queue *
strata_nic_rss_choose(const struct strata_nic_tx_queue *tx, const u8 *frame,
		      unsigned int len);
struct strata_nic_rx_queue *
strata_nic_rss_steer(const struct strata_nic_tx_queue *tx, struct sk_buff *skb);

/* irq.c */
void strata_nic_irq_init(struct strata_nic_rx_queue *rx);
void strata_nic_irq_stop(struct strata_nic_rx_queue *rx);
void strata_nic_interrupt(struct strata_nic_rx_queue *rx);
void strata_nic_frames_wait(struct strata_nic_rx_queue *rx,
			    const struct strata_nic_ring *ring);
void strata_nic_irq_adapt(struct strata_nic_rx_queue *rx);
void strata_nic_irq_moderate(struct strata_nic *nic,
			     const struct strata_nic_moderation *wanted);

/* The receiver must see the frames posted, or the interrupt. */
static inline void strata_nic_doorbell(struct strata_nic_rx_queue *rx)
{
	/* Pairs with the barrier in unmask(): either the poll that unmasks
	 * sees the frame, or this sees that the interrupt is unmasked.
	 */
	smp_mb();
	if (READ_ONCE(rx->irq_masked))
		return;
	if (likely(!READ_ONCE(rx->moderation.usecs)))
		strata_nic_interrupt(rx);
	else
		strata_nic_frames_wait(rx, rx->ring);
}

/* tx.c, rx.c */
netdev_tx_t strata_nic_xmit(struct sk_buff *skb, struct net_device *dev);
void strata_nic_tx_completed(struct strata_nic_tx_queue *tx, bool many,
			     unsigned int packets, unsigned int bytes);
struct sk_buff *strata_nic_own(struct strata_nic_rx_queue *rx,
			       struct sk_buff *skb);
int strata_nic_poll(struct napi_struct *napi, int budget);

/* dev.c, ethtool.c, stats.c, link.c */
void strata_nic_setup(struct net_device *dev);
void strata_nic_get_stats64(struct net_device *dev,
			    struct rtnl_link_stats64 *sum);
extern const struct ethtool_ops strata_nic_ethtool_ops;
extern struct rtnl_link_ops strata_nic_link_ops;

#endif /* _STRATA_NIC_H */
