// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners and their accept queues: listen(2) and accept(2).
 */
#include <linux/sched/signal.h>
#include <linux/tcp.h>
#include <linux/wait.h>
#include "close.h"
#include "request.h"

/**
 * strata_tcp_listener_init() - an empty accept queue
 * @listener: of a new or cloned socket
 *
 * Once in a socket's life: softirq may hold the lock of one that listened before.
 *
 * Context: any.
 */
void strata_tcp_listener_init(struct strata_tcp_listener *listener)
{
	spin_lock_init(&listener->lock);
	INIT_LIST_HEAD(&listener->queue);
	atomic_set(&listener->requests, 0);
	listener->cookies_until = 0;
	listener->fastopen_max = 0;
	listener->fastopen_pending = 0;
	listener->fastopen_keys = NULL;
	INIT_LIST_HEAD(&listener->resets);
}

static int listen_start(struct sock *sk)
{
	int err;

	sk->sk_ack_backlog = 0;
	sock_reset_flag(sk, SOCK_DONE);
	/* Before the port is checked again: two sockets may share it, two
	 * listeners may not.
	 */
	strata_tcp_set_state(sk, TCP_LISTEN);
	err = strata_tcp_get_port(sk, sk->sk_num);
	if (err) {
		strata_tcp_set_state(sk, TCP_CLOSE);
		return err;
	}
	return strata_tcp_hash(sk);
}

/**
 * strata_tcp_listen() - strata_sock_proto.listen
 * @sk: in CLOSE or LISTEN
 * @backlog: how many connections may wait for accept(), one more as the kernel
 *
 * Context: process, socket locked. Return: 0, -EADDRINUSE, -ENOMEM.
 */
int strata_tcp_listen(struct sock *sk, int backlog)
{
	u32 mode = READ_ONCE(strata_sock_net(sk)->tcp->fastopen);

	WRITE_ONCE(sk->sk_max_ack_backlog, backlog);
	if (mode & TCP_FASTOPEN_MODE_ALL && mode & TCP_FASTOPEN_MODE_SERVER &&
	    !strata_tcp(sk)->listener.fastopen_max)
		strata_tcp_fastopen_listen(sk, backlog);
	if (sk->sk_state == TCP_LISTEN)
		return 0;
	return listen_start(sk);
}

/**
 * strata_tcp_accept_add() - a connection waits for accept()
 * @sk: the listener, not locked
 * @child: established, or opened fast; locked; its first reference goes with it
 *
 * Context: softirq. Return: false if @sk does not listen any more.
 */
bool strata_tcp_accept_add(struct sock *sk, struct sock *child)
{
	struct strata_tcp_listener *listener = &strata_tcp(sk)->listener;
	bool listening;

	spin_lock(&listener->lock);
	listening = sk->sk_state == TCP_LISTEN;
	if (listening) {
		list_add_tail(&strata_tcp(child)->accept_node,
			      &listener->queue);
		sk_acceptq_added(sk);
	}
	spin_unlock(&listener->lock);
	return listening;
}

static struct sock *accept_take(struct sock *sk)
{
	struct strata_tcp_listener *listener = &strata_tcp(sk)->listener;
	struct strata_tcp *child;

	spin_lock_bh(&listener->lock);
	child = list_first_entry_or_null(&listener->queue, struct strata_tcp,
					 accept_node);
	if (child) {
		list_del(&child->accept_node);
		sk_acceptq_removed(sk);
	}
	spin_unlock_bh(&listener->lock);
	return child ? &child->ss.sk : NULL;
}

static bool nobody_waits(const struct sock *sk)
{
	return list_empty_careful(&strata_tcp(sk)->listener.queue);
}

/* Exclusive: one connection wakes one accept(). */
static int wait_for_connection(struct sock *sk, long timeout)
{
	DEFINE_WAIT(wait);
	int err = 0;

	for (;;) {
		prepare_to_wait_exclusive(sk_sleep(sk), &wait,
					  TASK_INTERRUPTIBLE);
		release_sock(sk);
		if (nobody_waits(sk))
			timeout = schedule_timeout(timeout);
		sched_annotate_sleep();
		lock_sock(sk);
		if (!nobody_waits(sk))
			break;
		err = -EINVAL;
		if (sk->sk_state != TCP_LISTEN)
			break;
		err = sock_intr_errno(timeout);
		if (signal_pending(current))
			break;
		err = -EAGAIN;
		if (!timeout)
			break;
		err = 0;
	}
	finish_wait(sk_sleep(sk), &wait);
	return nobody_waits(sk) ? err : 0;
}

/**
 * strata_tcp_accept() - strata_sock_proto.accept
 * @sk: the listener
 * @flags: O_NONBLOCK
 * @err: out, on failure: -EINVAL (does not listen), -EAGAIN, -EINTR,
 *	-ERESTARTSYS
 * @kern: unused
 *
 * Context: process; locks the socket, waits up to SO_RCVTIMEO.
 * Return: the connection, with its first reference; NULL.
 */
struct sock *strata_tcp_accept(struct sock *sk, int flags, int *err, bool kern)
{
	struct sock *child = NULL;
	long timeout;

	lock_sock(sk);
	timeout = sock_rcvtimeo(sk, flags & O_NONBLOCK);
	for (;;) {
		*err = -EINVAL;
		if (sk->sk_state != TCP_LISTEN)
			break;
		child = accept_take(sk);
		if (child)
			break;
		*err = -EAGAIN;
		if (!timeout)
			break;
		*err = wait_for_connection(sk, timeout);
		if (*err)
			break;
	}
	release_sock(sk);
	return child;
}

/* As the kernel: what nobody accepted is reset. */
static void refuse(struct sock *child)
{
	local_bh_disable();
	bh_lock_sock(child);
	sock_hold(child);
	strata_tcp_disconnect(child, O_NONBLOCK);
	sock_orphan(child);
	strata_tcp_orphan_count(child);
	strata_tcp_destroy(child);
	bh_unlock_sock(child);
	local_bh_enable();
	sock_put(child);
}

/**
 * strata_tcp_listen_stop() - a listener has closed
 * @sk: just left TCP_LISTEN
 *
 * Context: process, socket locked.
 */
void strata_tcp_listen_stop(struct sock *sk)
{
	struct sock *child;

	while ((child = accept_take(sk))) {
		refuse(child);
		cond_resched();
	}
	strata_tcp_request_purge(sk);
	strata_tcp_fastopen_listen_stop(sk);
	WARN_ON_ONCE(sk->sk_ack_backlog);
}
