// SPDX-License-Identifier: GPL-2.0
/*
 * The layer's life: its part of each namespace, and its registrations.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <strata/ipv6.h>
#include "ipv6.h"

static int __net_init ipv6_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	struct strata_ipv6_net *net6;

	net6 = kvzalloc(sizeof(*net6), GFP_KERNEL);
	if (!net6)
		return -ENOMEM;
	get_random_bytes(&net6->stable_secret, sizeof(net6->stable_secret));
	strata_icmp_limit_init(&net6->limit);
	strata_icmp_limit_init(&net6->redirects);
	strata_frags_init(&net6->frags, sn, &strata_ipv6_frag);
	strata_temp_init(&net6->temp);
	sn->ipv6 = net6;
	strata_follow_init(sn);
	if (!strata_ipv6_sysctl_init(sn))
		return 0;
	strata_frags_exit(&net6->frags);
	sn->ipv6 = NULL;
	kvfree(net6);
	return -ENOMEM;
}

static void __net_exit ipv6_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	strata_ipv6_sysctl_exit(sn);
	strata_follow_exit(sn);
	mutex_lock(&sn->config);
	strata_group_leave_all(sn, AF_INET6, NULL);
	mutex_unlock(&sn->config);
	/* Whoever receives or sends is past its last look at the part. */
	synchronize_net();
	strata_frags_exit(&sn->ipv6->frags);
	kvfree(sn->ipv6);
	sn->ipv6 = NULL;
}

static struct pernet_operations ipv6_net_ops = {
	.init = ipv6_net_init,
	.exit = ipv6_net_exit,
};

/**
 * strata_ipv6_init() - IPv6 and neighbour discovery
 *
 * Receiving starts before links get their addresses, so that an answer to
 * what these make us send is heard.
 *
 * Context: module load, after net/route. Return: 0 or -errno.
 */
int strata_ipv6_init(void)
{
	int err;

	err = register_pernet_subsys(&ipv6_net_ops);
	if (err)
		return err;
	err = strata_neigh_register(&strata_nd_neigh);
	if (err)
		goto unregister_pernet;
	err = strata_af_register(&strata_ipv6_af);
	if (err)
		goto unregister_neigh;
	err = strata_l4_register(&strata_icmp6_l4);
	if (err)
		goto unregister_af;
	err = strata_l3_register(&strata_ipv6_l3);
	if (err)
		goto unregister_icmp6;
	strata_group_register(&strata_mld_groups);
	err = strata_host_follow();
	if (err)
		goto unregister_l3;
	return 0;

unregister_l3:
	strata_group_unregister(&strata_mld_groups);
	strata_l3_unregister(&strata_ipv6_l3);
unregister_icmp6:
	strata_l4_unregister(&strata_icmp6_l4);
unregister_af:
	strata_af_unregister(&strata_ipv6_af);
unregister_neigh:
	strata_neigh_unregister(&strata_nd_neigh);
unregister_pernet:
	unregister_pernet_subsys(&ipv6_net_ops);
	return err;
}

/**
 * strata_ipv6_exit() - undo strata_ipv6_init()
 *
 * Context: module unload, after the transport protocols, before net/route.
 */
void strata_ipv6_exit(void)
{
	strata_host_unfollow();
	strata_l3_unregister(&strata_ipv6_l3);
	strata_l4_unregister(&strata_icmp6_l4);
	strata_af_unregister(&strata_ipv6_af);
	strata_neigh_unregister(&strata_nd_neigh);
	unregister_pernet_subsys(&ipv6_net_ops);
	strata_group_unregister(&strata_mld_groups);
}
