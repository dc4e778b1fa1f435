// SPDX-License-Identifier: GPL-2.0
/*
 * The links of a namespace: finding them, and telling upper layers of them.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "links.h"

LIST_HEAD(strata_link_nets);

static RAW_NOTIFIER_HEAD(link_chain);	/* RTNL */

/**
 * strata_link_by_index() - the link of a device
 * @sn: the namespace's stack
 * @ifindex: of the device
 *
 * Context: RCU read side, or strata_net.config held.
 * Return: borrowed; NULL if no attached device has that index.
 */
struct strata_link *strata_link_by_index(struct strata_net *sn, int ifindex)
{
	struct strata_link *link;

	list_for_each_entry_rcu(link, &sn->link->links, node,
				lockdep_is_held(&sn->config))
		if (link->ifindex == ifindex)
			return link;
	return NULL;
}
EXPORT_SYMBOL_GPL(strata_link_by_index);

/**
 * strata_link_loopback() - the link of slo
 * @sn: the namespace's stack
 *
 * Context: RCU read side, or strata_net.config held.
 * Return: borrowed; NULL only while the namespace is born or dies.
 */
struct strata_link *strata_link_loopback(struct strata_net *sn)
{
	return rcu_dereference_check(sn->link->loopback,
				     lockdep_is_held(&sn->config));
}
EXPORT_SYMBOL_GPL(strata_link_loopback);

/**
 * strata_link_next() - iterate over a namespace's links by index
 * @sn: the namespace's stack
 * @link: the last one, NULL to start
 *
 * Context: RCU read side, or strata_net.config held.
 * Return: borrowed; NULL after the last.
 */
struct strata_link *strata_link_next(struct strata_net *sn,
				     struct strata_link *link)
{
	struct list_head *at = link ? &link->node : &sn->link->links;

	return list_next_or_null_rcu(&sn->link->links, at,
				     struct strata_link, node);
}
EXPORT_SYMBOL_GPL(strata_link_next);

/**
 * strata_link_free() - free a link whose last reference is gone
 * @link: the link
 *
 * Context: any. Called by strata_link_put() only.
 */
void strata_link_free(struct strata_link *link)
{
	kfree_rcu(link, rcu);
}
EXPORT_SYMBOL_GPL(strata_link_free);

/**
 * strata_link_event() - tell upper layers what happens to a link
 * @link: the link
 * @event: what
 *
 * Context: process, RTNL and strata_net.config held.
 */
void strata_link_event(struct strata_link *link, enum strata_link_event event)
{
	ASSERT_RTNL();
	lockdep_assert_held(&link->sn->config);
	raw_notifier_call_chain(&link_chain, event, link);
}

static void link_replay(struct notifier_block *nb, struct strata_net *sn)
{
	struct strata_link *link = NULL;

	mutex_lock(&sn->config);
	while ((link = strata_link_next(sn, link))) {
		nb->notifier_call(nb, STRATA_LINK_ATTACHED, link);
		if (strata_link_is_up(link))
			nb->notifier_call(nb, STRATA_LINK_UP, link);
	}
	mutex_unlock(&sn->config);
}

/**
 * strata_link_notifier_register() - follow what happens to links
 * @nb: its function is called with an &enum strata_link_event and the link
 *
 * @nb is told of the links there are before this returns.
 *
 * Context: process, takes RTNL and each strata_net.config. Return: 0 or -errno.
 */
int strata_link_notifier_register(struct notifier_block *nb)
{
	struct strata_link_net *ln;
	int err;

	rtnl_lock();
	err = raw_notifier_chain_register(&link_chain, nb);
	if (!err)
		list_for_each_entry(ln, &strata_link_nets, node)
			link_replay(nb, ln->sn);
	rtnl_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(strata_link_notifier_register);

/**
 * strata_link_notifier_unregister() - stop following
 * @nb: registered
 *
 * Context: process, takes RTNL. @nb is not told that the links go.
 */
void strata_link_notifier_unregister(struct notifier_block *nb)
{
	rtnl_lock();
	raw_notifier_chain_unregister(&link_chain, nb);
	rtnl_unlock();
}
EXPORT_SYMBOL_GPL(strata_link_notifier_unregister);
