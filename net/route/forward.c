// SPDX-License-Identifier: GPL-2.0
/*
 * The way of what is others': one route there, and what the way back to the
 * source says of it (RFC 3704).
 */
#include <linux/module.h>
#include <strata/forward.h>
#include <strata/packet.h>

/* RFC 1812 5.2.7.2, RFC 4861 8.2: the sender is on the link that it goes back to,
 * by the routing table.
 */
static bool is_neighbour(struct strata_link *link, const struct in6_addr *saddr)
{
	const struct strata_hop *hop;

	hop = strata_route_hop(link->sn, saddr, link->ifindex);
	return hop && strata_addr_any(&hop->gateway);
}

/* Why nothing goes there; each has its ICMP error, or none. */
static enum strata_drop_reason refusal(const struct strata_route *route)
{
	static const enum strata_drop_reason reasons[] = {
		[STRATA_ROUTE_BLACKHOLE] = STRATA_DROP_IP_BLACKHOLE,
		[STRATA_ROUTE_UNREACHABLE] = STRATA_DROP_IP_UNREACHABLE,
		[STRATA_ROUTE_PROHIBIT] = STRATA_DROP_IP_PROHIBITED,
	};

	return route ? reasons[route->type] : STRATA_DROP_IP_NO_ROUTE;
}

/* The entry of @next; that of the datagram before, if it went there too. */
static struct strata_neigh *next_neigh(struct strata_forward *way,
				       struct strata_link *link,
				       const struct in6_addr *next)
{
	if (way->neigh && way->link == link &&
	    ipv6_addr_equal(&way->next, next))
		return way->neigh;
	return strata_neigh_get(link, next);
}

/**
 * strata_forward_decide() - where do datagrams of others go?
 * @in: the link they come in on
 * @skb: one of them; not owned
 * @redirects: their sender may be told of a shorter way
 * @saddr: their source
 * @daddr: their destination, unicast and not ours
 * @way: in: of the datagrams before, in the same RCU read side, or zeroed; out:
 *	where to
 *
 * Context: softirq, RCU. Return: why they go nowhere: IP_NO_ROUTE, what the
 * route's type says, LINK_DOWN or NEIGH_TABLE_FULL; STRATA_DROP_MAX: they do not.
 */
enum strata_drop_reason strata_forward_decide(struct strata_link *in,
					      struct sk_buff *skb,
					      bool redirects,
					      const struct in6_addr *saddr,
					      const struct in6_addr *daddr,
					      struct strata_forward *way)
{
	struct strata_lookup lookup = {
		.daddr = daddr,
		.saddr = saddr,
		.iif = in->ifindex,
		.mark = skb->mark,
		.skb = skb,
	};
	struct strata_neigh *neigh = NULL;
	const struct strata_route *route;
	const struct in6_addr *next;
	struct strata_link *link;
	u32 mtu;

	route = strata_route_find(in->sn, &lookup);
	if (unlikely(strata_route_error(route)))
		return refusal(route);
	link = lookup.hop->link;
	if (unlikely(!strata_link_is_up(link)))
		return STRATA_DROP_LINK_DOWN;
	next = strata_addr_any(&lookup.hop->gateway) ? daddr :
						       &lookup.hop->gateway;
	if (likely(!(link->flags & STRATA_LINK_NOARP))) {
		neigh = next_neigh(way, link, next);
		if (unlikely(!neigh))
			return STRATA_DROP_NEIGH_TABLE_FULL;
	}
	mtu = READ_ONCE(link->dev->mtu);
	way->link = link;
	way->neigh = neigh;
	way->mtu = route->mtu ? min(mtu, route->mtu) : mtu;
	way->next = *next;
	way->once = lookup.once;
	way->redirect = unlikely(link == in) && redirects &&
			is_neighbour(in, saddr);
	return STRATA_DROP_MAX;
}
EXPORT_SYMBOL_GPL(strata_forward_decide);

/**
 * strata_forward_back() - does the way back to a source speak for it?
 * @in: the link it came in on
 * @rp_filter: &enum strata_rpf: how much is asked
 * @saddr: the source, no link-local address
 * @daddr: the destination: where the way back begins
 *
 * Context: softirq, RCU.
 */
bool strata_forward_back(struct strata_link *in, u8 rp_filter,
			 const struct in6_addr *saddr,
			 const struct in6_addr *daddr)
{
	struct strata_lookup lookup = { .daddr = saddr, .saddr = daddr };
	const struct strata_route *route;

	if (rp_filter == STRATA_RPF_OFF || in->flags & STRATA_LINK_LOOPBACK)
		return true;
	route = strata_route_find(in->sn, &lookup);
	if (strata_route_error(route))
		return false;
	return rp_filter == STRATA_RPF_LOOSE ||
	       strata_route_leaves_by(route, in);
}
EXPORT_SYMBOL_GPL(strata_forward_back);
