// SPDX-License-Identifier: GPL-2.0
/*
 * Source filters (RFC 3376 3): what the users of a group want, taken together, is
 * what the link listens to.
 *
 * A link is in mode EXCLUDE as soon as one user is, and excludes what all such
 * users exclude and no other includes; else it includes what any user does. Two
 * numbers for each source say so: how many include it, how many exclude it.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <strata/group.h>
#include <strata/visibility.h>

#define ROBUSTNESS	2	/* RFC 3376 8.1, RFC 3810 9.1 */

const struct strata_filter strata_filter_none = { .mode = MCAST_INCLUDE };
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_filter_none);

/**
 * strata_filter_names() - is a source in a filter's list?
 * @filter: the filter; may be NULL
 * @source: the source
 *
 * Context: any; @filter stays.
 */
bool strata_filter_names(const struct strata_filter *filter,
			 const struct in6_addr *source)
{
	unsigned int i;

	for (i = 0; filter && i < filter->count; i++)
		if (ipv6_addr_equal(&filter->sources[i], source))
			return true;
	return false;
}

/**
 * strata_filter_passes() - is a source wanted?
 * @filter: the filter; may be NULL
 * @source: the source
 *
 * Context: any; @filter stays.
 */
bool strata_filter_passes(const struct strata_filter *filter,
			  const struct in6_addr *source)
{
	return !filter || (filter->mode == MCAST_INCLUDE) ==
			  strata_filter_names(filter, source);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_filter_passes);

/* Context: strata_net.config held, or RCU read side. */
static struct strata_source *find_source(const struct strata_group *group,
					 const struct in6_addr *addr)
{
	struct strata_source *source;

	hlist_for_each_entry_rcu(source, &group->sources, node,
				 lockdep_is_held(&group->link->sn->config))
		if (ipv6_addr_equal(&source->addr, addr))
			return source;
	return NULL;
}

/* RFC 3376 3.2 */
static bool source_heard(const struct strata_group *group,
			 const struct strata_source *source)
{
	unsigned int excluding = READ_ONCE(group->users[MCAST_EXCLUDE]);

	return READ_ONCE(source->users[MCAST_INCLUDE]) ||
	       READ_ONCE(source->users[MCAST_EXCLUDE]) < excluding;
}

/**
 * strata_group_hears() - does a link listen to a source of a group?
 * @group: the group on the link
 * @source: the source
 *
 * Context: strata_net.config held, or RCU read side.
 */
bool strata_group_hears(const struct strata_group *group,
			const struct in6_addr *source)
{
	const struct strata_source *named = find_source(group, source);

	return named ? source_heard(group, named) :
		       strata_group_mode(group) == MCAST_EXCLUDE;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_hears);

/**
 * strata_group_wants() - does a link listen to a source of a group?
 * @sn: the namespace's stack
 * @link: the link
 * @addr: of the group
 * @source: the source
 *
 * One that nobody has joined is not looked for here: what the link takes
 * nevertheless, as that of all hosts, comes from any source.
 *
 * Context: RCU read side.
 */
bool strata_group_wants(struct strata_net *sn, const struct strata_link *link,
			const struct in6_addr *addr,
			const struct in6_addr *source)
{
	const struct strata_group *group = strata_group_find(sn, link, addr);

	return !group || strata_group_hears(group, source);
}

static void drop_source(struct strata_group *group, struct strata_source *source)
{
	hlist_del_rcu(&source->node);
	group->source_count--;
	kfree_rcu(source, rcu);
}

static bool is_used(const struct strata_source *source)
{
	return source->users[MCAST_INCLUDE] || source->users[MCAST_EXCLUDE];
}

/* Whoever changes its sources often is not to keep others from naming some: what is
 * left of old ones is to tell that they are not wanted.
 */
static void forget_told(struct strata_group *group)
{
	struct strata_source *source;
	struct hlist_node *next;

	hlist_for_each_entry_safe(source, next, &group->sources, node)
		if (!is_used(source) && source->tell_left)
			drop_source(group, source);
}

static int name_source(struct strata_group *group, const struct in6_addr *addr)
{
	struct strata_source *source;

	if (find_source(group, addr))
		return 0;
	if (group->source_count >= STRATA_GROUP_SOURCES_MAX)
		return -ENOBUFS;
	source = kzalloc(sizeof(*source), GFP_KERNEL_ACCOUNT);
	if (!source)
		return -ENOMEM;
	source->addr = *addr;
	source->heard = strata_group_mode(group) == MCAST_EXCLUDE;
	group->source_count++;
	hlist_add_head_rcu(&source->node, &group->sources);
	return 0;
}

