// SPDX-License-Identifier: GPL-2.0
/*
 * poll(2), epoll(7) and the ioctl(2)s that count bytes.
 */
#include <linux/poll.h>
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <linux/tcp.h>
#include <net/tcp_states.h>
#include "tcp.h"
#include "urgent.h"

/* SO_RCVLOWAT is met, or will never be because the window is used up. */
static bool readable(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u32 bytes = strata_tcp_readable(sk);

	/* The urgent octet is not for read(2). */
	if (unlikely(READ_ONCE(tp->urgent)) && bytes && strata_tcp_at_mark(sk) &&
	    !sock_flag(sk, SOCK_URGINLINE))
		bytes--;
	return bytes && (bytes >= sock_rcvlowat(sk, 0, INT_MAX) ||
			 tcp_receive_window(tp) <= tp->rcv_mss);
}

/* Asks to be told when there is room, if there is none. */
static bool writable(struct sock *sk)
{
	if (__sk_stream_is_writeable(sk, 1))
		return true;
	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	/* Room made before the bits were set told nobody: look again. */
	smp_mb__after_atomic();
	return __sk_stream_is_writeable(sk, 1);
}

static __poll_t poll_connection(struct sock *sk, u8 shutdown)
{
	__poll_t mask = 0;

	if (readable(sk))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (shutdown & SEND_SHUTDOWN || writable(sk))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (unlikely(READ_ONCE(strata_tcp(sk)->urgent) == TCP_URGENT_HERE))
		mask |= EPOLLPRI;
	return mask;
}

/**
 * strata_tcp_poll() - proto_ops.poll
 * @file: of the socket
 * @sock: the socket
 * @wait: where to be woken
 *
 * Context: process; the socket is not locked: what changes meanwhile wakes.
 * Return: EPOLL*, as the kernel's TCP.
 */
__poll_t strata_tcp_poll(struct file *file, struct socket *sock,
			 struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	__poll_t mask = 0;
	u8 shutdown;
	int state;

	sock_poll_wait(file, sock, wait);
	/* Pairs with the release in strata_tcp_set_state(). */
	state = smp_load_acquire(&sk->sk_state);
	if (state == TCP_LISTEN)
		return list_empty_careful(&strata_tcp(sk)->listener.queue) ?
		       0 : EPOLLIN | EPOLLRDNORM;

	shutdown = READ_ONCE(sk->sk_shutdown);
	if (shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (state != TCP_SYN_SENT &&
	    (state != TCP_SYN_RECV || READ_ONCE(strata_tcp(sk)->fastopen)))
		mask |= poll_connection(sk, shutdown);
	else if (READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_DEFERRED)
		mask |= EPOLLOUT | EPOLLWRNORM;	/* the SYN waits for a write */
	/* Pairs with the barrier in strata_tcp_abort(). */
	smp_rmb();
	if (READ_ONCE(sk->sk_err) ||
	    !skb_queue_empty_lockless(&sk->sk_error_queue))
		mask |= EPOLLERR;
	return mask;
}

static int readable_bytes(struct sock *sk)
{
	bool slow = lock_sock_fast(sk);
	int bytes = 0;

	if (!((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)))
		bytes = strata_tcp_before_mark(sk);
	unlock_sock_fast(sk, slow);
	return bytes;
}

/**
 * strata_tcp_ioctl() - strata_sock_proto.ioctl
 * @sk: the socket
 * @cmd: SIOCINQ, SIOCOUTQ, SIOCOUTQNSD or SIOCATMARK
 * @arg: out: bytes, or for SIOCATMARK whether the next one is urgent
 *
 * Context: process; locks the socket.
 * Return: 0, -EINVAL (a listener), -ENOIOCTLCMD.
 */
int strata_tcp_ioctl(struct sock *sk, unsigned int cmd, int *arg)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	int state = READ_ONCE(sk->sk_state);
	bool opening = (1 << state) & (TCPF_SYN_SENT | TCPF_SYN_RECV);

	switch (cmd) {
	case SIOCATMARK:
		*arg = strata_tcp_at_mark(sk);
		return 0;
	case SIOCINQ:
	case SIOCOUTQ:
	case SIOCOUTQNSD:
		break;
	default:
		return -ENOIOCTLCMD;
	}
	if (state == TCP_LISTEN)
		return -EINVAL;
	if (cmd == SIOCINQ)
		*arg = readable_bytes(sk);
	else if (opening)
		*arg = 0;
	else if (cmd == SIOCOUTQ)
		*arg = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
	else
		*arg = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_nxt);
	return 0;
}
