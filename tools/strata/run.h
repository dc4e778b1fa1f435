/* SPDX-License-Identifier: GPL-2.0 */
/*
 * strata run: what its files share.
 *
 * run.c prepares and becomes the program, having had a look at it by run_elf.c;
 * run_filter.c makes the seccomp filter that stops the calls in question;
 * run_supervise.c is the other process, which answers them: run_socket.c the
 * creation of sockets, run_option.c the options that the kernel's generic code
 * refuses or answers wrongly.
 */
#ifndef STRATA_RUN_H
#define STRATA_RUN_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct notice - a call that waits for an answer
 * @listener: where it came from and the answer goes
 * @family: of Strata's sockets in the kernel that runs
 * @id: the call's
 * @pid: the thread, in the supervisor's view
 * @args: of the call
 */
struct notice {
	int listener;
	int family;
	__u64 id;
	pid_t pid;
	const __u64 *args;
};

/* What answers to SECCOMP's socket notices are. */
enum answer {
	ANSWER_VALUE,		/* this result or -errno */
	ANSWER_NATIVE,		/* let the kernel do the call */
	ANSWER_GIVEN,		/* the caller has it already */
};

/* Is the caller still waiting? Its pid may be another's otherwise. */
bool notice_is_valid(const struct notice *notice);

int strata_family(void);
/* Is what execvp(3) would run for @word a program of 32 bits? */
bool program_is_32_bit(const char *word);
/* The listener, or -1 having said why. */
int filter_install(void);
/* Does not return. */
void supervise(int listener, int family) __attribute__((noreturn));
enum answer answer_socket(const struct notice *notice, long *result);
enum answer answer_setsockopt(const struct notice *notice, long *result);
enum answer answer_getsockopt(const struct notice *notice, long *result);
/* Options of SOL_SOCKET that answer_…sockopt() maps, for the filter. */
extern const int mapped_options[];
extern const unsigned int mapped_options_count;

#endif /* STRATA_RUN_H */
