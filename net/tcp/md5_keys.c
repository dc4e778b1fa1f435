// SPDX-License-Identifier: GPL-2.0
/*
 * The keys of the MD5 signature option (RFC 2385): which of a socket's keys is for
 * which peer. TCP_MD5SIG and TCP_MD5SIG_EXT, with the kernel's ranges and errors.
 *
 * A list of keys changes under the socket's lock, and is read under RCU. What it may
 * hold is bounded by the socket's option memory. An accepted socket has the one key
 * that its handshake was signed with.
 */
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <strata/visibility.h>
#include "sign.h"

#define WIDTH4	32	/* bits of an address */
#define WIDTH6	128

/**
 * strata_tcp_md5_find() - the key for a peer
 * @sk: a listener or a connection; locked, or found under RCU
 * @faddr: the peer
 *
 * The longest prefix; of two equally long ones the newer.
 *
 * Context: socket locked, or RCU. Return: the key, borrowed, or NULL.
 */
const struct strata_tcp_md5_key *
strata_tcp_md5_find(const struct sock *sk, const struct in6_addr *faddr)
{
	const struct strata_tcp_md5_key *key, *best = NULL;

	hlist_for_each_entry_rcu(key, &strata_tcp(sk)->md5_keys, node,
				 lockdep_sock_is_held(sk))
		if (strata_tcp_sign_matches(&key->addr, key->prefix_len, faddr) &&
		    (!best || key->prefix_len > best->prefix_len))
			best = key;
	return best;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_md5_find);

static struct strata_tcp_md5_key *
find_same(struct sock *sk, const struct strata_tcp_md5_key *want)
{
	struct strata_tcp_md5_key *key;

	hlist_for_each_entry(key, &strata_tcp(sk)->md5_keys, node)
		if (key->prefix_len == want->prefix_len &&
		    key->flags == want->flags &&
		    ipv6_addr_equal(&key->addr, &want->addr))
			return key;
	return NULL;
}

static void delete(struct sock *sk, struct strata_tcp_md5_key *key)
{
	hlist_del_rcu(&key->node);
	atomic_sub(sizeof(*key), &sk->sk_omem_alloc);
	kfree_rcu(key, rcu);
	if (hlist_empty(&strata_tcp(sk)->md5_keys))
		strata_tcp_sign_user_gone();
}

/* To the list; @sk counts as a user already. */
static bool add(struct sock *sk, const struct strata_tcp_md5_key *want, gfp_t gfp)
{
	struct strata_tcp_md5_key *key = sock_kmalloc(sk, sizeof(*key), gfp);

	if (!key)
		return false;
	*key = *want;
	hlist_add_head_rcu(&key->node, &strata_tcp(sk)->md5_keys);
	return true;
}

/* Readers see the old key or the new one; the charge of the one passes to the other. */
static int replace(struct strata_tcp_md5_key *old,
		   const struct strata_tcp_md5_key *want)
{
	struct strata_tcp_md5_key *key = kmemdup(want, sizeof(*want), GFP_KERNEL);

	if (!key)
		return -ENOMEM;
	hlist_replace_rcu(&old->node, &key->node);
	kfree_rcu(old, rcu);
	return 0;
}

static int set(struct sock *sk, const struct strata_tcp_md5_key *want)
{
	struct strata_tcp_md5_key *old = find_same(sk, want);
	bool first = hlist_empty(&strata_tcp(sk)->md5_keys);
	int err;

	if (!want->len) {
		if (!old)
			return -ENOENT;
		delete(sk, old);
		return 0;
	}
	/* RFC 5925 1: never both kinds with one peer. */
	if (strata_tcp_ao_requires(sk, &want->addr))
		return -EKEYREJECTED;
	if (old)
		return replace(old, want);
	err = strata_tcp_md5_load();
	if (err)
		return err;
	if (first)
		strata_tcp_sign_first_user();
	if (add(sk, want, GFP_KERNEL))
		return 0;
	if (first)
		strata_tcp_sign_user_gone();
	return -ENOMEM;
}

/* Whom a key is for. Return: bits of the address, or -EINVAL. */
static int read_address(const struct sock *sk, const struct tcp_md5sig *cmd,
			struct in6_addr *addr)
{
	const struct sockaddr_in6 *in6 = (const void *)&cmd->tcpm_addr;
	const struct sockaddr_in *in = (const void *)&cmd->tcpm_addr;

