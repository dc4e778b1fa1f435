// SPDX-License-Identifier: GPL-2.0
/*
 * The table of a namespace's routes, and the algorithm that looks them up.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/packet.h>
#include "table.h"

/* Bits that all prefixes of a family share. */
static const u8 family_base[STRATA_ROUTE_FAMILIES] = {
	[STRATA_ROUTE_IPV4] = 96,
	[STRATA_ROUTE_IPV6] = 0,
};

/**
 * strata_table_create() - an empty table
 * @algo: held; the table holds it from then on
 *
 * Context: process. Return: ERR_PTR(-ENOMEM), and then @algo is still held.
 */
struct strata_table *strata_table_create(const struct strata_fib_algo *algo)
{
	struct strata_table *table;
	int family;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->algo = algo;
	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++) {
		void *fib = algo->create(family_base[family]);

		if (IS_ERR(fib)) {
			while (family--)
				algo->destroy(table->fib[family]);
			kfree(table);
			return ERR_CAST(fib);
		}
		table->fib[family] = fib;
	}
	return table;
}

/**
 * strata_table_destroy() - free a table
 * @table: readers are gone; whatever is in it goes, too
 *
 * Context: process.
 */
void strata_table_destroy(struct strata_table *table)
{
	int family;

	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
		table->algo->destroy(table->fib[family]);
	strata_fib_put(table->algo);
	kfree(table);
}

/* Where a walk over one table puts what it sees. */
struct copy {
	const struct strata_fib_algo *algo;
	void *fib;
};

static int copy_entry(const struct strata_fib_entry *entry, void *arg)
{
	const struct copy *copy = arg;

	return copy->algo->insert(copy->fib, entry);
}

static int table_copy(struct strata_table *to, const struct strata_table *from)
{
	int family, err = 0;

	for (family = 0; family < STRATA_ROUTE_FAMILIES && !err; family++) {
		struct copy copy = { to->algo, to->fib[family] };

		err = from->algo->walk(from->fib[family], &in6addr_any, 0,
				       copy_entry, &copy);
	}
	return err;
}

/**
 * strata_table_switch() - look routes up by another algorithm
 * @sn: the namespace's stack
 * @name: as registered
 * @extack: for the reason of a refusal
 *
 * Readers find every route at any time: in the old table until the new one has
 * them all.
 *
 * Context: process, strata_net.config held. Return: 0, -ENOENT, -ENOMEM.
 */
int strata_table_switch(struct strata_net *sn, const char *name,
			struct netlink_ext_ack *extack)
{
	struct strata_table *old = strata_table_main(sn->route), *new;
	const struct strata_fib_algo *algo;
	int err;

	lockdep_assert_held(&sn->config);
	algo = strata_fib_get(name);
	if (!algo) {
		NL_SET_ERR_MSG(extack, "No such route lookup algorithm");
		return -ENOENT;
	}
	if (algo == old->algo) {
		strata_fib_put(algo);
		return 0;
	}
	new = strata_table_create(algo);
	if (IS_ERR(new)) {
		strata_fib_put(algo);
		return PTR_ERR(new);
	}
	err = table_copy(new, old);
	if (err) {
		strata_table_destroy(new);
		return err;
	}
	rcu_assign_pointer(sn->route->main, new);
	synchronize_net();
	strata_table_destroy(old);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_table_switch);
