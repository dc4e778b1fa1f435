// SPDX-License-Identifier: GPL-2.0
/*
 * Paths that swallow large segments without a word (RFC 2923 2.1): a router drops them,
 * and the ICMP error that would tell is dropped, too. What can be seen is that
 * segment after segment times out (RFC 4821 7.7, RFC 8899 4.3). Smaller ones are tried
 * then; after a while, larger ones again, for paths change.
 */
#include <linux/tcp.h>
#include "options.h"
#include "sign.h"
#include "tcp.h"

#define BASE_MSS	1024		/* as the kernel's net.ipv4.tcp_base_mss */
#define RETRY		(600 * HZ)	/* RFC 8899 5.1.1, PMTU_RAISE_TIMER */

static u32 overhead(const struct sock *sk, const struct strata_af_ops *af)
{
	return af->header_len + sizeof(struct tcphdr) +
	       (strata_tcp(sk)->ts_ok ? STRATA_TCP_TS_BYTES : 0) +
	       tcp_sign_bytes(sk);
}

/* Large enough to be swallowed where a small one is not? */
static bool is_large(const struct strata_tcp *tp, u32 mss)
{
	return min(tp->snd_nxt - tp->snd_una, tp->mss) > mss;
}

/**
 * strata_tcp_black_hole() - the same segment has timed out again and again
 * @sk: locked; it is to be sent again
 *
 * Tries half the size each time, never less than what the network layer promises.
 *
 * Context: softirq, socket locked.
 */
void strata_tcp_black_hole(struct sock *sk)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_tcp *tp = strata_tcp(sk);
	const struct strata_af_ops *af;
	u32 mss = tp->swallowed ? tp->mss / 2 : BASE_MSS, mtu;

	if (!READ_ONCE(sn->tcp->mtu_probing) || !is_large(tp, mss))
		return;
	rcu_read_lock();
	af = strata_af_of(&sk->sk_v6_daddr);
	mtu = max(mss + overhead(sk, af), af->min_mtu);
	rcu_read_unlock();
	if (!tp->swallowed)
		strata_count(sn, TCP_BLACK_HOLES);
	tp->swallowed = mtu;
	tp->swallowed_until = jiffies + RETRY;
	strata_tcp_sync_mss(sk, tp->path_mtu);
}

/**
 * strata_tcp_black_hole_retry() - has the path changed?
 * @sk: locked; segments are kept small
 *
 * Context: socket locked.
 */
void strata_tcp_black_hole_retry(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (time_before(jiffies, tp->swallowed_until))
		return;
	tp->swallowed = 0;
	strata_tcp_sync_mss(sk, tp->path_mtu);
}
