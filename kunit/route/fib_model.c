// SPDX-License-Identifier: GPL-2.0
/*
 * A table of routes under test: what is put into it, by chance, and asked of it.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>
#include "fib_model.h"

#define SEED		20260611
#define METRICS		3
#define PREFIX_OCTETS	3	/* few values, so that prefixes nest */

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

int fib_model_init(struct kunit *test)
{
	const struct fib_case *c = test->param_value ?: &fib_cases[0];
	struct fib_model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	kunit_info(test, "seed %d\n", SEED);
	prandom_seed_state(&model->random, SEED);
	for (i = 0; i < LINKS; i++)
		model->link[i] = fake_link(test, i + 1, i < LINKS - 1);
	for (i = 0; i < PLACES; i++) {
		model->place[i].metric = fib_choose(model, METRICS);
		model->place[i].link = model->link[fib_choose(model, LINKS)];
	}
	model->algo = c->algo;
	model->base = c->base;
	model->table = model->algo->create(model->base);
	KUNIT_ASSERT_FALSE(test, IS_ERR(model->table));
	test->priv = model;
	return 0;
}

/* What is still in a table goes with it. */
void fib_model_exit(struct kunit *test)
{
	struct fib_model *model = test->priv;

	if (model)
		model->algo->destroy(model->table);
}

void fib_random_addr(struct fib_model *model, struct in6_addr *addr)
{
	unsigned int i;

	strata_addr_from4(addr, 0);
	for (i = model->base / 8; i < sizeof(*addr); i++)
		addr->s6_addr[i] = fib_choose(model, PREFIX_OCTETS) * 0x55;
}

struct strata_fib_entry fib_random_entry(struct fib_model *model)
{
	struct strata_fib_entry entry = {
		.serial = ++model->serial,
		.route = &model->place[fib_choose(model, PLACES)],
	};
	struct in6_addr addr;

	fib_random_addr(model, &addr);
	/* Often short, so that many have the same prefix */
	entry.plen = model->base +
		     fib_choose(model, fib_choose(model, 2) ?
				   ADDR_BITS + 1 - model->base : 12);
	ipv6_addr_prefix(&entry.prefix, &addr, entry.plen);
	return entry;
}

/* Any octets, and of the lengths that there are most of, more. */
struct strata_fib_entry fib_wide_entry(struct fib_model *model)
{
	struct strata_fib_entry entry = fib_random_entry(model);
	struct in6_addr addr = entry.prefix;
	unsigned int i;

	for (i = model->base / 8; i < sizeof(addr); i++)
		addr.s6_addr[i] = fib_choose(model, i % 4 ? 256 : 8);
	if (fib_choose(model, 8))
		entry.plen = model->base + 8 + fib_choose(model, 25);
	ipv6_addr_prefix(&entry.prefix, &addr, entry.plen);
	return entry;
}

void fib_model_insert(struct kunit *test, struct fib_model *model)
{
	struct strata_fib_entry entry = fib_random_entry(model);

	KUNIT_ASSERT_EQ(test, model->algo->insert(model->table, &entry), 0);
	model->entry[model->entries++] = entry;
}

void fib_model_remove(struct fib_model *model, unsigned int at)
{
	model->algo->remove(model->table, &model->entry[at]);
	model->entry[at] = model->entry[--model->entries];
}

const struct strata_route *fib_model_lookup(struct fib_model *model,
					    void *table,
					    const struct in6_addr *daddr,
					    int oif)
{
	const struct strata_route *found;

	rcu_read_lock();
	found = model->algo->lookup(table, daddr, oif);
	rcu_read_unlock();
	return found;
}
