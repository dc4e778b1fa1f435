// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a destination, and what an address is to us.
 */
#include <linux/module.h>
#include <strata/visibility.h>
#include "ipv4.h"

#define CLASS_E_OCTET	240
#define IP_MTU_MAX	65535U	/* what a total length can say */

/**
 * struct hop - the first step towards a destination
 * @link: output link
 * @next: next hop; NULL: the destination itself
 * @source: our address to use; NULL: to be selected
 * @mtu: limit besides the link's; 0: none
 * @path_mtu: what ICMP said; 0: nothing
 * @type: &enum strata_path_type
 */
struct hop {
	struct strata_link *link;
	const struct in6_addr *next;
	const struct in6_addr *source;
	u32 mtu;
	u32 path_mtu;
	u8 type;
};

/* No host can have it, and nothing can be sent there. */
static bool reserved(__be32 addr)
{
	return strata_addr4_is_this_net(addr) ||
	       ntohl(addr) >> 24 >= CLASS_E_OCTET;
}

/* RFC 1122 3.2.1.3 (a): "this host" as a destination is ourselves. */
static void settle_daddr(struct strata_flow *flow)
{
	if (likely(!strata_addr_any(&flow->daddr)))
		return;
	if (strata_addr_any(&flow->saddr))
		strata_addr_from4(&flow->daddr, htonl(INADDR_LOOPBACK));
	else
		flow->daddr = flow->saddr;
}

static struct strata_link *first_broadcast_link(struct strata_net *sn)
{
	struct strata_link *link = NULL;

	while ((link = strata_link_next(sn, link)))
		if (!(link->flags & STRATA_LINK_LOOPBACK) &&
		    strata_link_is_up(link) && link->dev->flags & IFF_BROADCAST)
			break;
	return link;
}

/* The link for a destination that names no network: the one asked for, the
 * source's, the one routed to, or for 255.255.255.255 the first that can
 * broadcast.
 */
static struct strata_link *cast_link(struct strata_net *sn,
				     const struct strata_flow *flow,
				     const struct strata_addr *from)
{
	const struct strata_hop *hop;

	if (flow->oif)
		return strata_link_by_index(sn, flow->oif);
	if (from)
		return from->link;
	hop = strata_route_hop(sn, &flow->daddr, 0);
	if (hop)
		return hop->link;
	if (ipv4_is_lbcast(strata_addr_to4(&flow->daddr)))
		return first_broadcast_link(sn);
	return NULL;
}

static int hop_cast(struct strata_net *sn, const struct strata_flow *flow,
		    const struct strata_addr *from, struct hop *hop)
{
	hop->link = cast_link(sn, flow, from);
	hop->type = ipv4_is_multicast(strata_addr_to4(&flow->daddr)) ?
		    STRATA_PATH_MULTICAST : STRATA_PATH_BROADCAST;
	return hop->link ? 0 : -ENETUNREACH;
}

/* @entry: our own address, or a subnet's broadcast address. */
static int hop_known(struct strata_net *sn, const struct strata_flow *flow,
		     const struct strata_addr *entry, struct hop *hop)
{
	if (entry->type == STRATA_ADDR_LOCAL) {
		hop->link = strata_link_loopback(sn);
		hop->source = &entry->addr;
		hop->type = STRATA_PATH_LOCAL;
	} else {
		hop->link = flow->oif ? strata_link_by_index(sn, flow->oif) :
					entry->link;
		hop->type = STRATA_PATH_BROADCAST;
	}
	return hop->link ? 0 : -ENETUNREACH;
}

/* The next hop and what the path carries, as others may have corrected it. */
static void heed(struct strata_net *sn, const struct strata_flow *flow,
		 const struct strata_hop *first, struct hop *hop)
{
	const struct strata_dest *dest = strata_dest_lookup(sn, &flow->daddr);
	const struct in6_addr *next = strata_dest_next(dest, first);

	if (!strata_addr_any(next))
		hop->next = next;
	if (unlikely(dest) && !(flow->flags & STRATA_FLOW_LINK_MTU))
		hop->path_mtu = dest->mtu;
}

static int hop_unicast(struct strata_net *sn, const struct strata_flow *flow,
		       struct hop *hop)
{
	struct strata_lookup lookup = {
		.daddr = &flow->daddr,
		.saddr = &flow->saddr,
		.oif = flow->oif,
		.mark = flow->mark,
		.seed = flow->seed,
	};
	const struct strata_route *route;

