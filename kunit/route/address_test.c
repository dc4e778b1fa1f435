// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and the routes that users add, on a station's link: what is
 * refused, what comes and goes together, which source is chosen.
 */
#include <linux/inet.h>
#include <linux/netlink.h>
#include <net/ipv6.h>
#include "../fault.h"
#include "../ipv4/station.h"

#define NEIGHBOURS	0x0a630000U	/* 10.99.0.0, the station's subnet */
#define GATEWAY		STATION_PEER
#define SECOND		0x0a630003U	/* 10.99.0.3 */
#define OTHER_SUBNET	0x0a640001U	/* 10.100.0.1 */
#define V4_PLEN		96

static void configure(bool lock)
{
	if (lock)
		mutex_lock(&strata_station.sn->config);
	else
		mutex_unlock(&strata_station.sn->config);
}

static int addr_add(u32 addr4, u8 plen, struct netlink_ext_ack *extack)
{
	struct in6_addr addr = strata_station_addr(addr4);
	int err;

	configure(true);
	err = strata_addr_add(strata_station.link, &addr, V4_PLEN + plen,
			      extack);
	configure(false);
	return err;
}

static int addr_del(u32 addr4, u8 plen)
{
	struct in6_addr addr = strata_station_addr(addr4);
	int err;

	configure(true);
	err = strata_addr_del(strata_station.link, &addr, V4_PLEN + plen,
			      NULL);
	configure(false);
	return err;
}

/**
 * struct addr_case - an address that is refused
 * @addr: the address
 * @plen: as in ADDRESS/PLEN
 * @err: how
 */
struct addr_case {
	u32 addr;
	u8 plen;
	int err;
};

static const struct addr_case addr_cases[] = {
	{ STATION_ADDR, 24, -EEXIST },
	{ STATION_ADDR, 16, -EEXIST },
	{ OTHER_SUBNET, 33, -EINVAL },
	{ 0xe0000001, 24, -EINVAL },
	{ 0x00000001, 8, -EINVAL },
	{ 0xf0000001, 24, -EINVAL },
	{ INADDR_BROADCAST, 32, -EINVAL },
	{ 0x7f000002, 8, -EINVAL },
	{ 0x0a640000, 24, -EINVAL },
	{ 0x0a6400ff, 24, -EINVAL },
};

static void addr_describe(const struct addr_case *c, char *text)
{
	__be32 addr = htonl(c->addr);

	snprintf(text, KUNIT_PARAM_DESC_SIZE, "%pI4/%u", &addr, c->plen);
}

KUNIT_ARRAY_PARAM(addr, addr_cases, addr_describe);

static void addr_impossible_is_refused(struct kunit *test)
{
	const struct addr_case *c = test->param_value;
	struct netlink_ext_ack extack = {};

	KUNIT_EXPECT_EQ(test, addr_add(c->addr, c->plen, &extack), c->err);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
}

static void addr_point_to_point_has_no_broadcast(struct kunit *test)
{
	struct in6_addr last = strata_station_addr(OTHER_SUBNET | 1);

	/* RFC 3021: both addresses of a /31 are hosts */
	KUNIT_EXPECT_EQ(test, addr_add(OTHER_SUBNET & ~1U, 31, NULL), 0);
	rcu_read_lock();
	KUNIT_EXPECT_FALSE(test, strata_addr_is_broadcast(strata_station.sn,
							  NULL, &last));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, addr_add(OTHER_SUBNET | 1, 31, NULL), 0);
}

/* Our source towards @daddr4 by the table; 0: no route. */
static u32 route_source(u32 daddr4)
{
	struct in6_addr daddr = strata_station_addr(daddr4);
	const struct strata_route *route;
	u32 source = 0;

	rcu_read_lock();
	route = strata_station_route(&daddr, 0);
	if (route && route->link == strata_station.link)
		source = ntohl(strata_addr_to4(&route->source));
	rcu_read_unlock();
	return source;
}

static u32 route_mtu(u32 daddr4)
{
	struct in6_addr daddr = strata_station_addr(daddr4);
	const struct strata_route *route;
	u32 mtu = 0;

	rcu_read_lock();
	route = strata_station_route(&daddr, 0);
	if (route)
		mtu = route->mtu;
	rcu_read_unlock();
	return mtu;
}

