// SPDX-License-Identifier: GPL-2.0
/*
 * Where datagrams leave, whence, and as what: IP_UNICAST_IF, IPV6_ADDR_PREFERENCES,
 * IP_PROTOCOL.
 */
#include <net/if.h>
#include "icmp.h"

#define IP_PROTOCOL_	52	/* not in every libc, as the next */
#define UNICAST_IF6	76	/* IPV6_UNICAST_IF */
#define PREFERENCES	72	/* IPV6_ADDR_PREFERENCES */

/* The loopback device by its index in network order. */
static int loopback(const struct world *w)
{
	return htonl(if_nametoindex(w->family == AF_INET ? "lo" : "slo"));
}

static void note_device(struct world *w, int s, int level, int option)
{
	socklen_t len = sizeof(int);
	int value = -1;

	DO(w, getsockopt(s, level, option, &value, &len));
	note(w, "device", "%s in %u bytes", !value ? "none" :
	     value == loopback(w) ? "loopback" : "another", (unsigned int)len);
}

/* Sends, connected and not, and says what arrived. */
static void exchange(struct world *w, int r, int s, const struct sockaddr *address,
		     socklen_t len)
{
	char c;

	DO(w, sendto(s, "x", 1, 0, address, len));
	settle(r);
	DO(w, recv(r, &c, 1, MSG_DONTWAIT));
	DO(w, connect(s, address, len));
	DO(w, send(s, "x", 1, 0));
	settle(r);
	DO(w, recv(r, &c, 1, MSG_DONTWAIT));
}

static void unicast_if(struct world *w)
{
	struct sockaddr_in in = local(8000);
	int r = bound_udp(w, 8000);
	int s = make(w, SOCK_DGRAM, 0);
	int device = loopback(w);

	note_device(w, s, SOL_IP, IP_UNICAST_IF);
	DO(w, set_int(s, SOL_IP, IP_UNICAST_IF, htonl(4711)));
	DO(w, set_int(s, SOL_IP, IP_UNICAST_IF, device));
	note_device(w, s, SOL_IP, IP_UNICAST_IF);
	DO(w, setsockopt(s, SOL_IP, IP_UNICAST_IF, &device, 8));
	DO(w, setsockopt(s, SOL_IP, IP_UNICAST_IF, &device, 2));
	exchange(w, r, s, SA(in), sizeof(in));
	DO(w, set_int(s, SOL_IP, IP_UNICAST_IF, 0));
	note_device(w, s, SOL_IP, IP_UNICAST_IF);
	close(s);
	close(r);
}

static void unicast_if6(struct world *w)
{
	struct sockaddr_in6 in6 = local6(8000);
	int r = make6(w, SOCK_DGRAM, 0);
	int s = make6(w, SOCK_DGRAM, 0);
	int device = loopback(w);

	DO(w, bind(r, SA(in6), sizeof(in6)));
	note_device(w, s, SOL_IPV6, UNICAST_IF6);
	DO(w, set_int(s, SOL_IPV6, UNICAST_IF6, htonl(4711)));
	DO(w, set_int(s, SOL_IPV6, UNICAST_IF6, device));
	note_device(w, s, SOL_IPV6, UNICAST_IF6);
	note_device(w, s, SOL_IP, IP_UNICAST_IF);
	DO(w, setsockopt(s, SOL_IPV6, UNICAST_IF6, &device, 8));
	exchange(w, r, s, SA(in6), sizeof(in6));
	close(s);
	close(r);
}

/* A socket that is bound to a device has no use for another. */
static void unicast_if_bound(struct world *w)
{
	const char *name = w->family == AF_INET ? "lo" : "slo";
	int s = make(w, SOCK_DGRAM, 0);
	int s6 = make6(w, SOCK_DGRAM, 0);

	DO(w, setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name)));
	DO(w, setsockopt(s6, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name)));
	DO(w, set_int(s, SOL_IP, IP_UNICAST_IF, loopback(w)));
	DO(w, set_int(s, SOL_IP, IP_UNICAST_IF, htonl(4711)));
	DO(w, set_int(s, SOL_IP, IP_UNICAST_IF, 0));
	DO(w, set_int(s6, SOL_IPV6, UNICAST_IF6, loopback(w)));
	DO(w, set_int(s6, SOL_IPV6, UNICAST_IF6, htonl(4711)));
	DO(w, set_int(s6, SOL_IPV6, UNICAST_IF6, 0));
	close(s);
	close(s6);
}

