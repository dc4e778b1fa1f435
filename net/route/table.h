/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The addresses and routes of one namespace.
 */
#ifndef _NET_ROUTE_TABLE_H
#define _NET_ROUTE_TABLE_H

#include <linux/hashtable.h>
#include <linux/indirect_call_wrapper.h>
#include <linux/rbtree.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <strata/fib.h>
#include <strata/nexthop.h>
#include <strata/packet.h>
#include <strata/route.h>
#include <strata/rule.h>

#define STRATA_ADDR_HASH_BITS	10

/* Indexes of strata_table.fib and the like. */
enum strata_route_family {
	STRATA_ROUTE_IPV4,
	STRATA_ROUTE_IPV6,
	STRATA_ROUTE_FAMILIES
};

#define STRATA_DEST_BUCKETS	512
#define STRATA_NEXTHOP_HASH_BITS	8

/* What makes a flow, for the choice among next hops; the kernel's values. */
enum strata_hash_policy {
	STRATA_HASH_L3,		/* addresses */
	STRATA_HASH_L4,		/* and ports */
};

/**
 * struct strata_dests - what was said of single destinations
 * @sn: the namespace's stack
 * @lock: of all the rest
 * @key: secret of the hash
 * @count: how many there are; read without the lock
 * @changed: since cached paths were last made stale
 * @buckets: by hash; the one that was told of last comes first; RCU
 * @timer: forgets, and makes cached paths stale
 */
struct strata_dests {
	struct strata_net *sn;
	spinlock_t lock;	/* of the rest */
	siphash_key_t key;
	unsigned int count;
	bool changed;
	struct hlist_head buckets[STRATA_DEST_BUCKETS];
	struct timer_list timer;
};

/**
 * struct strata_table - routes, and how they are looked up
 * @algo: constant, its module is referenced
 * @fib: one of @algo's for each family
 */
struct strata_table {
	const struct strata_fib_algo *algo;
	void *fib[STRATA_ROUTE_FAMILIES];
};

/**
 * struct strata_table_slot - a table that has a number
 * @id: the number; constant
 * @now: where its routes are; replaced under strata_net.config, RCU
 * @entries: how many they are; strata_net.config
 * @node: in strata_route_net.tables
 *
 * All but the main one are created by their first route, and freed by
 * strata_tables_reap() after their last has gone.
 */
struct strata_table_slot {
	u32 id;
	struct strata_table __rcu *now;
	unsigned int entries;
	struct list_head node;
};

/**
 * struct strata_route_net - what net/route keeps for a namespace
 * @ruled: by family: rules decide; else all is in the main table. Written under
 *	strata_net.config, read by anyone
 * @main: the main table
 * @tables: all of them, by number; strata_net.config
 * @table_count: of these; strata_net.config
 * @rules: by family, in order; written under strata_net.config, RCU
 * @rule_count: of both families; strata_net.config
 * @routes: how many entries there are; strata_net.config
 * @route_serial: of the youngest entry; strata_net.config
 * @shared: the routes that entries lead to; strata_net.config
 * @addrs: how many are in @addr_list; strata_net.config
 * @addr_serial: of the youngest address; strata_net.config
 * @addr_list: addresses by age; written under strata_net.config, RCU
 * @addr_hash: addresses and broadcast addresses by their bits; our own stand
 *	before broadcast addresses in each chain; RCU
 * @prefer_temporary: where a stable and a temporary address would do
 * @dests: what was said of single destinations
 * @sysctl: net.strata.fib_*
 * @nexthops: by number, or by what they are; strata_net.config
 * @nexthop_count: of these; strata_net.config
 * @hash_policy: &enum strata_hash_policy: net.strata.fib_multipath_hash_policy
 * @hash_key: secret of the choice among next hops
 *
 * Created with the namespace (or when the module is loaded), freed with it.
 */
struct strata_route_net {
	bool ruled[STRATA_ROUTE_FAMILIES];
	struct strata_table_slot main;
	struct list_head tables;
	unsigned int table_count;
	struct list_head rules[STRATA_ROUTE_FAMILIES];
	unsigned int rule_count;
	unsigned int routes;
	u64 route_serial;
	struct rb_root shared;
	unsigned int addrs;
	u64 addr_serial;
	struct list_head addr_list;
	struct hlist_head addr_hash[1 << STRATA_ADDR_HASH_BITS];
	bool prefer_temporary;
	struct strata_dests dests;
	struct ctl_table_header *sysctl;
	DECLARE_HASHTABLE(nexthops, STRATA_NEXTHOP_HASH_BITS);
	unsigned int nexthop_count;
	u8 hash_policy;
	siphash_key_t hash_key;
};

/* Context: strata_net.config held, or nobody else is there. */
static inline struct strata_table *
strata_table_main(const struct strata_route_net *rn)
{
	return rcu_dereference_protected(rn->main.now, true);
}

/* Same context. */
static inline struct strata_table *
strata_slot_table(const struct strata_table_slot *slot)
{
	return rcu_dereference_protected(slot->now, true);
}

