// SPDX-License-Identifier: GPL-2.0
/*
 * The tap device: a program writes and reads whole Ethernet frames.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "tap.h"

int tap_open(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd;

	if (!if_nametoindex(name))
		err(1, "%s", name);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		err(1, "/dev/net/tun for %s", name);
	return fd;
}

void tap_send(int fd, const void *frame, int bytes)
{
	/* EIO: the device is down. */
	if (write(fd, frame, bytes) < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EIO)
		err(1, "a frame of %d bytes", bytes);
}
