// SPDX-License-Identifier: GPL-2.0
/*
 * Policy rules: which tables a packet's way is looked up in, in which order.
 *
 * A namespace begins with the kernel's rules: our own addresses, the main table
 * and, for IPv4, the default one. As long as these say no more than "look into
 * the main table", strata_route_net.ruled is false and no packet comes here.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <strata/rule.h>
#include <strata/visibility.h>
#include "table.h"

#define PRIORITY_MAIN		32766
#define PRIORITY_DEFAULT	32767
#define IIF_NONE		(-1)	/* the device is not attached */

/**
 * struct rule_entry - a rule in the list
 * @rule: what it says; constant, but for @rule.detached
 * @iif: index of its device, IIF_NONE, or 0: it is the loopback's; written under
 *	strata_net.config
 * @slot: the table, NULL: it has no routes; written under strata_net.config, RCU
 * @node: in strata_route_net.rules; RCU
 * @rcu: frees
 */
struct rule_entry {
	struct strata_rule rule;
	int iif;
	struct strata_table_slot __rcu *slot;
	struct list_head node;
	struct rcu_head rcu;
};

static int rules_of(u8 family)
{
	return family == AF_INET ? STRATA_ROUTE_IPV4 : STRATA_ROUTE_IPV6;
}

static bool is_local(const struct strata_rule *rule)
{
	return rule->action == STRATA_RULE_TABLE &&
	       rule->table == STRATA_TABLE_LOCAL;
}

/* ---- lookup ---- */

static bool in_prefix(const struct in6_addr *addr, const struct in6_addr *prefix,
		      u8 plen)
{
	return !plen || (addr && ipv6_prefix_equal(addr, prefix, plen));
}

static bool rule_matches(const struct rule_entry *entry,
			 const struct strata_lookup *lookup)
{
	const struct strata_rule *rule = &entry->rule;

	if (*rule->iif && READ_ONCE(entry->iif) != lookup->iif)
		return false;
	return !((rule->mark ^ lookup->mark) & rule->mask) &&
	       in_prefix(lookup->saddr, &rule->from, rule->from_len) &&
	       in_prefix(lookup->daddr, &rule->to, rule->to_len);
}

/* What a rule that refuses answers with: nothing but a type. */
static const struct strata_route *rule_refusal(const struct strata_rule *rule)
{
	static const struct strata_route refusals[] = {
		[STRATA_RULE_BLACKHOLE] = { .type = STRATA_ROUTE_BLACKHOLE },
		[STRATA_RULE_UNREACHABLE] = { .type = STRATA_ROUTE_UNREACHABLE },
		[STRATA_RULE_PROHIBIT] = { .type = STRATA_ROUTE_PROHIBIT },
	};

	return &refusals[rule->action];
}

/**
 * strata_rules_find() - the best route, by the rules
 * @rn: the namespace's routes
 * @family: &enum strata_route_family of the destination
 * @lookup: what is known of the packet
 *
 * Context: RCU read side. Return: borrowed, NULL if none.
 */
const struct strata_route *strata_rules_find(const struct strata_route_net *rn,
					     int family,
					     const struct strata_lookup *lookup)
{
	const struct strata_table_slot *slot;
	const struct strata_route *route;
	const struct rule_entry *entry;

	list_for_each_entry_rcu(entry, &rn->rules[family], node) {
		if (!rule_matches(entry, lookup))
			continue;
		if (entry->rule.action != STRATA_RULE_TABLE)
			return rule_refusal(&entry->rule);
		slot = rcu_dereference(entry->slot);
		if (!slot)
			continue;
		route = strata_table_lookup(slot, family, lookup->daddr,
					    lookup->oif);
		if (route)
			return route;
	}
	return NULL;
}

/* ---- what rules lead to ---- */

static int iif_of(struct strata_net *sn, const char *name)
{
	struct strata_link *link = NULL;

	if (!strcmp(name, "lo") || !strcmp(name, STRATA_LINK_NAME))
		return 0;
	while ((link = strata_link_next(sn, link)))
		if (!link->dead && !strcmp(link->dev->name, name))
			return link->ifindex;
	return IIF_NONE;
}

static bool matches_all(const struct strata_rule *rule)
{
	return !*rule->iif && !rule->mask && !rule->from_len && !rule->to_len;
}

/* Do a family's rules say more than that all is in the main table? */
static bool rules_decide(const struct strata_route_net *rn, int family)
{
	const struct strata_table_slot *slot;
	const struct rule_entry *entry;
	bool has_main = false;

	list_for_each_entry(entry, &rn->rules[family], node) {
		if (entry->rule.action != STRATA_RULE_TABLE)
			return true;
		slot = rcu_dereference_protected(entry->slot, true);
		if (!slot)
			continue;
		if (slot != &rn->main || !matches_all(&entry->rule))
			return true;
		has_main = true;
	}
	return !has_main;
}

