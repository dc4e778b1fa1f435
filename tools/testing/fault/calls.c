// SPDX-License-Identifier: GPL-2.0
/*
 * The calls. The sockets of a bench talk to each other over loopback.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/strata.h>
#include "fault.h"

#define PATIENCE_MS	20000

static char bulk[BULK_BYTES], received[BULK_BYTES];

static int must(int result, const char *what)
{
	if (result < 0)
		die("%s without a failure: %s", what, strerrorname_np(errno));
	return result;
}

#define MUST(call)	must(call, #call)

static struct sockaddr_in any_port(void)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static void address_of(struct bench *b, int fd)
{
	socklen_t length = sizeof(b->to);

	MUST(getsockname(fd, (struct sockaddr *)&b->to, &length));
}

static int bind_to_any(int fd)
{
	struct sockaddr_in name = any_port();

	return bind(fd, (struct sockaddr *)&name, sizeof(name));
}

static int connect_to_peer(struct bench *b)
{
	return connect(b->fd, (struct sockaddr *)&b->to, sizeof(b->to));
}

/* Readable, or at its end, in the end. */
static void await(int fd, const char *what)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	if (poll(&wait, 1, PATIENCE_MS) != 1)
		die("%s never came", what);
}

static void no_socket(struct bench *b)
{
	(void)b;
}

static void tcp_socket(struct bench *b)
{
	b->fd = MUST(socket(AF_STRATA, SOCK_STREAM, 0));
}

static void udp_socket(struct bench *b)
{
	b->fd = MUST(socket(AF_STRATA, SOCK_DGRAM, 0));
}

static void bound_tcp(struct bench *b)
{
	tcp_socket(b);
	MUST(bind_to_any(b->fd));
}

static void with_listener(struct bench *b)
{
	tcp_socket(b);
	b->listener = MUST(socket(AF_STRATA, SOCK_STREAM, 0));
	MUST(bind_to_any(b->listener));
	MUST(listen(b->listener, 8));
	address_of(b, b->listener);
}

static void with_waiting(struct bench *b)
{
	with_listener(b);
	MUST(connect_to_peer(b));
	await(b->listener, "the connection");
}

static void connection(struct bench *b)
{
	with_waiting(b);
	b->peer = MUST(accept(b->listener, NULL, NULL));
}

static void connection_with_data(struct bench *b)
{
	connection(b);
	MUST(write(b->peer, bulk, 1000));
	await(b->fd, "the data");
}

static void want_notices(struct bench *b)
{
	int on = 1;

	MUST(setsockopt(b->fd, SOL_STRATA, STRATA_SO_ZEROCOPY, &on,
			sizeof(on)));
}

static void zerocopy_connection(struct bench *b)
{
	connection(b);
	want_notices(b);
}

static void udp_pair(struct bench *b)
{
	udp_socket(b);
	b->peer = MUST(socket(AF_STRATA, SOCK_DGRAM, 0));
	MUST(bind_to_any(b->peer));
	address_of(b, b->peer);
}

static void connected_udp(struct bench *b)
{
	udp_pair(b);
	MUST(connect_to_peer(b));
}

static void zerocopy_udp(struct bench *b)
{
	connected_udp(b);
	want_notices(b);
}

