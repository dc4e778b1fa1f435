// SPDX-License-Identifier: GPL-2.0
/*
 * What a host does by itself: duplicate address detection (RFC 4862 5.4),
 * router solicitations, and what router advertisements give it for a while.
 * Time is virtual; but a test that took five minutes of it would be taken for
 * one that hangs.
 */
#include <linux/delay.h>
#include <linux/icmpv6.h>
#include <net/addrconf.h>
#include <net/ndisc.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

#define WANTED		"fd00::7"
#define WANTED_GROUP	"ff02::1:ff00:7"
#define ROUTER		"fe80::99"
#define PREFIX		"2001:db8:1::"
#define TWO_HOURS_s	7200UL
#define INFINITE_s	0xffffffff

/* ---- addresses ---- */

static void config_lock(void)
{
	mutex_lock(&strata_station.sn->config);
}

static void config_unlock(void)
{
	mutex_unlock(&strata_station.sn->config);
}

static void add_tentative(struct kunit *test, const char *text)
{
	struct in6_addr addr = strata_station6_addr(text);

	config_lock();
	KUNIT_ASSERT_EQ(test,
			strata_addr_add_auto(strata_station.link, &addr, 64,
					     BIT(STRATA_ADDR_TENTATIVE), NULL,
					     NULL), 0);
	config_unlock();
}

/* The first address of the station that is in @text/64; true if there is one. */
static bool find_addr(const char *text, struct strata_addr *copy)
{
	struct in6_addr prefix = strata_station6_addr(text);
	struct strata_addr *addr = NULL;
	bool found = false;

	config_lock();
	while (!found && (addr = strata_addr_next(strata_station.sn, addr))) {
		if (addr->link != strata_station.link ||
		    !ipv6_prefix_equal(&addr->addr, &prefix, 64))
			continue;
		*copy = *addr;
		found = true;
	}
	config_unlock();
	return found;
}

static bool is_ours(const char *text)
{
	struct in6_addr addr = strata_station6_addr(text);
	bool ours;

	rcu_read_lock();
	ours = strata_addr_find(strata_station.sn, &addr);
	rcu_read_unlock();
	return ours;
}

/* ---- messages ---- */

/* How many messages of a type the station has sent since it was last asked, and
 * the header of the last.
 */
static unsigned int count_sent(u8 type, struct ipv6hdr *header)
{
	const struct icmp6hdr *icmph;
	unsigned int count = 0;
	struct sk_buff *skb;

	while ((skb = strata_station6_sent())) {
		icmph = (struct icmp6hdr *)(ipv6_hdr(skb) + 1);
		if (skb->protocol == htons(ETH_P_IPV6) &&
		    ipv6_hdr(skb)->nexthdr == IPPROTO_ICMPV6 &&
		    icmph->icmp6_type == type) {
			if (header)
				*header = *ipv6_hdr(skb);
			count++;
		}
		kfree_skb(skb);
	}
	return count;
}

static void nd_arrives(struct kunit *test, u8 type, const char *saddr,
		       const char *daddr, const char *target)
{
	struct nd_msg msg = {
		.icmph.icmp6_type = type,
		.target = strata_station6_addr(target),
	};
	struct sk_buff *skb;

	skb = strata_station6_datagram(test, saddr, daddr, IPPROTO_ICMPV6,
				       &msg, sizeof(msg));
	ipv6_hdr(skb)->hop_limit = 255;
	strata_station6_sum(skb);
	strata_station6_rcv(skb);
}

/* An advertisement with one prefix and an MTU. */
struct advertisement {
	struct ra_msg msg;
	struct strata_prefix_option prefix;
	struct {
		u8 type;
		u8 len;
		__be16 reserved;
		__be32 mtu;
	} mtu;
} __packed;

static struct advertisement advertisement(u16 router_s, u32 valid_s,
					  u32 preferred_s)
{
	struct advertisement ra = {
		.msg.icmph.icmp6_type = NDISC_ROUTER_ADVERTISEMENT,
		.prefix.type = ND_OPT_PREFIX_INFO,
		.prefix.len = 4,
		.prefix.prefix_len = 64,
		.prefix.valid_s = htonl(valid_s),
		.prefix.preferred_s = htonl(preferred_s),
		.prefix.prefix = strata_station6_addr(PREFIX),
		.mtu.type = ND_OPT_MTU,
		.mtu.len = 1,
		.mtu.mtu = htonl(1400),
	};

	ra.msg.icmph.icmp6_rt_lifetime = htons(router_s);
	ra.msg.icmph.icmp6_hop_limit = 77;
	ra.prefix.flags = STRATA_PREFIX_ON_LINK | STRATA_PREFIX_AUTONOMOUS;
	return ra;
}

