// SPDX-License-Identifier: GPL-2.0
/*
 * The state machine of a neighbour entry, RFC 4861 7.3.2, for both families.
 *
 * Nothing here sends, waits or looks at the clock. Every function is called
 * with the entry's lock held and returns STRATA_NEIGH_DO_*.
 */
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/string.h>
#include <strata/visibility.h>
#include "neigh_entry.h"

static void neigh_enter(struct strata_neigh *neigh,
			enum strata_neigh_state state,
			unsigned long now, unsigned long wait_jiffies)
{
	lockdep_assert_held(&neigh->lock);
	neigh->probes = 0;
	neigh->expires = now + wait_jiffies;
	/* Whoever sees the state sees the header that goes with it. */
	smp_store_release(&neigh->state, state);
}

/* RFC 4861 6.3.2: 0.5 to 1.5 times the base, so that nobody asks in step. */
static unsigned long neigh_reachable_jiffies(void)
{
	return STRATA_NEIGH_REACHABLE_JIFFIES / 2 +
	       reciprocal_scale(get_random_u32(),
				STRATA_NEIGH_REACHABLE_JIFFIES);
}

static void neigh_enter_reachable(struct strata_neigh *neigh, unsigned long now)
{
	WRITE_ONCE(neigh->confirmed, now);
	neigh->reachable = neigh_reachable_jiffies();
	neigh_enter(neigh, STRATA_NEIGH_REACHABLE, now, neigh->reachable);
}

static void neigh_enter_stale(struct strata_neigh *neigh, unsigned long now)
{
	neigh_enter(neigh, STRATA_NEIGH_STALE, now, STRATA_NEIGH_KEEP_JIFFIES);
}

/* Into a state that asks, and the first question (RFC 4861 7.2.2, 7.3.3). */
static unsigned int neigh_enter_asking(struct strata_neigh *neigh,
				       enum strata_neigh_state state,
				       unsigned long now)
{
	neigh_enter(neigh, state, now, STRATA_NEIGH_RETRANS_JIFFIES);
	neigh->probes = 1;
	return STRATA_NEIGH_DO_SOLICIT;
}

/**
 * strata_neigh_use() - a packet wants to go, and the entry is not ready
 * @neigh: the entry; its lock is held
 * @now: jiffies
 *
 * Return: STRATA_NEIGH_DO_*.
 */
