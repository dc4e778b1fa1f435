// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a destination, and what an address is to us.
 *
 * A flow's output device is also the zone of its addresses (RFC 4007): without
 * one, a link-local destination is meant on the link of the source address, and
 * means nothing if there is none.
 */
#include <linux/module.h>
#include <strata/visibility.h>
#include "ipv6.h"

/* A payload length can say so much, after the header. */
#define IPV6_MTU_MAX	(65535U + sizeof(struct ipv6hdr))

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

static bool link_local(const struct in6_addr *addr)
{
	return ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL;
}

/* As the unspecified address of IPv4: ourselves. */
static void settle_daddr(struct strata_flow *flow)
{
	if (likely(!ipv6_addr_any(&flow->daddr)))
		return;
	flow->daddr = ipv6_addr_any(&flow->saddr) ? in6addr_loopback :
						    flow->saddr;
}

/* The link that zone-bound destinations are meant on; NULL: none is named. */
static struct strata_link *zone_link(struct strata_net *sn,
				     const struct strata_flow *flow,
				     const struct strata_addr *from)
{
	if (flow->oif)
		return strata_link_by_index(sn, flow->oif);
	return from ? from->link : NULL;
}

static struct strata_link *first_link(struct strata_net *sn)
{
	struct strata_link *link = NULL;

	while ((link = strata_link_next(sn, link)))
		if (!(link->flags & STRATA_LINK_LOOPBACK) &&
		    strata_link_is_up(link))
			break;
	return link;
}

/* The link asked for, the source's, the one routed to, or the first. */
static int hop_group(struct strata_net *sn, const struct strata_flow *flow,
		     const struct strata_addr *from, struct hop *hop)
{
	const struct strata_hop *routed;

	hop->type = STRATA_PATH_MULTICAST;
	hop->link = zone_link(sn, flow, from);
	if (hop->link || flow->oif)
		return hop->link ? 0 : -ENETUNREACH;
	routed = strata_route_hop(sn, &flow->daddr, 0);
	hop->link = routed ? routed->link : first_link(sn);
	return hop->link ? 0 : -ENETUNREACH;
}

static int hop_local(struct strata_net *sn, const struct strata_addr *own,
		     struct hop *hop)
{
	hop->link = strata_link_loopback(sn);
	hop->source = &own->addr;
	hop->type = STRATA_PATH_LOCAL;
	return hop->link ? 0 : -ENETUNREACH;
}

/* The next hop and what the path carries, as others may have corrected it. */
static void heed(struct strata_net *sn, const struct strata_flow *flow,
		 const struct strata_hop *first, struct hop *hop)
{
	const struct strata_dest *dest = strata_dest_lookup(sn, &flow->daddr);
	const struct in6_addr *next = strata_dest_next(dest, first);

	if (!ipv6_addr_any(next))
		hop->next = next;
	if (unlikely(dest) && !(flow->flags & STRATA_FLOW_LINK_MTU))
		hop->path_mtu = dest->mtu;
}

static int hop_unicast(struct strata_net *sn, const struct strata_flow *flow,
		       int oif, struct hop *hop)
{
	struct strata_lookup lookup = {
		.daddr = &flow->daddr,
		.saddr = &flow->saddr,
		.oif = oif,
		.mark = flow->mark,
		.seed = flow->seed,
	};
	const struct strata_route *route;
	int err;

	route = strata_route_find(sn, &lookup);
	err = strata_route_error(route);
	if (unlikely(err))
		return err;
	hop->type = STRATA_PATH_UNICAST;
	hop->link = lookup.hop->link;
	hop->mtu = route->mtu;
	if (!ipv6_addr_any(&route->source))
		hop->source = &route->source;
	heed(sn, flow, lookup.hop, hop);
	return 0;
}

static int find_hop(struct strata_net *sn, const struct strata_flow *flow,
		    const struct strata_addr *from, struct hop *hop)
{
	const struct strata_addr *own;
	struct strata_link *zone;

	if (unlikely(ipv6_addr_is_multicast(&flow->daddr)))
		return hop_group(sn, flow, from, hop);
	if (unlikely(link_local(&flow->daddr))) {
		zone = zone_link(sn, flow, from);
		if (!zone)
			return -ENETUNREACH;
		own = strata_addr_lookup(sn, zone, &flow->daddr);
		return own ? hop_local(sn, own, hop) :
			     hop_unicast(sn, flow, zone->ifindex, hop);
	}
	own = strata_addr_lookup(sn, NULL, &flow->daddr);
	return own ? hop_local(sn, own, hop) :
		     hop_unicast(sn, flow, flow->oif, hop);
}

