// SPDX-License-Identifier: GPL-2.0
/*
 * What a host does by itself as time passes: duplicate address detection,
 * router solicitations, lifetimes. One work item for each namespace runs when the
 * earliest of them is due, or when a packet or a device has changed something.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/workqueue.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define QUEUE_MAX	32	/* messages that wait to be obeyed */

static void obey(struct strata_link *link, const struct sk_buff *skb)
{
	if (skb->data[0] == ICMPV6_MGM_QUERY)
		strata_mld_asked(link, skb);
	else
		strata_ra_obey(link, skb);
}

/* What was heard and is settled in process context, where links, addresses and
 * routes may be changed.
 */
static void heard_run(struct strata_net *sn)
{
	struct strata_link *link;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&sn->ipv6->heard))) {
		link = strata_link_by_index(sn, strata_cb(skb)->iif);
		/* It may be gone by now. */
		if (link && !(link->flags & STRATA_LINK_LOOPBACK))
			obey(link, skb);
		consume_skb(skb);
	}
}

static void follow_work(struct work_struct *work)
{
	struct strata_ipv6_net *net6 = container_of(to_delayed_work(work),
						    struct strata_ipv6_net,
						    work);
	struct strata_follow follow = { .now = jiffies };
	struct strata_net *sn = net6->sn;

	mutex_lock(&sn->config);
	heard_run(sn);
	strata_mld_run(sn, &follow);
	strata_dad_run(sn, &follow);
	strata_rs_run(sn, &follow);
	strata_prefix_run(sn, &follow);
	mutex_unlock(&sn->config);
	if (follow.armed)
		queue_delayed_work(system_wq, &net6->work,
				   time_after(follow.next, jiffies) ?
				   follow.next - jiffies : 0);
}

/**
 * strata_follow_soon() - something has changed: look at it
 * @sn: the namespace's stack
 *
 * Context: any.
 */
void strata_follow_soon(struct strata_net *sn)
{
	mod_delayed_work(system_wq, &sn->ipv6->work, 0);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_follow_soon);

/**
 * strata_follow_heard() - obey a message soon, in process context
 * @sn: the namespace's stack
 * @skb: a router advertisement or a query for groups, valid, linear, skb->data
 *	at the ICMPv6 header; not owned
 *
 * Context: softirq, RCU. Return: why it is dropped, or STRATA_IPV6_PASS.
 */
enum strata_drop_reason strata_follow_heard(struct strata_net *sn,
					    struct sk_buff *skb)
{
	if (skb_queue_len_lockless(&sn->ipv6->heard) >= QUEUE_MAX)
		return skb->data[0] == ICMPV6_MGM_QUERY ?
		       STRATA_DROP_GROUP_QUEUE_FULL : STRATA_DROP_ND_QUEUE_FULL;
	skb_queue_tail(&sn->ipv6->heard, skb_get(skb));
	strata_follow_soon(sn);
	return STRATA_IPV6_PASS;
}

/**
 * strata_follow_init() - nothing to follow yet
 * @sn: the namespace's stack, with its IPv6 part
 *
 * Context: process.
 */
void strata_follow_init(struct strata_net *sn)
{
	struct strata_ipv6_net *net6 = sn->ipv6;

	net6->sn = sn;
	INIT_DELAYED_WORK(&net6->work, follow_work);
	INIT_LIST_HEAD(&net6->links);
	INIT_LIST_HEAD(&net6->ra_routes);
	skb_queue_head_init(&net6->heard);
}

/**
 * strata_follow_exit() - follow nothing more
 * @sn: the namespace's stack; nobody calls strata_follow_soon() any more
 *
 * Context: process, strata_net.config not held.
 */
void strata_follow_exit(struct strata_net *sn)
{
	cancel_delayed_work_sync(&sn->ipv6->work);
	mutex_lock(&sn->config);
	strata_prefix_forget(sn, NULL);
	strata_rs_forget(sn, NULL);
	mutex_unlock(&sn->config);
	skb_queue_purge(&sn->ipv6->heard);
}
