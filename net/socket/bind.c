// SPDX-License-Identifier: GPL-2.0
/*
 * The local end of a socket: bind(2), the automatic port, getsockname(2) and
 * getpeername(2).
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <net/tcp_states.h>
#include "socket.h"

#define PORT_UNPRIVILEGED	1024	/* the first one that anybody may bind */

/**
 * strata_sock_any() - the unspecified address of a socket's family
 * @sk: the socket
 * @addr: out
 *
 * Context: any.
 */
void strata_sock_any(const struct sock *sk, struct in6_addr *addr)
{
	if (strata_sock(sk)->family == AF_INET)
		strata_addr_from4(addr, htonl(INADDR_ANY));
	else
		*addr = in6addr_any;
}

/* AF_UNSPEC with INADDR_ANY has always been taken for AF_INET. */
static bool bind_is_any_unspec(const struct sock *sk,
			       const struct sockaddr *uaddr, int len)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)uaddr;

	return strata_sock(sk)->family == AF_INET &&
	       len >= (int)sizeof(*sin) && sin->sin_family == AF_UNSPEC &&
	       sin->sin_addr.s_addr == htonl(INADDR_ANY);
}

static int bind_parse(const struct sock *sk, const struct sockaddr *uaddr,
		      int len, struct strata_endpoint *ep)
{
	if (!bind_is_any_unspec(sk, uaddr, len))
		return strata_endpoint_parse_own(sk, uaddr, len, ep);
	strata_sock_any(sk, &ep->addr);
	ep->port = ((const struct sockaddr_in *)uaddr)->sin_port;
	ep->scope = 0;
	return 0;
}

/* RFC 4007 6: which link's? The one named, or the one the socket is bound to. */
static int bind_settle_scope(const struct sock *sk, struct strata_endpoint *ep)
{
	if (!(ipv6_addr_type(&ep->addr) & IPV6_ADDR_LINKLOCAL))
		return 0;
	if (!ep->scope)
		ep->scope = READ_ONCE(sk->sk_bound_dev_if);
	return ep->scope ? 0 : -EINVAL;
}

static enum strata_addr_type bind_addr_type(const struct sock *sk,
					    const struct strata_endpoint *ep)
{
	enum strata_addr_type type;

	if (strata_addr_any(&ep->addr))
		return STRATA_ADDR_ANY;
	rcu_read_lock();
	type = strata_af_of(&ep->addr)->addr_type(strata_sock_net(sk),
						  &ep->addr, ep->scope);
	rcu_read_unlock();
	return type;
}

static int bind_check_addr(const struct sock *sk, enum strata_addr_type type)
{
	switch (type) {
	case STRATA_ADDR_ANY:
	case STRATA_ADDR_LOCAL:
	case STRATA_ADDR_BROADCAST:
	case STRATA_ADDR_MULTICAST:
		return 0;
	default:
		if (strata_sock(sk)->flags & STRATA_SOCK_FREEBIND)
			return 0;
		return -EADDRNOTAVAIL;
	}
}

static int bind_check_port(const struct sock *sk, u16 port)
{
	const struct strata_sock_proto *proto = strata_sock(sk)->proto;

	if (proto->is_portless || proto->is_open)
		return 0;
	if (port && port < PORT_UNPRIVILEGED &&
	    !ns_capable(sock_net(sk)->user_ns, CAP_NET_BIND_SERVICE))
		return -EACCES;
	return 0;
}

static bool bind_has_port(const struct sock *sk)
{
	return READ_ONCE(sk->sk_num) && !strata_sock(sk)->proto->is_portless;
}

/* What is wrong first, where several things are: as the kernel's two families
 * have it.
 */
static int bind_check(const struct sock *sk, const struct strata_endpoint *ep,
		      enum strata_addr_type type)
{
	u16 port = ntohs(ep->port);
	int err;

	if (strata_sock(sk)->family == AF_INET || strata_sock(sk)->proto->is_open)
		return bind_check_addr(sk, type) ? : bind_check_port(sk, port);
	err = bind_check_port(sk, port);
	if (!err && bind_has_port(sk))
		err = -EINVAL;
	return err ? : bind_check_addr(sk, type);
}

/* What can be received on is not always what can be sent from. */
static void bind_set_addr(struct sock *sk, const struct in6_addr *addr,
			  enum strata_addr_type type)
{
	struct strata_sock *ss = strata_sock(sk);

	sk->sk_v6_rcv_saddr = *addr;
	if (type == STRATA_ADDR_BROADCAST || type == STRATA_ADDR_MULTICAST)
		strata_sock_any(sk, &ss->saddr);
	else
		ss->saddr = *addr;
}

static int bind_claim(struct sock *sk, u16 port)
{
	const struct strata_sock *ss = strata_sock(sk);

	if (ss->proto->is_portless ||
	    (!port && (ss->flags & STRATA_SOCK_LATE_PORT)))
		return 0;
	return sk->sk_prot->get_port(sk, port);
}

