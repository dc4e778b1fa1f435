// SPDX-License-Identifier: GPL-2.0
/*
 * The built-in route lookups against a model too simple to be wrong: all routes
 * in one array, every one of them compared for each lookup. And tables that are
 * too large for that, one against the other.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
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
#define PLACES		24	/* that routes lead to */
#define ADDR_BITS	128
#define V4_BASE		96
#define PREFIX_OCTETS	3	/* few values, so that prefixes nest */
#define MANY_ROUTES	20000	/* a large table has more than a small one */

/* Which lookup, for which family. */
struct fib_case {
	const char *name;
	const struct strata_fib_algo *algo;
	u8 base;
};

static const struct fib_case fib_cases[] = {
	{ "trie, IPv4", &strata_trie, V4_BASE },
	{ "trie, IPv6", &strata_trie, 0 },
	{ "multibit, IPv4", &strata_multibit, V4_BASE },
	{ "multibit, IPv6", &strata_multibit, 0 },
};

static void fib_describe(const struct fib_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fib, fib_cases, fib_describe);

/**
 * struct model - the table under test and what is in it
 * @random: where all choices come from
 * @algo: under test
 * @base: bits that all prefixes share
 * @table: of @algo
 * @entry: in it, in no order
 * @entries: how many
 * @serial: of the youngest
 * @place: where entries lead to
 * @link: fake ones
 */
struct model {
	struct rnd_state random;
	const struct strata_fib_algo *algo;
	u8 base;
	void *table;
	struct strata_fib_entry entry[ROUTES_MAX];
	unsigned int entries;
	u64 serial;
	struct strata_route place[PLACES];
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
	const struct fib_case *c = test->param_value ?: &fib_cases[0];
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	kunit_info(test, "seed %d\n", SEED);
	prandom_seed_state(&model->random, SEED);
	for (i = 0; i < LINKS; i++)
		model->link[i] = fake_link(test, i + 1, i < LINKS - 1);
	for (i = 0; i < PLACES; i++) {
		model->place[i].metric = choose(model, METRICS);
		model->place[i].link = model->link[choose(model, LINKS)];
	}
	model->algo = c->algo;
	model->base = c->base;
	model->table = model->algo->create(model->base);
	KUNIT_ASSERT_FALSE(test, IS_ERR(model->table));
	test->priv = model;
	return 0;
}

/* What is still in a table goes with it. */
static void fib_test_exit(struct kunit *test)
{
	struct model *model = test->priv;

	if (model)
		model->algo->destroy(model->table);
}

static void random_addr(struct model *model, struct in6_addr *addr)
{
	unsigned int i;

	strata_addr_from4(addr, 0);
	for (i = model->base / 8; i < sizeof(*addr); i++)
		addr->s6_addr[i] = choose(model, PREFIX_OCTETS) * 0x55;
}

static struct strata_fib_entry random_entry(struct model *model)
{
	struct strata_fib_entry entry = {
		.serial = ++model->serial,
		.route = &model->place[choose(model, PLACES)],
	};
	struct in6_addr addr;

	random_addr(model, &addr);
	/* Often short, so that many have the same prefix */
	entry.plen = model->base +
		     choose(model, choose(model, 2) ?
				   ADDR_BITS + 1 - model->base : 12);
	ipv6_addr_prefix(&entry.prefix, &addr, entry.plen);
	return entry;
}

static void model_insert(struct kunit *test, struct model *model)
{
	struct strata_fib_entry entry = random_entry(model);

	KUNIT_ASSERT_EQ(test, model->algo->insert(model->table, &entry), 0);
	model->entry[model->entries++] = entry;
}

static void model_remove(struct model *model, unsigned int at)
{
	model->algo->remove(model->table, &model->entry[at]);
	model->entry[at] = model->entry[--model->entries];
}

static bool better(const struct strata_fib_entry *a,
		   const struct strata_fib_entry *b)
{
	if (!b || a->plen != b->plen)
		return !b || a->plen > b->plen;
	return strata_fib_order(a, b) < 0;
}

