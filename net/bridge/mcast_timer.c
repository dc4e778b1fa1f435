// SPDX-License-Identifier: GPL-2.0
/*
 * What is due in a bridge's snooping: listeners, routers and queriers that are not
 * heard any more, and queries to be sent.
 *
 * One piece of delayed work looks through everything, when the earliest timer ends, and
 * not more often than ten times a second: timers that end close to each
 * other cost one walk. Queries leave after the lock is given back: the host's stack may
 * answer at once.
 */
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <strata/visibility.h>
#include "bridge.h"

#define PERIOD_JIFFIES	(60 * HZ)	/* looks again at least so often */
#define PAUSE_JIFFIES	(HZ / 10)	/* and not more often than that */

/* RFC 3376 8, in the kernel's bridge's words. */
static const struct strata_mcast_times default_times = {
	.last_member = HZ,
	.membership = 260 * HZ,
	.other_querier = 255 * HZ,
	.query = 125 * HZ,
	.response = 10 * HZ,
	.startup = 125 * HZ / 4,
	.last_member_count = 2,
	.startup_count = 2,
};

static void sooner(unsigned long *next, unsigned long when)
{
	if (time_before(when, *next))
		*next = when;
}

/**
 * strata_mcast_soon() - something may be due earlier than was thought
 * @br: the bridge
 *
 * Context: any.
 */
void strata_mcast_soon(struct strata_bridge *br)
{
	mod_delayed_work(system_wq, &br->mcast.timer, 0);
}

/* One query of those that are still to be sent. Return: are there more? */
static bool count_down(struct strata_mcast_filter *filter)
{
	unsigned int i;
	bool more;

	if (filter->queries)
		filter->queries--;
	more = filter->queries;
	for (i = 0; i < filter->count; i++) {
		if (filter->source[i].queries)
			filter->source[i].queries--;
		more |= filter->source[i].queries;
	}
	return more;
}

static bool has_queries(const struct strata_mcast_filter *filter)
{
	unsigned int i;

	for (i = 0; i < filter->count; i++)
		if (filter->source[i].queries)
			return true;
	return filter->queries;
}

/* Last members are asked again: RFC 3376 6.6.3. */
static void member_ask(struct strata_mdb_member *member, unsigned long now,
		       unsigned long *next, struct sk_buff_head *out)
{
	struct strata_mcast_filter *filter = strata_mdb_filter(member);

	if (!has_queries(filter))
		return;
	if (time_after_eq(now, member->next_query)) {
		strata_mcast_query_member(member, now, out);
		member->next_query = now + member->port->br->mcast.times.last_member;
		if (!count_down(filter))
			return;
	}
	sooner(next, member->next_query);
}

static void member_age(struct strata_mdb_member *member, unsigned long now,
		       unsigned long *next, struct sk_buff_head *out)
{
	struct strata_mcast_filter *draft;

	if (member->permanent)
		return;
	draft = strata_mdb_draft(member);
	if (!strata_mcast_filter_age(draft, now, next)) {
		strata_mdb_leave(member);
		return;
	}
	/* Without memory the next walk tries again. */
	if (!strata_mdb_store(member, draft))
		sooner(next, now);
	member_ask(member, now, next, out);
}

static void routers_age(struct strata_bridge *br, unsigned long now,
			unsigned long *next)
{
	struct strata_bridge_port *port;
	enum strata_mcast_family family;
	struct hlist_node *after;

	hlist_for_each_entry_safe(port, after, &br->mcast.routers, router.node) {
		if (port->router.mode == MDB_RTR_TYPE_PERM)
			continue;
		for (family = 0; family < STRATA_MCAST_FAMILIES; family++) {
			if (!port->router.is[family])
				continue;
			if (time_after_eq(now, port->router.until[family]))
				strata_mcast_router_forget(port, family);
			else
				sooner(next, port->router.until[family]);
		}
	}
}

/* The bridge's turn to ask in a VLAN. */
static void querier_ask(struct strata_bridge *br, u16 vid,
			enum strata_mcast_family family,
			struct strata_mcast_querier *querier, unsigned long now,
			unsigned long *next, struct sk_buff_head *out)
{
	const struct strata_mcast_times *times = &br->mcast.times;

	if (!querier->own || querier->other)
		return;
	if (time_after_eq(now, querier->next)) {
		strata_mcast_query_all(br, vid, family, out);
		if (querier->startup)
			querier->startup--;
		querier->next = now + times->query;
		if (querier->startup)
			querier->next = now + times->startup;
	}
	sooner(next, querier->next);
}

