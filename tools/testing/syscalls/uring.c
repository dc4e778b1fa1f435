// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring: what it does to sockets, over both families: it calls the same functions
 * as the system calls, but never waits in them, and from threads of its own.
 */
#include <liburing.h>
#include "world.h"

#define ENTRIES		16
#define WAIT_S		5	/* at most, for one completion */
#define RECV_TAG	1000	/* user_data of what receives */
#define SHORT_NS	50000000LL
#define BULK		(200 * 1000)
#define PAGES_BYTES	20000
#define ROUNDS		3000	/* of PAGES_BYTES, whose memory would be missed */
#define LOST_KIB	(40 << 10)

static struct io_uring ring;
static char out[BULK], in[BULK];

static void fill(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 31 + (i >> 8);
	memset(in, 0, sizeof(in));
}

/* False: this kernel or its administrator has none, which is noted. */
static bool open_ring(struct world *w)
{
	int err = io_uring_queue_init(ENTRIES, &ring, 0);

	fill();
	if (!err)
		return true;
	note(w, NOT_YET, "io_uring: %s", strerror(-err));
	return false;
}

static struct io_uring_sqe *sqe(unsigned long tag)
{
	struct io_uring_sqe *s = io_uring_get_sqe(&ring);

	io_uring_sqe_set_data64(s, tag);
	return s;
}

/* Waits for one completion; false: there was none. */
static bool complete(struct io_uring_cqe *copy)
{
	struct __kernel_timespec ts = { .tv_sec = WAIT_S };
	struct io_uring_cqe *cqe;

	if (io_uring_wait_cqe_timeout(&ring, &cqe, &ts))
		return false;
	*copy = *cqe;
	io_uring_cqe_seen(&ring, cqe);
	return true;
}

static int note_cqe(struct world *w, const char *call)
{
	struct io_uring_cqe cqe;

	if (!complete(&cqe)) {
		note(w, call, "does not complete");
		return -1;
	}
	if (cqe.res < 0)
		errno = -cqe.res;
	note_result(w, call, cqe.res < 0 ? -1 : cqe.res);
	return cqe.res;
}

static int do_one(struct world *w, const char *call)
{
	io_uring_submit(&ring);
	return note_cqe(w, call);
}

/* Two that complete in any order: @call is that of tag 0. */
static void note_two(struct world *w, const char *call, const char *tagged)
{
	struct io_uring_cqe cqes[2];
	int i;

	if (!complete(&cqes[0]) || !complete(&cqes[1])) {
		note(w, call, "does not complete");
		return;
	}
	i = cqes[0].user_data != 0;
	note(w, call, "%d, flags %x", cqes[i].res, cqes[i].flags);
	note(w, tagged, "%d, flags %x", cqes[!i].res, cqes[!i].flags);
}

static void note_same(struct world *w, size_t len)
{
	note(w, "content", "%s", memcmp(in, out, len) ? "differs" : "same");
	memset(in, 0, sizeof(in));
}

#define SQE(tag, what, ...)	io_uring_prep_##what(sqe(tag), __VA_ARGS__)

/* Sockets made, connected and accepted by the ring. */
static struct pair ring_pair(struct world *w, int family)
{
	int protocol = w->family == AF_INET ? 0 : STRATA_PROTOCOL(family, 0);
	struct sockaddr_storage name, peer;
	socklen_t len, peer_len = sizeof(peer);
	struct io_uring_cqe cqe;
	struct pair p = { -1, -1 };
	int listener, i;

	listener = bound_of(w, family, SOCK_STREAM, &name, &len);
	DO(w, listen(listener, 5));
	SQE(0, socket, w->family == AF_INET ? family : w->family, SOCK_STREAM,
	    protocol, 0);
	io_uring_submit(&ring);
	if (!complete(&cqe) || cqe.res < 0) {
		note(w, "socket", "%d", cqe.res);
		return p;
	}
	p.s = cqe.res;
	SQE(RECV_TAG, accept, listener, SA(peer), &peer_len, 0);
	SQE(0, connect, p.s, SA(name), len);
	io_uring_submit(&ring);
	for (i = 0; i < 2; i++) {
		if (!complete(&cqe))
			note(w, "connect, accept", "does not complete");
		else if (cqe.user_data == RECV_TAG)
			p.r = cqe.res;
		else
			note(w, "connect", "%d", cqe.res);
	}
	note(w, "accept", "%s, %u bytes of name", p.r < 0 ? "fails" : "done",
	     (unsigned int)peer_len);
	close(listener);
	return p;
}

