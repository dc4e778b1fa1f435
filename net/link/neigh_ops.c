// SPDX-License-Identifier: GPL-2.0
/*
 * How each family resolves: ARP for IPv4, neighbour discovery for IPv6.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <strata/packet.h>
#include "links.h"
#include "neigh_entry.h"
#include "neigh_table.h"

enum {
	NEIGH_IPV4,
	NEIGH_IPV6,
	NEIGH_FAMILIES
};

/* Written under RTNL, read under RCU. */
static const struct strata_neigh_ops __rcu *neigh_ops[NEIGH_FAMILIES];

static int neigh_family(int family)
{
	switch (family) {
	case AF_INET:
		return NEIGH_IPV4;
	case AF_INET6:
		return NEIGH_IPV6;
	}
	return -EAFNOSUPPORT;
}

/**
 * strata_neigh_ops_of() - how an address is resolved
 * @addr: next hop
 *
 * Context: RCU read side. Return: NULL if its family is not there.
 */
const struct strata_neigh_ops *strata_neigh_ops_of(const struct in6_addr *addr)
{
	return rcu_dereference(neigh_ops[strata_addr_is4(addr) ? NEIGH_IPV4 :
							      NEIGH_IPV6]);
}

/**
 * strata_neigh_register() - offer resolution for a family
 * @ops: complete; lives until unregistered
 *
 * Context: process, takes RTNL.
 * Return: 0, -EINVAL (a gap in @ops), -EAFNOSUPPORT, -EEXIST.
 */
int strata_neigh_register(const struct strata_neigh_ops *ops)
{
	int family = neigh_family(ops->family);
	int err = 0;

	if (family < 0)
		return family;
	if (!ops->solicit || !ops->map || !ops->unreachable)
		return -EINVAL;
	rtnl_lock();
	if (rtnl_dereference(neigh_ops[family]))
		err = -EEXIST;
	else
		rcu_assign_pointer(neigh_ops[family], ops);
	rtnl_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(strata_neigh_register);

static bool neigh_has_ops(const struct strata_neigh *neigh, const void *ops)
{
	return neigh->ops == ops;
}

/**
 * strata_neigh_unregister() - withdraw it, with all entries of the family
 * @ops: registered; any other table is left alone
 *
 * When it returns nobody is inside @ops' functions.
 *
 * Context: process, takes RTNL, sleeps.
 */
void strata_neigh_unregister(const struct strata_neigh_ops *ops)
{
	int family = neigh_family(ops->family);
	struct strata_link_net *ln;

	if (family < 0)
		return;
	rtnl_lock();
	if (rtnl_dereference(neigh_ops[family]) != ops)
		goto unlock;
	RCU_INIT_POINTER(neigh_ops[family], NULL);
	synchronize_net();	/* entries that were being made */
	list_for_each_entry(ln, &strata_link_nets, node)
		strata_neigh_remove_all(ln->sn->neigh, neigh_has_ops, ops,
					STRATA_DROP_NEIGH_UNRESOLVED);
	synchronize_net();	/* timers that were running */
unlock:
	rtnl_unlock();
}
EXPORT_SYMBOL_GPL(strata_neigh_unregister);