int strata_tables_init(struct strata_route_net *rn,
		       const struct strata_fib_algo *algo);
void strata_tables_exit(struct strata_route_net *rn);
struct strata_table_slot *strata_table_get(struct strata_net *sn, u32 id,
					   struct netlink_ext_ack *extack);
struct strata_table_slot *strata_table_of(const struct strata_route_net *rn,
					  u32 id);
void strata_tables_reap(struct strata_net *sn);

/* check.c */
int strata_route_check(struct strata_net *sn, struct strata_route *want,
		       struct netlink_ext_ack *extack);
int strata_route_check_prefix(const struct strata_route *want,
			      struct netlink_ext_ack *extack);

void strata_nexthops_init(struct strata_route_net *rn);
void strata_nexthops_exit(struct strata_route_net *rn);
void strata_nexthops_settle(struct strata_net *sn);
void strata_nexthops_purge_link(struct strata_net *sn,
				const struct strata_link *link);
void strata_nexthop_use(struct strata_nexthop *nexthop, int family);
void strata_nexthop_unuse(struct strata_route_net *rn,
			  struct strata_nexthop *nexthop, int family);
bool strata_nexthop_fits(const struct strata_nexthop *nexthop, int family);
const struct strata_route *
strata_nexthop_choose(const struct strata_route_net *rn,
		      const struct strata_route *route,
		      struct strata_lookup *lookup);
u32 strata_multipath_hash(const struct strata_route_net *rn,
			  struct strata_lookup *lookup);
int strata_check_hop(struct strata_net *sn, struct strata_hop *hop,
		     struct netlink_ext_ack *extack);
void strata_route_purge_dying(struct strata_net *sn);

int strata_rules_init(struct strata_route_net *rn);
void strata_rules_exit(struct strata_route_net *rn);
void strata_rules_settle(struct strata_net *sn);
const struct strata_route *strata_rules_find(const struct strata_route_net *rn,
					     int family,
					     const struct strata_lookup *lookup);

const struct strata_route *strata_route_share(struct strata_route_net *rn,
					      const struct strata_route *like);
void strata_route_unshare(struct strata_route_net *rn,
			  const struct strata_route *route);

struct ctl_table_header *strata_route_sysctl_register(struct strata_net *sn);

void strata_dests_init(struct strata_net *sn);
void strata_dests_exit(struct strata_net *sn);

static inline int strata_route_family(const struct in6_addr *addr)
{
	return strata_addr_is4(addr) ? STRATA_ROUTE_IPV4 : STRATA_ROUTE_IPV6;
}

int strata_route_insert(struct strata_net *sn, const struct strata_route *like,
			struct strata_fib_entry *old,
			struct netlink_ext_ack *extack);
void strata_route_erase(struct strata_net *sn, struct strata_fib_entry *entry);
bool strata_route_next(struct strata_net *sn, u32 table,
		       const struct in6_addr *prefix, u8 plen,
		       struct strata_fib_entry *at);
void strata_route_purge_all(struct strata_net *sn);
void strata_route_purge_link(struct strata_net *sn,
			     const struct strata_link *link);
void strata_route_purge_source(struct strata_net *sn,
			       const struct in6_addr *source);

int strata_addr_connect(struct strata_addr *addr,
			struct netlink_ext_ack *extack);
void strata_addr_disconnect(struct strata_addr *addr);

struct strata_addr *strata_addr_next_on(struct strata_net *sn,
					const struct strata_link *link,
					struct strata_addr *addr);
void strata_addr_purge_link(struct strata_net *sn,
			    const struct strata_link *link);
int strata_addr_loopback(struct strata_link *link);

const struct strata_route *strata_multibit_lookup(void *table,
						  const struct in6_addr *daddr,
						  int oif);
int strata_multibit_walk(void *table, const struct in6_addr *prefix, u8 plen,
			 int (*visit)(const struct strata_fib_entry *entry,
				      void *arg),
			 void *visit_arg);
extern const struct strata_fib_algo strata_multibit;

/**
 * strata_table_lookup() - the best route that one table has
 * @slot: the table
 * @family: &enum strata_route_family of @daddr
 * @daddr: destination
 * @oif: index of the output link, 0: any
 *
 * Context: RCU read side. Return: borrowed, NULL if none.
 */
static inline const struct strata_route *
strata_table_lookup(const struct strata_table_slot *slot, int family,
		    const struct in6_addr *daddr, int oif)
{
	const struct strata_table *table = rcu_dereference(slot->now);

	return INDIRECT_CALL_1(table->algo->lookup, strata_multibit_lookup,
			       table->fib[family], daddr, oif);
}

int mb_node_init(void);
void mb_node_exit(void);

extern const struct strata_fib_algo strata_trie;

/* notify.c */
void strata_rule_tell(struct strata_net *sn, enum strata_rule_event event,
		      const struct strata_rule *rule);

#endif /* _NET_ROUTE_TABLE_H */
