// SPDX-License-Identifier: GPL-2.0
/*
 * The socket layer's part of connections: connect(2), listen(2), accept(2),
 * and shutdown(2) for all types. The states are those of struct socket
 * (SS_*), which outlive the protocol's own.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include <net/rps.h>
#include <net/tcp_states.h>
#include "socket.h"

static bool connect_in_progress(const struct sock *sk)
{
	return (1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV);
}

/* Context: socket locked; lets go of it while it sleeps. */
static long connect_wait(struct sock *sk, long timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(sk_sleep(sk), &wait);
	while (connect_in_progress(sk)) {
		release_sock(sk);
		timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, timeo);
		lock_sock(sk);
		if (signal_pending(current) || !timeo)
			break;
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return timeo;
}

static int connect_dissolve(struct socket *sock, int flags)
{
	struct sock *sk = sock->sk;
	int err;

	err = sk->sk_prot->disconnect(sk, flags);
	sock->state = err ? SS_DISCONNECTING : SS_UNCONNECTED;
	return err;
}

/*
 * Starts, or finds under way. Returns what a caller that does not wait is
 * told: -EINPROGRESS or -EALREADY; anything else is final.
 */
static int connect_start(struct socket *sock, struct sockaddr *uaddr, int len)
{
	struct sock *sk = sock->sk;
	int err;

	switch (sock->state) {
	case SS_UNCONNECTED:
		if (sk->sk_state != TCP_CLOSE)
			return -EISCONN;
		err = sk->sk_prot->connect(sk, uaddr, len);
		if (err < 0)
			return err;
		sock->state = SS_CONNECTING;
		return -EINPROGRESS;
	case SS_CONNECTING:
		return -EALREADY;
	case SS_CONNECTED:
		return -EISCONN;
	default:
		return -EINVAL;
	}
}

/* The handshake is over: how did it end? */
static int connect_finish(struct socket *sock, int flags)
{
	struct sock *sk = sock->sk;
	int err;

	if (sk->sk_state != TCP_CLOSE) {
		sock->state = SS_CONNECTED;
		return 0;
	}
	err = sock_error(sk) ? : -ECONNABORTED;
	sk->sk_disconnects++;
	connect_dissolve(sock, flags);
	return err;
}

/* Waits for the handshake; @err is the answer if there is no time for it. */
static int connect_complete(struct socket *sock, int flags, int err)
{
	struct sock *sk = sock->sk;
	long timeo = sock_sndtimeo(sk, flags & O_NONBLOCK);
	int disconnects = sk->sk_disconnects;

	if (connect_in_progress(sk)) {
		if (!timeo)
			return err;
		timeo = connect_wait(sk, timeo);
		if (!timeo)
			return err;
		if (signal_pending(current))
			return sock_intr_errno(timeo);
		/* Another thread's connect(AF_UNSPEC). */
		if (disconnects != sk->sk_disconnects)
			return -EPIPE;
	}
	return connect_finish(sock, flags);
}

static bool deferred(const struct socket *sock)
{
	return strata_sock(sock->sk)->flags & STRATA_SOCK_DEFERRED;
}

/**
 * strata_stream_connect_locked() - connect, for a write that opens (MSG_FASTOPEN)
 * @sock: the socket
 * @uaddr: as strata_stream_connect()
 * @len: likewise
 * @flags: likewise
 *
 * Context: process, socket locked. Return: as strata_stream_connect(); 0 also if
 * the protocol has left it to the first write (STRATA_SOCK_DEFERRED).
 */
int strata_stream_connect_locked(struct socket *sock, struct sockaddr *uaddr,
				 int len, int flags)
{
	int err;

	if (len < (int)sizeof(uaddr->sa_family))
		return -EINVAL;
	if (uaddr->sa_family == AF_UNSPEC) {
		sock->sk->sk_disconnects++;
		return connect_dissolve(sock, flags);
	}
	err = connect_start(sock, uaddr, len);
	if (unlikely(deferred(sock) && sock->state == SS_CONNECTING))
		return err == -EINPROGRESS ? 0 : -EISCONN;
	if (err != -EINPROGRESS && err != -EALREADY)
		return err;
	return connect_complete(sock, flags, err);
}
EXPORT_SYMBOL_GPL(strata_stream_connect_locked);

/**
 * strata_stream_connect_wait() - wait for what a write has begun
 * @sock: the socket, in SS_CONNECTING
 * @flags: O_NONBLOCK
 *
 * Context: process, socket locked; lets go of it while it sleeps.
 * Return: as strata_stream_connect().
 */
