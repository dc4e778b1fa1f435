/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Received data: the receive queue (data.c), what came too early (ofo.c), and how
 * both are made smaller (collapse.c).
 */
#ifndef _NET_TCP_QUEUE_H
#define _NET_TCP_QUEUE_H

#include "tcp.h"

/* data.c */
bool strata_tcp_memory_allows(struct sock *sk, struct sk_buff *skb, int limit);
bool strata_tcp_coalesce(struct sock *sk, struct sk_buff *tail,
			 struct sk_buff *skb);
void strata_tcp_append(struct sock *sk, struct sk_buff *skb, bool owned);
bool strata_tcp_strip_fin(struct sk_buff *skb);
void strata_tcp_wake_reader(struct sock *sk);
/* ofo.c */
void strata_tcp_ofo_queue(struct sock *sk, struct sk_buff *skb);
bool strata_tcp_ofo_drain(struct sock *sk);
bool strata_tcp_ofo_prune(struct sock *sk);
void strata_tcp_ofo_purge(struct sock *sk, enum strata_drop_reason reason);
void strata_tcp_ofo_replace(struct strata_tcp *tp, struct sk_buff *skb,
			    struct sk_buff *copy);
/* collapse.c */
void strata_tcp_collapse(struct sock *sk);

#endif /* _NET_TCP_QUEUE_H */
