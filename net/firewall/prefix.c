// SPDX-License-Identifier: GPL-2.0
/*
 * Is an address inside any of many prefixes? A tree of one byte a step, at most
 * 4 steps for IPv4 and 16 for IPv6, however many prefixes there are.
 *
 * A node has a bit for each value of its byte that some prefix covers wholly, one
 * for each that leads on, and the children in a row, found by counting bits. Of
 * the prefixes themselves there is one bit each, so that one can go and others,
 * around or inside, stay. Nodes never change: a change makes new ones from the
 * root to where it is.
 */
#include <linux/bitops.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <strata/packet.h>
#include <strata/visibility.h>
#include "prefix.h"

#define STEP		8	/* bits of an address */
#define VALUES		256	/* of one step */
#define IPV4_BYTE	12	/* where an IPv4 address is in the 128-bit form */
#define IPV4_BITS	96	/* and its prefix lengths begin */

/**
 * struct strata_fw_node - one step
 * @full: values that a prefix ending here covers
 * @child: values that lead on
 * @own: prefixes that end here: of length l and value v, bit (1 << l) - 1 + v
 * @rcu: frees it
 * @children: of @child, in order
 */
struct strata_fw_node {
	DECLARE_BITMAP(full, VALUES);
	DECLARE_BITMAP(child, VALUES);
	DECLARE_BITMAP(own, 2 * VALUES);
	struct rcu_head rcu;
	struct strata_fw_node *children[];
};

static unsigned int child_index(const struct strata_fw_node *node, u8 value)
{
	unsigned int word = value / BITS_PER_LONG, index = 0, i;

	for (i = 0; i < word; i++)
		index += hweight_long(node->child[i]);
	return index + hweight_long(node->child[word] &
				    (BIT(value % BITS_PER_LONG) - 1));
}

/**
 * strata_fw_prefixes_have() - is an address inside one of them?
 * @prefixes: the prefixes
 * @addr: 128-bit form
 *
 * Context: RCU read side.
 */
bool strata_fw_prefixes_have(const struct strata_fw_prefixes *prefixes,
			     const struct in6_addr *addr)
{
	bool ip4 = strata_addr_is4(addr);
	const struct strata_fw_node *node = rcu_dereference(prefixes->root[ip4]);
	const u8 *byte = addr->s6_addr + (ip4 ? IPV4_BYTE : 0);

	for (; node; byte++) {
		if (test_bit(*byte, node->full))
			return true;
		if (!test_bit(*byte, node->child))
			return false;
		node = node->children[child_index(node, *byte)];
	}
	return false;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_prefixes_have);

/* ------- changing ------- */

static unsigned int own_bit(u8 value, unsigned int bits)
{
	return (1U << bits) - 1 + (value >> (STEP - bits));
}

/* From the prefixes that end here. */
static void fill(struct strata_fw_node *node)
{
	unsigned int bit, bits, first;

	bitmap_zero(node->full, VALUES);
	for_each_set_bit(bit, node->own, 2 * VALUES) {
		bits = fls(bit + 1) - 1;
		first = (bit + 1 - (1U << bits)) << (STEP - bits);
		bitmap_set(node->full, first, 1U << (STEP - bits));
	}
}

/* A copy with room for the child of @value, or without it. */
static struct strata_fw_node *copy(const struct strata_fw_node *old, u8 value,
				   bool keep)
{
	unsigned int count = old ? bitmap_weight(old->child, VALUES) : 0;
	bool had = old && test_bit(value, old->child);
	struct strata_fw_node *node;
	unsigned int at;

	node = kzalloc(struct_size(node, children, count - had + keep),
		       GFP_KERNEL_ACCOUNT);
	if (!node || !old)
		goto out;
	bitmap_copy(node->full, old->full, VALUES);
	bitmap_copy(node->child, old->child, VALUES);
	bitmap_copy(node->own, old->own, 2 * VALUES);
	at = child_index(old, value);
	memcpy(node->children, old->children, at * sizeof(old));
	memcpy(node->children + at + keep, old->children + at + had,
	       (count - at - had) * sizeof(old));
	if (had && keep)
		node->children[at] = old->children[at];
out:
	if (node)
		__assign_bit(value, node->child, keep);
	return node;
}

