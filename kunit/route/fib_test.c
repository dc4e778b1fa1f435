// SPDX-License-Identifier: GPL-2.0
/*
 * The built-in route lookup against a model too simple to be wrong: all routes
 * in one array, every one of them compared for each lookup.
 */
#include <kunit/test.h>
#include <linux/netdevice.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include "../../net/route/table.h"
#include "../fault.h"

#define SEED		20260611
#define ROUTES_MAX	400
#define CHANGES		4000
#define LOOKUPS		20	/* after each change */
#define LINKS		3	/* the last is down */
#define METRICS		3
#define ADDR_BITS	128
#define PREFIX_OCTETS	3	/* few values, so that prefixes nest */

/**
 * struct model - the table under test and the routes in it
 * @random: where all choices come from
 * @table: of strata_trie
 * @route: in it, oldest first
 * @routes: how many
 * @link: fake ones
 */
struct model {
	struct rnd_state random;
	void *table;
	struct strata_route *route[ROUTES_MAX];
	unsigned int routes;
	struct strata_link *link[LINKS];
};

static u32 choose(struct model *model, u32 n)
{
	return prandom_u32_state(&model->random) % n;
}

static struct strata_link *fake_link(struct kunit *test, int ifindex, bool up)
{
	struct strata_link *link;

	link = kunit_kzalloc(test, sizeof(*link), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, link);
	link->dev = kunit_kzalloc(test, sizeof(*link->dev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, link->dev);
	link->ifindex = ifindex;
	if (up)
		set_bit(__LINK_STATE_START, &link->dev->state);
	return link;
}

static int fib_test_init(struct kunit *test)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	kunit_info(test, "seed %d\n", SEED);
	prandom_seed_state(&model->random, SEED);
	for (i = 0; i < LINKS; i++)
		model->link[i] = fake_link(test, i + 1, i < LINKS - 1);
	model->table = strata_trie.create();
	KUNIT_ASSERT_FALSE(test, IS_ERR(model->table));
	test->priv = model;
	return 0;
}

static void model_remove(struct model *model, unsigned int at)
{
	struct strata_route *route = model->route[at];

	strata_trie.remove(model->table, route);
	model->routes--;
	memmove(&model->route[at], &model->route[at + 1],
		(model->routes - at) * sizeof(route));
	kfree(route);
}

static void fib_test_exit(struct kunit *test)
{
	struct model *model = test->priv;

	if (!model)
		return;
	while (model->routes)
		model_remove(model, 0);
	strata_trie.destroy(model->table);
}

static void random_addr(struct model *model, struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < sizeof(*addr); i++)
		addr->s6_addr[i] = choose(model, PREFIX_OCTETS) * 0x55;
}

static void model_insert(struct kunit *test, struct model *model)
{
	struct strata_route *route = kzalloc(sizeof(*route), GFP_KERNEL);
	struct in6_addr addr;

	KUNIT_ASSERT_NOT_NULL(test, route);
	random_addr(model, &addr);
	/* Often short, so that many routes share a node */
	route->plen = choose(model, choose(model, 2) ? 129 : 12);
	ipv6_addr_prefix(&route->prefix, &addr, route->plen);
	route->metric = choose(model, METRICS);
	route->link = model->link[choose(model, LINKS)];
	KUNIT_ASSERT_EQ(test, strata_trie.insert(model->table, route), 0);
	model->route[model->routes++] = route;
}

static bool better(const struct strata_route *a, const struct strata_route *b)
{
	if (!b || a->plen != b->plen)
		return !b || a->plen > b->plen;
	return a->metric < b->metric;
}

/* RFC 1812 5.2.4.3: longest match, then metric; then the older. */
static const struct strata_route *model_lookup(struct model *model,
					       const struct in6_addr *daddr,
					       int oif)
{
	const struct strata_route *route, *best = NULL;
	unsigned int i;

	for (i = 0; i < model->routes; i++) {
		route = model->route[i];
		if (route->link == model->link[LINKS - 1] ||
		    (oif && route->link->ifindex != oif) ||
		    !ipv6_prefix_equal(daddr, &route->prefix, route->plen))
			continue;
		if (better(route, best))
			best = route;
	}
	return best;
}

