// SPDX-License-Identifier: GPL-2.0
/*
 * MSG_ZEROCOPY: which calls are told of, in which notice, and how it looks, over
 * both families. On a loopback device everything is copied in the end, and the
 * notices say so.
 */
#include <time.h>	/* errqueue.h needs it */
#include <linux/capability.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include "world.h"

#define WAIT_MS		2000	/* at most, for what the network does */
#define NOTICE_MS	50	/* at most, after that */
#define PAGE		4096
#define PIECES		40	/* more than MAX_SKB_FRAGS */
#define BULK		1048576
#define SMALL_LOCK	(64 * 1024)

#ifndef MSG_PROBE
#define MSG_PROBE	0x10	/* the kernel's linux/socket.h */
#endif

static char data[BULK];

static struct pair zerocopy_pair(struct world *w, int family, int type)
{
	struct pair p = connected_pair(w, family, type);

	if (set_zerocopy(w, p.s, 1))
		note_result(w, "SO_ZEROCOPY", -1);
	return p;
}

/* Reads all that has come; until @fd has nothing on its way any more. */
static void drain(const struct pair *p)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	static char sink[1 << 16];
	int i, left = 1;

	for (i = 0; i < WAIT_MS; i++) {
		while (recv(p->r, sink, sizeof(sink), MSG_DONTWAIT) >= 0)
			;
		if (ioctl(p->s, SIOCOUTQ, &left) || !left)
			return;
		nanosleep(&moment, NULL);
	}
}

static void append_cmsgs(struct msghdr *message, char *text, size_t size)
{
	struct sock_extended_err ee;
	struct cmsghdr *cmsg;
	size_t used;

	for (cmsg = CMSG_FIRSTHDR(message); cmsg;
	     cmsg = CMSG_NXTHDR(message, cmsg)) {
		used = strlen(text);
		snprintf(text + used, size - used, " [%d.%d, %zu bytes",
			 cmsg->cmsg_level, cmsg->cmsg_type, cmsg->cmsg_len);
		used = strlen(text);
		if ((cmsg->cmsg_level == SOL_IP &&
		     cmsg->cmsg_type == IP_RECVERR) ||
		    (cmsg->cmsg_level == SOL_IPV6 &&
		     cmsg->cmsg_type == IPV6_RECVERR)) {
			memcpy(&ee, CMSG_DATA(cmsg), sizeof(ee));
			snprintf(text + used, size - used,
				 ": errno %u, origin %u, type %u, code %u, %u to %u",
				 ee.ee_errno, ee.ee_origin, ee.ee_type,
				 ee.ee_code, ee.ee_info, ee.ee_data);
		}
		used = strlen(text);
		snprintf(text + used, size - used, "]");
	}
}

/* Reads one message of the error queue into @text; false: there is none. */
static bool read_notice(int fd, size_t room, char *text, size_t size)
{
	char control[512], payload[16];
	struct iovec piece = { payload, sizeof(payload) };
	struct sockaddr_storage name;
	struct msghdr message = {
		.msg_name = &name,
		.msg_namelen = sizeof(name),
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = room,
	};
	long got = recvmsg(fd, &message, MSG_ERRQUEUE);

	if (got < 0)
		return false;
	snprintf(text, size, "%ld bytes, flags %x, name %u", got,
		 message.msg_flags, message.msg_namelen);
	append_cmsgs(&message, text, size);
	return true;
}

/* Notes all of them. What has been acknowledged is let go a moment later. */
static void note_notices(struct world *w, int fd)
{
	struct pollfd p = { .fd = fd };
	char text[OUTCOME_MAX];
	int count = 0;

	poll(&p, 1, NOTICE_MS);
	while (read_notice(fd, 512, text, sizeof(text))) {
		note(w, "notice", "%s", text);
		count++;
	}
	note(w, "notices", "%d", count);
}

static void drain_and_note(struct world *w, const struct pair *p)
{
	drain(p);
	note_notices(w, p->s);
}

