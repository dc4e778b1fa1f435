// SPDX-License-Identifier: GPL-2.0
/*
 * ARP (RFC 826, RFC 5227): what is answered, learnt, ignored and refused.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <strata/neigh.h>
#include "../../net/ipv4/ipv4.h"
#include "arp_packet.h"
#include "station.h"

#define STRANGER_LATER	0x0a63000aU

static const u8 group_ll[ETH_ALEN] = { 3, 0, 0, 0, 0, 9 };

/* How strata_neigh_walk() finds one entry. */
struct search {
	struct in6_addr addr;
	struct strata_neigh_info found;
	bool done;
};

static int search_visit(const struct strata_neigh_info *info, void *arg)
{
	struct search *search = arg;

	if (info->ifindex == strata_station.dev->ifindex &&
	    ipv6_addr_equal(&info->addr, &search->addr)) {
		search->found = *info;
		search->done = true;
	}
	return 0;
}

static bool knows(u32 addr4, const u8 *lladdr)
{
	struct search search = { .addr = strata_station_addr(addr4) };
	struct strata_neigh_at at = {};

	strata_neigh_walk(strata_station.sn, &at, search_visit, &search);
	return search.done && search.found.lladdr_len == ETH_ALEN &&
	       !memcmp(search.found.lladdr, lladdr, ETH_ALEN);
}

/* The frame sent next; checks that it is an answer to the stranger. */
static void expect_reply(struct kunit *test, u32 sender, u32 target)
{
	struct sk_buff *skb = skb_dequeue(strata_station.sent);
	const struct station_arp *said;
	const struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_GE(test, skb->len, sizeof(*eth) + sizeof(*said));
	eth = (const struct ethhdr *)skb->data;
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth->h_dest, station_stranger_ll));
	KUNIT_EXPECT_EQ(test, ntohs(eth->h_proto), ETH_P_ARP);
	said = (const struct station_arp *)(eth + 1);
	KUNIT_EXPECT_EQ(test, ntohs(said->op), ARPOP_REPLY);
	KUNIT_EXPECT_EQ(test, ntohl(said->sender), sender);
	KUNIT_EXPECT_EQ(test, ntohl(said->target), target);
	KUNIT_EXPECT_EQ(test, memcmp(said->sender_ll,
				     strata_station.dev->dev_addr, ETH_ALEN),
			0);
	KUNIT_EXPECT_EQ(test, memcmp(said->target_ll, station_stranger_ll, ETH_ALEN),
			0);
	kfree_skb(skb);
}

static void request_is_answered_and_learnt(struct kunit *test)
{
	struct station_arp asked = station_arp_of(ARPOP_REQUEST, STATION_STRANGER, STATION_ADDR);

	station_arp_rcv(test, &asked, sizeof(asked));
	expect_reply(test, STATION_ADDR, STATION_STRANGER);
	KUNIT_EXPECT_TRUE(test, knows(STATION_STRANGER, station_stranger_ll));
}

static void request_for_others_is_ignored(struct kunit *test)
{
	struct station_arp asked = station_arp_of(ARPOP_REQUEST, STATION_STRANGER, STATION_PEER);

	station_arp_rcv(test, &asked, sizeof(asked));
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
	KUNIT_EXPECT_FALSE(test, knows(STATION_STRANGER, station_stranger_ll));
}

static void request_for_loopback_is_refused(struct kunit *test)
{
	struct station_arp asked = station_arp_of(ARPOP_REQUEST, STATION_STRANGER,
					INADDR_LOOPBACK);

	station_arp_rcv(test, &asked, sizeof(asked));
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
}

static void probe_is_answered_not_learnt(struct kunit *test)
{
	struct station_arp asked = station_arp_of(ARPOP_REQUEST, 0, STATION_ADDR);

	/* RFC 5227 2.1.1 */
	station_arp_rcv(test, &asked, sizeof(asked));
	expect_reply(test, STATION_ADDR, 0);
	KUNIT_EXPECT_FALSE(test, knows(0, station_stranger_ll));
}

