// SPDX-License-Identifier: GPL-2.0
/*
 * The namespace and the tun device.
 *
 * The device's MTU is 1520, and IPv4 has a route with 1500: so the largest segment
 * is the same with both families, and one script serves both.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "report.h"
#include "tun.h"

#define DEVICE		"tun0"
#define MTU		1520
#define QUEUE_PACKETS	5000

/* One command a line, for `strata -b -` and for `ip -b -`. */
static const char strata_commands[] =
	"link attach " DEVICE "\n"
	"address add 192.0.2.1/32 dev " DEVICE "\n"
	"route add 192.0.2.2/32 dev " DEVICE " mtu 1500\n"
	"address add 2001:db8::1/64 dev " DEVICE " nodad\n";
static const char kernel_commands[] =
	"address add 192.0.2.1/32 dev " DEVICE "\n"
	"route add 192.0.2.2/32 dev " DEVICE " src 192.0.2.1 mtu 1500\n"
	"address add 2001:db8::1/64 dev " DEVICE " nodad\n";

static void write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("%s = %s", path, value);
	close(fd);
}

static void set_sysctls(const struct script *script, enum stack stack)
{
	const struct sysctl *sysctl;
	char path[128];
	int i;

	/* What one connection learns must not change the next. */
	if (stack == KERNEL)
		write_file("/proc/sys/net/ipv4/tcp_no_metrics_save", "1");
	for (i = 0; i < script->sysctl_count; i++) {
		sysctl = &script->sysctls[i];
		if (!(sysctl->stacks & 1u << stack))
			continue;
		snprintf(path, sizeof(path), "/proc/sys/net/%s/%s",
			 stack == STRATA ? "strata" : "ipv4", sysctl->name);
		write_file(path, sysctl->value);
	}
}

static void run_batch(const char *program, const char *commands)
{
	int ends[2], status = -1;
	ssize_t len = strlen(commands);
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		die("pipe");
	if (write(ends[1], commands, len) != len)
		die("write");
	close(ends[1]);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		dup2(ends[0], 0);
		execlp(program, program, "-b", "-", NULL);
		_exit(127);
	}
	close(ends[0]);
	waitpid(pid, &status, 0);
	if (status) {
		errno = ECHILD;
		die("%s -b: status %d", program, status);
	}
}

static void bring_up(void)
{
	struct ifreq ifr = { .ifr_name = DEVICE, .ifr_mtu = MTU };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFMTU, &ifr))
		die("mtu");
	ifr.ifr_qlen = QUEUE_PACKETS;
	if (ioctl(fd, SIOCSIFTXQLEN, &ifr))
		die("queue");
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		die("flags");
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("up");
	close(fd);
}

int tun_open(const struct script *script, enum stack stack)
{
	struct ifreq ifr = { .ifr_name = DEVICE, .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	if (unshare(CLONE_NEWNET))
		die("a network namespace");
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die("/dev/net/tun");
	set_sysctls(script, stack);
	bring_up();
	run_batch(stack == STRATA ? "strata" : "ip",
		  stack == STRATA ? strata_commands : kernel_commands);
	return fd;
}
