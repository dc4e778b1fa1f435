// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets: raw(7), RFC 3542 3.
 */
#include <linux/icmp.h>
#include <linux/sockios.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <stddef.h>
#include "icmp.h"

#define IPV6_HDRINCL_OPTION	36

/* The next datagram of an IPv4 raw socket, which comes with its IP header. */
static void note_packet(struct world *w, const char *call, int s, int flags)
{
	struct sockaddr_in from = { 0 };
	socklen_t from_len = sizeof(from);
	unsigned char packet[2000];
	struct iphdr *ip = (struct iphdr *)packet;
	int len;

	settle(s);
	len = recvfrom(s, packet, sizeof(packet), flags | MSG_DONTWAIT,
		       SA(from), &from_len);
	if (len < (int)sizeof(*ip)) {
		note_result(w, call, len);
		return;
	}
	note(w, call, "%d: %d words, length %d, protocol %d, %s, header sum %s",
	     len, ip->ihl, ntohs(ip->tot_len), ip->protocol,
	     inet_ntoa((struct in_addr){ ip->saddr }),
	     checksum(packet, ip->ihl * 4) ? "wrong" : "right");
	note_address(w, call, SA(from), from_len);
	if (ip->protocol == IPPROTO_ICMP)
		note_icmp(w, call, packet + ip->ihl * 4, len - ip->ihl * 4,
			  ECHO_ID);
}

static void raw_types(struct world *w)
{
	DO_FD(w, make(w, SOCK_RAW, IPPROTO_ICMP));
	DO_FD(w, make(w, SOCK_RAW, IPPROTO_RAW));
	DO_FD(w, make(w, SOCK_RAW, IPPROTO_UDP));
	DO_FD(w, make(w, SOCK_RAW, 254));
	DO_FD(w, make(w, SOCK_RAW, 0));
	DO_FD(w, make(w, SOCK_RAW, 1000));
	DO_FD(w, make(w, SOCK_RAW, -1));
	DO_FD(w, make6(w, SOCK_RAW, IPPROTO_ICMPV6));
	DO_FD(w, make6(w, SOCK_RAW, IPPROTO_RAW));
	DO_FD(w, make6(w, SOCK_RAW, 0));
	DO_FD(w, make(w, SOCK_DGRAM, IPPROTO_ICMP));
	DO_FD(w, make(w, SOCK_DGRAM, IPPROTO_ICMPV6));
	DO_FD(w, make6(w, SOCK_DGRAM, IPPROTO_ICMPV6));
	DO_FD(w, make6(w, SOCK_DGRAM, IPPROTO_ICMP));
}

static void raw_names(struct world *w)
{
	struct sockaddr_in in = local(99), nobody = at("192.0.2.1", 0);
	int s = make(w, SOCK_RAW, IPPROTO_ICMP);

	note_name(w, "name of a new one", s, get_local);
	note_name(w, "its peer", s, get_peer);
	DO(w, bind(s, SA(in), sizeof(in) - 1));
	DO(w, bind(s, SA(nobody), sizeof(nobody)));
	DO(w, bind(s, SA(in), sizeof(in)));
	note_name(w, "name of a bound one", s, get_local);
	in.sin_addr.s_addr = 0;
	DO(w, bind(s, SA(in), sizeof(in)));
	note_name(w, "name of one bound again", s, get_local);
	in = local(0);
	DO(w, connect(s, SA(in), sizeof(in)));
	note_name(w, "peer without a port", s, get_peer);
	in = local(7);
	DO(w, connect(s, SA(in), sizeof(in)));
	note_name(w, "peer with a port", s, get_peer);
	note_name(w, "name of a connected one", s, get_local);
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, listen(s, 1));
	DO(w, accept(s, NULL, NULL));
	in.sin_family = AF_UNSPEC;
	DO(w, connect(s, SA(in), sizeof(in)));
	note_name(w, "peer of a disconnected one", s, get_peer);
	close(s);
}

