// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarding database: learning, ageing, and how it grows.
 *
 * A hash table of single chains. An entry has two links, one for the present
 * table and one for the next, so that the table grows under readers: all
 * entries are linked into the new buckets while the old ones still stand, then
 * the new ones are published. Buckets are chosen by the top bits of the hash, so a
 * position in the table means the same before and after it grew; walks
 * (ageing, flush, dump) keep such a position between two buckets.
 */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "bridge.h"

/* The work looks again at least so often, and not more often than that. */
#define AGEING_PERIOD_JIFFIES	(10 * HZ)
#define AGEING_PAUSE_JIFFIES	(HZ / 10)

#define HASH_END	BIT(STRATA_BRIDGE_FDB_HASH_BITS)

static struct kmem_cache *fdb_cache;

static struct strata_bridge_fdb_buckets *buckets_alloc(u8 bits, u8 parity)
{
	struct strata_bridge_fdb_buckets *buckets;

	buckets = kvzalloc(struct_size(buckets, head, 1ul << bits), GFP_KERNEL);
	if (!buckets)
		return NULL;
	buckets->bits = bits;
	buckets->parity = parity;
	buckets->shift = STRATA_BRIDGE_FDB_HASH_BITS - bits;
	return buckets;
}

/* The present buckets, for who holds the lock. */
static struct strata_bridge_fdb_buckets *
buckets_of(struct strata_bridge_fdb_table *table)
{
	return rcu_dereference_protected(table->buckets,
					 lockdep_is_held(&table->lock));
}

static struct strata_bridge_fdb __rcu **
bucket_of(struct strata_bridge_fdb_table *table,
	  struct strata_bridge_fdb_buckets *buckets, u64 key)
{
	return &buckets->head[strata_bridge_fdb_hash(table, key) >> buckets->shift];
}

/* Puts an entry at the front of its chain. Context: lock held. */
static void fdb_link(struct strata_bridge_fdb_table *table,
		     struct strata_bridge_fdb_buckets *buckets,
		     struct strata_bridge_fdb *fdb)
{
	struct strata_bridge_fdb __rcu **head =
		bucket_of(table, buckets, fdb->key);

	RCU_INIT_POINTER(fdb->next[buckets->parity],
			 rcu_access_pointer(*head));
	rcu_assign_pointer(*head, fdb);
}

/* One more, or one less, was learned at @port. Context: lock held. */
static void count_learned(struct strata_bridge_fdb_table *table,
			  struct strata_bridge_port *port, int by)
{
	table->learned += by;
	port->learned += by;
}

static void fdb_free(struct rcu_head *rcu)
{
	kmem_cache_free(fdb_cache,
			container_of(rcu, struct strata_bridge_fdb, rcu));
}

/* Takes an entry out of its chain, at @where, and frees it. Context: lock. */
static void fdb_unlink(struct strata_bridge *br,
		       struct strata_bridge_fdb __rcu **where,
		       struct strata_bridge_fdb *fdb)
{
	struct strata_bridge_fdb_table *table = &br->fdb;

	RCU_INIT_POINTER(*where,
			 rcu_access_pointer(fdb->next[buckets_of(table)->parity]));
	table->count--;
	if (fdb->flags & STRATA_BRIDGE_FDB_LEARNED)
		count_learned(table, fdb->port, -1);
	/* After it cannot be found any more: pairs with find_recent(). */
	smp_store_release(&table->generation, table->generation + 1);
	strata_bridge_fdb_notify(br, fdb, RTM_DELNEIGH);
	call_rcu(&fdb->rcu, fdb_free);
}

static void fdb_want_room(struct strata_bridge_fdb_table *table)
{
	struct strata_bridge_fdb_buckets *buckets = buckets_of(table);

	if (unlikely(table->count > 1u << buckets->bits) &&
	    buckets->bits < STRATA_BRIDGE_FDB_MAX_BITS)
		schedule_work(&table->growing);
}

