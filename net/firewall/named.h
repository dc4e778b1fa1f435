/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/firewall: named sets of prefixes and ports.
 */
#ifndef _NET_FIREWALL_NAMED_H
#define _NET_FIREWALL_NAMED_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <strata/firewall.h>
#include "prefix.h"

#define PORTS		65536
#define PORT_PAGE	256	/* ports that share a page */

/* The prefixes of the ports of a page; NULL: none. */
struct strata_fw_port_page {
	struct strata_fw_prefixes *prefixes[PORT_PAGE];
};

/**
 * struct strata_fw_content - what is in a set
 * @elements: in order; strata_fw_net.lock
 * @count: of them
 * @prefixes: of STRATA_FW_PREFIX
 * @ports: of STRATA_FW_PORT, a bit each
 * @pages: of STRATA_FW_PREFIX_PORT
 * @rcu: frees it
 *
 * Packets read the last three, which always agree with some state of @elements.
 */
struct strata_fw_content {
	struct rb_root elements;
	unsigned int count;
	struct strata_fw_prefixes prefixes;
	unsigned long *ports;
	struct strata_fw_port_page **pages;
	struct rcu_head rcu;
};

/**
 * struct strata_fw_named - a named set
 * @users: the namespace, and rules
 * @node: in the namespace's list; strata_fw_net.lock
 * @name: by which rules know it
 * @type: &enum strata_fw_set_type
 * @content: replaced as a whole, or changed element by element
 */
struct strata_fw_named {
	refcount_t users;
	struct list_head node;
	char name[STRATA_FW_SET_NAME_MAX + 1];
	enum strata_fw_set_type type;
	struct strata_fw_content __rcu *content;
};

/* One more reference to one that is held; NULL to NULL. */
static inline struct strata_fw_named *
strata_fw_named_hold(struct strata_fw_named *named)
{
	if (named)
		refcount_inc(&named->users);
	return named;
}

/* content.c */
struct strata_fw_content *strata_fw_content_create(enum strata_fw_set_type type);
void strata_fw_content_free(struct strata_fw_content *content);
int strata_fw_content_add(struct strata_fw_content *content,
			  enum strata_fw_set_type type,
			  const struct strata_fw_element *value);
int strata_fw_content_del(struct strata_fw_content *content,
			  enum strata_fw_set_type type,
			  const struct strata_fw_element *value);
bool strata_fw_content_next(const struct strata_fw_content *content, bool first,
			    struct strata_fw_element *value);
bool strata_fw_content_has(const struct strata_fw_content *content,
			   enum strata_fw_set_type type,
			   const struct in6_addr *addr, u16 port);

/* The namespace goes. */
void strata_fw_named_clear(struct strata_net *sn);

#endif /* _NET_FIREWALL_NAMED_H */
