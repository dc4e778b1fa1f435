// SPDX-License-Identifier: GPL-2.0
/*
 * The route lookup for tables of any size: a multibit trie.
 *
 * A node decides the next octet of an address. Neighbouring slots that lead to
 * the same place share a leaf; a bit map says where leaves begin, and the number
 * of bits up to a slot's is its leaf (Degermark et al., "Small Forwarding Tables
 * for Fast Routing Lookups", 1997). So a step costs two cache lines, one of the
 * node and one of its leaves, and no search. Octets that part no prefixes have
 * no node: the next one has the bits that were skipped, to compare. A table of
 * many routes has an array over the first sixteen bits that tells the first node
 * beyond them: a prefix of the Internet's table for IPv4 is then one step away.
 *
 * Why this one: DXR's ranges are smaller still, but a range table of IPv6 would
 * be made anew for thousands of prefixes at each change, and a search in it
 * guesses branches wrong. Poptrie pushes a prefix down into every leaf below it,
 * and forgets it: another structure must know the prefixes, and a change of a
 * short one is a change of many nodes. Here a node holds its own prefixes, those
 * that end in its octet, beside its leaves. There is no second structure; a
 * prefix costs under 40 bytes, whatever its family; a change makes one node
 * anew, and the array's part of that prefix; and when a link is down, or a
 * certain one is asked for, the same nodes have all the prefixes that may do.
 *
 * Readers walk under RCU. A writer (one at a time) completes a node before it
 * publishes it with one pointer. The leaves of a node know nothing of the
 * prefixes above it: for slots without one the node has their answer, @outer,
 * and that alone is changed in place when one of them comes or goes. What readers
 * do is in mbread.c.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "multibit.h"
#include "table.h"

#define ADDR_BITS	128
#define DEPTH_MAX	(ADDR_BITS / MB_STRIDE)
#define TOP_ROUTES	8192	/* from so many on; half a MiB is worth it */

/**
 * struct step - a node on the way to a prefix
 * @node: the node
 * @slot: the leaf that it is found by
 */
struct step {
	struct mb_node *node;
	unsigned long *slot;
};

/**
 * struct way - how far there are nodes on the way to a prefix
 * @step: from the root on, to the node of the prefix's last octet if it exists
 * @steps: how many
 * @slot: the leaf that follows
 * @beside: the node in @slot, which is not on the way; NULL: none
 */
struct way {
	struct step step[DEPTH_MAX];
	unsigned int steps;
	unsigned long *slot;
	struct mb_node *beside;
};

/* The writer's own view: strata_net.config keeps others out. */
#define mb_own(pointer)		rcu_dereference_protected(pointer, true)

/* Readers see what a leaf leads to complete. */
static void leaf_publish(unsigned long *slot, unsigned long leaf)
{
	/* Pairs with mb_leaf_read(). */
	smp_store_release(slot, leaf);
}

/* The octet of the node where a prefix is. */
static unsigned int octet_of(const struct multibit *table, u8 plen)
{
	if (plen <= table->octet * MB_STRIDE)
		return table->octet;
	return (plen - 1) / MB_STRIDE;
}

static struct mb_entry entry_of(const struct multibit *table,
				const struct strata_fib_entry *entry)
{
	return (struct mb_entry){
		.route = entry->route,
		.serial = entry->serial,
		.start = entry->prefix.s6_addr[octet_of(table, entry->plen)],
		.plen = entry->plen,
	};
}

static void *multibit_create(u8 base)
{
	struct multibit *table;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->octet = base / MB_STRIDE;
	return table;
}

static void node_destroy(struct mb_node *node)
{
	struct mb_node *sub;

	for (sub = mb_next_sub(node, 0); sub;) {
		unsigned int next = sub->key.s6_addr[node->octet] + 1;

		node_destroy(sub);
		sub = mb_next_sub(node, next);
	}
	mb_node_free(node);
}

static void multibit_destroy(void *arg)
{
	struct multibit *table = arg;

	if (mb_is_node(table->root))
		node_destroy(mb_to_node(table->root));
	kvfree(mb_own(table->top));
	kfree(table);
}

/* ---- the array over the first bits ---- */

