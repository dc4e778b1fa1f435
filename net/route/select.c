// SPDX-License-Identifier: GPL-2.0
/*
 * Which of our addresses to send from.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <strata/visibility.h>
#include "table.h"

/* RFC 6724 2.1: the default policy's labels, longest prefix first. */
static const struct label {
	struct in6_addr prefix;
	u8 plen;
	u8 label;
} labels[] = {
	{ IN6ADDR_LOOPBACK_INIT, 128, 0 },
	{ { .s6_addr = { [10] = 0xff, 0xff } }, 96, 4 },	/* v4-mapped */
	{ IN6ADDR_ANY_INIT, 96, 3 },				/* v4-compatible */
	{ { .s6_addr = { 0x20, 0x01 } }, 32, 5 },		/* Teredo */
	{ { .s6_addr = { 0x20, 0x02 } }, 16, 2 },		/* 6to4 */
	{ { .s6_addr = { 0x3f, 0xfe } }, 16, 12 },		/* 6bone */
	{ { .s6_addr = { 0xfe, 0xc0 } }, 10, 11 },		/* site-local */
	{ { .s6_addr = { 0xfc } }, 7, 13 },			/* unique local */
	{ IN6ADDR_ANY_INIT, 0, 1 },
};

/**
 * struct choice - what RFC 6724 compares candidates by
 * @link: the way out
 * @daddr: destination
 * @scope: of @daddr
 * @label: of @daddr
 * @temporary: these are preferred, RFC 6724 5, rule 7
 */
struct choice {
	const struct strata_link *link;
	const struct in6_addr *daddr;
	int scope;
	u8 label;
	bool temporary;
};

static u8 label_of(const struct in6_addr *addr)
{
	const struct label *entry = labels;

	while (!ipv6_prefix_equal(addr, &entry->prefix, entry->plen))
		entry++;
	return entry->label;
}

/* RFC 6724 3.1: multicast scopes and unicast scopes on one scale. */
static int scope_of(const struct in6_addr *addr)
{
	if (ipv6_addr_is_multicast(addr))
		return IPV6_ADDR_MC_SCOPE(addr);
	switch (ipv6_addr_type(addr) & IPV6_ADDR_SCOPE_MASK) {
	case IPV6_ADDR_LOOPBACK:
	case IPV6_ADDR_LINKLOCAL:
		return IPV6_ADDR_SCOPE_LINKLOCAL;
	case IPV6_ADDR_SITELOCAL:
		return IPV6_ADDR_SCOPE_SITELOCAL;
	}
	return IPV6_ADDR_SCOPE_GLOBAL;
}

/* RFC 6724 4: for group and link-local destinations, only the link's own. */
static bool candidate(const struct choice *choice,
		      const struct strata_addr *addr)
{
	if (strata_addr_is4(&addr->addr) ||
	    READ_ONCE(addr->state) & STRATA_ADDR_UNUSABLE)
		return false;
	if (addr->link == choice->link)
		return true;
	return !ipv6_addr_is_multicast(choice->daddr) &&
	       choice->scope != IPV6_ADDR_SCOPE_LINKLOCAL &&
	       scope_of(&addr->addr) != IPV6_ADDR_SCOPE_LINKLOCAL;
}

/* Rule 2: the smallest scope that reaches; else the widest there is. */
static int scope_rank(const struct choice *choice,
		      const struct strata_addr *addr)
{
	int scope = scope_of(&addr->addr);

	return scope >= choice->scope ? IPV6_ADDR_SCOPE_GLOBAL + 1 - scope :
					scope - IPV6_ADDR_SCOPE_GLOBAL - 1;
}

/* Rule 8, on the prefix alone (RFC 6724 2.2). */
static int common_bits(const struct choice *choice,
		       const struct strata_addr *addr)
{
	return min_t(int, ipv6_addr_diff(&addr->addr, choice->daddr),
		     addr->plen);
}

