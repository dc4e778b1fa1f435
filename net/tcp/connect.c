// SPDX-License-Identifier: GPL-2.0
/*
 * Active open (RFC 9293 3.10.1).
 */
#include <linux/tcp.h>
#include "close.h"
#include "sign.h"

/* The peer's address, as connect(2) means it. */
static int set_peer(struct sock *sk, const struct strata_endpoint *ep)
{
	struct strata_sock *ss = strata_sock(sk);
	struct in6_addr daddr = ep->addr;

	if (ep->scope) {
		if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != ep->scope)
			return -EINVAL;
		sk->sk_bound_dev_if = ep->scope;
	}
	/* RFC 4007 6: a link-local address is one of a link. */
	if (ipv6_addr_type(&daddr) & IPV6_ADDR_LINKLOCAL &&
	    !sk->sk_bound_dev_if)
		return -EINVAL;
	/* The unspecified address is this host. */
	if (strata_addr_any(&daddr)) {
		if (!strata_addr_any(&ss->saddr))
			daddr = ss->saddr;
		else if (ss->family == AF_INET || strata_addr_is4(&daddr))
			strata_addr_from4(&daddr, htonl(INADDR_LOOPBACK));
		else
			daddr = in6addr_loopback;
	}
	if (!strata_addr_any(&ss->saddr) &&
	    strata_addr_is4(&ss->saddr) != strata_addr_is4(&daddr))
		return -EAFNOSUPPORT;
	sk->sk_v6_daddr = daddr;
	sk->sk_dport = ep->port;
	return 0;
}

/* The way there, and from which address of ours. */
static int find_path(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);
	struct strata_path *path;

	strata_sock_flow(sk);
	/* Ask, so as to be told that it is no host. */
	ss->flow.flags |= STRATA_FLOW_BROADCAST;
	strata_path_release(&ss->path);
	memset(&ss->path, 0, sizeof(ss->path));
	path = strata_sock_path(sk);
	/* A source address that is not ours any more leads nowhere. */
	if (IS_ERR(path))
		return PTR_ERR(path) == -EINVAL ? -ENETUNREACH : PTR_ERR(path);
	if (path->type == STRATA_PATH_BROADCAST ||
	    path->type == STRATA_PATH_MULTICAST)
		return -ENETUNREACH;
	ss->flow.flags &= ~STRATA_FLOW_BROADCAST;
	/* bind(2) may have named a group, which cannot be received on from now on. */
	if (strata_addr_any(&ss->saddr)) {
		ss->saddr = ss->flow.saddr;
		sk->sk_v6_rcv_saddr = ss->flow.saddr;
	}
	strata_tcp(sk)->path_mtu = path->mtu;
	return 0;
}

/* RFC 9293 3.4.1; in place of a timewait the number is set already. */
static void choose_isn(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 isn = strata_tcp_isn(&sk->sk_v6_rcv_saddr, &sk->sk_v6_daddr,
				 htons(sk->sk_num), sk->sk_dport,
				 &tp->ts_offset);

	if (!tp->iss)
		tp->iss = isn;
	tp->write_seq = tp->iss;
	tp->snd_una = tp->iss;
	tp->snd_nxt = tp->iss;
	tp->snd_sml = tp->iss;
	tp->pushed_seq = tp->iss;
}

static int open(struct sock *sk)
{
	int err = strata_tcp_ao_connect(sk);

	if (err)
		return err;
	strata_tcp_set_state(sk, TCP_SYN_SENT);
	err = strata_tcp_connect_port(sk);
	if (err)
		return err;
	choose_isn(sk);
	/* What ended an earlier connection is not this one's error. */
	WRITE_ONCE(sk->sk_err, 0);
	strata_count(strata_sock_net(sk), TCP_ACTIVE_OPENS);
	if (unlikely(strata_tcp(sk)->fastopen_connect ||
		     strata_sock(sk)->flags & STRATA_SOCK_DEFERRED))
		return strata_tcp_fastopen_connect(sk);
	return strata_tcp_send_syn(sk, NULL);
}

/**
 * strata_tcp_connect() - proto.connect: open a connection
 * @sk: in state CLOSE; in SYN-SENT afterwards
 * @uaddr: the peer
 * @len: bytes of @uaddr
 *
 * Context: process, socket locked.
 * Return: 0; what strata_endpoint_parse_own() and strata_af_ops.route say;
 * -ENETUNREACH (broadcast or multicast), -EADDRNOTAVAIL (no port left, or the
 * four-tuple is in use), -EKEYREJECTED (strata_tcp_ao_connect()), -EINVAL, -ENOMEM.
 */
int strata_tcp_connect(struct sock *sk, struct sockaddr *uaddr, int len)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_endpoint ep;
	int err;

	err = strata_endpoint_parse_own(sk, uaddr, len, &ep);
	if (err)
		return err;
	/* Not for the first time? */
	if (tp->iss || tp->segs_out)
		strata_tcp_forget(sk);
	err = set_peer(sk, &ep);
	if (err)
		return err;
	rcu_read_lock();
	err = find_path(sk);
	rcu_read_unlock();
	if (!err)
		err = open(sk);
	if (err) {
		strata_tcp_set_state(sk, TCP_CLOSE);
		strata_tcp_unset_addresses(sk);
	}
	return err;
}
