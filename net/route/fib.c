// SPDX-License-Identifier: GPL-2.0
/*
 * The routes of a namespace: added, deleted, looked up, visited.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "nexthop.h"
#include "table.h"

static BLOCKING_NOTIFIER_HEAD(route_chain);

/**
 * strata_route_notifier_register() - follow routes as they come and go
 * @nb: called with &enum strata_route_event and the &struct strata_fib_entry
 *
 * Context: process. Return: 0 or -EEXIST.
 */
int strata_route_notifier_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&route_chain, nb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_route_notifier_register);

/**
 * strata_route_notifier_unregister() - no longer follow routes
 * @nb: registered; not called once this returns
 *
 * Context: process.
 */
void strata_route_notifier_unregister(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&route_chain, nb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_route_notifier_unregister);

static void route_tell(enum strata_route_event event,
		       struct strata_fib_entry *entry)
{
	blocking_notifier_call_chain(&route_chain, event, entry);
}

static int route_insert(struct strata_net *sn, const struct strata_route *like,
			struct strata_fib_entry *entry,
			struct netlink_ext_ack *extack)
{
	int family = strata_route_family(&like->prefix);
	struct strata_route_net *rn = sn->route;
	struct strata_route want = *like;
	struct strata_table_slot *slot;
	struct strata_table *table;
	int err;

	lockdep_assert_held(&sn->config);
	if (rn->routes >= STRATA_ROUTE_LIMIT) {
		NL_SET_ERR_MSG(extack, "Too many routes in this namespace");
		return -ENOSPC;
	}
	slot = strata_table_get(sn, like->table, extack);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	table = strata_slot_table(slot);
	entry->prefix = like->prefix;
	entry->plen = like->plen;
	entry->serial = rn->route_serial + 1;
	want.table = slot->id;
	entry->route = strata_route_share(rn, &want);
	err = entry->route ? table->algo->insert(table->fib[family], entry) :
			     -ENOMEM;
	if (err) {
		if (entry->route)
			strata_route_unshare(rn, entry->route);
		strata_tables_reap(sn);
		return err;
	}
	if (like->nexthop)
		strata_nexthop_use(like->nexthop, family);
	slot->entries++;
	rn->route_serial++;
	rn->routes++;
	return 0;
}

/* Out of its table. Who follows routes is told while it still can be read. */
static void route_erase(struct strata_net *sn, struct strata_fib_entry *entry,
			bool tell)
{
	int family = strata_route_family(&entry->prefix);
	struct strata_route_net *rn = sn->route;
	struct strata_table_slot *slot = strata_table_of(rn,
							 entry->route->table);
	struct strata_nexthop *nexthop = entry->route->nexthop;
	struct strata_table *table = strata_slot_table(slot);

	lockdep_assert_held(&sn->config);
	slot->entries--;
	table->algo->remove(table->fib[family], entry);
	rn->routes--;
	if (tell)
		route_tell(STRATA_ROUTE_REMOVED, entry);
	strata_route_unshare(rn, entry->route);
	if (nexthop)
		strata_nexthop_unuse(rn, nexthop, family);
}

/**
 * strata_route_insert() - add a copy of a route, unconditionally
 * @sn: the namespace's stack
 * @like: checked already; link set
 * @old: its place is taken once the new one is there; NULL: nobody's
 * @extack: for the reason of a refusal
 *
 * The caller calls strata_net_changed().
 *
 * Context: process, strata_net.config held. Return: 0, -ENOSPC, -ENOMEM, -EINVAL
 * (a table that takes no routes).
 */
int strata_route_insert(struct strata_net *sn, const struct strata_route *like,
			struct strata_fib_entry *old,
			struct netlink_ext_ack *extack)
{
	struct strata_fib_entry entry;
	int err = route_insert(sn, like, &entry, extack);

	if (err)
		return err;
	if (old)
		route_erase(sn, old, false);
	route_tell(old ? STRATA_ROUTE_REPLACED : STRATA_ROUTE_ADDED, &entry);
	return 0;
}

/**
 * strata_route_erase() - take a route out
 * @sn: the namespace's stack
 * @entry: in the table; readers may see its route until RCU has passed
 *
 * The caller calls strata_net_changed() and strata_tables_reap().
 *
 * Context: process, strata_net.config held.
 */
void strata_route_erase(struct strata_net *sn, struct strata_fib_entry *entry)
{
	route_erase(sn, entry, true);
}

