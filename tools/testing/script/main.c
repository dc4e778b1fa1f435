// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_script: a peer of TCP that follows a script. Prints KTAP, a line a script.
 *
 * Each script runs in a process and a network namespace of its own, and in these
 * each family in a process of its own, so that nothing is left for the next.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "report.h"
#include "run.h"
#include "script.h"
#include "tun.h"

#define OUTPUT_MAX	65536	/* what one script may say */

/**
 * struct settings - the command line
 * @stacks: bit mask of enum stack
 * @check: only read the scripts
 * @trace: print what happens
 */
struct settings {
	unsigned int stacks;
	bool check;
	bool trace;
};

static const char * const stack_names[STACKS] = { "strata", "kernel" };

enum verdict { PASSED, FAILED, SKIPPED };

static int wait_for(pid_t pid)
{
	int status = -1;

	if (pid < 0)
		die("fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Process of one script: both families. */
static int run_families(const struct script *script, enum stack stack, bool trace)
{
	int tun = tun_open(script, stack);
	int ipv6, status = 0;
	pid_t pid;

	for (ipv6 = 0; ipv6 < 2 && !status; ipv6++) {
		if (!(script->families & 1 << ipv6))
			continue;
		fflush(stdout);
		pid = fork();
		if (!pid) {
			run_script(script, stack, ipv6, tun, trace);
			fflush(stdout);
			_exit(0);
		}
		status = wait_for(pid);
		if (status)
			printf("over IPv%d, status %d\n", ipv6 ? 6 : 4, status);
	}
	return status;
}

static void read_all(int fd, char *text)
{
	size_t len = 0;
	ssize_t some;

	while (len < OUTPUT_MAX - 1 &&
	       (some = read(fd, text + len, OUTPUT_MAX - 1 - len)) > 0)
		len += some;
	text[len] = 0;
}

/* What @name says when it is read and run; its status. */
static int run_apart(struct script *script, const char *name, enum stack stack,
		     const struct settings *settings, char *text)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		die("pipe");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(ends[0]);
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		if (!script_read(script, name))
			_exit(1);
		if (settings->check)
			_exit(0);
		_exit(run_families(script, stack, settings->trace));
	}
	close(ends[1]);
	read_all(ends[0], text);
	close(ends[0]);
	return wait_for(pid);
}

static void print_lines(char *text)
{
	char *line, *rest = text;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			printf("# %s\n", line);
}

/* The words behind @key in the file; also of scripts that cannot be read. */
static void head_line(const char *name, const char *key, char *value, size_t size)
{
	size_t len = strlen(key);
	char line[512];
	FILE *file = fopen(name, "re");

	*value = 0;
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, key, len))
			snprintf(value, size, "%s",
				 line + len + strspn(line + len, " \t"));
	}
	if (file)
		fclose(file);
}

/**
 * struct head - of the settings, those that say what is to be thought of a failure
 * @fails: what the runner is to complain about
 * @excuse: why this stack does otherwise
 */
struct head {
	char fails[TEXT_MAX];
	char excuse[TEXT_MAX];
};

/* Whoever is excused must need it. */
static enum verdict judge(const struct head *head, int status, const char *text)
{
	if (*head->fails) {
		if (status == 1 && strstr(text, head->fails))
			return PASSED;
		printf("# wanted the complaint \"%s\"\n", head->fails);
		return FAILED;
	}
	if (*head->excuse) {
		if (!status)
			printf("# this should fail: %s\n", head->excuse);
		return status == 1 ? SKIPPED : FAILED;
	}
	return status ? FAILED : PASSED;
}

static enum verdict run_one(const char *name, int number, enum stack stack,
			    const struct settings *settings)
{
	const char *excuse = stack == KERNEL ? "differs:" : "lacks:";
	static char text[OUTPUT_MAX];
	static struct script script;
	enum verdict verdict;
	struct head head;
	int status;

	head_line(name, "fails:", head.fails, sizeof(head.fails));
	head_line(name, excuse, head.excuse, sizeof(head.excuse));
	status = run_apart(&script, name, stack, settings, text);
	/* Only some of the scripts about the runner cannot be read. */
	if (settings->check && (!status || !*head.fails))
		verdict = status ? FAILED : PASSED;
	else
		verdict = judge(&head, status, text);
	if (settings->trace || verdict == FAILED)
		print_lines(text);
	printf("%sok %d - %s: %s", verdict == FAILED ? "not " : "", number,
	       stack_names[stack], name);
	if (verdict == SKIPPED)
		printf(" # SKIP %s %s", excuse, head.excuse);
	putchar('\n');
	fflush(stdout);
	return verdict;
}

static int run_all(char **names, int count, const struct settings *settings)
{
	int i, stack, number = 0, failed = 0;

	printf("KTAP version 1\n1..%d\n",
	       count * __builtin_popcount(settings->stacks));
	for (stack = 0; stack < STACKS; stack++)
		for (i = 0; i < count && settings->stacks & 1 << stack; i++)
			failed |= run_one(names[i], ++number, stack,
					  settings) == FAILED;
	return failed;
}

static unsigned int stack_mask(const char *name)
{
	unsigned int stack;

	for (stack = 0; stack < STACKS; stack++)
		if (!strcmp(stack_names[stack], name))
			return 1 << stack;
	return 0;
}

static int usage(void)
{
	fputs("use: tcp_script [--stack strata|kernel] [--check] [--trace] FILE...\n"
	      "  --stack  on one stack only\n"
	      "  --check  only read the scripts\n"
	      "  --trace  print every segment and call, with its time\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "stack", required_argument, NULL, 's' },
		{ "check", no_argument, NULL, 'c' },
		{ "trace", no_argument, NULL, 't' },
		{ 0 },
	};
	struct settings settings = { .stacks = 1 << STRATA | 1 << KERNEL };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 's')
			settings.stacks = stack_mask(optarg);
		else if (option == 'c')
			settings.check = true;
		else if (option == 't')
			settings.trace = true;
		else
			return usage();
	}
	if (settings.check)
		settings.stacks = 1 << STRATA;
	if (optind == argc || !settings.stacks)
		return usage();
	return run_all(argv + optind, argc - optind, &settings);
}