/* Context: lock held. Return: NULL without memory. */
static struct strata_bridge_fdb *fdb_insert(struct strata_bridge *br,
					    struct strata_bridge_port *port,
					    u64 key, u32 flags)
{
	struct strata_bridge_fdb_table *table = &br->fdb;
	struct strata_bridge_fdb *fdb;

	fdb = kmem_cache_alloc(fdb_cache, GFP_ATOMIC);
	if (!fdb)
		return NULL;
	fdb->key = key;
	fdb->port = port;
	fdb->flags = flags;
	fdb->updated = (u32)jiffies;
	fdb->used = fdb->updated;
	table->count++;
	if (flags & STRATA_BRIDGE_FDB_LEARNED)
		count_learned(table, port, 1);
	fdb_link(table, buckets_of(table), fdb);
	fdb_want_room(table);
	strata_bridge_fdb_notify(br, fdb, RTM_NEWNEIGH);
	return fdb;
}

/* In a full table a port with few stations takes the place of one with many: among the
 * entries near @key's (they are there by chance) one of the port with the most goes. So
 * whoever crowds the table from one port keeps nobody else out.
 * Context: lock held. Return: false if @port has a share as large as anybody's there.
 */
static bool fdb_make_room(struct strata_bridge *br,
			  const struct strata_bridge_port *port, u64 key)
{
	struct strata_bridge_fdb_buckets *buckets = buckets_of(&br->fdb);
	u32 first = strata_bridge_fdb_hash(&br->fdb, key) >> buckets->shift;
	struct strata_bridge_fdb __rcu **where, **greedy = NULL;
	unsigned int i, most = port->learned + 1;
	struct strata_bridge_fdb *fdb;

	for (i = 0; i < STRATA_BRIDGE_FDB_EVICT_BUCKETS; i++) {
		where = &buckets->head[(first + i) & ((1u << buckets->bits) - 1)];
		while ((fdb = rcu_dereference_protected(*where, 1))) {
			if (fdb->flags & STRATA_BRIDGE_FDB_LEARNED &&
			    fdb->port->learned > most) {
				most = fdb->port->learned;
				greedy = where;
			}
			where = &fdb->next[buckets->parity];
		}
	}
	if (!greedy)
		return false;
	fdb_unlink(br, greedy, rcu_dereference_protected(*greedy, 1));
	strata_count(br->sn, BRIDGE_FDB_EVICTED);
	return true;
}

/* A station speaks for the first time. */
static void fdb_learn_new(struct strata_bridge *br,
			  struct strata_bridge_port *port, u64 key)
{
	struct strata_bridge_fdb_table *table = &br->fdb;

	/* The receive path waits for nobody: its next frame tries again. */
	if (!spin_trylock_bh(&table->lock))
		return;
	if (strata_bridge_fdb_find(table, key))
		goto unlock;
	if (table->learned >= READ_ONCE(table->max_learned) &&
	    !fdb_make_room(br, port, key)) {
		strata_count(br->sn, BRIDGE_FDB_FULL);
		goto unlock;
	}
	if (fdb_insert(br, port, key, STRATA_BRIDGE_FDB_LEARNED))
		strata_count(br->sn, BRIDGE_FDB_LEARNED);
unlock:
	spin_unlock_bh(&table->lock);
}

/* Context: lock held. */
static void fdb_set_port(struct strata_bridge_fdb_table *table,
			 struct strata_bridge_fdb *fdb,
			 struct strata_bridge_port *port)
{
	if (fdb->flags & STRATA_BRIDGE_FDB_LEARNED) {
		count_learned(table, fdb->port, -1);
		count_learned(table, port, 1);
	}
	WRITE_ONCE(fdb->port, port);
}

/* It speaks from another port than before. */
static void fdb_move(struct strata_bridge *br, struct strata_bridge_fdb *fdb,
		     struct strata_bridge_port *port)
{
	struct strata_bridge_fdb_table *table = &br->fdb;

	if (READ_ONCE(fdb->flags) & STRATA_BRIDGE_FDB_STICKY ||
	    !spin_trylock_bh(&table->lock))
		return;
	/* It may have been forgotten meanwhile, or moved already. */
	if (strata_bridge_fdb_find(table, fdb->key) == fdb && fdb->port != port) {
		fdb_set_port(table, fdb, port);
		strata_count(br->sn, BRIDGE_FDB_MOVED);
		strata_bridge_fdb_notify(br, fdb, RTM_NEWNEIGH);
	}
	spin_unlock_bh(&table->lock);
}

