// SPDX-License-Identifier: GPL-2.0
/*
 * `ip link add br0 type strata_bridge`: bridges and their options. Attributes
 * are those of the kernel's bridge.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <uapi/linux/strata_bridge.h>
#include "bridge.h"
#include "portlink.h"
#include "stp.h"

static const struct nla_policy bridge_policy[STRATA_BRIDGE_INFO_MAX + 1] = {
	[IFLA_BR_FORWARD_DELAY]		= { .type = NLA_U32 },
	[IFLA_BR_HELLO_TIME]		= { .type = NLA_U32 },
	[IFLA_BR_MAX_AGE]		= { .type = NLA_U32 },
	[IFLA_BR_STP_STATE]	= NLA_POLICY_MAX(NLA_U32, STRATA_BRIDGE_STP_RSTP),
	[IFLA_BR_AGEING_TIME]		= { .type = NLA_U32 },
	[IFLA_BR_PRIORITY]		= { .type = NLA_U16 },
	[IFLA_BR_VLAN_FILTERING]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_BR_VLAN_PROTOCOL]		= { .type = NLA_U16 },
	[IFLA_BR_VLAN_DEFAULT_PVID]	= NLA_POLICY_MAX(NLA_U16,
							 VLAN_VID_MASK - 1),
	[IFLA_BR_VLAN_STATS_ENABLED]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_BR_GROUP_FWD_MASK]	= { .type = NLA_U16 },
	[IFLA_BR_FDB_FLUSH]		= { .type = NLA_FLAG },
	[IFLA_BR_MULTI_BOOLOPT] =
		NLA_POLICY_EXACT_LEN(sizeof(struct br_boolopt_multi)),
	[IFLA_BR_MCAST_ROUTER]		= NLA_POLICY_MAX(NLA_U8, MDB_RTR_TYPE_PERM),
	[IFLA_BR_MCAST_SNOOPING]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_BR_MCAST_QUERIER]		= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_BR_MCAST_HASH_ELASTICITY]	= { .type = NLA_U32 },
	[IFLA_BR_MCAST_HASH_MAX]	= NLA_POLICY_MIN(NLA_U32, 1),
	[IFLA_BR_MCAST_LAST_MEMBER_CNT]	= { .type = NLA_U32 },
	[IFLA_BR_MCAST_STARTUP_QUERY_CNT]	= { .type = NLA_U32 },
	[IFLA_BR_MCAST_LAST_MEMBER_INTVL]	= { .type = NLA_U64 },
	[IFLA_BR_MCAST_MEMBERSHIP_INTVL]	= { .type = NLA_U64 },
	[IFLA_BR_MCAST_QUERIER_INTVL]		= { .type = NLA_U64 },
	[IFLA_BR_MCAST_QUERY_INTVL]		= { .type = NLA_U64 },
	[IFLA_BR_MCAST_QUERY_RESPONSE_INTVL]	= { .type = NLA_U64 },
	[IFLA_BR_MCAST_STARTUP_QUERY_INTVL]	= { .type = NLA_U64 },
	[IFLA_BR_MCAST_IGMP_VERSION]	= NLA_POLICY_RANGE(NLA_U8, 2, 3),
	[IFLA_BR_MCAST_MLD_VERSION]	= NLA_POLICY_RANGE(NLA_U8, 1, 2),
	[STRATA_BRIDGE_INFO_FDB_N_LEARNED]	= { .type = NLA_REJECT },
	[STRATA_BRIDGE_INFO_FDB_MAX_LEARNED]	= NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_BRIDGE_INFO_MCAST_PORT_MAX]	= { .type = NLA_U32 },
};

static int validate_address(const struct nlattr *address,
			    struct netlink_ext_ack *extack)
{
	if (!address)
		return 0;
	if (nla_len(address) != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "An Ethernet address has six bytes");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(address))) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "The address must be unicast and not zero");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int validate_vlan(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	const struct nlattr *proto = data[IFLA_BR_VLAN_PROTOCOL];

	if (!proto || eth_type_vlan(nla_get_be16(proto)))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, proto, "VLAN protocols are 802.1Q and 802.1ad");
	return -EPROTONOSUPPORT;
}

static int validate_masks(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	const struct nlattr *mask = data[IFLA_BR_GROUP_FWD_MASK];
	const struct nlattr *multi = data[IFLA_BR_MULTI_BOOLOPT];
	const struct br_boolopt_multi *options;

	/* Neither the spanning tree's group: it has an option of its own. */
	if (mask && nla_get_u16(mask) & (BIT(0) | STRATA_BRIDGE_GROUP_PAUSE)) {
		NL_SET_ERR_MSG_ATTR(extack, mask,
				    "the groups 0 and 1 are never forwarded by mask");
		return -EINVAL;
	}
	options = multi ? nla_data(multi) : NULL;
	if (options && options->optmask & ~BIT(BR_BOOLOPT_NO_LL_LEARN)) {
		NL_SET_ERR_MSG_ATTR(extack, multi, "strata_bridge has no such option");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* IEEE 802.1D-2004 table 17-1: the ranges, in seconds */
static const struct {
	u16 attr;
	u8 min;
	u8 max;
} stp_times[] = {
	{ IFLA_BR_HELLO_TIME, 1, 10 },
	{ IFLA_BR_MAX_AGE, 6, 40 },
	{ IFLA_BR_FORWARD_DELAY, 2, 30 },
};

/* On the wire of netlink in hundredths, here in whole seconds. */
static u32 seconds_of(const struct nlattr *attr)
{
	return DIV_ROUND_UP(nla_get_u32(attr), USER_HZ);
}

static int validate_times(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stp_times); i++) {
		const struct nlattr *attr = data[stp_times[i].attr];

		if (!attr || (seconds_of(attr) >= stp_times[i].min &&
			      seconds_of(attr) <= stp_times[i].max))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "hello_time is 1 to 10 s, max_age 6 to 40 s, forward_delay 2 to 30 s");
		return -ERANGE;
	}
	return 0;
}

