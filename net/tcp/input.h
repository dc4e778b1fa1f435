/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the steps of a segment's way in call each other.
 */
#ifndef _NET_TCP_INPUT_H
#define _NET_TCP_INPUT_H

#include "tcp.h"

/* ack.c */
bool strata_tcp_ack(struct sock *sk, const struct sk_buff *skb,
		    const struct strata_tcp_options *opts);

/* input.c */
void strata_tcp_challenge_ack(struct sock *sk);

/* rstguard.c */
bool strata_tcp_reset_doubtful(struct sock *sk, const struct sk_buff *skb,
			       const struct strata_tcp_options *opts);

/* data.c: what became of a segment's text and FIN */
void strata_tcp_data(struct sock *sk, struct sk_buff *skb,
		     const struct strata_tcp_options *opts);
void strata_tcp_queue_data(struct sock *sk, struct sk_buff *skb,
			   const struct strata_tcp_options *opts);

/* delack.c */
void strata_tcp_ack_owe(struct sock *sk, const struct sk_buff *skb);
void strata_tcp_ack_decide(struct sock *sk);

#endif /* _NET_TCP_INPUT_H */
