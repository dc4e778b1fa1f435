// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded into a command that runs a batch of configuration over netlink.
 *
 * The first request that changes or shows something of ours gives the kind. The
 * first of that kind meets a failure of the first thing in the kernel that can
 * fail, the second of the second, and so on, until their answers are read; all
 * other requests meet none. At the end the file FAULT_REPORT says how many met a
 * failure and how many no more: "12 3".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include "nth.h"

#define KIND_NONE	0
#define KIND_GENERIC	0x10000
#define RTNETLINK_GET	2	/* of the four types that each object has */

static int kind;
static unsigned int requests, left, failed, whole;

static int kind_of(int fd, const struct nlmsghdr *request)
{
	const struct genlmsghdr *generic = NLMSG_DATA(request);
	int protocol = -1;
	socklen_t length = sizeof(protocol);

	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length);
	if (protocol == NETLINK_ROUTE && (request->nlmsg_type & 3) != RTNETLINK_GET)
		return request->nlmsg_type;
	if (protocol == NETLINK_GENERIC && request->nlmsg_type != GENL_ID_CTRL)
		return KIND_GENERIC + generic->cmd;
	return KIND_NONE;
}

/* An exchange is over when the next begins, or at the end. */
static void settle(void)
{
	if (requests > failed + whole) {
		failed += !left;
		whole += !!left;
	}
	left = 0;
}

static bool netlink(int fd)
{
	int domain = -1;
	socklen_t length = sizeof(domain);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length);
	return domain == AF_NETLINK;
}

static void begin(int fd, const struct nlmsghdr *request)
{
	int err = errno, this;

	if (!netlink(fd) || !nth_open())
		return;
	if (request) {
		settle();
		this = kind_of(fd, request);
		if (!kind)
			kind = this;
		if (this && this == kind)
			left = ++requests;
	}
	errno = err;
	if (left)
		nth_arm(left);
}

static ssize_t end(ssize_t result)
{
	if (left)
		left = nth_disarm();
	return result;
}

ssize_t sendto(int fd, const void *data, size_t length, int flags,
	       const struct sockaddr *to, socklen_t to_length)
{
	typeof(sendto) *next = dlsym(RTLD_NEXT, "sendto");

	begin(fd, data);
	return end(next(fd, data, length, flags, to, to_length));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	typeof(sendmsg) *next = dlsym(RTLD_NEXT, "sendmsg");

	begin(fd, message->msg_iov->iov_base);
	return end(next(fd, message, flags));
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	typeof(recvmsg) *next = dlsym(RTLD_NEXT, "recvmsg");

	begin(fd, NULL);
	return end(next(fd, message, flags));
}

static void __attribute__((destructor)) report(void)
{
	const char *path = getenv("FAULT_REPORT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	settle();
	fprintf(file, "%u %u\n", failed, whole);
	fclose(file);
}
