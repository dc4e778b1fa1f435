// SPDX-License-Identifier: GPL-2.0
/*
 * syscalls: the same system calls on AF_INET and on AF_STRATA sockets, each on
 * the loopback device of its own stack. Prints KTAP, one line a comparison.
 *
 * A difference is a failure unless the table below allows it, with the reason.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "options.h"
#include "random.h"
#include "world.h"

#define CASE_SECONDS	60

/**
 * struct difference - one that is meant to be
 * @name: of the case
 * @call: as it is written there
 * @reason: why
 */
struct difference {
	const char *name;
	const char *call;
	const char *reason;
};

/* RFC 1122 3.2.1.3 (g): every address of net 127 is the host's own. */
#define NET127	"the kernel takes 127.255.255.255 for a broadcast address; here " \
	"all of net 127 is the host itself"

static const struct difference differences[] = {
	{ "udp_connect_arguments", "connect(s, SA(all), sizeof(all))", NET127 },
	{ "udp_send_arguments",
	  "sendto(s, \"x\", 1, 0, SA(all), sizeof(all))", NET127 },
	{ "udp_broadcast_receive", "recv(a, &c, 1, MSG_DONTWAIT)", NET127 },
	{ "tcp_connect_arguments", "connect(s, SA(all), sizeof(all))", NET127 },
	{ "socket_options", "SO_DOMAIN",
	  "generic code answers the family; STRATA_SO_DOMAIN has the answer" },
	{ "socket_options", "SO_PROTOCOL",
	  "sk_protocol is private; STRATA_SO_PROTOCOL has the answer" },
	{ "socket_options", "set_int(s, SOL_SOCKET, SO_ZEROCOPY, 1)",
	  "generic code refuses it to foreign families: STRATA_SO_ZEROCOPY" },
	{ "ip_options", "setsockopt(s, SOL_IP, IP_OPTIONS, options, 4)",
	  "IP options are not sent: RFC 7126 recommends routers drop them" },
	{ "ip_options", "set_int(s, SOL_IP, IP_TRANSPARENT, 1)",
	  "transparent proxying needs a firewall that redirects" },
	{ "device_ioctls", "ioctl(s, SIOCADDRT, &rt)",
	  "routes are configured by netlink only" },
	{ "device_ioctls", "ioctl(s, SIOCDELRT, &rt)",
	  "routes are configured by netlink only" },
	{ "device_ioctls", "ioctl(s, SIOCGARP, &arp)",
	  "neighbours are configured by netlink only" },
};

static const char *reason_for(const char *name, const char *call)
{
	size_t i;

	for (i = 0; i < sizeof(differences) / sizeof(differences[0]); i++)
		if (!strcmp(differences[i].name, name) &&
		    !strcmp(differences[i].call, call))
			return differences[i].reason;
	return NULL;
}

/* --udplite: all that is said of UDP sockets is asked of UDP-Lite's. */
static int datagrams;

/* In a process of its own: a case that hangs or dies takes nobody along. */
static void run_case(const struct test_case *c, struct world *w)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(CASE_SECONDS);
		c->run(w);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		note(w, "fork", "%m");
	else if (WIFSIGNALED(status))
		note(w, "the case", "died of SIG%s",
		     sigabbrev_np(WTERMSIG(status)));
	if (w->lost)
		note(w, "notes", "%d do not fit", w->lost);
}

/* Prints one comparison; returns whether it failed. */
static bool compare(const struct test_case *c, int number,
		    const struct note *kernel, const struct note *strata)
{
	const char *reason;

	if (!strcmp(kernel->call, NOT_YET)) {
		printf("    ok %d %s: %s: %s # SKIP\n", number, c->name,
		       kernel->call, kernel->outcome);
		return false;
	}
	if (!strcmp(kernel->call, strata->call) &&
	    !strcmp(kernel->outcome, strata->outcome)) {
		printf("    ok %d %s: %s: %s\n", number, c->name, kernel->call,
		       kernel->outcome);
		return false;
	}
	reason = reason_for(c->name, kernel->call) ?:
		 option_excuse(kernel->call, kernel->outcome,
			       strata->outcome);
	if (reason) {
		printf("    ok %d %s: %s # allowed: AF_INET %s, AF_STRATA %s: %s\n",
		       number, c->name, kernel->call, kernel->outcome,
		       strata->outcome, reason);
		return false;
	}
	printf("    not ok %d %s: %s\n", number, c->name, kernel->call);
	printf("    # AF_INET: %s\n    # AF_STRATA: %s%s%s\n", kernel->outcome,
	       strcmp(kernel->call, strata->call) ? strata->call : "",
	       strcmp(kernel->call, strata->call) ? ": " : "",
	       strata->outcome);
	return true;
}

