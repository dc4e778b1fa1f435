// SPDX-License-Identifier: GPL-2.0
/*
 * MPLS as a module that comes and goes: what a network layer registers, and with
 * whom (Documentation/network-protocol.rst).
 */
#include <linux/module.h>
#include <linux/strata_mpls.h>
#include <linux/sysctl.h>
#include <net/genetlink.h>
#include <net/netns/generic.h>
#include <strata/visibility.h>
#include "mpls.h"

static unsigned int mpls_net_id __read_mostly;

static unsigned int limit_max = MPLS_LABEL_MAX + 1;

static const struct ctl_table mpls_table[] = {
	{
		.procname = "mpls_labels_max",
		.data = (void *)offsetof(struct mpls_net, limit),
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = &limit_max,
	},
	{}
};

/**
 * strata_mpls_net() - a namespace's labels and links
 * @sn: the namespace's stack
 *
 * Context: any. Return: never NULL while the protocol is registered.
 */
struct mpls_net *strata_mpls_net(const struct strata_net *sn)
{
	return net_generic(sn->net, mpls_net_id);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mpls_net);

static int __net_init mpls_net_init(struct net *net)
{
	struct mpls_net *mn = net_generic(net, mpls_net_id);

	mn->sn = strata_net(net);
	mn->limit = MPLS_ENTRIES_DEFAULT;
	xa_init_flags(&mn->ilm, XA_FLAGS_ACCOUNT);
	xa_init_flags(&mn->inputs, XA_FLAGS_ACCOUNT);
	mn->sysctl = strata_sysctl_register(mn->sn, mpls_table,
					    sizeof(mpls_table), mn);
	return mn->sysctl ? 0 : -ENOMEM;
}

/* No request and no packet is inside, nor comes any more. */
static void __net_exit mpls_net_exit(struct net *net)
{
	struct mpls_net *mn = net_generic(net, mpls_net_id);

	strata_sysctl_unregister(mn->sysctl);
	mutex_lock(&mn->sn->config);
	strata_mpls_flush(mn, NULL);
	mutex_unlock(&mn->sn->config);
	xa_destroy(&mn->ilm);
	xa_destroy(&mn->inputs);
}

static struct pernet_operations mpls_net_ops = {
	.init = mpls_net_init,
	.exit = mpls_net_exit,
	.id = &mpls_net_id,
	.size = sizeof(struct mpls_net),
};

static const struct strata_l3_ops mpls_l3_ops = {
	.owner = THIS_MODULE,
	.name = "mpls",
	.type = htons(ETH_P_MPLS_UC),
	.rcv = strata_mpls_rcv,
};

/* Bottom up: whoever can reach something finds it ready. */
static int __init mpls_module_init(void)
{
	int err;

	err = register_pernet_subsys(&mpls_net_ops);
	if (err)
		return err;
	err = strata_link_notifier_register(&strata_mpls_links);
	if (err)
		goto unregister_net;
	err = strata_l3_register(&mpls_l3_ops);
	if (err)
		goto unregister_links;
	err = genl_register_family(&strata_mpls_family);
	if (err)
		goto unregister_l3;
	return 0;

unregister_l3:
	strata_l3_unregister(&mpls_l3_ops);
unregister_links:
	strata_link_notifier_unregister(&strata_mpls_links);
unregister_net:
	unregister_pernet_subsys(&mpls_net_ops);
	return err;
}

/* Each step returns when nobody is inside any more: requests, then packets, then
 * what happens to links. The labels go with the namespaces' part.
 */
static void __exit mpls_module_exit(void)
{
	genl_unregister_family(&strata_mpls_family);
	strata_l3_unregister(&mpls_l3_ops);
	strata_link_notifier_unregister(&strata_mpls_links);
	unregister_pernet_subsys(&mpls_net_ops);
}

module_init(mpls_module_init);
module_exit(mpls_module_exit);

MODULE_DESCRIPTION("MPLS for Strata");
MODULE_LICENSE("GPL");
/* The command loads the module where it is installed. */
MODULE_ALIAS_GENL_FAMILY(STRATA_MPLS_FAMILY_NAME);
