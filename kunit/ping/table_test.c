// SPDX-License-Identifier: GPL-2.0
/*
 * Identifiers of ping sockets: who gets one, whose reply it is, and which is chosen
 * for a socket that names none.
 */
#include <kunit/test.h>
#include "../../net/ping/ping.h"
#include "../sock.h"

#define LOCAL	0x7f000001
#define OTHER	0x7f000009
#define IDENT	4711
#define IIF	7

/* A ping socket that is closed with the test. */
static struct sock *opened(struct kunit *test, int family)
{
	int protocol = STRATA_PROTOCOL(family, family == AF_INET ?
					       IPPROTO_ICMP : IPPROTO_ICMPV6);

	return test_socket(test, SOCK_DGRAM, protocol)->sk;
}

static struct sock *claimed(struct kunit *test, u16 ident)
{
	struct sock *sk = opened(test, AF_INET);

	KUNIT_ASSERT_EQ(test, strata_ping_get_port(sk, ident), 0);
	return sk;
}

static struct sock *found(u32 laddr, u16 ident)
{
	struct strata_ping_key key = { .ident = ident, .iif = IIF };
	struct sock *sk;

	strata_addr_from4(&key.laddr, htonl(laddr));
	rcu_read_lock();
	sk = strata_ping_lookup(strata_net(&init_net)->ping, &key);
	rcu_read_unlock();
	return sk;
}

static void an_identifier_leads_to_its_socket(struct kunit *test)
{
	struct sock *sk = claimed(test, IDENT);
	struct sock *neighbour = claimed(test, IDENT + PING_SLOTS);

	KUNIT_EXPECT_PTR_EQ(test, found(LOCAL, IDENT), sk);
	KUNIT_EXPECT_PTR_EQ(test, found(LOCAL, IDENT + PING_SLOTS), neighbour);
	KUNIT_EXPECT_NULL(test, found(LOCAL, IDENT + 1));
	strata_ping_unhash(sk);
	KUNIT_EXPECT_NULL(test, found(LOCAL, IDENT));
	KUNIT_EXPECT_EQ(test, sk->sk_num, 0);
}

static void address_and_device_narrow_it_down(struct kunit *test)
{
	struct sock *sk = claimed(test, IDENT);

	strata_addr_from4(&sk->sk_v6_rcv_saddr, htonl(LOCAL));
	KUNIT_EXPECT_PTR_EQ(test, found(LOCAL, IDENT), sk);
	KUNIT_EXPECT_NULL(test, found(OTHER, IDENT));
	sk->sk_bound_dev_if = IIF;
	KUNIT_EXPECT_PTR_EQ(test, found(LOCAL, IDENT), sk);
	sk->sk_bound_dev_if = IIF + 1;
	KUNIT_EXPECT_NULL(test, found(LOCAL, IDENT));
}

static void an_identifier_is_one_socket_s(struct kunit *test)
{
	struct sock *sk = claimed(test, IDENT);
	struct sock *other = opened(test, AF_INET);
	struct sock *six = opened(test, AF_INET6);

	sk->sk_reuse = SK_NO_REUSE;
	six->sk_reuse = SK_NO_REUSE;
	other->sk_reuse = SK_NO_REUSE;
	KUNIT_EXPECT_EQ(test, strata_ping_get_port(other, IDENT), -EADDRINUSE);
	/* Both families share the numbers, as in the kernel. */
	KUNIT_EXPECT_EQ(test, strata_ping_get_port(six, IDENT), -EADDRINUSE);
	other->sk_reuse = SK_CAN_REUSE;
	KUNIT_EXPECT_EQ(test, strata_ping_get_port(other, IDENT), -EADDRINUSE);
	sk->sk_reuse = SK_CAN_REUSE;
	KUNIT_EXPECT_EQ(test, strata_ping_get_port(other, IDENT), 0);
}

static void a_reply_stays_in_its_family(struct kunit *test)
{
	struct sock *six = opened(test, AF_INET6);
	struct strata_ping_key key = { .ident = IDENT,
				       .laddr = in6addr_loopback };

	KUNIT_ASSERT_EQ(test, strata_ping_get_port(six, IDENT), 0);
	KUNIT_EXPECT_NULL(test, found(LOCAL, IDENT));
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, strata_ping_lookup(strata_net(&init_net)->ping,
						     &key), six);
	rcu_read_unlock();
}

static void a_chosen_one_is_free_and_not_0(struct kunit *test)
{
	struct strata_ping_net *pn = strata_net(&init_net)->ping;
	struct sock *taken = claimed(test, 1);
	struct sock *sk = opened(test, AF_INET);

	/* Given that the next two are 0 and taken … */
	pn->last = U16_MAX;
	KUNIT_ASSERT_EQ(test, strata_ping_get_port(sk, 0), 0);
	KUNIT_EXPECT_EQ(test, sk->sk_num, 2);
	KUNIT_EXPECT_PTR_EQ(test, found(LOCAL, 1), taken);
}

static struct kunit_case ping_table_cases[] = {
	KUNIT_CASE(an_identifier_leads_to_its_socket),
	KUNIT_CASE(address_and_device_narrow_it_down),
	KUNIT_CASE(an_identifier_is_one_socket_s),
	KUNIT_CASE(a_reply_stays_in_its_family),
	KUNIT_CASE(a_chosen_one_is_free_and_not_0),
	{}
};

static struct kunit_suite ping_table_suite = {
	.name = "strata-ping-table",
	.test_cases = ping_table_cases,
};

kunit_test_suite(ping_table_suite);
