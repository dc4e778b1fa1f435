// SPDX-License-Identifier: GPL-2.0
/*
 * UDP sockets by local port, and connected ones by peer as well.
 *
 * Lookups run under RCU without a lock: sockets are freed after a grace period
 * (SOCK_RCU_FREE). Every socket with a port is in its port's slot; almost
 * always it is the only one there, so most lookups compare one socket. Where a
 * slot is long, as with many connected sockets on one port, those are found in
 * the table by peer first.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/tcp_states.h>
#include <strata/visibility.h>
#include "udp.h"

/* Scores: a better match of a higher kind outweighs all lower ones. */
#define SCORE_MATCH	1	/* the port, and the family */
#define SCORE_CPU	1	/* SO_INCOMING_CPU */
#define SCORE_FAMILY	2	/* an AF_INET socket for an IPv4 datagram */
#define SCORE_FIELD	4	/* the peer's address, its port, the device */
#define SCORE_LADDR	64	/* bound to the address, not to all */

/**
 * strata_udp_port_slot() - the slot of a local port
 * @un: the namespace's sockets
 * @port: host order
 *
 * Context: any.
 */
struct udp_slot *strata_udp_port_slot(struct strata_udp_net *un, u16 port)
{
	return &un->ports[port & (UDP_PORT_SLOTS - 1)];
}

static u32 peer_hash(const struct in6_addr *laddr, const struct in6_addr *faddr,
		     u16 lport, __be16 fport)
{
	return strata_hash_flow(laddr, faddr, (u32)lport << 16 | ntohs(fport));
}

static struct udp_slot *peer_slot(struct strata_udp_net *un, u32 hash)
{
	return &un->peers[hash & (UDP_PEER_SLOTS - 1)];
}

/* Does the socket take this family's packets at all? 0: no. */
static int score_family(const struct strata_sock *ss, bool is4)
{
	if (ss->family == AF_INET)
		return is4 ? SCORE_MATCH + SCORE_FAMILY : 0;
	if (is4 && (READ_ONCE(ss->flags) & STRATA_SOCK_V6ONLY))
		return 0;
	return SCORE_MATCH;
}

/**
 * strata_udp_score() - how well does a socket match a datagram?
 * @sk: the socket
 * @key: the datagram
 *
 * The order is the kernel's: a socket bound to the address before one bound to
 * all; among equals each of peer address, peer port and device counts alike.
 *
 * Context: RCU read side. Return: 0 if it does not match, more is better.
 */
int strata_udp_score(const struct sock *sk, const struct strata_udp_key *key)
{
	int score, dev;

	if (sk->sk_num != key->lport)
		return 0;
	score = score_family(strata_sock(sk), strata_addr_is4(&key->laddr));
	if (!score)
		return 0;
	if (!strata_addr_any(&sk->sk_v6_rcv_saddr)) {
		if (!ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &key->laddr))
			return 0;
		score += SCORE_LADDR;
	}
	if (!strata_addr_any(&sk->sk_v6_daddr)) {
		if (!ipv6_addr_equal(&sk->sk_v6_daddr, &key->faddr))
			return 0;
		score += SCORE_FIELD;
	}
	if (sk->sk_dport) {
		if (sk->sk_dport != key->fport)
			return 0;
		score += SCORE_FIELD;
	}
	dev = READ_ONCE(sk->sk_bound_dev_if);
	if (dev) {
		if (dev != key->iif)
			return 0;
		score += SCORE_FIELD;
	}
	if (READ_ONCE(sk->sk_incoming_cpu) == raw_smp_processor_id())
		score += SCORE_CPU;
	return score;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_score);

static struct sock *lookup_peer(struct strata_udp_net *un,
				const struct strata_udp_key *key)
{
	u32 hash = peer_hash(&key->laddr, &key->faddr, key->lport, key->fport);
	struct sock *best = NULL;
	struct strata_udp_sock *us;
	int score, best_score = 0;

	hlist_for_each_entry_rcu(us, &peer_slot(un, hash)->head, peer_node) {
		struct sock *sk = &us->ss.sk;

		if (READ_ONCE(sk->sk_hash) != hash)
			continue;
		score = strata_udp_score(sk, key);
		/* Fully connected, not one that shares the hash. */
		if (score > best_score &&
		    ipv6_addr_equal(&sk->sk_v6_daddr, &key->faddr)) {
			best = sk;
			best_score = score;
		}
	}
	return best;
}

