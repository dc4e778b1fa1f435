// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_script: a peer of TCP that follows a script. Prints KTAP, a line a script.
 *
 * Each script runs with each family in a process and a network namespace of its own,
 * so that nothing is left for the next.
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

#define OUTPUT_MAX	65536	/* what one script may say with one family */
#define COMPLAINT_MAX	1024	/* about a script that cannot be read */

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
static const char * const excuse_names[STACKS] = { "lacks", "differs" };

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

static void read_all(int fd, char *text)
{
	size_t len = 0;
	ssize_t some;

	while (len < OUTPUT_MAX - 1 &&
	       (some = read(fd, text + len, OUTPUT_MAX - 1 - len)) > 0)
		len += some;
	text[len] = 0;
}

/* Runs @script with one family; its status, and in @text what it says. */
static int run_apart(const struct script *script, enum stack stack, bool ipv6,
		     bool trace, char *text)
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
		run_script(script, stack, ipv6, tun_open(script, stack), trace);
		fflush(stdout);
		_exit(0);
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

static enum verdict judge_complaint(const char *fails, bool failed, const char *text)
{
	if (failed && strstr(text, fails))
		return PASSED;
	printf("# wanted the complaint \"%s\"\n", fails);
	return FAILED;
}

/* Whoever is excused must need it, and for this failure. */
static enum verdict judge(const struct script *script, enum stack stack, int status,
			  const char *text)
{
	const struct excuse *excuse = &script->excuses[stack];

	if (*script->fails)
		return judge_complaint(script->fails, status == STATUS_FAILED, text);
	if (!*excuse->reason)
		return status ? FAILED : PASSED;
	if (status == STATUS_FAILED && strstr(text, excuse->failure))
		return SKIPPED;
	printf("# %s, so this should fail with \"%s\"\n", excuse->reason,
	       excuse->failure);
	return FAILED;
}

/* With each of its families, also after the first has failed. */
static enum verdict run_families(const struct script *script, enum stack stack,
				 bool trace)
{
	enum verdict verdict = PASSED, one;
	static char text[OUTPUT_MAX];
	int ipv6, status;

	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		if (!(script->families & 1 << ipv6))
			continue;
		status = run_apart(script, stack, ipv6, trace, text);
		one = judge(script, stack, status, text);
		if (trace || one == FAILED) {
			print_lines(text);
			printf("# over IPv%d, status %d\n", ipv6 ? 6 : 4, status);
		}
		if (verdict != FAILED)
			verdict = one;
	}
	return verdict;
}

/* Reads @name: only some of the scripts about the runner cannot be read, and no
 * excuse is for those.
 */
static bool read_script(struct script *script, const char *name,
			enum verdict *verdict)
{
	char text[COMPLAINT_MAX] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");
	bool readable;

	if (!file)
		die("memory");
	report_to(file);
	readable = script_read(script, name);
	report_to(stdout);
	fclose(file);
	*verdict = readable ? PASSED : FAILED;
	if (!readable && *script->fails)
		*verdict = judge_complaint(script->fails, true, text);
	if (*verdict == FAILED)
		print_lines(text);
	return readable;
}

static enum verdict run_one(const char *name, int number, enum stack stack,
			    const struct settings *settings)
{
	static struct script script;
	enum verdict verdict;

	if (read_script(&script, name, &verdict) && !settings->check)
		verdict = run_families(&script, stack, settings->trace);
	printf("%sok %d - %s: %s", verdict == FAILED ? "not " : "", number,
	       stack_names[stack], name);
	if (verdict == SKIPPED)
		printf(" # SKIP %s: %s", excuse_names[stack],
		       script.excuses[stack].reason);
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
