// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops that routes share: one, or a group of which a flow takes one.
 *
 * A route says which next hop it has, and the next hop where that leads: a
 * change is one pointer, for all routes at once. Those of "nexthop via … nexthop
 * via …" have no number and are shared by all routes that say the same.
 *
 * A group spreads flows by a table of buckets. Each bucket has a home among the
 * members, by their weights; a member that goes leaves its buckets to the others,
 * and no other bucket moves. While the link of a member is down, its
 * buckets are lent to others, and they come home with the link.
 */
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "nexthop.h"
#include "table.h"

static struct strata_nexthop_info *info_of(const struct strata_nexthop *nexthop)
{
	return rcu_dereference_protected(nexthop->info, true);
}

/* ---- what a next hop is ---- */

static void info_free(struct rcu_head *rcu)
{
	struct strata_nexthop_info *info = container_of(rcu, struct strata_nexthop_info, rcu);
	unsigned int i;

	for (i = 0; i < info->count; i++)
		strata_link_put(info->hop[i].link);
	kfree(info->home);
	kfree(info->now);
	kfree(info);
}

static struct strata_nexthop_info *info_new(const struct strata_nexthop_spec *spec)
{
	struct strata_nexthop_info *info = kzalloc(sizeof(*info), GFP_KERNEL_ACCOUNT);

	if (!info)
		return NULL;
	if (spec->count > 1) {
		info->home = kmalloc(STRATA_NEXTHOP_BUCKETS, GFP_KERNEL_ACCOUNT);
		info->now = kmalloc(STRATA_NEXTHOP_BUCKETS, GFP_KERNEL_ACCOUNT);
		if (!info->home || !info->now) {
			info_free(&info->rcu);
			return NULL;
		}
	}
	info->blackhole = spec->blackhole;
	for (; info->count < spec->count; info->count++) {
		info->hop[info->count] = spec->member[info->count].hop;
		strata_link_hold(info->hop[info->count].link);
	}
	return info;
}

/**
 * strata_nexthop_stage() - get ready to be something else
 * @nexthop: it stays as it is until strata_nexthop_commit()
 * @spec: what it becomes; copied
 *
 * Where several have to change together, whoever lacks memory is found before the
 * first has changed.
 *
 * Context: process, strata_net.config held. Return: 0, -ENOMEM.
 */
int strata_nexthop_stage(struct strata_nexthop *nexthop,
			 const struct strata_nexthop_spec *spec)
{
	struct strata_nexthop_spec *next_spec;
	struct strata_nexthop_info *next;

	next_spec = kmemdup(spec, sizeof(*spec), GFP_KERNEL_ACCOUNT);
	next = next_spec ? info_new(spec) : NULL;
	if (!next) {
		kfree(next_spec);
		return -ENOMEM;
	}
	if (next->home)
		strata_buckets_settle(next, spec, info_of(nexthop),
				      nexthop->spec);
	nexthop->next = next;
	nexthop->next_spec = next_spec;
	return 0;
}

/**
 * strata_nexthop_commit() - become what it got ready to be
 * @nexthop: it may not have got ready at all
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthop_commit(struct strata_nexthop *nexthop)
{
	struct strata_nexthop_info *old = info_of(nexthop);

	if (!nexthop->next)
		return;
	rcu_assign_pointer(nexthop->info, nexthop->next);
	kfree(nexthop->spec);
	nexthop->spec = nexthop->next_spec;
	nexthop->next = NULL;
	nexthop->next_spec = NULL;
	if (old)
		call_rcu(&old->rcu, info_free);
}

/**
 * strata_nexthop_drop() - stay as it is
 * @nexthop: it may not have got ready to be something else
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthop_drop(struct strata_nexthop *nexthop)
{
	if (!nexthop->next)
		return;
	info_free(&nexthop->next->rcu);
	kfree(nexthop->next_spec);
	nexthop->next = NULL;
	nexthop->next_spec = NULL;
}

/**
 * strata_nexthop_key() - by what it is found in strata_route_net.nexthops
 * @spec: what it is
 *
 * Context: any.
 */
