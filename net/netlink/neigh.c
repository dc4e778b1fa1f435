// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbours: neigh-get, neigh-add, neigh-del, neigh-flush.
 */
#include <linux/netlink.h>
#include <strata/neigh.h>
#include <strata/visibility.h>
#include "netlink.h"

#define LLADDR_MAX	MAX_ADDR_LEN

const struct nla_policy strata_nl_neigh_get_policy[STRATA_A_NEIGH_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(NEIGH),
};

const struct nla_policy strata_nl_neigh_del_policy[STRATA_A_NEIGH_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(NEIGH),
	[STRATA_A_NEIGH_ADDRESS] = STRATA_NL_POLICY_ADDRESS,
};

const struct nla_policy strata_nl_neigh_add_policy[STRATA_A_NEIGH_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(NEIGH),
	[STRATA_A_NEIGH_ADDRESS] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_NEIGH_LLADDR] = NLA_POLICY_RANGE(NLA_BINARY, 1, LLADDR_MAX),
	[STRATA_A_NEIGH_REPLACE] = { .type = NLA_FLAG },
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_neigh_add_policy);

static u8 neigh_state(enum strata_neigh_state state)
{
	static const u8 states[] = {
		[STRATA_NEIGH_NONE] = STRATA_NEIGH_STATE_NONE,
		[STRATA_NEIGH_INCOMPLETE] = STRATA_NEIGH_STATE_INCOMPLETE,
		[STRATA_NEIGH_REACHABLE] = STRATA_NEIGH_STATE_REACHABLE,
		[STRATA_NEIGH_STALE] = STRATA_NEIGH_STATE_STALE,
		[STRATA_NEIGH_DELAY] = STRATA_NEIGH_STATE_DELAY,
		[STRATA_NEIGH_PROBE] = STRATA_NEIGH_STATE_PROBE,
		[STRATA_NEIGH_FAILED] = STRATA_NEIGH_STATE_FAILED,
		[STRATA_NEIGH_PERMANENT] = STRATA_NEIGH_STATE_PERMANENT,
	};

	return states[state];
}

static int neigh_fill(const struct strata_nl_visit *visit,
		      const struct strata_neigh_info *info,
		      const struct strata_link *link)
{
	struct sk_buff *skb = visit->skb;
	int err;

	err = strata_nl_put_addr(skb, STRATA_A_NEIGH_ADDRESS, &info->addr) ?:
	      strata_nl_put_device(skb, STRATA_A_NEIGH_IFINDEX,
				   STRATA_A_NEIGH_IFNAME, link) ?:
	      nla_put_u8(skb, STRATA_A_NEIGH_STATE, neigh_state(info->state)) ?:
	      nla_put_u32(skb, STRATA_A_NEIGH_USED_MS, info->used_ms) ?:
	      nla_put_u32(skb, STRATA_A_NEIGH_CONFIRMED_MS,
			  info->confirmed_ms) ?:
	      nla_put_u32(skb, STRATA_A_NEIGH_QUEUED, info->queued);
	if (!err && info->lladdr_len)
		err = nla_put(skb, STRATA_A_NEIGH_LLADDR, info->lladdr_len,
			      info->lladdr);
	return err;
}