static void gratuitous_updates_only(struct kunit *test)
{
	struct station_arp told = station_arp_of(ARPOP_REQUEST, STATION_STRANGER, STATION_ADDR);

	/* Given a stranger known by its request */
	station_arp_rcv(test, &told, sizeof(told));
	/* When it announces another L2 address */
	told = station_arp_of(ARPOP_REQUEST, STATION_STRANGER, STATION_STRANGER);
	told.sender_ll[0] = 6;
	station_arp_rcv(test, &told, sizeof(told));
	/* Then the entry changes, while nobody new gets one */
	KUNIT_EXPECT_TRUE(test, knows(STATION_STRANGER, told.sender_ll));
	told = station_arp_of(ARPOP_REPLY, STRANGER_LATER, STRANGER_LATER);
	station_arp_rcv(test, &told, sizeof(told));
	KUNIT_EXPECT_FALSE(test, knows(STRANGER_LATER, station_stranger_ll));
}

static void reply_unasked_makes_no_entry(struct kunit *test)
{
	struct station_arp told = station_arp_of(ARPOP_REPLY, STATION_STRANGER, STATION_ADDR);

	station_arp_rcv(test, &told, sizeof(told));
	KUNIT_EXPECT_FALSE(test, knows(STATION_STRANGER, station_stranger_ll));
}

static void conflict_is_counted_not_learnt(struct kunit *test)
{
	u64 before = strata_counter_read(strata_station.sn,
					 STRATA_COUNT_ARP_CONFLICT);
	struct station_arp told = station_arp_of(ARPOP_REQUEST, STATION_ADDR,
				       STATION_ADDR);

	station_arp_rcv(test, &told, sizeof(told));
	KUNIT_EXPECT_EQ(test, strata_counter_read(strata_station.sn,
						  STRATA_COUNT_ARP_CONFLICT),
			before + 1);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
}

static void broken_hrd(struct station_arp *packet)
{
	packet->hrd = htons(ARPHRD_IEEE802);
}

static void broken_pro(struct station_arp *packet)
{
	packet->pro = htons(ETH_P_IPV6);
}

static void broken_hln(struct station_arp *packet)
{
	packet->hln = 8;
}

static void broken_pln(struct station_arp *packet)
{
	packet->pln = 16;
}

static void broken_op(struct station_arp *packet)
{
	packet->op = htons(ARPOP_RREQUEST);
}

static void broken_group(struct station_arp *packet)
{
	memcpy(packet->sender_ll, group_ll, ETH_ALEN);
}

static void broken_zero(struct station_arp *packet)
{
	memset(packet->sender_ll, 0, ETH_ALEN);
}

static void broken_multicast(struct station_arp *packet)
{
	packet->sender = htonl(0xe0000001);
}

static void broken_zeronet(struct station_arp *packet)
{
	packet->sender = htonl(0x00000009);
}

static void broken_lbcast(struct station_arp *packet)
{
	packet->sender = htonl(INADDR_BROADCAST);
}

/**
 * struct broken_case - what is wrong with an ARP packet
 * @name: for the report
 * @mangle: makes it wrong. Optional
 * @len: bytes that arrive
 */
struct broken_case {
	const char *name;
	void (*mangle)(struct station_arp *packet);
	unsigned int len;
};

