// SPDX-License-Identifier: GPL-2.0
/*
 * Policy rules and the tables they lead to, by the semantics of ip-rule(8).
 */
#include <kunit/test.h>
#include <strata/rule.h>
#include "../../net/route/table.h"
#include "../fault.h"
#include "../ipv4/station.h"

#define NET		0x14000000U	/* 20.0.0.0 */
#define SOURCE		0x0a000107U	/* 10.0.1.7 */
#define GATEWAY		STATION_PEER
#define V4_PLEN		96
#define TABLE		100
#define FIRST_OF_MANY	1000	/* beyond those with a name */
#define METRIC_MAIN	1	/* tells which table has answered */
#define METRIC_OTHER	2

static struct strata_route route_in(u32 table, u32 metric)
{
	return (struct strata_route){
		.prefix = strata_station_addr(NET),
		.plen = V4_PLEN + 8,
		.origin = STRATA_ROUTE_STATIC,
		.metric = metric,
		.table = table,
		.gateway = strata_station_addr(GATEWAY),
	};
}

static int add_route(u32 table, u32 metric)
{
	struct strata_route route = route_in(table, metric);
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_route_add(strata_station.sn, &route, false, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static int del_route(u32 table, u32 metric)
{
	struct strata_route route = route_in(table, metric);
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_route_del(strata_station.sn, &route, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static int add_rule(const struct strata_rule *rule)
{
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_rule_add(strata_station.sn, rule, STRATA_RULE_HAS_PRIORITY,
			      NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

static int del_priority(u32 priority)
{
	const struct strata_rule rule = {
		.family = AF_INET, .priority = priority,
	};
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_rule_del(strata_station.sn, &rule,
			      STRATA_RULE_HAS_PRIORITY, NULL);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

/* The metric of the route that is found; -errno where it refuses. */
static int found(u32 saddr, int iif, u32 mark)
{
	struct in6_addr daddr = strata_station_addr(NET + 1);
	struct in6_addr source = strata_station_addr(saddr);
	struct strata_lookup lookup = {
		.daddr = &daddr,
		.saddr = &source,
		.iif = iif,
		.mark = mark,
	};
	const struct strata_route *route;
	int ret;

	rcu_read_lock();
	route = strata_route_find(strata_station.sn, &lookup);
	ret = strata_route_error(route) ?: route->metric;
	rcu_read_unlock();
	return ret;
}

static bool ruled(void)
{
	return strata_station.sn->route->ruled[STRATA_ROUTE_IPV4];
}

static int policy_init(struct kunit *test)
{
	int err = strata_station_init(test);

	if (err)
		return err;
	return add_route(0, METRIC_MAIN) ?: add_route(TABLE, METRIC_OTHER);
}

/* The namespace has more tests to come. */
static void policy_exit(struct kunit *test)
{
	struct strata_net *sn = strata_station.sn;

	mutex_lock(&sn->config);
	strata_rules_exit(sn->route);
	KUNIT_EXPECT_EQ(test, strata_rules_init(sn->route), 0);
	strata_rules_settle(sn);
	mutex_unlock(&sn->config);
	strata_station_exit(test);
}

static void without_rules_nothing_is_asked(struct kunit *test)
{
	const struct strata_rule rule = {
		.family = AF_INET, .priority = 5, .table = TABLE + 1,
	};

	/* Given routes in a table that no rule leads to, and a rule without them */
	KUNIT_EXPECT_FALSE(test, ruled());
	KUNIT_ASSERT_EQ(test, add_rule(&rule), 0);
	KUNIT_EXPECT_FALSE(test, ruled());
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), METRIC_MAIN);
	/* then a route is what makes the rule count */
	KUNIT_ASSERT_EQ(test, add_route(TABLE + 1, 7), 0);
	KUNIT_EXPECT_TRUE(test, ruled());
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), 7);
	KUNIT_EXPECT_EQ(test, del_route(TABLE + 1, 7), 0);
	KUNIT_EXPECT_FALSE(test, ruled());
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), METRIC_MAIN);
	/* and the table of the default rule */
	KUNIT_ASSERT_EQ(test, add_route(STRATA_TABLE_DEFAULT, 9), 0);
	KUNIT_EXPECT_TRUE(test, ruled());
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), METRIC_MAIN);
	KUNIT_EXPECT_EQ(test, del_route(0, METRIC_MAIN), 0);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), 9);
}

