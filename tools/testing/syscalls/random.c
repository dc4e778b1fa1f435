// SPDX-License-Identifier: GPL-2.0
/*
 * syscalls random SEED SECONDS: sequences of calls, drawn from the seed, on the sockets of both
 * stacks in lock step. The first difference ends it, and is told with the calls that it takes.
 *
 * With --itself both are the kernel's, in namespaces of their own: whatever differs then is
 * chance, which this program has failed to tame.
 */
#define _GNU_SOURCE
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include "random.h"

#define SEQUENCE_SECONDS	120
#define PORT_FIRST		10000
#define PORT_LAST		32000	/* where a stack's own choice begins */

/**
 * struct verdict - what came of a sequence; in memory shared with the process that makes it
 * @step: of the first difference; -1: none
 * @calls: made
 * @is_state: it is between the calls
 * @kernel: what AF_INET answered; to the last call, if there is no difference
 * @strata: what AF_STRATA answered
 */
struct verdict {
	int step;
	int calls;
	bool is_state;
	char kernel[TEXT_MAX];
	char strata[TEXT_MAX];
};

static void stack_init(struct stack *s, int family, const char *loopback, int base)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->family = family;
	s->loopback = if_nametoindex(loopback);
	s->base = base;
	for (i = 0; i < SLOTS; i++)
		s->fd[i] = -1;
}

/* The namespaces of the two: one, but with --itself. */
static int netns[2];

static void allow_ping(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, "0 0", 3) != 3)
		fprintf(stderr, "syscalls: %s: %m\n", path);
	close(fd);
}

/* A namespace with nothing in it but a loopback device that is up. Returns -1 or its descriptor. */
static int netns_new(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, s, result;

	if (unshare(CLONE_NEWNET))
		return -1;
	fd = open("/proc/self/ns/net", O_RDONLY);
	allow_ping("/proc/sys/net/ipv4/ping_group_range");
	allow_ping("/proc/sys/net/strata/ping_group_range");
	s = socket(AF_INET, SOCK_DGRAM, 0);
	result = ioctl(s, SIOCSIFFLAGS, &ifr);
	close(s);
	return result ? -1 : fd;
}

static bool differ(struct verdict *v, int step, bool is_state, char texts[2][TEXT_MAX])
{
	v->step = step;
	v->is_state = is_state;
	memcpy(v->kernel, texts[0], TEXT_MAX);
	memcpy(v->strata, texts[1], TEXT_MAX);
	return true;
}

/* Returns whether they differ. */
static bool make_one(struct stack stacks[2], const struct call *c, int step, struct verdict *v)
{
	char texts[2][TEXT_MAX];
	int i;

	for (i = 0; i < 2; i++)
		call_make(&stacks[i], c, step, texts[i]);
	v->calls++;
	memcpy(v->kernel, texts[0], TEXT_MAX);
	if (strcmp(texts[0], texts[1]))
		return differ(v, step, false, texts);
	for (i = 0; i < 2; i++)
		ports_learn(&stacks[i]);
	if (!settle_both(stacks, texts))
		return differ(v, step, true, texts);
	return false;
}

static void make_sequence(const struct sequence *q, int base, bool verbose, struct verdict *v)
{
	struct stack stacks[2];
	char text[TEXT_MAX];
	bool differs;
	int i;

	stack_init(&stacks[0], AF_INET, "lo", base);
	if (netns[0] == netns[1])
		stack_init(&stacks[1], AF_STRATA, "slo", base);
	else
		stack_init(&stacks[1], AF_INET, "lo", base);
	for (i = 0; i < 2; i++)
		stacks[i].netns = netns[i];
	for (i = 0; i < q->count; i++) {
		if (q->calls[i].dropped)
			continue;
		if (verbose) {
			*text = 0;
			call_print(&q->calls[i], text);
			printf("# %d: %s", i, text);
			fflush(stdout);
		}
		differs = make_one(stacks, &q->calls[i], i, v);
		if (verbose)
			printf(": %s\n", v->kernel);
		if (differs)
			return;
	}
}