static void addr_connected_route_has_heirs(struct kunit *test)
{
	/* Given two addresses in one subnet */
	KUNIT_EXPECT_EQ(test, route_source(STATION_PEER), STATION_ADDR);
	KUNIT_ASSERT_EQ(test, addr_add(SECOND, 24, NULL), 0);
	KUNIT_EXPECT_EQ(test, route_source(STATION_PEER), STATION_ADDR);
	/* When the older goes, then the route stays with the younger */
	KUNIT_EXPECT_EQ(test, addr_del(STATION_ADDR, 24), 0);
	KUNIT_EXPECT_EQ(test, route_source(STATION_PEER), SECOND);
	/* and goes with the last */
	KUNIT_EXPECT_EQ(test, addr_del(SECOND, 16), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, addr_del(SECOND, 24), 0);
	KUNIT_EXPECT_EQ(test, route_source(STATION_PEER), 0);
}

static void addr_is_found_while_there(struct kunit *test)
{
	struct in6_addr addr = strata_station_addr(OTHER_SUBNET);
	struct in6_addr cast = strata_station_addr(OTHER_SUBNET | 0xff);
	struct in6_addr loopback = strata_station_addr(INADDR_LOOPBACK);
	struct strata_net *sn = strata_station.sn;
	struct strata_addr *elsewhere;

	KUNIT_ASSERT_EQ(test, addr_add(OTHER_SUBNET, 24, NULL), 0);
	rcu_read_lock();
	elsewhere = strata_addr_find(sn, &loopback);
	KUNIT_EXPECT_NOT_NULL(test, strata_addr_find(sn, &addr));
	KUNIT_EXPECT_NULL(test, strata_addr_find(sn, &cast));
	KUNIT_EXPECT_TRUE(test, strata_addr_is_broadcast(sn, NULL, &cast));
	KUNIT_EXPECT_TRUE(test, strata_addr_is_broadcast(sn,
							 strata_station.link,
							 &cast));
	KUNIT_EXPECT_TRUE(test, elsewhere &&
			  !strata_addr_is_broadcast(sn, elsewhere->link,
						    &cast));
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, addr_del(OTHER_SUBNET, 24), 0);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, strata_addr_lookup(sn, NULL, &addr));
	KUNIT_EXPECT_NULL(test, strata_addr_lookup(sn, NULL, &cast));
	rcu_read_unlock();
}

static u32 selected(u32 daddr4)
{
	struct in6_addr daddr = strata_station_addr(daddr4);
	struct strata_addr *own;
	u32 addr4;

	rcu_read_lock();
	own = strata_addr_select(strata_station.link, &daddr);
	addr4 = own ? ntohl(strata_addr_to4(&own->addr)) : 0;
	rcu_read_unlock();
	return addr4;
}

static void addr_select_prefers_the_subnet(struct kunit *test)
{
	/* RFC 1122 3.3.4.3 */
	KUNIT_ASSERT_EQ(test, addr_add(OTHER_SUBNET, 24, NULL), 0);
	KUNIT_EXPECT_EQ(test, selected(STATION_PEER), STATION_ADDR);
	KUNIT_EXPECT_EQ(test, selected(OTHER_SUBNET + 1), OTHER_SUBNET);
	KUNIT_EXPECT_EQ(test, selected(STATION_OUTSIDE), STATION_ADDR);
}

static void addr_loopback_is_whole_net(struct kunit *test)
{
	struct in6_addr addr = strata_station_addr(0x7f123456);
	struct strata_addr *own;

	/* RFC 1122 3.2.1.3 (g) */
	rcu_read_lock();
	own = strata_addr_find(strata_station.sn, &addr);
	KUNIT_EXPECT_NOT_NULL(test, own);
	if (own)
		KUNIT_EXPECT_EQ(test, ntohl(strata_addr_to4(&own->addr)),
				INADDR_LOOPBACK);
	rcu_read_unlock();
}

static void addr_limit_is_kept(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	unsigned int i;
	int err = 0;

	for (i = 0; i <= STRATA_ADDR_LIMIT && !err; i++)
		err = addr_add(OTHER_SUBNET + 0x10000 + i, 32, &extack);
	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
}

/**
 * struct route_case - a route that is refused
 * @name: for the report
 * @prefix: its prefix
 * @plen: as in PREFIX/PLEN
 * @gateway: 0: none
 * @source: 0: none
 * @mtu: 0: none
 * @link: names the station's
 * @err: how it is refused
 */
struct route_case {
	const char *name;
	u32 prefix;
	u8 plen;
	u32 gateway;
	u32 source;
	u32 mtu;
	bool link;
	int err;
};

