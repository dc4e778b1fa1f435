// SPDX-License-Identifier: GPL-2.0
/*
 * Groups as `bridge mdb` and `bridge monitor mdb` see them.
 *
 * Kernels from 6.5 on ask any device for its groups; older ones only their own
 * bridge, but everybody may tell of changes.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <strata/bridge.h>
#include "bridge.h"

static void fill_entry(const struct strata_mdb_member *member,
		       struct br_mdb_entry *entry)
{
	const struct strata_mdb_key *key = &member->group->key;

	memset(entry, 0, sizeof(*entry));
	entry->ifindex = member->port->dev->ifindex;
	entry->state = member->permanent ? MDB_PERMANENT : MDB_TEMPORARY;
	entry->vid = key->vid;
	entry->addr.proto = key->proto;
	if (key->proto == htons(ETH_P_IP))
		entry->addr.u.ip4 = key->addr.s6_addr32[3];
	else if (key->proto == htons(ETH_P_IPV6))
		entry->addr.u.ip6 = key->addr;
	else
		ether_addr_copy(entry->addr.u.mac_addr, key->addr.s6_addr);
}

static u32 clock_until(const struct strata_mdb_member *member, bool running,
		       unsigned long expires)
{
	return running && !member->permanent && time_after(expires, jiffies) ?
	       jiffies_to_clock_t(expires - jiffies) : 0;
}

static int fill_address(struct sk_buff *skb, int type,
			const struct strata_mdb_key *key,
			const struct in6_addr *addr)
{
	return key->proto == htons(ETH_P_IP) ?
	       nla_put_in_addr(skb, type, addr->s6_addr32[3]) :
	       nla_put_in6_addr(skb, type, addr);
}

static int fill_sources(struct sk_buff *skb,
			const struct strata_mdb_member *member,
			const struct strata_mcast_filter *filter)
{
	const struct strata_mcast_source *source;
	struct nlattr *list, *nest;
	unsigned int i;

	if (!filter->count)
		return 0;
	list = nla_nest_start(skb, MDBA_MDB_EATTR_SRC_LIST);
	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < filter->count; i++) {
		source = &filter->source[i];
		nest = nla_nest_start(skb, MDBA_MDB_SRCLIST_ENTRY);
		if (!nest ||
		    fill_address(skb, MDBA_MDB_SRCATTR_ADDRESS,
				 &member->group->key, &source->addr) ||
		    nla_put_u32(skb, MDBA_MDB_SRCATTR_TIMER,
				clock_until(member, source->running,
					    source->expires)))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	nla_nest_end(skb, list);
	return 0;
}

/* MDBA_MDB_ENTRY with one MDBA_MDB_ENTRY_INFO. Context: lock held. */
static int fill_member(struct sk_buff *skb,
		       const struct strata_mdb_member *member)
{
	const struct strata_mcast_filter *filter = strata_mdb_filter(member);
	struct nlattr *nest, *info;
	struct br_mdb_entry entry;

	fill_entry(member, &entry);
	nest = nla_nest_start_noflag(skb, MDBA_MDB_ENTRY);
	if (!nest)
		return -EMSGSIZE;
	info = nla_nest_start_noflag(skb, MDBA_MDB_ENTRY_INFO);
	if (!info || nla_put_nohdr(skb, sizeof(entry), &entry) ||
	    nla_put_u32(skb, MDBA_MDB_EATTR_TIMER,
			clock_until(member, filter->exclude, filter->expires)) ||
	    nla_put_u8(skb, MDBA_MDB_EATTR_GROUP_MODE,
		       filter->exclude ? MCAST_EXCLUDE : MCAST_INCLUDE) ||
	    fill_sources(skb, member, filter)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, info);
	nla_nest_end(skb, nest);
	return 0;
}

static struct nlmsghdr *begin(struct sk_buff *skb, const struct strata_bridge *br,
			      u32 portid, u32 seq, int type, u16 flags)
{
	struct br_port_msg *header;
	struct nlmsghdr *nlh;

	nlh = nlmsg_put(skb, portid, seq, type, sizeof(*header), flags);
	if (!nlh)
		return NULL;
	header = nlmsg_data(nlh);
	memset(header, 0, sizeof(*header));
	header->family = AF_BRIDGE;
	header->ifindex = br->dev->ifindex;
	return nlh;
}