/* What strata_route_next() looks for: what follows @at, of the same prefix. */
struct sequel {
	struct strata_fib_entry *at;
	bool found;
};

static int sequel_visit(const struct strata_fib_entry *entry, void *arg)
{
	struct sequel *sequel = arg;
	struct strata_fib_entry *at = sequel->at;

	if (entry->plen != at->plen ||
	    !ipv6_addr_equal(&entry->prefix, &at->prefix))
		return 1;
	if (at->serial && strata_fib_order(entry, at) <= 0)
		return 0;
	*at = *entry;
	sequel->found = true;
	return 1;
}

/**
 * strata_route_next() - visit the routes of exactly one prefix
 * @sn: the namespace's stack
 * @table: number of their table
 * @prefix: masked
 * @plen: its length
 * @at: the last one visited, all 0 at first; out: the next in order of metric
 *
 * Context: process, strata_net.config held. Return: there is one.
 */
bool strata_route_next(struct strata_net *sn, u32 table,
		       const struct in6_addr *prefix, u8 plen,
		       struct strata_fib_entry *at)
{
	struct strata_table_slot *slot = strata_table_of(sn->route, table);
	struct sequel sequel = { .at = at };
	const struct strata_table *now;

	lockdep_assert_held(&sn->config);
	if (!slot)
		return false;
	now = strata_slot_table(slot);
	at->prefix = *prefix;
	at->plen = plen;
	now->algo->walk(now->fib[strata_route_family(prefix)], prefix, plen,
			sequel_visit, &sequel);
	return sequel.found;
}

#define PURGE_BATCH	8

/* Entries that are to go; a walk finds them, and they go when it stands. */
struct purge {
	bool (*match)(const struct strata_route *route, const void *arg);
	const void *arg;
	unsigned int count;
	struct strata_fib_entry entry[PURGE_BATCH];
};

static int purge_visit(const struct strata_fib_entry *entry, void *arg)
{
	struct purge *purge = arg;

	if (purge->match(entry->route, purge->arg))
		purge->entry[purge->count++] = *entry;
	return purge->count == PURGE_BATCH;
}

static void purge_family(struct strata_net *sn,
			 const struct strata_table *table, int family,
			 struct purge *purge)
{
	struct in6_addr prefix = in6addr_any;
	unsigned int i;
	u8 plen = 0;

	do {
		purge->count = 0;
		table->algo->walk(table->fib[family], &prefix, plen,
				  purge_visit, purge);
		for (i = 0; i < purge->count; i++) {
			prefix = purge->entry[i].prefix;
			plen = purge->entry[i].plen;
			strata_route_erase(sn, &purge->entry[i]);
		}
	} while (purge->count == PURGE_BATCH);
}

static void route_purge(struct strata_net *sn,
			bool (*match)(const struct strata_route *route,
				      const void *arg),
			const void *arg)
{
	struct purge purge = { .match = match, .arg = arg };
	struct strata_table_slot *slot;
	int family;

	list_for_each_entry(slot, &sn->route->tables, node)
		for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
			purge_family(sn, strata_slot_table(slot), family,
				     &purge);
	strata_tables_reap(sn);
}

static bool match_all(const struct strata_route *route, const void *arg)
{
	return true;
}

/**
 * strata_route_purge_all() - take out every route
 * @sn: the namespace's stack
 *
 * Context: process, strata_net.config held.
 */
void strata_route_purge_all(struct strata_net *sn)
{
	route_purge(sn, match_all, NULL);
}

static bool match_link(const struct strata_route *route, const void *link)
{
	return route->link == link;
}

/**
 * strata_route_purge_link() - take out every route of a link
 * @sn: the namespace's stack
 * @link: it goes
 *
 * Context: process, strata_net.config held.
 */
void strata_route_purge_link(struct strata_net *sn,
			     const struct strata_link *link)
{
	route_purge(sn, match_link, link);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_route_purge_link);

static bool match_dying(const struct strata_route *route, const void *arg)
{
	return route->nexthop && route->nexthop->dying;
}

/**
 * strata_route_purge_dying() - take out every route whose next hop dies
 * @sn: the namespace's stack
 *
 * Next hops without a number have gone afterwards.
 *
 * Context: process, strata_net.config held.
 */
void strata_route_purge_dying(struct strata_net *sn)
{
	route_purge(sn, match_dying, NULL);
}