/**
 * strata_group_name_sources() - make room for the sources of a filter
 * @group: the group
 * @filter: the filter; may be NULL
 *
 * Context: process, strata_net.config held. Return: 0, -ENOBUFS, -ENOMEM: what was
 * made goes with strata_group_settle().
 */
int strata_group_name_sources(struct strata_group *group,
			      const struct strata_filter *filter)
{
	unsigned int i, count = filter ? filter->count : 0;
	int err = 0;

	if (group->source_count + count > STRATA_GROUP_SOURCES_MAX)
		forget_told(group);
	for (i = 0; !err && i < count; i++)
		err = name_source(group, &filter->sources[i]);
	return err;
}

/* A program may name a source twice; it counts once. */
static bool named_before(const struct strata_filter *filter, unsigned int at)
{
	unsigned int i;

	for (i = 0; i < at; i++)
		if (ipv6_addr_equal(&filter->sources[i], &filter->sources[at]))
			return true;
	return false;
}

/* @by: 1 or -1. A filter that passes nothing is no user. */
static void count_user(struct strata_group *group,
		       const struct strata_filter *filter, int by)
{
	u8 mode = filter ? filter->mode : MCAST_EXCLUDE;
	unsigned int count = filter ? filter->count : 0;
	struct strata_source *source;
	unsigned int i;

	if (mode == MCAST_EXCLUDE || count)
		WRITE_ONCE(group->users[mode], group->users[mode] + by);
	for (i = 0; i < count; i++) {
		if (named_before(filter, i))
			continue;
		source = find_source(group, &filter->sources[i]);
		WRITE_ONCE(source->users[mode], source->users[mode] + by);
	}
}

/* RFC 3376 5.1: sources are told by themselves, unless the mode's record has all. */
static bool note_sources(struct strata_group *group, bool told, bool mode_told)
{
	struct strata_source *source;
	bool changed = false;
	bool heard;

	hlist_for_each_entry(source, &group->sources, node) {
		heard = source_heard(group, source);
		if (!told || mode_told) {
			source->tell_left = 0;
		} else if (heard != source->heard) {
			source->tell_left = ROBUSTNESS;
			changed = true;
		}
		source->heard = heard;
	}
	return changed;
}

/**
 * strata_group_replace() - change the filter of one user
 * @group: the group, with @to's sources made by strata_group_name_sources()
 * @from: the user's filter until now
 * @to: from now on
 * @told: routers are told what changes
 *
 * Context: process, strata_net.config held. Return: there is something to tell.
 */
bool strata_group_replace(struct strata_group *group,
			  const struct strata_filter *from,
			  const struct strata_filter *to, bool told)
{
	bool listened = strata_group_listens(group);
	u8 mode = strata_group_mode(group);
	bool flipped, joined;

	count_user(group, to, 1);
	count_user(group, from, -1);
	flipped = strata_group_mode(group) != mode;
	joined = strata_group_listens(group) != listened;
	if (!told || flipped)
		group->mode_left = told ? ROBUSTNESS : 0;
	if (!told || joined)
		group->member_left = told ? ROBUSTNESS : 0;
	if (!note_sources(group, told, flipped) && !(told && (flipped || joined)))
		return false;
	group->tell_at = jiffies;
	return true;
}

/**
 * strata_group_all_new() - tell of a group as if it were joined now
 * @group: the group
 *
 * Context: process, strata_net.config held.
 */
void strata_group_all_new(struct strata_group *group)
{
	bool exclude = strata_group_mode(group) == MCAST_EXCLUDE;
	struct strata_source *source;

	group->mode_left = exclude ? ROBUSTNESS : 0;
	group->member_left = strata_group_listens(group) ? ROBUSTNESS : 0;
	hlist_for_each_entry(source, &group->sources, node)
		source->tell_left = !exclude && source->heard ? ROBUSTNESS : 0;
	group->tell_at = jiffies;
}

/**
 * strata_group_drop_sources() - forget sources without users
 * @group: the group
 * @all: and all others
 *
 * Context: process, strata_net.config held. Return: some are still to be told of.
 */
bool strata_group_drop_sources(struct strata_group *group, bool all)
{
	struct strata_source *source;
	struct hlist_node *next;
	bool left = false;

	hlist_for_each_entry_safe(source, next, &group->sources, node) {
		left |= source->tell_left;
		if (all || (!source->tell_left && !is_used(source)))
			drop_source(group, source);
	}
	return left;
}
