// SPDX-License-Identifier: GPL-2.0
/*
 * What ICMP of both families shares.
 *
 * Who asks for echoes: a pointer to the ping sockets' functions.
 *
 * How often errors are sent (RFC 1812 4.3.2.8, RFC 4443 2.4 (f)): token buckets,
 * one for each destination and one for all of them together.
 *
 * Credit is counted in milliseconds: it grows with time, and a message costs
 * the time between two of them at the permitted rate.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <strata/icmp.h>
#include <strata/l3.h>
#include <strata/link.h>
#include <strata/visibility.h>

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
	get_random_bytes(&limit->key, sizeof(limit->key));
	limit->all.credit_ms = ALL_BURST_ms;
	for (slot = 0; slot < STRATA_ICMP_SLOTS; slot++)
		limit->peer[slot].credit_ms = PEER_BURST_ms;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_icmp_limit_init);

static struct strata_bucket *limit_peer(struct strata_icmp_limit *limit,
					const struct in6_addr *daddr)
{
	u64 hash = siphash_2u64((u64)(__force u32)daddr->s6_addr32[0] << 32 |
				(__force u32)daddr->s6_addr32[1],
				(u64)(__force u32)daddr->s6_addr32[2] << 32 |
				(__force u32)daddr->s6_addr32[3], &limit->key);

	return &limit->peer[hash % STRATA_ICMP_SLOTS];
}

/**
 * strata_icmp_limit_pass() - may one more error be sent?
 * @limit: the namespace's, of the family
 * @daddr: to whom, 128-bit form
 *
 * A destination over its limit takes nothing from the common allowance. What a
 * message takes from that varies at random, so that nobody can measure who
 * else gets errors (and with them guess which ports are in use).
 *
 * Context: softirq or process.
 */
bool strata_icmp_limit_pass(struct strata_icmp_limit *limit,
			    const struct in6_addr *daddr)
{
	struct strata_bucket *peer = limit_peer(limit, daddr);
	unsigned int now_ms = jiffies_to_msecs(jiffies);
	bool pass;

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

/**
 * strata_icmp_alloc() - a buffer for a message
 * @path: where it goes
 * @len: bytes of the message, ICMP header and all
 *
 * Context: any. Return: the caller's, with room in front for what comes before
 * ICMP, @len bytes not yet written; NULL: no memory.
 */
struct sk_buff *strata_icmp_alloc(const struct strata_path *path,
				  unsigned int len)
{
	const struct net_device *dev = path->link->dev;
	unsigned int headroom = LL_RESERVED_SPACE(dev) + path->af->header_len;
	struct sk_buff *skb;

	skb = alloc_skb(headroom + len + dev->needed_tailroom,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put(skb, len);
	skb_reset_transport_header(skb);
	return skb;
}

static void echo_none_reply(struct strata_net *sn, struct sk_buff *skb)
{
	strata_drop(sn, skb, STRATA_DROP_ICMP_IGNORED);
}

static void echo_none_err(struct strata_net *sn,
			  const struct strata_l4_error *error)
{
}

static const struct strata_echo_ops echo_none = {
	.reply = echo_none_reply,
	.err = echo_none_err,
};

static DEFINE_MUTEX(echo_lock);	/* writers of the pointer */
static const struct strata_echo_ops __rcu *echo_ops = (void __rcu *)&echo_none;

/**
 * strata_echo() - who asks for echoes
 *
 * Context: RCU read side. Return: never NULL.
 */
const struct strata_echo_ops *strata_echo(void)
{
	return rcu_dereference(echo_ops);
}

/**
 * strata_echo_register() - receive echo replies
 * @ops: complete; lives until unregistered
 *
 * Context: process. Return: 0, -EINVAL (a gap in @ops), -EEXIST.
 */
int strata_echo_register(const struct strata_echo_ops *ops)
{
	int err = 0;

	if (!ops->reply || !ops->err)
		return -EINVAL;
	mutex_lock(&echo_lock);
	if (rcu_access_pointer(echo_ops) != &echo_none)
		err = -EEXIST;
	else
		rcu_assign_pointer(echo_ops, ops);
	mutex_unlock(&echo_lock);
	return err;
}

/**
 * strata_echo_unregister() - stop receiving them
 * @ops: registered; any other table is left alone
 *
 * When it returns nobody is inside @ops' functions.
 *
 * Context: process, sleeps.
 */
void strata_echo_unregister(const struct strata_echo_ops *ops)
{
	mutex_lock(&echo_lock);
	if (rcu_access_pointer(echo_ops) == ops)
		rcu_assign_pointer(echo_ops, &echo_none);
	mutex_unlock(&echo_lock);
	synchronize_net();
}