struct policy_case {
	const char *name;
	struct strata_rule rule;
	u32 saddr;
	int iif;
	u32 mark;
	int want;
};

#define MAPPED(a, b, c, d) \
	{ .s6_addr = { [10] = 0xff, 0xff, a, b, c, d } }
#define OTHER	.table = TABLE

static const struct policy_case policy_cases[] = {
	{ "all", { OTHER }, 0, 0, 0, METRIC_OTHER },
	{ "source in the prefix",
	  { OTHER, .from = MAPPED(10, 0, 1, 0), .from_len = V4_PLEN + 24 },
	  SOURCE, 0, 0, METRIC_OTHER },
	{ "source beside it",
	  { OTHER, .from = MAPPED(10, 0, 2, 0), .from_len = V4_PLEN + 24 },
	  SOURCE, 0, 0, METRIC_MAIN },
	{ "source not chosen yet",
	  { OTHER, .from = MAPPED(10, 0, 1, 0), .from_len = V4_PLEN + 24 },
	  0, 0, 0, METRIC_MAIN },
	{ "destination in the prefix",
	  { OTHER, .to = MAPPED(20, 0, 0, 0), .to_len = V4_PLEN + 24 },
	  0, 0, 0, METRIC_OTHER },
	{ "destination beside it",
	  { OTHER, .to = MAPPED(20, 0, 1, 0), .to_len = V4_PLEN + 24 },
	  0, 0, 0, METRIC_MAIN },
	{ "mark", { OTHER, .mark = 7, .mask = U32_MAX }, 0, 0, 7, METRIC_OTHER },
	{ "another mark", { OTHER, .mark = 7, .mask = U32_MAX }, 0, 0, 0x17,
	  METRIC_MAIN },
	{ "mark within the mask", { OTHER, .mark = 7, .mask = 0xf }, 0, 0, 0x17,
	  METRIC_OTHER },
	{ "no bit of the mask", { OTHER, .mask = 0xf }, 0, 0, 0x10,
	  METRIC_OTHER },
	{ "our own", { OTHER, .iif = "lo" }, 0, 0, 0, METRIC_OTHER },
	{ "not our own", { OTHER, .iif = "lo" }, 0, 9, 0, METRIC_MAIN },
	{ "device that is not there", { OTHER, .iif = "nosuch0" }, 0, 0, 0,
	  METRIC_MAIN },
	{ "black hole", { .action = STRATA_RULE_BLACKHOLE }, 0, 0, 0, -EINVAL },
	{ "unreachable", { .action = STRATA_RULE_UNREACHABLE }, 0, 0, 0,
	  -EHOSTUNREACH },
	{ "prohibit", { .action = STRATA_RULE_PROHIBIT }, 0, 0, 0, -EACCES },
	{ "a table without routes", { .table = TABLE + 1 }, 0, 0, 0,
	  METRIC_MAIN },
};

