/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: who listens to which group (RFC 4541).
 *
 * mcast_parse.c reads a frame, mcast_filter.c keeps the sources that one port wants
 * of one group (RFC 3376 6, RFC 3810 7), mdb.c the groups; mcast.c and mcast_router.c
 * act on what is heard, mcast_timer.c on what is not heard any more, mcast_query.c asks.
 * mcast_config.c, mdb_config.c and mdb_link.c are configuration.
 *
 * IPv4 addresses are v4-mapped throughout, so both families share everything but
 * the wire.
 */
#ifndef _NET_BRIDGE_MCAST_H
#define _NET_BRIDGE_MCAST_H

#include <linux/in6.h>
#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>

struct net_device;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct strata_bridge;
struct strata_bridge_port;

#define STRATA_MCAST_SOURCES_MAX	32	/* of one port in one group */
#define STRATA_MCAST_HASH_MAX		4096	/* groups, unless set */
#define STRATA_MCAST_ROBUSTNESS		2	/* RFC 3376 8.1 */

/* One of the two families; as an index. */
enum strata_mcast_family {
	STRATA_MCAST_IP4,
	STRATA_MCAST_IP6,
	STRATA_MCAST_FAMILIES
};

/* ------- mcast_parse.c ------- */

/**
 * enum strata_mcast_kind - what a frame to a group is
 * @STRATA_MCAST_FLOOD: nothing that snooping may hold back (RFC 4541 2.1.2 2)
 * @STRATA_MCAST_DATA: for those who listen
 * @STRATA_MCAST_QUERY: a router asks
 * @STRATA_MCAST_JOIN: IGMPv1, IGMPv2 or MLDv1 report
 * @STRATA_MCAST_LEAVE: IGMPv2 leave, MLDv1 done
 * @STRATA_MCAST_RECORDS: IGMPv3 or MLDv2 report
 * @STRATA_MCAST_ROUTER: a router says so: PIM hello, RFC 4286
 * @STRATA_MCAST_BAD: malformed
 */
enum strata_mcast_kind {
	STRATA_MCAST_FLOOD,
	STRATA_MCAST_DATA,
	STRATA_MCAST_QUERY,
	STRATA_MCAST_JOIN,
	STRATA_MCAST_LEAVE,
	STRATA_MCAST_RECORDS,
	STRATA_MCAST_ROUTER,
	STRATA_MCAST_BAD,
};

/* Types of records, RFC 3376 4.2.12; those of RFC 3810 5.2.12 are the same. */
enum strata_mcast_record_type {
	STRATA_MCAST_IS_IN = 1,
	STRATA_MCAST_IS_EX,
	STRATA_MCAST_TO_IN,
	STRATA_MCAST_TO_EX,
	STRATA_MCAST_ALLOW,
	STRATA_MCAST_BLOCK,
};

/**
 * struct strata_mcast_message - a frame to a group, read
 * @kind: what it is; the rest as far as that kind has it
 * @family: whose
 * @source: of the frame
 * @group: that it is sent to, or about; ::: all
 * @version: of the protocol: IGMP 1 to 3, MLD 1 or 2
 * @suppress: routers are not to lower their timers (RFC 3376 4.1.5)
 * @response_ms: how long hosts may take to answer
 * @count: of the query's sources, or the report's records
 * @offset: of the first of these, from skb->data
 * @end: of the message, from skb->data
 */
struct strata_mcast_message {
	enum strata_mcast_kind kind;
	enum strata_mcast_family family;
	struct in6_addr source;
	struct in6_addr group;
	u8 version;
	bool suppress;
	u32 response_ms;
	unsigned int count;
	unsigned int offset;
	unsigned int end;
};

/**
 * struct strata_mcast_record - what a report says of one group
 * @type: enum strata_mcast_record_type, or one that is not known
 * @group: the group
 * @count: of its sources
 * @offset: of the first of these, from skb->data
 */
struct strata_mcast_record {
	u8 type;
	struct in6_addr group;
	unsigned int count;
	unsigned int offset;
};

void strata_mcast_parse(const struct sk_buff *skb,
			struct strata_mcast_message *message);
bool strata_mcast_next_record(const struct sk_buff *skb,
			      struct strata_mcast_message *message,
			      struct strata_mcast_record *record);
