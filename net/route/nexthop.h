/* SPDX-License-Identifier: GPL-2.0 */
/* Next hops that routes share. */
#ifndef _NET_ROUTE_NEXTHOP_H
#define _NET_ROUTE_NEXTHOP_H

#include "table.h"

#define STRATA_NEXTHOP_BUCKETS	1024

/**
 * struct strata_nexthop_info - where it leads
 * @rcu: frees
 * @blackhole: nowhere
 * @count: of @hop
 * @hop: the ways; links are referenced
 * @home: by bucket: whose it is; constant. Groups only
 * @now: by bucket: who has it; changed in place
 *
 * But for @now immutable once published.
 */
struct strata_nexthop_info {
	struct rcu_head rcu;
	bool blackhole;
	u8 count;
	struct strata_hop hop[STRATA_NEXTHOP_MEMBERS];
	u8 *home;
	u8 *now;
};

/**
 * struct strata_nexthop - a next hop
 * @info: where it leads; replaced under strata_net.config, RCU
 * @spec: what it is, links borrowed from @info; strata_net.config
 * @next: what @info becomes at the end of a change of several; strata_net.config
 * @next_spec: likewise
 * @dying: it goes at the end of a change; strata_net.config
 * @routes: by family: how many have it; strata_net.config
 * @node: in strata_route_net.nexthops
 * @rcu: frees
 */
struct strata_nexthop {
	struct strata_nexthop_info __rcu *info;
	struct strata_nexthop_spec *spec;
	struct strata_nexthop_info *next;
	struct strata_nexthop_spec *next_spec;
	bool dying;
	unsigned int routes[STRATA_ROUTE_FAMILIES];
	struct hlist_node node;
	struct rcu_head rcu;
};

#define STRATA_NEXTHOP_NOBODY	U8_MAX

/* Which member of @spec has that number; STRATA_NEXTHOP_NOBODY: none. */
static inline u8 strata_nexthop_member_index(const struct strata_nexthop_spec *spec,
					     u32 id)
{
	unsigned int i;

	for (i = 0; i < spec->count; i++)
		if (spec->member[i].id == id)
			return i;
	return STRATA_NEXTHOP_NOBODY;
}

/* Can packets of @family leave by it? */
static inline bool strata_hop_fits(const struct strata_hop *hop, int family)
{
	return strata_addr_any(&hop->gateway) ||
	       strata_route_family(&hop->gateway) == family;
}

/* nexthop.c */
u32 strata_nexthop_key(const struct strata_nexthop_spec *spec);
struct strata_nexthop *
strata_nexthop_create(struct strata_net *sn,
		      const struct strata_nexthop_spec *spec,
		      struct netlink_ext_ack *extack);
int strata_nexthop_stage(struct strata_nexthop *nexthop,
			 const struct strata_nexthop_spec *spec);
void strata_nexthop_commit(struct strata_nexthop *nexthop);
void strata_nexthop_drop(struct strata_nexthop *nexthop);
bool strata_nexthop_has_routes(const struct strata_nexthop *nexthop);
void strata_nexthop_free(struct strata_route_net *rn,
			 struct strata_nexthop *nexthop);
bool strata_nexthop_suits(const struct strata_nexthop *nexthop,
			  const struct strata_nexthop_spec *spec);

/* bucket.c */
void strata_buckets_settle(struct strata_nexthop_info *info,
			   const struct strata_nexthop_spec *spec,
			   const struct strata_nexthop_info *old,
			   const struct strata_nexthop_spec *old_spec);
void strata_buckets_lend(struct strata_nexthop_info *info,
			 const struct strata_nexthop_spec *spec);

/* notify.c */
void strata_nexthop_tell(struct strata_net *sn, enum strata_nexthop_event event,
			 const struct strata_nexthop *nexthop);

#endif /* _NET_ROUTE_NEXTHOP_H */