static const struct route_case route_cases[] = {
	{ "host bits set", STATION_OUTSIDE, 24, GATEWAY, .err = -EINVAL },
	{ "length 33", STATION_OUTSIDE, 33, GATEWAY, .err = -EINVAL },
	{ "neither gateway nor device", 0, 0, .err = -EINVAL },
	{ "gateway not connected", 0, 0, OTHER_SUBNET, .err = -ENETUNREACH },
	{ "gateway not on that device", 0, 0, OTHER_SUBNET, .link = true,
	  .err = -ENETUNREACH },
	{ "gateway is ourselves", 0, 0, STATION_ADDR, .err = -EINVAL },
	{ "gateway is everybody", 0, 0, STATION_CAST, .err = -EINVAL },
	{ "gateway is a group", 0, 0, 0xe0000001, .err = -EINVAL },
	{ "gateway is loopback", 0, 0, INADDR_LOOPBACK, .err = -EINVAL },
	{ "source not ours", 0, 0, GATEWAY, STATION_PEER, .err = -EINVAL },
	{ "MTU 67", 0, 0, GATEWAY, 0, 67, .err = -EINVAL },
	{ "MTU 65536", 0, 0, GATEWAY, 0, 65536, .err = -EINVAL },
	{ "there already", NEIGHBOURS, 24, .link = true, .err = -EEXIST },
};

