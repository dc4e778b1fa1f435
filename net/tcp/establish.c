// SPDX-License-Identifier: GPL-2.0
/*
 * A connection becomes ESTABLISHED: what the handshake decided takes effect.
 */
#include "sign.h"

static void cong_begin(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->cong.cwnd = TCP_INIT_CWND;
	/* RFC 5681 3.1: "SHOULD be set arbitrarily high". */
	tp->cong.ssthresh = INT_MAX;
	tp->cong.flight = 0;
	tp->cong.delivered = 0;
	tp->cong.app_limited = 0;
	tp->cong.ecn = tp->ecn.ok;
	tp->cong.cwnd_limited = false;
	tp->cwv.end_seq = tp->snd_nxt;
	tp->cong.snd_una = tp->snd_una;
	tp->cong.snd_nxt = tp->snd_nxt;
	strata_tcp_cong_init(sk);
}

/**
 * strata_tcp_established() - the handshake is complete
 * @sk: locked, or a new child that nobody sees; state ESTABLISHED; sequence
 *	numbers, options and window of both sides are filled in
 *
 * Context: any.
 */
void strata_tcp_established(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tcp_sign_established(sk);
	tcp_mstamp_refresh(tp);
	tp->segs_acked = 1;
	tp->retransmits = 0;
	tp->backoff = 0;
	tp->max_window = tp->snd_wnd;
	strata_tcp_mtu_search_begin(sk);
	strata_tcp_sync_mss(sk, tp->path_mtu);
	cong_begin(sk);
	strata_tcp_window_init(sk);
	strata_tcp_sndbuf_grow(sk);
	tp->pushed_seq = tp->write_seq;
	tp->snd_sml = tp->snd_una;
	tp->recover = tp->iss;
	tp->last_rcv = jiffies;
	tp->lsndtime = (u32)jiffies;
	/* Until bulk data comes, take it for a dialogue. */
	tp->pingpong = 1;
	if (sock_flag(sk, SOCK_KEEPOPEN))
		strata_tcp_keepalive_reset(sk, tp->keepalive_idle ?:
					       TCP_KEEPALIVE_IDLE);
}
