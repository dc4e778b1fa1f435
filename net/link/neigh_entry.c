// SPDX-License-Identifier: GPL-2.0
/*
 * One neighbour entry: its life, its L2 header, sending with it.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <strata/packet.h>
#include <strata/visibility.h>
#include "neigh_entry.h"
#include "xmit.h"

/* The header's place in strata_neigh.header: its end is the end. */
#define ETH_HEADER_OFFSET	(STRATA_NEIGH_HEADER_BYTES - ETH_HLEN)

/**
 * strata_neigh_alloc() - an entry that is in no table yet
 * @link: output link; gets a reference
 * @addr: next hop
 * @ops: how to ask
 *
 * Context: any. Return: owned by the caller, NULL if out of memory.
 */
struct strata_neigh *strata_neigh_alloc(struct strata_link *link,
					const struct in6_addr *addr,
					const struct strata_neigh_ops *ops)
{
	struct net_device *dev = link->dev;
	struct strata_neigh *neigh;

	neigh = kzalloc(sizeof(*neigh), GFP_ATOMIC | __GFP_NOWARN);
	if (!neigh)
		return NULL;
	strata_link_hold(link);
	neigh->link = link;
	neigh->addr = *addr;
	neigh->ops = ops;
	neigh->used = jiffies;
	neigh->confirmed = jiffies;
	neigh->expires = jiffies + STRATA_NEIGH_KEEP_JIFFIES;
	spin_lock_init(&neigh->lock);
	seqcount_spinlock_init(&neigh->seq, &neigh->lock);
	timer_setup(&neigh->timer, strata_neigh_timer, 0);
	__skb_queue_head_init(&neigh->queue);
	refcount_set(&neigh->refcnt, 1);
	if (dev->header_ops && dev->header_ops->create == eth_header)
		neigh->header_len = ETH_HLEN;
	return neigh;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_alloc);

/**
 * strata_neigh_hold() - keep an entry
 * @neigh: the entry, borrowed
 *
 * Context: RCU read side of the one who found it, or a reference is held.
 */
void strata_neigh_hold(struct strata_neigh *neigh)
{
	refcount_inc(&neigh->refcnt);
}
EXPORT_SYMBOL_GPL(strata_neigh_hold);

/**
 * strata_neigh_put() - let go of an entry
 * @neigh: the entry
 *
 * Context: any.
 */
void strata_neigh_put(struct strata_neigh *neigh)
{
	if (!refcount_dec_and_test(&neigh->refcnt))
		return;
	strata_link_put(neigh->link);
	kfree_rcu(neigh, rcu);
}
EXPORT_SYMBOL_GPL(strata_neigh_put);

static void neigh_build_eth(struct strata_neigh *neigh)
{
	struct ethhdr *eth = (void *)&neigh->header[ETH_HEADER_OFFSET];

	ether_addr_copy(eth->h_dest, neigh->lladdr);
	ether_addr_copy(eth->h_source, neigh->link->dev->dev_addr);
}

/**
 * strata_neigh_set_lladdr() - note the L2 address and make the header
 * @neigh: the entry; its lock is held
 * @lladdr: dev->addr_len bytes; may be the entry's own, if the device's changed
 *
 * Context: softirqs off.
 */
void strata_neigh_set_lladdr(struct strata_neigh *neigh, const u8 *lladdr)
{
	write_seqcount_begin(&neigh->seq);
	memmove(neigh->lladdr, lladdr, neigh->link->dev->addr_len);
	if (neigh->header_len)
		neigh_build_eth(neigh);
	write_seqcount_end(&neigh->seq);
}

/**
 * strata_neigh_get_lladdr() - copy the L2 address
 * @neigh: the entry, in a state that has one
 * @lladdr: MAX_ADDR_LEN bytes
 *
 * Context: any.
 */
void strata_neigh_get_lladdr(const struct strata_neigh *neigh, u8 *lladdr)
{
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&neigh->seq);
		memcpy(lladdr, neigh->lladdr, MAX_ADDR_LEN);
	} while (read_seqcount_retry(&neigh->seq, seq));
}

/* A device that builds its headers itself. Owns @skb. */
static int neigh_output_push(struct strata_neigh *neigh, struct sk_buff *skb)
{
	u8 lladdr[MAX_ADDR_LEN];

	strata_neigh_get_lladdr(neigh, lladdr);
	return strata_link_push(neigh->link, skb, lladdr);
}

/**
 * strata_neigh_output() - push the L2 header and send
 * @neigh: the entry, in a state that has an address
 * @skb: skb->data at the L3 header. Owned afterwards
 *
 * Context: RCU read side, softirq or process. Return: 0 or -errno.
 */
int strata_neigh_output(struct strata_neigh *neigh, struct sk_buff *skb)
{
	struct strata_link *link = neigh->link;
	unsigned int seq;

	if (unlikely(!neigh->header_len))
		return neigh_output_push(neigh, skb);
	if (unlikely(!strata_link_is_up(link))) {
		strata_drop(link->sn, skb, STRATA_DROP_LINK_DOWN);
		return -ENETDOWN;
	}
	if (unlikely(skb_headroom(skb) < STRATA_NEIGH_HEADER_BYTES) &&
	    skb_cow_head(skb, LL_RESERVED_SPACE(link->dev))) {
		strata_drop(link->sn, skb, STRATA_DROP_NO_MEMORY);
		return -ENOMEM;
	}
	/* Aligned, so two moves; the bytes before the header do not count. */
	do {
		seq = read_seqcount_begin(&neigh->seq);
		memcpy(skb->data - STRATA_NEIGH_HEADER_BYTES, neigh->header,
		       STRATA_NEIGH_HEADER_BYTES);
	} while (read_seqcount_retry(&neigh->seq, seq));
	__skb_push(skb, ETH_HLEN);
	/* What is sent need not be of the family that the neighbour is named by. */
	((struct ethhdr *)skb->data)->h_proto = skb->protocol;
	return strata_link_queue(link, skb);
}
