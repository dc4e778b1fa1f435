// SPDX-License-Identifier: GPL-2.0
/*
 * Datagram sockets: connect(2), send(2), recv(2), poll(2), shutdown(2).
 */
#define _GNU_SOURCE
#include <sys/time.h>
#include <linux/errqueue.h>
#include "world.h"

static void udp_connect_arguments(struct world *w)
{
	struct sockaddr_in all = at("127.255.255.255", 6000);
	struct sockaddr_in in = local(6000);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, connect(s, SA(in), 0));
	DO(w, connect(s, SA(in), 1));
	DO(w, connect(s, SA(in), sizeof(in) - 1));
	DO(w, connect(s, SA(in), -1));
	DO(w, connect(s, BAD_POINTER, sizeof(in)));
	in.sin_family = AF_INET6;
	DO(w, connect(s, SA(in), sizeof(in)));
	in.sin_family = AF_UNSPEC;
	DO(w, connect(s, SA(in), sizeof(in)));
	in = at("192.0.2.1", 6000);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, connect(s, SA(all), sizeof(all)));
	in = local(0);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, getpeername(s, SA(name), &len));
	in = at("0.0.0.0", 6000);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, getpeername(s, SA(name), &len));
	note_address(w, "its peer", SA(name), len);
	close(s);
}

static void udp_connect_names(struct world *w)
{
	struct sockaddr_in in = local(6001);
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, getsockname(s, SA(name), &len));
	note_address(w, "its name", SA(name), len);
	DO(w, getpeername(s, SA(name), &len));
	note_address(w, "its peer", SA(name), len);
	in = at("127.0.0.2", 6002);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, getpeername(s, SA(name), &len));
	note_address(w, "its peer", SA(name), len);
	DO(w, bind(s, SA(in), sizeof(in)));
	in.sin_family = AF_UNSPEC;
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, getpeername(s, SA(name), &len));
	DO(w, getsockname(s, SA(name), &len));
	note_address(w, "its name", SA(name), len);
	in = local(6003);
	DO(w, bind(s, SA(in), sizeof(in)));
	close(s);
}

static void udp_wrong_state(struct world *w)
{
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, listen(s, 1));
	DO(w, accept(s, NULL, NULL));
	DO(w, accept4(s, NULL, NULL, SOCK_NONBLOCK));
	DO(w, accept4(s, NULL, NULL, 1));
	DO(w, send(s, "x", 1, 0));
	DO(w, recv(s, NULL, 0, MSG_DONTWAIT));
	DO(w, write(s, "x", 1));
	DO(w, shutdown(s, SHUT_RD));
	DO(w, shutdown(s, 3));
	DO(w, shutdown(s, -1));
	close(s);
}

static void udp_send_arguments(struct world *w)
{
	static char big[70000];
	struct sockaddr_in all = at("127.255.255.255", 6004);
	struct sockaddr_in in = local(6004);
	int r = bound_udp(w, 6004);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in) - 1));
	DO(w, sendto(s, "x", 1, 0, SA(in), 0));
	DO(w, sendto(s, "x", 1, 0, NULL, sizeof(in)));
	DO(w, sendto(s, "x", 1, 0, BAD_POINTER, sizeof(in)));
	DO(w, sendto(s, "x", 1, MSG_OOB, SA(in), sizeof(in)));
	DO(w, sendto(s, "x", 1, MSG_DONTROUTE, SA(in), sizeof(in)));
	DO(w, sendto(s, "x", 1, MSG_CONFIRM, SA(in), sizeof(in)));
	DO(w, sendto(s, BAD_POINTER, 5, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, NULL, 0, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65507, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65508, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65535, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65536, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 30000, 0, SA(in), sizeof(in)));
	in.sin_port = 0;
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	in = local(6004);
	in.sin_family = AF_INET6;
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	in.sin_family = AF_UNSPEC;
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	in = at("192.0.2.1", 6004);
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, BAD_POINTER, 1, 0, SA(in), sizeof(in)));
	in = at("0.0.0.0", 6004);
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, "x", 1, 0, SA(all), sizeof(all)));
	DO(w, set_int(s, SOL_SOCKET, SO_BROADCAST, 1));
	DO(w, sendto(s, "broadcast", 9, 0, SA(all), sizeof(all)));
	close(s);
	close(r);
}