static bool match_source(const struct strata_route *route, const void *source)
{
	return ipv6_addr_equal(&route->source, source);
}

/**
 * strata_route_purge_source() - take out every route that prefers a source
 * @sn: the namespace's stack
 * @source: no longer ours
 *
 * Context: process, strata_net.config held.
 */
void strata_route_purge_source(struct strata_net *sn,
			       const struct in6_addr *source)
{
	route_purge(sn, match_source, source);
}

/**
 * strata_route_find() - the best route to a destination, whatever its type
 * @sn: the namespace's stack
 * @lookup: what is known of the packet
 *
 * Context: RCU read side. Return: borrowed, NULL if none.
 */
const struct strata_route *strata_route_find(struct strata_net *sn,
					     struct strata_lookup *lookup)
{
	const struct strata_route_net *rn = sn->route;
	int family = strata_route_family(lookup->daddr);
	const struct strata_route *route;

	if (unlikely(READ_ONCE(rn->ruled[family])))
		route = strata_rules_find(rn, family, lookup);
	else
		route = strata_table_lookup(&rn->main, family, lookup->daddr,
					    lookup->oif);
	if (unlikely(!route))
		return NULL;
	if (unlikely(route->type == STRATA_ROUTE_NEXTHOP))
		return strata_nexthop_choose(rn, route, lookup);
	lookup->hop = &route->hop;
	return route;
}
EXPORT_SYMBOL_GPL(strata_route_find);

/**
 * strata_route_hop() - the first hop of our own packets' way, if there is one
 * @sn: the namespace's stack
 * @daddr: destination
 * @oif: index of the output link, 0: any
 *
 * Context: RCU read side. Return: borrowed, NULL if none, or if it refuses.
 */
const struct strata_hop *strata_route_hop(struct strata_net *sn,
					  const struct in6_addr *daddr, int oif)
{
	struct strata_lookup lookup = { .daddr = daddr, .oif = oif };
	const struct strata_route *route = strata_route_find(sn, &lookup);

	return strata_route_error(route) ? NULL : lookup.hop;
}
EXPORT_SYMBOL_GPL(strata_route_hop);

/**
 * strata_route_leaves_by() - can what goes there leave by a link?
 * @route: as found, and it does not refuse
 * @link: the link
 *
 * Context: RCU read side.
 */
bool strata_route_leaves_by(const struct strata_route *route,
			    const struct strata_link *link)
{
	return route->type == STRATA_ROUTE_NEXTHOP ?
	       strata_nexthop_usable(route->nexthop, link->ifindex) :
	       route->link == link;
}
EXPORT_SYMBOL_GPL(strata_route_leaves_by);

/* What a walk carries from route to route. */
struct walk {
	struct strata_route_at *at;
	int (*visit)(const struct strata_route *route, void *arg);
	void *arg;
};

/* Was @entry visited before the walk came to @at? They are of one family. */
static bool walk_passed(const struct strata_route_at *at,
			const struct strata_fib_entry *entry)
{
	if (!at->serial || entry->plen != at->plen ||
	    !ipv6_addr_equal(&entry->prefix, &at->prefix))
		return false;
	if (entry->route->metric != at->metric)
		return entry->route->metric < at->metric;
	return entry->serial <= at->serial;
}

static int walk_visit(const struct strata_fib_entry *entry, void *arg)
{
	const struct walk *walk = arg;
	struct strata_route route;
	int ret;

	if (walk_passed(walk->at, entry))
		return 0;
	route = *entry->route;
	route.prefix = entry->prefix;
	route.plen = entry->plen;
	ret = walk->visit(&route, walk->arg);
	if (ret)
		return ret;
	*walk->at = (struct strata_route_at) {
		.prefix = entry->prefix,
		.plen = entry->plen,
		.table = route.table,
		.metric = route.metric,
		.serial = entry->serial,
	};
	return 0;
}

static int walk_table(const struct strata_table_slot *slot, struct walk *walk)
{
	const struct strata_table *table = strata_slot_table(slot);
	struct in6_addr prefix = walk->at->prefix;
	int family = 0, ret = 0;
	u8 plen = walk->at->plen;

	if (walk->at->serial)
		family = strata_route_family(&prefix);
	for (; family < STRATA_ROUTE_FAMILIES && !ret; family++) {
		ret = table->algo->walk(table->fib[family], &prefix, plen,
					walk_visit, walk);
		prefix = in6addr_any;
		plen = 0;
	}
	return ret;
}