/**
 * strata_bridge_fdb_learn() - note where a station is
 * @br: the bridge
 * @port: where a frame of its came in
 * @key: its address and the frame's VLAN
 *
 * A frame from one of the bridge's own addresses teaches nothing.
 *
 * Context: softirq, RCU.
 */
void strata_bridge_fdb_learn(struct strata_bridge *br,
			     struct strata_bridge_port *port, u64 key)
{
	struct strata_bridge_fdb *fdb =
		strata_bridge_fdb_find_recent(&br->fdb, key);
	u32 now = (u32)jiffies;

	if (unlikely(!fdb)) {
		if (READ_ONCE(br->ageing_jiffies))
			fdb_learn_new(br, port, key);
		return;
	}
	if (unlikely(READ_ONCE(fdb->flags) & STRATA_BRIDGE_FDB_LOCAL)) {
		strata_count(br->sn, BRIDGE_FDB_OWN);
		return;
	}
	if (unlikely(READ_ONCE(fdb->port) != port))
		fdb_move(br, fdb, port);
	if (READ_ONCE(fdb->updated) != now)
		WRITE_ONCE(fdb->updated, now);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_learn);

/* By hand: the entry that is there becomes what it is told to be. */
static void fdb_change(struct strata_bridge *br, struct strata_bridge_fdb *fdb,
		       struct strata_bridge_port *port, u32 flags)
{
	if (fdb->flags & STRATA_BRIDGE_FDB_LEARNED)
		count_learned(&br->fdb, fdb->port, -1);
	if (flags & STRATA_BRIDGE_FDB_LEARNED)
		count_learned(&br->fdb, port, 1);
	WRITE_ONCE(fdb->port, port);
	WRITE_ONCE(fdb->flags, flags);
	WRITE_ONCE(fdb->updated, (u32)jiffies);
	strata_bridge_fdb_notify(br, fdb, RTM_NEWNEIGH);
}

/**
 * strata_bridge_fdb_set() - make an entry, or change the one that is there
 * @br: the bridge
 * @port: where the station is
 * @key: its address and VLAN
 * @flags: STRATA_BRIDGE_FDB_*
 *
 * Context: process, RTNL held: only learning and ageing happen meanwhile.
 * Return: 0 or -ENOMEM.
 */
int strata_bridge_fdb_set(struct strata_bridge *br,
			  struct strata_bridge_port *port, u64 key, u32 flags)
{
	struct strata_bridge_fdb_table *table = &br->fdb;
	struct strata_bridge_fdb *fdb;
	int err = 0;

	spin_lock_bh(&table->lock);
	fdb = strata_bridge_fdb_find(table, key);
	if (fdb)
		fdb_change(br, fdb, port, flags);
	else if (!fdb_insert(br, port, key, flags))
		err = -ENOMEM;
	spin_unlock_bh(&table->lock);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_set);

/**
 * strata_bridge_fdb_remove() - forget one station
 * @br: the bridge
 * @key: its address and VLAN
 * @port: only if it is there; NULL: wherever
 *
 * Context: any but hardirq. Return: 0 or -ENOENT.
 */
int strata_bridge_fdb_remove(struct strata_bridge *br, u64 key,
			     const struct strata_bridge_port *port)
{
	struct strata_bridge_fdb_table *table = &br->fdb;
	struct strata_bridge_fdb_buckets *buckets;
	struct strata_bridge_fdb __rcu **where;
	struct strata_bridge_fdb *fdb;
	int err = -ENOENT;

	spin_lock_bh(&table->lock);
	buckets = buckets_of(table);
	where = bucket_of(table, buckets, key);
	while ((fdb = rcu_dereference_protected(*where, 1)) && fdb->key != key)
		where = &fdb->next[buckets->parity];
	if (fdb && (!port || fdb->port == port)) {
		fdb_unlink(br, where, fdb);
		err = 0;
	}
	spin_unlock_bh(&table->lock);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_remove);

