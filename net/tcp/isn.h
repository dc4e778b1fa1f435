/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers that must not be guessed.
 */
#ifndef _NET_TCP_ISN_H
#define _NET_TCP_ISN_H

#include "tcp.h"

void strata_tcp_isn_init(void);

#endif /* _NET_TCP_ISN_H */
