// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_MD5SIG and TCP_MD5SIG_EXT: keys of signatures (RFC 2385), and who hears whom.
 */
#include <stdint.h>
#include "icmp.h"

#define NOT_HEARD_MS	50
#define HEARD_MS	5000	/* what was lost is sent again by then */
#define KEYS_MAX	10000
#define FLAG_IFINDEX	2	/* not in every libc */

/* struct tcp_md5sig, with the member that not every libc has. */
struct key {
	struct sockaddr_storage peer;
	uint8_t flags;
	uint8_t prefix_len;
	uint16_t len;
	int ifindex;
	uint8_t octets[TCP_MD5SIG_MAXKEYLEN];
};

static struct key key4(const char *address, const char *octets)
{
	struct sockaddr_in in = at(address, 0);
	struct key key = { .len = strlen(octets) };

	memcpy(&key.peer, &in, sizeof(in));
	memcpy(key.octets, octets, key.len);
	return key;
}

static struct key key6(const char *address, const char *octets)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct key key = { .len = strlen(octets) };

	inet_pton(AF_INET6, address, &in6.sin6_addr);
	memcpy(&key.peer, &in6, sizeof(in6));
	memcpy(key.octets, octets, key.len);
	return key;
}

static int set_key(int s, struct key key)
{
	return setsockopt(s, SOL_TCP, TCP_MD5SIG, &key, sizeof(key));
}

static int set_ext(int s, struct key key, int flags, int prefix_len, int ifindex)
{
	key.flags = flags;
	key.prefix_len = prefix_len;
	key.ifindex = ifindex;
	return setsockopt(s, SOL_TCP, TCP_MD5SIG_EXT, &key, sizeof(key));
}

/* One that is so long, of zeros. */
static int set_len(int s, struct key key, int len)
{
	key.len = len;
	return set_key(s, key);
}

static void md5_arguments(struct world *w)
{
	struct key key = key4("10.0.0.1", "secret");
	int s = make(w, SOCK_STREAM, 0), u = make(w, SOCK_DGRAM, 0);
	socklen_t len = sizeof(key);

	DO(w, setsockopt(s, SOL_TCP, TCP_MD5SIG, &key, 0));
	DO(w, setsockopt(s, SOL_TCP, TCP_MD5SIG, &key, 3));
	DO(w, setsockopt(s, SOL_TCP, TCP_MD5SIG, &key, sizeof(key) - 1));
	DO(w, setsockopt(s, SOL_TCP, TCP_MD5SIG, BAD_POINTER, 3));
	DO(w, setsockopt(s, SOL_TCP, TCP_MD5SIG, BAD_POINTER, 8));
	DO(w, setsockopt(s, SOL_TCP, TCP_MD5SIG, BAD_POINTER, sizeof(key)));
	DO(w, setsockopt(u, SOL_TCP, TCP_MD5SIG, &key, sizeof(key)));
	DO(w, set_len(s, key, 0));
	DO(w, set_key(s, key));
	DO(w, setsockopt(s, SOL_TCP, TCP_MD5SIG, &key, sizeof(key) + 1));
	DO(w, getsockopt(s, SOL_TCP, TCP_MD5SIG, &key, &len));
	DO(w, getsockopt(s, SOL_TCP, TCP_MD5SIG_EXT, &key, &len));
	DO(w, set_len(s, key, 80));
	DO(w, set_len(s, key, 81));
	DO(w, set_len(s, key, 256));
	DO(w, set_len(s, key, 65535));
	DO(w, set_len(s, key, 0));
	DO(w, set_len(s, key, 0));
	DO(w, set_key(s, key6("::1", "secret")));
	DO(w, set_key(s, key6("::ffff:10.0.0.1", "secret")));
	key.peer.ss_family = AF_UNSPEC;
	DO(w, set_key(s, key));
	close(s);
	close(u);
}