bool strata_mcast_source_at(const struct sk_buff *skb,
			    enum strata_mcast_family family,
			    unsigned int offset, unsigned int n,
			    struct in6_addr *source);

/* ------- mcast_filter.c ------- */

/**
 * struct strata_mcast_source - a source in a port's filter
 * @addr: its address; read by frames
 * @running: its timer runs: its frames pass; read by frames
 * @queries: how often it is still to be asked for
 * @expires: when its timer ends, in jiffies
 */
struct strata_mcast_source {
	struct in6_addr addr;
	bool running;
	u8 queries;
	unsigned long expires;
};

/**
 * struct strata_mcast_filter - which sources of a group are wanted at a port
 * @rcu: frees
 * @exclude: all but those listed whose timer does not run, else only those listed; read by
 *	frames
 * @queries: how often the group is still to be asked for
 * @count: of @source; read by frames
 * @expires: when the group's timer ends; mode EXCLUDE
 * @source: the sources
 *
 * RFC 3376 6.2. What frames read changes only by replacing the whole. The rest is
 * under strata_bridge_mcast.lock.
 */
struct strata_mcast_filter {
	struct rcu_head rcu;
	bool exclude;
	u8 queries;
	u8 count;
	unsigned long expires;
	struct strata_mcast_source source[];
};

/**
 * struct strata_mcast_clock - what time it is, and how long things last
 * @now: in jiffies
 * @membership: a listener that is not heard for so long is gone
 * @interval: between two queries of last members
 * @count: of these
 * @asks: the bridge is the one who asks
 */
struct strata_mcast_clock {
	unsigned long now;
	unsigned long membership;
	unsigned long interval;
	u8 count;
	bool asks;
};

void strata_mcast_filter_report(struct strata_mcast_filter *filter, u8 type,
				const struct in6_addr *sources,
				unsigned int count,
				const struct strata_mcast_clock *clock);
bool strata_mcast_filter_age(struct strata_mcast_filter *filter,
			     unsigned long now, unsigned long *next);
void strata_mcast_filter_queried(struct strata_mcast_filter *filter,
				 const struct in6_addr *sources,
				 unsigned int count, unsigned long until);

/**
 * strata_mcast_filter_passes() - is a source wanted?
 * @filter: of a port in a group
 * @source: of the frame
 *
 * Context: RCU.
 */
static inline bool
strata_mcast_filter_passes(const struct strata_mcast_filter *filter,
			   const struct in6_addr *source)
{
	unsigned int i;

	for (i = 0; i < filter->count; i++)
		if (ipv6_addr_equal(&filter->source[i].addr, source))
			return filter->source[i].running;
	return filter->exclude;
}

/* ------- mdb.c ------- */

/**
 * struct strata_mdb_key - a group in a VLAN
 * @addr: its address; of L2 groups the first six bytes
 * @vid: the VLAN, 0: the bridge is not VLAN-aware
 * @proto: ETH_P_IP, ETH_P_IPV6; 0: a group by its L2 address
 */
struct strata_mdb_key {
	struct in6_addr addr;
	u16 vid;
	__be16 proto;
};

/**
 * struct strata_mdb_member - a port that listens to a group
 * @port: the port, or the host's; constant
 * @group: the group; constant
 * @node: in strata_mdb_group.members; lock, RCU
 * @all: in strata_bridge_mcast.members; lock
 * @serial: in the order of joining; constant
 * @filter: what of it is wanted; lock, RCU
 * @permanent: added by hand, for ever; lock
 * @old_version: the oldest protocol version that is spoken there; lock
 * @old_until: until when; lock
 * @next_query: when it is asked next, while its filter has queries to be sent; lock
 * @rcu: frees
 */
struct strata_mdb_member {
	struct strata_bridge_port *port;
	struct strata_mdb_group *group;
	struct hlist_node node;
	struct list_head all;
	u64 serial;
	struct strata_mcast_filter __rcu *filter;
	bool permanent;
	u8 old_version;
	unsigned long old_until;
	unsigned long next_query;
	struct rcu_head rcu;
};

/**
 * struct strata_mdb_group - a group that somebody listens to
 * @key: which; constant
 * @hash: in strata_bridge_mcast.groups
 * @members: &struct strata_mdb_member, not none; lock, RCU
 * @rcu: frees
 */
