// SPDX-License-Identifier: GPL-2.0
/*
 * Stream sockets: the connection's life, and calls in the wrong state.
 */
#define _GNU_SOURCE
#include <sys/time.h>
#include "world.h"

#define EVENTS	(POLLIN | POLLOUT | POLLPRI | 0x2000)

static void tcp_fresh(struct world *w)
{
	char c;
	int s = make(w, SOCK_STREAM, 0);

	note_events(w, "poll of a fresh socket", s, EVENTS, 0);
	DO(w, send(s, "x", 1, MSG_NOSIGNAL));
	DO(w, send(s, "x", 1, 0));
	DO(w, recv(s, &c, 1, 0));
	DO(w, recv(s, &c, 1, MSG_DONTWAIT));
	DO(w, recv(s, &c, 1, MSG_OOB));
	DO(w, accept(s, NULL, NULL));
	DO(w, shutdown(s, SHUT_RD));
	DO(w, shutdown(s, SHUT_WR));
	DO(w, shutdown(s, SHUT_RDWR));
	DO(w, shutdown(s, 3));
	DO(w, shutdown(s, -1));
	note_int(w, s, SOL_SOCKET, SO_ERROR, "SO_ERROR");
	note_int(w, s, SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN");
	close(s);
}

static void tcp_connect_arguments(struct world *w)
{
	struct sockaddr_in all = at("127.255.255.255", 7000);
	struct sockaddr_in in = local(7000);
	int s = make(w, SOCK_STREAM, 0);

	DO(w, connect(s, SA(in), 0));
	DO(w, connect(s, SA(in), 1));
	DO(w, connect(s, SA(in), sizeof(in) - 1));
	DO(w, connect(s, BAD_POINTER, sizeof(in)));
	DO(w, connect(-1, SA(in), sizeof(in)));
	in.sin_family = AF_INET6;
	DO(w, connect(s, SA(in), sizeof(in)));
	in.sin_family = AF_UNIX;
	DO(w, connect(s, SA(in), sizeof(in)));
	in.sin_family = AF_UNSPEC;
	DO(w, connect(s, SA(in), sizeof(in)));
	in = at("192.0.2.1", 7000);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, connect(s, SA(all), sizeof(all)));
	in = at("224.0.0.1", 7000);
	DO(w, connect(s, SA(in), sizeof(in)));
	in = local(7000);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, connect(s, SA(in), sizeof(in)));
	in = local(0);
	DO(w, connect(s, SA(in), sizeof(in)));
	close(s);
}

static void tcp_refused(struct world *w)
{
	struct sockaddr_in in = local(7001);
	int s = make(w, SOCK_STREAM | SOCK_NONBLOCK, 0);

	note(w, "connect", "%s",
	     connect(s, SA(in), sizeof(in)) ? "in progress or refused" : "done");
	note_events(w, "poll", s, EVENTS, 1000);
	note_int(w, s, SOL_SOCKET, SO_ERROR, "SO_ERROR");
	note_int(w, s, SOL_SOCKET, SO_ERROR, "SO_ERROR again");
	DO(w, send(s, "x", 1, 0));
	close(s);
}

