// SPDX-License-Identifier: GPL-2.0
/*
 * The interpreter of the TCP test language: socket calls above TCP. What is below
 * is in wire.c.
 */
#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/strata.h>
#include "../../net/tcp/info.h"
#include "script.h"

/* ---- calls of the program ---- */

static struct socket *new_sock(struct script *s)
{
	struct socket *sock;
	int err = sock_create_kern(&init_net, AF_STRATA, SOCK_STREAM,
				   STRATA_PROTOCOL(AF_INET6, IPPROTO_TCP), &sock);

	KUNIT_ASSERT_EQ(s->test, err, 0);
	if (s->md5)
		KUNIT_ASSERT_EQ(s->test, script_set_md5(sock, s, s->md5), 0);
	return sock;
}

static void bind_local(struct script *s, struct socket *sock)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_addr = s->laddr,
		.sin6_port = htons(s->lport),
	};

	sock_set_reuseaddr(sock->sk);
	KUNIT_ASSERT_EQ(s->test, kernel_bind(sock, (struct sockaddr *)&addr,
					     sizeof(addr)), 0);
}

void listen_on(struct script *s)
{
	s->listener = new_sock(s);
	bind_local(s, s->listener);
	KUNIT_ASSERT_EQ(s->test, kernel_listen(s->listener, 8), 0);
}

void connect_to(struct script *s)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_addr = s->faddr,
		.sin6_port = htons(s->fport),
	};

	s->sock = new_sock(s);
	bind_local(s, s->sock);
	KUNIT_ASSERT_EQ(s->test,
			kernel_connect(s->sock, (struct sockaddr *)&addr,
				       sizeof(addr), O_NONBLOCK), -EINPROGRESS);
}

void accept_on(struct script *s)
{
	int err = kernel_accept(s->listener, &s->sock, O_NONBLOCK);

	KUNIT_ASSERT_EQ_MSG(s->test, err, 0, "accept");
}

void no_accept(struct script *s)
{
	struct socket *sock;

	KUNIT_EXPECT_EQ(s->test, kernel_accept(s->listener, &sock, O_NONBLOCK),
			-EAGAIN);
}

void write_flags(struct script *s, u32 bytes, int flags)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | flags };
	struct kvec vec = { .iov_len = bytes };
	u8 *data = kvmalloc(bytes, GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(s->test, data);
	for (i = 0; i < bytes; i++)
		data[i] = script_pattern(s->written + i);
	vec.iov_base = data;
	KUNIT_EXPECT_EQ(s->test, kernel_sendmsg(s->sock, &msg, &vec, 1, bytes),
			(int)bytes);
	s->written += bytes;
	kvfree(data);
}

void write_bytes(struct script *s, u32 bytes)
{
	write_flags(s, bytes, 0);
}

static int read_some(struct script *s, u8 *data, u32 bytes)
{
	struct msghdr msg = {};
	struct kvec vec = { .iov_base = data, .iov_len = bytes };

	return kernel_recvmsg(s->sock, &msg, &vec, 1, bytes, MSG_DONTWAIT);
}

void read_bytes(struct script *s, u32 bytes)
{
	u8 *data = kvmalloc(bytes + 1, GFP_KERNEL);
	u32 i, wrong = 0;

	KUNIT_ASSERT_NOT_NULL(s->test, data);
	KUNIT_EXPECT_EQ(s->test, read_some(s, data, bytes), (int)bytes);
	for (i = 0; i < bytes; i++)
		wrong += data[i] != script_pattern(s->read + i);
	KUNIT_EXPECT_EQ_MSG(s->test, wrong, 0U, "bytes altered");
	s->read += bytes;
	kvfree(data);
}

void read_end(struct script *s)
{
	u8 byte;

	KUNIT_EXPECT_EQ(s->test, read_some(s, &byte, 1), 0);
}

void read_error(struct script *s, int err)
{
	u8 byte;

	KUNIT_EXPECT_EQ(s->test, read_some(s, &byte, 1), err);
}

void set_option(struct script *s, int level, int option, int value)
{
	struct socket *sock = s->sock ?: s->listener;

	KUNIT_EXPECT_EQ(s->test,
			sock->ops->setsockopt(sock, level, option,
					      KERNEL_SOCKPTR(&value),
					      sizeof(value)), 0);
}

void choose_congestion(struct script *s, const char *name)
{
	KUNIT_EXPECT_EQ(s->test,
			s->sock->ops->setsockopt(s->sock, IPPROTO_TCP,
						 TCP_CONGESTION,
						 KERNEL_SOCKPTR((void *)name),
						 strlen(name)), 0);
}

struct tcp_info script_info(struct script *s)
{
	struct tcp_info info;

	strata_tcp_info(s->sock->sk, &info);
	return info;
}

void shutdown_write(struct script *s)
{
	KUNIT_EXPECT_EQ(s->test, kernel_sock_shutdown(s->sock, SHUT_WR), 0);
}

void close_sock(struct script *s)
{
	sock_release(s->sock);
	s->sock = NULL;
}

void wait_ms(unsigned int ms)
{
	ktime_t until = ktime_add_ms(ktime_get(), ms);

	/* msleep() takes up to an eighth longer, as it happens to fit the timer
	 * wheel. Interruptible: hours may pass, and this is no hung task.
	 */
	set_current_state(TASK_INTERRUPTIBLE);
	schedule_hrtimeout(&until, HRTIMER_MODE_ABS);
}

void establish_passive(struct script *s, int mss, int win)
{
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = mss, .win = win);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = win);
	accept_on(s);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
}

void into_time_wait(struct script *s)
{
	establish_passive(s, 1000, 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
}

void establish_active(struct script *s, int mss, int win)
{
	connect_to(s);
	expect(s, SYN, .seq = 0);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = mss, .win = win);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
}

void establish_sack(struct script *s, int mss, int win, u32 tsval)
{
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = mss, .win = win, .sack_ok = 1,
	     .ts = tsval, .tsval = tsval);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .sack_ok = 1, .ts = tsval,
	       .tsecr = tsval);
	send(s, ACK, .seq = 1, .ack = 1, .win = win, .ts = tsval,
	     .tsval = tsval);
	accept_on(s);
	expect_nothing(s);
	expect_state(s, TCP_ESTABLISHED);
}

/* ---- a suite's frame ---- */

u64 script_counter(int counter)
{
	return strata_counter_read(strata_net(&init_net), counter);
}

u64 script_drops(int reason)
{
	return strata_drop_read(strata_net(&init_net), reason);
}

int script_init(struct kunit *test)
{
	static u16 next_port = 20000;	/* tests do not meet in TIME-WAIT */
	struct script *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	s->test = test;
	s->mtu = 1500;
	s->laddr = (struct in6_addr){ .s6_addr = { 0xfd, [15] = 1 } };
	s->faddr = (struct in6_addr){ .s6_addr = { 0xfd, [15] = 2 } };
	s->lport = next_port++;
	s->fport = 7;
	script_wire_begin(s);
	test->priv = s;
	return 0;
}

void script_exit(struct kunit *test)
{
	struct script *s = test->priv;

	if (!s)
		return;
	/* A reset ends what the test left open, now rather than in minutes. */
	if (s->sock) {
		sock_no_linger(s->sock->sk);
		sock_release(s->sock);
	}
	if (s->listener)
		sock_release(s->listener);
	script_wire_end();
}
