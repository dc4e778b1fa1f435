/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: the forwarding database, which station is behind which
 * port.
 */
#ifndef _NET_BRIDGE_FDB_H
#define _NET_BRIDGE_FDB_H

#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/if_ether.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/unaligned.h>
#include <linux/workqueue.h>

struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct ndmsg;
struct net_device;
struct sk_buff;
struct strata_bridge;
struct strata_bridge_port;

/* Learned entries a bridge may have, unless fdb_max_learned says otherwise */
#define STRATA_BRIDGE_FDB_MAX_LEARNED	262144
/* Buckets of a full table that are searched for an entry to give up */
#define STRATA_BRIDGE_FDB_EVICT_BUCKETS	16
/* Buckets of a new table, and how they grow: four times when each has one */
#define STRATA_BRIDGE_FDB_MIN_BITS	6
#define STRATA_BRIDGE_FDB_MAX_BITS	20
#define STRATA_BRIDGE_FDB_GROW_BITS	2
/* Bits of a hash that choose a bucket: a dump's cursor is a positive int */
#define STRATA_BRIDGE_FDB_HASH_BITS	30

/* Stations that a processor remembers to have looked up */
#define STRATA_BRIDGE_FDB_RECENT_BITS	6

/* strata_bridge_fdb.flags */
#define STRATA_BRIDGE_FDB_LOCAL		BIT(0)	/* an address of the bridge */
#define STRATA_BRIDGE_FDB_STATIC	BIT(1)	/* does not age */
#define STRATA_BRIDGE_FDB_STICKY	BIT(2)	/* does not move */
#define STRATA_BRIDGE_FDB_BY_USER	BIT(3)	/* added by hand */
#define STRATA_BRIDGE_FDB_LEARNED	BIT(4)	/* counts against the limit */
#define STRATA_BRIDGE_FDB_EXTERN	BIT(5)	/* learned by a program */

/**
 * struct strata_bridge_fdb - one station
 * @key: its address and VLAN, see strata_bridge_fdb_key(); constant
 * @port: where it is; for LOCAL entries the port whose address it is; the
 *	table's lock, read by frames
 * @updated: jiffies when it last sent; written by frames without the lock
 * @used: jiffies when something was last sent to it; as @updated
 * @flags: STRATA_BRIDGE_FDB_*; the table's lock, read by frames
 * @next: in the bucket of the table of each parity; the table's lock, RCU
 * @rcu: frees
 *
 * One cache line, so that a lookup touches a bucket's and this one.
 */
struct strata_bridge_fdb {
	u64 key;
	struct strata_bridge_port *port;
	u32 updated;
	u32 used;
	u32 flags;
	struct strata_bridge_fdb __rcu *next[2];
	struct rcu_head rcu;
} ____cacheline_aligned;

/**
 * struct strata_bridge_fdb_buckets - the buckets of a table
 * @shift: from a hash of STRATA_BRIDGE_FDB_HASH_BITS to a bucket
 * @parity: which of strata_bridge_fdb.next links its entries
 * @bits: logarithm of their number
 * @rcu: frees
 * @head: the first entry of each
 */
struct strata_bridge_fdb_buckets {
	u8 shift;
	u8 parity;
	u8 bits;
	struct rcu_head rcu;
	struct strata_bridge_fdb __rcu *head[];
};

/**
 * struct strata_bridge_fdb_recent - a lookup that a processor remembers
 * @key: of what
 * @fdb: what was found; not to be touched unless @generation is the table's
 * @generation: of the table, when it was found
 */
struct strata_bridge_fdb_recent {
	u64 key;
	struct strata_bridge_fdb *fdb;
	unsigned long generation;
};

/**
 * struct strata_bridge_fdb_cache - the lookups that a processor remembers
 * @recent: by the key's strata_bridge_fdb_recent_slot()
 */
struct strata_bridge_fdb_cache {
	struct strata_bridge_fdb_recent recent[1 << STRATA_BRIDGE_FDB_RECENT_BITS];
};

/**
 * struct strata_bridge_fdb_table - a bridge's forwarding database
 * @buckets: replaced by larger ones as it fills
 * @cache: of each processor; softirqs off
 * @generation: changes when an entry has gone: what was remembered before is
 *	forgotten; @lock, read by anyone
 * @hash_key: random: nobody outside knows which addresses share a bucket
 * @lock: writers; taken with softirqs off
 * @count: entries; @lock
 * @learned: those that count against @max_learned; @lock
 * @max_learned: the limit; WRITE_ONCE()
 * @ageing: looks for entries that are too old
 * @growing: makes more buckets
 */
struct strata_bridge_fdb_table {
	struct strata_bridge_fdb_buckets __rcu *buckets;
	struct strata_bridge_fdb_cache __percpu *cache;
	unsigned long generation;
	hsiphash_key_t hash_key;
	spinlock_t lock;	/* writers */
	unsigned int count;
	unsigned int learned;
	unsigned int max_learned;
	struct delayed_work ageing;
	struct work_struct growing;
};

/* Address and VLAN in one word, whose comparison is one instruction. */
static inline u64 strata_bridge_fdb_key(const u8 *addr, u16 vid)
{
	u32 low = get_unaligned((const u32 *)addr);
	u16 high = get_unaligned((const u16 *)(addr + sizeof(low)));

	return (u64)vid << 48 | (u64)high << 32 | low;
}

static inline void strata_bridge_fdb_addr(u64 key, u8 *addr)
{
	put_unaligned((u32)key, (u32 *)addr);
	put_unaligned((u16)(key >> 32), (u16 *)(addr + sizeof(u32)));
}

