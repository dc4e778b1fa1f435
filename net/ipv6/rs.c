// SPDX-License-Identifier: GPL-2.0
/*
 * Router solicitations (RFC 4861 6.3.7): a link that has come up asks for
 * routers until one speaks.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define RS_MAX			3	/* RFC 4861 10 */
#define RS_INTERVAL_JIFFIES	(4 * HZ)
#define RS_DELAY_MAX_JIFFIES	HZ

/**
 * struct rs_link - a link that asks for routers
 * @node: in strata_ipv6_net.links
 * @link: borrowed: forgotten before it goes
 * @left: questions still to be asked
 * @at: jiffies of the next one
 *
 * Under strata_net.config.
 */
struct rs_link {
	struct list_head node;
	struct strata_link *link;
	u8 left;
	unsigned long at;
};

static struct rs_link *rs_find(const struct strata_link *link)
{
	struct rs_link *rs;

	list_for_each_entry(rs, &link->sn->ipv6->links, node)
		if (rs->link == link)
			return rs;
	return NULL;
}

/**
 * strata_rs_start() - ask for routers
 * @link: has come up
 *
 * Context: process, strata_net.config held.
 */
void strata_rs_start(struct strata_link *link)
{
	struct rs_link *rs = rs_find(link);

	if (!rs) {
		rs = kzalloc(sizeof(*rs), GFP_KERNEL);
		if (!rs)
			return;
		rs->link = link;
		list_add_tail(&rs->node, &link->sn->ipv6->links);
	}
	rs->left = RS_MAX;
	rs->at = jiffies + get_random_u32() % RS_DELAY_MAX_JIFFIES;
	strata_follow_soon(link->sn);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rs_start);

/**
 * strata_rs_answered() - a router has spoken
 * @link: where
 *
 * Context: process, strata_net.config held.
 */
void strata_rs_answered(struct strata_link *link)
{
	struct rs_link *rs = rs_find(link);

	if (rs)
		rs->left = 0;
}

/**
 * strata_rs_forget() - no longer ask
 * @sn: the namespace's stack
 * @link: on this link; NULL: on all
 *
 * Context: process, strata_net.config held.
 */
void strata_rs_forget(struct strata_net *sn, const struct strata_link *link)
{
	struct rs_link *rs, *next;

	list_for_each_entry_safe(rs, next, &sn->ipv6->links, node) {
		if (link && rs->link != link)
			continue;
		list_del(&rs->node);
		kfree(rs);
	}
}

static void rs_one(struct rs_link *rs, struct strata_follow *follow)
{
	const struct strata_addr *source;
	bool soon;

	if (time_before(follow->now, rs->at)) {
		strata_follow_at(follow, rs->at);
		return;
	}
	source = strata_link_local(rs->link, &soon);
	if (!source && !soon) {
		rs->left = 0;
		return;
	}
	rs->at = follow->now + HZ;
	if (source) {
		rs->left--;
		rs->at = follow->now + RS_INTERVAL_JIFFIES;
		local_bh_disable();
		rcu_read_lock();
		strata_nd_solicit_router(rs->link, &source->addr);
		rcu_read_unlock();
		local_bh_enable();
	}
	if (rs->left)
		strata_follow_at(follow, rs->at);
}

/**
 * strata_rs_run() - ask where it is time to
 * @sn: the namespace's stack
 * @follow: what is due, and out: when the next is
 *
 * Context: process, strata_net.config held.
 */
void strata_rs_run(struct strata_net *sn, struct strata_follow *follow)
{
	struct rs_link *rs;

	list_for_each_entry(rs, &sn->ipv6->links, node)
		if (rs->left && strata_link_is_up(rs->link))
			rs_one(rs, follow);
}
