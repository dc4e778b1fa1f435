// SPDX-License-Identifier: GPL-2.0
/*
 * The init ladder of net/link.
 */
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <strata/neigh.h>
#include "bind.h"
#include "isolate.h"
#include "links.h"
#include "loopback.h"
#include "neigh_table.h"
#include "netdev.h"

static int __net_init link_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	struct strata_link_net *ln;
	int err;

	ln = kzalloc(sizeof(*ln), GFP_KERNEL);
	if (!ln)
		return -ENOMEM;
	ln->sn = sn;
	INIT_LIST_HEAD(&ln->links);
	err = strata_link_conf_init(ln);
	if (err)
		goto no_conf;
	sn->neigh = strata_neigh_table_create(sn);
	if (!sn->neigh) {
		err = -ENOMEM;
		goto no_neigh;
	}
	sn->link = ln;
	rtnl_lock();
	list_add_tail(&ln->node, &strata_link_nets);
	rtnl_unlock();
	return 0;

no_neigh:
	strata_link_conf_exit(ln);
no_conf:
	kfree(ln);
	return err;
}

/* Its devices are gone, or were detached when the module began to leave. */
static void __net_exit link_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	rtnl_lock();
	list_del(&sn->link->node);
	rtnl_unlock();
	WARN_ON(!list_empty(&sn->link->links));
	strata_neigh_table_destroy(sn->neigh);
	strata_link_conf_exit(sn->link);
	kfree(sn->link);
	sn->neigh = NULL;
	sn->link = NULL;
}

static struct pernet_operations link_net_ops = {
	.init = link_net_init,
	.exit = link_net_exit,
};

/**
 * strata_link_init() - attached devices, neighbours and slo
 *
 * Context: module load, after net/core. Return: 0 or -errno.
 */
int strata_link_init(void)
{
	int err;

	err = register_pernet_subsys(&link_net_ops);
	if (err)
		return err;
	err = strata_bind_init();
	if (err)
		goto no_bind;
	err = strata_isolate_init();
	if (err)
		goto no_isolate;
	err = strata_netdev_init();
	if (err)
		goto no_netdev;
	err = strata_loopback_init();
	if (err)
		goto no_loopback;
	return 0;

no_loopback:
	strata_netdev_exit();
no_netdev:
	strata_isolate_exit();
no_isolate:
	strata_bind_exit();
no_bind:
	unregister_pernet_subsys(&link_net_ops);
	return err;
}

/**
 * strata_link_exit() - detach every device and end
 *
 * Context: module unload, after every layer above. Nobody attaches any more.
 */
void strata_link_exit(void)
{
	strata_loopback_exit();
	strata_netdev_exit();
	strata_isolate_exit();
	strata_bind_exit();
	unregister_pernet_subsys(&link_net_ops);
	/* Neighbour timers that were running, then entries freed by RCU. */
	synchronize_net();
	rcu_barrier();
}
