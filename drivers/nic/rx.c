// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive: the interrupt (irq.c) schedules NAPI, the poll takes frames off the ring,
 * makes them frames of this device (and of its namespace), hands them up, and
 * completes them for the sender.
 *
 * Frames that GRO could merge go through GRO. Most on a virtual cable cannot
 * gain: a local sender with TSO hands over what is one buffer already, and the
 * search for a partner would only cost. Those go up at once, in one list; to who has
 * the device itself, if nothing of the kernel's stands between (strata/direct.h).
 */
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/busy_poll.h>
#include <net/sock.h>
#include <strata/netdev.h>

#include "nic.h"
#include "xdp.h"

/* A sender stopped by a full ring is woken when 1/2^n of the ring is free. */
#define WAKE_SHIFT	2

/* Switched on, all of these are what happens anyway. */
#define RX_OFFLOADS	(NETIF_F_RXCSUM | NETIF_F_HW_VLAN_CTAG_RX | \
			 NETIF_F_HW_VLAN_STAG_RX)

/**
 * struct rx_batch - what one poll takes
 * @frames: frames to go up without GRO, in order
 * @packets: frames that go up
 * @bytes: their bytes
 * @gro: those that went through GRO
 * @direct: who takes frames at once; NULL: the core does
 * @sender: queue that the last frames taken came from
 * @completed: those of them that @sender's byte queue limits know of
 * @accounted: their bytes
 * @singly: frames go up one by one instead
 */
struct rx_batch {
	struct list_head frames;
	unsigned int packets;
	unsigned int bytes;
	unsigned int gro;
	const struct strata_direct_ops *direct;
	struct strata_nic_tx_queue *sender;
	unsigned int completed;
	unsigned int accounted;
	bool singly;
};

/* Where a TCP segment has its header, the network header being at skb->data; 0: it is
 * none, or GRO would not look at it.
 */
static unsigned int tcp_offset(const struct sk_buff *skb)
{
	const struct iphdr *ip4 = (const void *)skb->data;
	const struct ipv6hdr *ip6 = (const void *)skb->data;

	if (skb->protocol == htons(ETH_P_IP) && skb_headlen(skb) >= sizeof(*ip4) &&
	    ip4->protocol == IPPROTO_TCP)
		return ip4->ihl * 4;
	if (skb->protocol == htons(ETH_P_IPV6) && skb_headlen(skb) >= sizeof(*ip6) &&
	    ip6->nexthdr == IPPROTO_TCP)
		return sizeof(*ip6);
	return 0;
}

/* GRO joins data: it has nothing to do with what only acknowledges some. */
static bool has_tcp_data(const struct sk_buff *skb)
{
	unsigned int offset = tcp_offset(skb);
	const struct tcphdr *th = (const void *)(skb->data + offset);

	return offset && skb_headlen(skb) >= offset + sizeof(*th) &&
	       skb->len > offset + th->doff * 4;
}

/* Whether GRO could gain by @skb, which has arrived. */
static bool may_merge(const struct strata_nic_rx_queue *rx,
		      const struct sk_buff *skb)
{
	netdev_features_t asked = rx->napi.dev->features &
				  (NETIF_F_GRO_FRAGLIST | NETIF_F_GRO_UDP_FWD);

	if (skb_is_gso(skb))
		return false;
	/* A local sender with TSO has joined what it had to send, unless it is
	 * datagrams, which are merged only for those who asked.
	 */
	if (skb->sk && rx->sender->txq->dev->features & NETIF_F_ALL_TSO)
		return asked && skb->destructor == sock_wfree;
	/* The segments were made far away, or the sender had to make them. */
	return asked || has_tcp_data(skb);
}

/* GRO moves fragments from frame to frame, so they must be this frame's alone.
 * What local TCP sends is a clone that shares them with its retransmit queue,
 * and a flooding bridge sends clones too. The memory of what is merged moves as
 * well, so a frame that is still charged to its sender must not meet one that
 * is not (a copy that the sender's queueing discipline made, say).
 */