static void send_and_receive(struct world *w, const struct pair *p)
{
	struct iovec parts[] = { { out, 100 }, { out + 100, 900 } };
	struct iovec rooms[] = { { in, 10 }, { in + 10, 1990 } };
	struct msghdr send = { .msg_iov = parts, .msg_iovlen = 2 };
	struct msghdr recv = { .msg_iov = rooms, .msg_iovlen = 2 };

	/* First who waits, then what he waits for. */
	SQE(RECV_TAG, recv, p->r, in, sizeof(in), 0);
	io_uring_submit(&ring);
	SQE(0, send, p->s, out, 1000, 0);
	io_uring_submit(&ring);
	note_two(w, "send", "recv");
	note_same(w, 1000);
	SQE(0, sendmsg, p->s, &send, 0);
	do_one(w, "sendmsg");
	SQE(0, recvmsg, p->r, &recv, 0);
	do_one(w, "recvmsg");
	note_same(w, 1000);
	SQE(0, send, p->s, BAD_POINTER, 1000, 0);
	do_one(w, "send from nowhere");
	SQE(0, recv, p->r, in, 100, MSG_DONTWAIT);
	do_one(w, "recv of nothing");
	SQE(RECV_TAG, poll_add, p->r, POLLIN);
	io_uring_submit(&ring);
	SQE(0, send, p->s, out, 10, 0);
	io_uring_submit(&ring);
	note_two(w, "send", "poll");
	SQE(0, recv, p->r, in, 100, 0);
	do_one(w, "recv");
}

/* By threads of the ring, and one after the other. */
static void send_async(struct world *w, const struct pair *p)
{
	struct io_uring_sqe *s = sqe(0);

	io_uring_prep_send(s, p->s, out, 1000, 0);
	s->flags |= IOSQE_ASYNC;
	do_one(w, "send by a thread");
	s = sqe(RECV_TAG);
	io_uring_prep_recv(s, p->r, in, 3000, MSG_WAITALL);
	s->flags |= IOSQE_ASYNC;
	io_uring_submit(&ring);
	SQE(0, send, p->s, out + 1000, 2000, 0);
	io_uring_submit(&ring);
	note_two(w, "send", "recv of all");
	note_same(w, 3000);
	s = sqe(0);
	io_uring_prep_send(s, p->s, out, 500, 0);
	s->flags |= IOSQE_IO_LINK;
	SQE(RECV_TAG, recv, p->r, in, 500, 0);
	io_uring_submit(&ring);
	note_two(w, "send, linked", "recv, linked");
	note_same(w, 500);
}

/* What waits and is not to wait any more. */
static void give_up(struct world *w, const struct pair *p)
{
	struct __kernel_timespec ts = { .tv_nsec = SHORT_NS };
	struct io_uring_sqe *s = sqe(0);

	io_uring_prep_recv(s, p->r, in, 100, 0);
	s->flags |= IOSQE_IO_LINK;
	SQE(RECV_TAG, link_timeout, &ts, 0);
	io_uring_submit(&ring);
	note_two(w, "recv in time", "its timeout");
	SQE(RECV_TAG, recv, p->r, in, 100, 0);
	io_uring_submit(&ring);
	SQE(0, cancel64, RECV_TAG, 0);
	io_uring_submit(&ring);
	note_two(w, "cancel", "recv");
	/* More than fits: the rest follows when there is room. */
	SQE(0, send, p->s, out, sizeof(out), MSG_WAITALL);
	io_uring_submit(&ring);
	SQE(RECV_TAG, recv, p->r, in, sizeof(in), MSG_WAITALL);
	io_uring_submit(&ring);
	note_two(w, "send of much", "recv of much");
	note_same(w, sizeof(out));
	SQE(0, shutdown, p->s, SHUT_WR);
	do_one(w, "shutdown");
	SQE(0, recv, p->r, in, 100, 0);
	do_one(w, "recv at the end");
	SQE(0, send, p->s, out, 100, MSG_NOSIGNAL);
	do_one(w, "send after the end");
	SQE(0, close, p->r);
	do_one(w, "close");
	close(p->s);
}

static void uring_stream(struct world *w)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct pair p;
	int i;

	if (!open_ring(w))
		return;
	for (i = 0; i < 2; i++) {
		p = ring_pair(w, families[i]);
		send_and_receive(w, &p);
		send_async(w, &p);
		give_up(w, &p);
	}
	io_uring_queue_exit(&ring);
}

