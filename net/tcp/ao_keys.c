// SPDX-License-Identifier: GPL-2.0
/*
 * Master keys of the Authentication Option (RFC 5925 3.1): which of a socket's keys is
 * for which peer, and what becomes of them when a connection begins and when it ends.
 *
 * A list of keys changes under the socket's lock, and is read under RCU. What it may
 * hold is bounded by the socket's option memory. An accepted socket has all keys of its
 * listener that are for its peer.
 */
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <strata/visibility.h>
#include "request.h"
#include "sign.h"

/**
 * strata_tcp_ao_find() - a key for a peer
 * @ao: of a socket that is locked, or found under RCU
 * @faddr: the peer
 * @sndid: its SendID, -1: any
 * @rcvid: its RecvID, -1: any
 *
 * For a peer there is one with the same ID at most (RFC 5925 3.1).
 *
 * Context: socket locked, or RCU. Return: the key, borrowed, or NULL.
 */
struct strata_tcp_ao_key *
strata_tcp_ao_find(const struct strata_tcp_ao *ao, const struct in6_addr *faddr,
		   int sndid, int rcvid)
{
	struct strata_tcp_ao_key *key;

	hlist_for_each_entry_rcu(key, &ao->keys, node, true)
		if ((sndid < 0 || key->sndid == sndid) &&
		    (rcvid < 0 || key->rcvid == rcvid) &&
		    strata_tcp_sign_matches(&key->addr, key->prefix_len, faddr))
			return key;
	return NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_ao_find);

/**
 * strata_tcp_ao_requires() - must all that a peer says have the option?
 * @sk: a listener or a connection; locked, or found under RCU
 * @faddr: the peer
 *
 * Context: socket locked, or RCU.
 */
bool strata_tcp_ao_requires(const struct sock *sk, const struct in6_addr *faddr)
{
	const struct strata_tcp_ao *ao = tcp_ao(sk);

	return ao && (ao->required || strata_tcp_ao_find(ao, faddr, -1, -1));
}

/**
 * strata_tcp_ao_alloc() - what a socket knows of the option: nothing yet
 * @gfp: how to allocate
 *
 * Context: any. Return: for kfree(), or with its user for strata_tcp_ao_forget();
 * NULL without memory.
 */
struct strata_tcp_ao *strata_tcp_ao_alloc(gfp_t gfp)
{
	/* No key; no counter has counted. */
	return kzalloc(sizeof(struct strata_tcp_ao), gfp);
}

/**
 * strata_tcp_ao_link() - one key more
 * @ao: of a socket that is locked
 * @key: complete
 *
 * Context: any.
 */
void strata_tcp_ao_link(struct strata_tcp_ao *ao, struct strata_tcp_ao_key *key)
{
	ao->bytes = max_t(u8, ao->bytes, tcp_ao_bytes(key));
	hlist_add_head_rcu(&key->node, &ao->keys);
}

/* Those that are left say how much room a signature takes. */
static void measure(struct strata_tcp_ao *ao)
{
	const struct strata_tcp_ao_key *key;

	ao->bytes = 0;
	hlist_for_each_entry(key, &ao->keys, node)
		ao->bytes = max_t(u8, ao->bytes, tcp_ao_bytes(key));
}

static void free_key(struct sock *sk, struct strata_tcp_ao_key *key)
{
	atomic_sub(sizeof(*key), &sk->sk_omem_alloc);
	kfree_rcu(key, rcu);
}

/**
 * strata_tcp_ao_unlink() - a listener's key goes
 * @sk: a socket that has no current key, locked
 * @ao: its
 * @key: in its list
 *
 * Context: any.
 */
void strata_tcp_ao_unlink(struct sock *sk, struct strata_tcp_ao *ao,
			  struct strata_tcp_ao_key *key)
{
	hlist_del_rcu(&key->node);
	if (ao->current_key == key)
		WRITE_ONCE(ao->current_key, NULL);
	if (ao->rnext_key == key)
		WRITE_ONCE(ao->rnext_key, NULL);
	measure(ao);
	free_key(sk, key);
}

/**
 * strata_tcp_ao_delete() - a key goes
 * @sk: locked
 * @ao: its
 * @key: in its list
 * @new_current: takes the place of Current_key; NULL: that stays
 * @new_rnext: takes the place of RNext_key; NULL: that stays
 *
 * A receiver may have found it just now, to make it the current one: who has done so
 * is waited for.
 *
 * Context: process. Return: 0; -EBUSY: it is in use, and stays.
 */
