// SPDX-License-Identifier: GPL-2.0
/*
 * The neighbour entries of a namespace: a bounded hash table, read under RCU.
 */
#include <linux/module.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <strata/visibility.h>
#include "neigh_entry.h"
#include "neigh_table.h"

/**
 * strata_neigh_slot() - which bucket an entry is in
 * @ifindex: of its link
 * @addr: next hop
 *
 * Context: any. Return: index of strata_neigh_net.buckets.
 */
unsigned int strata_neigh_slot(int ifindex, const struct in6_addr *addr)
{
	static hsiphash_key_t key __read_mostly;
	u32 words[5];

	net_get_random_once(&key, sizeof(key));
	memcpy(words, addr, sizeof(*addr));
	words[4] = ifindex;
	return hsiphash(words, sizeof(words), &key) % STRATA_NEIGH_BUCKETS;
}

static struct hlist_head *neigh_bucket(struct strata_neigh_net *table,
				       const struct strata_link *link,
				       const struct in6_addr *addr)
{
	return &table->buckets[strata_neigh_slot(link->ifindex, addr)];
}

/**
 * strata_neigh_table_create() - an empty table
 * @sn: the namespace's stack
 *
 * Context: process. Return: owned by the caller, NULL if out of memory.
 */
struct strata_neigh_net *strata_neigh_table_create(struct strata_net *sn)
{
	struct strata_neigh_net *table;

	table = kvzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return NULL;
	table->sn = sn;
	spin_lock_init(&table->lock);
	return table;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_table_create);

/**
 * strata_neigh_table_destroy() - free a table whose links are all gone
 * @table: the table
 *
 * Context: process.
 */
void strata_neigh_table_destroy(struct strata_neigh_net *table)
{
	WARN_ON(table->count || atomic_long_read(&table->queue_bytes));
	kvfree(table);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_table_destroy);

static struct strata_neigh *neigh_in_bucket(struct hlist_head *bucket,
					    const struct strata_link *link,
					    const struct in6_addr *addr)
{
	struct strata_neigh *neigh;

	hlist_for_each_entry_rcu(neigh, bucket, hash)
		if (ipv6_addr_equal(&neigh->addr, addr) && neigh->link == link)
			return neigh;
	return NULL;
}

/**
 * strata_neigh_find() - the entry for a next hop, if there is one
 * @table: where
 * @link: output link
 * @addr: next hop
 *
 * Context: RCU read side. Return: borrowed, or NULL.
 */
struct strata_neigh *strata_neigh_find(struct strata_neigh_net *table,
				       const struct strata_link *link,
				       const struct in6_addr *addr)
{
	return neigh_in_bucket(neigh_bucket(table, link, addr), link, addr);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_find);

static void neigh_table_put(struct rcu_head *rcu)
{
	strata_neigh_put(container_of(rcu, struct strata_neigh, rcu));
}

/* Takes an entry out; @queue gets what waited. The table's lock is held. */
static void neigh_unlink(struct strata_neigh_net *table,
			 struct strata_neigh *neigh, struct sk_buff_head *queue)
{
	lockdep_assert_held(&table->lock);
	hlist_del_rcu(&neigh->hash);
	table->count--;
	spin_lock(&neigh->lock);
	neigh->dead = true;
	/* Whoever sends by it from now on comes to the lock and sees. */
	smp_store_release(&neigh->state, STRATA_NEIGH_NONE);
	timer_delete(&neigh->timer);
	strata_neigh_dequeue_all(neigh, queue);
	spin_unlock(&neigh->lock);
	/* Cached paths should not go through a dead entry for long. */
	if (strata_neigh_held(neigh))
		strata_net_changed(table->sn);
	call_rcu(&neigh->rcu, neigh_table_put);
}

static bool neigh_make_room(struct strata_neigh_net *table,
			    struct sk_buff_head *queue)
{
	struct strata_neigh *victim;

	if (table->count < STRATA_NEIGH_MAX)
		return true;
	victim = strata_neigh_victim(table);
	if (!victim) {
		strata_count(table->sn, NEIGH_TABLE_FULL);
		return false;
	}
	neigh_unlink(table, victim, queue);
	strata_count(table->sn, NEIGH_EVICTED);
	return true;
}

/* A new entry's beginning: broadcast and multicast addresses are known, others
 * wait for their first packet. Not in the table yet, so nobody contends.
 */
static void neigh_begin(struct strata_neigh *neigh)
{
	u8 lladdr[MAX_ADDR_LEN];

	spin_lock_bh(&neigh->lock);
	if (!neigh->ops->map(neigh->link, &neigh->addr, lladdr)) {
		neigh->mapped = true;
		strata_neigh_fix(neigh, lladdr, jiffies);
	}
	spin_unlock_bh(&neigh->lock);
}

/* Puts @new in unless somebody was faster. The table's lock is held. */
static struct strata_neigh *neigh_insert(struct strata_neigh_net *table,
					 struct strata_neigh *new,
					 struct sk_buff_head *queue)
{
	struct hlist_head *bucket = neigh_bucket(table, new->link, &new->addr);
	struct strata_neigh *neigh;