static void ra_arrives(struct kunit *test, const struct advertisement *ra,
		       const char *router, u8 hop_limit)
{
	struct sk_buff *skb;

	skb = strata_station6_datagram(test, router, "ff02::1",
				       IPPROTO_ICMPV6, ra, sizeof(*ra));
	ipv6_hdr(skb)->hop_limit = hop_limit;
	strata_station6_sum(skb);
	strata_station6_rcv(skb);
	/* The work that obeys it, and DAD after it. */
	msleep(3000);
}

/* ---- duplicate address detection ---- */

static void dad_asks_before_use(struct kunit *test)
{
	struct in6_addr group = strata_station6_addr(WANTED_GROUP);
	struct ipv6hdr header;

	/* Given an address that was just added */
	add_tentative(test, WANTED);
	KUNIT_EXPECT_FALSE(test, is_ours(WANTED));
	msleep(500);
	/* then a question went out, from nobody, to its group (5.4.2) */
	KUNIT_EXPECT_EQ(test, count_sent(NDISC_NEIGHBOUR_SOLICITATION, &header),
			1);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_any(&header.saddr));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&header.daddr, &group));
	KUNIT_EXPECT_FALSE(test, is_ours(WANTED));
	/* and when nobody has answered for a second it is ours. */
	msleep(1000);
	KUNIT_EXPECT_TRUE(test, is_ours(WANTED));
}

/**
 * struct claim_case - what is heard of a tentative address
 * @name: for the report
 * @type: of the message
 * @saddr: who says it
 * @ours: the address is ours in the end
 */
struct claim_case {
	const char *name;
	u8 type;
	const char *saddr;
	bool ours;
};

static const struct claim_case claim_cases[] = {
	{ "somebody has it (5.4.4)", NDISC_NEIGHBOUR_ADVERTISEMENT, WANTED,
	  false },
	{ "somebody else wants it (5.4.3)", NDISC_NEIGHBOUR_SOLICITATION, "::",
	  false },
	{ "somebody looks for it (5.4.3)", NDISC_NEIGHBOUR_SOLICITATION,
	  "fe80::77", true },
};

static void claim_describe(const struct claim_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(claim, claim_cases, claim_describe);

static void dad_heeds_claims(struct kunit *test)
{
	const struct claim_case *c = test->param_value;
	struct strata_addr addr;

	add_tentative(test, WANTED);
	nd_arrives(test, c->type, c->saddr,
		   c->type == NDISC_NEIGHBOUR_ADVERTISEMENT ? "ff02::1" :
							      WANTED_GROUP,
		   WANTED);
	/* It is not answered for yet. */
	KUNIT_EXPECT_EQ(test, count_sent(NDISC_NEIGHBOUR_ADVERTISEMENT, NULL),
			0);
	msleep(3000);
	KUNIT_EXPECT_EQ(test, is_ours(WANTED), c->ours);
	/* Made by hand, it stays to be seen. */
	rcu_read_lock();
	addr.addr = strata_station6_addr(WANTED);
	KUNIT_EXPECT_EQ(test, !strata_addr_unusable(strata_station.link,
						    &addr.addr), c->ours);
	rcu_read_unlock();
}

/* RFC 7217 6: an address that the stack made for itself gives way to another. */
static void dad_tries_another_identifier(struct kunit *test)
{
	struct advertisement ra = advertisement(0, INFINITE_s, INFINITE_s);
	struct strata_addr first, second;
	char text[48];

	/* Given an address of ours in an advertised prefix, tentative anew */
	ra_arrives(test, &ra, ROUTER, 255);
	KUNIT_ASSERT_TRUE(test, find_addr(PREFIX, &first));
	config_lock();
	strata_addr_del(strata_station.link, &first.addr, 64, NULL);
	strata_addr_add_auto(strata_station.link, &first.addr, 64,
			     BIT(STRATA_ADDR_AUTO) | BIT(STRATA_ADDR_TENTATIVE),
			     &first.follow, NULL);
	config_unlock();
	/* When another host claims it */
	snprintf(text, sizeof(text), "%pI6c", &first.addr);
	nd_arrives(test, NDISC_NEIGHBOUR_ADVERTISEMENT, text, "ff02::1", text);
	msleep(3000);
	/* Then the next one is ours */
	KUNIT_ASSERT_TRUE(test, find_addr(PREFIX, &second));
	KUNIT_EXPECT_FALSE(test, ipv6_addr_equal(&first.addr, &second.addr));
	KUNIT_EXPECT_EQ(test, second.follow.dad_counter, 1);
	KUNIT_EXPECT_EQ(test, second.state & STRATA_ADDR_UNUSABLE, 0);
}

/* ---- routers ---- */

static bool routed(struct in6_addr *gateway)
{
	struct in6_addr outside = strata_station6_addr("2001:db8:99::1");
	const struct strata_route *route;

	rcu_read_lock();
	route = strata_station_route(&outside, strata_station.dev->ifindex);
	if (route)
		*gateway = route->gateway;
	rcu_read_unlock();
	return route;
}

static void router_is_obeyed(struct kunit *test)
{
	struct in6_addr router = strata_station6_addr(ROUTER), gateway;
	struct advertisement ra = advertisement(40, 90, 20);
	struct strata_addr addr;

	/* When a router advertises itself, a prefix and an MTU */
	ra_arrives(test, &ra, ROUTER, 255);
	/* then it is the way out, */
	KUNIT_ASSERT_TRUE(test, routed(&gateway));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&gateway, &router));
	KUNIT_EXPECT_EQ(test, strata_station.link->ipv6_mtu, 1400);
	KUNIT_EXPECT_EQ(test, strata_station.link->ipv6_hop_limit, 77);
	/* an address in the prefix is ours, with the stable identifier, */
	KUNIT_ASSERT_TRUE(test, find_addr(PREFIX, &addr));
	KUNIT_EXPECT_EQ(test, addr.state, BIT(STRATA_ADDR_AUTO));
	/* deprecated once its preferred time is over (RFC 4862 5.5.4), */
	msleep(20 * 1000);
	KUNIT_ASSERT_TRUE(test, find_addr(PREFIX, &addr));
	KUNIT_EXPECT_TRUE(test, addr.state & BIT(STRATA_ADDR_DEPRECATED));
	KUNIT_EXPECT_TRUE(test, routed(&gateway));
	/* the router goes with its lifetime (RFC 4861 6.3.5), */
	msleep(20 * 1000);
	KUNIT_EXPECT_FALSE(test, routed(&gateway));
	KUNIT_EXPECT_TRUE(test, find_addr(PREFIX, &addr));
	/* and the address with its own. */
	msleep(50 * 1000);
	KUNIT_EXPECT_FALSE(test, find_addr(PREFIX, &addr));
}