struct strata_mdb_group {
	struct strata_mdb_key key;
	struct rhash_head hash;
	struct hlist_head members;
	struct rcu_head rcu;
};

/**
 * struct strata_mcast_querier - who asks for listeners, in one VLAN and family
 * @active: somebody does, and has been answered: groups are known; read by frames
 * @own: the bridge would
 * @other: somebody else does
 * @settling: the answers to the first query are still coming
 * @startup: queries to be sent at the shorter interval
 * @other_until: when the other is believed to be gone
 * @settled: when the answers have come
 * @next: when the bridge asks next
 * @addr: of the other
 * @ifindex: of the port where the other is
 */
struct strata_mcast_querier {
	bool active;
	bool own;
	bool other;
	bool settling;
	u8 startup;
	unsigned long other_until;
	unsigned long settled;
	unsigned long next;
	struct in6_addr addr;
	int ifindex;
};

/**
 * struct strata_mcast_vlan - the queriers of a VLAN
 * @vid: the VLAN, 0: the bridge is not VLAN-aware; constant
 * @querier: by family; lock but where it says more
 * @node: in strata_bridge_mcast.asked; lock
 *
 * Lives until the bridge goes.
 */
struct strata_mcast_vlan {
	u16 vid;
	struct strata_mcast_querier querier[STRATA_MCAST_FAMILIES];
	struct hlist_node node;
};

/**
 * struct strata_mcast_router - whether a multicast router is behind a port
 * @mode: MDB_RTR_TYPE_*; lock
 * @is: by family; read by frames
 * @until: when it is believed to be gone; lock
 * @node: in strata_bridge_mcast.routers, if any of @is; lock, RCU
 */
struct strata_mcast_router {
	u8 mode;
	bool is[STRATA_MCAST_FAMILIES];
	unsigned long until[STRATA_MCAST_FAMILIES];
	struct hlist_node node;
};

/**
 * struct strata_mcast_times - RFC 3376 8, in jiffies
 * @last_member: between two queries of last members
 * @membership: until a listener that is silent is gone
 * @other_querier: until another querier that is silent is gone
 * @query: between two queries of ours
 * @response: for hosts to answer them
 * @startup: between the first of ours
 * @last_member_count: how many
 * @startup_count: how many
 */
struct strata_mcast_times {
	unsigned long last_member;
	unsigned long membership;
	unsigned long other_querier;
	unsigned long query;
	unsigned long response;
	unsigned long startup;
	u8 last_member_count;
	u8 startup_count;
};

/**
 * struct strata_bridge_mcast - a bridge's snooping
 * @snooping: on; read by frames
 * @querier: the bridge asks, where nobody else does; @lock
 * @version: of IGMP and MLD that sources are told apart by or not; @lock
 * @times: that it keeps; @lock
 * @lock: all but what frames read; taken with softirqs off
 * @groups: &struct strata_mdb_group by key
 * @count: of them; @lock
 * @members: of all groups, by &struct strata_mdb_member.serial; @lock
 * @serial: of the latest; @lock
 * @max: how many there may be
 * @port_max: how many each port may be in, 0: as many as there is room for
 * @routers: ports with a router, through strata_mcast_router.node; @lock, RCU
 * @asked: &struct strata_mcast_vlan; @lock
 * @vlan: the same by VLAN; set once
 * @timer: does what is due
 * @draft: has room for STRATA_MCAST_SOURCES_MAX, to work on; @lock
 * @sources: likewise
 */
struct strata_bridge_mcast {
	bool snooping;
	bool querier;
	u8 version[STRATA_MCAST_FAMILIES];
	struct strata_mcast_times times;
	spinlock_t lock;	/* groups, routers, queriers */
	struct rhashtable groups;
	unsigned int count;
	struct list_head members;
	u64 serial;
	u32 max;
	u32 port_max;
	struct hlist_head routers;
	struct hlist_head asked;
	struct strata_mcast_vlan *vlan[VLAN_N_VID];
	struct delayed_work timer;
	struct strata_mcast_filter *draft;
	struct in6_addr sources[STRATA_MCAST_SOURCES_MAX];
};

extern const struct rhashtable_params strata_mdb_params;

/**
 * strata_mdb_find() - look a group up
 * @mcast: the bridge's
 * @key: which
 *
 * Context: RCU. Return: borrowed for as long; NULL: nobody listens.
 */