unsigned int strata_neigh_use(struct strata_neigh *neigh, unsigned long now)
{
	switch (neigh->state) {
	case STRATA_NEIGH_NONE:
	case STRATA_NEIGH_FAILED:
		return neigh_enter_asking(neigh, STRATA_NEIGH_INCOMPLETE, now);
	case STRATA_NEIGH_STALE:
		neigh_enter(neigh, STRATA_NEIGH_DELAY, now,
			    STRATA_NEIGH_DELAY_JIFFIES);
		return 0;
	default:
		return 0;
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_use);

/* No answer yet: ask again, up to @max times, then give up (7.2.2, 7.3.3). */
static unsigned int neigh_ask_again(struct strata_neigh *neigh, u8 max,
				    unsigned long now)
{
	if (neigh->probes < max) {
		neigh->probes++;
		neigh->expires = now + STRATA_NEIGH_RETRANS_JIFFIES;
		return STRATA_NEIGH_DO_SOLICIT;
	}
	neigh_enter(neigh, STRATA_NEIGH_FAILED, now,
		    STRATA_NEIGH_KEEP_FAILED_JIFFIES);
	return STRATA_NEIGH_DO_FAIL;
}

static unsigned int neigh_end_reachable(struct strata_neigh *neigh,
					unsigned long now)
{
	unsigned long end = READ_ONCE(neigh->confirmed) + neigh->reachable;

	if (time_before(now, end))
		neigh->expires = end;
	else
		neigh_enter_stale(neigh, now);
	return 0;
}

/* Idle entries go, but not from under somebody who may yet send. */
static unsigned int neigh_end_idle(struct strata_neigh *neigh,
				   unsigned long keep_jiffies,
				   unsigned long now)
{
	unsigned long end = READ_ONCE(neigh->used) + keep_jiffies;

	if (time_before(now, end)) {
		neigh->expires = end;
		return 0;
	}
	neigh->expires = now + keep_jiffies;
	return strata_neigh_held(neigh) ? 0 : STRATA_NEIGH_DO_REMOVE;
}

/**
 * strata_neigh_timed() - does the entry wait for a moment?
 * @neigh: the entry
 *
 * Return: false for those set by hand.
 */
bool strata_neigh_timed(const struct strata_neigh *neigh)
{
	return neigh->state != STRATA_NEIGH_PERMANENT || neigh->mapped;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_timed);

/**
 * strata_neigh_expire() - time has passed
 * @neigh: the entry; its lock is held
 * @now: jiffies; nothing happens before neigh->expires
 *
 * Return: STRATA_NEIGH_DO_*.
 */
unsigned int strata_neigh_expire(struct strata_neigh *neigh, unsigned long now)
{
	if (!strata_neigh_timed(neigh) || time_before(now, neigh->expires))
		return 0;
	switch (neigh->state) {
	case STRATA_NEIGH_INCOMPLETE:
		return neigh_ask_again(neigh,
				       STRATA_NEIGH_MAX_MULTICAST_SOLICIT, now);
	case STRATA_NEIGH_REACHABLE:
		return neigh_end_reachable(neigh, now);
	case STRATA_NEIGH_DELAY:
		return neigh_enter_asking(neigh, STRATA_NEIGH_PROBE, now);
	case STRATA_NEIGH_PROBE:
		return neigh_ask_again(neigh,
				       STRATA_NEIGH_MAX_UNICAST_SOLICIT, now);
	case STRATA_NEIGH_FAILED:
		return neigh_end_idle(neigh, STRATA_NEIGH_KEEP_FAILED_JIFFIES,
				      now);
	default:
		return neigh_end_idle(neigh, STRATA_NEIGH_KEEP_JIFFIES, now);
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_expire);

/* The first that is heard of the address (7.2.5, 7.2.3). */
static unsigned int neigh_hear_first(struct strata_neigh *neigh,
				     const u8 *lladdr, u32 flags,
				     unsigned long now)
{
	/* An answer to nobody's question makes no entry, nor revives one. */
	if (neigh->state != STRATA_NEIGH_INCOMPLETE &&
	    !(flags & (STRATA_NEIGH_LEARN_CREATE |
		       STRATA_NEIGH_LEARN_SOLICITED)))
		return 0;
	strata_neigh_set_lladdr(neigh, lladdr);
	if (flags & STRATA_NEIGH_LEARN_SOLICITED)
		neigh_enter_reachable(neigh, now);
	else
		neigh_enter_stale(neigh, now);
	return STRATA_NEIGH_DO_SEND;
}

/* Another address than the known one (7.2.5). */
static void neigh_hear_other(struct strata_neigh *neigh, const u8 *lladdr,
			     u32 flags, unsigned long now)
{
	if (!(flags & STRATA_NEIGH_LEARN_OVERRIDE)) {
		if (neigh->state == STRATA_NEIGH_REACHABLE)
			neigh_enter_stale(neigh, now);
		return;
	}
	strata_neigh_set_lladdr(neigh, lladdr);
	if (flags & STRATA_NEIGH_LEARN_SOLICITED)
		neigh_enter_reachable(neigh, now);
	else
		neigh_enter_stale(neigh, now);
}

/**
 * strata_neigh_hear() - ARP or ND said what the address is
 * @neigh: the entry; its lock is held
 * @lladdr: L2 address; NULL: the one that is known
 * @flags: STRATA_NEIGH_LEARN_*
 * @now: jiffies
 *
 * RFC 4861 7.2.5; a solicitation's source (7.2.3) is an unsolicited override.
 *
 * Return: STRATA_NEIGH_DO_*.
 */
unsigned int strata_neigh_hear(struct strata_neigh *neigh, const u8 *lladdr,
			       u32 flags, unsigned long now)
{
	if (neigh->state == STRATA_NEIGH_PERMANENT)
		return 0;
	if (!strata_neigh_resolved(neigh->state))
		return lladdr ? neigh_hear_first(neigh, lladdr, flags, now) : 0;
	if (lladdr &&
	    memcmp(neigh->lladdr, lladdr, neigh->link->dev->addr_len))
		neigh_hear_other(neigh, lladdr, flags, now);
	else if (flags & STRATA_NEIGH_LEARN_SOLICITED)
		neigh_enter_reachable(neigh, now);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_hear);

/**
 * strata_neigh_reached() - an upper layer had an answer through the next hop
 * @neigh: the entry; its lock is held
 * @now: jiffies
 *
 * RFC 4861 7.3.1. It says nothing of an address that is not known.
 *
 * Return: STRATA_NEIGH_DO_*.
 */
unsigned int strata_neigh_reached(struct strata_neigh *neigh, unsigned long now)
{
	if (strata_neigh_resolved(neigh->state) &&
	    neigh->state != STRATA_NEIGH_PERMANENT)
		neigh_enter_reachable(neigh, now);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_reached);

/**
 * strata_neigh_fix() - the address is known for good
 * @neigh: the entry; its lock is held
 * @lladdr: L2 address
 * @now: jiffies
 *
 * Return: STRATA_NEIGH_DO_*.
 */
unsigned int strata_neigh_fix(struct strata_neigh *neigh, const u8 *lladdr,
			      unsigned long now)
{
	strata_neigh_set_lladdr(neigh, lladdr);
	neigh_enter(neigh, STRATA_NEIGH_PERMANENT, now,
		    STRATA_NEIGH_KEEP_JIFFIES);
	return STRATA_NEIGH_DO_SEND;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_neigh_fix);
