/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SYN cookies.
 */
#ifndef _NET_TCP_COOKIE_H
#define _NET_TCP_COOKIE_H

#include "tcp.h"

/* net.strata.tcp_syncookies, as net.ipv4.tcp_syncookies. */
enum strata_tcp_syncookies {
	TCP_SYNCOOKIES_NEVER,
	TCP_SYNCOOKIES_FLOOD,	/* when a listener's SYN queue is full */
	TCP_SYNCOOKIES_ALWAYS,
};

void strata_tcp_cookie_send(struct sock *listener, const struct sk_buff *skb,
			    struct strata_tcp_options *opts);
bool strata_tcp_cookie_input(struct sock *listener, struct sk_buff *skb);
void strata_tcp_cookie_init(void);

#endif /* _NET_TCP_COOKIE_H */