static int bridge_validate(struct nlattr *tb[], struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	int err = validate_address(tb[IFLA_ADDRESS], extack);
	int attr;

	if (err || !data)
		return err;
	for (attr = 1; attr <= STRATA_BRIDGE_INFO_MAX; attr++) {
		if (!data[attr] || bridge_policy[attr].type ||
		    bridge_policy[attr].len)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, data[attr],
				    "strata_bridge has no such option");
		return -EOPNOTSUPP;
	}
	return validate_vlan(data, extack) ?: validate_masks(data, extack) ?:
	       validate_times(data, extack) ?: strata_mcast_validate(data, extack);
}

static void set_option(struct strata_bridge *br, u32 option, bool on)
{
	u32 options = br->options & ~option;

	WRITE_ONCE(br->options, on ? options | option : options);
}

/* Stations are known by address and VLAN, or by address alone: those of the other
 * kind are forgotten.
 */
static int change_vlan(struct strata_bridge *br, struct nlattr *data[])
{
	const struct nlattr *pvid = data[IFLA_BR_VLAN_DEFAULT_PVID];
	const struct nlattr *stats = data[IFLA_BR_VLAN_STATS_ENABLED];
	bool filtering = br->options & STRATA_BRIDGE_VLAN_FILTERING;
	int err = 0;

	if (data[IFLA_BR_VLAN_PROTOCOL])
		WRITE_ONCE(br->vlan_proto,
			   nla_get_be16(data[IFLA_BR_VLAN_PROTOCOL]));
	if (data[IFLA_BR_VLAN_FILTERING])
		set_option(br, STRATA_BRIDGE_VLAN_FILTERING,
			   nla_get_u8(data[IFLA_BR_VLAN_FILTERING]));
	if (pvid)
		err = strata_bridge_vlan_set_default(br, nla_get_u16(pvid));
	if (!err && stats)
		err = strata_bridge_vlan_set_stats(br, nla_get_u8(stats));
	if (filtering != !!(br->options & STRATA_BRIDGE_VLAN_FILTERING))
		strata_mdb_forget(br, NULL, -1, false);
	strata_mcast_refresh(br);
	return err;
}

static void change_fdb(struct strata_bridge *br, struct nlattr *data[])
{
	if (data[IFLA_BR_AGEING_TIME]) {
		WRITE_ONCE(br->ageing_jiffies,
			   clock_t_to_jiffies(nla_get_u32(data[IFLA_BR_AGEING_TIME])));
		strata_bridge_fdb_age_soon(br);
	}
	if (data[IFLA_BR_FDB_FLUSH])
		strata_bridge_fdb_flush(br, NULL, 0);
	if (data[STRATA_BRIDGE_INFO_FDB_MAX_LEARNED])
		WRITE_ONCE(br->fdb.max_learned,
			   nla_get_u32(data[STRATA_BRIDGE_INFO_FDB_MAX_LEARNED]));
}

static void change_tree(struct strata_bridge *br, struct nlattr *data[])
{
	if (data[IFLA_BR_HELLO_TIME])
		br->stp_times.hello_time = seconds_of(data[IFLA_BR_HELLO_TIME]);
	if (data[IFLA_BR_MAX_AGE])
		br->stp_times.max_age = seconds_of(data[IFLA_BR_MAX_AGE]);
	if (data[IFLA_BR_FORWARD_DELAY])
		br->stp_times.forward_delay =
			seconds_of(data[IFLA_BR_FORWARD_DELAY]);
	if (data[IFLA_BR_PRIORITY])
		br->priority = nla_get_u16(data[IFLA_BR_PRIORITY]);
	strata_bridge_stp_renew(br);
	if (data[IFLA_BR_STP_STATE])
		strata_bridge_stp_set(br, nla_get_u32(data[IFLA_BR_STP_STATE]));
}

