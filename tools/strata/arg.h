/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments: the words that are left, and what they mean.
 */
#ifndef STRATA_ARG_H
#define STRATA_ARG_H

#include <netinet/in.h>
#include "strata.h"

#define TABLE_ALL	0
#define TABLE_DEFAULT	253	/* by the kernel's numbers */
#define TABLE_MAIN	254
#define TABLE_LOCAL	255

#define LLADDR_MAX	32	/* bytes of the longest L2 address */

/**
 * struct args - the words that are left of the command line
 * @words: all of them
 * @count: of @words
 * @next: the first that is left
 * @object: whose words they are, for messages
 * @command: likewise
 */
struct args {
	char **words;
	int count;
	int next;
	const char *object;
	const char *command;
};

/**
 * struct prefix - a network address or prefix
 * @family: AF_INET or AF_INET6; AF_UNSPEC: "default" of either
 * @length: bits of the prefix; -1: none was written
 * @bytes: network order, 4 or 16 of them
 */
struct prefix {
	int family;
	int length;
	uint8_t bytes[sizeof(struct in6_addr)];
};

static inline size_t prefix_bytes(const struct prefix *prefix)
{
	return prefix->family == AF_INET ? sizeof(struct in_addr) :
					   sizeof(struct in6_addr);
}

static inline int prefix_full(const struct prefix *prefix)
{
	return 8 * prefix_bytes(prefix);
}

/**
 * struct lladdr - an L2 address
 * @bytes: as on the wire
 * @length: of them
 */
struct lladdr {
	uint8_t bytes[LLADDR_MAX];
	size_t length;
};

/* "strata: addr add: " and the text; returns STATUS_USAGE. */
int args_error(const struct args *args, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *args_peek(const struct args *args);
const char *args_next(struct args *args);
/* Is @keyword next? Then take it. Keywords are not abbreviated. */
bool args_take(struct args *args, const char *keyword);
/* STATUS_USAGE, saying that the next word makes no sense here. */
int args_unknown(const struct args *args, const char *right);
/* STATUS_USAGE unless no word is left. */
int args_end(const struct args *args, const char *right);
/* A line into words; quotes keep spaces, # begins a comment. -1: more than @most. */
int args_split(char *line, char **words, int most);
/* Take -j, -p and -s, which are welcome anywhere. */
void args_output_options(struct args *args);
/* "-j" and the like: acts on it if it is one. */
bool output_option(const char *word);

/* Each takes the next word, called @what in messages. */
int arg_device(struct args *args, const char **name);
/* "[ dev ] NAME" and no more, or nothing: NULL. */
int arg_only_device(struct args *args, const char *what, const char **name);
int arg_u32(struct args *args, const char *what, uint32_t min, uint32_t max,
	    uint32_t *value);
int arg_address(struct args *args, const char *what, struct prefix *address);
int arg_prefix(struct args *args, const char *what, struct prefix *prefix);
/* A number, or one of the names; TABLE_ALL. */
int arg_route_table(struct args *args, uint32_t *table);
int arg_lladdr(struct args *args, struct lladdr *lladdr);

#endif /* STRATA_ARG_H */
