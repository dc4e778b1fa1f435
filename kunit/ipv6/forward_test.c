// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 forwarding: what goes on, what does not, what its sender hears of that,
 * and what becomes of a link that forwards.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <net/ndisc.h>
#include <strata/neigh.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

#define FAR_ADDR	"fd00:1::1"
#define FAR_PEER	"fd00:1::2"
#define NEAR		"fd00::3"	/* another neighbour on the first link */
#define PAYLOAD_MAX	3000
#define TEST_PROTO	NEXTHDR_NONE
#define TEST_HOPS	64	/* of strata_station6_datagram() */

/* By then whoever was told of errors is told again, and DAD is done. */
#define PATIENCE_ms	7000

static u8 payload[PAYLOAD_MAX];

static int forward_init(struct kunit *test)
{
	static const struct strata_link_conf router = {
		.forwarding = true,
		.redirects = true,
	};
	struct in6_addr far = strata_station6_addr(FAR_ADDR);
	struct in6_addr peer = strata_station6_addr(FAR_PEER);
	struct in6_addr near = strata_station6_addr(NEAR);
	int err = strata_station6_init(test) ?: strata_station_far_add(test);

	if (err)
		return err;
	mutex_lock(&strata_station.sn->config);
	err = strata_addr_add(strata_station.far, &far, STATION6_PLEN, NULL) ?:
	      strata_neigh_add(strata_station.far, &peer,
			       strata_station_far_peer_ll, false, NULL) ?:
	      strata_neigh_add(strata_station.link, &near,
			       strata_station_peer_ll, false, NULL);
	mutex_unlock(&strata_station.sn->config);
	strata_station_configure(strata_station.link, &router);
	msleep(PATIENCE_ms);
	skb_queue_purge(strata_station.sent);
	return err;
}

static void forward_exit(struct kunit *test)
{
	msleep(PATIENCE_ms);
	strata_station_exit(test);
}

static struct sk_buff *datagram_to(struct kunit *test, const char *daddr,
				   unsigned int len)
{
	return strata_station6_datagram(test, STATION6_PEER, daddr, TEST_PROTO,
					payload, len);
}

static struct sk_buff *sent(struct kunit *test)
{
	struct sk_buff *skb = strata_station6_sent();

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ntohs(ipv6_hdr(skb)->payload_len) +
			(u32)sizeof(struct ipv6hdr), skb->len);
	return skb;
}

static void nothing_sent(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, skb_queue_len(strata_station.sent), 0U);
}

/* The checksum of the @len bytes behind the header is right. */
static void expect_sum(struct kunit *test, const struct ipv6hdr *ip6h,
		       unsigned int len)
{
	__wsum sum = csum_partial(ip6h + 1, len, 0);

	KUNIT_EXPECT_EQ(test, (int)csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr,
						   len, ip6h->nexthdr, sum), 0);
}

/* The ICMPv6 message sent to the neighbour; its checksum is right. */
static struct sk_buff *message(struct kunit *test, u8 type, u8 code)
{
	struct sk_buff *skb = sent(test);
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct icmp6hdr *icmph = (struct icmp6hdr *)(ip6h + 1);

	KUNIT_EXPECT_PTR_EQ(test, skb->dev, strata_station.dev);
	KUNIT_ASSERT_EQ(test, (int)ip6h->nexthdr, IPPROTO_ICMPV6);
	KUNIT_EXPECT_EQ(test, icmph->icmp6_type, type);
	KUNIT_EXPECT_EQ(test, icmph->icmp6_code, code);
	expect_sum(test, ip6h, skb->len - sizeof(*ip6h));
	return skb;
}

