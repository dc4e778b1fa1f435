// SPDX-License-Identifier: GPL-2.0
/*
 * The layer's life: its part of each namespace, and its reaction to links.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include "table.h"

#define FIB_DEFAULT	"multibit"

static char *fib_name = FIB_DEFAULT;
module_param_named(fib, fib_name, charp, 0644);
MODULE_PARM_DESC(fib, "route lookup algorithm of namespaces created from now on (default: multibit)");

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

static void __net_exit route_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	strata_sysctl_unregister(sn->route->sysctl);
	mutex_lock(&sn->config);
	strata_addr_purge_link(sn, NULL);
	strata_route_purge_all(sn);
	mutex_unlock(&sn->config);
	/* Nobody may be inside a lookup when the tables go. */
	synchronize_net();
	strata_dests_exit(sn);
	strata_nexthops_exit(sn->route);
	strata_rules_exit(sn->route);
	strata_tables_exit(sn->route);
	kfree(sn->route);
	sn->route = NULL;
}

static int main_create(struct strata_route_net *rn)
{
	const struct strata_fib_algo *algo = fib_choose();
	int err = strata_tables_init(rn, algo);

	if (err)
		strata_fib_put(algo);
	return err;
}

static int __net_init route_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	struct strata_route_net *rn;
	int err;

	rn = kzalloc(sizeof(*rn), GFP_KERNEL);
	if (!rn)
		return -ENOMEM;
	INIT_LIST_HEAD(&rn->addr_list);
	strata_nexthops_init(rn);
	err = main_create(rn);
	if (err)
		goto free;
	err = strata_rules_init(rn);
	if (err)
		goto destroy;
	sn->route = rn;
	rn->sysctl = strata_route_sysctl_register(sn);
	if (!rn->sysctl) {
		err = -ENOMEM;
		goto exit_rules;
	}
	strata_dests_init(sn);
	return 0;

exit_rules:
	sn->route = NULL;
	strata_rules_exit(rn);
destroy:
	strata_tables_exit(rn);
free:
	kfree(rn);
	return err;
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
		strata_nexthops_purge_link(sn, link);
		break;
	}
	/* Rules name devices, next hops live and die with them. */
	strata_rules_settle(sn);
	strata_nexthops_settle(sn);
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

	err = mb_node_init();
	if (err)
		return err;
	err = strata_fib_register(&strata_multibit);
	if (err)
		goto exit_nodes;
	err = strata_fib_register(&strata_trie);
	if (err)
		goto unregister_multibit;
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
unregister_multibit:
	strata_fib_unregister(&strata_multibit);
exit_nodes:
	mb_node_exit();
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
	strata_fib_unregister(&strata_multibit);
	mb_node_exit();
}