static void udp_send_connected(struct world *w)
{
	struct sockaddr_in in = local(6005);
	struct iovec piece[2] = { { "ab", 2 }, { "cde", 3 } };
	struct mmsghdr many[2] = { { .msg_hdr = { .msg_iov = piece,
						  .msg_iovlen = 2 } },
				   { .msg_hdr = { .msg_iov = piece,
						  .msg_iovlen = 1 } } };
	struct msghdr message = { .msg_iov = piece, .msg_iovlen = 2 };
	char text[16];
	int r = bound_udp(w, 6005);
	int other = bound_udp(w, 6006);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, send(s, "x", 1, 0));
	DO(w, write(s, "yz", 2));
	DO(w, writev(s, piece, 2));
	DO(w, sendmsg(s, &message, 0));
	DO(w, sendmmsg(s, many, 2, 0));
	message.msg_iovlen = 5000;
	DO(w, sendmsg(s, &message, 0));
	DO(w, sendmsg(s, BAD_POINTER, 0));
	in = local(6006);
	DO(w, sendto(s, "elsewhere", 9, 0, SA(in), sizeof(in)));
	settle(other);
	DO(w, recv(other, text, sizeof(text), MSG_DONTWAIT));
	settle(r);
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	close(s);
	close(r);
	close(other);
}

static void udp_more(struct world *w)
{
	struct sockaddr_in in = local(6007);
	char text[64];
	int r = bound_udp(w, 6007);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, send(s, "ab", 2, MSG_MORE));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, send(s, "cd", 2, MSG_MORE));
	DO(w, send(s, "ef", 2, 0));
	settle(r);
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, set_int(s, SOL_UDP, UDP_CORK, 1));
	note_int(w, s, SOL_UDP, UDP_CORK, "UDP_CORK");
	DO(w, send(s, "ab", 2, 0));
	DO(w, send(s, "cd", 2, 0));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, set_int(s, SOL_UDP, UDP_CORK, 0));
	settle(r);
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, send(s, "gh", 2, MSG_MORE));
	DO(w, close(s));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	close(r);
}

static void udp_refused(struct world *w)
{
	struct sockaddr_in in = local(6008);
	char c;
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, send(s, "x", 1, 0));
	settle(s);
	note_events(w, "poll after an error", s, POLLIN | POLLOUT, 100);
	note_int(w, s, SOL_SOCKET, SO_ERROR, "SO_ERROR");
	note_int(w, s, SOL_SOCKET, SO_ERROR, "SO_ERROR again");
	DO(w, send(s, "x", 1, 0));
	settle(s);
	DO(w, recv(s, &c, 1, MSG_DONTWAIT));
	DO(w, recv(s, &c, 1, MSG_DONTWAIT));
	DO(w, send(s, "x", 1, 0));
	settle(s);
	DO(w, send(s, "x", 1, 0));
	close(s);
	s = make(w, SOCK_DGRAM, 0);
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	note_events(w, "poll when not connected", s, POLLIN | POLLOUT, 100);
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	close(s);
}

static void note_offender(struct world *w, struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	struct sock_extended_err *ee;

	if (!c) {
		note(w, "the message", "no control message");
		return;
	}
	ee = (struct sock_extended_err *)CMSG_DATA(c);
	note(w, "the message", "level %d type %d errno %u origin %u type %u code %u",
	     c->cmsg_level, c->cmsg_type, ee->ee_errno, ee->ee_origin,
	     ee->ee_type, ee->ee_code);
	note_address(w, "the offender", SO_EE_OFFENDER(ee),
		     sizeof(struct sockaddr_in));
}

static void udp_error_queue(struct world *w)
{
	struct sockaddr_in in = local(6009), name;
	char text[64], control[256];
	struct iovec piece = { text, sizeof(text) };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1,
				  .msg_name = &name,
				  .msg_namelen = sizeof(name),
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, recvmsg(s, &message, MSG_ERRQUEUE));
	DO(w, set_int(s, SOL_IP, IP_RECVERR, 1));
	note_int(w, s, SOL_IP, IP_RECVERR, "IP_RECVERR");
	DO(w, sendto(s, "quoted", 6, 0, SA(in), sizeof(in)));
	settle(s);
	note_events(w, "poll with IP_RECVERR", s, POLLIN | POLLOUT, 100);
	message.msg_controllen = sizeof(control);
	DO(w, recvmsg(s, &message, MSG_ERRQUEUE));
	note(w, "flags", "%#x", message.msg_flags);
	note_address(w, "the name", SA(name), message.msg_namelen);
	note_offender(w, &message);
	DO(w, recvmsg(s, &message, MSG_ERRQUEUE));
	DO(w, recvmsg(s, &message, MSG_DONTWAIT));
	close(s);
}