static void router_resigns(struct kunit *test)
{
	struct advertisement ra = advertisement(1800, INFINITE_s, INFINITE_s);
	struct in6_addr gateway;

	ra_arrives(test, &ra, ROUTER, 255);
	KUNIT_EXPECT_TRUE(test, routed(&gateway));
	/* RFC 4861 6.3.4: lifetime 0 takes it from the list at once. */
	ra.msg.icmph.icmp6_rt_lifetime = 0;
	ra_arrives(test, &ra, ROUTER, 255);
	KUNIT_EXPECT_FALSE(test, routed(&gateway));
}

static void second_router_steps_in(struct kunit *test)
{
	struct advertisement ra = advertisement(1800, INFINITE_s, INFINITE_s);
	struct in6_addr second = strata_station6_addr("fe80::98"), gateway;

	ra_arrives(test, &ra, ROUTER, 255);
	ra_arrives(test, &ra, "fe80::98", 255);
	ra.msg.icmph.icmp6_rt_lifetime = 0;
	ra_arrives(test, &ra, ROUTER, 255);
	KUNIT_ASSERT_TRUE(test, routed(&gateway));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&gateway, &second));
}

/* RFC 4861 6.1.2 */
static void router_must_be_on_the_link(struct kunit *test)
{
	struct advertisement ra = advertisement(1800, INFINITE_s, INFINITE_s);
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_ND_MALFORMED);
	struct strata_addr addr;
	struct in6_addr gateway;

	ra_arrives(test, &ra, ROUTER, 254);
	ra_arrives(test, &ra, STATION6_PEER, 255);
	ra.mtu.len = 2;
	ra_arrives(test, &ra, ROUTER, 255);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_ND_MALFORMED),
			before + 3);
	KUNIT_EXPECT_FALSE(test, routed(&gateway));
	KUNIT_EXPECT_FALSE(test, find_addr(PREFIX, &addr));
}

/* RFC 4862 5.5.3 (e): nobody ends an address with a forged lifetime. */
static void lifetime_is_cut_to_two_hours(struct kunit *test)
{
	struct advertisement ra = advertisement(0, 86400, 86400);
	struct strata_addr addr;
	unsigned long left_s;

	ra_arrives(test, &ra, ROUTER, 255);
	ra = advertisement(0, 10, 10);
	ra_arrives(test, &ra, ROUTER, 255);
	msleep(10 * 1000);
	KUNIT_ASSERT_TRUE(test, find_addr(PREFIX, &addr));
	KUNIT_EXPECT_TRUE(test, addr.state & BIT(STRATA_ADDR_DEPRECATED));
	left_s = (addr.follow.valid_until - jiffies) / HZ;
	KUNIT_EXPECT_LE(test, left_s, TWO_HOURS_s - 10);
	KUNIT_EXPECT_GT(test, left_s, TWO_HOURS_s - 20);
}

