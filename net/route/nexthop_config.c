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
			       strata_nexthop_key(want))
		if (specs_equal(nexthop->spec, want))
			goto out;
	nexthop = strata_nexthop_create(sn, want, extack);
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
		strata_nexthop_free(sn->route, nexthop);
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
	err = spec->count ? strata_nexthop_become(group, spec) : -ENOENT;
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
	if (!strata_nexthop_suits(old, want) || (!want->group && !suits_groups(sn, want))) {
		NL_SET_ERR_MSG(extack,
			       "Routes or groups of the other family have this next hop");
		return -EINVAL;
	}
	err = strata_nexthop_become(old, want);
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
		return PTR_ERR_OR_ZERO(strata_nexthop_create(sn, want, extack));
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