int strata_stream_connect_wait(struct socket *sock, int flags)
{
	return connect_complete(sock, flags, -EINPROGRESS);
}
EXPORT_SYMBOL_GPL(strata_stream_connect_wait);

/**
 * strata_stream_connect() - proto_ops.connect of SOCK_STREAM
 * @sock: the socket
 * @uaddr: peer; AF_UNSPEC dissolves the connection
 * @len: its bytes
 * @flags: O_NONBLOCK
 *
 * Context: process; locks the socket, waits up to SO_SNDTIMEO.
 * Return: 0, -EINPROGRESS, -EALREADY, -EISCONN, -EINVAL (too short, or not
 * again after a failed disconnect), -EINTR, -ERESTARTSYS, what ended the
 * handshake, or what the protocol's connect says.
 */
int strata_stream_connect(struct socket *sock, struct sockaddr *uaddr, int len,
			  int flags)
{
	int err;

	lock_sock(sock->sk);
	err = strata_stream_connect_locked(sock, uaddr, len, flags);
	release_sock(sock->sk);
	return err;
}
EXPORT_SYMBOL_GPL(strata_stream_connect);

/**
 * strata_stream_listen() - proto_ops.listen of SOCK_STREAM
 * @sock: the socket
 * @backlog: connections that may wait
 *
 * Context: process; locks the socket.
 * Return: 0, -EINVAL (connected), or what the protocol says (-EADDRINUSE).
 */
int strata_stream_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = -EINVAL;

	lock_sock(sk);
	if (sock->state == SS_UNCONNECTED &&
	    ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN)))
		err = strata_sock(sk)->proto->listen(sk, backlog);
	release_sock(sk);
	return err;
}
EXPORT_SYMBOL_GPL(strata_stream_listen);

/*
 * strata_stream_accept() - proto_ops.accept of SOCK_STREAM; its parameters are
 * the kernel's that is built for. Context: process; waits for a connection
 * unless O_NONBLOCK, up to SO_RCVTIMEO. Return: 0 or what the protocol says.
 */
int strata_stream_accept(struct socket *sock, struct socket *newsock,
			 STRATA_ACCEPT_PARAMETERS)
{
	struct sock *sk = sock->sk;
	struct sock *child;
	int err = -EINVAL;

	child = strata_sock(sk)->proto->accept(sk, STRATA_ACCEPT_FLAGS, &err,
					       STRATA_ACCEPT_KERN);
	if (!child)
		return err;
	lock_sock(child);
	sock_rps_record_flow(child);
	sock_graft(child, newsock);
	if (strata_sock(child)->proto->has_zerocopy)
		set_bit(SOCK_SUPPORT_ZC, &newsock->flags);
	newsock->state = SS_CONNECTED;
	release_sock(child);
	return 0;
}

/* Context: socket locked. A state between two is settled first. */
static void shutdown_settle(struct socket *sock)
{
	if (sock->state != SS_CONNECTING)
		return;
	if (connect_in_progress(sock->sk) || sock->sk->sk_state == TCP_CLOSE)
		sock->state = SS_DISCONNECTING;
	else
		sock->state = SS_CONNECTED;
}

/* Context: socket locked. @mask: RCV_SHUTDOWN, SEND_SHUTDOWN. */
static int shutdown_locked(struct socket *sock, int mask)
{
	struct sock *sk = sock->sk;
	int err = sk->sk_state == TCP_CLOSE ? -ENOTCONN : 0;

	switch (sk->sk_state) {
	case TCP_LISTEN:
		if (!(mask & RCV_SHUTDOWN))
			return 0;
		fallthrough;
	case TCP_SYN_SENT:
		/* There is nothing to half-close yet. */
		return connect_dissolve(sock, O_NONBLOCK);
	default:
		/* Unconnected sockets are marked all the same: poll tells. */
		WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | mask);
		if (sk->sk_prot->shutdown)
			sk->sk_prot->shutdown(sk, mask);
		return err;
	}
}

/**
 * strata_sock_shutdown() - proto_ops.shutdown
 * @sock: the socket
 * @how: SHUT_RD, SHUT_WR or SHUT_RDWR
 *
 * Context: process; locks the socket. Return: 0, -EINVAL, -ENOTCONN.
 */
int strata_sock_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int err;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	shutdown_settle(sock);
	err = shutdown_locked(sock, how + 1);
	sk->sk_state_change(sk);
	release_sock(sk);
	return err;
}
EXPORT_SYMBOL_GPL(strata_sock_shutdown);
