// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets: which datagrams each wants, what its filter keeps away, and the
 * counter that L3 asks before all else.
 */
#include <kunit/test.h>
#include <linux/icmp.h>
#include "../../net/raw/raw.h"
#include "../sock.h"

#define LOCAL	0x0a000001
#define OTHER	0x0a000009
#define PEER	0x0a000002
#define GROUP	0xe0000109
#define IIF	7

/* A raw socket that is closed with the test. */
static struct sock *opened(struct kunit *test, int family, int ipproto)
{
	return test_socket(test, SOCK_RAW,
			   STRATA_PROTOCOL(family, ipproto))->sk;
}

static struct strata_raw_key key4(u32 laddr, u32 faddr)
{
	struct strata_raw_key key = { .iif = IIF };

	strata_addr_from4(&key.laddr, htonl(laddr));
	strata_addr_from4(&key.faddr, htonl(faddr));
	return key;
}

static bool wants(const struct sock *sk, struct strata_raw_key key)
{
	bool match;

	rcu_read_lock();
	match = strata_raw_match(sk, &key);
	rcu_read_unlock();
	return match;
}

static void an_open_socket_wants_all_of_its_family(struct kunit *test)
{
	struct strata_raw_key six = {
		.laddr = in6addr_loopback,
		.faddr = in6addr_loopback,
	};
	struct sock *sk4 = opened(test, AF_INET, IPPROTO_ICMP);
	struct sock *sk6 = opened(test, AF_INET6, IPPROTO_ICMPV6);

	KUNIT_EXPECT_TRUE(test, wants(sk4, key4(LOCAL, PEER)));
	KUNIT_EXPECT_FALSE(test, wants(sk4, six));
	KUNIT_EXPECT_TRUE(test, wants(sk6, six));
	KUNIT_EXPECT_FALSE(test, wants(sk6, key4(LOCAL, PEER)));
}

static void addresses_and_device_narrow_it_down(struct kunit *test)
{
	struct sock *sk = opened(test, AF_INET, IPPROTO_ICMP);

	strata_addr_from4(&sk->sk_v6_rcv_saddr, htonl(LOCAL));
	KUNIT_EXPECT_TRUE(test, wants(sk, key4(LOCAL, PEER)));
	KUNIT_EXPECT_FALSE(test, wants(sk, key4(OTHER, PEER)));

	strata_addr_from4(&sk->sk_v6_daddr, htonl(PEER));
	KUNIT_EXPECT_TRUE(test, wants(sk, key4(LOCAL, PEER)));
	KUNIT_EXPECT_FALSE(test, wants(sk, key4(LOCAL, OTHER)));

	sk->sk_bound_dev_if = IIF;
	KUNIT_EXPECT_TRUE(test, wants(sk, key4(LOCAL, PEER)));
	sk->sk_bound_dev_if = IIF + 1;
	KUNIT_EXPECT_FALSE(test, wants(sk, key4(LOCAL, PEER)));
}

static void groups_are_asked_for(struct kunit *test)
{
	struct sock *sk = opened(test, AF_INET, IPPROTO_ICMP);
	struct sock *sk6 = opened(test, AF_INET6, IPPROTO_ICMPV6);
	struct strata_raw_key six = { .faddr = in6addr_loopback };

	/* IP_MULTICAST_ALL is on at first. */
	KUNIT_EXPECT_TRUE(test, wants(sk, key4(GROUP, PEER)));
	strata_sock(sk)->flags &= ~STRATA_SOCK_MCAST_ALL;
	KUNIT_EXPECT_FALSE(test, wants(sk, key4(GROUP, PEER)));

	/* Bound to an address of its own, an IPv6 socket hears groups. */
	ipv6_addr_set(&six.laddr, htonl(0xff020000), 0, 0, htonl(1));
	sk6->sk_v6_rcv_saddr = in6addr_loopback;
	KUNIT_EXPECT_TRUE(test, wants(sk6, six));
	strata_sock(sk6)->flags &= ~STRATA_SOCK_MCAST6_ALL;
	KUNIT_EXPECT_FALSE(test, wants(sk6, six));
}

