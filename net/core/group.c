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
#include <net/if_inet6.h>
#include <net/ip.h>
#include <strata/group.h>
#include <strata/packet.h>
#include <strata/visibility.h>

/**
 * struct group_net - the groups of a namespace
 * @groups: of all links, by address; written under strata_net.config, RCU
 * @count: how many; strata_net.config
 * @serial: of the last one; strata_net.config
 */
struct group_net {
	struct hlist_head groups[STRATA_GROUP_BUCKETS];
	unsigned int count;
	u64 serial;
};

static unsigned int group_net_id __read_mostly;

/* [0]: IPv4's, [1]: IPv6's; NULL: nobody is told. */
static const struct strata_group_ops *group_ops[2];

static struct group_net *group_net(const struct strata_net *sn)
{
	return net_generic(sn->net, group_net_id);
}

/**
 * strata_group_ops_of() - how routers are told of a group
 * @addr: of the group
 *
 * Context: any. Return: its family's; NULL: nobody is told.
 */
const struct strata_group_ops *strata_group_ops_of(const struct in6_addr *addr)
{
	return READ_ONCE(group_ops[!strata_addr_is4(addr)]);
}

/**
 * strata_group_register() - follow a family's groups
 * @ops: what to do about them
 *
 * Context: process, before the family joins any.
 */
void strata_group_register(const struct strata_group_ops *ops)
{
	WRITE_ONCE(group_ops[ops->family == AF_INET6], ops);
}

/**
 * strata_group_unregister() - undo strata_group_register()
 * @ops: what was registered
 *
 * Context: process, after the family has left all.
 */
void strata_group_unregister(const struct strata_group_ops *ops)
{
	WRITE_ONCE(group_ops[ops->family == AF_INET6], NULL);
}

static unsigned int group_slot(const struct in6_addr *addr)
{
	return hash_32((__force u32)(addr->s6_addr32[0] ^ addr->s6_addr32[3]),
		       32) % STRATA_GROUP_BUCKETS;
}

static struct hlist_head *group_bucket(struct strata_net *sn,
				       const struct in6_addr *addr)
{
	return &group_net(sn)->groups[group_slot(addr)];
}

/**
 * strata_group_find() - a group of a link
 * @sn: the namespace's stack
 * @link: where
 * @addr: of the group
 *
 * Context: strata_net.config held, or RCU read side. Return: borrowed, perhaps
 * one that nobody listens to any more; NULL: there is none.
 */
struct strata_group *strata_group_find(struct strata_net *sn,
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
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_find);

/* RFC 1112 6.4, RFC 2464 7: the Ethernet address that the group's frames go to. */
static void group_device(const struct strata_group *group,
			 int (*change)(struct net_device *dev,
				       const unsigned char *addr))
{
	struct net_device *dev = group->link->dev;
	u8 lladdr[MAX_ADDR_LEN];

	if (dev->type != ARPHRD_ETHER)
		return;
	if (strata_addr_is4(&group->addr))
		ip_eth_mc_map(strata_addr_to4(&group->addr), lladdr);
	else
		ipv6_eth_mc_map(&group->addr, lladdr);
	change(dev, lladdr);
}

static void group_remove(struct strata_group *group)
{
	struct strata_net *sn = group->link->sn;

	if (strata_group_listens(group))
		group_device(group, dev_mc_del);
	strata_group_drop_sources(group, true);
	hlist_del_rcu(&group->node);
	group_net(sn)->count--;
	kfree(group->asked_of);
	kfree_rcu(group, rcu);
}

/**
 * strata_group_settle() - forget what has neither users nor is to be told
 * @group: the group; not to be touched afterwards
 *
 * Context: process, strata_net.config held.
 */
void strata_group_settle(struct strata_group *group)
{
	bool sources_left = strata_group_drop_sources(group, false);

	if (!strata_group_listens(group) && !sources_left &&
	    !group->mode_left && !group->member_left)
		group_remove(group);
}

/* Whoever joins and leaves many groups is not to keep others from joining. */
static void forget_left(struct strata_net *sn)
{
	struct strata_group *group, *next;

	for (group = strata_group_next(sn, NULL); group; group = next) {
		next = strata_group_next(sn, group);
		if (!strata_group_listens(group))
			group_remove(group);
	}
}

static struct strata_group *group_new(struct strata_link *link,
				      const struct in6_addr *addr)
{
	struct strata_net *sn = link->sn;
	struct strata_group *group;

	if (group_net(sn)->count >= STRATA_GROUP_MAX)
		forget_left(sn);
	if (group_net(sn)->count >= STRATA_GROUP_MAX)
		return ERR_PTR(-ENOSPC);
	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group)
		return ERR_PTR(-ENOMEM);
	group->addr = *addr;
	group->link = link;
	group->serial = ++group_net(sn)->serial;
	group_net(sn)->count++;
	hlist_add_head_rcu(&group->node, group_bucket(sn, addr));
	return group;
}

/* What is not told now is told when the link is up. */
static bool is_told(const struct strata_group *group)
{
	const struct strata_group_ops *ops = strata_group_ops_of(&group->addr);

	return ops && ops->is_told(group) && strata_link_is_up(group->link);
}

