// SPDX-License-Identifier: GPL-2.0
/*
 * Address conflict detection (RFC 5227): where that is wanted, ask whether an
 * address is somebody else's before it is ours; announce it; and defend it
 * against others who use it later.
 *
 * What is heard only marks an address, and the work decides what comes of it. So
 * a storm of conflicts costs a bit test each. The states are those of IPv6
 * (net/ipv6/dad.c), the ways through them are not: three questions instead of
 * one, no other address to try, and no end to watching.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/random.h>
#include "ipv4.h"

/* RFC 5227 1.1 */
#define PROBE_WAIT_JIFFIES	HZ
#define PROBE_NUM		3
#define PROBE_MIN_JIFFIES	HZ
#define PROBE_MAX_JIFFIES	(2 * HZ)
#define ANNOUNCE_WAIT_JIFFIES	(2 * HZ)
#define ANNOUNCE_NUM		2
#define ANNOUNCE_INTERVAL_JIFFIES	(2 * HZ)
#define DEFEND_INTERVAL_JIFFIES	(10 * HZ)

#define NOTHING_DUE	ULONG_MAX

/* On a medium where others can hear us. Context: RCU, or strata_net.config. */
static bool acd_live(const struct strata_link *link)
{
	return !(link->flags & (STRATA_LINK_LOOPBACK | STRATA_LINK_NOARP)) &&
	       strata_link_is_up(link) && netif_carrier_ok(link->dev);
}

static void acd_soon(struct strata_net *sn)
{
	mod_delayed_work(system_wq, &sn->ipv4->acd_work, 0);
}

static void acd_say(const struct strata_addr *addr,
		    void (*say)(struct strata_link *link, __be32 addr4))
{
	local_bh_disable();
	rcu_read_lock();
	say(addr->link, strata_addr_to4(&addr->addr));
	rcu_read_unlock();
	local_bh_enable();
}

/* RFC 5227 2.3 */
static void acd_announce(struct strata_addr *addr, unsigned long now)
{
	addr->follow.announce_left--;
	addr->follow.dad_at = now + ANNOUNCE_INTERVAL_JIFFIES;
	acd_say(addr, strata_arp_announce);
}

/* From now on it is ours. */
static void acd_own(struct strata_addr *addr)
{
	if (test_and_clear_bit(STRATA_ADDR_TENTATIVE, &addr->state))
		strata_net_changed(addr->link->sn);
	addr->follow.announce_left = ANNOUNCE_NUM;
	if (acd_live(addr->link))
		acd_announce(addr, jiffies);
}

/* RFC 5227 2.1: from now on it is not ours, until nobody has objected. */
static void acd_ask(struct strata_addr *addr)
{
	if (!test_and_set_bit(STRATA_ADDR_TENTATIVE, &addr->state))
		strata_net_changed(addr->link->sn);
	addr->follow.announce_left = 0;
	addr->follow.dad_left = PROBE_NUM;
	addr->follow.dad_at = jiffies + get_random_u32() % PROBE_WAIT_JIFFIES;
}

/* Begin, or begin again: what is behind the cable may be another network, where
 * nobody else has the address, or somebody has it.
 */
static void acd_start(struct strata_addr *addr)
{
	struct strata_net *sn = addr->link->sn;

	clear_bit(STRATA_ADDR_CLAIMED, &addr->state);
	clear_bit(STRATA_ADDR_CONFLICT, &addr->state);
	clear_bit(STRATA_ADDR_DEFENDED, &addr->state);
	if (test_and_clear_bit(STRATA_ADDR_DUPLICATE, &addr->state))
		strata_net_changed(sn);
	addr->follow.dad_left = 0;
	if (addr->follow.ask && READ_ONCE(sn->ipv4->arp_probe))
		acd_ask(addr);
	else
		acd_own(addr);
	acd_soon(sn);
}

#define ACD_SHOWN \
	(BIT(STRATA_ADDR_TENTATIVE) | BIT(STRATA_ADDR_DUPLICATE) | \
	 BIT(STRATA_ADDR_CONFLICT))

/* What others see of it was @before: tell them, if it is something else now. */
static void acd_tell(struct strata_addr *addr, unsigned long before)
{
	if ((READ_ONCE(addr->state) ^ before) & ACD_SHOWN)
		strata_addr_changed(addr);
}

