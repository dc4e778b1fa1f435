// SPDX-License-Identifier: GPL-2.0
/*
 * Opening connections: RFC 9293 3.5 and 3.10.7.1 to 3.10.7.3.
 */
#include <strata/count.h>
#include "script.h"

/* 3.5, figure 6, seen from the passive side. */
static void passive_open(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .mss = 1440);
	no_accept(s);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
	expect_state(s, TCP_ESTABLISHED);
	expect_nothing(s);
}

/* 3.5, figure 6, seen from the active side. */
static void active_open(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0, .mss = 1440);
	expect_state(s, TCP_SYN_SENT);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
}

/* 3.5, figure 7. */
static void simultaneous_open(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	expect_state(s, TCP_SYN_RECV);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = 1000, .win = 8000);
	expect_state(s, TCP_ESTABLISHED);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 8000);
	read_bytes(s, 100);
}

/* RFC 6298 2.1 and 5.5: first after 1 s, then twice as long each time. */
static void lost_syn_is_sent_again(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0);
	wait_ms(900);
	expect_nothing(s);
	/* The timer wheel may be 80 ms late. */
	wait_ms(200);
	expect(s, SYN, .seq = 0, .mss = 1440);
	wait_ms(1850);
	expect_nothing(s);
	wait_ms(300);
	expect(s, SYN, .seq = 0);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
}

static void lost_synack_is_sent_again(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	wait_ms(900);
	expect_nothing(s);
	wait_ms(200);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
	wait_ms(5000);
	expect_nothing(s);
}

static void repeated_syn_gets_the_same_answer(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	expect_nothing(s);
}

/* 3.10.7.1: no socket; without ACK: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><RST,ACK>. */
static void closed_port_resets_a_syn(struct kunit *test)
{
	struct script *s = test->priv;

	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, RST | ACK, .seq = 0, .ack = 1);
	send(s, SYN, .seq = 0, .len = 10, .win = 8000);
	expect(s, RST | ACK, .seq = 0, .ack = 11);
}

/* 3.10.7.1: with ACK: <SEQ=SEG.ACK><RST>. */
static void closed_port_resets_an_ack(struct kunit *test)
{
	struct script *s = test->priv;

	send(s, ACK, .seq = 500, .ack = 77, .len = 10, .win = 8000);
	expect(s, RST, .seq = 77);
}

/* 3.10.7.1: a reset is never answered. */
static void closed_port_ignores_a_reset(struct kunit *test)
{
	struct script *s = test->priv;

	send(s, RST, .seq = 0);
	send(s, RST | ACK, .seq = 0, .ack = 1);
	expect_nothing(s);
}

/* 3.10.7.2 first and second. */
static void listener_ignores_rst_and_resets_ack(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, RST, .seq = 0);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 4711, .win = 8000);
	expect(s, RST, .seq = 4711);
	send(s, SYN | ACK, .seq = 1, .ack = 4712, .win = 8000);
	expect(s, RST, .seq = 4712);
	no_accept(s);
}

/* 3.10.7.2 fourth: neither SYN nor RST nor ACK. */
static void listener_drops_anything_else(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, FIN, .seq = 0, .win = 8000);
	send(s, PSH, .seq = 0, .len = 10, .win = 8000);
	expect_nothing(s);
	no_accept(s);
}

/* 3.10.7.4 second: a passive open returns to LISTEN. */
static void reset_ends_syn_received(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, RST, .seq = 1);
	expect_nothing(s);
	/* The connection is forgotten: its ACK belongs to nobody. */
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect(s, RST, .seq = 1);
	no_accept(s);
}

/* 3.10.7.4 fifth: SEG.ACK outside SND.UNA < SEG.ACK =< SND.NXT. */
static void wrong_ack_in_syn_received_is_reset(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, RST, .seq = 2);
	no_accept(s);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
}

/* 3.10.7.3 first: SEG.ACK =< ISS or > SND.NXT. */
static void wrong_ack_in_syn_sent_is_reset(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0);
	send(s, SYN | ACK, .seq = 0, .ack = 0, .win = 8000);
	expect(s, RST, .seq = 0);
	send(s, SYN | ACK, .seq = 0, .ack = 2, .win = 8000);
	expect(s, RST, .seq = 2);
	expect_state(s, TCP_SYN_SENT);
	/* The same with RST: dropped. */
	send(s, RST | ACK, .seq = 0, .ack = 2);
	expect_nothing(s);
	expect_state(s, TCP_SYN_SENT);
}

