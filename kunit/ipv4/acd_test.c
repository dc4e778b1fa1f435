// SPDX-License-Identifier: GPL-2.0
/*
 * Address conflict detection (RFC 5227): questions before an address is used,
 * announcements, and what becomes of an address that others use. Time is
 * virtual.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include "../../net/ipv4/ipv4.h"
#include "arp_packet.h"
#include "station.h"

#define WANTED		0x0a630007U	/* 10.99.0.7 */
#define PROBED_ms	4000		/* at the earliest: 1 s, 1 s, 2 s */
#define SETTLED_ms	7000		/* at the latest: 1 s, 2 s, 2 s, 2 s */
#define INTERVAL_ms	10000		/* RFC 5227 1.1: DEFEND_INTERVAL */

static struct strata_ipv4_net *settings(void)
{
	return strata_station.sn->ipv4;
}

static void add_wanted(struct kunit *test, unsigned long state)
{
	struct in6_addr addr = strata_station_addr(WANTED);

	mutex_lock(&strata_station.sn->config);
	KUNIT_ASSERT_EQ(test,
			strata_addr_add_auto(strata_station.link, &addr,
					     STATION_PLEN, state, NULL, NULL),
			0);
	mutex_unlock(&strata_station.sn->config);
}

/* As if added by hand where all addresses are asked for. */
static void add_asking(struct kunit *test)
{
	settings()->arp_probe = 1;
	add_wanted(test, BIT(STRATA_ADDR_TENTATIVE));
}

static unsigned long state_of(u32 addr4)
{
	struct in6_addr wanted = strata_station_addr(addr4);
	struct strata_addr *addr = NULL;
	unsigned long state = ~0UL;

	mutex_lock(&strata_station.sn->config);
	while ((addr = strata_addr_next(strata_station.sn, addr)))
		if (ipv6_addr_equal(&addr->addr, &wanted))
			state = addr->state;
	mutex_unlock(&strata_station.sn->config);
	return state;
}

static bool is_ours(u32 addr4)
{
	struct in6_addr addr = strata_station_addr(addr4);
	bool ours;

	rcu_read_lock();
	ours = strata_addr_find(strata_station.sn, &addr);
	rcu_read_unlock();
	return ours;
}

/**
 * struct said - what the station has sent since it was last asked
 * @probes: questions for WANTED that come from nobody (RFC 5227 1.1)
 * @announcements: of WANTED
 * @replies: of any address
 */
struct said {
	unsigned int probes;
	unsigned int announcements;
	unsigned int replies;
};

static void said_one(struct said *said, const struct station_arp *packet,
		     const u8 *daddr)
{
	static const u8 nobody_ll[ETH_ALEN];

	if (packet->op == htons(ARPOP_REPLY))
		said->replies++;
	if (packet->op != htons(ARPOP_REQUEST) ||
	    packet->target != htonl(WANTED) || !is_broadcast_ether_addr(daddr))
		return;
	if (packet->sender == htonl(WANTED))
		said->announcements++;
	else if (!packet->sender &&
		 ether_addr_equal(packet->target_ll, nobody_ll))
		said->probes++;
}

static struct said listen(void)
{
	struct said said = {};
	struct sk_buff *skb;

	while ((skb = skb_dequeue(strata_station.sent))) {
		if (skb->protocol == htons(ETH_P_ARP))
			said_one(&said, (void *)(skb->data + ETH_HLEN),
				 skb->data);
		kfree_skb(skb);
	}
	return said;
}

static void expect_announced(struct kunit *test, unsigned int times)
{
	KUNIT_EXPECT_EQ(test, listen().announcements, times);
}

/* The stranger says that it has WANTED. */
static void stranger_claims(struct kunit *test)
{
	struct station_arp packet = station_arp_of(ARPOP_REQUEST, WANTED,
						   WANTED);

	station_arp_rcv(test, &packet, sizeof(packet));
	/* The work that decides. */
	msleep(100);
}

static u64 count_of(enum strata_counter counter)
{
	return strata_counter_read(strata_station.sn, counter);
}

/* ---- before an address is used ---- */

static void address_is_announced_twice(struct kunit *test)
{
	/* Nobody asks unless told to: it is ours at once, */
	add_wanted(test, BIT(STRATA_ADDR_TENTATIVE));
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
	expect_announced(test, 1);
	/* and said once more two seconds later (RFC 5227 2.3). */
	msleep(1800);
	expect_announced(test, 0);
	msleep(400);
	expect_announced(test, 1);
	msleep(10000);
	expect_announced(test, 0);
}

