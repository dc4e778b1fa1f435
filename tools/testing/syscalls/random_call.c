// SPDX-License-Identifier: GPL-2.0
/*
 * One call of a sequence: made on one of the stacks, and printed.
 */
#define _GNU_SOURCE
#include <linux/sockios.h>
#include <sched.h>
#include <stdarg.h>
#include "random.h"

#define ACKNOWLEDGED_MS	400	/* longer than an acknowledgment is ever delayed */

const struct random_kind random_kinds[] = {
	{ "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP, 34 },
	{ "udp", AF_INET, SOCK_DGRAM, IPPROTO_UDP, 26 },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP, 14 },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 14 },
	{ "raw", AF_INET, SOCK_RAW, 253, 4 },	/* RFC 3692: for experiments */
	{ "raw6", AF_INET6, SOCK_RAW, 253, 4 },
	{ "ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP, 2 },
	{ "ping6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, 2 },
};

const unsigned int random_kinds_count = sizeof(random_kinds) / sizeof(random_kinds[0]);

void put(char *text, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, TEXT_MAX - len, format, args);
	va_end(args);
}

void put_result(char *text, long result)
{
	if (result >= 0)
		put(text, "%ld", result);
	/* The two names of this number depend on the library. */
	else if (errno == EOPNOTSUPP)
		put(text, "-1 EOPNOTSUPP");
	else
		put(text, "-1 %s", strerrorname_np(errno));
}

static void put_done(char *text, long result)
{
	put_result(text, result < 0 ? result : 0);
}

/* A slot that is taken is emptied first. */
static void install(struct stack *s, int slot, int fd, const struct random_kind *kind)
{
	if (s->fd[slot] >= 0)
		close(s->fd[slot]);
	s->fd[slot] = fd;
	s->kind[slot] = kind;
}

/*
 * Nagle's algorithm would have the moment of an acknowledgment decide how much there is to
 * read; it is off until a call of the sequence turns it on.
 */
static void make_socket(struct stack *s, const struct call *c, char *outcome)
{
	const struct random_kind *kind = &random_kinds[c->choice];
	int type = kind->type | SOCK_NONBLOCK;
	int fd;

	if (setns(s->netns, CLONE_NEWNET))
		perror("syscalls: setns");
	if (s->family == AF_INET)
		fd = socket(kind->family, type, kind->protocol);
	else
		fd = socket(s->family, type,
			    STRATA_PROTOCOL(kind->family, kind->protocol));
	put_done(outcome, fd);
	if (fd >= 0 && kind->type == SOCK_STREAM)
		set_int(fd, SOL_TCP, TCP_NODELAY, 1);
	install(s, c->slot, fd, kind);
}

static void make_name(struct stack *s, const struct call *c, char *outcome)
{
	struct sockaddr_storage name = { 0 };
	socklen_t len = c->len;
	bool is_stream = s->kind[c->slot] && s->kind[c->slot]->type == SOCK_STREAM;
	int result;

	if (c->choice)
		result = getpeername(s->fd[c->slot], SA(name), &len);
	else
		result = getsockname(s->fd[c->slot], SA(name), &len);
	put_result(outcome, result);
	if (!result && (socklen_t)c->len < len)
		put(outcome, " of %u", (unsigned int)len);
	else if (!result)
		address_print(s, is_stream, &name, len, outcome);
}

static void make_accept(struct stack *s, const struct call *c, char *outcome)
{
	struct sockaddr_storage name = { 0 };
	socklen_t len = sizeof(name);
	int fd = accept4(s->fd[c->slot], SA(name), &len, SOCK_NONBLOCK);

	put_done(outcome, fd);
	if (fd < 0)
		return;
	address_print(s, true, &name, len, outcome);
	install(s, c->other, fd, s->kind[c->slot]);
}

static void make_dup(struct stack *s, const struct call *c, char *outcome)
{
	int fd = dup(s->fd[c->slot]);

	put_done(outcome, fd);
	if (fd >= 0)
		install(s, c->other, fd, s->kind[c->slot]);
}

static const struct {
	unsigned long number;
	const char *name;
	bool has_value;
} requests[] = {
	{ FIONREAD, "FIONREAD", true },
	{ SIOCATMARK, "SIOCATMARK", true },
	{ SIOCOUTQ, "SIOCOUTQ", true },
	{ SIOCOUTQNSD, "SIOCOUTQNSD", true },
	{ SIOCGPGRP, "SIOCGPGRP", true },
	{ SIOCGSTAMP_OLD, "SIOCGSTAMP", false },
	{ SIOCADDRT, "SIOCADDRT", false },
	{ 0x8999, "0x8999", false },
	{ 0x5401, "TCGETS", false },
};

