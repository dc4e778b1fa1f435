// SPDX-License-Identifier: GPL-2.0
/*
 * What others said of the way to single destinations (the destination cache of
 * RFC 4861 5.1): the path's MTU (RFC 1191, RFC 8201) and a better first hop
 * (RFC 1122 3.2.2.2, RFC 4861 8).
 *
 * Nobody who says so can prove it. So there is room for a few in each bucket, the
 * one that was told of longest ago goes first, and all are forgotten after a
 * while. Paths that sockets have cached are made stale at most once a second,
 * however much is said.
 *
 * Entries are never changed: who has more to say puts a copy in their place.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "table.h"

#define BUCKET_MAX	8
#define MTU_s		600	/* RFC 1191 6.3, RFC 8201 5.3 */
#define REDIRECT_s	300	/* as the kernel's */
#define AGE_INTERVAL_s	30
#define TELL_DELAY_s	1	/* until cached paths hear of it */

static struct hlist_head *bucket(struct strata_dests *dests,
				 const struct in6_addr *daddr)
{
	u64 hash = siphash(daddr, sizeof(*daddr), &dests->key);

	return &dests->buckets[hash % STRATA_DEST_BUCKETS];
}

static struct strata_dest *find(struct strata_dests *dests,
				const struct in6_addr *daddr)
{
	struct strata_dest *dest;

	hlist_for_each_entry_rcu(dest, bucket(dests, daddr), node,
				 lockdep_is_held(&dests->lock))
		if (ipv6_addr_equal(&dest->daddr, daddr))
			return dest;
	return NULL;
}

/**
 * strata_dest_lookup() - what was said of the way to a destination
 * @sn: the namespace's stack
 * @daddr: the destination
 *
 * Context: RCU read side. Return: borrowed; NULL: nothing.
 */
const struct strata_dest *strata_dest_lookup(struct strata_net *sn,
					     const struct in6_addr *daddr)
{
	struct strata_dests *dests = &sn->route->dests;

	if (likely(!READ_ONCE(dests->count)))
		return NULL;
	return find(dests, daddr);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dest_lookup);

static void remove(struct strata_dests *dests, struct strata_dest *dest)
{
	hlist_del_rcu(&dest->node);
	WRITE_ONCE(dests->count, dests->count - 1);
	kfree_rcu(dest, rcu);
}

/* The last of a bucket is the one that was told of longest ago. */
static void make_room(struct strata_net *sn, struct hlist_head *head)
{
	struct strata_dest *dest, *last = NULL;
	unsigned int entries = 0;

	hlist_for_each_entry(dest, head, node) {
		last = dest;
		entries++;
	}
	if (entries <= BUCKET_MAX)
		return;
	remove(&sn->route->dests, last);
	strata_count(sn, DEST_EVICTED);
}

/* @like with what is new; @old, which it takes the place of, or NULL. */
static void publish(struct strata_net *sn, const struct strata_dest *like,
		    struct strata_dest *old)
{
	struct strata_dests *dests = &sn->route->dests;
	struct hlist_head *head = bucket(dests, &like->daddr);
	struct strata_dest *new;

	new = kmemdup(like, sizeof(*like), GFP_ATOMIC | __GFP_NOWARN);
	if (!new)
		return;
	hlist_add_head_rcu(&new->node, head);
	WRITE_ONCE(dests->count, dests->count + 1);
	if (old)
		remove(dests, old);
	make_room(sn, head);
	dests->changed = true;
	if (!timer_pending(&dests->timer) ||
	    time_after(dests->timer.expires, jiffies + TELL_DELAY_s * HZ))
		mod_timer(&dests->timer, jiffies + TELL_DELAY_s * HZ);
}

/* What is known, to be changed; *@old: where it is from. Context: lock held. */
static struct strata_dest known(struct strata_dests *dests,
				const struct in6_addr *daddr,
				struct strata_dest **old)
{
	*old = find(dests, daddr);
	return *old ? **old : (struct strata_dest){ .daddr = *daddr };
}

/**
 * strata_dest_too_big() - a packet was too big for the path to its destination
 * @sn: the namespace's stack
 * @daddr: the destination
 * @mtu: that the path has, not below the family's minimum
 *
 * The caller knows that the packet was ours (RFC 5927 4). The MTU only ever
 * goes down, until it is forgotten (RFC 8201 4).
 *
 * Context: softirq, RCU.
 */
