// SPDX-License-Identifier: GPL-2.0
/*
 * Groups that are added and deleted by hand, and shown.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <strata/bridge.h>
#include "bridge.h"

static bool is_group(const struct strata_bridge_mdb_change *change)
{
	if (change->proto == htons(ETH_P_IP))
		return ipv4_is_multicast(change->group.s6_addr32[3]) &&
		       !ipv4_is_local_multicast(change->group.s6_addr32[3]);
	if (change->proto == htons(ETH_P_IPV6))
		return ipv6_addr_is_multicast(&change->group) &&
		       !ipv6_addr_is_ll_all_nodes(&change->group);
	return is_multicast_ether_addr(change->group.s6_addr) &&
	       !is_broadcast_ether_addr(change->group.s6_addr) &&
	       !is_link_local_ether_addr(change->group.s6_addr);
}

static int check(const struct strata_bridge_mdb_change *change,
		 const struct strata_bridge_port *port,
		 struct netlink_ext_ack *extack)
{
	if (!is_group(change)) {
		NL_SET_ERR_MSG(extack, "a group that everybody hears, or no group");
		return -EINVAL;
	}
	if (!change->proto && (!ipv6_addr_any(&change->source) ||
			       !change->permanent)) {
		NL_SET_ERR_MSG(extack,
			       "a group by its L2 address is permanent and has no sources");
		return -EINVAL;
	}
	if (!port->br->mcast.snooping) {
		NL_SET_ERR_MSG(extack, "the bridge does not snoop (mcast_snooping 0)");
		return -EINVAL;
	}
	if (change->vid && !(port->vlan[change->vid] & STRATA_BRIDGE_VLAN_MEMBER)) {
		NL_SET_ERR_MSG(extack, "the port is not a member of the VLAN");
		return -EINVAL;
	}
	return 0;
}

/* The port that is meant. Context: RTNL. Return: or an error pointer. */
static struct strata_bridge_port *
port_meant(struct net *net, const struct strata_bridge_mdb_change *change,
	   struct netlink_ext_ack *extack)
{
	struct net_device *dev = __dev_get_by_index(net, change->port);
	struct strata_bridge_port *port = NULL;

	if (!dev)
		return ERR_PTR(-ENODEV);
	if (strata_bridge_is(dev))
		port = &((struct strata_bridge *)netdev_priv(dev))->host;
	else
		port = strata_bridge_port_of(dev);
	if (port && (!change->bridge ||
		     change->bridge == port->br->dev->ifindex))
		return port;
	NL_SET_ERR_MSG(extack, "not a port of this bridge");
	return ERR_PTR(-EINVAL);
}

static struct strata_mdb_key key_meant(const struct strata_bridge_mdb_change *change,
				       u16 vid)
{
	return (struct strata_mdb_key) {
		.addr = change->group,
		.vid = vid,
		.proto = change->proto,
	};
}

/* Has the member what is to be added? */
static bool has(const struct strata_mdb_member *member,
		const struct strata_bridge_mdb_change *change)
{
	const struct strata_mcast_filter *filter = strata_mdb_filter(member);
	unsigned int i;

	if (ipv6_addr_any(&change->source))
		return filter->exclude;
	for (i = 0; i < filter->count; i++)
		if (ipv6_addr_equal(&filter->source[i].addr, &change->source))
			return filter->source[i].running;
	return false;
}

/* Context: strata_bridge_mcast.lock. */
static int add_one(struct strata_bridge_port *port, u16 vid,
		   const struct strata_bridge_mdb_change *change)
{
	struct strata_mdb_key key = key_meant(change, vid);
	struct strata_mdb_member *member = strata_mdb_member(port, &key);
	struct strata_mcast_clock clock = {
		.now = jiffies,
		.membership = port->br->mcast.times.membership,
	};
	struct strata_mcast_filter *draft;
	bool any = ipv6_addr_any(&change->source), is_new;

	if (member && has(member, change) &&
	    member->permanent == change->permanent)
		return -EEXIST;
	member = strata_mdb_join(port, &key);
	if (!member)
		return -ENOSPC;
	draft = strata_mdb_draft(member);
	is_new = !draft->exclude && !draft->count;
	strata_mcast_filter_report(draft,
				   any ? STRATA_MCAST_IS_EX : STRATA_MCAST_IS_IN,
				   &change->source, !any, &clock);
	member->permanent = change->permanent;
	if (strata_mdb_store(member, draft))
		return 0;
	if (is_new)
		strata_mdb_leave(member);
	return -ENOMEM;
}

