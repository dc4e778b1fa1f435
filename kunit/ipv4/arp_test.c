// SPDX-License-Identifier: GPL-2.0
/*
 * ARP (RFC 826, RFC 5227): what is answered, learnt, ignored and refused.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <strata/neigh.h>
#include "../../net/ipv4/ipv4.h"
#include "station.h"

#define STRANGER	0x0a630009U	/* 10.99.0.9 */
#define STRANGER_LATER	0x0a63000aU

static const u8 stranger_ll[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };
static const u8 group_ll[ETH_ALEN] = { 3, 0, 0, 0, 0, 9 };

/* An ARP packet on Ethernet, as on the wire. */
struct packet {
	__be16 hrd;
	__be16 pro;
	u8 hln;
	u8 pln;
	__be16 op;
	u8 sender_ll[ETH_ALEN];
	__be32 sender;
	u8 target_ll[ETH_ALEN];
	__be32 target;
} __packed;

static struct packet packet_of(u16 op, u32 sender, u32 target)
{
	struct packet packet = {
		.hrd = htons(ARPHRD_ETHER),
		.pro = htons(ETH_P_IP),
		.hln = ETH_ALEN,
		.pln = sizeof(__be32),
		.op = htons(op),
		.sender = htonl(sender),
		.target = htonl(target),
	};

	memcpy(packet.sender_ll, stranger_ll, ETH_ALEN);
	return packet;
}

static void arrives(struct kunit *test, const struct packet *packet,
		    unsigned int len)
{
	struct sk_buff *skb = alloc_skb(sizeof(*packet), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, packet, len);
	skb->dev = strata_station.dev;
	skb->protocol = htons(ETH_P_ARP);
	local_bh_disable();
	rcu_read_lock();
	strata_arp_rcv(strata_station.link, skb);
	rcu_read_unlock();
	local_bh_enable();
}

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
	const struct packet *said;
	const struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_GE(test, skb->len, sizeof(*eth) + sizeof(*said));
	eth = (const struct ethhdr *)skb->data;
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth->h_dest, stranger_ll));
	KUNIT_EXPECT_EQ(test, ntohs(eth->h_proto), ETH_P_ARP);
	said = (const struct packet *)(eth + 1);
	KUNIT_EXPECT_EQ(test, ntohs(said->op), ARPOP_REPLY);
	KUNIT_EXPECT_EQ(test, ntohl(said->sender), sender);
	KUNIT_EXPECT_EQ(test, ntohl(said->target), target);
	KUNIT_EXPECT_EQ(test, memcmp(said->sender_ll,
				     strata_station.dev->dev_addr, ETH_ALEN),
			0);
	KUNIT_EXPECT_EQ(test, memcmp(said->target_ll, stranger_ll, ETH_ALEN),
			0);
	kfree_skb(skb);
}

static void request_is_answered_and_learnt(struct kunit *test)
{
	struct packet asked = packet_of(ARPOP_REQUEST, STRANGER, STATION_ADDR);

	arrives(test, &asked, sizeof(asked));
	expect_reply(test, STATION_ADDR, STRANGER);
	KUNIT_EXPECT_TRUE(test, knows(STRANGER, stranger_ll));
}

static void request_for_others_is_ignored(struct kunit *test)
{
	struct packet asked = packet_of(ARPOP_REQUEST, STRANGER, STATION_PEER);

	arrives(test, &asked, sizeof(asked));
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
	KUNIT_EXPECT_FALSE(test, knows(STRANGER, stranger_ll));
}

static void request_for_loopback_is_refused(struct kunit *test)
{
	struct packet asked = packet_of(ARPOP_REQUEST, STRANGER,
					INADDR_LOOPBACK);

	arrives(test, &asked, sizeof(asked));
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
}

static void probe_is_answered_not_learnt(struct kunit *test)
{
	struct packet asked = packet_of(ARPOP_REQUEST, 0, STATION_ADDR);

	/* RFC 5227 2.1.1 */
	arrives(test, &asked, sizeof(asked));
	expect_reply(test, STATION_ADDR, 0);
	KUNIT_EXPECT_FALSE(test, knows(0, stranger_ll));
}

static void gratuitous_updates_only(struct kunit *test)
{
	struct packet told = packet_of(ARPOP_REQUEST, STRANGER, STATION_ADDR);

	/* Given a stranger known by its request */
	arrives(test, &told, sizeof(told));
	/* When it announces another L2 address */
	told = packet_of(ARPOP_REQUEST, STRANGER, STRANGER);
	told.sender_ll[0] = 6;
	arrives(test, &told, sizeof(told));
	/* Then the entry changes, while nobody new gets one */
	KUNIT_EXPECT_TRUE(test, knows(STRANGER, told.sender_ll));
	told = packet_of(ARPOP_REPLY, STRANGER_LATER, STRANGER_LATER);
	arrives(test, &told, sizeof(told));
	KUNIT_EXPECT_FALSE(test, knows(STRANGER_LATER, stranger_ll));
}

