// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets by IP protocol, from their creation to their end, and which
 * datagrams each wants. Sockets are freed after a grace period (SOCK_RCU_FREE).
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "raw.h"

/**
 * strata_raw_hash() - let a socket receive
 * @sk: new, with its protocol in sk_num
 *
 * Context: process.
 */
void strata_raw_hash(struct sock *sk)
{
	struct strata_net *sn = strata_sock_net(sk);

	sock_set_flag(sk, SOCK_RCU_FREE);
	spin_lock_bh(&sn->raw->lock);
	sk_add_node_rcu(sk, &sn->raw->protocols[sk->sk_num]);
	WRITE_ONCE(sn->raw_sockets, sn->raw_sockets + 1);
	spin_unlock_bh(&sn->raw->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_raw_hash);

/**
 * strata_raw_unhash() - proto.unhash: the end of strata_raw_hash()
 * @sk: hashed or not
 *
 * Context: process.
 */
void strata_raw_unhash(struct sock *sk)
{
	struct strata_net *sn = strata_sock_net(sk);

	spin_lock_bh(&sn->raw->lock);
	if (sk_del_node_init_rcu(sk))
		WRITE_ONCE(sn->raw_sockets, sn->raw_sockets - 1);
	spin_unlock_bh(&sn->raw->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_raw_unhash);

/* Bound to an address, an IPv6 socket still hears its groups, as in the kernel. */
static bool match_local(const struct sock *sk, const struct strata_raw_key *key)
{
	const struct in6_addr *bound = &sk->sk_v6_rcv_saddr;
	bool group = strata_addr_is_multicast(&key->laddr);
	bool is4 = strata_addr_is4(&key->laddr);

	if (!strata_addr_any(bound) && !ipv6_addr_equal(bound, &key->laddr))
		return group && !is4 &&
		       strata_sock_hears(sk, &key->laddr, &key->faddr, key->iif);
	return !group || !is4 ||
	       strata_sock_hears(sk, &key->laddr, &key->faddr, key->iif);
}

/**
 * strata_raw_match() - does a socket want a datagram of its protocol?
 * @sk: the socket
 * @key: the datagram
 *
 * Context: RCU read side.
 */
bool strata_raw_match(const struct sock *sk, const struct strata_raw_key *key)
{
	const struct in6_addr *peer = &sk->sk_v6_daddr;
	int dev = READ_ONCE(sk->sk_bound_dev_if);

	if ((strata_sock(sk)->family == AF_INET) != strata_addr_is4(&key->laddr))
		return false;
	if (dev && dev != key->iif)
		return false;
	if (!strata_addr_any(peer) && !ipv6_addr_equal(peer, &key->faddr))
		return false;
	return match_local(sk, key);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_raw_match);

/**
 * strata_raw_walk() - strata_sock_proto.walk
 * @sn: the namespace's stack
 * @at: the last one visited, all 0 at first; moves with the walk
 * @visit: called for each socket under RCU; non-zero stops
 * @arg: for @visit
 *
 * Context: process. Return: 0 at the end, or what @visit returned; @at then
 * stands before the socket that it refused.
 */
int strata_raw_walk(struct strata_net *sn, struct strata_sock_at *at,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg)
{
	return strata_dgram_walk(sn->raw->protocols, RAW_SLOTS, at, visit, arg);
}

static int __net_init raw_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	sn->raw = kzalloc(sizeof(*sn->raw), GFP_KERNEL_ACCOUNT);
	if (!sn->raw)
		return -ENOMEM;
	spin_lock_init(&sn->raw->lock);
	return 0;
}

static void __net_exit raw_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	kfree(sn->raw);
	sn->raw = NULL;
}

static struct pernet_operations raw_net_ops = {
	.init = raw_net_init,
	.exit = raw_net_exit,
};

/**
 * strata_raw_table_init() - give each namespace its table
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_raw_table_init(void)
{
	return register_pernet_subsys(&raw_net_ops);
}

/**
 * strata_raw_table_exit() - undo strata_raw_table_init()
 *
 * Context: module unload, without sockets.
 */
void strata_raw_table_exit(void)
{
	unregister_pernet_subsys(&raw_net_ops);
}