static int fill_notice(struct sk_buff *skb,
		       const struct strata_mdb_member *member, int type)
{
	struct nlmsghdr *nlh = begin(skb, member->port->br, 0, 0, type, 0);
	struct nlattr *nest = nlh ? nla_nest_start_noflag(skb, MDBA_MDB) : NULL;

	if (!nest || fill_member(skb, member))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	nlmsg_end(skb, nlh);
	return 0;
}

/**
 * strata_mdb_notify() - tell who listens (`bridge monitor mdb`)
 * @member: new, changed or about to go
 * @type: RTM_NEWMDB or RTM_DELMDB
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mdb_notify(const struct strata_mdb_member *member, int type)
{
	struct net *net = dev_net(member->port->br->dev);
	struct sk_buff *skb;

	if (!rtnl_has_listeners(net, RTNLGRP_MDB))
		return;
	skb = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (skb && !fill_notice(skb, member, type)) {
		rtnl_notify(skb, net, 0, RTNLGRP_MDB, NULL, GFP_ATOMIC);
		return;
	}
	kfree_skb(skb);
	rtnl_set_sk_err(net, RTNLGRP_MDB, -ENOBUFS);
}

static int fill_router(struct sk_buff *skb, const struct strata_bridge_port *port)
{
	const struct strata_mcast_router *router = &port->router;
	u32 ifindex = port->dev->ifindex;
	u32 left[STRATA_MCAST_FAMILIES] = {};
	enum strata_mcast_family family;
	struct nlattr *nest;

	for (family = 0; family < STRATA_MCAST_FAMILIES; family++)
		if (router->mode != MDB_RTR_TYPE_PERM && router->is[family] &&
		    time_after(router->until[family], jiffies))
			left[family] = jiffies_to_clock_t(router->until[family] -
							  jiffies);
	nest = nla_nest_start_noflag(skb, MDBA_ROUTER_PORT);
	if (!nest || nla_put_nohdr(skb, sizeof(ifindex), &ifindex) ||
	    nla_put_u32(skb, MDBA_ROUTER_PATTR_TIMER,
			max(left[STRATA_MCAST_IP4], left[STRATA_MCAST_IP6])) ||
	    nla_put_u8(skb, MDBA_ROUTER_PATTR_TYPE, router->mode))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_routers(struct sk_buff *skb, const struct strata_bridge *br)
{
	const struct strata_bridge_port *port;
	struct nlattr *nest;

	if (hlist_empty(&br->mcast.routers))
		return 0;
	nest = nla_nest_start_noflag(skb, MDBA_ROUTER);
	if (!nest)
		return -EMSGSIZE;
	hlist_for_each_entry(port, &br->mcast.routers, router.node)
		if (fill_router(skb, port)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	nla_nest_end(skb, nest);
	return 0;
}

/* Those who joined after @serial. Context: lock held. */
static int fill_members(struct sk_buff *skb, const struct strata_bridge *br,
			long *serial)
{
	const struct strata_mdb_member *member;
	struct nlattr *nest = nla_nest_start_noflag(skb, MDBA_MDB);
	int err = nest ? 0 : -EMSGSIZE;

	if (err)
		return err;
	list_for_each_entry(member, &br->mcast.members, all) {
		if (member->serial <= (unsigned long)*serial)
			continue;
		err = fill_member(skb, member);
		if (err)
			break;
		*serial = member->serial;
	}
	nla_nest_end(skb, nest);
	return err;
}

/**
 * strata_bridge_ndo_mdb_dump() - `bridge mdb show`
 * @dev: the bridge's device
 * @skb: message to fill
 * @cb: the dump; its second word says who was shown last
 *
 * Context: process, RTNL held. Return: 0 or -EMSGSIZE (there is more).
 */
