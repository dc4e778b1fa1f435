// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops: nexthop-get, nexthop-add, nexthop-del, and those within routes.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/nexthop.h>
#include <strata/packet.h>
#include <strata/visibility.h>
#include "netlink.h"

const struct nla_policy
strata_nl_nexthop_add_policy[STRATA_A_NEXTHOP_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(NEXTHOP),
	[STRATA_A_NEXTHOP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_NEXTHOP_GATEWAY] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_NEXTHOP_BLACKHOLE] = { .type = NLA_FLAG },
	[STRATA_A_NEXTHOP_LIST] = { .type = NLA_NESTED },
	[STRATA_A_NEXTHOP_REPLACE] = { .type = NLA_FLAG },
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_nexthop_add_policy);

const struct nla_policy
strata_nl_nexthop_del_policy[STRATA_A_NEXTHOP_MAX + 1] = {
	[STRATA_A_NEXTHOP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_nexthop_del_policy);

/* One of a group. */
static const struct nla_policy member_policy[STRATA_A_NEXTHOP_MAX + 1] = {
	[STRATA_A_NEXTHOP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_NEXTHOP_WEIGHT] =
		NLA_POLICY_RANGE(NLA_U16, 1, STRATA_NEXTHOP_WEIGHT),
};

/* One of a route's own. */
static const struct nla_policy way_policy[STRATA_A_NEXTHOP_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(NEXTHOP),
	[STRATA_A_NEXTHOP_GATEWAY] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_NEXTHOP_WEIGHT] =
		NLA_POLICY_RANGE(NLA_U16, 1, STRATA_NEXTHOP_WEIGHT),
};

/* Gateway and device, as far as they are given. */
static int get_hop(struct strata_net *sn, struct nlattr **attrs,
		   struct strata_hop *hop, struct netlink_ext_ack *extack)
{
	struct strata_nl_device device = STRATA_NL_DEVICE(attrs, NEXTHOP);

	if (device.ifindex || device.ifname) {
		hop->link = strata_nl_get_link(sn, &device, extack);
		if (IS_ERR(hop->link))
			return PTR_ERR(hop->link);
	}
	if (!attrs[STRATA_A_NEXTHOP_GATEWAY])
		return 0;
	return strata_nl_get_addr(attrs[STRATA_A_NEXTHOP_GATEWAY],
				  &hop->gateway, extack);
}

static int get_member(struct strata_net *sn, const struct nlattr *item,
		      bool numbered, struct strata_nexthop_member *member,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[STRATA_A_NEXTHOP_MAX + 1];
	int err;

	err = nla_parse_nested(attrs, STRATA_A_NEXTHOP_MAX, item,
			       numbered ? member_policy : way_policy, extack);
	if (err)
		return err;
	if (numbered && !attrs[STRATA_A_NEXTHOP_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, item,
				    "a group is of numbered next hops");
		return -EINVAL;
	}
	member->weight = 1;
	if (attrs[STRATA_A_NEXTHOP_WEIGHT])
		member->weight = nla_get_u16(attrs[STRATA_A_NEXTHOP_WEIGHT]);
	if (numbered)
		member->id = nla_get_u32(attrs[STRATA_A_NEXTHOP_ID]);
	return numbered ? 0 : get_hop(sn, attrs, &member->hop, extack);
}

/**
 * strata_nl_get_members() - several ways
 * @sn: the namespace's stack
 * @list: of nested next hops
 * @numbered: by their numbers
 * @spec: out: count and members
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0 or -errno.
 */
int strata_nl_get_members(struct strata_net *sn, const struct nlattr *list,
			  bool numbered, struct strata_nexthop_spec *spec,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *item;
	int left, err;

	nla_for_each_nested(item, list, left) {
		if (spec->count == STRATA_NEXTHOP_MEMBERS) {
			NL_SET_ERR_MSG_ATTR(extack, item, "more than 32 ways");
			return -E2BIG;
		}
		err = get_member(sn, item, numbered,
				 &spec->member[spec->count++], extack);
		if (err)
			return err;
	}
	if (spec->count)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, list, "a group of nothing");
	return -EINVAL;
}

static int get_spec(struct strata_net *sn, struct nlattr **attrs,
		    struct strata_nexthop_spec *spec,
		    struct netlink_ext_ack *extack)
{
	if (!attrs[STRATA_A_NEXTHOP_ID]) {
		NL_SET_ERR_MSG(extack, "no number given: id NUMBER");
		return -EINVAL;
	}
	spec->id = nla_get_u32(attrs[STRATA_A_NEXTHOP_ID]);
	spec->blackhole = nla_get_flag(attrs[STRATA_A_NEXTHOP_BLACKHOLE]);
	spec->group = attrs[STRATA_A_NEXTHOP_LIST];
	if (spec->blackhole + spec->group +
	    (attrs[STRATA_A_NEXTHOP_GATEWAY] || attrs[STRATA_A_NEXTHOP_IFINDEX] ||
	     attrs[STRATA_A_NEXTHOP_IFNAME]) != 1) {
		NL_SET_ERR_MSG(extack,
			       "a next hop is a gateway or a device, a group or a black hole");
		return -EINVAL;
	}
	if (spec->group)
		return strata_nl_get_members(sn, attrs[STRATA_A_NEXTHOP_LIST],
					     true, spec, extack);
	spec->count = !spec->blackhole;
	spec->member[0].weight = 1;
	return spec->count ? get_hop(sn, attrs, &spec->member[0].hop, extack) :
			     0;
}

