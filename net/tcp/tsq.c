// SPDX-License-Identifier: GPL-2.0
/*
 * Small queues: a connection keeps no more than a little in the queues of qdisc
 * and device, so that others get their turn and the RTT stays true. The rest
 * waits on its transmit queue until the device has freed a buffer.
 *
 * That moment may come with the device's or the qdisc's lock held, so a
 * tasklet, not the destructor, transmits again.
 */
#include <linux/interrupt.h>
#include "tcp.h"

/* Bytes below the transport that never stop a connection. */
#define TSQ_BYTES_MIN	(256 << 10)
#define TSQ_BYTES_MAX	(2 << 20)

/**
 * struct tsq - sockets of one CPU to transmit for
 * @tasklet: does it
 * @sockets: struct strata_tcp.tsq_node; interrupts off. Each holds one unit of
 *	sk_wmem_alloc, which keeps the socket from being freed
 */
struct tsq {
	struct tasklet_struct tasklet;
	struct list_head sockets;
};

static DEFINE_PER_CPU(struct tsq, tsq);

/* Context: socket's spinlock held, softirq. */
static void tsq_transmit(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (sock_owned_by_user(sk)) {
		if (!test_and_set_bit(TCP_DEFER_WRITE, &tp->deferred))
			sock_hold(sk);
		return;
	}
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT)
		return;
	tcp_mstamp_refresh(tp);
	strata_tcp_write(sk, false);
}

static void tsq_run(struct tasklet_struct *tasklet)
{
	struct tsq *queue = from_tasklet(queue, tasklet, tasklet);
	struct strata_tcp *tp, *next;
	LIST_HEAD(sockets);

	local_irq_disable();
	list_splice_init(&queue->sockets, &sockets);
	local_irq_enable();

	list_for_each_entry_safe(tp, next, &sockets, tsq_node) {
		struct sock *sk = &tp->ss.sk;

		list_del_init(&tp->tsq_node);
		/* The node may be used again from here on. */
		smp_mb__before_atomic();
		clear_bit(TCP_TSQ_QUEUED, &tp->deferred);
		bh_lock_sock(sk);
		tsq_transmit(sk);
		bh_unlock_sock(sk);
		sk_free(sk);
	}
}

/* A buffer of a connection that waits for one is free. RCU. */
static void tsq_kick(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct tsq *queue;
	unsigned long flags;

	if (test_bit(TCP_TSQ_QUEUED, &tp->deferred) ||
	    !refcount_inc_not_zero(&sk->sk_wmem_alloc))
		return;
	if (test_and_set_bit(TCP_TSQ_QUEUED, &tp->deferred)) {
		sk_free(sk);
		return;
	}
	local_irq_save(flags);
	queue = this_cpu_ptr(&tsq);
	list_add_tail(&tp->tsq_node, &queue->sockets);
	tasklet_schedule(&queue->tasklet);
	local_irq_restore(flags);
}

/*
 * The last reference below us on a segment is gone. The socket's memory stays
 * until RCU has passed (SOCK_RCU_FREE).
 */
static void tsq_destructor(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	rcu_read_lock();
	sock_wfree(skb);
	/* Pairs with the barrier in strata_tcp_tsq_full(). */
	smp_mb__after_atomic();
	if (unlikely(test_bit(TCP_TSQ_THROTTLED, &strata_tcp(sk)->deferred)))
		tsq_kick(sk);
	rcu_read_unlock();
}

/**
 * strata_tcp_tsq_own() - count a segment as being below the transport
 * @sk: locked
 * @skb: no owner yet
 *
 * Context: socket locked.
 */
void strata_tcp_tsq_own(struct sock *sk, struct sk_buff *skb)
{
	skb->sk = sk;
	skb->destructor = tsq_destructor;
	refcount_add(skb->truesize, &sk->sk_wmem_alloc);
}

/* What the qdisc holds for later is enough of it if it is two buffers. */
static u32 paced_limit(const struct sock *sk)
{
	return min_t(u32, 2 * SKB_TRUESIZE(strata_tcp_pacing_quantum(sk) +
					   TCP_HEADROOM), TSQ_BYTES_MAX);
}

/* About a millisecond at the current rate. */
static u32 tsq_limit(const struct strata_tcp *tp)
{
	u64 rate = (u64)tp->cong.cwnd * tp->mss * USEC_PER_MSEC;

	if (tcp_is_paced(&tp->ss.sk))
		return paced_limit(&tp->ss.sk);
	if (!tp->cong.srtt_us)
		return TSQ_BYTES_MIN;
	return clamp_t(u64, div_u64(rate, tp->cong.srtt_us),
		       TSQ_BYTES_MIN, TSQ_BYTES_MAX);
}

/**
 * strata_tcp_tsq_full() - has the device enough of this connection?
 * @sk: locked
 *
 * If so, strata_tcp_write() will be called again when it has less.
 *
 * Context: socket locked.
 */
bool strata_tcp_tsq_full(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 limit;

	if (likely(refcount_read(&sk->sk_wmem_alloc) <= TSQ_BYTES_MIN) &&
	    !tcp_is_paced(sk)) {
		if (unlikely(test_bit(TCP_TSQ_THROTTLED, &tp->deferred)))
			clear_bit(TCP_TSQ_THROTTLED, &tp->deferred);
		return false;
	}
	limit = tsq_limit(tp);
	if (refcount_read(&sk->sk_wmem_alloc) <= limit)
		return false;
	set_bit(TCP_TSQ_THROTTLED, &tp->deferred);
	/* The last buffer may have been freed before the bit was set. */
	smp_mb__after_atomic();
	return refcount_read(&sk->sk_wmem_alloc) > limit;
}

/**
 * strata_tcp_tsq_init() - make the tasklets
 *
 * Context: module init.
 */
void strata_tcp_tsq_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct tsq *queue = per_cpu_ptr(&tsq, cpu);

		INIT_LIST_HEAD(&queue->sockets);
		tasklet_setup(&queue->tasklet, tsq_run);
	}
}

/**
 * strata_tcp_tsq_exit() - no socket is left
 *
 * Context: module exit, may sleep.
 */
void strata_tcp_tsq_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&tsq, cpu)->tasklet);
}