static void udp_with_data(struct bench *b)
{
	int on = 1;

	connected_udp(b);
	MUST(setsockopt(b->peer, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
	MUST(write(b->fd, bulk, 1000));
	await(b->peer, "the datagram");
}

static long make_tcp(struct bench *b)
{
	return b->made = socket(AF_STRATA, SOCK_STREAM, 0);
}

static long make_udp(struct bench *b)
{
	return b->made = socket(AF_STRATA, SOCK_DGRAM, 0);
}

static long do_bind(struct bench *b)
{
	return bind_to_any(b->fd);
}

static long do_listen(struct bench *b)
{
	return listen(b->fd, 8);
}

static long do_connect(struct bench *b)
{
	return connect_to_peer(b);
}

/* After a connect() that failed the socket can be used for another. */
static void can_connect(struct bench *b, long result)
{
	if (result < 0)
		MUST(connect_to_peer(b));
	await(b->listener, "the connection");
}

static long do_accept(struct bench *b)
{
	return b->made = accept(b->listener, NULL, NULL);
}

/* What accept() could not make is waiting still, or was closed cleanly. */
static void accepted_or_ended(struct bench *b, long result)
{
	if (result >= 0)
		MUST(write(b->made, "x", 1));
	else if (poll(&(struct pollfd){ b->listener, POLLIN, 0 }, 1, 0) == 1)
		b->made = MUST(accept(b->listener, NULL, NULL));
	if (result < 0 && b->made >= 0)
		MUST(write(b->made, "x", 1));
	await(b->fd, "a byte or the end");
}

static long send_little(struct bench *b)
{
	return send(b->fd, bulk, 100, 0);
}

static long send_bulk(struct bench *b)
{
	return send(b->fd, bulk, sizeof(bulk), MSG_DONTWAIT);
}

static long send_gathered(struct bench *b)
{
	struct iovec parts[] = {
		{ bulk, 1 }, { bulk + 1, 4096 }, { bulk + 4097, 3000 },
	};

	return writev(b->fd, parts, 3);
}

/* What was accepted arrives, whole and unaltered, and then the end. */
static void arrives(struct bench *b, long result)
{
	long size = result < 0 ? 0 : result, got = 0, n;

	MUST(shutdown(b->fd, SHUT_WR));
	do {
		await(b->peer, "what was sent");
		n = MUST(read(b->peer, received + got, sizeof(received) - got));
		got += n;
	} while (n);
	if (got != size || memcmp(bulk, received, got))
		die("%ld bytes were sent, %ld came or others", size, got);
}

static long send_zerocopy(struct bench *b)
{
	return send(b->fd, bulk, sizeof(bulk), MSG_DONTWAIT | MSG_ZEROCOPY);
}

/* There is a notice if there was a call. */
static void arrives_and_is_told(struct bench *b, long result)
{
	char control[128];
	struct msghdr message = {
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	bool wanted = result > 0, told;
	int ms;

	arrives(b, result);
	told = !recvmsg(b->fd, &message, MSG_ERRQUEUE);
	/* It comes with the acknowledgment; its own event may be behind others. */
	for (ms = 0; !told && wanted && ms < PATIENCE_MS; ms++) {
		poll(NULL, 0, 1);
		told = !recvmsg(b->fd, &message, MSG_ERRQUEUE);
	}
	if (told != wanted)
		die("%ld bytes were sent, and %s notice came", result,
		    told ? "a" : "no");
}

static long send_zerocopy_datagram(struct bench *b)
{
	return send(b->fd, bulk, 1000, MSG_ZEROCOPY);
}

static long send_zerocopy_corked(struct bench *b)
{
	long first = send(b->fd, bulk, 500, MSG_MORE | MSG_ZEROCOPY);

	return first < 0 ? first :
			   send(b->fd, bulk + 500, 500, MSG_ZEROCOPY);
}

static long send_datagram(struct bench *b)
{
	return sendto(b->fd, bulk, 1000, 0, (struct sockaddr *)&b->to,
		      sizeof(b->to));
}

static long send_corked(struct bench *b)
{
	long first = send(b->fd, bulk, 500, MSG_MORE);

	return first < 0 ? first : send(b->fd, bulk + 500, 500, 0);
}

/* The socket is as good as before, whatever came of the datagram. */
static void another_arrives(struct bench *b, long result)
{
	long n;

	(void)result;
	MUST(connect_to_peer(b));
	MUST(send(b->fd, bulk, 77, 0));
	do {
		await(b->peer, "another datagram");
		n = MUST(recv(b->peer, received, sizeof(received), 0));
		if (memcmp(bulk, received, n))
			die("altered");
	} while (n != 77 && n != 577);
}

static long receive(struct bench *b)
{
	return recv(b->fd, received, 1000, MSG_DONTWAIT);
}

/* Data that could not be handed over is still there. */
static void nothing_lost(struct bench *b, long result)
{
	long got = result < 0 ? 0 : result;

	while (got < 1000) {
		await(b->fd, "the rest");
		got += MUST(recv(b->fd, received + got, 1000 - got, 0));
	}
	if (memcmp(bulk, received, 1000))
		die("altered");
}

static long receive_datagram(struct bench *b)
{
	char control[256];
	struct iovec part = { received, sizeof(received) };
	struct sockaddr_in from;
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	return recvmsg(b->peer, &message, MSG_DONTWAIT);
}

static long choose_congestion(struct bench *b)
{
	return setsockopt(b->fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
}

static long ask_info(struct bench *b)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	return getsockopt(b->fd, IPPROTO_TCP, TCP_INFO, &info, &length);
}

static long do_shutdown(struct bench *b)
{
	return shutdown(b->fd, SHUT_WR);
}

/* The peer hears of it: by a FIN, or without memory for one by a reset. */
static void peer_ends(struct bench *b, long result)
{
	long n;

	if (result < 0)
		return;
	await(b->peer, "the end");
	n = recv(b->peer, received, sizeof(received), 0);
	if (n > 0 || (n < 0 && errno != ECONNRESET))
		die("%ld instead of the end", n);
}

static long do_close(struct bench *b)
{
	int fd = b->fd;

	b->fd = -1;
	return close(fd);
}

/* close() has no way to say no: the descriptor is gone at once. */
static long abort_connection(struct bench *b)
{
	struct linger now = { .l_onoff = 1 };

	if (setsockopt(b->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)) < 0)
		return -1;
	return do_close(b);
}

static long close_listener(struct bench *b)
{
	int fd = b->listener;

	b->listener = -1;
	return close(fd);
}

const struct call calls[] = {
	{ "socket, TCP", no_socket, make_tcp, NULL },
	{ "socket, UDP", no_socket, make_udp, NULL },
	{ "bind, TCP", tcp_socket, do_bind, NULL },
	{ "bind, UDP", udp_socket, do_bind, NULL },
	{ "listen", bound_tcp, do_listen, NULL },
	{ "connect, TCP", with_listener, do_connect, can_connect },
	{ "connect, UDP", udp_pair, do_connect, another_arrives },
	{ "accept", with_waiting, do_accept, accepted_or_ended },
	{ "send, TCP", connection, send_little, arrives },
	{ "send, TCP, much", connection, send_bulk, arrives },
	{ "writev, TCP", connection, send_gathered, arrives },
	{ "send, TCP, MSG_ZEROCOPY", zerocopy_connection, send_zerocopy,
	  arrives_and_is_told },
	{ "recv, TCP", connection_with_data, receive, nothing_lost },
	{ "setsockopt, TCP_CONGESTION", connection, choose_congestion, arrives },
	{ "getsockopt, TCP_INFO", connection, ask_info, arrives },
	{ "shutdown, TCP", connection, do_shutdown, peer_ends },
	{ "close, TCP", connection, do_close, peer_ends },
	{ "close, TCP, with data unread", connection_with_data, do_close, NULL },
	{ "close, TCP, no linger", connection, abort_connection, NULL },
	{ "close, listener with one waiting", with_waiting, close_listener, NULL },
	{ "sendto, UDP", udp_pair, send_datagram, another_arrives },
	{ "send, UDP, in two pieces", connected_udp, send_corked, another_arrives },
	{ "send, UDP, MSG_ZEROCOPY", zerocopy_udp, send_zerocopy_datagram,
	  another_arrives },
	{ "send, UDP, MSG_ZEROCOPY, in two pieces", zerocopy_udp,
	  send_zerocopy_corked, another_arrives },
	{ "recvmsg, UDP", udp_with_data, receive_datagram, NULL },
	{ 0 }
};
