/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a program sees of its connection.
 */
#ifndef _NET_TCP_INFO_H
#define _NET_TCP_INFO_H

#include "tcp.h"

void strata_tcp_info(struct sock *sk, struct tcp_info *info);

#endif /* _NET_TCP_INFO_H */