int strata_bridge_ndo_mdb_dump(struct net_device *dev, struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct nlmsghdr *nlh = begin(skb, br, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, RTM_GETMDB, NLM_F_MULTI);
	int err;

	if (!nlh)
		return -EMSGSIZE;
	spin_lock_bh(&br->mcast.lock);
	err = fill_members(skb, br, &cb->args[1]) ?: fill_routers(skb, br);
	spin_unlock_bh(&br->mcast.lock);
	nlmsg_end(skb, nlh);
	return err;
}

static int read_source(struct nlattr *attr, const struct br_mdb_entry *entry,
		       struct in6_addr *source, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MDBE_ATTR_MAX + 1];
	int err;

	*source = in6addr_any;
	if (!attr)
		return 0;
	err = nla_parse_nested(tb, MDBE_ATTR_MAX, attr, NULL, extack);
	if (err || !tb[MDBE_ATTR_SOURCE])
		return err;
	if (entry->addr.proto == htons(ETH_P_IP) &&
	    nla_len(tb[MDBE_ATTR_SOURCE]) == sizeof(struct in_addr))
		ipv6_addr_set_v4mapped(nla_get_in_addr(tb[MDBE_ATTR_SOURCE]), source);
	else if (entry->addr.proto == htons(ETH_P_IPV6) &&
		 nla_len(tb[MDBE_ATTR_SOURCE]) == sizeof(struct in6_addr))
		*source = nla_get_in6_addr(tb[MDBE_ATTR_SOURCE]);
	else
		err = -EINVAL;
	return err;
}

/* MDBA_SET_ENTRY is there and of the right size: rtnetlink has looked. */
static int read_change(struct net_device *dev, struct nlattr *tb[],
		       struct strata_bridge_mdb_change *change,
		       struct netlink_ext_ack *extack)
{
	const struct br_mdb_entry *entry = nla_data(tb[MDBA_SET_ENTRY]);

	*change = (struct strata_bridge_mdb_change) {
		.port = entry->ifindex,
		.bridge = dev->ifindex,
		.proto = entry->addr.proto,
		.vid = entry->vid,
		.permanent = entry->state == MDB_PERMANENT,
	};
	if (entry->vid >= VLAN_VID_MASK)
		return -EINVAL;
	if (entry->addr.proto == htons(ETH_P_IP))
		ipv6_addr_set_v4mapped(entry->addr.u.ip4, &change->group);
	else if (entry->addr.proto == htons(ETH_P_IPV6))
		change->group = entry->addr.u.ip6;
	else
		ether_addr_copy(change->group.s6_addr, entry->addr.u.mac_addr);
	return read_source(tb[MDBA_SET_ENTRY_ATTRS], entry, &change->source,
			   extack);
}

/**
 * strata_bridge_ndo_mdb_add() - `bridge mdb add dev BRIDGE port PORT grp GROUP …`
 * @dev: the bridge's device
 * @tb: MDBA_SET_ENTRY and what belongs to it
 * @nlmsg_flags: of the message
 * @extack: says what is wrong
 *
 * Context: process, RTNL held. Return: as strata_bridge_mdb_add().
 */
int strata_bridge_ndo_mdb_add(struct net_device *dev, struct nlattr *tb[],
			      u16 nlmsg_flags, struct netlink_ext_ack *extack)
{
	struct strata_bridge_mdb_change change;

	return read_change(dev, tb, &change, extack) ?:
	       strata_bridge_mdb_add(dev_net(dev), &change, extack);
}

/**
 * strata_bridge_ndo_mdb_del() - `bridge mdb del dev BRIDGE port PORT grp GROUP …`
 * @dev: the bridge's device
 * @tb: MDBA_SET_ENTRY and what belongs to it
 * @extack: says what is wrong
 *
 * Context: process, RTNL held. Return: as strata_bridge_mdb_del().
 */
int strata_bridge_ndo_mdb_del(struct net_device *dev, struct nlattr *tb[],
			      struct netlink_ext_ack *extack)
{
	struct strata_bridge_mdb_change change;

	return read_change(dev, tb, &change, extack) ?:
	       strata_bridge_mdb_del(dev_net(dev), &change, extack);
}
