// SPDX-License-Identifier: GPL-2.0
/*
 * What router advertisements give a host for a while: default routers and
 * prefixes that are on the link (RFC 4861 6.3), and addresses in prefixes meant
 * for autoconfiguration (RFC 4862 5.5).
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define ROUTES_MAX	64	/* routes of a namespace by advertisement */
#define ADDRS_MAX	16	/* addresses of a link by advertisement */
#define METRIC_MIN	1024	/* what is set by hand comes first */
#define ID_PLEN		64	/* bits before an interface identifier */
#define LIFETIME_INFINITE	0xffffffffU
#define TWO_HOURS_s	7200U	/* RFC 4862 5.5.3 (e) */

/**
 * struct ra_route - a route with a lifetime
 * @node: in strata_ipv6_net.ra_routes
 * @route: what was added: prefix, gateway, link (borrowed), metric
 * @expires: jiffies
 *
 * Under strata_net.config.
 */
struct ra_route {
	struct list_head node;
	struct strata_route route;
	unsigned long expires;
};

static unsigned long lifetime_end(u32 lifetime_s)
{
	if (lifetime_s == LIFETIME_INFINITE ||
	    lifetime_s >= MAX_JIFFY_OFFSET / HZ)
		return jiffies + MAX_JIFFY_OFFSET;
	return jiffies + (unsigned long)lifetime_s * HZ;
}

static bool same_way(const struct strata_route *a, const struct strata_route *b)
{
	return a->link == b->link && a->plen == b->plen &&
	       ipv6_addr_equal(&a->prefix, &b->prefix) &&
	       ipv6_addr_equal(&a->gateway, &b->gateway);
}

static struct ra_route *route_find(struct strata_net *sn,
				   const struct strata_route *want)
{
	struct ra_route *entry;

	list_for_each_entry(entry, &sn->ipv6->ra_routes, node)
		if (same_way(&entry->route, want))
			return entry;
	return NULL;
}

static void route_drop(struct strata_net *sn, struct ra_route *entry)
{
	strata_route_del(sn, &entry->route, NULL);
	list_del(&entry->node);
	sn->ipv6->ra_route_count--;
	kfree(entry);
}

/* Each at a metric of its own: one router after the other. */
static int route_try(struct strata_net *sn, struct strata_route *route)
{
	int err = -EEXIST;

	for (route->metric = METRIC_MIN;
	     err == -EEXIST && route->metric < METRIC_MIN + ROUTES_MAX;
	     route->metric++)
		err = strata_route_add(sn, route, false, NULL);
	route->metric--;
	return err;
}

static void route_new(struct strata_net *sn, const struct strata_route *want,
		      u32 lifetime_s)
{
	struct ra_route *entry;

	if (sn->ipv6->ra_route_count >= ROUTES_MAX)
		return;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return;
	entry->route = *want;
	entry->expires = lifetime_end(lifetime_s);
	if (route_try(sn, &entry->route)) {
		kfree(entry);
		return;
	}
	sn->ipv6->ra_route_count++;
	list_add_tail(&entry->node, &sn->ipv6->ra_routes);
}

static void route_set(struct strata_net *sn, const struct strata_route *want,
		      u32 lifetime_s)
{
	struct ra_route *entry = route_find(sn, want);

	if (entry && lifetime_s)
		entry->expires = lifetime_end(lifetime_s);
	else if (entry)
		route_drop(sn, entry);
	else if (lifetime_s)
		route_new(sn, want, lifetime_s);
}

/**
 * strata_prefix_router() - a router has said for how long it is a default one
 * @link: where
 * @router: its link-local address
 * @lifetime_s: 0: not any more
 *
 * Context: process, strata_net.config held.
 */
void strata_prefix_router(struct strata_link *link,
			  const struct in6_addr *router, u32 lifetime_s)
{
	struct strata_route want = {
		.origin = STRATA_ROUTE_RA,
		.gateway = *router,
		.link = link,
	};

	route_set(link->sn, &want, lifetime_s);
	strata_follow_soon(link->sn);
}

/**
 * strata_prefix_no_routers() - no router of a link is a default one any more
 * @link: it is a router's own now
 *
 * Context: process, strata_net.config held.
 */
void strata_prefix_no_routers(const struct strata_link *link)
{
	struct strata_net *sn = link->sn;
	struct ra_route *entry, *next;

	list_for_each_entry_safe(entry, next, &sn->ipv6->ra_routes, node)
		if (entry->route.link == link &&
		    !ipv6_addr_any(&entry->route.gateway))
			route_drop(sn, entry);
}

static bool is_temporary(const struct strata_addr *addr)
{
	return test_bit(STRATA_ADDR_TEMPORARY, &addr->state);
}

/* The stable address that advertisements of a prefix made, NULL: none; *@count
 * of all that they made on the link.
 */
static struct strata_addr *auto_find(const struct strata_link *link,
				     const struct in6_addr *prefix,
				     unsigned int *count)
{
	struct strata_addr *addr = NULL, *found = NULL;

	*count = 0;
	while ((addr = strata_addr_next(link->sn, addr))) {
		if (addr->link != link || !addr->follow.expires ||
		    is_temporary(addr))
			continue;
		(*count)++;
		if (ipv6_prefix_equal(&addr->addr, prefix, ID_PLEN))
			found = addr;
	}
	return found;
}

/* RFC 4862 5.5.3 (e): nobody may end an address within two hours who does not
 * prove who he is.
 */
static u32 valid_lifetime(const struct strata_addr *addr, u32 valid_s)
{
	unsigned long left_s = 0;

	if (time_after(addr->follow.valid_until, jiffies))
		left_s = (addr->follow.valid_until - jiffies) / HZ;
	if (valid_s > TWO_HOURS_s || valid_s > left_s)
		return valid_s;
	return min_t(unsigned long, left_s, TWO_HOURS_s);
}

