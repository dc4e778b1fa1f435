// SPDX-License-Identifier: GPL-2.0
/*
 * The layer's life: its part of each namespace, and its registrations.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <strata/ipv4.h>
#include "ipv4.h"

static int __net_init ipv4_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	struct strata_ipv4_net *net4;

	net4 = kvzalloc(sizeof(*net4), GFP_KERNEL);
	if (!net4)
		return -ENOMEM;
	get_random_bytes(&net4->key, sizeof(net4->key));
	strata_icmp_limit_init(&net4->limit);
	strata_icmp_limit_init(&net4->redirects);
	strata_frags_init(&net4->frags, sn, &strata_ipv4_frag);
	sn->ipv4 = net4;
	strata_igmp_init(sn);
	strata_acd_init(sn);
	if (!strata_ipv4_sysctl_init(sn))
		return 0;
	strata_frags_exit(&net4->frags);
	sn->ipv4 = NULL;
	kvfree(net4);
	return -ENOMEM;
}

static void __net_exit ipv4_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	strata_ipv4_sysctl_exit(sn);
	strata_acd_exit(sn);
	strata_igmp_exit(sn);
	/* Its links are gone, and with them whoever could be in here. */
	synchronize_net();
	strata_frags_exit(&sn->ipv4->frags);
	kvfree(sn->ipv4);
	sn->ipv4 = NULL;
}

static struct pernet_operations ipv4_net_ops = {
	.init = ipv4_net_init,
	.exit = ipv4_net_exit,
};

/* Receiving starts last: by then all that an answer needs is there. */
static int protocols_register(void)
{
	int err;

	err = strata_l3_register(&strata_arp_l3);
	if (err)
		return err;
	err = strata_l3_register(&strata_ipv4_l3);
	if (err)
		strata_l3_unregister(&strata_arp_l3);
	return err;
}

/**
 * strata_ipv4_init() - IPv4 and ARP
 *
 * Context: module load, after net/route. Return: 0 or -errno.
 */
int strata_ipv4_init(void)
{
	int err;

	err = register_pernet_subsys(&ipv4_net_ops);
	if (err)
		return err;
	err = strata_neigh_register(&strata_arp_neigh);
	if (err)
		goto unregister_pernet;
	err = strata_af_register(&strata_ipv4_af);
	if (err)
		goto unregister_neigh;
	err = strata_l4_register(&strata_icmp_l4);
	if (err)
		goto unregister_af;
	err = strata_l4_register(&strata_igmp_l4);
	if (err)
		goto unregister_icmp;
	err = strata_acd_follow();
	if (err)
		goto unregister_igmp;
	strata_group_register(&strata_igmp_groups);
	err = strata_igmp_follow();
	if (err)
		goto unfollow;
	err = protocols_register();
	if (err)
		goto unfollow_igmp;
	return 0;

unfollow_igmp:
	strata_igmp_unfollow();
unfollow:
	strata_group_unregister(&strata_igmp_groups);
	strata_acd_unfollow();
unregister_igmp:
	strata_l4_unregister(&strata_igmp_l4);
unregister_icmp:
	strata_l4_unregister(&strata_icmp_l4);
unregister_af:
	strata_af_unregister(&strata_ipv4_af);
unregister_neigh:
	strata_neigh_unregister(&strata_arp_neigh);
unregister_pernet:
	unregister_pernet_subsys(&ipv4_net_ops);
	return err;
}

/**
 * strata_ipv4_exit() - undo strata_ipv4_init()
 *
 * Context: module unload, after the transport protocols, before net/route.
 */
void strata_ipv4_exit(void)
{
	strata_l3_unregister(&strata_ipv4_l3);
	strata_l3_unregister(&strata_arp_l3);
	strata_igmp_unfollow();
	strata_acd_unfollow();
	strata_l4_unregister(&strata_igmp_l4);
	strata_l4_unregister(&strata_icmp_l4);
	strata_af_unregister(&strata_ipv4_af);
	strata_neigh_unregister(&strata_arp_neigh);
	unregister_pernet_subsys(&ipv4_net_ops);
	strata_group_unregister(&strata_igmp_groups);
}