static int settle_saddr(struct strata_flow *flow, const struct hop *hop)
{
	const struct strata_addr *own;

	if (!ipv6_addr_any(&flow->saddr))
		return 0;
	if (hop->source) {
		flow->saddr = *hop->source;
		return 0;
	}
	own = strata_addr_select_flow(hop->link, flow);
	if (!own)
		return -EADDRNOTAVAIL;
	flow->saddr = own->addr;
	return 0;
}

/* RFC 8200 5: a link that carries less than 1280 bytes carries no IPv6. */
static bool usable(const struct strata_link *link)
{
	return strata_link_is_up(link) &&
	       READ_ONCE(link->dev->mtu) >= IPV6_MIN_MTU;
}

static int fill_path(struct strata_path *path, const struct strata_flow *flow,
		     const struct hop *hop)
{
	u32 mtu = min_t(u32, READ_ONCE(hop->link->dev->mtu), IPV6_MTU_MAX);

	path->af = &strata_ipv6_af;
	path->link = hop->link;
	path->neigh = NULL;
	path->own_mtu = min3(mtu, hop->mtu ?: mtu,
			     READ_ONCE(hop->link->ipv6_mtu) ?: mtu);
	path->mtu = min(path->own_mtu, hop->path_mtu ?: mtu);
	path->type = hop->type;
	path->held = false;
	if (hop->link->flags & STRATA_LINK_NOARP)
		return 0;
	path->neigh = strata_neigh_get(hop->link, hop->next ?: &flow->daddr);
	return path->neigh ? 0 : -ENOBUFS;
}

/* Our address that the flow comes from; a link-local one is of its zone. */
static const struct strata_addr *source_of(struct strata_net *sn,
					   const struct strata_flow *flow)
{
	const struct strata_link *zone = NULL;

	if (flow->oif && link_local(&flow->saddr))
		zone = strata_link_by_index(sn, flow->oif);
	return strata_addr_lookup(sn, zone, &flow->saddr);
}

/**
 * strata_ipv6_route() - find the way for a flow
 * @sn: the namespace's stack
 * @flow: its saddr, and its daddr where that is ::, are filled in
 * @path: out: borrowed
 *
 * Context: RCU read side, softirq or process. Return: 0, -ENETUNREACH (also a
 * link-local destination of no link), -EADDRNOTAVAIL (no address to send
 * from), -EINVAL (saddr is not ours), -ENOBUFS (no room for the neighbour), or
 * strata_route_error().
 */
int strata_ipv6_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path)
{
	u32 genid = strata_net_genid(sn);
	const struct strata_addr *from = NULL;
	struct hop hop = {};
	int err;

	if (!ipv6_addr_any(&flow->saddr)) {
		from = source_of(sn, flow);
		if (unlikely(!from))
			return -EINVAL;
	}
	settle_daddr(flow);
	err = find_hop(sn, flow, from, &hop);
	if (unlikely(err || !usable(hop.link))) {
		strata_count(sn, IP6_NO_ROUTE);
		return err ?: -ENETUNREACH;
	}
	err = settle_saddr(flow, &hop);
	if (unlikely(err))
		return err;
	path->genid = genid;
	return fill_path(path, flow, &hop);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv6_route);

/**
 * strata_ipv6_addr_type() - what an address is to this namespace
 * @sn: the namespace's stack
 * @addr: the address
 * @ifindex: index of the link it must be on to be ours; 0: any
 *
 * Context: RCU read side.
 */
enum strata_addr_type strata_ipv6_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex)
{
	const struct strata_link *link = NULL;
	const struct strata_addr *own;

	if (ipv6_addr_any(addr))
		return STRATA_ADDR_ANY;
	if (ipv6_addr_is_multicast(addr))
		return STRATA_ADDR_MULTICAST;
	if (ifindex)
		link = strata_link_by_index(sn, ifindex);
	own = strata_addr_lookup(sn, link, addr);
	if (own && (!ifindex || own->link == link))
		return STRATA_ADDR_LOCAL;
	return STRATA_ADDR_OTHER;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv6_addr_type);
