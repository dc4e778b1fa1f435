// SPDX-License-Identifier: GPL-2.0
/*
 * Recovery with SACK: RFC 8985 (RACK-TLP), RFC 6937 (PRR), and the proofs that
 * nothing was lost: RFC 3522, RFC 5682, RFC 2883.
 */
#include <strata/count.h>
#include "script.h"

#define RTT_MS	100
#define WIN	60000

#define ack_of(s, n, ...) \
	send(s, ACK, .seq = 1, .ack = (n), .win = WIN, ##__VA_ARGS__)

/* A connection with a round trip of RTT_MS and segments of 1000 octets. */
static void establish_far(struct script *s, u32 tsval)
{
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = tsval ? 1012 : 1000, .win = WIN,
	     .sack_ok = 1, .ts = tsval, .tsval = tsval);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .sack_ok = 1);
	wait_ms(RTT_MS);
	ack_of(s, 1, .ts = tsval, .tsval = tsval);
	accept_on(s);
}

/* Ten segments leave, and a round trip passes. */
static void fly_ten(struct script *s)
{
	write_bytes(s, 10000);
	expect_bytes(s, 1, 10000);
	wait_ms(RTT_MS);
}

static u32 octets_sent(struct script *s)
{
	u32 octets = 0;

	for (; s->head != s->tail; s->head++)
		octets += s->captured[s->head].len;
	return octets;
}

static u64 undone(void)
{
	return script_counter(STRATA_COUNT_TCP_UNDO);
}

/* RFC 8985 6.2 step 4: with three segments held, there is no more patience. */
static void three_segments_held_prove_a_loss(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s, 0);
	fly_ten(s);
	ack_of(s, 1, .sack = { { 1001, 2001 } });
	ack_of(s, 1, .sack = { { 1001, 3001 } });
	expect_nothing(s);
	ack_of(s, 1, .sack = { { 1001, 4001 } });
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	expect_nothing(s);
}

/* RFC 8985 6.3: with fewer, a quarter of a round trip. */
static void time_proves_a_loss(struct kunit *test)
{
	struct script *s = test->priv;
	int ms;

	establish_far(s, 0);
	fly_ten(s);
	ack_of(s, 1, .sack = { { 1001, 2001 } });
	ms = until_segment(s, 1000);
	KUNIT_EXPECT_GE(test, ms, RTT_MS / 4 - 10);
	KUNIT_EXPECT_LE(test, ms, RTT_MS / 4 + 30);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
}

/* And what only came late is not sent again. */
static void reordering_within_the_window_is_no_loss(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s, 0);
	fly_ten(s);
	ack_of(s, 1, .sack = { { 1001, 2001 } });
	wait_ms(10);
	ack_of(s, 10001);
	KUNIT_EXPECT_EQ(test, until_segment(s, 2000), -1);
}

/* RFC 6675 5: the holes and nothing else, the lowest first. */
static void only_holes_are_sent_again(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s, 0);
	fly_ten(s);
	ack_of(s, 1, .sack = { { 2001, 3001 }, { 4001, 10001 } });
	expect_bytes(s, 1, 2000);
	expect(s, ACK, .seq = 3001, .ack = 1, .len = 1000);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_sacked, 7U);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_retrans, 3U);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_lost, 0U);
	wait_ms(RTT_MS);
	ack_of(s, 10001);
	KUNIT_EXPECT_EQ(test, until_segment(s, 3000), -1);
}

/* RFC 6937 3: what leaves in the recovery follows what arrives. */
static void recovery_sends_in_proportion(struct kunit *test)
{
	struct script *s = test->priv;
	u32 end, sent = 0;

	establish_far(s, 0);
	write_bytes(s, 40000);
	expect_bytes(s, 1, 10000);
	wait_ms(RTT_MS);
	for (end = 2001; end <= 10001; end += 1000) {
		ack_of(s, 1, .sack = { { 1001, end } });
		sent = octets_sent(s);
		KUNIT_EXPECT_LE(test, sent, 1000U);
	}
	wait_ms(RTT_MS);
	/* The window is ssthresh then: half of what was out. */
	ack_of(s, 1001, .sack = { { 2001, 10001 } });
	forget(s);
	ack_of(s, 10001);
	octets_sent(s);
	KUNIT_EXPECT_LE(test, script_info(s).tcpi_unacked, 8U);
	KUNIT_EXPECT_GE(test, script_info(s).tcpi_unacked, 4U);
}

/* RFC 8985 3.3: a retransmission that is lost is found by what left after it. */
static void a_lost_retransmission_is_found(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s, 0);
	choose_congestion(s, "reno");
	write_bytes(s, 40000);
	expect_bytes(s, 1, 10000);
	wait_ms(RTT_MS);
	ack_of(s, 1, .sack = { { 1001, 10001 } });
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	expect(s, ACK, .seq = 10001, .ack = 1, .len = 4000);
	expect_nothing(s);
	wait_ms(RTT_MS);
	ack_of(s, 1, .sack = { { 1001, 14001 } });
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	KUNIT_EXPECT_EQ(test, (int)script_info(s).tcpi_ca_state,
			TCP_CA_Recovery);
}

