/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The multicast groups that links listen to, of both families: whoever wants a
 * group's datagrams joins it, and its family tells the routers on the link.
 */
#ifndef _STRATA_GROUP_H
#define _STRATA_GROUP_H

#include <linux/in6.h>
#include <linux/types.h>
#include <strata/link.h>
#include <strata/net.h>

#define STRATA_GROUP_BUCKETS	256
#define STRATA_GROUP_MAX	8192	/* groups of a namespace, of both families */

/* strata_group.asked, in the words of which version: IGMP's number, or MLD's + 1 */
#define STRATA_GROUP_ASKED	3
#define STRATA_GROUP_ASKED_V2	2
#define STRATA_GROUP_ASKED_V1	1

/**
 * struct strata_group - a group that a link listens to
 * @node: in the namespace's table; RCU
 * @addr: of the group
 * @link: where; borrowed: whoever joined leaves before it goes
 * @users: how often it was joined
 * @tell_left: how often it is still to be told that it was joined
 * @tell_at: jiffies of the next time
 * @asked: STRATA_GROUP_ASKED*; 0: nobody waits for an answer
 * @answer_at: jiffies of the answer
 * @version: that routers spoke on the link; only in the group of all hosts.
 *	0: the newest
 * @version_until: jiffies until when
 * @rcu: frees
 *
 * Created, changed and freed under strata_net.config.
 */
struct strata_group {
	struct hlist_node node;
	struct in6_addr addr;
	struct strata_link *link;
	unsigned int users;
	u8 tell_left;
	unsigned long tell_at;
	u8 asked;
	unsigned long answer_at;
	u8 version;
	unsigned long version_until;
	struct rcu_head rcu;
};

/**
 * struct strata_group_ops - what a family does about its groups
 * @family: AF_INET or AF_INET6. Required
 * @joined: a link listens to @group from now on. Required
 * @left: it no longer does, and @group will be freed. Required
 *
 * Both run in: process, strata_net.config held.
 */
struct strata_group_ops {
	int family;
	void (*joined)(struct strata_group *group);
	void (*left)(const struct strata_group *group);
};

/* Context: process, no link is attached yet, or no longer known to the family. */
void strata_group_register(const struct strata_group_ops *ops);
void strata_group_unregister(const struct strata_group_ops *ops);

struct strata_group *strata_group_next(struct strata_net *sn,
				       struct strata_group *group);
struct strata_group *strata_group_find(struct strata_net *sn,
				       const struct strata_link *link,
				       const struct in6_addr *addr);
int strata_group_join(struct strata_link *link, const struct in6_addr *addr);
void strata_group_leave(struct strata_link *link, const struct in6_addr *addr);
void strata_group_leave_all(struct strata_net *sn, int family,
			    const struct strata_link *link);
bool strata_group_member(struct strata_net *sn, const struct strata_link *link,
			 const struct in6_addr *addr);

int strata_group_init(void);
void strata_group_exit(void);

#endif /* _STRATA_GROUP_H */
