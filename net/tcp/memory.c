// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that all TCP sockets together may use. struct proto points to these;
 * the kernel's generic code (sk_mem_*) does the accounting.
 */
#include <linux/swap.h>
#include "memory.h"

#define MEMORY_MIN	128	/* pages */

atomic_long_t strata_tcp_memory_allocated ____cacheline_aligned_in_smp;
DEFINE_PER_CPU(int, strata_tcp_memory_per_cpu_fw_alloc);
unsigned long strata_tcp_memory_pressure __read_mostly;
struct percpu_counter strata_tcp_sockets_allocated ____cacheline_aligned_in_smp;

/* Pages: no pressure below the first, pressure above the second, limit. */
long strata_tcp_sysctl_mem[3] __read_mostly;
/* Bytes of a socket's buffer: guaranteed, at first, at most. */
int strata_tcp_sysctl_wmem[3] = { PAGE_SIZE, TCP_SNDBUF_INIT, TCP_SNDBUF_MAX };
int strata_tcp_sysctl_rmem[3] = { PAGE_SIZE, TCP_RCVBUF_INIT, TCP_RCVBUF_MAX };

/**
 * strata_tcp_enter_memory_pressure() - proto.enter_memory_pressure
 * @sk: whose allocation went over the limit
 *
 * Context: any.
 */
void strata_tcp_enter_memory_pressure(struct sock *sk)
{
	if (READ_ONCE(strata_tcp_memory_pressure))
		return;
	/* Nonzero, as the flag's type asks. */
	WRITE_ONCE(strata_tcp_memory_pressure, 1);
	strata_count(strata_sock_net(sk), TCP_MEMORY);
}

/**
 * strata_tcp_leave_memory_pressure() - proto.leave_memory_pressure
 * @sk: unused
 *
 * Context: any.
 */
void strata_tcp_leave_memory_pressure(struct sock *sk)
{
	if (READ_ONCE(strata_tcp_memory_pressure))
		WRITE_ONCE(strata_tcp_memory_pressure, 0);
}

/**
 * strata_tcp_memory_init() - limits by the size of the machine
 *
 * An eighth of low memory, as the kernel's own TCP takes it for itself.
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_memory_init(void)
{
	long limit = max_t(long, nr_free_buffer_pages() / 16, MEMORY_MIN);

	strata_tcp_sysctl_mem[0] = limit / 4 * 3;
	strata_tcp_sysctl_mem[1] = limit;
	strata_tcp_sysctl_mem[2] = strata_tcp_sysctl_mem[0] * 2;
	return percpu_counter_init(&strata_tcp_sockets_allocated, 0,
				   GFP_KERNEL);
}

/**
 * strata_tcp_memory_exit() - undo strata_tcp_memory_init()
 *
 * Context: process, no socket is left.
 */
void strata_tcp_memory_exit(void)
{
	percpu_counter_destroy(&strata_tcp_sockets_allocated);
}