static inline struct strata_mdb_group *
strata_mdb_find(struct strata_bridge_mcast *mcast,
		const struct strata_mdb_key *key)
{
	return rhashtable_lookup(&mcast->groups, key, strata_mdb_params);
}

int strata_mdb_create(struct strata_bridge *br);
void strata_mdb_destroy(struct strata_bridge *br);
struct strata_mdb_member *strata_mdb_member(struct strata_bridge_port *port,
					    const struct strata_mdb_key *key);
struct strata_mdb_member *strata_mdb_join(struct strata_bridge_port *port,
					  const struct strata_mdb_key *key);
void strata_mdb_leave(struct strata_mdb_member *member);
struct strata_mcast_filter *
strata_mdb_draft(const struct strata_mdb_member *member);
bool strata_mdb_store(struct strata_mdb_member *member,
		      const struct strata_mcast_filter *filter);
void strata_mdb_forget(struct strata_bridge *br,
		       const struct strata_bridge_port *port, int vid,
		       bool permanent);
struct strata_mcast_filter *
strata_mdb_filter(const struct strata_mdb_member *member);

/* ------- mcast.c ------- */

void strata_mcast_rx(struct strata_bridge_port *from, struct sk_buff *skb,
		     u16 vid);
void strata_mcast_report(struct strata_bridge_port *port,
			 const struct strata_mdb_key *key,
			 const struct strata_mcast_record *record,
			 const struct in6_addr *sources, unsigned long now);

/* ------- mcast_router.c ------- */

void strata_mcast_router_set(struct strata_bridge_port *port, u8 mode);
void strata_mcast_router_seen(struct strata_bridge_port *port,
			      enum strata_mcast_family family,
			      unsigned long now);
void strata_mcast_router_forget(struct strata_bridge_port *port,
				enum strata_mcast_family family);
void strata_mcast_queried(struct strata_bridge_port *port, u16 vid,
			  const struct sk_buff *skb,
			  const struct strata_mcast_message *message,
			  const u8 *mac, unsigned long now);
void strata_mcast_refresh(struct strata_bridge *br);
void strata_mcast_ask_again(struct strata_bridge *br);

/* ------- mcast_timer.c ------- */

void strata_mcast_soon(struct strata_bridge *br);
unsigned long strata_mcast_age(struct strata_bridge *br, unsigned long now,
			       struct sk_buff_head *out);
void strata_mcast_port_init(struct strata_bridge_port *port);
void strata_mcast_port_down(struct strata_bridge_port *port);
void strata_mcast_port_exit(struct strata_bridge_port *port);
int strata_mcast_init(struct strata_bridge *br);
void strata_mcast_exit(struct strata_bridge *br);

/* ------- mcast_query.c ------- */

void strata_mcast_query_address(const struct strata_bridge *br,
				enum strata_mcast_family family,
				struct in6_addr *addr);
void strata_mcast_query_all(struct strata_bridge *br, u16 vid,
			    enum strata_mcast_family family,
			    struct sk_buff_head *out);
void strata_mcast_query_member(const struct strata_mdb_member *member,
			       unsigned long now, struct sk_buff_head *out);
void strata_mcast_query_send(struct strata_bridge *br,
			     struct sk_buff_head *out);

/* ------- mdb_link.c ------- */

void strata_mdb_notify(const struct strata_mdb_member *member, int type);
int strata_bridge_ndo_mdb_dump(struct net_device *dev, struct sk_buff *skb,
			       struct netlink_callback *cb);
int strata_bridge_ndo_mdb_add(struct net_device *dev, struct nlattr *tb[],
			      u16 nlmsg_flags, struct netlink_ext_ack *extack);
int strata_bridge_ndo_mdb_del(struct net_device *dev, struct nlattr *tb[],
			      struct netlink_ext_ack *extack);

/* ------- mcast_config.c ------- */

int strata_mcast_validate(struct nlattr *data[], struct netlink_ext_ack *extack);
void strata_mcast_change(struct strata_bridge *br, struct nlattr *data[]);
int strata_mcast_fill(struct sk_buff *skb, const struct strata_bridge *br);
size_t strata_mcast_fill_size(void);

#endif /* _NET_BRIDGE_MCAST_H */
