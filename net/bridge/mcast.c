// SPDX-License-Identifier: GPL-2.0
/*
 * Frames to groups: to those who listen, and what IGMP and MLD tell of them
 * (RFC 4541).
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <strata/visibility.h>
#include "bridge.h"

static __be16 proto_of(enum strata_mcast_family family)
{
	return family == STRATA_MCAST_IP4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
}

static struct strata_mdb_key key_of(enum strata_mcast_family family, u16 vid,
				    const struct in6_addr *group)
{
	return (struct strata_mdb_key) {
		.addr = *group,
		.vid = vid,
		.proto = proto_of(family),
	};
}

static void clock_read(const struct strata_bridge *br, u16 vid,
		       enum strata_mcast_family family, unsigned long now,
		       struct strata_mcast_clock *clock)
{
	const struct strata_mcast_times *times = &br->mcast.times;
	const struct strata_mcast_vlan *vlan = br->mcast.vlan[vid];

	*clock = (struct strata_mcast_clock) {
		.now = now,
		.membership = times->membership,
		.interval = times->last_member,
		.count = times->last_member_count,
		.asks = vlan && vlan->querier[family].own &&
			!vlan->querier[family].other,
	};
}

/* ------- reports ------- */

/* Everybody hears these, whoever listens: RFC 4541 2.1.2 2, RFC 3810 6. */
static bool is_never_told(const struct strata_mdb_key *key)
{
	if (key->proto == htons(ETH_P_IP))
		return ipv4_is_local_multicast(key->addr.s6_addr32[3]);
	return ipv6_addr_is_ll_all_nodes(&key->addr) ||
	       IPV6_ADDR_MC_SCOPE(&key->addr) <= IPV6_ADDR_SCOPE_NODELOCAL;
}

/* Without telling sources apart: does a listener want some, or nothing? */
static u8 simple_type(const struct strata_mcast_record *record)
{
	switch (record->type) {
	case STRATA_MCAST_IS_IN:
	case STRATA_MCAST_TO_IN:
		return record->count ? STRATA_MCAST_IS_EX : STRATA_MCAST_TO_IN;
	case STRATA_MCAST_BLOCK:
		return 0;
	default:
		return STRATA_MCAST_IS_EX;
	}
}

/* Where an older version is spoken, the newer one's finer words are not believed:
 * RFC 3376 7.3.2, RFC 3810 8.3.2.
 */
static void hear_as_old(const struct strata_mdb_member *member,
			unsigned long now, u8 *type, unsigned int *count)
{
	if (!member->old_version || time_after_eq(now, member->old_until))
		return;
	if (*type == STRATA_MCAST_BLOCK ||
	    (*type == STRATA_MCAST_TO_IN && member->old_version == 1 &&
	     member->group->key.proto == htons(ETH_P_IP)))
		*type = 0;
	if (*type == STRATA_MCAST_TO_EX)
		*count = 0;
}

/* Something is to be asked: when its turn comes, first of all now. */
static void ask_soon(struct strata_mdb_member *member, unsigned long now)
{
	const struct strata_mcast_filter *filter = strata_mdb_filter(member);
	bool asked = filter->queries;
	unsigned int i;

	for (i = 0; i < filter->count; i++)
		asked |= filter->source[i].queries;
	if (!asked)
		return;
	member->next_query = now;
	strata_mcast_soon(member->port->br);
}

static bool is_empty(const struct strata_mcast_filter *filter)
{
	return !filter->exclude && !filter->count;
}

/* What a record does to a member. Context: lock held. */
static void member_report(struct strata_mdb_member *member, u8 type,
			  const struct in6_addr *sources, unsigned int count,
			  unsigned long now)
{
	struct strata_mcast_filter *draft = strata_mdb_draft(member);
	const struct strata_mdb_key *key = &member->group->key;
	struct strata_mcast_clock clock;

	clock_read(member->port->br, key->vid,
		   key->proto == htons(ETH_P_IP) ? STRATA_MCAST_IP4 :
						   STRATA_MCAST_IP6,
		   now, &clock);
	strata_mcast_filter_report(draft, type, sources, count, &clock);
	if (strata_mdb_store(member, draft))
		ask_soon(member, now);
	else if (is_empty(strata_mdb_filter(member)))
		strata_mdb_leave(member);	/* it had just joined */
}

