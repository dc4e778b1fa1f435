// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that TCP sockets may use. The kernel's generic code (sk_mem_*) does the
 * accounting, by a struct proto for each namespace.
 *
 * A namespace costs its maker nothing, so the limits of one do not bound the
 * machine. Now and then all accounts are added up; while the sum is too high,
 * each namespace is held to its part of what there is.
 */
#include <linux/swap.h>
#include <linux/workqueue.h>
#include "tcp.h"

#define MEMORY_MIN	128	/* pages */
/* How often accounts are added up: while there is plenty, and else. */
#define PERIOD_CALM	HZ
#define PERIOD_BUSY	(HZ / 20)

atomic_long_t strata_tcp_memory_all;
unsigned long strata_tcp_memory_all_pressure;
long strata_tcp_memory_all_limit[3];
DEFINE_PER_CPU(int, strata_tcp_memory_all_fw_alloc);

static LIST_HEAD(accounts);
static DEFINE_MUTEX(accounts_lock); /* protects accounts and the limits of all */
static int accounts_count;

static void add_up(struct work_struct *work);
static DECLARE_DELAYED_WORK(add_up_work, add_up);

static struct strata_tcp_memory *memory_of(const struct sock *sk)
{
	return &strata_sock_net(sk)->tcp->memory;
}

/**
 * strata_tcp_enter_memory_pressure() - proto.enter_memory_pressure
 * @sk: whose allocation went over the limit
 *
 * Context: any.
 */
void strata_tcp_enter_memory_pressure(struct sock *sk)
{
	struct strata_tcp_memory *memory = memory_of(sk);

	if (READ_ONCE(memory->pressure))
		return;
	/* Nonzero, as the flag's type asks. */
	WRITE_ONCE(memory->pressure, 1);
	strata_count(strata_sock_net(sk), TCP_PRESSURE);
}

/**
 * strata_tcp_leave_memory_pressure() - proto.leave_memory_pressure
 * @sk: of the namespace
 *
 * Context: any.
 */
void strata_tcp_leave_memory_pressure(struct sock *sk)
{
	struct strata_tcp_memory *memory = memory_of(sk);

	if (READ_ONCE(memory->pressure))
		WRITE_ONCE(memory->pressure, 0);
}

/**
 * strata_tcp_under_pressure() - should a socket take no more memory than it must?
 * @sk: of the namespace
 *
 * Context: any.
 */
bool strata_tcp_under_pressure(const struct sock *sk)
{
	if (mem_cgroup_sockets_enabled && sk->sk_memcg &&
	    mem_cgroup_under_socket_pressure(sk->sk_memcg))
		return true;
	return READ_ONCE(memory_of(sk)->pressure);
}

/**
 * strata_tcp_memory_exhausted() - the namespace has all that it may have
 * @sk: of the namespace
 *
 * Context: any.
 */
bool strata_tcp_memory_exhausted(const struct sock *sk)
{
	const struct strata_tcp_memory *memory = memory_of(sk);

	return atomic_long_read(&memory->allocated) >
	       READ_ONCE(memory->limit[TCP_MEM_MAX]);
}

/**
 * strata_tcp_memory_force() - memory without which a connection would stand still
 * @sk: locked
 * @bytes: no more than one segment
 * @kind: SK_MEM_SEND or SK_MEM_RECV
 *
 * Beyond the namespace's limit: its sockets could otherwise keep each other from
 * ever sending or receiving anything, and so from giving memory back. The limit
 * of a memory cgroup holds.
 *
 * Context: socket locked. Return: whether it is accounted for.
 */
bool strata_tcp_memory_force(struct sock *sk, int bytes, int kind)
{
	struct strata_tcp_memory *memory = memory_of(sk);
	int missing = bytes - sk->sk_forward_alloc;
	bool done;

	if (missing <= 0)
		return true;
	WRITE_ONCE(sk->sk_prot, &memory->unlimited);
	done = __sk_mem_schedule(sk, missing, kind);
	WRITE_ONCE(sk->sk_prot, &memory->prot);
	return done;
}

/* Pages; a CPU that gave back what another took makes it negative for a moment. */
static long used(const struct strata_tcp_memory *memory)
{
	return max(atomic_long_read(&memory->allocated), 0L);
}

static void set_limit(struct strata_tcp_memory *memory, long most)
{
	/* In the proportions of the defaults. */
	WRITE_ONCE(memory->limit[TCP_MEM_CALM],
		   min(memory->mem[TCP_MEM_CALM], most / 2));
	WRITE_ONCE(memory->limit[TCP_MEM_PRESSURE],
		   min(memory->mem[TCP_MEM_PRESSURE], most / 3 * 2));
	WRITE_ONCE(memory->limit[TCP_MEM_MAX],
		   min(memory->mem[TCP_MEM_MAX], most));
}

/*
 * Together they use @total, too much: each may have an equal share, or its
 * present share of the limit if that is more.
 */
static void share_out(long total)
{
	long limit = strata_tcp_memory_all_limit[TCP_MEM_MAX];
	struct strata_tcp_memory *memory;

	list_for_each_entry(memory, &accounts, node)
		set_limit(memory, max(limit / accounts_count,
				      mult_frac(limit, used(memory), total)));
}

static void lift_limits(void)
{
	struct strata_tcp_memory *memory;

	list_for_each_entry(memory, &accounts, node)
		set_limit(memory, LONG_MAX);
}

static long sum(void)
{
	struct strata_tcp_memory *memory;
	long total = 0;

	list_for_each_entry(memory, &accounts, node)
		total += used(memory);
	return total;
}

