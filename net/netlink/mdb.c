// SPDX-License-Identifier: GPL-2.0
/*
 * Groups that are listened to behind bridges: mdb-get, mdb-add, mdb-del.
 *
 * Bridges are configured under RTNL, as links are.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <strata/bridge.h>
#include "netlink.h"

const struct nla_policy strata_nl_mdb_get_policy[STRATA_A_MDB_MAX + 1] = {
	[STRATA_A_MDB_BRIDGE] = STRATA_NL_POLICY_NAME,
};

const struct nla_policy strata_nl_mdb_policy[STRATA_A_MDB_MAX + 1] = {
	[STRATA_A_MDB_BRIDGE] = STRATA_NL_POLICY_NAME,
	[STRATA_A_MDB_PORT] = STRATA_NL_POLICY_NAME,
	[STRATA_A_MDB_GROUP] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_MDB_SOURCE] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_MDB_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, VLAN_VID_MASK - 1),
	[STRATA_A_MDB_PERMANENT] = { .type = NLA_FLAG },
};

/* ------- showing ------- */

static int put_addr(struct sk_buff *skb, int type, __be16 proto,
		    const struct in6_addr *addr)
{
	if (proto == htons(ETH_P_IP))
		return nla_put_in_addr(skb, type, addr->s6_addr32[3]);
	if (proto == htons(ETH_P_IPV6))
		return nla_put_in6_addr(skb, type, addr);
	return nla_put(skb, type, ETH_ALEN, addr->s6_addr);
}

