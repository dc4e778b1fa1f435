/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of route lookups share: a table, and a list of what is in it.
 */
#ifndef _KUNIT_ROUTE_FIB_MODEL_H
#define _KUNIT_ROUTE_FIB_MODEL_H

#include <kunit/test.h>
#include <linux/prandom.h>
#include "../../net/route/table.h"

#define ROUTES_MAX	400
#define LINKS		3	/* the last is down */
#define PLACES		24	/* that routes lead to */
#define ADDR_BITS	128
#define V4_BASE		96

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

static inline void fib_describe(const struct fib_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

/**
 * struct fib_model - the table under test and what is in it
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
struct fib_model {
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

static inline u32 fib_choose(struct fib_model *model, u32 n)
{
	return prandom_u32_state(&model->random) % n;
}

int fib_model_init(struct kunit *test);
void fib_model_exit(struct kunit *test);
void fib_random_addr(struct fib_model *model, struct in6_addr *addr);
struct strata_fib_entry fib_random_entry(struct fib_model *model);
struct strata_fib_entry fib_wide_entry(struct fib_model *model);
void fib_model_insert(struct kunit *test, struct fib_model *model);
void fib_model_remove(struct fib_model *model, unsigned int at);
const struct strata_route *fib_model_lookup(struct fib_model *model,
					    void *table,
					    const struct in6_addr *daddr,
					    int oif);

#endif /* _KUNIT_ROUTE_FIB_MODEL_H */
