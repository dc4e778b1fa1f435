// SPDX-License-Identifier: GPL-2.0
/*
 * The peer of a datagram socket: which datagrams it takes, where send(2)
 * goes, and who hears of ICMP errors.
 */
#include <linux/module.h>
#include <net/tcp_states.h>
#include <strata/dgram.h>
#include "socket.h"

static void peer_flow(struct sock *sk, const struct strata_endpoint *ep,
		      struct strata_flow *flow)
{
	struct strata_sock *ss = strata_sock(sk);

	strata_sock_flow(sk);
	*flow = ss->flow;
	flow->daddr = ep->addr;
	/* This host, by the family that the socket's own address has. */
	if (ipv6_addr_any(&flow->daddr) && strata_addr_is4(&sk->sk_v6_rcv_saddr))
		strata_addr_from4(&flow->daddr, htonl(INADDR_LOOPBACK));
	if (ep->scope)
		flow->oif = ep->scope;
	/* Nor is an IPv6 one that an earlier peer has given it. */
	if (strata_addr_is4(&flow->daddr) && !strata_addr_is4(&flow->saddr))
		strata_addr_from4(&flow->saddr, htonl(INADDR_ANY));
	if (!strata_addr_is_multicast(&flow->daddr)) {
		if (!flow->oif)
			flow->oif = strata_unicast_oif(sk, &flow->daddr);
		return;
	}
	if (!flow->oif)
		flow->oif = ss->mcast_oif;
	if (strata_addr_is4(&flow->daddr) && strata_addr_any(&flow->saddr))
		flow->saddr = ss->mcast_saddr;
}

/* Fills in @flow's source address. */
static int peer_route(struct sock *sk, struct strata_flow *flow)
{
	struct strata_path path;
	int err;

	strata_flow_self(flow);
	rcu_read_lock();
	err = strata_af_of(&flow->daddr)->route(strata_sock_net(sk), flow,
						&path);
	rcu_read_unlock();
	return err;
}

/**
 * strata_dgram_peer_parse() - the address that connect(2) names
 * @sk: the socket
 * @uaddr: the address, in kernel memory
 * @len: its bytes
 * @ep: out
 *
 * Context: any. Return: as strata_endpoint_parse(), but -EAFNOSUPPORT for an IPv4
 * address in its own form on an IPV6_V6ONLY socket.
 */
int strata_dgram_peer_parse(const struct sock *sk, const struct sockaddr *uaddr,
			    int len, struct strata_endpoint *ep)
{
	int err = strata_endpoint_parse(sk, uaddr, len, ep);

	return err == -ENETUNREACH && uaddr->sa_family == AF_INET ?
	       -EAFNOSUPPORT : err;
}
EXPORT_SYMBOL_GPL(strata_dgram_peer_parse);

/**
 * strata_dgram_peer_find() - may a socket have this peer?
 * @sk: the socket
 * @ep: the peer
 * @flow: out: the way there
 *
 * Context: process, socket locked. Return: 0, -EINVAL (a link-local address of no
 * link, or of another one), -EAFNOSUPPORT (the socket has an IPv4 address, of bind(2)
 * or of an earlier peer), or what strata_af_ops.route says.
 */
int strata_dgram_peer_find(struct sock *sk, const struct strata_endpoint *ep,
			   struct strata_flow *flow)
{
	peer_flow(sk, ep, flow);
	if (!strata_addr_is4(&flow->daddr) && strata_addr_is4(&flow->saddr) &&
	    !strata_addr_any(&flow->saddr))
		return -EAFNOSUPPORT;
	/* RFC 4007 6: a link-local address is one of a link. */
	if (ipv6_addr_type(&flow->daddr) & IPV6_ADDR_LINKLOCAL && !flow->oif)
		return -EINVAL;
	if (ep->scope && sk->sk_bound_dev_if && sk->sk_bound_dev_if != ep->scope)
		return -EINVAL;
	return peer_route(sk, flow);
}
EXPORT_SYMBOL_GPL(strata_dgram_peer_find);

/**
 * strata_dgram_peer_set() - the socket has a peer from now on
 * @sk: the socket
 * @ep: the peer
 * @flow: from strata_dgram_peer_find()
 *
 * Context: process, socket locked.
 */
void strata_dgram_peer_set(struct sock *sk, const struct strata_endpoint *ep,
			   const struct strata_flow *flow)
{
	struct strata_sock *ss = strata_sock(sk);

	if (ep->scope)
		WRITE_ONCE(sk->sk_bound_dev_if, ep->scope);
	if (strata_addr_any(&ss->saddr))
		ss->saddr = flow->saddr;
	if (strata_addr_any(&sk->sk_v6_rcv_saddr))
		sk->sk_v6_rcv_saddr = flow->saddr;
	sk->sk_v6_daddr = flow->daddr;
	sk->sk_dport = ep->port;
	sk->sk_state = TCP_ESTABLISHED;
	sk_set_txhash(sk);
	strata_path_release(&ss->path);
}
EXPORT_SYMBOL_GPL(strata_dgram_peer_set);

/**
 * strata_dgram_peer_clear() - forget the peer
 * @sk: the socket, connected or not
 *
 * The address that bind(2) named stays; one that was chosen for the program goes.
 *
 * Context: process, socket locked.
 */
void strata_dgram_peer_clear(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);

	sk->sk_state = TCP_CLOSE;
	sk->sk_dport = 0;
	strata_sock_any(sk, &sk->sk_v6_daddr);
	sock_rps_reset_rxhash(sk);
	WRITE_ONCE(sk->sk_bound_dev_if, 0);
	if (!(ss->flags & STRATA_SOCK_BOUND_ADDR)) {
		strata_sock_any(sk, &sk->sk_v6_rcv_saddr);
		strata_sock_any(sk, &ss->saddr);
	}
	strata_path_release(&ss->path);
}
EXPORT_SYMBOL_GPL(strata_dgram_peer_clear);

/**
 * strata_dgram_peer_connect() - proto.connect of a transport that keeps no table
 *	by peer
 * @sk: the socket
 * @uaddr: the peer
 * @len: its bytes
 *
 * Context: process; locks the socket. Return: 0, or what strata_dgram_peer_parse()
 * and strata_dgram_peer_find() say.
 */
int strata_dgram_peer_connect(struct sock *sk, struct sockaddr *uaddr, int len)
{
	struct strata_endpoint ep;
	struct strata_flow flow;
	int err;

	err = strata_dgram_peer_parse(sk, uaddr, len, &ep);
	if (err)
		return err;
	lock_sock(sk);
	err = strata_dgram_peer_find(sk, &ep, &flow);
	if (!err)
		strata_dgram_peer_set(sk, &ep, &flow);
	release_sock(sk);
	return err;
}
EXPORT_SYMBOL_GPL(strata_dgram_peer_connect);

/**
 * strata_dgram_peer_disconnect() - proto.disconnect, likewise
 * @sk: the socket, connected or not
 * @flags: unused
 *
 * Context: process; locks the socket. Return: 0.
 */
int strata_dgram_peer_disconnect(struct sock *sk, int flags)
{
	lock_sock(sk);
	strata_dgram_peer_clear(sk);
	release_sock(sk);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_dgram_peer_disconnect);
