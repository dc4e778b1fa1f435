// SPDX-License-Identifier: GPL-2.0
/*
 * UDP: registration, and the life and options of its sockets.
 */
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <net/tcp_states.h>
#include <strata/udp.h>
#include "udp.h"

/* Context: process or softirq (RCU callback); nobody else has the socket. */
static void udp_destruct(struct sock *sk)
{
	struct udp_route *route;

	strata_udp_queue_purge(sk);
	/* A grace period has passed since the last sender was inside. */
	route = rcu_dereference_protected(udp_sock(sk)->route, true);
	if (route) {
		strata_path_release(&route->path);
		kfree(route);
	}
	strata_sock_destruct(sk);
}

/**
 * strata_udp_sock_init() - what proto.init does for every kind
 * @sk: new, all zero but for its strata_sock
 * @kind: what it is; lives as long as the socket
 *
 * Context: process. Return: 0.
 */
int strata_udp_sock_init(struct sock *sk, const struct udp_kind *kind)
{
	struct strata_udp_sock *us = udp_sock(sk);

	us->kind = kind;
	skb_queue_head_init(&us->reader);
	INIT_HLIST_NODE(&us->peer_node);
	sk->sk_destruct = udp_destruct;
	return 0;
}
EXPORT_SYMBOL_GPL(strata_udp_sock_init);

static int udp_init(struct sock *sk)
{
	return strata_udp_sock_init(sk, &strata_udp_kind);
}

/**
 * strata_udp_close() - proto.close
 * @sk: the socket
 * @timeout: of SO_LINGER; unused
 *
 * Context: process.
 */
void strata_udp_close(struct sock *sk, long timeout)
{
	sk_common_release(sk);
}
EXPORT_SYMBOL_GPL(strata_udp_close);

/**
 * strata_udp_destroy() - proto.destroy: forget an unfinished datagram
 * @sk: the socket
 *
 * Context: process; locks the socket.
 */
void strata_udp_destroy(struct sock *sk)
{
	lock_sock(sk);
	strata_udp_cork_drop(sk);
	release_sock(sk);
}
EXPORT_SYMBOL_GPL(strata_udp_destroy);

/* The kernel has the same options at both, whichever of the two a socket is. */
static bool is_udp_level(int level)
{
	return level == SOL_UDP || level == SOL_UDPLITE;
}

/**
 * strata_udp_setsockopt() - proto.setsockopt
 * @sk: the socket
 * @level: SOL_UDP or SOL_UDPLITE
 * @optname: the option
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL, -EFAULT.
 */
