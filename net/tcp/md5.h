/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MD5 signature option (RFC 2385): each segment between two ends that share a
 * key proves that its sender has it.
 */
#ifndef _NET_TCP_MD5_H
#define _NET_TCP_MD5_H

#include <linux/jump_label.h>
#include <linux/tcp.h>
#include "tcp.h"

#define STRATA_TCP_MD5_DIGEST	16
/* In a header, with the NOPs that align it. */
#define STRATA_TCP_MD5_BYTES	20

/**
 * struct strata_tcp_md5_key - a key and whom it is for
 * @node: in strata_tcp.md5_keys; RCU
 * @addr: the peer's, or a prefix; IPv4 as v4-mapped. As the program gave it: bits
 *	beyond @prefix_len are not zeroed
 * @prefix_len: bits of it that count, of the 32 or 128 of its family
 * @flags: TCP_MD5SIG_FLAG_IFINDEX or 0
 * @len: bytes of @octets
 * @octets: the key
 * @rcu: to free it
 *
 * Does not change: a new key for the same peer takes its place. Those of a socket
 * are charged to its option memory (net.core.optmem_max), a timewait has a copy.
 */
struct strata_tcp_md5_key {
	struct hlist_node node;
	struct in6_addr addr;
	u8 prefix_len;
	u8 flags;
	u8 len;
	u8 octets[TCP_MD5SIG_MAXKEYLEN];
	struct rcu_head rcu;
};

/* Some socket or timewait has keys, of either kind (sign.h). */
DECLARE_STATIC_KEY_FALSE(strata_tcp_sign_used);

/* md5_keys.c */
int strata_tcp_md5_set(struct sock *sk, int optname, sockptr_t optval,
		       unsigned int optlen);
const struct strata_tcp_md5_key *
strata_tcp_md5_find(const struct sock *sk, const struct in6_addr *faddr);
bool strata_tcp_md5_inherit(struct sock *child, const struct sock *listener);
void strata_tcp_md5_forget(struct sock *sk);

/* md5.c */
int strata_tcp_md5_load(void);
void strata_tcp_md5_unload(void);
void strata_tcp_md5_sign(const struct strata_tcp_md5_key *key,
			 struct sk_buff *skb, void *option,
			 const struct in6_addr *saddr,
			 const struct in6_addr *daddr);
bool strata_tcp_md5_is_right(const struct strata_tcp_md5_key *key,
			     struct sk_buff *skb, const u8 *signature);
enum strata_drop_reason
strata_tcp_md5_check(struct strata_net *sn, const struct strata_tcp_md5_key *key,
		     struct sk_buff *skb, const u8 *signature);

/**
 * tcp_md5_key() - by which key is spoken with a peer?
 * @sk: a listener or a connection; locked, or found under RCU
 * @faddr: the peer
 *
 * Context: socket locked, or RCU. Return: the key, borrowed; NULL: none.
 */
static inline const struct strata_tcp_md5_key *
tcp_md5_key(const struct sock *sk, const struct in6_addr *faddr)
{
	if (!static_branch_unlikely(&strata_tcp_sign_used) ||
	    hlist_empty(&strata_tcp(sk)->md5_keys))
		return NULL;
	return strata_tcp_md5_find(sk, faddr);
}

#endif /* _NET_TCP_MD5_H */
