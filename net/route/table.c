// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of a namespace's routes, and the algorithm that looks them up.
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

/* An empty table, which holds @algo from then on. */
static struct strata_table *table_create(const struct strata_fib_algo *algo)
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

/* Readers are gone; whatever is in it goes, too. */
static void table_destroy(struct strata_table *table)
{
	int family;

	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
		table->algo->destroy(table->fib[family]);
	strata_fib_put(table->algo);
	kfree(table);
}

/**
 * strata_table_of() - the table of a number
 * @rn: the namespace's routes
 * @id: the number; 0: the main one
 *
 * Context: process, strata_net.config held. Return: NULL: it has no route.
 */
struct strata_table_slot *strata_table_of(const struct strata_route_net *rn,
					  u32 id)
{
	struct strata_table_slot *slot;

	list_for_each_entry(slot, &rn->tables, node)
		if (slot->id == (id ?: STRATA_TABLE_MAIN))
			return slot;
	return NULL;
}

static void slot_link(struct strata_route_net *rn,
		      struct strata_table_slot *new)
{
	struct strata_table_slot *slot;

	list_for_each_entry(slot, &rn->tables, node)
		if (slot->id > new->id)
			break;
	list_add_tail(&new->node, &slot->node);
	rn->table_count++;
}

static int slot_fill(struct strata_table_slot *slot,
		     const struct strata_fib_algo *algo)
{
	struct strata_table *table = table_create(algo);

	if (IS_ERR(table))
		return PTR_ERR(table);
	RCU_INIT_POINTER(slot->now, table);
	return 0;
}

static struct strata_table_slot *slot_create(struct strata_route_net *rn,
					     u32 id)
{
	/* The one that all the others have, whatever its name means by now. */
	const struct strata_fib_algo *algo = strata_table_main(rn)->algo;
	struct strata_table_slot *slot;
	int err;

	slot = kzalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT);
	if (!slot)
		return ERR_PTR(-ENOMEM);
	slot->id = id;
	__module_get(algo->owner);
	err = slot_fill(slot, algo);
	if (err) {
		strata_fib_put(algo);
		kfree(slot);
		return ERR_PTR(err);
	}
	return slot;
}

/**
 * strata_table_get() - the table of a number, created if missing
 * @sn: the namespace's stack
 * @id: the number; 0: the main one
 * @extack: for the reason of a refusal
 *
 * The caller calls strata_tables_reap() if it puts nothing in it.
 *
 * Context: process, strata_net.config held. Return: ERR_PTR(-EINVAL, -ENOSPC,
 * -ENOMEM).
 */
struct strata_table_slot *strata_table_get(struct strata_net *sn, u32 id,
					   struct netlink_ext_ack *extack)
{
	struct strata_route_net *rn = sn->route;
	struct strata_table_slot *slot = strata_table_of(rn, id);

	lockdep_assert_held(&sn->config);
	if (slot)
		return slot;
	if (id == STRATA_TABLE_LOCAL) {
		NL_SET_ERR_MSG(extack,
			       "The local table has this host's addresses alone");
		return ERR_PTR(-EINVAL);
	}
	if (rn->table_count >= STRATA_TABLE_LIMIT) {
		NL_SET_ERR_MSG(extack, "Too many tables in this namespace");
		return ERR_PTR(-ENOSPC);
	}
	slot = slot_create(rn, id);
	if (IS_ERR(slot))
		return slot;
	slot_link(rn, slot);
	strata_rules_settle(sn);
	return slot;
}

static void slot_free(struct strata_table_slot *slot)
{
	table_destroy(strata_slot_table(slot));
	kfree(slot);
}

/**
 * strata_tables_reap() - free tables that have no route any more
 * @sn: the namespace's stack
 *
 * Context: process, strata_net.config held, sleeps.
 */
void strata_tables_reap(struct strata_net *sn)
{
	struct strata_route_net *rn = sn->route;
	struct strata_table_slot *slot, *next;
	LIST_HEAD(empty);

	lockdep_assert_held(&sn->config);
	list_for_each_entry_safe(slot, next, &rn->tables, node) {
		if (slot->entries || slot == &rn->main)
			continue;
		list_move(&slot->node, &empty);
		rn->table_count--;
	}
	if (list_empty(&empty))
		return;
	strata_rules_settle(sn);
	synchronize_net();
	list_for_each_entry_safe(slot, next, &empty, node)
		slot_free(slot);
}

/**
 * strata_tables_init() - the main table
 * @rn: the namespace's routes
 * @algo: held; the table holds it from then on
 *
 * Context: process. Return: 0, or -ENOMEM, and then @algo is still held.
 */
int strata_tables_init(struct strata_route_net *rn,
		       const struct strata_fib_algo *algo)
{
	INIT_LIST_HEAD(&rn->tables);
	rn->main.id = STRATA_TABLE_MAIN;
	slot_link(rn, &rn->main);
	return slot_fill(&rn->main, algo);
}

/**
 * strata_tables_exit() - free the main table
 * @rn: the namespace's routes, none of which is left; readers are gone
 *
 * Context: process.
 */
void strata_tables_exit(struct strata_route_net *rn)
{
	table_destroy(strata_table_main(rn));
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

/* A table with another algorithm and all that @slot's present one has. */
static struct strata_table *slot_convert(const struct strata_table_slot *slot,
					 const struct strata_fib_algo *algo)
{
	struct strata_table *new = table_create(algo);
	int err;

	if (IS_ERR(new))
		return new;
	__module_get(algo->owner);
	err = table_copy(new, strata_slot_table(slot));
	if (!err)
		return new;
	table_destroy(new);
	return ERR_PTR(err);
}

static int convert_all(struct strata_route_net *rn,
		       const struct strata_fib_algo *algo,
		       struct strata_table **new)
{
	struct strata_table_slot *slot;
	unsigned int i = 0;

	list_for_each_entry(slot, &rn->tables, node) {
		new[i] = slot_convert(slot, algo);
		if (!IS_ERR(new[i++]))
			continue;
		while (--i)
			table_destroy(new[i - 1]);
		return -ENOMEM;
	}
	return 0;
}

/* @new: in: what takes the place of the present ones, which are destroyed. */
static void exchange_all(struct strata_route_net *rn, struct strata_table **new)
{
	struct strata_table_slot *slot;
	unsigned int i = 0;

	list_for_each_entry(slot, &rn->tables, node) {
		new[i] = rcu_replace_pointer(slot->now, new[i], true);
		i++;
	}
	synchronize_net();
	while (i--)
		table_destroy(new[i]);
}

/**
 * strata_table_switch() - look routes of all tables up by another algorithm
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
	struct strata_route_net *rn = sn->route;
	const struct strata_fib_algo *algo;
	struct strata_table **new;
	int err = 0;

	lockdep_assert_held(&sn->config);
	algo = strata_fib_get(name);
	if (!algo) {
		NL_SET_ERR_MSG(extack, "No such route lookup algorithm");
		return -ENOENT;
	}
	if (algo != strata_table_main(rn)->algo) {
		new = kcalloc(rn->table_count, sizeof(struct strata_table *),
			      GFP_KERNEL);
		err = new ? convert_all(rn, algo, new) : -ENOMEM;
		if (!err)
			exchange_all(rn, new);
		kfree(new);
	}
	strata_fib_put(algo);
	return err;
}
EXPORT_SYMBOL_GPL(strata_table_switch);