static void address_is_asked_for_first(struct kunit *test)
{
	struct station_arp asked = station_arp_of(ARPOP_REQUEST,
						  STATION_STRANGER, WANTED);
	struct in6_addr addr = strata_station_addr(WANTED);
	unsigned long began = jiffies;
	unsigned int waited_ms;
	struct said said;

	/* Given an address that was just added */
	add_asking(test);
	KUNIT_EXPECT_FALSE(test, is_ours(WANTED));
	/* then it is neither answered for */
	station_arp_rcv(test, &asked, sizeof(asked));
	KUNIT_EXPECT_EQ(test, listen().replies, 0);
	while (!is_ours(WANTED) &&
	       time_before(jiffies, began + msecs_to_jiffies(SETTLED_ms) + HZ))
		msleep(50);
	/* nor used before three questions found nobody, */
	waited_ms = jiffies_to_msecs(jiffies - began);
	KUNIT_EXPECT_GE(test, waited_ms, PROBED_ms);
	KUNIT_EXPECT_LE(test, waited_ms, SETTLED_ms + 200);
	said = listen();
	KUNIT_EXPECT_EQ(test, said.probes, 3);
	/* and then it is announced, twice, and answered for. */
	KUNIT_EXPECT_EQ(test, said.announcements, 1);
	msleep(2200);
	expect_announced(test, 1);
	KUNIT_EXPECT_FALSE(test, state_of(WANTED) & STRATA_ADDR_UNUSABLE);
	station_arp_rcv(test, &asked, sizeof(asked));
	KUNIT_EXPECT_EQ(test, listen().replies, 1);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, strata_addr_unusable(strata_station.link,
						     &addr));
	rcu_read_unlock();
}

/* The oldest in the subnet would be the source. */
static void tentative_is_no_source(struct kunit *test)
{
	struct in6_addr own = strata_station_addr(STATION_ADDR);
	struct in6_addr peer = strata_station_addr(STATION_PEER);

	mutex_lock(&strata_station.sn->config);
	strata_addr_del(strata_station.link, &own, STATION_PLEN, NULL);
	mutex_unlock(&strata_station.sn->config);
	add_asking(test);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, strata_addr_select(strata_station.link, &peer));
	rcu_read_unlock();
	msleep(SETTLED_ms + 200);
	rcu_read_lock();
	KUNIT_EXPECT_NOT_NULL(test, strata_addr_select(strata_station.link,
						       &peer));
	rcu_read_unlock();
}

static void nodad_is_not_asked_for(struct kunit *test)
{
	settings()->arp_probe = 1;
	add_wanted(test, 0);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
	msleep(SETTLED_ms);
	KUNIT_EXPECT_EQ(test, listen().probes, 0);
}

/**
 * struct claim_case - what is heard of an address that is asked for
 * @name: for the report
 * @op: ARPOP_*
 * @sender: who says it
 * @target: of whom
 * @reflected: by our own L2 address
 * @ours: the address is ours in the end
 */
struct claim_case {
	const char *name;
	u16 op;
	u32 sender;
	u32 target;
	bool reflected;
	bool ours;
};

static const struct claim_case claim_cases[] = {
	{ "somebody answers", ARPOP_REPLY, WANTED, 0, false, false },
	{ "somebody asks as it", ARPOP_REQUEST, WANTED, STATION_PEER, false,
	  false },
	{ "somebody else wants it", ARPOP_REQUEST, 0, WANTED, false, false },
	{ "somebody looks for it", ARPOP_REQUEST, STATION_STRANGER, WANTED,
	  false, true },
	{ "our own question comes back", ARPOP_REQUEST, 0, WANTED, true, true },
	{ "somebody wants another", ARPOP_REQUEST, 0, WANTED + 1, false, true },
};