static void udp_receive(struct world *w)
{
	struct sockaddr_in in = local(6010), from;
	socklen_t len = sizeof(from);
	struct iovec piece;
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	char text[64];
	int r = bound_udp(w, 6010);
	int s = make(w, SOCK_DGRAM, 0);
	int i;

	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	for (i = 0; i < 8; i++)
		DO(w, sendto(s, "datagram", 8, 0, SA(in), sizeof(in)));
	settle(r);
	DO(w, recvfrom(r, text, 4, MSG_PEEK, SA(from), &len));
	note_address(w, "from", SA(from), len);
	DO(w, recv(r, text, 4, MSG_PEEK | MSG_TRUNC));
	DO(w, recv(r, text, 4, MSG_TRUNC));
	len = 4;
	DO(w, recvfrom(r, text, 4, 0, SA(from), &len));
	note(w, "length", "%u", (unsigned int)len);
	len = -1;
	DO(w, recvfrom(r, text, 4, 0, SA(from), &len));
	DO(w, recvfrom(r, text, 4, 0, NULL, NULL));
	DO(w, recv(r, BAD_POINTER, 4, 0));
	piece.iov_base = text;
	piece.iov_len = 3;
	DO(w, recvmsg(r, &message, 0));
	note(w, "flags", "%#x", message.msg_flags);
	DO(w, read(r, text, sizeof(text)));
	DO(w, recv(r, text, 0, 0));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	close(r);
	close(s);
}

static void udp_empty(struct world *w)
{
	struct sockaddr_in in = local(6011);
	char text[4];
	int r = bound_udp(w, 6011);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, sendto(s, NULL, 0, 0, SA(in), sizeof(in)));
	settle(r);
	note_events(w, "poll with an empty datagram", r, POLLIN | POLLOUT, 100);
	DO(w, recv(r, text, sizeof(text), MSG_PEEK | MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	DO(w, recv(r, text, sizeof(text), MSG_DONTWAIT));
	close(r);
	close(s);
}

static void udp_peek_offset(struct world *w)
{
	struct sockaddr_in in = local(6012);
	char text[16];
	int r = bound_udp(w, 6012);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, set_int(r, SOL_SOCKET, SO_PEEK_OFF, 0));
	DO(w, sendto(s, "abcdef", 6, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, "gh", 2, 0, SA(in), sizeof(in)));
	settle(r);
	DO(w, recv(r, text, 4, MSG_PEEK));
	DO(w, recv(r, text, 4, MSG_PEEK));
	note(w, "text", "%.2s", text);
	DO(w, recv(r, text, 4, MSG_PEEK));
	note(w, "text", "%.2s", text);
	DO(w, recv(r, text, 4, MSG_PEEK | MSG_DONTWAIT));
	note_int(w, r, SOL_SOCKET, SO_PEEK_OFF, "SO_PEEK_OFF");
	DO(w, recv(r, text, sizeof(text), 0));
	note_int(w, r, SOL_SOCKET, SO_PEEK_OFF, "SO_PEEK_OFF");
	close(r);
	close(s);
}

