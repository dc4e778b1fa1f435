// SPDX-License-Identifier: GPL-2.0
/*
 * How often ICMP errors are sent (RFC 1812 4.3.2.8): token buckets, one for
 * each destination and one for all of them together.
 *
 * Credit is counted in milliseconds: it grows with time, and a message costs
 * the time between two of them at the permitted rate.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/random.h>
#include <strata/visibility.h>
#include "ipv4.h"

#define PEER_COST_ms	1000	/* one a second */
#define PEER_BURST_ms	6000	/* six at once */
#define ALL_BURST_ms	50	/* a thousand a second, fifty at once */
#define ALL_COST_RANGE	3	/* 0, 1 or 2 ms: one on average */

static unsigned int bucket_credit(const struct strata_bucket *bucket,
				  unsigned int now_ms, unsigned int burst_ms)
{
	unsigned int elapsed_ms = now_ms - READ_ONCE(bucket->stamp_ms);

	return min(READ_ONCE(bucket->credit_ms) + min(elapsed_ms, burst_ms),
		   burst_ms);
}

/**
 * strata_bucket_take() - pay for one message
 * @bucket: from what; the caller has its lock
 * @now_ms: the time
 * @cost_ms: of the message
 * @burst_ms: the most credit that can be saved up
 *
 * Context: any. Return: whether there was enough credit.
 */
bool strata_bucket_take(struct strata_bucket *bucket, unsigned int now_ms,
			unsigned int cost_ms, unsigned int burst_ms)
{
	unsigned int credit_ms = bucket_credit(bucket, now_ms, burst_ms);
	bool enough = credit_ms && credit_ms >= cost_ms;

	WRITE_ONCE(bucket->credit_ms, enough ? credit_ms - cost_ms : credit_ms);
	WRITE_ONCE(bucket->stamp_ms, now_ms);
	return enough;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bucket_take);

/**
 * strata_icmp_limit_init() - all buckets full
 * @limit: zeroed
 *
 * Context: process.
 */
void strata_icmp_limit_init(struct strata_icmp_limit *limit)
{
	unsigned int slot;

	spin_lock_init(&limit->lock);
	limit->all.credit_ms = ALL_BURST_ms;
	for (slot = 0; slot < STRATA_ICMP_SLOTS; slot++)
		limit->peer[slot].credit_ms = PEER_BURST_ms;
}

/**
 * strata_icmp_limit_pass() - may one more error be sent?
 * @net4: the namespace's part
 * @daddr: to whom
 *
 * A destination over its limit takes nothing from the common allowance. What a
 * message takes from that varies at random, so that nobody can measure who
 * else gets errors (and with them guess which ports are in use).
 *
 * Context: softirq or process.
 */
bool strata_icmp_limit_pass(struct strata_ipv4_net *net4, __be32 daddr)
{
	struct strata_icmp_limit *limit = &net4->limit;
	unsigned int now_ms = jiffies_to_msecs(jiffies);
	struct strata_bucket *peer;
	bool pass;

	peer = &limit->peer[siphash_1u32((__force u32)daddr, &net4->key) %
			    STRATA_ICMP_SLOTS];
	/* A flood from one destination does not even take the lock. */
	if (bucket_credit(peer, now_ms, PEER_BURST_ms) < PEER_COST_ms)
		return false;
	spin_lock_bh(&limit->lock);
	pass = strata_bucket_take(peer, now_ms, PEER_COST_ms, PEER_BURST_ms) &&
	       strata_bucket_take(&limit->all, now_ms,
				  get_random_u32() % ALL_COST_RANGE,
				  ALL_BURST_ms);
	spin_unlock_bh(&limit->lock);
	return pass;
}
