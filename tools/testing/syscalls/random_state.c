// SPDX-License-Identifier: GPL-2.0
/*
 * What a stack's sockets look like from outside, between the calls.
 *
 * A call is over before its consequences are: segments travel, acknowledgements are
 * delayed. Both stacks are watched until nothing is unsent and they look the same. If they do not
 * in a second, that is a difference.
 */
#define _GNU_SOURCE
#include <linux/sockios.h>
#include <sched.h>
#include <time.h>
#include "random.h"

#define SETTLE_MS	1500
#define EVENTS		(POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | \
			 POLLWRBAND | POLLRDHUP)

static bool is_stream(const struct stack *s, int slot)
{
	return s->kind[slot]->type == SOCK_STREAM;
}

int stream_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len);
	return info.tcpi_state;
}

static void put_stream(int fd, char *text)
{
	int mark = -1;

	put(text, " state %u", stream_state(fd));
	if (!ioctl(fd, SIOCATMARK, &mark))
		put(text, " mark %d", mark);
}

static void describe(const struct stack *s, char *text)
{
	struct pollfd p[SLOTS];
	int i, bytes;

	*text = 0;
	for (i = 0; i < SLOTS; i++)
		p[i] = (struct pollfd){ .fd = s->fd[i], .events = EVENTS };
	poll(p, SLOTS, 0);
	for (i = 0; i < SLOTS; i++) {
		if (s->fd[i] < 0)
			continue;
		put(text, "s%d: %#x", i, p[i].revents);
		if (is_stream(s, i))
			put_stream(s->fd[i], text);
		if (!ioctl(s->fd[i], FIONREAD, &bytes))
			put(text, " %d to read", bytes);
		put(text, "; ");
	}
}

/* Does a stream hold back what it was given? Nagle's algorithm and corks do, for a moment. */
static bool holds_back(int fd)
{
	int bytes = 0;

	switch (stream_state(fd)) {
	case TCP_ESTABLISHED:
	case TCP_CLOSE_WAIT:
	case TCP_FIN_WAIT1:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		return !ioctl(fd, SIOCOUTQNSD, &bytes) && bytes > 0;
	}
	return false;
}

static bool is_unsent(const struct stack *s)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (s->fd[i] >= 0 && is_stream(s, i) && holds_back(s->fd[i]))
			return true;
	return false;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Both are the same, twice, and have nothing to send. */
static bool is_settled(struct stack stacks[2], char outcome[2][TEXT_MAX])
{
	char again[TEXT_MAX];

	if (is_unsent(&stacks[0]) || is_unsent(&stacks[1]))
		return false;
	describe(&stacks[0], outcome[0]);
	describe(&stacks[1], outcome[1]);
	if (strcmp(outcome[0], outcome[1]))
		return false;
	sched_yield();
	describe(&stacks[1], again);
	return !strcmp(outcome[1], again);
}

/* Returns whether they came to look the same; @outcome is how they looked last. */
bool settle_both(struct stack stacks[2], char outcome[2][TEXT_MAX])
{
	long end = now_ms() + SETTLE_MS;

	do {
		if (is_settled(stacks, outcome))
			return true;
		usleep(2000);
	} while (now_ms() < end);
	describe(&stacks[0], outcome[0]);
	describe(&stacks[1], outcome[1]);
	return !strcmp(outcome[0], outcome[1]);
}