/* RFC 1812 5.2.4.3: longest match, then metric; then the older. */
static const struct strata_route *model_lookup(struct model *model,
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

static const struct strata_route *table_lookup(struct model *model, void *table,
					       const struct in6_addr *daddr,
					       int oif)
{
	const struct strata_route *found;

	rcu_read_lock();
	found = model->algo->lookup(table, daddr, oif);
	rcu_read_unlock();
	return found;
}

static void compare_lookups(struct kunit *test, struct model *model)
{
	struct in6_addr daddr;
	unsigned int i;
	int oif;

	for (i = 0; i < LOOKUPS; i++) {
		random_addr(model, &daddr);
		oif = choose(model, LINKS + 1);
		KUNIT_ASSERT_PTR_EQ(test, table_lookup(model, model->table,
						       &daddr, oif),
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

		if (grow && model->entries < ROUTES_MAX)
			model_insert(test, model);
		else if (model->entries)
			model_remove(model, choose(model, model->entries));
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

static bool model_has(const struct model *model,
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
	struct model *model = test->priv;
	struct strata_fib_entry from;
	unsigned int i, before;

	while (model->entries < ROUTES_MAX)
		model_insert(test, model);

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
		from = random_entry(model);
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
	struct model *model = test->priv;

	while (model->entries < ROUTES_MAX)
		model_insert(test, model);
	KUNIT_EXPECT_EQ(test, model->algo->walk(model->table, &in6addr_any, 0,
						collect, some), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, some->entries, 7);
}

/* What one insertion works on. */
struct insertion {
	struct model *model;
	struct strata_fib_entry entry;
};

static int insert(void *arg)
{
	struct insertion *insertion = arg;
	struct model *model = insertion->model;

	return model->algo->insert(model->table, &insertion->entry);
}

static void table_agrees_with_the_model(struct kunit *test, int err, void *arg)
{
	struct insertion *insertion = arg;
	struct model *model = insertion->model;
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
	struct model *model = test->priv;
	struct insertion insertion = { .model = model };
	unsigned int i;

	for (i = 0; i < LOOKUPS * LOOKUPS / 2; i++) {
		model_insert(test, model);
		insertion.entry = random_entry(model);
		fault_each(test, insert, table_agrees_with_the_model,
			   &insertion);
	}
}

/* There is no way to refuse. */
static void remove_needs_no_memory_to_spare(struct kunit *test)
{
	struct model *model = test->priv;

	while (model->entries < ROUTES_MAX)
		model_insert(test, model);
	while (model->entries) {
		fault_arm(1);
		model_remove(model, choose(model, model->entries));
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

/* Any octets, and of the lengths that there are most of, more. */
static struct strata_fib_entry wide_entry(struct model *model)
{
	struct strata_fib_entry entry = random_entry(model);
	struct in6_addr addr = entry.prefix;
	unsigned int i;

	for (i = model->base / 8; i < sizeof(addr); i++)
		addr.s6_addr[i] = choose(model, i % 4 ? 256 : 8);
	if (choose(model, 8))
		entry.plen = model->base + 8 + choose(model, 25);
	ipv6_addr_prefix(&entry.prefix, &addr, entry.plen);
	return entry;
}

static void duel_insert(struct kunit *test, struct model *model,
			struct duel *duel)
{
	struct strata_fib_entry entry = wide_entry(model);

	KUNIT_ASSERT_EQ(test, model->algo->insert(model->table, &entry), 0);
	KUNIT_ASSERT_EQ(test, strata_trie.insert(duel->trie, &entry), 0);
	duel->entry[duel->entries++] = entry;
}

static void duel_remove(struct model *model, struct duel *duel)
{
	unsigned int at = choose(model, duel->entries);

	model->algo->remove(model->table, &duel->entry[at]);
	strata_trie.remove(duel->trie, &duel->entry[at]);
	duel->entry[at] = duel->entry[--duel->entries];
}

/* At both ends of a prefix that is or was there, and just outside. */
static void duel_compare(struct kunit *test, struct model *model,
			 struct duel *duel)
{
	const struct strata_fib_entry *near =
		&duel->entry[choose(model, MANY_ROUTES)];
	int oif = choose(model, 4) ? 0 : choose(model, LINKS + 1);
	unsigned int i, octet = choose(model, 16 - model->base / 8);
	const struct strata_route *found, *expected;
	struct in6_addr daddr = near->prefix;

	if (!near->serial)
		random_addr(model, &daddr);
	else if (choose(model, 2))
		for (i = near->plen; i < ADDR_BITS; i++)
			daddr.s6_addr[i / 8] |= 0x80 >> i % 8;
	if (choose(model, 2))
		daddr.s6_addr[model->base / 8 + octet] +=
			choose(model, 2) ? 1 : -1;
	found = table_lookup(model, model->table, &daddr, oif);
	rcu_read_lock();
	expected = strata_trie.lookup(duel->trie, &daddr, oif);
	rcu_read_unlock();
	KUNIT_ASSERT_PTR_EQ_MSG(test, found, expected,
				"to %pI6c, link %d, of %u", &daddr, oif,
				duel->entries);
}

static void duel_round(struct kunit *test, struct model *model,
		       struct duel *duel, unsigned int to)
{
	while (duel->entries != to) {
		bool grow = duel->entries < to;

		/* One back for three there */
		if (choose(model, 4) == 0)
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
	struct model *model = test->priv;
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

/* ---- readers beside a writer ---- */

#define WATCHED		32
#define READERS		2
#define CHURN		40000	/* changes */
#define CHURN_ROUTES	300
#define ROUNDS		200	/* of a reader between two rests */
#define PIECE		500	/* changes between two rests */

/**
 * struct watch - addresses whose route must not change, whatever else does
 * @model: the table
 * @daddr: the first half have a route of their own, the others the default one
 * @wrong: lookups that said something else
 * @lookups: all of them
 */
struct watch {
	struct model *model;
	struct in6_addr daddr[WATCHED];
	atomic_t wrong;
	atomic_t lookups;
};

static const struct strata_route *watched_route(const struct watch *watch,
						unsigned int i)
{
	return &watch->model->place[i < WATCHED / 2 ? 0 : 1];
}

static int reader(void *arg)
{
	struct watch *watch = arg;
	unsigned int i, at;

	while (!kthread_should_stop()) {
		for (i = 0; i < ROUNDS * WATCHED; i++) {
			at = i % WATCHED;
			if (table_lookup(watch->model, watch->model->table,
					 &watch->daddr[at], 0) !=
			    watched_route(watch, at))
				atomic_inc(&watch->wrong);
		}
		atomic_add(i, &watch->lookups);
		/* In virtual time nothing else gives way to others. */
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}

static void watch_begin(struct kunit *test, struct watch *watch)
{
	struct model *model = watch->model;
	struct strata_fib_entry entry = { .plen = model->base };
	unsigned int i;

	for (i = 0; i < PLACES; i++)
		model->place[i].link = model->link[0];
	for (i = 0; i < WATCHED; i++)
		watch->daddr[i] = wide_entry(model).prefix;
	for (i = 0; i <= WATCHED / 2; i++) {
		/* The default first */
		entry.prefix = watch->daddr[i ? i - 1 : 0];
		entry.plen = i ? ADDR_BITS : model->base;
		entry.serial = ++model->serial;
		entry.route = watched_route(watch, i ? 0 : WATCHED - 1);
		if (!i)
			ipv6_addr_prefix(&entry.prefix, &watch->daddr[0],
					 model->base);
		KUNIT_ASSERT_EQ(test, model->algo->insert(model->table, &entry),
				0);
	}
}

static bool watch_is_touched(const struct watch *watch,
			     const struct strata_fib_entry *entry)
{
	unsigned int i, from = WATCHED / 2;

	/* What is longest stays so; of the others all must keep off. */
	if (entry->plen == ADDR_BITS)
		from = 0;
	for (i = from; i < WATCHED; i++)
		if (ipv6_prefix_equal(&watch->daddr[i], &entry->prefix,
				      entry->plen))
			return true;
	return false;
}

/* Close to a watched address: the same but for the last bit. */
static struct strata_fib_entry near_entry(const struct watch *watch)
{
	struct model *model = watch->model;
	struct strata_fib_entry entry = random_entry(model);
	struct in6_addr addr = watch->daddr[choose(model, WATCHED)];
	u8 last;

	if (entry.plen == model->base)
		entry.plen++;
	last = entry.plen - 1;
	addr.s6_addr[last / 8] ^= 0x80 >> last % 8;
	ipv6_addr_prefix(&entry.prefix, &addr, entry.plen);
	return entry;
}

static void churn(struct kunit *test, struct watch *watch)
{
	struct model *model = watch->model;
	struct strata_fib_entry entry;
	unsigned int i;

	for (i = 0; i < CHURN; i++) {
		entry = near_entry(watch);
		if (model->entries == CHURN_ROUTES ||
		    (model->entries && choose(model, 2))) {
			model_remove(model, choose(model, model->entries));
		} else if (!watch_is_touched(watch, &entry)) {
			KUNIT_ASSERT_EQ(test, model->algo->insert(model->table,
								  &entry), 0);
			model->entry[model->entries++] = entry;
		}
		if (i % PIECE == 0)
			schedule_timeout_uninterruptible(1);
	}
}

/* Two that share octets part, come together and part again, while others look. */
static void readers_see_no_change_but_theirs(struct kunit *test)
{
	struct model *model = test->priv;
	struct task_struct *task[READERS];
	struct watch *watch;
	unsigned int i;

	watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, watch);
	watch->model = model;
	watch_begin(test, watch);
	for (i = 0; i < READERS; i++) {
		task[i] = kthread_run(reader, watch, "fib_test_%u", i);
		KUNIT_EXPECT_FALSE(test, IS_ERR(task[i]));
	}
	churn(test, watch);
	for (i = 0; i < READERS; i++)
		if (!IS_ERR(task[i]))
			kthread_stop(task[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&watch->wrong), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&watch->lookups), 0);
	kunit_info(test, "%d lookups meanwhile\n",
		   atomic_read(&watch->lookups));
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
	KUNIT_CASE_PARAM(readers_see_no_change_but_theirs, fib_gen_params),
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
