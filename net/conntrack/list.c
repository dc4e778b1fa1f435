// SPDX-License-Identifier: GPL-2.0
/*
 * Connections shown, counted and forgotten on demand.
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <strata/visibility.h>
#include "conntrack.h"

#define REST	1024	/* buckets between two rests */

static bool addr_wanted(const struct in6_addr *wanted,
			const struct in6_addr *addr)
{
	return ipv6_addr_any(wanted) || ipv6_addr_equal(wanted, addr);
}

static bool is_wanted(const struct strata_ct *ct,
		      const struct strata_ct_filter *filter)
{
	struct strata_ct_tuple orig;

	if (filter->proto && filter->proto != ct_key_proto(&ct->key))
		return false;
	strata_ct_tuple_get(ct, false, &orig);
	return addr_wanted(&filter->saddr, &orig.saddr) &&
	       addr_wanted(&filter->daddr, &orig.daddr) &&
	       (!filter->sport || filter->sport == orig.sport) &&
	       (!filter->dport || filter->dport == orig.dport);
}

static void fill_info(const struct strata_ct *ct, struct strata_ct_info *info)
{
	s32 left = READ_ONCE(ct->expires) - (u32)jiffies;

	*info = (struct strata_ct_info){
		.proto = ct_key_proto(&ct->key),
		.ifindex = ct->key.what >> CT_KEY_LINK_SHIFT,
		.tcp = READ_ONCE(ct->tcp.state) & CT_TCP_STATE,
		.replied = ct_has(ct, CT_REPLIED),
		.assured = ct_has(ct, CT_ASSURED),
		.expires_s = DIV_ROUND_UP((u32)max(left, 0), HZ),
	};
	strata_ct_tuple_get(ct, false, &info->orig);
	strata_ct_tuple_get(ct, true, &info->reply);
}

/* What of a bucket follows at->index. */
static int walk_bucket(const struct ct_table *table, struct strata_ct_at *at,
		       const struct strata_ct_filter *filter,
		       int (*visit)(const struct strata_ct_info *info,
				    void *arg),
		       void *arg)
{
	struct strata_ct_info info;
	struct strata_ct *ct;
	u32 index = 0;
	int err;

	hlist_for_each_entry_rcu(ct, &table->bucket[at->bucket], node) {
		if (index++ < at->index || ct_has(ct, CT_NAT_NODE))
			continue;
		if (!ct_expired(ct) && is_wanted(ct, filter)) {
			fill_info(ct, &info);
			err = visit(&info, arg);
			if (err)
				return err;
		}
		at->index = index;
	}
	return 0;
}

/**
 * strata_ct_walk() - visit connections
 * @sn: the namespace's stack
 * @at: where to begin; out: where it ended
 * @filter: which
 * @visit: of each; not 0 ends the walk before it
 * @arg: for @visit
 *
 * Context: process, sleeps between buckets; @visit may not.
 * Return: 0, or what @visit returned.
 */
int strata_ct_walk(struct strata_net *sn, struct strata_ct_at *at,
		   const struct strata_ct_filter *filter,
		   int (*visit)(const struct strata_ct_info *info, void *arg),
		   void *arg)
{
	struct strata_ct_net *ctn = sn->conntrack;
	struct ct_table *table;
	int err = 0;

	mutex_lock(&ctn->lock);
	table = rcu_dereference_protected(ctn->table,
					  lockdep_is_held(&ctn->lock));
	while (table && at->bucket <= table->mask) {
		rcu_read_lock();
		err = walk_bucket(table, at, filter, visit, arg);
		rcu_read_unlock();
		if (err)
			break;
		at->bucket++;
		at->index = 0;
		if (at->bucket % REST == 0)
			cond_resched();
	}
	mutex_unlock(&ctn->lock);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_walk);

static unsigned int delete_bucket(struct ct_table *table, u32 bucket,
				  const struct strata_ct_filter *filter)
{
	unsigned int gone = 0;
	struct strata_ct *ct;

	rcu_read_lock();
	hlist_for_each_entry_rcu(ct, &table->bucket[bucket], node)
		if (!ct_has(ct, CT_NAT_NODE) && is_wanted(ct, filter))
			gone += strata_ct_remove(table, ct);
	rcu_read_unlock();
	return gone;
}

/**
 * strata_ct_delete() - forget connections
 * @sn: the namespace's stack
 * @filter: which
 *
 * Context: process, sleeps. Return: how many.
 */
unsigned int strata_ct_delete(struct strata_net *sn,
			      const struct strata_ct_filter *filter)
{
	struct strata_ct_net *ctn = sn->conntrack;
	unsigned int gone = 0;
	struct ct_table *table;
	u32 i;

	mutex_lock(&ctn->lock);
	table = rcu_dereference_protected(ctn->table,
					  lockdep_is_held(&ctn->lock));
	for (i = 0; table && i <= table->mask; i++) {
		gone += delete_bucket(table, i, filter);
		if (i % REST == 0)
			cond_resched();
	}
	mutex_unlock(&ctn->lock);
	return gone;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_delete);

/**
 * strata_ct_count() - how many connections there are
 * @sn: the namespace's stack
 *
 * Context: any.
 */
unsigned int strata_ct_count(const struct strata_net *sn)
{
	struct ct_table *table;
	unsigned int count;

	rcu_read_lock();
	table = rcu_dereference(sn->conntrack->table);
	count = table ? atomic_read(&table->count) : 0;
	rcu_read_unlock();
	return count;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_count);

/**
 * strata_ct_limit() - how many there may be
 * @sn: the namespace's stack
 *
 * Context: any.
 */
unsigned int strata_ct_limit(const struct strata_net *sn)
{
	return READ_ONCE(sn->conntrack->limit);
}