/**
 * strata_group_change() - a user of a group wants other sources
 * @link: where; attached
 * @addr: of the group
 * @from: the sources that it wanted; &strata_filter_none: it is new
 * @to: those that it wants; &strata_filter_none: it leaves
 *
 * Context: process, strata_net.config held. Return: 0; -ENOSPC: too many groups;
 * -ENOBUFS: too many sources; -ENOMEM. Never fails if @to names no source that
 * @from does not, and @from listens.
 */
int strata_group_change(struct strata_link *link, const struct in6_addr *addr,
			const struct strata_filter *from,
			const struct strata_filter *to)
{
	struct strata_group *group = strata_group_find(link->sn, link, addr);
	bool listened;
	int err;

	lockdep_assert_held(&link->sn->config);
	if (!group)
		group = group_new(link, addr);
	if (IS_ERR(group))
		return PTR_ERR(group);
	listened = strata_group_listens(group);
	err = strata_group_name_sources(group, to);
	if (!err && strata_group_replace(group, from, to, is_told(group)))
		strata_group_ops_of(addr)->soon(link->sn);
	if (strata_group_listens(group) != listened)
		group_device(group, listened ? dev_mc_del : dev_mc_add);
	strata_group_settle(group);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_change);

/**
 * strata_group_join() - listen to a group on a link, whatever the source
 * @link: attached
 * @addr: of the group
 *
 * Context: process, strata_net.config held. Return: 0, -ENOSPC, -ENOMEM; for
 * each 0 the caller owes a strata_group_leave().
 */
int strata_group_join(struct strata_link *link, const struct in6_addr *addr)
{
	return strata_group_change(link, addr, &strata_filter_none, NULL);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_join);

/**
 * strata_group_leave() - no longer listen to a group
 * @link: where
 * @addr: of the group
 *
 * Context: process, strata_net.config held.
 */
void strata_group_leave(struct strata_link *link, const struct in6_addr *addr)
{
	if (strata_group_member(link->sn, link, addr))
		strata_group_change(link, addr, NULL, &strata_filter_none);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_leave);

/**
 * strata_group_leave_all() - leave every group, however often it was joined
 * @sn: the namespace's stack
 * @family: AF_INET or AF_INET6: of that family
 * @link: on this link; NULL: on all
 *
 * Context: process, strata_net.config held.
 */
void strata_group_leave_all(struct strata_net *sn, int family,
			    const struct strata_link *link)
{
	bool is4 = family == AF_INET;
	struct strata_group *group;
	struct hlist_node *next;
	unsigned int i;

	lockdep_assert_held(&sn->config);
	for (i = 0; i < STRATA_GROUP_BUCKETS; i++)
		hlist_for_each_entry_safe(group, next, &group_net(sn)->groups[i],
					  node)
			if ((!link || group->link == link) &&
			    is4 == strata_addr_is4(&group->addr))
				group_remove(group);
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
		node = group_net(sn)->groups[slot++].first;
	return hlist_entry_safe(node, struct strata_group, node);
}

/* In the order of a slot, in which the newest is first. */
static int walk_slot(struct strata_net *sn, struct strata_group_at *at,
		     int (*visit)(const struct strata_group *group, void *arg),
		     void *arg)
{
	const struct strata_group *group;
	int err;

	hlist_for_each_entry(group, &group_net(sn)->groups[at->slot], node) {
		if (at->serial && group->serial >= at->serial)
			continue;
		err = strata_group_listens(group) ? visit(group, arg) : 0;
		if (err)
			return err;
		at->serial = group->serial;
	}
	return 0;
}

/**
 * strata_group_walk() - visit the groups that are listened to, in several rounds
 * @sn: the namespace's stack
 * @at: where to begin, all 0 at first; where to go on afterwards
 * @visit: not 0 ends the round before this group
 * @arg: for @visit
 *
 * Context: process, strata_net.config held. Return: what @visit said last.
 */
int strata_group_walk(struct strata_net *sn, struct strata_group_at *at,
		      int (*visit)(const struct strata_group *group, void *arg),
		      void *arg)
{
	int err;

	lockdep_assert_held(&sn->config);
	for (; at->slot < STRATA_GROUP_BUCKETS; at->slot++) {
		err = walk_slot(sn, at, visit, arg);
		if (err)
			return err;
		at->serial = 0;
	}
	return 0;
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
	const struct strata_group *group = strata_group_find(sn, link, addr);

	return group && strata_group_listens(group);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_group_member);

static struct pernet_operations group_net_ops = {
	.id = &group_net_id,
	.size = sizeof(struct group_net),
};

/**
 * strata_group_init() - a table of groups for each namespace
 *
 * Context: module load, before net/link. Return: 0 or -errno.
 */
int strata_group_init(void)
{
	return register_pernet_subsys(&group_net_ops);
}

/**
 * strata_group_exit() - undo strata_group_init()
 *
 * Context: module unload, after net/link.
 */
void strata_group_exit(void)
{
	unregister_pernet_subsys(&group_net_ops);
}