static bool may_take_apart(struct sk_buff *skb)
{
	skb_prepare_for_gro(skb);
	return !skb_unclone(skb, GFP_ATOMIC);
}

/* What the sender knows of the checksum is not to be used: the stack looks
 * itself. A frame of joined segments has none of its own.
 */
static int forget_checksum(struct sk_buff *skb)
{
	if (skb_is_gso(skb))
		return 0;
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_csum_hwoffload_help(skb, 0))
		return -ENOMEM;
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

static netdev_features_t tag_feature(const struct sk_buff *skb)
{
	return skb->vlan_proto == htons(ETH_P_8021AD) ?
	       NETIF_F_HW_VLAN_STAG_RX : NETIF_F_HW_VLAN_CTAG_RX;
}

/* Undoes what the device is told not to do: checksums and tags are again as they
 * would be on a wire. Answers NULL, @skb freed, without memory.
 */
static noinline struct sk_buff *undo_offloads(struct sk_buff *skb,
					      netdev_features_t features)
{
	if (!(features & NETIF_F_RXCSUM) && forget_checksum(skb)) {
		kfree_skb(skb);
		return NULL;
	}
	if (skb_vlan_tag_present(skb) && !(features & tag_feature(skb)))
		return __vlan_hwaccel_push_inside(skb);
	return skb;
}

/* @skb, whose Ethernet header is pulled, is for a group or for another station. */
static noinline bool wanted(struct strata_nic_rx_queue *rx,
			    const struct sk_buff *skb)
{
	if (!strata_nic_filter_wants(rx->napi.dev, eth_hdr(skb)->h_dest)) {
		strata_nic_count(rx, &rx->stats.filtered);
		return false;
	}
	if (skb->pkt_type == PACKET_MULTICAST)
		strata_nic_count(rx, &rx->stats.multicast);
	return true;
}

/**
 * strata_nic_own - make a frame that was taken off the ring this end's alone
 * @rx: the ring's queue
 * @skb: the frame; owned afterwards
 *
 * A sender may keep a frame to send it again (IFF_TX_SKB_SHARING), as the packet
 * generator does. Then a clone arrives, unless the sender has let go of it.
 *
 * Context: the queue's poll. Return: the frame, NULL without memory.
 */
struct sk_buff *strata_nic_own(struct strata_nic_rx_queue *rx,
			       struct sk_buff *skb)
{
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb))
		strata_nic_count(rx, &rx->stats.refused);
	return skb;
}

/* Makes @skb, this end's alone, a frame that arrived at this device: user pages copied, length and
 * destination checked, what belongs to the sender's side (and namespace)
 * scrubbed, Ethernet header pulled. Checksum state, GSO and VLAN tag stay as they
 * are, unless ethtool -K says otherwise. Answers the frame, or NULL if there is
 * none any more.
 */
static struct sk_buff *arrive(struct strata_nic_rx_queue *rx,
			      struct sk_buff *skb)
{
	struct net_device *dev = rx->napi.dev;
	netdev_features_t features = dev->features;

	if (unlikely(skb->len > strata_nic_frame_max(dev) &&
		     !skb_is_gso(skb))) {
		strata_nic_count(rx, &rx->stats.oversize);
		kfree_skb(skb);
		return NULL;
	}
	if (unlikely((features & RX_OFFLOADS) != RX_OFFLOADS)) {
		skb = undo_offloads(skb, features);
		if (!skb)
			goto refused;
	}
	if (unlikely(____dev_forward_skb(dev, skb, false)))
		goto refused;
	if (rx->numbered)
		skb_record_rx_queue(skb, rx->index);
	skb->protocol = eth_type_trans(skb, dev);
	skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
	if (likely(skb->pkt_type == PACKET_HOST))
		return skb;
	/* The usual frame of a bridge's port. */
	if (skb->pkt_type == PACKET_OTHERHOST &&
	    READ_ONCE(dev->flags) & IFF_PROMISC)
		return skb;
	if (wanted(rx, skb))
		return skb;
	kfree_skb(skb);
	return NULL;

refused:
	strata_nic_count(rx, &rx->stats.refused);
	return NULL;
}