static void claim_describe(const struct claim_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(claim, claim_cases, claim_describe);

/* RFC 5227 2.1.1 */
static void claims_are_heeded(struct kunit *test)
{
	const struct claim_case *c = test->param_value;
	struct station_arp packet = station_arp_of(c->op, c->sender, c->target);
	u64 lost = count_of(STRATA_COUNT_ARP_LOST);

	add_asking(test);
	msleep(1500);
	if (c->reflected)
		memcpy(packet.sender_ll, strata_station.dev->dev_addr,
		       ETH_ALEN);
	station_arp_rcv(test, &packet, sizeof(packet));
	msleep(SETTLED_ms);
	KUNIT_EXPECT_EQ(test, is_ours(WANTED), c->ours);
	/* It stays to be seen, and nothing is said of it. */
	KUNIT_EXPECT_EQ(test, state_of(WANTED) & STRATA_ADDR_UNUSABLE,
			c->ours ? 0 : BIT(STRATA_ADDR_DUPLICATE));
	KUNIT_EXPECT_EQ(test, count_of(STRATA_COUNT_ARP_LOST) - lost, !c->ours);
	expect_announced(test, c->ours ? 2 : 0);
}

/* ---- while it is used ---- */

/* Ours, and announced for the last time. */
static void have_wanted(struct kunit *test, enum strata_arp_defend defend)
{
	settings()->arp_defend = defend;
	add_wanted(test, 0);
	msleep(5000);
	listen();
}

/* RFC 5227 2.4 (c) */
static void kept_address_is_defended_now_and_then(struct kunit *test)
{
	u64 defended = count_of(STRATA_COUNT_ARP_DEFENDED);
	u64 conflicts = count_of(STRATA_COUNT_ARP_CONFLICT);

	have_wanted(test, STRATA_ARP_KEEP);
	stranger_claims(test);
	expect_announced(test, 1);
	/* However often it is claimed, once is enough for ten seconds. */
	stranger_claims(test);
	stranger_claims(test);
	expect_announced(test, 0);
	msleep(INTERVAL_ms);
	stranger_claims(test);
	expect_announced(test, 1);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
	KUNIT_EXPECT_TRUE(test, state_of(WANTED) & BIT(STRATA_ADDR_CONFLICT));
	KUNIT_EXPECT_EQ(test, count_of(STRATA_COUNT_ARP_DEFENDED),
			defended + 2);
	KUNIT_EXPECT_EQ(test, count_of(STRATA_COUNT_ARP_CONFLICT),
			conflicts + 4);
}

/* RFC 5227 2.4 (b) */
static void address_is_given_up_the_second_time(struct kunit *test)
{
	struct strata_flow flow = {
		.saddr = strata_station_addr(WANTED),
		.daddr = strata_station_addr(STATION_PEER),
	};
	struct strata_path path;

	have_wanted(test, STRATA_ARP_GIVE_UP);
	/* Two claims far apart are two single ones. */
	stranger_claims(test);
	expect_announced(test, 1);
	msleep(INTERVAL_ms);
	stranger_claims(test);
	expect_announced(test, 1);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
	/* Two within ten seconds end it, and whatever was sent from it. */
	stranger_claims(test);
	expect_announced(test, 0);
	KUNIT_EXPECT_FALSE(test, is_ours(WANTED));
	KUNIT_EXPECT_TRUE(test, state_of(WANTED) & BIT(STRATA_ADDR_DUPLICATE));
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, strata_ipv4_route(strata_station.sn, &flow,
						&path), -EINVAL);
	rcu_read_unlock();
}

static void conflict_is_counted_alone(struct kunit *test)
{
	u64 before = count_of(STRATA_COUNT_ARP_CONFLICT);

	have_wanted(test, STRATA_ARP_COUNT);
	stranger_claims(test);
	stranger_claims(test);
	expect_announced(test, 0);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
	KUNIT_EXPECT_TRUE(test, state_of(WANTED) & BIT(STRATA_ADDR_CONFLICT));
	KUNIT_EXPECT_EQ(test, count_of(STRATA_COUNT_ARP_CONFLICT), before + 2);
}

/* ---- another network ---- */

static void carrier(void (*change)(struct net_device *dev))
{
	change(strata_station.dev);
	/* Until those who follow devices were told. */
	msleep(1500);
}

/* RFC 5227 2.1: whenever a cable was connected. */
static void cable_begins_it_again(struct kunit *test)
{
	/* Given an address that somebody else had */
	add_asking(test);
	msleep(1500);
	stranger_claims(test);
	KUNIT_EXPECT_TRUE(test, state_of(WANTED) & BIT(STRATA_ADDR_DUPLICATE));
	/* When the cable goes into another network, */
	carrier(netif_carrier_off);
	listen();
	carrier(netif_carrier_on);
	/* then it is asked for again, and ours. */
	msleep(SETTLED_ms + 200);
	KUNIT_EXPECT_EQ(test, listen().probes, 3);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
	/* And so if it was ours before. */
	carrier(netif_carrier_off);
	carrier(netif_carrier_on);
	KUNIT_EXPECT_FALSE(test, is_ours(WANTED));
	msleep(SETTLED_ms);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
}

/* Nobody can object where nobody hears the question. */
static void no_carrier_no_answer(struct kunit *test)
{
	carrier(netif_carrier_off);
	add_asking(test);
	msleep(SETTLED_ms * 2);
	KUNIT_EXPECT_FALSE(test, is_ours(WANTED));
	KUNIT_EXPECT_EQ(test, listen().probes, 0);
	carrier(netif_carrier_on);
	msleep(SETTLED_ms);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
}

static void acd_exit(struct kunit *test)
{
	settings()->arp_probe = 0;
	settings()->arp_defend = STRATA_ARP_KEEP;
	strata_station_exit(test);
}

static struct kunit_case acd_tests[] = {
	KUNIT_CASE(address_is_announced_twice),
	KUNIT_CASE(address_is_asked_for_first),
	KUNIT_CASE(tentative_is_no_source),
	KUNIT_CASE(nodad_is_not_asked_for),
	KUNIT_CASE_PARAM(claims_are_heeded, claim_gen_params),
	KUNIT_CASE(kept_address_is_defended_now_and_then),
	KUNIT_CASE(address_is_given_up_the_second_time),
	KUNIT_CASE(conflict_is_counted_alone),
	KUNIT_CASE(cable_begins_it_again),
	KUNIT_CASE(no_carrier_no_answer),
	{}
};

static struct kunit_suite acd_suite = {
	.name = "strata_ipv4_acd",
	.init = strata_station_init,
	.exit = acd_exit,
	.test_cases = acd_tests,
};

kunit_test_suite(acd_suite);