u32 strata_nexthop_key(const struct strata_nexthop_spec *spec)
{
	u32 key = spec->count;
	unsigned int i;

	if (spec->id)
		return spec->id;
	for (i = 0; i < spec->count; i++)
		key = jhash(&spec->member[i].hop.gateway,
			    sizeof(struct in6_addr),
			    key + spec->member[i].weight);
	return key;
}

/**
 * strata_nexthop_create() - make a next hop
 * @sn: the namespace's stack
 * @spec: what it is, resolved; copied
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: ERR_PTR(-ENOSPC, -ENOMEM).
 */
struct strata_nexthop *
strata_nexthop_create(struct strata_net *sn,
		      const struct strata_nexthop_spec *spec,
		      struct netlink_ext_ack *extack)
{
	struct strata_route_net *rn = sn->route;
	struct strata_nexthop *nexthop;
	int err;

	if (rn->nexthop_count >= STRATA_NEXTHOP_LIMIT) {
		NL_SET_ERR_MSG(extack, "Too many next hops in this namespace");
		return ERR_PTR(-ENOSPC);
	}
	nexthop = kzalloc(sizeof(*nexthop), GFP_KERNEL_ACCOUNT);
	if (!nexthop)
		return ERR_PTR(-ENOMEM);
	err = strata_nexthop_stage(nexthop, spec);
	if (err) {
		kfree(nexthop);
		return ERR_PTR(err);
	}
	strata_nexthop_commit(nexthop);
	hash_add(rn->nexthops, &nexthop->node, strata_nexthop_key(spec));
	rn->nexthop_count++;
	return nexthop;
}

/**
 * strata_nexthop_free() - take it out
 * @rn: the namespace's routes
 * @nexthop: no route has it any more; readers may, until RCU has passed
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthop_free(struct strata_route_net *rn,
			 struct strata_nexthop *nexthop)
{
	hash_del(&nexthop->node);
	rn->nexthop_count--;
	kfree(nexthop->spec);
	call_rcu(&info_of(nexthop)->rcu, info_free);
	kfree_rcu(nexthop, rcu);
}

/* ---- those of routes ---- */

/**
 * strata_nexthop_has_routes() - does any route have it?
 * @nexthop: the next hop
 *
 * Context: process, strata_net.config held.
 */
bool strata_nexthop_has_routes(const struct strata_nexthop *nexthop)
{
	return nexthop->routes[STRATA_ROUTE_IPV4] ||
	       nexthop->routes[STRATA_ROUTE_IPV6];
}

static bool nexthop_idle(const struct strata_nexthop *nexthop)
{
	return !strata_nexthop_has_routes(nexthop) && !nexthop->spec->id;
}

/**
 * strata_nexthop_use() - one more route has it
 * @nexthop: the next hop
 * @family: of the route
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthop_use(struct strata_nexthop *nexthop, int family)
{
	nexthop->routes[family]++;
}

/**
 * strata_nexthop_unuse() - one route less has it
 * @rn: the namespace's routes
 * @nexthop: without a number it goes with its last route
 * @family: of the route
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthop_unuse(struct strata_route_net *rn,
			  struct strata_nexthop *nexthop, int family)
{
	nexthop->routes[family]--;
	if (nexthop_idle(nexthop))
		strata_nexthop_free(rn, nexthop);
}

/**
 * strata_nexthop_unused() - free a next hop if nobody has it or knows its number
 * @sn: the namespace's stack
 * @nexthop: of strata_nexthop_anonymous()
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthop_unused(struct strata_net *sn,
			   struct strata_nexthop *nexthop)
{
	if (nexthop_idle(nexthop))
		strata_nexthop_free(sn->route, nexthop);
}

static bool spec_fits(const struct strata_nexthop_spec *spec, int family)
{
	unsigned int i;

	for (i = 0; i < spec->count; i++)
		if (!strata_hop_fits(&spec->member[i].hop, family))
			return false;
	return true;
}

/**
 * strata_nexthop_fits() - can routes of a family have it?
 * @nexthop: the next hop
 * @family: &enum strata_route_family
 *
 * Context: process, strata_net.config held.
 */
