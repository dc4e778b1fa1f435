/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Socket calls, each of which has to bear that any allocation in it fails.
 */
#ifndef FAULT_H
#define FAULT_H

#include <netinet/in.h>
#include <stdbool.h>

#define BULK_BYTES	200000

/**
 * struct bench - sockets for one call, fresh each time
 * @fd: the one the call is made on
 * @peer: another end of it, -1: none
 * @listener: -1: none
 * @to: address of @peer or @listener
 * @made: a descriptor that the call made, -1: none
 */
struct bench {
	int fd;
	int peer;
	int listener;
	struct sockaddr_in to;
	int made;
};

/**
 * struct call - what is tried with every possible failure
 * @name: for the report
 * @prepare: makes the sockets; nothing fails here
 * @run: the call; returns as the call does
 * @check: what has to be true afterwards, whatever became of the call, which
 *	returned @result; NULL: nothing
 */
struct call {
	const char *name;
	void (*prepare)(struct bench *b);
	long (*run)(struct bench *b);
	void (*check)(struct bench *b, long result);
};

/* Ends with an empty entry. */
extern const struct call calls[];

/* Ends the program: the test has failed, or could not be made. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif /* FAULT_H */