static void auto_refresh(struct strata_addr *addr, u32 valid_s, u32 preferred_s)
{
	addr->follow.valid_until = lifetime_end(valid_lifetime(addr, valid_s));
	addr->follow.preferred_until = lifetime_end(preferred_s);
	if (is_temporary(addr))
		strata_temp_cap(&addr->follow);
	if (time_before(jiffies, addr->follow.preferred_until) &&
	    test_and_clear_bit(STRATA_ADDR_DEPRECATED, &addr->state))
		strata_net_changed(addr->link->sn);
	strata_addr_changed(addr);
}

/* The stable one and the temporary ones of a prefix. */
static void auto_refresh_all(const struct strata_link *link,
			     const struct in6_addr *prefix, u32 valid_s,
			     u32 preferred_s)
{
	struct strata_addr *addr = NULL;

	while ((addr = strata_addr_next(link->sn, addr)))
		if (addr->link == link && addr->follow.expires &&
		    ipv6_prefix_equal(&addr->addr, prefix, ID_PLEN))
			auto_refresh(addr, valid_s, preferred_s);
}

static void auto_new(struct strata_link *link, const struct in6_addr *prefix,
		     u32 valid_s, u32 preferred_s)
{
	struct strata_addr_auto follow = {
		.expires = true,
		.valid_until = lifetime_end(valid_s),
		.preferred_until = lifetime_end(preferred_s),
	};
	struct in6_addr addr = *prefix;

	strata_stable_id(link, 0, &addr);
	strata_addr_add_auto(link, &addr, ID_PLEN,
			     BIT(STRATA_ADDR_AUTO) | BIT(STRATA_ADDR_TENTATIVE),
			     &follow, NULL);
}

/* RFC 4862 5.5.3 */
static void autoconfigure(struct strata_link *link,
			  const struct in6_addr *prefix,
			  const struct strata_prefix_option *info)
{
	u32 preferred_s = ntohl(info->preferred_s);
	u32 valid_s = ntohl(info->valid_s);
	struct strata_addr *addr;
	unsigned int count;

	if (preferred_s > valid_s || info->prefix_len != ID_PLEN)
		return;
	addr = auto_find(link, prefix, &count);
	if (addr)
		auto_refresh_all(link, prefix, valid_s, preferred_s);
	else if (valid_s && count < ADDRS_MAX)
		auto_new(link, prefix, valid_s, preferred_s);
}

/**
 * strata_prefix_advertised() - a router has told of a prefix
 * @link: where
 * @info: the option
 *
 * Context: process, strata_net.config held.
 */
void strata_prefix_advertised(struct strata_link *link,
			      const struct strata_prefix_option *info)
{
	struct strata_route want = {
		.plen = info->prefix_len,
		.origin = STRATA_ROUTE_RA,
		.link = link,
	};

	/* RFC 4861 6.3.4: the link-local prefix is none of a router's. */
	if (info->prefix_len > 128 ||
	    ipv6_addr_type(&info->prefix) & (IPV6_ADDR_LINKLOCAL |
					     IPV6_ADDR_MULTICAST |
					     IPV6_ADDR_MAPPED))
		return;
	ipv6_addr_prefix(&want.prefix, &info->prefix, info->prefix_len);
	if (info->flags & STRATA_PREFIX_ON_LINK)
		route_set(link->sn, &want, ntohl(info->valid_s));
	if (info->flags & STRATA_PREFIX_AUTONOMOUS)
		autoconfigure(link, &want.prefix, info);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_prefix_advertised);

/**
 * strata_prefix_forget() - a link goes, and what was advertised on it
 * @sn: the namespace's stack
 * @link: the link; NULL: all. Its routes and addresses are gone already
 *
 * Context: process, strata_net.config held.
 */
void strata_prefix_forget(struct strata_net *sn, const struct strata_link *link)
{
	struct ra_route *entry, *next;

	list_for_each_entry_safe(entry, next, &sn->ipv6->ra_routes, node) {
		if (link && entry->route.link != link)
			continue;
		list_del(&entry->node);
		sn->ipv6->ra_route_count--;
		kfree(entry);
	}
}

/* True if the address is gone. */
static bool addr_age(struct strata_addr *addr, struct strata_follow *follow)
{
	if (!time_before(follow->now, addr->follow.valid_until)) {
		strata_addr_del(addr->link, &addr->addr, addr->plen, NULL);
		return true;
	}
	strata_follow_at(follow, addr->follow.valid_until);
	if (time_before(follow->now, addr->follow.preferred_until)) {
		strata_follow_at(follow, addr->follow.preferred_until);
	} else if (!test_and_set_bit(STRATA_ADDR_DEPRECATED, &addr->state)) {
		strata_net_changed(addr->link->sn);
		strata_addr_changed(addr);
	}
	if (!is_temporary(addr))
		strata_temp_follow(addr, follow);
	return false;
}

/**
 * strata_prefix_run() - end what has lived its time
 * @sn: the namespace's stack
 * @follow: what is due, and out: when the next is
 *
 * Context: process, strata_net.config held.
 */
void strata_prefix_run(struct strata_net *sn, struct strata_follow *follow)
{
	struct ra_route *entry, *next;
	struct strata_addr *addr = NULL;

	while ((addr = strata_addr_next(sn, addr)))
		if (addr->follow.expires && addr_age(addr, follow))
			addr = NULL;	/* from the beginning */
	list_for_each_entry_safe(entry, next, &sn->ipv6->ra_routes, node) {
		if (time_before(follow->now, entry->expires))
			strata_follow_at(follow, entry->expires);
		else
			route_drop(sn, entry);
	}
}
