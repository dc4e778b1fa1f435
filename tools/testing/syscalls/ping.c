// SPDX-License-Identifier: GPL-2.0
/*
 * Ping sockets: icmp(7).
 */
#include <netinet/icmp6.h>
#include "icmp.h"

static void ping_names(struct world *w)
{
	struct sockaddr_in in = local(ECHO_ID), other = at("192.0.2.1", 5);
	struct sockaddr_in group = at("224.0.0.1", 5), any = at("0.0.0.0", 0);
	int a = make(w, SOCK_DGRAM, IPPROTO_ICMP);
	int b = make(w, SOCK_DGRAM, IPPROTO_ICMP);

	note_name(w, "name of a new one", a, get_local);
	DO(w, bind(a, SA(other), sizeof(other)));
	DO(w, bind(a, SA(group), sizeof(group)));
	DO(w, bind(a, SA(in), sizeof(in) - 1));
	DO(w, bind(a, SA(in), sizeof(in)));
	DO(w, bind(a, SA(in), sizeof(in)));
	note_name(w, "name of a bound one", a, get_local);
	NOTE_INT(w, b, SOL_SOCKET, SO_REUSEADDR);
	DO(w, set_int(a, SOL_SOCKET, SO_REUSEADDR, 0));
	DO(w, bind(b, SA(in), sizeof(in)));
	DO(w, set_int(a, SOL_SOCKET, SO_REUSEADDR, 1));
	DO(w, set_int(b, SOL_SOCKET, SO_REUSEADDR, 0));
	DO(w, bind(b, SA(in), sizeof(in)));
	DO(w, set_int(b, SOL_SOCKET, SO_REUSEADDR, 1));
	DO(w, bind(b, SA(in), sizeof(in)));
	close(a);
	close(b);
	a = make(w, SOCK_DGRAM, IPPROTO_ICMP);
	in = local(0);
	DO(w, connect(a, SA(in), sizeof(in)));
	note_name(w, "peer", a, get_peer);
	in.sin_family = AF_UNSPEC;
	DO(w, connect(a, SA(in), sizeof(in)));
	note_name(w, "peer after that", a, get_peer);
	note_name(w, "name after that", a, get_local);
	DO(w, bind(a, SA(any), sizeof(any)));
	DO(w, listen(a, 1));
	NOTE_INT(w, a, SOL_SOCKET, SO_TYPE);
	DO(w, set_int(a, SOL_IP, IP_HDRINCL, 1));
	DO(w, set_int(a, SOL_RAW_LEVEL, ICMP_FILTER, 1));
	NOTE_INT(w, a, SOL_RAW_LEVEL, ICMP_FILTER);
	close(a);
}

/* The next message of a ping socket, which begins at the ICMP header. */
static void note_reply(struct world *w, const char *call, int s, int flags)
{
	struct sockaddr_in from = { 0 };
	socklen_t from_len = sizeof(from);
	char data[200];
	int len;

	settle(s);
	len = recvfrom(s, data, sizeof(data), flags | MSG_DONTWAIT, SA(from),
		       &from_len);
	note_icmp(w, call, data, len, ECHO_ID);
	if (len >= 0)
		note_address(w, call, SA(from), from_len);
}

static void ping_echo(struct world *w)
{
	struct echo request = echo_request(ICMP_ECHO, 1);
	struct echo reply = echo_request(ICMP_ECHOREPLY, ECHO_ID);
	struct sockaddr_in in = local(ECHO_ID);
	static char big[70000] = { ICMP_ECHO };
	int s = make(w, SOCK_DGRAM, IPPROTO_ICMP);
	int t = make(w, SOCK_DGRAM, IPPROTO_ICMP);

	DO(w, bind(s, SA(in), sizeof(in)));
	in = local(0);
	/* The identifier is not the program's business, nor is the checksum. */
	request.icmp.checksum = 0x1234;
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in), sizeof(in)));
	note_reply(w, "peek", s, MSG_PEEK);
	note_reply(w, "reply", s, 0);
	note_reply(w, "no more", s, 0);
	note_reply(w, "another's", t, 0);
	DO(w, sendto(s, &reply, ECHO_BYTES, 0, SA(in), sizeof(in)));
	request.icmp.code = 1;
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in), sizeof(in)));
	request.icmp.code = 0;
	DO(w, sendto(s, &request, 7, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, &request, 8, 0, SA(in), sizeof(in)));
	note_reply(w, "reply to 8 bytes", s, 0);
	DO(w, sendto(s, big, 65536, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, big, 65516, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, &request, ECHO_BYTES, MSG_OOB, SA(in), sizeof(in)));
	DO(w, send(s, &request, ECHO_BYTES, 0));
	DO(w, sendto(s, BAD_POINTER, 10, 0, SA(in), sizeof(in)));
	DO(w, connect(t, SA(in), sizeof(in)));
	DO(w, send(t, &request, ECHO_BYTES, 0));
	settle(t);
	DO(w, recv(t, big, 3, MSG_DONTWAIT | MSG_TRUNC) > 0);
	note_events(w, "poll after it", t, POLLIN | POLLOUT, 0);
	close(s);
	close(t);
}

static void ping6_echo(struct world *w)
{
	struct echo request = echo_request(ICMP6_ECHO_REQUEST, 1);
	struct sockaddr_in6 in6 = local6(ECHO_ID), group = local6(5);
	int s = make6(w, SOCK_DGRAM, IPPROTO_ICMPV6);
	int t = make6(w, SOCK_DGRAM, IPPROTO_ICMPV6);

	inet_pton(AF_INET6, "ff02::1", &group.sin6_addr);
	DO(w, bind(s, SA(group), sizeof(group)));
	DO(w, bind(s, SA(in6), sizeof(in6)));
	DO(w, bind(t, SA(in6), sizeof(in6)));
	in6.sin6_port = 0;
	request.icmp.checksum = 0x1234;
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in6), sizeof(in6)));
	note_message6(w, "reply", s);
	note_message6(w, "no more", s);
	note_message6(w, "another's", t);
	request.icmp.type = ICMP_ECHO;
	DO(w, sendto(s, &request, ECHO_BYTES, 0, SA(in6), sizeof(in6)));
	DO(w, sendto(s, &request, 7, 0, SA(in6), sizeof(in6)));
	request.icmp.type = ICMP6_ECHO_REQUEST;
	DO(w, send(s, &request, ECHO_BYTES, 0));
	close(s);
	close(t);
}

const struct test_case ping_cases[] = {
	{ "ping_names", ping_names },
	{ "ping_echo", ping_echo },
	{ "ping6_echo", ping6_echo },
	{ 0 },
};