static void policy_describe(const struct policy_case *policy, char *text)
{
	strscpy(text, policy->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(policy, policy_cases, policy_describe);

static void rule_decides(struct kunit *test)
{
	const struct policy_case *policy = test->param_value;
	struct strata_rule rule = policy->rule;

	rule.family = AF_INET;
	rule.priority = 5;
	KUNIT_ASSERT_EQ(test, add_rule(&rule), 0);
	KUNIT_EXPECT_EQ(test, found(policy->saddr, policy->iif, policy->mark),
			policy->want);
	KUNIT_EXPECT_EQ(test, del_priority(5), 0);
	KUNIT_EXPECT_FALSE(test, ruled());
	KUNIT_EXPECT_EQ(test, found(policy->saddr, policy->iif, policy->mark),
			METRIC_MAIN);
}

static void rules_are_asked_by_priority(struct kunit *test)
{
	struct strata_rule rule = { .family = AF_INET, .priority = 20 };

	rule.action = STRATA_RULE_PROHIBIT;
	KUNIT_ASSERT_EQ(test, add_rule(&rule), 0);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), -EACCES);
	/* A younger rule of the same priority comes behind */
	rule.action = STRATA_RULE_UNREACHABLE;
	KUNIT_ASSERT_EQ(test, add_rule(&rule), 0);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), -EACCES);
	KUNIT_EXPECT_EQ(test, add_rule(&rule), -EEXIST);
	/* one of a smaller priority before */
	rule.priority = 19;
	KUNIT_ASSERT_EQ(test, add_rule(&rule), 0);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, del_priority(19), 0);
	KUNIT_EXPECT_EQ(test, del_priority(20), 0);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, del_priority(20), 0);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), METRIC_MAIN);
	KUNIT_EXPECT_EQ(test, del_priority(20), -ENOENT);
	/* Without the main table's rule nothing is found */
	KUNIT_EXPECT_EQ(test, del_priority(32766), 0);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), -ENETUNREACH);
	/* That of our addresses stays */
	KUNIT_EXPECT_EQ(test, del_priority(0), -ENOENT);
}

static void rules_and_tables_are_bounded(struct kunit *test)
{
	struct strata_rule rule = { .family = AF_INET, .table = TABLE };
	unsigned int i;
	int err = 0;

	for (i = 0; i <= STRATA_RULE_LIMIT && !err; i++) {
		rule.priority = i;
		err = add_rule(&rule);
	}
	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	KUNIT_EXPECT_EQ(test, strata_station.sn->route->rule_count,
			STRATA_RULE_LIMIT);
	for (i = 1, err = 0; i <= STRATA_TABLE_LIMIT && !err; i++)
		err = add_route(FIRST_OF_MANY + i, METRIC_OTHER);
	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	/* A table goes with its last route, and makes room */
	KUNIT_EXPECT_EQ(test, del_route(TABLE, METRIC_OTHER), 0);
	KUNIT_EXPECT_EQ(test, add_route(FIRST_OF_MANY + i, METRIC_OTHER),
			0);
	KUNIT_EXPECT_EQ(test, add_route(STRATA_TABLE_LOCAL, 1), -EINVAL);
}

static int add_other_rule(void *unused)
{
	const struct strata_rule rule = {
		.family = AF_INET, .priority = 7, .table = TABLE,
	};

	return add_rule(&rule);
}

static void ruled_or_not(struct kunit *test, int err, void *unused)
{
	KUNIT_EXPECT_EQ(test, ruled(), !err);
	KUNIT_EXPECT_EQ(test, found(0, 0, 0), err ? METRIC_MAIN : METRIC_OTHER);
	if (!err)
		KUNIT_EXPECT_EQ(test, del_priority(7), 0);
}

static int use_other_table(void *unused)
{
	return add_route(TABLE + 1, METRIC_OTHER) ?:
	       del_route(TABLE + 1, METRIC_OTHER);
}

static void table_is_gone(struct kunit *test, int err, void *unused)
{
	KUNIT_EXPECT_EQ(test, strata_station.sn->route->table_count, 2);
}

static void nothing_is_left_without_memory(struct kunit *test)
{
	fault_each(test, add_other_rule, ruled_or_not, NULL);
	fault_each(test, use_other_table, table_is_gone, NULL);
}

static struct kunit_case policy_tests[] = {
	KUNIT_CASE(without_rules_nothing_is_asked),
	KUNIT_CASE_PARAM(rule_decides, policy_gen_params),
	KUNIT_CASE(rules_are_asked_by_priority),
	KUNIT_CASE(rules_and_tables_are_bounded),
	KUNIT_CASE(nothing_is_left_without_memory),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "strata_route_policy",
	.init = policy_init,
	.exit = policy_exit,
	.test_cases = policy_tests,
};

kunit_test_suite(policy_suite);