static void udp_timeouts(struct world *w)
{
	struct timeval tv = { .tv_usec = 50000 };
	char c;
	int r = bound_udp(w, 6013);

	DO(w, setsockopt(r, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	DO(w, recv(r, &c, 1, 0));
	note_events(w, "poll of an idle socket", r, POLLIN | POLLOUT, 0);
	close(r);
}

static void udp_shutdown(struct world *w)
{
	struct sockaddr_in in = local(6014);
	char c;
	int r = bound_udp(w, 6014);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, shutdown(s, SHUT_WR));
	DO(w, send(s, "x", 1, 0));
	note_events(w, "poll after SHUT_WR", s, POLLIN | POLLOUT | 0x2000, 0);
	DO(w, shutdown(s, SHUT_RD));
	DO(w, recv(s, &c, 1, 0));
	DO(w, recv(s, &c, 1, MSG_DONTWAIT));
	note_events(w, "poll after both", s, POLLIN | POLLOUT | 0x2000, 0);
	DO(w, shutdown(r, SHUT_RD));
	DO(w, recv(r, &c, 1, 0));
	note_events(w, "poll when not connected", r, POLLIN | POLLOUT | 0x2000, 0);
	close(r);
	close(s);
}

static void note_control(struct world *w, struct msghdr *message)
{
	struct in_pktinfo info;
	struct cmsghdr *c;
	int ttl;

	for (c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_IP) {
			note(w, "control message", "level %d type %d",
			     c->cmsg_level, c->cmsg_type);
			continue;
		}
		switch (c->cmsg_type) {
		case IP_TTL:
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
			note(w, "IP_TTL", "%d", ttl);
			break;
		case IP_TOS:
			note(w, "IP_TOS", "%#x in %zu bytes", *CMSG_DATA(c),
			     c->cmsg_len - sizeof(*c));
			break;
		case IP_PKTINFO:
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			note(w, "IP_PKTINFO", "index %s, to %s, local %#x",
			     info.ipi_ifindex ? "set" : "0",
			     inet_ntoa(info.ipi_addr),
			     ntohl(info.ipi_spec_dst.s_addr));
		}
	}
}

static void udp_control_in(struct world *w)
{
	struct sockaddr_in in = local(6015);
	char text[16], control[256];
	struct iovec piece = { text, sizeof(text) };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int r = bound_udp(w, 6015);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, set_int(r, SOL_IP, IP_PKTINFO, 1));
	DO(w, set_int(r, SOL_IP, IP_RECVTTL, 1));
	DO(w, set_int(r, SOL_IP, IP_RECVTOS, 1));
	DO(w, set_int(s, SOL_IP, IP_TTL, 33));
	DO(w, set_int(s, SOL_IP, IP_TOS, 0x10));
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	settle(r);
	DO(w, recvmsg(r, &message, 0));
	note_control(w, &message);
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	settle(r);
	message.msg_controllen = 16;
	DO(w, recvmsg(r, &message, 0));
	note(w, "flags", "%#x", message.msg_flags);
	DO(w, set_int(r, SOL_SOCKET, SO_TIMESTAMP, 1));
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	settle(r);
	message.msg_controllen = sizeof(control);
	DO(w, recvmsg(r, &message, 0));
	note_control(w, &message);
	close(r);
	close(s);
}

static long send_with(int s, struct sockaddr_in *to, int level, int type,
		      const void *value, size_t size)
{
	struct control control = { level, type, value, size };

	return send_control(s, to, "x", 1, &control);
}

static void udp_control_out(struct world *w)
{
	struct in_pktinfo mine = { .ipi_spec_dst.s_addr = htonl(0x7f000003) };
	struct in_pktinfo alien = { .ipi_spec_dst.s_addr = htonl(0xc0000201) };
	struct sockaddr_in in = local(6016), from;
	socklen_t len = sizeof(from);
	int ttl = 44, zero = 0, tos = 8, huge = 300;
	char c;
	int r = bound_udp(w, 6016);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, send_with(s, &in, SOL_IP, IP_TTL, &ttl, sizeof(ttl)));
	DO(w, send_with(s, &in, SOL_IP, IP_TTL, &ttl, 1));
	DO(w, send_with(s, &in, SOL_IP, IP_TTL, &zero, sizeof(zero)));
	DO(w, send_with(s, &in, SOL_IP, IP_TOS, &tos, sizeof(tos)));
	DO(w, send_with(s, &in, SOL_IP, IP_TOS, &tos, 1));
	DO(w, send_with(s, &in, SOL_IP, IP_TOS, &huge, sizeof(huge)));
	DO(w, send_with(s, &in, SOL_IP, 99, &tos, sizeof(tos)));
	DO(w, send_with(s, &in, SOL_UDP, 99, &tos, sizeof(tos)));
	DO(w, send_with(s, &in, SOL_SOCKET, 99, &tos, sizeof(tos)));
	DO(w, send_with(s, &in, SOL_TCP, 99, &tos, sizeof(tos)));
	DO(w, send_with(s, &in, SOL_IP, IP_PKTINFO, &alien, sizeof(alien)));
	/* Another receiver: what was sent so far may still be on its way. */
	close(r);
	in = local(6021);
	r = bound_udp(w, 6021);
	DO(w, send_with(s, &in, SOL_IP, IP_PKTINFO, &mine, sizeof(mine)));
	settle(r);
	DO(w, recvfrom(r, &c, 1, MSG_DONTWAIT, SA(from), &len));
	note_address(w, "from", SA(from), len);
	close(r);
	close(s);
}

