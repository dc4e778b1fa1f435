// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_STRATA_RST_GUARD: resets that do not look like the peer's (RFC 5961 3.2).
 */
#include <strata/count.h>
#include <linux/strata.h>
#include <strata/net.h>
#include "../../net/tcp/tcp.h"
#include "script.h"

static void establish_guarded(struct script *s, u32 tsval)
{
	establish_sack(s, 1000, 8000, tsval);
	set_option(s, IPPROTO_TCP, TCP_STRATA_RST_GUARD, 1);
}

static void without_it_an_exact_reset_is_obeyed(struct kunit *test)
{
	struct script *s = test->priv;

	establish_sack(s, 1000, 8000, 0);
	send(s, RST, .seq = 1, .ttl = 50);
	expect_state(s, TCP_CLOSE);
	read_error(s, -ECONNRESET);
}

static void the_peers_reset_is_obeyed(struct kunit *test)
{
	struct script *s = test->priv;

	establish_guarded(s, 0);
	send(s, RST, .seq = 1);
	expect_state(s, TCP_CLOSE);
}

/* From nearer or farther away than the peer: challenged, counted, survived. */
static void a_reset_from_elsewhere_is_challenged(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_RESETS_DOUBTED);

	establish_guarded(s, 0);
	send(s, RST, .seq = 1, .ttl = 50);
	expect(s, ACK, .seq = 1, .ack = 1);
	send(s, RST, .seq = 1, .ttl = 50);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_RESETS_DOUBTED),
			before + 2);
	/* The peer is there and goes on; a later one starts anew. */
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 8000);
	read_bytes(s, 100);
	wait_ms(2000);
	forget(s);
	send(s, RST, .seq = 101, .ttl = 50);
	expect(s, ACK, .seq = 1, .ack = 101);
	expect_state(s, TCP_ESTABLISHED);
}

/* net.strata.tcp_rst_guard is what new sockets begin with. */
static void the_namespace_says_it_for_new_sockets(struct kunit *test)
{
	u8 *setting = &strata_net(&init_net)->tcp->rst_guard;
	struct script *s = test->priv;

	*setting = 1;
	establish_sack(s, 1000, 8000, 0);
	*setting = 0;
	send(s, RST, .seq = 1, .ttl = 50);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
}

static void a_reset_with_an_old_timestamp_is_challenged(struct kunit *test)
{
	struct script *s = test->priv;

	establish_guarded(s, 1000);
	send(s, RST | ACK, .seq = 1, .ack = 1, .ts = true, .tsval = 900);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
	send(s, RST | ACK, .seq = 1, .ack = 1, .ts = true, .tsval = 1001);
	expect_state(s, TCP_CLOSE);
}

/* The peer has gone, and its resets take another way: silence proves it. */
static void a_silent_peer_is_believed_in_the_end(struct kunit *test)
{
	struct script *s = test->priv;

	establish_guarded(s, 0);
	send(s, RST, .seq = 1, .ttl = 50);
	expect(s, ACK, .seq = 1, .ack = 1);
	wait_ms(1500);
	send(s, RST, .seq = 1, .ttl = 50);
	expect_state(s, TCP_CLOSE);
	read_error(s, -ECONNRESET);
}

static struct kunit_case rstguard_cases[] = {
	KUNIT_CASE(without_it_an_exact_reset_is_obeyed),
	KUNIT_CASE(the_peers_reset_is_obeyed),
	KUNIT_CASE(a_reset_from_elsewhere_is_challenged),
	KUNIT_CASE(the_namespace_says_it_for_new_sockets),
	KUNIT_CASE(a_reset_with_an_old_timestamp_is_challenged),
	KUNIT_CASE(a_silent_peer_is_believed_in_the_end),
	{}
};

static struct kunit_suite rstguard_suite = {
	.name = "strata-tcp-rstguard",
	.init = script_init,
	.exit = script_exit,
	.test_cases = rstguard_cases,
};

kunit_test_suite(rstguard_suite);
