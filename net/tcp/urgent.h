/* SPDX-License-Identifier: GPL-2.0 */
/* Urgent data, both ways. */
#ifndef _NET_TCP_URGENT_H
#define _NET_TCP_URGENT_H

#include "tcp.h"

/* What is known of urgent data that comes. */
enum strata_tcp_urgent {
	TCP_URGENT_NONE,
	TCP_URGENT_AWAITED,	/* announced */
	TCP_URGENT_HERE,
	TCP_URGENT_READ,	/* by MSG_OOB; it is still to be passed over */
};

void strata_tcp_urgent_step(struct sock *sk, const struct sk_buff *skb);
int strata_tcp_urgent_recv(struct sock *sk, struct msghdr *msg, size_t len,
			   int flags);
bool strata_tcp_at_mark(const struct sock *sk);
u32 strata_tcp_before_mark(const struct sock *sk);
void strata_tcp_urgent_passed(struct strata_tcp *tp);
u16 strata_tcp_urgent_pointer(const struct strata_tcp *tp, u32 seq);

#endif /* _NET_TCP_URGENT_H */
