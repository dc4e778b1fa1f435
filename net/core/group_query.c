// SPDX-License-Identifier: GPL-2.0
/*
 * What routers ask of groups (RFC 3376 5.2, RFC 3810 6.2): the answer waits for a
 * random moment. As long as a router of an older version is on a link, reports
 * there are in its words (RFC 3376 7.2.1, RFC 3810 8.2.1); which that is stands in
 * the link's group of all hosts, which every link is in.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <strata/group.h>
#include <strata/packet.h>
#include <strata/visibility.h>

#define OLD_ROUTER_JIFFIES	(260 * HZ)	/* RFC 3376 8.12: 2 * 125 s + 10 s */

/**
 * strata_group_version() - what do the routers on a link understand?
 * @link: the link
 * @ops: of which family
 *
 * Context: strata_net.config held. Return: STRATA_GROUP_V1, ...
 */
u8 strata_group_version(const struct strata_link *link,
			const struct strata_group_ops *ops)
{
	const struct strata_group *all = strata_group_find(link->sn, link,
							   ops->all);

	if (!all || !all->version || time_after(jiffies, all->version_until))
		return STRATA_GROUP_NEWEST;
	return all->version;
}

static void heed_version(struct strata_link *link,
			 const struct strata_group_ops *ops, u8 version)
{
	struct strata_group *all = strata_group_find(link->sn, link, ops->all);

	if (!all || version == STRATA_GROUP_NEWEST ||
	    version > strata_group_version(link, ops))
		return;
	all->version = version;
	all->version_until = jiffies + OLD_ROUTER_JIFFIES;
}

static void read_addr(const struct strata_group_ops *ops, const u8 *wire,
		      struct in6_addr *addr)
{
	strata_addr_from4(addr, 0);
	memcpy(addr->s6_addr + sizeof(*addr) - ops->addr_len, wire,
	       ops->addr_len);
}

/* The sources that a router asks of beside those it asked of before. NULL: too many;
 * it may hear of all.
 */
static struct strata_filter *
add_sources(const struct strata_filter *before,
	    const struct strata_group_ops *ops,
	    const struct strata_group_query *query)
{
	unsigned int old = before ? before->count : 0;
	unsigned int count = old + query->source_count;
	struct strata_filter *of;
	unsigned int i;

	if (count > STRATA_GROUP_SOURCES_MAX)
		return NULL;
	of = kzalloc(struct_size(of, sources, count), GFP_KERNEL_ACCOUNT);
	if (!of)
		return NULL;
	if (old)
		memcpy(of->sources, before->sources, old * sizeof(*of->sources));
	of->count = old;
	for (i = 0; i < query->source_count; i++) {
		read_addr(ops, query->sources + i * ops->addr_len,
			  &of->sources[of->count]);
		if (!strata_filter_names(of, &of->sources[of->count]))
			of->count++;
	}
	return of;
}

/* An answer that is due sooner answers this query too, and one that tells all is
 * the answer to a query for some.
 */
static void ask(struct strata_group *group, const struct strata_group_ops *ops,
		const struct strata_group_query *query, unsigned long at)
{
	struct strata_filter *before = group->asked_of;
	bool of_all = group->asked && !before;

	if (!of_all) {
		group->asked_of = query->source_count ?
				  add_sources(before, ops, query) : NULL;
		kfree(before);
	}
	if (!group->asked || time_before(at, group->answer_at))
		group->answer_at = at;
	group->asked = true;
}

/**
 * strata_group_asked() - a router wants to know
 * @link: where
 * @ops: of which family
 * @query: what
 *
 * Context: process, strata_net.config held.
 */
void strata_group_asked(struct strata_link *link,
			const struct strata_group_ops *ops,
			const struct strata_group_query *query)
{
	unsigned long at = jiffies + get_random_u32() %
			   (query->within_jiffies + 1);
	struct strata_group *group = NULL;

	heed_version(link, ops, query->version);
	while ((group = strata_group_next(link->sn, group)))
		if (group->link == link &&
		    strata_group_ops_of(&group->addr) == ops &&
		    ops->is_told(group) &&
		    (strata_addr_any(&query->group) ||
		     ipv6_addr_equal(&query->group, &group->addr)))
			ask(group, ops, query, at);
}

/**
 * strata_group_code() - a number that may be a floating point one
 * @code: as it was sent
 * @mantissa_bits: 4 in IGMP (RFC 3376 4.1.1), 12 in MLD (RFC 3810 5.1.3); above them
 *	are three bits of exponent and one that says so
 *
 * Context: any.
 */
u32 strata_group_code(u32 code, unsigned int mantissa_bits)
{
	u32 one = BIT(mantissa_bits);

	if (!(code & (one << 3)))
		return code;
	return ((code & (one - 1)) | one) <<
	       (((code >> mantissa_bits) & 7) + 3);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_code);
