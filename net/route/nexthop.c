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
#include "bucket.h"
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

/* @nexthop: becomes @spec, or stays as it is. */
static int nexthop_become(struct strata_nexthop *nexthop,
			  const struct strata_nexthop_spec *spec)
{
	struct strata_nexthop_spec *old_spec = nexthop->spec, *new_spec;
	struct strata_nexthop_info *old = info_of(nexthop), *info;

	new_spec = kmemdup(spec, sizeof(*spec), GFP_KERNEL_ACCOUNT);
	info = new_spec ? info_new(spec) : NULL;
	if (!info) {
		kfree(new_spec);
		return -ENOMEM;
	}
	if (info->home)
		strata_buckets_settle(info, spec, old, old_spec);
	nexthop->spec = new_spec;
	rcu_assign_pointer(nexthop->info, info);
	kfree(old_spec);
	if (old)
		call_rcu(&old->rcu, info_free);
	return 0;
}

static u32 nexthop_key(const struct strata_nexthop_spec *spec)
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

static struct strata_nexthop *nexthop_create(struct strata_net *sn,
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
	err = nexthop_become(nexthop, spec);
	if (err) {
		kfree(nexthop);
		return ERR_PTR(err);
	}
	hash_add(rn->nexthops, &nexthop->node, nexthop_key(spec));
	rn->nexthop_count++;
	return nexthop;
}

/* No route has it any more; readers may, until RCU has passed. */
static void nexthop_free(struct strata_route_net *rn,
			 struct strata_nexthop *nexthop)
{
	hash_del(&nexthop->node);
	rn->nexthop_count--;
	kfree(nexthop->spec);
	call_rcu(&info_of(nexthop)->rcu, info_free);
	kfree_rcu(nexthop, rcu);
}

/* ---- those of routes ---- */

static bool nexthop_idle(const struct strata_nexthop *nexthop)
{
	return !nexthop->routes[STRATA_ROUTE_IPV4] &&
	       !nexthop->routes[STRATA_ROUTE_IPV6] && !nexthop->spec->id;
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
		nexthop_free(rn, nexthop);
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
		nexthop_free(sn->route, nexthop);
}

static bool hop_fits(const struct strata_hop *hop, int family)
{
	return strata_addr_any(&hop->gateway) ||
	       strata_route_family(&hop->gateway) == family;
}