static const struct broken_case broken_cases[] = {
	{ "empty", NULL, 0 },
	{ "header cut off", NULL, 7 },
	{ "addresses cut off", NULL, sizeof(struct station_arp) - 1 },
	{ "hardware type", broken_hrd, sizeof(struct station_arp) },
	{ "protocol type", broken_pro, sizeof(struct station_arp) },
	{ "hardware length", broken_hln, sizeof(struct station_arp) },
	{ "protocol length", broken_pln, sizeof(struct station_arp) },
	{ "opcode", broken_op, sizeof(struct station_arp) },
	{ "group as sender (RFC 1812 3.3.2)", broken_group,
	  sizeof(struct station_arp) },
	{ "sender without L2 address", broken_zero, sizeof(struct station_arp) },
	{ "multicast sender", broken_multicast, sizeof(struct station_arp) },
	{ "sender 0.0.0.9", broken_zeronet, sizeof(struct station_arp) },
	{ "sender is everybody", broken_lbcast, sizeof(struct station_arp) },
};

static void broken_describe(const struct broken_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(broken, broken_cases, broken_describe);

static void broken_is_refused(struct kunit *test)
{
	struct station_arp asked = station_arp_of(ARPOP_REQUEST, STATION_STRANGER, STATION_ADDR);
	const struct broken_case *c = test->param_value;
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_ARP_MALFORMED);

	if (c->mangle)
		c->mangle(&asked);
	station_arp_rcv(test, &asked, c->len);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_ARP_MALFORMED),
			before + 1);
}

static void address_added_is_announced(struct kunit *test)
{
	struct in6_addr addr = strata_station_addr(STATION_STRANGER);
	const struct station_arp *said;
	struct sk_buff *skb;

	mutex_lock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, strata_addr_add(strata_station.link, &addr,
					      STATION_PLEN, NULL), 0);
	mutex_unlock(&strata_station.sn->config);
	/* RFC 5227 3: sender and target are the new address */
	skb = skb_dequeue(strata_station.sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(skb->data));
	said = (const struct station_arp *)(skb->data + ETH_HLEN);
	KUNIT_EXPECT_EQ(test, ntohs(said->op), ARPOP_REQUEST);
	KUNIT_EXPECT_EQ(test, ntohl(said->sender), STATION_STRANGER);
	KUNIT_EXPECT_EQ(test, ntohl(said->target), STATION_STRANGER);
	kfree_skb(skb);
}

static void group_addresses_are_mapped(struct kunit *test)
{
	static const u8 all_hosts_ll[ETH_ALEN] = { 1, 0, 0x5e, 0, 0, 1 };
	struct in6_addr addr = strata_station_addr(0xe0000001);
	u8 lladdr[MAX_ADDR_LEN] = {};

	rcu_read_lock();
	/* RFC 1112 6.4 */
	KUNIT_EXPECT_EQ(test, strata_arp_neigh.map(strata_station.link, &addr,
						   lladdr), 0);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(lladdr, all_hosts_ll));
	addr = strata_station_addr(STATION_CAST);
	KUNIT_EXPECT_EQ(test, strata_arp_neigh.map(strata_station.link, &addr,
						   lladdr), 0);
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(lladdr));
	addr = strata_station_addr(STATION_PEER);
	KUNIT_EXPECT_EQ(test, strata_arp_neigh.map(strata_station.link, &addr,
						   lladdr), -EINVAL);
	rcu_read_unlock();
}

static struct kunit_case arp_tests[] = {
	KUNIT_CASE(request_is_answered_and_learnt),
	KUNIT_CASE(request_for_others_is_ignored),
	KUNIT_CASE(request_for_loopback_is_refused),
	KUNIT_CASE(probe_is_answered_not_learnt),
	KUNIT_CASE(gratuitous_updates_only),
	KUNIT_CASE(reply_unasked_makes_no_entry),
	KUNIT_CASE(conflict_is_counted_not_learnt),
	KUNIT_CASE_PARAM(broken_is_refused, broken_gen_params),
	KUNIT_CASE(address_added_is_announced),
	KUNIT_CASE(group_addresses_are_mapped),
	{}
};

static struct kunit_suite arp_suite = {
	.name = "strata_ipv4_arp",
	.init = strata_station_init,
	.exit = strata_station_exit,
	.test_cases = arp_tests,
};

kunit_test_suite(arp_suite);