/* Acknowledgements are delayed, and by how much is a stack's own business. */
static void await_acknowledged(int fd)
{
	int i, bytes;

	for (i = 0; i < ACKNOWLEDGED_MS && !ioctl(fd, SIOCOUTQ, &bytes) && bytes; i++)
		usleep(1000);
}

/* The kernel counts the numbers that a closed socket has left, and Strata nothing. */
static bool is_closed_count(const struct stack *s, const struct call *c, unsigned long request)
{
	return (request == SIOCOUTQ || request == SIOCOUTQNSD) && s->kind[c->slot] &&
	       s->kind[c->slot]->type == SOCK_STREAM && stream_state(s->fd[c->slot]) == TCP_CLOSE;
}

static void make_ioctl(struct stack *s, const struct call *c, char *outcome)
{
	unsigned int i = c->choice % (sizeof(requests) / sizeof(requests[0]));
	int fd = s->fd[c->slot];
	int value[32] = { -1 };
	int result;

	if (requests[i].number == SIOCOUTQ)
		await_acknowledged(fd);
	/* The errors of odd pointers are of more interest than what they point to. */
	result = ioctl(fd, requests[i].number,
		       c->value || requests[i].number == SIOCADDRT ? BAD_POINTER : value);
	put_result(outcome, result);
	if (!result && requests[i].has_value && !is_closed_count(s, c, requests[i].number))
		put(outcome, " %d", value[0]);
}

void call_make(struct stack *s, const struct call *c, int step, char *outcome)
{
	struct sockaddr_storage address;
	int fd = s->fd[c->slot];
	socklen_t len = 0;

	*outcome = 0;
	errno = 0;
	if (c->verb == BIND || c->verb == CONNECT)
		len = target_fill(s, &c->to, &address);
	switch (c->verb) {
	case SOCKET:
		return make_socket(s, c, outcome);
	case BIND:
		return put_result(outcome, bind(fd, SA(address), len));
	case CONNECT:
		return put_result(outcome, connect(fd, SA(address), len));
	case LISTEN:
		return put_result(outcome, listen(fd, c->value));
	case ACCEPT:
		return make_accept(s, c, outcome);
	case SEND:
		return send_make(s, c, step, outcome);
	case RECV:
		return receive_make(s, c, outcome);
	case SHUTDOWN:
		return put_result(outcome, shutdown(fd, c->value));
	case SETSOCKOPT:
		return option_set(s, c, outcome);
	case GETSOCKOPT:
		return option_get(s, c, outcome);
	case NAME:
		return make_name(s, c, outcome);
	case IOCTL:
		return make_ioctl(s, c, outcome);
	case DUP:
		return make_dup(s, c, outcome);
	case CLOSE:
		put_result(outcome, close(fd));
		s->fd[c->slot] = -1;
		return;
	case VERBS:
		return;
	}
}

static void message_print(const struct call *c, char *text)
{
	put(text, "%s(s%d, %d bytes, flags %#x", c->verb == SEND ? "sendmsg" : "recvmsg",
	    c->slot, c->len, c->flags);
	if (c->verb == SEND) {
		put(text, ", to ");
		target_print(&c->to, text);
		control_print(c, text);
	}
	put(text, ")");
}

static void ioctl_print(const struct call *c, char *text)
{
	put(text, "ioctl(s%d, %s%s)", c->slot,
	    requests[c->choice % (sizeof(requests) / sizeof(requests[0]))].name,
	    c->value ? ", a bad pointer" : "");
}

static void address_call_print(const struct call *c, char *text)
{
	put(text, "%s(s%d, ", c->verb == BIND ? "bind" : "connect", c->slot);
	target_print(&c->to, text);
	put(text, ")");
}

/* Adds to @text. */
void call_print(const struct call *c, char *text)
{
	switch (c->verb) {
	case SOCKET:
		return put(text, "s%d = socket(%s)", c->slot,
			   random_kinds[c->choice].name);
	case BIND:
	case CONNECT:
		return address_call_print(c, text);
	case LISTEN:
		return put(text, "listen(s%d, %d)", c->slot, c->value);
	case ACCEPT:
		return put(text, "s%d = accept(s%d)", c->other, c->slot);
	case SEND:
	case RECV:
		return message_print(c, text);
	case SHUTDOWN:
		return put(text, "shutdown(s%d, %d)", c->slot, c->value);
	case SETSOCKOPT:
	case GETSOCKOPT:
		return option_print(c, text);
	case NAME:
		return put(text, "%s(s%d, %d bytes)",
			   c->choice ? "getpeername" : "getsockname", c->slot, c->len);
	case IOCTL:
		return ioctl_print(c, text);
	case DUP:
		return put(text, "s%d = dup(s%d)", c->other, c->slot);
	case CLOSE:
		return put(text, "close(s%d)", c->slot);
	case VERBS:
		return;
	}
}
