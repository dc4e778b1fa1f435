// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls of the language.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/strata.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "call.h"
#include "names.h"

void program_init(struct program *program, const struct wire *wire, enum stack stack)
{
	int i;

	memset(program, 0, sizeof(*program));
	program->wire = wire;
	program->stack = stack;
	for (i = 0; i < FDS_MAX; i++)
		program->fds[i] = -1;
}

static int fd_of(const struct program *program, const struct call *call)
{
	long fd = call->argument[0];

	return fd >= 0 && fd < FDS_MAX ? program->fds[fd] : -1;
}

/* What the system calls @real is @call->result from now on. */
static long adopt(struct program *program, const struct call *call, int real)
{
	if (real < 0)
		return -1;
	if (call->result < 0 || call->result >= FDS_MAX)
		return real;
	program->fds[call->result] = real;
	program->written[call->result] = 0;
	program->read[call->result] = 0;
	return call->result;
}

static long run_socket(struct program *program, const struct call *call)
{
	int type = SOCK_STREAM | SOCK_CLOEXEC | (call->count ? call->argument[0] : 0);
	int family = program->wire->ipv6 ? AF_INET6 : AF_INET;
	int fd, one = 1;

	if (program->stack == STRATA)
		fd = socket(AF_STRATA, type, STRATA_PROTOCOL(family, IPPROTO_TCP));
	else
		fd = socket(family, type, IPPROTO_TCP);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		return -1;
	return adopt(program, call, fd);
}

static long run_bind(struct program *program, const struct call *call)
{
	struct sockaddr_storage address;
	socklen_t len = wire_address(program->wire, STACK_PORT, &address);

	return bind(fd_of(program, call), (struct sockaddr *)&address, len);
}

static socklen_t peer_address(const struct program *program, long peer,
			      struct sockaddr_storage *address)
{
	if (peer < 1 || peer >= PEERS_MAX)
		peer = 1;
	return wire_address(program->wire, program->wire->peers[peer].port, address);
}

static long run_connect(struct program *program, const struct call *call)
{
	long peer = call->count > 1 ? call->argument[1] : 1;
	struct sockaddr_storage address;
	socklen_t len = peer_address(program, peer, &address);

	return connect(fd_of(program, call), (struct sockaddr *)&address, len);
}

static long run_listen(struct program *program, const struct call *call)
{
	return listen(fd_of(program, call), call->argument[1]);
}

static long run_accept(struct program *program, const struct call *call)
{
	int flags = call->count > 1 ? call->argument[1] : 0;

	return adopt(program, call,
		     accept4(fd_of(program, call), NULL, NULL,
			     flags | SOCK_CLOEXEC));
}

static long run_send(struct program *program, const struct call *call)
{
	int flags = call->count > 2 ? call->argument[2] : 0;
	long i, ret, len = call->argument[1];
	uint32_t *at = &program->written[call->argument[0]];
	uint8_t *data = malloc(len + 1);
	struct sockaddr_storage peer;
	socklen_t peer_len = 0;

	if (!data)
		return -1;
	/* sendto() */
	if (call->count > 3)
		peer_len = peer_address(program, call->argument[3], &peer);
	for (i = 0; i < len; i++)
		data[i] = pattern(*at + i);
	ret = sendto(fd_of(program, call), data, len, flags | MSG_NOSIGNAL,
		     peer_len ? (struct sockaddr *)&peer : NULL, peer_len);
	if (ret > 0)
		*at += ret;
	free(data);
	return ret;
}

/* An octet may be missing: the urgent one, which is read apart. */
static void check_data(struct program *program, uint32_t *at, const uint8_t *data,
		       long len, bool peek)
{
	uint32_t offset = *at;
	long i;

	for (i = 0; i < len; i++, offset++) {
		if (data[i] == pattern(offset + 1) && data[i] != pattern(offset))
			offset++;
		if (data[i] != pattern(offset))
			program->bad_data = true;
	}
	if (!peek)
		*at = offset;
}

