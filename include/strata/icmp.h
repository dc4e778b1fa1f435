/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ICMP of both families shares: how often errors are sent, and a buffer
 * for a message.
 */
#ifndef _STRATA_ICMP_H
#define _STRATA_ICMP_H

#include <linux/in6.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>

struct strata_l4_error;
struct strata_net;
struct strata_path;

#define STRATA_ICMP_SLOTS	1024

/**
 * struct strata_bucket - a token bucket
 * @stamp_ms: when @credit_ms was right
 * @credit_ms: what is saved up
 */
struct strata_bucket {
	unsigned int stamp_ms;
	unsigned int credit_ms;
};

/**
 * struct strata_icmp_limit - how often a namespace sends errors of one family
 * @lock: of all the rest
 * @key: secret of the hash
 * @all: of all destinations together
 * @peer: of each destination, by keyed hash; destinations that share a slot
 *	share its allowance, so the table needs no eviction
 */
struct strata_icmp_limit {
	spinlock_t lock;	/* of the buckets */
	siphash_key_t key;
	struct strata_bucket all;
	struct strata_bucket peer[STRATA_ICMP_SLOTS];
};

/**
 * struct strata_icmp_meaning - an ICMP error as a program sees it
 * @err: positive errno; 0: the error means nothing
 * @hard: RFC 1122 4.2.3.9
 */
struct strata_icmp_meaning {
	int err;
	bool hard;
};

bool strata_bucket_take(struct strata_bucket *bucket, unsigned int now_ms,
			unsigned int cost_ms, unsigned int burst_ms);
void strata_icmp_limit_init(struct strata_icmp_limit *limit);
bool strata_icmp_limit_pass(struct strata_icmp_limit *limit,
			    const struct in6_addr *daddr);

/**
 * struct strata_echo_ops - who asks for echoes: ping sockets
 * @reply: an echo reply of either family: skb->data at its ICMP header, which is
 *	linear, the checksum verified, strata_cb() filled in. Owns @skb.
 *	Required. Runs in: softirq, RCU
 * @err: an ICMP error that quotes an ICMP message of ours; strata_l4_error.header is
 *	at it. Required. Runs in: softirq, RCU
 */
struct strata_echo_ops {
	void (*reply)(struct strata_net *sn, struct sk_buff *skb);
	void (*err)(struct strata_net *sn, const struct strata_l4_error *error);
};

int strata_echo_register(const struct strata_echo_ops *ops);
void strata_echo_unregister(const struct strata_echo_ops *ops);
/* One that drops if nobody asks. Context: RCU. */
const struct strata_echo_ops *strata_echo(void);

struct sk_buff *strata_icmp_alloc(const struct strata_path *path,
				  unsigned int len);

#endif /* _STRATA_ICMP_H */