static void md5_extended(struct world *w)
{
	struct key key = key4("10.0.0.1", "secret"), none = key4("10.0.0.1", "");
	int s = make(w, SOCK_STREAM, 0);

	DO(w, set_ext(s, key, 0, 99, 99));
	DO(w, set_ext(s, key, TCP_MD5SIG_FLAG_PREFIX, 0, 99));
	DO(w, set_ext(s, key, TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	DO(w, set_ext(s, key, TCP_MD5SIG_FLAG_PREFIX, 32, 0));
	DO(w, set_ext(s, key, TCP_MD5SIG_FLAG_PREFIX, 33, 0));
	DO(w, set_ext(s, key, FLAG_IFINDEX, 0, 0));
	DO(w, set_ext(s, key, FLAG_IFINDEX, 0, 1));
	DO(w, set_ext(s, key, FLAG_IFINDEX, 0, 9999));
	DO(w, set_ext(s, key, FLAG_IFINDEX, 0, -1));
	DO(w, set_ext(s, key, 0xfc, 99, 99));
	/* What there is now, as it was set; another prefix is another key. */
	DO(w, set_ext(s, none, TCP_MD5SIG_FLAG_PREFIX, 9, 0));
	DO(w, set_ext(s, none, TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	DO(w, set_ext(s, none, TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	DO(w, set_ext(s, none, TCP_MD5SIG_FLAG_PREFIX, 0, 0));
	DO(w, set_key(s, none));
	DO(w, set_key(s, none));
	DO(w, set_ext(s, none, FLAG_IFINDEX, 0, 0));
	DO(w, set_ext(s, none, FLAG_IFINDEX, 0, 0));
	/* The plain option looks at the one flag that counts, and at no value. */
	key.flags = FLAG_IFINDEX | TCP_MD5SIG_FLAG_PREFIX;
	key.prefix_len = 99;
	key.ifindex = 99;
	DO(w, set_key(s, key));
	DO(w, set_key(s, none));
	DO(w, set_ext(s, none, FLAG_IFINDEX, 0, 0));
	/* Bits beyond the prefix tell keys apart. */
	DO(w, set_ext(s, key4("10.1.1.1", "a"), TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	DO(w, set_ext(s, key4("10.1.1.2", ""), TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	DO(w, set_ext(s, key4("10.1.1.1", ""), TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	close(s);
}

static void md5_extended6(struct world *w)
{
	struct key key = key6("fd00::1", "secret"), none = key6("fd00::1", "");
	struct key mapped = key6("::ffff:10.0.0.1", "secret");
	int s = make6(w, SOCK_STREAM, 0);

	DO(w, set_key(s, key4("10.0.0.1", "secret")));
	DO(w, set_key(s, key));
	DO(w, set_key(s, mapped));
	DO(w, set_ext(s, key, TCP_MD5SIG_FLAG_PREFIX, 128, 0));
	DO(w, set_ext(s, key, TCP_MD5SIG_FLAG_PREFIX, 129, 0));
	DO(w, set_ext(s, key, TCP_MD5SIG_FLAG_PREFIX, 0, 0));
	DO(w, set_ext(s, key, FLAG_IFINDEX, 0, 1));
	DO(w, set_ext(s, mapped, TCP_MD5SIG_FLAG_PREFIX, 32, 0));
	DO(w, set_ext(s, mapped, TCP_MD5SIG_FLAG_PREFIX, 33, 0));
	DO(w, set_ext(s, mapped, TCP_MD5SIG_FLAG_PREFIX, 128, 0));
	DO(w, set_key(s, key6("::ffff:10.0.0.1", "")));
	DO(w, set_key(s, key6("::ffff:10.0.0.1", "")));
	DO(w, set_key(s, none));
	DO(w, set_key(s, none));
	DO(w, set_ext(s, none, TCP_MD5SIG_FLAG_PREFIX, 0, 0));
	close(s);
}

/* As many as net.core.optmem_max lets a socket have; one may still change. */
static void md5_bound(struct world *w)
{
	struct key key = key4("10.0.0.0", "secret");
	struct sockaddr_in *peer = (struct sockaddr_in *)&key.peer;
	int s = make(w, SOCK_STREAM, 0), keys = 0;

	do
		peer->sin_addr.s_addr = htonl(0x0a000001 + keys);
	while (!set_key(s, key) && ++keys < KEYS_MAX);
	note(w, "keys of a socket", "%d", keys);
	DO(w, set_key(s, key));
	DO(w, set_key(s, key4("10.0.0.1", "another")));
	DO(w, set_key(s, key4("10.0.0.1", "")));
	DO(w, set_key(s, key));
	DO(w, set_key(s, key4("10.0.0.1", "another")));
	/* The same memory that filters take. */
	DO(w, set_int(s, SOL_SOCKET, SO_DETACH_FILTER, 0));
	close(s);
}

/* What is said by @from: is it heard? */
static void say(struct world *w, int from, int to, const char *text, int timeout_ms)
{
	char c;

	DO(w, send(from, "x", 1, MSG_NOSIGNAL));
	note_events(w, text, to, POLLIN, timeout_ms);
	DO(w, recv(to, &c, 1, MSG_DONTWAIT));
}

/* A child has one key, for its own peer. Both ends can change theirs. */
static void md5_connected(struct world *w)
{
	struct key key = key4("127.0.0.1", "secret");
	struct key none = key4("127.0.0.1", "");
	struct sockaddr_in in = local(8010);
	int listener = make(w, SOCK_STREAM, 0), client = make(w, SOCK_STREAM, 0);
	int server;

	set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, bind(listener, SA(in), sizeof(in)));
	DO(w, listen(listener, 5));
	DO(w, set_ext(listener, key, TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	DO(w, set_key(listener, key4("10.0.0.1", "another")));
	DO(w, set_key(client, key));
	DO(w, connect(client, SA(in), sizeof(in)));
	server = DO_FD(w, accept(listener, NULL, NULL));
	say(w, client, server, "both have the key", HEARD_MS);
	DO(w, set_ext(listener, none, TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	say(w, server, client, "the listener has it no more", HEARD_MS);
	DO(w, set_ext(server, none, TCP_MD5SIG_FLAG_PREFIX, 8, 0));
	DO(w, set_key(server, key4("10.0.0.1", "")));
	DO(w, set_key(server, none));
	say(w, client, server, "the server has it no more", NOT_HEARD_MS);
	DO(w, set_key(server, key));
	note_events(w, "it has it again", server, POLLIN, HEARD_MS);
	DO(w, set_key(server, key4("127.0.0.1", "another")));
	say(w, server, client, "another key", NOT_HEARD_MS);
	DO(w, set_key(client, key4("127.0.0.1", "another")));
	note_events(w, "the same again", client, POLLIN, HEARD_MS);
	close(server);
	close(client);
	close(listener);
}

/* Neither a wrong key nor none, nor one where none is expected, gets a connection. */
static void md5_refused(struct world *w)
{
	struct sockaddr_in in = local(8011), plain = local(8012);
	int listener = make(w, SOCK_STREAM, 0), open = make(w, SOCK_STREAM, 0);
	int wrong = make(w, SOCK_STREAM, 0), without = make(w, SOCK_STREAM, 0);
	int with = make(w, SOCK_STREAM, 0);

	fcntl(wrong, F_SETFL, O_NONBLOCK);
	fcntl(without, F_SETFL, O_NONBLOCK);
	fcntl(with, F_SETFL, O_NONBLOCK);
	set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1);
	set_int(open, SOL_SOCKET, SO_REUSEADDR, 1);
	DO(w, set_key(listener, key4("127.0.0.1", "secret")));
	DO(w, bind(listener, SA(in), sizeof(in)));
	DO(w, listen(listener, 5));
	DO(w, bind(open, SA(plain), sizeof(plain)));
	DO(w, listen(open, 5));
	DO(w, set_key(wrong, key4("127.0.0.1", "Secret")));
	DO(w, connect(wrong, SA(in), sizeof(in)));
	note_events(w, "a wrong key", wrong, POLLOUT, NOT_HEARD_MS);
	DO(w, connect(without, SA(in), sizeof(in)));
	note_events(w, "no key", without, POLLOUT, NOT_HEARD_MS);
	DO(w, set_key(with, key4("127.0.0.1", "secret")));
	DO(w, connect(with, SA(plain), sizeof(plain)));
	note_events(w, "a key too many", with, POLLOUT, NOT_HEARD_MS);
	/* Before the SYN is sent again it gets the right one. */
	DO(w, set_key(wrong, key4("127.0.0.1", "secret")));
	DO(w, set_key(without, key4("127.0.0.1", "secret")));
	DO(w, set_key(with, key4("127.0.0.1", "")));
	note_events(w, "the right key", wrong, POLLOUT, HEARD_MS);
	note_events(w, "a key at last", without, POLLOUT, HEARD_MS);
	note_events(w, "no key at last", with, POLLOUT, HEARD_MS);
	close(wrong);
	close(without);
	close(with);
	close(open);
	close(listener);
}

/* Ends that believe each other's FIN no more would wait for a minute. */
static void reset(int s)
{
	const struct linger now = { .l_onoff = 1 };

	setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(s);
}

/* A dual-stack listener: a key for IPv4 is one for the mapped address. */
static void md5_mapped(struct world *w)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(8013) };
	struct sockaddr_in in = local(8013);
	int listener = make6(w, SOCK_STREAM, 0), client = make(w, SOCK_STREAM, 0);
	int server;

	DO(w, set_ext(listener, key6("::", "six"), TCP_MD5SIG_FLAG_PREFIX, 0, 0));
	DO(w, set_key(listener, key6("::ffff:127.0.0.1", "four")));
	DO(w, bind(listener, SA(any), sizeof(any)));
	DO(w, listen(listener, 5));
	DO(w, set_key(client, key4("127.0.0.1", "four")));
	DO(w, connect(client, SA(in), sizeof(in)));
	server = DO_FD(w, accept(listener, NULL, NULL));
	say(w, client, server, "a mapped key", HEARD_MS);
	DO(w, set_key(server, key6("::ffff:127.0.0.1", "")));
	DO(w, set_key(server, key6("::ffff:127.0.0.1", "")));
	reset(server);
	reset(client);
	close(listener);
}

/* disconnecting does not take keys. */
static void md5_disconnected(struct world *w)
{
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	int s = make(w, SOCK_STREAM, 0);

	DO(w, set_key(s, key4("127.0.0.1", "secret")));
	DO(w, connect(s, &unspec, sizeof(unspec)));
	DO(w, set_key(s, key4("127.0.0.1", "")));
	DO(w, set_key(s, key4("127.0.0.1", "")));
	close(s);
}

const struct test_case md5_cases[] = {
	{ "md5_arguments", md5_arguments },
	{ "md5_extended", md5_extended },
	{ "md5_extended6", md5_extended6 },
	{ "md5_bound", md5_bound },
	{ "md5_connected", md5_connected },
	{ "md5_refused", md5_refused },
	{ "md5_mapped", md5_mapped },
	{ "md5_disconnected", md5_disconnected },
	{ 0 },
};