	neigh = neigh_in_bucket(bucket, new->link, &new->addr);
	if (neigh)
		return neigh;
	/* Set before the link's entries are removed: none comes after that. */
	if (READ_ONCE(new->link->dead) || !neigh_make_room(table, queue))
		return NULL;
	new->table = table;
	hlist_add_head_rcu(&new->hash, bucket);
	table->count++;
	strata_count(table->sn, NEIGH_CREATED);
	spin_lock(&new->lock);
	mod_timer(&new->timer, new->expires);
	spin_unlock(&new->lock);
	return new;
}

/**
 * strata_neigh_create() - the entry for a next hop, made if there is none
 * @table: where
 * @link: output link, alive
 * @addr: next hop
 * @ops: how to ask
 *
 * Context: RCU read side, softirq or process.
 * Return: borrowed; NULL if there is no room or no memory (counted), or if the
 * link is going.
 */
struct strata_neigh *strata_neigh_create(struct strata_neigh_net *table,
					 struct strata_link *link,
					 const struct in6_addr *addr,
					 const struct strata_neigh_ops *ops)
{
	struct strata_neigh *new, *neigh;
	struct sk_buff_head queue;

	new = strata_neigh_alloc(link, addr, ops);
	if (!new) {
		strata_count(table->sn, NEIGH_TABLE_FULL);
		return NULL;
	}
	__skb_queue_head_init(&queue);
	neigh_begin(new);
	spin_lock_bh(&table->lock);
	neigh = neigh_insert(table, new, &queue);
	spin_unlock_bh(&table->lock);
	if (neigh != new)
		strata_neigh_put(new);
	strata_neigh_purge(table->sn, &queue, STRATA_DROP_NEIGH_TABLE_FULL);
	return neigh;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_create);

/**
 * strata_neigh_remove() - take an entry out of its table
 * @neigh: the entry, borrowed
 * @reason: for the packets that waited
 *
 * Context: RCU read side, softirq or process. Return: false if it was out.
 */
bool strata_neigh_remove(struct strata_neigh *neigh,
			 enum strata_drop_reason reason)
{
	struct strata_neigh_net *table = neigh->table;
	struct sk_buff_head queue;
	bool alive;

	__skb_queue_head_init(&queue);
	spin_lock_bh(&table->lock);
	alive = !neigh->dead;
	if (alive)
		neigh_unlink(table, neigh, &queue);
	spin_unlock_bh(&table->lock);
	strata_neigh_purge(table->sn, &queue, reason);
	return alive;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_remove);

static bool neigh_idle(const struct strata_neigh *neigh)
{
	if (neigh->dead || strata_neigh_held(neigh))
		return false;
	switch (READ_ONCE(neigh->state)) {
	case STRATA_NEIGH_NONE:
	case STRATA_NEIGH_STALE:
	case STRATA_NEIGH_FAILED:
		return true;
	case STRATA_NEIGH_PERMANENT:
		return neigh->mapped;
	default:
		return false;
	}
}

/**
 * strata_neigh_expunge() - remove an idle entry that nobody took up meanwhile
 * @neigh: the entry, borrowed
 *
 * Context: RCU read side, softirq.
 */
void strata_neigh_expunge(struct strata_neigh *neigh)
{
	struct strata_neigh_net *table = neigh->table;
	struct sk_buff_head queue;

	__skb_queue_head_init(&queue);
	spin_lock_bh(&table->lock);
	if (neigh_idle(neigh))
		neigh_unlink(table, neigh, &queue);
	spin_unlock_bh(&table->lock);
	/* A packet may have come between the test and the entry's lock. */
	strata_neigh_purge(table->sn, &queue, STRATA_DROP_NEIGH_UNRESOLVED);
}

/**
 * strata_neigh_remove_all() - remove every entry that matches
 * @table: where
 * @match: decides; called with the table's lock held
 * @arg: for @match
 * @reason: for the packets that waited
 *
 * Context: process. Return: how many went.
 */
unsigned int strata_neigh_remove_all(struct strata_neigh_net *table,
				     bool (*match)(const struct strata_neigh *,
						   const void *),
				     const void *arg,
				     enum strata_drop_reason reason)
{
	struct strata_neigh *neigh;
	struct hlist_node *next;
	struct sk_buff_head queue;
	unsigned int removed = 0;
	unsigned int i;

	__skb_queue_head_init(&queue);
	for (i = 0; i < STRATA_NEIGH_BUCKETS; i++) {
		spin_lock_bh(&table->lock);
		hlist_for_each_entry_safe(neigh, next, &table->buckets[i],
					  hash) {
			if (!match(neigh, arg))
				continue;
			neigh_unlink(table, neigh, &queue);
			removed++;
		}
		spin_unlock_bh(&table->lock);
	}
	strata_neigh_purge(table->sn, &queue, reason);
	return removed;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_remove_all);
