// SPDX-License-Identifier: GPL-2.0
/*
 * What others say of the way to single destinations: whom to believe, what a
 * path makes of it, how much is kept and for how long.
 */
#include <linux/delay.h>
#include <strata/l3.h>
#include "../../net/route/table.h"
#include "../ipv4/station.h"

#define MTU		1500U
#define SMALL_MTU	1300U
#define GATEWAY		0x0a6300feU	/* 10.99.0.254, of the route outside */
#define BETTER		0x0a6300fdU
#define BEST		0x0a6300fcU
#define FLOOD		20000
#define AGES_ms		31000	/* until time runs out for what is old enough */
#define TELLS_ms	1100	/* until cached paths are stale */

static struct in6_addr outside(void)
{
	return strata_station_addr(STATION_OUTSIDE);
}

static struct strata_path path_of(struct kunit *test, u8 flags)
{
	struct strata_flow flow = { .daddr = outside(), .flags = flags };
	struct strata_path path = {};

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, strata_af(AF_INET)->route(strata_station.sn,
							&flow, &path), 0);
	rcu_read_unlock();
	return path;
}

static void too_big(const struct in6_addr *daddr, u32 mtu)
{
	local_bh_disable();
	rcu_read_lock();
	strata_dest_too_big(strata_station.sn, daddr, mtu);
	rcu_read_unlock();
	local_bh_enable();
}

static bool redirect(u32 router, u32 next)
{
	struct in6_addr router6 = strata_station_addr(router);
	struct in6_addr next6 = strata_station_addr(next);
	struct in6_addr daddr = outside();
	bool believed;

	local_bh_disable();
	rcu_read_lock();
	believed = strata_dest_redirect(strata_station.link, &router6, &daddr,
					&next6);
	rcu_read_unlock();
	local_bh_enable();
	return believed;
}

/* The first hop outside, host order; 0: there is none but itself. */
static u32 first_hop(void)
{
	struct in6_addr daddr = outside();
	const struct strata_route *route;
	const struct strata_dest *dest;
	u32 hop = 0;

	rcu_read_lock();
	dest = strata_dest_lookup(strata_station.sn, &daddr);
	route = strata_station_route(&daddr, 0);
	if (route)
		hop = ntohl(strata_addr_to4(strata_dest_next(dest, &route->hop)));
	rcu_read_unlock();
	return hop;
}

/* As if its time were over. */
static void let_it_be_old(void)
{
	struct in6_addr daddr = outside();
	struct strata_dest *dest;

	rcu_read_lock();
	dest = (struct strata_dest *)strata_dest_lookup(strata_station.sn,
							&daddr);
	if (dest) {
		dest->mtu_until = jiffies;
		dest->next_until = jiffies;
	}
	rcu_read_unlock();
}

/* RFC 8201 4, RFC 1191 6.3 */
static void mtu_goes_down_and_is_forgotten(struct kunit *test)
{
	struct in6_addr daddr = outside();

	KUNIT_EXPECT_EQ(test, path_of(test, 0).mtu, MTU);
	too_big(&daddr, SMALL_MTU);
	KUNIT_EXPECT_EQ(test, path_of(test, 0).mtu, SMALL_MTU);
	/* It never goes up by what somebody says, */
	too_big(&daddr, SMALL_MTU + 100);
	KUNIT_EXPECT_EQ(test, path_of(test, 0).mtu, SMALL_MTU);
	too_big(&daddr, SMALL_MTU - 100);
	KUNIT_EXPECT_EQ(test, path_of(test, 0).mtu, SMALL_MTU - 100);
	/* nor does everybody believe it, */
	KUNIT_EXPECT_EQ(test, path_of(test, STRATA_FLOW_LINK_MTU).mtu, MTU);
	KUNIT_EXPECT_EQ(test, path_of(test, 0).own_mtu, MTU);
	/* and one day it is over. */
	msleep(AGES_ms);
	KUNIT_EXPECT_EQ(test, path_of(test, 0).mtu, SMALL_MTU - 100);
	let_it_be_old();
	msleep(AGES_ms);
	KUNIT_EXPECT_EQ(test, path_of(test, 0).mtu, MTU);
	KUNIT_EXPECT_EQ(test, strata_station.sn->route->dests.count, 0);
}

