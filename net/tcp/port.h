/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has claimed which local port.
 */
#ifndef _NET_TCP_PORT_H
#define _NET_TCP_PORT_H

#include "tcp.h"

int strata_tcp_port_inherit(struct sock *child, const struct sock *listener);
void strata_tcp_port_handover(struct sock *sk, struct strata_tcp_timewait *tw);
void strata_tcp_port_leave(struct strata_tcp_timewait *tw);
int strata_tcp_port_init(void);
void strata_tcp_port_exit(void);

#endif /* _NET_TCP_PORT_H */
