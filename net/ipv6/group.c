// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast groups that links listen to: input asks whether a group is one
 * of them, and the device is told to let its frames pass.
 */
#include <linux/hash.h>
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "ipv6.h"

static unsigned int group_slot(const struct in6_addr *addr)
{
	return hash_32((__force u32)(addr->s6_addr32[0] ^ addr->s6_addr32[3]),
		       32) % STRATA_GROUP_BUCKETS;
}

static struct hlist_head *group_bucket(struct strata_net *sn,
				       const struct in6_addr *addr)
{
	return &sn->ipv6->groups[group_slot(addr)];
}

static struct strata_group *group_find(struct strata_net *sn,
				       const struct strata_link *link,
				       const struct in6_addr *addr)
{
	struct strata_group *group;

	hlist_for_each_entry_rcu(group, group_bucket(sn, addr), node,
				 lockdep_is_held(&sn->config))
		if (group->link == link && ipv6_addr_equal(&group->addr, addr))
			return group;
	return NULL;
}

/* RFC 2464 7: the Ethernet address that the group's frames go to. */
static void group_device(const struct strata_group *group,
			 int (*change)(struct net_device *dev,
				       const unsigned char *addr))
{
	struct net_device *dev = group->link->dev;
	u8 lladdr[MAX_ADDR_LEN];

	if (dev->type != ARPHRD_ETHER)
		return;
	ipv6_eth_mc_map(&group->addr, lladdr);
	change(dev, lladdr);
}

/**
 * strata_group_join() - listen to a group on a link
 * @link: attached
 * @addr: of the group
 *
 * Context: process, strata_net.config held. Return: 0, -ENOSPC, -ENOMEM; for
 * each 0 the caller owes a strata_group_leave().
 */
int strata_group_join(struct strata_link *link, const struct in6_addr *addr)
{
	struct strata_net *sn = link->sn;
	struct strata_group *group;

	lockdep_assert_held(&sn->config);
	group = group_find(sn, link, addr);
	if (group) {
		group->users++;
		return 0;
	}
	if (sn->ipv6->group_count >= STRATA_GROUP_MAX)
		return -ENOSPC;
	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group)
		return -ENOMEM;
	group->addr = *addr;
	group->link = link;
	group->users = 1;
	sn->ipv6->group_count++;
	hlist_add_head_rcu(&group->node, group_bucket(sn, addr));
	group_device(group, dev_mc_add);
	strata_mld_joined(group);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_join);

static void group_remove(struct strata_net *sn, struct strata_group *group)
{
	group_device(group, dev_mc_del);
	hlist_del_rcu(&group->node);
	sn->ipv6->group_count--;
	kfree_rcu(group, rcu);
}

/**
 * strata_group_leave() - no longer listen to a group
 * @link: where
 * @addr: of the group
 *
 * Context: process, strata_net.config held.
 */
void strata_group_leave(struct strata_link *link, const struct in6_addr *addr)
{
	struct strata_net *sn = link->sn;
	struct strata_group *group;

	lockdep_assert_held(&sn->config);
	group = group_find(sn, link, addr);
	if (!group || --group->users)
		return;
	strata_mld_left(group);
	group_remove(sn, group);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_leave);

/**
 * strata_group_leave_all() - leave every group, however often it was joined
 * @sn: the namespace's stack
 * @link: on this link; NULL: on all
 *
 * Context: process, strata_net.config held.
 */
void strata_group_leave_all(struct strata_net *sn,
			    const struct strata_link *link)
{
	struct hlist_node *next;
	struct strata_group *group;
	unsigned int i;

	lockdep_assert_held(&sn->config);
	for (i = 0; i < STRATA_GROUP_BUCKETS; i++)
		hlist_for_each_entry_safe(group, next, &sn->ipv6->groups[i],
					  node)
			if (!link || group->link == link)
				group_remove(sn, group);
}

/**
 * strata_group_next() - visit the groups of a namespace
 * @sn: the namespace's stack
 * @group: NULL starts
 *
 * Context: process, strata_net.config held. Return: borrowed; NULL: the end.
 */
struct strata_group *strata_group_next(struct strata_net *sn,
				       struct strata_group *group)
{
	struct hlist_node *node = group ? group->node.next : NULL;
	unsigned int slot = group ? group_slot(&group->addr) + 1 : 0;

	lockdep_assert_held(&sn->config);
	while (!node && slot < STRATA_GROUP_BUCKETS)
		node = sn->ipv6->groups[slot++].first;
	return hlist_entry_safe(node, struct strata_group, node);
}

/**
 * strata_group_member() - does a link listen to a group?
 * @sn: the namespace's stack
 * @link: where
 * @addr: of the group
 *
 * Context: RCU read side.
 */
bool strata_group_member(struct strata_net *sn, const struct strata_link *link,
			 const struct in6_addr *addr)
{
	return group_find(sn, link, addr);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_member);