/* A flood leaves cached paths alone but once a second, and has a bound. */
static void flood_has_a_bound(struct kunit *test)
{
	struct strata_net *sn = strata_station.sn;
	u32 genid = strata_net_genid(sn);
	struct in6_addr daddr = outside();
	unsigned int i;

	for (i = 0; i < FLOOD; i++) {
		daddr.s6_addr32[3] = htonl(STATION_OUTSIDE + i);
		too_big(&daddr, SMALL_MTU);
	}
	KUNIT_EXPECT_EQ(test, strata_net_genid(sn), genid);
	KUNIT_EXPECT_LE(test, sn->route->dests.count,
			STRATA_DEST_BUCKETS * 8);
	KUNIT_EXPECT_GT(test, sn->route->dests.count, STRATA_DEST_BUCKETS);
	rcu_read_lock();
	KUNIT_EXPECT_NOT_NULL(test, strata_dest_lookup(sn, &daddr));
	rcu_read_unlock();
	msleep(TELLS_ms);
	KUNIT_EXPECT_EQ(test, strata_net_genid(sn), genid + 1);
}

/* RFC 1122 3.2.2.2, RFC 4861 8.1: nobody is heard but the first hop. */
static void first_hop_is_heard(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, first_hop(), GATEWAY);
	KUNIT_EXPECT_FALSE(test, redirect(STATION_PEER, BETTER));
	KUNIT_EXPECT_EQ(test, first_hop(), GATEWAY);
	KUNIT_EXPECT_TRUE(test, redirect(GATEWAY, BETTER));
	KUNIT_EXPECT_EQ(test, first_hop(), BETTER);
	/* From now on it is the better one's to say. */
	KUNIT_EXPECT_FALSE(test, redirect(GATEWAY, BEST));
	KUNIT_EXPECT_TRUE(test, redirect(BETTER, BEST));
	KUNIT_EXPECT_EQ(test, first_hop(), BEST);
	let_it_be_old();
	msleep(AGES_ms);
	KUNIT_EXPECT_EQ(test, first_hop(), GATEWAY);
}

/* RFC 4861 7.3.3 */
static void silent_hop_is_left(struct kunit *test)
{
	struct in6_addr daddr = outside();

	too_big(&daddr, SMALL_MTU);
	KUNIT_EXPECT_TRUE(test, redirect(GATEWAY, BETTER));
	local_bh_disable();
	rcu_read_lock();
	strata_dest_unreachable(strata_station.sn, &daddr);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, first_hop(), GATEWAY);
	/* What else was said stays. */
	KUNIT_EXPECT_EQ(test, path_of(test, 0).mtu, SMALL_MTU);
}

static struct strata_route route_outside(u32 gateway)
{
	return (struct strata_route){
		.prefix = outside(),
		.plen = 128,
		.origin = STRATA_ROUTE_STATIC,
		.gateway = strata_station_addr(gateway),
	};
}

/* Who redirected from a gateway that is none any more has nothing to say. */
static void new_route_ends_it(struct kunit *test)
{
	struct strata_route route = route_outside(STATION_PEER);

	KUNIT_EXPECT_TRUE(test, redirect(GATEWAY, BETTER));
	mutex_lock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, strata_route_add(strata_station.sn, &route, true,
					       NULL), 0);
	mutex_unlock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, first_hop(), STATION_PEER);
}

static int dest_init(struct kunit *test)
{
	struct strata_route route = route_outside(GATEWAY);
	int err = strata_station_init(test);

	if (err)
		return err;
	mutex_lock(&strata_station.sn->config);
	err = strata_route_add(strata_station.sn, &route, false, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static void dest_exit(struct kunit *test)
{
	strata_dests_exit(strata_station.sn);
	strata_dests_init(strata_station.sn);
	strata_station_exit(test);
}

static struct kunit_case dest_tests[] = {
	KUNIT_CASE(mtu_goes_down_and_is_forgotten),
	KUNIT_CASE(flood_has_a_bound),
	KUNIT_CASE(first_hop_is_heard),
	KUNIT_CASE(silent_hop_is_left),
	KUNIT_CASE(new_route_ends_it),
	{}
};

static struct kunit_suite dest_suite = {
	.name = "strata_route_dest",
	.init = dest_init,
	.exit = dest_exit,
	.test_cases = dest_tests,
};

kunit_test_suite(dest_suite);