void strata_dest_too_big(struct strata_net *sn, const struct in6_addr *daddr,
			 u32 mtu)
{
	struct strata_dests *dests = &sn->route->dests;
	struct strata_dest dest, *old;

	spin_lock_bh(&dests->lock);
	dest = known(dests, daddr, &old);
	if (!dest.mtu || mtu < dest.mtu) {
		dest.mtu = mtu;
		dest.mtu_until = jiffies + MTU_s * HZ;
		publish(sn, &dest, old);
		strata_count(sn, DEST_TOO_BIG);
	}
	spin_unlock_bh(&dests->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dest_too_big);

/* RFC 1122 3.2.2.2, RFC 4861 8.1: nobody is heard but who we send through. */
static bool is_first_hop(const struct strata_hop *hop,
			 const struct strata_dest *dest,
			 const struct strata_link *link,
			 const struct in6_addr *router)
{
	return hop->link == link && !strata_addr_any(&hop->gateway) &&
	       ipv6_addr_equal(strata_dest_next(dest, hop), router);
}

/**
 * strata_dest_redirect() - a router knows a better first hop
 * @link: where
 * @router: who says so
 * @daddr: the way to there
 * @next: goes through this one; the same as @daddr: it is on the link
 *
 * Context: softirq, RCU. Return: it is believed.
 */
bool strata_dest_redirect(struct strata_link *link,
			  const struct in6_addr *router,
			  const struct in6_addr *daddr,
			  const struct in6_addr *next)
{
	const struct strata_hop *hop;
	struct strata_net *sn = link->sn;
	struct strata_dests *dests = &sn->route->dests;
	struct strata_dest dest, *old;
	bool believed;

	hop = strata_route_hop(sn, daddr, link->ifindex);
	if (!hop)
		return false;
	spin_lock_bh(&dests->lock);
	dest = known(dests, daddr, &old);
	believed = is_first_hop(hop, &dest, link, router);
	if (believed) {
		dest.ifindex = link->ifindex;
		dest.router = hop->gateway;
		dest.next = *next;
		dest.next_until = jiffies + REDIRECT_s * HZ;
		publish(sn, &dest, old);
		strata_count(sn, DEST_REDIRECTED);
	}
	spin_unlock_bh(&dests->lock);
	return believed;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dest_redirect);

/**
 * strata_dest_unreachable() - the first hop to a destination does not answer
 * @sn: the namespace's stack
 * @daddr: the destination
 *
 * If it was not the routing table's, that one is asked again (RFC 4861 7.3.3).
 *
 * Context: softirq, RCU.
 */
void strata_dest_unreachable(struct strata_net *sn,
			     const struct in6_addr *daddr)
{
	struct strata_dests *dests = &sn->route->dests;
	struct strata_dest dest, *old;

	if (likely(!READ_ONCE(dests->count)))
		return;
	spin_lock_bh(&dests->lock);
	dest = known(dests, daddr, &old);
	if (dest.ifindex) {
		dest.ifindex = 0;
		publish(sn, &dest, old);
	}
	spin_unlock_bh(&dests->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dest_unreachable);

/* What is left of it once its time is over. Context: lock held. */
static void age_one(struct strata_net *sn, struct strata_dest *dest)
{
	struct strata_dest left = *dest;

	if (left.mtu && !time_before(jiffies, left.mtu_until))
		left.mtu = 0;
	if (left.ifindex && !time_before(jiffies, left.next_until))
		left.ifindex = 0;
	if (!left.mtu && !left.ifindex) {
		remove(&sn->route->dests, dest);
		sn->route->dests.changed = true;
	} else if (left.mtu != dest->mtu || left.ifindex != dest->ifindex) {
		publish(sn, &left, dest);
	}
}

static void age_all(struct strata_net *sn)
{
	struct strata_dests *dests = &sn->route->dests;
	struct strata_dest *dest;
	struct hlist_node *next;
	unsigned int slot;

	for (slot = 0; slot < STRATA_DEST_BUCKETS; slot++)
		hlist_for_each_entry_safe(dest, next, &dests->buckets[slot],
					  node)
			age_one(sn, dest);
}

static void dests_run(struct timer_list *timer)
{
	struct strata_dests *dests = from_timer(dests, timer, timer);
	bool changed;

	spin_lock(&dests->lock);
	age_all(dests->sn);
	changed = dests->changed;
	dests->changed = false;
	if (dests->count)
		mod_timer(&dests->timer, jiffies + AGE_INTERVAL_s * HZ);
	spin_unlock(&dests->lock);
	if (changed)
		strata_net_changed(dests->sn);
}

/**
 * strata_dests_init() - nothing was said yet
 * @sn: the namespace's stack, with its part of net/route
 *
 * Context: process.
 */
void strata_dests_init(struct strata_net *sn)
{
	struct strata_dests *dests = &sn->route->dests;

	dests->sn = sn;
	spin_lock_init(&dests->lock);
	get_random_bytes(&dests->key, sizeof(dests->key));
	timer_setup(&dests->timer, dests_run, 0);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dests_init);

/**
 * strata_dests_exit() - forget what was said
 * @sn: the namespace's stack; nobody looks or says anything any more
 *
 * Context: process.
 */
void strata_dests_exit(struct strata_net *sn)
{
	struct strata_dests *dests = &sn->route->dests;
	struct strata_dest *dest;
	struct hlist_node *next;
	unsigned int slot;

	timer_delete_sync(&dests->timer);
	for (slot = 0; slot < STRATA_DEST_BUCKETS; slot++)
		hlist_for_each_entry_safe(dest, next, &dests->buckets[slot],
					  node)
			remove(dests, dest);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dests_exit);
