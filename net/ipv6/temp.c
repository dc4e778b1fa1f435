// SPDX-License-Identifier: GPL-2.0
/*
 * Temporary addresses (RFC 8981): beside the stable address that a prefix gives,
 * one with a random identifier, and a new one before the last is deprecated, so
 * that what others see of a host one day says nothing of the next.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/random.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define TEMPS_MAX		16	/* temporary addresses of a link */
#define TEMP_IDGEN_RETRIES	3	/* RFC 8981 3.8 */
/* Likewise, with one question of a second each. */
#define REGEN_ADVANCE_s		(2 + TEMP_IDGEN_RETRIES)
#define REGEN_ADVANCE_JIFFIES	(REGEN_ADVANCE_s * HZ)

/* RFC 5453: identifiers that mean something to everybody. */
#define ID_ETHERNET_40		0x02005efffeULL	/* the first 40 bits */
#define ID_ANYCAST_FIRST	0xfdffffffffffff80ULL
#define ID_ANYCAST_LAST		0xfdffffffffffffffULL

static bool reserved(u64 id)
{
	return !id || id >> 24 == ID_ETHERNET_40 ||
	       (id >= ID_ANYCAST_FIRST && id <= ID_ANYCAST_LAST);
}

/**
 * strata_temp_id() - an interface identifier that nobody can foresee
 * @addr: in: its first 8 bytes, the prefix; out: its last 8 bytes
 *
 * RFC 8981 3.3.1. Context: process.
 */
void strata_temp_id(struct in6_addr *addr)
{
	u64 id;

	do {
		id = get_random_u64();
	} while (reserved(id));
	addr->s6_addr32[2] = htonl(id >> 32);
	addr->s6_addr32[3] = htonl((u32)id);
}

static unsigned long earlier(unsigned long a, unsigned long b)
{
	return time_before(a, b) ? a : b;
}

/**
 * strata_temp_cap() - a temporary address lives no longer for what routers say
 * @follow: its lifetimes, as they are for others
 *
 * RFC 8981 3.4, step 1. Context: strata_net.config held.
 */
void strata_temp_cap(struct strata_addr_auto *follow)
{
	follow->valid_until = earlier(follow->valid_until, follow->valid_cap);
	follow->preferred_until = earlier(follow->preferred_until,
					  follow->preferred_cap);
}

/* RFC 8981 3.8: hosts that began together do not all change together. */
static unsigned int desync_s(const struct strata_temp *temp)
{
	unsigned int preferred_s = READ_ONCE(temp->preferred_s);
	unsigned int max_s = READ_ONCE(temp->max_desync_s);

	if (preferred_s <= REGEN_ADVANCE_s)
		return 0;
	max_s = min(max_s, preferred_s - REGEN_ADVANCE_s - 1);
	return max_s ? get_random_u32() % (max_s + 1) : 0;
}

static unsigned long seconds_from(unsigned long now, unsigned int seconds)
{
	return now + min_t(unsigned long, seconds, MAX_JIFFY_OFFSET / HZ) * HZ;
}

/* RFC 8981 3.4, steps 4 to 6. */
static void temp_new(const struct strata_addr *stable,
		     struct strata_follow *due)
{
	const struct strata_temp *temp = &stable->link->sn->ipv6->temp;
	struct strata_addr_auto follow = {
		.expires = true,
		.valid_until = stable->follow.valid_until,
		.preferred_until = stable->follow.preferred_until,
	};
	struct in6_addr addr = stable->addr;

	follow.valid_cap = seconds_from(due->now, READ_ONCE(temp->valid_s));
	follow.preferred_cap = seconds_from(due->now,
					    READ_ONCE(temp->preferred_s) -
					    desync_s(temp));
	strata_temp_cap(&follow);
	follow.preferred_until = earlier(follow.preferred_until,
					 follow.valid_until);
	/* Not worth it: its own successor would be due. */
	if (time_before_eq(follow.preferred_until,
			   due->now + REGEN_ADVANCE_JIFFIES))
		return;
	strata_temp_id(&addr);
	strata_addr_add_auto(stable->link, &addr, stable->plen,
			     BIT(STRATA_ADDR_AUTO) |
			     BIT(STRATA_ADDR_TENTATIVE) |
			     BIT(STRATA_ADDR_TEMPORARY), &follow, NULL);
}

/* Does one need no successor yet? If so, @due says when. */
static bool temp_fresh(const struct strata_addr *addr,
		       struct strata_follow *due)
{
	unsigned long until = addr->follow.preferred_until -
			      REGEN_ADVANCE_JIFFIES;

	if (test_bit(STRATA_ADDR_DUPLICATE, &addr->state) ||
	    !time_before(due->now, until))
		return false;
	strata_follow_at(due, until);
	return true;
}

/**
 * strata_temp_follow() - see that a stable address has a temporary one beside it
 * @stable: by advertisement
 * @due: what is due, and out: when the next is
 *
 * Context: process, strata_net.config held.
 */
void strata_temp_follow(const struct strata_addr *stable,
			struct strata_follow *due)
{
	struct strata_link *link = stable->link;
	struct strata_addr *addr = NULL;
	unsigned int count = 0;

	if (!READ_ONCE(link->sn->ipv6->temp.use) || link->ipv6_temp_failed)
		return;
	while ((addr = strata_addr_next(link->sn, addr))) {
		if (addr->link != link ||
		    !test_bit(STRATA_ADDR_TEMPORARY, &addr->state))
			continue;
		if (ipv6_prefix_equal(&addr->addr, &stable->addr,
				      stable->plen) &&
		    temp_fresh(addr, due))
			return;
		count++;
	}
	if (count < TEMPS_MAX)
		temp_new(stable, due);
	else
		strata_count(link->sn, ND_TEMP_FULL);
}

/**
 * strata_temp_init() - RFC 8981 3.8's defaults, and the kernel's: none
 * @temp: of a new namespace
 */
void strata_temp_init(struct strata_temp *temp)
{
	temp->valid_s = 2 * 24 * 60 * 60;
	temp->preferred_s = 24 * 60 * 60;
	temp->max_desync_s = temp->preferred_s * 4 / 10;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_temp_init);
