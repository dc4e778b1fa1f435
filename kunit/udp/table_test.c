// SPDX-License-Identifier: GPL-2.0
/*
 * Demultiplexing: which of several sockets a datagram is for, and who gets a
 * port.
 */
#include <linux/random.h>
#include "bench.h"

#define PORT		5353
#define PEER_PORT	4000
#define CROWD		(4 * UDP_SLOT_SHORT)

static struct strata_udp_key key_from(u32 faddr, u16 fport)
{
	struct strata_udp_key key = {
		.lport = PORT,
		.fport = htons(fport),
		.iif = 1,
	};

	strata_addr_from4(&key.laddr, htonl(BENCH_LOCAL));
	strata_addr_from4(&key.faddr, htonl(faddr));
	return key;
}

static struct sock *found(const struct strata_udp_key *key)
{
	struct sock *sk;

	rcu_read_lock();
	sk = strata_udp_lookup(strata_net(&init_net)->udp, key);
	rcu_read_unlock();
	return sk;
}

static struct sock *shared(struct kunit *test, u32 addr)
{
	struct socket *sock = strata_bench_socket(test);

	sock->sk->sk_reuse = SK_CAN_REUSE;
	KUNIT_ASSERT_EQ(test, strata_bench_bind(sock, addr, PORT), 0);
	return sock->sk;
}

static struct sock *connected(struct kunit *test, u32 peer, u16 peer_port)
{
	struct sock *sk = shared(test, BENCH_LOCAL);

	KUNIT_ASSERT_EQ(test, strata_bench_connect(sk->sk_socket, peer,
						   peer_port), 0);
	return sk;
}

static void nobody_is_found_where_nobody_is(struct kunit *test)
{
	struct strata_udp_key key = key_from(BENCH_PEER, PEER_PORT);

	KUNIT_EXPECT_NULL(test, found(&key));
	shared(test, BENCH_OTHER);
	KUNIT_EXPECT_NULL(test, found(&key));
}

static void the_closest_match_wins(struct kunit *test)
{
	struct strata_udp_key key = key_from(BENCH_PEER, PEER_PORT);
	struct sock *any, *any_device, *bound, *device, *peer;

	/* Given ever closer matches, made in an order that does not help … */
	peer = connected(test, BENCH_PEER, PEER_PORT);
	device = shared(test, BENCH_LOCAL);
	device->sk_bound_dev_if = 1;
	bound = shared(test, BENCH_LOCAL);
	any_device = shared(test, INADDR_ANY);
	any_device->sk_bound_dev_if = 1;
	any = shared(test, INADDR_ANY);

	/* … then the closest has the datagram, as long as it is there. */
	KUNIT_EXPECT_PTR_EQ(test, found(&key), peer);
	strata_udp_unhash(peer);
	KUNIT_EXPECT_PTR_EQ(test, found(&key), device);
	strata_udp_unhash(device);
	KUNIT_EXPECT_PTR_EQ(test, found(&key), bound);
	strata_udp_unhash(bound);
	KUNIT_EXPECT_PTR_EQ(test, found(&key), any_device);
	strata_udp_unhash(any_device);
	KUNIT_EXPECT_PTR_EQ(test, found(&key), any);
	strata_udp_unhash(any);
	KUNIT_EXPECT_NULL(test, found(&key));
}

static void a_connected_socket_knows_its_peer_only(struct kunit *test)
{
	struct sock *peer = connected(test, BENCH_PEER, PEER_PORT);
	struct strata_udp_key key;

	key = key_from(BENCH_PEER, PEER_PORT);
	KUNIT_EXPECT_PTR_EQ(test, found(&key), peer);
	key = key_from(BENCH_PEER, PEER_PORT + 1);
	KUNIT_EXPECT_NULL(test, found(&key));
	key = key_from(BENCH_PEER + 1, PEER_PORT);
	KUNIT_EXPECT_NULL(test, found(&key));
	/* Until it forgets it again. */
	kernel_sock_shutdown(peer->sk_socket, SHUT_RDWR);
	strata_udp_disconnect(peer, 0);
	KUNIT_EXPECT_PTR_EQ(test, found(&key), peer);
}

