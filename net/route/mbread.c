// SPDX-License-Identifier: GPL-2.0
/*
 * What readers do with a multibit trie: look an address up, and walk over all
 * there is. multibit.c says how it is made.
 */
#include <linux/module.h>
#include <strata/visibility.h>
#include "multibit.h"
#include "table.h"

/* ---- lookup ---- */

/* Not the best prefix, but the best that will do. */
static const struct strata_route *lookup_usable(const struct multibit *table,
						const struct in6_addr *daddr,
						int oif)
{
	const struct strata_route *best = NULL;
	unsigned long leaf = mb_leaf_read(&table->root);
	const struct mb_entry *entry, *found;
	const struct mb_node *node;
	u8 slot;

	while (mb_is_node(leaf)) {
		node = mb_to_node(leaf);
		if (!mb_leads_to(node, daddr))
			break;
		slot = daddr->s6_addr[node->octet];
		found = NULL;
		/* Of the prefixes that cover it, longer ones come later. */
		mb_for_each_entry(entry, node) {
			if (mb_covers(node, entry, slot) &&
			    !(found && found->plen == entry->plen) &&
			    strata_fib_usable(entry->route, oif))
				found = entry;
		}
		if (found)
			best = found->route;
		leaf = mb_leaf_read(&node->leaf[mb_index(node, slot)]);
	}
	return best;
}

/**
 * strata_multibit_lookup() - longest prefix match
 * @arg: of strata_multibit
 * @daddr: destination
 * @oif: index of the output link, 0: any
 *
 * Context: RCU read side. Return: borrowed, NULL if none.
 */
const struct strata_route *strata_multibit_lookup(void *arg,
						  const struct in6_addr *daddr,
						  int oif)
{
	const struct multibit *table = arg;
	const struct mb_top *top = rcu_dereference(table->top);
	const struct strata_route *route;
	const struct mb_node *node;
	unsigned long leaf;
	u8 slot;

	leaf = mb_leaf_read(top ? &top->leaf[mb_top_index(table, daddr)] :
			       &table->root);
	while (mb_is_node(leaf)) {
		node = mb_to_node(leaf);
		slot = daddr->s6_addr[node->octet];
		leaf = 0;
		if (likely(!READ_ONCE(node->skips)) ||
		    mb_leads_to(node, daddr))
			leaf = mb_leaf_read(&node->leaf[mb_index(node, slot)]);
		if (!leaf)
			leaf = (unsigned long)READ_ONCE(node->outer);
	}
	route = (const struct strata_route *)leaf;
	if (likely(!route || strata_fib_usable(route, oif)))
		return route;
	return lookup_usable(table, daddr, oif);
}

/* ---- walk ---- */

/**
 * struct tour - a walk
 * @from: begins with this prefix
 * @plen: its length
 * @visit: told of each entry
 * @arg: for @visit
 */
struct tour {
	const struct in6_addr *from;
	u8 plen;
	int (*visit)(const struct strata_fib_entry *entry, void *arg);
	void *arg;
};

static int tour_entry(const struct tour *tour, const struct mb_node *node,
		      const struct mb_entry *own)
{
	struct strata_fib_entry entry = {
		.prefix = node->key,
		.plen = own->plen,
		.serial = own->serial,
		.route = own->route,
	};
	int order;

	entry.prefix.s6_addr[node->octet] = own->start;
	order = memcmp(&entry.prefix, tour->from, sizeof(entry.prefix));
	if (order < 0 || (!order && own->plen < tour->plen))
		return 0;
	return tour->visit(&entry, tour->arg);
}

static int tour_node(const struct tour *tour, const struct mb_node *node)
{
	const struct mb_entry *entry = mb_entries(node);
	const struct mb_entry *end = entry + node->entries;
	const struct mb_node *sub = mb_next_sub(node, 0);
	int ret = 0;

	while (!ret && (entry < end || sub)) {
		unsigned int slot = sub ? sub->key.s6_addr[node->octet] :
					  MB_SLOTS;

		if (entry < end && entry->start <= slot) {
			ret = tour_entry(tour, node, entry++);
			continue;
		}
		if (memcmp(&sub->key, tour->from, sub->octet) >= 0)
			ret = tour_node(tour, sub);
		sub = mb_next_sub(node, slot + 1);
	}
	return ret;
}

/**
 * strata_multibit_walk() - visit the entries of a table in their order
 * @arg: of strata_multibit
 * @prefix: to begin with
 * @plen: its length
 * @visit: told of each; what is not 0 ends the walk
 * @visit_arg: for @visit
 *
 * Context: process, no writer. Return: the last of @visit.
 */
int strata_multibit_walk(void *arg, const struct in6_addr *prefix, u8 plen,
			 int (*visit)(const struct strata_fib_entry *entry,
				      void *arg),
			 void *visit_arg)
{
	const struct multibit *table = arg;
	const struct tour tour = { prefix, plen, visit, visit_arg };

	if (!mb_is_node(table->root))
		return 0;
	return tour_node(&tour, mb_to_node(table->root));
}
