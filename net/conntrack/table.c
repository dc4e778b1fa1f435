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
	BUILD_BUG_ON(offsetof(struct ct_nat, key) !=
		     offsetof(struct strata_ct, key));
	BUILD_BUG_ON(offsetof(struct ct_nat, flags) !=
		     offsetof(struct strata_ct, flags));
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
	struct strata_ct *ct = container_of(rcu, struct strata_ct, rcu);

	kfree(rcu_dereference_protected(ct->nat, true));
	kmem_cache_free(ct_cache, ct);
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
		hlist_for_each_entry_safe(ct, next, &table->bucket[i], node) {
			if (ct_has(ct, CT_NAT_NODE))
				kfree((struct ct_nat *)ct);
			else
				kmem_cache_free(ct_cache, ct);
		}
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
			return unlikely(ct_has(ct, CT_NAT_NODE)) ?
			       ((struct ct_nat *)ct)->ct : ct;
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
 * strata_ct_is_reply() - which way does a packet go?
 * @ct: its connection, found by its key
 * @packet: the packet
 *
 * Context: RCU read side. Return: true: the way of the answers.
 */
bool strata_ct_is_reply(const struct strata_ct *ct,
			const struct ct_packet *packet)
{
	const struct ct_nat *nat;

	if (unlikely(ct_has(ct, CT_TRANSLATED)) &&
	    !same_key(&ct->key, &packet->key)) {
		nat = rcu_dereference(ct->nat);
		return packet->high == nat->high;
	}
	return packet->high != ct_has(ct, CT_ORIG_HIGH);
}

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

/* The locks of two buckets, in their order. Sparse cannot follow that one may be
 * the other, and is told that none is held.
 */
static void lock_both(struct ct_table *table, u32 a, u32 b)
{
	spinlock_t *first = min(ct_lock(table, a), ct_lock(table, b));
	spinlock_t *second = max(ct_lock(table, a), ct_lock(table, b));

	spin_lock_bh(first);
	__release(first);
	if (first != second) {
		spin_lock_nested(second, SINGLE_DEPTH_NESTING);
		__release(second);
	}
}

static void unlock_both(struct ct_table *table, u32 a, u32 b)
{
	if (ct_lock(table, a) != ct_lock(table, b)) {
		__acquire(ct_lock(table, b));
		spin_unlock(ct_lock(table, b));
	}
	__acquire(ct_lock(table, a));
	spin_unlock_bh(ct_lock(table, a));
}

static u32 nat_hash(const struct ct_nat *nat, u32 otherwise)
{
	return nat ? strata_ct_hash(&nat->key) : otherwise;
}

/* Locks the buckets of both ways of a connection. */
static struct ct_nat *lock_ct(struct ct_table *table, const struct strata_ct *ct,
			      u32 hash)
{
	struct ct_nat *nat = rcu_dereference(ct->nat), *now;

	for (;;) {
		lock_both(table, hash, nat_hash(nat, hash));
		now = rcu_dereference(ct->nat);
		if (likely(now == nat))
			return nat;
		unlock_both(table, hash, nat_hash(nat, hash));
		nat = now;
	}
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
	u32 hash = strata_ct_hash(&ct->key);
	struct ct_nat *nat = lock_ct(table, ct, hash);
	bool there = !ct_has(ct, CT_GONE);

	if (there) {
		atomic_or(CT_GONE, &ct->flags);
		hlist_del_rcu(&ct->node);
		if (nat)
			hlist_del_rcu(&nat->node);
		atomic_dec(&table->count);
		call_rcu(&ct->rcu, free_rcu);
	}
	unlock_both(table, hash, nat_hash(nat, hash));
	return there;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_remove);

static void put_nat(struct ct_table *table, struct strata_ct *ct,
		    struct ct_nat *nat, u32 hash)
{
	hlist_add_head_rcu(&nat->node, &table->bucket[hash & table->mask]);
	rcu_assign_pointer(ct->nat, nat);
	atomic_or(CT_TRANSLATED, &ct->flags);
}

/* Nobody can have used it: the first packet is still on its way. */
static void take_nat(struct ct_table *table, struct strata_ct *ct)
{
	struct ct_nat *old = lock_ct(table, ct, strata_ct_hash(&ct->key));
	u32 hash = strata_ct_hash(&ct->key);

	if (old && !ct_has(ct, CT_GONE)) {
		hlist_del_rcu(&old->node);
		atomic_andnot(CT_TRANSLATED, &ct->flags);
		RCU_INIT_POINTER(ct->nat, NULL);
		kfree_rcu(old, rcu);
	}
	unlock_both(table, hash, nat_hash(old, hash));
}

/**
 * strata_ct_set_nat() - the answers to a connection look like this
 * @table: that it is in
 * @ct: the connection; its first packet is the caller's
 * @nat: complete; owned
 *
 * Context: RCU read side. Return: false: somebody else was quicker to take what
 * they would look like, or the connection was forgotten meanwhile.
 */
bool strata_ct_set_nat(struct ct_table *table, struct strata_ct *ct,
		       struct ct_nat *nat)
{
	u32 hash = strata_ct_hash(&ct->key), other = strata_ct_hash(&nat->key);
	const struct strata_ct *taken;
	bool set = false;

	take_nat(table, ct);
	if (same_key(&ct->key, &nat->key)) {
		kfree(nat);
		return true;
	}
	lock_both(table, hash, other);
	taken = find(&table->bucket[other & table->mask], &nat->key);
	if (!ct_has(ct, CT_GONE) && (!taken || ct_expired(taken))) {
		put_nat(table, ct, nat, other);
		set = true;
	}
	unlock_both(table, hash, other);
	if (!set)
		kfree(nat);
	return set;
}

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
	old = find(bucket, &ct->key);
	if (old && ct_expired(old))
		strata_ct_remove(table, old);
	spin_lock_bh(ct_lock(table, hash));
	old = find(bucket, &ct->key);
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