/* Nothing that is heard of this address makes a difference now. */
static bool acd_settled(const struct strata_addr *addr)
{
	unsigned long state = READ_ONCE(addr->state);
	u8 defend = READ_ONCE(addr->link->sn->ipv4->arp_defend);

	if (state & BIT(STRATA_ADDR_DUPLICATE))
		return true;
	if (state & BIT(STRATA_ADDR_TENTATIVE) ||
	    defend == STRATA_ARP_GIVE_UP)
		return false;
	/* RFC 5227 2.4 (c): once is enough for a while. */
	return state & BIT(defend ? STRATA_ADDR_DEFENDED :
				    STRATA_ADDR_CONFLICT);
}

/**
 * strata_acd_conflict() - another host says that an address of ours is its own
 * @addr: the address, on the link where that was heard
 * @lladdr: the other's L2 address
 *
 * Context: softirq, RCU.
 */
void strata_acd_conflict(struct strata_addr *addr, const u8 *lladdr)
{
	struct strata_link *link = addr->link;

	strata_count(link->sn, ARP_CONFLICT);
	if (acd_settled(addr) ||
	    test_and_set_bit(STRATA_ADDR_CLAIMED, &addr->state))
		return;
	net_warn_ratelimited("%s: strata: %*phC claims %pI4\n", link->dev->name,
			     link->dev->addr_len, lladdr,
			     &addr->addr.s6_addr32[3]);
	acd_soon(link->sn);
}

/* It stays, to be seen, and is not used. */
static void acd_lose(struct strata_addr *addr)
{
	strata_count(addr->link->sn, ARP_LOST);
	netdev_warn(addr->link->dev, "strata: %pI4 is in use on the link\n",
		    &addr->addr.s6_addr32[3]);
	set_bit(STRATA_ADDR_DUPLICATE, &addr->state);
	clear_bit(STRATA_ADDR_TENTATIVE, &addr->state);
	strata_net_changed(addr->link->sn);
}

/* RFC 5227 2.4: (b) if it may be given up, else (c). */
static void acd_claimed(struct strata_addr *addr, unsigned long now)
{
	u8 defend = READ_ONCE(addr->link->sn->ipv4->arp_defend);

	if (test_bit(STRATA_ADDR_TENTATIVE, &addr->state)) {
		acd_lose(addr);
		return;
	}
	set_bit(STRATA_ADDR_CONFLICT, &addr->state);
	if (!defend)
		return;
	if (!test_and_set_bit(STRATA_ADDR_DEFENDED, &addr->state)) {
		strata_count(addr->link->sn, ARP_DEFENDED);
		addr->follow.defended_until = now + DEFEND_INTERVAL_JIFFIES;
		acd_say(addr, strata_arp_announce);
	} else if (defend == STRATA_ARP_GIVE_UP) {
		acd_lose(addr);
	}
}

/* Jiffies until something is due again. */
static unsigned long acd_defence(struct strata_addr *addr, unsigned long now)
{
	if (!test_bit(STRATA_ADDR_DEFENDED, &addr->state))
		return NOTHING_DUE;
	if (time_before(now, addr->follow.defended_until))
		return addr->follow.defended_until - now;
	clear_bit(STRATA_ADDR_DEFENDED, &addr->state);
	return NOTHING_DUE;
}

static void acd_probe(struct strata_addr *addr, unsigned long now)
{
	unsigned long wait = ANNOUNCE_WAIT_JIFFIES;

	if (--addr->follow.dad_left)
		wait = PROBE_MIN_JIFFIES + get_random_u32() %
		       (PROBE_MAX_JIFFIES - PROBE_MIN_JIFFIES);
	addr->follow.dad_at = now + wait;
	acd_say(addr, strata_arp_probe);
}

/* Likewise: questions, then announcements. */
static unsigned long acd_next(struct strata_addr *addr, unsigned long now)
{
	struct strata_addr_auto *follow = &addr->follow;
	bool tentative = test_bit(STRATA_ADDR_TENTATIVE, &addr->state);

	if (!tentative && !follow->announce_left)
		return NOTHING_DUE;
	if (time_before(now, follow->dad_at))
		return follow->dad_at - now;
	if (follow->dad_left)
		acd_probe(addr, now);
	else if (tentative)
		acd_own(addr);
	else
		acd_announce(addr, now);
	return tentative || follow->announce_left ? follow->dad_at - now :
						    NOTHING_DUE;
}

