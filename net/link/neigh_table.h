/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: the neighbour entries of a namespace.
 */
#ifndef _NET_LINK_NEIGH_TABLE_H
#define _NET_LINK_NEIGH_TABLE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <strata/neigh.h>

#define STRATA_NEIGH_BUCKETS	1024
#define STRATA_NEIGH_MAX	4096	/* entries of a namespace */
#define STRATA_NEIGH_SAMPLE	32	/* entries compared for an eviction */
/* What may wait for all the addresses of a namespace together */
#define STRATA_NEIGH_TABLE_BYTES	(16 << 20)

/**
 * struct strata_neigh_net - the neighbour entries of one namespace
 * @sn: the namespace's stack
 * @lock: writers of @buckets, @count and @hand; taken with softirqs off
 * @count: entries
 * @hand: the bucket where the next search for a victim begins
 * @queue_bytes: truesize of all packets that wait
 * @buckets: entries by (link, address); RCU
 */
struct strata_neigh_net {
	struct strata_net *sn;
	spinlock_t lock;	/* writers */
	unsigned int count;
	unsigned int hand;
	atomic_long_t queue_bytes;
	struct hlist_head buckets[STRATA_NEIGH_BUCKETS];
};

/* neigh_table.c */
struct strata_neigh_net *strata_neigh_table_create(struct strata_net *sn);
void strata_neigh_table_destroy(struct strata_neigh_net *table);
unsigned int strata_neigh_slot(int ifindex, const struct in6_addr *addr);
struct strata_neigh *strata_neigh_find(struct strata_neigh_net *table,
				       const struct strata_link *link,
				       const struct in6_addr *addr);
struct strata_neigh *strata_neigh_create(struct strata_neigh_net *table,
					 struct strata_link *link,
					 const struct in6_addr *addr,
					 const struct strata_neigh_ops *ops);
bool strata_neigh_remove(struct strata_neigh *neigh,
			 enum strata_drop_reason reason);
void strata_neigh_expunge(struct strata_neigh *neigh);
unsigned int strata_neigh_remove_all(struct strata_neigh_net *table,
				     bool (*match)(const struct strata_neigh *,
						   const void *),
				     const void *arg,
				     enum strata_drop_reason reason);

/* neigh_evict.c */
struct strata_neigh *strata_neigh_victim(struct strata_neigh_net *table);

/* neigh_ops.c */
const struct strata_neigh_ops *
strata_neigh_ops_of(const struct in6_addr *addr);

/* neigh_config.c */
void strata_neigh_link_gone(struct strata_link *link);
void strata_neigh_link_readdress(struct strata_link *link);

#endif /* _NET_LINK_NEIGH_TABLE_H */
