// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours set, deleted, flushed and listed by hand, and what becomes of
 * them when their link changes.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <strata/packet.h>
#include <strata/visibility.h>
#include "neigh_entry.h"
#include "neigh_table.h"

static int neigh_refuse(struct strata_link *link, const struct in6_addr *addr,
			const u8 *lladdr, struct netlink_ext_ack *extack)
{
	if (link->flags & STRATA_LINK_NOARP) {
		NL_SET_ERR_MSG(extack, "the device has no link-layer addresses");
		return -EINVAL;
	}
	if (strata_addr_any(addr)) {
		NL_SET_ERR_MSG(extack, "the unspecified address has no neighbour");
		return -EINVAL;
	}
	if (link->dev->addr_len == ETH_ALEN && !is_valid_ether_addr(lladdr)) {
		NL_SET_ERR_MSG(extack,
			       "the link-layer address must be a station's, not zero or a group's");
		return -EINVAL;
	}
	return 0;
}

/* Makes @neigh permanent, unless it is there to stay. */
static int neigh_set(struct strata_neigh *neigh, const u8 *lladdr, bool replace,
		     struct netlink_ext_ack *extack)
{
	int err = 0;

	spin_lock_bh(&neigh->lock);
	if (neigh->dead) {
		err = -EAGAIN;
		NL_SET_ERR_MSG(extack, "the entry was removed meanwhile, try again");
	} else if (neigh->mapped) {
		err = -EINVAL;
		NL_SET_ERR_MSG(extack, "a broadcast or multicast address is no neighbour's");
	} else if (strata_neigh_resolved(neigh->state) && !replace) {
		err = -EEXIST;
		NL_SET_ERR_MSG(extack, "there is an entry for the address already, use replace");
	}
	if (err)
		spin_unlock_bh(&neigh->lock);
	else
		strata_neigh_settle(neigh, strata_neigh_fix(neigh, lladdr,
							    jiffies));
	return err;
}

/**
 * strata_neigh_add() - set a neighbour by hand
 * @link: where it is
 * @addr: the neighbour
 * @lladdr: its L2 address, dev->addr_len bytes
 * @replace: an existing entry may be overwritten
 * @extack: says why not
 *
 * Context: process, strata_net.config held.
 * Return: 0, -EEXIST, -EINVAL (an impossible address), -ENOBUFS (no room, no
 * memory), -EAGAIN (lost a race against an eviction).
 */
int strata_neigh_add(struct strata_link *link, const struct in6_addr *addr,
		     const u8 *lladdr, bool replace,
		     struct netlink_ext_ack *extack)
{
	struct strata_neigh *neigh;
	int err;

	lockdep_assert_held(&link->sn->config);
	err = neigh_refuse(link, addr, lladdr, extack);
	if (err)
		return err;
	rcu_read_lock();
	neigh = strata_neigh_get(link, addr);
	if (neigh) {
		err = neigh_set(neigh, lladdr, replace, extack);
	} else {
		err = -ENOBUFS;
		NL_SET_ERR_MSG(extack,
			       "no memory, a full neighbour table, or nobody resolves this family");
	}
	rcu_read_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(strata_neigh_add);

/**
 * strata_neigh_del() - delete a neighbour, however it came
 * @link: where it is
 * @addr: the neighbour
 * @extack: says why not
 *
 * Context: process, strata_net.config held. Return: 0 or -ENOENT.
 */
int strata_neigh_del(struct strata_link *link, const struct in6_addr *addr,
		     struct netlink_ext_ack *extack)
{
	struct strata_neigh *neigh;
	int err = -ENOENT;

