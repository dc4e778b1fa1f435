// SPDX-License-Identifier: GPL-2.0
/*
 * Several datagrams in one call: UDP_SEGMENT and UDP_GRO, over both families.
 */
#include "world.h"

#define PIECE			1000
#define UDP_SEGMENTS_MAX	128	/* the kernel's UDP_MAX_SEGMENTS */

/* Notes the sizes of all datagrams that have come. */
static void note_sizes(struct world *w, int r)
{
	char text[OUTCOME_MAX] = "", data[8];
	size_t used = 0;
	long len;

	settle(r);
	while ((len = recv(r, data, sizeof(data),
			   MSG_DONTWAIT | MSG_TRUNC)) >= 0 &&
	       used < sizeof(text) - 10)
		used += snprintf(text + used, sizeof(text) - used, "%ld ", len);
	note(w, "sizes", "%s", text);
}

static long send_zeros(int s, size_t len, int type, const void *value,
		       size_t size)
{
	static const char zeros[0xffff];
	struct control control = { SOL_UDP, type, value, size };

	return send_control(s, NULL, zeros, len, &control);
}

static void udp_segment_option(struct world *w)
{
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, set_int(s, SOL_UDP, UDP_SEGMENT, -1));
	DO(w, set_int(s, SOL_UDP, UDP_SEGMENT, 65536));
	DO(w, set_int(s, SOL_UDP, UDP_SEGMENT, 65535));
	note_int(w, s, SOL_UDP, UDP_SEGMENT, "UDP_SEGMENT");
	DO(w, set_int(s, SOL_UDP, UDP_SEGMENT, 0));
	note_int(w, s, SOL_UDP, UDP_SEGMENT, "UDP_SEGMENT");
	DO(w, setsockopt(s, SOL_UDP, UDP_SEGMENT, "xy", 2));
	DO(w, setsockopt(s, SOL_UDP, UDP_SEGMENT, BAD_POINTER, 4));
	DO(w, set_int(s, SOL_UDP, UDP_GRO, 7));
	note_int(w, s, SOL_UDP, UDP_GRO, "UDP_GRO");
	DO(w, set_int(s, SOL_UDP, UDP_GRO, 0));
	note_int(w, s, SOL_UDP, UDP_GRO, "UDP_GRO");
	close(s);
}

static void send_by_option(struct world *w, int family)
{
	static char data[0x10000];
	struct pair p = connected_pair(w, family, SOCK_DGRAM);

	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, PIECE));
	DO(w, send(p.s, data, 3500, 0));
	note_sizes(w, p.r);
	DO(w, send(p.s, data, 3000, 0));
	note_sizes(w, p.r);
	DO(w, send(p.s, data, PIECE + 1, 0));
	note_sizes(w, p.r);
	DO(w, send(p.s, data, PIECE, 0));
	DO(w, send(p.s, data, 1, 0));
	DO(w, send(p.s, data, 0, 0));
	note_sizes(w, p.r);
	DO(w, send(p.s, data, 20000, 0));
	note_sizes(w, p.r);
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 0));
	DO(w, send(p.s, data, 3500, 0));
	note_sizes(w, p.r);
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 65535));
	DO(w, send(p.s, data, 3500, 0));
	note_sizes(w, p.r);
	close_pair(&p);
}

static void udp_segment_send(struct world *w)
{
	send_by_option(w, AF_INET);
	send_by_option(w, AF_INET6);
}

static void refuse_by_option(struct world *w, int family)
{
	static char data[0x10000];
	struct pair p = connected_pair(w, family, SOCK_DGRAM);

	/* Nobody reads: how many fit is each stack's own affair. */
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 1));
	DO(w, send(p.s, data, UDP_SEGMENTS_MAX, 0));
	DO(w, send(p.s, data, UDP_SEGMENTS_MAX + 1, 0));
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 100));
	DO(w, send(p.s, data, 100 * UDP_SEGMENTS_MAX, 0));
	DO(w, send(p.s, data, 100 * UDP_SEGMENTS_MAX + 1, 0));
	DO(w, send(p.s, data, 65507, 0));
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, PIECE));
	DO(w, send(p.s, data, 65507, 0));
	DO(w, send(p.s, data, 65508, 0));
	DO(w, send(p.s, data, 65527, 0));
	DO(w, send(p.s, data, 65528, 0));
	DO(w, send(p.s, data, 65536, 0));
	DO(w, send(p.s, BAD_POINTER, 3500, 0));
	DO(w, set_int(p.s, SOL_SOCKET, SO_NO_CHECK, 1));
	DO(w, send(p.s, data, 3500, 0));
	DO(w, send(p.s, data, 10, 0));
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 0));
	DO(w, send(p.s, data, 3500, 0));
	close_pair(&p);
}

static void udp_segment_refused(struct world *w)
{
	refuse_by_option(w, AF_INET);
	refuse_by_option(w, AF_INET6);
}

