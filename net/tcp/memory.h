/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that all TCP sockets together may use.
 */
#ifndef _NET_TCP_MEMORY_H
#define _NET_TCP_MEMORY_H

#include "tcp.h"

extern atomic_long_t strata_tcp_memory_allocated;
extern unsigned long strata_tcp_memory_pressure;
extern long strata_tcp_sysctl_mem[3];
extern int strata_tcp_sysctl_wmem[3];
extern int strata_tcp_sysctl_rmem[3];
extern struct percpu_counter strata_tcp_sockets_allocated;
DECLARE_PER_CPU(int, strata_tcp_memory_per_cpu_fw_alloc);

void strata_tcp_enter_memory_pressure(struct sock *sk);
void strata_tcp_leave_memory_pressure(struct sock *sk);
int strata_tcp_memory_init(void);
void strata_tcp_memory_exit(void);

#endif /* _NET_TCP_MEMORY_H */
