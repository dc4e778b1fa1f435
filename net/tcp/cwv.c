// SPDX-License-Identifier: GPL-2.0
/*
 * Congestion window validation (RFC 7661): a window that the program does not use says
 * nothing of the path. It does not grow meanwhile, and stays as long as something is sent
 * and acknowledged; after an idle time it is the initial one again, approached by halves
 * (RFC 2861, RFC 5681 4.1).
 *
 * An algorithm that owns the window (STRATA_CONG_WINDOW) looks after all this itself.
 */
#include "tcp.h"

/* RFC 7661 4.4.3: slow start may return to three quarters of what there was. */
static void keep_ssthresh(struct strata_tcp *tp)
{
	if (tp->recovery == TCP_RECOVERY_NONE)
		tp->cong.ssthresh = max(tp->cong.ssthresh,
					tp->cong.cwnd / 2 + tp->cong.cwnd / 4);
}

/**
 * strata_tcp_cwv_sent() - something was sent, or the window let nothing out
 * @sk: locked
 * @full: the congestion window, and nothing else, held back what is to be sent
 *
 * Remembers for a window of data the strongest sign that the congestion window is used.
 *
 * Context: socket locked.
 */
void strata_tcp_cwv_sent(struct sock *sk, bool full)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_cwv *cwv = &tp->cwv;

	if (full || !seq_before(tp->snd_una, cwv->end_seq) ||
	    (!cwv->full && tp->packets_out > cwv->max_out)) {
		cwv->full = full;
		cwv->max_out = tp->packets_out;
		cwv->end_seq = tp->snd_nxt;
	}
}

/**
 * strata_tcp_cwv_idle() - after an idle time: before it is decided how much may go
 * @sk: locked; nothing has been on its way for longer than the timeout
 *
 * Halves the window for each timeout, down to the initial one.
 *
 * Context: socket locked.
 */
void strata_tcp_cwv_idle(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 idle = (u32)jiffies - tp->lsndtime;
	struct strata_cong *cong = &tp->cong;
	u32 cwnd = cong->cwnd;

	if (tcp_cong_owns_window(tp)) {
		cong->ops->restart(cong);
		return;
	}
	if (!READ_ONCE(strata_sock_net(sk)->tcp->slow_start_after_idle))
		return;
	keep_ssthresh(tp);
	for (; idle > tp->rto && cwnd > TCP_INIT_CWND; idle -= tp->rto)
		cwnd /= 2;
	cong->cwnd = min(cong->cwnd, max_t(u32, cwnd, TCP_INIT_CWND));
	cong->ops->restart(cong);
}