/* An error of a second word @rest, about what begins with @about. */
static void told(struct kunit *test, u8 type, u8 code, u32 rest,
		 const struct ipv6hdr *about)
{
	struct sk_buff *skb = message(test, type, code);
	const struct icmp6hdr *icmph = (struct icmp6hdr *)(ipv6_hdr(skb) + 1);

	KUNIT_EXPECT_EQ(test, ntohl(icmph->icmp6_mtu), rest);
	KUNIT_EXPECT_EQ(test, memcmp(icmph + 1, about, sizeof(*about)), 0);
	kfree_skb(skb);
}

static void forward_goes_on(struct kunit *test)
{
	struct sk_buff *skb = datagram_to(test, FAR_PEER, 100);
	struct ipv6hdr want = *ipv6_hdr(skb);
	u64 drops = strata_station_drops();

	strata_station6_rcv(skb);
	skb = sent(test);
	want.hop_limit--;
	KUNIT_EXPECT_PTR_EQ(test, skb->dev, strata_station.far_dev);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth_hdr(skb)->h_dest,
						 strata_station_far_peer_ll));
	KUNIT_EXPECT_EQ(test, memcmp(ipv6_hdr(skb), &want, sizeof(want)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(ipv6_hdr(skb) + 1, payload, 100), 0);
	KUNIT_EXPECT_EQ(test, strata_station_drops(), drops);
	nothing_sent(test);
	kfree_skb(skb);
}

/**
 * struct refuse_case - what does not go on
 * @name: for the report
 * @saddr: source, NULL: the neighbour
 * @daddr: destination
 * @pkt_type: what L2 says
 * @hop_limit: 0: 64
 * @len: of the payload, 0: 40
 * @reason: it is dropped for
 * @told: its sender hears of it: by this ICMPv6 type
 * @code: code
 * @rest: and second word
 */
struct refuse_case {
	const char *name;
	const char *saddr;
	const char *daddr;
	u8 pkt_type;
	u8 hop_limit;
	unsigned int len;
	enum strata_drop_reason reason;
	u8 told;
	u8 code;
	u32 rest;
};

static const struct refuse_case refuse_cases[] = {
	{ "no route (RFC 4443 3.1)", .daddr = "2001:db8::1",
	  .reason = STRATA_DROP_IP_NO_ROUTE,
	  .told = ICMPV6_DEST_UNREACH, .code = ICMPV6_NOROUTE },
	{ "last hop (RFC 8200 3)", .daddr = FAR_PEER, .hop_limit = 1,
	  .reason = STRATA_DROP_IP_TTL,
	  .told = ICMPV6_TIME_EXCEED, .code = ICMPV6_EXC_HOPLIMIT },
	{ "too big (RFC 8201 4)", .daddr = FAR_PEER, .len = 1461,
	  .reason = STRATA_DROP_IP_TOO_BIG,
	  .told = ICMPV6_PKT_TOOBIG, .rest = 1500 },
	{ "from a link-local address (RFC 4291 2.5.6)", .saddr = "fe80::99",
	  .daddr = FAR_PEER, .reason = STRATA_DROP_IP_SCOPE,
	  .told = ICMPV6_DEST_UNREACH, .code = ICMPV6_NOT_NEIGHBOUR },
	{ "to a link-local address", .daddr = "fe80::99",
	  .reason = STRATA_DROP_IP_SCOPE },
	{ "to ::1", .daddr = "::1", .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "from ::1", .saddr = "::1", .daddr = FAR_PEER,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "from nobody", .saddr = "::", .daddr = FAR_PEER,
	  .reason = STRATA_DROP_IP_MARTIAN_SOURCE },
	{ "to a v4-mapped address", .daddr = "::ffff:10.98.0.2",
	  .reason = STRATA_DROP_IP_MARTIAN_DEST },
	{ "in a multicast frame", .daddr = FAR_PEER,
	  .pkt_type = PACKET_MULTICAST, .reason = STRATA_DROP_IP_L2_CAST },
	{ "to a group of wider scope", .daddr = "ff0e::1234",
	  .pkt_type = PACKET_MULTICAST, .reason = STRATA_DROP_IP_NOT_LOCAL },
};

