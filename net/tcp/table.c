// SPDX-License-Identifier: GPL-2.0
/*
 * The table of connections and the table of listeners.
 *
 * The receive path reads both under RCU and takes no reference: sockets are
 * SOCK_RCU_FREE, requests and timewaits are freed by RCU. A node may move to
 * another chain at any time (disconnect() and connect() again, listen() after a
 * connection), hence the nulls markers: a reader that ends on a foreign one
 * starts again.
 *
 * What is found may have been closed meanwhile. A full socket says so by
 * TCP_CLOSE once its lock is held; requests and timewaits by no longer being
 * hashed once their bucket is locked.
 */
#include <linux/mm.h>
#include "table.h"
#include "timewait.h"

/* Nulls markers of the listeners' chains; those of connections are smaller. */
#define LHASH_NULLS	BIT(24)

/* What a reader looks for. */
struct connection_key {
	const struct in6_addr *laddr;
	const struct in6_addr *faddr;
	u32 hash;
	u16 lport;
	__be16 fport;
	int iif;
};

/**
 * strata_tcp_hash_of() - hash of a four-tuple
 * @laddr: local address
 * @lport: local port
 * @faddr: peer's address
 * @fport: peer's port
 *
 * Context: any. Return: what goes into sk_hash.
 */
u32 strata_tcp_hash_of(const struct in6_addr *laddr, __be16 lport,
		       const struct in6_addr *faddr, __be16 fport)
{
	return strata_hash_flow(laddr, faddr,
				(__force u32)lport << 16 | (__force u32)fport);
}

/**
 * strata_tcp_bucket() - the chain of a hash
 * @tn: the namespace's tables
 * @hash: of strata_tcp_hash_of()
 *
 * Context: any. Return: never NULL.
 */
struct strata_tcp_bucket *strata_tcp_bucket(const struct strata_tcp_net *tn,
					    u32 hash)
{
	return &tn->ehash[hash & (TCP_EHASH_SLOTS - 1)];
}

static bool matches(const struct sock *sk, const struct connection_key *key)
{
	return sk->sk_hash == key->hash && sk->sk_num == key->lport &&
	       sk->sk_dport == key->fport &&
	       ipv6_addr_equal(&sk->sk_v6_daddr, key->faddr) &&
	       ipv6_addr_equal(&sk->sk_v6_rcv_saddr, key->laddr) &&
	       (!sk->sk_bound_dev_if || sk->sk_bound_dev_if == key->iif);
}

static struct sock *find_connection(const struct strata_tcp_net *tn,
				    const struct connection_key *key)
{
	u32 slot = key->hash & (TCP_EHASH_SLOTS - 1);
	const struct hlist_nulls_node *node;
	struct sock *sk;

	do {
		sk_nulls_for_each_rcu(sk, node, &tn->ehash[slot].chain)
			if (matches(sk, key))
				return sk;
	} while (get_nulls_value(node) != slot);
	return NULL;
}

/**
 * strata_tcp_lookup() - who owns a segment
 * @sn: the namespace's stack
 * @laddr: its destination
 * @lport: its destination port
 * @faddr: its source
 * @fport: its source port
 * @iif: device it came in on
 *
 * Context: RCU read side. Return: an established socket, a request, a timewait
 * (tell by sk_state) or else a listener; NULL if none. Borrowed.
 */
struct sock *strata_tcp_lookup(struct strata_net *sn,
			       const struct in6_addr *laddr, __be16 lport,
			       const struct in6_addr *faddr, __be16 fport,
			       int iif)
{
	const struct connection_key key = {
		.laddr = laddr,
		.faddr = faddr,
		.hash = strata_tcp_hash_of(laddr, lport, faddr, fport),
		.lport = ntohs(lport),
		.fport = fport,
		.iif = iif,
	};
	struct sock *sk = find_connection(sn->tcp, &key);

	if (likely(sk))
		return sk;
	return strata_tcp_lookup_listener(sn, laddr, lport, faddr, fport, iif);
}

/*
 * How well a listener fits: 0 not at all; a bound address counts more than a
 * device, a device more than the exact family (as the kernel's lookup).
 */