static void another_device_is_not_ours(struct kunit *test)
{
	struct strata_udp_key key = key_from(BENCH_PEER, PEER_PORT);
	struct sock *sk = shared(test, BENCH_LOCAL);

	sk->sk_bound_dev_if = 2;
	KUNIT_EXPECT_NULL(test, found(&key));
	key.iif = 2;
	KUNIT_EXPECT_PTR_EQ(test, found(&key), sk);
}

/* RFC 3493 5.3: IPV6_V6ONLY. */
static void dual_stack_sockets_take_ipv4_unless_told_not_to(struct kunit *test)
{
	struct strata_udp_key key = key_from(BENCH_PEER, PEER_PORT);
	struct sock *sk = shared(test, INADDR_ANY);
	struct strata_sock *ss = strata_sock(sk);

	ss->family = AF_INET6;
	sk->sk_v6_rcv_saddr = in6addr_any;
	sk->sk_v6_daddr = in6addr_any;
	KUNIT_EXPECT_GT(test, strata_udp_score(sk, &key), 0);
	ss->flags |= STRATA_SOCK_V6ONLY;
	KUNIT_EXPECT_EQ(test, strata_udp_score(sk, &key), 0);
	key.laddr = in6addr_loopback;
	key.faddr = in6addr_loopback;
	KUNIT_EXPECT_GT(test, strata_udp_score(sk, &key), 0);
	ss->family = AF_INET;
	KUNIT_EXPECT_EQ(test, strata_udp_score(sk, &key), 0);
}

static void a_crowd_on_one_port_is_told_apart(struct kunit *test)
{
	struct sock *sk[CROWD], *any;
	struct strata_udp_key key;
	unsigned int i;

	/* Given many connected sockets on one port, and one for all others … */
	any = shared(test, INADDR_ANY);
	for (i = 0; i < CROWD; i++)
		sk[i] = connected(test, BENCH_PEER + i, PEER_PORT + i);
	/* … then each has its own peer's datagrams. */
	for (i = 0; i < CROWD; i++) {
		key = key_from(BENCH_PEER + i, PEER_PORT + i);
		KUNIT_EXPECT_PTR_EQ(test, found(&key), sk[i]);
		key = key_from(BENCH_PEER + i, PEER_PORT + i + 1);
		KUNIT_EXPECT_PTR_EQ(test, found(&key), any);
	}
	/* One that goes leaves its peer to the socket for all. */
	strata_udp_unhash(sk[3]);
	key = key_from(BENCH_PEER + 3, PEER_PORT + 3);
	KUNIT_EXPECT_PTR_EQ(test, found(&key), any);
}

static void reuseport_spreads_peers_and_keeps_each(struct kunit *test)
{
	struct socket *member[4];
	unsigned int got[4] = { 0 };
	struct strata_udp_key key;
	unsigned int i, j;
	struct sock *sk;

	for (i = 0; i < 4; i++) {
		member[i] = strata_bench_socket(test);
		strata_sock(member[i]->sk)->flags |= STRATA_SOCK_REUSEPORT;
		KUNIT_ASSERT_EQ(test, strata_bench_bind(member[i], BENCH_LOCAL,
							PORT), 0);
	}
	for (i = 0; i < 400; i++) {
		key = key_from(BENCH_PEER, 1000 + i);
		sk = found(&key);
		KUNIT_EXPECT_PTR_EQ(test, found(&key), sk);
		for (j = 0; j < 4; j++)
			got[j] += member[j]->sk == sk;
	}
	/* A fair share is 100; far from it, the hash does not spread. */
	for (j = 0; j < 4; j++) {
		KUNIT_EXPECT_GT(test, got[j], 50U);
		KUNIT_EXPECT_LT(test, got[j], 150U);
	}
}

