// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages that tell how a datagram came: its checksum, its fragments. There are
 * fragments where the loopback devices' MTU is small: syscalls.sh sets it.
 */
#include <linux/in6.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include "icmp.h"

#define IPV6_RECVFRAGSIZE_	77
#define CONTROL_BYTES		256

/* The control messages of the next datagram, values as int. */
static void note_controls(struct world *w, int s, char *data, size_t size)
{
	char control[CONTROL_BYTES] __attribute__((aligned(8)));
	struct iovec piece = { data, size };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	int value;

	settle(s);
	DO(w, recvmsg(s, &message, MSG_DONTWAIT));
	for (c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		memcpy(&value, CMSG_DATA(c), sizeof(value));
		note(w, "control message", "level %d type %d, %zu bytes: %#x",
		     c->cmsg_level, c->cmsg_type, (size_t)c->cmsg_len, value);
	}
	note(w, "flags", "%#x", message.msg_flags);
}

/* What a raw socket sends has no checksum that a device could vouch for. */
static void send_udp(struct world *w, int raw, int port, size_t payload, bool with_sum)
{
	struct sockaddr_in to = local(0);
	struct {
		unsigned int saddr, daddr;
		unsigned short proto, len;
		struct udphdr udp;
		char data[200];
	} packet = {
		.saddr = htonl(INADDR_LOOPBACK), .daddr = htonl(INADDR_LOOPBACK),
		.proto = htons(IPPROTO_UDP), .len = htons(8 + payload),
		.udp.source = htons(9), .udp.dest = htons(port),
		.udp.len = htons(8 + payload),
	};
	size_t i;

	for (i = 0; i < payload; i++)
		packet.data[i] = 3 * i + 1;
	if (with_sum)
		packet.udp.check = checksum(&packet, 12 + 8 + payload);
	DO(w, sendto(raw, &packet.udp, 8 + payload, 0, SA(to), sizeof(to)));
}

static void control_checksum(struct world *w)
{
	int raw = make(w, SOCK_RAW, IPPROTO_UDP);
	struct sockaddr_in to = local(7300);
	int r = bound_udp(w, 7300);
	char data[300];

	send_udp(w, raw, 7300, 20, true);
	note_controls(w, r, data, sizeof(data));
	DO(w, set_int(r, SOL_IP, IP_CHECKSUM, 1));
	send_udp(w, raw, 7300, 20, true);
	note_controls(w, r, data, sizeof(data));
	send_udp(w, raw, 7300, 21, true);
	note_controls(w, r, data, sizeof(data));
	send_udp(w, raw, 7300, 20, false);
	note_controls(w, r, data, sizeof(data));
	send_udp(w, raw, 7300, 150, true);
	note_controls(w, r, data, sizeof(data));
	send_udp(w, raw, 7300, 20, true);
	note_controls(w, r, data, 5);
	DO(w, sendto(r, "by the stack", 12, 0, SA(to), sizeof(to)));
	note_controls(w, r, data, sizeof(data));
	DO(w, set_int(r, SOL_IP, IP_RECVTTL, 1));
	send_udp(w, raw, 7300, 20, true);
	note_controls(w, r, data, sizeof(data));
	DO(w, set_int(r, SOL_IP, IP_CHECKSUM, 0));
	send_udp(w, raw, 7300, 20, true);
	note_controls(w, r, data, sizeof(data));
	close(raw);
	close(r);
}

static void control_frag_size(struct world *w)
{
	static const int sizes[] = { 100, 1472, 1473, 2952, 2953, 5000 };
	struct sockaddr_in to = local(7301);
	int r = bound_udp(w, 7301);
	static char data[6000];
	size_t i;

	set_int(r, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	DO(w, set_int(r, SOL_IP, IP_RECVFRAGSIZE, 1));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		DO(w, sendto(r, data, sizes[i], 0, SA(to), sizeof(to)));
		note_controls(w, r, data, sizeof(data));
	}
	DO(w, set_int(r, SOL_IP, IP_RECVFRAGSIZE, 0));
	DO(w, sendto(r, data, 5000, 0, SA(to), sizeof(to)));
	note_controls(w, r, data, sizeof(data));
	close(r);
}

static void control_frag_size_raw(struct world *w)
{
	struct sockaddr_in to = local(0);
	int s = make(w, SOCK_RAW, 253);
	static char data[6000];

	DO(w, set_int(s, SOL_IP, IP_RECVFRAGSIZE, 1));
	set_int(s, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	DO(w, sendto(s, data, 4000, 0, SA(to), sizeof(to)));
	note_controls(w, s, data, sizeof(data));
	DO(w, sendto(s, data, 40, 0, SA(to), sizeof(to)));
	note_controls(w, s, data, sizeof(data));
	close(s);
}

static void control_frag_size6(struct world *w)
{
	static const int sizes[] = { 100, 1452, 1453, 5000 };
	struct sockaddr_in6 to = local6(7302);
	int s = make6(w, SOCK_DGRAM, 0);
	static char data[6000];
	size_t i;

	DO(w, bind(s, SA(to), sizeof(to)));
	DO(w, set_int(s, SOL_IPV6, IPV6_RECVFRAGSIZE_, 1));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		DO(w, sendto(s, data, sizes[i], 0, SA(to), sizeof(to)));
		note_controls(w, s, data, sizeof(data));
	}
	DO(w, set_int(s, SOL_IPV6, IPV6_RECVFRAGSIZE_, 0));
	DO(w, sendto(s, data, 5000, 0, SA(to), sizeof(to)));
	note_controls(w, s, data, sizeof(data));
	close(s);
}

const struct test_case control_cases[] = {
	{ "control_checksum", control_checksum },
	{ "control_frag_size", control_frag_size },
	{ "control_frag_size_raw", control_frag_size_raw },
	{ "control_frag_size6", control_frag_size6 },
	{ 0 },
};