/**
 * strata_route_walk() - visit every route, IPv4 before IPv6 in each table
 * @sn: the namespace's stack
 * @table: number of the one table to visit; 0: all, by their number
 * @at: the last one visited, all 0 at first; moves with the walk
 * @visit: non-zero stops, and @at then stands before the route it refused
 * @arg: for @visit
 *
 * Context: process, strata_net.config held. Return: what @visit returned, or 0.
 */
int strata_route_walk(struct strata_net *sn, u32 table,
		      struct strata_route_at *at,
		      int (*visit)(const struct strata_route *route, void *arg),
		      void *arg)
{
	struct walk walk = { at, visit, arg };
	struct strata_table_slot *slot;
	int ret = 0;

	lockdep_assert_held(&sn->config);
	list_for_each_entry(slot, &sn->route->tables, node) {
		if (slot->id < at->table || (table && slot->id != table))
			continue;
		if (slot->id != at->table)
			*at = (struct strata_route_at){ .table = slot->id };
		ret = walk_table(slot, &walk);
		if (ret)
			break;
	}
	return ret;
}
EXPORT_SYMBOL_GPL(strata_route_walk);

/* The route that @want would stand beside: same table, prefix and metric. */
static bool route_twin(struct strata_net *sn, const struct strata_route *want,
		       struct strata_fib_entry *twin)
{
	while (strata_route_next(sn, want->table, &want->prefix, want->plen,
				 twin))
		if (twin->route->metric == want->metric)
			return true;
	return false;
}

/**
 * strata_route_add() - add a route, or replace one
 * @sn: the namespace's stack
 * @route: a description on the caller's stack (link borrowed); it is copied
 * @replace: take the place of the static route with this prefix and metric in
 *	its table
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -ENETUNREACH,
 * -ENODEV, -EEXIST, -ENOSPC, -ENOMEM.
 */
int strata_route_add(struct strata_net *sn, const struct strata_route *route,
		     bool replace, struct netlink_ext_ack *extack)
{
	struct strata_route want = *route;
	struct strata_fib_entry twin = {};
	bool has_twin;
	int err;

	err = strata_route_check(sn, &want, extack);
	if (err)
		return err;
	has_twin = route_twin(sn, &want, &twin);
	if (has_twin && !replace) {
		NL_SET_ERR_MSG(extack,
			       "A route with this prefix and metric exists");
		return -EEXIST;
	}
	if (has_twin && twin.route->origin == STRATA_ROUTE_KERNEL) {
		NL_SET_ERR_MSG(extack,
			       "The route of an address cannot be replaced");
		return -EEXIST;
	}
	err = strata_route_insert(sn, &want, has_twin ? &twin : NULL, extack);
	if (!err)
		strata_net_changed(sn);
	return err;
}
EXPORT_SYMBOL_GPL(strata_route_add);

static bool route_matches(const struct strata_route *route,
			  const struct strata_route *want)
{
	if (want->metric && want->metric != route->metric)
		return false;
	if (want->type != STRATA_ROUTE_UNICAST && want->type != route->type)
		return false;
	if (want->link && !strata_route_uses(route, want->link->ifindex))
		return false;
	if (want->nexthop && want->nexthop != route->nexthop)
		return false;
	return strata_addr_any(&want->gateway) ||
	       ipv6_addr_equal(&want->gateway, &route->gateway);
}

/**
 * strata_route_del() - delete a route
 * @sn: the namespace's stack
 * @route: table, prefix and length; metric, type, gateway and link match where set
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -ESRCH.
 */
int strata_route_del(struct strata_net *sn, const struct strata_route *route,
		     struct netlink_ext_ack *extack)
{
	struct strata_fib_entry found = {};
	int err;

	err = strata_route_check_prefix(route, extack);
	if (err)
		return err;
	while (strata_route_next(sn, route->table, &route->prefix, route->plen,
				 &found)) {
		if (!route_matches(found.route, route))
			continue;
		strata_route_erase(sn, &found);
		strata_tables_reap(sn);
		strata_net_changed(sn);
		return 0;
	}
	NL_SET_ERR_MSG(extack, "No such route");
	return -ESRCH;
}
EXPORT_SYMBOL_GPL(strata_route_del);
