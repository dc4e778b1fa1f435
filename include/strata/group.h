/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The multicast groups that links listen to, of both families: whoever wants a
 * group's datagrams joins it, from the sources it wants, and its family tells the
 * routers on the link.
 */
#ifndef _STRATA_GROUP_H
#define _STRATA_GROUP_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <strata/link.h>
#include <strata/net.h>

#define STRATA_GROUP_BUCKETS	256
#define STRATA_GROUP_MAX	8192	/* groups of a namespace, of both families */
/* Sources of a group on a link that its users name: what a message of a dump holds. */
#define STRATA_GROUP_SOURCES_MAX	128

/* What routers on a link understand: IGMP's number, or MLD's + 1 */
#define STRATA_GROUP_V1		1
#define STRATA_GROUP_V2		2
#define STRATA_GROUP_NEWEST	3

/**
 * struct strata_filter - which sources of a group are wanted (RFC 3376 3.1)
 * @rcu: frees
 * @mode: MCAST_INCLUDE: those in @sources alone; MCAST_EXCLUDE: all others
 * @count: of @sources
 * @sources: in any order
 *
 * NULL stands for EXCLUDE {}: any source. Does not change once it can be seen.
 */
struct strata_filter {
	struct rcu_head rcu;
	u8 mode;
	unsigned int count;
	struct in6_addr sources[];
};

/* INCLUDE {}: nothing, which is not to listen at all. */
extern const struct strata_filter strata_filter_none;

bool strata_filter_names(const struct strata_filter *filter,
			 const struct in6_addr *source);
bool strata_filter_passes(const struct strata_filter *filter,
			  const struct in6_addr *source);

/**
 * struct strata_source - a source that users of a group name
 * @node: in the group's list; RCU
 * @addr: of the source
 * @users: how many name it, by the mode of their filters
 * @heard: the link listens to it, taken all of them together
 * @tell_left: how often it is still to be told that @heard changed
 * @rcu: frees
 *
 * Written under strata_net.config. It stays without users until all is told.
 */
struct strata_source {
	struct hlist_node node;
	struct in6_addr addr;
	unsigned int users[2];
	bool heard;
	u8 tell_left;
	struct rcu_head rcu;
};

/**
 * struct strata_group - a group that a link listens to
 * @node: in the namespace's table; RCU
 * @addr: of the group
 * @link: where; borrowed: whoever joined leaves before it goes
 * @serial: counts the groups of the namespace
 * @users: how many filters it was joined with, by their modes. None: what is left
 *	is to tell that nobody listens
 * @sources: that @users name; &struct strata_source, RCU
 * @source_count: how many
 * @mode_left: how often the filter mode is still to be told
 * @member_left: how often it is to be told in the words of old versions that
 *	somebody listens, or that nobody does
 * @tell_at: jiffies of the next time
 * @asked: a router waits for an answer
 * @asked_of: the sources that it asked of; NULL: of all
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
	u64 serial;
	unsigned int users[2];
	struct hlist_head sources;
	unsigned int source_count;
	u8 mode_left;
	u8 member_left;
	unsigned long tell_at;
	bool asked;
	struct strata_filter *asked_of;
	unsigned long answer_at;
	u8 version;
	unsigned long version_until;
	struct rcu_head rcu;
};

/* Does anybody? Context: RCU read side or strata_net.config. */
static inline bool strata_group_listens(const struct strata_group *group)
{
	return READ_ONCE(group->users[MCAST_EXCLUDE]) ||
	       READ_ONCE(group->users[MCAST_INCLUDE]);
}

/* RFC 3376 3.2: of all users together. Context: as strata_group_listens(). */
static inline u8 strata_group_mode(const struct strata_group *group)
{
	return READ_ONCE(group->users[MCAST_EXCLUDE]) ? MCAST_EXCLUDE :
							MCAST_INCLUDE;
}

/**
 * struct strata_group_ops - how a family tells routers of its groups
 * @family: AF_INET or AF_INET6. Required
 * @addr_len: bytes of an address in a message, the last of the 128-bit form
 * @headers: bytes before a message, from L3 on
 * @all: the group of all hosts; the link's version is kept in it. Required
 * @is_told: are routers told of @group? Required
 * @soon: something is due: call strata_group_run(). Required
 * @send: send a report of the newest version. @skb: skb->data at its header, of
 *	which the number of records is written; owned. Required
 * @send_old: send one in the words of @version: @group is listened to, or,
 *	@leave, no longer. Required
 *
 * All run in: process, strata_net.config held.
 */
