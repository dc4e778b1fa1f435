// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's fail-nth: see Documentation/fault-injection in its sources.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "nth.h"

static int nth_fd = -1;

bool nth_open(void)
{
	if (nth_fd < 0)
		nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return nth_fd >= 0;
}

void nth_arm(unsigned int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(nth_fd, text, length, 0) != length)
		abort();
}

unsigned int nth_disarm(void)
{
	char text[16] = "";
	int err = errno;
	unsigned int left;

	/* Reading counts, too: it fails when it is the next in turn. */
	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		left = 1;
	else
		left = strtoul(text, NULL, 10);
	if (left && pwrite(nth_fd, "0", 1, 0) < 0 && pwrite(nth_fd, "0", 1, 0) < 0)
		abort();
	errno = err;
	return left;
}