static void raw_options(struct world *w)
{
	struct icmp_filter filter = { .data = ~1U }, got = { 0 };
	int s = make(w, SOCK_RAW, IPPROTO_ICMP);
	int u = make(w, SOCK_RAW, IPPROTO_UDP);
	int r = make(w, SOCK_RAW, IPPROTO_RAW);
	socklen_t len = sizeof(got);

	NOTE_INT(w, s, SOL_IP, IP_HDRINCL);
	NOTE_INT(w, r, SOL_IP, IP_HDRINCL);
	DO(w, set_int(s, SOL_IP, IP_HDRINCL, 5));
	NOTE_INT(w, s, SOL_IP, IP_HDRINCL);
	NOTE_INT(w, s, SOL_SOCKET, SO_TYPE);
	DO(w, setsockopt(s, SOL_RAW_LEVEL, ICMP_FILTER, &filter, 4));
	DO(w, getsockopt(s, SOL_RAW_LEVEL, ICMP_FILTER, &got, &len));
	note(w, "the filter", "%x in %u bytes", got.data, (unsigned int)len);
	DO(w, setsockopt(s, SOL_RAW_LEVEL, ICMP_FILTER, &filter, 100));
	DO(w, setsockopt(s, SOL_RAW_LEVEL, ICMP_FILTER, &filter, 1));
	DO(w, setsockopt(s, SOL_RAW_LEVEL, ICMP_FILTER, BAD_POINTER, 4));
	DO(w, setsockopt(s, SOL_RAW_LEVEL, 99, &filter, 4));
	len = 2;
	DO(w, getsockopt(s, SOL_RAW_LEVEL, ICMP_FILTER, &got, &len));
	note(w, "its length", "%u", (unsigned int)len);
	len = -1;
	DO(w, getsockopt(s, SOL_RAW_LEVEL, ICMP_FILTER, &got, &len));
	DO(w, getsockopt(s, SOL_RAW_LEVEL, 99, &got, &len));
	DO(w, getsockopt(s, 99, 1, &got, &len));
	DO(w, setsockopt(s, 99, 1, &filter, 4));
	DO(w, setsockopt(u, SOL_RAW_LEVEL, ICMP_FILTER, &filter, 4));
	DO(w, getsockopt(u, SOL_RAW_LEVEL, ICMP_FILTER, &got, &len));
	close(s);
	close(u);
	close(r);
}

/* Whoever opens a socket of ICMP sees requests and replies alike. */
static void raw_echo(struct world *w)
{
	struct echo request = echo_request(ICMP_ECHO, ECHO_ID);
	struct icmp_filter replies = { .data = ~(1U << ICMP_ECHOREPLY) };
	struct sockaddr_in in = local(0);
	int s = make(w, SOCK_RAW, IPPROTO_ICMP);
	int f = make(w, SOCK_RAW, IPPROTO_ICMP);
	int value = -1;

	setsockopt(f, SOL_RAW_LEVEL, ICMP_FILTER, &replies, sizeof(replies));
	note_events(w, "poll of a new one", s, POLLIN | POLLOUT, 0);
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in), sizeof(in)));
	settle(s);
	note_events(w, "poll after the echo", s, POLLIN | POLLOUT, 0);
	DO(w, ioctl(s, SIOCINQ, &value));
	note(w, "to read", "%d", value);
	note_packet(w, "peek", s, MSG_PEEK);
	note_packet(w, "first", s, 0);
	note_packet(w, "second", s, 0);
	note_packet(w, "third", s, 0);
	note_packet(w, "first that passes the filter", f, 0);
	note_packet(w, "second that does", f, 0);
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in), sizeof(in)));
	settle(s);
	DO(w, recv(s, &value, 1, MSG_DONTWAIT | MSG_TRUNC));
	DO(w, recv(s, &value, 1, MSG_DONTWAIT));
	DO(w, recv(s, &value, 1, MSG_DONTWAIT));
	DO(w, recv(s, &value, 1, MSG_OOB));
	DO(w, recv(s, &value, 1, MSG_ERRQUEUE));
	close(s);
	close(f);
}

static void raw_send_arguments(struct world *w)
{
	struct sockaddr_in in = local(0), bad = local(0);
	static char big[70000];
	int s = make(w, SOCK_RAW, IPPROTO_ICMP);

	DO(w, send(s, "xx", 2, 0));
	DO(w, sendto(s, "xx", 2, 0, SA(in), sizeof(in) - 1));
	bad.sin_family = AF_INET6;
	DO(w, sendto(s, "xx", 2, 0, SA(bad), sizeof(bad)));
	bad.sin_family = AF_UNSPEC;
	DO(w, sendto(s, "xx", 2, 0, SA(bad), sizeof(bad)));
	DO(w, sendto(s, "xx", 2, MSG_OOB, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65536, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65516, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65515, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, BAD_POINTER, 10, 0, SA(in), sizeof(in)));
	bad = at("255.255.255.255", 0);
	DO(w, sendto(s, "xx", 2, 0, SA(bad), sizeof(bad)));
	shutdown(s, SHUT_WR);
	DO(w, connect(s, SA(in), sizeof(in)));
	DO(w, shutdown(s, SHUT_WR));
	DO(w, send(s, "xx", 2, MSG_NOSIGNAL));
	DO(w, shutdown(s, SHUT_RD));
	DO(w, recv(s, big, 1, 0) >= 0);
	close(s);
}

