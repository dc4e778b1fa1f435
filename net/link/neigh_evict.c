// SPDX-License-Identifier: GPL-2.0
/*
 * Which neighbour entry gives way when the table is full.
 *
 * A sample is compared, from where the last search ended, so that a flood of
 * new addresses costs a bounded effort for each.
 */
#include <linux/jiffies.h>
#include <linux/rculist.h>
#include "neigh_entry.h"
#include "neigh_table.h"

/* How much less useful than others; 0: must stay. */
static unsigned int neigh_uselessness(const struct strata_neigh *neigh)
{
	switch (READ_ONCE(neigh->state)) {
	case STRATA_NEIGH_PERMANENT:
		return neigh->mapped && !strata_neigh_held(neigh) ? 4 : 0;
	case STRATA_NEIGH_NONE:
	case STRATA_NEIGH_FAILED:
		return strata_neigh_held(neigh) ? 1 : 6;
	/* What a scan of a subnet leaves; what works should survive it. */
	case STRATA_NEIGH_INCOMPLETE:
		return strata_neigh_held(neigh) ? 2 : 5;
	case STRATA_NEIGH_STALE:
		return strata_neigh_held(neigh) ? 1 : 4;
	default:
		return strata_neigh_held(neigh) ? 0 : 3;
	}
}

static struct strata_neigh *neigh_worse(struct strata_neigh *a,
					struct strata_neigh *b)
{
	unsigned int useless_a = a ? neigh_uselessness(a) : 0;
	unsigned int useless_b = neigh_uselessness(b);

	if (!useless_b || useless_b < useless_a)
		return a;
	if (useless_b > useless_a)
		return b;
	return time_before(READ_ONCE(b->used), READ_ONCE(a->used)) ? b : a;
}

/**
 * strata_neigh_victim() - the entry to evict
 * @table: the table; its lock is held
 *
 * Of at least STRATA_NEIGH_SAMPLE entries the least useful, and among those
 * the one unused for longest.
 *
 * Return: NULL if every entry must stay.
 */
struct strata_neigh *strata_neigh_victim(struct strata_neigh_net *table)
{
	struct strata_neigh *neigh, *worst = NULL;
	unsigned int seen = 0;
	unsigned int i;

	lockdep_assert_held(&table->lock);
	for (i = 0; i < STRATA_NEIGH_BUCKETS; i++) {
		if (worst && seen >= STRATA_NEIGH_SAMPLE)
			break;
		table->hand = (table->hand + 1) % STRATA_NEIGH_BUCKETS;
		hlist_for_each_entry(neigh, &table->buckets[table->hand],
				     hash) {
			worst = neigh_worse(worst, neigh);
			seen++;
		}
	}
	return worst;
}
