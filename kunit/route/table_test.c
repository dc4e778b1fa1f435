// SPDX-License-Identifier: GPL-2.0
/*
 * A namespace's table: moved to another lookup algorithm, routes that refuse, and
 * who is told of changes.
 */
#include <kunit/test.h>
#include <strata/l3.h>
#include "../../net/route/table.h"
#include "../fault.h"
#include "../ipv4/station.h"

#define NETS		300	/* routes, each of another prefix */
#define NET		0x14000000U	/* 20.0.0.0 */
#define GATEWAY		STATION_PEER
#define V4_PLEN		96

static struct strata_route route_to(unsigned int i)
{
	return (struct strata_route){
		.prefix = strata_station_addr(NET + (i << 8)),
		.plen = V4_PLEN + 24,
		.origin = STRATA_ROUTE_STATIC,
		.metric = i,
		.gateway = strata_station_addr(GATEWAY),
	};
}

static int add(const struct strata_route *route)
{
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_route_add(strata_station.sn, route, false, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static int switch_to(void *name)
{
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_table_switch(strata_station.sn, name, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static const char *algo(void)
{
	return strata_table_main(strata_station.sn->route)->algo->name;
}

static unsigned int routes_found(void)
{
	const struct strata_route *route;
	unsigned int i, found = 0;
	struct in6_addr daddr;

	rcu_read_lock();
	for (i = 0; i < NETS; i++) {
		daddr = strata_station_addr(NET + (i << 8) + 1);
		route = strata_station_route(&daddr, 0);
		found += route && route->metric == i;
	}
	rcu_read_unlock();
	return found;
}

static void add_all(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NETS; i++) {
		struct strata_route route = route_to(i);

		KUNIT_ASSERT_EQ(test, add(&route), 0);
	}
}

static void routes_move_to_another_algorithm(struct kunit *test)
{
	add_all(test);
	KUNIT_EXPECT_STREQ(test, algo(), "multibit");
	KUNIT_EXPECT_EQ(test, routes_found(), NETS);
	KUNIT_EXPECT_EQ(test, switch_to("trie"), 0);
	KUNIT_EXPECT_STREQ(test, algo(), "trie");
	KUNIT_EXPECT_EQ(test, routes_found(), NETS);
	KUNIT_EXPECT_EQ(test, switch_to("none such"), -ENOENT);
	KUNIT_EXPECT_EQ(test, routes_found(), NETS);
	KUNIT_EXPECT_EQ(test, switch_to("multibit"), 0);
	KUNIT_EXPECT_EQ(test, routes_found(), NETS);
}

static void moved_or_not(struct kunit *test, int err, void *name)
{
	KUNIT_EXPECT_STREQ(test, algo(), err ? "multibit" : name);
	KUNIT_EXPECT_EQ(test, routes_found(), 2);
	if (!err)
		KUNIT_EXPECT_EQ(test, switch_to("multibit"), 0);
}

static void moving_needs_all_its_memory(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct strata_route route = route_to(i);

		KUNIT_ASSERT_EQ(test, add(&route), 0);
	}
	fault_each(test, switch_to, moved_or_not, "trie");
}

static int route_packet(u32 daddr)
{
	struct strata_flow flow = { .daddr = strata_station_addr(daddr) };
	struct strata_path path;
	int err;

	rcu_read_lock();
	err = strata_af(AF_INET)->route(strata_station.sn, &flow, &path);
	rcu_read_unlock();
	return err;
}

struct refusal {
	const char *name;
	u8 type;
	int err;
};

static const struct refusal refusals[] = {
	{ "black hole", STRATA_ROUTE_BLACKHOLE, -EINVAL },
	{ "unreachable", STRATA_ROUTE_UNREACHABLE, -EHOSTUNREACH },
	{ "prohibit", STRATA_ROUTE_PROHIBIT, -EACCES },
};

static void refusal_describe(const struct refusal *refusal, char *text)
{
	strscpy(text, refusal->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_describe);

static void route_refuses(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	struct strata_route way = route_to(0), wall = route_to(0);
	struct in6_addr daddr = strata_station_addr(NET + 1);
	struct strata_lookup lookup = {
		.daddr = &daddr,
		.oif = strata_station.link->ifindex,
	};

	/* Given a way to half of what is refused */
	wall.type = refusal->type;
	wall.gateway = in6addr_any;
	way.plen++;
	KUNIT_ASSERT_EQ(test, add(&way), 0);
	KUNIT_ASSERT_EQ(test, add(&wall), 0);
	/* then that half is reached, and the other is not */
	KUNIT_EXPECT_EQ(test, route_packet(NET + 1), 0);
	KUNIT_EXPECT_EQ(test, route_packet(NET + 0x81), refusal->err);
	/* whatever link is asked for */
	daddr = strata_station_addr(NET + 0x81);
	rcu_read_lock();
	KUNIT_EXPECT_NOT_NULL(test, strata_route_find(strata_station.sn,
						      &lookup));
	KUNIT_EXPECT_NULL(test, strata_station_route(&daddr, 0));
	rcu_read_unlock();
	/* It belongs to no link, so it stays until it is deleted */
	mutex_lock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, strata_route_del(strata_station.sn, &wall, NULL),
			0);
	mutex_unlock(&strata_station.sn->config);
	/* It can have no gateway */
	wall.gateway = way.gateway;
	KUNIT_EXPECT_EQ(test, add(&wall), -EINVAL);
}

#define TOLD_MAX	8

/* What those who follow routes were told, in order. */
static struct {
	unsigned int count;
	struct told {
		unsigned long event;
		u32 gateway;	/* 0: none */
		u32 metric;
	} list[TOLD_MAX];
} told;

static int note_event(struct notifier_block *nb, unsigned long event,
		      void *data)
{
	const struct strata_fib_entry *entry = data;
	const struct strata_route *route = entry->route;
	struct in6_addr net = strata_station_addr(NET);

	if (!ipv6_prefix_equal(&entry->prefix, &net, V4_PLEN + 8) ||
	    told.count == TOLD_MAX)
		return NOTIFY_DONE;
	told.list[told.count++] = (struct told){
		.event = event,
		.gateway = strata_addr_any(&route->gateway) ? 0 :
			   ntohl(strata_addr_to4(&route->gateway)),
		.metric = route->metric,
	};
	return NOTIFY_DONE;
}

static struct notifier_block note_notifier = {
	.notifier_call = note_event,
};

static void expect_told(struct kunit *test, unsigned int index,
			unsigned long event, u32 gateway, u32 metric)
{
	KUNIT_ASSERT_GT(test, told.count, index);
	KUNIT_EXPECT_EQ(test, told.list[index].event, event);
	KUNIT_EXPECT_EQ(test, told.list[index].gateway, gateway);
	KUNIT_EXPECT_EQ(test, told.list[index].metric, metric);
}

static void change_routes(struct kunit *test)
{
	struct strata_net *sn = strata_station.sn;
	struct strata_route one = route_to(1), two = route_to(2);

	mutex_lock(&sn->config);
	KUNIT_EXPECT_EQ(test, strata_route_add(sn, &one, true, NULL), 0);
	KUNIT_EXPECT_EQ(test, strata_route_add(sn, &one, false, NULL), -EEXIST);
	one.gateway = strata_station_addr(GATEWAY + 1);
	KUNIT_EXPECT_EQ(test, strata_route_add(sn, &one, true, NULL), 0);
	KUNIT_EXPECT_EQ(test, strata_route_add(sn, &two, false, NULL), 0);
	KUNIT_EXPECT_EQ(test, strata_route_del(sn, &one, NULL), 0);
	KUNIT_EXPECT_EQ(test, strata_route_del(sn, &one, NULL), -ESRCH);
	strata_route_purge_link(sn, strata_station.link);
	mutex_unlock(&sn->config);
}

static void changes_are_told_in_order(struct kunit *test)
{
	told.count = 0;
	KUNIT_ASSERT_EQ(test, strata_route_notifier_register(&note_notifier),
			0);
	change_routes(test);
	strata_route_notifier_unregister(&note_notifier);
	KUNIT_EXPECT_EQ(test, told.count, 5);
	expect_told(test, 0, STRATA_ROUTE_ADDED, GATEWAY, 1);
	/* In one: nobody is told that the first goes. */
	expect_told(test, 1, STRATA_ROUTE_REPLACED, GATEWAY + 1, 1);
	expect_told(test, 2, STRATA_ROUTE_ADDED, GATEWAY, 2);
	expect_told(test, 3, STRATA_ROUTE_REMOVED, GATEWAY + 1, 1);
	expect_told(test, 4, STRATA_ROUTE_REMOVED, GATEWAY, 2);
}

static struct kunit_case table_tests[] = {
	KUNIT_CASE(changes_are_told_in_order),
	KUNIT_CASE(routes_move_to_another_algorithm),
	KUNIT_CASE(moving_needs_all_its_memory),
	KUNIT_CASE_PARAM(route_refuses, refusal_gen_params),
	{}
};

static struct kunit_suite table_suite = {
	.name = "strata_route_table",
	.init = strata_station_init,
	.exit = strata_station_exit,
	.test_cases = table_tests,
};

kunit_test_suite(table_suite);