/* One poll more, and what it found. */
static void count(struct strata_nic_rx_queue *rx, unsigned int packets,
		  unsigned int bytes, unsigned int gro, unsigned int direct)
{
	u64_stats_update_begin(&rx->stats.syncp);
	u64_stats_inc(&rx->stats.polls);
	u64_stats_add(&rx->stats.packets, packets);
	u64_stats_add(&rx->stats.bytes, bytes);
	u64_stats_add(&rx->stats.gro, gro);
	u64_stats_add(&rx->stats.direct, direct);
	u64_stats_update_end(&rx->stats.syncp);
}

/* Senders wait because the ring was full, and may go on. */
static void wake(struct strata_nic_rx_queue *rx)
{
	u32 size = strata_nic_ring_size(rx->ring);
	struct netdev_queue *first = netdev_get_tx_queue(rx->sender->txq->dev, 0);
	unsigned int i;

	if (size - strata_nic_ring_waiting(rx->ring) < size >> WAKE_SHIFT)
		return;
	for (i = 0; i < STRATA_NIC_QUEUES_MAX; i++) {
		if (test_and_clear_bit(i, &rx->stopped))
			netif_tx_wake_queue(first + i);
	}
	u64_stats_update_begin(&rx->stats.syncp);
	u64_stats_inc(&rx->stats.wakes);
	u64_stats_update_end(&rx->stats.syncp);
}

/* Gives the slots back and lets the senders go on. */
static void make_room(struct strata_nic_rx_queue *rx, u32 taken)
{
	strata_nic_ring_take_done(rx->ring, taken);
	/* Pairs with the barrier in stop(). */
	smp_mb();
	if (unlikely(READ_ONCE(rx->stopped)))
		wake(rx);
}

/* Tells the sender of a run of frames that they are out of the ring. */
static void complete_run(struct strata_nic_rx_queue *rx,
			 struct rx_batch *batch)
{
	if (batch->completed)
		strata_nic_tx_completed(batch->sender, rx->many,
					batch->completed, batch->accounted);
	batch->completed = 0;
	batch->accounted = 0;
}

static void account(struct strata_nic_rx_queue *rx, struct rx_batch *batch,
		    const struct sk_buff *skb)
{
	struct strata_nic_tx_queue *sender = strata_nic_sender(rx, skb);

	if (sender != batch->sender) {
		complete_run(rx, batch);
		batch->sender = sender;
	}
	batch->completed++;
	batch->accounted += skb->len;
}

/* Who takes frames at once, if nothing stands between; else NULL. Context: RCU. */
static const struct strata_direct_ops *
direct_receiver(const struct strata_nic_rx_queue *rx)
{
	struct net_device *dev = rx->napi.dev;
	const struct strata_nic *nic = netdev_priv(dev);
	const struct strata_direct_ops *ops = rcu_dereference(nic->direct.ops);

	return ops && !strata_netdev_has_ingress(dev) ? ops : NULL;
}

/* Hands up what has been gathered. */
static void hand_up(struct strata_nic_rx_queue *rx, struct rx_batch *batch)
{
	if (list_empty(&batch->frames))
		return;
	if (batch->direct)
		batch->direct->rcv_list(rx->napi.dev, &batch->frames);
	else
		netif_receive_skb_list(&batch->frames);
	INIT_LIST_HEAD(&batch->frames);
}

/* GRO hands on when it likes to: what came before goes up first. */
static void merge(struct strata_nic_rx_queue *rx, struct rx_batch *batch,
		  struct sk_buff *skb)
{
	if (!batch->gro++)
		hand_up(rx, batch);
	napi_gro_receive(&rx->napi, skb);
}

