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
#include "ipv6.h"

/**
 * struct group - a group that a link listens to
 * @node: in strata_ipv6_net.groups; RCU
 * @addr: of the group
 * @link: where; borrowed: whoever joined leaves before it goes
 * @users: how often it was joined; strata_net.config
 * @rcu: frees
 */
struct group {
	struct hlist_node node;
	struct in6_addr addr;
	struct strata_link *link;
	unsigned int users;
	struct rcu_head rcu;
};

static struct hlist_head *group_bucket(struct strata_net *sn,
				       const struct in6_addr *addr)
{
	u32 hash = hash_32((__force u32)(addr->s6_addr32[0] ^
					 addr->s6_addr32[3]), 32);

	return &sn->ipv6->groups[hash % STRATA_GROUP_BUCKETS];
}

static struct group *group_find(struct strata_net *sn,
				const struct strata_link *link,
				const struct in6_addr *addr)
{
	struct group *group;

	hlist_for_each_entry_rcu(group, group_bucket(sn, addr), node,
				 lockdep_is_held(&sn->config))
		if (group->link == link && ipv6_addr_equal(&group->addr, addr))
			return group;
	return NULL;
}

/* RFC 2464 7: the Ethernet address that the group's frames go to. */
static void group_device(const struct group *group,
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
	struct group *group;

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
	return 0;
}

static void group_remove(struct strata_net *sn, struct group *group)
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
	struct group *group;

	lockdep_assert_held(&sn->config);
	group = group_find(sn, link, addr);
	if (group && !--group->users)
		group_remove(sn, group);
}

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
	struct group *group;
	unsigned int i;

	lockdep_assert_held(&sn->config);
	for (i = 0; i < STRATA_GROUP_BUCKETS; i++)
		hlist_for_each_entry_safe(group, next, &sn->ipv6->groups[i],
					  node)
			if (!link || group->link == link)
				group_remove(sn, group);
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
