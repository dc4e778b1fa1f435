// SPDX-License-Identifier: GPL-2.0
/*
 * The network layers by address family. A family without one is served by
 * functions that refuse.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <strata/l3.h>
#include <strata/packet.h>
#include <strata/visibility.h>

static int none_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path)
{
	return -ENETUNREACH;
}

static int none_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path)
{
	strata_drop(sn, skb, STRATA_DROP_IP_NO_ROUTE);
	return -ENETUNREACH;
}

static enum strata_addr_type none_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex)
{
	return STRATA_ADDR_INVALID;
}

static void none_unreachable(struct strata_net *sn, struct sk_buff *skb,
			     enum strata_unreachable what)
{
}

static void none_confirm(const struct strata_path *path)
{
}

static const struct strata_af_ops af_none = {
	.family = AF_UNSPEC,
	.route = none_route,
	.output = none_output,
	.output_whole = none_output,
	.addr_type = none_addr_type,
	.unreachable = none_unreachable,
	.confirm = none_confirm,
};

static DEFINE_MUTEX(af_lock);	/* writers of the two slots */
static const struct strata_af_ops __rcu *af_inet = (void __rcu *)&af_none;
static const struct strata_af_ops __rcu *af_inet6 = (void __rcu *)&af_none;

static const struct strata_af_ops __rcu **af_slot(int family)
{
	switch (family) {
	case AF_INET:
		return &af_inet;
	case AF_INET6:
		return &af_inet6;
	}
	return NULL;
}

/**
 * strata_af() - the network layer of an address family
 * @family: AF_INET, AF_INET6 or anything
 *
 * Context: RCU read side. Return: never NULL.
 */
const struct strata_af_ops *strata_af(int family)
{
	const struct strata_af_ops __rcu **slot = af_slot(family);

	return slot ? rcu_dereference(*slot) : &af_none;
}
EXPORT_SYMBOL_GPL(strata_af);

/**
 * strata_af_of() - the network layer that an address belongs to
 * @addr: 128-bit form
 *
 * Context: RCU read side. Return: never NULL.
 */
const struct strata_af_ops *strata_af_of(const struct in6_addr *addr)
{
	if (likely(strata_addr_is4(addr)))
		return rcu_dereference(af_inet);
	return rcu_dereference(af_inet6);
}
EXPORT_SYMBOL_GPL(strata_af_of);

static bool af_complete(const struct strata_af_ops *ops)
{
	return ops->header_len && ops->min_mtu && ops->route && ops->output &&
	       ops->output_whole && ops->addr_type && ops->unreachable && ops->confirm;
}

/**
 * strata_af_register() - offer a network layer to the layers above
 * @ops: complete; lives until unregistered
 *
 * Context: process. Return: 0, -EINVAL (a gap), -EAFNOSUPPORT (not a family
 * that L4 knows), -EEXIST.
 */
int strata_af_register(const struct strata_af_ops *ops)
{
	const struct strata_af_ops __rcu **slot = af_slot(ops->family);
	int err = 0;

	if (!slot)
		return -EAFNOSUPPORT;
	if (!af_complete(ops))
		return -EINVAL;
	mutex_lock(&af_lock);
	if (rcu_access_pointer(*slot) != &af_none)
		err = -EEXIST;
	else
		rcu_assign_pointer(*slot, ops);
	mutex_unlock(&af_lock);
	return err;
}
EXPORT_SYMBOL_GPL(strata_af_register);

/* Cached paths point to their network layer: none may survive it. */
static void af_forget_paths(void)
{
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net)
		strata_net_changed(strata_net(net));
	up_read(&net_rwsem);
}

/**
 * strata_af_unregister() - withdraw a network layer
 * @ops: registered
 *
 * When it returns nobody is inside @ops' functions.
 *
 * Context: process, sleeps.
 */
void strata_af_unregister(const struct strata_af_ops *ops)
{
	const struct strata_af_ops __rcu **slot = af_slot(ops->family);

	if (!slot)
		return;
	mutex_lock(&af_lock);
	if (rcu_access_pointer(*slot) == ops)
		rcu_assign_pointer(*slot, &af_none);
	mutex_unlock(&af_lock);
	af_forget_paths();
	synchronize_net();
}
EXPORT_SYMBOL_GPL(strata_af_unregister);

/**
 * strata_af_exchange() - put another network layer in a family's place
 * @family: AF_INET or AF_INET6
 * @ops: the new one; NULL: none
 *
 * For tests that put a network layer of their own below the transports.
 *
 * Context: process, sleeps. Return: the one that was there, in nobody's use any
 * more; NULL: none was.
 */
const struct strata_af_ops *strata_af_exchange(int family,
					       const struct strata_af_ops *ops)
{
	const struct strata_af_ops __rcu **slot = af_slot(family);
	const struct strata_af_ops *old;

	mutex_lock(&af_lock);
	old = rcu_replace_pointer(*slot, ops ?: &af_none,
				  lockdep_is_held(&af_lock));
	mutex_unlock(&af_lock);
	af_forget_paths();
	synchronize_net();
	return old == &af_none ? NULL : old;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_af_exchange);