int strata_udp_setsockopt(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen)
{
	struct strata_udp_sock *us = udp_sock(sk);
	int val;

	if (!is_udp_level(level))
		return -ENOPROTOOPT;
	if (optlen < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	switch (optname) {
	case UDP_CORK:
		return strata_udp_cork_set(sk, val);
	case UDP_SEGMENT:
		if (val < 0 || val > U16_MAX)
			return -EINVAL;
		WRITE_ONCE(us->gso_size, val);
		return 0;
	case UDP_GRO:
		WRITE_ONCE(us->gro, val);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}
EXPORT_SYMBOL_GPL(strata_udp_setsockopt);

/**
 * strata_udp_getsockopt() - proto.getsockopt
 * @sk: the socket
 * @level: SOL_UDP or SOL_UDPLITE
 * @optname: the option
 * @optval: out: its value
 * @optlen: in and out: the value's bytes
 *
 * Context: process. Return: 0, -ENOPROTOOPT, -EOPNOTSUPP (no such level),
 * -EINVAL, -EFAULT.
 */
int strata_udp_getsockopt(struct sock *sk, int level, int optname,
			  char __user *optval, int __user *optlen)
{
	const struct strata_udp_sock *us = udp_sock(sk);
	int val;

	if (!is_udp_level(level))
		return strata_option_no_level(sk);
	switch (optname) {
	case UDP_CORK:
		val = READ_ONCE(us->cork_option);
		break;
	case UDP_SEGMENT:
		val = READ_ONCE(us->gso_size);
		break;
	case UDP_GRO:
		val = READ_ONCE(us->gro);
		break;
	case UDPLITE_SEND_CSCOV:
	case UDPLITE_RECV_CSCOV:
		val = 0;	/* everything: the checksum of UDP is no other */
		break;
	default:
		return -ENOPROTOOPT;
	}
	return strata_option_answer(&val, sizeof(val), optval, optlen);
}
EXPORT_SYMBOL_GPL(strata_udp_getsockopt);

/**
 * strata_udp_ioctl() - strata_sock_proto.ioctl
 * @sk: the socket
 * @cmd: SIOCINQ or SIOCOUTQ
 * @arg: out
 *
 * Context: process. Return: 0 or -ENOIOCTLCMD.
 */
int strata_udp_ioctl(struct sock *sk, unsigned int cmd, int *arg)
{
	switch (cmd) {
	case SIOCOUTQ:
		*arg = sk_wmem_alloc_get(sk);
		return 0;
	case SIOCINQ:
		*arg = max(0, strata_udp_first_len(sk));
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}
EXPORT_SYMBOL_GPL(strata_udp_ioctl);

/**
 * strata_udp_poll() - proto_ops.poll
 * @file: of the socket
 * @sock: the socket
 * @wait: where to wait
 *
 * Context: process. Return: EPOLL*.
 */
__poll_t strata_udp_poll(struct file *file, struct socket *sock,
			 poll_table *wait)
{
	__poll_t mask = datagram_poll(file, sock, wait);
	struct sock *sk = sock->sk;

	if (!skb_queue_empty_lockless(&udp_sock(sk)->reader))
		mask |= EPOLLIN | EPOLLRDNORM;
	/* A blocking reader relies on there being a good datagram. */
	if ((mask & EPOLLRDNORM) && !(file->f_flags & O_NONBLOCK) &&
	    !(READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN) &&
	    strata_udp_first_len(sk) == -1)
		mask &= ~(EPOLLIN | EPOLLRDNORM);
	return mask;
}
EXPORT_SYMBOL_GPL(strata_udp_poll);

static struct proto udp_prot = {
	.name = "STRATA-UDP",
	STRATA_UDP_PROT,
	.init = udp_init,
	.setsockopt = strata_udp_setsockopt,
	.getsockopt = strata_udp_getsockopt,
	.obj_size = sizeof(struct strata_udp_sock),
};

static const struct proto_ops udp_ops = {
	STRATA_UDP_OPS,
};

static const struct strata_sock_proto udp_proto = {
	.type = SOCK_DGRAM,
	.ipproto = IPPROTO_UDP,
	.is_default = true,
	.has_zerocopy = true,
	.prot = &udp_prot,
	.ops = &udp_ops,
	.ioctl = strata_udp_ioctl,
	.describe = strata_udp_describe,
	.walk = strata_udp_walk,
};

static const struct strata_l4_ops udp_l4_ops = {
	.name = "udp",
	.protocol = IPPROTO_UDP,
	.knows_quoted = true,
	.rcv = strata_udp_rcv,
	.err = strata_udp_err,
};

/**
 * strata_udp_init() - offer UDP to programs and to the network layer
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_udp_init(void)
{
	int err;

	strata_hash_init();
	err = strata_udp_table_init();
	if (err)
		return err;
	err = proto_register(&udp_prot, 1);
	if (err)
		goto exit_table;
	err = strata_l4_register(&udp_l4_ops);
	if (err)
		goto unregister_prot;
	err = strata_sock_register(&udp_proto);
	if (err)
		goto unregister_l4;
	return 0;

unregister_l4:
	strata_l4_unregister(&udp_l4_ops);
unregister_prot:
	proto_unregister(&udp_prot);
exit_table:
	strata_udp_table_exit();
	return err;
}

/**
 * strata_udp_exit() - undo strata_udp_init()
 *
 * Context: module unload, without sockets.
 */
void strata_udp_exit(void)
{
	strata_sock_unregister(&udp_proto);
	strata_l4_unregister(&udp_l4_ops);
	/* Cached routes that sockets left behind hold links and neighbours. */
	rcu_barrier();
	proto_unregister(&udp_prot);
	strata_udp_table_exit();
}
