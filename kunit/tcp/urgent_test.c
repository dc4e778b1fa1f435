// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent data: RFC 9293 3.8.5 and 3.10.7.4, sixth step; RFC 6093.
 */
#include <linux/socket.h>
#include "../../net/tcp/tcp.h"
#include "../../net/tcp/urgent.h"
#include "script.h"

/* MSG_OOB: the octet at @offset of the stream, or -errno. */
static void read_urgent(struct script *s, int flags, int offset, int err)
{
	u8 octet = 0;
	struct msghdr msg = {};
	struct kvec vec = { .iov_base = &octet, .iov_len = 1 };
	int ret = kernel_recvmsg(s->sock, &msg, &vec, 1, 1,
				 MSG_DONTWAIT | MSG_OOB | flags);

	KUNIT_EXPECT_EQ(s->test, ret, err ?: 1);
	if (!err) {
		KUNIT_EXPECT_EQ(s->test, octet, script_pattern(offset));
		KUNIT_EXPECT_TRUE(s->test, msg.msg_flags & MSG_OOB);
	}
}

static void urgent_octet_is_pointed_at(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	write_flags(s, 3, MSG_OOB);
	expect(s, URG | PSH | ACK, .seq = 1, .ack = 1, .len = 3, .urg = 3);
	/* Nothing holds back what follows, and it is urgent no more. */
	write_bytes(s, 5);
	expect(s, ACK, .seq = 4, .ack = 1, .len = 5);
	send(s, ACK, .seq = 1, .ack = 9, .win = 8000);
	write_bytes(s, 5);
	expect(s, ACK, .seq = 9, .ack = 1, .len = 5);
}

/* Each segment up to the urgent octet says where it is: no GSO buffer could. */
static void every_segment_before_it_points_there(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 1000);
	write_bytes(s, 3000);
	expect_bytes(s, 1, 1000);
	write_flags(s, 500, MSG_OOB);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 1001, .win = 8000);
	expect(s, URG | ACK, .seq = 1001, .ack = 1, .len = 500, .urg = 2500);
	expect(s, URG | ACK, .seq = 1501, .ack = 1, .len = 500, .urg = 2000);
	expect(s, URG | ACK, .seq = 2001, .ack = 1, .len = 500, .urg = 1500);
	expect(s, URG | ACK, .seq = 2501, .ack = 1, .len = 500, .urg = 1000);
	expect(s, URG | ACK, .seq = 3001, .ack = 1, .len = 500, .urg = 500);
	expect_nothing(s);
}

/* RFC 9293 3.8.5: the sender tells although the window is closed. */
static void closed_window_does_not_hide_it(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 1000);
	write_bytes(s, 1000);
	expect_bytes(s, 1, 1000);
	send(s, ACK, .seq = 1, .ack = 1001, .win = 0);
	write_flags(s, 10, MSG_OOB);
	expect_nothing(s);
	until_segment(s, 2000);
	expect(s, URG | ACK, .seq = 1001, .ack = 1, .urg = 10);
	expect(s, URG | ACK, .seq = 1000, .ack = 1, .urg = 11);
}

/* What stands before it, then it, then what stands behind. */
static void urgent_octet_is_read_apart(struct kunit *test)
{
	struct script *s = test->priv;
	u8 data[16];
	struct msghdr msg = {};
	struct kvec vec = { .iov_base = data, .iov_len = sizeof(data) };

	establish_passive(s, 1000, 8000);
	read_urgent(s, 0, 0, -EINVAL);
	send(s, URG | ACK, .seq = 1, .ack = 1, .len = 10, .urg = 5, .win = 8000);
	KUNIT_EXPECT_FALSE(test, strata_tcp_at_mark(s->sock->sk));
	KUNIT_EXPECT_EQ(test, strata_tcp_before_mark(s->sock->sk), 4U);
	/* A read ends there, however much it asks for. */
	KUNIT_EXPECT_EQ(test, kernel_recvmsg(s->sock, &msg, &vec, 1, 10,
					     MSG_DONTWAIT | MSG_PEEK), 4);
	read_bytes(s, 4);
	KUNIT_EXPECT_TRUE(test, strata_tcp_at_mark(s->sock->sk));
	read_urgent(s, MSG_PEEK, 4, 0);
	read_urgent(s, 0, 4, 0);
	read_urgent(s, 0, 4, -EINVAL);
	s->read++;
	read_bytes(s, 5);
	KUNIT_EXPECT_FALSE(test, strata_tcp_at_mark(s->sock->sk));
	read_error(s, -EAGAIN);
	read_urgent(s, 0, 4, -EINVAL);
}