static void uring_errors(struct world *w)
{
	struct sockaddr_in nobody = local(1), any = local(0);
	int s = make(w, SOCK_STREAM, 0), d = make(w, SOCK_DGRAM, 0);

	if (!open_ring(w))
		return;
	SQE(0, connect, s, SA(nobody), sizeof(nobody));
	do_one(w, "connect to nobody");
	SQE(0, send, s, out, 10, MSG_NOSIGNAL);
	do_one(w, "send unconnected");
	SQE(0, recv, s, in, 10, 0);
	do_one(w, "recv unconnected");
	SQE(0, accept, s, NULL, NULL, 0);
	do_one(w, "accept unbound");
	SQE(0, accept, d, NULL, NULL, 0);
	do_one(w, "accept a datagram");
	SQE(0, connect, s, SA(any), 3);
	do_one(w, "connect to little");
	SQE(0, send, d, out, 10, 0);
	do_one(w, "send nowhere");
	SQE(0, send_zc, d, out, 10, 0, 0);
	io_uring_submit(&ring);
	note_cqe(w, "send_zc nowhere");
	io_uring_queue_exit(&ring);
	close(s);
	close(d);
}

/* One request, as many connections as come. */
static void uring_accept_multishot(struct world *w)
{
	struct sockaddr_storage name;
	int listener, s[3], i;
	struct io_uring_cqe cqe;
	socklen_t len;

	if (!open_ring(w))
		return;
	listener = bound_of(w, AF_INET, SOCK_STREAM, &name, &len);
	DO(w, listen(listener, 5));
	SQE(RECV_TAG, multishot_accept, listener, NULL, NULL, 0);
	io_uring_submit(&ring);
	for (i = 0; i < 3; i++) {
		s[i] = make(w, SOCK_STREAM, 0);
		DO(w, connect(s[i], SA(name), len));
		if (!complete(&cqe) || cqe.res < 0) {
			note(w, "accept", "fails");
			break;
		}
		note(w, "accept", "flags %x", cqe.flags);
		DO(w, send(cqe.res, out, 10, 0));
		DO(w, recv(s[i], in, 20, 0));
		close(cqe.res);
		close(s[i]);
	}
	close(listener);
	io_uring_queue_exit(&ring);
}

static void datagrams(struct world *w, int family)
{
	struct pair p = connected_pair(w, family, SOCK_DGRAM);
	struct sockaddr_storage name, from;
	struct iovec part = { out, 700 }, room = { in, 2000 };
	struct msghdr send = { .msg_iov = &part, .msg_iovlen = 1 };
	struct msghdr recv = { .msg_iov = &room, .msg_iovlen = 1,
			       .msg_name = &from,
			       .msg_namelen = sizeof(from) };
	socklen_t len = sizeof(name);
	int s = make_of(w, family, SOCK_DGRAM, 0);

	getsockname(p.r, SA(name), &len);
	send.msg_name = &name;
	send.msg_namelen = len;
	SQE(RECV_TAG, recv, p.r, in, sizeof(in), 0);
	io_uring_submit(&ring);
	SQE(0, send, p.s, out, 500, 0);
	io_uring_submit(&ring);
	note_two(w, "send", "recv");
	note_same(w, 500);
	SQE(0, sendmsg, s, &send, 0);
	do_one(w, "sendmsg with a name");
	SQE(0, recvmsg, p.r, &recv, 0);
	do_one(w, "recvmsg with a name");
	note(w, "name", "family %d, %u bytes", from.ss_family, recv.msg_namelen);
	note_same(w, 700);
	SQE(0, send, p.s, out, 65536, 0);
	do_one(w, "send of too much");
	close(s);
	close_pair(&p);
}

static void uring_datagrams(struct world *w)
{
	if (!open_ring(w))
		return;
	datagrams(w, AF_INET);
	datagrams(w, AF_INET6);
	io_uring_queue_exit(&ring);
}

/* The call completes, and then its notice, in this order. */
static void note_zc(struct world *w, const char *call)
{
	struct io_uring_cqe cqe;

	io_uring_submit(&ring);
	do {
		if (!complete(&cqe)) {
			note(w, call, "does not complete");
			return;
		}
		note(w, call, "%d, flags %x", cqe.res, cqe.flags);
	} while (cqe.flags & IORING_CQE_F_MORE);
}

static void receive(struct world *w, int fd, size_t len, bool whole)
{
	note_result(w, "recv", recv(fd, in, whole ? len : sizeof(in),
				    whole ? MSG_WAITALL : 0));
	note_same(w, len);
}