static void zerocopy_option(struct world *w)
{
	static const struct {
		int type;
		int protocol;
	} kinds[] = {
		{ SOCK_STREAM, IPPROTO_TCP }, { SOCK_DGRAM, IPPROTO_UDP },
		{ SOCK_RAW, IPPROTO_UDP }, { SOCK_DGRAM, IPPROTO_ICMP },
	};
	unsigned int i;
	int s;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		s = make(w, kinds[i].type, kinds[i].protocol);
		DO(w, set_zerocopy(w, s, 2));
		DO(w, set_zerocopy(w, s, -1));
		DO(w, set_zerocopy(w, s, 1));
		note_int(w, s, SOL_SOCKET, SO_ZEROCOPY, "SO_ZEROCOPY");
		DO(w, set_zerocopy(w, s, 0));
		note_int(w, s, SOL_SOCKET, SO_ZEROCOPY, "SO_ZEROCOPY");
		close(s);
	}
}

/* What is accepted has it from its listener. */
static void zerocopy_inherited(struct world *w)
{
	struct sockaddr_storage name;
	socklen_t len;
	struct pair p;
	int listener;

	listener = bound_of(w, AF_INET, SOCK_STREAM, &name, &len);
	DO(w, set_zerocopy(w, listener, 1));
	DO(w, listen(listener, 1));
	p.r = make(w, SOCK_STREAM, 0);
	DO(w, connect(p.r, SA(name), len));
	p.s = accept(listener, NULL, NULL);
	note_int(w, p.s, SOL_SOCKET, SO_ZEROCOPY, "SO_ZEROCOPY");
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	close_pair(&p);
	close(listener);
}

static void stream(struct world *w, int family)
{
	struct pair p = connected_pair(w, family, SOCK_STREAM);

	/* Nobody asked for notices. */
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, set_zerocopy(w, p.s, 1));
	DO(w, send(p.s, data, PAGE, 0));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 0, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 1, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send(p.s, data + 1, 3 * PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	/* Several in one notice, and calls that are not told of between them. */
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY | MSG_MORE));
	DO(w, send(p.s, data, PAGE, 0));
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, set_zerocopy(w, p.s, 0));
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	/* The count goes on. */
	DO(w, set_zerocopy(w, p.s, 1));
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	close_pair(&p);
}

static void zerocopy_tcp(struct world *w)
{
	stream(w, AF_INET);
	stream(w, AF_INET6);
}

/* A call that takes nothing is not told of. */
static void zerocopy_tcp_errors(struct world *w)
{
	struct pair p = zerocopy_pair(w, AF_INET, SOCK_STREAM);
	int s = make(w, SOCK_STREAM, 0);

	DO(w, send(p.s, BAD_POINTER, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	while (send(p.s, data, BULK, MSG_DONTWAIT) > 0)
		;
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY | MSG_DONTWAIT));
	drain(&p);
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, shutdown(p.s, SHUT_WR));
	DO(w, send(p.s, data, PAGE, MSG_ZEROCOPY));
	note_notices(w, p.s);
	DO(w, set_zerocopy(w, s, 1));
	DO(w, send(s, data, PAGE, MSG_ZEROCOPY));
	note_notices(w, s);
	close(s);
	close_pair(&p);
}

static long send_pieces(int s, unsigned int count, int flags)
{
	struct iovec pieces[PIECES];
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
	unsigned int i;

	for (i = 0; i < count; i++)
		pieces[i] = (struct iovec){ data + 2 * i * PAGE + i, 100 };
	return sendmsg(s, &message, flags);
}

