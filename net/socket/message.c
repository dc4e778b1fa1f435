// SPDX-License-Identifier: GPL-2.0
/*
 * Sending and receiving for every transport, and the connect(2) of datagram
 * sockets.
 */
#include <linux/module.h>
#include <net/rps.h>
#include "socket.h"

/**
 * strata_sock_sendmsg() - proto_ops.sendmsg
 * @sock: the socket
 * @msg: the message
 * @len: its bytes
 *
 * Context: process. Return: bytes taken, -EAGAIN (no port is free), or what
 * the protocol says.
 */
int strata_sock_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;

	sock_rps_record_flow(sk);
	if (unlikely(!READ_ONCE(sk->sk_num)) && !sk->sk_prot->no_autobind &&
	    strata_sock_autobind(sk))
		return -EAGAIN;
	return sk->sk_prot->sendmsg(sk, msg, len);
}
EXPORT_SYMBOL_GPL(strata_sock_sendmsg);

/**
 * strata_sock_recvmsg() - proto_ops.recvmsg
 * @sock: the socket
 * @msg: where to
 * @len: room
 * @flags: MSG_*
 *
 * Context: process. Return: bytes, or what the protocol says.
 */
int strata_sock_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			int flags)
{
	struct sock *sk = sock->sk;
	int addr_len = 0;
	int err;

	if (likely(!(flags & MSG_ERRQUEUE)))
		sock_rps_record_flow(sk);
	err = sk->sk_prot->recvmsg(sk, msg, len, flags, &addr_len);
	if (err >= 0)
		msg->msg_namelen = addr_len;
	return err;
}
EXPORT_SYMBOL_GPL(strata_sock_recvmsg);

/**
 * strata_dgram_connect() - proto_ops.connect of SOCK_DGRAM
 * @sock: the socket
 * @uaddr: peer; AF_UNSPEC forgets it
 * @len: its bytes
 * @flags: O_NONBLOCK
 *
 * Context: process; locks the socket.
 * Return: 0, -EINVAL (too short), -EAGAIN (no port is free), or what the
 * protocol's connect says.
 */
int strata_dgram_connect(struct socket *sock, struct sockaddr *uaddr, int len,
			 int flags)
{
	struct sock *sk = sock->sk;

	if (len < (int)sizeof(uaddr->sa_family))
		return -EINVAL;
	if (uaddr->sa_family == AF_UNSPEC)
		return sk->sk_prot->disconnect(sk, flags);
	if (!READ_ONCE(sk->sk_num) && strata_sock_autobind(sk))
		return -EAGAIN;
	return sk->sk_prot->connect(sk, uaddr, len);
}
EXPORT_SYMBOL_GPL(strata_dgram_connect);
