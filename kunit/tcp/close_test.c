// SPDX-License-Identifier: GPL-2.0
/*
 * Closing and resetting connections: RFC 9293 3.6, 3.10.4, 3.10.7.4, RFC 5961.
 */
#include <strata/count.h>
#include "script.h"

/* 3.6, figure 12, the side that closes first. */
static void active_close(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	shutdown_write(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_FIN_WAIT1);
	send(s, ACK, .seq = 1, .ack = 2, .win = 8000);
	expect_state(s, TCP_FIN_WAIT2);
	expect_nothing(s);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	read_end(s);
}

/* 3.6, figure 12, the other side. */
static void passive_close(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, FIN | ACK, .seq = 1, .ack = 1, .win = 8000);
	expect_state(s, TCP_CLOSE_WAIT);
	read_end(s);
	/* The ACK of a FIN may be delayed as any other. */
	KUNIT_EXPECT_LT(test, until_segment(s, 500), 500);
	expect(s, ACK, .seq = 1, .ack = 2);
	shutdown_write(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 2);
	expect_state(s, TCP_LAST_ACK);
	send(s, ACK, .seq = 2, .ack = 2, .win = 8000);
	expect_state(s, TCP_CLOSE);
	expect_nothing(s);
	/* Nothing is left: what comes now belongs to nobody. */
	send(s, ACK, .seq = 2, .ack = 2, .win = 8000);
	expect(s, RST, .seq = 2);
}

/* 3.6, figure 13. */
static void simultaneous_close(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	shutdown_write(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, FIN | ACK, .seq = 1, .ack = 1, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	expect_state(s, TCP_CLOSING);
	send(s, ACK, .seq = 2, .ack = 2, .win = 8000);
	expect_nothing(s);
	read_end(s);
}

/* 3.10.4: FIN-WAIT-2 still receives. */
static void half_close_receives(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	shutdown_write(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 2, .win = 8000);
	send(s, PSH | ACK, .seq = 1, .ack = 2, .len = 700, .win = 8000);
	read_bytes(s, 700);
	forget(s);
	send(s, FIN | ACK, .seq = 701, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 702);
	read_end(s);
}

/* 3.10.4: CLOSE-WAIT still sends. */
static void close_wait_sends(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, FIN | ACK, .seq = 1, .ack = 1, .win = 8000);
	until_segment(s, 500);
	expect(s, ACK, .seq = 1, .ack = 2);
	write_bytes(s, 400);
	expect(s, PSH | ACK, .seq = 1, .ack = 2, .len = 400);
	send(s, ACK, .seq = 2, .ack = 401, .win = 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 401, .ack = 2);
	send(s, ACK, .seq = 2, .ack = 402, .win = 8000);
	expect_nothing(s);
}

/* 3.10.7.4 TIME-WAIT: the peer's FIN again means that our ACK was lost. */
static void time_wait_acknowledges_a_repeated_fin(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	expect_nothing(s);
}

/* 3.4.1, RFC 6191: after 2 MSL the addresses are free again. */
static void time_wait_ends(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	wait_ms(62 * 1000);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, RST, .seq = 2);
}

/* RFC 6298: an unanswered FIN is sent again. */
static void lost_fin_is_sent_again(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	wait_ms(1500);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
}

/* RFC 2525 2.17: data that nobody will read is not acknowledged in silence. */
static void close_with_unread_data_resets(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, PSH | ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	forget(s);
	close_sock(s);
	expect(s, RST | ACK, .seq = 1, .ack = 11);
	expect_nothing(s);
}

/* RFC 1122 4.2.2.13: data after close. */
static void data_after_close_resets(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 2, .win = 8000);
	send(s, PSH | ACK, .seq = 1, .ack = 2, .len = 10, .win = 8000);
	expect(s, RST, .seq = 2);
	expect_nothing(s);
}

static void zero_linger_resets(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	sock_no_linger(s->sock->sk);
	close_sock(s);
	expect(s, RST | ACK, .seq = 1, .ack = 1);
	expect_nothing(s);
}

/* RFC 5961 3.2: exactly RCV.NXT ends the connection. */
static void exact_reset_is_obeyed(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, RST, .seq = 1);
	expect_nothing(s);
	expect_state(s, TCP_CLOSE);
	read_error(s, -ECONNRESET);
}

/* RFC 5961 3.2: elsewhere in the window it is questioned. */
static void reset_in_window_is_challenged(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_CHALLENGE_ACK);

	establish_passive(s, 1000, 8000);
	send(s, RST, .seq = 100);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_CHALLENGE_ACK),
			before + 1);
}

/* 3.10.7.4 first: outside the window a reset is dropped, not answered. */
static void reset_out_of_window_is_dropped(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, RST, .seq = 1 + (1 << 30));
	send(s, RST, .seq = 0);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
}

/* RFC 5961 4.2: a SYN is challenged wherever it lies. */
static void syn_is_challenged(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, SYN, .seq = 1, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
}

/* 3.10.7.4 fifth: acknowledging what was never sent. */
static void ack_of_the_future_is_answered_and_dropped(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, PSH | ACK, .seq = 1, .ack = 500, .len = 10, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	read_error(s, -EAGAIN);
}

/* 3.10.7.4 fifth, first half: without ACK a segment is dropped. */
static void segment_without_ack_is_dropped(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, PSH, .seq = 1, .len = 10, .win = 8000);
	expect_nothing(s);
	read_error(s, -EAGAIN);
}

/* A FIN after a gap counts only when the gap is filled. */
static void fin_out_of_order_waits(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, FIN | ACK, .seq = 101, .ack = 1, .len = 100, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
	send(s, ACK, .seq = 1, .ack = 1, .len = 100, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 202);
	expect_state(s, TCP_CLOSE_WAIT);
	read_bytes(s, 200);
	read_end(s);
}

static struct kunit_case close_cases[] = {
	KUNIT_CASE(active_close),
	KUNIT_CASE(passive_close),
	KUNIT_CASE(simultaneous_close),
	KUNIT_CASE(half_close_receives),
	KUNIT_CASE(close_wait_sends),
	KUNIT_CASE(time_wait_acknowledges_a_repeated_fin),
	KUNIT_CASE(time_wait_ends),
	KUNIT_CASE(lost_fin_is_sent_again),
	KUNIT_CASE(close_with_unread_data_resets),
	KUNIT_CASE(data_after_close_resets),
	KUNIT_CASE(zero_linger_resets),
	KUNIT_CASE(exact_reset_is_obeyed),
	KUNIT_CASE(reset_in_window_is_challenged),
	KUNIT_CASE(reset_out_of_window_is_dropped),
	KUNIT_CASE(syn_is_challenged),
	KUNIT_CASE(ack_of_the_future_is_answered_and_dropped),
	KUNIT_CASE(segment_without_ack_is_dropped),
	KUNIT_CASE(fin_out_of_order_waits),
	{}
};

static struct kunit_suite close_suite = {
	.name = "strata-tcp-close",
	.init = script_init,
	.exit = script_exit,
	.test_cases = close_cases,
};

kunit_test_suite(close_suite);
