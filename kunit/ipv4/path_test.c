// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a destination, and what goes out on it.
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include "../../net/ipv4/ipv4.h"
#include "station.h"

#define ALL_HOSTS	0xe0000001U	/* 224.0.0.1 */
#define ANY_LINK	false
#define THIS_LINK	true

/**
 * struct path_case - a flow and the way it gets
 * @name: for the report
 * @saddr: source asked for, 0: none
 * @daddr: destination
 * @oif: bound to the station's link
 * @flags: STRATA_FLOW_*
 * @err: what is expected
 * @type: of the path
 * @chosen: source filled in
 */
struct path_case {
	const char *name;
	u32 saddr;
	u32 daddr;
	bool oif;
	u8 flags;
	int err;
	u8 type;
	u32 chosen;
};

static const struct path_case path_cases[] = {
	{ "to a neighbour", 0, STATION_PEER, ANY_LINK, 0, 0,
	  STRATA_PATH_UNICAST, STATION_ADDR },
	{ "to a neighbour, from our address", STATION_ADDR, STATION_PEER,
	  ANY_LINK, 0, 0, STRATA_PATH_UNICAST, STATION_ADDR },
	{ "from an address not ours", STATION_OUTSIDE, STATION_PEER, ANY_LINK,
	  0, -EINVAL },
	{ "from the broadcast address", STATION_CAST, STATION_PEER, ANY_LINK,
	  0, -EINVAL },
	{ "to ourselves", 0, STATION_ADDR, ANY_LINK, 0, 0, STRATA_PATH_LOCAL,
	  STATION_ADDR },
	{ "to ourselves, bound to the link", 0, STATION_ADDR, THIS_LINK, 0, 0,
	  STRATA_PATH_LOCAL, STATION_ADDR },
	{ "to 127.1.2.3", 0, 0x7f010203, ANY_LINK, 0, 0, STRATA_PATH_LOCAL,
	  INADDR_LOOPBACK },
	{ "to 0.0.0.0 (RFC 1122 3.2.1.3)", 0, 0, ANY_LINK, 0, 0,
	  STRATA_PATH_LOCAL, INADDR_LOOPBACK },
	{ "to 0.0.0.0 from our address", STATION_ADDR, 0, ANY_LINK, 0, 0,
	  STRATA_PATH_LOCAL, STATION_ADDR },
	{ "to the subnet without permission", 0, STATION_CAST, ANY_LINK, 0,
	  -EACCES },
	{ "to the subnet", 0, STATION_CAST, ANY_LINK, STRATA_FLOW_BROADCAST, 0,
	  STRATA_PATH_BROADCAST, STATION_ADDR },
	{ "to everybody without permission", 0, INADDR_BROADCAST, THIS_LINK, 0,
	  -EACCES },
	{ "to everybody", 0, INADDR_BROADCAST, THIS_LINK,
	  STRATA_FLOW_BROADCAST, 0, STRATA_PATH_BROADCAST, STATION_ADDR },
	{ "to everybody from our address", STATION_ADDR, INADDR_BROADCAST,
	  ANY_LINK, STRATA_FLOW_BROADCAST, 0, STRATA_PATH_BROADCAST,
	  STATION_ADDR },
	{ "to all hosts without a route", 0, ALL_HOSTS, ANY_LINK, 0,
	  -ENETUNREACH },
	{ "to all hosts on the link", 0, ALL_HOSTS, THIS_LINK, 0, 0,
	  STRATA_PATH_MULTICAST, STATION_ADDR },
	{ "outside without a route", 0, STATION_OUTSIDE, ANY_LINK, 0,
	  -ENETUNREACH },
	{ "outside, but on the link", 0, STATION_OUTSIDE, THIS_LINK, 0, 0,
	  STRATA_PATH_UNICAST, STATION_ADDR },
	{ "to 0.1.2.3", 0, 0x00010203, ANY_LINK, 0, -EINVAL },
	{ "to class E", 0, 0xf0000001, ANY_LINK, 0, -EINVAL },
};

static void path_describe(const struct path_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(path, path_cases, path_describe);

static void path_is_found(struct kunit *test)
{
	const struct path_case *c = test->param_value;
	struct in6_addr chosen = strata_station_addr(c->chosen);
	struct strata_path path = {};
	struct strata_flow flow = {
		.saddr = strata_station_addr(c->saddr),
		.daddr = strata_station_addr(c->daddr),
		.oif = c->oif ? strata_station.dev->ifindex : 0,
		.proto = STATION_PROTO,
		.flags = c->flags,
	};

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, strata_ipv4_route(strata_station.sn, &flow,
						&path), c->err);
	if (!c->err) {
		KUNIT_EXPECT_EQ(test, path.type, c->type);
		KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&flow.saddr, &chosen));
		KUNIT_EXPECT_TRUE(test, strata_path_valid(strata_station.sn,
							  &path));
		KUNIT_EXPECT_EQ(test, path.link == strata_station.link,
				c->type != STRATA_PATH_LOCAL);
	}
	rcu_read_unlock();
}

/* Sends @len bytes to the neighbour. */
static int output(struct kunit *test, unsigned int len, u8 flags,
		  unsigned int headroom)
{
	struct strata_flow flow = {
		.saddr = strata_station_addr(0),
		.daddr = strata_station_addr(STATION_PEER),
		.proto = STATION_PROTO,
		.tos = 0x10,
		.ttl = 9,
		.flags = flags,
	};
	struct strata_path path;
	struct sk_buff *skb;
	int err;

	skb = alloc_skb(headroom + len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, headroom);
	skb_put_zero(skb, len);
	rcu_read_lock();
	err = strata_ipv4_route(strata_station.sn, &flow, &path);
	if (err)
		kfree_skb(skb);
	else
		err = strata_ipv4_output(strata_station.sn, NULL, skb, &flow,
					 &path);
	rcu_read_unlock();
	return err;
}