/* RFC 8985 7.2 and 7.3: two round trips without an ACK: the last again. */
static void a_probe_shows_a_lost_tail(struct kunit *test)
{
	struct script *s = test->priv;
	u64 timeouts = script_counter(STRATA_COUNT_TCP_RTO);
	int ms;

	establish_far(s, 0);
	write_bytes(s, 3000);
	expect_bytes(s, 1, 3000);
	ms = until_segment(s, 1000);
	KUNIT_EXPECT_GE(test, ms, 2 * RTT_MS - 10);
	KUNIT_EXPECT_LT(test, ms, 3 * RTT_MS);
	expect(s, PSH | ACK, .seq = 2001, .ack = 1, .len = 1000);
	wait_ms(RTT_MS + 10);
	ack_of(s, 1, .sack = { { 2001, 3001 } });
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	forget(s);
	ack_of(s, 1001, .sack = { { 2001, 3001 } });
	ack_of(s, 3001);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_RTO), timeouts);
}

/* 7.3: new data is the better probe. */
static void a_probe_is_new_data_if_there_is_any(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s, 0);
	write_bytes(s, 15000);
	expect_bytes(s, 1, 10000);
	KUNIT_EXPECT_GT(test, until_segment(s, 1000), 0);
	expect(s, ACK, .seq = 10001, .ack = 1, .len = 1000);
	expect_nothing(s);
}

static u64 probed(struct script *s)
{
	u64 before = script_counter(STRATA_COUNT_TCP_TLP_REPAIRED);

	establish_far(s, 0);
	write_bytes(s, 3000);
	expect_bytes(s, 1, 3000);
	KUNIT_EXPECT_GT(s->test, until_segment(s, 1000), 0);
	expect(s, PSH | ACK, .seq = 2001, .ack = 1, .len = 1000);
	wait_ms(RTT_MS / 2);
	ack_of(s, 3001);
	return before;
}

static void next_segment(struct script *s)
{
	write_bytes(s, 1000);
	expect_bytes(s, 3001, 1000);
	wait_ms(RTT_MS);
	ack_of(s, 4001);
}

/* 7.4.2: the probe alone repaired a loss: that is congestion all the same. */
static void a_loss_that_the_probe_repaired_counts(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = probed(s);

	next_segment(s);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_TLP_REPAIRED),
			before + 1);
	KUNIT_EXPECT_LT(test, script_info(s).tcpi_snd_cwnd, 10U);
}

/* 7.4.2: a D-SACK says that the probe was not needed. */
static void an_unneeded_probe_does_not(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = probed(s);

	ack_of(s, 3001, .sack = { { 2001, 3001 } });
	next_segment(s);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_TLP_REPAIRED),
			before);
	KUNIT_EXPECT_GE(test, script_info(s).tcpi_snd_cwnd, 10U);
}

/* RFC 2883 with RFC 3708: all that was sent again came twice. */
static void dsack_takes_a_reduction_back(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = undone();

	establish_far(s, 0);
	fly_ten(s);
	ack_of(s, 1, .sack = { { 1001, 5001 } });
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	ack_of(s, 10001);
	KUNIT_EXPECT_LE(test, script_info(s).tcpi_snd_cwnd, 7U);
	KUNIT_EXPECT_EQ(test, undone(), before);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_bytes_retrans, 1000ULL);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_bytes_sent, 11000ULL);
	ack_of(s, 10001, .sack = { { 1, 1001 } });
	KUNIT_EXPECT_EQ(test, undone(), before + 1);
	KUNIT_EXPECT_GE(test, script_info(s).tcpi_snd_cwnd, 10U);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_dsack_dups, 1U);
}

/* RFC 3522: the ACK is of the original, by its timestamp. */
static void eifel_takes_a_reduction_back(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = undone();
	u32 tsecr;

	establish_far(s, 7);
	write_bytes(s, 10000);
	tsecr = s->captured[s->head].tsval;
	expect_bytes(s, 1, 10000);
	wait_ms(RTT_MS);
	ack_of(s, 1, .sack = { { 1001, 5001 } }, .ts = true, .tsval = 8,
	       .tsecr = tsecr);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	ack_of(s, 5001, .ts = true, .tsval = 8, .tsecr = tsecr);
	KUNIT_EXPECT_EQ(test, undone(), before + 1);
	KUNIT_EXPECT_GE(test, script_info(s).tcpi_snd_cwnd, 10U);
}

