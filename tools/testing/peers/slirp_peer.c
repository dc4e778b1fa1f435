// SPDX-License-Identifier: GPL-2.0
/*
 * slirp_peer TAP [FORWARD]…: the user network of QEMU, libslirp, at a tap device.
 *
 * To whom is there it is a router: 10.0.2.2 and fd00:2::2, which it advertises (RFC 4861).
 * What goes through it comes out of this process's own sockets. A FORWARD,
 * PORT:ADDRESS:PORT, leads connections to this side's port to ADDRESS and its port at the tap.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "tap.h"

#define MOST_FDS	256
#define NS_PER_MS	1000000

static struct {
	int fd;
	Slirp *slirp;
	struct pollfd polled[MOST_FDS];
	int count;
	/* of its advertisements, the only timer that it has */
	SlirpTimerCb timer;
	void *timer_arg;
	int64_t timer_ms;
} peer;

static ssize_t send_packet(const void *frame, size_t bytes, void *opaque)
{
	(void)opaque;
	tap_send(peer.fd, frame, bytes);
	return bytes;
}

static void guest_error(const char *message, void *opaque)
{
	(void)opaque;
	warnx("guest error: %s", message);
}

static int64_t clock_get_ns(void *opaque)
{
	struct timespec now;

	(void)opaque;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *timer_new(SlirpTimerCb timer, void *arg, void *opaque)
{
	(void)opaque;
	if (peer.timer)
		errx(1, "a second timer");
	peer.timer = timer;
	peer.timer_arg = arg;
	peer.timer_ms = INT64_MAX;
	return &peer.timer;
}

static void timer_free(void *timer, void *opaque)
{
	(void)timer;
	(void)opaque;
	peer.timer = NULL;
}

static void timer_mod(void *timer, int64_t expire_ms, void *opaque)
{
	(void)timer;
	(void)opaque;
	peer.timer_ms = expire_ms;
}

/* All of them are asked for anew before each poll. */
static void poll_fd_unused(int fd, void *opaque)
{
	(void)fd;
	(void)opaque;
}

static void notify_unused(void *opaque)
{
	(void)opaque;
}

static const SlirpCb callbacks = {
	.send_packet = send_packet,
	.guest_error = guest_error,
	.clock_get_ns = clock_get_ns,
	.timer_new = timer_new,
	.timer_free = timer_free,
	.timer_mod = timer_mod,
	.register_poll_fd = poll_fd_unused,
	.unregister_poll_fd = poll_fd_unused,
	.notify = notify_unused,
};

/* slirp's events and poll's */
static const struct {
	int slirp;
	int poll;
} events[] = {
	{ SLIRP_POLL_IN, POLLIN }, { SLIRP_POLL_OUT, POLLOUT }, { SLIRP_POLL_PRI, POLLPRI },
	{ SLIRP_POLL_ERR, POLLERR }, { SLIRP_POLL_HUP, POLLHUP },
};

static int add_poll(int fd, int wanted, void *opaque)
{
	struct pollfd *polled = &peer.polled[peer.count];
	size_t i;

	(void)opaque;
	if (peer.count == MOST_FDS)
		errx(1, "more than %d sockets", MOST_FDS);
	*polled = (struct pollfd){ .fd = fd };
	for (i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (wanted & events[i].slirp)
			polled->events |= events[i].poll;
	return peer.count++;
}

static int get_revents(int index, void *opaque)
{
	int got = 0;
	size_t i;

	(void)opaque;
	for (i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (peer.polled[index].revents & events[i].poll)
			got |= events[i].slirp;
	return got;
}

static void forward(const char *text)
{
	struct sockaddr_in6 host = { .sin6_family = AF_INET6, .sin6_addr = in6addr_any };
	struct sockaddr_in6 guest6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in guest4 = { .sin_family = AF_INET };
	char address[INET6_ADDRSTRLEN];
	unsigned short from, to;
	int failed;

	/* The address ends at the last colon. */
	if (sscanf(text, "%hu:%45[^]]]:%hu", &from, address, &to) == 3 && *address == '[') {
		host.sin6_port = htons(from);
		guest6.sin6_port = htons(to);
		failed = inet_pton(AF_INET6, address + 1, &guest6.sin6_addr) != 1 ||
			 slirp_add_hostxfwd(peer.slirp, (struct sockaddr *)&host, sizeof(host),
					    (struct sockaddr *)&guest6, sizeof(guest6),
					    SLIRP_HOSTFWD_V6ONLY);
	} else if (sscanf(text, "%hu:%45[^:]:%hu", &from, address, &to) == 3) {
		failed = inet_pton(AF_INET, address, &guest4.sin_addr) != 1 ||
			 slirp_add_hostfwd(peer.slirp, 0, (struct in_addr){ INADDR_ANY }, from,
					   guest4.sin_addr, to);
	} else {
		errx(2, "%s: not PORT:ADDRESS:PORT", text);
	}
	if (failed)
		err(1, "%s", text);
}

static void turn(void)
{
	static unsigned char frame[TAP_FRAME_BYTES];
	uint32_t timeout = UINT32_MAX;
	int64_t left;
	ssize_t bytes;
	int status;

	peer.count = 0;
	add_poll(peer.fd, SLIRP_POLL_IN, NULL);
	slirp_pollfds_fill(peer.slirp, &timeout, add_poll, NULL);
	if (peer.timer) {
		left = peer.timer_ms - clock_get_ns(NULL) / NS_PER_MS;
		left = left > 0 ? left : 0;
		timeout = left < timeout ? left : timeout;
	}
	status = poll(peer.polled, peer.count, timeout > INT32_MAX ? -1 : (int)timeout);
	slirp_pollfds_poll(peer.slirp, status < 0, get_revents, NULL);
	if (peer.timer && clock_get_ns(NULL) / NS_PER_MS >= peer.timer_ms)
		peer.timer(peer.timer_arg);
	while ((bytes = read(peer.fd, frame, sizeof(frame))) > 0)
		slirp_input(peer.slirp, frame, bytes);
}

int main(int argc, char **argv)
{
	SlirpConfig config = {
		.version = 3,
		.in_enabled = true,
		.in6_enabled = true,
		.vprefix_len = 64,
		.tftp_path = getenv("SLIRP_TFTP"),
	};
	int i;

	if (argc < 2)
		errx(2, "usage: slirp_peer TAP [PORT:ADDRESS:PORT]…");
	inet_pton(AF_INET, "10.0.2.0", &config.vnetwork);
	inet_pton(AF_INET, "255.255.255.0", &config.vnetmask);
	inet_pton(AF_INET, "10.0.2.2", &config.vhost);
	inet_pton(AF_INET, "10.0.2.3", &config.vnameserver);
	inet_pton(AF_INET, "10.0.2.15", &config.vdhcp_start);
	inet_pton(AF_INET6, "fd00:2::", &config.vprefix_addr6);
	inet_pton(AF_INET6, "fd00:2::2", &config.vhost6);
	inet_pton(AF_INET6, "fd00:2::3", &config.vnameserver6);
	peer.fd = tap_open(argv[1]);
	peer.slirp = slirp_new(&config, &callbacks, NULL);
	if (!peer.slirp)
		errx(1, "slirp_new");
	for (i = 2; i < argc; i++)
		forward(argv[i]);
	fprintf(stderr, "ready, libslirp %s\n", slirp_version_string());
	for (;;)
		turn();
}
