/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract of a route lookup algorithm.
 */
#ifndef _STRATA_FIB_H
#define _STRATA_FIB_H

#include <linux/in6.h>
#include <linux/module.h>
#include <strata/route.h>

/**
 * strata_fib_usable() - may a lookup answer with this route?
 * @route: an entry whose prefix covers the destination
 * @oif: index of the link asked for, 0: any
 *
 * Context: RCU read side. Return: its link is up and the one asked for.
 */
static inline bool strata_fib_usable(const struct strata_route *route, int oif)
{
	return (!oif || route->link->ifindex == oif) &&
	       strata_link_is_up(route->link);
}

/**
 * struct strata_fib_algo - longest-prefix match over &struct strata_route
 * @owner: module. Required (NULL when built in)
 * @name: unique. Required
 * @create: an empty table; ERR_PTR(-errno). Required. Runs in: process
 * @destroy: frees an emptied table; readers are gone. Required. Runs in:
 *	process
 * @insert: adds @route, which the table then refers to but does not own, after
 *	those with its prefix whose metric is not higher. Entries may be equal
 *	in all. -ENOMEM, and then nothing has changed. Required. Runs in:
 *	process, one writer at a time
 * @remove: takes @route out. Readers may still see it until RCU has passed.
 *	Required. Runs in: process, one writer at a time
 * @next: of the entries with exactly this prefix and length, in order of
 *	metric, the one after @prev; @prev NULL: the first. NULL if none.
 *	Required. Runs in: process, one writer at a time
 * @lookup: the entry of the longest prefix that covers @daddr, among equals
 *	the lowest metric, of those that strata_fib_usable() lets pass for
 *	@oif. NULL if none. Required. Runs in: RCU read side, any
 * @walk: visits every entry from @prefix, @plen on, in the order of prefixes (a
 *	shorter one before the longer ones that begin with it) and of those with
 *	one prefix in the order of @next; stops when @visit returns non-zero.
 *	The prefix to begin with need not be there. Required. Runs in: process,
 *	no writer
 *
 * A table holds one family: IPv4 and IPv6 routes never meet in one.
 */
struct strata_fib_algo {
	struct module *owner;
	const char *name;
	void *(*create)(void);
	void (*destroy)(void *table);
	int (*insert)(void *table, struct strata_route *route);
	void (*remove)(void *table, struct strata_route *route);
	struct strata_route *(*next)(void *table,
				     const struct in6_addr *prefix, u8 plen,
				     struct strata_route *prev);
	const struct strata_route *(*lookup)(void *table,
					     const struct in6_addr *daddr,
					     int oif);
	int (*walk)(void *table, const struct in6_addr *prefix, u8 plen,
		    int (*visit)(const struct strata_route *route, void *arg),
		    void *arg);
};

int strata_fib_register(const struct strata_fib_algo *algo);
void strata_fib_unregister(const struct strata_fib_algo *algo);

/* By name; with a reference on its module, for strata_fib_put(). NULL if none. */
const struct strata_fib_algo *strata_fib_get(const char *name);
void strata_fib_put(const struct strata_fib_algo *algo);

#endif /* _STRATA_FIB_H */
