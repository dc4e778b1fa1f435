// SPDX-License-Identifier: GPL-2.0
/*
 * Forgetting: what was silent for too long, and what is least useful when the
 * table is full.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/workqueue.h>
#include <strata/visibility.h>
#include "conntrack.h"

#define SWEEP_s		16	/* over all of a table */
#define SWEEP_REST	1024	/* buckets between two rests */
#define EVICT_BUCKETS	8	/* that are asked for the least useful one */

/* ------- making room ------- */

/* The higher, the more would be missed. */
enum worth {
	WORTH_EXPIRED,
	WORTH_CLOSED,
	WORTH_UNREPLIED,
	WORTH_REPLIED,
	WORTH_KEEPING,
};

static enum worth worth_of(const struct strata_ct *ct)
{
	if (ct_expired(ct))
		return WORTH_EXPIRED;
	if (ct_key_proto(&ct->key) == IPPROTO_TCP &&
	    (READ_ONCE(ct->tcp.state) & CT_TCP_STATE) >=
	    STRATA_CT_TCP_TIME_WAIT)
		return WORTH_CLOSED;
	if (!ct_has(ct, CT_REPLIED))
		return WORTH_UNREPLIED;
	return ct_has(ct, CT_ASSURED) ? WORTH_KEEPING : WORTH_REPLIED;
}

/**
 * strata_ct_least_useful() - one to forget for another
 * @table: full
 * @hash: of the other
 *
 * Of a few: among equals the one that would be forgotten first.
 *
 * Context: RCU read side. Return: NULL: all of them are used.
 */
struct strata_ct *strata_ct_least_useful(struct ct_table *table, u32 hash)
{
	enum worth least = WORTH_KEEPING;
	struct strata_ct *victim = NULL, *ct;
	unsigned int i;

	for (i = 0; i < EVICT_BUCKETS; i++)
		hlist_for_each_entry_rcu(ct, &table->bucket[(hash + i) &
							    table->mask],
					 node, true) {
			enum worth worth;

			if (ct_has(ct, CT_NAT_NODE))
				continue;
			worth = worth_of(ct);
			if (worth > least || worth == WORTH_KEEPING ||
			    (victim && worth == least &&
			     (s32)(ct->expires - victim->expires) >= 0))
				continue;
			victim = ct;
			least = worth;
		}
	return victim;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_least_useful);

/* ------- what is over ------- */

static void sweep_bucket(struct ct_table *table, u32 bucket)
{
	struct strata_ct *ct;

	/* Removed ones still lead to the next until the end of the read side. */
	rcu_read_lock();
	hlist_for_each_entry_rcu(ct, &table->bucket[bucket], node)
		if (!ct_has(ct, CT_NAT_NODE) && ct_expired(ct))
			strata_ct_remove(table, ct);
	rcu_read_unlock();
}

/**
 * strata_ct_expire_work() - forget, a part of the table each second
 * @work: &strata_ct_net.expire
 *
 * Context: process.
 */
void strata_ct_expire_work(struct work_struct *work)
{
	struct strata_ct_net *ctn = container_of(work, struct strata_ct_net,
						 expire.work);
	/* It is freed after this work has ended. */
	struct ct_table *table = rcu_dereference_raw(ctn->table);
	u32 buckets, i;

	if (!table)
		return;
	buckets = DIV_ROUND_UP(table->mask + 1, SWEEP_s);
	for (i = 0; i < buckets; i++) {
		sweep_bucket(table, ctn->expire_at++ & table->mask);
		if (i % SWEEP_REST == 0)
			cond_resched();
	}
	if (atomic_read(&table->count))
		schedule_delayed_work(&ctn->expire, HZ);
}
