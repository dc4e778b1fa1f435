// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops that routes share: which flows take which, and which move when one
 * goes.
 */
#include <kunit/test.h>
#include <strata/nexthop.h>
#include "../../net/route/nexthop.h"
#include "../../net/route/table.h"
#include "../fault.h"
#include "../ipv4/station.h"

#define NET		0x14000000U	/* 20.0.0.0 */
#define PEER		STATION_PEER
#define FAR_PEER	STATION_FAR_PEER
#define THIRD		(STATION_PEER + 1)
#define V4_PLEN		96
#define FLOWS		2000
#define GROUP		10

/* Of each flow, the gateway that it took. */
struct ways {
	u32 gateway[FLOWS];
};

static void find_ways(struct ways *ways)
{
	struct in6_addr daddr;
	unsigned int i;

	for (i = 0; i < FLOWS; i++) {
		struct strata_lookup lookup = { .daddr = &daddr };
		const struct strata_route *route;

		daddr = strata_station_addr(NET + i);
		rcu_read_lock();
		route = strata_route_find(strata_station.sn, &lookup);
		ways->gateway[i] = strata_route_error(route) ? 0 :
			ntohl(strata_addr_to4(&lookup.hop->gateway));
		rcu_read_unlock();
	}
}

static struct ways *ways_new(struct kunit *test)
{
	struct ways *ways = kunit_kzalloc(test, sizeof(*ways), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ways);
	find_ways(ways);
	return ways;
}

static unsigned int took(const struct ways *ways, u32 gateway)
{
	unsigned int i, flows = 0;

	for (i = 0; i < FLOWS; i++)
		flows += ways->gateway[i] == gateway;
	return flows;
}

/* Flows that moved although they did not take @gone before. */
static unsigned int moved_but(const struct ways *before,
			      const struct ways *after, u32 gone)
{
	unsigned int i, flows = 0;

	for (i = 0; i < FLOWS; i++)
		flows += before->gateway[i] != gone &&
			 after->gateway[i] != before->gateway[i];
	return flows;
}

static struct strata_nexthop_spec *spec_new(struct kunit *test, u32 id)
{
	struct strata_nexthop_spec *spec;

	spec = kunit_kzalloc(test, sizeof(*spec), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, spec);
	spec->id = id;
	return spec;
}