static bool is_empty(const struct strata_fw_node *node)
{
	return bitmap_empty(node->own, 2 * VALUES) &&
	       bitmap_empty(node->child, VALUES);
}

/* The nodes on the way to a prefix: they are not part of the tree any more, or
 * never were.
 */
static void retire(struct strata_fw_node *node, const u8 *byte,
		   unsigned int bits)
{
	while (node) {
		struct strata_fw_node *next = NULL;

		if (bits > STEP && test_bit(*byte, node->child))
			next = node->children[child_index(node, *byte)];
		kfree_rcu(node, rcu);
		node = next;
		bits -= STEP;
		byte++;
	}
}

/* The prefix ends at this step. NULL: nothing is left; ERR_PTR. */
static struct strata_fw_node *changed_here(const struct strata_fw_node *old,
					   u8 value, unsigned int bits,
					   bool add)
{
	bool had = old && test_bit(value, old->child);
	struct strata_fw_node *node = copy(old, value, had);

	if (!node)
		return ERR_PTR(-ENOMEM);
	__assign_bit(own_bit(value, bits), node->own, add);
	fill(node);
	if (!is_empty(node))
		return node;
	kfree(node);
	return NULL;
}

/* What takes the place of @old: new along the way, the rest is shared. NULL:
 * nothing is left; ERR_PTR.
 */
static struct strata_fw_node *changed(const struct strata_fw_node *old,
				      const u8 *byte, unsigned int bits,
				      bool add)
{
	bool had = old && test_bit(*byte, old->child);
	struct strata_fw_node *node, *child = NULL;

	if (bits <= STEP)
		return changed_here(old, *byte, bits, add);
	if (had)
		child = old->children[child_index(old, *byte)];
	child = changed(child, byte + 1, bits - STEP, add);
	if (IS_ERR(child))
		return child;
	node = copy(old, *byte, child);
	if (!node) {
		retire(child, byte + 1, bits - STEP);
		return ERR_PTR(-ENOMEM);
	}
	if (child)
		node->children[child_index(node, *byte)] = child;
	if (!is_empty(node))
		return node;
	kfree(node);
	return NULL;
}

/**
 * strata_fw_prefixes_change() - one comes or goes
 * @prefixes: the prefixes
 * @addr: 128-bit form, masked
 * @plen: its length, in the 128-bit form
 * @add: it comes, and is not there; else it goes, and is there
 *
 * Context: process, one at a time; readers may be inside.
 * Return: 0, -ENOMEM: nothing changed.
 */
int strata_fw_prefixes_change(struct strata_fw_prefixes *prefixes,
			      const struct in6_addr *addr, u8 plen, bool add)
{
	bool ip4 = strata_addr_is4(addr) && plen >= IPV4_BITS;
	const u8 *byte = addr->s6_addr + (ip4 ? IPV4_BYTE : 0);
	unsigned int bits = plen - (ip4 ? IPV4_BITS : 0);
	struct strata_fw_node *old, *new;

	old = rcu_dereference_protected(prefixes->root[ip4], true);
	new = changed(old, byte, bits, add);
	if (IS_ERR(new))
		return PTR_ERR(new);
	rcu_assign_pointer(prefixes->root[ip4], new);
	retire(old, byte, bits);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_prefixes_change);

static void free_tree(struct strata_fw_node *node)
{
	unsigned int i, count;

	if (!node)
		return;
	count = bitmap_weight(node->child, VALUES);
	for (i = 0; i < count; i++)
		free_tree(node->children[i]);
	kfree(node);
}

/**
 * strata_fw_prefixes_free() - all of them go
 * @prefixes: nobody reads them any more
 *
 * Context: any but hard interrupts.
 */
void strata_fw_prefixes_free(struct strata_fw_prefixes *prefixes)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prefixes->root); i++)
		free_tree(rcu_dereference_protected(prefixes->root[i], true));
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_prefixes_free);
