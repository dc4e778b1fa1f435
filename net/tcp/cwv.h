/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Congestion window validation (RFC 7661).
 */
#ifndef _NET_TCP_CWV_H
#define _NET_TCP_CWV_H

#include <linux/types.h>

/**
 * struct strata_tcp_cwv - how much of the congestion window is used
 * @max_out: segments, the most that were on their way in this window of data
 * @end_seq: where that window ends
 * @full: in this window of data it was the congestion window that limited
 *
 * Protected by the socket lock.
 */
struct strata_tcp_cwv {
	u32 max_out;
	u32 end_seq;
	bool full;
};

struct sock;

void strata_tcp_cwv_sent(struct sock *sk, bool full);
void strata_tcp_cwv_idle(struct sock *sk);

#endif /* _NET_TCP_CWV_H */