/*
 * Sockets that share a port by STRATA_SO_REUSEPORT share its datagrams too,
 * each peer going to the same socket for as long as the group stays the same:
 * the n-th equal match takes over with probability 1/n.
 */
static bool reuseport_takes(const struct sock *sk, u32 *hash, int matches,
			    const struct strata_udp_key *key)
{
	if (!(READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_REUSEPORT))
		return false;
	if (matches == 2)
		*hash = peer_hash(&key->laddr, &key->faddr, key->lport,
				  key->fport);
	else
		*hash = *hash * 1664525 + 1013904223;
	return reciprocal_scale(*hash, matches) == 0;
}

static struct sock *lookup_port(const struct udp_slot *slot,
				const struct strata_udp_key *key)
{
	int score, best_score = 0, matches = 0;
	struct sock *sk, *best = NULL;
	u32 hash = 0;

	sk_for_each_rcu(sk, &slot->head) {
		score = strata_udp_score(sk, key);
		if (score > best_score) {
			best = sk;
			best_score = score;
			matches = 1;
		} else if (score && score == best_score &&
			   reuseport_takes(sk, &hash, ++matches, key)) {
			best = sk;
		}
	}
	return best;
}

/**
 * strata_udp_lookup() - the socket a unicast datagram is for
 * @un: the namespace's sockets
 * @key: the datagram
 *
 * Context: RCU read side. Return: borrowed, NULL if there is none.
 */
struct sock *strata_udp_lookup(struct strata_udp_net *un,
			       const struct strata_udp_key *key)
{
	const struct udp_slot *slot = strata_udp_port_slot(un, key->lport);
	struct sock *sk;

	if (unlikely(READ_ONCE(slot->count) > UDP_SLOT_SHORT)) {
		sk = lookup_peer(un, key);
		if (sk)
			return sk;
	}
	return lookup_port(slot, key);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_lookup);

static struct strata_udp_net *table_of(const struct sock *sk)
{
	return udp_sock(sk)->kind->table(strata_sock_net(sk));
}

/* Context: @slot's lock held. */
static bool port_in_use(const struct sock *sk, const struct udp_slot *slot,
			u16 port)
{
	const struct sock *other;

	sk_for_each(other, &slot->head)
		if (other->sk_num == port &&
		    strata_sock_bind_conflict(sk, other, false))
			return true;
	return false;
}

static bool port_claim(struct sock *sk, u16 port)
{
	struct strata_udp_net *un = table_of(sk);
	struct udp_slot *slot = strata_udp_port_slot(un, port);
	bool claimed;

	spin_lock_bh(&slot->lock);
	claimed = !port_in_use(sk, slot, port);
	if (claimed) {
		/* Readers may still be at a socket that has been closed. */
		sock_set_flag(sk, SOCK_RCU_FREE);
		WRITE_ONCE(sk->sk_num, port);
		sk_add_node_rcu(sk, &slot->head);
		WRITE_ONCE(slot->count, slot->count + 1);
	}
	spin_unlock_bh(&slot->lock);
	return claimed;
}

/* RFC 6056 3.3.1: simple port randomization, algorithm 1. */
static int port_pick(struct sock *sk)
{
	const struct strata_port_range ports = strata_sock_port_range(sk);
	u32 start = reciprocal_scale(get_random_u32(), ports.count);
	u32 i;

	for (i = 0; i < ports.count; i++) {
		if (port_claim(sk, ports.low + (start + i) % ports.count))
			return 0;
		cond_resched();
	}
	return -EADDRINUSE;
}

/**
 * strata_udp_get_port() - claim a local port
 * @sk: with its local address set, without a port
 * @port: host order; 0: any free one
 *
 * Context: process, socket locked. Return: 0 or -EADDRINUSE.
 */