/* A packet that begins with an ICMP message of @type. */
static struct sk_buff *message(struct kunit *test, u8 type)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, 0);
	skb_put_u8(skb, type);
	skb_put_zero(skb, sizeof(struct icmphdr) - 1);
	return skb;
}

static bool filtered(struct kunit *test, const struct sock *sk, u8 type)
{
	struct sk_buff *skb = message(test, type);
	bool away = strata_raw_filtered(sk, skb);

	kfree_skb(skb);
	return away;
}

static void the_filter_keeps_types_away(struct kunit *test)
{
	struct sock *icmp = opened(test, AF_INET, IPPROTO_ICMP);
	struct sock *udp = opened(test, AF_INET, IPPROTO_UDP);

	KUNIT_EXPECT_FALSE(test, filtered(test, icmp, ICMP_ECHO));
	raw_sock(icmp)->filter = BIT(ICMP_ECHO);
	raw_sock(udp)->filter = ~0;
	KUNIT_EXPECT_TRUE(test, filtered(test, icmp, ICMP_ECHO));
	KUNIT_EXPECT_FALSE(test, filtered(test, icmp, ICMP_ECHOREPLY));
	/* raw(7): of 32 types and above it knows nothing. */
	raw_sock(icmp)->filter = ~0;
	KUNIT_EXPECT_TRUE(test, filtered(test, icmp, 31));
	KUNIT_EXPECT_FALSE(test, filtered(test, icmp, 32));
	KUNIT_EXPECT_FALSE(test, filtered(test, icmp, 255));
	KUNIT_EXPECT_FALSE(test, filtered(test, udp, ICMP_ECHO));
}

/* As with the kernel's sockets; a header of ICMPv6 is four bytes. */
static void the_filter_wants_whole_headers(struct kunit *test)
{
	struct sock *icmp = opened(test, AF_INET, IPPROTO_ICMP);
	struct sock *icmp6 = opened(test, AF_INET6, IPPROTO_ICMPV6);
	struct sk_buff *skb = message(test, ICMP_ECHO);

	KUNIT_EXPECT_FALSE(test, strata_raw_filtered(icmp, skb));
	skb_trim(skb, sizeof(struct icmphdr) - 1);
	KUNIT_EXPECT_TRUE(test, strata_raw_filtered(icmp, skb));
	skb_trim(skb, RAW_ICMP6_HEADER);
	KUNIT_EXPECT_FALSE(test, strata_raw_filtered(icmp6, skb));
	skb_trim(skb, RAW_ICMP6_HEADER - 1);
	KUNIT_EXPECT_TRUE(test, strata_raw_filtered(icmp6, skb));
	kfree_skb(skb);
}

static void the_filter_of_icmpv6_knows_every_type(struct kunit *test)
{
	struct sock *sk = opened(test, AF_INET6, IPPROTO_ICMPV6);
	struct sk_buff *skb;
	int type;

	memset(&raw_sock(sk)->filter6, 0xff, sizeof(raw_sock(sk)->filter6));
	raw_sock(sk)->filter6.data[ICMPV6_ECHO_REPLY / 32] &=
		~BIT(ICMPV6_ECHO_REPLY % 32);
	for (type = 0; type < 256; type++)
		KUNIT_EXPECT_EQ(test, filtered(test, sk, type),
				type != ICMPV6_ECHO_REPLY);

	/* Too short to have one. */
	skb = message(test, ICMPV6_ECHO_REPLY);
	skb_trim(skb, 0);
	KUNIT_EXPECT_TRUE(test, strata_raw_filtered(sk, skb));
	kfree_skb(skb);
}

static void sockets_are_counted(struct kunit *test)
{
	struct strata_net *sn = strata_net(&init_net);
	unsigned int before = sn->raw_sockets;
	struct sock *sk = opened(test, AF_INET, IPPROTO_ICMP);

	opened(test, AF_INET6, IPPROTO_RAW);
	KUNIT_EXPECT_EQ(test, sn->raw_sockets, before + 2);
	strata_raw_unhash(sk);
	KUNIT_EXPECT_EQ(test, sn->raw_sockets, before + 1);
	strata_raw_unhash(sk);
	KUNIT_EXPECT_EQ(test, sn->raw_sockets, before + 1);
}

