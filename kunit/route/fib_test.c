// SPDX-License-Identifier: GPL-2.0
/*
 * The built-in route lookups against a model too simple to be wrong: all routes
 * in one array, every one of them compared for each lookup. And tables that are
 * too large for that, one against the other.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include "../fault.h"
#include "fib_model.h"

#define CHANGES		4000
#define LOOKUPS		20	/* after each change */
#define MANY_ROUTES	20000	/* a large table has more than a small one */

KUNIT_ARRAY_PARAM(fib, fib_cases, fib_describe);

static bool better(const struct strata_fib_entry *a,
		   const struct strata_fib_entry *b)
{
	if (!b || a->plen != b->plen)
		return !b || a->plen > b->plen;
	return strata_fib_order(a, b) < 0;
}

/* RFC 1812 5.2.4.3: longest match, then metric; then the older. */
static const struct strata_route *model_lookup(struct fib_model *model,
					       const struct in6_addr *daddr,
					       int oif)
{
	const struct strata_fib_entry *entry, *best = NULL;

	for (entry = model->entry; entry < model->entry + model->entries;
	     entry++) {
		if (entry->route->link == model->link[LINKS - 1] ||
		    (oif && entry->route->link->ifindex != oif) ||
		    !ipv6_prefix_equal(daddr, &entry->prefix, entry->plen))
			continue;
		if (better(entry, best))
			best = entry;
	}
	return best ? best->route : NULL;
}

static void compare_lookups(struct kunit *test, struct fib_model *model)
{
	struct in6_addr daddr;
	unsigned int i;
	int oif;

	for (i = 0; i < LOOKUPS; i++) {
		fib_random_addr(model, &daddr);
		oif = fib_choose(model, LINKS + 1);
		KUNIT_ASSERT_PTR_EQ(test,
				    fib_model_lookup(model, model->table,
						     &daddr, oif),
				    model_lookup(model, &daddr, oif));
	}
}

static void lookup_agrees_with_the_model(struct kunit *test)
{
	struct fib_model *model = test->priv;
	unsigned int i;

	for (i = 0; i < CHANGES; i++) {
		/* Grows and shrinks in turn, down to empty */
		bool grow = i / ROUTES_MAX % 2 == 0;

		if (grow && model->entries < ROUTES_MAX)
			fib_model_insert(test, model);
		else if (model->entries)
			fib_model_remove(model, fib_choose(model, model->entries));
		compare_lookups(test, model);
	}
}

/* What a walk collects; stops when @room is used up. */
struct collection {
	struct strata_fib_entry entry[ROUTES_MAX];
	unsigned int entries;
	unsigned int room;
};

static int collect(const struct strata_fib_entry *entry, void *arg)
{
	struct collection *collection = arg;

	if (collection->entries == collection->room)
		return -EMSGSIZE;
	collection->entry[collection->entries++] = *entry;
	return 0;
}

static struct collection *collection_new(struct kunit *test, unsigned int room)
{
	struct collection *collection;

	collection = kunit_kzalloc(test, sizeof(*collection), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, collection);
	collection->room = room;
	return collection;
}

/* As strings of bits: 0/0 before 0/1 before 00/2 before 01/2 before 1/1. */
static int prefix_order(const struct strata_fib_entry *a,
			const struct strata_fib_entry *b)
{
	return memcmp(&a->prefix, &b->prefix, sizeof(a->prefix)) ?:
	       a->plen - b->plen;
}

static bool visited_in_order(const struct strata_fib_entry *a,
			     const struct strata_fib_entry *b)
{
	int order = prefix_order(a, b);

	return order < 0 || (!order && strata_fib_order(a, b) < 0);
}

static bool model_has(const struct fib_model *model,
		      const struct strata_fib_entry *entry)
{
	unsigned int i;

	for (i = 0; i < model->entries; i++)
		if (model->entry[i].serial == entry->serial)
			return !prefix_order(&model->entry[i], entry) &&
			       model->entry[i].route == entry->route;
	return false;
}

