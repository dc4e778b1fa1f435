// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that have ended, or wait for the other side alone: RFC 9293
 * 3.10.7.4, RFC 1337, RFC 5961, RFC 6191, RFC 7323 5.
 */
#include <strata/count.h>
#include "script.h"

/* After ours; the old one may have sent as much as the largest window. */
#define NEXT_ISS	(2 + U16_MAX + 2)

/* Nobody's program waits, and the peer has yet to close. */
static void into_fin_wait2(struct script *s)
{
	establish_passive(s, 1000, 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 2, .win = 8000);
	expect_nothing(s);
}

static void stop_listening(struct script *s)
{
	sock_release(s->listener);
	s->listener = NULL;
}

static void repeated_fin_is_acknowledged(struct script *s)
{
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
}

static void nobody_is_there(struct script *s)
{
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, RST, .seq = 2);
}

static void is_counted(struct kunit *test)
{
	u64 before = script_counter(STRATA_COUNT_TCP_TIMEWAIT);

	into_time_wait(test->priv);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_TIMEWAIT),
			before + 1);
}

/* RFC 1337 3, fix F1. */
static void reset_does_not_end_it(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait(s);
	send(s, RST, .seq = 2);
	expect_nothing(s);
	repeated_fin_is_acknowledged(s);
}

/* RFC 9293 3.10.7.4, eighth: a repeated FIN starts the 2 MSL again. */
static void repeated_fin_starts_the_wait_again(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait(s);
	stop_listening(s);
	wait_ms(40 * 1000);
	repeated_fin_is_acknowledged(s);
	wait_ms(40 * 1000);
	repeated_fin_is_acknowledged(s);
	wait_ms(62 * 1000);
	nobody_is_there(s);
}

/* RFC 9293 3.10.7.4: the new numbers begin beyond all of the old ones. */
static void syn_of_higher_number_opens_again(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait(s);
	send(s, SYN, .seq = 1000, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = NEXT_ISS, .ack = 1001);
	send(s, ACK, .seq = 1001, .ack = NEXT_ISS + 1, .win = 8000);
	accept_on(s);
	expect_state(s, TCP_ESTABLISHED);
}

static void syn_of_lower_number_is_an_old_one(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait(s);
	send(s, SYN, .seq = 1, .mss = 1000, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	no_accept(s);
}

static void syn_opens_nothing_where_nobody_listens(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait(s);
	stop_listening(s);
	send(s, SYN, .seq = 1000, .mss = 1000, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	repeated_fin_is_acknowledged(s);
}

/* RFC 5961 7: two that answer each other would not stop. */
static void answers_without_data_are_rare(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait(s);
	send(s, ACK, .seq = 100, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	send(s, ACK, .seq = 100, .ack = 2, .win = 8000);
	expect_nothing(s);
	wait_ms(600);
	send(s, ACK, .seq = 100, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
}

static u32 last_tsval(const struct script *s)
{
	return s->captured[s->head - 1].tsval;
}

/* As into_time_wait(), with timestamps: the last from the peer is 1002. */
static void into_time_wait_with_timestamps(struct script *s)
{
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .ts = true,
	     .tsval = 1000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .ts = true,
	     .tsval = 1001, .tsecr = last_tsval(s));
	accept_on(s);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000, .ts = true,
	     .tsval = 1002, .tsecr = last_tsval(s));
	expect(s, ACK, .seq = 2, .ack = 2);
}

/* RFC 7323 5.3 R1. */
static void old_timestamp_is_refused(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_drops(STRATA_DROP_TCP_PAWS);

	into_time_wait_with_timestamps(s);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000, .ts = true,
	     .tsval = 900, .tsecr = last_tsval(s));
	expect(s, ACK, .seq = 2, .ack = 2);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_TCP_PAWS), before + 1);
}

/* RFC 6191 2: a newer timestamp tells a new connection from an old segment. */
static void syn_of_newer_timestamp_opens_again(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait_with_timestamps(s);
	send(s, SYN, .seq = 1, .mss = 1000, .win = 8000, .ts = true,
	     .tsval = 2000);
	expect(s, SYN | ACK, .seq = NEXT_ISS, .ack = 2);
}

static void syn_of_old_timestamp_opens_nothing(struct kunit *test)
{
	struct script *s = test->priv;

	into_time_wait_with_timestamps(s);
	send(s, SYN, .seq = 1000, .mss = 1000, .win = 8000, .ts = true,
	     .tsval = 900);
	expect(s, ACK, .seq = 2, .ack = 2);
	no_accept(s);
}

static void fin_wait2_ends_by_fin(struct kunit *test)
{
	struct script *s = test->priv;

	into_fin_wait2(s);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	/* It is a TIME-WAIT now: a reset ends it no more. */
	send(s, RST, .seq = 2);
	repeated_fin_is_acknowledged(s);
}

/* RFC 5961 3.2: exactly RCV.NXT, or it is questioned. */
static void fin_wait2_obeys_an_exact_reset(struct kunit *test)
{
	struct script *s = test->priv;

	into_fin_wait2(s);
	stop_listening(s);
	send(s, RST, .seq = 100);
	expect(s, ACK, .seq = 2, .ack = 1);
	send(s, RST, .seq = 1);
	expect_nothing(s);
	nobody_is_there(s);
}

static void fin_wait2_questions_what_is_out_of_window(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_drops(STRATA_DROP_TCP_SEQUENCE);

	into_fin_wait2(s);
	send(s, FIN | ACK, .seq = 1 + (1 << 30), .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 1);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_TCP_SEQUENCE),
			before + 1);
}

/* The peer may never close: nobody waits for it for ever. */
static void fin_wait2_ends_by_itself(struct kunit *test)
{
	struct script *s = test->priv;

	into_fin_wait2(s);
	stop_listening(s);
	wait_ms(65 * 1000);
	nobody_is_there(s);
}

static struct kunit_case timewait_cases[] = {
	KUNIT_CASE(is_counted),
	KUNIT_CASE(reset_does_not_end_it),
	KUNIT_CASE(repeated_fin_starts_the_wait_again),
	KUNIT_CASE(syn_of_higher_number_opens_again),
	KUNIT_CASE(syn_of_lower_number_is_an_old_one),
	KUNIT_CASE(syn_opens_nothing_where_nobody_listens),
	KUNIT_CASE(answers_without_data_are_rare),
	KUNIT_CASE(old_timestamp_is_refused),
	KUNIT_CASE(syn_of_newer_timestamp_opens_again),
	KUNIT_CASE(syn_of_old_timestamp_opens_nothing),
	KUNIT_CASE(fin_wait2_ends_by_fin),
	KUNIT_CASE(fin_wait2_obeys_an_exact_reset),
	KUNIT_CASE(fin_wait2_questions_what_is_out_of_window),
	KUNIT_CASE(fin_wait2_ends_by_itself),
	{}
};

static struct kunit_suite timewait_suite = {
	.name = "strata-tcp-timewait",
	.init = script_init,
	.exit = script_exit,
	.test_cases = timewait_cases,
};

kunit_test_suite(timewait_suite);