/* A datagram from PEER to LOCAL, skb->data at its IP header. */
static struct sk_buff *datagram(struct kunit *test, u8 proto)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct iphdr *iph;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, sizeof(*iph));
	skb_set_transport_header(skb, sizeof(*iph));
	skb_put_u8(skb, ICMP_ECHO);
	skb_put_zero(skb, sizeof(struct icmphdr) - 1);
	iph->saddr = htonl(PEER);
	iph->daddr = htonl(LOCAL);
	iph->protocol = proto;
	*strata_cb(skb) = (struct strata_cb) { .iif = IIF, .family = AF_INET };
	return skb;
}

static bool copied(struct kunit *test, u8 proto)
{
	struct sk_buff *skb = datagram(test, proto);
	bool wanted;

	local_bh_disable();
	rcu_read_lock();
	wanted = strata_l4_copy(strata_net(&init_net), skb, proto);
	rcu_read_unlock();
	local_bh_enable();
	kfree_skb(skb);
	return wanted;
}

static void everybody_gets_a_copy(struct kunit *test)
{
	struct sock *a, *b, *other;

	KUNIT_EXPECT_FALSE(test, copied(test, IPPROTO_ICMP));
	a = opened(test, AF_INET, IPPROTO_ICMP);
	b = opened(test, AF_INET, IPPROTO_ICMP);
	other = opened(test, AF_INET, IPPROTO_UDP);
	KUNIT_EXPECT_TRUE(test, copied(test, IPPROTO_ICMP));
	KUNIT_EXPECT_EQ(test, skb_queue_len(&a->sk_receive_queue), 1);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&b->sk_receive_queue), 1);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&other->sk_receive_queue), 0);
	/* With the IP header. */
	KUNIT_EXPECT_EQ(test, skb_peek(&a->sk_receive_queue)->len,
			sizeof(struct iphdr) + sizeof(struct icmphdr));
	KUNIT_EXPECT_FALSE(test, copied(test, IPPROTO_TCP));

	/* One that wants none of this type has an owner's say all the same. */
	raw_sock(a)->filter = BIT(ICMP_ECHO);
	strata_raw_unhash(b);
	KUNIT_EXPECT_TRUE(test, copied(test, IPPROTO_ICMP));
	KUNIT_EXPECT_EQ(test, skb_queue_len(&a->sk_receive_queue), 1);
}

static void the_receive_buffer_is_the_bound(struct kunit *test)
{
	struct sock *sk = opened(test, AF_INET, IPPROTO_ICMP);
	unsigned int i;

	WRITE_ONCE(sk->sk_rcvbuf, SOCK_MIN_RCVBUF);
	for (i = 0; i < 100; i++)
		copied(test, IPPROTO_ICMP);
	KUNIT_EXPECT_LT(test, skb_queue_len(&sk->sk_receive_queue), 100U);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&sk->sk_receive_queue) +
			atomic_read(&sk->sk_drops), 100U);
}

static struct kunit_case raw_cases[] = {
	KUNIT_CASE(an_open_socket_wants_all_of_its_family),
	KUNIT_CASE(addresses_and_device_narrow_it_down),
	KUNIT_CASE(groups_are_asked_for),
	KUNIT_CASE(the_filter_keeps_types_away),
	KUNIT_CASE(the_filter_wants_whole_headers),
	KUNIT_CASE(the_filter_of_icmpv6_knows_every_type),
	KUNIT_CASE(sockets_are_counted),
	KUNIT_CASE(everybody_gets_a_copy),
	KUNIT_CASE(the_receive_buffer_is_the_bound),
	{}
};

static struct kunit_suite raw_suite = {
	.name = "strata-raw",
	.test_cases = raw_cases,
};

kunit_test_suite(raw_suite);