static unsigned long acd_due(struct strata_addr *addr, unsigned long now)
{
	unsigned long wait;

	if (test_and_clear_bit(STRATA_ADDR_CLAIMED, &addr->state))
		acd_claimed(addr, now);
	wait = acd_defence(addr, now);
	/* The rest begins again when the link is up. */
	if (test_bit(STRATA_ADDR_DUPLICATE, &addr->state) ||
	    !acd_live(addr->link))
		return wait;
	return min(wait, acd_next(addr, now));
}

static unsigned long acd_one(struct strata_addr *addr, unsigned long now)
{
	unsigned long before = READ_ONCE(addr->state);
	unsigned long wait = acd_due(addr, now);

	acd_tell(addr, before);
	return wait;
}

static void acd_work(struct work_struct *work)
{
	struct strata_ipv4_net *net4 = container_of(to_delayed_work(work),
						    struct strata_ipv4_net,
						    acd_work);
	struct strata_net *sn = net4->sn;
	unsigned long now = jiffies, wait = NOTHING_DUE;
	struct strata_addr *addr = NULL;

	mutex_lock(&sn->config);
	while ((addr = strata_addr_next(sn, addr)))
		if (strata_addr_is4(&addr->addr))
			wait = min(wait, acd_one(addr, now));
	mutex_unlock(&sn->config);
	if (wait != NOTHING_DUE)
		queue_delayed_work(system_wq, &net4->acd_work, wait);
}

static int acd_addr_event(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	struct strata_addr *addr = data;

	if (event != STRATA_ADDR_ADDED || !addr->link->sn->ipv4 ||
	    !strata_addr_is4(&addr->addr) ||
	    addr->link->flags & STRATA_LINK_NOARP)
		return NOTIFY_DONE;
	addr->follow.ask = test_bit(STRATA_ADDR_TENTATIVE, &addr->state);
	acd_start(addr);
	return NOTIFY_OK;
}

/* Whoever knows us by another L2 address learns the new one. */
static bool acd_begins(unsigned long event)
{
	return event == STRATA_LINK_UP || event == STRATA_LINK_CARRIER ||
	       event == STRATA_LINK_ADDRESS;
}

static int acd_link_event(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	struct strata_link *link = data;
	struct strata_addr *addr = NULL;

	if (!link->sn->ipv4 || !acd_begins(event) || !acd_live(link))
		return NOTIFY_DONE;
	while ((addr = strata_addr_next(link->sn, addr))) {
		unsigned long before = READ_ONCE(addr->state);

		if (addr->link != link || !strata_addr_is4(&addr->addr))
			continue;
		if (event != STRATA_LINK_ADDRESS)
			acd_start(addr);
		else if (!(READ_ONCE(addr->state) & STRATA_ADDR_UNUSABLE))
			acd_own(addr);
		acd_tell(addr, before);
	}
	acd_soon(link->sn);
	return NOTIFY_OK;
}

static struct notifier_block acd_addr_notifier = {
	.notifier_call = acd_addr_event,
};

static struct notifier_block acd_link_notifier = {
	.notifier_call = acd_link_event,
};

/**
 * strata_acd_init() - nothing to follow yet
 * @sn: the namespace's stack, with its IPv4 part
 *
 * Context: process.
 */
void strata_acd_init(struct strata_net *sn)
{
	sn->ipv4->arp_defend = STRATA_ARP_KEEP;
	INIT_DELAYED_WORK(&sn->ipv4->acd_work, acd_work);
}

/**
 * strata_acd_exit() - follow nothing more
 * @sn: the namespace's stack; it receives nothing any more
 *
 * Context: process, strata_net.config not held.
 */
void strata_acd_exit(struct strata_net *sn)
{
	cancel_delayed_work_sync(&sn->ipv4->acd_work);
}

/**
 * strata_acd_follow() - ask for, announce and defend addresses from now on
 *
 * Context: process, takes RTNL. Return: 0 or -errno.
 */
int strata_acd_follow(void)
{
	int err;

	err = strata_addr_notifier_register(&acd_addr_notifier);
	if (err)
		return err;
	err = strata_link_notifier_register(&acd_link_notifier);
	if (err)
		strata_addr_notifier_unregister(&acd_addr_notifier);
	return err;
}

/**
 * strata_acd_unfollow() - undo strata_acd_follow()
 *
 * Context: process, takes RTNL.
 */
void strata_acd_unfollow(void)
{
	strata_link_notifier_unregister(&acd_link_notifier);
	strata_addr_notifier_unregister(&acd_addr_notifier);
}