int strata_tcp_ao_delete(struct sock *sk, struct strata_tcp_ao *ao,
			 struct strata_tcp_ao_key *key,
			 struct strata_tcp_ao_key *new_current,
			 struct strata_tcp_ao_key *new_rnext)
{
	hlist_del_rcu(&key->node);
	synchronize_rcu();
	if (new_current)
		WRITE_ONCE(ao->current_key, new_current);
	if (new_rnext)
		WRITE_ONCE(ao->rnext_key, new_rnext);
	if (READ_ONCE(ao->current_key) == key || ao->rnext_key == key) {
		hlist_add_head_rcu(&key->node, &ao->keys);
		return -EBUSY;
	}
	measure(ao);
	free_key(sk, key);
	return 0;
}

/* Keys of others are no keys of this connection. */
static void drop_others(struct sock *sk, struct strata_tcp_ao *ao)
{
	struct strata_tcp_ao_key *key;
	struct hlist_node *next;

	hlist_for_each_entry_safe(key, next, &ao->keys, node) {
		/* It may have been another connection's. */
		WRITE_ONCE(key->cached, false);
		if (!strata_tcp_sign_matches(&key->addr, key->prefix_len,
					     &sk->sk_v6_daddr))
			strata_tcp_ao_unlink(sk, ao, key);
	}
}

/**
 * strata_tcp_ao_connect() - an active open begins: keep the keys of the peer
 * @sk: its peer is set; not in the table of connections
 *
 * Who has keys, but none for this peer, would go on unsigned: that is refused.
 *
 * Context: process, socket locked. Return: 0 or -EKEYREJECTED.
 */
int strata_tcp_ao_connect(struct sock *sk)
{
	struct strata_tcp_ao *ao = tcp_ao(sk);
	struct strata_tcp_ao_key *first;

	if (!ao)
		return 0;
	if (!ao->required && tcp_md5_key(sk, &sk->sk_v6_daddr)) {
		strata_tcp_ao_forget(sk);
		return 0;
	}
	if (!strata_tcp_ao_find(ao, &sk->sk_v6_daddr, -1, -1))
		return -EKEYREJECTED;
	drop_others(sk, ao);
	first = hlist_entry(ao->keys.first, struct strata_tcp_ao_key, node);
	if (!ao->current_key)
		ao->current_key = first;
	if (!ao->rnext_key)
		ao->rnext_key = first;
	return 0;
}

/**
 * strata_tcp_ao_cache() - derive a key's traffic keys
 * @sk: both initial sequence numbers are known; locked, or nobody sees it
 * @key: of its
 *
 * Context: any.
 */
void strata_tcp_ao_cache(const struct sock *sk, struct strata_tcp_ao_key *key)
{
	struct strata_tcp_ao_ends ends;

	if (key->cached)
		return;
	strata_tcp_ao_ends_of(sk, &ends);
	if (strata_tcp_ao_derive(key, &ends, key->traffic[STRATA_TCP_AO_SEND]))
		return;
	swap(ends.saddr, ends.daddr);
	swap(ends.sport, ends.dport);
	swap(ends.sisn, ends.disn);
	if (strata_tcp_ao_derive(key, &ends, key->traffic[STRATA_TCP_AO_RECEIVE]))
		return;
	/* Receivers have no lock. */
	smp_store_release(&key->cached, true);
}

/**
 * strata_tcp_ao_established() - a connection is established: derive its traffic keys
 * @sk: locked, or nobody sees it
 *
 * Context: any.
 */
void strata_tcp_ao_established(struct sock *sk)
{
	struct strata_tcp_ao *ao = tcp_ao(sk);
	struct strata_tcp_ao_key *key;

	if (!ao)
		return;
	hlist_for_each_entry(key, &ao->keys, node)
		strata_tcp_ao_cache(sk, key);
}

/* Into another list, of @sk or of nobody. False without memory. */
static bool copy_key(struct sock *sk, struct strata_tcp_ao *ao,
		     const struct strata_tcp_ao_key *from)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	struct strata_tcp_ao_key *key;

	key = sk ? sock_kmalloc(sk, sizeof(*key), gfp) : kmalloc(sizeof(*key), gfp);
	if (!key)
		return false;
	*key = *from;
	/* Whose copied traffic keys would be another connection's. */
	key->cached = false;
	atomic64_set(&key->good, 0);
	atomic64_set(&key->bad, 0);
	strata_tcp_ao_link(ao, key);
	return true;
}

static void free_copies(struct sock *sk, struct strata_tcp_ao *ao)
{
	struct strata_tcp_ao_key *key;
	struct hlist_node *next;

	hlist_for_each_entry_safe(key, next, &ao->keys, node) {
		if (sk)
			atomic_sub(sizeof(*key), &sk->sk_omem_alloc);
		kfree(key);
	}
	kfree(ao);
}

static bool copy_matching(struct sock *child, struct strata_tcp_ao *own,
			  const struct strata_tcp_ao *from)
{
	const struct strata_tcp_ao_key *key;

	hlist_for_each_entry_rcu(key, &from->keys, node)
		if (strata_tcp_sign_matches(&key->addr, key->prefix_len,
					    &child->sk_v6_daddr) &&
		    !copy_key(child, own, key))
			return false;
	return !hlist_empty(&own->keys);
}

