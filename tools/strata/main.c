// SPDX-License-Identifier: GPL-2.0
/*
 * strata: configures the namespace's Strata stack and shows it, with the
 * grammar of iproute2.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bulk.h"
#include "command.h"

#define NETNS_DIR	"/run/netns"	/* where ip netns keeps them */
#define OBJECTS		"link, address, route, rule, nexthop, neighbour, group, mpls, bridge, firewall, conntrack, socket, stat, monitor or run"
#define BATCH_WORDS	64		/* in one line of a batch */

struct options options;

static const struct command objects[] = {
	{ "link", NULL, link_main, "devices attached to the stack" },
	{ "address", NULL, address_main, "the stack's own addresses" },
	{ "route", NULL, route_main, "where packets go" },
	{ "rule", NULL, policy_main, "which table is asked for which packets" },
	{ "neighbour", "neighbor", neighbour_main,
	  "link layer addresses of other stations" },
	{ "nexthop", NULL, nexthop_main, "ways that routes share" },
	{ "group", NULL, group_main, "multicast groups that links listen to" },
	{ "mpls", NULL, mpls_main, "labels and what they mean (strata_mpls.ko)" },
	{ "bridge", NULL, bridge_main, "ports of bridges, groups behind them" },
	{ "firewall", NULL, firewall_main, "rules at every hook" },
	{ "conntrack", NULL, conntrack_main, "connections that the firewall knows" },
	{ "socket", NULL, socket_main, "sockets and connections, as ss(8) shows them" },
	{ "stat", NULL, stat_main, "counters by layer and reasons of drops" },
	{ "monitor", NULL, monitor_main,
	  "changes of links, addresses and routes as they happen" },
	{ "run", NULL, run_main, "run a program over Strata" },
	{ 0 },
};

static int print_help(void)
{
	const struct command *object;

	puts("Usage: strata [ OPTION… ] OBJECT [ COMMAND [ ARGUMENT… ] ]\n"
	     "       strata [ OPTION… ] -b FILE\n"
	     "       strata run [ -- ] PROGRAM [ ARGUMENT… ]\n\n"
	     "Objects, each with a help of its own (strata link help):");
	for (object = objects; object->name; object++)
		printf("  %-10s %s\n", object->name, object->usage);
	puts("\nOptions:\n"
	     "  -j, -json        print JSON\n"
	     "  -p, -pretty      and indent it\n"
	     "  -s, -statistics  show more\n"
	     "  -4, -6           one family only\n"
	     "  -n, -netns NAME  in this network namespace of ip netns\n"
	     "  -b, -batch FILE  one command a line, from FILE or - (stdin)\n"
	     "  -force           go on with a batch after an error\n"
	     "  -V, -Version     print the version\n"
	     "  -h, -help        this\n\n"
	     "Objects, commands and long options can be abbreviated.");
	return STATUS_OK;
}

static int run_object(struct args *args)
{
	const char *word = args_next(args);
	const struct command *object;

	if (is_help(word))
		return print_help();
	object = command_find(objects, word);
	if (!object)
		return usage_error("no object \"%s\", use " OBJECTS,
				   word);
	return object->run(args);
}

/* Is it a route to add, which can wait for others to go with it? */
static bool line_waits(const struct args *args)
{
	struct args rest = *args;
	const struct command *object = command_find(objects, args_next(&rest));

	return object && object->run == route_main && route_waits(&rest);
}

static int batch_words(struct args *args)
{
	const struct options before = options;
	int waited = STATUS_OK;
	int status;

	if (args->count < 0) {
		status = usage_error("a line has at most %d words", BATCH_WORDS);
	} else {
		if (!line_waits(args) || bulk_full())
			waited = bulk_flush();
		if (waited != STATUS_OK && !options.force)
			return waited;
		status = run_object(args);
	}
	options = before;
	if (status == STATUS_OK)
		return waited;
	fprintf(stderr, "strata: %s:%u: this command failed\n", options.batch,
		options.line);
	return status;
}

static int batch_line(char *line)
{
	char *words[BATCH_WORDS];
	struct args args = { .words = words };

	options.line++;
	args.count = args_split(line, words, BATCH_WORDS);
	return args.count ? batch_words(&args) : STATUS_OK;
}