/**
 * strata_mcast_report() - a listener says what it wants of a group
 * @port: where
 * @key: the group
 * @record: what; its type is obeyed as far as the version that is set allows
 * @sources: that it lists, at most STRATA_MCAST_SOURCES_MAX
 * @now: jiffies
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mcast_report(struct strata_bridge_port *port,
			 const struct strata_mdb_key *key,
			 const struct strata_mcast_record *record,
			 const struct in6_addr *sources, unsigned long now)
{
	bool ip4 = key->proto == htons(ETH_P_IP);
	const u8 *version = port->br->mcast.version;
	struct strata_mdb_member *member = strata_mdb_member(port, key);
	unsigned int count = record->count;
	u8 type = record->type;

	if (ip4 ? version[STRATA_MCAST_IP4] < 3 : version[STRATA_MCAST_IP6] < 2) {
		type = simple_type(record);
		count = 0;
	}
	if (member)
		hear_as_old(member, now, &type, &count);
	/* What does not fit is all heard: an include list that says it wants all. */
	if (count > STRATA_MCAST_SOURCES_MAX) {
		type = type == STRATA_MCAST_BLOCK ? 0 : STRATA_MCAST_IS_EX;
		count = 0;
	}
	/* Who wants nothing, and did not want anything, changes nothing. */
	if (!type || (!member && (type == STRATA_MCAST_BLOCK ||
				  (!count && type != STRATA_MCAST_IS_EX &&
				   type != STRATA_MCAST_TO_EX))))
		return;
	if (!member)
		member = strata_mdb_join(port, key);
	if (!member || member->permanent)
		return;
	if (type == STRATA_MCAST_TO_IN && !count &&
	    port->flags & STRATA_BRIDGE_PORT_FAST_LEAVE)
		strata_mdb_leave(member);
	else
		member_report(member, type, sources, count, now);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_report);

/* RFC 3376 7.3.2: the version that the port's oldest listener speaks. */
static void note_old_version(struct strata_bridge_port *port,
			     const struct strata_mdb_key *key, u8 version,
			     unsigned long now)
{
	struct strata_mdb_member *member = strata_mdb_member(port, key);

	if (!member)
		return;
	if (member->old_version && time_before(now, member->old_until) &&
	    member->old_version < version)
		return;
	member->old_version = version;
	member->old_until = now + port->br->mcast.times.membership;
}

/* A report or a leave of the versions without sources is a record of the newer ones:
 * RFC 3376 7.3.2, RFC 3810 8.3.2. Context: lock held.
 */
static void hear_old(struct strata_bridge_port *port, u16 vid,
		     const struct strata_mcast_message *message,
		     unsigned long now)
{
	struct strata_mdb_key key = key_of(message->family, vid, &message->group);
	struct strata_mcast_record record = {
		.type = message->kind == STRATA_MCAST_JOIN ? STRATA_MCAST_IS_EX :
							     STRATA_MCAST_TO_IN,
	};

	if (is_never_told(&key))
		return;
	strata_mcast_report(port, &key, &record, NULL, now);
	if (message->kind == STRATA_MCAST_JOIN)
		note_old_version(port, &key, message->version, now);
}

static void hear_records(struct strata_bridge_port *port, u16 vid,
			 const struct sk_buff *skb,
			 struct strata_mcast_message message, unsigned long now)
{
	struct in6_addr *sources = port->br->mcast.sources;
	struct strata_mcast_record record;
	struct strata_mdb_key key;
	unsigned int i;

	while (strata_mcast_next_record(skb, &message, &record)) {
		for (i = 0; i < min_t(unsigned int, record.count,
				      STRATA_MCAST_SOURCES_MAX); i++)
			strata_mcast_source_at(skb, message.family,
					       record.offset, i, &sources[i]);
		key = key_of(message.family, vid, &record.group);
		if (!is_never_told(&key))
			strata_mcast_report(port, &key, &record, sources, now);
	}
}

/* ------- frames ------- */