/* A connected socket takes its peer's datagrams only. */
static void udp_connected_receive(struct world *w)
{
	struct sockaddr_in in = local(6017), peer = local(6018);
	char c;
	int r = bound_udp(w, 6017);
	int friend = bound_udp(w, 6018);
	int stranger = bound_udp(w, 6019);

	DO(w, sendto(stranger, "early", 5, 0, SA(in), sizeof(in)));
	settle(r);
	DO(w, connect(r, SA(peer), sizeof(peer)));
	DO(w, recv(r, &c, 1, MSG_DONTWAIT));
	DO(w, sendto(stranger, "late", 4, 0, SA(in), sizeof(in)));
	DO(w, sendto(friend, "welcome", 7, 0, SA(in), sizeof(in)));
	settle(r);
	DO(w, recv(r, &c, 1, MSG_DONTWAIT | MSG_TRUNC));
	DO(w, recv(r, &c, 1, MSG_DONTWAIT));
	close(r);
	close(friend);
	close(stranger);
}

static void udp_broadcast_receive(struct world *w)
{
	struct sockaddr_in any = at("0.0.0.0", 6020);
	struct sockaddr_in all = at("127.255.255.255", 6020);
	int a = make(w, SOCK_DGRAM, 0);
	int b = make(w, SOCK_DGRAM, 0);
	char c;

	set_int(a, SOL_SOCKET, SO_REUSEADDR, 1);
	set_int(b, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(a, SA(any), sizeof(any)));
	DO(w, bind(b, SA(any), sizeof(any)));
	DO(w, set_int(a, SOL_SOCKET, SO_BROADCAST, 1));
	DO(w, sendto(a, "x", 1, 0, SA(all), sizeof(all)));
	settle(b);
	DO(w, recv(a, &c, 1, MSG_DONTWAIT));
	DO(w, recv(b, &c, 1, MSG_DONTWAIT));
	close(a);
	close(b);
}

/* With SO_REUSEADDR the last one bound has the datagrams. */
static void udp_newest_wins(struct world *w)
{
	struct sockaddr_in in = local(6021);
	int a = make(w, SOCK_DGRAM, 0);
	int b = make(w, SOCK_DGRAM, 0);
	int s = make(w, SOCK_DGRAM, 0);
	char c;

	set_int(a, SOL_SOCKET, SO_REUSEADDR, 1);
	set_int(b, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(a, SA(in), sizeof(in)));
	DO(w, bind(b, SA(in), sizeof(in)));
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	settle(b);
	DO(w, recv(a, &c, 1, MSG_DONTWAIT));
	DO(w, recv(b, &c, 1, MSG_DONTWAIT));
	close(a);
	close(b);
	close(s);
}

const struct test_case udp_cases[] = {
	{ "udp_connect_arguments", udp_connect_arguments },
	{ "udp_connect_names", udp_connect_names },
	{ "udp_wrong_state", udp_wrong_state },
	{ "udp_send_arguments", udp_send_arguments },
	{ "udp_send_connected", udp_send_connected },
	{ "udp_more", udp_more },
	{ "udp_refused", udp_refused },
	{ "udp_error_queue", udp_error_queue },
	{ "udp_receive", udp_receive },
	{ "udp_empty", udp_empty },
	{ "udp_peek_offset", udp_peek_offset },
	{ "udp_timeouts", udp_timeouts },
	{ "udp_shutdown", udp_shutdown },
	{ "udp_control_in", udp_control_in },
	{ "udp_control_out", udp_control_out },
	{ "udp_connected_receive", udp_connected_receive },
	{ "udp_broadcast_receive", udp_broadcast_receive },
	{ "udp_newest_wins", udp_newest_wins },
	{ 0 },
};
