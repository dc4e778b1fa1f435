// SPDX-License-Identifier: GPL-2.0
/*
 * IP_LOCAL_PORT_RANGE: which ports a stack picks for a socket, and when it has none left.
 */
#include "icmp.h"

#define IP_LOCAL_PORT_RANGE_	51
#define RANGE(low, high)	((int)((unsigned int)(high) << 16 | (low)))
#define SOCKETS			8

static int port_of(int fd)
{
	struct sockaddr_in name = { 0 };
	socklen_t len = sizeof(name);

	getsockname(fd, SA(name), &len);
	return ntohs(name.sin_port);
}

/* Two stacks pick at random: how many there are, and between which bounds. */
static void note_picks(struct world *w, const char *how, int type, int low, int high,
		       int (*pick)(int fd))
{
	int fds[SOCKETS], count = 0, outside = 0, err = 0, i, port;

	for (i = 0; i < SOCKETS; i++) {
		fds[i] = make(w, type, 0);
		if (set_int(fds[i], SOL_IP, IP_LOCAL_PORT_RANGE_, RANGE(low, high))) {
			note_result(w, NOT_YET, -1);
			return;
		}
		if (pick(fds[i])) {
			err = errno;
			continue;
		}
		port = port_of(fds[i]);
		count++;
		outside += port < low || port > high;
	}
	errno = err;
	note(w, how, "%d to %d: %d picked, %d outside, then %s", low, high, count, outside,
	     err ? strerror(err) : "no error");
	for (i = 0; i < SOCKETS; i++)
		close(fds[i]);
}

static int pick_bind(int fd)
{
	struct sockaddr_in any = local(0);

	return bind(fd, SA(any), sizeof(any));
}

static int pick_bind_shared(int fd)
{
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	return pick_bind(fd);
}

static int pick_connect(int fd)
{
	struct sockaddr_in to = local(7400);

	return connect(fd, SA(to), sizeof(to));
}

static void range_values(struct world *w)
{
	static const int values[] = { RANGE(0, 0), RANGE(40000, 40000), RANGE(40001, 40000),
				      RANGE(0, 40000), RANGE(40000, 0), RANGE(1, 2),
				      RANGE(65535, 65535), RANGE(100, 65535) };
	int s = make(w, SOCK_STREAM, 0);
	long wide = 0;
	size_t i;

	if (set_int(s, SOL_IP, IP_LOCAL_PORT_RANGE_, 0)) {
		note_result(w, NOT_YET, -1);
		return;
	}
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		DO(w, set_int(s, SOL_IP, IP_LOCAL_PORT_RANGE_, values[i]));
		note_int(w, s, SOL_IP, IP_LOCAL_PORT_RANGE_, "IP_LOCAL_PORT_RANGE");
	}
	DO(w, setsockopt(s, SOL_IP, IP_LOCAL_PORT_RANGE_, &wide, 8));
	DO(w, setsockopt(s, SOL_IP, IP_LOCAL_PORT_RANGE_, &wide, 2));
	DO(w, setsockopt(s, SOL_IP, IP_LOCAL_PORT_RANGE_, &wide, 0));
	close(s);
	s = make6(w, SOCK_DGRAM, 0);
	DO(w, set_int(s, SOL_IP, IP_LOCAL_PORT_RANGE_, RANGE(40000, 40001)));
	note_int(w, s, SOL_IP, IP_LOCAL_PORT_RANGE_, "IP_LOCAL_PORT_RANGE of IPv6");
	close(s);
}

/* None has another's ports, which may be in TIME-WAIT. */
static const struct {
	int low;
	int high;
} ranges[] = {
	{ 40000, 40000 }, { 40101, 40101 }, { 40200, 40201 }, { 40301, 40302 },
	{ 40400, 40402 }, { 40500, 40503 }, { 60997, 60999 }, { 32768, 32769 },
};

static void range_each(struct world *w, const char *how, int type, int (*pick)(int fd))
{
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		note_picks(w, how, type, ranges[i].low, ranges[i].high, pick);
}

static void range_udp(struct world *w)
{
	range_each(w, "bind", SOCK_DGRAM, pick_bind);
	range_each(w, "connect", SOCK_DGRAM, pick_connect);
}

static void range_tcp_bind(struct world *w)
{
	range_each(w, "bind", SOCK_STREAM, pick_bind);
	range_each(w, "bind with SO_REUSEADDR", SOCK_STREAM, pick_bind_shared);
}

static void range_tcp_connect(struct world *w)
{
	struct sockaddr_in in = local(7400);
	int l = make(w, SOCK_STREAM, 0);
	size_t i;

	set_int(l, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(l, SA(in), sizeof(in)));
	DO(w, listen(l, 100));
	/* Of an odd number the last is left out by Strata and by 6.1, not by 6.12. */
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (ranges[i].low == ranges[i].high || (ranges[i].high - ranges[i].low) % 2)
			note_picks(w, "connect", SOCK_STREAM, ranges[i].low, ranges[i].high,
				   pick_connect);
	close(l);
}

/* What lies outside of the stack's own range is not heeded, on either side. */
static void note_half(struct world *w, int low, int high, int least, int most)
{
	int s, i, outside = 0, port;

	for (i = 0; i < SOCKETS; i++) {
		s = make(w, SOCK_DGRAM, 0);
		if (set_int(s, SOL_IP, IP_LOCAL_PORT_RANGE_, RANGE(low, high))) {
			note_result(w, NOT_YET, -1);
			return;
		}
		pick_bind(s);
		port = port_of(s);
		outside += port < least || port > most;
		close(s);
	}
	note(w, "half a range", "%d to %d: %d outside of %d to %d", low, high, outside,
	     least, most);
}

static void range_half(struct world *w)
{
	note_half(w, 0, 32769, 32768, 32769);
	note_half(w, 60998, 0, 60998, 60999);
	note_half(w, 100, 32769, 32768, 32769);
	note_half(w, 60998, 65535, 60998, 60999);
	note_half(w, 100, 200, 32768, 60999);
	note_half(w, 65000, 65535, 32768, 60999);
}

const struct test_case range_cases[] = {
	{ "range_values", range_values },
	{ "range_udp", range_udp },
	{ "range_tcp_bind", range_tcp_bind },
	{ "range_tcp_connect", range_tcp_connect },
	{ "range_half", range_half },
	{ 0 },
};