static void walk_is_in_order_from_any_prefix(struct kunit *test)
{
	struct collection *whole = collection_new(test, ROUTES_MAX);
	struct collection *part = collection_new(test, ROUTES_MAX);
	struct fib_model *model = test->priv;
	struct strata_fib_entry from;
	unsigned int i, before;

	while (model->entries < ROUTES_MAX)
		fib_model_insert(test, model);

	/* Given a walk from the shortest prefix, which sees all in order */
	KUNIT_EXPECT_EQ(test, model->algo->walk(model->table, &in6addr_any, 0,
						collect, whole), 0);
	KUNIT_ASSERT_EQ(test, whole->entries, ROUTES_MAX);
	for (i = 0; i < ROUTES_MAX; i++)
		KUNIT_EXPECT_TRUE(test, model_has(model, &whole->entry[i]));
	for (i = 1; i < ROUTES_MAX; i++)
		KUNIT_EXPECT_TRUE(test, visited_in_order(&whole->entry[i - 1],
							 &whole->entry[i]));
	for (i = 0; i < LOOKUPS * LOOKUPS; i++) {
		/* When it begins at one that may or may not be there */
		from = fib_random_entry(model);
		part->entries = 0;
		KUNIT_EXPECT_EQ(test, model->algo->walk(model->table,
							&from.prefix, from.plen,
							collect, part), 0);
		/* Then it sees that one and all that follow */
		for (before = 0; before < ROUTES_MAX; before++)
			if (prefix_order(&whole->entry[before], &from) >= 0)
				break;
		KUNIT_ASSERT_EQ(test, part->entries, ROUTES_MAX - before);
		KUNIT_EXPECT_EQ(test, memcmp(whole->entry + before, part->entry,
					     part->entries *
					     sizeof(part->entry[0])), 0);
	}
}

static void walk_stops_where_it_is_told(struct kunit *test)
{
	struct collection *some = collection_new(test, 7);
	struct fib_model *model = test->priv;

	while (model->entries < ROUTES_MAX)
		fib_model_insert(test, model);
	KUNIT_EXPECT_EQ(test, model->algo->walk(model->table, &in6addr_any, 0,
						collect, some), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, some->entries, 7);
}

/* What one insertion works on. */
struct insertion {
	struct fib_model *model;
	struct strata_fib_entry entry;
};

static int insert(void *arg)
{
	struct insertion *insertion = arg;
	struct fib_model *model = insertion->model;

	return model->algo->insert(model->table, &insertion->entry);
}

static void table_agrees_with_the_model(struct kunit *test, int err, void *arg)
{
	struct insertion *insertion = arg;
	struct fib_model *model = insertion->model;
	struct collection *all = collection_new(test, ROUTES_MAX);

	if (!err)
		model->algo->remove(model->table, &insertion->entry);
	model->algo->walk(model->table, &in6addr_any, 0, collect, all);
	KUNIT_EXPECT_EQ(test, all->entries, model->entries);
	compare_lookups(test, model);
	kunit_kfree(test, all);
}

/* A new prefix may need a node for itself, and one where it parts from others. */
static void insert_needs_all_its_memory(struct kunit *test)
{
	struct fib_model *model = test->priv;
	struct insertion insertion = { .model = model };
	unsigned int i;

	for (i = 0; i < LOOKUPS * LOOKUPS / 2; i++) {
		fib_model_insert(test, model);
		insertion.entry = fib_random_entry(model);
		fault_each(test, insert, table_agrees_with_the_model,
			   &insertion);
	}
}

/* There is no way to refuse. */
static void remove_needs_no_memory_to_spare(struct kunit *test)
{
	struct fib_model *model = test->priv;

	while (model->entries < ROUTES_MAX)
		fib_model_insert(test, model);
	while (model->entries) {
		fault_arm(1);
		fib_model_remove(model, fib_choose(model, model->entries));
		fault_disarm();
		compare_lookups(test, model);
	}
}

/* ---- one against the other ---- */

/**
 * struct duel - two tables with the same in them
 * @trie: what the other must agree with
 * @entry: in both, in no order
 * @entries: how many
 */
struct duel {
	void *trie;
	struct strata_fib_entry *entry;
	unsigned int entries;
};