static void send_by_control(struct world *w, int family)
{
	struct pair p = connected_pair(w, family, SOCK_DGRAM);
	unsigned short size = 500, none = 0, one = 1;
	int wide = 500;

	DO(w, send_zeros(p.s, 1200, UDP_SEGMENT, &size, sizeof(size)));
	note_sizes(w, p.r);
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, PIECE));
	DO(w, send_zeros(p.s, 1200, UDP_SEGMENT, &size, sizeof(size)));
	note_sizes(w, p.r);
	DO(w, send_zeros(p.s, 1200, UDP_SEGMENT, &none, sizeof(none)));
	note_sizes(w, p.r);
	DO(w, send_zeros(p.s, 1200, UDP_SEGMENT, &one, sizeof(one)));
	DO(w, send_zeros(p.s, 1200, UDP_SEGMENT, &wide, sizeof(wide)));
	DO(w, send_zeros(p.s, 1200, UDP_SEGMENT, &size, 1));
	DO(w, send_zeros(p.s, 1200, UDP_GRO, &size, sizeof(size)));
	DO(w, send_zeros(p.s, 1200, UDP_CORK, &size, sizeof(size)));
	note_sizes(w, p.r);
	close_pair(&p);
}

static void udp_segment_control(struct world *w)
{
	send_by_control(w, AF_INET);
	send_by_control(w, AF_INET6);
}

/* What the first piece says holds for all. */
static void send_corked(struct world *w, int family)
{
	static char data[4000];
	struct pair p = connected_pair(w, family, SOCK_DGRAM);

	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, PIECE));
	DO(w, send(p.s, data, 600, MSG_MORE));
	DO(w, send(p.s, data, 900, MSG_MORE));
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 100));
	DO(w, send(p.s, data, 700, 0));
	note_sizes(w, p.r);
	DO(w, set_int(p.s, SOL_UDP, UDP_CORK, 1));
	DO(w, send(p.s, data, 150, 0));
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, 0));
	DO(w, send(p.s, data, 100, 0));
	DO(w, set_int(p.s, SOL_UDP, UDP_CORK, 0));
	note_sizes(w, p.r);
	close_pair(&p);
}

static void udp_segment_corked(struct world *w)
{
	send_corked(w, AF_INET);
	send_corked(w, AF_INET6);
}

/* Notes what recvmsg(2) has of one message. */
static void note_merged(struct world *w, int r, size_t room, int flags)
{
	char data[8000], control[64];
	struct iovec piece = { data, room };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	long len;
	int size;

	settle(r);
	len = recvmsg(r, &message, MSG_DONTWAIT | flags);
	note_result(w, "recvmsg(2)", len);
	if (len < 0)
		return;
	note(w, "flags", "%#x", message.msg_flags);
	for (c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		memcpy(&size, CMSG_DATA(c), sizeof(size));
		note(w, "control message", "level %d type %d length %zu: %d",
		     c->cmsg_level, c->cmsg_type, (size_t)c->cmsg_len, size);
	}
}

static void receive_merged(struct world *w, int family)
{
	static char data[4000];
	struct pair p = connected_pair(w, family, SOCK_DGRAM);

	DO(w, set_int(p.r, SOL_UDP, UDP_GRO, 1));
	DO(w, set_int(p.s, SOL_UDP, UDP_SEGMENT, PIECE));
	DO(w, send(p.s, data, 3500, 0));
	note_merged(w, p.r, 8000, MSG_PEEK);
	note_merged(w, p.r, 8000, 0);
	DO(w, send(p.s, data, 2000, 0));
	note_merged(w, p.r, 1500, 0);
	DO(w, send(p.s, data, 2000, 0));
	note_merged(w, p.r, 1500, MSG_TRUNC);
	DO(w, send(p.s, data, 1000, 0));
	note_merged(w, p.r, 8000, 0);
	DO(w, send(p.s, data, 0, 0));
	note_merged(w, p.r, 8000, 0);
	note_merged(w, p.r, 8000, 0);
	DO(w, set_int(p.r, SOL_UDP, UDP_GRO, 0));
	DO(w, send(p.s, data, 2500, 0));
	note_merged(w, p.r, 8000, 0);
	note_merged(w, p.r, 8000, 0);
	note_merged(w, p.r, 8000, 0);
	note_merged(w, p.r, 8000, 0);
	close_pair(&p);
}

static void udp_gro_receive(struct world *w)
{
	receive_merged(w, AF_INET);
	receive_merged(w, AF_INET6);
}

const struct test_case udp_gso_cases[] = {
	{ "udp_segment_option", udp_segment_option },
	{ "udp_segment_send", udp_segment_send },
	{ "udp_segment_refused", udp_segment_refused },
	{ "udp_segment_control", udp_segment_control },
	{ "udp_segment_corked", udp_segment_corked },
	{ "udp_gro_receive", udp_gro_receive },
	{ 0 },
};