/* What the nodes above say of all addresses with the first bits @addr. */
static unsigned long top_leaf(const struct multibit *table,
			      const struct in6_addr *addr)
{
	unsigned long leaf = table->root;
	unsigned int i;

	while (mb_is_node(leaf)) {
		const struct mb_node *node = mb_to_node(leaf);

		i = table->octet;
		while (i < min(node->octet, table->octet + MB_TOP_OCTETS) &&
		       node->key.s6_addr[i] == addr->s6_addr[i])
			i++;
		if (i == table->octet + MB_TOP_OCTETS)
			return leaf;
		if (i < node->octet)
			return (unsigned long)node->outer;
		leaf = node->leaf[mb_index(node, addr->s6_addr[i])] ?:
		       (unsigned long)node->outer;
	}
	return leaf;
}

static void top_fill(const struct multibit *table, struct mb_top *top,
		     unsigned int from, unsigned int count)
{
	struct in6_addr addr = {};

	for (; count--; from++) {
		addr.s6_addr[table->octet] = from >> MB_STRIDE;
		addr.s6_addr[table->octet + 1] = from;
		leaf_publish(&top->leaf[from], top_leaf(table, &addr));
	}
}

/* The nodes on the way to a prefix, or their answers, have changed. */
static void top_update(const struct multibit *table,
		       const struct strata_fib_entry *entry)
{
	struct mb_top *top = mb_own(table->top);
	int left = table->octet * MB_STRIDE + MB_TOP_BITS - entry->plen;

	if (top)
		top_fill(table, top, mb_top_index(table, &entry->prefix),
			 1U << max(left, 0));
}

/* Without it lookups take two steps more, so to fail is no error. */
static void top_consider(struct multibit *table)
{
	struct mb_top *top = mb_own(table->top);

	if (!top && table->routes >= TOP_ROUTES &&
	    !(table->routes % TOP_ROUTES)) {
		top = kvmalloc(sizeof(*top),
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!top)
			return;
		top_fill(table, top, 0, MB_TOP_SLOTS);
		rcu_assign_pointer(table->top, top);
	} else if (top && table->routes < TOP_ROUTES / 2) {
		RCU_INIT_POINTER(table->top, NULL);
		kvfree_rcu(top, rcu);
	}
}

/* ---- changes ---- */

static void find_way(struct multibit *table, const struct in6_addr *prefix,
		     u8 plen, struct way *way)
{
	unsigned int last = octet_of(table, plen);
	struct mb_node *node;

	way->steps = 0;
	way->beside = NULL;
	way->slot = &table->root;
	while (mb_is_node(*way->slot)) {
		node = mb_to_node(*way->slot);
		if (node->octet > last || !mb_leads_to(node, prefix)) {
			way->beside = node;
			return;
		}
		way->step[way->steps++] = (struct step){ node, way->slot };
		way->slot = &node->leaf[mb_index(node,
						 prefix->s6_addr[node->octet])];
		if (node->octet == last)
			return;
	}
}

/* The last node there is, whether the prefix's own or above. */
static struct step *way_end(struct way *way)
{
	return way->steps ? &way->step[way->steps - 1] : NULL;
}

/* The nodes below @node in these slots answer for what they do not cover as it
 * says now.
 */
static void settle(struct mb_node *node, unsigned int from, unsigned int span)
{
	const struct strata_route *outer;
	unsigned int slot = from;
	struct mb_node *sub;

	while ((sub = mb_next_sub(node, slot))) {
		slot = sub->key.s6_addr[node->octet];
		if (slot >= from + span)
			return;
		outer = mb_cover(node, slot++) ?: node->outer;
		if (outer == sub->outer)
			continue;
		WRITE_ONCE(sub->outer, outer);
		settle(sub, 0, MB_SLOTS);
	}
}

/* The old node's edition without @drop_sub, or with more or less of all else. */
static struct mb_edit edit_of(const struct mb_node *old)
{
	return (struct mb_edit){
		.old = old,
		.key = old->key,
		.octet = old->octet,
	};
}

static struct mb_edit edit_new(const struct in6_addr *prefix,
			       unsigned int octet)
{
	struct mb_edit edit = { .octet = octet };

	ipv6_addr_prefix(&edit.key, prefix, octet * MB_STRIDE);
	return edit;
}

