/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The multibit trie, as its writer (multibit.c) and its readers (mbread.c) see
 * it.
 */
#ifndef _NET_ROUTE_MULTIBIT_H
#define _NET_ROUTE_MULTIBIT_H

#include "mbnode.h"

#define MB_TOP_OCTETS	2
#define MB_TOP_BITS	(MB_TOP_OCTETS * MB_STRIDE)
#define MB_TOP_SLOTS	BIT(MB_TOP_BITS)

/**
 * struct mb_top - leaves by the first sixteen bits that differ
 * @rcu: frees
 * @leaf: as in &struct mb_node, but of nodes beyond these bits only
 */
struct mb_top {
	struct rcu_head rcu;
	unsigned long leaf[MB_TOP_SLOTS];
};

/**
 * struct multibit - a table
 * @root: a leaf
 * @top: RCU; NULL: too few routes, or no memory
 * @octet: the first that is not the same in all addresses
 * @routes: how many
 */
struct multibit {
	unsigned long root;
	struct mb_top __rcu *top;
	u8 octet;
	unsigned int routes;
};

/* Pairs with leaf_publish() by address dependency, as rcu_dereference(). */
static inline unsigned long mb_leaf_read(const unsigned long *slot)
{
	return READ_ONCE(*slot);
}

static inline unsigned int mb_top_index(const struct multibit *table,
					const struct in6_addr *addr)
{
	return addr->s6_addr[table->octet] << MB_STRIDE |
	       addr->s6_addr[table->octet + 1];
}

#endif /* _NET_ROUTE_MULTIBIT_H */
