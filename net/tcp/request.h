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

/* Segments out of window are answered no more often (RFC 5961 7). */
#define STRATA_TCP_REQUEST_ACK_INTERVAL	(HZ / 2)

static inline struct strata_net *
strata_tcp_request_net(const struct strata_tcp_request *req)
{
	return strata_sock_net(req->listener);
}

void strata_tcp_request_fill(struct strata_tcp_request *req,
			     struct sock *listener, const struct sk_buff *skb,
			     const struct strata_tcp_options *opts);
struct strata_tcp_request *
strata_tcp_request_create(struct sock *listener, const struct sk_buff *skb,
			  const struct strata_tcp_options *opts);
bool strata_tcp_request_complete(struct strata_tcp_request *req,
				 struct sk_buff *skb);
void strata_tcp_request_drop(struct strata_tcp_request *req);
void strata_tcp_request_free(struct strata_tcp_request *req);
void strata_tcp_request_purge(struct sock *listener);
struct sock *strata_tcp_child_create(struct strata_tcp_request *req,
				     const struct sk_buff *skb);
bool strata_tcp_accept_add(struct sock *listener, struct sock *child);
int strata_tcp_request_init(void);
void strata_tcp_request_exit(void);

#endif /* _NET_TCP_REQUEST_H */