static void duel_insert(struct kunit *test, struct fib_model *model,
			struct duel *duel)
{
	struct strata_fib_entry entry = fib_wide_entry(model);

	KUNIT_ASSERT_EQ(test, model->algo->insert(model->table, &entry), 0);
	KUNIT_ASSERT_EQ(test, strata_trie.insert(duel->trie, &entry), 0);
	duel->entry[duel->entries++] = entry;
}

static void duel_remove(struct fib_model *model, struct duel *duel)
{
	unsigned int at = fib_choose(model, duel->entries);

	model->algo->remove(model->table, &duel->entry[at]);
	strata_trie.remove(duel->trie, &duel->entry[at]);
	duel->entry[at] = duel->entry[--duel->entries];
}

/* At both ends of a prefix that is or was there, and just outside. */
static void duel_compare(struct kunit *test, struct fib_model *model,
			 struct duel *duel)
{
	const struct strata_fib_entry *near =
		&duel->entry[fib_choose(model, MANY_ROUTES)];
	int oif = fib_choose(model, 4) ? 0 : fib_choose(model, LINKS + 1);
	unsigned int i, octet = fib_choose(model, 16 - model->base / 8);
	const struct strata_route *found, *expected;
	struct in6_addr daddr = near->prefix;

	if (!near->serial)
		fib_random_addr(model, &daddr);
	else if (fib_choose(model, 2))
		for (i = near->plen; i < ADDR_BITS; i++)
			daddr.s6_addr[i / 8] |= 0x80 >> i % 8;
	if (fib_choose(model, 2))
		daddr.s6_addr[model->base / 8 + octet] +=
			fib_choose(model, 2) ? 1 : -1;
	found = fib_model_lookup(model, model->table, &daddr, oif);
	rcu_read_lock();
	expected = strata_trie.lookup(duel->trie, &daddr, oif);
	rcu_read_unlock();
	KUNIT_ASSERT_PTR_EQ_MSG(test, found, expected,
				"to %pI6c, link %d, of %u", &daddr, oif,
				duel->entries);
}

static void duel_round(struct kunit *test, struct fib_model *model,
		       struct duel *duel, unsigned int to)
{
	while (duel->entries != to) {
		bool grow = duel->entries < to;

		/* One back for three there */
		if (fib_choose(model, 4) == 0)
			grow = !grow && duel->entries < MANY_ROUTES;
		if (grow)
			duel_insert(test, model, duel);
		else if (duel->entries)
			duel_remove(model, duel);
		duel_compare(test, model, duel);
		cond_resched();
	}
}

static void large_tables_agree(struct kunit *test)
{
	struct fib_model *model = test->priv;
	struct duel duel = {};

	duel.trie = strata_trie.create(model->base);
	KUNIT_ASSERT_FALSE(test, IS_ERR(duel.trie));
	duel.entry = kvcalloc(MANY_ROUTES, sizeof(*duel.entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, duel.entry);
	duel_round(test, model, &duel, MANY_ROUTES);
	duel_round(test, model, &duel, 100);
	duel_round(test, model, &duel, MANY_ROUTES / 2);
	duel_round(test, model, &duel, 0);
	kvfree(duel.entry);
	strata_trie.destroy(duel.trie);
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
	KUNIT_CASE_PARAM(lookup_agrees_with_the_model, fib_gen_params),
	KUNIT_CASE_PARAM(walk_is_in_order_from_any_prefix, fib_gen_params),
	KUNIT_CASE_PARAM(walk_stops_where_it_is_told, fib_gen_params),
	KUNIT_CASE_PARAM(insert_needs_all_its_memory, fib_gen_params),
	KUNIT_CASE_PARAM(remove_needs_no_memory_to_spare, fib_gen_params),
	KUNIT_CASE_PARAM(large_tables_agree, fib_gen_params),
	KUNIT_CASE(register_refuses_gaps_and_twins),
	{}
};

static struct kunit_suite fib_suite = {
	.name = "strata_route_fib",
	.init = fib_model_init,
	.exit = fib_model_exit,
	.test_cases = fib_tests,
};

kunit_test_suite(fib_suite);
