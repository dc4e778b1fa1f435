/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of connections and the table of listeners.
 */
#ifndef _NET_TCP_TABLE_H
#define _NET_TCP_TABLE_H

#include "tcp.h"

struct strata_tcp_bucket *strata_tcp_bucket(const struct strata_tcp_net *tn,
					    u32 hash);
u32 strata_tcp_hash_of(const struct in6_addr *laddr, __be16 lport,
		       const struct in6_addr *faddr, __be16 fport);
struct sock *strata_tcp_next(const struct strata_tcp_net *tn,
			     struct strata_sock_at *at);
bool strata_tcp_take(const struct strata_tcp_net *tn, struct sock *sk);
bool strata_tcp_replace(const struct strata_tcp_net *tn, struct sock *old,
			struct sock *new);
bool strata_tcp_insert_request(const struct strata_tcp_net *tn,
			       struct strata_tcp_request *req,
			       unsigned long expires);
int strata_tcp_insert_unique(const struct strata_tcp_net *tn, struct sock *sk,
			     struct strata_tcp_timewait **tw, bool picked);

#endif /* _NET_TCP_TABLE_H */
