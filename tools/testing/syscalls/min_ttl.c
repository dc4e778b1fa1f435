// SPDX-License-Identifier: GPL-2.0
/*
 * IP_MINTTL and IPV6_MINHOPCOUNT: who hears what has come from farther away.
 */
#include "icmp.h"

#define DROPS		8	/* linux/sock_diag.h: SK_MEMINFO_DROPS */
#define NOT_HEARD_MS	50
#define HEARD_MS	3000	/* a SYN and a segment are sent again by then */

/* What the socket has refused so far. */
static void note_drops(struct world *w, int s)
{
	unsigned int meminfo[DROPS + 1] = { 0 };
	socklen_t len = sizeof(meminfo);

	DO(w, getsockopt(s, SOL_SOCKET, SO_MEMINFO, meminfo, &len));
	note(w, "dropped", "%u", meminfo[DROPS]);
}

/* The names of one family. */
struct names {
	int level;
	int ttl;
	int min_ttl;
};

static const struct names names4 = { SOL_IP, IP_TTL, IP_MINTTL };
static const struct names names6 = { SOL_IPV6, IPV6_UNICAST_HOPS, 73 };

/* A SYN is not heard until it comes near enough; then @names's options are gone. */
static void from_afar(struct world *w, int listener, int client,
		      const struct names *names, const struct sockaddr *address,
		      socklen_t len)
{
	fcntl(client, F_SETFL, O_NONBLOCK);
	DO(w, bind(listener, address, len));
	DO(w, set_int(listener, names->level, names->min_ttl, 200));
	note_int(w, listener, names->level, names->min_ttl, "minimum");
	DO(w, listen(listener, 5));
	DO(w, set_int(client, names->level, names->ttl, 199));
	DO(w, connect(client, address, len));
	note_events(w, "poll", client, POLLOUT, NOT_HEARD_MS);
	note_drops(w, listener);
	DO(w, set_int(client, names->level, names->ttl, 200));
	note_events(w, "poll", client, POLLOUT, HEARD_MS);
	note_drops(w, listener);
}

/* The accepted socket has its listener's minimum; what it sends is not asked. */
static void segments_from_afar(struct world *w, int listener, int client,
			       const struct names *names)
{
	int server = accept(listener, NULL, NULL);
	char c;

	DO(w, server < 0);
	note_int(w, server, names->level, names->min_ttl, "minimum");
	note_drops(w, server);
	DO(w, set_int(client, names->level, names->ttl, 1));
	DO(w, send(client, "x", 1, 0));
	note_events(w, "poll", server, POLLIN, NOT_HEARD_MS);
	DO(w, set_int(client, names->level, names->ttl, 255));
	note_events(w, "poll", server, POLLIN, HEARD_MS);
	DO(w, recv(server, &c, 1, MSG_DONTWAIT));
	DO(w, set_int(server, names->level, names->ttl, 1));
	DO(w, send(server, "y", 1, 0));
	note_events(w, "poll", client, POLLIN, HEARD_MS);
	DO(w, set_int(server, names->level, names->min_ttl, 0));
	DO(w, set_int(client, names->level, names->ttl, 1));
	DO(w, send(client, "z", 1, 0));
	note_events(w, "poll", server, POLLIN, HEARD_MS);
	close(server);
}

/* Takes the sockets. */
static void connect_from_afar(struct world *w, int listener, int client,
			      const struct names *names,
			      const struct sockaddr *address, socklen_t len)
{
	from_afar(w, listener, client, names, address, len);
	segments_from_afar(w, listener, client, names);
	close(client);
	close(listener);
}

static void min_ttl_tcp(struct world *w)
{
	struct sockaddr_in in = local(8000);

	connect_from_afar(w, make(w, SOCK_STREAM, 0), make(w, SOCK_STREAM, 0),
			  &names4, SA(in), sizeof(in));
}

static void min_ttl_tcp6(struct world *w)
{
	struct sockaddr_in6 in6 = local6(8000);

	connect_from_afar(w, make6(w, SOCK_STREAM, 0), make6(w, SOCK_STREAM, 0),
			  &names6, SA(in6), sizeof(in6));
}

/* A dual-stack listener has a minimum for each family. */
static void min_ttl_mapped(struct world *w)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(8000) };
	struct sockaddr_in in = local(8000);
	int listener = make6(w, SOCK_STREAM, 0);
	int client = make(w, SOCK_STREAM, 0);

	DO(w, bind(listener, SA(any), sizeof(any)));
	DO(w, set_int(listener, SOL_IPV6, names6.min_ttl, 255));
	note_int(w, listener, SOL_IP, IP_MINTTL, "minimum of IPv4");
	DO(w, listen(listener, 5));
	DO(w, connect(client, SA(in), sizeof(in)));
	close(client);
	DO(w, set_int(listener, SOL_IP, IP_MINTTL, 255));
	client = make(w, SOCK_STREAM, 0);
	fcntl(client, F_SETFL, O_NONBLOCK);
	DO(w, connect(client, SA(in), sizeof(in)));
	note_events(w, "poll", client, POLLOUT, NOT_HEARD_MS);
	note_drops(w, listener);
	close(client);
	close(listener);
}

/* Only streams ask: datagrams have come however far. */
static void min_ttl_udp(struct world *w)
{
	struct sockaddr_in in = local(8000);
	int s = bound_udp(w, 8000);
	int t = make(w, SOCK_DGRAM, 0);
	char c;

	DO(w, set_int(s, SOL_IP, IP_MINTTL, 255));
	DO(w, set_int(t, SOL_IP, IP_TTL, 1));
	DO(w, sendto(t, "x", 1, 0, SA(in), sizeof(in)));
	settle(s);
	DO(w, recv(s, &c, 1, MSG_DONTWAIT));
	close(s);
	close(t);
}

static void min_ttl_raw(struct world *w)
{
	struct sockaddr_in in = local(0);
	int s = make(w, SOCK_RAW, 253);
	int t = make(w, SOCK_RAW, 253);
	char data[64];

	DO(w, set_int(s, SOL_IP, IP_MINTTL, 255));
	DO(w, set_int(t, SOL_IP, IP_TTL, 1));
	DO(w, sendto(t, "x", 1, 0, SA(in), sizeof(in)));
	settle(s);
	DO(w, recv(s, data, sizeof(data), MSG_DONTWAIT));
	close(s);
	close(t);
}

const struct test_case min_ttl_cases[] = {
	{ "min_ttl_tcp", min_ttl_tcp },
	{ "min_ttl_tcp6", min_ttl_tcp6 },
	{ "min_ttl_mapped", min_ttl_mapped },
	{ "min_ttl_udp", min_ttl_udp },
	{ "min_ttl_raw", min_ttl_raw },
	{ 0 },
};