/* A datagram of UDP, made by hand. */
struct by_hand {
	struct iphdr ip;
	struct udphdr udp;
	char data[4];
};

static struct by_hand by_hand(int port)
{
	struct by_hand packet = {
		.ip.version = 4,
		.ip.ihl = 5,
		.ip.ttl = 9,
		.ip.protocol = IPPROTO_UDP,
		.ip.daddr = htonl(INADDR_LOOPBACK),
		.udp.source = htons(77),
		.udp.dest = htons(port),
		.udp.len = htons(sizeof(packet.udp) + sizeof(packet.data)),
		.data = "abc",
	};

	return packet;
}

static void note_text(struct world *w, const char *call, int s)
{
	struct sockaddr_in from = { 0 };
	socklen_t from_len = sizeof(from);
	char text[100] = "";
	int len;

	settle(s);
	len = recvfrom(s, text, sizeof(text) - 1, MSG_DONTWAIT, SA(from),
		       &from_len);
	if (len < 0) {
		note_result(w, call, len);
		return;
	}
	note(w, call, "%d bytes, %s", len, text);
	note_address(w, call, SA(from), from_len);
}

static void raw_udp(struct world *w)
{
	struct by_hand packet = by_hand(8001);
	struct sockaddr_in in = local(8001), other = at("127.0.0.2", 0);
	int u = bound_udp(w, 8001);
	int s = make(w, SOCK_RAW, IPPROTO_UDP);
	int bound = make(w, SOCK_RAW, IPPROTO_UDP);
	int peer = make(w, SOCK_RAW, IPPROTO_UDP);

	DO(w, bind(bound, SA(other), sizeof(other)));
	DO(w, connect(peer, SA(other), sizeof(other)));
	DO(w, sendto(s, &packet.udp, sizeof(packet) - sizeof(packet.ip), 0,
		     SA(in), sizeof(in)));
	note_text(w, "UDP from raw", u);
	note_packet(w, "the copy", s, 0);
	note_packet(w, "bound elsewhere", bound, 0);
	note_packet(w, "connected elsewhere", peer, 0);
	DO(w, sendto(u, "four", 4, 0, SA(in), sizeof(in)));
	note_text(w, "UDP from UDP", u);
	note_packet(w, "the copy of that", s, 0);
	in = local(8002);
	DO(w, sendto(u, "four", 4, 0, SA(in), sizeof(in)));
	note_packet(w, "to a port that nobody has", s, 0);
	close(u);
	close(s);
	close(bound);
	close(peer);
}

/* raw(7): what is filled in, and what is believed. */
static void raw_hdrincl(struct world *w)
{
	struct by_hand packet = by_hand(8001);
	struct sockaddr_in in = local(0);
	static char big[70000];
	int u = bound_udp(w, 8001);
	int s = make(w, SOCK_RAW, IPPROTO_RAW);
	int r = make(w, SOCK_RAW, IPPROTO_UDP);

	DO(w, sendto(s, &packet, sizeof(packet), 0, SA(in), sizeof(in)));
	note_text(w, "UDP with an IP header", u);
	note_packet(w, "the header", r, 0);
	packet.ip.saddr = inet_addr("127.0.0.9");
	packet.ip.id = htons(1234);
	packet.ip.tot_len = htons(5);
	DO(w, sendto(s, &packet, sizeof(packet), 0, SA(in), sizeof(in)));
	note_text(w, "in another's name", u);
	note_packet(w, "that header", r, 0);
	DO(w, sendto(s, &packet, 19, 0, SA(in), sizeof(in)));
	packet.ip.ihl = 15;
	DO(w, sendto(s, &packet, sizeof(packet), 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65536, 0, SA(in), sizeof(in)));
	DO(w, send(s, &packet, sizeof(packet), 0));
	close(u);
	close(s);
	close(r);
}

static void note_pktinfo(struct world *w, const struct cmsghdr *c)
{
	const struct in_pktinfo *info = (const void *)CMSG_DATA(c);

	note(w, "pktinfo", "%s", inet_ntoa(info->ipi_addr));
}

