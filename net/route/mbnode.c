// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes of the multibit trie: how one is made of another, and their memory.
 *
 * A node is one object of just the size it needs; a class for each multiple of
 * 64 bytes keeps a million prefixes from paying for powers of two.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include "mbnode.h"
#include "table.h"

#define CLASS_BYTES	64
#define CLASSES		16	/* larger nodes are few */
#define NESTED_MAX	(MB_STRIDE + 3)	/* a default, its longer ones, a node */
#define NO_SLOT		MB_SLOTS

static struct kmem_cache *classes[CLASSES];

static size_t node_size(unsigned int leaves, unsigned int entries)
{
	return sizeof(struct mb_node) + leaves * sizeof(unsigned long) +
	       entries * sizeof(struct mb_entry);
}

/* NULL: kmalloc()'s. */
static struct kmem_cache *size_class(size_t size)
{
	size_t class = DIV_ROUND_UP(size, CLASS_BYTES) - 1;

	return class < CLASSES ? classes[class] : NULL;
}

/**
 * mb_node_free() - free a node
 * @node: nobody has seen it, or readers have gone
 *
 * Context: any.
 */
void mb_node_free(struct mb_node *node)
{
	struct kmem_cache *class;

	class = size_class(node_size(node->leaves, node->entries));
	if (class)
		kmem_cache_free(class, node);
	else
		kvfree(node);
}

static void retired(struct rcu_head *rcu)
{
	mb_node_free(container_of(rcu, struct mb_node, rcu));
}

/**
 * mb_node_retire() - free a node when readers have gone
 * @node: no longer to be found
 *
 * Context: any.
 */
void mb_node_retire(struct mb_node *node)
{
	call_rcu(&node->rcu, retired);
}

static struct mb_node *node_alloc(unsigned int leaves, unsigned int entries,
				  gfp_t gfp)
{
	size_t size = node_size(leaves, entries);
	struct kmem_cache *class = size_class(size);
	struct mb_node *node;

	node = class ? kmem_cache_alloc(class, gfp) : kvmalloc(size, gfp);
	if (!node)
		return NULL;
	memset(node, 0, sizeof(*node));
	node->leaves = leaves;
	node->entries = entries;
	return node;
}

/**
 * mb_next_sub() - visit the nodes below a node
 * @node: whose
 * @slot: the first to look at
 *
 * Context: process, the writer. Return: that of the lowest slot, NULL: none.
 */
struct mb_node *mb_next_sub(const struct mb_node *node, unsigned int slot)
{
	unsigned int at;
	unsigned long leaf;

	if (!node->subs || slot >= MB_SLOTS)
		return NULL;
	/* A node has its slot for itself, so a run begins there. */
	for (at = find_next_bit(node->runs, MB_SLOTS, slot); at < MB_SLOTS;
	     at = find_next_bit(node->runs, MB_SLOTS, at + 1)) {
		leaf = node->leaf[mb_index(node, at)];
		if (mb_is_node(leaf))
			return mb_to_node(leaf);
	}
	return NULL;
}

static bool same_prefix(const struct mb_entry *a, const struct mb_entry *b)
{
	return a->start == b->start && a->plen == b->plen;
}

/**
 * mb_cover() - the route of the longest prefix in a node that covers a slot
 * @node: without the nodes below
 * @slot: whole
 *
 * Context: process, the writer. Return: NULL if none.
 */
const struct strata_route *mb_cover(const struct mb_node *node,
				    unsigned int slot)
{
	const struct mb_entry *entry, *best = NULL;

	mb_for_each_entry(entry, node) {
		if (entry->start > slot)
			break;
		if (mb_covers(node, entry, slot) &&
		    !(best && same_prefix(best, entry)))
			best = entry;
	}
	return best ? best->route : NULL;
}