/* RFC 6056 3.3.1. */
static void automatic_ports_are_in_range_and_not_in_order(struct kunit *test)
{
	int last = 0, in_order = 0;
	unsigned int i;
	struct sock *sk;

	for (i = 0; i < 32; i++) {
		sk = strata_bench_socket(test)->sk;
		KUNIT_ASSERT_EQ(test, strata_bench_bind(sk->sk_socket,
							BENCH_LOCAL, 0), 0);
		KUNIT_EXPECT_GE(test, (int)sk->sk_num, STRATA_PORT_LOW);
		KUNIT_EXPECT_LE(test, (int)sk->sk_num, STRATA_PORT_HIGH);
		in_order += sk->sk_num == last + 1;
		last = sk->sk_num;
	}
	KUNIT_EXPECT_LT(test, in_order, 8);
}

static void a_port_is_free_again_after_unhash(struct kunit *test)
{
	struct socket *a = strata_bench_socket(test);
	struct socket *b = strata_bench_socket(test);

	KUNIT_ASSERT_EQ(test, strata_bench_bind(a, BENCH_LOCAL, PORT), 0);
	KUNIT_EXPECT_EQ(test, strata_bench_bind(b, BENCH_LOCAL, PORT),
			-EADDRINUSE);
	KUNIT_EXPECT_EQ(test, (int)b->sk->sk_num, 0);
	KUNIT_EXPECT_EQ(test, strata_bench_bind(b, BENCH_OTHER, PORT), 0);
	strata_udp_unhash(a->sk);
	KUNIT_EXPECT_EQ(test, strata_udp_get_port(a->sk, PORT), 0);
}

/**
 * struct sightings - what a walk in pieces has seen
 * @times: of the sockets of one port
 * @room: how many more until this piece is full
 */
struct sightings {
	unsigned int times;
	unsigned int room;
};

static int sight(const struct strata_sock_info *info, void *arg)
{
	struct sightings *seen = arg;

	if (info->sport != PORT)
		return 0;
	if (!seen->room)
		return -EMSGSIZE;
	seen->room--;
	seen->times++;
	return 0;
}

/* Sockets come and go in the very slot where a dump stands. */
static void a_walk_misses_no_socket_that_stays(struct kunit *test)
{
	struct strata_net *sn = strata_net(&init_net);
	struct sightings seen = { .room = 1 };
	struct strata_sock_at at = {};
	struct sock *goes[CROWD];
	unsigned int i;

	/* Given sockets that stay between those that go, … */
	for (i = 0; i < CROWD; i++) {
		goes[i] = shared(test, BENCH_LOCAL);
		shared(test, BENCH_LOCAL);
	}
	/* … when all of these go while the walk stands at one socket … */
	KUNIT_EXPECT_EQ(test, strata_udp_walk(sn, &at, sight, &seen),
			-EMSGSIZE);
	for (i = 0; i < CROWD; i++) {
		if ((unsigned long)goes[i] == at.sk)
			seen.times--;
		strata_udp_unhash(goes[i]);
	}
	/* … then it sees each of those that stay, and once. */
	seen.room = 2 * CROWD;
	KUNIT_EXPECT_EQ(test, strata_udp_walk(sn, &at, sight, &seen), 0);
	KUNIT_EXPECT_EQ(test, seen.times, CROWD);
}

static struct kunit_case table_cases[] = {
	KUNIT_CASE(nobody_is_found_where_nobody_is),
	KUNIT_CASE(the_closest_match_wins),
	KUNIT_CASE(a_connected_socket_knows_its_peer_only),
	KUNIT_CASE(another_device_is_not_ours),
	KUNIT_CASE(dual_stack_sockets_take_ipv4_unless_told_not_to),
	KUNIT_CASE(a_crowd_on_one_port_is_told_apart),
	KUNIT_CASE(reuseport_spreads_peers_and_keeps_each),
	KUNIT_CASE(automatic_ports_are_in_range_and_not_in_order),
	KUNIT_CASE(a_port_is_free_again_after_unhash),
	KUNIT_CASE(a_walk_misses_no_socket_that_stays),
	{}
};

static struct kunit_suite table_suite = {
	.name = "strata_udp_table",
	.test_cases = table_cases,
};

kunit_test_suite(table_suite);
