// SPDX-License-Identifier: GPL-2.0
/*
 * Paths that swallow large segments without a word (RFC 2923 2.1): a router drops them,
 * and the ICMP error that would tell is dropped, too. What can be seen is that
 * segment after segment times out (RFC 4821 7.7, RFC 8899 4.3). Smaller ones are tried
 * then, and from there mtu_probe.c searches upwards.
 */
#include "tcp.h"

/* Large enough to be swallowed where a small one is not? */
static bool is_large(const struct strata_tcp *tp, u32 mss)
{
	return min(tp->snd_nxt - tp->snd_una, tp->mss) > mss;
}

/**
 * strata_tcp_black_hole() - the same segment has timed out again and again
 * @sk: locked; it is to be sent again
 *
 * Begins with tcp_base_mss, then tries half the size each time, never less than what
 * the network layer promises.
 *
 * Context: softirq, socket locked.
 */
void strata_tcp_black_hole(struct sock *sk)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_tcp *tp = strata_tcp(sk);
	u32 base = READ_ONCE(sn->tcp->base_mss), least;
	u32 mss = tp->mtu.on ? min(tp->mss / 2, base) : base;

	if (READ_ONCE(sn->tcp->mtu_probing) == TCP_MTU_PROBING_OFF ||
	    !is_large(tp, mss))
		return;
	rcu_read_lock();
	least = strata_af_of(&sk->sk_v6_daddr)->min_mtu;
	rcu_read_unlock();
	if (!tp->mtu.on)
		strata_count(sn, TCP_BLACK_HOLES);
	tp->mtu.on = true;
	tp->mtu.since = (u32)jiffies;
	tp->mtu.low = max(strata_tcp_mtu_of_mss(sk, mss), least);
	strata_tcp_sync_mss(sk, tp->path_mtu);
}
