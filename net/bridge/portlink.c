// SPDX-License-Identifier: GPL-2.0
/*
 * Ports as `bridge link`, `bridge vlan` and `ip link set … type
 * strata_bridge_slave` see them. Attributes are those of the kernel's bridge.
 */
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include "bridge.h"
#include "portlink.h"
#include "stp.h"

static struct netlink_range_validation cost_range = {
	.min = 1,
	.max = U16_MAX,
};

const struct nla_policy strata_bridge_port_policy[IFLA_BRPORT_MAX + 1] = {
	[IFLA_BRPORT_STATE]		= NLA_POLICY_MAX(NLA_U8, BR_STATE_BLOCKING),
	[IFLA_BRPORT_COST]		= NLA_POLICY_FULL_RANGE(NLA_U32,
							&cost_range),
	[IFLA_BRPORT_PRIORITY]		= NLA_POLICY_MAX(NLA_U16, 63),
	[IFLA_BRPORT_MODE]		= { .type = NLA_U8 },
	[IFLA_BRPORT_GUARD]		= { .type = NLA_U8 },
	[IFLA_BRPORT_PROTECT]		= { .type = NLA_U8 },
	[IFLA_BRPORT_LEARNING]		= { .type = NLA_U8 },
	[IFLA_BRPORT_UNICAST_FLOOD]	= { .type = NLA_U8 },
	[IFLA_BRPORT_MCAST_FLOOD]	= { .type = NLA_U8 },
	[IFLA_BRPORT_BCAST_FLOOD]	= { .type = NLA_U8 },
	[IFLA_BRPORT_ISOLATED]		= { .type = NLA_U8 },
	[IFLA_BRPORT_LOCKED]		= { .type = NLA_U8 },
	[IFLA_BRPORT_FAST_LEAVE]	= { .type = NLA_U8 },
	[IFLA_BRPORT_MULTICAST_ROUTER]	= NLA_POLICY_MAX(NLA_U8,
							 MDB_RTR_TYPE_TEMP),
	[IFLA_BRPORT_GROUP_FWD_MASK]	= { .type = NLA_U16 },
	[IFLA_BRPORT_FLUSH]		= { .type = NLA_FLAG },
};

/* Attributes that are one bit of the port's flags. */
static const struct {
	u16 attr;
	u32 flag;
} port_flags[] = {
	{ IFLA_BRPORT_MODE, STRATA_BRIDGE_PORT_HAIRPIN },
	{ IFLA_BRPORT_GUARD, STRATA_BRIDGE_PORT_BPDU_GUARD },
	{ IFLA_BRPORT_PROTECT, STRATA_BRIDGE_PORT_ROOT_GUARD },
	{ IFLA_BRPORT_LEARNING, STRATA_BRIDGE_PORT_LEARNING },
	{ IFLA_BRPORT_UNICAST_FLOOD, STRATA_BRIDGE_PORT_FLOOD },
	{ IFLA_BRPORT_MCAST_FLOOD, STRATA_BRIDGE_PORT_MCAST_FLOOD },
	{ IFLA_BRPORT_FAST_LEAVE, STRATA_BRIDGE_PORT_FAST_LEAVE },
	{ IFLA_BRPORT_BCAST_FLOOD, STRATA_BRIDGE_PORT_BCAST_FLOOD },
	{ IFLA_BRPORT_ISOLATED, STRATA_BRIDGE_PORT_ISOLATED },
	{ IFLA_BRPORT_LOCKED, STRATA_BRIDGE_PORT_LOCKED },
};

/* What is asked for and not in the policy cannot be done. */
static int refuse_unknown(struct nlattr *tb[], struct netlink_ext_ack *extack)
{
	int attr;

	for (attr = 1; attr <= IFLA_BRPORT_MAX; attr++) {
		if (!tb[attr] || strata_bridge_port_policy[attr].type)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[attr],
				    "strata_bridge has no such port option");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int check_state(const struct strata_bridge_port *port,
		       struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (port->br->stp_on) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the spanning tree decides the port's state");
		return -EBUSY;
	}
	if (!netif_running(port->dev) &&
	    nla_get_u8(attr) != BR_STATE_DISABLED) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the port is down");
		return -ENETDOWN;
	}
	return 0;
}

static u32 flags_asked(const struct strata_bridge_port *port,
		       struct nlattr *tb[])
{
	u32 flags = port->flags;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(port_flags); i++) {
		struct nlattr *attr = tb[port_flags[i].attr];

		if (attr && nla_get_u8(attr))
			flags |= port_flags[i].flag;
		else if (attr)
			flags &= ~port_flags[i].flag;
	}
	return flags;
}