static int bridge_changelink(struct net_device *dev, struct nlattr *tb[],
			     struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	struct strata_bridge *br = netdev_priv(dev);
	const struct br_boolopt_multi *options;

	if (!data)
		return 0;
	if (data[IFLA_BR_GROUP_FWD_MASK])
		WRITE_ONCE(br->group_fwd_mask,
			   nla_get_u16(data[IFLA_BR_GROUP_FWD_MASK]));
	change_tree(br, data);
	if (data[IFLA_BR_MULTI_BOOLOPT]) {
		options = nla_data(data[IFLA_BR_MULTI_BOOLOPT]);
		if (options->optmask & BIT(BR_BOOLOPT_NO_LL_LEARN))
			set_option(br, STRATA_BRIDGE_NO_LL_LEARN,
				   options->optval & BIT(BR_BOOLOPT_NO_LL_LEARN));
	}
	change_fdb(br, data);
	strata_mcast_change(br, data);
	return change_vlan(br, data);
}

static void bridge_dellink(struct net_device *dev, struct list_head *head)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct strata_bridge_port *port, *next;

	list_for_each_entry_safe(port, next, &br->ports, node)
		strata_bridge_port_del(port);
	unregister_netdevice_queue(dev, head);
}

static int bridge_newlink(struct net *src_net, struct net_device *dev,
			  struct nlattr *tb[], struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	struct strata_bridge *br = netdev_priv(dev);
	int err;

	/* Before the device is there, and may be made a port's master. */
	br->addr_set = tb[IFLA_ADDRESS];
	br->mtu_set = tb[IFLA_MTU];
	err = register_netdevice(dev);
	if (err)
		return err;
	err = bridge_changelink(dev, tb, data, extack);
	if (err)
		bridge_dellink(dev, NULL);
	return err;
}

static int fill_vlan(struct sk_buff *skb, const struct strata_bridge *br)
{
	u32 options = br->options;

	return nla_put_u8(skb, IFLA_BR_VLAN_FILTERING,
			  !!(options & STRATA_BRIDGE_VLAN_FILTERING)) ||
	       nla_put_be16(skb, IFLA_BR_VLAN_PROTOCOL, br->vlan_proto) ||
	       nla_put_u16(skb, IFLA_BR_VLAN_DEFAULT_PVID, br->default_pvid) ||
	       nla_put_u8(skb, IFLA_BR_VLAN_STATS_ENABLED,
			  !!(options & STRATA_BRIDGE_VLAN_STATS));
}

static int fill_tree(struct sk_buff *skb, const struct strata_bridge *br)
{
	const struct strata_rstp_times *times = &br->stp_times;
	struct ifla_bridge_id root;

	strata_bridge_fill_id(&root, br->rstp.root.root);
	return nla_put_u32(skb, IFLA_BR_STP_STATE, br->stp_state) ||
	       nla_put_u32(skb, IFLA_BR_HELLO_TIME, times->hello_time * USER_HZ) ||
	       nla_put_u32(skb, IFLA_BR_MAX_AGE, times->max_age * USER_HZ) ||
	       nla_put_u32(skb, IFLA_BR_FORWARD_DELAY,
			   times->forward_delay * USER_HZ) ||
	       (br->stp_on &&
		(nla_put(skb, IFLA_BR_ROOT_ID, sizeof(root), &root) ||
		 nla_put_u16(skb, IFLA_BR_ROOT_PORT, br->rstp.root_port &
			     (BIT(STRATA_BRIDGE_PORT_BITS) - 1)) ||
		 nla_put_u32(skb, IFLA_BR_ROOT_PATH_COST, br->rstp.root.cost)));
}

static void bridge_id(const struct strata_bridge *br, struct ifla_bridge_id *id)
{
	id->prio[0] = br->priority >> 8;
	id->prio[1] = br->priority;
	ether_addr_copy(id->addr, br->dev->dev_addr);
}