static void tcp_nonblocking(struct world *w)
{
	struct sockaddr_in in = local(7002);
	int l = make(w, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int s = make(w, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	int a;
	char c;

	set_int(l, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(l, SA(in), sizeof(in)));
	DO(w, listen(l, 1));
	DO(w, accept(l, NULL, NULL));
	note_events(w, "poll of an idle listener", l, EVENTS, 0);
	DO(w, connect(s, SA(in), sizeof(in)));
	note_events(w, "poll of the client", s, POLLOUT, 1000);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, connect(s, SA(in), sizeof(in)));
	settle(l);
	note_events(w, "poll of the listener", l, EVENTS, 0);
	a = DO_FD(w, accept4(l, SA(name), &len, SOCK_NONBLOCK));
	note_address(w, "the client", SA(name), len);
	DO(w, fcntl(a, F_GETFL) & O_NONBLOCK);
	DO(w, recv(a, &c, 1, 0));
	DO(w, accept4(l, NULL, NULL, 1));
	DO(w, accept(l, NULL, NULL));
	close(a);
	close(s);
	close(l);
}

static void tcp_listen_states(struct world *w)
{
	struct sockaddr_in in = local(7003);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	char c;
	int s = make(w, SOCK_STREAM, 0);

	set_int(s, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, listen(s, 0));
	DO(w, listen(s, -1));
	DO(w, listen(s, 10));
	note_int(w, s, SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN");
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, send(s, "x", 1, 0));
	DO(w, recv(s, &c, 1, 0));
	DO(w, getpeername(s, SA(name), &len));
	DO(w, shutdown(s, SHUT_WR));
	DO(w, shutdown(s, SHUT_RD));
	note_events(w, "poll after SHUT_RD", s, EVENTS, 0);
	DO(w, fcntl(s, F_SETFL, O_NONBLOCK));
	DO(w, accept(s, NULL, NULL));
	DO(w, listen(s, 1));
	close(s);
	s = make(w, SOCK_STREAM, 0);
	DO(w, listen(s, 1));
	DO(w, getsockname(s, SA(name), &len));
	note_address(w, "an unbound listener", SA(name), len);
	close(s);
}

static void tcp_connected(struct world *w)
{
	struct sockaddr_in in = local(7004);
	struct trio t = connected_tcp(w, 7004);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	DO(w, getsockname(t.server, SA(name), &len));
	note_address(w, "the server", SA(name), len);
	DO(w, getpeername(t.client, SA(name), &len));
	note_address(w, "its peer", SA(name), len);
	DO(w, getpeername(t.server, SA(name), &len));
	note_address(w, "the client", SA(name), len);
	DO(w, connect(t.client, SA(in), sizeof(in)));
	DO(w, bind(t.client, SA(in), sizeof(in)));
	DO(w, listen(t.client, 1));
	DO(w, accept(t.client, NULL, NULL));
	DO(w, listen(t.server, 1));
	note_events(w, "poll", t.client, EVENTS, 0);
	close_trio(&t);
}

static void tcp_data(struct world *w)
{
	struct trio t = connected_tcp(w, 7005);
	struct sockaddr_in in = local(9), from;
	struct iovec piece[2] = { { "ab", 2 }, { "cde", 3 } };
	socklen_t len = sizeof(from);
	char text[64] = "";

	DO(w, send(t.client, "hello", 5, 0));
	settle(t.server);
	note_events(w, "poll", t.server, EVENTS, 0);
	DO(w, recv(t.server, text, 2, MSG_PEEK));
	DO(w, recvfrom(t.server, text, 2, 0, SA(from), &len));
	note(w, "text", "%.2s, name of %u bytes", text, (unsigned int)len);
	DO(w, recv(t.server, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(t.server, text, sizeof(text), MSG_DONTWAIT));
	DO(w, sendto(t.client, "x", 1, 0, SA(in), sizeof(in)));
	DO(w, send(t.client, "", 0, 0));
	DO(w, send(t.client, BAD_POINTER, 4, 0));
	DO(w, writev(t.client, piece, 2));
	settle(t.server);
	DO(w, recv(t.server, text, 6, MSG_WAITALL));
	DO(w, send(t.client, "gone", 4, 0));
	settle(t.server);
	DO(w, recv(t.server, NULL, 2, MSG_TRUNC));
	DO(w, recv(t.server, text, 0, 0));
	DO(w, recv(t.server, BAD_POINTER, 2, 0));
	DO(w, read(t.server, text, sizeof(text)));
	DO(w, recv(t.server, text, 1, MSG_OOB));
	DO(w, recv(t.server, text, 1, MSG_ERRQUEUE));
	close_trio(&t);
}

/* Until that many are there to be read. */
static void settle_bytes(int fd, int bytes)
{
	int i, n = 0;

	for (i = 0; i < 1000 && !ioctl(fd, FIONREAD, &n) && n < bytes; i++)
		usleep(1000);
}

static void note_peek(struct world *w, int fd, int len, int flags)
{
	char text[16] = "";
	long got = recv(fd, text, len, flags | MSG_DONTWAIT);

	note_result(w, "recv", got);
	note(w, "text", "%s", text);
	note_int(w, fd, SOL_SOCKET, SO_PEEK_OFF, "SO_PEEK_OFF");
}

static void tcp_peek_offset(struct world *w)
{
	struct trio t = connected_tcp(w, 7021);

	if (set_int(t.server, SOL_SOCKET, SO_PEEK_OFF, 0)) {
		note(w, NOT_YET, "%m");
		close_trio(&t);
		return;
	}
	DO(w, send(t.client, "abcdef", 6, 0));
	settle_bytes(t.server, 6);
	note_peek(w, t.server, 2, MSG_PEEK);
	note_peek(w, t.server, 2, MSG_PEEK);
	note_peek(w, t.server, 9, MSG_PEEK);
	note_peek(w, t.server, 2, MSG_PEEK);	/* all of it was seen */
	note_peek(w, t.server, 1, 0);
	note_peek(w, t.server, 2, MSG_PEEK);
	DO(w, send(t.client, "ghij", 4, 0));
	settle_bytes(t.server, 9);
	note_peek(w, t.server, 2, MSG_PEEK);
	DO(w, recv(t.server, NULL, 5, MSG_TRUNC));
	note_peek(w, t.server, 2, MSG_PEEK);
	DO(w, set_int(t.server, SOL_SOCKET, SO_PEEK_OFF, 1));
	note_peek(w, t.server, 2, MSG_PEEK);
	DO(w, set_int(t.server, SOL_SOCKET, SO_PEEK_OFF, -1));
	note_peek(w, t.server, 9, MSG_PEEK);
	note_peek(w, t.server, 9, 0);
	close_trio(&t);
}

/* Until the urgent octet is there, and all that was sent with it. */
static void settle_urgent(int fd, int bytes)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	poll(&p, 1, 1000);
	settle_bytes(fd, bytes);
}

static void tcp_urgent(struct world *w)
{
	struct trio t = connected_tcp(w, 7019);
	char text[64] = "";
	int mark = -1, bytes = -1;

	DO(w, recv(t.server, text, 1, MSG_OOB));
	DO(w, ioctl(t.server, SIOCATMARK, &mark));
	note(w, "mark", "%d", mark);
	DO(w, send(t.client, "abc!", 4, MSG_OOB));
	settle_urgent(t.server, 3);
	note_events(w, "poll", t.server, EVENTS, 0);
	DO(w, ioctl(t.server, FIONREAD, &bytes));
	note(w, "before the mark", "%d", bytes);
	DO(w, recv(t.server, text, 0, MSG_OOB | MSG_PEEK));
	DO(w, recv(t.server, text, 1, MSG_OOB | MSG_PEEK));
	DO(w, recv(t.server, text, 8, MSG_OOB));
	note(w, "urgent", "%c", text[0]);
	DO(w, recv(t.server, text, 1, MSG_OOB));
	note_events(w, "poll when it is read", t.server, EVENTS, 0);
	DO(w, recv(t.server, text, sizeof(text), MSG_DONTWAIT));
	DO(w, ioctl(t.server, SIOCATMARK, &mark));
	note(w, "mark", "%d", mark);
	note_events(w, "poll at the mark", t.server, EVENTS, 0);
	DO(w, recv(t.server, text, sizeof(text), MSG_DONTWAIT));
	DO(w, send(t.client, "d", 1, MSG_OOB | MSG_DONTWAIT));
	settle_urgent(t.server, 0);
	DO(w, send(t.client, "e", 1, MSG_OOB));
	usleep(50000);
	DO(w, recv(t.server, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(t.server, BAD_POINTER, 1, MSG_OOB));
	DO(w, recv(t.server, text, 1, MSG_OOB));
	set_int(t.server, SOL_SOCKET, SO_OOBINLINE, 1);
	DO(w, send(t.client, "fg", 2, MSG_OOB));
	settle_urgent(t.server, 2);
	DO(w, ioctl(t.server, FIONREAD, &bytes));
	note(w, "inline", "%d", bytes);
	DO(w, recv(t.server, text, 1, MSG_OOB));
	DO(w, recv(t.server, text, sizeof(text), 0));
	DO(w, ioctl(t.server, SIOCATMARK, &mark));
	note(w, "mark", "%d", mark);
	DO(w, recv(t.server, text, sizeof(text), 0));
	DO(w, send(t.client, "", 0, MSG_OOB));
	DO(w, shutdown(t.client, SHUT_WR));
	settle_closed(t.server);
	DO(w, recv(t.server, text, 1, MSG_OOB));
	DO(w, recv(t.listener, text, 1, MSG_OOB));
	close_trio(&t);
}

static void tcp_half_close(struct world *w)
{
	struct trio t = connected_tcp(w, 7006);
	char c;

	DO(w, send(t.client, "x", 1, 0));
	DO(w, shutdown(t.client, SHUT_WR));
	DO(w, shutdown(t.client, SHUT_WR));
	DO(w, send(t.client, "x", 1, MSG_NOSIGNAL));
	settle(t.server);
	DO(w, recv(t.server, &c, 1, 0));
	settle(t.server);
	note_events(w, "poll of the server", t.server, EVENTS, 0);
	DO(w, recv(t.server, &c, 1, 0));
	DO(w, recv(t.server, &c, 1, MSG_DONTWAIT));
	DO(w, send(t.server, "back", 4, 0));
	settle(t.client);
	note_events(w, "poll of the client", t.client, EVENTS, 0);
	DO(w, recv(t.client, &c, 1, 0));
	DO(w, shutdown(t.server, SHUT_RDWR));
	DO(w, recv(t.server, &c, 1, 0));
	settle_closed(t.client);
	DO(w, shutdown(t.client, SHUT_RD));
	DO(w, recv(t.client, &c, 1, 0));
	close_trio(&t);
}

static void tcp_shut_read(struct world *w)
{
	struct trio t = connected_tcp(w, 7007);
	char c;

	DO(w, shutdown(t.server, SHUT_RD));
	note_events(w, "poll", t.server, EVENTS, 0);
	DO(w, recv(t.server, &c, 1, 0));
	DO(w, send(t.server, "x", 1, 0));
	settle(t.client);
	DO(w, recv(t.client, &c, 1, 0));
	close_trio(&t);
}

static void tcp_peer_closed(struct world *w)
{
	struct trio t = connected_tcp(w, 7008);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	char c;

	DO(w, close(t.server));
	settle(t.client);
	note_events(w, "poll", t.client, EVENTS, 0);
	DO(w, recv(t.client, &c, 1, 0));
	DO(w, send(t.client, "x", 1, MSG_NOSIGNAL));
	usleep(50000);
	note_events(w, "poll after the reset", t.client, EVENTS, 0);
	DO(w, getpeername(t.client, SA(name), &len));
	DO(w, send(t.client, "x", 1, MSG_NOSIGNAL));
	DO(w, send(t.client, "x", 1, MSG_NOSIGNAL));
	DO(w, recv(t.client, &c, 1, 0));
	note_int(w, t.client, SOL_SOCKET, SO_ERROR, "SO_ERROR");
	t.server = -1;
	close_trio(&t);
}

static void tcp_reset(struct world *w)
{
	struct linger now = { .l_onoff = 1 };
	struct trio t = connected_tcp(w, 7009);
	char c;

	DO(w, setsockopt(t.server, SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
	DO(w, close(t.server));
	settle(t.client);
	note_events(w, "poll", t.client, EVENTS, 0);
	DO(w, recv(t.client, &c, 1, 0));
	DO(w, recv(t.client, &c, 1, 0));
	DO(w, send(t.client, "x", 1, MSG_NOSIGNAL));
	note_int(w, t.client, SOL_SOCKET, SO_ERROR, "SO_ERROR");
	t.server = -1;
	close_trio(&t);
}

/* Closing with data unread is a reset (RFC 2525 2.17). */
static void tcp_unread(struct world *w)
{
	struct trio t = connected_tcp(w, 7010);
	char c;

	DO(w, send(t.client, "never read", 10, 0));
	settle(t.server);
	DO(w, close(t.server));
	settle(t.client);
	DO(w, recv(t.client, &c, 1, 0));
	DO(w, recv(t.client, &c, 1, 0));
	t.server = -1;
	close_trio(&t);
}

static void tcp_disconnect(struct world *w)
{
	struct sockaddr_in none = { .sin_family = AF_UNSPEC };
	struct trio t = connected_tcp(w, 7011);
	struct sockaddr_in in = local(7011);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	char c;

	DO(w, connect(t.client, SA(none), sizeof(none)));
	DO(w, getpeername(t.client, SA(name), &len));
	DO(w, send(t.client, "x", 1, MSG_NOSIGNAL));
	settle(t.server);
	DO(w, recv(t.server, &c, 1, 0));
	DO(w, connect(t.client, SA(in), sizeof(in)));
	DO(w, getpeername(t.client, SA(name), &len));
	close_trio(&t);
}

static void tcp_timeouts(struct world *w)
{
	struct timeval tv = { .tv_usec = 50000 };
	struct trio t = connected_tcp(w, 7012);
	char c;

	DO(w, setsockopt(t.client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	DO(w, recv(t.client, &c, 1, 0));
	DO(w, setsockopt(t.listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	DO(w, accept(t.listener, NULL, NULL));
	close_trio(&t);
}

/* A listener that goes takes the connections along that nobody accepted. */
static void tcp_never_accepted(struct world *w)
{
	struct sockaddr_in in = local(7013);
	int l = make(w, SOCK_STREAM, 0);
	int s = make(w, SOCK_STREAM, 0);
	char c;

	set_int(l, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(l, SA(in), sizeof(in)));
	DO(w, listen(l, 5));
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, send(s, "x", 1, 0));
	settle(l);
	DO(w, close(l));
	settle(s);
	DO(w, recv(s, &c, 1, 0));
	close(s);
}

static void tcp_rebind(struct world *w)
{
	struct trio t = connected_tcp(w, 7014);
	struct sockaddr_in in = local(7014);
	int s;

	close_trio(&t);
	s = make(w, SOCK_STREAM, 0);
	set_int(s, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, listen(s, 1));
	close(s);
}

static void tcp_accept_arguments(struct world *w)
{
	struct trio t = connected_tcp(w, 7015);
	struct sockaddr_in in = local(7015);
	struct sockaddr_storage name;
	socklen_t len = -1;
	int s = make(w, SOCK_STREAM, 0);

	DO(w, connect(s, SA(in), sizeof(in)));
	settle(t.listener);
	DO(w, accept(t.listener, SA(name), &len));
	close(s);
	s = make(w, SOCK_STREAM, 0);
	DO(w, connect(s, SA(in), sizeof(in)));
	settle(t.listener);
	len = sizeof(name);
	DO(w, accept(t.listener, BAD_POINTER, &len));
	close(s);
	close_trio(&t);
}

/* More than the buffer holds at first. */
static void tcp_low_water(struct world *w)
{
	struct trio t = connected_tcp(w, 8000);
	static char data[200000];
	size_t sent = 0;
	int waiting = 0;
	ssize_t n;

	DO(w, set_int(t.server, SOL_SOCKET, SO_RCVLOWAT, sizeof(data)));
	fcntl(t.client, F_SETFL, O_NONBLOCK);
	do {
		struct pollfd p = { .fd = t.client, .events = POLLOUT };

		poll(&p, 1, 1000);
		n = send(t.client, data, sizeof(data) - sent, 0);
		sent += n > 0 ? n : 0;
	} while (n > 0 && sent < sizeof(data));
	note(w, "sent", "%zu", sent);
	note_events(w, "poll", t.server, POLLIN, 2000);
	ioctl(t.server, FIONREAD, &waiting);
	note(w, "waiting when it is readable", "%s",
	     waiting >= (int)sizeof(data) ? "all" : "some");
	close_trio(&t);
}

const struct test_case tcp_cases[] = {
	{ "tcp_fresh", tcp_fresh },
	{ "tcp_connect_arguments", tcp_connect_arguments },
	{ "tcp_refused", tcp_refused },
	{ "tcp_nonblocking", tcp_nonblocking },
	{ "tcp_listen_states", tcp_listen_states },
	{ "tcp_connected", tcp_connected },
	{ "tcp_data", tcp_data },
	{ "tcp_peek_offset", tcp_peek_offset },
	{ "tcp_urgent", tcp_urgent },
	{ "tcp_half_close", tcp_half_close },
	{ "tcp_shut_read", tcp_shut_read },
	{ "tcp_peer_closed", tcp_peer_closed },
	{ "tcp_reset", tcp_reset },
	{ "tcp_unread", tcp_unread },
	{ "tcp_disconnect", tcp_disconnect },
	{ "tcp_timeouts", tcp_timeouts },
	{ "tcp_never_accepted", tcp_never_accepted },
	{ "tcp_rebind", tcp_rebind },
	{ "tcp_accept_arguments", tcp_accept_arguments },
	{ "tcp_low_water", tcp_low_water },
	{ 0 },
};
