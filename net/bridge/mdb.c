// SPDX-License-Identifier: GPL-2.0
/*
 * The groups that somebody listens to, and the ports where.
 *
 * Frames look a group up once, under RCU; all changes are under
 * strata_bridge_mcast.lock. A group has at least one member and goes with the last.
 */
#include <linux/rculist.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "bridge.h"

/* Members of a full table that are looked at for one to give up. */
#define EVICT_MEMBERS	64

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	static siphash_aligned_key_t secret;
	const struct strata_mdb_key *key = data;

	net_get_random_once(&secret, sizeof(secret));
	return siphash_3u64(get_unaligned((u64 *)&key->addr.s6_addr[0]),
			    get_unaligned((u64 *)&key->addr.s6_addr[8]),
			    (u64)seed << 32 | key->vid << 16 |
			    (__force u16)key->proto, &secret);
}

const struct rhashtable_params strata_mdb_params = {
	.head_offset = offsetof(struct strata_mdb_group, hash),
	.key_offset = offsetof(struct strata_mdb_group, key),
	.key_len = sizeof(struct strata_mdb_key),
	.hashfn = key_hash,
	.automatic_shrinking = true,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mdb_params);

/**
 * strata_mdb_filter() - what a member wants
 * @member: the member
 *
 * Context: strata_bridge_mcast.lock. Return: borrowed for as long.
 */
struct strata_mcast_filter *
strata_mdb_filter(const struct strata_mdb_member *member)
{
	return rcu_dereference_protected(member->filter,
					 lockdep_is_held(&member->port->br->mcast.lock));
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mdb_filter);

/**
 * strata_mdb_member() - a port in a group
 * @port: the port, or the host's
 * @key: which group
 *
 * Context: strata_bridge_mcast.lock. Return: borrowed; NULL: it does not listen.
 */
struct strata_mdb_member *strata_mdb_member(struct strata_bridge_port *port,
					    const struct strata_mdb_key *key)
{
	struct strata_mdb_member *member;
	struct strata_mdb_group *group;

	rcu_read_lock();
	group = strata_mdb_find(&port->br->mcast, key);
	rcu_read_unlock();
	if (!group)
		return NULL;
	hlist_for_each_entry(member, &group->members, node)
		if (member->port == port)
			return member;
	return NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mdb_member);

static void group_del(struct strata_bridge_mcast *mcast,
		      struct strata_mdb_group *group)
{
	rhashtable_remove_fast(&mcast->groups, &group->hash, strata_mdb_params);
	mcast->count--;
	kfree_rcu(group, rcu);
}

/**
 * strata_mdb_leave() - a port listens no more
 * @member: the port in the group; freed, and the group with the last
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mdb_leave(struct strata_mdb_member *member)
{
	struct strata_mdb_group *group = member->group;

	strata_mdb_notify(member, RTM_DELMDB);
	hlist_del_rcu(&member->node);
	list_del(&member->all);
	member->port->groups--;
	kfree_rcu(strata_mdb_filter(member), rcu);
	if (hlist_empty(&group->members))
		group_del(&member->port->br->mcast, group);
	kfree_rcu(member, rcu);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mdb_leave);

/* The only one in its group, and the group may go. */
static bool is_alone(const struct strata_mdb_member *member)
{
	return member->group->members.first == &member->node &&
	       !member->node.next && !member->permanent;
}

/* In a full table a port in few groups takes the place of one in many: among those who
 * joined last, one goes that is alone in its group, of the port with the most.
 */
static bool make_room(const struct strata_bridge_port *port)
{
	struct strata_mdb_member *member, *greedy = NULL;
	struct strata_bridge *br = port->br;
	unsigned int most = port->groups + 1, looked = 0;

	list_for_each_entry_reverse(member, &br->mcast.members, all) {
		if (looked++ == EVICT_MEMBERS)
			break;
		if (member->port->groups <= most || !is_alone(member))
			continue;
		most = member->port->groups;
		greedy = member;
	}
	if (!greedy)
		return false;
	strata_mdb_leave(greedy);
	strata_count(br->sn, BRIDGE_MDB_EVICTED);
	return true;
}

static struct strata_mdb_group *group_add(struct strata_bridge_port *port,
					  const struct strata_mdb_key *key)
{
	struct strata_bridge_mcast *mcast = &port->br->mcast;
	struct strata_mdb_group *group;

	if (mcast->count >= READ_ONCE(mcast->max) && !make_room(port)) {
		strata_count(port->br->sn, BRIDGE_MDB_FULL);
		return NULL;
	}
	group = kzalloc(sizeof(*group), GFP_ATOMIC);
	if (!group)
		return NULL;
	group->key = *key;
	if (rhashtable_insert_fast(&mcast->groups, &group->hash,
				   strata_mdb_params)) {
		kfree(group);
		return NULL;
	}
	mcast->count++;
	return group;
}

static struct strata_mdb_member *member_alloc(struct strata_bridge_port *port)
{
	struct strata_mdb_member *member = kzalloc(sizeof(*member), GFP_ATOMIC);
	struct strata_mcast_filter *filter = kzalloc(sizeof(*filter), GFP_ATOMIC);

	if (!member || !filter) {
		kfree(member);
		kfree(filter);
		return NULL;
	}
	member->port = port;
	RCU_INIT_POINTER(member->filter, filter);
	return member;
}