/* Put @node in the place of the last one of @way. */
static void replace_end(struct multibit *table, struct way *way,
			struct mb_node *node,
			const struct strata_fib_entry *entry)
{
	struct step *end = way_end(way);

	leaf_publish(end->slot, mb_from_node(node));
	if (node->octet == octet_of(table, entry->plen)) {
		struct mb_entry own = entry_of(table, entry);

		settle(node, own.start, mb_span(node, &own));
	}
	top_update(table, entry);
	mb_node_retire(end->node);
}

/* The prefix's node is there. */
static int insert_here(struct multibit *table, struct way *way,
		       const struct strata_fib_entry *entry)
{
	struct mb_edit edit = edit_of(way_end(way)->node);
	struct mb_entry own = entry_of(table, entry);
	struct mb_node *node;

	edit.add = &own;
	node = mb_node_build(&edit, GFP_KERNEL);
	if (!node)
		return -ENOMEM;
	replace_end(table, way, node, entry);
	return 0;
}

/* A node for the prefix alone, which nobody sees yet. */
static struct mb_node *leaf_node(const struct multibit *table,
				 const struct strata_fib_entry *entry)
{
	struct mb_edit edit = edit_new(&entry->prefix,
				       octet_of(table, entry->plen));
	struct mb_entry own = entry_of(table, entry);
	struct mb_node *node;

	edit.add = &own;
	node = mb_node_build(&edit, GFP_KERNEL);
	if (node)
		node->skips = true;
	return node;
}

/* There is no node where the way ends: the one above gets one. */
static int insert_below(struct multibit *table, struct way *way,
			const struct strata_fib_entry *entry)
{
	struct mb_node *node = leaf_node(table, entry);
	struct step *end = way_end(way);
	struct mb_node *above;
	struct mb_edit edit;
	unsigned int slot;

	if (!node)
		return -ENOMEM;
	if (!end) {
		node->skips = node->octet > table->octet;
		leaf_publish(way->slot, mb_from_node(node));
		return 0;
	}
	edit = edit_of(end->node);
	edit.add_sub[0] = node;
	slot = entry->prefix.s6_addr[edit.octet];
	node->outer = mb_cover(end->node, slot) ?: end->node->outer;
	node->skips = node->octet > edit.octet + 1;
	above = mb_node_build(&edit, GFP_KERNEL);
	if (!above) {
		mb_node_free(node);
		return -ENOMEM;
	}
	replace_end(table, way, above, entry);
	return 0;
}

/* Whoever is on the way to @node, which a new one above it covers, must not see
 * the answer that is right only below that: it gets a copy.
 */
