// SPDX-License-Identifier: GPL-2.0
/*
 * Where multicast routers are, and who of them asks for listeners.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <strata/visibility.h>
#include "bridge.h"

/* ------- ports with a router (RFC 4541 2.1.1 1) ------- */

static bool is_any(const struct strata_mcast_router *router)
{
	return router->is[STRATA_MCAST_IP4] || router->is[STRATA_MCAST_IP6];
}

static void router_mark(struct strata_bridge_port *port,
			enum strata_mcast_family family, bool is)
{
	struct strata_mcast_router *router = &port->router;
	bool was = is_any(router);

	WRITE_ONCE(router->is[family], is);
	if (is_any(router) && !was)
		hlist_add_head_rcu(&router->node, &port->br->mcast.routers);
	else if (!is_any(router) && was)
		hlist_del_init_rcu(&router->node);
}

/**
 * strata_mcast_router_seen() - a router spoke
 * @port: where
 * @family: that it routes
 * @now: jiffies
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mcast_router_seen(struct strata_bridge_port *port,
			      enum strata_mcast_family family,
			      unsigned long now)
{
	struct strata_mcast_router *router = &port->router;

	if (router->mode == MDB_RTR_TYPE_DISABLED ||
	    router->mode == MDB_RTR_TYPE_PERM)
		return;
	router->until[family] = now + port->br->mcast.times.other_querier;
	if (!router->is[family])
		router_mark(port, family, true);
	strata_mcast_soon(port->br);
}

/**
 * strata_mcast_router_forget() - no router of a family is behind a port any more
 * @port: the port
 * @family: which
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mcast_router_forget(struct strata_bridge_port *port,
				enum strata_mcast_family family)
{
	if (port->router.is[family])
		router_mark(port, family, false);
}

/**
 * strata_mcast_router_set() - decide by hand whether a router is behind a port
 * @port: the port, or the host's
 * @mode: MDB_RTR_TYPE_*
 *
 * Context: process, RTNL held.
 */
