// SPDX-License-Identifier: GPL-2.0
/*
 * Notes, and what the cases share.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include "world.h"

#define EPHEMERAL_FIRST	32768
#define SETTLE_MS	1000
#define CONTROL_MAX	64	/* bytes of a control message */
#define SOCK_TYPE_MASK	0xf	/* linux/net.h */

void *bad_pointer = (void *)8;

void note(struct world *w, const char *call, const char *format, ...)
{
	struct note *n;
	va_list args;

	if (w->count == NOTES_MAX) {
		w->lost++;
		return;
	}
	n = &w->notes[w->count];
	snprintf(n->call, sizeof(n->call), "%s", call);
	va_start(args, format);
	vsnprintf(n->outcome, sizeof(n->outcome), format, args);
	va_end(args);
	w->count++;
}

long note_result(struct world *w, const char *call, long result)
{
	int err = errno;

	if (result == -1)
		note(w, call, "-1 %s", strerrorname_np(err));
	else
		note(w, call, "%ld", result);
	errno = err;
	return result;
}

int note_descriptor(struct world *w, const char *call, int fd)
{
	if (fd < 0)
		note_result(w, call, -1);
	else
		note(w, call, "a descriptor");
	return fd;
}

void note_address(struct world *w, const char *call,
		  const struct sockaddr *address, socklen_t len)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	int port;

	if (len < sizeof(*in) || in->sin_family != AF_INET) {
		note(w, call, "%u bytes, family %d", (unsigned int)len,
		     len >= sizeof(sa_family_t) ? address->sa_family : -1);
		return;
	}
	port = ntohs(in->sin_port);
	if (port >= EPHEMERAL_FIRST)
		note(w, call, "%s, a port", inet_ntoa(in->sin_addr));
	else
		note(w, call, "%s, port %d", inet_ntoa(in->sin_addr), port);
}

void note_events(struct world *w, const char *call, int fd, short events,
		 int timeout_ms)
{
	static const struct {
		short bit;
		const char *name;
	} names[] = {
		{ POLLIN, "IN" },	  { POLLPRI, "PRI" },
		{ POLLOUT, "OUT" },	  { POLLERR, "ERR" },
		{ POLLHUP, "HUP" },	  { POLLNVAL, "NVAL" },
		{ POLLRDNORM, "RDNORM" }, { POLLWRNORM, "WRNORM" },
		{ POLLWRBAND, "WRBAND" }, { 0x2000, "RDHUP" },
	};
	struct pollfd p = { .fd = fd, .events = events };
	char text[OUTCOME_MAX] = "nothing";
	size_t used = 0, i;

	poll(&p, 1, timeout_ms);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (p.revents & names[i].bit)
			used += snprintf(text + used, sizeof(text) - used,
					 "%s ", names[i].name);
	note(w, call, "%s", text);
}

int make(struct world *w, int type, int protocol)
{
	if (!protocol && (type & SOCK_TYPE_MASK) == SOCK_DGRAM)
		protocol = w->datagrams;
	return socket(w->family, type, protocol);
}

struct sockaddr_in at(const char *address, int port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(address),
	};

	return in;
}

struct sockaddr_in local(int port)
{
	return at("127.0.0.1", port);
}

long send_control(int fd, const struct sockaddr_in *to, const void *data,
		  size_t len, const struct control *control)
{
	char buffer[CMSG_SPACE(CONTROL_MAX)] = "";
	struct iovec piece = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr message = {
		.msg_name = (void *)to,
		.msg_namelen = to ? sizeof(*to) : 0,
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = buffer,
		.msg_controllen = CMSG_SPACE(control->size),
	};
	struct cmsghdr *cmsg = (struct cmsghdr *)buffer;

	cmsg->cmsg_level = control->level;
	cmsg->cmsg_type = control->type;
	cmsg->cmsg_len = CMSG_LEN(control->size);
	memcpy(CMSG_DATA(cmsg), control->value, control->size);
	return sendmsg(fd, &message, 0);
}

void settle(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	poll(&p, 1, SETTLE_MS);
}

void settle_closed(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	poll(&p, 1, SETTLE_MS);
}

int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

void note_int(struct world *w, int fd, int level, int option, const char *name)
{
	socklen_t len = sizeof(int);
	int value = -1;

	if (getsockopt(fd, level, option, &value, &len))
		note_result(w, name, -1);
	else
		note(w, name, "%d in %u bytes", value, (unsigned int)len);
}

int set_reuseport(struct world *w, int fd, int value)
{
	if (w->family == AF_INET)
		return set_int(fd, SOL_SOCKET, SO_REUSEPORT, value);
	return set_int(fd, SOL_STRATA, STRATA_SO_REUSEPORT, value);
}

int set_zerocopy(struct world *w, int fd, int value)
{
	if (w->family == AF_INET)
		return set_int(fd, SOL_SOCKET, SO_ZEROCOPY, value);
	return set_int(fd, SOL_STRATA, STRATA_SO_ZEROCOPY, value);
}

int bound_udp(struct world *w, int port)
{
	struct sockaddr_in in = local(port);
	int fd = make(w, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, SA(in), sizeof(in)))
		note_result(w, "a bound UDP socket", -1);
	return fd;
}

int make_of(struct world *w, int family, int type, int protocol)
{
	if (w->family == AF_INET)
		return socket(family, type, protocol);
	return socket(w->family, type, STRATA_PROTOCOL(family, protocol));
}

int bound_of(struct world *w, int family, int type,
	     struct sockaddr_storage *name, socklen_t *len)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in in = local(0);
	int fd = make_of(w, family, type, 0);

	*len = sizeof(*name);
	if ((family == AF_INET ? bind(fd, SA(in), sizeof(in)) :
				 bind(fd, SA(in6), sizeof(in6))) ||
	    getsockname(fd, SA(*name), len))
		note_result(w, "a bound socket", -1);
	return fd;
}

struct pair connected_pair(struct world *w, int family, int type)
{
	struct sockaddr_storage name;
	struct pair p;
	socklen_t len;
	int bound;

	bound = bound_of(w, family, type, &name, &len);
	p.s = make_of(w, family, type, 0);
	if ((type == SOCK_STREAM && listen(bound, 1)) ||
	    connect(p.s, SA(name), len))
		note_result(w, "a connected pair", -1);
	p.r = bound;
	if (type == SOCK_STREAM) {
		p.r = accept(bound, NULL, NULL);
		close(bound);
	}
	return p;
}

void close_pair(struct pair *p)
{
	close(p->s);
	close(p->r);
}

struct trio connected_tcp(struct world *w, int port)
{
	struct sockaddr_in in = local(port);
	struct trio t;

	t.listener = make(w, SOCK_STREAM, 0);
	set_int(t.listener, SOL_SOCKET, SO_REUSEADDR, 1);
	t.client = make(w, SOCK_STREAM, 0);
	t.server = -1;
	if (bind(t.listener, SA(in), sizeof(in)) || listen(t.listener, 5) ||
	    connect(t.client, SA(in), sizeof(in)))
		note_result(w, "a connection", -1);
	else
		t.server = accept(t.listener, NULL, NULL);
	return t;
}

void close_trio(struct trio *t)
{
	close(t->client);
	close(t->server);
	close(t->listener);
}