/* What is heard in a frame, whatever becomes of it. */
static void hear(struct strata_bridge_port *from, u16 vid,
		 const struct sk_buff *skb,
		 const struct strata_mcast_message *message)
{
	struct strata_bridge *br = from->br;

	strata_count(br->sn, BRIDGE_MCAST_RX);
	spin_lock_bh(&br->mcast.lock);
	switch (message->kind) {
	case STRATA_MCAST_QUERY:
		strata_mcast_queried(from, vid, skb, message,
				     eth_hdr(skb)->h_source, jiffies);
		break;
	case STRATA_MCAST_ROUTER:
		strata_mcast_router_seen(from, message->family, jiffies);
		break;
	case STRATA_MCAST_RECORDS:
		hear_records(from, vid, skb, *message, jiffies);
		break;
	default:
		hear_old(from, vid, message, jiffies);
		break;
	}
	spin_unlock_bh(&br->mcast.lock);
}

static bool is_asked(const struct strata_bridge *br, u16 vid,
		     enum strata_mcast_family family)
{
	const struct strata_mcast_vlan *vlan = READ_ONCE(br->mcast.vlan[vid]);

	return vlan && READ_ONCE(vlan->querier[family].active);
}

static void flood(struct strata_bridge_port *from, struct sk_buff *skb, u16 vid)
{
	/* What the host says to many is not held back by the ports' flags. */
	strata_bridge_flood(from->br, skb, from, vid,
			    from == &from->br->host ? 0 :
			    STRATA_BRIDGE_PORT_MCAST_FLOOD, true);
}

/* A group that was added by its L2 address. */
static struct strata_mdb_group *l2_group(struct strata_bridge *br,
					 const struct sk_buff *skb, u16 vid)
{
	struct strata_mdb_key key = { .vid = vid };

	ether_addr_copy(key.addr.s6_addr, eth_hdr(skb)->h_dest);
	return strata_mdb_find(&br->mcast, &key);
}

/* RFC 4541 2.1.2: to who listens and to routers, once it is known who listens. */
static void forward_data(struct strata_bridge_port *from, struct sk_buff *skb,
			 u16 vid, const struct strata_mcast_message *message)
{
	struct strata_mdb_key key;
	struct strata_mdb_group *group;

	if (!is_asked(from->br, vid, message->family)) {
		flood(from, skb, vid);
		return;
	}
	key = key_of(message->family, vid, &message->group);
	group = strata_mdb_find(&from->br->mcast, &key);
	strata_bridge_forward_group(from, skb, vid, group, message);
}

/**
 * strata_mcast_rx() - a frame to a group
 * @from: where it came in, or the host's
 * @skb: the frame, data behind its Ethernet header. Owned afterwards
 * @vid: its VLAN, 0: the bridge is not VLAN-aware
 *
 * Context: softirqs off, RCU.
 */
void strata_mcast_rx(struct strata_bridge_port *from, struct sk_buff *skb,
		     u16 vid)
{
	struct strata_bridge *br = from->br;
	struct strata_mcast_message message;
	struct strata_mdb_group *group;

	strata_mcast_parse(skb, &message);
	switch (message.kind) {
	case STRATA_MCAST_DATA:
		forward_data(from, skb, vid, &message);
		return;
	case STRATA_MCAST_FLOOD:
		group = eth_hdr(skb)->h_proto == htons(ETH_P_IP) ||
			eth_hdr(skb)->h_proto == htons(ETH_P_IPV6) ? NULL :
			l2_group(br, skb, vid);
		if (group)
			strata_bridge_forward_group(from, skb, vid, group, NULL);
		else
			flood(from, skb, vid);
		return;
	case STRATA_MCAST_BAD:
		strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_MCAST);
		return;
	case STRATA_MCAST_QUERY:
	case STRATA_MCAST_ROUTER:
		hear(from, vid, skb, &message);
		flood(from, skb, vid);
		return;
	default:
		break;
	}
	/* RFC 4541 2.1.1 1: to routers only, so that listeners do not hold back
	 * reports of their own because somebody behind another port has spoken.
	 */
	hear(from, vid, skb, &message);
	if (is_asked(br, vid, message.family))
		strata_bridge_forward_group(from, skb, vid, NULL, &message);
	else
		flood(from, skb, vid);
}