/* One bucket of a walk, which begins at @position of the hash's space.
 * Context: lock held. Return: where the next begins.
 */
static u32 remove_in_bucket(struct strata_bridge *br, u32 position,
			    bool (*match)(const struct strata_bridge_fdb *,
					  void *),
			    void *arg, unsigned int *removed)
{
	struct strata_bridge_fdb_buckets *buckets = buckets_of(&br->fdb);
	u32 bucket = position >> buckets->shift;
	struct strata_bridge_fdb __rcu **where = &buckets->head[bucket];
	struct strata_bridge_fdb *fdb;

	while ((fdb = rcu_dereference_protected(*where, 1))) {
		if (match(fdb, arg)) {
			fdb_unlink(br, where, fdb);
			++*removed;
		} else {
			where = &fdb->next[buckets->parity];
		}
	}
	return (bucket + 1) << buckets->shift;
}

/**
 * strata_bridge_fdb_remove_if() - forget all stations that match
 * @br: the bridge
 * @match: says which; called with the lock held
 * @arg: for @match
 *
 * The lock is taken for a bucket at a time, so that frames get their turn.
 *
 * Context: process. Return: how many there were.
 */
unsigned int
strata_bridge_fdb_remove_if(struct strata_bridge *br,
			    bool (*match)(const struct strata_bridge_fdb *,
					  void *),
			    void *arg)
{
	unsigned int removed = 0;
	u32 position = 0;

	while (position < HASH_END) {
		spin_lock_bh(&br->fdb.lock);
		position = remove_in_bucket(br, position, match, arg, &removed);
		spin_unlock_bh(&br->fdb.lock);
		cond_resched();
	}
	return removed;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_remove_if);

/**
 * struct ageing - one walk in search of the old
 * @now: when
 * @ageing: how old is too old
 * @oldest: the age of the oldest that stays
 */
struct ageing {
	u32 now;
	u32 ageing;
	u32 oldest;
};

static bool is_too_old(const struct strata_bridge_fdb *fdb, void *arg)
{
	struct ageing *ageing = arg;
	u32 age = ageing->now - READ_ONCE(fdb->updated);

	if (fdb->flags & (STRATA_BRIDGE_FDB_LOCAL | STRATA_BRIDGE_FDB_STATIC |
			  STRATA_BRIDGE_FDB_EXTERN))
		return false;
	/* One that speaks this moment may be younger than the walk. */
	if ((s32)age < 0)
		return false;
	if (age >= ageing->ageing)
		return true;
	ageing->oldest = max(ageing->oldest, age);
	return false;
}

/**
 * strata_bridge_fdb_age() - forget the stations that were silent too long
 * @br: the bridge
 * @now: jiffies
 *
 * Context: process. IEEE 802.1D-1998 7.9.2.
 */
void strata_bridge_fdb_age(struct strata_bridge *br, unsigned long now)
{
	struct ageing ageing = {
		.now = now,
		.ageing = READ_ONCE(br->ageing_jiffies),
	};
	unsigned int removed;
	u32 delay;

	removed = strata_bridge_fdb_remove_if(br, is_too_old, &ageing);
	strata_count_add(br->sn, BRIDGE_FDB_AGED, removed);
	delay = ageing.ageing - ageing.oldest;
	mod_delayed_work(system_long_wq, &br->fdb.ageing,
			 clamp_t(u32, delay, AGEING_PAUSE_JIFFIES,
				 AGEING_PERIOD_JIFFIES));
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_age);

/**
 * strata_bridge_fdb_age_soon() - look at once: the ageing time is shorter now
 * @br: the bridge
 *
 * Context: any.
 */
void strata_bridge_fdb_age_soon(struct strata_bridge *br)
{
	mod_delayed_work(system_long_wq, &br->fdb.ageing, 0);
}

static void ageing_work(struct work_struct *work)
{
	struct strata_bridge *br = container_of(to_delayed_work(work),
						struct strata_bridge,
						fdb.ageing);

	strata_bridge_fdb_age(br, jiffies);
}

