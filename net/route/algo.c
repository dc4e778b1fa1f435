// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of route lookup algorithms.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "table.h"

/**
 * struct algo_entry - a registered algorithm
 * @node: in the registry; algo_lock
 * @algo: its table
 */
struct algo_entry {
	struct list_head node;
	const struct strata_fib_algo *algo;
};

static DEFINE_MUTEX(algo_lock);
static LIST_HEAD(algos);

static struct algo_entry *algo_find(const char *name)
{
	struct algo_entry *entry;

	lockdep_assert_held(&algo_lock);
	list_for_each_entry(entry, &algos, node)
		if (!strcmp(entry->algo->name, name))
			return entry;
	return NULL;
}

static bool algo_complete(const struct strata_fib_algo *algo)
{
	return algo->name && algo->create && algo->destroy && algo->insert &&
	       algo->remove && algo->lookup && algo->walk;
}

/**
 * strata_fib_register() - offer a route lookup algorithm
 * @algo: complete; lives until unregistered
 *
 * Namespaces created from now on may use it (module parameter "fib").
 *
 * Context: process. Return: 0, -EINVAL (a gap in @algo), -EEXIST, -ENOMEM.
 */
int strata_fib_register(const struct strata_fib_algo *algo)
{
	struct algo_entry *entry;
	int err = 0;

	if (!algo_complete(algo))
		return -EINVAL;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	entry->algo = algo;
	mutex_lock(&algo_lock);
	if (algo_find(algo->name))
		err = -EEXIST;
	else
		list_add_tail(&entry->node, &algos);
	mutex_unlock(&algo_lock);
	if (err)
		kfree(entry);
	return err;
}
EXPORT_SYMBOL_GPL(strata_fib_register);

/**
 * strata_fib_unregister() - withdraw a route lookup algorithm
 * @algo: registered; any other table is left alone
 *
 * No namespace uses it any more: each of them holds its module.
 *
 * Context: process.
 */
void strata_fib_unregister(const struct strata_fib_algo *algo)
{
	struct algo_entry *entry;

	mutex_lock(&algo_lock);
	entry = algo_find(algo->name);
	if (entry && entry->algo == algo) {
		list_del(&entry->node);
		kfree(entry);
	}
	mutex_unlock(&algo_lock);
}
EXPORT_SYMBOL_GPL(strata_fib_unregister);

/**
 * strata_fib_get() - find a route lookup algorithm and keep its module
 * @name: as registered
 *
 * Context: process. Return: for strata_fib_put(), NULL if there is none.
 */
const struct strata_fib_algo *strata_fib_get(const char *name)
{
	const struct strata_fib_algo *algo = NULL;
	struct algo_entry *entry;

	mutex_lock(&algo_lock);
	entry = algo_find(name);
	if (entry && try_module_get(entry->algo->owner))
		algo = entry->algo;
	mutex_unlock(&algo_lock);
	return algo;
}

/**
 * strata_fib_put() - give back what strata_fib_get() returned
 * @algo: no longer used
 *
 * Context: any.
 */
void strata_fib_put(const struct strata_fib_algo *algo)
{
	module_put(algo->owner);
}