static void raw_control(struct world *w)
{
	struct echo request = echo_request(ICMP_ECHO, ECHO_ID);
	struct sockaddr_in in = local(0);
	char data[200], control[200];
	struct iovec vec = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &vec,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int s = make(w, SOCK_RAW, IPPROTO_ICMP);
	struct cmsghdr *c;

	DO(w, set_int(s, SOL_IP, IP_PKTINFO, 1));
	DO(w, set_int(s, SOL_IP, IP_RECVTTL, 1));
	DO(w, set_int(s, SOL_IP, IP_RECVTOS, 1));
	DO(w, set_int(s, SOL_IP, IP_TTL, 33));
	DO(w, set_int(s, SOL_IP, IP_TOS, 0x10));
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in), sizeof(in)));
	settle(s);
	DO(w, recvmsg(s, &msg, MSG_DONTWAIT));
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_type == IP_PKTINFO)
			note_pktinfo(w, c);
		else
			note(w, "control", "%d %d: %d", c->cmsg_level,
			     c->cmsg_type, *CMSG_DATA(c));
	close(s);
}

static void raw6_options(struct world *w)
{
	struct icmp6_filter filter;
	socklen_t len = sizeof(filter);
	int s = make6(w, SOCK_RAW, IPPROTO_ICMPV6);
	int u = make6(w, SOCK_RAW, IPPROTO_UDP);

	ICMP6_FILTER_SETBLOCKALL(&filter);
	NOTE_INT(w, s, SOL_RAW_LEVEL, IPV6_CHECKSUM);
	NOTE_INT(w, s, SOL_IPV6, IPV6_CHECKSUM);
	NOTE_INT(w, u, SOL_IPV6, IPV6_CHECKSUM);
	DO(w, set_int(s, SOL_IPV6, IPV6_CHECKSUM, 2));
	DO(w, set_int(s, SOL_RAW_LEVEL, IPV6_CHECKSUM, 2));
	DO(w, set_int(u, SOL_IPV6, IPV6_CHECKSUM, 3));
	DO(w, set_int(u, SOL_IPV6, IPV6_CHECKSUM, 6));
	NOTE_INT(w, u, SOL_RAW_LEVEL, IPV6_CHECKSUM);
	DO(w, set_int(u, SOL_IPV6, IPV6_CHECKSUM, -5));
	NOTE_INT(w, u, SOL_IPV6, IPV6_CHECKSUM);
	DO(w, setsockopt(u, SOL_IPV6, IPV6_CHECKSUM, "", 1));
	DO(w, setsockopt(u, SOL_IPV6, IPV6_CHECKSUM, BAD_POINTER, 4));
	DO(w, set_int(u, SOL_RAW_LEVEL, IPV6_HDRINCL_OPTION, 1));
	NOTE_INT(w, u, SOL_RAW_LEVEL, IPV6_HDRINCL_OPTION);
	DO(w, set_int(u, SOL_IPV6, IPV6_HDRINCL_OPTION, 0));
	NOTE_INT(w, u, SOL_IPV6, IPV6_HDRINCL_OPTION);
	DO(w, setsockopt(s, SOL_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)));
	DO(w, setsockopt(s, SOL_ICMPV6, ICMP6_FILTER, &filter, 1000));
	DO(w, setsockopt(s, SOL_ICMPV6, 99, &filter, 4));
	DO(w, setsockopt(u, SOL_ICMPV6, ICMP6_FILTER, &filter, 4));
	DO(w, getsockopt(s, SOL_ICMPV6, ICMP6_FILTER, &filter, &len));
	note(w, "the filter", "%x in %u bytes", filter.icmp6_filt[7],
	     (unsigned int)len);
	DO(w, getsockopt(u, SOL_ICMPV6, ICMP6_FILTER, &filter, &len));
	close(s);
	close(u);
}

static void raw6_echo(struct world *w)
{
	struct echo request = echo_request(ICMP6_ECHO_REQUEST, ECHO_ID);
	struct sockaddr_in6 in6 = local6(0), mapped = local6(0);
	struct icmp6_filter replies;
	int s = make6(w, SOCK_RAW, IPPROTO_ICMPV6);
	int f = make6(w, SOCK_RAW, IPPROTO_ICMPV6);

	ICMP6_FILTER_SETBLOCKALL(&replies);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &replies);
	setsockopt(f, SOL_ICMPV6, ICMP6_FILTER, &replies, sizeof(replies));
	/* The checksum is not the program's business. */
	request.icmp.checksum = 0x1234;
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in6), sizeof(in6)));
	note_message6(w, "first", s);
	note_message6(w, "second", s);
	note_message6(w, "third", s);
	note_message6(w, "first that passes the filter", f);
	note_message6(w, "second that does", f);
	in6.sin6_port = htons(IPPROTO_ICMPV6);
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in6), sizeof(in6)));
	in6.sin6_port = htons(IPPROTO_UDP);
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in6), sizeof(in6)));
	in6.sin6_port = 0;
	DO(w, sendto(s, &request, 2, 0, SA(in6), sizeof(in6)));
	DO(w, send(s, &request, ECHO_BYTES, 0));
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	DO(w, bind(s, SA(mapped), sizeof(mapped)));
	DO(w, bind(s, SA(in6), sizeof(in6)));
	DO(w, connect(s, SA(in6), sizeof(in6)));
	DO(w, send(s, &request, ECHO_BYTES, 0));
	close(s);
	close(f);
}

