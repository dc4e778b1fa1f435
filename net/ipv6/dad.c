// SPDX-License-Identifier: GPL-2.0
/*
 * Duplicate address detection (RFC 4862 5.4): before an address is ours, ask
 * whether it is somebody else's.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define DAD_TRANSMITS		1	/* RFC 4862 5.1 */
#define RETRANS_JIFFIES		HZ	/* RFC 4861 10 */
#define DELAY_MAX_JIFFIES	HZ	/* RFC 4862 5.4.2 */
#define IDGEN_RETRIES		3	/* RFC 7217 7, RFC 8981 3.8 */

/**
 * strata_dad_start() - begin, or begin again
 * @addr: tentative
 *
 * Addresses made by the stack wait a random moment first, since all hosts of a
 * link make theirs when it comes up or a router speaks.
 *
 * Context: process, strata_net.config held.
 */
void strata_dad_start(struct strata_addr *addr)
{
	unsigned long delay = 0;

	if (test_bit(STRATA_ADDR_AUTO, &addr->state))
		delay = get_random_u32() % DELAY_MAX_JIFFIES;
	addr->follow.dad_left = DAD_TRANSMITS;
	addr->follow.dad_at = jiffies + delay;
	strata_follow_soon(addr->link->sn);
}

/**
 * strata_dad_conflict() - somebody else has an address, or wants it
 * @addr: tentative; nothing happens to one that failed already
 *
 * Context: softirq, RCU.
 */
void strata_dad_conflict(struct strata_addr *addr)
{
	if (!test_bit(STRATA_ADDR_TENTATIVE, &addr->state) ||
	    test_and_set_bit(STRATA_ADDR_DUPLICATE, &addr->state))
		return;
	strata_count(addr->link->sn, ND_CONFLICT);
	strata_follow_soon(addr->link->sn);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dad_conflict);

/* RFC 7217 6, RFC 8981 3.4: the next identifier of the same prefix. */
static void dad_try_next(const struct strata_addr *failed)
{
	struct strata_addr_auto follow = failed->follow;
	unsigned long temporary = failed->state & BIT(STRATA_ADDR_TEMPORARY);
	struct in6_addr addr = failed->addr;

	if (follow.dad_counter >= IDGEN_RETRIES) {
		failed->link->ipv6_temp_failed |= !!temporary;
		return;
	}
	follow.dad_counter++;
	if (temporary)
		strata_temp_id(&addr);
	else
		strata_stable_id(failed->link, follow.dad_counter, &addr);
	strata_addr_add_auto(failed->link, &addr, failed->plen,
			     BIT(STRATA_ADDR_AUTO) |
			     BIT(STRATA_ADDR_TENTATIVE) | temporary,
			     &follow, NULL);
}

/* RFC 4862 5.4.5. One made by hand stays, to be seen. */
static void dad_fail(struct strata_addr *addr)
{
	netdev_warn(addr->link->dev, "strata: %pI6c is in use on the link\n",
		    &addr->addr);
	clear_bit(STRATA_ADDR_TENTATIVE, &addr->state);
	if (!test_bit(STRATA_ADDR_AUTO, &addr->state)) {
		strata_addr_changed(addr);
		return;
	}
	dad_try_next(addr);
	strata_addr_del(addr->link, &addr->addr, addr->plen, NULL);
}

static void dad_ask(struct strata_addr *addr, struct strata_follow *follow)
{
	addr->follow.dad_left--;
	addr->follow.dad_at = follow->now + RETRANS_JIFFIES;
	strata_follow_at(follow, addr->follow.dad_at);
	local_bh_disable();
	rcu_read_lock();
	strata_nd_solicit(addr->link, &in6addr_any, &addr->addr, NULL);
	rcu_read_unlock();
	local_bh_enable();
}

/* True if the address failed, and others may have come and gone with it. */
static bool dad_one(struct strata_addr *addr, struct strata_follow *follow)
{
	if (test_bit(STRATA_ADDR_DUPLICATE, &addr->state)) {
		dad_fail(addr);
		return true;
	}
	/* It begins again when the link comes up. */
	if (!strata_link_is_up(addr->link))
		return false;
	if (time_before(follow->now, addr->follow.dad_at)) {
		strata_follow_at(follow, addr->follow.dad_at);
	} else if (addr->follow.dad_left) {
		dad_ask(addr, follow);
	} else {
		clear_bit(STRATA_ADDR_TENTATIVE, &addr->state);
		strata_net_changed(addr->link->sn);
		strata_addr_changed(addr);
	}
	return false;
}

/**
 * strata_dad_run() - ask, and settle what nobody answered
 * @sn: the namespace's stack
 * @follow: what is due, and out: when the next is
 *
 * Context: process, strata_net.config held.
 */
void strata_dad_run(struct strata_net *sn, struct strata_follow *follow)
{
	struct strata_addr *addr = NULL;

	while ((addr = strata_addr_next(sn, addr)))
		if (!strata_addr_is4(&addr->addr) &&
		    test_bit(STRATA_ADDR_TENTATIVE, &addr->state) &&
		    dad_one(addr, follow))
			addr = NULL;	/* from the beginning */
}
