// SPDX-License-Identifier: GPL-2.0
/*
 * Per-namespace state: its creation and end.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <strata/net.h>
#include <strata/visibility.h>

unsigned int strata_net_id __read_mostly;
EXPORT_SYMBOL_GPL(strata_net_id);

static int __net_init core_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	sn->net = net;
	mutex_init(&sn->config);
	atomic_set(&sn->genid, 1);	/* a path of all zeroes is stale */
	sn->counters = alloc_percpu(struct strata_counters);
	return sn->counters ? 0 : -ENOMEM;
}

static void __net_exit core_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	free_percpu(sn->counters);
	mutex_destroy(&sn->config);
}

static struct pernet_operations core_net_ops = {
	.init = core_net_init,
	.exit = core_net_exit,
	.id = &strata_net_id,
	.size = sizeof(struct strata_net),
};

/**
 * strata_core_net_init() - give each namespace its struct strata_net
 *
 * Context: module load; the first rung of the ladder in net/main.c.
 * Return: 0 or -errno.
 */
int strata_core_net_init(void)
{
	return register_pernet_subsys(&core_net_ops);
}

/**
 * strata_core_net_exit() - free what strata_core_net_init() made
 *
 * Context: module unload, after every other layer's exit.
 */
void strata_core_net_exit(void)
{
	unregister_pernet_subsys(&core_net_ops);
}