static void pieces(struct world *w, int type)
{
	struct pair p = zerocopy_pair(w, AF_INET, type);

	DO(w, send_pieces(p.s, 1, MSG_ZEROCOPY));
	DO(w, send_pieces(p.s, 16, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send_pieces(p.s, PIECES, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send_pieces(p.s, 1, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	close_pair(&p);
}

/* A packet has room for so many and no more. */
static void zerocopy_pieces(struct world *w)
{
	pieces(w, SOCK_STREAM);
	pieces(w, SOCK_DGRAM);
}

static void datagrams(struct world *w, int family)
{
	struct pair p = connected_pair(w, family, SOCK_DGRAM);

	DO(w, send(p.s, data, 1000, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, set_zerocopy(w, p.s, 1));
	DO(w, send(p.s, data, 1000, 0));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 0, MSG_ZEROCOPY));
	DO(w, send(p.s, data, 1, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send(p.s, data + 1, 60000, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 65508, MSG_ZEROCOPY));
	DO(w, send(p.s, data, 65528, MSG_ZEROCOPY));
	DO(w, send(p.s, data, 65536, MSG_ZEROCOPY));
	DO(w, send(p.s, BAD_POINTER, 1000, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY | MSG_PROBE));
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY | MSG_CONFIRM));
	drain_and_note(w, &p);
	close_pair(&p);
}

static void zerocopy_udp(struct world *w)
{
	datagrams(w, AF_INET);
	datagrams(w, AF_INET6);
}

static void zerocopy_udp_segment(struct world *w)
{
	struct pair p = zerocopy_pair(w, AF_INET, SOCK_DGRAM);

	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 1000));
	DO(w, send(p.s, data, 20000, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	/* Refused once there is a packet, and told of nevertheless. */
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 1));
	DO(w, send(p.s, data, 1000, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 0));
	DO(w, send(p.s, data, 1000, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	close_pair(&p);
}

static void zerocopy_udp_corked(struct world *w)
{
	struct pair p = zerocopy_pair(w, AF_INET, SOCK_DGRAM);

	DO(w, send(p.s, data, 100, MSG_ZEROCOPY | MSG_MORE));
	note_notices(w, p.s);
	DO(w, send(p.s, data, 100, MSG_MORE));
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 0, MSG_ZEROCOPY | MSG_MORE));
	DO(w, send(p.s, data, 0, MSG_ZEROCOPY | MSG_MORE));
	DO(w, send(p.s, data, 10, 0));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 100, MSG_MORE));
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY | MSG_MORE));
	/* It takes the whole datagram with it, but is not told of. */
	DO(w, send(p.s, BAD_POINTER, 100, MSG_ZEROCOPY | MSG_MORE));
	drain_and_note(w, &p);
	DO(w, send(p.s, BAD_POINTER, 100, MSG_ZEROCOPY | MSG_MORE));
	drain_and_note(w, &p);
	DO(w, set_int(p.s, SOL_UDP, UDP_CORK, 1));
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY));
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY));
	note_notices(w, p.s);
	DO(w, set_int(p.s, SOL_UDP, UDP_CORK, 0));
	drain_and_note(w, &p);
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	/* Closed with a datagram that is not complete. */
	DO(w, send(p.s, data, 100, MSG_ZEROCOPY | MSG_MORE));
	close_pair(&p);
}

/* A notice is an event, until it has been read. */
static void zerocopy_poll(struct world *w)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	char text[OUTCOME_MAX];
	struct pair p;
	int i;

	for (i = 0; i < 2; i++) {
		p = zerocopy_pair(w, AF_INET, types[i]);
		note_events(w, "before", p.s, POLLIN | POLLOUT | POLLPRI, 0);
		DO(w, send(p.s, data, 1000, MSG_ZEROCOPY));
		drain(&p);
		note_events(w, "after", p.s, 0, WAIT_MS);
		note_events(w, "after", p.s, POLLIN | POLLOUT | POLLPRI, 0);
		DO(w, set_int(p.s, SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1));
		note_events(w, "selected", p.s, POLLIN | POLLPRI, 0);
		note_int(w, p.s, SOL_SOCKET, SO_ERROR, "SO_ERROR");
		DO(w, read_notice(p.s, 512, text, sizeof(text)));
		note_events(w, "read", p.s, POLLIN | POLLOUT | POLLPRI, 0);
		DO(w, read_notice(p.s, 512, text, sizeof(text)));
		close_pair(&p);
	}
}

/* Beside other control messages, and where there is no room for it. */
static void control(struct world *w, int family, int type)
{
	struct pair p = zerocopy_pair(w, family, type);
	char text[OUTCOME_MAX];
	int i;

	DO(w, set_int(p.s, SOL_SOCKET, SO_TIMESTAMP, 1));
	DO(w, set_int(p.s, family == AF_INET ? SOL_IP : SOL_IPV6,
		      family == AF_INET ? IP_RECVERR : IPV6_RECVERR, 1));
	DO(w, set_int(p.s, family == AF_INET ? SOL_IP : SOL_IPV6,
		      family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO, 1));
	for (i = 0; i < 64; i += 16) {
		DO(w, send(p.s, data, 1000, MSG_ZEROCOPY));
		drain(&p);
		if (read_notice(p.s, i, text, sizeof(text)))
			note(w, "short", "%s", text);
	}
	DO(w, send(p.s, data, 1000, MSG_ZEROCOPY));
	drain_and_note(w, &p);
	close_pair(&p);
}

static void zerocopy_control(struct world *w)
{
	control(w, AF_INET, SOCK_STREAM);
	control(w, AF_INET6, SOCK_STREAM);
	control(w, AF_INET, SOCK_DGRAM);
	control(w, AF_INET6, SOCK_DGRAM);
}

