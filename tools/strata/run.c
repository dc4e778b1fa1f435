// SPDX-License-Identifier: GPL-2.0
/*
 * strata run: an unmodified program over Strata.
 *
 * This process becomes the program, so that its pid, its parent, its terminal,
 * its signals and its exit status are what they would be without us. A process
 * of our own, no child of the program, answers the calls that the filter stops,
 * until the last process of the program's tree has gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/strata.h>
#include "command.h"
#include "run.h"

#define STATUS_NOT_EXECUTABLE	126	/* as sh(1) and env(1) have them */
#define STATUS_NOT_FOUND	127

#define SUPERVISOR_NAME	"strata-run"
#define FAMILY_PARAMETER	"/sys/module/strata/parameters/family"

/* The number of Strata's address family in the kernel that runs. */
int strata_family(void)
{
	FILE *file = fopen(FAMILY_PARAMETER, "re");
	int family = AF_STRATA;

	if (!file)
		return family;
	if (fscanf(file, "%d", &family) != 1)
		family = AF_STRATA;
	fclose(file);
	return family;
}

static int run_error(const char *what)
{
	fprintf(stderr, "Error: strata: %s: %s.\n", what, strerror(errno));
	return STATUS_KERNEL;
}

/* Would the program get its sockets? */
static int check_strata(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		close(fd);
		return STATUS_OK;
	}
	if (errno == EAFNOSUPPORT)
		fputs("Error: strata: the module is not loaded: insmod strata.ko.\n",
		      stderr);
	else if (errno == EPERM || errno == EACCES)
		fputs("Error: strata: no CAP_NET_RAW, and net.strata.unprivileged is 0.\n",
		      stderr);
	else
		return run_error("cannot create a socket");
	return STATUS_KERNEL;
}

/* One descriptor over a socket, with one byte of company. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static bool send_descriptor(int channel, int fd)
{
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(channel, &message, MSG_NOSIGNAL) == 1;
}

static int receive_descriptor(int channel)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	const struct cmsghdr *header;
	int fd;

	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/*
 * The supervisor holds nothing of the program's: not its terminal, its pipes,
 * its directory. Signals meant for the program's group or session pass it by;
 * it goes when the program's tree has gone.
 */
static void leave_everything(int channel)
{
	static const int ignored[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2,
	};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	size_t i;
	int fd;

	setsid();
	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	if (chdir("/") < 0)
		return;
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (null >= 0)
			dup2(null, fd);
	/* The rest above the channel, and between. */
	if (channel > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, channel - 1, 0);
	close_range(channel + 1, ~0U, 0);
}

/* Who looks for the program by its command line shall find only it. */
static void rename_process(char **words)
{
	char *end = words[0], **word;
	size_t length;

	/* They are stored one after the other. */
	for (word = words; *word; word++)
		end = *word + strlen(*word);
	length = end - words[0];
	memset(words[0], 0, length);
	snprintf(words[0], length + 1, "%s", SUPERVISOR_NAME);
	prctl(PR_SET_NAME, SUPERVISOR_NAME);
}

static void supervisor_main(int channel, int family, char **words)
{
	int listener;

	leave_everything(channel);
	rename_process(words);
	listener = receive_descriptor(channel);
	if (listener < 0)
		_exit(EXIT_FAILURE);
	close(channel);
	supervise(listener, family);
}

/*
 * Forks twice: the supervisor becomes a child of init, so that the program
 * never waits for a child that it has not made.
 * Return: our end of the channel to it, or -1.
 */
static int start_supervisor(int family, char **words)
{
	int channel[2], status = 0;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return -1;
	fflush(NULL);
	child = fork();
	if (child == 0) {
		pid_t supervisor = fork();

		if (supervisor == 0) {
			close(channel[0]);
			supervisor_main(channel[1], family, words);
		}
		_exit(supervisor < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	close(channel[1]);
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
		return channel[0];
	close(channel[0]);
	return -1;
}

static int become(char **words)
{
	int status;

	execvp(words[0], words);
	status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
	fprintf(stderr, "strata: run: cannot run \"%s\": %s\n", words[0],
		strerror(errno));
	return status;
}

static int run_program(char **words)
{
	int family = strata_family();
	int channel, listener;
	bool sent;

	if (program_is_32_bit(words[0])) {
		fprintf(stderr, "strata: run: cannot run \"%s\": it has 32 bits, expected 64\n",
			words[0]);
		return STATUS_NOT_EXECUTABLE;
	}
	if (check_strata(family) != STATUS_OK)
		return STATUS_KERNEL;
	channel = start_supervisor(family, words);
	if (channel < 0)
		return run_error("cannot start the supervisor");
	listener = filter_install();
	if (listener < 0) {
		close(channel);
		return STATUS_KERNEL;
	}
	sent = send_descriptor(channel, listener);
	close(listener);
	close(channel);
	if (!sent)
		return run_error("cannot reach the supervisor");
	return become(words);
}

static int help(void)
{
	puts("Usage: strata run [ -- ] PROGRAM [ ARGUMENT… ]\n\n"
	     "Runs PROGRAM, and all that it starts, with Strata's sockets wherever it asks for\n"
	     "AF_INET or AF_INET6. The exit status is PROGRAM's; 126 or 127 if it cannot be run.");
	return STATUS_OK;
}

int run_main(struct args *args)
{
	const char *word = args_peek(args);

	if (word && is_help(word))
		return help();
	if (word && strcmp(word, "--") == 0)
		args_next(args);
	else if (word && *word == '-')
		return usage_error("run: no option %s, expected PROGRAM or -- PROGRAM",
				   word);
	word = args_peek(args);
	if (!word || !*word)
		return usage_error("run: which program? Expected run [--] PROGRAM [ARGUMENT…]");
	return run_program(args->words + args->next);
}
