// SPDX-License-Identifier: GPL-2.0
/*
 * fault: make each call with its first allocation failing, then with its second,
 * and so on until one call meets no failure. Each has to succeed, or to fail
 * with an error that says why; afterwards everything has to work.
 *
 * An allocation is what fail-nth counts, whose other settings the caller makes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fault.h"
#include "nth.h"

#define FAILURES_MAX	500
#define CALL_SECONDS	30

static const char *now;
static unsigned int nth;

void die(const char *format, ...)
{
	va_list args;

	if (nth)
		nth_disarm();
	printf("FAIL: %s, failure %u: ", now, nth);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	puts("");
	fflush(stdout);
	_exit(1);
}

static void too_long(int signal)
{
	(void)signal;
	die("still not after %d s", CALL_SECONDS);
}

/* What a program can make sense of; ENFILE is what generic code makes of it. */
static bool clean(int err)
{
	return err == ENOMEM || err == ENOBUFS || err == EFAULT ||
	       err == EAGAIN || err == ENFILE;
}

static void close_all(struct bench *b)
{
	const int fds[] = { b->made, b->fd, b->peer, b->listener };
	unsigned int i;

	for (i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Returns false when nothing was left to fail. */
static bool try(const struct call *call, unsigned int *refused)
{
	struct bench b = { .fd = -1, .peer = -1, .listener = -1, .made = -1 };
	unsigned int left;
	long result;

	call->prepare(&b);
	alarm(CALL_SECONDS);
	nth_arm(nth);
	result = call->run(&b);
	left = nth_disarm();
	if (result < 0 && (left || !clean(errno)))
		die("%s, with %u left", strerrorname_np(errno), left);
	*refused += result < 0;
	if (call->check)
		call->check(&b, result);
	close_all(&b);
	alarm(0);
	return !left;
}

int main(void)
{
	const struct call *call;
	unsigned int refused;

	if (!nth_open()) {
		puts("this kernel injects no faults");
		return 4;
	}
	signal(SIGALRM, too_long);
	signal(SIGPIPE, SIG_IGN);
	for (call = calls; call->name; call++) {
		now = call->name;
		refused = 0;
		for (nth = 1; try(call, &refused); nth++)
			if (nth == FAILURES_MAX)
				die("it never succeeds");
		printf("%s: %u failures, %u errors\n", now, nth - 1, refused);
	}
	return 0;
}
