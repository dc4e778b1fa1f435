// SPDX-License-Identifier: GPL-2.0
/*
 * The selective acknowledgments we send: RFC 2018 and RFC 2883.
 */
#include <strata/count.h>
#include "script.h"

/* RFC 2018 2: not said to those who did not say it. */
static void permitted_only_to_those_who_permit(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .sack_ok = NO_OPTION);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
	send(s, ACK, .seq = 1001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1, .no_sack = true);
}

static void offered_in_our_syn(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0, .sack_ok = 1);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = 1000, .win = 8000,
	     .sack_ok = 1);
	expect(s, ACK, .seq = 1, .ack = 1);
	send(s, ACK, .seq = 1001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1, .sack = { { 1001, 2001 } });
}

/* RFC 2018 4: the segment that came last is in the first block. */
static void the_latest_block_comes_first(struct kunit *test)
{
	struct script *s = test->priv;

	establish_sack(s, 1000, 8000, 0);
	send(s, ACK, .seq = 1001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1, .sack = { { 1001, 2001 } });
	send(s, ACK, .seq = 5001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1,
	       .sack = { { 5001, 6001 }, { 1001, 2001 } });
	send(s, ACK, .seq = 3001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1,
	       .sack = { { 3001, 4001 }, { 5001, 6001 }, { 1001, 2001 } });
	/* It grows at its end, and joins two. */
	send(s, ACK, .seq = 6001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1,
	       .sack = { { 5001, 7001 }, { 3001, 4001 }, { 1001, 2001 } });
	send(s, ACK, .seq = 4001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1,
	       .sack = { { 3001, 7001 }, { 1001, 2001 } });
	/* What is in order is not told. */
	send(s, ACK, .seq = 1, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 2001, .sack = { { 3001, 7001 } });
	send(s, ACK, .seq = 2001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 7001, .no_sack = true);
	read_bytes(s, 7000);
}

/* RFC 2018 3: as many as the options hold: four, or three with timestamps. */
static void as_many_blocks_as_fit(struct kunit *test)
{
	struct script *s = test->priv;
	int i;

	establish_sack(s, 1000, 20000, 7);
	for (i = 1; i <= 5; i++) {
		forget(s);
		send(s, ACK, .seq = 1 + 2000 * i, .ack = 1, .len = 1000,
		     .win = 20000, .ts = true, .tsval = 7);
	}
	expect(s, ACK, .seq = 1, .ack = 1,
	       .sack = { { 10001, 11001 }, { 8001, 9001 }, { 6001, 7001 } });
}

/* RFC 2883 4.1: a duplicate that is acknowledged already. */
static void duplicate_below_the_ack_is_told_once(struct kunit *test)
{
	struct script *s = test->priv;

	establish_sack(s, 1000, 8000, 0);
	send(s, ACK, .seq = 1, .ack = 1, .len = 1000, .win = 8000);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1001, .sack = { { 1, 1001 } });
	send(s, ACK, .seq = 2001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1001, .sack = { { 2001, 3001 } });
}

/* RFC 2883 4.1.2: of what waits out of order; then the block that holds it. */
static void duplicate_above_the_ack_comes_before_its_block(struct kunit *test)
{
	struct script *s = test->priv;

	establish_sack(s, 1000, 8000, 0);
	send(s, ACK, .seq = 1001, .ack = 1, .len = 2000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1, .sack = { { 1001, 3001 } });
	send(s, ACK, .seq = 1001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1,
	       .sack = { { 1001, 2001 }, { 1001, 3001 } });
}

/* RFC 2883 4.2: only the part that is one. */
static void partial_duplicate(struct kunit *test)
{
	struct script *s = test->priv;

	establish_sack(s, 1000, 8000, 0);
	send(s, ACK, .seq = 1, .ack = 1, .len = 1000, .win = 8000);
	forget(s);
	send(s, ACK, .seq = 501, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1501, .sack = { { 501, 1001 } });
	read_bytes(s, 1500);
}

/* Data of our own must not grow past the path's MTU: SACKs go on their own. */
static void full_segments_carry_no_sack(struct kunit *test)
{
	struct script *s = test->priv;

	establish_sack(s, 1000, 8000, 0);
	write_bytes(s, 1000);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 1000);
	write_bytes(s, 1000);
	forget(s);
	send(s, ACK, .seq = 1001, .ack = 1001, .len = 1000, .win = 8000);
	expect_last(s, ACK, .seq = 2001, .ack = 1, .sack = { { 1001, 2001 } });
	/* A small one has room for it. */
	write_bytes(s, 100);
	expect(s, ACK, .seq = 2001, .ack = 1, .len = 100,
	       .sack = { { 1001, 2001 } });
}

static struct kunit_case sack_cases[] = {
	KUNIT_CASE(permitted_only_to_those_who_permit),
	KUNIT_CASE(offered_in_our_syn),
	KUNIT_CASE(the_latest_block_comes_first),
	KUNIT_CASE(as_many_blocks_as_fit),
	KUNIT_CASE(duplicate_below_the_ack_is_told_once),
	KUNIT_CASE(duplicate_above_the_ack_comes_before_its_block),
	KUNIT_CASE(partial_duplicate),
	KUNIT_CASE(full_segments_carry_no_sack),
	{}
};

static struct kunit_suite sack_suite = {
	.name = "strata-tcp-sack",
	.init = script_init,
	.exit = script_exit,
	.test_cases = sack_cases,
};

kunit_test_suite(sack_suite);