static void compare_lookups(struct kunit *test, struct model *model)
{
	const struct strata_route *found;
	struct in6_addr daddr;
	unsigned int i;
	int oif;

	for (i = 0; i < LOOKUPS; i++) {
		random_addr(model, &daddr);
		oif = choose(model, LINKS + 1);
		rcu_read_lock();
		found = strata_trie.lookup(model->table, &daddr, oif);
		rcu_read_unlock();
		KUNIT_ASSERT_PTR_EQ(test, found,
				    model_lookup(model, &daddr, oif));
	}
}

static void lookup_agrees_with_the_model(struct kunit *test)
{
	struct model *model = test->priv;
	unsigned int i;

	for (i = 0; i < CHANGES; i++) {
		/* Grows and shrinks in turn, down to empty */
		bool grow = i / ROUTES_MAX % 2 == 0;

		if (grow && model->routes < ROUTES_MAX)
			model_insert(test, model);
		else if (model->routes)
			model_remove(model, choose(model, model->routes));
		compare_lookups(test, model);
	}
}

static void next_visits_one_prefix_by_metric(struct kunit *test)
{
	struct model *model = test->priv;
	struct strata_route *route;
	unsigned int i, seen = 0, there = 0;
	u32 metric = 0;

	while (model->routes < ROUTES_MAX)
		model_insert(test, model);
	for (i = 0; i < model->routes; i++)
		there += !model->route[i]->plen;
	KUNIT_ASSERT_GT(test, there, 1);
	for (route = strata_trie.next(model->table, &in6addr_any, 0, NULL);
	     route;
	     route = strata_trie.next(model->table, &in6addr_any, 0, route)) {
		KUNIT_EXPECT_GE(test, route->metric, metric);
		KUNIT_EXPECT_EQ(test, route->plen, 0);
		metric = route->metric;
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, there);
}

/* What a walk collects; stops when @room is used up. */
struct collection {
	const struct strata_route *route[ROUTES_MAX];
	unsigned int routes;
	unsigned int room;
};

static int collect(const struct strata_route *route, void *arg)
{
	struct collection *collection = arg;

	if (collection->routes == collection->room)
		return -EMSGSIZE;
	collection->route[collection->routes++] = route;
	return 0;
}

/* As strings of bits: 0/0 before 0/1 before 00/2 before 01/2 before 1/1. */
static int prefix_order(const struct in6_addr *a, u8 a_plen,
			const struct in6_addr *b, u8 b_plen)
{
	return memcmp(a, b, sizeof(*a)) ?: a_plen - b_plen;
}

static bool visited_in_order(const struct strata_route *a,
			     const struct strata_route *b)
{
	int order = prefix_order(&a->prefix, a->plen, &b->prefix, b->plen);

	return order < 0 || (!order && a->metric <= b->metric);
}

static void walk_is_in_order_from_any_prefix(struct kunit *test)
{
	struct collection *whole, *part;
	struct model *model = test->priv;
	struct in6_addr addr, from;
	unsigned int i, before;
	u8 plen;

	whole = kunit_kzalloc(test, sizeof(*whole), GFP_KERNEL);
	part = kunit_kzalloc(test, sizeof(*part), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, whole && part);
	while (model->routes < ROUTES_MAX)
		model_insert(test, model);

	/* Given a walk from the shortest prefix, which sees all in order */
	whole->room = ROUTES_MAX;
	part->room = ROUTES_MAX;
	KUNIT_EXPECT_EQ(test, strata_trie.walk(model->table, &in6addr_any, 0,
					       collect, whole), 0);
	KUNIT_ASSERT_EQ(test, whole->routes, ROUTES_MAX);
	for (i = 1; i < ROUTES_MAX; i++)
		KUNIT_EXPECT_TRUE(test, visited_in_order(whole->route[i - 1],
							 whole->route[i]));
	for (i = 0; i < LOOKUPS * LOOKUPS; i++) {
		/* When it begins at one that may or may not be there */
		random_addr(model, &addr);
		plen = choose(model, 129);
		ipv6_addr_prefix(&from, &addr, plen);
		part->routes = 0;
		KUNIT_EXPECT_EQ(test, strata_trie.walk(model->table, &from,
						       plen, collect, part), 0);
		/* Then it sees that one and all that follow */
		for (before = 0; before < ROUTES_MAX; before++)
			if (prefix_order(&whole->route[before]->prefix,
					 whole->route[before]->plen, &from,
					 plen) >= 0)
				break;
		KUNIT_ASSERT_EQ(test, part->routes, ROUTES_MAX - before);
		KUNIT_EXPECT_EQ(test, memcmp(whole->route + before, part->route,
					     part->routes *
					     sizeof(part->route[0])), 0);
	}
}

