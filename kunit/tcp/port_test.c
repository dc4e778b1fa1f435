// SPDX-License-Identifier: GPL-2.0
/*
 * Local ports: who may have which, which one is picked (RFC 6056), and until
 * when it is taken. The sockets are real ones of the initial namespace.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <net/sock.h>
#include <uapi/linux/strata.h>

#define PORT		21999
#define PORT_LOW	32768	/* the kernel's ip_local_port_range */
#define PORT_HIGH	60999
#define HOST		0x7f000001U	/* 127.0.0.1 */
#define OTHER_HOST	0x7f000002U
#define SOCKETS		80
#define TIME_WAIT_MS	(61 * 1000)

/**
 * struct bench - the sockets of a test, closed with it
 * @sock: each that is open
 * @count: how many there ever were
 */
struct bench {
	struct socket *sock[SOCKETS];
	unsigned int count;
};

static int bench_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct bench), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

/* A reset: nothing stays in TIME-WAIT for the next test. */
static void bench_exit(struct kunit *test)
{
	struct bench *bench = test->priv;
	unsigned int i;

	for (i = 0; bench && i < bench->count; i++) {
		if (!bench->sock[i])
			continue;
		sock_no_linger(bench->sock[i]->sk);
		sock_release(bench->sock[i]);
	}
}

static struct socket *keep(struct kunit *test, struct socket *sock)
{
	struct bench *bench = test->priv;

	bench->sock[bench->count++] = sock;
	return sock;
}

static struct socket *make(struct kunit *test)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_STRATA,
					       SOCK_STREAM, 0, &sock), 0);
	return keep(test, sock);
}

static void give_up(struct kunit *test, struct socket *sock)
{
	struct bench *bench = test->priv;
	unsigned int i;

	for (i = 0; i < bench->count; i++)
		if (bench->sock[i] == sock)
			bench->sock[i] = NULL;
	sock_release(sock);
}

static int bind_to(struct socket *sock, u32 host, u16 port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(host),
		.sin_port = htons(port),
	};

	return kernel_bind(sock, (struct sockaddr *)&addr, sizeof(addr));
}

static int connect_to(struct socket *sock, u32 host, u16 port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(host),
		.sin_port = htons(port),
	};

	return kernel_connect(sock, (struct sockaddr *)&addr, sizeof(addr), 0);
}

static u16 port_of(struct socket *sock)
{
	return sock->sk->sk_num;
}

static struct socket *listener_on(struct kunit *test, u32 host, u16 port)
{
	struct socket *sock = make(test);

	KUNIT_ASSERT_EQ(test, bind_to(sock, host, port), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(sock, SOCKETS), 0);
	return sock;
}

static struct socket *accepted(struct kunit *test, struct socket *listener)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, kernel_accept(listener, &sock, 0), 0);
	return keep(test, sock);
}

static void free_for(struct kunit *test, u32 host, u16 port, int want)
{
	struct socket *sock = make(test);

	KUNIT_EXPECT_EQ(test, bind_to(sock, host, port), want);
	give_up(test, sock);
}

static void a_port_is_taken_until_it_is_given_back(struct kunit *test)
{
	struct socket *owner = make(test);

	KUNIT_ASSERT_EQ(test, bind_to(owner, HOST, PORT), 0);
	free_for(test, HOST, PORT, -EADDRINUSE);
	free_for(test, INADDR_ANY, PORT, -EADDRINUSE);
	free_for(test, OTHER_HOST, PORT, 0);
	give_up(test, owner);
	free_for(test, INADDR_ANY, PORT, 0);
}

/* SO_REUSEADDR lets two be bound, but only one of them listen. */
static void bound_is_shared_but_not_listening(struct kunit *test)
{
	struct socket *first = make(test), *second = make(test);

	sock_set_reuseaddr(first->sk);
	sock_set_reuseaddr(second->sk);
	KUNIT_EXPECT_EQ(test, bind_to(first, HOST, PORT), 0);
	KUNIT_EXPECT_EQ(test, bind_to(second, HOST, PORT), 0);
	KUNIT_EXPECT_EQ(test, kernel_listen(first, 1), 0);
	KUNIT_EXPECT_EQ(test, kernel_listen(second, 1), -EADDRINUSE);
	give_up(test, first);
	KUNIT_EXPECT_EQ(test, kernel_listen(second, 1), 0);
}