/* RFC 6724 5: positive: @a is the better source, negative: @b. */
static int compare(const struct choice *choice, const struct strata_addr *a,
		   const struct strata_addr *b)
{
	int diff;

	/* Rule 1: the destination itself. */
	diff = ipv6_addr_equal(&a->addr, choice->daddr) -
	       ipv6_addr_equal(&b->addr, choice->daddr);
	if (diff)
		return diff;
	diff = scope_rank(choice, a) - scope_rank(choice, b);
	if (diff)
		return diff;
	/* Rule 3: avoid deprecated addresses. */
	diff = test_bit(STRATA_ADDR_DEPRECATED, &b->state) -
	       test_bit(STRATA_ADDR_DEPRECATED, &a->state);
	if (diff)
		return diff;
	/* Rule 5: of the link that the packet leaves by. */
	diff = (a->link == choice->link) - (b->link == choice->link);
	if (diff)
		return diff;
	/* Rule 6: of the destination's kind. */
	diff = (label_of(&a->addr) == choice->label) -
	       (label_of(&b->addr) == choice->label);
	if (diff)
		return diff;
	/* Rule 7: a temporary one, or just not, as it is wanted. */
	diff = test_bit(STRATA_ADDR_TEMPORARY, &a->state) -
	       test_bit(STRATA_ADDR_TEMPORARY, &b->state);
	if (diff)
		return choice->temporary ? diff : -diff;
	return common_bits(choice, a) - common_bits(choice, b);
}

/* RFC 5014 7: a program's wish comes before the namespace's. */
static bool wants_temporary(const struct strata_route_net *rn, u16 flags)
{
	if (flags & (STRATA_FLOW_TEMPORARY | STRATA_FLOW_STABLE))
		return flags & STRATA_FLOW_TEMPORARY;
	return READ_ONCE(rn->prefer_temporary);
}

/* @flags: STRATA_FLOW_TEMPORARY or STRATA_FLOW_STABLE of them */
static struct strata_addr *select6(const struct strata_link *link,
				   const struct in6_addr *daddr, u16 flags)
{
	const struct strata_route_net *rn = link->sn->route;
	struct strata_addr *addr, *best = NULL;
	struct choice choice = {
		.link = link,
		.daddr = daddr,
		.scope = scope_of(daddr),
		.label = label_of(daddr),
		.temporary = wants_temporary(rn, flags),
	};

	list_for_each_entry_rcu(addr, &rn->addr_list, node) {
		if (!candidate(&choice, addr))
			continue;
		if (!best || compare(&choice, addr, best) > 0)
			best = addr;
	}
	return best;
}

/* The oldest address on @link in @next's subnet, else the oldest on @link, else
 * (an unnumbered link) the oldest on any link but the loopback (RFC 1122
 * 3.3.4.3).
 */
static struct strata_addr *select4(const struct strata_link *link,
				   const struct in6_addr *next)
{
	const struct strata_route_net *rn = link->sn->route;
	struct strata_addr *addr, *here = NULL, *other = NULL;

	list_for_each_entry_rcu(addr, &rn->addr_list, node) {
		if (!strata_addr_is4(&addr->addr) ||
		    READ_ONCE(addr->state) & STRATA_ADDR_UNUSABLE)
			continue;
		if (addr->link == link) {
			if (ipv6_prefix_equal(&addr->addr, next, addr->plen))
				return addr;
			here = here ?: addr;
		} else if (!(addr->link->flags & STRATA_LINK_LOOPBACK)) {
			other = other ?: addr;
		}
	}
	return here ?: other;
}

/**
 * strata_addr_prefer_temporary() - which of stable and temporary addresses
 * @sn: the namespace's stack
 * @prefer: the temporary ones
 *
 * Context: process.
 */
void strata_addr_prefer_temporary(struct strata_net *sn, bool prefer)
{
	WRITE_ONCE(sn->route->prefer_temporary, prefer);
	strata_net_changed(sn);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_addr_prefer_temporary);

/**
 * strata_addr_select() - our address to use towards a destination
 * @link: the way out
 * @daddr: destination; for IPv4, the gateway towards it where there is one
 *
 * IPv4: one in the same subnet first. IPv6: RFC 6724 5.
 *
 * Context: RCU read side. Return: borrowed; NULL: no address of that family.
 */
struct strata_addr *strata_addr_select(struct strata_link *link,
				       const struct in6_addr *daddr)
{
	return strata_addr_is4(daddr) ? select4(link, daddr) :
					select6(link, daddr, 0);
}
EXPORT_SYMBOL_GPL(strata_addr_select);

/**
 * strata_addr_select_flow() - strata_addr_select() for a program
 * @link: the way out
 * @flow: whereto; IPv6. What it prefers is heeded
 *
 * Context: RCU read side. Return: borrowed; NULL: no address of that family.
 */
struct strata_addr *strata_addr_select_flow(struct strata_link *link,
					    const struct strata_flow *flow)
{
	return select6(link, &flow->daddr, flow->flags);
}
EXPORT_SYMBOL_GPL(strata_addr_select_flow);
