// SPDX-License-Identifier: GPL-2.0
/*
 * User-mode Linux on processors whose registers do not fit it. Loaded before its
 * C library (LD_PRELOAD by scripts/vm).
 *
 * The kernel up to 6.13 keeps 2696 bytes of a process's extended registers, which
 * is what AVX-512 and PKRU need. A processor with AMX has 10 KiB, and the host
 * takes all of them or none (xstateregs_set()): EFAULT, and init is killed.
 * What does not fit is put into its initial state: programs under user-mode
 * Linux cannot use AMX, which they would have to ask for first.
 */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define STATE_MAX	65536
/* The header of an XSAVE area (Intel SDM volume 1, 13.4.2) begins with a bit for
 * each component that is not in its initial state. Those that fit: x87, SSE, AVX,
 * AVX-512 (three) and PKRU.
 */
#define XSTATE_BV_OFFSET	512
#define XSTATE_BV_FITS		0x2e7u

typedef long (*ptrace_fn)(enum __ptrace_request request, ...);

/* One for all: the kernel is one thread, and traces in its processes' context only. */
static uint8_t state[STATE_MAX];
static size_t state_size;	/* what the host has; 0: not known yet */

static long set_state(ptrace_fn next, pid_t pid, const struct iovec *regs)
{
	struct iovec all = { .iov_base = state, .iov_len = sizeof(state) };
	uint64_t present;
	long err;

	if (!state_size) {
		err = next(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &all);
		if (err)
			return err;
		state_size = all.iov_len;
	}
	all.iov_len = state_size;
	if (regs->iov_len >= state_size) {
		all.iov_base = regs->iov_base;
		return next(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &all);
	}
	memcpy(state, regs->iov_base, regs->iov_len);
	memset(state + regs->iov_len, 0, state_size - regs->iov_len);
	memcpy(&present, state + XSTATE_BV_OFFSET, sizeof(present));
	present &= XSTATE_BV_FITS;
	memcpy(state + XSTATE_BV_OFFSET, &present, sizeof(present));
	return next(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &all);
}

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_fn next;
	void *address, *data;
	va_list arguments;
	pid_t pid;

	va_start(arguments, request);
	pid = va_arg(arguments, pid_t);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);
	if (!next)
		next = (ptrace_fn)dlsym(RTLD_NEXT, "ptrace");
	if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE)
		return set_state(next, pid, data);
	return next(request, pid, address, data);
}