void strata_mcast_router_set(struct strata_bridge_port *port, u8 mode)
{
	struct strata_bridge_mcast *mcast = &port->br->mcast;
	enum strata_mcast_family family;

	spin_lock_bh(&mcast->lock);
	port->router.mode = mode;
	for (family = 0; family < STRATA_MCAST_FAMILIES; family++) {
		strata_mcast_router_forget(port, family);
		if (mode == MDB_RTR_TYPE_PERM)
			router_mark(port, family, true);
		else if (mode == MDB_RTR_TYPE_TEMP)
			strata_mcast_router_seen(port, family, jiffies);
	}
	spin_unlock_bh(&mcast->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_router_set);

/* ------- queriers (RFC 3376 6.6, RFC 3810 7.6) ------- */

/* Whose address is lower asks. One that asks without an address (RFC 4541 2.1.1) gives way to
 * who has one; of two such, and those are bridges, the lower L2 address asks.
 */
static bool is_before_us(const struct strata_bridge *br,
			 enum strata_mcast_family family,
			 const struct in6_addr *addr, const u8 *mac)
{
	struct in6_addr own;
	int order;

	strata_mcast_query_address(br, family, &own);
	if (family == STRATA_MCAST_IP4)
		order = own.s6_addr32[3] ? ipv6_addr_cmp(addr, &own) :
			addr->s6_addr32[3] ? -1 : 0;
	else
		order = ipv6_addr_cmp(addr, &own);
	if (!order)
		order = memcmp(mac, br->dev->dev_addr, ETH_ALEN);
	return order < 0;
}

static struct strata_mcast_vlan *vlan_of(struct strata_bridge *br, u16 vid)
{
	struct strata_mcast_vlan *vlan = br->mcast.vlan[vid];

	if (vlan)
		return vlan;
	vlan = kzalloc(sizeof(*vlan), GFP_ATOMIC);
	if (!vlan)
		return NULL;
	vlan->vid = vid;
	hlist_add_head(&vlan->node, &br->mcast.asked);
	/* Frames find it full of zeroes. */
	smp_store_release(&br->mcast.vlan[vid], vlan);
	return vlan;
}

/* Another querier is heard: the one to go by, or one that gives way to it. */
static void elect(struct strata_bridge_port *port, u16 vid,
		  const struct strata_mcast_message *message, const u8 *mac,
		  unsigned long now)
{
	struct strata_bridge *br = port->br;
	struct strata_mcast_vlan *vlan = vlan_of(br, vid);
	struct strata_mcast_querier *querier;

	if (!vlan)
		return;
	querier = &vlan->querier[message->family];
	if (querier->own && !is_before_us(br, message->family, &message->source, mac))
		return;
	if (querier->other && ipv6_addr_cmp(&message->source, &querier->addr) > 0)
		return;
	if (!querier->other && !querier->active) {
		querier->settling = true;
		querier->settled = now + msecs_to_jiffies(message->response_ms);
	}
	querier->other = true;
	querier->other_until = now + br->mcast.times.other_querier;
	querier->addr = message->source;
	querier->ifindex = port->dev->ifindex;
	strata_mcast_soon(br);
}

/* It asks for last members: who does not answer it is gone soon. */
static void ask_for_last(struct strata_bridge *br, u16 vid,
			 const struct sk_buff *skb,
			 const struct strata_mcast_message *message,
			 unsigned long now)
{
	unsigned int count = min_t(unsigned int, message->count,
				   STRATA_MCAST_SOURCES_MAX), i;
	unsigned long until = now + br->mcast.times.last_member_count *
				    msecs_to_jiffies(message->response_ms);
	struct strata_mdb_key key = {
		.addr = message->group,
		.vid = vid,
		.proto = message->family == STRATA_MCAST_IP4 ? htons(ETH_P_IP) :
							       htons(ETH_P_IPV6),
	};
	struct strata_mdb_member *member;
	struct strata_mdb_group *group;

	for (i = 0; i < count; i++)
		strata_mcast_source_at(skb, message->family, message->offset, i,
				       &br->mcast.sources[i]);
	rcu_read_lock();
	group = strata_mdb_find(&br->mcast, &key);
	rcu_read_unlock();
	if (!group)
		return;
	hlist_for_each_entry(member, &group->members, node)
		if (!member->permanent)
			strata_mcast_filter_queried(strata_mdb_filter(member),
						    br->mcast.sources, count, until);
	strata_mcast_soon(br);
}

/**
 * strata_mcast_queried() - a router asks for listeners
 * @port: where, or the host's
 * @vid: in which VLAN
 * @skb: its query, for the sources
 * @message: the same, read
 * @mac: from whom
 * @now: jiffies
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mcast_queried(struct strata_bridge_port *port, u16 vid,
			  const struct sk_buff *skb,
			  const struct strata_mcast_message *message,
			  const u8 *mac, unsigned long now)
{
	strata_mcast_router_seen(port, message->family, now);
	if (ipv6_addr_any(&message->group))
		elect(port, vid, message, mac, now);
	else if (!message->suppress)
		ask_for_last(port->br, vid, skb, message, now);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_queried);

/* Does the bridge ask in a VLAN? In those where the host is. */
static bool asks_in(const struct strata_bridge *br, u16 vid)
{
	if (!br->mcast.querier || !br->mcast.snooping ||
	    !netif_running(br->dev))
		return false;
	if (!(br->options & STRATA_BRIDGE_VLAN_FILTERING))
		return !vid;
	return vid && br->host.vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER;
}

static void ask_from_now(const struct strata_bridge *br,
			 struct strata_mcast_querier *querier)
{
	querier->next = jiffies;
	querier->startup = br->mcast.times.startup_count;
}

static void vlan_refresh(struct strata_bridge *br, u16 vid)
{
	bool own = asks_in(br, vid);
	struct strata_mcast_querier *querier;
	struct strata_mcast_vlan *vlan;
	enum strata_mcast_family family;

	vlan = own ? vlan_of(br, vid) : br->mcast.vlan[vid];
	if (!vlan)
		return;
	for (family = 0; family < STRATA_MCAST_FAMILIES; family++) {
		querier = &vlan->querier[family];
		if (own && !querier->own) {
			ask_from_now(br, querier);
			querier->settling = !querier->other;
			querier->settled = jiffies + br->mcast.times.response;
		}
		querier->own = own;
	}
}

/**
 * strata_mcast_refresh() - who asks where is decided anew
 * @br: the bridge: it, its options or its VLANs changed
 *
 * Context: process, RTNL held.
 */
void strata_mcast_refresh(struct strata_bridge *br)
{
	u16 vid;

	spin_lock_bh(&br->mcast.lock);
	for (vid = 0; vid < VLAN_N_VID; vid++)
		vlan_refresh(br, vid);
	spin_unlock_bh(&br->mcast.lock);
	strata_mcast_soon(br);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_refresh);

/**
 * strata_mcast_ask_again() - a port forwards from now on: who is behind it?
 * @br: its bridge
 *
 * RFC 4541 2.1.1 1: also when the spanning tree changed. Context: any but hardirq.
 */
void strata_mcast_ask_again(struct strata_bridge *br)
{
	struct strata_mcast_vlan *vlan;
	enum strata_mcast_family family;

	spin_lock_bh(&br->mcast.lock);
	hlist_for_each_entry(vlan, &br->mcast.asked, node)
		for (family = 0; family < STRATA_MCAST_FAMILIES; family++)
			if (vlan->querier[family].own)
				ask_from_now(br, &vlan->querier[family]);
	spin_unlock_bh(&br->mcast.lock);
	strata_mcast_soon(br);
}