static bool spec_fits(const struct strata_nexthop_spec *spec, int family)
{
	unsigned int i;

	for (i = 0; i < spec->count; i++)
		if (!hop_fits(&spec->member[i].hop, family))
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

/* ---- configuration ---- */

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

static int resolve_member(struct strata_net *sn,
			  struct strata_nexthop_member *member,
			  struct netlink_ext_ack *extack)
{
	const struct strata_nexthop *nexthop;

	if (!member->id)
		return strata_check_hop(sn, &member->hop, extack);
	nexthop = strata_nexthop_find(sn, member->id);
	if (!nexthop) {
		NL_SET_ERR_MSG(extack, "A group has a next hop that is not there");
		return -ENOENT;
	}
	if (nexthop->spec->group || nexthop->spec->blackhole) {
		NL_SET_ERR_MSG(extack,
			       "A group is of single next hops that lead somewhere");
		return -EINVAL;
	}
	member->hop = nexthop->spec->member[0].hop;
	return 0;
}

/* Settles where each member leads, and that all are of one family. */
static int resolve(struct strata_net *sn, struct strata_nexthop_spec *spec,
		   struct netlink_ext_ack *extack)
{
	const struct in6_addr *first = NULL, *gateway;
	unsigned int i;
	int err;

	for (i = 0; i < spec->count; i++) {
		err = resolve_member(sn, &spec->member[i], extack);
		if (err)
			return err;
		if (spec->member[i].id &&
		    strata_nexthop_member_index(spec, spec->member[i].id) != i) {
			NL_SET_ERR_MSG(extack, "A group has a next hop twice");
			return -EINVAL;
		}
		gateway = &spec->member[i].hop.gateway;
		if (strata_addr_any(gateway))
			continue;
		first = first ?: gateway;
		if (strata_addr_is4(first) != strata_addr_is4(gateway)) {
			NL_SET_ERR_MSG(extack, "Gateways of both families");
			return -EINVAL;
		}
	}
	return 0;
}

static bool specs_equal(const struct strata_nexthop_spec *a,
			const struct strata_nexthop_spec *b)
{
	unsigned int i;

	if (a->id || b->id || a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->member[i].weight != b->member[i].weight ||
		    a->member[i].hop.link != b->member[i].hop.link ||
		    !ipv6_addr_equal(&a->member[i].hop.gateway,
				     &b->member[i].hop.gateway))
			return false;
	return true;
}

/**
 * strata_nexthop_anonymous() - the ways that a route itself says
 * @sn: the namespace's stack
 * @spec: without a number; so are its members
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: for strata_nexthop_unused();
 * ERR_PTR(-EINVAL, -ENETUNREACH, -ENODEV, -ENOSPC, -ENOMEM).
 */
struct strata_nexthop *
strata_nexthop_anonymous(struct strata_net *sn,
			 const struct strata_nexthop_spec *spec,
			 struct netlink_ext_ack *extack)
{
	struct strata_nexthop_spec *want;
	struct strata_nexthop *nexthop;
	int err;

	want = kmemdup(spec, sizeof(*spec), GFP_KERNEL);
	if (!want)
		return ERR_PTR(-ENOMEM);
	err = resolve(sn, want, extack);
	nexthop = ERR_PTR(err);
	if (err)
		goto out;
	hash_for_each_possible(sn->route->nexthops, nexthop, node,
			       nexthop_key(want))
		if (specs_equal(nexthop->spec, want))
			goto out;
	nexthop = nexthop_create(sn, want, extack);
out:
	kfree(want);
	return nexthop;
}

static void nexthop_purge(struct strata_net *sn,
			  struct strata_nexthop *nexthop)
{
	bool numbered = nexthop->spec->id;

	strata_route_purge_nexthop(sn, nexthop);
	/* Those without a number went with their last route. */
	if (numbered)
		nexthop_free(sn->route, nexthop);
}

/* @group without a member, or with it as it is now. 0 or -errno. */
static int group_update(struct strata_net *sn, struct strata_nexthop *group,
			u32 id, const struct strata_hop *hop)
{
	struct strata_nexthop_spec *spec;
	u8 at;
	int err;

	spec = kmemdup(group->spec, sizeof(*spec), GFP_KERNEL);
	if (!spec)
		return -ENOMEM;
	at = strata_nexthop_member_index(spec, id);
	if (hop) {
		spec->member[at].hop = *hop;
	} else {
		spec->count--;
		memmove(&spec->member[at], &spec->member[at + 1],
			(spec->count - at) * sizeof(spec->member[0]));
	}
	err = spec->count ? nexthop_become(group, spec) : -ENOENT;
	kfree(spec);
	return err;
}

/*
 * A member has changed, or goes (@hop NULL). A group that would be empty goes, and
 * so does one for which there is no memory.
 */
static void groups_update(struct strata_net *sn, u32 id,
			  const struct strata_hop *hop)
{
	struct strata_nexthop *nexthop;
	struct hlist_node *next;
	unsigned int bucket;

	hash_for_each_safe(sn->route->nexthops, bucket, next, nexthop, node)
		if (nexthop->spec->group &&
		    strata_nexthop_member_index(nexthop->spec, id) != STRATA_NEXTHOP_NOBODY &&
		    group_update(sn, nexthop, id, hop))
			nexthop_purge(sn, nexthop);
}

/* Can the routes that have @nexthop have @spec in its place? */
static bool suits_routes(const struct strata_nexthop *nexthop,
			 const struct strata_nexthop_spec *spec)
{
	int family;

	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
		if (nexthop->routes[family] && !spec_fits(spec, family))
			return false;
	return true;
}

/* Can @group, and the routes that have it, have @want in @member's place? */
static bool suits_group(const struct strata_nexthop *group, unsigned int member,
			const struct strata_nexthop_spec *want)
{
	const struct in6_addr *gateway = &want->member[0].hop.gateway;
	unsigned int i;

	if (strata_addr_any(gateway))
		return true;
	for (i = 0; i < group->spec->count; i++)
		if (i != member && !hop_fits(&group->spec->member[i].hop,
					     strata_route_family(gateway)))
			return false;
	return suits_routes(group, want);
}

static bool suits_groups(struct strata_net *sn,
			 const struct strata_nexthop_spec *want)
{
	struct strata_nexthop *nexthop;
	unsigned int bucket;
	u8 member;

	hash_for_each(sn->route->nexthops, bucket, nexthop, node) {
		if (!nexthop->spec->group)
			continue;
		member = strata_nexthop_member_index(nexthop->spec, want->id);
		if (member != STRATA_NEXTHOP_NOBODY &&
		    !suits_group(nexthop, member, want))
			return false;
	}
	return true;
}

static int nexthop_replace(struct strata_net *sn, struct strata_nexthop *old,
			   const struct strata_nexthop_spec *want,
			   struct netlink_ext_ack *extack)
{
	int err;

	if (old->spec->group != want->group) {
		NL_SET_ERR_MSG(extack,
			       "A group cannot take the place of a single next hop, nor the reverse");
		return -EINVAL;
	}
	if (old->spec->blackhole != want->blackhole) {
		NL_SET_ERR_MSG(extack,
			       "A black hole cannot take the place of a way, nor the reverse");
		return -EINVAL;
	}
	if (!suits_routes(old, want) || (!want->group && !suits_groups(sn, want))) {
		NL_SET_ERR_MSG(extack,
			       "Routes or groups of the other family have this next hop");
		return -EINVAL;
	}
	err = nexthop_become(old, want);
	if (!err && !want->group && want->count)
		groups_update(sn, want->id, &old->spec->member[0].hop);
	return err;
}

static int nexthop_set(struct strata_net *sn, struct strata_nexthop_spec *want,
		       bool replace, struct netlink_ext_ack *extack)
{
	struct strata_nexthop *old = strata_nexthop_find(sn, want->id);
	int err = resolve(sn, want, extack);

	if (err)
		return err;
	if (!old)
		return PTR_ERR_OR_ZERO(nexthop_create(sn, want, extack));
	if (replace)
		return nexthop_replace(sn, old, want, extack);
	NL_SET_ERR_MSG(extack, "A next hop with this number exists");
	return -EEXIST;
}

/**
 * strata_nexthop_add() - make a next hop with a number, or change one
 * @sn: the namespace's stack
 * @spec: what it is; copied
 * @replace: change the one that has the number, if there is one
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -ENOENT,
 * -ENETUNREACH, -ENODEV, -EEXIST, -ENOSPC, -ENOMEM.
 */
int strata_nexthop_add(struct strata_net *sn,
		       const struct strata_nexthop_spec *spec, bool replace,
		       struct netlink_ext_ack *extack)
{
	struct strata_nexthop_spec *want;
	int err;

	lockdep_assert_held(&sn->config);
	want = kmemdup(spec, sizeof(*spec), GFP_KERNEL);
	if (!want)
		return -ENOMEM;
	err = nexthop_set(sn, want, replace, extack);
	kfree(want);
	if (!err)
		strata_net_changed(sn);
	return err;
}
EXPORT_SYMBOL_GPL(strata_nexthop_add);

/**
 * strata_nexthop_del() - remove a next hop, with its routes
 * @sn: the namespace's stack
 * @id: its number
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -ENOENT.
 */
int strata_nexthop_del(struct strata_net *sn, u32 id,
		       struct netlink_ext_ack *extack)
{
	struct strata_nexthop *nexthop = strata_nexthop_find(sn, id);

	if (!nexthop) {
		NL_SET_ERR_MSG(extack, "No such next hop");
		return -ENOENT;
	}
	if (!nexthop->spec->group)
		groups_update(sn, id, NULL);
	nexthop_purge(sn, nexthop);
	strata_net_changed(sn);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_nexthop_del);

/* ---- links, life ---- */

static bool leads_by(const struct strata_nexthop_spec *spec,
		     const struct strata_link *link)
{
	unsigned int i;

	for (i = 0; i < spec->count; i++)
		if (spec->member[i].hop.link == link)
			return true;
	return false;
}

/**
 * strata_nexthops_purge_link() - a link goes, and what leads there
 * @sn: the namespace's stack
 * @link: it goes
 *
 * As with the kernel: groups lose those members, and routes that say the way
 * themselves go whole.
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthops_purge_link(struct strata_net *sn,
				const struct strata_link *link)
{
	struct strata_nexthop *nexthop;
	unsigned int bucket;
	bool again;

	/* Groups may go on the way: begin again after each. */
	do {
		again = false;
		hash_for_each(sn->route->nexthops, bucket, nexthop, node) {
			if (nexthop->spec->group ||
			    !leads_by(nexthop->spec, link))
				continue;
			if (nexthop->spec->id)
				groups_update(sn, nexthop->spec->id, NULL);
			nexthop_purge(sn, nexthop);
			again = true;
			break;
		}
	} while (again);
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
		nexthop_free(rn, nexthop);
}