/* A timeout, after the probe; the head goes out again. */
static void time_out(struct script *s)
{
	establish_far(s, 0);
	write_bytes(s, 3000);
	expect_bytes(s, 1, 3000);
	until_segment(s, 1000);
	expect(s, PSH | ACK, .seq = 2001, .ack = 1, .len = 1000);
	KUNIT_EXPECT_GT(s->test, until_segment(s, 2000), 0);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
}

/* RFC 5682 3: data arrives that was not sent again: it was only slow. */
static void frto_takes_a_timeout_back(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = undone();

	time_out(s);
	ack_of(s, 2001);
	KUNIT_EXPECT_EQ(test, undone(), before + 1);
	KUNIT_EXPECT_GE(test, script_info(s).tcpi_snd_cwnd, 10U);
	expect_nothing(s);
}

static void a_true_timeout_stays(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = undone();

	time_out(s);
	ack_of(s, 1001);
	expect_bytes(s, 1001, 2000);
	KUNIT_EXPECT_EQ(test, undone(), before);
	KUNIT_EXPECT_LE(test, script_info(s).tcpi_snd_cwnd, 2U);
}

/* RFC 2018 8: the peer may throw away what it told to hold. */
static void reneging_is_found_by_the_timeout(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_SACK_RENEGED);

	establish_far(s, 0);
	write_bytes(s, 3000);
	expect_bytes(s, 1, 3000);
	wait_ms(RTT_MS);
	ack_of(s, 1, .sack = { { 1001, 3001 } });
	ack_of(s, 1001);
	forget(s);
	KUNIT_EXPECT_GT(test, until_segment(s, 3000), 0);
	expect(s, ACK, .seq = 1001, .ack = 1, .len = 1000);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_SACK_RENEGED),
			before + 1);
}

/* RFC 2018 3 and RFC 2883 5: what cannot be is not believed. */
static void impossible_blocks_are_ignored(struct kunit *test)
{
	struct script *s = test->priv;

	establish_far(s, 0);
	fly_ten(s);
	ack_of(s, 1, .sack = { { 5001, 90001 }, { 8001, 4001 } });
	ack_of(s, 1, .sack = { { 4001, 4001 }, { 0x80000000, 4001 } });
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_sacked, 0U);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
	ack_of(s, 10001);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_unacked, 0U);
}

/* Each second octet of a large window: bounded, counted, and it goes on. */
static void a_comb_of_blocks_is_bounded(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_SACK_IGNORED);
	u32 i;

	establish_far(s, 0);
	fly_ten(s);
	for (i = 0; i < 2400; i++) {
		u32 at = 10 + 4 * i;

		ack_of(s, 1, .sack = { { at, at + 1 }, { at + 2, at + 3 } });
		forget(s);
	}
	KUNIT_EXPECT_GT(test, script_counter(STRATA_COUNT_TCP_SACK_IGNORED),
			before);
	ack_of(s, 10001);
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_unacked, 0U);
	forget(s);
	write_bytes(s, 1000);
	expect_bytes(s, 10001, 1000);
}

/* RFC 3042: each of the first two duplicate ACKs lets a new segment out. */
static void limited_transmit(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, WIN);
	write_bytes(s, 15000);
	expect_bytes(s, 1, 10000);
	ack_of(s, 1);
	expect_bytes(s, 10001, 1000);
	ack_of(s, 1);
	expect_bytes(s, 11001, 1000);
	expect_nothing(s);
	ack_of(s, 1);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
}

static struct kunit_case recovery_cases[] = {
	KUNIT_CASE(three_segments_held_prove_a_loss),
	KUNIT_CASE(time_proves_a_loss),
	KUNIT_CASE(reordering_within_the_window_is_no_loss),
	KUNIT_CASE(only_holes_are_sent_again),
	KUNIT_CASE(recovery_sends_in_proportion),
	KUNIT_CASE(a_lost_retransmission_is_found),
	KUNIT_CASE(a_probe_shows_a_lost_tail),
	KUNIT_CASE(a_probe_is_new_data_if_there_is_any),
	KUNIT_CASE(a_loss_that_the_probe_repaired_counts),
	KUNIT_CASE(an_unneeded_probe_does_not),
	KUNIT_CASE(dsack_takes_a_reduction_back),
	KUNIT_CASE(eifel_takes_a_reduction_back),
	KUNIT_CASE(frto_takes_a_timeout_back),
	KUNIT_CASE(a_true_timeout_stays),
	KUNIT_CASE(reneging_is_found_by_the_timeout),
	KUNIT_CASE(impossible_blocks_are_ignored),
	KUNIT_CASE(a_comb_of_blocks_is_bounded),
	KUNIT_CASE(limited_transmit),
	{}
};

static struct kunit_suite recovery_suite = {
	.name = "strata-tcp-recovery",
	.init = script_init,
	.exit = script_exit,
	.test_cases = recovery_cases,
};

kunit_test_suite(recovery_suite);