static int bridge_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct strata_bridge *br = netdev_priv(dev);
	struct br_boolopt_multi options = {
		.optmask = BIT(BR_BOOLOPT_NO_LL_LEARN),
		.optval = br->options & STRATA_BRIDGE_NO_LL_LEARN ?
			  BIT(BR_BOOLOPT_NO_LL_LEARN) : 0,
	};
	struct ifla_bridge_id id;

	bridge_id(br, &id);
	if (nla_put_u32(skb, IFLA_BR_AGEING_TIME,
			jiffies_to_clock_t(br->ageing_jiffies)) ||
	    nla_put_u16(skb, IFLA_BR_PRIORITY, br->priority) ||
	    nla_put_u16(skb, IFLA_BR_GROUP_FWD_MASK, br->group_fwd_mask) ||
	    nla_put(skb, IFLA_BR_BRIDGE_ID, sizeof(id), &id) ||
	    nla_put(skb, IFLA_BR_MULTI_BOOLOPT, sizeof(options), &options) ||
	    nla_put_u32(skb, STRATA_BRIDGE_INFO_FDB_N_LEARNED,
			READ_ONCE(br->fdb.learned)) ||
	    nla_put_u32(skb, STRATA_BRIDGE_INFO_FDB_MAX_LEARNED,
			br->fdb.max_learned) ||
	    fill_vlan(skb, br) || fill_tree(skb, br) ||
	    strata_mcast_fill(skb, br))
		return -EMSGSIZE;
	return 0;
}

static size_t bridge_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32)) * 8 + nla_total_size(sizeof(u16)) * 5 +
	       nla_total_size(sizeof(u8)) * 2 +
	       nla_total_size(sizeof(struct ifla_bridge_id)) * 2 +
	       nla_total_size(sizeof(struct br_boolopt_multi)) +
	       strata_mcast_fill_size();
}

static int bridge_slave_changelink(struct net_device *dev,
				   struct net_device *slave,
				   struct nlattr *tb[], struct nlattr *data[],
				   struct netlink_ext_ack *extack)
{
	struct strata_bridge_port *port = strata_bridge_port_of(slave);
	int err;

	if (!port)
		return -EINVAL;
	if (!data)
		return 0;
	err = strata_bridge_port_change(port, data, extack);
	if (!err)
		strata_bridge_port_notify(port);
	return err;
}

static int bridge_fill_slave_info(struct sk_buff *skb,
				  const struct net_device *dev,
				  const struct net_device *slave)
{
	const struct strata_bridge_port *port = strata_bridge_port_of(slave);

	return port ? strata_bridge_port_fill(skb, port) : 0;
}

static size_t bridge_get_slave_size(const struct net_device *dev,
				    const struct net_device *slave)
{
	return strata_bridge_port_fill_size();
}

/* ------- `bridge -s vlan show`: IFLA_STATS_LINK_XSTATS and its _SLAVE ------- */

static size_t bridge_get_linkxstats_size(const struct net_device *dev, int attr)
{
	return nla_total_size(0) +
	       nla_total_size(sizeof(struct bridge_vlan_xstats)) * VLAN_N_VID;
}

/* The port that statistics are wanted of; NULL: none. */
static const struct strata_bridge_port *xstats_port(const struct net_device *dev,
						    int attr)
{
	if (attr != IFLA_STATS_LINK_XSTATS)
		return strata_bridge_port_of(dev);
	return &((const struct strata_bridge *)netdev_priv(dev))->host;
}

/* @prividx: in and out: the VLAN to go on with, 0: from the begin, or all done */
static int bridge_fill_linkxstats(struct sk_buff *skb,
				  const struct net_device *dev, int *prividx,
				  int attr)
{
	const struct strata_bridge_port *port = xstats_port(dev, attr);
	struct bridge_vlan_xstats sum;
	struct nlattr *nest;
	int err = 0;
	u16 vid;

	if (!port)
		return 0;
	nest = nla_nest_start_noflag(skb, LINK_XSTATS_TYPE_BRIDGE);
	if (!nest)
		return -EMSGSIZE;
	for (vid = max(*prividx, 1); vid < VLAN_N_VID; vid++) {
		if (!(port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER))
			continue;
		strata_bridge_vlan_sum(port, vid, &sum);
		err = nla_put(skb, BRIDGE_XSTATS_VLAN, sizeof(sum), &sum);
		if (err)
			break;
	}
	*prividx = err ? vid : 0;
	nla_nest_end(skb, nest);
	return err;
}

struct rtnl_link_ops strata_bridge_link_ops = {
	.kind			= STRATA_BRIDGE_KIND,
	.priv_size		= sizeof(struct strata_bridge),
	.setup			= strata_bridge_setup,
	.maxtype		= STRATA_BRIDGE_INFO_MAX,
	.policy			= bridge_policy,
	.validate		= bridge_validate,
	.newlink		= bridge_newlink,
	.changelink		= bridge_changelink,
	.dellink		= bridge_dellink,
	.get_size		= bridge_get_size,
	.fill_info		= bridge_fill_info,
	.fill_linkxstats	= bridge_fill_linkxstats,
	.get_linkxstats_size	= bridge_get_linkxstats_size,
	.slave_maxtype		= IFLA_BRPORT_MAX,
	.slave_policy		= strata_bridge_port_policy,
	.slave_changelink	= bridge_slave_changelink,
	.fill_slave_info	= bridge_fill_slave_info,
	.get_slave_size		= bridge_get_slave_size,
};
