/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Next hops that routes share, one or a group of them.
 */
#ifndef _STRATA_NEXTHOP_H
#define _STRATA_NEXTHOP_H

#include <strata/route.h>

#define STRATA_NEXTHOP_LIMIT	4096	/* of a namespace, with and without number */
#define STRATA_NEXTHOP_MEMBERS	32	/* of a group */
#define STRATA_NEXTHOP_WEIGHT	256	/* of a member, at the most */

struct strata_nexthop;

/**
 * struct strata_nexthop_member - one way of a group
 * @id: of the next hop that it is; 0: @hop alone
 * @weight: its share of the flows, from 1 on
 * @hop: the way; in a description with @id it is not looked at
 */
struct strata_nexthop_member {
	u32 id;
	u16 weight;
	struct strata_hop hop;
};

/**
 * struct strata_nexthop_spec - what a next hop is
 * @id: its number; 0: it belongs to the routes that have it, and goes with them
 * @blackhole: what is sent there vanishes; no members
 * @group: it is of other next hops
 * @count: of @member; 1 where it is no group
 * @member: the ways; links are borrowed
 */
struct strata_nexthop_spec {
	u32 id;
	bool blackhole;
	bool group;
	unsigned int count;
	struct strata_nexthop_member member[STRATA_NEXTHOP_MEMBERS];
};

/* All below: context: process, strata_net.config held. */

/* @replace: change what it is, for all routes and groups that have it. */
int strata_nexthop_add(struct strata_net *sn,
		       const struct strata_nexthop_spec *spec, bool replace,
		       struct netlink_ext_ack *extack);
/* With its routes, and out of its groups; groups that are empty then go, too. */
int strata_nexthop_del(struct strata_net *sn, u32 id,
		       struct netlink_ext_ack *extack);
/* NULL: none. Borrowed. */
struct strata_nexthop *strata_nexthop_find(struct strata_net *sn, u32 id);
/* The one without a number that is the same; made if there is none. */
struct strata_nexthop *
strata_nexthop_anonymous(struct strata_net *sn,
			 const struct strata_nexthop_spec *spec,
			 struct netlink_ext_ack *extack);
/* Free one without a number that no route has. */
void strata_nexthop_unused(struct strata_net *sn,
			   struct strata_nexthop *nexthop);
const struct strata_nexthop_spec *
strata_nexthop_spec(const struct strata_nexthop *nexthop);
/* The one with a number that follows @id; NULL: no more. */
const struct strata_nexthop_spec *strata_nexthop_next(struct strata_net *sn,
						      u32 id);

enum strata_nexthop_event {
	STRATA_NEXTHOP_ADDED,
	STRATA_NEXTHOP_REPLACED,	/* it is another than before */
	STRATA_NEXTHOP_REMOVED,
};

/**
 * struct strata_nexthop_notice - what a follower of next hops is told
 * @sn: the namespace's stack
 * @spec: what it is, or was; borrowed until the call returns
 */
struct strata_nexthop_notice {
	struct strata_net *sn;
	const struct strata_nexthop_spec *spec;
};

/* Who follows the next hops with a number, of all namespaces. */
int strata_nexthop_notifier_register(struct notifier_block *nb);
void strata_nexthop_notifier_unregister(struct notifier_block *nb);

#endif /* _STRATA_NEXTHOP_H */