static void route_describe(const struct route_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(route, route_cases, route_describe);

static struct strata_route route_of(u32 prefix, u8 plen, u32 gateway)
{
	return (struct strata_route){
		.prefix = strata_station_addr(prefix),
		.plen = V4_PLEN + plen,
		.origin = STRATA_ROUTE_STATIC,
		.gateway = strata_station_addr(gateway),
	};
}

static int route_add(const struct strata_route *route, bool replace,
		     struct netlink_ext_ack *extack)
{
	int err;

	configure(true);
	err = strata_route_add(strata_station.sn, route, replace, extack);
	configure(false);
	return err;
}

static int route_del(const struct strata_route *route,
		     struct netlink_ext_ack *extack)
{
	int err;

	configure(true);
	err = strata_route_del(strata_station.sn, route, extack);
	configure(false);
	return err;
}

static void route_impossible_is_refused(struct kunit *test)
{
	const struct route_case *c = test->param_value;
	struct strata_route route = route_of(c->prefix, c->plen, c->gateway);
	struct netlink_ext_ack extack = {};

	route.source = strata_station_addr(c->source);
	route.mtu = c->mtu;
	route.link = c->link ? strata_station.link : NULL;
	KUNIT_EXPECT_EQ(test, route_add(&route, false, &extack), c->err);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
}

static u32 route_gateway(u32 daddr4)
{
	struct in6_addr daddr = strata_station_addr(daddr4);
	const struct strata_route *route;
	u32 gateway = 0;

	rcu_read_lock();
	route = strata_station_route(&daddr, 0);
	if (route)
		gateway = ntohl(strata_addr_to4(&route->gateway));
	rcu_read_unlock();
	return gateway;
}

static void route_is_added_replaced_deleted(struct kunit *test)
{
	struct strata_route route = route_of(0, 0, GATEWAY);
	struct netlink_ext_ack extack = {};
	u32 genid = strata_net_genid(strata_station.sn);

	/* Given a default route by gateway alone */
	KUNIT_ASSERT_EQ(test, route_add(&route, false, NULL), 0);
	KUNIT_EXPECT_EQ(test, route_gateway(STATION_OUTSIDE), GATEWAY);
	KUNIT_EXPECT_NE(test, strata_net_genid(strata_station.sn), genid);
	/* When it is added again, then it is refused; replacing works */
	KUNIT_EXPECT_EQ(test, route_add(&route, false, NULL), -EEXIST);
	route.gateway = strata_station_addr(SECOND);
	KUNIT_EXPECT_EQ(test, route_add(&route, true, NULL), 0);
	KUNIT_EXPECT_EQ(test, route_gateway(STATION_OUTSIDE), SECOND);
	/* A higher metric waits behind it */
	route = route_of(0, 0, GATEWAY);
	route.metric = 100;
	KUNIT_EXPECT_EQ(test, route_add(&route, false, NULL), 0);
	KUNIT_EXPECT_EQ(test, route_gateway(STATION_OUTSIDE), SECOND);
	/* Deleting matches what is given */
	route = route_of(0, 0, SECOND);
	KUNIT_EXPECT_EQ(test, route_del(&route, NULL), 0);
	KUNIT_EXPECT_EQ(test, route_gateway(STATION_OUTSIDE), GATEWAY);
	KUNIT_EXPECT_EQ(test, route_del(&route, &extack), -ESRCH);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	/* A connected route is its address's, not to be replaced */
	route = route_of(NEIGHBOURS, 24, 0);
	route.link = strata_station.link;
	KUNIT_EXPECT_EQ(test, route_add(&route, true, NULL), -EEXIST);
}

static void route_source_goes_with_its_address(struct kunit *test)
{
	struct strata_route route = route_of(0, 0, GATEWAY);

	KUNIT_ASSERT_EQ(test, addr_add(OTHER_SUBNET, 24, NULL), 0);
	route.source = strata_station_addr(OTHER_SUBNET);
	KUNIT_ASSERT_EQ(test, route_add(&route, false, NULL), 0);
	KUNIT_EXPECT_EQ(test, route_source(STATION_OUTSIDE), OTHER_SUBNET);
	KUNIT_ASSERT_EQ(test, addr_del(OTHER_SUBNET, 24), 0);
	KUNIT_EXPECT_EQ(test, route_source(STATION_OUTSIDE), 0);
}

/* Those that tests make: each link has its IPv6 link-local subnet from the start. */
static int count_station_routes(const struct strata_route *route, void *arg)
{
	if (route->link == strata_station.link &&
	    !(ipv6_addr_type(&route->prefix) & IPV6_ADDR_LINKLOCAL))
		(*(unsigned int *)arg)++;
	return 0;
}

static unsigned int station_routes(void)
{
	unsigned int count = 0;
	struct strata_route_at at = {};

	configure(true);
	strata_route_walk(strata_station.sn, 0, &at, count_station_routes, &count);
	configure(false);
	return count;
}

static void route_of_v6_stays_apart(struct kunit *test)
{
	struct strata_route route = {
		.origin = STRATA_ROUTE_STATIC,
		.link = strata_station.link,
	};
	unsigned int before = station_routes();

	/* ::/0 covers the bits of every v4-mapped address, yet no IPv4 one */
	KUNIT_ASSERT_EQ(test, route_add(&route, false, NULL), 0);
	KUNIT_EXPECT_EQ(test, route_source(STATION_OUTSIDE), 0);
	KUNIT_EXPECT_EQ(test, station_routes(), before + 1);
	KUNIT_EXPECT_EQ(test, route_del(&route, NULL), 0);
	KUNIT_EXPECT_EQ(test, station_routes(), before);
}

#define WALK_ROUTES	60	/* every second one comes and goes */
#define WALK_PIECE	7
#define WALK_NET	0x14000000U	/* 20.0.0.0 */

/**
 * struct sightings - what a walk in pieces has seen
 * @times: of each route
 * @room: how many more until this piece is full
 * @by_metric: they differ in metric, else in prefix
 */
struct sightings {
	unsigned int times[WALK_ROUTES];
	unsigned int room;
	bool by_metric;
};

static struct strata_route walk_route(const struct sightings *seen,
				      unsigned int i)
{
	u32 net = seen->by_metric ? 0 : i << 8;
	struct strata_route route = route_of(WALK_NET + net, 24, GATEWAY);

	route.metric = seen->by_metric ? i : 0;
	return route;
}

static int see_route(const struct strata_route *route, void *arg)
{
	struct sightings *seen = arg;
	u32 net = ntohl(strata_addr_to4(&route->prefix));

	if ((net & 0xff000000) != WALK_NET || route->plen != V4_PLEN + 24)
		return 0;
	if (!seen->room)
		return -EMSGSIZE;
	seen->room--;
	seen->times[seen->by_metric ? route->metric : (net - WALK_NET) >> 8]++;
	return 0;
}

static void change_every_second(struct kunit *test, struct sightings *seen,
				unsigned int i, bool add)
{
	for (; i < WALK_ROUTES; i += 2) {
		struct strata_route route = walk_route(seen, i);

		KUNIT_EXPECT_EQ(test, add ? route_add(&route, false, NULL) :
				route_del(&route, NULL), 0);
	}
}

/*
 * A dump gives the mutex back between two messages. However the table changes
 * meanwhile, even where the dump stands, a route that stays is seen, and once.
 */
static void walk_misses_nothing(struct kunit *test, bool by_metric)
{
	struct sightings seen = { .by_metric = by_metric };
	struct strata_route_at at = {};
	bool there = true;
	unsigned int i;
	int err;

	change_every_second(test, &seen, 0, true);
	change_every_second(test, &seen, 1, true);
	do {
		seen.room = WALK_PIECE;
		configure(true);
		err = strata_route_walk(strata_station.sn, 0, &at, see_route,
					&seen);
		configure(false);
		there = !there;
		change_every_second(test, &seen, 1, there);
	} while (err);
	for (i = 0; i < WALK_ROUTES; i += 2)
		KUNIT_EXPECT_EQ_MSG(test, seen.times[i], 1, "route %u", i);
}

static void route_that_stays_is_walked_once(struct kunit *test)
{
	walk_misses_nothing(test, false);
}

static void route_of_equal_prefix_is_walked_once(struct kunit *test)
{
	walk_misses_nothing(test, true);
}

static int add_other_subnet(void *arg)
{
	return addr_add(OTHER_SUBNET, 24, NULL);
}

static void other_subnet_is_whole(struct kunit *test, int err, void *arg)
{
	struct in6_addr addr = strata_station_addr(OTHER_SUBNET);
	struct in6_addr last = strata_station_addr(OTHER_SUBNET | 0xff);
	bool ours, broadcast;

	rcu_read_lock();
	ours = strata_addr_find(strata_station.sn, &addr);
	broadcast = strata_addr_is_broadcast(strata_station.sn, NULL, &last);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, ours, !err);
	KUNIT_EXPECT_EQ(test, broadcast, !err);
	KUNIT_EXPECT_EQ(test, station_routes(), err ? 1 : 2);
	if (!err)
		KUNIT_EXPECT_EQ(test, addr_del(OTHER_SUBNET, 24), 0);
}

