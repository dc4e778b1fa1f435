// SPDX-License-Identifier: GPL-2.0
/*
 * Connected routes: the subnets that our addresses put us on.
 *
 * A subnet has one connected route for each link it is on, however many of our
 * addresses are in it; its source, for IPv4, is the oldest of them still there.
 */
#include <linux/netlink.h>
#include "table.h"

#define HOST_PLEN	128	/* the address alone: no network to be on */

/* RFC 5942 4: that an advertised prefix is on the link is told apart from the
 * addresses in it.
 */
static bool of_advertised_prefix(const struct strata_addr *addr)
{
	return addr->state & BIT(STRATA_ADDR_AUTO) &&
	       !(ipv6_addr_type(&addr->addr) & IPV6_ADDR_LINKLOCAL);
}

static bool has_subnet(const struct strata_addr *addr)
{
	return addr->plen < HOST_PLEN && !of_advertised_prefix(addr) &&
	       !(addr->link->flags & STRATA_LINK_LOOPBACK);
}

static bool connected_find(const struct strata_addr *addr,
			   struct strata_fib_entry *entry)
{
	struct in6_addr prefix;

	ipv6_addr_prefix(&prefix, &addr->addr, addr->plen);
	*entry = (struct strata_fib_entry){};
	while (strata_route_next(addr->link->sn, STRATA_TABLE_MAIN, &prefix,
				 addr->plen, entry))
		if (entry->route->origin == STRATA_ROUTE_KERNEL &&
		    entry->route->link == addr->link)
			return true;
	return false;
}

static int connected_insert(const struct strata_addr *addr,
			    struct strata_fib_entry *old,
			    struct netlink_ext_ack *extack)
{
	struct strata_route route = {
		.plen = addr->plen,
		.origin = STRATA_ROUTE_KERNEL,
		.link = addr->link,
	};

	/* IPv6 chooses among all its addresses, by RFC 6724. */
	if (strata_addr_is4(&addr->addr))
		route.source = addr->addr;
	ipv6_addr_prefix(&route.prefix, &addr->addr, addr->plen);
	return strata_route_insert(addr->link->sn, &route, old, extack);
}

/**
 * strata_addr_connect() - make the route to an address's subnet
 * @addr: about to be published
 * @extack: for the reason of a refusal
 *
 * The caller calls strata_net_changed().
 *
 * Context: process, strata_net.config held. Return: 0, -ENOSPC, -ENOMEM.
 */
int strata_addr_connect(struct strata_addr *addr,
			struct netlink_ext_ack *extack)
{
	struct strata_fib_entry entry;

	if (!has_subnet(addr) || connected_find(addr, &entry))
		return 0;
	return connected_insert(addr, NULL, extack);
}

/* The oldest address of ours that is left in @addr's subnet. */
static struct strata_addr *subnet_heir(const struct strata_addr *addr)
{
	struct strata_addr *heir = NULL;

	while ((heir = strata_addr_next_on(addr->link->sn, addr->link, heir)))
		if (heir->plen == addr->plen && has_subnet(heir) &&
		    ipv6_prefix_equal(&heir->addr, &addr->addr, addr->plen))
			break;
	return heir;
}

/**
 * strata_addr_disconnect() - an address goes, and with it its route
 * @addr: no longer in the list of addresses
 *
 * The route stays, with another source, if an address is left in the subnet.
 * The caller calls strata_net_changed().
 *
 * Context: process, strata_net.config held.
 */
void strata_addr_disconnect(struct strata_addr *addr)
{
	struct strata_fib_entry entry;
	struct strata_addr *heir;

	if (!has_subnet(addr) || !connected_find(addr, &entry))
		return;
	heir = subnet_heir(addr);
	if (heir && !ipv6_addr_equal(&entry.route->source, &addr->addr))
		return;
	/* New before old: no packet finds the subnet unreachable meanwhile. */
	if (!heir || connected_insert(heir, &entry, NULL))
		strata_route_erase(addr->link->sn, &entry);
}