/* Links every entry into @larger too. Context: lock held. */
static void buckets_fill(struct strata_bridge_fdb_table *table,
			 struct strata_bridge_fdb_buckets *larger)
{
	struct strata_bridge_fdb_buckets *buckets = buckets_of(table);
	struct strata_bridge_fdb *fdb;
	u32 i;

	for (i = 0; i < 1u << buckets->bits; i++)
		for (fdb = rcu_dereference_protected(buckets->head[i], 1); fdb;
		     fdb = rcu_dereference_protected(fdb->next[buckets->parity], 1))
			fdb_link(table, larger, fdb);
}

static void growing_work(struct work_struct *work)
{
	struct strata_bridge_fdb_table *table =
		container_of(work, struct strata_bridge_fdb_table, growing);
	struct strata_bridge_fdb_buckets *old, *larger;

	/* Only this work replaces the buckets. */
	old = rcu_dereference_protected(table->buckets, 1);
	if (READ_ONCE(table->count) <= 1u << old->bits)
		return;
	larger = buckets_alloc(min(old->bits + STRATA_BRIDGE_FDB_GROW_BITS,
				   STRATA_BRIDGE_FDB_MAX_BITS), !old->parity);
	if (!larger)
		return;		/* the next new entry asks again */
	spin_lock_bh(&table->lock);
	buckets_fill(table, larger);
	rcu_assign_pointer(table->buckets, larger);
	spin_unlock_bh(&table->lock);
	/* Afterwards nobody follows the old links, which are used next time. */
	synchronize_rcu();
	kvfree(old);
}

/**
 * strata_bridge_fdb_create() - the empty table of a new bridge
 * @br: the bridge
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_bridge_fdb_create(struct strata_bridge *br)
{
	struct strata_bridge_fdb_table *table = &br->fdb;
	struct strata_bridge_fdb_buckets *buckets;

	buckets = buckets_alloc(STRATA_BRIDGE_FDB_MIN_BITS, 0);
	table->cache = alloc_percpu(struct strata_bridge_fdb_cache);
	if (!buckets || !table->cache) {
		kvfree(buckets);
		free_percpu(table->cache);
		return -ENOMEM;
	}
	/* Caches full of zeroes remember nothing. */
	table->generation = 1;
	RCU_INIT_POINTER(table->buckets, buckets);
	get_random_bytes(&table->hash_key, sizeof(table->hash_key));
	spin_lock_init(&table->lock);
	table->max_learned = STRATA_BRIDGE_FDB_MAX_LEARNED;
	INIT_DELAYED_WORK(&table->ageing, ageing_work);
	INIT_WORK(&table->growing, growing_work);
	queue_delayed_work(system_long_wq, &table->ageing,
			   AGEING_PERIOD_JIFFIES);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_create);

static bool is_any(const struct strata_bridge_fdb *fdb, void *arg)
{
	return true;
}

/**
 * strata_bridge_fdb_destroy() - free the table
 * @br: the bridge, from which no frame comes any more
 *
 * Context: process.
 */
void strata_bridge_fdb_destroy(struct strata_bridge *br)
{
	struct strata_bridge_fdb_table *table = &br->fdb;

	cancel_delayed_work_sync(&table->ageing);
	strata_bridge_fdb_remove_if(br, is_any, NULL);
	cancel_work_sync(&table->growing);
	kvfree(rcu_dereference_protected(table->buckets, 1));
	free_percpu(table->cache);
	RCU_INIT_POINTER(table->buckets, NULL);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_destroy);

/**
 * strata_bridge_fdb_cache_create() - what entries are allocated from
 *
 * Context: module load. Return: 0 or -ENOMEM.
 */
int strata_bridge_fdb_cache_create(void)
{
	fdb_cache = KMEM_CACHE(strata_bridge_fdb, 0);
	return fdb_cache ? 0 : -ENOMEM;
}

/**
 * strata_bridge_fdb_cache_destroy() - after the last bridge
 *
 * Context: module unload.
 */
void strata_bridge_fdb_cache_destroy(void)
{
	rcu_barrier();
	kmem_cache_destroy(fdb_cache);
}
