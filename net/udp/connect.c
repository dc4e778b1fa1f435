// SPDX-License-Identifier: GPL-2.0
/*
 * The peer of a UDP socket.
 */
#include <linux/module.h>
#include "udp.h"

/* Context: socket locked. */
static int connect_locked(struct sock *sk, const struct strata_endpoint *ep)
{
	struct strata_flow flow;
	int err;

	err = strata_dgram_peer_find(sk, ep, &flow);
	if (err)
		return err;
	/* The peer's table first forgets the socket under its old name. */
	strata_udp_peer_del(sk);
	strata_dgram_peer_set(sk, ep, &flow);
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
 * Return: 0, what strata_dgram_peer_parse() or strata_af_ops.route say.
 */
int strata_udp_connect(struct sock *sk, struct sockaddr *uaddr, int len)
{
	struct strata_endpoint ep;
	int err;

	err = strata_dgram_peer_parse(sk, uaddr, len, &ep);
	if (err)
		return err;
	lock_sock(sk);
	err = connect_locked(sk, &ep);
	release_sock(sk);
	return err;
}
EXPORT_SYMBOL_GPL(strata_udp_connect);

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
	lock_sock(sk);
	strata_udp_peer_del(sk);
	strata_dgram_peer_clear(sk);
	if (!(strata_sock(sk)->flags & STRATA_SOCK_BOUND_PORT))
		strata_udp_unhash(sk);
	strata_udp_route_drop(sk);
	release_sock(sk);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_udp_disconnect);