static int set_nexthop(const struct strata_nexthop_spec *spec, bool replace)
{
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_nexthop_add(strata_station.sn, spec, replace, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static int set_single(struct kunit *test, u32 id, u32 gateway)
{
	struct strata_nexthop_spec *spec = spec_new(test, id);

	spec->count = 1;
	spec->member[0].weight = 1;
	spec->member[0].hop.gateway = strata_station_addr(gateway);
	return set_nexthop(spec, true);
}

/* Of the next hops 1, 2 and 3 with these weights; 0: without it. */
static int set_group(struct kunit *test, u16 first, u16 second, u16 third)
{
	struct strata_nexthop_spec *spec = spec_new(test, GROUP);
	const u16 weights[] = { first, second, third };
	unsigned int i;

	spec->group = true;
	for (i = 0; i < ARRAY_SIZE(weights); i++) {
		if (!weights[i])
			continue;
		spec->member[spec->count].id = i + 1;
		spec->member[spec->count++].weight = weights[i];
	}
	return set_nexthop(spec, true);
}

static int del_nexthop(u32 id)
{
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_nexthop_del(strata_station.sn, id, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static int add_route(u32 id)
{
	struct strata_route route = {
		.prefix = strata_station_addr(NET),
		.plen = V4_PLEN + 8,
		.origin = STRATA_ROUTE_STATIC,
	};
	int err;

	mutex_lock(&strata_station.sn->config);
	route.nexthop = strata_nexthop_find(strata_station.sn, id);
	err = strata_route_add(strata_station.sn, &route, false, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static void set_up(struct kunit *test, bool up)
{
	rtnl_lock();
	if (up)
		KUNIT_EXPECT_EQ(test, dev_open(strata_station.far_dev, NULL),
				0);
	else
		dev_close(strata_station.far_dev);
	rtnl_unlock();
}

static int nexthop_init(struct kunit *test)
{
	int err = strata_station_far_init(test);

	if (err)
		return err;
	return set_single(test, 1, PEER) ?: set_single(test, 2, FAR_PEER) ?:
	       set_single(test, 3, THIRD);
}

static void nexthop_exit(struct kunit *test)
{
	unsigned int id;

	for (id = 1; id <= 3; id++)
		del_nexthop(id);
	KUNIT_EXPECT_EQ(test, strata_station.sn->route->nexthop_count, 0);
	strata_station_exit(test);
}

static void flows_follow_the_weights(struct kunit *test)
{
	struct ways *ways;

	KUNIT_ASSERT_EQ(test, set_group(test, 1, 3, 0), 0);
	KUNIT_ASSERT_EQ(test, add_route(GROUP), 0);
	ways = ways_new(test);
	KUNIT_EXPECT_EQ(test, took(ways, PEER) + took(ways, FAR_PEER), FLOWS);
	/* A quarter, within six times its standard deviation */
	KUNIT_EXPECT_GT(test, took(ways, PEER), FLOWS / 4 - 120);
	KUNIT_EXPECT_LT(test, took(ways, PEER), FLOWS / 4 + 120);
}

/* Of the first one's 1024 buckets, one in 1281 would be its share. */
static void however_small_its_weight_each_has_a_bucket(struct kunit *test)
{
	struct strata_nexthop_spec *spec = spec_new(test, GROUP);
	unsigned int had[6] = {}, i;
	const struct strata_nexthop_info *info;

	for (i = 4; i <= 6; i++)
		KUNIT_ASSERT_EQ(test, set_single(test, i, THIRD), 0);
	spec->group = true;
	for (i = 0; i < ARRAY_SIZE(had); i++) {
		spec->member[spec->count].id = i + 1;
		spec->member[spec->count++].weight = i ? 256 : 1;
	}
	KUNIT_ASSERT_EQ(test, set_nexthop(spec, true), 0);
	mutex_lock(&strata_station.sn->config);
	info = rcu_dereference_protected(strata_nexthop_find(strata_station.sn,
							     GROUP)->info, 1);
	for (i = 0; i < STRATA_NEXTHOP_BUCKETS; i++) {
		KUNIT_ASSERT_LT(test, info->home[i], ARRAY_SIZE(had));
		had[info->home[i]]++;
	}
	mutex_unlock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, had[0], 1);
	for (i = 1; i < ARRAY_SIZE(had); i++) {
		KUNIT_EXPECT_GE(test, had[i], 204);
		KUNIT_EXPECT_LE(test, had[i], 205);
	}
	for (i = 4; i <= 6; i++)
		KUNIT_EXPECT_EQ(test, del_nexthop(i), 0);
}

static void only_flows_of_the_one_that_goes_move(struct kunit *test)
{
	struct ways *all, *less, *again;

	KUNIT_ASSERT_EQ(test, set_group(test, 1, 2, 1), 0);
	KUNIT_ASSERT_EQ(test, add_route(GROUP), 0);
	all = ways_new(test);
	/* A member that is taken out of the group */
	KUNIT_ASSERT_EQ(test, set_group(test, 1, 2, 0), 0);
	less = ways_new(test);
	KUNIT_EXPECT_EQ(test, took(less, THIRD), 0);
	KUNIT_EXPECT_EQ(test, moved_but(all, less, THIRD), 0);
	/* one that comes takes its share, and no more than that moves */
	KUNIT_ASSERT_EQ(test, set_group(test, 1, 2, 1), 0);
	again = ways_new(test);
	KUNIT_EXPECT_GT(test, took(again, THIRD), FLOWS / 4 - 120);
	KUNIT_EXPECT_LT(test, moved_but(less, again, 0), FLOWS / 4 + 120);
	/* one that is deleted */
	KUNIT_EXPECT_EQ(test, del_nexthop(1), 0);
	find_ways(less);
	KUNIT_EXPECT_EQ(test, took(less, PEER), 0);
	KUNIT_EXPECT_EQ(test, moved_but(again, less, PEER), 0);
}

static void buckets_of_a_dead_link_are_lent(struct kunit *test)
{
	struct ways *all, *dead;

	KUNIT_ASSERT_EQ(test, set_group(test, 1, 2, 1), 0);
	KUNIT_ASSERT_EQ(test, add_route(GROUP), 0);
	all = ways_new(test);
	set_up(test, false);
	dead = ways_new(test);
	KUNIT_EXPECT_EQ(test, took(dead, PEER) + took(dead, THIRD), FLOWS);
	KUNIT_EXPECT_EQ(test, moved_but(all, dead, FAR_PEER), 0);
	/* among both of the others */
	KUNIT_EXPECT_GT(test, took(dead, PEER), FLOWS / 2 - 150);
	KUNIT_EXPECT_GT(test, took(dead, THIRD), FLOWS / 2 - 150);
	/* and come home with the link */
	set_up(test, true);
	find_ways(dead);
	KUNIT_EXPECT_EQ(test, moved_but(all, dead, 0), 0);
	/* A next hop whose only link is down is none */
	KUNIT_ASSERT_EQ(test, set_group(test, 0, 1, 0), 0);
	set_up(test, false);
	find_ways(dead);
	KUNIT_EXPECT_EQ(test, took(dead, 0), FLOWS);
	set_up(test, true);
}

static void what_is_lent_stays_when_a_group_changes(struct kunit *test)
{
	struct ways *before, *after;

	KUNIT_ASSERT_EQ(test, set_group(test, 1, 2, 1), 0);
	KUNIT_ASSERT_EQ(test, add_route(GROUP), 0);
	set_up(test, false);
	before = ways_new(test);
	/*
	 * Half of the dead one's buckets are lent to the third. A fifth of them
	 * and of the third's own, a tenth of all in sum, are now the first's.
	 */
	KUNIT_ASSERT_EQ(test, set_group(test, 2, 2, 1), 0);
	after = ways_new(test);
	KUNIT_EXPECT_LT(test, moved_but(before, after, 0), FLOWS / 10 + 80);
	set_up(test, true);
}

static void a_change_is_for_all_routes(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, add_route(1), 0);
	KUNIT_EXPECT_EQ(test, took(ways_new(test), PEER), FLOWS);
	KUNIT_EXPECT_EQ(test, set_single(test, 1, FAR_PEER), 0);
	KUNIT_EXPECT_EQ(test, took(ways_new(test), FAR_PEER), FLOWS);
	/* also through a group */
	KUNIT_EXPECT_EQ(test, del_nexthop(1), 0);
	KUNIT_EXPECT_EQ(test, took(ways_new(test), 0), FLOWS);
	KUNIT_ASSERT_EQ(test, set_group(test, 0, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, add_route(GROUP), 0);
	KUNIT_EXPECT_EQ(test, set_single(test, 2, THIRD), 0);
	KUNIT_EXPECT_EQ(test, took(ways_new(test), THIRD), FLOWS);
	/* A single one does not become a group, a group not a single one */
	KUNIT_EXPECT_EQ(test, set_single(test, GROUP, PEER), -EINVAL);
	KUNIT_EXPECT_EQ(test, del_nexthop(2), 0);
	KUNIT_EXPECT_EQ(test, del_nexthop(3), 0);
	/* The group and its route went with the last */
	KUNIT_EXPECT_EQ(test, del_nexthop(GROUP), -ENOENT);
	KUNIT_EXPECT_EQ(test, took(ways_new(test), 0), FLOWS);
}

static void next_hops_are_bounded(struct kunit *test)
{
	unsigned int id, err = 0;

	for (id = 100; id < 100 + STRATA_NEXTHOP_LIMIT - 3; id++)
		err |= set_single(test, id, PEER);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, set_single(test, id, PEER), -ENOSPC);
	while (id-- > 100)
		err |= del_nexthop(id);
	KUNIT_EXPECT_EQ(test, err, 0);
}

static int make_group(void *spec)
{
	return set_nexthop(spec, false);
}

static void made_or_not(struct kunit *test, int err, void *unused)
{
	KUNIT_EXPECT_EQ(test, strata_station.sn->route->nexthop_count,
			err ? 3 : 4);
	if (!err)
		KUNIT_EXPECT_EQ(test, del_nexthop(GROUP), 0);
}

static void a_group_needs_all_its_memory(struct kunit *test)
{
	struct strata_nexthop_spec *spec = spec_new(test, GROUP);

	spec->group = true;
	spec->count = 2;
	spec->member[0].id = 1;
	spec->member[0].weight = 1;
	spec->member[1].id = 2;
	spec->member[1].weight = 1;
	fault_each(test, make_group, made_or_not, spec);
}

static int move_member(void *spec)
{
	return set_nexthop(spec, true);
}

static void moved_or_not(struct kunit *test, int err, void *spec)
{
	struct ways *ways = ways_new(test);

	KUNIT_EXPECT_EQ(test, took(ways, PEER), err ? FLOWS : 0);
	KUNIT_EXPECT_EQ(test, took(ways, THIRD), err ? 0 : FLOWS);
	if (!err)
		KUNIT_EXPECT_EQ(test, set_single(test, 1, PEER), 0);
}

static void a_member_changes_with_its_groups_or_not_at_all(struct kunit *test)
{
	struct strata_nexthop_spec *spec = spec_new(test, 1);

	KUNIT_ASSERT_EQ(test, set_group(test, 1, 0, 0), 0);
	KUNIT_ASSERT_EQ(test, add_route(GROUP), 0);
	spec->count = 1;
	spec->member[0].weight = 1;
	spec->member[0].hop.gateway = strata_station_addr(THIRD);
	fault_each(test, move_member, moved_or_not, spec);
}

static struct kunit_case nexthop_tests[] = {
	KUNIT_CASE(flows_follow_the_weights),
	KUNIT_CASE(however_small_its_weight_each_has_a_bucket),
	KUNIT_CASE(only_flows_of_the_one_that_goes_move),
	KUNIT_CASE(buckets_of_a_dead_link_are_lent),
	KUNIT_CASE(what_is_lent_stays_when_a_group_changes),
	KUNIT_CASE(a_change_is_for_all_routes),
	KUNIT_CASE(next_hops_are_bounded),
	KUNIT_CASE(a_group_needs_all_its_memory),
	KUNIT_CASE(a_member_changes_with_its_groups_or_not_at_all),
	{}
};

static struct kunit_suite nexthop_suite = {
	.name = "strata_route_nexthop",
	.init = nexthop_init,
	.exit = nexthop_exit,
	.test_cases = nexthop_tests,
};

kunit_test_suite(nexthop_suite);
