// SPDX-License-Identifier: GPL-2.0
/*
 * strata run: the filter, which stops the calls that the supervisor answers.
 *
 * libseccomp writes it; it is loaded here, because only this kernel interface
 * has SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: without it a signal could end a
 * call that the supervisor is answering. Until the supervisor has taken the call
 * up, one still can: it is restarted, or fails with EINTR where the handler was
 * installed without SA_RESTART.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "run.h"
#include "strata.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV	0x20UL
#endif

#define SOCKETCALL_SOCKET	1	/* linux/net.h: SYS_SOCKET */

/* The kernel reads an int where the register may hold more. */
#define INT_EQUALS(index, value) \
	SCMP_CMP64(index, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value))

static int add_socket_rules(scmp_filter_ctx filter)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_NOTIFY,
				       SCMP_SYS(socket), 1,
				       INT_EQUALS(0, families[i]));
	return err;
}

static int add_option_rules(scmp_filter_ctx filter)
{
	static const int calls[] = {
		SCMP_SYS(setsockopt), SCMP_SYS(getsockopt),
	};
	unsigned int option;
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		for (option = 0; option < mapped_options_count && !err; option++)
			err = seccomp_rule_add(filter, SCMP_ACT_NOTIFY,
					       calls[i], 2,
					       INT_EQUALS(1, SOL_SOCKET),
					       INT_EQUALS(2, mapped_options[option]));
	return err;
}

/*
 * A 32-bit program passes its arguments in ways that a filter cannot see, and
 * io_uring makes sockets without a system call: both would get the host's
 * sockets and nobody would notice. So neither gets any.
 */
static int add_refusals(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				SCMP_SYS(io_uring_setup), 0);
}

#ifdef __x86_64__
static int refuse_32_bit(scmp_filter_ctx filter)
{
	scmp_filter_ctx other = seccomp_init(SCMP_ACT_ALLOW);
	int err;

	if (!other)
		return -ENOMEM;
	err = seccomp_arch_remove(other, SCMP_ARCH_NATIVE) ?:
	      seccomp_arch_add(other, SCMP_ARCH_X86) ?:
	      seccomp_attr_set(other, SCMP_FLTATR_ACT_BADARCH,
			       SCMP_ACT_ERRNO(ENOSYS)) ?:
	      seccomp_attr_set(other, SCMP_FLTATR_CTL_NNP, 0) ?:
	      seccomp_rule_add(other, SCMP_ACT_ERRNO(EAFNOSUPPORT),
			       SCMP_SYS(socket), 0) ?:
	      seccomp_rule_add(other, SCMP_ACT_ERRNO(ENOSYS),
			       SCMP_SYS(io_uring_setup), 0);
	/* Merging takes the other one in, also its memory. */
	err = err ?: seccomp_merge(filter, other);
	if (err)
		seccomp_release(other);
	return err;
}
#else
static int refuse_32_bit(scmp_filter_ctx filter)
{
	(void)filter;
	return 0;
}
#endif

static scmp_filter_ctx make_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int err;

	if (!filter)
		return NULL;
	err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
			       SCMP_ACT_ERRNO(ENOSYS)) ?:
	      seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) ?:
	      add_socket_rules(filter) ?:
	      add_option_rules(filter) ?:
	      add_refusals(filter) ?:
	      refuse_32_bit(filter);
	if (!err)
		return filter;
	errno = -err;
	seccomp_release(filter);
	return NULL;
}

/* The filter as the kernel reads it; to be freed. */
static struct sock_filter *export_program(scmp_filter_ctx filter, size_t *count)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	struct sock_filter *program = NULL;
	off_t bytes;

	if (fd < 0)
		return NULL;
	if (seccomp_export_bpf(filter, fd) == 0) {
		bytes = lseek(fd, 0, SEEK_END);
		program = bytes > 0 ? malloc(bytes) : NULL;
		if (program && pread(fd, program, bytes, 0) != bytes) {
			free(program);
			program = NULL;
		}
		*count = program ? bytes / sizeof(*program) : 0;
	}
	close(fd);
	return program;
}

static int load_program(const struct sock_fprog *program)
{
	unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
			     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	int listener;

	/*
	 * Without privilege a filter is only for programs that cannot gain any;
	 * with it, set-user-ID programs stay what they are.
	 */
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			   program);
	if (listener < 0 && errno == EACCES &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
				   program);
	return listener;
}

static void explain(void)
{
	if (errno == EBUSY)
		fputs("Error: strata: there is a seccomp supervisor already (run in run?).\n",
		      stderr);
	else if (errno == ENOSYS || errno == EINVAL)
		fputs("Error: strata: this kernel has no seccomp user notification.\n",
		      stderr);
	else
		fprintf(stderr, "Error: strata: cannot install the filter: %s.\n",
			strerror(errno));
}

int filter_install(void)
{
	scmp_filter_ctx filter = make_filter();
	struct sock_filter *instructions = NULL;
	struct sock_fprog program;
	size_t count = 0;
	int listener = -1;

	if (filter) {
		instructions = export_program(filter, &count);
		seccomp_release(filter);
	}
	if (instructions) {
		program.len = count;
		program.filter = instructions;
		listener = load_program(&program);
	}
	if (listener < 0)
		explain();
	free(instructions);
	return listener;
}
