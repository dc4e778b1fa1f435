// SPDX-License-Identifier: GPL-2.0
/*
 * The buckets by which a group of next hops spreads flows: each has a home among
 * the members, by their weights, and somebody who has it now.
 */
#include <linux/netdevice.h>
#include "nexthop.h"

/* As many as the weight says, and one at the least. */
static void share_out(const struct strata_nexthop_spec *spec, u16 *quota)
{
	unsigned int i, most = 0, total = 0, before = 0;

	for (i = 0; i < spec->count; i++)
		total += spec->member[i].weight;
	for (i = 0; i < spec->count; i++) {
		quota[i] = STRATA_NEXTHOP_BUCKETS * (before + spec->member[i].weight) / total -
			   STRATA_NEXTHOP_BUCKETS * before / total;
		before += spec->member[i].weight;
		if (quota[i] > quota[most])
			most = i;
	}
	for (i = 0; i < spec->count; i++) {
		if (quota[i])
			continue;
		quota[i]++;
		quota[most]--;
	}
}

/* Who of @spec is the member that had a bucket of a group that was @old_spec. */
static u8 heir(const struct strata_nexthop_spec *spec,
	       const struct strata_nexthop_spec *old_spec, const u8 *had,
	       unsigned int bucket)
{
	if (!had)
		return STRATA_NEXTHOP_NOBODY;
	return strata_nexthop_member_index(spec, old_spec->member[had[bucket]].id);
}

/* Homes by the weights; who had a bucket before keeps it where there is room. */
static void settle_homes(struct strata_nexthop_info *info,
			 const struct strata_nexthop_spec *spec,
			 const struct strata_nexthop_info *old,
			 const struct strata_nexthop_spec *old_spec)
{
	u16 left[STRATA_NEXTHOP_MEMBERS];
	unsigned int bucket, member = 0;
	u8 who;

	share_out(spec, left);
	for (bucket = 0; bucket < STRATA_NEXTHOP_BUCKETS; bucket++) {
		who = heir(spec, old_spec, old ? old->home : NULL, bucket);
		if (who != STRATA_NEXTHOP_NOBODY && left[who])
			left[who]--;
		else
			who = STRATA_NEXTHOP_NOBODY;
		info->home[bucket] = who;
	}
	for (bucket = 0; bucket < STRATA_NEXTHOP_BUCKETS; bucket++) {
		if (info->home[bucket] != STRATA_NEXTHOP_NOBODY)
			continue;
		while (!left[member])
			member++;
		left[member]--;
		info->home[bucket] = member;
	}
}

static bool hop_alive(const struct strata_hop *hop)
{
	return strata_link_is_up(hop->link) && netif_carrier_ok(hop->link->dev);
}

/* The member alive that has least, for its weight. */
static u8 lend_to(const struct strata_nexthop_spec *spec, unsigned long alive,
		  const u16 *used)
{
	unsigned int i;
	u8 best = STRATA_NEXTHOP_NOBODY;

	for_each_set_bit(i, &alive, spec->count)
		if (best == STRATA_NEXTHOP_NOBODY ||
		    used[i] * spec->member[best].weight <
		    used[best] * spec->member[i].weight)
			best = i;
	return best;
}

/**
 * strata_buckets_lend() - who has each bucket, now that links went up or down
 * @info: of a group
 * @spec: what it is
 *
 * Its home; while that is dead the one that it was lent to. Where all are dead nothing
 * changes.
 *
 * Context: process, strata_net.config held.
 */
void strata_buckets_lend(struct strata_nexthop_info *info,
			 const struct strata_nexthop_spec *spec)
{
	u16 used[STRATA_NEXTHOP_MEMBERS] = {};
	unsigned long alive = 0;
	unsigned int i;
	u8 who;

	rcu_read_lock();
	for (i = 0; i < info->count; i++)
		alive |= (unsigned long)hop_alive(&info->hop[i]) << i;
	rcu_read_unlock();
	if (!alive)
		return;
	for (i = 0; i < STRATA_NEXTHOP_BUCKETS; i++) {
		if (alive & BIT(info->home[i]))
			WRITE_ONCE(info->now[i], info->home[i]);
		if (alive & BIT(info->now[i]))
			used[info->now[i]]++;
	}
	for (i = 0; i < STRATA_NEXTHOP_BUCKETS; i++) {
		if (alive & BIT(info->now[i]))
			continue;
		who = lend_to(spec, alive, used);
		used[who]++;
		WRITE_ONCE(info->now[i], who);
	}
}

/**
 * strata_buckets_settle() - give each bucket a home, and to who has it
 * @info: of a group, not yet published
 * @spec: what it is to be
 * @old: what the group was, or NULL
 * @old_spec: likewise
 *
 * Context: process, strata_net.config held.
 */
void strata_buckets_settle(struct strata_nexthop_info *info,
			   const struct strata_nexthop_spec *spec,
			   const struct strata_nexthop_info *old,
			   const struct strata_nexthop_spec *old_spec)
{
	unsigned int bucket;
	u8 who;

	settle_homes(info, spec, old, old_spec);
	/* What is lent stays lent to the same, if that is still there. */
	for (bucket = 0; bucket < STRATA_NEXTHOP_BUCKETS; bucket++) {
		who = heir(spec, old_spec, old ? old->now : NULL, bucket);
		info->now[bucket] = who == STRATA_NEXTHOP_NOBODY ?
				    info->home[bucket] : who;
	}
	strata_buckets_lend(info, spec);
}
