// SPDX-License-Identifier: GPL-2.0
/*
 * netns_exec NAMESPACE COMMAND…: run COMMAND in a network namespace that ip-netns(8) made.
 *
 * As `ip netns exec`, but without a /sys and an /etc of the namespace's own: no mounts.
 * Linked statically, it costs a test half of what ip(8) does, and tests do little else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As a shell's: the command was not found, or something failed before it. */
#define STATUS_NOT_FOUND	127
#define STATUS_FAILED		126

static int enter(const char *namespace)
{
	char path[256];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "/run/netns/%s", namespace) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	return setns(fd, CLONE_NEWNET);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: netns_exec NAMESPACE COMMAND…\n", stderr);
		return STATUS_FAILED;
	}
	if (enter(argv[1])) {
		fprintf(stderr, "netns_exec: namespace %s: %s\n", argv[1], strerror(errno));
		return STATUS_FAILED;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "netns_exec: %s: %s\n", argv[2], strerror(errno));
	return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_FAILED;
}