static void refuse_describe(const struct refuse_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refuse, refuse_cases, refuse_describe);

static void forward_refuses(struct kunit *test)
{
	const struct refuse_case *c = test->param_value;
	u64 before = strata_drop_read(strata_station.sn, c->reason);
	struct in6_addr near = strata_station6_addr("fe80::99");
	struct ipv6hdr about;
	struct sk_buff *skb;

	/* The error to fe80::99 goes somewhere. */
	mutex_lock(&strata_station.sn->config);
	strata_neigh_add(strata_station.link, &near, strata_station_peer_ll,
			 false, NULL);
	mutex_unlock(&strata_station.sn->config);
	skb = strata_station6_datagram(test, c->saddr ?: STATION6_PEER,
				       c->daddr, TEST_PROTO, payload,
				       c->len ?: 40);
	skb->pkt_type = c->pkt_type;
	if (c->hop_limit)
		ipv6_hdr(skb)->hop_limit = c->hop_limit;
	about = *ipv6_hdr(skb);
	strata_station6_rcv(skb);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn, c->reason),
			before + 1);
	if (c->told)
		told(test, c->told, c->code, c->rest, &about);
	nothing_sent(test);
}

/* The size of each segment counts, and each has its checksum. */
static void forward_gso(struct kunit *test)
{
	unsigned int len = sizeof(struct tcphdr) + 2 * 1400;
	struct sk_buff *skb;
	struct ipv6hdr *ip6h;
	struct tcphdr *th;
	unsigned int i;

	skb = strata_station6_datagram(test, STATION6_PEER, FAR_PEER,
				       IPPROTO_TCP, payload, len);
	ip6h = ipv6_hdr(skb);
	th = (struct tcphdr *)(ip6h + 1);
	memset(th, 0, sizeof(*th));
	th->doff = sizeof(*th) / 4;
	th->check = ~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
				     IPPROTO_TCP, 0);
	skb_set_transport_header(skb, sizeof(*ip6h));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb_shinfo(skb)->gso_size = 1400;
	skb_shinfo(skb)->gso_segs = 2;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	strata_station6_rcv(skb);
	for (i = 0; i < 2; i++) {
		skb = sent(test);
		ip6h = ipv6_hdr(skb);
		len = skb->len - sizeof(*ip6h);
		KUNIT_EXPECT_EQ(test, len, 1420U);
		KUNIT_EXPECT_EQ(test, (int)ip6h->hop_limit, TEST_HOPS - 1);
		expect_sum(test, ip6h, len);
		kfree_skb(skb);
	}
	nothing_sent(test);
}

/* RFC 4861 4.5, 8.2: where the target is, and the packet. */
static void forward_redirects(struct kunit *test)
{
	struct sk_buff *skb = datagram_to(test, NEAR, 41);
	struct in6_addr near = strata_station6_addr(NEAR);
	struct in6_addr own = strata_station6_link_local();
	struct ipv6hdr about = *ipv6_hdr(skb);
	const struct rd_msg *msg;

	strata_station6_rcv(skb);
	skb = message(test, NDISC_REDIRECT, 0);
	msg = (struct rd_msg *)(ipv6_hdr(skb) + 1);
	KUNIT_EXPECT_EQ(test, (int)ipv6_hdr(skb)->hop_limit, 255);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ipv6_hdr(skb)->saddr, &own));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&msg->target, &near));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&msg->dest, &near));
	KUNIT_EXPECT_EQ(test, (int)msg->opt[0], ND_OPT_TARGET_LL_ADDR);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(msg->opt + 2,
						 strata_station_peer_ll));
	/* 40 + 41 bytes and the head of 8, in units of 8. */
	KUNIT_EXPECT_EQ(test, (int)msg->opt[8], ND_OPT_REDIRECT_HDR);
	KUNIT_EXPECT_EQ(test, (int)msg->opt[9], 11);
	KUNIT_EXPECT_EQ(test, memcmp(msg->opt + 16, &about, sizeof(about)), 0);
	kfree_skb(skb);
	kfree_skb(sent(test));
	nothing_sent(test);
}