/* The order of a walk: as memcmp(). */
static int entry_order(const struct mb_entry *a, const struct mb_entry *b)
{
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->plen != b->plen)
		return a->plen < b->plen ? -1 : 1;
	if (a->route->metric != b->route->metric)
		return a->route->metric < b->route->metric ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/**
 * struct source - the entries and nodes of a node to be
 * @edit: what it is made of
 * @entry: the next of the old node's; NULL: there is none
 * @end: of these
 * @add: still to come; NULL: none
 */
struct source {
	const struct mb_edit *edit;
	const struct mb_entry *entry;
	const struct mb_entry *end;
	const struct mb_entry *add;
};

static void source_begin(struct source *source, const struct mb_edit *edit)
{
	*source = (struct source){ .edit = edit, .add = edit->add };
	if (edit->old) {
		source->entry = mb_entries(edit->old);
		source->end = source->entry + edit->old->entries;
	}
}

static const struct mb_entry *source_next(struct source *source)
{
	const struct mb_entry *add = source->add;

	if (source->entry == source->edit->drop && source->entry)
		source->entry++;
	if (add && (source->entry == source->end ||
		    entry_order(add, source->entry) < 0)) {
		source->add = NULL;
		return add;
	}
	return source->entry == source->end ? NULL : source->entry++;
}

static unsigned int sub_slot(const struct mb_edit *edit,
			     const struct mb_node *sub)
{
	return sub ? sub->key.s6_addr[edit->octet] : NO_SLOT;
}

/* The node of the new one's lowest slot from @slot on. */
static struct mb_node *edit_next_sub(const struct mb_edit *edit,
				     unsigned int slot)
{
	struct mb_node *sub = edit->old ? mb_next_sub(edit->old, slot) : NULL;
	unsigned int i;

	if (sub && sub == edit->drop_sub)
		sub = mb_next_sub(edit->old, sub_slot(edit, sub) + 1);
	for (i = 0; i < ARRAY_SIZE(edit->add_sub); i++) {
		struct mb_node *add = edit->add_sub[i];

		if (add && sub_slot(edit, add) >= slot &&
		    sub_slot(edit, add) < sub_slot(edit, sub))
			sub = add;
	}
	return sub;
}

/**
 * struct sweep - goes over the slots and notes where leaves begin
 * @node: to fill; NULL: to count only
 * @leaves: so far
 * @at: where the last of them begins, if it may still be replaced
 * @last: its leaf
 * @prior: the leaf before it
 * @nested: what covers the present slot, the innermost last: where it ends, and
 *	the leaf
 * @depth: of @nested
 */
struct sweep {
	struct mb_node *node;
	unsigned int leaves;
	unsigned int at;
	unsigned long last;
	unsigned long prior;
	struct {
		unsigned int end;
		unsigned long leaf;
	} nested[NESTED_MAX];
	unsigned int depth;
};

/* From @slot on it is @leaf. Of several that begin at a slot the last counts. */
static void sweep_note(struct sweep *sweep, unsigned int slot,
		       unsigned long leaf)
{
	if (sweep->at == slot) {
		sweep->leaves--;
		sweep->last = sweep->prior;
		sweep->at = NO_SLOT;
		if (sweep->node)
			__clear_bit(slot, sweep->node->runs);
	}
	if (sweep->leaves && sweep->last == leaf)
		return;
	if (sweep->node) {
		__set_bit(slot, sweep->node->runs);
		sweep->node->leaf[sweep->leaves] = leaf;
	}
	sweep->leaves++;
	sweep->prior = sweep->last;
	sweep->last = leaf;
	sweep->at = slot;
}

/* What ends at @slot or before lets the outer ones show again. */
static void sweep_to(struct sweep *sweep, unsigned int slot)
{
	unsigned int end;

	while (sweep->depth && sweep->nested[sweep->depth].end <= slot) {
		end = sweep->nested[sweep->depth--].end;
		if (end < MB_SLOTS)
			sweep_note(sweep, end,
				   sweep->nested[sweep->depth].leaf);
	}
}

static void sweep_enter(struct sweep *sweep, unsigned int slot,
			unsigned int span, unsigned long leaf)
{
	sweep_to(sweep, slot);
	sweep->depth++;
	sweep->nested[sweep->depth].end = slot + span;
	sweep->nested[sweep->depth].leaf = leaf;
	sweep_note(sweep, slot, leaf);
}