bool strata_nexthop_fits(const struct strata_nexthop *nexthop, int family)
{
	return spec_fits(nexthop->spec, family);
}

/**
 * strata_nexthop_suits() - can the routes that have it have another in its place?
 * @nexthop: that they have
 * @spec: what it would be
 *
 * Context: process, strata_net.config held.
 */
bool strata_nexthop_suits(const struct strata_nexthop *nexthop,
			  const struct strata_nexthop_spec *spec)
{
	int family;

	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
		if (nexthop->routes[family] && !spec_fits(spec, family))
			return false;
	return true;
}

/**
 * strata_route_uses() - does a route lead out by a device?
 * @route: the route
 * @ifindex: of the device; whether its link is up does not matter
 *
 * Context: process, strata_net.config held.
 */
bool strata_route_uses(const struct strata_route *route, int ifindex)
{
	const struct strata_nexthop_spec *spec;
	unsigned int i;

	if (!route->nexthop)
		return route->link->ifindex == ifindex;
	spec = route->nexthop->spec;
	for (i = 0; i < spec->count; i++)
		if (spec->member[i].hop.link->ifindex == ifindex)
			return true;
	return false;
}
EXPORT_SYMBOL_GPL(strata_route_uses);

/**
 * strata_nexthop_spec() - what a next hop is
 * @nexthop: the next hop
 *
 * Context: process, strata_net.config held.
 */
const struct strata_nexthop_spec *
strata_nexthop_spec(const struct strata_nexthop *nexthop)
{
	return nexthop->spec;
}

/* ---- of a namespace ---- */

/**
 * strata_nexthop_find() - the next hop of a number
 * @sn: the namespace's stack
 * @id: its number, not 0
 *
 * Context: process, strata_net.config held. Return: borrowed, NULL: none.
 */
struct strata_nexthop *strata_nexthop_find(struct strata_net *sn, u32 id)
{
	struct strata_nexthop *nexthop;

	lockdep_assert_held(&sn->config);
	hash_for_each_possible(sn->route->nexthops, nexthop, node, id)
		if (nexthop->spec->id == id)
			return nexthop;
	return NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nexthop_find);

/**
 * strata_nexthop_next() - iteration by number
 * @sn: the namespace's stack
 * @id: the one before
 *
 * Context: process, strata_net.config held. Return: NULL: there are no more.
 */
const struct strata_nexthop_spec *strata_nexthop_next(struct strata_net *sn,
						      u32 id)
{
	const struct strata_nexthop_spec *next = NULL;
	struct strata_nexthop *nexthop;
	unsigned int bucket;

	lockdep_assert_held(&sn->config);
	hash_for_each(sn->route->nexthops, bucket, nexthop, node)
		if (nexthop->spec->id > id &&
		    (!next || nexthop->spec->id < next->id))
			next = nexthop->spec;
	return next;
}

/**
 * strata_nexthops_settle() - links went up or down
 * @sn: the namespace's stack
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthops_settle(struct strata_net *sn)
{
	struct strata_nexthop *nexthop;
	unsigned int bucket;

	lockdep_assert_held(&sn->config);
	hash_for_each(sn->route->nexthops, bucket, nexthop, node)
		if (info_of(nexthop)->home)
			strata_buckets_lend(info_of(nexthop), nexthop->spec);
}

/**
 * strata_nexthops_init() - no next hop yet
 * @rn: the namespace's routes
 *
 * Context: process.
 */
void strata_nexthops_init(struct strata_route_net *rn)
{
	hash_init(rn->nexthops);
	get_random_bytes(&rn->hash_key, sizeof(rn->hash_key));
}

/**
 * strata_nexthops_exit() - free those that have numbers
 * @rn: the namespace's routes, none of which is left
 *
 * Context: process.
 */
void strata_nexthops_exit(struct strata_route_net *rn)
{
	struct strata_nexthop *nexthop;
	struct hlist_node *next;
	unsigned int bucket;

	hash_for_each_safe(rn->nexthops, bucket, next, nexthop, node)
		strata_nexthop_free(rn, nexthop);
}
