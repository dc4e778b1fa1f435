/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STRATA_NIC_RSS_H
#define _STRATA_NIC_RSS_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "toeplitz.h"

#define STRATA_NIC_RSS_ENTRIES	128

/* Kinds of flows whose ports may be part of the hash: TCP, UDP and SCTP over
 * IPv4, then the same over IPv6.
 */
enum strata_nic_flow {
	STRATA_NIC_FLOW_TCP,
	STRATA_NIC_FLOW_UDP,
	STRATA_NIC_FLOW_SCTP,
	STRATA_NIC_FLOW_V6,
	STRATA_NIC_FLOW_KINDS = 2 * STRATA_NIC_FLOW_V6,
};

/**
 * struct strata_nic_hash_input - what of a frame is hashed
 * @bytes: addresses, and ports if they are part of it, in the order of the wire
 * @len: number of bytes; 0 if the frame is no IP datagram
 * @ports: they are part of it
 */
struct strata_nic_hash_input {
	u8 bytes[STRATA_NIC_HASH_INPUT];
	u8 len;
	bool ports;
};

/**
 * struct strata_nic_rss - how an end spreads frames over its receive queues
 * @rcu: frees it when no sender reads it any more
 * @toeplitz: the hash function with @key
 * @key: as the administrator gave it, or random
 * @queue: receive queue for each value of the hash's low bits
 * @ports: a bit for each enum strata_nic_flow: whether its ports are hashed
 *
 * Never changes while anybody sends: a change replaces it, under RTNL.
 */
struct strata_nic_rss {
	struct rcu_head rcu;
	struct strata_nic_toeplitz toeplitz;
	u8 key[STRATA_NIC_HASH_KEY];
	u8 queue[STRATA_NIC_RSS_ENTRIES];
	u8 ports;
};

void strata_nic_hash_parse(struct strata_nic_hash_input *input,
			   const u8 *frame, unsigned int len, u8 ports);

#endif /* _STRATA_NIC_RSS_H */
