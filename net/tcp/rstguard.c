// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_STRATA_RST_GUARD: something on the way that sees the connection can send a
 * reset with the right sequence number. What it can hardly do is to be as many
 * hops away as the peer, or know the timestamps it would send.
 *
 * A reset that does not fit is challenged (RFC 5961 3.2) instead of obeyed. A peer
 * that is still there answers the challenge with an ACK, and all goes on. One that
 * is not answers with a reset each time; if its way has changed meanwhile, so that
 * these do not fit either, its silence but for resets proves it.
 */
#include <linux/tcp.h>
#include "input.h"
#include "tcp.h"

/* A peer that is there has answered a challenge by then. */
#define SILENCE		HZ

static bool fits(const struct strata_tcp *tp, const struct sk_buff *skb,
		 const struct strata_tcp_options *opts)
{
	if (tp->peer_ttl && strata_cb(skb)->ttl != tp->peer_ttl)
		return false;
	return !tp->ts_ok || !opts->has_ts ||
	       !seq_before(opts->tsval, tp->ts_recent);
}

/**
 * strata_tcp_reset_doubtful() - does a reset look like somebody else's?
 * @sk: locked
 * @skb: a reset with the sequence number expected
 * @opts: its options
 *
 * Context: socket locked. Return: true if it is to be challenged; counted.
 */
bool strata_tcp_reset_doubtful(struct sock *sk, const struct sk_buff *skb,
			       const struct strata_tcp_options *opts)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (likely(!tp->rst_guard) || fits(tp, skb, opts))
		return false;
	if (!tp->doubted) {
		tp->doubted = 1;
		tp->doubt_time = jiffies;
	} else if (time_after(jiffies, tp->doubt_time + SILENCE)) {
		return false;
	}
	strata_count(strata_sock_net(sk), TCP_RESETS_DOUBTED);
	return true;
}