static inline u16 strata_bridge_fdb_vid(u64 key)
{
	return key >> 48;
}

static inline u32 strata_bridge_fdb_hash(const struct strata_bridge_fdb_table *t,
					 u64 key)
{
	return hsiphash_2u32(key, key >> 32, &t->hash_key) >>
	       (32 - STRATA_BRIDGE_FDB_HASH_BITS);
}

/**
 * strata_bridge_fdb_find() - look a station up
 * @table: the bridge's
 * @key: its strata_bridge_fdb_key()
 *
 * Context: RCU read side, or the table's lock held.
 * Return: borrowed for as long; NULL if unknown.
 */
static inline struct strata_bridge_fdb *
strata_bridge_fdb_find(const struct strata_bridge_fdb_table *table, u64 key)
{
	const struct strata_bridge_fdb_buckets *buckets =
		rcu_dereference_check(table->buckets,
				      lockdep_is_held(&table->lock));
	u32 bucket = strata_bridge_fdb_hash(table, key) >> buckets->shift;
	struct strata_bridge_fdb *fdb;

	for (fdb = rcu_dereference_check(buckets->head[bucket],
					 lockdep_is_held(&table->lock));
	     fdb && fdb->key != key;
	     fdb = rcu_dereference_check(fdb->next[buckets->parity],
					 lockdep_is_held(&table->lock)))
		;
	return fdb;
}

/* Who crowds one slot with chosen addresses gains that others pay for the hash. */
static inline unsigned int strata_bridge_fdb_recent_slot(u64 key)
{
	return hash_64(key, STRATA_BRIDGE_FDB_RECENT_BITS);
}

/**
 * strata_bridge_fdb_find_recent() - look a station up that may be a recent one
 * @table: the bridge's
 * @key: its strata_bridge_fdb_key()
 *
 * An entry is freed a grace period after its generation ended, so whoever sees
 * the generation unchanged, under RCU, may use what was found in it.
 *
 * Context: softirqs off, RCU read side.
 * Return: borrowed for as long; NULL if unknown.
 */
static inline struct strata_bridge_fdb *
strata_bridge_fdb_find_recent(const struct strata_bridge_fdb_table *table,
			      u64 key)
{
	struct strata_bridge_fdb_recent *recent =
		this_cpu_ptr(table->cache)->recent +
		strata_bridge_fdb_recent_slot(key);
	/* Before the lookup: pairs with fdb_unlink(). */
	unsigned long generation = smp_load_acquire(&table->generation);
	struct strata_bridge_fdb *fdb;

	if (likely(recent->key == key && recent->generation == generation))
		return recent->fdb;
	fdb = strata_bridge_fdb_find(table, key);
	if (likely(fdb)) {
		recent->key = key;
		recent->fdb = fdb;
		recent->generation = generation;
	}
	return fdb;
}

/* fdb.c */
int strata_bridge_fdb_create(struct strata_bridge *br);
void strata_bridge_fdb_destroy(struct strata_bridge *br);
void strata_bridge_fdb_learn(struct strata_bridge *br,
			     struct strata_bridge_port *port, u64 key);
int strata_bridge_fdb_set(struct strata_bridge *br,
			  struct strata_bridge_port *port, u64 key, u32 flags);
int strata_bridge_fdb_remove(struct strata_bridge *br, u64 key,
			     const struct strata_bridge_port *port);
unsigned int
strata_bridge_fdb_remove_if(struct strata_bridge *br,
			    bool (*match)(const struct strata_bridge_fdb *,
					  void *),
			    void *arg);
void strata_bridge_fdb_age(struct strata_bridge *br, unsigned long now);
void strata_bridge_fdb_age_soon(struct strata_bridge *br);

/* fdb_flush.c */
void strata_bridge_fdb_flush(struct strata_bridge *br,
			     const struct strata_bridge_port *port, u16 vid);
void strata_bridge_fdb_forget_port(struct strata_bridge *br,
				   const struct strata_bridge_port *port);
void strata_bridge_fdb_forget_vlan(struct strata_bridge *br,
				   const struct strata_bridge_port *port,
				   u16 vid);
int strata_bridge_fdb_add_own(struct strata_bridge_port *port);
void strata_bridge_fdb_del_own(struct strata_bridge_port *port);
int strata_bridge_fdb_add_local(struct strata_bridge_port *port, u16 vid);
void strata_bridge_fdb_del_local(struct strata_bridge_port *port, u16 vid);

/* fdb_config.c */
void strata_bridge_fdb_notify(struct strata_bridge *br,
			      const struct strata_bridge_fdb *fdb, int type);
int strata_bridge_ndo_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
			      struct net_device *dev,
			      const unsigned char *addr, u16 vid, u16 flags,
			      struct netlink_ext_ack *extack);
int strata_bridge_ndo_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
			      struct net_device *dev,
			      const unsigned char *addr, u16 vid,
			      struct netlink_ext_ack *extack);
int strata_bridge_ndo_fdb_get(struct sk_buff *skb, struct nlattr *tb[],
			      struct net_device *dev,
			      const unsigned char *addr, u16 vid, u32 portid,
			      u32 seq, struct netlink_ext_ack *extack);
int strata_bridge_ndo_fdb_dump(struct sk_buff *skb,
			       struct netlink_callback *cb,
			       struct net_device *dev,
			       struct net_device *filter_dev, int *idx);

int strata_bridge_fdb_cache_create(void);
void strata_bridge_fdb_cache_destroy(void);

#endif /* _NET_BRIDGE_FDB_H */