/* Prefixes and nodes by slot; a node after the prefixes that cover it. */
static void sweep_all(struct sweep *sweep, const struct mb_edit *edit)
{
	struct mb_node *sub = edit_next_sub(edit, 0);
	const struct mb_entry *entry, *twin = NULL;
	struct source source;

	sweep->at = NO_SLOT;
	sweep->nested[0].end = MB_SLOTS;
	sweep_note(sweep, 0, 0);
	source_begin(&source, edit);
	entry = source_next(&source);
	while (entry || sub) {
		if (entry && entry->start <= sub_slot(edit, sub)) {
			if (!twin || !same_prefix(twin, entry))
				sweep_enter(sweep, entry->start,
					    1U << ((edit->octet + 1) *
						   MB_STRIDE - entry->plen),
					    (unsigned long)entry->route);
			twin = entry;
			entry = source_next(&source);
		} else {
			unsigned int slot = sub_slot(edit, sub);

			sweep_enter(sweep, slot, 1, mb_from_node(sub));
			sub = edit_next_sub(edit, slot + 1);
		}
	}
	sweep_to(sweep, MB_SLOTS);
}

static void count_runs(struct mb_node *node)
{
	unsigned int word, runs = 0;

	for (word = 0; word < ARRAY_SIZE(node->runs); word++) {
		node->before[word] = runs;
		runs += hweight_long(node->runs[word]);
	}
}

static void fill_entries(struct mb_node *node, const struct mb_edit *edit)
{
	struct mb_entry *to = mb_entries(node);
	const struct mb_entry *entry;
	struct source source;

	source_begin(&source, edit);
	while ((entry = source_next(&source)))
		*to++ = *entry;
}

/**
 * mb_node_build() - make a node
 * @edit: of what
 * @gfp: with __GFP_NOFAIL it is always made
 *
 * Context: process, the writer. Return: without @outer and @skips where there is
 * no old one; NULL: no memory.
 */
struct mb_node *mb_node_build(const struct mb_edit *edit, gfp_t gfp)
{
	const struct mb_node *old = edit->old;
	struct sweep count = {}, fill = {};
	unsigned int entries = !!edit->add - !!edit->drop;
	struct mb_node *node;

	if (old)
		entries += old->entries;
	sweep_all(&count, edit);
	node = node_alloc(count.leaves, entries, gfp | __GFP_ACCOUNT);
	if (!node)
		return NULL;
	node->key = edit->key;
	node->octet = edit->octet;
	node->subs = !!edit->add_sub[0] + !!edit->add_sub[1] - !!edit->drop_sub;
	if (old) {
		node->subs += old->subs;
		node->outer = old->outer;
		node->skips = old->skips;
	}
	fill.node = node;
	sweep_all(&fill, edit);
	count_runs(node);
	fill_entries(node, edit);
	return node;
}

/**
 * mb_node_exit() - undo mb_node_init()
 *
 * Context: module unload, when every table has gone.
 */
void mb_node_exit(void)
{
	unsigned int i;

	/* Retired nodes are on their way. */
	rcu_barrier();
	for (i = 0; i < CLASSES; i++)
		kmem_cache_destroy(classes[i]);
}

/**
 * mb_node_init() - the memory of nodes
 *
 * Context: module load. Return: 0 or -ENOMEM.
 */
int mb_node_init(void)
{
	char name[32];
	unsigned int i;

	for (i = 0; i < CLASSES; i++) {
		snprintf(name, sizeof(name), "strata_fib_%u",
			 (i + 1) * CLASS_BYTES);
		classes[i] = kmem_cache_create(name, (i + 1) * CLASS_BYTES,
					       CLASS_BYTES, SLAB_ACCOUNT, NULL);
		if (!classes[i]) {
			mb_node_exit();
			return -ENOMEM;
		}
	}
	return 0;
}
