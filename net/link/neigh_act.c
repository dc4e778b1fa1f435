// SPDX-License-Identifier: GPL-2.0
/*
 * Doing what the state machine of a neighbour entry asks for.
 */
#include <linux/rcupdate.h>
#include <strata/visibility.h>
#include "neigh_entry.h"
#include "neigh_table.h"

/**
 * struct neigh_work - what was asked for, taken from under the lock
 * @actions: STRATA_NEIGH_DO_*
 * @queue: the packets that waited
 * @first: a copy of the one that waits longest, or NULL
 * @lladdr: whom to ask
 * @unicast: @lladdr is set
 */
struct neigh_work {
	unsigned int actions;
	struct sk_buff_head queue;
	struct sk_buff *first;
	u8 lladdr[MAX_ADDR_LEN];
	bool unicast;
};

static void neigh_prepare(struct strata_neigh *neigh, struct neigh_work *work)
{
	const struct sk_buff *first = skb_peek(&neigh->queue);

	if (work->actions & (STRATA_NEIGH_DO_SEND | STRATA_NEIGH_DO_FAIL))
		strata_neigh_dequeue_all(neigh, &work->queue);
	if (!(work->actions & STRATA_NEIGH_DO_SOLICIT))
		return;
	/* The packet itself may be sent or dropped meanwhile. */
	if (first)
		work->first = skb_clone((struct sk_buff *)first, GFP_ATOMIC);
	work->unicast = neigh->state == STRATA_NEIGH_PROBE;
	if (work->unicast)
		memcpy(work->lladdr, neigh->lladdr, MAX_ADDR_LEN);
}

static void neigh_solicit(struct strata_neigh *neigh, struct neigh_work *work)
{
	strata_count(neigh->link->sn, NEIGH_PROBES);
	neigh->ops->solicit(neigh->link, &neigh->addr,
			    work->unicast ? work->lladdr : NULL, work->first);
	consume_skb(work->first);
}

/* Owns @skb. The family can report what is its own. */
static void neigh_report(struct strata_neigh *neigh, struct sk_buff *skb)
{
	/* The kernel has a macro of the member's name. */
	void (*report)(struct strata_link *link, struct sk_buff *skb) =
		neigh->ops->unreachable;
	__be16 own = neigh->ops->family == AF_INET ? htons(ETH_P_IP) :
						     htons(ETH_P_IPV6);

	if (skb->protocol == own)
		report(neigh->link, skb);
	else
		strata_drop(neigh->link->sn, skb, STRATA_DROP_NEIGH_UNRESOLVED);
}

static void neigh_perform(struct strata_neigh *neigh, struct neigh_work *work)
{
	struct sk_buff *skb;

	if (work->actions & STRATA_NEIGH_DO_SOLICIT)
		neigh_solicit(neigh, work);
	if (work->actions & STRATA_NEIGH_DO_FAIL)
		strata_count(neigh->link->sn, NEIGH_FAILED);
	while ((skb = __skb_dequeue(&work->queue))) {
		if (work->actions & STRATA_NEIGH_DO_SEND)
			strata_neigh_output(neigh, skb);
		else
			neigh_report(neigh, skb);
	}
	if (work->actions & STRATA_NEIGH_DO_REMOVE)
		strata_neigh_expunge(neigh);
}

/**
 * strata_neigh_settle() - end a change of state: unlock, then act on it
 * @neigh: the entry, alive; its lock is held and released
 * @actions: what the state machine returned
 *
 * Context: RCU read side, softirq or process.
 */
void strata_neigh_settle(struct strata_neigh *neigh, unsigned int actions)
	__releases(&neigh->lock)
{
	struct neigh_work work = { .actions = actions };

	__skb_queue_head_init(&work.queue);
	neigh_prepare(neigh, &work);
	if (strata_neigh_timed(neigh))
		mod_timer(&neigh->timer, neigh->expires);
	else
		timer_delete(&neigh->timer);
	spin_unlock_bh(&neigh->lock);
	neigh_perform(neigh, &work);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_settle);