static void add_up(struct work_struct *work)
{
	long total, calm;

	mutex_lock(&accounts_lock);
	total = sum();
	atomic_long_set(&strata_tcp_memory_all, total);
	calm = strata_tcp_memory_all_limit[TCP_MEM_CALM];
	if (total > strata_tcp_memory_all_limit[TCP_MEM_PRESSURE]) {
		strata_tcp_memory_all_pressure = 1;
	} else if (total <= calm && strata_tcp_memory_all_pressure) {
		strata_tcp_memory_all_pressure = 0;
		lift_limits();
	}
	if (strata_tcp_memory_all_pressure)
		share_out(total);
	mutex_unlock(&accounts_lock);
	schedule_delayed_work(&add_up_work, total > calm / 2 ? PERIOD_BUSY :
			      round_jiffies_relative(PERIOD_CALM));
}

/**
 * strata_tcp_memory_configured() - tcp_mem has been written
 * @memory: of the namespace
 *
 * Context: process.
 */
void strata_tcp_memory_configured(struct strata_tcp_memory *memory)
{
	mutex_lock(&accounts_lock);
	if (memory->is_initial)
		memcpy(strata_tcp_memory_all_limit, memory->mem,
		       sizeof(memory->mem));
	set_limit(memory, LONG_MAX);
	mutex_unlock(&accounts_lock);
}

/* As the kernel's own TCP: by the size of the machine. */
static void set_defaults(struct strata_tcp_memory *memory)
{
	long pages = nr_free_buffer_pages();
	long limit = max_t(long, pages / 16, MEMORY_MIN);
	long share = pages << (PAGE_SHIFT - 7);

	memory->mem[TCP_MEM_CALM] = limit / 4 * 3;
	memory->mem[TCP_MEM_PRESSURE] = limit;
	memory->mem[TCP_MEM_MAX] = memory->mem[TCP_MEM_CALM] * 2;
	memory->wmem[TCP_BUF_MIN] = PAGE_SIZE;
	memory->wmem[TCP_BUF_INIT] = TCP_SNDBUF_INIT;
	memory->wmem[TCP_BUF_MAX] = clamp_t(long, share, SZ_64K, TCP_SNDBUF_MAX);
	memory->rmem[TCP_BUF_MIN] = PAGE_SIZE;
	memory->rmem[TCP_BUF_INIT] = TCP_RCVBUF_INIT;
	memory->rmem[TCP_BUF_MAX] = clamp_t(long, share, TCP_RCVBUF_INIT,
					    TCP_RCVBUF_MAX);
}

/* Below no limit at all, the pressure would seem to be over. */
static void stay_under_pressure(struct sock *sk)
{
}

static long no_limit[3] = { LONG_MAX, LONG_MAX, LONG_MAX };

static void set_prot(struct strata_tcp_memory *memory, const struct proto *prot)
{
	memory->prot = *prot;
	memory->prot.memory_allocated = &memory->allocated;
	memory->prot.per_cpu_fw_alloc = memory->fw_alloc;
	memory->prot.memory_pressure = &memory->pressure;
	memory->prot.sockets_allocated = &memory->sockets;
	memory->prot.sysctl_mem = memory->limit;
	memory->prot.sysctl_wmem = memory->wmem;
	memory->prot.sysctl_rmem = memory->rmem;
	memory->unlimited = memory->prot;
	memory->unlimited.sysctl_mem = no_limit;
	memory->unlimited.leave_memory_pressure = stay_under_pressure;
}

/**
 * strata_tcp_memory_net_init() - open a namespace's account
 * @sn: new namespace's stack; sn->tcp exists
 * @prot: registered; the namespace's sockets get a copy
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_memory_net_init(struct strata_net *sn, const struct proto *prot)
{
	struct strata_tcp_memory *memory = &sn->tcp->memory;

	memory->fw_alloc = alloc_percpu(int);
	if (!memory->fw_alloc)
		return -ENOMEM;
	if (percpu_counter_init(&memory->sockets, 0, GFP_KERNEL)) {
		free_percpu(memory->fw_alloc);
		return -ENOMEM;
	}
	set_defaults(memory);
	set_prot(memory, prot);
	memory->is_initial = net_eq(sn->net, &init_net);
	mutex_lock(&accounts_lock);
	list_add_tail(&memory->node, &accounts);
	accounts_count++;
	mutex_unlock(&accounts_lock);
	strata_tcp_memory_configured(memory);
	return 0;
}

/**
 * strata_tcp_memory_net_exit() - undo strata_tcp_memory_net_init()
 * @sn: namespace's stack; no socket of it is left
 *
 * Context: process.
 */
void strata_tcp_memory_net_exit(struct strata_net *sn)
{
	struct strata_tcp_memory *memory = &sn->tcp->memory;

	mutex_lock(&accounts_lock);
	list_del(&memory->node);
	accounts_count--;
	mutex_unlock(&accounts_lock);
	percpu_counter_destroy(&memory->sockets);
	free_percpu(memory->fw_alloc);
}

/**
 * strata_tcp_memory_init() - begin to add up
 *
 * Context: process; the initial namespace has its account.
 */
void strata_tcp_memory_init(void)
{
	schedule_delayed_work(&add_up_work, PERIOD_CALM);
}

/**
 * strata_tcp_memory_exit() - undo strata_tcp_memory_init()
 *
 * Context: process.
 */
void strata_tcp_memory_exit(void)
{
	cancel_delayed_work_sync(&add_up_work);
}
