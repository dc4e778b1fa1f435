// SPDX-License-Identifier: GPL-2.0
/*
 * What ports of bridges have that ip(8) and bridge(8) do not know: bridge-port-get,
 * bridge-port-set.
 *
 * Bridges are configured under RTNL, as links are.
 */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <strata/bridge.h>
#include "netlink.h"

static struct netlink_range_validation bcast_limit_range = {
	.max = STRATA_BRIDGE_BCAST_LIMIT_MAX,
};

const struct nla_policy
strata_nl_bridge_port_policy[STRATA_A_BRIDGE_PORT_MAX + 1] = {
	[STRATA_A_BRIDGE_PORT_PORT] = STRATA_NL_POLICY_NAME,
	[STRATA_A_BRIDGE_PORT_BCAST_LIMIT] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &bcast_limit_range),
};

static int port_fill(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct strata_bridge_port_info *info)
{
	void *header = strata_nl_dump_message(skb, cb, STRATA_CMD_BRIDGE_PORT_GET);

	if (!header)
		return -EMSGSIZE;
	if (nla_put_string(skb, STRATA_A_BRIDGE_PORT_BRIDGE, info->bridge->name) ||
	    nla_put_string(skb, STRATA_A_BRIDGE_PORT_PORT, info->port->name) ||
	    nla_put_u32(skb, STRATA_A_BRIDGE_PORT_BCAST_LIMIT,
			info->bcast_limit)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/**
 * strata_nl_bridge_port_dump() - show the ports
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_bridge_port_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	struct strata_bridge_port_info info;
	int err = 0;

	rtnl_lock();
	while (!err && strata_bridge_port_next(sn->net, dump->ifindex, &info)) {
		err = port_fill(skb, cb, &info);
		if (!err)
			dump->ifindex = info.port->ifindex;
	}
	rtnl_unlock();
	return strata_nl_dump_result(skb, err);
}

/**
 * strata_nl_bridge_port_set() - change a port
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_bridge_port_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *limit = info->attrs[STRATA_A_BRIDGE_PORT_BCAST_LIMIT];
	const struct nlattr *name = info->attrs[STRATA_A_BRIDGE_PORT_PORT];
	struct net_device *dev;
	int err = -ENODEV;

	if (!name) {
		NL_SET_ERR_MSG(info->extack, "no port given");
		return -EINVAL;
	}
	if (!limit) {
		NL_SET_ERR_MSG(info->extack, "nothing to set");
		return -EINVAL;
	}
	rtnl_lock();
	dev = __dev_get_by_name(genl_info_net(info), nla_data(name));
	if (dev)
		err = strata_bridge_port_set_bcast_limit(dev, nla_get_u32(limit),
							 info->extack);
	else
		NL_SET_ERR_MSG_ATTR(info->extack, name, "no such device");
	rtnl_unlock();
	return err;
}