static long run_recv(struct program *program, const struct call *call)
{
	int flags = call->count > 2 ? call->argument[2] : 0;
	long ret, len = call->argument[1];
	uint8_t *data = malloc(len + 1);

	if (!data)
		return -1;
	ret = recv(fd_of(program, call), data, len, flags);
	if (ret > 0 && !(flags & (MSG_OOB | MSG_TRUNC)))
		check_data(program, &program->read[call->argument[0]], data, ret,
			   flags & MSG_PEEK);
	if (ret > 0 && flags & MSG_TRUNC)
		program->read[call->argument[0]] += ret;
	free(data);
	return ret;
}

static void sockopt_number(const struct program *program, int option,
			   int *level, int *number)
{
	const struct sockopt *entry = &sockopts[option];
	bool other = program->wire->ipv6 && entry->level6;

	*level = other ? entry->level6 : entry->level;
	*number = other ? entry->number6 : entry->number;
}

static long run_setsockopt(struct program *program, const struct call *call)
{
	struct linger linger = { .l_onoff = call->argument[2] >= 0,
				 .l_linger = call->argument[2] };
	int level, number, value = call->argument[2];
	const void *data = &value;
	socklen_t len = sizeof(value);

	sockopt_number(program, call->argument[1], &level, &number);
	if (*call->text) {
		data = call->text;
		len = strlen(call->text);
	} else if (level == SOL_SOCKET && number == SO_LINGER) {
		data = &linger;
		len = sizeof(linger);
	}
	return setsockopt(fd_of(program, call), level, number, data, len);
}

/* Returns the option's value. */
static long run_getsockopt(struct program *program, const struct call *call)
{
	int level, number, value = 0;
	socklen_t len = sizeof(value);

	sockopt_number(program, call->argument[1], &level, &number);
	if (getsockopt(fd_of(program, call), level, number, &value, &len))
		return -1;
	return value;
}

/* Returns what it tells. */
static long run_ioctl(struct program *program, const struct call *call)
{
	int value = 0;

	if (ioctl(fd_of(program, call), call->argument[1], &value))
		return -1;
	return value;
}

static long run_shutdown(struct program *program, const struct call *call)
{
	return shutdown(fd_of(program, call), call->argument[1]);
}

static long run_close(struct program *program, const struct call *call)
{
	int fd = fd_of(program, call);

	if (fd >= 0)
		program->fds[call->argument[0]] = -1;
	return close(fd);
}

/* Returns the events, without waiting; or, given some, waits for those. */
static long run_poll(struct program *program, const struct call *call)
{
	struct pollfd poll_fd = {
		.fd = fd_of(program, call),
		.events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP,
	};

	if (call->count > 1)
		poll_fd.events = call->argument[1];
	if (poll(&poll_fd, 1, call->count > 1 ? -1 : 0) < 0)
		return -1;
	return poll_fd.revents;
}

static const struct call_op ops[] = {
	{ "socket", 0, 1, false, run_socket },
	{ "bind", 1, 1, false, run_bind },
	{ "listen", 2, 2, false, run_listen },
	{ "accept", 1, 2, false, run_accept },
	{ "connect", 1, 2, false, run_connect },
	{ "write", 2, 2, false, run_send },
	{ "send", 3, 3, false, run_send },
	{ "sendto", 4, 4, false, run_send },
	{ "read", 2, 2, false, run_recv },
	{ "recv", 3, 3, false, run_recv },
	{ "setsockopt", 3, 3, true, run_setsockopt },
	{ "getsockopt", 2, 2, true, run_getsockopt },
	{ "ioctl", 2, 2, false, run_ioctl },
	{ "shutdown", 2, 2, false, run_shutdown },
	{ "close", 1, 1, false, run_close },
	{ "poll", 1, 2, false, run_poll },
	{ 0 },
};

const struct call_op *call_find(const char *name)
{
	const struct call_op *op;

	for (op = ops; op->name; op++)
		if (!strcmp(op->name, name))
			return op;
	return NULL;
}

int program_info(struct program *program, int fd, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return getsockopt(program->fds[fd], IPPROTO_TCP, TCP_INFO, info, &len);
}