/*
 * In a process of its own, which takes its sockets along. Each time on other ports: TIME-WAIT
 * outlives it.
 */
static void run_sequence(const struct sequence *q, bool verbose, struct verdict *v)
{
	static int base = PORT_FIRST;
	int status = 0;
	pid_t pid;

	memset(v, 0, sizeof(*v));
	v->step = -1;
	base = base + PORTS < PORT_LAST ? base + PORTS : PORT_FIRST;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(SEQUENCE_SECONDS);
		make_sequence(q, base, verbose, v);
		fflush(stdout);
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && !status)
		return;
	v->step = q->count - 1;
	snprintf(v->kernel, TEXT_MAX, "the process ended with status %#x", status);
}

static bool is_same(const struct verdict *a, const struct verdict *b)
{
	return a->step == b->step && a->is_state == b->is_state;
}

/* Drops what the difference does not need: the later first, which needs the earlier. */
static void shorten(struct sequence *q, const struct verdict *found, struct verdict *v)
{
	bool again = true;
	int i;

	q->count = found->step + 1;
	while (again) {
		again = false;
		for (i = found->step - 1; i >= 0; i--) {
			if (q->calls[i].dropped)
				continue;
			q->calls[i].dropped = true;
			run_sequence(q, false, v);
			q->calls[i].dropped = is_same(found, v);
			again |= q->calls[i].dropped;
		}
	}
}

static void report(struct sequence *q, struct verdict *v)
{
	struct verdict found = *v;
	char text[TEXT_MAX];
	int i;

	printf("# seed %llu sequence %u, call %d%s\n", (unsigned long long)q->seed, q->number,
	       found.step, found.is_state ? ", afterwards" : "");
	printf("# AF_INET:   %s\n# AF_STRATA: %s\n", found.kernel, found.strata);
	shorten(q, &found, v);
	run_sequence(q, false, v);
	printf("# with less before it%s:\n", is_same(&found, v) ? "" : ", not every time");
	for (i = 0; i < q->count; i++) {
		*text = 0;
		call_print(&q->calls[i], text);
		if (!q->calls[i].dropped)
			printf("#   %s\n", text);
	}
	printf("# AF_INET:   %s\n# AF_STRATA: %s\n", v->kernel, v->strata);
}

static int say_usage(void)
{
	fprintf(stderr, "usage: syscalls random [--itself] SEED SECONDS|xSEQUENCES [SEQUENCE]\n");
	return 2;
}

int random_main(int argc, char **argv)
{
	static struct sequence q;
	unsigned int number = 0, most = 0;
	struct verdict *v;
	uint64_t seed;
	long calls = 0;
	time_t end;
	bool only, itself = false;

	if (argc > 2 && !strcmp(argv[2], "--itself")) {
		itself = true;
		argv++;
		argc--;
	}
	if (argc < 4 || argc > 5)
		return say_usage();
	/* Its own, where nothing is left of what others did. */
	netns[0] = netns_new();
	netns[1] = itself ? netns_new() : netns[0];
	if (netns[0] < 0 || netns[1] < 0) {
		perror("syscalls: a namespace");
		return 1;
	}
	seed = strtoull(argv[2], NULL, 0);
	/* How many there are in a time, the machine decides. */
	if (argv[3][0] == 'x')
		most = atoi(argv[3] + 1);
	end = time(NULL) + atoi(argv[3]);
	only = argc == 5;
	if (only)
		number = atoi(argv[4]);
	v = mmap(NULL, sizeof(*v), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (v == MAP_FAILED) {
		perror("syscalls: mmap");
		return 1;
	}
	printf("KTAP version 1\n1..1\n# seed %llu\n", (unsigned long long)seed);
	do {
		draw_sequence(&q, seed, number++);
		run_sequence(&q, only, v);
		calls += v->calls;
		if (v->step >= 0)
			report(&q, v);
	} while (v->step < 0 && !only && (most ? number < most : time(NULL) < end));
	printf("# %u sequences, %ld calls\n", number, calls);
	printf("%sok 1 random\n", v->step < 0 ? "" : "not ");
	return v->step >= 0;
}
