// SPDX-License-Identifier: GPL-2.0
/*
 * Routes that are shared: one object for all prefixes that lead to one place.
 */
#include <linux/module.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include "table.h"

/**
 * struct shared_route - a route, and how many entries lead there
 * @route: what lookups answer with; without prefix
 * @node: in strata_route_net.shared
 * @users: entries of tables; strata_net.config
 * @rcu: frees
 */
struct shared_route {
	struct strata_route route;
	struct rb_node node;
	unsigned int users;
	struct rcu_head rcu;
};

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int route_order(const struct strata_route *a,
		       const struct strata_route *b)
{
	return compare((unsigned long)a->link, (unsigned long)b->link) ?:
	       memcmp(&a->gateway, &b->gateway, sizeof(a->gateway)) ?:
	       memcmp(&a->source, &b->source, sizeof(a->source)) ?:
	       compare(a->table, b->table) ?:
	       compare(a->metric, b->metric) ?: compare(a->mtu, b->mtu) ?:
	       compare((unsigned long)a->nexthop, (unsigned long)b->nexthop) ?:
	       compare(a->origin, b->origin) ?: compare(a->type, b->type);
}

static struct shared_route *shared_new(const struct strata_route *like)
{
	struct shared_route *shared;

	shared = kzalloc(sizeof(*shared), GFP_KERNEL_ACCOUNT);
	if (!shared)
		return NULL;
	shared->route = *like;
	shared->route.prefix = in6addr_any;
	shared->route.plen = 0;
	shared->users = 1;
	strata_link_hold(like->link);
	return shared;
}

/**
 * strata_route_share() - the one object of a route
 * @rn: the namespace's routes
 * @like: all but its prefix
 *
 * Context: process, strata_net.config held. Return: for strata_route_unshare();
 * NULL: no memory.
 */
const struct strata_route *strata_route_share(struct strata_route_net *rn,
					      const struct strata_route *like)
{
	struct rb_node **link = &rn->shared.rb_node, *parent = NULL;
	struct shared_route *shared;
	int order;

	while (*link) {
		parent = *link;
		shared = rb_entry(parent, struct shared_route, node);
		order = route_order(like, &shared->route);
		if (!order) {
			shared->users++;
			return &shared->route;
		}
		link = order < 0 ? &parent->rb_left : &parent->rb_right;
	}
	shared = shared_new(like);
	if (!shared)
		return NULL;
	rb_link_node(&shared->node, parent, link);
	rb_insert_color(&shared->node, &rn->shared);
	return &shared->route;
}

static void shared_free(struct rcu_head *rcu)
{
	struct shared_route *shared = container_of(rcu, struct shared_route,
						   rcu);

	strata_link_put(shared->route.link);
	kfree(shared);
}

/**
 * strata_route_unshare() - an entry no longer leads there
 * @rn: the namespace's routes
 * @route: of strata_route_share(); readers may see it until RCU has passed
 *
 * Context: process, strata_net.config held.
 */
void strata_route_unshare(struct strata_route_net *rn,
			  const struct strata_route *route)
{
	struct shared_route *shared = container_of(route, struct shared_route,
						   route);

	if (--shared->users)
		return;
	rb_erase(&shared->node, &rn->shared);
	call_rcu(&shared->rcu, shared_free);
}
