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

struct sk_buff *strata_icmp_alloc(const struct strata_path *path,
				  unsigned int len);

#endif /* _STRATA_ICMP_H */