int strata_udp_get_port(struct sock *sk, unsigned short port)
{
	if (!port)
		return port_pick(sk);
	return port_claim(sk, port) ? 0 : -EADDRINUSE;
}
EXPORT_SYMBOL_GPL(strata_udp_get_port);

/**
 * strata_udp_peer_add() - make a connected socket findable by its peer
 * @sk: with all of its addresses set
 *
 * Context: process, socket locked.
 */
void strata_udp_peer_add(struct sock *sk)
{
	struct strata_udp_net *un = table_of(sk);
	struct strata_udp_sock *us = udp_sock(sk);
	u32 hash;

	strata_udp_peer_del(sk);
	if (!sk->sk_num)
		return;
	hash = peer_hash(&sk->sk_v6_rcv_saddr, &sk->sk_v6_daddr, sk->sk_num,
			 sk->sk_dport);
	WRITE_ONCE(sk->sk_hash, hash);
	us->peer_slot = peer_slot(un, hash);
	spin_lock_bh(&us->peer_slot->lock);
	hlist_add_head_rcu(&us->peer_node, &us->peer_slot->head);
	spin_unlock_bh(&us->peer_slot->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_peer_add);

/**
 * strata_udp_peer_del() - undo strata_udp_peer_add()
 * @sk: connected or not
 *
 * Context: process, socket locked.
 */
void strata_udp_peer_del(struct sock *sk)
{
	struct strata_udp_sock *us = udp_sock(sk);

	if (!us->peer_slot)
		return;
	spin_lock_bh(&us->peer_slot->lock);
	hlist_del_rcu(&us->peer_node);
	spin_unlock_bh(&us->peer_slot->lock);
	us->peer_slot = NULL;
}

/**
 * strata_udp_unhash() - give the port back
 * @sk: bound or not
 *
 * Context: process, socket locked or without users.
 */
void strata_udp_unhash(struct sock *sk)
{
	struct strata_udp_net *un = table_of(sk);
	struct udp_slot *slot;

	strata_udp_peer_del(sk);
	if (!sk->sk_num)
		return;
	slot = strata_udp_port_slot(un, sk->sk_num);
	spin_lock_bh(&slot->lock);
	if (sk_del_node_init_rcu(sk))
		WRITE_ONCE(slot->count, slot->count - 1);
	WRITE_ONCE(sk->sk_num, 0);
	spin_unlock_bh(&slot->lock);
}
EXPORT_SYMBOL_GPL(strata_udp_unhash);

static void slots_init(struct udp_slot *slots, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		INIT_HLIST_HEAD(&slots[i].head);
		spin_lock_init(&slots[i].lock);
	}
}

/**
 * strata_udp_net_alloc() - an empty table
 *
 * Context: process. Return: the caller's, to be given back by kvfree() when it is
 * empty again; NULL.
 */
struct strata_udp_net *strata_udp_net_alloc(void)
{
	struct strata_udp_net *un = kvzalloc(sizeof(*un), GFP_KERNEL_ACCOUNT);

	if (!un)
		return NULL;
	slots_init(un->ports, UDP_PORT_SLOTS);
	slots_init(un->peers, UDP_PEER_SLOTS);
	return un;
}
EXPORT_SYMBOL_GPL(strata_udp_net_alloc);

static int __net_init udp_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	sn->udp = strata_udp_net_alloc();
	return sn->udp ? 0 : -ENOMEM;
}

static void __net_exit udp_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	kvfree(sn->udp);
	sn->udp = NULL;
}

static struct pernet_operations udp_net_ops = {
	.init = udp_net_init,
	.exit = udp_net_exit,
};

/**
 * strata_udp_table_init() - give each namespace its tables
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_udp_table_init(void)
{
	return register_pernet_subsys(&udp_net_ops);
}

/**
 * strata_udp_table_exit() - undo strata_udp_table_init()
 *
 * Context: module unload, without sockets.
 */
void strata_udp_table_exit(void)
{
	unregister_pernet_subsys(&udp_net_ops);
}