/* What the SYN asked for, or any. */
static void choose(struct strata_tcp_ao *ao, const struct strata_tcp_request *req)
{
	struct strata_tcp_ao_key *first;
	const struct in6_addr *faddr = &req->common.skc_v6_daddr;

	first = hlist_entry(ao->keys.first, struct strata_tcp_ao_key, node);
	ao->current_key = strata_tcp_ao_find(ao, faddr, req->ao_sndid, -1) ?: first;
	ao->rnext_key = strata_tcp_ao_find(ao, faddr, -1, req->ao_rcvid) ?: first;
}

/**
 * strata_tcp_ao_inherit() - a new connection gets the listener's keys for its peer
 * @child: its addresses are filled in; nobody sees it; it has what its listener has
 * @req: what it is made of
 *
 * Whether a connection is signed is decided by its SYN (RFC 5925 7.4.1).
 *
 * Context: softirq, RCU. Return: false: no memory, or the keys have just been deleted:
 * no connection, for it must not go on without.
 */
bool strata_tcp_ao_inherit(struct sock *child, const struct strata_tcp_request *req)
{
	const struct strata_tcp_ao *from = tcp_ao(req->listener);
	struct strata_tcp_ao *own;

	RCU_INIT_POINTER(strata_tcp(child)->ao, NULL);
	if (likely(!req->ao))
		return true;
	own = from ? strata_tcp_ao_alloc(GFP_ATOMIC | __GFP_NOWARN) : NULL;
	if (!own)
		return false;
	own->required = from->required;
	own->accept_icmps = from->accept_icmps;
	if (!copy_matching(child, own, from) || !strata_tcp_sign_another_user()) {
		free_copies(child, own);
		return false;
	}
	choose(own, req);
	rcu_assign_pointer(strata_tcp(child)->ao, own);
	return true;
}

/**
 * strata_tcp_ao_forget() - a socket goes, and its keys
 * @sk: locked, closed; receivers may still see it
 *
 * Context: any.
 */
void strata_tcp_ao_forget(struct sock *sk)
{
	struct strata_tcp_ao *ao;
	struct strata_tcp_ao_key *key;
	struct hlist_node *next;

	ao = rcu_dereference_protected(strata_tcp(sk)->ao, true);
	if (likely(!ao))
		return;
	RCU_INIT_POINTER(strata_tcp(sk)->ao, NULL);
	hlist_for_each_entry_safe(key, next, &ao->keys, node) {
		hlist_del_rcu(&key->node);
		free_key(sk, key);
	}
	kfree_rcu(ao, rcu);
	strata_tcp_sign_user_gone();
}

static struct strata_tcp_ao_key *like(const struct strata_tcp_ao *ao,
				      const struct strata_tcp_ao_key *key)
{
	return key ? strata_tcp_ao_find(ao, &key->addr, key->sndid, key->rcvid) : NULL;
}

/**
 * strata_tcp_ao_keep() - a copy of a connection's keys
 * @ao: of a socket that is locked
 *
 * Those in use, and of the others as many as STRATA_TCP_AO_KEPT_MAX allows: nobody is
 * charged for them.
 *
 * Context: any. Return: for strata_tcp_ao_drop(); NULL without memory.
 */
struct strata_tcp_ao *strata_tcp_ao_keep(const struct strata_tcp_ao *ao)
{
	struct strata_tcp_ao *copy = strata_tcp_ao_alloc(GFP_ATOMIC | __GFP_NOWARN);
	const struct strata_tcp_ao_key *current_key = READ_ONCE(ao->current_key);
	const struct strata_tcp_ao_key *rnext_key = ao->rnext_key, *key;
	int room = STRATA_TCP_AO_KEPT_MAX - 2;

	if (!copy)
		return NULL;
	hlist_for_each_entry(key, &ao->keys, node) {
		if (key != current_key && key != rnext_key && room-- <= 0)
			continue;
		if (!copy_key(NULL, copy, key)) {
			free_copies(NULL, copy);
			return NULL;
		}
	}
	copy->current_key = like(copy, current_key);
	copy->rnext_key = like(copy, rnext_key);
	return copy;
}

/**
 * strata_tcp_ao_drop() - the end of keys that were kept
 * @ao: by strata_tcp_ao_keep(); readable until the end of the RCU read side
 *
 * Context: any.
 */
void strata_tcp_ao_drop(struct strata_tcp_ao *ao)
{
	struct strata_tcp_ao_key *key;
	struct hlist_node *next;

	hlist_for_each_entry_safe(key, next, &ao->keys, node) {
		hlist_del_rcu(&key->node);
		kfree_rcu(key, rcu);
	}
	kfree_rcu(ao, rcu);
}