static void output_pushes_the_header(struct kunit *test)
{
	const struct iphdr *iph;
	const struct ethhdr *eth;
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, output(test, 100, STRATA_FLOW_DF, 64), 0);
	skb = skb_dequeue(strata_station.sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	eth = (const struct ethhdr *)skb->data;
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth->h_dest,
						 strata_station_peer_ll));
	iph = (const struct iphdr *)(eth + 1);
	KUNIT_EXPECT_EQ(test, skb->data[ETH_HLEN], 0x45);
	KUNIT_EXPECT_EQ(test, iph->tos, 0x10);
	KUNIT_EXPECT_EQ(test, ntohs(iph->tot_len), 120);
	KUNIT_EXPECT_EQ(test, ntohs(iph->frag_off), IP_DF);
	KUNIT_EXPECT_EQ(test, iph->ttl, 9);
	KUNIT_EXPECT_EQ(test, iph->protocol, STATION_PROTO);
	KUNIT_EXPECT_EQ(test, ntohl(iph->saddr), STATION_ADDR);
	KUNIT_EXPECT_EQ(test, ntohl(iph->daddr), STATION_PEER);
	KUNIT_EXPECT_EQ(test, ip_compute_csum(iph, sizeof(*iph)), 0);
	kfree_skb(skb);
}

static void output_makes_headroom(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, output(test, 100, STRATA_FLOW_DF, 0), 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(strata_station.sent), 1);
}

static u16 sent_ident(struct kunit *test)
{
	struct sk_buff *skb = skb_dequeue(strata_station.sent);
	u16 ident;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	ident = ntohs(((struct iphdr *)(skb->data + ETH_HLEN))->id);
	kfree_skb(skb);
	return ident;
}

static void output_identifies_what_may_fragment(struct kunit *test)
{
	u16 first;

	/* RFC 6864 4.3: different for each datagram to one destination */
	KUNIT_ASSERT_EQ(test, output(test, 8, 0, 64), 0);
	KUNIT_ASSERT_EQ(test, output(test, 8, 0, 64), 0);
	first = sent_ident(test);
	KUNIT_EXPECT_EQ(test, sent_ident(test), (u16)(first + 1));
	/* RFC 6864 4.1: atomic datagrams need none */
	KUNIT_ASSERT_EQ(test, output(test, 8, STRATA_FLOW_DF, 64), 0);
	KUNIT_EXPECT_EQ(test, sent_ident(test), 0);
}

static void output_refuses_what_does_not_fit(struct kunit *test)
{
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_IP_TOO_BIG);

	KUNIT_EXPECT_EQ(test, output(test, 1480, STRATA_FLOW_DF, 64), 0);
	KUNIT_EXPECT_EQ(test, output(test, 1481, STRATA_FLOW_DF, 64),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_IP_TOO_BIG),
			before + 1);
}

/**
 * struct type_case - what an address is
 * @addr: the address
 * @type: what
 */
struct type_case {
	u32 addr;
	enum strata_addr_type type;
};

static const struct type_case type_cases[] = {
	{ 0, STRATA_ADDR_ANY },
	{ STATION_ADDR, STRATA_ADDR_LOCAL },
	{ INADDR_LOOPBACK, STRATA_ADDR_LOCAL },
	{ 0x7fffff01, STRATA_ADDR_LOCAL },
	{ STATION_CAST, STRATA_ADDR_BROADCAST },
	{ INADDR_BROADCAST, STRATA_ADDR_BROADCAST },
	{ ALL_HOSTS, STRATA_ADDR_MULTICAST },
	{ 0xefffffff, STRATA_ADDR_MULTICAST },
	{ 0xf0000001, STRATA_ADDR_INVALID },
	{ 0x00000001, STRATA_ADDR_INVALID },
	{ STATION_PEER, STRATA_ADDR_OTHER },
	{ STATION_OUTSIDE, STRATA_ADDR_OTHER },
};

static void type_describe(const struct type_case *c, char *text)
{
	__be32 addr = htonl(c->addr);

	snprintf(text, KUNIT_PARAM_DESC_SIZE, "%pI4", &addr);
}

KUNIT_ARRAY_PARAM(type, type_cases, type_describe);

static void type_of_address_is_known(struct kunit *test)
{
	const struct type_case *c = test->param_value;
	struct in6_addr addr = strata_station_addr(c->addr);

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, strata_ipv4_addr_type(strata_station.sn, &addr,
						    0), c->type);
	rcu_read_unlock();
}

static struct kunit_case path_tests[] = {
	KUNIT_CASE_PARAM(path_is_found, path_gen_params),
	KUNIT_CASE(output_pushes_the_header),
	KUNIT_CASE(output_makes_headroom),
	KUNIT_CASE(output_identifies_what_may_fragment),
	KUNIT_CASE(output_refuses_what_does_not_fit),
	KUNIT_CASE_PARAM(type_of_address_is_known, type_gen_params),
	{}
};

static struct kunit_suite path_suite = {
	.name = "strata_ipv4_path",
	.init = strata_station_init,
	.exit = strata_station_exit,
	.test_cases = path_tests,
};

kunit_test_suite(path_suite);