static bool is_plain(FILE *file)
{
	struct stat about;

	return fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode);
}

/* Whoever writes the commands step by step wants each done at once. */
static bool is_idle(FILE *file)
{
	struct pollfd input = { .fd = fileno(file), .events = POLLIN };

	return poll(&input, 1, 0) == 0;
}

static int run_lines(FILE *file)
{
	int status = STATUS_OK, one = STATUS_OK;
	bool plain = is_plain(file);
	size_t capacity = 0;
	char *line = NULL;

	while ((one == STATUS_OK || options.force) &&
	       getline(&line, &capacity, file) >= 0) {
		one = batch_line(line);
		if (one == STATUS_OK && !plain && is_idle(file))
			one = bulk_flush();
		if (one != STATUS_OK)
			status = one;
	}
	free(line);
	one = bulk_flush();
	return one != STATUS_OK ? one : status;
}

static int run_batch(const char *name, bool force)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	int status;

	if (!file)
		return usage_error("cannot read %s: %s", name, strerror(errno));
	options.batch = name;
	options.force = force;
	status = run_lines(file);
	if (file != stdin)
		fclose(file);
	return status;
}

static int enter_namespace(const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (strchr(name, '/'))
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return usage_error("no network namespace \"%s\": see ip netns list",
				   name);
	if (setns(fd, CLONE_NEWNET) < 0)
		return usage_error("cannot enter the network namespace \"%s\": %s",
				   name, strerror(errno));
	close(fd);
	return STATUS_OK;
}

/* What the options before the object say, beside struct options. */
struct invocation {
	const char *netns;
	const char *batch;
	bool force;
	bool help;
	bool version;
};

/* "-netns", "--netns", "-n" or any beginning in between. */
static bool option_is(const char *word, const char *name)
{
	word += word[1] == '-' ? 2 : 1;
	return word_matches(word, name);
}

static int option_value(struct args *args, const char *what, const char **value)
{
	*value = args_next(args);
	if (*value)
		return STATUS_OK;
	return usage_error("%s needs a value: %s",
			   args->words[args->next - 1], what);
}

static int parse_option(struct args *args, struct invocation *invocation)
{
	const char *word = args_next(args);

	if (strcmp(word, "-4") == 0)
		options.family = AF_INET;
	else if (strcmp(word, "-6") == 0)
		options.family = AF_INET6;
	else if (option_is(word, "json"))
		options.json = true;
	else if (option_is(word, "pretty"))
		options.pretty = true;
	else if (option_is(word, "statistics"))
		options.statistics = true;
	else if (option_is(word, "netns"))
		return option_value(args, "a namespace", &invocation->netns);
	else if (option_is(word, "batch"))
		return option_value(args, "a file", &invocation->batch);
	else if (option_is(word, "force"))
		invocation->force = true;
	else if (option_is(word, "Version") || option_is(word, "version"))
		invocation->version = true;
	else if (option_is(word, "help"))
		invocation->help = true;
	else
		return usage_error("no option %s, see strata -h", word);
	return STATUS_OK;
}

static int do_what_is_asked(struct args *args)
{
	struct invocation invocation = { 0 };
	const char *word;

	while ((word = args_peek(args)) && *word == '-')
		if (parse_option(args, &invocation) != STATUS_OK)
			return STATUS_USAGE;
	if (invocation.help)
		return print_help();
	if (invocation.version) {
		puts("strata utility, strata-" STRATA_VERSION);
		return STATUS_OK;
	}
	if (!word && !invocation.batch)
		return usage_error("what shall I do? Use " OBJECTS ", or -h");
	if (word && invocation.batch)
		return usage_error("-batch takes its commands from the file: remove \"%s\"",
				   word);
	if (invocation.netns &&
	    enter_namespace(invocation.netns) != STATUS_OK)
		return STATUS_USAGE;
	if (invocation.batch)
		return run_batch(invocation.batch, invocation.force);
	return run_object(args);
}

int main(int argc, char **argv)
{
	struct args args = { .words = argv, .count = argc, .next = 1 };
	int status = do_what_is_asked(&args);

	if (fflush(stdout) != 0 || ferror(stdout)) {
		usage_error("cannot write the output: %s", strerror(errno));
		return status != STATUS_OK ? status : STATUS_USAGE;
	}
	return status;
}
