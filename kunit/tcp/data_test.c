// SPDX-License-Identifier: GPL-2.0
/*
 * Data both ways: RFC 9293 3.8 and 3.10.7.4, RFC 5681 4.2, RFC 1122 4.2.3.
 */
#include <linux/prandom.h>
#include <linux/random.h>
#include <uapi/linux/tcp.h>
#include <strata/count.h>
#include "script.h"

static void data_in_order(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	send(s, PSH | ACK, .seq = 11, .ack = 1, .len = 500, .win = 8000);
	read_bytes(s, 4);
	read_bytes(s, 506);
	read_error(s, -EAGAIN);
}

/* RFC 9293 3.8.6.3: an ACK is not delayed by more than half a second. */
static void delayed_ack_is_bounded(struct kunit *test)
{
	struct script *s = test->priv;
	u32 seq = 1;
	int i, ms;

	establish_passive(s, 1000, 8000);
	/* Past any quick ACKs of the beginning. */
	for (i = 0; i < 20; i++) {
		send(s, PSH | ACK, .seq = seq, .ack = 1, .len = 10, .win = 8000);
		seq += 10;
		ms = until_segment(s, 600);
		KUNIT_EXPECT_GE_MSG(test, ms, 0, "no ACK of segment %d", i);
		KUNIT_EXPECT_LT(test, ms, 500);
		expect(s, ACK, .seq = 1, .ack = seq);
	}
}

/* RFC 5681 4.2: at least every second full-sized segment. */
static void every_second_full_segment_is_acknowledged(struct kunit *test)
{
	struct script *s = test->priv;
	u32 seq = 1;
	int i;

	establish_passive(s, 1000, 8000);
	for (i = 0; i < 20; i++) {
		send(s, ACK, .seq = seq, .ack = 1, .len = 1000, .win = 8000);
		send(s, ACK, .seq = seq + 1000, .ack = 1, .len = 1000, .win = 8000);
		seq += 2000;
		expect_last(s, ACK, .seq = 1, .ack = seq);
		read_bytes(s, 2000);
		forget(s);
	}
}

/* RFC 5681 4.2: a gap, and its end, are acknowledged at once. */
static void gap_is_acknowledged_at_once(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, ACK, .seq = 1001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	send(s, ACK, .seq = 2001, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	read_error(s, -EAGAIN);
	send(s, ACK, .seq = 1, .ack = 1, .len = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 3001);
	read_bytes(s, 3000);
}

static void duplicate_is_acknowledged_and_dropped(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 8000);
	read_bytes(s, 100);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 8000);
	expect_last(s, ACK, .seq = 1, .ack = 101);
	read_error(s, -EAGAIN);
}

/* 3.10.7.4 first: trimmed to the window on the left. */
static void overlap_is_trimmed(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 8000);
	send(s, ACK, .seq = 51, .ack = 1, .len = 100, .win = 8000);
	read_bytes(s, 150);
	read_error(s, -EAGAIN);
}

static void far_beyond_the_window_is_refused(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, ACK, .seq = 1 + (1 << 28), .ack = 1, .len = 100, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	read_error(s, -EAGAIN);
}

#define SHUFFLE_BYTES	6000
#define SHUFFLE_SEED	20261122

/*
 * Overlapping pieces of one stream in random order, until all of it has been
 * sent: the program reads it whole and unaltered.
 */
static void shuffled_pieces_make_the_stream(struct kunit *test)
{
	struct script *s = test->priv;
	struct rnd_state rnd;
	u32 at, len, done = 0;
	int round;

	kunit_info(test, "seed %d", SHUFFLE_SEED);
	prandom_seed_state(&rnd, SHUFFLE_SEED);
	establish_passive(s, 1000, 8000);
	for (round = 0; round < 150; round++) {
		at = prandom_u32_state(&rnd) % SHUFFLE_BYTES;
		len = 1 + prandom_u32_state(&rnd) % 900;
		len = min_t(u32, len, SHUFFLE_BYTES - at);
		send(s, ACK, .seq = 1 + at, .ack = 1, .len = len, .win = 8000);
		forget(s);
	}
	for (at = 0; at < SHUFFLE_BYTES; at += 1000) {
		send(s, ACK, .seq = 1 + at, .ack = 1, .len = 1000, .win = 8000);
		done += 1000;
	}
	expect_last(s, ACK, .seq = 1, .ack = 1 + done);
	read_bytes(s, SHUFFLE_BYTES);
	read_error(s, -EAGAIN);
}

static void data_out(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	write_bytes(s, 300);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 300);
	send(s, ACK, .seq = 1, .ack = 301, .win = 8000);
	write_bytes(s, 1);
	expect(s, PSH | ACK, .seq = 301, .ack = 1, .len = 1);
}

/* 3.7.4: with data outstanding, small pieces wait and go together. */
static void nagle_gathers(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	write_bytes(s, 10);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10);
	write_bytes(s, 10);
	write_bytes(s, 10);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 11, .win = 8000);
	expect(s, PSH | ACK, .seq = 11, .ack = 1, .len = 20);
}

/* 3.7.4: a full segment does not wait. */
static void nagle_lets_full_segments_pass(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	write_bytes(s, 10);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10);
	write_bytes(s, 1500);
	expect(s, ACK, .seq = 11, .ack = 1, .len = 1000);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 1011, .win = 8000);
	expect(s, PSH | ACK, .seq = 1011, .ack = 1, .len = 500);
}

