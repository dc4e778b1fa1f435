// SPDX-License-Identifier: GPL-2.0
/*
 * Ping sockets by identifier, of both families: 65535 identifiers are all that a
 * namespace has. Lookups run under RCU without a lock: sockets are freed after a
 * grace period (SOCK_RCU_FREE).
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "ping.h"

static struct hlist_head *ident_slot(struct strata_ping_net *pn, u16 ident)
{
	return &pn->idents[ident & (PING_SLOTS - 1)];
}

static bool ident_match(const struct sock *sk, const struct strata_ping_key *key)
{
	int dev = READ_ONCE(sk->sk_bound_dev_if);

	if (sk->sk_num != key->ident ||
	    (strata_sock(sk)->family == AF_INET) != strata_addr_is4(&key->laddr))
		return false;
	if (!strata_addr_any(&sk->sk_v6_rcv_saddr) &&
	    !ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &key->laddr))
		return false;
	return !dev || dev == key->iif;
}

/**
 * strata_ping_lookup() - the socket whose echo request it was
 * @pn: the namespace's sockets
 * @key: of the reply, or of the request that an error quotes
 *
 * Who answers does not matter: a group does under many names.
 *
 * Context: RCU read side. Return: borrowed, NULL if there is none.
 */
struct sock *strata_ping_lookup(struct strata_ping_net *pn,
				const struct strata_ping_key *key)
{
	struct sock *sk;

	sk_for_each_rcu(sk, ident_slot(pn, key->ident))
		if (ident_match(sk, key))
			return sk;
	return NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ping_lookup);

/* Both families share the numbers. @share: by SO_REUSEADDR of both. Context: lock
 * held.
 */
static bool ident_in_use(struct strata_ping_net *pn, u16 ident, bool share)
{
	const struct sock *other;

	sk_for_each(other, ident_slot(pn, ident))
		if (other->sk_num == ident && !(share && other->sk_reuse))
			return true;
	return false;
}

/* One that is nobody's. Context: lock held. Return: 0: all are taken. */
static u16 ident_pick(struct strata_ping_net *pn)
{
	unsigned int i;

	for (i = 0; i < PING_IDENTS; i++) {
		pn->last++;
		if (pn->last && !ident_in_use(pn, pn->last, false))
			return pn->last;
	}
	return 0;
}

/* Replies come to a host's own address, never to a group: bind(2) may name none. */
static bool bound_to_many(const struct sock *sk)
{
	return !strata_addr_any(&sk->sk_v6_rcv_saddr) &&
	       strata_addr_any(&strata_sock(sk)->saddr);
}

/**
 * strata_ping_get_port() - proto.get_port: claim an identifier
 * @sk: without one
 * @ident: host order; 0: any free one
 *
 * Context: process, socket locked. Return: 0, -EADDRINUSE; -EADDRNOTAVAIL or, of an
 * IPv6 address, -EINVAL, of a group or a broadcast address.
 */
int strata_ping_get_port(struct sock *sk, unsigned short ident)
{
	struct strata_ping_net *pn = strata_sock_net(sk)->ping;
	int err = -EADDRINUSE;

	if (bound_to_many(sk))
		return strata_sock(sk)->family == AF_INET ? -EADDRNOTAVAIL :
							    -EINVAL;
	spin_lock_bh(&pn->lock);
	if (!ident)
		ident = ident_pick(pn);
	if (ident && !ident_in_use(pn, ident, sk->sk_reuse)) {
		/* Readers may still be at a socket that has been closed. */
		sock_set_flag(sk, SOCK_RCU_FREE);
		WRITE_ONCE(sk->sk_num, ident);
		sk_add_node_rcu(sk, ident_slot(pn, ident));
		err = 0;
	}
	spin_unlock_bh(&pn->lock);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ping_get_port);

/**
 * strata_ping_unhash() - proto.unhash: give the identifier back
 * @sk: bound or not
 *
 * Context: process, socket locked or without users.
 */
void strata_ping_unhash(struct sock *sk)
{
	struct strata_ping_net *pn = strata_sock_net(sk)->ping;

	spin_lock_bh(&pn->lock);
	sk_del_node_init_rcu(sk);
	WRITE_ONCE(sk->sk_num, 0);
	spin_unlock_bh(&pn->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ping_unhash);

/**
 * strata_ping_walk() - strata_sock_proto.walk
 * @sn: the namespace's stack
 * @at: the last one visited, all 0 at first; moves with the walk
 * @visit: called for each socket under RCU; non-zero stops
 * @arg: for @visit
 *
 * Context: process. Return: 0 at the end, or what @visit returned; @at then
 * stands before the socket that it refused.
 */
int strata_ping_walk(struct strata_net *sn, struct strata_sock_at *at,
		     int (*visit)(const struct strata_sock_info *info,
				  void *arg),
		     void *arg)
{
	return strata_dgram_walk(sn->ping->idents, PING_SLOTS, at, visit, arg);
}

static int __net_init ping_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	int err;

	sn->ping = kzalloc(sizeof(*sn->ping), GFP_KERNEL_ACCOUNT);
	if (!sn->ping)
		return -ENOMEM;
	spin_lock_init(&sn->ping->lock);
	sn->ping->last = get_random_u32();
	err = strata_ping_sysctl_init(sn);
	if (err) {
		kfree(sn->ping);
		sn->ping = NULL;
	}
	return err;
}

static void __net_exit ping_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	strata_ping_sysctl_exit(sn);
	kfree(sn->ping);
	sn->ping = NULL;
}

static struct pernet_operations ping_net_ops = {
	.init = ping_net_init,
	.exit = ping_net_exit,
};

/**
 * strata_ping_table_init() - give each namespace its table
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_ping_table_init(void)
{
	return register_pernet_subsys(&ping_net_ops);
}

/**
 * strata_ping_table_exit() - undo strata_ping_table_init()
 *
 * Context: module unload, without sockets.
 */
void strata_ping_table_exit(void)
{
	unregister_pernet_subsys(&ping_net_ops);
}
