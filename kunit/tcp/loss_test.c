// SPDX-License-Identifier: GPL-2.0
/*
 * Loss: RFC 6298 (the timer), RFC 5681 and 6582 (recovery without SACK).
 */
#include <uapi/linux/tcp.h>
#include <strata/count.h>
#include "script.h"

/* RFC 5681 3.2 defines a duplicate ACK: no data, the same window. */
static void send_dupacks(struct script *s, u32 ack, int count)
{
	while (count--)
		send(s, ACK, .seq = 1, .ack = ack, .win = 60000);
}

/* RFC 6298 5.4 to 5.6: the oldest segment, after RTO, then after twice RTO. */
static void timer_sends_the_head_and_backs_off(struct kunit *test)
{
	struct script *s = test->priv;
	int first, second, third;

	establish_passive(s, 1000, 60000);
	write_bytes(s, 3000);
	expect_bytes(s, 1, 3000);
	first = until_segment(s, 2000);
	KUNIT_EXPECT_GE(test, first, 190);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	second = until_segment(s, 4000);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	third = until_segment(s, 8000);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	KUNIT_EXPECT_GE(test, second, first * 9 / 5);
	KUNIT_EXPECT_LE(test, second, first * 5 / 2);
	KUNIT_EXPECT_GE(test, third, second * 9 / 5);
	KUNIT_EXPECT_LE(test, third, second * 5 / 2);
}

/* RFC 6298 3 (Karn) and 5.7: an ACK of a retransmission is no sample; the
 * backed off timer stays until one comes.
 */
static void acknowledged_data_stops_the_timer(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 60000);
	write_bytes(s, 500);
	expect_bytes(s, 1, 500);
	send(s, ACK, .seq = 1, .ack = 501, .win = 60000);
	KUNIT_EXPECT_EQ(test, until_segment(s, 5000), -1);
}

/* RFC 5681 3.1: after a timeout, one segment; then slow start. */
static void timeout_collapses_the_window(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 60000);
	write_bytes(s, 10000);
	expect_bytes(s, 1, 10000);
	KUNIT_ASSERT_GE(test, until_segment(s, 2000), 0);
	expect_bytes(s, 1, 1000);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 1001, .win = 60000);
	expect_bytes(s, 1001, 2000);
	expect_nothing(s);
}

/* RFC 5681 3.2 step 2: the third, not the second. */
static void third_duplicate_ack_retransmits(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_FAST_RETRANS);

	establish_passive(s, 1000, 60000);
	write_bytes(s, 5000);
	expect_bytes(s, 1, 5000);
	send_dupacks(s, 1, 2);
	expect_nothing(s);
	send_dupacks(s, 1, 1);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_FAST_RETRANS),
			before + 1);
}

/* RFC 6582 3.2 step 3: each partial ACK shows the next hole. */
static void partial_ack_retransmits_the_next_hole(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 60000);
	write_bytes(s, 8000);
	expect_bytes(s, 1, 8000);
	send_dupacks(s, 1, 3);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 3001, .win = 60000);
	expect(s, ACK, .seq = 3001, .ack = 1, .len = 1000);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 8001, .win = 60000);
	KUNIT_EXPECT_EQ(test, until_segment(s, 3000), -1);
}

/* RFC 5681 equation 4: half of what was in flight remains. */
static void recovery_halves_the_window(struct kunit *test)
{
	struct script *s = test->priv;
	u32 sent;

	establish_passive(s, 1000, 60000);
	choose_congestion(s, "reno");
	write_bytes(s, 10000);
	expect_bytes(s, 1, 10000);
	send_dupacks(s, 1, 3);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 10001, .win = 60000);
	forget(s);
	write_bytes(s, 20000);
	for (sent = 0; s->head != s->tail; s->head++)
		sent += s->captured[s->head].len;
	KUNIT_EXPECT_GE(test, sent, 1000U);
	KUNIT_EXPECT_LE(test, sent, 6000U);
}

/* A window change or data makes an ACK no duplicate (RFC 5681 2). */
static void window_updates_are_no_duplicates(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 20000);
	write_bytes(s, 5000);
	expect_bytes(s, 1, 5000);
	send(s, ACK, .seq = 1, .ack = 1, .win = 21000);
	send(s, ACK, .seq = 1, .ack = 1, .win = 22000);
	send(s, ACK, .seq = 1, .ack = 1, .win = 23000);
	send(s, ACK, .seq = 1, .ack = 1, .win = 24000);
	expect_nothing(s);
}

/* RFC 9293 3.8.3: R2 is at least 100 seconds. */
static void silence_is_borne_for_a_while(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 60000);
	write_bytes(s, 100);
	expect_bytes(s, 1, 100);
	wait_ms(100 * 1000);
	expect_last(s, PSH | ACK, .seq = 1, .ack = 1, .len = 100);
	expect_state(s, TCP_ESTABLISHED);
	send(s, ACK, .seq = 1, .ack = 101, .win = 60000);
	expect_state(s, TCP_ESTABLISHED);
}

/* RFC 5482: and no longer than the program says. */
static void user_timeout_ends_the_connection(struct kunit *test)
{
	struct script *s = test->priv;
	int waits = 0;

	establish_passive(s, 1000, 60000);
	set_option(s, IPPROTO_TCP, TCP_USER_TIMEOUT, 20000);
	write_bytes(s, 100);
	expect_bytes(s, 1, 100);
	while (s->sock->sk->sk_state != TCP_CLOSE && waits++ < 100)
		wait_ms(1000);
	forget(s);
	KUNIT_EXPECT_GE(test, waits, 15);
	KUNIT_EXPECT_LE(test, waits, 45);
	expect_state(s, TCP_CLOSE);
	read_error(s, -ETIMEDOUT);
}

/* The same for a connection that never opened. */
static void unanswered_connect_times_out(struct kunit *test)
{
	struct script *s = test->priv;
	int waits = 0;

	connect_to(s);
	while (s->sock->sk->sk_state != TCP_CLOSE && waits++ < 2000)
		wait_ms(1000);
	/* RFC 9293 3.8.3: at least 3 minutes would be R2 for a SYN; Linux's
	 * six repetitions make 127 s.
	 */
	KUNIT_EXPECT_GE(test, waits, 100);
	forget(s);
	read_error(s, -ETIMEDOUT);
}

static struct kunit_case loss_cases[] = {
	KUNIT_CASE(timer_sends_the_head_and_backs_off),
	KUNIT_CASE(acknowledged_data_stops_the_timer),
	KUNIT_CASE(timeout_collapses_the_window),
	KUNIT_CASE(third_duplicate_ack_retransmits),
	KUNIT_CASE(partial_ack_retransmits_the_next_hole),
	KUNIT_CASE(recovery_halves_the_window),
	KUNIT_CASE(window_updates_are_no_duplicates),
	KUNIT_CASE(silence_is_borne_for_a_while),
	KUNIT_CASE(user_timeout_ends_the_connection),
	KUNIT_CASE(unanswered_connect_times_out),
	{}
};

static struct kunit_suite loss_suite = {
	.name = "strata-tcp-loss",
	.init = script_init,
	.exit = script_exit,
	.test_cases = loss_cases,
};

kunit_test_suite(loss_suite);
