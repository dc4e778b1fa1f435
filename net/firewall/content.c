// SPDX-License-Identifier: GPL-2.0
/*
 * What is in a named set. The elements are kept in order, to be shown and to be
 * found when one goes. What packets read is made from them: a tree of prefixes, a
 * bit for each port, or for each port a tree.
 */
#include <linux/slab.h>
#include <strata/packet.h>
#include "named.h"

/* An element, and its place in the order. */
struct element {
	struct rb_node node;
	struct strata_fw_element value;
};

/**
 * strata_fw_content_free() - and all elements
 * @content: nobody reads it any more
 *
 * Context: any but hard interrupts.
 */
void strata_fw_content_free(struct strata_fw_content *content)
{
	struct element *element, *next;
	unsigned int i, j;

	rbtree_postorder_for_each_entry_safe(element, next, &content->elements,
					     node)
		kfree(element);
	strata_fw_prefixes_free(&content->prefixes);
	for (i = 0; content->pages && i < PORTS / PORT_PAGE; i++) {
		struct strata_fw_port_page *page = content->pages[i];

		for (j = 0; page && j < PORT_PAGE; j++) {
			if (!page->prefixes[j])
				continue;
			strata_fw_prefixes_free(page->prefixes[j]);
			kfree(page->prefixes[j]);
		}
		kfree(page);
	}
	kfree(content->pages);
	kfree(content->ports);
	kfree(content);
}

/**
 * strata_fw_content_create() - of an empty set
 * @type: the set's
 *
 * Context: process. Return: NULL without memory.
 */
struct strata_fw_content *strata_fw_content_create(enum strata_fw_set_type type)
{
	struct strata_fw_content *content;

	content = kzalloc(sizeof(*content), GFP_KERNEL_ACCOUNT);
	if (!content)
		return NULL;
	content->elements = RB_ROOT;
	if (type == STRATA_FW_PORT)
		content->ports = kcalloc(BITS_TO_LONGS(PORTS), sizeof(long),
					 GFP_KERNEL_ACCOUNT);
	if (type == STRATA_FW_PREFIX_PORT)
		content->pages = kcalloc(PORTS / PORT_PAGE,
					 sizeof(*content->pages),
					 GFP_KERNEL_ACCOUNT);
	if (type == STRATA_FW_PREFIX || content->ports || content->pages)
		return content;
	kfree(content);
	return NULL;
}

static int order(const struct strata_fw_element *a,
		 const struct strata_fw_element *b)
{
	int differs = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	if (differs)
		return differs;
	if (a->plen != b->plen)
		return a->plen - b->plen;
	if (a->first != b->first)
		return a->first - b->first;
	return a->last - b->last;
}

