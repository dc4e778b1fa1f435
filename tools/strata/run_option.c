// SPDX-License-Identifier: GPL-2.0
/*
 * strata run: options of SOL_SOCKET that the kernel's generic code refuses to
 * foreign families, or answers with the family's own private numbers, become
 * Strata's options. On every other descriptor the kernel does the call.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/strata.h>
#include "run.h"
#include "strata.h"

const int mapped_options[] = {
	SO_DOMAIN, SO_PROTOCOL, SO_REUSEPORT, SO_ZEROCOPY,
};

const unsigned int mapped_options_count = ARRAY_SIZE(mapped_options);

static int mapped_option(int option)
{
	switch (option) {
	case SO_DOMAIN:
		return STRATA_SO_DOMAIN;
	case SO_PROTOCOL:
		return STRATA_SO_PROTOCOL;
	case SO_REUSEPORT:
		return STRATA_SO_REUSEPORT;
	case SO_ZEROCOPY:
		return STRATA_SO_ZEROCOPY;
	}
	return -1;
}

/* Descriptors belong to a process, notices come from its threads. */
static pid_t process_of(pid_t thread)
{
	char path[64], line[128];
	pid_t process = thread;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", thread);
	file = fopen(path, "re");
	if (!file)
		return process;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &process) == 1)
			break;
	fclose(file);
	return process;
}

/* The caller's socket, if it is one of Strata's; -1 otherwise. */
static int get_socket(const struct notice *notice)
{
	int pidfd = syscall(SYS_pidfd_open, process_of(notice->pid), 0);
	int fd, domain = -1;
	socklen_t length = sizeof(domain);

	if (pidfd < 0)
		return -1;
	fd = syscall(SYS_pidfd_getfd, pidfd, (int)notice->args[0], 0);
	close(pidfd);
	if (fd < 0)
		return -1;
	if (notice_is_valid(notice) &&
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
	    domain == notice->family)
		return fd;
	close(fd);
	return -1;
}

/*
 * The caller's memory: not with process_vm_readv(), which kernels can be built
 * without. -1: it is out of reach.
 */
static int open_memory(const struct notice *notice)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", notice->pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || notice_is_valid(notice))
		return fd;
	close(fd);
	return -1;
}

static bool read_caller(const struct notice *notice, __u64 address, void *to,
			size_t length)
{
	int fd = open_memory(notice);
	bool done;

	if (fd < 0)
		return false;
	done = pread(fd, to, length, address) == (ssize_t)length;
	close(fd);
	return done;
}

static bool write_caller(const struct notice *notice, __u64 address,
			 const void *from, size_t length)
{
	int fd = open_memory(notice);
	bool done;

	if (fd < 0)
		return false;
	done = pwrite(fd, from, length, address) == (ssize_t)length;
	close(fd);
	return done;
}

static int set_option(const struct notice *notice, int fd)
{
	int length = notice->args[4], value;

	if (length < (int)sizeof(value))
		return -EINVAL;
	if (!read_caller(notice, notice->args[3], &value, sizeof(value)))
		return -EFAULT;
	if (setsockopt(fd, SOL_STRATA, mapped_option(notice->args[2]), &value,
		       sizeof(value)) < 0)
		return -errno;
	return 0;
}

static int get_option(const struct notice *notice, int fd)
{
	int length, value;
	socklen_t size = sizeof(value);

	if (!read_caller(notice, notice->args[4], &length, sizeof(length)))
		return -EFAULT;
	if (length < 0)
		return -EINVAL;
	if (getsockopt(fd, SOL_STRATA, mapped_option(notice->args[2]), &value,
		       &size) < 0)
		return -errno;
	if (length > (int)sizeof(value))
		length = sizeof(value);
	if (!write_caller(notice, notice->args[3], &value, length) ||
	    !write_caller(notice, notice->args[4], &length, sizeof(length)))
		return -EFAULT;
	return 0;
}

static enum answer answer_option(const struct notice *notice, long *result,
				 int (*act)(const struct notice *notice, int fd))
{
	int fd = get_socket(notice);

	if (fd < 0)
		return ANSWER_NATIVE;
	*result = act(notice, fd);
	close(fd);
	return ANSWER_VALUE;
}

enum answer answer_setsockopt(const struct notice *notice, long *result)
{
	int option = notice->args[2];

	/* SO_DOMAIN and SO_PROTOCOL cannot be set: the kernel says so. */
	if (option == SO_DOMAIN || option == SO_PROTOCOL)
		return ANSWER_NATIVE;
	return answer_option(notice, result, set_option);
}

enum answer answer_getsockopt(const struct notice *notice, long *result)
{
	return answer_option(notice, result, get_option);
}
