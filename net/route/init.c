// SPDX-License-Identifier: GPL-2.0
/*
 * The layer's life: its part of each namespace, and its reaction to links.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include "table.h"

#define FIB_DEFAULT	"trie"

static char *fib_name = FIB_DEFAULT;
module_param_named(fib, fib_name, charp, 0644);
MODULE_PARM_DESC(fib, "route lookup algorithm of namespaces created from now on (default: trie)");

/* The algorithm asked for, or the built-in one where nobody offers it. */
static const struct strata_fib_algo *fib_choose(void)
{
	const struct strata_fib_algo *algo;

	kernel_param_lock(THIS_MODULE);
	algo = strata_fib_get(fib_name);
	if (!algo)
		pr_warn_once("strata: no route lookup algorithm \"%s\", using %s\n",
			     fib_name, FIB_DEFAULT);
	kernel_param_unlock(THIS_MODULE);
	return algo ?: strata_fib_get(FIB_DEFAULT);
}

static void tables_destroy(struct strata_route_net *rn)
{
	int family;

	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++)
		if (!IS_ERR_OR_NULL(rn->table[family]))
			rn->algo->destroy(rn->table[family]);
	strata_fib_put(rn->algo);
}

static int tables_create(struct strata_route_net *rn)
{
	int family;

	rn->algo = fib_choose();
	if (!rn->algo)
		return -ENOENT;
	for (family = 0; family < STRATA_ROUTE_FAMILIES; family++) {
		rn->table[family] = rn->algo->create();
		if (IS_ERR(rn->table[family])) {
			int err = PTR_ERR(rn->table[family]);

			tables_destroy(rn);
			return err;
		}
	}
	return 0;
}

static void __net_exit route_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	mutex_lock(&sn->config);
	strata_addr_purge_link(sn, NULL);
	while (!list_empty(&sn->route->route_list))
		strata_route_erase(sn, list_first_entry(&sn->route->route_list,
							struct strata_route,
							list));
	mutex_unlock(&sn->config);
	/* Nobody may be inside a lookup when the tables go. */
	synchronize_net();
	strata_dests_exit(sn);
	tables_destroy(sn->route);
	kfree(sn->route);
	sn->route = NULL;
}

static int __net_init route_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	struct strata_route_net *rn;
	int err;

	rn = kzalloc(sizeof(*rn), GFP_KERNEL);
	if (!rn)
		return -ENOMEM;
	INIT_LIST_HEAD(&rn->route_list);
	INIT_LIST_HEAD(&rn->addr_list);
	err = tables_create(rn);
	if (err) {
		kfree(rn);
		return err;
	}
	sn->route = rn;
	strata_dests_init(sn);
	return 0;
}

static struct pernet_operations route_net_ops = {
	.init = route_net_init,
	.exit = route_net_exit,
};

static int route_link_event(struct notifier_block *nb, unsigned long event,
			    void *data)
{
	struct strata_link *link = data;
	struct strata_net *sn = link->sn;

	if (!sn->route)
		return NOTIFY_DONE;
	switch (event) {
	case STRATA_LINK_ATTACHED:
		if (link->flags & STRATA_LINK_LOOPBACK &&
		    strata_addr_loopback(link))
			pr_warn("strata: no memory for 127.0.0.1\n");
		break;
	case STRATA_LINK_DETACHING:
		strata_addr_purge_link(sn, link);
		strata_route_purge_link(sn, link);
		break;
	}
	/* Up, down and MTU decide over routes as well. */
	strata_net_changed(sn);
	return NOTIFY_OK;
}

/* Before those who answer an event by sending, so that they find routes. */
static struct notifier_block route_link_notifier = {
	.notifier_call = route_link_event,
	.priority = 1,
};

/**
 * strata_route_init() - addresses and routes for each namespace
 *
 * Context: module load, after net/link. Return: 0 or -errno.
 */
int strata_route_init(void)
{
	int err;

	err = strata_fib_register(&strata_trie);
	if (err)
		return err;
	err = register_pernet_subsys(&route_net_ops);
	if (err)
		goto unregister_algo;
	err = strata_link_notifier_register(&route_link_notifier);
	if (err)
		goto unregister_pernet;
	return 0;

unregister_pernet:
	unregister_pernet_subsys(&route_net_ops);
unregister_algo:
	strata_fib_unregister(&strata_trie);
	return err;
}

/**
 * strata_route_exit() - undo strata_route_init()
 *
 * Context: module unload, before net/link. The ladder waits for RCU callbacks.
 */
void strata_route_exit(void)
{
	strata_link_notifier_unregister(&route_link_notifier);
	unregister_pernet_subsys(&route_net_ops);
	strata_fib_unregister(&strata_trie);
}