static void walk_stops_where_it_is_told(struct kunit *test)
{
	struct collection *some;
	struct model *model = test->priv;

	some = kunit_kzalloc(test, sizeof(*some), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, some);
	while (model->routes < ROUTES_MAX)
		model_insert(test, model);
	some->room = 7;
	KUNIT_EXPECT_EQ(test, strata_trie.walk(model->table, &in6addr_any, 0,
					       collect, some), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, some->routes, 7);
}

/* What one insertion works on. */
struct insertion {
	struct model *model;
	struct strata_route *route;
};

static int insert(void *arg)
{
	struct insertion *insertion = arg;

	return strata_trie.insert(insertion->model->table, insertion->route);
}

static void table_agrees_with_the_model(struct kunit *test, int err, void *arg)
{
	struct insertion *insertion = arg;
	struct model *model = insertion->model;
	struct collection *all;

	if (!err)
		strata_trie.remove(model->table, insertion->route);
	all = kunit_kzalloc(test, sizeof(*all), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, all);
	all->room = ROUTES_MAX;
	strata_trie.walk(model->table, &in6addr_any, 0, collect, all);
	KUNIT_EXPECT_EQ(test, all->routes, model->routes);
	compare_lookups(test, model);
}

/* A new prefix may need a node for itself, and one where it parts from others. */
static void insert_needs_all_its_memory(struct kunit *test)
{
	struct model *model = test->priv;
	struct insertion insertion = { .model = model };
	unsigned int i;

	for (i = 0; i < LOOKUPS; i++) {
		model_insert(test, model);
		insertion.route = kunit_kzalloc(test, sizeof(*insertion.route),
						GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, insertion.route);
		insertion.route->link = model->link[0];
		random_addr(model, &insertion.route->prefix);
		insertion.route->plen = ADDR_BITS;
		fault_each(test, insert, table_agrees_with_the_model,
			   &insertion);
	}
}

static void register_refuses_gaps_and_twins(struct kunit *test)
{
	struct strata_fib_algo algo = strata_trie;

	KUNIT_EXPECT_EQ(test, strata_fib_register(&algo), -EEXIST);
	algo.name = "test";
	algo.walk = NULL;
	KUNIT_EXPECT_EQ(test, strata_fib_register(&algo), -EINVAL);
	algo.walk = strata_trie.walk;
	KUNIT_EXPECT_EQ(test, strata_fib_register(&algo), 0);
	strata_fib_unregister(&algo);
	KUNIT_EXPECT_EQ(test, strata_fib_register(&algo), 0);
	strata_fib_unregister(&algo);
}

static struct kunit_case fib_tests[] = {
	KUNIT_CASE(lookup_agrees_with_the_model),
	KUNIT_CASE(next_visits_one_prefix_by_metric),
	KUNIT_CASE(walk_is_in_order_from_any_prefix),
	KUNIT_CASE(walk_stops_where_it_is_told),
	KUNIT_CASE(insert_needs_all_its_memory),
	KUNIT_CASE(register_refuses_gaps_and_twins),
	{}
};

static struct kunit_suite fib_suite = {
	.name = "strata_route_fib",
	.init = fib_test_init,
	.exit = fib_test_exit,
	.test_cases = fib_tests,
};

kunit_test_suite(fib_suite);