static struct element *find(const struct strata_fw_content *content,
			    const struct strata_fw_element *value)
{
	struct rb_node *node = content->elements.rb_node;

	while (node) {
		struct element *element = rb_entry(node, struct element, node);
		int differs = order(value, &element->value);

		if (!differs)
			return element;
		node = differs < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static void link_element(struct strata_fw_content *content,
			 struct element *new)
{
	struct rb_node **at = &content->elements.rb_node, *parent = NULL;

	while (*at) {
		struct element *element = rb_entry(*at, struct element, node);

		parent = *at;
		at = order(&new->value, &element->value) < 0 ?
		     &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&new->node, parent, at);
	rb_insert_color(&new->node, &content->elements);
	content->count++;
}

/* The prefixes of a port, made if there are none; NULL: no memory. */
static struct strata_fw_prefixes *prefixes_of(struct strata_fw_content *content,
					      u16 port)
{
	struct strata_fw_port_page **page = &content->pages[port / PORT_PAGE];
	struct strata_fw_prefixes **prefixes, *new;

	if (!*page) {
		struct strata_fw_port_page *fresh =
			kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);

		if (!fresh)
			return NULL;
		/* Pairs with page_has(). */
		smp_store_release(page, fresh);
	}
	prefixes = &(*page)->prefixes[port % PORT_PAGE];
	if (*prefixes)
		return *prefixes;
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return NULL;
	/* Pairs with page_has(). */
	smp_store_release(prefixes, new);
	return new;
}

/* Ranges may overlap: a port stays while another one has it. */
static void clear_ports(struct strata_fw_content *content,
			const struct element *gone)
{
	unsigned int port;
	struct rb_node *node;

	for (port = gone->value.first; port <= gone->value.last; port++) {
		bool kept = false;

		for (node = rb_first(&content->elements); node && !kept;
		     node = rb_next(node)) {
			const struct element *other =
				rb_entry(node, struct element, node);

			kept = other != gone && other->value.first <= port &&
			       other->value.last >= port;
		}
		if (!kept)
			clear_bit(port, content->ports);
	}
}

static int index_element(struct strata_fw_content *content,
			 enum strata_fw_set_type type, struct element *element,
			 bool add)
{
	const struct strata_fw_element *value = &element->value;
	struct strata_fw_prefixes *prefixes = &content->prefixes;
	unsigned int port;

	if (type == STRATA_FW_PORT) {
		for (port = value->first; add && port <= value->last; port++)
			set_bit(port, content->ports);
		if (!add)
			clear_ports(content, element);
		return 0;
	}
	if (type == STRATA_FW_PREFIX_PORT)
		prefixes = prefixes_of(content, value->first);
	if (!prefixes)
		return -ENOMEM;
	return strata_fw_prefixes_change(prefixes, &value->addr, value->plen,
					 add);
}

/**
 * strata_fw_content_add() - an element comes
 * @content: of a set
 * @type: the set's
 * @value: the element
 *
 * Context: process, strata_fw_net.lock held. Return: 0, also if it is there;
 * -ENOSPC, -ENOMEM.
 */
int strata_fw_content_add(struct strata_fw_content *content,
			  enum strata_fw_set_type type,
			  const struct strata_fw_element *value)
{
	struct element *element;
	int err;

	if (find(content, value))
		return 0;
	if (content->count == STRATA_FW_ELEMENTS_MAX)
		return -ENOSPC;
	element = kmalloc(sizeof(*element), GFP_KERNEL_ACCOUNT);
	if (!element)
		return -ENOMEM;
	element->value = *value;
	err = index_element(content, type, element, true);
	if (err)
		kfree(element);
	else
		link_element(content, element);
	return err;
}

/**
 * strata_fw_content_del() - an element goes
 * @content: of a set
 * @type: the set's
 * @value: the element
 *
 * Context: process, strata_fw_net.lock held. Return: 0, -ENOENT, -ENOMEM.
 */
int strata_fw_content_del(struct strata_fw_content *content,
			  enum strata_fw_set_type type,
			  const struct strata_fw_element *value)
{
	struct element *element = find(content, value);
	int err;

	if (!element)
		return -ENOENT;
	err = index_element(content, type, element, false);
	if (err)
		return err;
	rb_erase(&element->node, &content->elements);
	content->count--;
	kfree(element);
	return 0;
}

/**
 * strata_fw_content_next() - the element behind another
 * @content: of a set
 * @first: there is no other: the first of all
 * @value: the other; out: the next
 *
 * Context: process, strata_fw_net.lock held. Return: false: there are no more.
 */
bool strata_fw_content_next(const struct strata_fw_content *content, bool first,
			    struct strata_fw_element *value)
{
	struct rb_node *node = content->elements.rb_node;
	struct element *found = NULL;

	while (node) {
		struct element *element = rb_entry(node, struct element, node);

		if (first || order(&element->value, value) > 0) {
			found = element;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	if (found)
		*value = found->value;
	return found;
}

/* ------- asking ------- */

static bool page_has(const struct strata_fw_content *content,
		     const struct in6_addr *addr, u16 port)
{
	const struct strata_fw_port_page *page;
	const struct strata_fw_prefixes *prefixes;

	/* Both pair with prefixes_of(). */
	page = smp_load_acquire(&content->pages[port / PORT_PAGE]);
	if (!page)
		return false;
	/* As above. */
	prefixes = smp_load_acquire(&page->prefixes[port % PORT_PAGE]);
	return prefixes && strata_fw_prefixes_have(prefixes, addr);
}

/**
 * strata_fw_content_has() - is it in there?
 * @content: of a set
 * @type: the set's
 * @addr: of a packet's end
 * @port: of the same end, host order
 *
 * Context: RCU read side.
 */
bool strata_fw_content_has(const struct strata_fw_content *content,
			   enum strata_fw_set_type type,
			   const struct in6_addr *addr, u16 port)
{
	switch (type) {
	case STRATA_FW_PREFIX:
		return strata_fw_prefixes_have(&content->prefixes, addr);
	case STRATA_FW_PORT:
		return test_bit(port, content->ports);
	default:
		return page_has(content, addr, port);
	}
}