/* Without one source. Context: strata_bridge_mcast.lock. */
static int del_source(struct strata_mdb_member *member,
		      const struct in6_addr *source)
{
	struct strata_mcast_filter *draft = strata_mdb_draft(member);
	unsigned int i;

	for (i = 0; i < draft->count; i++)
		if (ipv6_addr_equal(&draft->source[i].addr, source))
			break;
	if (i == draft->count)
		return -ENOENT;
	draft->source[i] = draft->source[--draft->count];
	if (draft->exclude || draft->count)
		return strata_mdb_store(member, draft) ? 0 : -ENOMEM;
	strata_mdb_leave(member);
	return 0;
}

static int del_one(struct strata_bridge_port *port, u16 vid,
		   const struct strata_bridge_mdb_change *change)
{
	struct strata_mdb_key key = key_meant(change, vid);
	struct strata_mdb_member *member = strata_mdb_member(port, &key);

	if (!member)
		return -ENOENT;
	if (!ipv6_addr_any(&change->source))
		return del_source(member, &change->source);
	strata_mdb_leave(member);
	return 0;
}

/* In the VLAN that is named, or in all of the port's. */
static int in_each_vlan(struct strata_bridge_port *port,
			const struct strata_bridge_mdb_change *change,
			int (*one)(struct strata_bridge_port *, u16,
				   const struct strata_bridge_mdb_change *))
{
	int err = -ENOENT;
	u16 vid;

	spin_lock_bh(&port->br->mcast.lock);
	if (change->vid || !(port->br->options & STRATA_BRIDGE_VLAN_FILTERING)) {
		err = one(port, change->vid, change);
	} else {
		for (vid = 1; vid < VLAN_N_VID; vid++) {
			if (!(port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER))
				continue;
			err = one(port, vid, change);
			if (err)
				break;
		}
	}
	spin_unlock_bh(&port->br->mcast.lock);
	return err;
}

/**
 * strata_bridge_mdb_add() - a port listens to a group from now on
 * @net: the namespace
 * @change: what
 * @extack: says what is wrong
 *
 * Context: process, RTNL held.
 * Return: 0, -ENODEV, -EINVAL, -EEXIST, -ENOSPC (table full), -ENOMEM.
 */
int strata_bridge_mdb_add(struct net *net,
			  const struct strata_bridge_mdb_change *change,
			  struct netlink_ext_ack *extack)
{
	struct strata_bridge_port *port = port_meant(net, change, extack);
	int err = PTR_ERR_OR_ZERO(port) ?: check(change, port, extack);

	if (err)
		return err;
	err = in_each_vlan(port, change, add_one);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack, "the port listens to the group already");
	else if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack, "no room for another group");
	strata_mcast_soon(port->br);
	return err;
}

/**
 * strata_bridge_mdb_del() - a port does not listen any more
 * @net: the namespace
 * @change: what; its permanence says nothing
 * @extack: says what is wrong
 *
 * Context: process, RTNL held. Return: 0, -ENODEV, -EINVAL, -ENOENT, -ENOMEM.
 */
int strata_bridge_mdb_del(struct net *net,
			  const struct strata_bridge_mdb_change *change,
			  struct netlink_ext_ack *extack)
{
	struct strata_bridge_port *port = port_meant(net, change, extack);
	int err;

	if (IS_ERR(port))
		return PTR_ERR(port);
	err = in_each_vlan(port, change, del_one);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(extack, "the port does not listen to the group");
	return err;
}

/* ------- showing ------- */

static u32 ms_until(unsigned long when)
{
	return time_after(when, jiffies) ? jiffies_to_msecs(when - jiffies) : 1;
}

static void describe(const struct strata_mdb_member *member,
		     struct strata_bridge_mdb_info *info)
{
	const struct strata_mcast_filter *filter = strata_mdb_filter(member);
	const struct strata_mcast_source *source;
	unsigned int i;

