/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of connections, and what begins a new one on the same socket.
 */
#ifndef _NET_TCP_CLOSE_H
#define _NET_TCP_CLOSE_H

#include "tcp.h"

void strata_tcp_forget(struct sock *sk);
void strata_tcp_orphan_count(struct sock *sk);
void strata_tcp_destroy(struct sock *sk);
void strata_tcp_listener_init(struct strata_tcp_listener *listener);
void strata_tcp_listen_stop(struct sock *sk);
void strata_tcp_unset_addresses(struct sock *sk);

#endif /* _NET_TCP_CLOSE_H */