static int insert_above(struct multibit *table, struct way *way,
			const struct strata_fib_entry *entry)
{
	struct mb_entry own = entry_of(table, entry);
	struct mb_edit edit = edit_of(way->beside);
	struct mb_node *node, *copy;

	copy = mb_node_build(&edit, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	edit = edit_new(&entry->prefix, octet_of(table, entry->plen));
	edit.add = &own;
	edit.add_sub[0] = copy;
	node = mb_node_build(&edit, GFP_KERNEL);
	if (!node) {
		mb_node_free(copy);
		return -ENOMEM;
	}
	node->outer = way->beside->outer;
	node->skips = true;
	copy->skips = true;
	leaf_publish(way->slot, mb_from_node(node));
	settle(node, own.start, mb_span(node, &own));
	top_update(table, entry);
	mb_node_retire(way->beside);
	return 0;
}

/* The prefix and the node in its way part at an octet that has no node yet. */
static int insert_beside(struct multibit *table, struct way *way,
			 const struct strata_fib_entry *entry)
{
	unsigned int octet = octet_of(table, entry->plen);
	unsigned int part = ipv6_addr_diff(&way->beside->key, &entry->prefix) /
			    MB_STRIDE;
	struct mb_node *node, *leaf;
	struct mb_edit edit;

	if (part >= octet)
		return insert_above(table, way, entry);
	leaf = leaf_node(table, entry);
	if (!leaf)
		return -ENOMEM;
	edit = edit_new(&entry->prefix, part);
	edit.add_sub[0] = way->beside;
	edit.add_sub[1] = leaf;
	node = mb_node_build(&edit, GFP_KERNEL);
	if (!node) {
		mb_node_free(leaf);
		return -ENOMEM;
	}
	node->outer = way->beside->outer;
	node->skips = true;
	leaf->outer = node->outer;
	leaf_publish(way->slot, mb_from_node(node));
	top_update(table, entry);
	return 0;
}

static int multibit_insert(void *arg, const struct strata_fib_entry *entry)
{
	struct multibit *table = arg;
	struct step *end;
	struct way way;
	int err;

	find_way(table, &entry->prefix, entry->plen, &way);
	end = way_end(&way);
	if (way.beside)
		err = insert_beside(table, &way, entry);
	else if (end && end->node->octet == octet_of(table, entry->plen))
		err = insert_here(table, &way, entry);
	else
		err = insert_below(table, &way, entry);
	if (err)
		return err;
	table->routes++;
	top_consider(table);
	return 0;
}

/* A node with one below it and nothing else gives that its place. */
static void lift(const struct step *from, struct mb_node *sub)
{
	WRITE_ONCE(sub->skips, true);
	/* Before it is found here, where more addresses come to it. */
	WRITE_ONCE(sub->outer, from->node->outer);
	leaf_publish(from->slot, mb_from_node(sub));
	settle(sub, 0, MB_SLOTS);
}

/* The last node of @way is empty: it goes, and the one above loses it. */
static void remove_node(struct multibit *table, struct way *way)
{
	const struct mb_node *gone = way_end(way)->node;
	struct step *above = way->steps > 1 ? &way->step[way->steps - 2] : NULL;
	struct mb_edit edit;
	struct mb_node *sub;

	if (!above) {
		leaf_publish(&table->root, 0);
		return;
	}
	if (!above->node->entries && above->node->subs == 2) {
		sub = mb_next_sub(above->node, 0);
		if (sub == gone)
			sub = mb_next_sub(above->node,
					  sub->key.s6_addr[above->node->octet] +
					  1);
		lift(above, sub);
		return;
	}
	edit = edit_of(above->node);
	edit.drop_sub = gone;
	leaf_publish(above->slot,
		     mb_from_node(mb_node_build(&edit, GFP_KERNEL |
						       __GFP_NOFAIL)));
}

static struct mb_entry *find_entry(struct multibit *table,
				   const struct mb_node *node,
				   const struct strata_fib_entry *like)
{
	struct mb_entry own = entry_of(table, like);
	struct mb_entry *entry;

	mb_for_each_entry(entry, node)
		if (entry->start == own.start && entry->plen == own.plen &&
		    entry->serial == own.serial)
			return entry;
	return NULL;
}

static void multibit_remove(void *arg, const struct strata_fib_entry *entry)
{
	struct multibit *table = arg;
	struct mb_node *node, *above = NULL;
	struct mb_entry *own;
	struct way way;

	find_way(table, &entry->prefix, entry->plen, &way);
	node = way.steps ? way_end(&way)->node : NULL;
	own = node ? find_entry(table, node, entry) : NULL;
	if (WARN_ON_ONCE(!own))
		return;
	table->routes--;
	if (node->entries > 1 || node->subs > 1) {
		struct mb_edit edit = edit_of(node);

		edit.drop = own;
		replace_end(table, &way,
			    mb_node_build(&edit, GFP_KERNEL | __GFP_NOFAIL),
			    entry);
	} else {
		if (node->subs) {
			lift(way_end(&way), mb_next_sub(node, 0));
		} else {
			remove_node(table, &way);
			if (way.steps > 1)
				above = way.step[way.steps - 2].node;
		}
		top_update(table, entry);
		mb_node_retire(node);
		if (above)
			mb_node_retire(above);
	}
	top_consider(table);
}

const struct strata_fib_algo strata_multibit = {
	.name = "multibit",
	.create = multibit_create,
	.destroy = multibit_destroy,
	.insert = multibit_insert,
	.remove = multibit_remove,
	.lookup = strata_multibit_lookup,
	.walk = strata_multibit_walk,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_multibit);