static int put_source(struct sk_buff *skb, __be16 proto,
		      const struct strata_bridge_mdb_source *source)
{
	struct nlattr *nest = nla_nest_start(skb, STRATA_A_MDB_SOURCES_SOURCE);

	if (!nest ||
	    put_addr(skb, STRATA_A_MDB_SOURCE_ADDRESS, proto, &source->addr) ||
	    (source->blocked &&
	     nla_put_flag(skb, STRATA_A_MDB_SOURCE_BLOCKED)) ||
	    (source->expires_ms &&
	     nla_put_u32(skb, STRATA_A_MDB_SOURCE_EXPIRES_MS,
			 source->expires_ms)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_sources(struct sk_buff *skb,
		       const struct strata_bridge_mdb_info *info)
{
	struct nlattr *nest;
	unsigned int i;
	int err = 0;

	if (!info->count)
		return 0;
	nest = nla_nest_start(skb, STRATA_A_MDB_SOURCES);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; !err && i < info->count; i++)
		err = put_source(skb, info->proto, &info->source[i]);
	nla_nest_end(skb, nest);
	return err;
}

static u8 router_kind(u8 mode)
{
	switch (mode) {
	case MDB_RTR_TYPE_PERM:
		return STRATA_MDB_ROUTER_PERMANENT;
	case MDB_RTR_TYPE_TEMP:
		return STRATA_MDB_ROUTER_TEMPORARY;
	default:
		return STRATA_MDB_ROUTER_LEARNED;
	}
}

static int mdb_fill(struct sk_buff *skb,
		    const struct strata_bridge_mdb_info *info)
{
	int err;

	err = nla_put_string(skb, STRATA_A_MDB_BRIDGE, info->bridge->name) ?:
	      nla_put_string(skb, STRATA_A_MDB_PORT, info->port->name);
	if (err)
		return err;
	if (info->router)
		return nla_put_u8(skb, STRATA_A_MDB_ROUTER,
				  router_kind(info->router));
	err = put_addr(skb, STRATA_A_MDB_GROUP, info->proto, &info->group);
	if (!err && info->vid)
		err = nla_put_u16(skb, STRATA_A_MDB_VLAN, info->vid);
	if (!err && info->permanent)
		err = nla_put_flag(skb, STRATA_A_MDB_PERMANENT);
	if (!err && info->exclude)
		err = nla_put_flag(skb, STRATA_A_MDB_EXCLUDE);
	if (!err && info->expires_ms)
		err = nla_put_u32(skb, STRATA_A_MDB_EXPIRES_MS, info->expires_ms);
	return err ?: put_sources(skb, info);
}

static int mdb_dump_one(const struct strata_bridge_mdb_info *info, void *arg)
{
	const struct strata_nl_visit *visit = arg;
	void *header = strata_nl_dump_message(visit->skb, visit->cb,
					      STRATA_CMD_MDB_GET);

	if (!header)
		return -EMSGSIZE;
	if (mdb_fill(visit->skb, info)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/* The index of the device that is named; 0: none is named; negative: no such. */
static int index_of(struct net *net, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	const struct net_device *dev;

	if (!attr)
		return 0;
	dev = __dev_get_by_name(net, nla_data(attr));
	if (dev)
		return dev->ifindex;
	NL_SET_ERR_MSG_ATTR(extack, attr, "no such device");
	return -ENODEV;
}

/**
 * strata_nl_mdb_dump() - show who listens to what behind bridges
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_mdb_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	struct strata_nl_visit visit = { skb, cb, sn };
	struct strata_bridge_mdb_info *info;
	int err = 0;

	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	rtnl_lock();
	if (!dump->started) {
		err = index_of(sn->net,
			       strata_genl_dump_attrs(cb)[STRATA_A_MDB_BRIDGE],
			       cb->extack);
		dump->ifindex = max(err, 0);
		dump->started = true;
	}
	if (err >= 0)
		err = strata_bridge_mdb_walk(sn->net, dump->ifindex, &dump->mdb,
					     info, mdb_dump_one, &visit);
	rtnl_unlock();
	kfree(info);
	return strata_nl_dump_result(skb, err);
}

/* ------- changing ------- */

static int read_group(const struct nlattr *attr,
		      struct strata_bridge_mdb_change *change,
		      struct netlink_ext_ack *extack)
{
	int err;

	if (!attr) {
		NL_SET_ERR_MSG(extack, "no group given");
		return -EINVAL;
	}
	if (nla_len(attr) == ETH_ALEN) {
		ether_addr_copy(change->group.s6_addr, nla_data(attr));
		return 0;
	}
	err = strata_nl_get_addr(attr, &change->group, extack);
	change->proto = nla_len(attr) == sizeof(struct in_addr) ?
			htons(ETH_P_IP) : htons(ETH_P_IPV6);
	return err;
}

static int read_source(struct genl_info *info,
		       struct strata_bridge_mdb_change *change)
{
	const struct nlattr *source = info->attrs[STRATA_A_MDB_SOURCE];

	if (!source)
		return 0;
	if (nla_len(source) == nla_len(info->attrs[STRATA_A_MDB_GROUP]))
		return strata_nl_get_addr(source, &change->source, info->extack);
	NL_SET_ERR_MSG_ATTR(info->extack, source,
			    "the source and the group are of different families");
	return -EINVAL;
}

/* Context: RTNL. */
static int read_change(struct genl_info *info,
		       struct strata_bridge_mdb_change *change)
{
	const struct nlattr *vlan = info->attrs[STRATA_A_MDB_VLAN];
	struct net *net = genl_info_net(info);
	int err;

	*change = (struct strata_bridge_mdb_change) {
		.vid = vlan ? nla_get_u16(vlan) : 0,
		.permanent = nla_get_flag(info->attrs[STRATA_A_MDB_PERMANENT]),
	};
	change->port = index_of(net, info->attrs[STRATA_A_MDB_PORT],
				info->extack);
	if (change->port < 0)
		return change->port;
	if (!change->port) {
		NL_SET_ERR_MSG(info->extack, "no port given");
		return -EINVAL;
	}
	change->bridge = index_of(net, info->attrs[STRATA_A_MDB_BRIDGE],
				  info->extack);
	if (change->bridge < 0)
		return change->bridge;
	err = read_group(info->attrs[STRATA_A_MDB_GROUP], change, info->extack);
	return err ?: read_source(info, change);
}

static int mdb_change(struct genl_info *info,
		      int (*how)(struct net *,
				 const struct strata_bridge_mdb_change *,
				 struct netlink_ext_ack *))
{
	struct strata_bridge_mdb_change change;
	int err;

	rtnl_lock();
	err = read_change(info, &change) ?:
	      how(genl_info_net(info), &change, info->extack);
	rtnl_unlock();
	return err;
}

/**
 * strata_nl_mdb_add() - a port listens to a group
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_mdb_add(struct sk_buff *skb, struct genl_info *info)
{
	return mdb_change(info, strata_bridge_mdb_add);
}

/**
 * strata_nl_mdb_del() - a port does not listen any more
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_mdb_del(struct sk_buff *skb, struct genl_info *info)
{
	return mdb_change(info, strata_bridge_mdb_del);
}