/**
 * strata_bridge_port_change() - change a port's options
 * @port: the port
 * @tb: IFLA_BRPORT_*, validated by strata_bridge_port_policy
 * @extack: says what is wrong
 *
 * All of them or, when one is wrong, none.
 *
 * Context: process, RTNL held.
 * Return: 0, -EOPNOTSUPP, -EINVAL, -EBUSY, -ENETDOWN.
 */
int strata_bridge_port_change(struct strata_bridge_port *port,
			      struct nlattr *tb[],
			      struct netlink_ext_ack *extack)
{
	struct nlattr *mask = tb[IFLA_BRPORT_GROUP_FWD_MASK];
	int err = refuse_unknown(tb, extack);

	if (!err && tb[IFLA_BRPORT_STATE])
		err = check_state(port, tb[IFLA_BRPORT_STATE], extack);
	if (!err && mask && nla_get_u16(mask) & STRATA_BRIDGE_GROUP_PAUSE) {
		NL_SET_ERR_MSG_ATTR(extack, mask, "pause frames are never forwarded");
		err = -EINVAL;
	}
	if (err)
		return err;
	WRITE_ONCE(port->flags, flags_asked(port, tb));
	if (mask)
		WRITE_ONCE(port->group_fwd_mask, nla_get_u16(mask));
	if (tb[IFLA_BRPORT_STATE])
		WRITE_ONCE(port->state, nla_get_u8(tb[IFLA_BRPORT_STATE]));
	if (tb[IFLA_BRPORT_MULTICAST_ROUTER])
		strata_mcast_router_set(port,
					nla_get_u8(tb[IFLA_BRPORT_MULTICAST_ROUTER]));
	if (tb[IFLA_BRPORT_FLUSH])
		strata_bridge_fdb_flush(port->br, port, 0);
	if (tb[IFLA_BRPORT_PRIORITY])
		port->priority = nla_get_u16(tb[IFLA_BRPORT_PRIORITY]);
	if (tb[IFLA_BRPORT_COST])
		port->path_cost = nla_get_u32(tb[IFLA_BRPORT_COST]);
	if (tb[IFLA_BRPORT_PRIORITY] || tb[IFLA_BRPORT_COST] ||
	    tb[IFLA_BRPORT_PROTECT])
		strata_bridge_stp_port_change(port);
	return 0;
}

/* What the spanning tree knows at the port. */
static int fill_tree(struct sk_buff *skb, const struct strata_bridge_port *port)
{
	const struct strata_rstp_vector *vector = &port->rstp.vector;
	struct ifla_bridge_id root, bridge;

	strata_bridge_fill_id(&root, vector->root);
	strata_bridge_fill_id(&bridge, vector->bridge);
	return nla_put(skb, IFLA_BRPORT_ROOT_ID, sizeof(root), &root) ||
	       nla_put(skb, IFLA_BRPORT_BRIDGE_ID, sizeof(bridge), &bridge) ||
	       nla_put_u16(skb, IFLA_BRPORT_DESIGNATED_PORT, vector->port) ||
	       nla_put_u16(skb, IFLA_BRPORT_DESIGNATED_COST, vector->cost);
}

/**
 * strata_bridge_port_fill() - a port's options as netlink attributes
 * @skb: message
 * @port: the port
 *
 * Context: RTNL or RCU. Return: 0 or -EMSGSIZE.
 */
int strata_bridge_port_fill(struct sk_buff *skb,
			    const struct strata_bridge_port *port)
{
	u32 flags = READ_ONCE(port->flags);
	unsigned int i;

	if (nla_put_u8(skb, IFLA_BRPORT_STATE, READ_ONCE(port->state)) ||
	    nla_put_u16(skb, IFLA_BRPORT_PRIORITY, port->priority) ||
	    nla_put_u32(skb, IFLA_BRPORT_COST,
			port->path_cost ?: port->rstp.path_cost) ||
	    nla_put_u16(skb, IFLA_BRPORT_NO, port->number) ||
	    nla_put_u16(skb, IFLA_BRPORT_ID,
			port->priority << STRATA_BRIDGE_PORT_BITS | port->number) ||
	    nla_put_u16(skb, IFLA_BRPORT_GROUP_FWD_MASK, port->group_fwd_mask) ||
	    nla_put_u8(skb, IFLA_BRPORT_MULTICAST_ROUTER, port->router.mode) ||
	    (port->br->stp_on && fill_tree(skb, port)))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(port_flags); i++)
		if (nla_put_u8(skb, port_flags[i].attr,
			       !!(flags & port_flags[i].flag)))
			return -EMSGSIZE;
	return 0;
}

/**
 * strata_bridge_port_fill_size() - room that strata_bridge_port_fill() needs
 *
 * Context: any.
 */
