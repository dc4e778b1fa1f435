// SPDX-License-Identifier: GPL-2.0
/*
 * setsockopt(2) and getsockopt(2) with options, values and lengths drawn at random.
 */
#include <linux/in6.h>
#include "options.h"
#include "random.h"

#define VALUE_BYTES	24
#define IP_PROTOCOL_	52	/* not in every libc */

#define CLOCK	"it says what no two stacks have in common"
#define MEMORY	"what fits into a buffer depends on the sizes that the allocator has"
#define TIMERS	"what it drops or holds back comes when a timer of the stack's says so"
#define STRUCT	"its value is no number, and it has cases of its own"

/* What is not drawn, beside all that is refused or differs by the table of options.c. */
static const struct {
	int level;
	int name;
	const char *reason;
} undrawn[] = {
	{ SOL_SOCKET, SO_SNDBUF, MEMORY },
	{ SOL_SOCKET, SO_RCVBUF, MEMORY },
	{ SOL_SOCKET, SO_SNDBUFFORCE, MEMORY },
	{ SOL_SOCKET, SO_RCVBUFFORCE, MEMORY },
	{ SOL_SOCKET, SO_MEMINFO, MEMORY },
	{ SOL_SOCKET, 73 /* SO_RESERVE_MEM */, MEMORY },
	{ SOL_SOCKET, SO_COOKIE, CLOCK },
	{ SOL_SOCKET, SO_INCOMING_CPU, CLOCK },
	{ SOL_SOCKET, SO_MAX_PACING_RATE, TIMERS },
	{ SOL_IP, IP_MINTTL, TIMERS },
	{ SOL_IPV6, 73 /* IPV6_MINHOPCOUNT */, TIMERS },
	{ SOL_IP, IP_HDRINCL, STRUCT },
	{ SOL_IPV6, IPV6_HDRINCL, STRUCT },
	{ SOL_TCP, TCP_WINDOW_CLAMP, TIMERS },
	{ SOL_TCP, TCP_DEFER_ACCEPT, TIMERS },
	{ SOL_TCP, TCP_QUICKACK, TIMERS },
	{ SOL_TCP, TCP_MAXSEG, "how large segments are is a stack's own choice" },
	{ SOL_TCP, TCP_INFO, CLOCK },
	{ SOL_TCP, TCP_TIMESTAMP, CLOCK },
	{ SOL_TCP, TCP_SAVED_SYN, CLOCK },
	{ SOL_TCP, TCP_MD5SIG, STRUCT },
	{ SOL_TCP, TCP_MD5SIG_EXT, STRUCT },
	{ SOL_UDP, UDP_CORK, "what befalls pieces that wait: see send_draw()" },
	{ SOL_UDP, UDP_GRO, "which datagrams are joined depends on when they are read" },
};

/* Likewise, of streams. A connection has nothing to do with groups. */
static const struct {
	int level;
	int name;
	const char *reason;
} undrawn_of_streams[] = {
	{ SOL_IP, IP_MTU, "the kernel says that of a path which has ended" },
	{ SOL_IP, IP_MULTICAST_TTL, "the kernel has the peer's first TTL there" },
	{ SOL_IPV6, IPV6_MULTICAST_HOPS, "the kernel has the peer's first hop limit there" },
};

static bool is_undrawn_of_streams(const struct option *option)
{
	size_t i;

	for (i = 0; i < sizeof(undrawn_of_streams) / sizeof(undrawn_of_streams[0]); i++)
		if (undrawn_of_streams[i].level == option->level &&
		    undrawn_of_streams[i].name == option->name)
			return true;
	return false;
}

static bool is_undrawn(const struct option *option)
{
	size_t i;

	for (i = 0; i < sizeof(undrawn) / sizeof(undrawn[0]); i++)
		if (undrawn[i].level == option->level && undrawn[i].name == option->name)
			return true;
	return false;
}

static bool fits(const struct option *option, const struct random_kind *kind)
{
	if (option->refused || is_undrawn(option) ||
	    (kind->type == SOCK_STREAM && is_undrawn_of_streams(option)))
		return false;
	if (option->level == SOL_IPV6 && option->name == IPV6_V6ONLY)
		return kind->type != SOCK_RAW;
	if (option->differs || (option->later && kind->type == SOCK_STREAM))
		return false;
	switch (option->level) {
	case SOL_SOCKET:
		return true;
	case SOL_IP:	/* one value for both families where there are two: AF_STRATA(7) */
		return kind->family == AF_INET;
	case SOL_IPV6:
		return kind->family == AF_INET6;
	case SOL_TCP:
		return kind->type == SOCK_STREAM;
	case SOL_UDP:
		return kind->protocol == IPPROTO_UDP;
	}
	return false;
}

/* Which of options[]; -1: there is none. */
int option_draw(struct dice *dice, const struct random_kind *kind)
{
	unsigned int count = 0, wanted;
	int i;

	for (i = 0; options[i].text; i++)
		count += fits(&options[i], kind);
	wanted = pick(dice, count);
	for (i = 0; options[i].text; i++)
		if (fits(&options[i], kind) && !wanted--)
			return i;
	return -1;
}

void option_draw_value(struct dice *dice, struct call *c)
{
	static const int values[] = { 0, 1, 1, 1, 2, 3, 5, 7, 64, 100, 255, 256, 1000, 65535,
				      65536, 100000, -1, -2, INT32_MAX, INT32_MIN };
	static const int lens[] = { 0, 1, 2, 3, 5, 8, 12, 20, VALUE_BYTES, -1 };

	c->value = PICK(dice, values);
	c->len = chance(dice, 85) ? 4 : PICK(dice, lens);
	/* To linger is to wait. */
	if (options[c->choice].level == SOL_SOCKET && options[c->choice].name == SO_LINGER &&
	    c->len == 4)
		c->len = 8;
}

void option_print(const struct call *c, char *text)
{
	if (c->verb == SETSOCKOPT)
		put(text, "setsockopt(s%d, %s, %d, %d bytes)", c->slot,
		    options[c->choice].text, c->value, c->len);
	else
		put(text, "getsockopt(s%d, %s, %d bytes)", c->slot,
		    options[c->choice].text, c->len);
}

void option_set(struct stack *s, const struct call *c, char *outcome)
{
	const struct option *option = &options[c->choice];
	char value[VALUE_BYTES] = "";

	memcpy(value, &c->value, sizeof(c->value));
	put_result(outcome, setsockopt(s->fd[c->slot], option->level, option->name, value,
				       c->len));
}

void option_get(struct stack *s, const struct call *c, char *outcome)
{
	const struct option *option = &options[c->choice];
	unsigned char value[VALUE_BYTES] = "";
	socklen_t len = c->len, i;
	int result, port;

	result = getsockopt(s->fd[c->slot], option->level, option->name, value, &len);
	put_result(outcome, result);
	if (result)
		return;
	put(outcome, " %u:", (unsigned int)len);
	/* What its name says it is for raw sockets alone. */
	if (option->level == SOL_IP && option->name == IP_PROTOCOL_ &&
	    s->kind[c->slot]->type != SOCK_RAW) {
		memcpy(&port, value, sizeof(port));
		if (len < sizeof(port) / 2)
			return;
		return port_print(s, s->kind[c->slot]->type == SOCK_STREAM, port, outcome);
	}
	for (i = 0; i < len && i < sizeof(value); i++)
		put(outcome, "%02x", value[i]);
}