static void querier_age(struct strata_bridge *br, u16 vid,
			enum strata_mcast_family family, unsigned long now,
			unsigned long *next, struct sk_buff_head *out)
{
	struct strata_mcast_querier *querier =
		&br->mcast.vlan[vid]->querier[family];
	bool asked;

	if (querier->other && time_after_eq(now, querier->other_until)) {
		querier->other = false;
		querier->next = now;
		querier->startup = br->mcast.times.startup_count;
	}
	if (querier->settling && time_after_eq(now, querier->settled))
		querier->settling = false;
	if (querier->other)
		sooner(next, querier->other_until);
	if (querier->settling)
		sooner(next, querier->settled);
	asked = querier->own || querier->other;
	WRITE_ONCE(querier->active, asked && !querier->settling);
	querier_ask(br, vid, family, querier, now, next, out);
}

/**
 * strata_mcast_age() - do all that is due
 * @br: the bridge
 * @now: jiffies
 * @out: queries to be sent are added
 *
 * Context: strata_bridge_mcast.lock. Return: when there is more to do, in jiffies.
 */
unsigned long strata_mcast_age(struct strata_bridge *br, unsigned long now,
			       struct sk_buff_head *out)
{
	unsigned long next = now + PERIOD_JIFFIES;
	enum strata_mcast_family family;
	struct strata_mdb_member *member, *after;
	struct strata_mcast_vlan *vlan;

	/* Queriers first: who is asked is not gone yet. */
	hlist_for_each_entry(vlan, &br->mcast.asked, node)
		for (family = 0; family < STRATA_MCAST_FAMILIES; family++)
			querier_age(br, vlan->vid, family, now, &next, out);
	routers_age(br, now, &next);
	list_for_each_entry_safe(member, after, &br->mcast.members, all)
		member_age(member, now, &next, out);
	return next;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_age);

static void mcast_work(struct work_struct *work)
{
	struct strata_bridge *br = container_of(to_delayed_work(work),
						struct strata_bridge,
						mcast.timer);
	unsigned long now = jiffies, next;
	struct sk_buff_head out;
	long delay;

	__skb_queue_head_init(&out);
	spin_lock_bh(&br->mcast.lock);
	next = strata_mcast_age(br, now, &out);
	spin_unlock_bh(&br->mcast.lock);
	strata_mcast_query_send(br, &out);
	delay = clamp_t(long, next - jiffies, PAUSE_JIFFIES, PERIOD_JIFFIES);
	/* Somebody who said "soon" meanwhile has queued it already. */
	queue_delayed_work(system_wq, &br->mcast.timer, delay);
}

/* ------- lifetime ------- */

/**
 * strata_mcast_port_init() - a new port, or the host's
 * @port: the port
 *
 * Context: process.
 */
void strata_mcast_port_init(struct strata_bridge_port *port)
{
	port->router.mode = MDB_RTR_TYPE_TEMP_QUERY;
	INIT_HLIST_NODE(&port->router.node);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_port_init);

/**
 * strata_mcast_port_down() - nobody is behind a port any more
 * @port: the port
 *
 * Context: process, RTNL held.
 */
void strata_mcast_port_down(struct strata_bridge_port *port)
{
	enum strata_mcast_family family;

	strata_mdb_forget(port->br, port, -1, false);
	if (port->router.mode == MDB_RTR_TYPE_PERM)
		return;
	spin_lock_bh(&port->br->mcast.lock);
	for (family = 0; family < STRATA_MCAST_FAMILIES; family++)
		strata_mcast_router_forget(port, family);
	spin_unlock_bh(&port->br->mcast.lock);
}

/**
 * strata_mcast_port_exit() - a port is none any more
 * @port: the port; no frame comes from it
 *
 * Context: process, RTNL held.
 */
void strata_mcast_port_exit(struct strata_bridge_port *port)
{
	strata_mdb_forget(port->br, port, -1, true);
	strata_mcast_router_set(port, MDB_RTR_TYPE_DISABLED);
}

/**
 * strata_mcast_init() - the snooping of a new bridge
 * @br: the bridge
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_mcast_init(struct strata_bridge *br)
{
	struct strata_bridge_mcast *mcast = &br->mcast;

	spin_lock_init(&mcast->lock);
	INIT_HLIST_HEAD(&mcast->routers);
	INIT_HLIST_HEAD(&mcast->asked);
	INIT_DELAYED_WORK(&mcast->timer, mcast_work);
	mcast->snooping = true;
	mcast->version[STRATA_MCAST_IP4] = 2;
	mcast->version[STRATA_MCAST_IP6] = 1;
	mcast->times = default_times;
	strata_mcast_port_init(&br->host);
	return strata_mdb_create(br);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_init);

/**
 * strata_mcast_exit() - the end of it
 * @br: the bridge, without ports
 *
 * Context: process.
 */
void strata_mcast_exit(struct strata_bridge *br)
{
	struct strata_mcast_vlan *vlan;
	struct hlist_node *next;

	cancel_delayed_work_sync(&br->mcast.timer);
	strata_mdb_destroy(br);
	hlist_for_each_entry_safe(vlan, next, &br->mcast.asked, node) {
		br->mcast.vlan[vlan->vid] = NULL;
		kfree(vlan);
	}
	INIT_HLIST_HEAD(&br->mcast.asked);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_exit);
