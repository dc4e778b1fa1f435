/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/netlink: what the files of the objects share.
 */
#ifndef _STRATA_NET_NETLINK_H
#define _STRATA_NET_NETLINK_H

#include <net/genetlink.h>
#include <net/sock.h>
#include <strata/bridge.h>
#include <strata/conntrack.h>
#include <strata/firewall.h>
#include <strata/genl.h>
#include <strata/group.h>
#include <strata/link.h>
#include <strata/neigh.h>
#include <strata/net.h>
#include <strata/netlink.h>
#include <strata/nexthop.h>
#include <strata/rule.h>
#include <strata/route.h>
#include <strata/sock.h>
#include <linux/strata_netlink.h>

#define STRATA_NL_DEVICE(attrs, object) \
	strata_nl_device(attrs, STRATA_A_##object##_IFINDEX, \
			 STRATA_A_##object##_IFNAME)

/* The policy of these attributes, and of every network address. */
#define STRATA_NL_POLICY_DEVICE(object) \
	[STRATA_A_##object##_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1), \
	[STRATA_A_##object##_IFNAME] = { \
		.type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define STRATA_NL_POLICY_NAME	{ .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define STRATA_NL_POLICY_PLEN	NLA_POLICY_MAX(NLA_U8, 128)
#define STRATA_NL_POLICY_SET \
	{ .type = NLA_NUL_STRING, .len = STRATA_FW_SET_NAME_MAX }

/**
 * struct strata_nl_rule_at - a rule's place
 * @stage: its chain
 * @index: in the chain, from 0
 */
struct strata_nl_rule_at {
	unsigned int stage;
	unsigned int index;
};

/**
 * struct strata_nl_dump - where a dump stands; lives in netlink_callback.ctx
 * @started: the request has been looked at
 * @ifindex: show what is on this device only, 0: everything
 * @slot: of the socket protocols, the one that is being shown
 * @stat: how many counters were shown
 * @link: index of the last link shown
 * @addr: serial number of the last address shown
 * @route: the last route shown
 * @neigh: the last neighbour shown
 * @sock: the last socket of @slot shown
 * @mdb: the last group of a bridge shown
 * @nexthop: number of the last next hop shown
 * @policy: how many policy rules were shown; one that goes before them makes the
 *	dump leave one out, with a mark
 * @group: the last group that a link listens to shown
 * @set: how many named sets were shown
 * @element: of a named set, the last one shown
 * @conntrack: where in the table of connections
 * @rule: the rule or chain to be shown next; rules change their places, but
 *	not without a mark
 *
 * Each dump goes on after what it showed last, in an order in which nothing
 * ever changes its place: whatever came and went between two messages, what was
 * there all the time is shown.
 */
struct strata_nl_dump {
	bool started;
	int ifindex;
	unsigned int slot;
	union {
		unsigned int stat;
		int link;
		u64 addr;
		struct strata_route_at route;
		struct strata_neigh_at neigh;
		struct strata_sock_at sock;
		struct strata_bridge_mdb_at mdb;
		unsigned int policy;
		u32 nexthop;
		struct strata_group_at group;
		unsigned int set;
		struct strata_fw_element element;
		struct strata_ct_at conntrack;
		struct strata_nl_rule_at rule;
	};
};

static inline struct strata_nl_dump *strata_nl_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct strata_nl_dump) > sizeof(cb->ctx));
	return (struct strata_nl_dump *)cb->ctx;
}

/* The stack of the namespace that a dump's request came from. */
static inline struct strata_net *
strata_nl_dump_net(const struct netlink_callback *cb)
{
	return strata_net(sock_net(cb->skb->sk));
}

/**
 * struct strata_nl_visit - what a table's walk hands to each visit of a dump
 * @skb: the message being filled
 * @cb: the dump
 * @sn: the namespace's stack
 */
struct strata_nl_visit {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	struct strata_net *sn;
};

extern struct genl_family strata_nl_family;

/* Indexes of its multicast groups. */
enum strata_nl_group {
	STRATA_NL_GROUP_FIREWALL,
	STRATA_NL_GROUP_CONFIG,
};

/* The ends of a change, of a dump and of one of its messages: family.c. */
struct strata_net *strata_nl_lock(struct genl_info *info);
int strata_nl_unlock(struct strata_net *sn, int err);
int strata_nl_dump_start(struct netlink_callback *cb,
			 const struct strata_nl_device *device);
void strata_nl_dump_consistent(struct strata_net *sn,
			       struct netlink_callback *cb);
void *strata_nl_dump_message(struct sk_buff *skb, struct netlink_callback *cb,
			     u8 cmd);
int strata_nl_dump_result(const struct sk_buff *skb, int err);
struct sk_buff *strata_nl_reply(struct genl_info *info, u8 cmd, void **header);
int strata_nl_reply_send(struct genl_info *info, struct sk_buff *skb,
			 void *header, int err);

/* What attributes mean: attr.c; <strata/netlink.h> has what modules use, too. */
struct net_device *strata_nl_get_dev(struct net *net,
				     const struct strata_nl_device *device,
				     struct netlink_ext_ack *extack);
int strata_nl_get_plen(const struct nlattr *attr, const struct in6_addr *addr,
		       u8 *plen, struct netlink_ext_ack *extack);
int strata_nl_put_plen(struct sk_buff *skb, int type,
		       const struct in6_addr *addr, u8 plen);

/* Next hops within others and within routes: nexthop.c. */
int strata_nl_get_members(struct strata_net *sn, const struct nlattr *list,
			  bool numbered, struct strata_nexthop_spec *spec,
			  struct netlink_ext_ack *extack);
int strata_nl_put_members(struct sk_buff *skb, int type,
			  const struct strata_nexthop_spec *spec);

/* An object's attributes. Context: strata_net.config held. Return: 0, -EMSGSIZE. */
int strata_nl_link_fill(struct sk_buff *skb, const struct strata_link *link);
u32 strata_nl_seconds_until(unsigned long end);
int strata_nl_addr_fill(struct sk_buff *skb, const struct strata_addr *addr);
int strata_nl_route_fill(struct sk_buff *skb, const struct strata_route *route);
int strata_nl_nexthop_fill(struct sk_buff *skb,
			   const struct strata_nexthop_spec *spec);
int strata_nl_policy_fill(struct sk_buff *skb, const struct strata_rule *rule);

/* The operations, each called by generic netlink. Context: process. */
int strata_nl_link_get(struct sk_buff *skb, struct genl_info *info);
int strata_nl_link_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_link_attach(struct sk_buff *skb, struct genl_info *info);
int strata_nl_link_detach(struct sk_buff *skb, struct genl_info *info);
int strata_nl_link_set(struct sk_buff *skb, struct genl_info *info);
int strata_nl_addr_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_addr_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_addr_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_route_get(struct sk_buff *skb, struct genl_info *info);
int strata_nl_route_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_route_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_route_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_policy_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_policy_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_policy_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_nexthop_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_nexthop_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_nexthop_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_neigh_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_neigh_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_neigh_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_neigh_flush(struct sk_buff *skb, struct genl_info *info);
int strata_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_rule_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_rule_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_chain_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_ruleset_set(struct sk_buff *skb, struct genl_info *info);
int strata_nl_set_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_set_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_set_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_element_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_element_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_element_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_ct_get(struct sk_buff *skb, struct genl_info *info);
int strata_nl_ct_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_ct_del(struct sk_buff *skb, struct genl_info *info);
int strata_nl_sock_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_stat_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_bridge_port_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_bridge_port_set(struct sk_buff *skb, struct genl_info *info);
int strata_nl_mdb_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_group_dump(struct sk_buff *skb, struct netlink_callback *cb);
int strata_nl_mdb_add(struct sk_buff *skb, struct genl_info *info);
int strata_nl_mdb_del(struct sk_buff *skb, struct genl_info *info);

/*
 * Which attributes each operation takes; the rest are refused. All policies of
 * an object are of one size, so that its attributes can be read in all of them.
 */
extern const struct nla_policy
	strata_nl_link_policy[STRATA_A_LINK_MAX + 1],
	strata_nl_link_set_policy[STRATA_A_LINK_MAX + 1],
	strata_nl_addr_get_policy[STRATA_A_ADDR_MAX + 1],
	strata_nl_addr_policy[STRATA_A_ADDR_MAX + 1],
	strata_nl_addr_add_policy[STRATA_A_ADDR_MAX + 1],
	strata_nl_route_get_policy[STRATA_A_ROUTE_MAX + 1],
	strata_nl_route_add_policy[STRATA_A_ROUTE_MAX + 1],
	strata_nl_route_del_policy[STRATA_A_ROUTE_MAX + 1],
	strata_nl_policy_policy[STRATA_A_POLICY_MAX + 1],
	strata_nl_nexthop_add_policy[STRATA_A_NEXTHOP_MAX + 1],
	strata_nl_nexthop_del_policy[STRATA_A_NEXTHOP_MAX + 1],
	strata_nl_neigh_get_policy[STRATA_A_NEIGH_MAX + 1],
	strata_nl_neigh_add_policy[STRATA_A_NEIGH_MAX + 1],
	strata_nl_neigh_del_policy[STRATA_A_NEIGH_MAX + 1],
	strata_nl_bridge_port_policy[STRATA_A_BRIDGE_PORT_MAX + 1],
	strata_nl_group_policy[STRATA_A_GROUP_MAX + 1],
	strata_nl_mdb_get_policy[STRATA_A_MDB_MAX + 1],
	strata_nl_mdb_policy[STRATA_A_MDB_MAX + 1],
	strata_nl_set_add_policy[STRATA_A_SET_MAX + 1],
	strata_nl_set_del_policy[STRATA_A_SET_MAX + 1],
	strata_nl_element_policy[STRATA_A_SET_MAX + 1],
	strata_nl_ct_policy[STRATA_A_CT_MAX + 1],
	strata_nl_rule_get_policy[STRATA_A_RULESET_MAX + 1],
	strata_nl_rule_add_policy[STRATA_A_RULESET_MAX + 1],
	strata_nl_rule_del_policy[STRATA_A_RULESET_MAX + 1],
	strata_nl_ruleset_policy[STRATA_A_RULESET_MAX + 1];

/* Tells of changes: event.c. */
int strata_nl_events_init(void);
void strata_nl_events_exit(void);

/* Addresses among the kernel's: rtnl.c. */
int strata_nl_rtnl_init(void);
void strata_nl_rtnl_exit(void);

/* Tells of packets that the firewall logs: packet.c. */
extern const struct strata_fw_log_ops strata_nl_log_ops;

#endif /* _STRATA_NET_NETLINK_H */