/* Odd ones, so that connect() finds the even ones free. */
static void bind_picks_odd_ports(struct kunit *test)
{
	unsigned long *seen = kunit_kzalloc(test, BITS_TO_BYTES(BIT(16)),
					    GFP_KERNEL);
	struct socket *sock;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (i = 0; i < SOCKETS; i++) {
		sock = make(test);
		KUNIT_ASSERT_EQ(test, bind_to(sock, HOST, 0), 0);
		KUNIT_EXPECT_GE(test, port_of(sock), PORT_LOW);
		KUNIT_EXPECT_LE(test, port_of(sock), PORT_HIGH);
		KUNIT_EXPECT_EQ(test, port_of(sock) & 1, 1);
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(port_of(sock),
							    seen));
	}
}

static void connect_picks_even_ports(struct kunit *test)
{
	unsigned long *seen = kunit_kzalloc(test, BITS_TO_BYTES(BIT(16)),
					    GFP_KERNEL);
	struct socket *sock;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	listener_on(test, HOST, PORT);
	for (i = 0; i < SOCKETS / 2; i++) {
		sock = make(test);
		KUNIT_ASSERT_EQ(test, connect_to(sock, HOST, PORT), 0);
		KUNIT_EXPECT_GE(test, port_of(sock), PORT_LOW);
		KUNIT_EXPECT_LE(test, port_of(sock), PORT_HIGH);
		KUNIT_EXPECT_EQ(test, port_of(sock) & 1, 0);
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(port_of(sock),
							    seen));
	}
}

static void a_picked_port_is_taken_for_bind(struct kunit *test)
{
	struct socket *sock = make(test);
	u16 port;

	listener_on(test, HOST, PORT);
	KUNIT_ASSERT_EQ(test, connect_to(sock, HOST, PORT), 0);
	port = port_of(sock);
	free_for(test, HOST, port, -EADDRINUSE);
	sock_no_linger(sock->sk);
	give_up(test, sock);
	free_for(test, HOST, port, 0);
}

/* connect() that fails gives back what it picked. */
static void refused_connect_keeps_no_port(struct kunit *test)
{
	struct socket *sock = make(test);

	KUNIT_EXPECT_EQ(test, connect_to(sock, HOST, PORT), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, port_of(sock), 0);
	KUNIT_EXPECT_EQ(test, bind_to(sock, HOST, PORT), 0);
	KUNIT_EXPECT_EQ(test, connect_to(sock, OTHER_HOST, PORT), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, port_of(sock), PORT);
}

/* What was accepted owns the port, too, when the listener is long gone. */
static void a_child_inherits_the_port(struct kunit *test)
{
	struct socket *listener = listener_on(test, HOST, PORT);
	struct socket *client = make(test), *child;

	KUNIT_ASSERT_EQ(test, connect_to(client, HOST, PORT), 0);
	child = accepted(test, listener);
	KUNIT_EXPECT_EQ(test, port_of(child), PORT);
	give_up(test, listener);
	free_for(test, HOST, PORT, -EADDRINUSE);
	sock_no_linger(child->sk);
	give_up(test, child);
	free_for(test, HOST, PORT, 0);
}

/* RFC 9293 3.6.1: the side that closed first waits, and its port with it. */
static void a_timewait_keeps_the_port(struct kunit *test)
{
	struct socket *listener = listener_on(test, HOST, PORT);
	struct socket *client = make(test), *child;
	u16 port;

	KUNIT_ASSERT_EQ(test, connect_to(client, HOST, PORT), 0);
	port = port_of(client);
	child = accepted(test, listener);
	give_up(test, client);
	give_up(test, child);
	free_for(test, HOST, port, -EADDRINUSE);
	/* The other side's port is free at once. */
	give_up(test, listener);
	free_for(test, HOST, PORT, 0);
	msleep_interruptible(TIME_WAIT_MS);
	free_for(test, HOST, port, 0);
}

static struct kunit_case port_cases[] = {
	KUNIT_CASE(a_port_is_taken_until_it_is_given_back),
	KUNIT_CASE(bound_is_shared_but_not_listening),
	KUNIT_CASE(bind_picks_odd_ports),
	KUNIT_CASE(connect_picks_even_ports),
	KUNIT_CASE(a_picked_port_is_taken_for_bind),
	KUNIT_CASE(refused_connect_keeps_no_port),
	KUNIT_CASE(a_child_inherits_the_port),
	KUNIT_CASE(a_timewait_keeps_the_port),
	{}
};

static struct kunit_suite port_suite = {
	.name = "strata-tcp-port",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = port_cases,
};

kunit_test_suite(port_suite);
