/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The strata command: what its files share.
 *
 * Each object of the command line (link, address, …) is one file with a table
 * of commands; command.c finds the one that was meant, arg.c reads arguments,
 * netlink.c talks to the kernel, json.c writes JSON. Functions that can fail
 * have said so on stderr, in one line, and return the exit status.
 */
#ifndef STRATA_H
#define STRATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRATA_VERSION	"0.1"

/* Exit statuses, as ip(8) has them. */
#define STATUS_OK	0
#define STATUS_USAGE	1	/* a wrong argument, or no way to do it */
#define STATUS_KERNEL	2	/* the kernel refused */

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * struct options - what stands before the object on the command line
 * @json: print JSON
 * @pretty: and indent it
 * @statistics: show more
 * @family: AF_INET or AF_INET6: show these only; 0: both
 * @batch: the file that commands are read from; NULL: none
 * @line: of it
 * @force: go on with it after an error
 */
struct options {
	bool json;
	bool pretty;
	bool statistics;
	int family;
	const char *batch;
	unsigned int line;
	bool force;
};

extern struct options options;

/* "strata: " and the text; returns STATUS_USAGE. */
int usage_error(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif /* STRATA_H */
