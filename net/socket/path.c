// SPDX-License-Identifier: GPL-2.0
/*
 * The way to the peer, cached in the socket.
 */
#include <linux/in.h>
#include <linux/module.h>
#include <linux/random.h>
#include "socket.h"

static u16 flow_flags(const struct sock *sk)
{
	u16 flags = strata_prefer_flags(strata_sock(sk));

	if (sock_flag(sk, SOCK_BROADCAST))
		flags |= STRATA_FLOW_BROADCAST;
	if (strata_sock(sk)->flags & STRATA_SOCK_DONT_FRAG)
		flags |= STRATA_FLOW_DF;
	if (strata_sock(sk)->pmtudisc >= IP_PMTUDISC_PROBE)
		flags |= STRATA_FLOW_LINK_MTU;
	return flags;
}

/**
 * strata_sock_flow() - what to ask the network layer for a connected socket
 * @sk: with its addresses set
 *
 * Context: socket locked.
 */
void strata_sock_flow(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);

	ss->flow = (struct strata_flow) {
		.saddr = ss->saddr,
		.daddr = sk->sk_v6_daddr,
		.oif = sk->sk_bound_dev_if,
		.mark = READ_ONCE(sk->sk_mark),
		.seed = ss->flow.seed ?: get_random_u32() | 1,
		.proto = ss->ipproto,
		.tos = ss->tos,
		.ttl = ss->ttl,
		.flags = flow_flags(sk),
	};
}
EXPORT_SYMBOL_GPL(strata_sock_flow);

/**
 * strata_sock_path_slow() - look the way to the peer up again
 * @sk: a socket whose strata_sock.flow is filled in
 *
 * Context: RCU read side, socket locked (or owned by BH).
 * Return: the path, now cached, or ERR_PTR(-errno) as strata_af_ops.route.
 */
struct strata_path *strata_sock_path_slow(struct sock *sk)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_sock *ss = strata_sock(sk);
	const struct strata_af_ops *af;
	int err;

	strata_path_release(&ss->path);
	af = strata_af_of(&ss->flow.daddr);
	err = af->route(sn, &ss->flow, &ss->path);
	if (err) {
		/* Whatever is in it was never held. */
		memset(&ss->path, 0, sizeof(ss->path));
		return ERR_PTR(err);
	}
	strata_path_hold(&ss->path);
	return &ss->path;
}
EXPORT_SYMBOL_GPL(strata_sock_path_slow);