/* Context: socket locked. */
static int bind_locked(struct sock *sk, const struct strata_endpoint *ep,
		       enum strata_addr_type type)
{
	struct strata_sock *ss = strata_sock(sk);
	u16 port = ntohs(ep->port);
	u32 flags = ss->flags;
	struct in6_addr any;
	int err;

	if (sk->sk_state != TCP_CLOSE || bind_has_port(sk))
		return -EINVAL;
	if (ep->scope && sk->sk_bound_dev_if && sk->sk_bound_dev_if != ep->scope)
		return -EINVAL;
	bind_set_addr(sk, &ep->addr, type);
	/* Who has an IPv6 address has nothing to do with IPv4. */
	if (!strata_addr_is4(&ep->addr) && !ipv6_addr_any(&ep->addr))
		ss->flags |= STRATA_SOCK_V6ONLY;
	err = bind_claim(sk, port);
	if (err) {
		strata_sock_any(sk, &any);
		bind_set_addr(sk, &any, STRATA_ADDR_ANY);
		ss->flags = flags;
		return err;
	}
	if (ep->scope)
		sk->sk_bound_dev_if = ep->scope;
	/* Without a port it may be bound again, and disconnecting unbinds, too. */
	if (!ss->proto->is_portless && !strata_addr_any(&ep->addr))
		ss->flags |= STRATA_SOCK_BOUND_ADDR;
	if (port && !ss->proto->is_portless)
		ss->flags |= STRATA_SOCK_BOUND_PORT;
	strata_sock_any(sk, &sk->sk_v6_daddr);
	sk->sk_dport = 0;
	return 0;
}

/**
 * strata_sock_bind() - proto_ops.bind
 * @sock: the socket
 * @uaddr: local address
 * @len: its bytes
 *
 * Context: process; locks the socket.
 * Return: 0, -EINVAL (too short, bound already, or a link-local address of no
 * link), -EAFNOSUPPORT,
 * -EADDRNOTAVAIL (not an address of ours), -EACCES (privileged port),
 * -EADDRINUSE, -ENOMEM.
 */
int strata_sock_bind(struct socket *sock, struct sockaddr *uaddr, int len)
{
	struct sock *sk = sock->sk;
	enum strata_addr_type type;
	struct strata_endpoint ep;
	int err;

	err = bind_parse(sk, uaddr, len, &ep) ? : bind_settle_scope(sk, &ep);
	/* To one that never is IPv4's, such an address is just not there. */
	if (err == -ENETUNREACH)
		return strata_sock(sk)->proto->is_portless ? -EADDRNOTAVAIL :
							     -EINVAL;
	/* Raw sockets have another word for an address of another family. */
	if (err == -EAFNOSUPPORT && sk->sk_type == SOCK_RAW &&
	    strata_sock(sk)->family == AF_INET6)
		return -EINVAL;
	if (err)
		return err;
	type = bind_addr_type(sk, &ep);
	err = bind_check(sk, &ep, type);
	if (err)
		return err;
	lock_sock(sk);
	err = bind_locked(sk, &ep, type);
	release_sock(sk);
	return err;
}
EXPORT_SYMBOL_GPL(strata_sock_bind);

/**
 * strata_sock_autobind() - give an unbound socket a port
 * @sk: the socket
 *
 * Context: process; locks the socket. Return: 0 or -EAGAIN (no port is free).
 */
int strata_sock_autobind(struct sock *sk)
{
	int err = 0;

	lock_sock(sk);
	if (!sk->sk_num && sk->sk_prot->get_port(sk, 0))
		err = -EAGAIN;
	release_sock(sk);
	return err;
}

static bool getname_has_peer(const struct sock *sk, int peer)
{
	if (!sk->sk_dport)
		return false;
	/* 2 asks for the peer of a connection that has ended, too. */
	return peer != 1 ||
	       !((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_SYN_SENT));
}

/**
 * strata_sock_getname() - proto_ops.getname
 * @sock: the socket
 * @uaddr: out
 * @peer: 0: the local address, else the peer's
 *
 * Context: process; locks the socket. Return: bytes written or -ENOTCONN.
 */
int strata_sock_getname(struct socket *sock, struct sockaddr *uaddr, int peer)
{
	struct sock *sk = sock->sk;
	struct strata_endpoint ep = { .scope = 0 };
	bool known = true;

	lock_sock(sk);
	if (peer) {
		known = getname_has_peer(sk, peer);
		ep.addr = sk->sk_v6_daddr;
		ep.port = sk->sk_dport;
	} else {
		ep.addr = sk->sk_v6_rcv_saddr;
		if (strata_addr_any(&ep.addr))
			ep.addr = strata_sock(sk)->saddr;
		ep.port = htons(sk->sk_num ?: strata_sock(sk)->last_port);
	}
	if (ipv6_addr_type(&ep.addr) & IPV6_ADDR_LINKLOCAL)
		ep.scope = sk->sk_bound_dev_if;
	release_sock(sk);
	return known ? strata_endpoint_format(sk, &ep, uaddr) : -ENOTCONN;
}
EXPORT_SYMBOL_GPL(strata_sock_getname);