static void zc_each(struct world *w, int family, int type)
{
	struct pair p = connected_pair(w, family, type);
	struct iovec parts[] = { { out, 100 }, { out + 100, PAGES_BYTES - 100 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	struct iovec area = { out, sizeof(out) };
	bool stream = type == SOCK_STREAM;
	static const size_t sizes[] = { 1, 4096, PAGES_BYTES };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		SQE(0, send_zc, p.s, out, sizes[i], 0, 0);
		note_zc(w, "send_zc");
		receive(w, p.r, sizes[i], stream);
	}
	SQE(0, sendmsg_zc, p.s, &message, 0);
	note_zc(w, "sendmsg_zc");
	receive(w, p.r, PAGES_BYTES, stream);
	SQE(0, send_zc, p.s, BAD_POINTER, 100, 0, 0);
	note_zc(w, "send_zc from nowhere");
	note_result(w, "register", io_uring_register_buffers(&ring, &area, 1));
	for (i = 0; i < 3; i++) {
		SQE(0, send_zc_fixed, p.s, out, sizes[i], 0, 0, 0);
		note_zc(w, "send_zc_fixed");
		receive(w, p.r, sizes[i], stream);
	}
	if (stream) {
		/* Registered pages, others' and a copy in one segment. */
		DO(w, set_int(p.s, SOL_TCP, TCP_CORK, 1));
		SQE(0, send_zc_fixed, p.s, out, 100, 0, 0, 0);
		io_uring_submit(&ring);
		DO(w, send(p.s, out + 100, 100, 0));
		SQE(0, send_zc_fixed, p.s, out + 200, 100, 0, 0, 0);
		io_uring_submit(&ring);
		DO(w, send(p.s, out + 300, 100, 0));
		DO(w, set_int(p.s, SOL_TCP, TCP_CORK, 0));
		receive(w, p.r, 400, true);
		for (i = 0; i < 4; i++)
			note_cqe(w, "send_zc_fixed, and its notices");
	}
	/* The receiver, which may have been accepted, is as good. */
	if (stream) {
		SQE(0, send_zc, p.r, out, 1000, 0, 0);
		note_zc(w, "send_zc, the other way");
		receive(w, p.s, 1000, true);
	}
	note_result(w, "unregister", io_uring_unregister_buffers(&ring));
	close_pair(&p);
}

static void uring_send_zc_stream(struct world *w)
{
	if (!open_ring(w))
		return;
	zc_each(w, AF_INET, SOCK_STREAM);
	zc_each(w, AF_INET6, SOCK_STREAM);
	io_uring_queue_exit(&ring);
}

static void uring_send_zc_datagrams(struct world *w)
{
	if (!open_ring(w))
		return;
	zc_each(w, AF_INET, SOCK_DGRAM);
	zc_each(w, AF_INET6, SOCK_DGRAM);
	io_uring_queue_exit(&ring);
}

static long free_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemFree: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

/* What is copied behind registered pages, which have no references, is given back. */
static void uring_send_zc_memory(struct world *w)
{
	struct iovec area = { out, sizeof(out) };
	struct io_uring_cqe cqe;
	struct pair p;
	long before;
	int i;

	if (!open_ring(w))
		return;
	p = connected_pair(w, AF_INET, SOCK_STREAM);
	io_uring_register_buffers(&ring, &area, 1);
	before = free_kib();
	for (i = 0; i < ROUNDS; i++) {
		set_int(p.s, SOL_TCP, TCP_CORK, 1);
		SQE(0, send_zc_fixed, p.s, out, 100, 0, 0, 0);
		io_uring_submit(&ring);
		send(p.s, out + 100, PAGES_BYTES, 0);
		set_int(p.s, SOL_TCP, TCP_CORK, 0);
		recv(p.r, in, 100 + PAGES_BYTES, MSG_WAITALL);
		complete(&cqe);
		complete(&cqe);
	}
	note(w, "content", "%s",
	     memcmp(in, out, 100 + PAGES_BYTES) ? "differs" : "same");
	note(w, "memory", "%s", before - free_kib() > LOST_KIB ? "lost" : "back");
	close_pair(&p);
	io_uring_queue_exit(&ring);
}

/* Who knows nothing of it says so. */
static void uring_send_zc_refused(struct world *w)
{
	struct sockaddr_in in4 = local(0);
	int s = make(w, SOCK_RAW, IPPROTO_UDP);

	if (!open_ring(w))
		return;
	DO(w, connect(s, SA(in4), sizeof(in4)));
	SQE(0, send_zc, s, out, 100, 0, 0);
	note_zc(w, "send_zc");
	close(s);
	s = make(w, SOCK_DGRAM, IPPROTO_ICMP);
	DO(w, connect(s, SA(in4), sizeof(in4)));
	SQE(0, send_zc, s, out, 100, 0, 0);
	note_zc(w, "send_zc");
	close(s);
	io_uring_queue_exit(&ring);
}

const struct test_case uring_cases[] = {
	{ "uring_stream", uring_stream },
	{ "uring_errors", uring_errors },
	{ "uring_accept_multishot", uring_accept_multishot },
	{ "uring_datagrams", uring_datagrams },
	{ "uring_send_zc_stream", uring_send_zc_stream },
	{ "uring_send_zc_datagrams", uring_send_zc_datagrams },
	{ "uring_send_zc_memory", uring_send_zc_memory },
	{ "uring_send_zc_refused", uring_send_zc_refused },
	{}
};
