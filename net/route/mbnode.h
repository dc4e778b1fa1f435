/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A node of the multibit trie: multibit.c says what they make together.
 */
#ifndef _NET_ROUTE_MBNODE_H
#define _NET_ROUTE_MBNODE_H

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <strata/fib.h>

#define MB_STRIDE	8	/* bits that a node decides */
#define MB_SLOTS	BIT(MB_STRIDE)

/**
 * struct mb_entry - a prefix in its node
 * @route: where it leads
 * @serial: as in &struct strata_fib_entry
 * @start: the first slot it covers
 * @plen: its length, in the 128-bit form
 */
struct mb_entry {
	const struct strata_route *route;
	u64 serial : 48;
	u64 start : 8;
	u64 plen : 8;
};

/**
 * struct mb_node - what the next octet of an address decides
 * @runs: the slots where another leaf begins; slot 0 always
 * @outer: answer where no prefix in here covers the slot: that of the shorter
 *	ones above; NULL: none. Changes in place
 * @before: how many runs begin before each word of @runs
 * @octet: of the address; all before it is @key's
 * @skips: whoever came here has not compared all of @key. Changes in place, to
 *	true
 * @leaves: how many
 * @key: the address bits before @octet, then 0
 * @entries: how many
 * @subs: how many leaves are nodes
 * @rcu: frees
 * @leaf: of each run: a route, a node (mb_is_node()) or 0: see @outer. Nodes
 *	change in place
 *
 * The entries are behind the leaves, in the order of a walk. Immutable once
 * published, but for what is said above.
 */
struct mb_node {
	unsigned long runs[MB_SLOTS / BITS_PER_LONG];
	const struct strata_route *outer;
	u8 before[MB_SLOTS / BITS_PER_LONG];
	u8 octet;
	bool skips;
	u16 leaves;
	struct in6_addr key;
	/* So far one cache line: all that a lookup reads but the leaf. */
	u32 entries;
	u16 subs;
	struct rcu_head rcu;
	unsigned long leaf[];
};

/**
 * struct mb_edit - a new node, as an old one and what is different
 * @old: NULL: an empty one
 * @key: of the new node
 * @octet: of the new node
 * @add: an entry to add; NULL: none
 * @drop: an entry of @old to leave out; NULL: none
 * @add_sub: nodes to add, where @old has none, in order; NULL: none
 * @drop_sub: a node of @old to leave out; NULL: none
 */
struct mb_edit {
	const struct mb_node *old;
	struct in6_addr key;
	u8 octet;
	const struct mb_entry *add;
	const struct mb_entry *drop;
	struct mb_node *add_sub[2];
	const struct mb_node *drop_sub;
};

#define MB_IS_NODE	1UL	/* in a leaf; routes and nodes are aligned */

static inline bool mb_is_node(unsigned long leaf)
{
	return leaf & MB_IS_NODE;
}

static inline struct mb_node *mb_to_node(unsigned long leaf)
{
	return (struct mb_node *)(leaf - MB_IS_NODE);
}

static inline unsigned long mb_from_node(const struct mb_node *node)
{
	return (unsigned long)node | MB_IS_NODE;
}

/* Which leaf a slot has. */
static inline unsigned int mb_index(const struct mb_node *node, u8 slot)
{
	unsigned int word = slot / BITS_PER_LONG;
	unsigned int bit = slot % BITS_PER_LONG;

	/* The bits up to the slot's; at least slot 0's is set. */
	return node->before[word] - 1 +
	       hweight_long(node->runs[word] << (BITS_PER_LONG - 1 - bit));
}

static inline struct mb_entry *mb_entries(const struct mb_node *node)
{
	return (struct mb_entry *)(node->leaf + node->leaves);
}

/* The slots that an entry of @node covers. */
static inline unsigned int mb_span(const struct mb_node *node,
				   const struct mb_entry *entry)
{
	return 1U << ((node->octet + 1) * MB_STRIDE - entry->plen);
}

static inline bool mb_covers(const struct mb_node *node,
			     const struct mb_entry *entry, unsigned int slot)
{
	return slot >= entry->start &&
	       slot < entry->start + mb_span(node, entry);
}

/* Has @addr all bits that those in @node begin with? */
static inline bool mb_leads_to(const struct mb_node *node,
			       const struct in6_addr *addr)
{
	return ipv6_prefix_equal(addr, &node->key, node->octet * MB_STRIDE);
}

#define mb_for_each_entry(entry, node)					\
	for ((entry) = mb_entries(node);				\
	     (entry) < mb_entries(node) + (node)->entries; (entry)++)

/* Nobody has seen it, or readers have gone. */
void mb_node_free(struct mb_node *node);
/* When readers have gone. */
void mb_node_retire(struct mb_node *node);
struct mb_node *mb_node_build(const struct mb_edit *edit, gfp_t gfp);
struct mb_node *mb_next_sub(const struct mb_node *node, unsigned int slot);
const struct strata_route *mb_cover(const struct mb_node *node,
				    unsigned int slot);

#endif /* _NET_ROUTE_MBNODE_H */
