/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a segment may have come (RFC 5082).
 */
#ifndef _STRATA_NET_TCP_FAR_H
#define _STRATA_NET_TCP_FAR_H

#include <strata/packet.h>
#include <strata/sock.h>

void strata_tcp_drop_far(struct sock *sk, struct sk_buff *skb);

/*
 * IP_MINTTL and IPV6_MINHOPCOUNT: has a segment come too far for its owner? As in
 * the kernel, requests and timewaits are not asked. Context: softirq, RCU.
 */
static inline bool tcp_too_far(const struct sock *sk, const struct sk_buff *skb)
{
	const struct strata_cb *cb = strata_cb(skb);

	return strata_sock_too_far(sk, cb->family == AF_INET, cb->ttl);
}

#endif /* _STRATA_NET_TCP_FAR_H */
