// SPDX-License-Identifier: GPL-2.0
/*
 * The simplest route lookup: a path-compressed binary trie. What others must
 * agree with.
 *
 * Each node is a prefix. A node below another has a longer prefix that starts
 * with the upper one's bits, so a lookup walks down while prefixes match and
 * the last usable route it met is the longest match; it never turns back.
 * Depth is bounded by the number of bits of an address.
 *
 * Readers walk under RCU. A writer (one at a time) completes a new node before
 * it publishes it with one pointer, and takes a node out by making its parent
 * skip it; a reader who stands on such a node still finds the way down.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "table.h"

#define ADDR_BITS	128

/**
 * struct trie_node - a prefix with routes, or where two of them part
 * @prefix: masked to @plen
 * @plen: bits of @prefix
 * @parent: NULL: the root; writers only
 * @child: by the bit after the prefix; RCU
 * @entries: in strata_fib_order(); RCU
 * @rcu: frees
 */
struct trie_node {
	struct in6_addr prefix;
	u8 plen;
	struct trie_node *parent;
	struct trie_node __rcu *child[2];
	struct hlist_head entries;
	struct rcu_head rcu;
};

/**
 * struct trie_entry - one of a node's entries
 * @node: in trie_node.entries; RCU
 * @own: what was inserted
 * @rcu: frees
 */
struct trie_entry {
	struct hlist_node node;
	struct strata_fib_entry own;
	struct rcu_head rcu;
};

struct trie {
	struct trie_node __rcu *root;
};

/* The writer's own view: strata_net.config keeps others out. */
#define trie_own(pointer)	rcu_dereference_protected(pointer, true)

static int addr_bit(const struct in6_addr *addr, u8 bit)
{
	return addr->s6_addr[bit / 8] >> (7 - bit % 8) & 1;
}

static void *trie_create(u8 base)
{
	struct trie *trie = kzalloc(sizeof(*trie), GFP_KERNEL_ACCOUNT);

	return trie ?: ERR_PTR(-ENOMEM);
}

static struct trie_node *node_new(const struct in6_addr *prefix, u8 plen,
				  struct trie_node *parent)
{
	struct trie_node *node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);

	if (!node)
		return NULL;
	ipv6_addr_prefix(&node->prefix, prefix, plen);
	node->plen = plen;
	node->parent = parent;
	return node;
}

/* Make @below a child of @node, which nobody sees yet. */
static void node_adopt(struct trie_node *node, struct trie_node *below)
{
	int bit = addr_bit(&below->prefix, node->plen);

	RCU_INIT_POINTER(node->child[bit], below);
	below->parent = node;
}

/* Put a new node for @prefix/@plen between @slot and @below, which shares only
 * the first @common bits with it. NULL: no memory, nothing has changed.
 */
static struct trie_node *node_split(struct trie_node __rcu **slot,
				    struct trie_node *below,
				    const struct in6_addr *prefix, u8 plen,
				    u8 common)
{
	struct trie_node *parent = below->parent;
	struct trie_node *node, *branch;

	node = node_new(prefix, plen, parent);
	if (!node)
		return NULL;
	if (common == plen) {
		node_adopt(node, below);
		rcu_assign_pointer(*slot, node);
		return node;
	}
	branch = node_new(prefix, common, parent);
	if (!branch) {
		kfree(node);
		return NULL;
	}
	node_adopt(branch, node);
	node_adopt(branch, below);
	rcu_assign_pointer(*slot, branch);
	return node;
}

/* The node of exactly this prefix, made if missing; NULL: no memory. */
static struct trie_node *node_get(struct trie *trie,
				  const struct in6_addr *prefix, u8 plen)
{
	struct trie_node __rcu **slot = &trie->root;
	struct trie_node *parent = NULL;
	struct trie_node *node;
	u8 common;

	while ((node = trie_own(*slot))) {
		common = min3(ipv6_addr_diff(&node->prefix, prefix),
			      (int)node->plen, (int)plen);
		if (common < node->plen)
			return node_split(slot, node, prefix, plen, common);
		if (node->plen == plen)
			return node;
		parent = node;
		slot = &node->child[addr_bit(prefix, node->plen)];
	}
	node = node_new(prefix, plen, parent);
	if (node)
		rcu_assign_pointer(*slot, node);
	return node;
}

static struct trie_node *node_find(struct trie *trie,
				   const struct in6_addr *prefix, u8 plen)
{
	struct trie_node *node = trie_own(trie->root);

	while (node && node->plen < plen)
		node = trie_own(node->child[addr_bit(prefix, node->plen)]);
	if (!node || node->plen != plen ||
	    !ipv6_addr_equal(&node->prefix, prefix))
		return NULL;
	return node;
}

static struct trie_node __rcu **node_slot(struct trie *trie,
					  struct trie_node *node)
{
	if (!node->parent)
		return &trie->root;
	return &node->parent->child[addr_bit(&node->prefix,
					     node->parent->plen)];
}

