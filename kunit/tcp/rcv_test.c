// SPDX-License-Identifier: GPL-2.0
/*
 * What is not heard of what comes in: the generalized TTL security mechanism
 * (RFC 5082 3).
 */
#include <strata/count.h>
#include <strata/net.h>
#include "../../net/tcp/tcp.h"
#include "script.h"

#define NEAR	255	/* sent by a neighbour */
#define FAR	254

/* As far as the script's network layer goes, everything is IPv6. */
static void hear_neighbours_only(struct script *s)
{
	set_option(s, SOL_IPV6, IPV6_MINHOPCOUNT, NEAR);
}

static void listen_to_neighbours(struct script *s)
{
	listen_on(s);
	hear_neighbours_only(s);
}

static void a_far_syn_is_not_heard(struct kunit *test)
{
	struct script *s = test->priv;
	u64 drops = script_drops(STRATA_DROP_TCP_TOO_FAR);
	u64 count = script_counter(STRATA_COUNT_TCP_TOO_FAR);

	listen_to_neighbours(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .ttl = FAR);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_TCP_TOO_FAR), drops + 1);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_TOO_FAR),
			count + 1);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .ttl = NEAR);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
}

/* The minimum of the other family says nothing. */
static void families_are_separate(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	set_option(s, SOL_IP, IP_MINTTL, NEAR);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .ttl = FAR);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
}

static void a_child_inherits_it(struct kunit *test)
{
	struct script *s = test->priv;

	listen_to_neighbours(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .ttl = NEAR);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	/* The handshake itself is not asked, as in the kernel. */
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .ttl = FAR);
	accept_on(s);
	send(s, RST, .seq = 1, .ttl = FAR);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000, .ttl = FAR);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000, .ttl = NEAR);
	read_bytes(s, 10);
}

static void it_can_be_taken_back(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	hear_neighbours_only(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000, .ttl = FAR);
	expect_nothing(s);
	set_option(s, SOL_IPV6, IPV6_MINHOPCOUNT, 0);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000, .ttl = 1);
	read_bytes(s, 10);
}

/* A SYN ends TIME-WAIT (RFC 6191), and its listener does not hear it. */
static void a_far_syn_in_time_wait_is_not_heard(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait(s);
	hear_neighbours_only(s);
	/* TIME-WAIT itself answers whomever. */
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000, .ttl = FAR);
	expect(s, ACK, .seq = 2, .ack = 2);
	send(s, SYN, .seq = 1000, .mss = 1000, .win = 8000, .ttl = FAR);
	expect_nothing(s);
	no_accept(s);
}

static struct kunit_case rcv_cases[] = {
	KUNIT_CASE(a_far_syn_is_not_heard),
	KUNIT_CASE(families_are_separate),
	KUNIT_CASE(a_child_inherits_it),
	KUNIT_CASE(it_can_be_taken_back),
	KUNIT_CASE(a_far_syn_in_time_wait_is_not_heard),
	{}
};

static struct kunit_suite rcv_suite = {
	.name = "strata-tcp-rcv",
	.init = script_init,
	.exit = script_exit,
	.test_cases = rcv_cases,
};

kunit_test_suite(rcv_suite);
