// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of calls that are drawn at random, and names for what a stack chooses.
 */
#include <net/if.h>
#include "random.h"

static const struct {
	int family;
	const char *text;
} addresses[] = {
	{ AF_INET, "127.0.0.1" },
	{ AF_INET, "0.0.0.0" },
	{ AF_INET, "127.0.0.2" },
	{ AF_INET, "192.0.2.1" },	/* RFC 5737: nobody's, and no route */
	{ AF_INET, "224.0.0.1" },
	{ AF_INET, "255.255.255.255" },
	{ AF_UNSPEC, "0.0.0.0" },
	{ AF_UNIX, "0.0.0.0" },
	{ AF_INET6, "::1" },
	{ AF_INET6, "::" },
	{ AF_INET6, "::ffff:127.0.0.1" },
	{ AF_INET6, "::ffff:0.0.0.0" },
	{ AF_INET6, "2001:db8::1" },	/* RFC 3849 */
	{ AF_INET6, "::ffff:192.0.2.1" },
};

const unsigned int addresses_count = sizeof(addresses) / sizeof(addresses[0]);

unsigned int address_loopback(int family)
{
	return family == AF_INET ? 0 : 8;
}

unsigned int address_usual(struct dice *dice, int family)
{
	static const unsigned int usual4[] = { 0, 0, 0, 1, 2 };
	static const unsigned int usual6[] = { 8, 8, 8, 9, 10 };

	return family == AF_INET ? PICK(dice, usual4) : PICK(dice, usual6);
}

static int own_port(const struct stack *s, int slot)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	if (getsockname(s->fd[slot], SA(name), &len))
		return 0;
	return ntohs(((struct sockaddr_in *)&name)->sin_port);
}

static int target_port(const struct stack *s, int port)
{
	if (port < PORTS)
		return s->base + port;
	return port == PORT_NONE ? 0 : own_port(s, port - PORT_OF_SLOT);
}

bool address_is4(unsigned int address)
{
	return addresses[address].family == AF_INET ||
	       !strncmp(addresses[address].text, "::ffff:", 7);
}

socklen_t target_fill(const struct stack *s, const struct target *to,
		      struct sockaddr_storage *address)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	int family = addresses[to->address].family;
	const char *text = addresses[to->address].text;

	memset(address, 0, sizeof(*address));
	in->sin_port = htons(target_port(s, to->port));
	in->sin_family = family;
	if (family == AF_INET6)
		inet_pton(AF_INET6, text, &in6->sin6_addr);
	else
		inet_pton(AF_INET, text, &in->sin_addr);
	if (to->len)
		return to->len;
	return family == AF_INET6 ? sizeof(*in6) : sizeof(*in);
}

void target_print(const struct target *to, char *text)
{
	int family = addresses[to->address].family;

	if (to->none) {
		put(text, "NULL");
		return;
	}
	put(text, "%s%s", family == AF_UNSPEC ? "AF_UNSPEC " :
			  family == AF_UNIX ? "AF_UNIX " : "",
	    addresses[to->address].text);
	if (to->port < PORTS)
		put(text, " port %c", 'A' + to->port);
	else if (to->port == PORT_NONE)
		put(text, " port 0");
	else
		put(text, " port of s%d", to->port - PORT_OF_SLOT);
	if (to->len)
		put(text, ", %d bytes", to->len);
}

static const struct named_port *port_find(const struct stack *s, bool is_stream,
					  int port)
{
	int i;

	/* The newest: a port may be chosen twice. */
	for (i = s->named_count - 1; i >= 0; i--)
		if (s->named[i].port == port &&
		    s->named[i].is_stream == is_stream)
			return &s->named[i];
	return NULL;
}

void port_print(const struct stack *s, bool is_stream, int port, char *text)
{
	const struct named_port *named = port_find(s, is_stream, port);

	if (!port)
		put(text, " port 0");
	else if (port >= s->base && port < s->base + PORTS)
		put(text, " port %c", 'A' + port - s->base);
	else if (named)
		put(text, " port #%d", named->name);
	else
		put(text, " port unknown");
}

void address_print(const struct stack *s, bool is_stream,
		   const struct sockaddr_storage *address, socklen_t len, char *text)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	char name[INET6_ADDRSTRLEN] = "?";

	put(text, " name of %u", (unsigned int)len);
	if (len < sizeof(*in))
		return;
	if (in->sin_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, name, sizeof(name));
	else if (in->sin_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, name, sizeof(name));
	put(text, " family %d %s", in->sin_family, name);
	port_print(s, is_stream, ntohs(in->sin_port), text);
	if (in->sin_family == AF_INET6)
		put(text, "%s%s", in6->sin6_scope_id ? " scoped" : "",
		    in6->sin6_flowinfo ? " flow" : "");
}

void ports_learn(struct stack *s)
{
	bool is_stream;
	int i, port;

	for (i = 0; i < SLOTS; i++) {
		if (s->fd[i] < 0 || s->named_count == NAMED_MAX)
			continue;
		port = own_port(s, i);
		is_stream = s->kind[i]->type == SOCK_STREAM;
		if (!port || (port >= s->base && port < s->base + PORTS) ||
		    port_find(s, is_stream, port))
			continue;
		s->named[s->named_count].port = port;
		s->named[s->named_count].is_stream = is_stream;
		s->named[s->named_count].name = s->named_count;
		s->named_count++;
	}
}
