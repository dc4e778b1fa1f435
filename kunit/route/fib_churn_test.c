// SPDX-License-Identifier: GPL-2.0
/*
 * Readers of a table of routes beside its writer.
 */
#include <linux/kthread.h>
#include <linux/slab.h>
#include "fib_model.h"

#define WATCHED		32
#define READERS		2
#define CHURN		40000	/* changes */
#define CHURN_ROUTES	300
#define ROUNDS		200	/* of a reader between two rests */
#define PIECE		500	/* changes between two rests */

KUNIT_ARRAY_PARAM(fib, fib_cases, fib_describe);

/**
 * struct watch - addresses whose route must not change, whatever else does
 * @model: the table
 * @daddr: the first half have a route of their own, the others the default one
 * @wrong: lookups that said something else
 * @lookups: all of them
 */
struct watch {
	struct fib_model *model;
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
			if (fib_model_lookup(watch->model, watch->model->table,
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
	struct fib_model *model = watch->model;
	struct strata_fib_entry entry = { .plen = model->base };
	unsigned int i;

	for (i = 0; i < PLACES; i++)
		model->place[i].link = model->link[0];
	for (i = 0; i < WATCHED; i++)
		watch->daddr[i] = fib_wide_entry(model).prefix;
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
	struct fib_model *model = watch->model;
	struct strata_fib_entry entry = fib_random_entry(model);
	struct in6_addr addr = watch->daddr[fib_choose(model, WATCHED)];
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
	struct fib_model *model = watch->model;
	struct strata_fib_entry entry;
	unsigned int i;

	for (i = 0; i < CHURN; i++) {
		entry = near_entry(watch);
		if (model->entries == CHURN_ROUTES ||
		    (model->entries && fib_choose(model, 2))) {
			fib_model_remove(model, fib_choose(model, model->entries));
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
	struct fib_model *model = test->priv;
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

static struct kunit_case fib_churn_tests[] = {
	KUNIT_CASE_PARAM(readers_see_no_change_but_theirs, fib_gen_params),
	{}
};

static struct kunit_suite fib_churn_suite = {
	.name = "strata_route_fib_churn",
	.init = fib_model_init,
	.exit = fib_model_exit,
	.test_cases = fib_churn_tests,
};

kunit_test_suite(fib_churn_suite);