size_t strata_bridge_port_fill_size(void)
{
	return nla_total_size(sizeof(u8)) * 2 +		/* state, router */
	       nla_total_size(sizeof(u32)) +		/* cost */
	       nla_total_size(sizeof(u16)) * 6 +
	       nla_total_size(sizeof(struct ifla_bridge_id)) * 2 +
	       nla_total_size(sizeof(u8)) * ARRAY_SIZE(port_flags);
}

static int fill_vlans(struct sk_buff *skb,
		      const struct strata_bridge_port *port, u32 filter_mask)
{
	struct nlattr *nest;

	if (!(filter_mask & (RTEXT_FILTER_BRVLAN |
			     RTEXT_FILTER_BRVLAN_COMPRESSED)))
		return 0;
	nest = nla_nest_start_noflag(skb, IFLA_AF_SPEC);
	if (!nest ||
	    strata_bridge_vlan_fill(skb, port, filter_mask &
					       RTEXT_FILTER_BRVLAN_COMPRESSED))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_protinfo(struct sk_buff *skb,
			 const struct strata_bridge_port *port)
{
	struct nlattr *nest;

	if (port == &port->br->host)
		return 0;
	nest = nla_nest_start(skb, IFLA_PROTINFO);
	if (!nest || strata_bridge_port_fill(skb, port))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* An AF_BRIDGE message about a port, or the host's. */
static int fill_link(struct sk_buff *skb, const struct strata_bridge_port *port,
		     u32 portid, u32 seq, u32 filter_mask, int nlflags)
{
	const struct net_device *dev = port->dev;
	struct nlmsghdr *nlh;
	struct ifinfomsg *hdr;

	nlh = nlmsg_put(skb, portid, seq, RTM_NEWLINK, sizeof(*hdr), nlflags);
	if (!nlh)
		return -EMSGSIZE;
	hdr = nlmsg_data(nlh);
	memset(hdr, 0, sizeof(*hdr));
	hdr->ifi_family = AF_BRIDGE;
	hdr->ifi_type = dev->type;
	hdr->ifi_index = dev->ifindex;
	hdr->ifi_flags = dev_get_flags(dev);
	if (nla_put_string(skb, IFLA_IFNAME, dev->name) ||
	    nla_put_u32(skb, IFLA_MASTER, port->br->dev->ifindex) ||
	    nla_put_u32(skb, IFLA_MTU, dev->mtu) ||
	    nla_put_u8(skb, IFLA_OPERSTATE, netif_running(dev) ?
			    READ_ONCE(dev->operstate) : IF_OPER_DOWN) ||
	    nla_put(skb, IFLA_ADDRESS, dev->addr_len, dev->dev_addr) ||
	    fill_protinfo(skb, port) || fill_vlans(skb, port, filter_mask)) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

/**
 * strata_bridge_port_notify() - tell who listens (`bridge monitor link`)
 * @port: that changed
 *
 * Context: any but hardirq; RTNL held, or the spanning tree's lock.
 */
void strata_bridge_port_notify(const struct strata_bridge_port *port)
{
	struct net *net = dev_net(port->dev);
	struct sk_buff *skb;

	if (!rtnl_has_listeners(net, RTNLGRP_LINK))
		return;
	/* As large as a dump's message: VLANs take what they take. */
	skb = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (skb && !fill_link(skb, port, 0, 0, RTEXT_FILTER_BRVLAN_COMPRESSED, 0)) {
		rtnl_notify(skb, net, 0, RTNLGRP_LINK, NULL, GFP_ATOMIC);
		return;
	}
	kfree_skb(skb);
	rtnl_set_sk_err(net, RTNLGRP_LINK, -ENOBUFS);
}

/* The port, or the host's, that a message about @dev means; NULL: none. */
static struct strata_bridge_port *port_meant(struct net_device *dev)
{
	struct strata_bridge *br;

	if (!strata_bridge_is(dev))
		return strata_bridge_port_of(dev);
	br = netdev_priv(dev);
	return &br->host;
}

/**
 * strata_bridge_getlink() - `bridge link show`, `bridge vlan show`
 * @skb: message to fill
 * @portid: of who asks
 * @seq: of the question
 * @dev: a port, or the bridge's device
 * @filter_mask: RTEXT_FILTER_*
 * @nlflags: of the message
 *
 * Context: process, RTNL held and RCU. Return: 0 or -EMSGSIZE.
 */
int strata_bridge_getlink(struct sk_buff *skb, u32 portid, u32 seq,
			  struct net_device *dev, u32 filter_mask, int nlflags)
{
	const struct strata_bridge_port *port = port_meant(dev);

	if (!port)
		return 0;
	/* `bridge link show` is about ports. */
	if (port == &port->br->host &&
	    !(filter_mask & (RTEXT_FILTER_BRVLAN |
			     RTEXT_FILTER_BRVLAN_COMPRESSED)))
		return 0;
	return fill_link(skb, port, portid, seq, filter_mask, nlflags);
}

/* ------- IFLA_AF_SPEC: a list of VLANs and ranges of VLANs ------- */

static int vlan_change(struct strata_bridge_port *port, u16 vid, u16 flags,
		       bool add)
{
	if (add)
		return strata_bridge_vlan_add(port, vid, flags);
	strata_bridge_vlan_del(port, vid);
	return 0;
}

/* @first: begin of a range that this one may end; NULL: no range is open. */
static int check_vlan(const struct bridge_vlan_info *info,
		      const struct bridge_vlan_info *first,
		      struct netlink_ext_ack *extack)
{
	bool end = info->flags & BRIDGE_VLAN_INFO_RANGE_END;
	bool begin = info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN;

	if (!info->vid || info->vid >= VLAN_VID_MASK) {
		NL_SET_ERR_MSG(extack, "VLANs are numbered 1 to 4094");
		return -EINVAL;
	}
	if (first ? begin || !end : end) {
		NL_SET_ERR_MSG(extack, "a range of VLANs has one begin and one end");
		return -EINVAL;
	}
	if (first && info->vid <= first->vid) {
		NL_SET_ERR_MSG(extack, "a range of VLANs ends above its begin");
		return -EINVAL;
	}
	if (begin && info->flags & BRIDGE_VLAN_INFO_PVID) {
		NL_SET_ERR_MSG(extack, "a port has one PVID, not a range");
		return -EINVAL;
	}
	return 0;
}

static int change_vlans(struct strata_bridge_port *port, struct nlattr *spec,
			bool add, struct netlink_ext_ack *extack)
{
	const struct bridge_vlan_info *first = NULL, *info;
	struct nlattr *attr;
	int rem, err;
	u16 vid;

	nla_for_each_nested(attr, spec, rem) {
		if (nla_type(attr) != IFLA_BRIDGE_VLAN_INFO)
			continue;
		if (nla_len(attr) != sizeof(*info))
			return -EINVAL;
		info = nla_data(attr);
		err = check_vlan(info, first, extack);
		if (err)
			return err;
		if (info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
			first = info;
			continue;
		}
		for (vid = first ? first->vid : info->vid;
		     !err && vid <= info->vid; vid++)
			err = vlan_change(port, vid, info->flags, add);
		if (err)
			return err;
		first = NULL;
	}
	return 0;
}

static int change_options(struct strata_bridge_port *port, struct nlattr *nest,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[IFLA_BRPORT_MAX + 1];
	int err;

	if (port == &port->br->host) {
		NL_SET_ERR_MSG(extack, "the bridge's own device has no port options");
		return -EINVAL;
	}
	err = nla_parse_nested_deprecated(tb, IFLA_BRPORT_MAX, nest,
					  strata_bridge_port_policy, extack);
	return err ?: strata_bridge_port_change(port, tb, extack);
}

/**
 * strata_bridge_setlink() - `bridge link set`, `bridge vlan add`
 * @dev: a port, or the bridge's device
 * @nlh: the message
 * @flags: BRIDGE_FLAGS_*
 * @extack: says what is wrong
 *
 * Context: process, RTNL held. Return: 0 or -errno.
 */
int strata_bridge_setlink(struct net_device *dev, struct nlmsghdr *nlh,
			  u16 flags, struct netlink_ext_ack *extack)
{
	struct strata_bridge_port *port = port_meant(dev);
	struct nlattr *protinfo, *spec;
	int err = 0;

	if (!port)
		return -EINVAL;
	protinfo = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_PROTINFO);
	if (protinfo)
		err = change_options(port, protinfo, extack);
	spec = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_AF_SPEC);
	if (!err && spec)
		err = change_vlans(port, spec, true, extack);
	if (spec && port == &port->br->host)
		strata_mcast_refresh(port->br);
	if (!err)
		strata_bridge_port_notify(port);
	return err;
}

/**
 * strata_bridge_dellink() - `bridge vlan del`
 * @dev: a port, or the bridge's device
 * @nlh: the message
 * @flags: BRIDGE_FLAGS_*
 *
 * Context: process, RTNL held. Return: 0 or -errno.
 */
int strata_bridge_dellink(struct net_device *dev, struct nlmsghdr *nlh,
			  u16 flags)
{
	struct strata_bridge_port *port = port_meant(dev);
	struct nlattr *spec;
	int err;

	spec = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_AF_SPEC);
	if (!port || !spec)
		return -EINVAL;
	err = change_vlans(port, spec, false, NULL);
	if (port == &port->br->host)
		strata_mcast_refresh(port->br);
	if (!err)
		strata_bridge_port_notify(port);
	return err;
}