	if (cmd->tcpm_addr.ss_family != strata_sock(sk)->family)
		return -EINVAL;
	if (strata_sock(sk)->family == AF_INET)
		strata_addr_from4(addr, in->sin_addr.s_addr);
	else
		*addr = in6->sin6_addr;
	return strata_addr_is4(addr) ? WIDTH4 : WIDTH6;
}

static int read_key(const struct sock *sk, int optname,
		    const struct tcp_md5sig *cmd, struct strata_tcp_md5_key *key)
{
	int width = read_address(sk, cmd, &key->addr);

	if (width < 0)
		return width;
	key->prefix_len = width;
	key->flags = cmd->tcpm_flags & TCP_MD5SIG_FLAG_IFINDEX;
	if (optname == TCP_MD5SIG_EXT &&
	    cmd->tcpm_flags & TCP_MD5SIG_FLAG_PREFIX)
		key->prefix_len = cmd->tcpm_prefixlen;
	/* The kernel wants an L3 master device there (VRF), and we have none. */
	if (optname == TCP_MD5SIG_EXT && key->flags && cmd->tcpm_ifindex)
		return -EINVAL;
	if (key->prefix_len > width || cmd->tcpm_keylen > sizeof(key->octets))
		return -EINVAL;
	key->len = cmd->tcpm_keylen;
	memcpy(key->octets, cmd->tcpm_key, key->len);
	return 0;
}

/**
 * strata_tcp_md5_set() - TCP_MD5SIG and TCP_MD5SIG_EXT: add, change or delete a key
 * @sk: in any state
 * @optname: which of the two
 * @optval: struct tcp_md5sig; without a key it deletes
 * @optlen: its bytes
 *
 * Context: process, socket locked.
 * Return: 0, -EINVAL, -EFAULT, -ENOENT (nothing to delete), -EKEYREJECTED (the peer has
 * a key of the Authentication Option), -ENOMEM (also for more keys than the option memory
 * holds).
 */
int strata_tcp_md5_set(struct sock *sk, int optname, sockptr_t optval,
		       unsigned int optlen)
{
	struct strata_tcp_md5_key key = {};
	struct tcp_md5sig cmd;
	int err;

	if (optlen < sizeof(cmd))
		return -EINVAL;
	if (copy_from_sockptr(&cmd, optval, sizeof(cmd)))
		return -EFAULT;
	err = read_key(sk, optname, &cmd, &key);
	if (!err)
		err = set(sk, &key);
	if (!err)
		strata_tcp_sign_fit(sk);
	return err;
}

/**
 * strata_tcp_md5_inherit() - a new connection gets the key of its listener for the peer
 * @child: its addresses are filled in; nobody sees it
 * @listener: whose clone it is; NULL: it is to have no key
 *
 * The key is for this peer alone then.
 *
 * Context: softirq, RCU. Return: false: no memory, or the key has just been deleted:
 * no connection, for it must not go on without.
 */
bool strata_tcp_md5_inherit(struct sock *child, const struct sock *listener)
{
	const struct strata_tcp_md5_key *key;
	struct strata_tcp_md5_key own;

	INIT_HLIST_HEAD(&strata_tcp(child)->md5_keys);
	key = listener ? tcp_md5_key(listener, &child->sk_v6_daddr) : NULL;
	if (likely(!key))
		return true;
	if (!strata_tcp_sign_another_user())
		return false;
	own = *key;
	own.addr = child->sk_v6_daddr;
	own.prefix_len = strata_addr_is4(&own.addr) ? WIDTH4 : WIDTH6;
	if (add(child, &own, GFP_ATOMIC | __GFP_NOWARN))
		return true;
	strata_tcp_sign_user_gone();
	return false;
}

/**
 * strata_tcp_md5_forget() - a socket goes, and its keys
 * @sk: locked, closed; receivers may still see it
 *
 * Context: any.
 */
void strata_tcp_md5_forget(struct sock *sk)
{
	struct strata_tcp_md5_key *key;
	struct hlist_node *next;

	hlist_for_each_entry_safe(key, next, &strata_tcp(sk)->md5_keys, node)
		delete(sk, key);
}