	BUILD_BUG_ON(STRATA_BRIDGE_MDB_SOURCES != STRATA_MCAST_SOURCES_MAX);
	info->port = member->port->dev;
	info->router = 0;
	info->proto = member->group->key.proto;
	info->group = member->group->key.addr;
	info->vid = member->group->key.vid;
	info->permanent = member->permanent;
	info->exclude = filter->exclude;
	info->expires_ms = member->permanent || !filter->exclude ? 0 :
			   ms_until(filter->expires);
	info->count = filter->count;
	for (i = 0; i < filter->count; i++) {
		source = &filter->source[i];
		info->source[i].addr = source->addr;
		info->source[i].blocked = !source->running;
		info->source[i].expires_ms =
			member->permanent || !source->running ? 0 :
			ms_until(source->expires);
	}
}

static int walk_members(struct strata_bridge *br, struct strata_bridge_mdb_at *at,
			struct strata_bridge_mdb_info *info,
			int (*visit)(const struct strata_bridge_mdb_info *,
				     void *), void *arg)
{
	const struct strata_mdb_member *member;
	int err;

	list_for_each_entry(member, &br->mcast.members, all) {
		if (member->serial <= at->serial)
			continue;
		describe(member, info);
		err = visit(info, arg);
		if (err)
			return err;
		at->serial = member->serial;
	}
	return 0;
}

/* The port with a router whose number is next; NULL: none. The host's is 0. */
static struct strata_bridge_port *next_router(struct strata_bridge *br,
					      unsigned int number)
{
	struct strata_bridge_port *port, *found = NULL;

	hlist_for_each_entry(port, &br->mcast.routers, router.node)
		if (port->number >= number &&
		    (!found || port->number < found->number))
			found = port;
	return found;
}

static int walk_routers(struct strata_bridge *br, struct strata_bridge_mdb_at *at,
			struct strata_bridge_mdb_info *info,
			int (*visit)(const struct strata_bridge_mdb_info *,
				     void *), void *arg)
{
	struct strata_bridge_port *port;
	int err;

	while ((port = next_router(br, at->port))) {
		info->port = port->dev;
		info->router = port->router.mode;
		err = visit(info, arg);
		if (err)
			return err;
		at->port = port->number + 1;
	}
	return 0;
}

static int walk_bridge(struct strata_bridge *br, struct strata_bridge_mdb_at *at,
		       struct strata_bridge_mdb_info *info,
		       int (*visit)(const struct strata_bridge_mdb_info *,
				    void *), void *arg)
{
	int err;

	info->bridge = br->dev;
	spin_lock_bh(&br->mcast.lock);
	err = walk_members(br, at, info, visit, arg) ?:
	      walk_routers(br, at, info, visit, arg);
	spin_unlock_bh(&br->mcast.lock);
	return err;
}

/* The bridge with the lowest index from @ifindex on; NULL: none. Context: RCU. */
static struct strata_bridge *next_bridge(struct net *net, int ifindex)
{
	struct net_device *dev, *found = NULL;

	for_each_netdev_rcu(net, dev)
		if (strata_bridge_is(dev) && dev->ifindex >= ifindex &&
		    (!found || dev->ifindex < found->ifindex))
			found = dev;
	return found ? netdev_priv(found) : NULL;
}

/**
 * strata_bridge_mdb_walk() - visit all who listen, and all ports with a router
 * @net: the namespace
 * @ifindex: of one bridge; 0: of all
 * @at: zeroed for a new walk; where a visit failed, the walk goes on there
 * @info: room for what is visited
 * @visit: called with a lock held; must not sleep
 * @arg: for @visit
 *
 * Context: process. Return: 0, or what @visit returned.
 */
int strata_bridge_mdb_walk(struct net *net, int ifindex,
			   struct strata_bridge_mdb_at *at,
			   struct strata_bridge_mdb_info *info,
			   int (*visit)(const struct strata_bridge_mdb_info *,
					void *),
			   void *arg)
{
	struct strata_bridge *br;
	int err = 0;

	rcu_read_lock();
	while (!err && (br = next_bridge(net, max(ifindex, at->ifindex)))) {
		if (ifindex && br->dev->ifindex != ifindex)
			break;
		if (br->dev->ifindex != at->ifindex)
			*at = (struct strata_bridge_mdb_at) {
				.ifindex = br->dev->ifindex,
			};
		err = walk_bridge(br, at, info, visit, arg);
		if (err)
			break;
		*at = (struct strata_bridge_mdb_at) {
			.ifindex = br->dev->ifindex + 1,
		};
		if (ifindex)
			break;
	}
	rcu_read_unlock();
	return err;
}