static int listener_score(const struct sock *sk, const struct in6_addr *laddr,
			  u16 lport, int iif)
{
	const struct strata_sock *ss = strata_sock(sk);
	int score = 1;

	if (sk->sk_num != lport || READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return 0;
	if (strata_addr_is4(laddr)) {
		if (ss->family == AF_INET)
			score += 1;
		else if (READ_ONCE(ss->flags) & STRATA_SOCK_V6ONLY)
			return 0;
	} else if (ss->family == AF_INET) {
		return 0;
	}
	if (sk->sk_bound_dev_if) {
		if (sk->sk_bound_dev_if != iif)
			return 0;
		score += 2;
	}
	if (!strata_addr_any(&sk->sk_v6_rcv_saddr)) {
		if (!ipv6_addr_equal(&sk->sk_v6_rcv_saddr, laddr))
			return 0;
		score += 4;
	}
	return score;
}

/* SO_REUSEPORT: connections spread over equal listeners by their hash. */
static bool take_turn(const struct sock *sk, u32 *seed, u32 equals)
{
	if (!(READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_REUSEPORT))
		return false;
	*seed = *seed * 1664525 + 1013904223;
	return !reciprocal_scale(*seed, equals);
}

/**
 * strata_tcp_lookup_listener() - who listens
 * @sn: the namespace's stack
 * @laddr: destination of a segment
 * @lport: its destination port
 * @faddr: its source; only chooses among SO_REUSEPORT listeners
 * @fport: its source port; likewise
 * @iif: device it came in on
 *
 * Context: RCU read side. Return: NULL if nobody. Borrowed.
 */
struct sock *strata_tcp_lookup_listener(struct strata_net *sn,
					const struct in6_addr *laddr,
					__be16 lport,
					const struct in6_addr *faddr,
					__be16 fport, int iif)
{
	u16 port = ntohs(lport);
	u32 slot = port & (TCP_LHASH_SLOTS - 1);
	const struct hlist_nulls_node *node;
	struct sock *sk, *best;
	int score, best_score;
	u32 equals, seed = 0;

	do {
		best = NULL;
		best_score = 0;
		equals = 1;
		sk_nulls_for_each_rcu(sk, node, &sn->tcp->lhash[slot]) {
			score = listener_score(sk, laddr, port, iif);
			if (score > best_score) {
				best = sk;
				best_score = score;
				equals = 1;
			} else if (score && score == best_score) {
				if (!seed)
					seed = strata_tcp_hash_of(laddr, lport,
								  faddr, fport);
				if (take_turn(sk, &seed, ++equals))
					best = sk;
			}
		}
	} while (get_nulls_value(node) != LHASH_NULLS + slot);
	return best;
}

static void hash_listener(struct strata_tcp_net *tn, struct sock *sk)
{
	spin_lock_bh(&tn->lhash_lock);
	__sk_nulls_add_node_rcu(sk, &tn->lhash[sk->sk_num &
					       (TCP_LHASH_SLOTS - 1)]);
	spin_unlock_bh(&tn->lhash_lock);
}

/**
 * strata_tcp_hash() - proto.hash: become visible to the receive path
 * @sk: in TCP_LISTEN, or with both addresses and ports set
 *
 * Context: process or softirq, socket locked. Return: 0.
 */
int strata_tcp_hash(struct sock *sk)
{
	struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;
	struct strata_tcp_bucket *bucket;

	if (sk->sk_state == TCP_LISTEN) {
		hash_listener(tn, sk);
	} else if (sk->sk_state != TCP_CLOSE) {
		sk->sk_hash = strata_tcp_hash_of(&sk->sk_v6_rcv_saddr,
						 htons(sk->sk_num),
						 &sk->sk_v6_daddr,
						 sk->sk_dport);
		bucket = strata_tcp_bucket(tn, sk->sk_hash);
		spin_lock_bh(&bucket->lock);
		__sk_nulls_add_node_rcu(sk, &bucket->chain);
		spin_unlock_bh(&bucket->lock);
	}
	return 0;
}

/**
 * strata_tcp_unhash() - proto.unhash: disappear from the receive path
 * @sk: hashed or not, its state still the one in which it was hashed
 *
 * Context: process or softirq, socket locked.
 */
void strata_tcp_unhash(struct sock *sk)
{
	struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;

	if (sk_unhashed(sk))
		return;
	if (sk->sk_state != TCP_LISTEN) {
		strata_tcp_take(tn, sk);
		return;
	}
	spin_lock_bh(&tn->lhash_lock);
	__sk_nulls_del_node_init_rcu(sk);
	spin_unlock_bh(&tn->lhash_lock);
}

/**
 * strata_tcp_take() - take an object out of the table of connections
 * @tn: the namespace's tables
 * @sk: a socket, request or timewait
 *
 * Context: any. Return: true for the one caller who did it.
 */
bool strata_tcp_take(const struct strata_tcp_net *tn, struct sock *sk)
{
	struct strata_tcp_bucket *bucket = strata_tcp_bucket(tn, sk->sk_hash);
	bool taken;

	spin_lock_bh(&bucket->lock);
	taken = __sk_nulls_del_node_init_rcu(sk);
	spin_unlock_bh(&bucket->lock);
	return taken;
}

/* The chain of a walk's slot: those of the listeners come first. */
static const struct hlist_nulls_head *
walk_chain(const struct strata_tcp_net *tn, unsigned int slot, u32 *nulls)
{
	if (slot < TCP_LHASH_SLOTS) {
		*nulls = LHASH_NULLS + slot;
		return &tn->lhash[slot];
	}
	*nulls = slot - TCP_LHASH_SLOTS;
	return &tn->ehash[*nulls].chain;
}

/*
 * By hash first: what keeps a connection changes, from request to socket to
 * timewait, but never its hash.
 */
static struct strata_sock_at walk_place(const struct sock *sk,
					unsigned int slot)
{
	return (struct strata_sock_at) {
		.slot = slot,
		.hash = slot < TCP_LHASH_SLOTS ? 0 : READ_ONCE(sk->sk_hash),
		.sk = (unsigned long)sk,
	};
}

static bool walk_before(const struct strata_sock_at *a,
			const struct strata_sock_at *b)
{
	return a->hash != b->hash ? a->hash < b->hash : a->sk < b->sk;
}

/* The next after @last in its chain, which holds few; @next is its place. */
static struct sock *walk_slot(const struct strata_tcp_net *tn,
			      const struct strata_sock_at *last,
			      struct strata_sock_at *next)
{
	const struct hlist_nulls_head *chain;
	const struct hlist_nulls_node *node;
	struct strata_sock_at place;
	struct sock *sk, *found;
	u32 nulls;

	chain = walk_chain(tn, last->slot, &nulls);
	do {
		found = NULL;
		sk_nulls_for_each_rcu(sk, node, chain) {
			place = walk_place(sk, last->slot);
			if (!walk_before(last, &place) ||
			    (found && walk_before(next, &place)))
				continue;
			found = sk;
			*next = place;
		}
	} while (get_nulls_value(node) != nulls);
	return found;
}

/**
 * strata_tcp_next() - the next of all listeners, then of all connections
 * @tn: the namespace's tables
 * @at: the last one, all 0 at first; moves to what is returned
 *
 * Context: RCU read side. Return: a socket, a request, a timewait (tell by
 * sk_state); NULL: no more. Borrowed.
 */
struct sock *strata_tcp_next(const struct strata_tcp_net *tn,
			     struct strata_sock_at *at)
{
	struct strata_sock_at last = *at;
	struct sock *sk;

	while (last.slot < TCP_LHASH_SLOTS + TCP_EHASH_SLOTS) {
		sk = walk_slot(tn, &last, at);
		if (sk)
			return sk;
		last = (struct strata_sock_at) { .slot = last.slot + 1 };
	}
	return NULL;
}

/**
 * strata_tcp_replace() - put a child in its request's place
 * @tn: the namespace's tables
 * @old: the request
 * @new: the child, with the same addresses and ports
 *
 * Readers find either at any moment.
 *
 * Context: softirq. Return: false if @old is gone already; @new stays out then.
 */
bool strata_tcp_replace(const struct strata_tcp_net *tn, struct sock *old,
			struct sock *new)
{
	struct strata_tcp_bucket *bucket = strata_tcp_bucket(tn, old->sk_hash);
	bool hashed;

	new->sk_hash = old->sk_hash;
	spin_lock(&bucket->lock);
	hashed = !sk_unhashed(old);
	if (hashed) {
		__sk_nulls_add_node_rcu(new, &bucket->chain);
		__sk_nulls_del_node_init_rcu(old);
	}
	spin_unlock(&bucket->lock);
	return hashed;
}

/* Who has the four-tuple of @sk already? The bucket is locked. */
static struct sock *find_twin(struct strata_tcp_bucket *bucket,
			      const struct sock *sk)
{
	const struct connection_key key = {
		.laddr = &sk->sk_v6_rcv_saddr,
		.faddr = &sk->sk_v6_daddr,
		.hash = sk->sk_hash,
		.lport = sk->sk_num,
		.fport = sk->sk_dport,
		.iif = sk->sk_bound_dev_if,
	};
	const struct hlist_nulls_node *node;
	struct sock *other;

	sk_nulls_for_each(other, node, &bucket->chain)
		if (matches(other, &key))
			return other;
	return NULL;
}

/**
 * strata_tcp_insert_request() - a connection enters SYN-RECEIVED
 * @tn: the namespace's tables
 * @req: complete, sk_hash too
 * @expires: when its timer fires first
 *
 * The timer is armed with the bucket locked, as everywhere: one that is armed
 * belongs to a request that is hashed.
 *
 * Context: softirq. Return: false if the four-tuple is taken; the caller still
 * owns @req then.
 */
bool strata_tcp_insert_request(const struct strata_tcp_net *tn,
			       struct strata_tcp_request *req,
			       unsigned long expires)
{
	struct sock *sk = (struct sock *)req;
	struct strata_tcp_bucket *bucket = strata_tcp_bucket(tn, sk->sk_hash);
	bool fresh;

	spin_lock(&bucket->lock);
	fresh = !find_twin(bucket, sk);
	if (fresh) {
		mod_timer(&req->timer, expires);
		__sk_nulls_add_node_rcu(sk, &bucket->chain);
	}
	spin_unlock(&bucket->lock);
	return fresh;
}

/**
 * strata_tcp_insert_unique() - hash a connecting socket if its four-tuple is free
 * @tn: the namespace's tables
 * @sk: both addresses and ports are set
 * @tw: out: a timewait whose place it took; the caller calls
 *	strata_tcp_timewait_free() when it holds no lock of port.c; else NULL
 * @picked: the stack picked the port, and could pick another
 *
 * Context: process, BH off, socket locked. Return: 0 or -EADDRNOTAVAIL.
 */
int strata_tcp_insert_unique(const struct strata_tcp_net *tn, struct sock *sk,
			     struct strata_tcp_timewait **tw, bool picked)
{
	struct strata_tcp_bucket *bucket;
	struct sock *twin;
	int err = 0;

	*tw = NULL;
	sk->sk_hash = strata_tcp_hash_of(&sk->sk_v6_rcv_saddr,
					 htons(sk->sk_num), &sk->sk_v6_daddr,
					 sk->sk_dport);
	bucket = strata_tcp_bucket(tn, sk->sk_hash);
	spin_lock(&bucket->lock);
	twin = find_twin(bucket, sk);
	if (twin && !(twin->sk_state == TCP_TIME_WAIT &&
		      strata_tcp_timewait_reuse(strata_tcp_timewait(twin), sk,
						picked))) {
		err = -EADDRNOTAVAIL;
	} else {
		if (twin) {
			*tw = strata_tcp_timewait(twin);
			__sk_nulls_del_node_init_rcu(twin);
		}
		__sk_nulls_add_node_rcu(sk, &bucket->chain);
	}
	spin_unlock(&bucket->lock);
	return err;
}

static int alloc_tables(struct strata_tcp_net *tn)
{
	tn->ehash = kvmalloc_array(TCP_EHASH_SLOTS, sizeof(*tn->ehash),
				   GFP_KERNEL_ACCOUNT);
	tn->bhash = kvmalloc_array(TCP_BHASH_SLOTS, sizeof(*tn->bhash),
				   GFP_KERNEL_ACCOUNT);
	tn->lhash = kvmalloc_array(TCP_LHASH_SLOTS, sizeof(*tn->lhash),
				   GFP_KERNEL_ACCOUNT);
	return tn->ehash && tn->bhash && tn->lhash ? 0 : -ENOMEM;
}

static void free_tables(struct strata_tcp_net *tn)
{
	kvfree(tn->lhash);
	kvfree(tn->bhash);
	kvfree(tn->ehash);
	kvfree(tn);
}

/**
 * strata_tcp_table_init() - the tables of a namespace
 * @sn: the namespace's stack
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_table_init(struct strata_net *sn)
{
	struct strata_tcp_net *tn;
	int i;

	BUILD_BUG_ON(TCP_EHASH_SLOTS > LHASH_NULLS);
	tn = kvzalloc(sizeof(*tn), GFP_KERNEL_ACCOUNT);
	if (!tn)
		return -ENOMEM;
	if (alloc_tables(tn)) {
		free_tables(tn);
		return -ENOMEM;
	}
	for (i = 0; i < TCP_EHASH_SLOTS; i++) {
		INIT_HLIST_NULLS_HEAD(&tn->ehash[i].chain, i);
		spin_lock_init(&tn->ehash[i].lock);
	}
	for (i = 0; i < TCP_BHASH_SLOTS; i++) {
		INIT_HLIST_HEAD(&tn->bhash[i].chain);
		spin_lock_init(&tn->bhash[i].lock);
	}
	for (i = 0; i < TCP_LHASH_SLOTS; i++)
		INIT_HLIST_NULLS_HEAD(&tn->lhash[i], LHASH_NULLS + i);
	spin_lock_init(&tn->lhash_lock);
	sn->tcp = tn;
	return 0;
}

/**
 * strata_tcp_table_exit() - free the tables of a namespace
 * @sn: the namespace's stack, without sockets, and with nobody in its receive
 *	path any more
 *
 * Context: process.
 */
void strata_tcp_table_exit(struct strata_net *sn)
{
	free_tables(sn->tcp);
	sn->tcp = NULL;
}