static bool in_group(const struct in6_addr *group)
{
	bool in;

	rcu_read_lock();
	in = strata_group_member(strata_station.sn, strata_station.link, group);
	rcu_read_unlock();
	return in;
}

/* RFC 4861 4.4, 6.2.2: a router says that it is one, and hears those who look
 * for one.
 */
static void forward_makes_a_router(struct kunit *test)
{
	static const struct strata_link_conf host = { .redirects = true };
	struct in6_addr peer = strata_station6_addr(STATION6_PEER);
	struct in6_addr own = strata_station6_addr(STATION6_ADDR);
	static const bool kinds[] = { true, false };
	const struct nd_msg *msg;
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		KUNIT_EXPECT_EQ(test, in_group(&in6addr_linklocal_allrouters),
				kinds[i]);
		rcu_read_lock();
		strata_nd_advertise(strata_station.link, &own, &peer, NULL);
		rcu_read_unlock();
		skb = message(test, NDISC_NEIGHBOUR_ADVERTISEMENT, 0);
		msg = (struct nd_msg *)(ipv6_hdr(skb) + 1);
		KUNIT_EXPECT_EQ(test, (bool)msg->icmph.icmp6_router, kinds[i]);
		kfree_skb(skb);
		strata_station_configure(strata_station.link, &host);
		skb_queue_purge(strata_station.sent);
	}
}

/* A router advertisement is for hosts (RFC 4861 6.2.7). */
static void forward_ignores_advertisements(struct kunit *test)
{
	struct ra_msg ra = {
		.icmph.icmp6_type = NDISC_ROUTER_ADVERTISEMENT,
		.icmph.icmp6_rt_lifetime = htons(1800),
	};
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_ND_IGNORED);
	struct sk_buff *skb;

	skb = strata_station6_datagram(test, "fe80::99", "ff02::1",
				       IPPROTO_ICMPV6, &ra, sizeof(ra));
	ipv6_hdr(skb)->hop_limit = 255;
	strata_station6_sum(skb);
	strata_station6_rcv(skb);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_ND_IGNORED),
			before + 1);
}

static void forward_reverse_path(struct kunit *test)
{
	struct strata_link_conf conf = {
		.forwarding = true,
		.rp_filter = STRATA_RPF_STRICT,
	};
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_IP_REVERSE_PATH);

	strata_station_configure(strata_station.link, &conf);
	strata_station6_rcv(strata_station6_datagram(test, "fd00:1::9",
						     FAR_PEER, TEST_PROTO,
						     payload, 40));
	nothing_sent(test);
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_IP_REVERSE_PATH),
			before + 1);
	conf.rp_filter = STRATA_RPF_LOOSE;
	strata_station_configure(strata_station.link, &conf);
	strata_station6_rcv(strata_station6_datagram(test, "fd00:1::9",
						     FAR_PEER, TEST_PROTO,
						     payload, 40));
	kfree_skb(sent(test));
}

static struct kunit_case forward_tests[] = {
	KUNIT_CASE(forward_goes_on),
	KUNIT_CASE_PARAM(forward_refuses, refuse_gen_params),
	KUNIT_CASE(forward_gso),
	KUNIT_CASE(forward_redirects),
	KUNIT_CASE(forward_makes_a_router),
	KUNIT_CASE(forward_ignores_advertisements),
	KUNIT_CASE(forward_reverse_path),
	{}
};

static struct kunit_suite forward_suite = {
	.name = "strata_ipv6_forward",
	.init = forward_init,
	.exit = forward_exit,
	.test_cases = forward_tests,
};

kunit_test_suite(forward_suite);
