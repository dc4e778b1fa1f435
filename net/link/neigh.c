// SPDX-License-Identifier: GPL-2.0
/*
 * The neighbour cache as L3 uses it: find, send, confirm, learn.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <strata/neigh.h>
#include "neigh_entry.h"
#include "neigh_table.h"

/**
 * strata_neigh_get() - the entry for a next hop, created if missing
 * @link: output link, not STRATA_LINK_NOARP
 * @addr: next hop, 128-bit form
 *
 * Context: RCU read side, softirq or process.
 * Return: borrowed until the end of the RCU read side; NULL if there is no
 * room or no memory (counted), the family cannot resolve, or the link goes.
 */
struct strata_neigh *strata_neigh_get(struct strata_link *link,
				      const struct in6_addr *addr)
{
	struct strata_neigh_net *table = link->sn->neigh;
	const struct strata_neigh_ops *ops;
	struct strata_neigh *neigh;

	neigh = strata_neigh_find(table, link, addr);
	if (likely(neigh))
		return neigh;
	ops = strata_neigh_ops_of(addr);
	if (!ops || READ_ONCE(link->dead))
		return NULL;
	return strata_neigh_create(table, link, addr, ops);
}
EXPORT_SYMBOL_GPL(strata_neigh_get);

/* A shared cacheline is written at most once a jiffy. */
static void neigh_stamp(unsigned long *stamp)
{
	unsigned long now = jiffies;

	if (READ_ONCE(*stamp) != now)
		WRITE_ONCE(*stamp, now);
}

/* Through an entry that is not ready. Owns @skb; false if it is dead. */
static bool neigh_xmit_unsure(struct strata_neigh *neigh, struct sk_buff *skb,
			      int *err)
{
	struct sk_buff_head refused;
	unsigned int actions;
	bool send;

	__skb_queue_head_init(&refused);
	spin_lock_bh(&neigh->lock);
	if (neigh->dead) {
		spin_unlock_bh(&neigh->lock);
		return false;
	}
	actions = strata_neigh_use(neigh, jiffies);
	send = strata_neigh_resolved(neigh->state);
	if (!send)
		strata_neigh_enqueue(neigh, skb, &refused);
	strata_neigh_settle(neigh, actions);
	*err = send ? strata_neigh_output(neigh, skb) : 0;
	strata_neigh_purge(neigh->link->sn, &refused,
			   STRATA_DROP_NEIGH_QUEUE_FULL);
	return true;
}

/* Through an entry that is not ready, or the one after it. Owns @skb. */
static int neigh_xmit_slow(struct strata_neigh *neigh, struct sk_buff *skb)
{
	struct strata_link *link = neigh->link;
	int err;

	if (!strata_link_is_up(link)) {
		strata_drop(link->sn, skb, STRATA_DROP_LINK_DOWN);
		return -ENETDOWN;
	}
	if (neigh_xmit_unsure(neigh, skb, &err))
		return err;
	/* Evicted or flushed while a path held it: by the new one. */
	neigh = strata_neigh_get(link, &neigh->addr);
	if (neigh && neigh_xmit_unsure(neigh, skb, &err))
		return err;
	strata_drop(link->sn, skb, STRATA_DROP_NEIGH_TABLE_FULL);
	return -ENOBUFS;
}

/**
 * strata_neigh_xmit() - send an L3 packet through a neighbour
 * @neigh: next hop
 * @skb: skb->data at the L3 header, skb->protocol set, which becomes the frame's
 *	EtherType. Owned afterwards
 *
 * Pushes the L2 header and hands the frame to the device, or queues it until
 * the address is known. A dead entry sends through its successor.
 *
 * Context: RCU read side, softirq or process.
 * Return: 0 (also when queued), -ENETDOWN, -ENOMEM, -ENOBUFS (a queue or the
 * table is full), or the device's -errno.
 */
int strata_neigh_xmit(struct strata_neigh *neigh, struct sk_buff *skb)
{
	neigh_stamp(&neigh->used);
	/* Pairs with the release in neigh_enter(): state, then header. */
	if (likely(strata_neigh_ready(smp_load_acquire(&neigh->state))))
		return strata_neigh_output(neigh, skb);
	return neigh_xmit_slow(neigh, skb);
}
EXPORT_SYMBOL_GPL(strata_neigh_xmit);

/**
 * strata_neigh_confirm() - the next hop has proved reachable
 * @neigh: next hop
 *
 * RFC 4861 7.3.1: an upper layer got an answer to what it sent there lately.
 *
 * Context: RCU read side, softirq or process.
 */
void strata_neigh_confirm(struct strata_neigh *neigh)
{
	if (likely(strata_neigh_connected(READ_ONCE(neigh->state)))) {
		neigh_stamp(&neigh->confirmed);
		return;
	}
	spin_lock_bh(&neigh->lock);
	if (neigh->dead)
		spin_unlock_bh(&neigh->lock);
	else
		strata_neigh_settle(neigh,
				    strata_neigh_reached(neigh, jiffies));
}
EXPORT_SYMBOL_GPL(strata_neigh_confirm);

/**
 * strata_neigh_lladdr() - where a neighbour is
 * @neigh: the entry
 * @lladdr: out: its L2 address, MAX_ADDR_LEN bytes
 *
 * Context: RCU read side. Return: whether it is known.
 */
bool strata_neigh_lladdr(const struct strata_neigh *neigh, u8 *lladdr)
{
	/* Whoever sees the state sees the address that goes with it. */
	if (!strata_neigh_resolved(smp_load_acquire(&neigh->state)))
		return false;
	strata_neigh_get_lladdr(neigh, lladdr);
	return true;
}
EXPORT_SYMBOL_GPL(strata_neigh_lladdr);

/* Nobody is at a group's address (RFC 1812 3.3.2, RFC 4861 7.2.5). */
static bool neigh_lladdr_ok(const struct strata_link *link, const u8 *lladdr)
{
	return link->dev->addr_len != ETH_ALEN || is_valid_ether_addr(lladdr);
}

static struct strata_neigh *neigh_to_teach(struct strata_link *link,
					   const struct in6_addr *addr,
					   u32 flags)
{
	if (flags & STRATA_NEIGH_LEARN_CREATE)
		return strata_neigh_get(link, addr);
	return strata_neigh_find(link->sn->neigh, link, addr);
}

/**
 * strata_neigh_learn() - ARP or ND heard where a neighbour is
 * @link: where it was heard
 * @addr: the neighbour
 * @lladdr: its L2 address, dev->addr_len bytes; NULL: the one that is known
 * @flags: STRATA_NEIGH_LEARN_*; CREATE takes an @lladdr
 *
 * RFC 4861 7.2.3 and 7.2.5, RFC 826. A group address or zero is not believed.
 *
 * Context: softirq, RCU read side.
 */
void strata_neigh_learn(struct strata_link *link, const struct in6_addr *addr,
			const u8 *lladdr, u32 flags)
{
	struct strata_neigh *neigh;

	if (READ_ONCE(link->dead) ||
	    (lladdr && !neigh_lladdr_ok(link, lladdr)))
		return;
	neigh = neigh_to_teach(link, addr, flags);
	if (!neigh)
		return;
	spin_lock_bh(&neigh->lock);
	if (neigh->dead)
		spin_unlock_bh(&neigh->lock);
	else
		strata_neigh_settle(neigh, strata_neigh_hear(neigh, lladdr,
							     flags, jiffies));
}
EXPORT_SYMBOL_GPL(strata_neigh_learn);