static void addr_needs_all_its_memory(struct kunit *test)
{
	fault_each(test, add_other_subnet, other_subnet_is_whole, NULL);
}

static int add_route(void *arg)
{
	return route_add(arg, false, NULL);
}

static void route_is_there_or_not(struct kunit *test, int err, void *arg)
{
	KUNIT_EXPECT_EQ(test, station_routes(), err ? 1 : 2);
	if (!err)
		KUNIT_EXPECT_EQ(test, route_del(arg, NULL), 0);
}

static void route_needs_all_its_memory(struct kunit *test)
{
	struct strata_route route = route_of(WALK_NET, 24, GATEWAY);

	fault_each(test, add_route, route_is_there_or_not, &route);
}

static int replace_route(void *arg)
{
	return route_add(arg, true, NULL);
}

/* A route that cannot be replaced stays. */
static void one_of_both_is_there(struct kunit *test, int err, void *arg)
{
	struct strata_route *route = arg;

	KUNIT_EXPECT_EQ(test, station_routes(), 2);
	KUNIT_EXPECT_EQ(test, route_mtu(WALK_NET + 1),
			err ? route->mtu - 1 : route->mtu);
	if (!err)
		route->mtu++;
}

static void replacing_needs_all_its_memory(struct kunit *test)
{
	struct strata_route route = route_of(WALK_NET, 24, GATEWAY);

	route.mtu = 1000;
	KUNIT_ASSERT_EQ(test, route_add(&route, false, NULL), 0);
	route.mtu++;
	fault_each(test, replace_route, one_of_both_is_there, &route);
}

static struct kunit_case address_tests[] = {
	KUNIT_CASE_PARAM(addr_impossible_is_refused, addr_gen_params),
	KUNIT_CASE(addr_point_to_point_has_no_broadcast),
	KUNIT_CASE(addr_connected_route_has_heirs),
	KUNIT_CASE(addr_is_found_while_there),
	KUNIT_CASE(addr_select_prefers_the_subnet),
	KUNIT_CASE(addr_loopback_is_whole_net),
	KUNIT_CASE(addr_limit_is_kept),
	KUNIT_CASE_PARAM(route_impossible_is_refused, route_gen_params),
	KUNIT_CASE(route_is_added_replaced_deleted),
	KUNIT_CASE(route_source_goes_with_its_address),
	KUNIT_CASE(route_of_v6_stays_apart),
	KUNIT_CASE(route_that_stays_is_walked_once),
	KUNIT_CASE(route_of_equal_prefix_is_walked_once),
	KUNIT_CASE(addr_needs_all_its_memory),
	KUNIT_CASE(route_needs_all_its_memory),
	KUNIT_CASE(replacing_needs_all_its_memory),
	{}
};

static struct kunit_suite address_suite = {
	.name = "strata_route_address",
	.init = strata_station_init,
	.exit = strata_station_exit,
	.test_cases = address_tests,
};

kunit_test_suite(address_suite);