	lockdep_assert_held(&link->sn->config);
	rcu_read_lock();
	neigh = strata_neigh_find(link->sn->neigh, link, addr);
	if (neigh && !neigh->mapped &&
	    strata_neigh_remove(neigh, STRATA_DROP_NEIGH_UNRESOLVED))
		err = 0;
	rcu_read_unlock();
	if (err)
		NL_SET_ERR_MSG(extack, "there is no such neighbour");
	return err;
}
EXPORT_SYMBOL_GPL(strata_neigh_del);

static bool neigh_flushable(const struct strata_neigh *neigh, const void *link)
{
	return READ_ONCE(neigh->state) != STRATA_NEIGH_PERMANENT &&
	       (!link || neigh->link == link);
}

/**
 * strata_neigh_flush() - delete all that was learned
 * @sn: the namespace's stack
 * @link: of which link; NULL: all
 *
 * Context: process, strata_net.config held. Return: how many went.
 */
unsigned int strata_neigh_flush(struct strata_net *sn, struct strata_link *link)
{
	lockdep_assert_held(&sn->config);
	return strata_neigh_remove_all(sn->neigh, neigh_flushable, link,
				       STRATA_DROP_NEIGH_UNRESOLVED);
}
EXPORT_SYMBOL_GPL(strata_neigh_flush);

static bool neigh_on_link(const struct strata_neigh *neigh, const void *link)
{
	return neigh->link == link;
}

/**
 * strata_neigh_link_gone() - delete every entry of a link
 * @link: a link that is dead
 *
 * Context: process, strata_net.config held.
 */
void strata_neigh_link_gone(struct strata_link *link)
{
	lockdep_assert_held(&link->sn->config);
	strata_neigh_remove_all(link->sn->neigh, neigh_on_link, link,
				STRATA_DROP_LINK_DOWN);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_link_gone);

/**
 * strata_neigh_link_readdress() - the device has another L2 address
 * @link: its link
 *
 * What was learned goes, and is learned anew by asking from the new address;
 * what is permanent gets new headers.
 *
 * Context: process, strata_net.config held.
 */
void strata_neigh_link_readdress(struct strata_link *link)
{
	struct strata_neigh_net *table = link->sn->neigh;
	struct strata_neigh *neigh;
	unsigned int i;

	strata_neigh_flush(link->sn, link);
	for (i = 0; i < STRATA_NEIGH_BUCKETS; i++) {
		spin_lock_bh(&table->lock);
		hlist_for_each_entry(neigh, &table->buckets[i], hash) {
			spin_lock(&neigh->lock);
			if (neigh->link == link &&
			    neigh->state == STRATA_NEIGH_PERMANENT)
				strata_neigh_set_lladdr(neigh, neigh->lladdr);
			spin_unlock(&neigh->lock);
		}
		spin_unlock_bh(&table->lock);
	}
}

static void neigh_describe(struct strata_neigh *neigh,
			   struct strata_neigh_info *info)
{
	unsigned long now = jiffies;

	memset(info, 0, sizeof(*info));
	info->addr = neigh->addr;
	info->ifindex = neigh->link->ifindex;
	info->used_ms = jiffies_to_msecs(now - READ_ONCE(neigh->used));
	info->confirmed_ms = jiffies_to_msecs(now -
					      READ_ONCE(neigh->confirmed));
	spin_lock_bh(&neigh->lock);
	info->state = neigh->state;
	info->queued = skb_queue_len(&neigh->queue);
	if (strata_neigh_resolved(neigh->state)) {
		info->lladdr_len = neigh->link->dev->addr_len;
		memcpy(info->lladdr, neigh->lladdr, info->lladdr_len);
	}
	spin_unlock_bh(&neigh->lock);
}

static struct strata_neigh_at neigh_at(const struct strata_neigh *neigh)
{
	return (struct strata_neigh_at) {
		.addr = neigh->addr,
		.ifindex = neigh->link->ifindex,
	};
}

/* The order of a walk within a bucket; what is all 0 comes before any. */
static int neigh_order(const struct strata_neigh *neigh,
		       const struct strata_neigh_at *at)
{
	return memcmp(&neigh->addr, &at->addr, sizeof(at->addr)) ?:
	       neigh->link->ifindex - at->ifindex;
}

/* The entry that follows @last in a bucket, which holds few. */
static struct strata_neigh *neigh_after(struct hlist_head *bucket,
					const struct strata_neigh_at *last)
{
	struct strata_neigh *neigh, *next = NULL;
	struct strata_neigh_at bound;

	hlist_for_each_entry_rcu(neigh, bucket, hash) {
		/* Derived from the address, like the host's NOARP entries. */
		if (neigh->mapped || neigh_order(neigh, last) <= 0 ||
		    (next && neigh_order(neigh, &bound) > 0))
			continue;
		next = neigh;
		bound = neigh_at(neigh);
	}
	return next;
}

/**
 * strata_neigh_walk() - visit every neighbour
 * @sn: the namespace's stack
 * @at: the last one visited, all 0 at first; moves with the walk
 * @visit: called for each, under RCU; non-zero stops, and @at then stands
 *	before the entry it refused
 * @arg: for @visit
 *
 * Bucket by bucket, in each by address: a walk in pieces misses no entry that
 * was there all the time.
 *
 * Context: process, takes RCU. Return: 0, or what @visit returned.
 */
int strata_neigh_walk(struct strata_net *sn, struct strata_neigh_at *at,
		      int (*visit)(const struct strata_neigh_info *info,
				   void *arg), void *arg)
{
	struct strata_neigh_net *table = sn->neigh;
	struct strata_neigh_at last = *at;
	struct strata_neigh_info info;
	struct strata_neigh *neigh;
	unsigned int slot = 0;
	int err = 0;

	if (last.ifindex)
		slot = strata_neigh_slot(last.ifindex, &last.addr);
	rcu_read_lock();
	while (slot < STRATA_NEIGH_BUCKETS) {
		neigh = neigh_after(&table->buckets[slot], &last);
		if (!neigh) {
			memset(&last, 0, sizeof(last));
			slot++;
			continue;
		}
		neigh_describe(neigh, &info);
		err = visit(&info, arg);
		if (err)
			break;
		last = neigh_at(neigh);
		*at = last;
	}
	rcu_read_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(strata_neigh_walk);
