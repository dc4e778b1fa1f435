/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SYN cookies.
 */
#ifndef _NET_TCP_COOKIE_H
#define _NET_TCP_COOKIE_H

#include "tcp.h"

void strata_tcp_cookie_send(struct sock *listener, const struct sk_buff *skb,
			    struct strata_tcp_options *opts);
bool strata_tcp_cookie_input(struct sock *listener, struct sk_buff *skb);
void strata_tcp_cookie_init(void);

#endif /* _NET_TCP_COOKIE_H */
