// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops as they are configured: what can be one, what may replace one, and what
 * goes with one.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include "nexthop.h"
#include "table.h"

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
		return -EINVAL;
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
			       strata_nexthop_key(want))
		if (specs_equal(nexthop->spec, want))
			goto out;
	nexthop = strata_nexthop_create(sn, want, extack);
out:
	kfree(want);
	return nexthop;
}

static bool member_dies(struct strata_net *sn,
			const struct strata_nexthop_member *member)
{
	return strata_nexthop_find(sn, member->id)->dying;
}

static bool group_loses(struct strata_net *sn,
			const struct strata_nexthop_spec *spec)
{
	unsigned int i;

	for (i = 0; spec->group && i < spec->count; i++)
		if (member_dies(sn, &spec->member[i]))
			return true;
	return false;
}

/* False: there is nothing left of it, or no memory for what is. */
static bool group_shrink_to(struct strata_nexthop *group,
			    const struct strata_nexthop_spec *spec)
{
	if (!spec->count || strata_nexthop_stage(group, spec))
		return false;
	strata_nexthop_commit(group);
	return true;
}

/* Members that die leave; a group that would be empty dies with them, and so does
 * one for which there is no memory.
 */
static void group_shrink(struct strata_net *sn, struct strata_nexthop *group)
{
	const struct strata_nexthop_spec *old = group->spec;
	struct strata_nexthop_spec *spec;
	unsigned int i;

	spec = kmemdup(old, sizeof(*old), GFP_KERNEL);
	if (!spec) {
		group->dying = true;
		return;
	}
	spec->count = 0;
	for (i = 0; i < old->count; i++)
		if (!member_dies(sn, &old->member[i]))
			spec->member[spec->count++] = old->member[i];
	if (group_shrink_to(group, spec))
		strata_nexthop_tell(sn, STRATA_NEXTHOP_REPLACED, group);
	else
		group->dying = true;
	kfree(spec);
}

/* Those that die go, with their routes: all in one walk over the tables. */
static void nexthops_bury(struct strata_net *sn)
{
	struct strata_nexthop *nexthop;
	bool have_routes = false;
	struct hlist_node *next;
	unsigned int bucket;

	hash_for_each(sn->route->nexthops, bucket, nexthop, node) {
		if (!nexthop->dying && group_loses(sn, nexthop->spec))
			group_shrink(sn, nexthop);
		have_routes |= nexthop->dying &&
			       strata_nexthop_has_routes(nexthop);
	}
	/* Those without a number go with their last route. */
	if (have_routes)
		strata_route_purge_dying(sn);
	hash_for_each_safe(sn->route->nexthops, bucket, next, nexthop, node) {
		if (!nexthop->dying)
			continue;
		strata_nexthop_tell(sn, STRATA_NEXTHOP_REMOVED, nexthop);
		strata_nexthop_free(sn->route, nexthop);
	}
}

/* Can @group, and the routes that have it, have @want in @member's place? */
static bool suits_group(const struct strata_nexthop *group, unsigned int member,
			const struct strata_nexthop_spec *want)
{
	const struct in6_addr *gateway = &want->member[0].hop.gateway;
	int family = strata_route_family(gateway);
	unsigned int i;

	if (strata_addr_any(gateway))
		return true;
	for (i = 0; i < group->spec->count; i++)
		if (i != member &&
		    !strata_hop_fits(&group->spec->member[i].hop, family))
			return false;
	return strata_nexthop_suits(group, want);
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

/* @group is to have @hop in the place of one of its members. */
static int stage_member(struct strata_nexthop *group, unsigned int member,
			const struct strata_hop *hop)
{
	struct strata_nexthop_spec *spec;
	int err;

	spec = kmemdup(group->spec, sizeof(*spec), GFP_KERNEL);
	if (!spec)
		return -ENOMEM;
	spec->member[member].hop = *hop;
	err = strata_nexthop_stage(group, spec);
	kfree(spec);
	return err;
}

/* Groups have a copy of where their members lead. */
static int stage_groups(struct strata_net *sn,
			const struct strata_nexthop_spec *want)
{
	struct strata_nexthop *nexthop;
	unsigned int bucket;
	int err = 0;
	u8 member;

	hash_for_each(sn->route->nexthops, bucket, nexthop, node) {
		if (err || !nexthop->spec->group)
			continue;
		member = strata_nexthop_member_index(nexthop->spec, want->id);
		if (member != STRATA_NEXTHOP_NOBODY)
			err = stage_member(nexthop, member,
					   &want->member[0].hop);
	}
	return err;
}

/* @old becomes @want, and the groups with it; or nothing changes. */
static int nexthop_change(struct strata_net *sn, struct strata_nexthop *old,
			  const struct strata_nexthop_spec *want)
{
	struct strata_nexthop *nexthop;
	unsigned int bucket;
	int err;

	err = strata_nexthop_stage(old, want);
	if (!err && !want->group && want->count)
		err = stage_groups(sn, want);
	hash_for_each(sn->route->nexthops, bucket, nexthop, node) {
		if (err)
			strata_nexthop_drop(nexthop);
		else
			strata_nexthop_commit(nexthop);
	}
	if (!err)
		strata_nexthop_tell(sn, STRATA_NEXTHOP_REPLACED, old);
	return err;
}

static int nexthop_make(struct strata_net *sn,
			const struct strata_nexthop_spec *want,
			struct netlink_ext_ack *extack)
{
	struct strata_nexthop *nexthop = strata_nexthop_create(sn, want, extack);

	if (IS_ERR(nexthop))
		return PTR_ERR(nexthop);
	strata_nexthop_tell(sn, STRATA_NEXTHOP_ADDED, nexthop);
	return 0;
}

static int nexthop_replace(struct strata_net *sn, struct strata_nexthop *old,
			   const struct strata_nexthop_spec *want,
			   struct netlink_ext_ack *extack)
{
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
	if (!strata_nexthop_suits(old, want) || (!want->group && !suits_groups(sn, want))) {
		NL_SET_ERR_MSG(extack,
			       "Routes or groups of the other family have this next hop");
		return -EINVAL;
	}
	return nexthop_change(sn, old, want);
}

static int nexthop_set(struct strata_net *sn, struct strata_nexthop_spec *want,
		       bool replace, struct netlink_ext_ack *extack)
{
	struct strata_nexthop *old = strata_nexthop_find(sn, want->id);
	int err = resolve(sn, want, extack);

	if (err)
		return err;
	if (!old)
		return nexthop_make(sn, want, extack);
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
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -ENETUNREACH,
 * -ENODEV, -EEXIST, -ENOSPC, -ENOMEM; nothing has changed then.
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
	nexthop->dying = true;
	nexthops_bury(sn);
	strata_net_changed(sn);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_nexthop_del);

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

	hash_for_each(sn->route->nexthops, bucket, nexthop, node)
		if (!nexthop->spec->group && leads_by(nexthop->spec, link))
			nexthop->dying = true;
	nexthops_bury(sn);
}
