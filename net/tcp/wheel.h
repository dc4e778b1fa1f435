/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wheel of timewaits, by deadline.
 */
#ifndef _NET_TCP_WHEEL_H
#define _NET_TCP_WHEEL_H

#include "tcp.h"

int strata_tcp_wheel_create(struct strata_net *sn);
void strata_tcp_wheel_destroy(struct strata_net *sn);
void strata_tcp_wheel_add(struct strata_tcp_timewait *tw);
void strata_tcp_wheel_remove(struct strata_tcp_timewait *tw);

#endif /* _NET_TCP_WHEEL_H */