static void rule_settle_device(struct strata_net *sn, struct rule_entry *entry)
{
	bool was_detached = entry->rule.detached;

	WRITE_ONCE(entry->iif, iif_of(sn, entry->rule.iif));
	entry->rule.detached = *entry->rule.iif && entry->iif == IIF_NONE;
	if (entry->rule.detached != was_detached)
		strata_rule_tell(sn, STRATA_RULE_CHANGED, &entry->rule);
}

/**
 * strata_rules_settle() - tables, devices or rules have come or gone
 * @sn: the namespace's stack
 *
 * Readers may see a table that went until RCU has passed.
 *
 * Context: process, strata_net.config held.
 */
void strata_rules_settle(struct strata_net *sn)
{
	struct strata_route_net *rn = sn->route;
	struct rule_entry *entry;
	int family;

	lockdep_assert_held(&sn->config);
	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++) {
		list_for_each_entry(entry, &rn->rules[family], node) {
			rule_settle_device(sn, entry);
			if (entry->rule.action == STRATA_RULE_TABLE)
				rcu_assign_pointer(entry->slot,
						   strata_table_of(rn, entry->rule.table));
		}
		WRITE_ONCE(rn->ruled[family], rules_decide(rn, family));
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rules_settle);

/* ---- configuration ---- */

/* Behind those of the same priority. */
static void rule_insert(struct strata_route_net *rn, struct rule_entry *new)
{
	struct list_head *rules = &rn->rules[rules_of(new->rule.family)];
	struct rule_entry *entry;

	list_for_each_entry(entry, rules, node)
		if (entry->rule.priority > new->rule.priority)
			break;
	list_add_tail_rcu(&new->node, &entry->node);
	rn->rule_count++;
}

static struct rule_entry *rule_new(const struct strata_rule *rule)
{
	struct rule_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);

	if (entry)
		entry->rule = *rule;
	return entry;
}

static void rule_remove(struct strata_route_net *rn, struct rule_entry *entry)
{
	list_del_rcu(&entry->node);
	rn->rule_count--;
	kfree_rcu(entry, rcu);
}

/* As fib_default_rule_pref() of the kernel: before all but the first. */
static u32 free_priority(const struct strata_route_net *rn, int family)
{
	const struct list_head *second = rn->rules[family].next->next;
	u32 priority = 0;

	if (second != &rn->rules[family])
		priority = list_entry(second, struct rule_entry,
				      node)->rule.priority;
	return priority ? priority - 1 : 0;
}

static bool rules_equal(const struct strata_rule *a, const struct strata_rule *b)
{
	return a->priority == b->priority && a->action == b->action &&
	       a->table == b->table && a->mark == b->mark &&
	       a->mask == b->mask && a->from_len == b->from_len &&
	       a->to_len == b->to_len &&
	       ipv6_addr_equal(&a->from, &b->from) &&
	       ipv6_addr_equal(&a->to, &b->to) && !strcmp(a->iif, b->iif);
}

static int check_rule(const struct strata_route_net *rn,
		      const struct strata_rule *rule,
		      struct netlink_ext_ack *extack)
{
	const struct rule_entry *entry;

	if (is_local(rule)) {
		NL_SET_ERR_MSG(extack,
			       "This host's addresses always come first: no other rule can lead to them");
		return -EINVAL;
	}
	if (rule->mark & ~rule->mask) {
		NL_SET_ERR_MSG(extack, "The mark has bits that its mask has not");
		return -EINVAL;
	}
	if (rn->rule_count >= STRATA_RULE_LIMIT) {
		NL_SET_ERR_MSG(extack, "Too many rules in this namespace");
		return -ENOSPC;
	}
	list_for_each_entry(entry, &rn->rules[rules_of(rule->family)], node) {
		if (!rules_equal(&entry->rule, rule))
			continue;
		NL_SET_ERR_MSG(extack, "Such a rule exists");
		return -EEXIST;
	}
	return 0;
}

/**
 * strata_rule_add() - add a policy rule
 * @sn: the namespace's stack
 * @rule: a description; it is copied
 * @given: STRATA_RULE_HAS_PRIORITY: its priority counts
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -EEXIST, -ENOSPC,
 * -ENOMEM.
 */
int strata_rule_add(struct strata_net *sn, const struct strata_rule *rule,
		    u32 given, struct netlink_ext_ack *extack)
{
	struct strata_route_net *rn = sn->route;
	struct strata_rule want = *rule;
	struct rule_entry *entry;
	int err;

	lockdep_assert_held(&sn->config);
	if (!(given & STRATA_RULE_HAS_PRIORITY))
		want.priority = free_priority(rn, rules_of(want.family));
	if (want.action != STRATA_RULE_TABLE)
		want.table = 0;
	err = check_rule(rn, &want, extack);
	if (err)
		return err;
	entry = rule_new(&want);
	if (!entry)
		return -ENOMEM;
	entry->iif = iif_of(sn, want.iif);
	entry->rule.detached = *want.iif && entry->iif == IIF_NONE;
	rule_insert(rn, entry);
	strata_rules_settle(sn);
	strata_rule_tell(sn, STRATA_RULE_ADDED, &entry->rule);
	strata_net_changed(sn);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_rule_add);

