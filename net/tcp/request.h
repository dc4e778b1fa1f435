/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections in SYN-RECEIVED, as small objects, and their children.
 */
#ifndef _NET_TCP_REQUEST_H
#define _NET_TCP_REQUEST_H

#include "tcp.h"

static inline struct strata_tcp_request *
strata_tcp_request(const struct sock *sk)
{
	return (struct strata_tcp_request *)sk;
}

void strata_tcp_request_drop(struct strata_tcp_request *req);
void strata_tcp_request_free(struct strata_tcp_request *req);
void strata_tcp_request_purge(struct sock *listener);
struct sock *strata_tcp_child_create(struct strata_tcp_request *req,
				     const struct sk_buff *skb);
bool strata_tcp_accept_add(struct sock *listener, struct sock *child);
int strata_tcp_request_init(void);
void strata_tcp_request_exit(void);

#endif /* _NET_TCP_REQUEST_H */
