/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP-Lite (RFC 3828): UDP whose checksum covers as much as the sender likes. All
 * else is UDP's, see ../udp.h.
 *
 *	udplite.c	registration, options, the sockets of a namespace
 *	coverage.c	the checksum
 */
#ifndef _NET_UDP_LITE_UDPLITE_H
#define _NET_UDP_LITE_UDPLITE_H

#include "../udp.h"

/* RFC 3828 3.1: the header is always covered. */
#define UDPLITE_COVERAGE_MIN	((int)sizeof(struct udphdr))
#define UDPLITE_COVERAGE_UNSET	(-1)

/**
 * struct udplite_sock - a UDP-Lite socket
 * @us: the part that UDP sockets have
 * @send_coverage: bytes that the checksum covers of what is sent, 0: all of it;
 *	unset: all of it, and the header says how much that is
 * @recv_coverage: bytes that it has to cover of what is received, 0: all of it;
 *	unset: any number will do
 *
 * Written and read without a lock.
 */
struct udplite_sock {
	struct strata_udp_sock us;
	int send_coverage;
	int recv_coverage;
};

static inline struct udplite_sock *udplite_sock(const struct sock *sk)
{
	return (struct udplite_sock *)sk;
}

/* udplite.c */
extern const struct udp_kind strata_udplite_kind;

/* coverage.c */
void strata_udplite_rcv(struct strata_net *sn, struct sk_buff *skb);
void strata_udplite_deliver(struct strata_net *sn, struct sock *sk,
			    struct sk_buff *skb);
void strata_udplite_seal(struct sock *sk, struct sk_buff *skb,
			 const struct strata_flow *flow);

#endif /* _NET_UDP_LITE_UDPLITE_H */