/* A datagram in pieces: nothing is sent before the last. */
static void raw_more(struct world *w)
{
	struct sockaddr_in in = local(0), other = at("127.0.0.2", 0);
	struct sockaddr_in nobody = at("192.0.2.1", 0);
	static char big[65535];
	int s = make(w, SOCK_RAW, 253);
	int r = make(w, SOCK_RAW, 253);

	DO(w, sendto(s, "ab", 2, MSG_MORE, SA(in), sizeof(in)));
	DO(w, sendto(s, "cde", 3, MSG_MORE, SA(in), sizeof(in)));
	DO(w, recv(r, big, sizeof(big), MSG_DONTWAIT));
	DO(w, sendto(s, "f", 1, MSG_MORE, SA(nobody), sizeof(nobody)));
	DO(w, send(s, "g", 1, MSG_MORE));
	DO(w, sendto(s, BAD_POINTER, 0, 0, SA(in), sizeof(in)));
	note_packet(w, "in pieces", r, 0);
	DO(w, sendto(s, "h", 1, MSG_MORE, SA(in), sizeof(in)));
	DO(w, set_int(s, SOL_IP, IP_TTL, 3));
	DO(w, sendto(s, "i", 1, 0, SA(other), sizeof(other)));
	note_packet(w, "to two", r, 0);
	DO(w, sendto(s, "", 0, MSG_MORE, SA(in), sizeof(in)));
	DO(w, sendto(s, "j", 1, 0, SA(in), sizeof(in)));
	note_packet(w, "nothing first", r, 0);
	DO(w, sendto(s, big, 40000, MSG_MORE, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 40000, MSG_MORE, SA(in), sizeof(in)));
	DO(w, sendto(s, "k", 1, 0, SA(in), sizeof(in)));
	note_packet(w, "after too much", r, 0);
	DO(w, sendto(s, "l", 1, MSG_MORE, SA(in), sizeof(in)));
	DO(w, sendto(s, BAD_POINTER, 4, MSG_MORE, SA(in), sizeof(in)));
	DO(w, sendto(s, "m", 1, 0, SA(in), sizeof(in)));
	note_packet(w, "after a fault", r, 0);
	DO(w, sendto(s, "n", 1, MSG_MORE, SA(in), sizeof(in)));
	DO(w, close(s));
	DO(w, recv(r, big, sizeof(big), MSG_DONTWAIT | MSG_PEEK));
	close(r);
}

static void raw6_more(struct world *w)
{
	struct sockaddr_in6 in6 = local6(0);
	int s = make6(w, SOCK_RAW, 253);
	char data[64];

	DO(w, set_int(s, SOL_IPV6, IPV6_CHECKSUM, 2));
	DO(w, sendto(s, "ab\0\0", 4, MSG_MORE, SA(in6), sizeof(in6)));
	DO(w, recv(s, data, sizeof(data), MSG_DONTWAIT));
	DO(w, sendto(s, "cde", 3, 0, SA(in6), sizeof(in6)));
	settle(s);
	DO(w, recv(s, data, sizeof(data), MSG_DONTWAIT));
	note(w, "the sum", "%02x%02x", data[2] & 0xff, data[3] & 0xff);
	DO(w, sendto(s, "x", 1, MSG_MORE, SA(in6), sizeof(in6)));
	DO(w, close(s));
}

const struct test_case raw_cases[] = {
	{ "raw_types", raw_types },
	{ "raw_names", raw_names },
	{ "raw_options", raw_options },
	{ "raw_echo", raw_echo },
	{ "raw_send_arguments", raw_send_arguments },
	{ "raw_udp", raw_udp },
	{ "raw_hdrincl", raw_hdrincl },
	{ "raw_control", raw_control },
	{ "raw6_options", raw6_options },
	{ "raw6_echo", raw6_echo },
	{ "raw_more", raw_more },
	{ "raw6_more", raw6_more },
	{ 0 },
};