	hop->type = STRATA_PATH_UNICAST;
	route = strata_route_find(sn, &lookup);
	if (unlikely(route && strata_route_error(route)))
		return strata_route_error(route);
	if (likely(route)) {
		hop->link = lookup.hop->link;
		hop->mtu = route->mtu;
		/* It may have become somebody else's. */
		if (!strata_addr_any(&route->source) &&
		    strata_addr_find(sn, &route->source))
			hop->source = &route->source;
		heed(sn, flow, lookup.hop, hop);
		return 0;
	}
	/* Whoever insists on a link means that the peer is on it. */
	if (flow->oif)
		hop->link = strata_link_by_index(sn, flow->oif);
	return hop->link ? 0 : -ENETUNREACH;
}

static int find_hop(struct strata_net *sn, const struct strata_flow *flow,
		    const struct strata_addr *from, struct hop *hop)
{
	__be32 daddr = strata_addr_to4(&flow->daddr);
	const struct strata_addr *entry;

	entry = strata_addr_lookup(sn, NULL, &flow->daddr);
	if (entry)
		return hop_known(sn, flow, entry, hop);
	if (ipv4_is_multicast(daddr) || ipv4_is_lbcast(daddr))
		return hop_cast(sn, flow, from, hop);
	if (reserved(daddr))
		return -EINVAL;
	return hop_unicast(sn, flow, hop);
}

static int settle_saddr(struct strata_flow *flow, const struct hop *hop)
{
	struct strata_addr *own;

	if (!strata_addr_any(&flow->saddr))
		return 0;
	if (hop->source) {
		flow->saddr = *hop->source;
		return 0;
	}
	own = strata_addr_select(hop->link, hop->next ?: &flow->daddr);
	if (own)
		flow->saddr = own->addr;
	else if (ipv4_is_lbcast(strata_addr_to4(&flow->daddr)))
		strata_addr_from4(&flow->saddr, htonl(INADDR_ANY));
	else
		return -ENETUNREACH;
	return 0;
}

static int fill_path(struct strata_path *path, const struct strata_flow *flow,
		     const struct hop *hop)
{
	path->af = &strata_ipv4_af;
	path->link = hop->link;
	path->neigh = NULL;
	path->own_mtu = min3(READ_ONCE(hop->link->dev->mtu), IP_MTU_MAX,
			     hop->mtu ?: IP_MTU_MAX);
	path->mtu = min(path->own_mtu, hop->path_mtu ?: IP_MTU_MAX);
	path->type = hop->type;
	path->held = false;
	if (hop->link->flags & STRATA_LINK_NOARP)
		return 0;
	path->neigh = strata_neigh_get(hop->link, hop->next ?: &flow->daddr);
	return path->neigh ? 0 : -ENOBUFS;
}

/**
 * strata_ipv4_route() - find the way for a flow
 * @sn: the namespace's stack
 * @flow: its saddr, and its daddr where that is 0.0.0.0, are filled in
 * @path: out: borrowed
 *
 * Context: RCU read side, softirq or process. Return: 0, -ENETUNREACH, -EACCES
 * (broadcast without the flag), -EINVAL (saddr is not ours, or nobody can have
 * daddr), -ENOBUFS (no room for the neighbour), or strata_route_error().
 */
int strata_ipv4_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path)
{
	u32 genid = strata_net_genid(sn);
	const struct strata_addr *from = NULL;
	struct hop hop = {};
	int err;

	if (!strata_addr_any(&flow->saddr)) {
		from = strata_addr_find(sn, &flow->saddr);
		if (unlikely(!from))
			return -EINVAL;
	}
	settle_daddr(flow);
	err = find_hop(sn, flow, from, &hop);
	if (unlikely(err || !strata_link_is_up(hop.link))) {
		strata_count(sn, IP4_NO_ROUTE);
		return err ?: -ENETUNREACH;
	}
	if (hop.type == STRATA_PATH_BROADCAST &&
	    !(flow->flags & STRATA_FLOW_BROADCAST))
		return -EACCES;
	err = settle_saddr(flow, &hop);
	if (unlikely(err))
		return err;
	path->genid = genid;
	return fill_path(path, flow, &hop);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_route);

/**
 * strata_ipv4_addr_type() - what an address is to this namespace
 * @sn: the namespace's stack
 * @addr: v4-mapped
 * @ifindex: index of the link it must be on to be ours or broadcast; 0: any
 *
 * Context: RCU read side.
 */
enum strata_addr_type strata_ipv4_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex)
{
	__be32 addr4 = strata_addr_to4(addr);
	const struct strata_addr *entry;

	if (strata_addr_any(addr))
		return STRATA_ADDR_ANY;
	entry = strata_addr_lookup(sn, NULL, addr);
	if (entry && (!ifindex || entry->link->ifindex == ifindex))
		return entry->type;
	if (ipv4_is_multicast(addr4))
		return STRATA_ADDR_MULTICAST;
	if (ipv4_is_lbcast(addr4))
		return STRATA_ADDR_BROADCAST;
	return reserved(addr4) ? STRATA_ADDR_INVALID : STRATA_ADDR_OTHER;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_addr_type);
