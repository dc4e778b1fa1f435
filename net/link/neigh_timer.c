// SPDX-License-Identifier: GPL-2.0
/*
 * The timer of a neighbour entry: hands the time to its state machine.
 */
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>
#include "neigh_entry.h"

static void neigh_expire(struct strata_neigh *neigh)
{
	spin_lock_bh(&neigh->lock);
	if (neigh->dead)
		spin_unlock_bh(&neigh->lock);
	else
		strata_neigh_settle(neigh, strata_neigh_expire(neigh, jiffies));
}

/**
 * strata_neigh_timer() - the entry's timer
 * @timer: strata_neigh.timer
 *
 * It holds no reference: an entry is freed a grace period after its timer was
 * deleted, and this runs in a softirq, which a grace period waits for.
 */
void strata_neigh_timer(struct timer_list *timer)
{
	struct strata_neigh *neigh = container_of(timer, struct strata_neigh,
						  timer);

	rcu_read_lock();
	neigh_expire(neigh);
	rcu_read_unlock();
}