/* Who sent @frame was a program: its segments have not been joined. */
static void take_frame(struct strata_nic_rx_queue *rx, struct rx_batch *batch,
		       struct xdp_frame *frame)
{
	unsigned int len = xdp_get_frame_len(frame);
	struct sk_buff *skb = strata_nic_xdp_arrive(rx, frame);

	if (unlikely(!skb))
		return;
	batch->packets++;
	batch->bytes += len;
	merge(rx, batch, skb);
}

static void take(struct strata_nic_rx_queue *rx, struct rx_batch *batch,
		 unsigned long desc)
{
	struct sk_buff *skb = strata_nic_desc_skb(desc);
	unsigned int len;

	if (unlikely(strata_nic_desc_is_frame(desc))) {
		take_frame(rx, batch, strata_nic_desc_frame(desc));
		return;
	}
	len = skb->len;
	if (strata_nic_desc_accounted(desc))
		account(rx, batch, skb);
	skb = strata_nic_own(rx, skb);
	if (unlikely(!skb))
		return;
	skb = arrive(rx, skb);
	if (!skb)
		return;
	batch->packets++;
	batch->bytes += len;
	/* GRO hands on at the end of the poll: what comes after must not overtake. */
	if ((batch->gro || may_merge(rx, skb)) && may_take_apart(skb)) {
		merge(rx, batch, skb);
		return;
	}
	skb_mark_napi_id(skb, &rx->napi);
	if (!batch->singly)
		list_add_tail(&skb->list, &batch->frames);
	else if (batch->direct)
		batch->direct->rcv(skb);
	else
		netif_receive_skb(skb);
}

/* A device of which this is a port, a bridge say, takes frames one by one, so a
 * list would only cost. Who has a handler and is no device above takes lists.
 */
static bool is_port(const struct net_device *dev)
{
	return rcu_access_pointer(dev->rx_handler) &&
	       !list_empty(&dev->adj_list.upper);
}

/* Not inlined: its stack frame would burden the polls that take one frame. */
static noinline void receive_many(struct strata_nic_rx_queue *rx, u32 waiting)
{
	unsigned long next = strata_nic_ring_peek(rx->ring, 0);
	struct rx_batch batch = {};
	u32 i;

	rcu_read_lock();
	INIT_LIST_HEAD(&batch.frames);
	batch.direct = direct_receiver(rx);
	batch.singly = batch.direct ? !batch.direct->rcv_list :
				      is_port(rx->napi.dev);
	for (i = 1; i <= waiting; i++) {
		unsigned long desc = next;

		if (i < waiting) {
			next = strata_nic_ring_peek(rx->ring, i);
			prefetch(strata_nic_desc_skb(next));
			prefetch(&strata_nic_desc_skb(next)->len);
		}
		take(rx, &batch, desc);
	}
	complete_run(rx, &batch);
	make_room(rx, waiting);
	count(rx, batch.packets, batch.bytes, batch.gro,
	      batch.direct ? batch.packets - batch.gro : 0);
	hand_up(rx, &batch);
	rcu_read_unlock();
}

/* Hands up the only frame of a poll. */
static void hand_up_one(struct strata_nic_rx_queue *rx, struct sk_buff *skb,
			unsigned int len)
{
	const struct strata_direct_ops *direct;

	if (may_merge(rx, skb) && may_take_apart(skb)) {
		count(rx, 1, len, 1, 0);
		napi_gro_receive(&rx->napi, skb);
		return;
	}
	rcu_read_lock();
	direct = direct_receiver(rx);
	count(rx, 1, len, 0, !!direct);
	skb_mark_napi_id(skb, &rx->napi);
	if (direct)
		direct->rcv(skb);
	else
		netif_receive_skb(skb);
	rcu_read_unlock();
}

/* Takes the only frame that waits: half of all polls, when programs take turns.
 * It goes up without the cost of a list.
 */
