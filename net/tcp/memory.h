/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that TCP sockets may use, for each namespace and for all of them.
 */
#ifndef _NET_TCP_MEMORY_H
#define _NET_TCP_MEMORY_H

#include <linux/percpu_counter.h>
#include <net/sock.h>

/* Indices of the limits of all sockets and of the sizes of one's buffer. */
enum strata_tcp_limit {
	TCP_MEM_CALM,		/* pages: no pressure below it */
	TCP_MEM_PRESSURE,	/* pressure above it */
	TCP_MEM_MAX,		/* and nothing more above it */
};

enum strata_tcp_size {
	TCP_BUF_MIN,		/* bytes: guaranteed under pressure */
	TCP_BUF_INIT,		/* of a new socket */
	TCP_BUF_MAX,		/* it grows to by itself */
};

/**
 * struct strata_tcp_memory - a namespace's account
 * @prot: struct proto of its sockets: the kernel's generic code (sk_mem_*) takes
 *	account and limits from there, so each namespace has one
 * @unlimited: the same account without its limits (strata_tcp_memory_force())
 * @mem: net.strata.tcp_mem, pages
 * @limit: what holds at the moment: @mem, or less while all namespaces together
 *	use too much
 * @wmem: net.strata.tcp_wmem, bytes
 * @rmem: net.strata.tcp_rmem, bytes
 * @pressure: not 0 under pressure
 * @fw_alloc: pages that a CPU has taken and not yet added to @allocated
 * @sockets: how many
 * @node: in the list of all namespaces
 * @is_initial: @mem is the limit of all namespaces together, too
 * @allocated: pages
 */
struct strata_tcp_memory {
	struct proto prot;
	struct proto unlimited;
	long mem[3];
	long limit[3];
	int wmem[3];
	int rmem[3];
	unsigned long pressure;
	int __percpu *fw_alloc;
	struct percpu_counter sockets;
	struct list_head node;
	bool is_initial;
	atomic_long_t allocated ____cacheline_aligned_in_smp;
};

struct strata_net;

/* For the registered struct proto, which no socket keeps. */
extern atomic_long_t strata_tcp_memory_all;
extern unsigned long strata_tcp_memory_all_pressure;
extern long strata_tcp_memory_all_limit[3];
DECLARE_PER_CPU(int, strata_tcp_memory_all_fw_alloc);

void strata_tcp_enter_memory_pressure(struct sock *sk);
void strata_tcp_leave_memory_pressure(struct sock *sk);
bool strata_tcp_under_pressure(const struct sock *sk);
bool strata_tcp_memory_exhausted(const struct sock *sk);
bool strata_tcp_memory_force(struct sock *sk, int bytes, int kind);
void strata_tcp_memory_configured(struct strata_tcp_memory *memory);
int strata_tcp_memory_net_init(struct strata_net *sn, const struct proto *prot);
void strata_tcp_memory_net_exit(struct strata_net *sn);
void strata_tcp_memory_init(void);
void strata_tcp_memory_exit(void);

#endif /* _NET_TCP_MEMORY_H */
