/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the UDP suites share: sockets of the initial namespace, and datagrams as
 * the network layer hands them up.
 */
#ifndef _KUNIT_UDP_BENCH_H
#define _KUNIT_UDP_BENCH_H

#include <kunit/test.h>
#include "../../net/udp/udp.h"

#define BENCH_LOCAL	0x7f000001
#define BENCH_OTHER	0x7f000002
#define BENCH_PEER	0x7f000063

struct socket *strata_bench_socket(struct kunit *test);
int strata_bench_bind(struct socket *sock, u32 addr, u16 port);
int strata_bench_connect(struct socket *sock, u32 addr, u16 port);
struct sk_buff *strata_bench_datagram(struct kunit *test, u16 sport, u16 dport,
				      const void *payload, unsigned int len);
void strata_bench_rcv(struct sk_buff *skb);
int strata_bench_recv(struct socket *sock, void *buf, int len, int flags);
u64 strata_bench_dropped(enum strata_drop_reason reason);

#endif /* _KUNIT_UDP_BENCH_H */