/* Streams have it and do not heed it: else a device without a way would stop them. */
static void unicast_if_tcp(struct world *w)
{
	const char *other = w->family == AF_INET ? "slo" : "lo";
	struct sockaddr_in in = local(8000);
	int listener = make(w, SOCK_STREAM, 0);
	int s = make(w, SOCK_STREAM, 0);

	DO(w, bind(listener, SA(in), sizeof(in)));
	DO(w, listen(listener, 1));
	DO(w, set_int(s, SOL_IP, IP_UNICAST_IF, htonl(if_nametoindex(other))));
	DO(w, connect(s, SA(in), sizeof(in)));
	close(s);
	close(listener);
}

static long send_with(int s, const struct sockaddr_in *in, const void *data,
		      size_t len, int type, int value)
{
	struct control control = { SOL_IP, type, &value, sizeof(value) };

	return send_control(s, in, data, len, &control);
}

/* It changes what a datagram is routed as, not what it is. */
static void ip_protocol(struct world *w)
{
	struct sockaddr_in in = local(8000);
	int u = bound_udp(w, 8000);
	int r = make(w, SOCK_RAW, 253);
	char packet[64];

	note_int(w, u, SOL_IP, IP_PROTOCOL_, "of a bound UDP socket");
	note_int(w, r, SOL_IP, IP_PROTOCOL_, "of a raw socket");
	DO(w, set_int(r, SOL_IP, IP_PROTOCOL_, 17));
	DO(w, send_with(u, &in, "x", 1, IP_PROTOCOL_, 0));
	DO(w, send_with(u, &in, "x", 1, IP_PROTOCOL_, 256));
	DO(w, send_with(u, &in, "x", 1, IP_PROTOCOL_, 6));
	settle(u);
	DO(w, recv(u, packet, sizeof(packet), MSG_DONTWAIT));
	in.sin_port = 0;
	DO(w, send_with(r, &in, "xyz", 3, IP_PROTOCOL_, 254));
	settle(r);
	DO(w, recv(r, packet, sizeof(packet), MSG_DONTWAIT));
	note(w, "protocol", "%d", packet[9] & 255);
	close(u);
	close(r);
}

/* IPV6_ADDR_PREFERENCES: each kind of address, and each with each (RFC 5014). */
static void source_preferences(struct world *w)
{
	const int kinds[] = { 0x1, 0x2, 0x100, 0x4, 0x400, 0x8, 0x800, 0x4000 };
	socklen_t len = 2;
	int type, val, s;
	size_t i, j;

	for (type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		s = make6(w, type, 0);
		note_int(w, s, SOL_IPV6, PREFERENCES, "default");
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			for (j = 0; j <= i; j++) {
				val = kinds[i] | kinds[j];
				DO(w, set_int(s, SOL_IPV6, PREFERENCES, val));
				note_int(w, s, SOL_IPV6, PREFERENCES, "prefers");
			}
		}
		DO(w, set_int(s, SOL_IPV6, PREFERENCES, -1));
		note_int(w, s, SOL_IPV6, PREFERENCES, "prefers");
		DO(w, setsockopt(s, SOL_IPV6, PREFERENCES, "\1", 1));
		DO(w, setsockopt(s, SOL_IPV6, PREFERENCES, BAD_POINTER, 4));
		DO(w, getsockopt(s, SOL_IPV6, PREFERENCES, &val, &len));
		close(s);
	}
}

const struct test_case way_cases[] = {
	{ "unicast_if", unicast_if },
	{ "unicast_if6", unicast_if6 },
	{ "unicast_if_bound", unicast_if_bound },
	{ "unicast_if_tcp", unicast_if_tcp },
	{ "ip_protocol", ip_protocol },
	{ "source_preferences", source_preferences },
	{ 0 },
};
