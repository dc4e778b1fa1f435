// SPDX-License-Identifier: GPL-2.0
/*
 * The table of connections: looked up under RCU, changed under the locks of its
 * buckets, with a bound.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "conntrack.h"

static struct kmem_cache *ct_cache;

/**
 * strata_ct_cache_init() - entries can be allocated
 *
 * Context: module load. Return: 0 or -ENOMEM.
 */
int strata_ct_cache_init(void)
{
	/* What every packet reads, and what those of TCP do. */
	BUILD_BUG_ON(offsetof(struct strata_ct, rcu) > 64);
	BUILD_BUG_ON(__alignof__(struct strata_ct) <= STRATA_CT_INFO_MASK);
	ct_cache = KMEM_CACHE(strata_ct, SLAB_HWCACHE_ALIGN);
	return ct_cache ? 0 : -ENOMEM;
}

/**
 * strata_ct_cache_exit() - undo strata_ct_cache_init()
 *
 * Context: module unload, when no table is left.
 */
void strata_ct_cache_exit(void)
{
	/* Entries that are on their way out by RCU. */
	rcu_barrier();
	kmem_cache_destroy(ct_cache);
}

static void free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(ct_cache, container_of(rcu, struct strata_ct, rcu));
}

/**
 * strata_ct_table_create() - an empty table
 * @limit: connections that it is to hold
 *
 * Context: process. Return: NULL without memory.
 */
struct ct_table *strata_ct_table_create(unsigned int limit)
{
	u32 buckets = max_t(u32, roundup_pow_of_two(limit), CT_LOCKS);
	struct ct_table *table;
	unsigned int i;

	table = kvzalloc(struct_size(table, bucket, buckets),
			 GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->mask = buckets - 1;
	for (i = 0; i < CT_LOCKS; i++)
		spin_lock_init(&table->locks[i]);
	return table;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_table_create);

/**
 * strata_ct_table_free() - and all connections in it
 * @table: nobody uses it any more
 *
 * Context: process, sleeps.
 */
void strata_ct_table_free(struct ct_table *table)
{
	struct hlist_node *next;
	struct strata_ct *ct;
	u32 i;

	for (i = 0; i <= table->mask; i++) {
		hlist_for_each_entry_safe(ct, next, &table->bucket[i], node)
			kmem_cache_free(ct_cache, ct);
		cond_resched();
	}
	kvfree(table);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_table_free);

static bool same_key(const struct strata_ct_key *a,
		     const struct strata_ct_key *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	BUILD_BUG_ON(sizeof(*a) != 5 * sizeof(u64));
	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) |
		 (x[3] ^ y[3]) | (x[4] ^ y[4]));
}

static struct strata_ct *find(const struct hlist_head *bucket,
			      const struct strata_ct_key *key)
{
	struct strata_ct *ct;

	hlist_for_each_entry_rcu(ct, bucket, node, true)
		if (same_key(&ct->key, key))
			return ct;
	return NULL;
}

/**
 * strata_ct_lookup() - find a connection
 * @table: the namespace's
 * @key: the connection's
 *
 * Context: RCU read side. Return: borrowed; NULL: there is none, or it has been
 * silent for too long.
 */
struct strata_ct *strata_ct_lookup(const struct ct_table *table,
				   const struct strata_ct_key *key)
{
	struct strata_ct *ct;

	ct = find(&table->bucket[strata_ct_hash(key) & table->mask], key);
	return ct && likely(!ct_expired(ct)) ? ct : NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_lookup);

/**
 * strata_ct_alloc() - the entry of a connection, not yet in the table
 * @packet: the first of it
 *
 * Context: softirq or process. Return: NULL without memory.
 */
struct strata_ct *strata_ct_alloc(const struct ct_packet *packet)
{
	struct strata_ct *ct = kmem_cache_zalloc(ct_cache,
						 GFP_ATOMIC | __GFP_NOWARN);

	if (!ct)
		return NULL;
	ct->key = packet->key;
	ct->expires = jiffies;
	atomic_set(&ct->flags, packet->high ? CT_ORIG_HIGH : 0);
	return ct;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_alloc);

/* Context: the bucket's lock held. */
static void unlink(struct ct_table *table, struct strata_ct *ct)
{
	atomic_or(CT_GONE, &ct->flags);
	hlist_del_rcu(&ct->node);
	atomic_dec(&table->count);
	call_rcu(&ct->rcu, free_rcu);
}

/**
 * strata_ct_remove() - forget a connection
 * @table: that it was in
 * @ct: the connection
 *
 * Context: RCU read side. Return: false: somebody else did it already.
 */
bool strata_ct_remove(struct ct_table *table, struct strata_ct *ct)
{
	spinlock_t *lock = ct_lock(table, strata_ct_hash(&ct->key));
	bool there;

	spin_lock_bh(lock);
	there = !ct_has(ct, CT_GONE);
	if (there)
		unlink(table, ct);
	spin_unlock_bh(lock);
	return there;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_remove);

/* Room for one more, if need be by forgetting the least useful of a few. */
static bool make_room(struct strata_ct_net *ctn, struct ct_table *table,
		      u32 hash)
{
	struct strata_ct *victim;

	if (likely(atomic_inc_return(&table->count) <= READ_ONCE(ctn->limit)))
		return true;
	victim = strata_ct_least_useful(table, hash);
	if (victim && strata_ct_remove(table, victim)) {
		strata_count(ctn->sn, CT_EVICTED);
		return true;
	}
	atomic_dec(&table->count);
	strata_count(ctn->sn, CT_FULL);
	return false;
}

/**
 * strata_ct_insert() - a connection has begun
 * @ctn: the namespace's tracker
 * @table: its table
 * @ct: complete; owned
 *
 * Context: RCU read side. Return: the connection that is in the table now: @ct,
 * or the one that another packet was quicker to make; NULL: the table is full.
 */
struct strata_ct *strata_ct_insert(struct strata_ct_net *ctn,
				   struct ct_table *table, struct strata_ct *ct)
{
	u32 hash = strata_ct_hash(&ct->key);
	struct hlist_head *bucket = &table->bucket[hash & table->mask];
	struct strata_ct *old;

	if (unlikely(!make_room(ctn, table, hash))) {
		kmem_cache_free(ct_cache, ct);
		return NULL;
	}
	spin_lock_bh(ct_lock(table, hash));
	old = find(bucket, &ct->key);
	if (old && ct_expired(old)) {
		unlink(table, old);
		old = NULL;
	}
	if (likely(!old))
		hlist_add_head_rcu(&ct->node, bucket);
	spin_unlock_bh(ct_lock(table, hash));
	if (unlikely(old)) {
		atomic_dec(&table->count);
		kmem_cache_free(ct_cache, ct);
		return old;
	}
	strata_count(ctn->sn, CT_CREATED);
	if (!delayed_work_pending(&ctn->expire))
		schedule_delayed_work(&ctn->expire, HZ);
	return ct;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_insert);
