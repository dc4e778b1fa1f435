/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract of a route lookup algorithm.
 */
#ifndef _STRATA_FIB_H
#define _STRATA_FIB_H

#include <linux/in6.h>
#include <linux/module.h>
#include <strata/route.h>

/* Is one of its links up, and the one asked for (0: any)? Context: RCU. */
bool strata_nexthop_usable(const struct strata_nexthop *nexthop, int oif);

/**
 * strata_fib_usable() - may a lookup answer with this route?
 * @route: an entry whose prefix covers the destination
 * @oif: index of the link asked for, 0: any
 *
 * Context: RCU read side. Return: its link is up and the one asked for, or one of
 * its next hops' is, or it leads to none.
 */
static inline bool strata_fib_usable(const struct strata_route *route, int oif)
{
	if (likely(route->type == STRATA_ROUTE_UNICAST))
		return (!oif || route->link->ifindex == oif) &&
		       strata_link_is_up(route->link);
	return route->type != STRATA_ROUTE_NEXTHOP ||
	       strata_nexthop_usable(route->nexthop, oif);
}

/**
 * struct strata_fib_entry - a prefix, and where it leads
 * @prefix: masked to @plen
 * @plen: in the 128-bit form
 * @serial: of the namespace's routes, higher is younger; never 0; below 2^48
 * @route: where; shared by all prefixes that lead there. Borrowed
 *
 * A value: tables copy it. Entries of one prefix are told apart by @serial, and
 * are in the order of their route's metric, then of @serial.
 */
struct strata_fib_entry {
	struct in6_addr prefix;
	u8 plen;
	u64 serial;
	const struct strata_route *route;
};

/* The order of entries with one prefix: as memcmp(). */
static inline int strata_fib_order(const struct strata_fib_entry *a,
				   const struct strata_fib_entry *b)
{
	if (a->route->metric != b->route->metric)
		return a->route->metric < b->route->metric ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/**
 * struct strata_fib_algo - longest-prefix match
 * @owner: module. Required (NULL when built in)
 * @name: unique. Required
 * @create: an empty table, whose prefixes all share their first @base bits: 96
 *	for IPv4, 0 for IPv6. ERR_PTR(-errno). Required. Runs in: process
 * @destroy: frees a table with all that is in it; readers are gone. Required.
 *	Runs in: process
 * @insert: adds a copy of @entry. -ENOMEM, and then nothing has changed.
 *	Required. Runs in: process, one writer at a time
 * @remove: takes out the entry of this prefix and serial, which is there.
 *	Readers may still see its route until RCU has passed. Required. Runs in:
 *	process, one writer at a time
 * @lookup: the route of the longest prefix that covers @daddr, among equals the
 *	first in order, of those that strata_fib_usable() lets pass for @oif.
 *	While entries come and go, what it answers was true before or is true
 *	after. NULL if none. Required. Runs in: RCU read side, any
 * @walk: visits every entry from @prefix, @plen on, in the order of prefixes (a
 *	shorter one before the longer ones that begin with it) and of those with
 *	one prefix in strata_fib_order(); stops when @visit returns non-zero.
 *	The prefix to begin with need not be there. Required. Runs in: process,
 *	no writer
 *
 * A table holds one family: IPv4 and IPv6 routes never meet in one.
 */
struct strata_fib_algo {
	struct module *owner;
	const char *name;
	void *(*create)(u8 base);
	void (*destroy)(void *table);
	int (*insert)(void *table, const struct strata_fib_entry *entry);
	void (*remove)(void *table, const struct strata_fib_entry *entry);
	const struct strata_route *(*lookup)(void *table,
					     const struct in6_addr *daddr,
					     int oif);
	int (*walk)(void *table, const struct in6_addr *prefix, u8 plen,
		    int (*visit)(const struct strata_fib_entry *entry,
				 void *arg),
		    void *arg);
};

int strata_fib_register(const struct strata_fib_algo *algo);
void strata_fib_unregister(const struct strata_fib_algo *algo);

/* By name; with a reference on its module, for strata_fib_put(). NULL if none. */
const struct strata_fib_algo *strata_fib_get(const char *name);
void strata_fib_put(const struct strata_fib_algo *algo);

#endif /* _STRATA_FIB_H */
