/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packetization layer path MTU discovery (RFC 4821, RFC 8899): how large a segment may
 * be is found by sending larger ones.
 */
#ifndef _NET_TCP_MTU_PROBE_H
#define _NET_TCP_MTU_PROBE_H

#include <linux/types.h>

/* net.strata.tcp_mtu_probing, as net.ipv4.tcp_mtu_probing. */
enum strata_tcp_mtu_probing {
	TCP_MTU_PROBING_OFF,
	TCP_MTU_PROBING_BLACK_HOLE,	/* where large segments have vanished */
	TCP_MTU_PROBING_ALWAYS,
};

/* The kernel's defaults. */
#define TCP_BASE_MSS		1024	/* RFC 4821 7.2, eff_pmtu to begin with */
#define TCP_PROBE_THRESHOLD	8	/* octets: no search in a narrower range */
#define TCP_PROBE_INTERVAL	600	/* seconds, RFC 8899 5.1.1 PMTU_RAISE_TIMER */

/**
 * struct strata_tcp_mtu_search - the search for the largest datagram the path takes
 * @low: bytes of L3 that it takes
 * @high: bytes that it may take at most
 * @probe: bytes of the one that is on its way to find out, 0: none
 * @seq: its first octet
 * @end_seq: after it
 * @since: jiffies32 when the search began
 * @on: segments are no larger than @low
 *
 * Protected by the socket lock.
 */
struct strata_tcp_mtu_search {
	u32 low;
	u32 high;
	u32 probe;
	u32 seq;
	u32 end_seq;
	u32 since;
	bool on;
};

struct sock;

/* What strata_tcp_mtu_probe() did. */
enum strata_tcp_probed {
	TCP_PROBED_NOT,
	TCP_PROBED_SENT,
	TCP_PROBED_WAIT,	/* nothing is to be sent until there is room for one */
};

/* mtu_probe.c */
void strata_tcp_mtu_search_begin(struct sock *sk);
enum strata_tcp_probed strata_tcp_mtu_probe(struct sock *sk);
void strata_tcp_mtu_probe_arrived(struct sock *sk);
bool strata_tcp_mtu_probe_lost(struct sock *sk);
u32 strata_tcp_mtu_of_mss(const struct sock *sk, u32 mss);
/* blackhole.c */
void strata_tcp_black_hole(struct sock *sk);

#endif /* _NET_TCP_MTU_PROBE_H */