static int compare_worlds(const struct test_case *c, const struct world *kernel,
			  const struct world *strata, int *compared)
{
	static const struct note nothing = { "(no more calls)", "" };
	int count = kernel->count > strata->count ? kernel->count :
						    strata->count;
	int failed = 0;
	int i;

	for (i = 0; i < kernel->count; i++)
		if (!strcmp(kernel->notes[i].call, NOT_YET))
			count = i + 1;
	printf("    1..%d\n", count);
	for (i = 0; i < count; i++)
		failed += compare(c, i + 1,
				  i < kernel->count ? &kernel->notes[i] : &nothing,
				  i < strata->count ? &strata->notes[i] : &nothing);
	*compared += count;
	return failed;
}

static int run_one(const struct test_case *c, struct world *worlds, int number,
		   int *compared)
{
	int failed;

	memset(worlds, 0, 2 * sizeof(*worlds));
	worlds[0].datagrams = datagrams;
	worlds[1].datagrams = datagrams;
	worlds[0].family = AF_INET;
	worlds[1].family = AF_STRATA;
	run_case(c, &worlds[0]);
	run_case(c, &worlds[1]);
	printf("    KTAP version 1\n");
	failed = compare_worlds(c, &worlds[0], &worlds[1], compared);
	printf("%sok %d %s\n", failed ? "not " : "", number, c->name);
	return failed;
}

static const struct test_case *const tables[] = {
	socket_cases, bind_cases, udp_cases, udp_gso_cases, tcp_cases,
	option_cases, ioctl_cases, raw_cases, ping_cases, min_ttl_cases,
	md5_cases, way_cases, control_cases, range_cases, zerocopy_cases,
	uring_cases, every_option_cases,
};

static bool wanted(const struct test_case *c, const char *prefix)
{
	return !prefix || !strncmp(c->name, prefix, strlen(prefix));
}

static int count_wanted(const char *prefix)
{
	const struct test_case *c;
	int count = 0;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (c = tables[i]; c->name; c++)
			count += wanted(c, prefix);
	return count;
}

static const char usage[] =
	"usage: syscalls [[--udplite] PREFIX | --options | random SEED SECONDS [SEQUENCE]]\n";

int main(int argc, char **argv)
{
	const char *prefix = argc > 1 ? argv[1] : NULL;
	int failed = 0, compared = 0, cases = 0;
	const struct test_case *c;
	struct world *worlds;
	size_t i;

	if (argc == 2 && !strcmp(prefix, "--options")) {
		print_options();
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && !strcmp(prefix, "random"))
		return random_main(argc, argv);
	if (argc == 3 && !strcmp(prefix, "--udplite")) {
		datagrams = IPPROTO_UDPLITE;
		prefix = argv[--argc];
	}
	if (argc > 2 || (prefix && prefix[0] == '-')) {
		fputs(usage, stderr);
		return 2;
	}
	worlds = mmap(NULL, 2 * sizeof(*worlds), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (worlds == MAP_FAILED) {
		perror("syscalls: mmap");
		return 1;
	}
	printf("KTAP version 1\n1..%d\n", count_wanted(prefix));
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (c = tables[i]; c->name; c++)
			if (wanted(c, prefix))
				failed += run_one(c, worlds, ++cases,
						  &compared);
	printf("# %d comparisons, %d different\n", compared, failed);
	return failed || !compared;
}
