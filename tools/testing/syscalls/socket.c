// SPDX-License-Identifier: GPL-2.0
/*
 * socket(2) and socketpair(2).
 */
#include "world.h"

static void socket_types(struct world *w)
{
	DO_FD(w, make(w, SOCK_STREAM, 0));
	DO_FD(w, make(w, SOCK_STREAM, IPPROTO_TCP));
	DO_FD(w, make(w, SOCK_DGRAM, 0));
	DO_FD(w, make(w, SOCK_DGRAM, IPPROTO_UDP));
	DO_FD(w, make(w, SOCK_STREAM, IPPROTO_UDP));
	DO_FD(w, make(w, SOCK_DGRAM, IPPROTO_TCP));
	DO_FD(w, make(w, SOCK_STREAM, 254));
	DO_FD(w, make(w, SOCK_DGRAM, 254));
	DO_FD(w, make(w, SOCK_STREAM, 300));
	DO_FD(w, make(w, SOCK_STREAM, -1));
	DO_FD(w, make(w, SOCK_RDM, 0));
	DO_FD(w, make(w, 0, 0));
	DO_FD(w, make(w, -1, 0));
	DO_FD(w, make(w, 11, 0));
	DO_FD(w, make(w, 15, 0));
	DO_FD(w, make(w, SOCK_STREAM | 0x100000, 0));
	DO_FD(w, make(w, SOCK_RAW, 0));
	DO_FD(w, make(w, SOCK_RAW, IPPROTO_UDP));
	DO_FD(w, make(w, SOCK_DGRAM, IPPROTO_ICMP));
}

static void socket_flags(struct world *w)
{
	int s = make(w, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	DO(w, fcntl(s, F_GETFL) & O_NONBLOCK);
	DO(w, fcntl(s, F_GETFD));
	DO(w, fcntl(s, F_SETFL, 0));
	DO(w, fcntl(s, F_GETFL) & O_NONBLOCK);
	DO(w, lseek(s, 0, SEEK_SET));
	DO(w, fsync(s));
	DO(w, close(s));
	DO(w, close(s));
}

static void socket_pair(struct world *w)
{
	int pair[2];

	DO(w, socketpair(w->family, SOCK_STREAM, 0, pair));
	DO(w, socketpair(w->family, SOCK_DGRAM, 0, pair));
	DO(w, socketpair(w->family, SOCK_DGRAM, 0, BAD_POINTER));
}

const struct test_case socket_cases[] = {
	{ "socket_types", socket_types },
	{ "socket_flags", socket_flags },
	{ "socket_pair", socket_pair },
	{ 0 },
};