static void nodelay_does_not_wait(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	set_option(s, IPPROTO_TCP, TCP_NODELAY, 1);
	write_bytes(s, 10);
	write_bytes(s, 10);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10);
	expect(s, PSH | ACK, .seq = 11, .ack = 1, .len = 10);
}

/* RFC 6928: ten segments before the first ACK. */
static void initial_window_is_ten_segments(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 60000);
	write_bytes(s, 20000);
	expect_bytes(s, 1, 10000);
	expect_nothing(s);
}

/* The peer's window is a limit whatever the congestion window says. */
static void peers_window_is_respected(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 3000);
	write_bytes(s, 8000);
	expect_bytes(s, 1, 3000);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 3001, .win = 2000);
	expect_bytes(s, 3001, 2000);
	expect_nothing(s);
}

/* 3.8.6.1: a closed window is probed, ever more slowly, for ever. */
static void closed_window_is_probed(struct kunit *test)
{
	struct script *s = test->priv;
	int first, second, third;

	establish_passive(s, 1000, 1000);
	write_bytes(s, 1000);
	expect_bytes(s, 1, 1000);
	send(s, ACK, .seq = 1, .ack = 1001, .win = 0);
	write_bytes(s, 500);
	expect_nothing(s);

	first = until_segment(s, 2000);
	KUNIT_EXPECT_GT(test, first, 0);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1001, .win = 0);
	second = until_segment(s, 5000);
	KUNIT_EXPECT_GE(test, second, first * 3 / 2);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1001, .win = 0);
	third = until_segment(s, 10000);
	KUNIT_EXPECT_GE(test, third, second * 3 / 2);
	forget(s);

	send(s, ACK, .seq = 1, .ack = 1001, .win = 8000);
	expect(s, PSH | ACK, .seq = 1001, .ack = 1, .len = 500);
}

/* 3.8.6.2.2: our window closes when nobody reads, and opens with an update. */
static void our_window_closes_and_opens(struct kunit *test)
{
	struct script *s = test->priv;
	u32 seq = 1;
	int win = 65535;

	establish_passive(s, 1000, 8000);
	while (win && seq < (4 << 20)) {
		u32 len = min_t(u32, win, 1000);

		send(s, ACK, .seq = seq, .ack = 1, .len = len, .win = 8000);
		seq += len;
		if (until_segment(s, 600) < 0)
			break;
		win = s->captured[s->tail - 1].win;
		KUNIT_ASSERT_EQ(test, s->captured[s->tail - 1].ack, seq);
		s->head = 0;
		s->tail = 0;
	}
	KUNIT_EXPECT_EQ(test, win, 0);
	/* Data for a closed window is refused and answered. */
	send(s, ACK, .seq = seq, .ack = 1, .len = 1, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = seq, .win = WIN_ZERO);
	read_bytes(s, seq - 1);
	KUNIT_ASSERT_GE(test, until_segment(s, 100), 0);
	KUNIT_EXPECT_GT(test, s->captured[s->tail - 1].win, 1000);
}

/* RFC 7323 5.3: an old timestamp shows an old segment. */
static void paws_drops_old_segments(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_drops(STRATA_DROP_TCP_PAWS);
	u32 theirs;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .ts = true, .tsval = 9000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .ts = true, .tsecr = 9000);
	theirs = s->captured[s->head - 1].tsval;
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .ts = true, .tsval = 9001,
	     .tsecr = theirs);
	accept_on(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000, .ts = true,
	     .tsval = 9002, .tsecr = theirs);
	read_bytes(s, 10);
	forget(s);
	send(s, ACK, .seq = 11, .ack = 1, .len = 10, .win = 8000, .ts = true,
	     .tsval = 8000, .tsecr = theirs);
	expect(s, ACK, .seq = 1, .ack = 11, .ts = true, .tsecr = 9002);
	read_error(s, -EAGAIN);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_TCP_PAWS), before + 1);
}

static struct kunit_case data_cases[] = {
	KUNIT_CASE(data_in_order),
	KUNIT_CASE(delayed_ack_is_bounded),
	KUNIT_CASE(every_second_full_segment_is_acknowledged),
	KUNIT_CASE(gap_is_acknowledged_at_once),
	KUNIT_CASE(duplicate_is_acknowledged_and_dropped),
	KUNIT_CASE(overlap_is_trimmed),
	KUNIT_CASE(far_beyond_the_window_is_refused),
	KUNIT_CASE(shuffled_pieces_make_the_stream),
	KUNIT_CASE(data_out),
	KUNIT_CASE(nagle_gathers),
	KUNIT_CASE(nagle_lets_full_segments_pass),
	KUNIT_CASE(nodelay_does_not_wait),
	KUNIT_CASE(initial_window_is_ten_segments),
	KUNIT_CASE(peers_window_is_respected),
	KUNIT_CASE(closed_window_is_probed),
	KUNIT_CASE(our_window_closes_and_opens),
	KUNIT_CASE(paws_drops_old_segments),
	{}
};

static struct kunit_suite data_suite = {
	.name = "strata-tcp-data",
	.init = script_init,
	.exit = script_exit,
	.test_cases = data_cases,
};

kunit_test_suite(data_suite);