/* Is what @want says true of @rule? What it does not say is any. */
static bool rule_has(const struct strata_rule *rule,
		     const struct strata_rule *want, u32 given)
{
	if (given & STRATA_RULE_HAS_PRIORITY &&
	    rule->priority != want->priority)
		return false;
	if (given & STRATA_RULE_HAS_ACTION &&
	    (rule->action != want->action || rule->table != want->table))
		return false;
	if (want->mask &&
	    (rule->mark != want->mark || rule->mask != want->mask))
		return false;
	if (want->from_len && (rule->from_len != want->from_len ||
			       !ipv6_addr_equal(&rule->from, &want->from)))
		return false;
	if (want->to_len && (rule->to_len != want->to_len ||
			     !ipv6_addr_equal(&rule->to, &want->to)))
		return false;
	return !*want->iif || !strcmp(rule->iif, want->iif);
}

/**
 * strata_rule_del() - delete a policy rule
 * @sn: the namespace's stack
 * @rule: the first one that has all that is given
 * @given: STRATA_RULE_HAS_*
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -ENOENT.
 */
int strata_rule_del(struct strata_net *sn, const struct strata_rule *rule,
		    u32 given, struct netlink_ext_ack *extack)
{
	struct strata_route_net *rn = sn->route;
	struct strata_rule want = *rule;
	struct rule_entry *entry;

	lockdep_assert_held(&sn->config);
	if (want.action != STRATA_RULE_TABLE)
		want.table = 0;
	list_for_each_entry(entry, &rn->rules[rules_of(want.family)], node) {
		if (is_local(&entry->rule) ||
		    !rule_has(&entry->rule, &want, given))
			continue;
		want = entry->rule;
		rule_remove(rn, entry);
		strata_rules_settle(sn);
		strata_rule_tell(sn, STRATA_RULE_REMOVED, &want);
		strata_net_changed(sn);
		return 0;
	}
	NL_SET_ERR_MSG(extack, "No such rule, or it is the one of this host's addresses");
	return -ENOENT;
}
EXPORT_SYMBOL_GPL(strata_rule_del);

/**
 * strata_rule_at() - a rule by its place
 * @sn: the namespace's stack
 * @index: of both families, IPv4's first
 *
 * Context: process, strata_net.config held. Return: NULL: there are no more.
 */
const struct strata_rule *strata_rule_at(struct strata_net *sn,
					 unsigned int index)
{
	const struct rule_entry *entry;
	int family;

	lockdep_assert_held(&sn->config);
	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
		list_for_each_entry(entry, &sn->route->rules[family], node)
			if (!index--)
				return &entry->rule;
	return NULL;
}
EXPORT_SYMBOL_GPL(strata_rule_at);

/* ---- life ---- */

static const struct strata_rule default_rules[] = {
	{ .family = AF_INET, .table = STRATA_TABLE_LOCAL },
	{ .family = AF_INET, .table = STRATA_TABLE_MAIN,
	  .priority = PRIORITY_MAIN },
	{ .family = AF_INET, .table = STRATA_TABLE_DEFAULT,
	  .priority = PRIORITY_DEFAULT },
	{ .family = AF_INET6, .table = STRATA_TABLE_LOCAL },
	{ .family = AF_INET6, .table = STRATA_TABLE_MAIN,
	  .priority = PRIORITY_MAIN },
};

/**
 * strata_rules_exit() - free the rules
 * @rn: the namespace's routes; readers are gone
 *
 * Context: process.
 */
void strata_rules_exit(struct strata_route_net *rn)
{
	struct rule_entry *entry, *next;
	int family;

	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
		list_for_each_entry_safe(entry, next, &rn->rules[family], node)
			rule_remove(rn, entry);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rules_exit);

/**
 * strata_rules_init() - the rules that a namespace begins with
 * @rn: the namespace's routes, with the main table
 *
 * Context: process. Return: 0, -ENOMEM.
 */
int strata_rules_init(struct strata_route_net *rn)
{
	struct rule_entry *entry;
	unsigned int i;

	for (i = 0; i < STRATA_ROUTE_FAMILIES; i++)
		INIT_LIST_HEAD(&rn->rules[i]);
	for (i = 0; i < ARRAY_SIZE(default_rules); i++) {
		entry = rule_new(&default_rules[i]);
		if (!entry) {
			strata_rules_exit(rn);
			return -ENOMEM;
		}
		if (entry->rule.table == STRATA_TABLE_MAIN)
			RCU_INIT_POINTER(entry->slot, &rn->main);
		rule_insert(rn, entry);
	}
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rules_init);