/* A program that does not read it does not find it in the stream either. */
static void unread_urgent_octet_is_passed_over(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, URG | ACK, .seq = 1, .ack = 1, .len = 3, .urg = 3, .win = 8000);
	read_bytes(s, 2);
	read_error(s, -EAGAIN);
	s->read++;
	send(s, ACK, .seq = 4, .ack = 1, .len = 4, .win = 8000);
	read_bytes(s, 4);
}

static void inline_urgent_octet_is_in_the_stream(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	sock_set_flag(s->sock->sk, SOCK_URGINLINE);
	send(s, URG | ACK, .seq = 1, .ack = 1, .len = 10, .urg = 5, .win = 8000);
	KUNIT_EXPECT_EQ(test, strata_tcp_before_mark(s->sock->sk), 10U);
	read_bytes(s, 4);
	KUNIT_EXPECT_TRUE(test, strata_tcp_at_mark(s->sock->sk));
	read_urgent(s, 0, 4, -EINVAL);
	read_bytes(s, 6);
}

/* It is announced by one segment and comes with another, without URG. */
static void announced_octet_comes_later(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, URG | ACK, .seq = 1, .ack = 1, .len = 10, .urg = 15, .win = 8000);
	read_urgent(s, 0, 14, -EAGAIN);
	read_bytes(s, 10);
	send(s, ACK, .seq = 11, .ack = 1, .len = 10, .win = 8000);
	read_urgent(s, 0, 14, 0);
	read_bytes(s, 4);
	s->read++;
	read_bytes(s, 5);
}

static void newer_urgent_octet_takes_its_place(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	send(s, URG | ACK, .seq = 1, .ack = 1, .len = 5, .urg = 5, .win = 8000);
	send(s, URG | ACK, .seq = 6, .ack = 1, .len = 5, .urg = 5, .win = 8000);
	read_urgent(s, 0, 9, 0);
	/* The older one is plain data now. */
	read_bytes(s, 9);
	s->read++;
	/* An old announcement comes again: nothing is urgent any more. */
	send(s, URG | ACK, .seq = 6, .ack = 1, .len = 5, .urg = 5, .win = 8000);
	read_urgent(s, 0, 9, -EINVAL);
	send(s, ACK, .seq = 11, .ack = 1, .len = 5, .win = 8000);
	read_bytes(s, 5);
}

static struct kunit_case urgent_cases[] = {
	KUNIT_CASE(urgent_octet_is_pointed_at),
	KUNIT_CASE(every_segment_before_it_points_there),
	KUNIT_CASE(closed_window_does_not_hide_it),
	KUNIT_CASE(urgent_octet_is_read_apart),
	KUNIT_CASE(unread_urgent_octet_is_passed_over),
	KUNIT_CASE(inline_urgent_octet_is_in_the_stream),
	KUNIT_CASE(announced_octet_comes_later),
	KUNIT_CASE(newer_urgent_octet_takes_its_place),
	{}
};

static struct kunit_suite urgent_suite = {
	.name = "strata-tcp-urgent",
	.init = script_init,
	.exit = script_exit,
	.test_cases = urgent_cases,
};

kunit_test_suite(urgent_suite);
