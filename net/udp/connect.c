// SPDX-License-Identifier: GPL-2.0
/*
 * The peer of a datagram socket: which datagrams it takes, where send(2)
 * goes, and who hears of ICMP errors.
 */
#include <linux/module.h>
#include <net/tcp_states.h>
#include <strata/visibility.h>
#include "udp.h"

static void connect_flow(struct sock *sk, const struct strata_endpoint *ep,
			 struct strata_flow *flow)
{
	struct strata_sock *ss = strata_sock(sk);

	strata_sock_flow(sk);
	*flow = ss->flow;
	flow->daddr = ep->addr;
	if (ep->scope)
		flow->oif = ep->scope;
	if (strata_addr_is4(&flow->daddr) && strata_addr_any(&flow->saddr))
		strata_addr_from4(&flow->saddr, htonl(INADDR_ANY));
	if (!strata_addr_is_multicast(&flow->daddr))
		return;
	if (!flow->oif)
		flow->oif = ss->mcast_oif;
	if (strata_addr_is4(&flow->daddr) && strata_addr_any(&flow->saddr))
		flow->saddr = ss->mcast_saddr;
}

/* Fills in @flow's source address. */
static int connect_route(struct sock *sk, struct strata_flow *flow)
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

/* Context: socket locked. */
static int connect_locked(struct sock *sk, const struct strata_endpoint *ep)
{
	struct strata_udp_sock *us = udp_sock(sk);
	struct strata_sock *ss = &us->ss;
	struct strata_flow flow;
	int err;

	connect_flow(sk, ep, &flow);
	/* RFC 4007 6: a link-local address is one of a link. */
	if (ipv6_addr_type(&flow.daddr) & IPV6_ADDR_LINKLOCAL && !flow.oif)
		return -EINVAL;
	if (ep->scope && sk->sk_bound_dev_if && sk->sk_bound_dev_if != ep->scope)
		return -EINVAL;
	err = connect_route(sk, &flow);
	if (err)
		return err;
	if (ep->scope)
		WRITE_ONCE(sk->sk_bound_dev_if, ep->scope);
	/* The peer's table first forgets the socket under its old name. */
	strata_udp_peer_del(sk);
	if (strata_addr_any(&ss->saddr))
		ss->saddr = flow.saddr;
	if (strata_addr_any(&sk->sk_v6_rcv_saddr))
		sk->sk_v6_rcv_saddr = flow.saddr;
	sk->sk_v6_daddr = flow.daddr;
	sk->sk_dport = ep->port;
	sk->sk_state = TCP_ESTABLISHED;
	sk_set_txhash(sk);
	strata_path_release(&ss->path);
	strata_udp_route_drop(sk);
	strata_udp_peer_add(sk);
	return 0;
}

/**
 * strata_udp_connect() - proto.connect
 * @sk: the socket, with a port
 * @uaddr: the peer
 * @len: its bytes
 *
 * Context: process; locks the socket.
 * Return: 0, what strata_endpoint_parse() or strata_af_ops.route say.
 */
int strata_udp_connect(struct sock *sk, struct sockaddr *uaddr, int len)
{
	struct strata_endpoint ep;
	int err;

	err = strata_endpoint_parse(sk, uaddr, len, &ep);
	if (err)
		return err;
	lock_sock(sk);
	err = connect_locked(sk, &ep);
	release_sock(sk);
	return err;
}

static void sock_any(const struct sock *sk, struct in6_addr *addr)
{
	if (strata_sock(sk)->family == AF_INET)
		strata_addr_from4(addr, htonl(INADDR_ANY));
	else
		*addr = in6addr_any;
}

/**
 * strata_udp_disconnect() - proto.disconnect: forget the peer
 * @sk: the socket, connected or not
 * @flags: unused
 *
 * What bind(2) named stays; what was chosen for the program goes.
 *
 * Context: process; locks the socket. Return: 0.
 */
int strata_udp_disconnect(struct sock *sk, int flags)
{
	struct strata_sock *ss = strata_sock(sk);

	lock_sock(sk);
	strata_udp_peer_del(sk);
	sk->sk_state = TCP_CLOSE;
	sk->sk_dport = 0;
	sock_any(sk, &sk->sk_v6_daddr);
	sock_rps_reset_rxhash(sk);
	WRITE_ONCE(sk->sk_bound_dev_if, 0);
	if (!(ss->flags & STRATA_SOCK_BOUND_ADDR)) {
		sock_any(sk, &sk->sk_v6_rcv_saddr);
		sock_any(sk, &ss->saddr);
	}
	if (!(ss->flags & STRATA_SOCK_BOUND_PORT))
		strata_udp_unhash(sk);
	strata_path_release(&ss->path);
	strata_udp_route_drop(sk);
	release_sock(sk);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_disconnect);
