// SPDX-License-Identifier: GPL-2.0
/*
 * Every option by number: each level of each kind of socket, whether anybody has a name
 * for it or not. What is refused here and not there is listed with its reason; what
 * works is listed in Documentation/sockets.rst, see print_options().
 */
#define _GNU_SOURCE
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in6.h>
#include <stdarg.h>
#include "icmp.h"
#include "options.h"
#include "world.h"

#define VALUE_MAX	24	/* bytes that are read of a value */

struct kind {
	const char *name;
	int family;
	int type;
	int protocol;
};

static const struct kind kinds[] = {
	{ "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "udp", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "raw", AF_INET, SOCK_RAW, 253 },	/* RFC 3692: for experiments */
	{ "icmp", AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ "ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ "raw6", AF_INET6, SOCK_RAW, 253 },
	{ "icmp6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ "ping6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static int open_kind(const struct world *w, const struct kind *kind)
{
	int protocol = kind->protocol;

	if (protocol == IPPROTO_UDP && w->datagrams)
		protocol = w->datagrams;
	if (w->family == AF_INET)
		return socket(kind->family, kind->type, protocol);
	return socket(w->family, kind->type,
		      STRATA_PROTOCOL(kind->family, protocol));
}

/* Adds to @text, which is full at OUTCOME_MAX. */
static void add(char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(char *text, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, OUTCOME_MAX - len, format, args);
	va_end(args);
}

static void add_error(char *text)
{
	/* The two names of this number depend on the library. */
	add(text, " %s", errno == EOPNOTSUPP ? "EOPNOTSUPP" :
					       strerrorname_np(errno));
}

/* Is it worth a look what the value is? A clock and a random number are not. */
static bool is_constant(int level, int name)
{
	return !(level == SOL_SOCKET && (name == SO_COOKIE || name == 71 ||
					 name == SO_MEMINFO)) &&
	       !(level == SOL_TCP && name == TCP_TIMESTAMP);
}

/* Is that how an option is refused that is not there? */
static bool is_unknown(void)
{
	return errno == ENOPROTOOPT || errno == EOPNOTSUPP;
}

/* Returns whether there is such an option. */
static bool add_get(char *text, int s, const struct option *option, socklen_t len)
{
	unsigned char value[VALUE_MAX] = "";
	socklen_t i;

	if (getsockopt(s, option->level, option->name, value, &len)) {
		add_error(text);
		return !is_unknown();
	}
	if (!is_constant(option->level, option->name)) {
		add(text, " %u:…", (unsigned int)len);
		return true;
	}
	add(text, " %u:", (unsigned int)len);
	for (i = 0; i < len && i < sizeof(value); i++)
		add(text, "%02x", value[i]);
	return true;
}

static bool add_set(char *text, int s, const struct option *option,
		    const void *value, socklen_t len)
{
	if (setsockopt(s, option->level, option->name, value, len)) {
		add_error(text);
		return false;
	}
	add(text, " 0");
	return true;
}

/* An int, and what is got afterwards; returns whether there is such an option. */
static bool add_int(char *text, int s, const struct option *option, int value)
{
	if (!add_set(text, s, option, &value, sizeof(value)))
		return !is_unknown();
	add_get(text, s, option, sizeof(value));
	return true;
}

/* All that can be got and set of one option, as text; returns whether it is there. */
static bool describe(const struct world *w, const struct kind *kind,
		     const struct option *option, char *text)
{
	static const int values[] = { 0, 1, 2, 5, -1, 100, 300, 100000 };
	static const char zeros[20];
	static const socklen_t lens[] = { 0, 1, 2, 4, 8, VALUE_MAX };
	int s = open_kind(w, kind);
	bool known = false;
	size_t i;

	*text = 0;
	if (s < 0) {
		add_error(text);
		return false;
	}
	add(text, "get");
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		known |= add_get(text, s, option, lens[i]);
	add(text, ", set");
	add_set(text, s, option, zeros, 0);
	add_set(text, s, option, "\1", 1);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		known |= add_int(text, s, option, values[i]);
	add_set(text, s, option, zeros, 8);
	add_set(text, s, option, zeros, 12);
	add_set(text, s, option, zeros, 20);
	add_get(text, s, option, sizeof(int));
	close(s);
	return known;
}

static void name_of(const struct option *option, char *text, size_t size)
{
	const struct option *known = option_find(option->level, option->name);

	if (known)
		snprintf(text, size, "%s", known->text);
	else
		snprintf(text, size, "level %d option %d", option->level,
			 option->name);
}

static void note_option(struct world *w, const struct kind *kind, int level,
			int name)
{
	struct option option = { .level = level, .name = name };
	char text[OUTCOME_MAX], call[CALL_MAX];
	bool known = describe(w, kind, &option, text);

	name_of(&option, call, sizeof(call));
	note(w, call, "%s%s", known ? "" : OPTION_REFUSED, text);
}

/* One level of every kind, a case of its own: that many notes fit. */
static void note_level(struct world *w, size_t kind, int level, int last)
{
	int name;

	for (name = 0; name <= last; name++)
		/* Filters are programs: their values are addresses. */
		if (level != SOL_SOCKET ||
		    (name != SO_ATTACH_FILTER && name != SO_ATTACH_BPF &&
		     name != SO_ATTACH_REUSEPORT_CBPF &&
		     name != SO_ATTACH_REUSEPORT_EBPF))
			note_option(w, &kinds[kind], level, name);
}

/* Of levels that have few options, and of none. */
static void note_small_levels(struct world *w, size_t kind)
{
	static const int udp[] = { 0, UDP_CORK, 2, 10, 11, UDP_ENCAP,
				   UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX,
				   UDP_SEGMENT, UDP_GRO, 105 };
	size_t i;

	for (i = 0; i < sizeof(udp) / sizeof(udp[0]); i++)
		note_option(w, &kinds[kind], SOL_UDP, udp[i]);
	/* UDP-Lite's level has UDP's options, and a UDP socket has it, too. */
	for (i = 0; i < 5; i++)
		note_option(w, &kinds[kind], IPPROTO_UDPLITE, udp[i]);
	for (i = 0; i < 8; i++) {
		note_option(w, &kinds[kind], SOL_RAW, i);
		note_option(w, &kinds[kind], SOL_ICMPV6, i);
		note_option(w, &kinds[kind], 9999, i);
	}
}

#define CASES_OF(kind, name)						\
static void name##_socket(struct world *w)				\
{									\
	note_level(w, kind, SOL_SOCKET, 79);				\
}									\
static void name##_ip(struct world *w)					\
{									\
	note_level(w, kind, SOL_IP, 63);				\
}									\
static void name##_ipv6(struct world *w)				\
{									\
	note_level(w, kind, SOL_IPV6, 83);				\
}									\
static void name##_tcp(struct world *w)					\
{									\
	note_level(w, kind, SOL_TCP, 46);				\
}									\
static void name##_others(struct world *w)				\
{									\
	note_small_levels(w, kind);					\
}

CASES_OF(0, tcp)
CASES_OF(1, udp)
CASES_OF(2, raw)
CASES_OF(3, icmp)
CASES_OF(4, ping)
CASES_OF(5, tcp6)
CASES_OF(6, udp6)
CASES_OF(7, raw6)
CASES_OF(8, icmp6)
CASES_OF(9, ping6)

#define CASES(kind)					\
	{ "every_option_" #kind "_socket", kind##_socket },	\
	{ "every_option_" #kind "_ip", kind##_ip },		\
	{ "every_option_" #kind "_ipv6", kind##_ipv6 },		\
	{ "every_option_" #kind "_tcp", kind##_tcp },		\
	{ "every_option_" #kind "_others", kind##_others }

const struct test_case every_option_cases[] = {
	CASES(tcp), CASES(udp), CASES(raw), CASES(icmp), CASES(ping),
	CASES(tcp6), CASES(udp6), CASES(raw6), CASES(icmp6), CASES(ping6),
	{ 0 },
};

void print_options(void)
{
	struct world w = { .family = AF_STRATA };
	const struct option *option;
	char text[OUTCOME_MAX];
	bool known;
	size_t i;

	for (option = options; option->text; option++) {
		known = false;
		for (i = 0; i < KINDS; i++)
			known |= describe(&w, &kinds[i], option, text);
		printf("%s %s\n", option->text, !known ? "refused" :
		       option->differs ? "differs" : "works");
	}
}