/* 3.10.7.3 second. */
static void refused(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0);
	send(s, RST | ACK, .seq = 0, .ack = 1);
	expect_nothing(s);
	expect_state(s, TCP_CLOSE);
	read_error(s, -ECONNREFUSED);
}

/* 3.10.7.3 second: without ACK a reset proves nothing. */
static void reset_without_ack_does_not_refuse(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0);
	send(s, RST, .seq = 0);
	expect_state(s, TCP_SYN_SENT);
	expect_nothing(s);
}

/* RFC 7323 1.3: options are used only when both sides sent them. */
static void options_need_both_sides(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .wscale = NO_OPTION);
	KUNIT_EXPECT_FALSE(test, s->captured[s->head - 1].ts);

	/* Another connection has another initial number. */
	s->fport++;
	s->local_isn_known = false;
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .wscale = 1 + 3,
	     .ts = true, .tsval = 5000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .ts = true, .tsecr = 5000);
	KUNIT_EXPECT_GT(test, s->captured[s->head - 1].wscale, 0);
}

/* RFC 9293 3.7.1: no MSS option means 536 (IPv4's; the smaller default). */
static void missing_mss_means_the_default(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
	write_bytes(s, 536);
	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 536);
	expect_nothing(s);
}

/* The third segment may carry data (3.10.7.4 fifth to seventh). */
static void third_segment_with_data(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, PSH | ACK, .seq = 1, .ack = 1, .len = 300, .win = 8000);
	accept_on(s);
	read_bytes(s, 300);
}

/* A wrong checksum is as if nothing had come. */
static void damaged_syn_is_dropped(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_drops(STRATA_DROP_L4_CHECKSUM);

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .bad_sum = true);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_L4_CHECKSUM), before + 1);
}

/* A header longer than the segment, or shorter than a header. */
static void impossible_data_offset_is_dropped(struct kunit *test)
{
	struct script *s = test->priv;
	u64 truncated = script_drops(STRATA_DROP_L4_TRUNCATED);
	u64 malformed = script_drops(STRATA_DROP_TCP_HEADER);

	listen_on(s);
	send(s, SYN, .seq = 0, .win = 8000, .doff = 15);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_L4_TRUNCATED),
			truncated + 1);
	send(s, SYN, .seq = 0, .win = 8000, .doff = 4);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_TCP_HEADER),
			malformed + 1);
	expect_nothing(s);
}

static struct kunit_case open_cases[] = {
	KUNIT_CASE(passive_open),
	KUNIT_CASE(active_open),
	KUNIT_CASE(simultaneous_open),
	KUNIT_CASE(lost_syn_is_sent_again),
	KUNIT_CASE(lost_synack_is_sent_again),
	KUNIT_CASE(repeated_syn_gets_the_same_answer),
	KUNIT_CASE(closed_port_resets_a_syn),
	KUNIT_CASE(closed_port_resets_an_ack),
	KUNIT_CASE(closed_port_ignores_a_reset),
	KUNIT_CASE(listener_ignores_rst_and_resets_ack),
	KUNIT_CASE(listener_drops_anything_else),
	KUNIT_CASE(reset_ends_syn_received),
	KUNIT_CASE(wrong_ack_in_syn_received_is_reset),
	KUNIT_CASE(wrong_ack_in_syn_sent_is_reset),
	KUNIT_CASE(refused),
	KUNIT_CASE(reset_without_ack_does_not_refuse),
	KUNIT_CASE(options_need_both_sides),
	KUNIT_CASE(missing_mss_means_the_default),
	KUNIT_CASE(third_segment_with_data),
	KUNIT_CASE(damaged_syn_is_dropped),
	KUNIT_CASE(impossible_data_offset_is_dropped),
	{}
};

static struct kunit_suite open_suite = {
	.name = "strata-tcp-open",
	.init = script_init,
	.exit = script_exit,
	.test_cases = open_cases,
};

kunit_test_suite(open_suite);