/**
 * strata_mdb_join() - a port begins to listen, if it does not yet
 * @port: the port, or the host's
 * @key: which group
 *
 * A new member wants nothing yet: strata_mdb_store() says what.
 *
 * Context: strata_bridge_mcast.lock.
 * Return: borrowed; NULL: no room for it, or no memory.
 */
struct strata_mdb_member *strata_mdb_join(struct strata_bridge_port *port,
					  const struct strata_mdb_key *key)
{
	struct strata_mdb_member *member = strata_mdb_member(port, key);
	struct strata_mdb_group *group;

	if (member)
		return member;
	if (port->br->mcast.port_max &&
	    port->groups >= port->br->mcast.port_max) {
		strata_count(port->br->sn, BRIDGE_MDB_FULL);
		return NULL;
	}
	member = member_alloc(port);
	if (!member)
		return NULL;
	rcu_read_lock();
	group = strata_mdb_find(&port->br->mcast, key);
	rcu_read_unlock();
	if (!group)
		group = group_add(port, key);
	if (!group) {
		kfree(strata_mdb_filter(member));
		kfree(member);
		return NULL;
	}
	member->group = group;
	member->serial = ++port->br->mcast.serial;
	list_add_tail(&member->all, &port->br->mcast.members);
	port->groups++;
	hlist_add_head_rcu(&member->node, &group->members);
	return member;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mdb_join);

/**
 * strata_mdb_draft() - what a member wants, to be worked on
 * @member: the port in the group
 *
 * Context: strata_bridge_mcast.lock.
 * Return: the bridge's draft, with room for STRATA_MCAST_SOURCES_MAX; borrowed until the
 * next.
 */
struct strata_mcast_filter *
strata_mdb_draft(const struct strata_mdb_member *member)
{
	const struct strata_mcast_filter *filter = strata_mdb_filter(member);
	struct strata_mcast_filter *draft = member->port->br->mcast.draft;

	memcpy(draft, filter, struct_size(filter, source, filter->count));
	return draft;
}

/* Do frames see the same in both? */
static bool is_same(const struct strata_mcast_filter *one,
		    const struct strata_mcast_filter *other)
{
	unsigned int i;

	if (one->exclude != other->exclude || one->count != other->count)
		return false;
	for (i = 0; i < one->count; i++)
		if (!ipv6_addr_equal(&one->source[i].addr, &other->source[i].addr) ||
		    one->source[i].running != other->source[i].running)
			return false;
	return true;
}

static void copy_timers(struct strata_mcast_filter *to,
			const struct strata_mcast_filter *from)
{
	unsigned int i;

	to->expires = from->expires;
	to->queries = from->queries;
	for (i = 0; i < to->count; i++) {
		to->source[i].expires = from->source[i].expires;
		to->source[i].queries = from->source[i].queries;
	}
}

/**
 * strata_mdb_store() - what a member wants from now on
 * @member: the port in the group
 * @filter: the draft, copied
 *
 * Context: strata_bridge_mcast.lock. Return: false: no memory, nothing changed.
 */
bool strata_mdb_store(struct strata_mdb_member *member,
		      const struct strata_mcast_filter *filter)
{
	struct strata_mcast_filter *old = strata_mdb_filter(member), *new;

	if (is_same(old, filter)) {
		copy_timers(old, filter);
		return true;
	}
	new = kmemdup(filter, struct_size(filter, source, filter->count),
		      GFP_ATOMIC);
	if (!new)
		return false;
	rcu_assign_pointer(member->filter, new);
	kfree_rcu(old, rcu);
	strata_mdb_notify(member, RTM_NEWMDB);
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mdb_store);

/**
 * strata_mdb_forget() - a port, or a VLAN, is not what it was
 * @br: the bridge
 * @port: whose memberships; NULL: everybody's
 * @vid: of which VLAN; negative: of all
 * @permanent: those that were added by hand, too
 *
 * Context: any but hardirq.
 */
void strata_mdb_forget(struct strata_bridge *br,
		       const struct strata_bridge_port *port, int vid,
		       bool permanent)
{
	struct strata_mdb_member *member, *next;

	spin_lock_bh(&br->mcast.lock);
	list_for_each_entry_safe(member, next, &br->mcast.members, all)
		if ((!port || member->port == port) &&
		    (vid < 0 || member->group->key.vid == vid) &&
		    (!member->permanent || permanent))
			strata_mdb_leave(member);
	spin_unlock_bh(&br->mcast.lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mdb_forget);

/**
 * strata_mdb_create() - the empty table of a new bridge
 * @br: the bridge
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_mdb_create(struct strata_bridge *br)
{
	struct strata_bridge_mcast *mcast = &br->mcast;
	int err;

	INIT_LIST_HEAD(&mcast->members);
	mcast->max = STRATA_MCAST_HASH_MAX;
	mcast->draft = kzalloc(struct_size(mcast->draft, source,
					   STRATA_MCAST_SOURCES_MAX), GFP_KERNEL);
	if (!mcast->draft)
		return -ENOMEM;
	err = rhashtable_init(&mcast->groups, &strata_mdb_params);
	if (err)
		kfree(mcast->draft);
	return err;
}

/**
 * strata_mdb_destroy() - free the table
 * @br: the bridge, from which no frame comes any more
 *
 * Context: process.
 */
void strata_mdb_destroy(struct strata_bridge *br)
{
	strata_mdb_forget(br, NULL, -1, true);
	rhashtable_destroy(&br->mcast.groups);
	kfree(br->mcast.draft);
}
