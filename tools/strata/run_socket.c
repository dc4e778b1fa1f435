// SPDX-License-Identifier: GPL-2.0
/*
 * strata run: socket(AF_INET, …) becomes socket(AF_STRATA, …).
 *
 * The supervisor makes the socket, in the caller's network namespace, with the
 * permission of whoever started strata run: a server that has given up its
 * privileges keeps getting sockets.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/capability.h>
#include <linux/strata.h>
#include "run.h"

#define SOCK_TYPE_MASK	0xf	/* linux/net.h */
#define IPPROTO_LIMIT	0xffff	/* STRATA_PROTOCOL() has 16 bits for it */

/* The caller's namespace where it is not ours: a descriptor; -1: it is ours. */
static int other_namespace(const struct notice *notice)
{
	struct stat ours, theirs;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", notice->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &theirs) == 0 && stat("/proc/self/ns/net", &ours) == 0 &&
	    (theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev))
		return fd;
	close(fd);
	return -1;
}

static int make_socket(const struct notice *notice, int type, int protocol)
{
	int theirs = other_namespace(notice);
	int ours = -1, fd, error;

	if (theirs >= 0) {
		ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (ours < 0 || setns(theirs, CLONE_NEWNET) < 0) {
			error = errno;
			close(theirs);
			if (ours >= 0)
				close(ours);
			errno = error;
			return -1;
		}
		close(theirs);
	}
	fd = socket(notice->family, type | SOCK_CLOEXEC, protocol);
	error = errno;
	if (ours >= 0) {
		/* Nothing may be done for anybody in the wrong namespace. */
		if (setns(ours, CLONE_NEWNET) < 0)
			_exit(1);
		close(ours);
	}
	errno = error;
	return fd;
}

/* Is the caller in the supervisor's user namespace? */
static bool same_users(const struct notice *notice)
{
	struct stat ours, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", notice->pid);
	return stat(path, &theirs) == 0 &&
	       stat("/proc/self/ns/user", &ours) == 0 &&
	       theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

/*
 * A raw socket says what it likes in anybody's name: a program that has given its
 * privileges up gets none, whoever started strata run.
 */
static bool may_have_raw(const struct notice *notice)
{
	unsigned long long capabilities = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", notice->pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &capabilities) == 1)
			break;
	fclose(file);
	return capabilities >> CAP_NET_RAW & 1 && same_users(notice) &&
	       notice_is_valid(notice);
}

/* What socket(AF_INET, …) says before it asks any protocol. */
static int check_call(int type, int protocol)
{
	if (type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK | SOCK_TYPE_MASK))
		return -EINVAL;
	if (protocol < 0 || protocol > IPPROTO_LIMIT)
		return -EINVAL;
	return 0;
}

enum answer answer_socket(const struct notice *notice, long *result)
{
	int domain = notice->args[0], type = notice->args[1];
	int protocol = notice->args[2];
	struct seccomp_notif_addfd add = {
		.id = notice->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.newfd_flags = type & SOCK_CLOEXEC ? O_CLOEXEC : 0,
	};
	int fd;

	*result = check_call(type, protocol);
	if (*result)
		return ANSWER_VALUE;
	if ((type & SOCK_TYPE_MASK) == SOCK_RAW && !may_have_raw(notice)) {
		*result = -EPERM;
		return ANSWER_VALUE;
	}
	fd = make_socket(notice, type, STRATA_PROTOCOL(domain, protocol));
	if (fd < 0) {
		*result = -errno;
		return ANSWER_VALUE;
	}
	add.srcfd = fd;
	/* Installs the descriptor in the caller and answers, in one step. */
	if (ioctl(notice->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0) {
		close(fd);
		return ANSWER_GIVEN;
	}
	*result = -errno;
	close(fd);
	return ANSWER_VALUE;
}