/**
 * struct prefix_case - a prefix that makes no address
 * @name: for the report
 * @mangle: makes the advertisement so
 */
struct prefix_case {
	const char *name;
	void (*mangle)(struct advertisement *ra);
};

static void not_autonomous(struct advertisement *ra)
{
	ra->prefix.flags = STRATA_PREFIX_ON_LINK;
}

static void of_63_bits(struct advertisement *ra)
{
	ra->prefix.prefix_len = 63;
}

static void preferred_beyond_valid(struct advertisement *ra)
{
	ra->prefix.valid_s = htonl(100);
}

static void already_over(struct advertisement *ra)
{
	ra->prefix.valid_s = 0;
	ra->prefix.preferred_s = 0;
}

static void of_129_bits(struct advertisement *ra)
{
	ra->prefix.prefix_len = 129;
}

static const struct prefix_case prefix_cases[] = {
	{ "not for autoconfiguration (5.5.3 a)", not_autonomous },
	{ "preferred beyond valid (5.5.3 c)", preferred_beyond_valid },
	{ "no room for an identifier (5.5.3 d)", of_63_bits },
	{ "lifetime 0 (5.5.3 d)", already_over },
	{ "longer than an address", of_129_bits },
};

static void prefix_describe(const struct prefix_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(prefix, prefix_cases, prefix_describe);

static void prefix_makes_no_address(struct kunit *test)
{
	struct advertisement ra = advertisement(0, 3600, 3600);
	const struct prefix_case *c = test->param_value;
	struct strata_addr addr;

	c->mangle(&ra);
	ra_arrives(test, &ra, ROUTER, 255);
	KUNIT_EXPECT_FALSE(test, find_addr(PREFIX, &addr));
}

/* RFC 4861 6.3.7: three questions, four seconds apart, until a router speaks. */
static void link_asks_for_routers(struct kunit *test)
{
	struct advertisement ra = advertisement(1800, 3600, 3600);
	struct in6_addr own = strata_station6_link_local();
	struct ipv6hdr header;

	config_lock();
	strata_rs_start(strata_station.link);
	config_unlock();
	msleep(20 * 1000);
	KUNIT_EXPECT_EQ(test, count_sent(NDISC_ROUTER_SOLICITATION, &header),
			3);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&header.saddr, &own));
	KUNIT_EXPECT_EQ(test, header.hop_limit, 255);

	config_lock();
	strata_rs_start(strata_station.link);
	config_unlock();
	msleep(1500);
	ra_arrives(test, &ra, ROUTER, 255);
	msleep(20 * 1000);
	KUNIT_EXPECT_EQ(test, count_sent(NDISC_ROUTER_SOLICITATION, NULL), 1);
}

/* RFC 7217 5: the same for the same, and something else for everything else. */
static void identifier_is_stable(struct kunit *test)
{
	struct in6_addr a = strata_station6_addr(PREFIX);
	struct in6_addr b = strata_station6_addr(PREFIX);
	struct in6_addr other = strata_station6_addr("2001:db8:2::");
	struct in6_addr next = strata_station6_addr(PREFIX);

	strata_stable_id(strata_station.link, 0, &a);
	strata_stable_id(strata_station.link, 0, &b);
	strata_stable_id(strata_station.link, 0, &other);
	strata_stable_id(strata_station.link, 1, &next);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&a, &b));
	KUNIT_EXPECT_NE(test, memcmp(&a.s6_addr[8], &other.s6_addr[8], 8), 0);
	KUNIT_EXPECT_NE(test, memcmp(&a.s6_addr[8], &next.s6_addr[8], 8), 0);
}

static struct kunit_case host_tests[] = {
	KUNIT_CASE(dad_asks_before_use),
	KUNIT_CASE_PARAM(dad_heeds_claims, claim_gen_params),
	KUNIT_CASE(dad_tries_another_identifier),
	KUNIT_CASE(router_is_obeyed),
	KUNIT_CASE(router_resigns),
	KUNIT_CASE(second_router_steps_in),
	KUNIT_CASE(router_must_be_on_the_link),
	KUNIT_CASE(lifetime_is_cut_to_two_hours),
	KUNIT_CASE_PARAM(prefix_makes_no_address, prefix_gen_params),
	KUNIT_CASE(link_asks_for_routers),
	KUNIT_CASE(identifier_is_stable),
	{}
};

static struct kunit_suite host_suite = {
	.name = "strata_ipv6_host",
	.init = strata_station6_init,
	.exit = strata_station_exit,
	.test_cases = host_tests,
};

kunit_test_suite(host_suite);
