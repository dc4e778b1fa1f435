// SPDX-License-Identifier: GPL-2.0
/*
 * Groups that links listen to: group-get.
 */
#include <linux/netlink.h>
#include <strata/group.h>
#include "netlink.h"

const struct nla_policy strata_nl_group_policy[STRATA_A_GROUP_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(GROUP),
};

/* Those that the mode is about: included, or excluded. */
static int put_sources(struct sk_buff *skb, const struct strata_group *group)
{
	bool include = strata_group_mode(group) == MCAST_INCLUDE;
	const struct strata_source *source;
	struct nlattr *nest;

	nest = nla_nest_start(skb, STRATA_A_GROUP_SOURCES);
	if (!nest)
		return -EMSGSIZE;
	hlist_for_each_entry(source, &group->sources, node)
		if (source->heard == include &&
		    strata_nl_put_addr(skb, STRATA_A_GROUP_SOURCES_SOURCE,
				       &source->addr))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int group_fill(struct sk_buff *skb, const struct strata_group *group)
{
	bool exclude = strata_group_mode(group) == MCAST_EXCLUDE;
	int err;

	err = strata_nl_put_device(skb, STRATA_A_GROUP_IFINDEX,
				   STRATA_A_GROUP_IFNAME, group->link) ?:
	      strata_nl_put_addr(skb, STRATA_A_GROUP_ADDRESS, &group->addr) ?:
	      nla_put_u32(skb, STRATA_A_GROUP_USERS,
			  group->users[MCAST_INCLUDE] +
			  group->users[MCAST_EXCLUDE]);
	if (!err && exclude)
		err = nla_put_flag(skb, STRATA_A_GROUP_EXCLUDE);
	return err ?: put_sources(skb, group);
}

static int group_dump_one(const struct strata_group *group, void *arg)
{
	const struct strata_nl_visit *visit = arg;
	int ifindex = strata_nl_dump(visit->cb)->ifindex;
	void *header;

	if (ifindex && ifindex != group->link->ifindex)
		return 0;
	header = strata_nl_dump_message(visit->skb, visit->cb,
					STRATA_CMD_GROUP_GET);
	if (!header)
		return -EMSGSIZE;
	if (group_fill(visit->skb, group)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/**
 * strata_nl_group_dump() - show groups that links listen to
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_group_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_device device =
		STRATA_NL_DEVICE(strata_genl_dump_attrs(cb), GROUP);
	struct strata_nl_visit visit = { skb, cb, sn };
	int err;

	mutex_lock(&sn->config);
	err = strata_nl_dump_start(cb, &device);
	if (!err)
		err = strata_group_walk(sn, &strata_nl_dump(cb)->group,
					group_dump_one, &visit);
	mutex_unlock(&sn->config);
	return strata_nl_dump_result(skb, err);
}