static void drop_ipc_lock(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2];

	syscall(SYS_capget, &header, caps);
	caps[0].effective &= ~(1 << CAP_IPC_LOCK);
	syscall(SYS_capset, &header, caps);
}

/* Pages that are in use are locked ones. */
static void zerocopy_locked(struct world *w)
{
	struct rlimit limit = { SMALL_LOCK, SMALL_LOCK };
	struct pair p = zerocopy_pair(w, AF_INET, SOCK_STREAM);
	struct pair u = zerocopy_pair(w, AF_INET, SOCK_DGRAM);
	int i;

	drop_ipc_lock();
	DO(w, setrlimit(RLIMIT_MEMLOCK, &limit));
	DO(w, send(p.s, data, SMALL_LOCK, MSG_ZEROCOPY));
	DO(w, send(p.s, data, SMALL_LOCK - 3 * PAGE, MSG_ZEROCOPY));
	drain(&p);
	DO(w, set_int(p.s, SOL_TCP, TCP_CORK, 1));
	DO(w, send(p.s, data, SMALL_LOCK / 4, MSG_ZEROCOPY));
	DO(w, send(u.s, data, SMALL_LOCK - SMALL_LOCK / 4, MSG_ZEROCOPY));
	DO(w, set_int(p.s, SOL_TCP, TCP_CORK, 0));
	drain(&p);
	DO(w, send(u.s, data, SMALL_LOCK - SMALL_LOCK / 4, MSG_ZEROCOPY));
	/* They are given back. */
	for (i = 0; i < 5; i++) {
		drain(&p);
		DO(w, send(p.s, data, SMALL_LOCK - 3 * PAGE, MSG_ZEROCOPY));
	}
	drain_and_note(w, &p);
	DO(w, send(u.s, data, 40000, MSG_ZEROCOPY));
	DO(w, send(u.s, data, 40000, MSG_ZEROCOPY));
	drain_and_note(w, &u);
	limit.rlim_cur = 0;
	DO(w, setrlimit(RLIMIT_MEMLOCK, &limit));
	DO(w, send(p.s, data, 1, MSG_ZEROCOPY));
	DO(w, send(u.s, data, 1, MSG_ZEROCOPY));
	DO(w, send(u.s, data, 1, MSG_ZEROCOPY | MSG_MORE));
	DO(w, send(p.s, data, 1, 0));
	note_notices(w, p.s);
	note_notices(w, u.s);
	close_pair(&p);
	close_pair(&u);
}

/* A SYN with data: what it carries is copied. */
static void zerocopy_fastopen(struct world *w)
{
	struct sockaddr_storage name;
	int listener, i, one = 1;
	socklen_t len;
	struct pair p;

	listener = bound_of(w, AF_INET, SOCK_STREAM, &name, &len);
	setsockopt(listener, SOL_TCP, TCP_FASTOPEN, &one, sizeof(one));
	DO(w, listen(listener, 5));
	/* The first asks for a cookie, and has its data follow. */
	for (i = 0; i < 2; i++) {
		p.s = make(w, SOCK_STREAM, 0);
		DO(w, set_zerocopy(w, p.s, 1));
		DO(w, sendto(p.s, data, 1000, MSG_FASTOPEN | MSG_ZEROCOPY,
			     SA(name), len));
		p.r = accept(listener, NULL, NULL);
		drain_and_note(w, &p);
		DO(w, send(p.s, data, 1000, MSG_ZEROCOPY));
		drain_and_note(w, &p);
		close_pair(&p);
	}
	close(listener);
}

const struct test_case zerocopy_cases[] = {
	{ "zerocopy_option", zerocopy_option },
	{ "zerocopy_inherited", zerocopy_inherited },
	{ "zerocopy_tcp", zerocopy_tcp },
	{ "zerocopy_tcp_errors", zerocopy_tcp_errors },
	{ "zerocopy_pieces", zerocopy_pieces },
	{ "zerocopy_udp", zerocopy_udp },
	{ "zerocopy_udp_segment", zerocopy_udp_segment },
	{ "zerocopy_udp_corked", zerocopy_udp_corked },
	{ "zerocopy_poll", zerocopy_poll },
	{ "zerocopy_control", zerocopy_control },
	{ "zerocopy_locked", zerocopy_locked },
	{ "zerocopy_fastopen", zerocopy_fastopen },
	{}
};