static void reply_unasked_makes_no_entry(struct kunit *test)
{
	struct packet told = packet_of(ARPOP_REPLY, STRANGER, STATION_ADDR);

	arrives(test, &told, sizeof(told));
	KUNIT_EXPECT_FALSE(test, knows(STRANGER, stranger_ll));
}

static void conflict_is_counted_not_learnt(struct kunit *test)
{
	u64 before = strata_counter_read(strata_station.sn,
					 STRATA_COUNT_ARP_CONFLICT);
	struct packet told = packet_of(ARPOP_REQUEST, STATION_ADDR,
				       STATION_ADDR);

	arrives(test, &told, sizeof(told));
	KUNIT_EXPECT_EQ(test, strata_counter_read(strata_station.sn,
						  STRATA_COUNT_ARP_CONFLICT),
			before + 1);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
}

static void broken_hrd(struct packet *packet)
{
	packet->hrd = htons(ARPHRD_IEEE802);
}

static void broken_pro(struct packet *packet)
{
	packet->pro = htons(ETH_P_IPV6);
}

static void broken_hln(struct packet *packet)
{
	packet->hln = 8;
}

static void broken_pln(struct packet *packet)
{
	packet->pln = 16;
}

static void broken_op(struct packet *packet)
{
	packet->op = htons(ARPOP_RREQUEST);
}

static void broken_group(struct packet *packet)
{
	memcpy(packet->sender_ll, group_ll, ETH_ALEN);
}

static void broken_zero(struct packet *packet)
{
	memset(packet->sender_ll, 0, ETH_ALEN);
}

static void broken_multicast(struct packet *packet)
{
	packet->sender = htonl(0xe0000001);
}

static void broken_zeronet(struct packet *packet)
{
	packet->sender = htonl(0x00000009);
}

static void broken_lbcast(struct packet *packet)
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
	void (*mangle)(struct packet *packet);
	unsigned int len;
};

static const struct broken_case broken_cases[] = {
	{ "empty", NULL, 0 },
	{ "header cut off", NULL, 7 },
	{ "addresses cut off", NULL, sizeof(struct packet) - 1 },
	{ "hardware type", broken_hrd, sizeof(struct packet) },
	{ "protocol type", broken_pro, sizeof(struct packet) },
	{ "hardware length", broken_hln, sizeof(struct packet) },
	{ "protocol length", broken_pln, sizeof(struct packet) },
	{ "opcode", broken_op, sizeof(struct packet) },
	{ "group as sender (RFC 1812 3.3.2)", broken_group,
	  sizeof(struct packet) },
	{ "sender without L2 address", broken_zero, sizeof(struct packet) },
	{ "multicast sender", broken_multicast, sizeof(struct packet) },
	{ "sender 0.0.0.9", broken_zeronet, sizeof(struct packet) },
	{ "sender is everybody", broken_lbcast, sizeof(struct packet) },
};

static void broken_describe(const struct broken_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(broken, broken_cases, broken_describe);

static void broken_is_refused(struct kunit *test)
{
	struct packet asked = packet_of(ARPOP_REQUEST, STRANGER, STATION_ADDR);
	const struct broken_case *c = test->param_value;
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_ARP_MALFORMED);

	if (c->mangle)
		c->mangle(&asked);
	arrives(test, &asked, c->len);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(strata_station.sent));
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_ARP_MALFORMED),
			before + 1);
}

static void address_added_is_announced(struct kunit *test)
{
	struct in6_addr addr = strata_station_addr(STRANGER);
	const struct packet *said;
	struct sk_buff *skb;

	mutex_lock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, strata_addr_add(strata_station.link, &addr,
					      STATION_PLEN, NULL), 0);
	mutex_unlock(&strata_station.sn->config);
	/* RFC 5227 3: sender and target are the new address */
	skb = skb_dequeue(strata_station.sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(skb->data));
	said = (const struct packet *)(skb->data + ETH_HLEN);
	KUNIT_EXPECT_EQ(test, ntohs(said->op), ARPOP_REQUEST);
	KUNIT_EXPECT_EQ(test, ntohl(said->sender), STRANGER);
	KUNIT_EXPECT_EQ(test, ntohl(said->target), STRANGER);
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