struct strata_group_ops {
	int family;
	u8 addr_len;
	unsigned int headers;
	const struct in6_addr *all;
	bool (*is_told)(const struct strata_group *group);
	void (*soon)(struct strata_net *sn);
	void (*send)(struct strata_link *link, struct sk_buff *skb);
	void (*send_old)(struct strata_link *link, const struct in6_addr *group,
			 u8 version, bool leave);
};

/* Context: process, no link is attached yet, or no longer known to the family. */
void strata_group_register(const struct strata_group_ops *ops);
void strata_group_unregister(const struct strata_group_ops *ops);

/* The table: group.c */
struct strata_group *strata_group_next(struct strata_net *sn,
				       struct strata_group *group);
struct strata_group *strata_group_find(struct strata_net *sn,
				       const struct strata_link *link,
				       const struct in6_addr *addr);
const struct strata_group_ops *strata_group_ops_of(const struct in6_addr *addr);
int strata_group_change(struct strata_link *link, const struct in6_addr *addr,
			const struct strata_filter *from,
			const struct strata_filter *to);
int strata_group_join(struct strata_link *link, const struct in6_addr *addr);
void strata_group_leave(struct strata_link *link, const struct in6_addr *addr);
void strata_group_leave_all(struct strata_net *sn, int family,
			    const struct strata_link *link);
void strata_group_settle(struct strata_group *group);
bool strata_group_member(struct strata_net *sn, const struct strata_link *link,
			 const struct in6_addr *addr);

/**
 * struct strata_group_at - where a walk stands
 * @slot: of the table
 * @serial: of the last group visited in it; 0: none was
 */
struct strata_group_at {
	unsigned int slot;
	u64 serial;
};

int strata_group_walk(struct strata_net *sn, struct strata_group_at *at,
		      int (*visit)(const struct strata_group *group, void *arg),
		      void *arg);

/* Its users' filters taken together: group_filter.c */
bool strata_group_hears(const struct strata_group *group,
			const struct in6_addr *source);
bool strata_group_wants(struct strata_net *sn, const struct strata_link *link,
			const struct in6_addr *addr,
			const struct in6_addr *source);
int strata_group_name_sources(struct strata_group *group,
			      const struct strata_filter *filter);
bool strata_group_replace(struct strata_group *group,
			  const struct strata_filter *from,
			  const struct strata_filter *to, bool told);
void strata_group_all_new(struct strata_group *group);
bool strata_group_drop_sources(struct strata_group *group, bool all);

/* What is told, and when: group_report.c, group_query.c */

/**
 * struct strata_group_run - one round of what is due
 * @now: jiffies
 * @next: out: when the earliest of the rest is due
 * @armed: out: @next is set
 */
struct strata_group_run {
	unsigned long now;
	unsigned long next;
	bool armed;
};

void strata_group_run(struct strata_net *sn,
		      const struct strata_group_ops *ops,
		      struct strata_group_run *run);
void strata_group_up(struct strata_link *link,
		     const struct strata_group_ops *ops);
struct sk_buff *strata_group_message(const struct strata_link *link,
				     const struct strata_group_ops *ops,
				     unsigned int bytes);

/**
 * struct strata_group_query - what a router asked
 * @version: in the words of which version: STRATA_GROUP_V1, ...
 * @group: of which group; the unspecified address: of all
 * @within_jiffies: when the answer is to be there
 * @sources: of which sources, as on the wire
 * @source_count: how many; 0: of all
 */
struct strata_group_query {
	u8 version;
	struct in6_addr group;
	unsigned long within_jiffies;
	const u8 *sources;
	unsigned int source_count;
};

u8 strata_group_version(const struct strata_link *link,
			const struct strata_group_ops *ops);
void strata_group_asked(struct strata_link *link,
			const struct strata_group_ops *ops,
			const struct strata_group_query *query);
u32 strata_group_code(u32 code, unsigned int mantissa_bits);

int strata_group_init(void);
void strata_group_exit(void);

#endif /* _STRATA_GROUP_H */