/* Free nodes that hold nothing and part no ways, from @node upwards. */
static void node_prune(struct trie *trie, struct trie_node *node)
{
	struct trie_node *left, *right, *child, *parent;

	for (; node && hlist_empty(&node->entries); node = parent) {
		left = trie_own(node->child[0]);
		right = trie_own(node->child[1]);
		if (left && right)
			return;
		parent = node->parent;
		child = left ?: right;
		rcu_assign_pointer(*node_slot(trie, node), child);
		if (child)
			child->parent = parent;
		kfree_rcu(node, rcu);
	}
}

static void node_add(struct trie_node *node, struct trie_entry *new)
{
	struct trie_entry *entry, *before = NULL;

	hlist_for_each_entry(entry, &node->entries, node) {
		if (strata_fib_order(&entry->own, &new->own) > 0)
			break;
		before = entry;
	}
	if (before)
		hlist_add_behind_rcu(&new->node, &before->node);
	else
		hlist_add_head_rcu(&new->node, &node->entries);
}

static int trie_insert(void *table, const struct strata_fib_entry *entry)
{
	struct trie_entry *new = kmalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	struct trie_node *node;

	if (!new)
		return -ENOMEM;
	new->own = *entry;
	node = node_get(table, &entry->prefix, entry->plen);
	if (!node) {
		kfree(new);
		return -ENOMEM;
	}
	node_add(node, new);
	return 0;
}

static void trie_remove(void *table, const struct strata_fib_entry *like)
{
	struct trie_node *node = node_find(table, &like->prefix, like->plen);
	struct trie_entry *entry;

	if (WARN_ON_ONCE(!node))
		return;
	hlist_for_each_entry(entry, &node->entries, node) {
		if (entry->own.serial != like->serial)
			continue;
		hlist_del_rcu(&entry->node);
		kfree_rcu(entry, rcu);
		node_prune(table, node);
		return;
	}
}

static const struct strata_route *trie_lookup(void *table,
					      const struct in6_addr *daddr,
					      int oif)
{
	const struct strata_route *best = NULL;
	const struct trie *trie = table;
	const struct trie_node *node = rcu_dereference(trie->root);
	const struct trie_entry *entry;

	while (node && ipv6_prefix_equal(daddr, &node->prefix, node->plen)) {
		hlist_for_each_entry_rcu(entry, &node->entries, node) {
			if (strata_fib_usable(entry->own.route, oif)) {
				best = entry->own.route;
				break;
			}
		}
		if (node->plen == ADDR_BITS)
			break;
		node = rcu_dereference(node->child[addr_bit(daddr,
							    node->plen)]);
	}
	return best;
}

/* The first node in order after all that is below @node. */
static struct trie_node *node_beyond(struct trie_node *node)
{
	struct trie_node *parent;

	for (; (parent = node->parent); node = parent) {
		if (trie_own(parent->child[0]) == node &&
		    trie_own(parent->child[1]))
			return trie_own(parent->child[1]);
	}
	return NULL;
}

static struct trie_node *node_after(struct trie_node *node)
{
	struct trie_node *child = trie_own(node->child[0]);

	child = child ?: trie_own(node->child[1]);
	return child ?: node_beyond(node);
}

/* The first node in order that is @prefix, @plen or comes after it. */
static struct trie_node *node_from(struct trie *trie,
				   const struct in6_addr *prefix, u8 plen)
{
	struct trie_node *node = trie_own(trie->root);
	struct trie_node *child;
	u8 common;

	while (node) {
		common = min3(ipv6_addr_diff(&node->prefix, prefix),
			      (int)node->plen, (int)plen);
		if (common == plen)
			return node;
		if (common < node->plen)
			return addr_bit(prefix, common) ? node_beyond(node) :
							  node;
		child = trie_own(node->child[addr_bit(prefix, common)]);
		if (!child)
			return addr_bit(prefix, common) ? node_beyond(node) :
							  node_after(node);
		node = child;
	}
	return NULL;
}

static int trie_walk(void *table, const struct in6_addr *prefix, u8 plen,
		     int (*visit)(const struct strata_fib_entry *entry,
				  void *arg),
		     void *arg)
{
	struct trie_node *node = node_from(table, prefix, plen);
	struct trie_entry *entry;
	int ret;

	for (; node; node = node_after(node)) {
		hlist_for_each_entry(entry, &node->entries, node) {
			ret = visit(&entry->own, arg);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* The first node that has none below. */
static struct trie_node *node_deepest(struct trie_node *node)
{
	struct trie_node *child;

	while ((child = trie_own(node->child[0]) ?: trie_own(node->child[1])))
		node = child;
	return node;
}

static void trie_destroy(void *table)
{
	struct trie_node *node, *parent;
	struct trie *trie = table;
	struct trie_entry *entry;
	struct hlist_node *next;

	node = trie_own(trie->root);
	while (node) {
		node = node_deepest(node);
		hlist_for_each_entry_safe(entry, next, &node->entries, node)
			kfree(entry);
		parent = node->parent;
		RCU_INIT_POINTER(*node_slot(trie, node), NULL);
		kfree(node);
		node = parent;
	}
	kfree(trie);
}

const struct strata_fib_algo strata_trie = {
	.name = "trie",
	.create = trie_create,
	.destroy = trie_destroy,
	.insert = trie_insert,
	.remove = trie_remove,
	.lookup = trie_lookup,
	.walk = trie_walk,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_trie);