static int neigh_dump_one(const struct strata_neigh_info *info, void *arg)
{
	const struct strata_nl_visit *visit = arg;
	struct strata_nl_dump *dump = strata_nl_dump(visit->cb);
	const struct strata_link *link;
	void *header;

	if (dump->ifindex && dump->ifindex != info->ifindex)
		return 0;
	link = strata_link_by_index(visit->sn, info->ifindex);
	if (!link)
		return 0;
	header = strata_nl_dump_message(visit->skb, visit->cb,
					STRATA_CMD_NEIGH_GET);
	if (!header)
		return -EMSGSIZE;
	if (neigh_fill(visit, info, link)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/**
 * strata_nl_neigh_dump() - show neighbours
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_neigh_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_device device =
		STRATA_NL_DEVICE(strata_genl_dump_attrs(cb), NEIGH);
	struct strata_nl_visit visit = { skb, cb, sn };
	int err;

	mutex_lock(&sn->config);
	err = strata_nl_dump_start(cb, &device);
	if (!err)
		err = strata_neigh_walk(sn, &strata_nl_dump(cb)->neigh,
					neigh_dump_one, &visit);
	mutex_unlock(&sn->config);
	return strata_nl_dump_result(skb, err);
}

static int get_neigh_addr(struct genl_info *info, struct in6_addr *addr)
{
	const struct nlattr *attr = info->attrs[STRATA_A_NEIGH_ADDRESS];

	if (attr)
		return strata_nl_get_addr(attr, addr, info->extack);
	NL_SET_ERR_MSG(info->extack, "no neighbour's address given");
	return -EINVAL;
}

/* The L2 address, of the length that the link's addresses have. */
static const u8 *get_lladdr(struct genl_info *info,
			    const struct strata_link *link)
{
	const struct nlattr *attr = info->attrs[STRATA_A_NEIGH_LLADDR];

	if (link->flags & STRATA_LINK_NOARP) {
		NL_SET_ERR_MSG(info->extack,
			       "this device has no L2 addresses, so no neighbours");
		return ERR_PTR(-EINVAL);
	}
	if (!attr) {
		NL_SET_ERR_MSG(info->extack,
			       "no L2 address given (lladdr ADDRESS)");
		return ERR_PTR(-EINVAL);
	}
	if (nla_len(attr) != link->dev->addr_len) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "an L2 address of this device has another length");
		return ERR_PTR(-EINVAL);
	}
	return nla_data(attr);
}

/**
 * strata_nl_neigh_add() - add a permanent neighbour
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_neigh_add(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_nl_device device = STRATA_NL_DEVICE(info->attrs, NEIGH);
	bool replace = nla_get_flag(info->attrs[STRATA_A_NEIGH_REPLACE]);
	struct strata_link *link;
	struct strata_net *sn;
	struct in6_addr addr;
	const u8 *lladdr;
	int err;

	err = get_neigh_addr(info, &addr);
	if (err)
		return err;
	sn = strata_nl_lock(info);
	link = strata_nl_get_link(sn, &device, info->extack);
	err = PTR_ERR_OR_ZERO(link);
	if (err)
		return strata_nl_unlock(sn, err);
	lladdr = get_lladdr(info, link);
	err = PTR_ERR_OR_ZERO(lladdr) ?:
	      strata_neigh_add(link, &addr, lladdr, replace, info->extack);
	return strata_nl_unlock(sn, err);
}

/**
 * strata_nl_neigh_del() - remove a neighbour
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_neigh_del(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_nl_device device = STRATA_NL_DEVICE(info->attrs, NEIGH);
	struct strata_link *link;
	struct strata_net *sn;
	struct in6_addr addr;
	int err;

	err = get_neigh_addr(info, &addr);
	if (err)
		return err;
	sn = strata_nl_lock(info);
	link = strata_nl_get_link(sn, &device, info->extack);
	err = PTR_ERR_OR_ZERO(link) ?:
	      strata_neigh_del(link, &addr, info->extack);
	return strata_nl_unlock(sn, err);
}

static int neigh_flush(struct genl_info *info, unsigned int *flushed)
{
	struct strata_nl_device device = STRATA_NL_DEVICE(info->attrs, NEIGH);
	struct strata_net *sn = strata_nl_lock(info);
	struct strata_link *link = NULL;
	int err;

	if (device.ifindex || device.ifname)
		link = strata_nl_get_link(sn, &device, info->extack);
	err = PTR_ERR_OR_ZERO(link);
	if (!err)
		*flushed = strata_neigh_flush(sn, link);
	return strata_nl_unlock(sn, err);
}

/**
 * strata_nl_neigh_flush() - remove the neighbours that were learnt
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_neigh_flush(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int flushed = 0;
	struct sk_buff *reply;
	void *header;
	int err;

	reply = strata_nl_reply(info, STRATA_CMD_NEIGH_FLUSH, &header);
	if (!reply)
		return -ENOMEM;
	err = neigh_flush(info, &flushed) ?:
	      nla_put_u32(reply, STRATA_A_NEIGH_FLUSHED, flushed);
	return strata_nl_reply_send(info, reply, header, err);
}