static void receive_one(struct strata_nic_rx_queue *rx)
{
	unsigned long desc = strata_nic_ring_peek(rx->ring, 0);
	struct sk_buff *skb = strata_nic_desc_skb(desc);
	unsigned int len;

	if (unlikely(strata_nic_desc_is_frame(desc))) {
		receive_many(rx, 1);
		return;
	}
	len = skb->len;
	if (strata_nic_desc_accounted(desc))
		strata_nic_tx_completed(strata_nic_sender(rx, skb), rx->many,
					1, len);
	skb = strata_nic_own(rx, skb);
	if (likely(skb))
		skb = arrive(rx, skb);
	make_room(rx, 1);
	if (likely(skb))
		hand_up_one(rx, skb, len);
}

/* Shows each frame to the program, and hands on what it lets pass. */
static noinline void receive_by_program(struct strata_nic_rx_queue *rx,
					struct bpf_prog *prog, u32 waiting)
{
	struct strata_nic_xdp_batch decided = {};
	struct rx_batch batch = {};
	u32 i;

	/* Frames cross the cable with their memory, so what is freed here may
	 * belong to a page pool whose own poll runs on another CPU.
	 */
	xdp_set_return_frame_no_direct();
	for (i = 0; i < waiting; i++) {
		unsigned long desc = strata_nic_ring_peek(rx->ring, i);
		struct sk_buff *skb = strata_nic_desc_skb(desc);
		unsigned int len;

		if (strata_nic_desc_is_frame(desc))
			len = xdp_get_frame_len(strata_nic_desc_frame(desc));
		else
			len = skb->len;
		if (strata_nic_desc_accounted(desc))
			account(rx, &batch, skb);
		skb = strata_nic_xdp_run(rx, prog, desc, &decided);
		if (IS_ERR(skb))
			continue;
		batch.packets++;
		batch.bytes += len;
		if (!skb)
			continue;
		batch.gro++;
		napi_gro_receive(&rx->napi, skb);
	}
	strata_nic_xdp_flush(rx, &decided);
	xdp_clear_return_frame_no_direct();
	complete_run(rx, &batch);
	make_room(rx, waiting);
	count(rx, batch.packets, batch.bytes, batch.gro, 0);
}

/* The poll has completed and owns the queue no more; @ring may be replaced
 * meanwhile and is only looked at, which RCU allows.
 */
static void unmask(struct strata_nic_rx_queue *rx,
		   const struct strata_nic_ring *ring)
{
	WRITE_ONCE(rx->irq_masked, false);
	/* Pairs with the barrier in ring_doorbell(). */
	smp_mb();
	if (unlikely(strata_nic_ring_waiting(ring)))
		strata_nic_frames_wait(rx, ring);
}

/**
 * strata_nic_poll - NAPI poll
 * @napi: of the receive queue
 * @budget: at most so many frames; 0 from netpoll, which wants no frames
 *
 * Context: softirqs off.
 * Return: frames taken; @budget says there may be more.
 */
int strata_nic_poll(struct napi_struct *napi, int budget)
{
	struct strata_nic_rx_queue *rx =
		container_of(napi, struct strata_nic_rx_queue, napi);
	struct bpf_prog *prog = rcu_dereference_bh(rx->prog);
	struct strata_nic_ring *ring = rx->ring;
	int waiting;

	if (unlikely(budget <= 0))
		return 0;

	waiting = min_t(u32, strata_nic_ring_waiting(ring), budget);
	if (unlikely(prog && waiting))
		receive_by_program(rx, prog, waiting);
	else if (waiting == 1)
		receive_one(rx);
	else if (likely(waiting))
		receive_many(rx, waiting);
	else
		make_room(rx, 0);

	if (waiting == budget)
		return budget;
	if (unlikely(rx->moderation.adaptive))
		strata_nic_irq_adapt(rx);
	if (napi_complete_done(napi, waiting))
		unmask(rx, ring);
	return waiting;
}