static int put_hop(struct sk_buff *skb, const struct strata_hop *hop)
{
	int err = strata_nl_put_device(skb, STRATA_A_NEXTHOP_IFINDEX,
				       STRATA_A_NEXTHOP_IFNAME, hop->link);

	if (!err && !strata_addr_any(&hop->gateway))
		err = strata_nl_put_addr(skb, STRATA_A_NEXTHOP_GATEWAY,
					 &hop->gateway);
	return err;
}

/**
 * strata_nl_put_members() - several ways as an attribute
 * @skb: message
 * @type: STRATA_A_*
 * @spec: of a next hop
 *
 * Context: process, strata_net.config held. Return: 0, -EMSGSIZE.
 */
int strata_nl_put_members(struct sk_buff *skb, int type,
			  const struct strata_nexthop_spec *spec)
{
	struct nlattr *list = nla_nest_start(skb, type), *item;
	unsigned int i;
	int err = list ? 0 : -EMSGSIZE;

	for (i = 0; i < spec->count && !err; i++) {
		item = nla_nest_start(skb, type);
		if (!item)
			return -EMSGSIZE;
		if (spec->member[i].id)
			err = nla_put_u32(skb, STRATA_A_NEXTHOP_ID,
					  spec->member[i].id);
		err = err ?: put_hop(skb, &spec->member[i].hop) ?:
		      nla_put_u16(skb, STRATA_A_NEXTHOP_WEIGHT,
				  spec->member[i].weight);
		nla_nest_end(skb, item);
	}
	if (!err)
		nla_nest_end(skb, list);
	return err;
}

/**
 * strata_nl_nexthop_fill() - a next hop with a number as attributes
 * @skb: message
 * @spec: what it is
 *
 * Context: process, strata_net.config held. Return: 0, -EMSGSIZE.
 */
int strata_nl_nexthop_fill(struct sk_buff *skb,
			   const struct strata_nexthop_spec *spec)
{
	int err = nla_put_u32(skb, STRATA_A_NEXTHOP_ID, spec->id);

	if (err)
		return err;
	if (spec->blackhole)
		return nla_put_flag(skb, STRATA_A_NEXTHOP_BLACKHOLE);
	if (spec->group)
		return strata_nl_put_members(skb, STRATA_A_NEXTHOP_LIST, spec);
	return put_hop(skb, &spec->member[0].hop);
}

static int dump_nexthops(struct sk_buff *skb, struct netlink_callback *cb,
			 struct strata_net *sn)
{
	u32 *id = &strata_nl_dump(cb)->nexthop;
	const struct strata_nexthop_spec *spec;
	void *header;

	for (; (spec = strata_nexthop_next(sn, *id)); *id = spec->id) {
		header = strata_nl_dump_message(skb, cb,
						STRATA_CMD_NEXTHOP_GET);
		if (!header)
			return -EMSGSIZE;
		if (strata_nl_nexthop_fill(skb, spec)) {
			genlmsg_cancel(skb, header);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, header);
	}
	return 0;
}

/**
 * strata_nl_nexthop_dump() - show the next hops that have numbers
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_nexthop_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	int err;

	mutex_lock(&sn->config);
	strata_nl_dump_consistent(sn, cb);
	err = dump_nexthops(skb, cb, sn);
	mutex_unlock(&sn->config);
	return strata_nl_dump_result(skb, err);
}

/**
 * strata_nl_nexthop_add() - make a next hop, or change one
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_nexthop_add(struct sk_buff *skb, struct genl_info *info)
{
	bool replace = nla_get_flag(info->attrs[STRATA_A_NEXTHOP_REPLACE]);
	struct strata_nexthop_spec *spec;
	struct strata_net *sn;
	int err;

	spec = kzalloc(sizeof(*spec), GFP_KERNEL);
	if (!spec)
		return -ENOMEM;
	sn = strata_nl_lock(info);
	err = get_spec(sn, info->attrs, spec, info->extack) ?:
	      strata_nexthop_add(sn, spec, replace, info->extack);
	err = strata_nl_unlock(sn, err);
	kfree(spec);
	return err;
}

/**
 * strata_nl_nexthop_del() - remove a next hop, with its routes
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_nexthop_del(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[STRATA_A_NEXTHOP_ID];
	struct strata_net *sn;

	if (!id) {
		NL_SET_ERR_MSG(info->extack, "no number given: id NUMBER");
		return -EINVAL;
	}
	sn = strata_nl_lock(info);
	return strata_nl_unlock(sn, strata_nexthop_del(sn, nla_get_u32(id),
						       info->extack));
}
