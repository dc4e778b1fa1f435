/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Authentication Option (RFC 5925), with the algorithms of RFC 5926.
 *
 * A socket has master keys (MKTs, RFC 5925 3.1) for peers. What signs a connection's
 * segments are traffic keys, derived from a master key and the connection: one for
 * each direction, and another for a SYN, when the peer's initial sequence number is
 * not known yet.
 */
#ifndef _NET_TCP_AO_H
#define _NET_TCP_AO_H

#include <linux/tcp.h>
#include "tcp.h"

/* The option's octets (RFC 5925 2.2), from its kind on, and then the MAC. */
#define STRATA_TCP_AO_LEN		1
#define STRATA_TCP_AO_KEYID		2
#define STRATA_TCP_AO_RNEXT		3
#define STRATA_TCP_AO_HEADER		4

#define STRATA_TCP_AO_MAC_MAX		16
#define STRATA_TCP_AO_TRAFFIC_MAX	20
/* Keys that a timewait keeps. */
#define STRATA_TCP_AO_KEPT_MAX		8

struct strata_l4_error;
struct strata_tcp_kept;
struct strata_tcp_signer;

/* RFC 5926 3.2: MAC and key derivation function. */
enum strata_tcp_ao_algorithm {
	STRATA_TCP_AO_HMAC_SHA1,
	STRATA_TCP_AO_CMAC_AES128,
	STRATA_TCP_AO_ALGORITHMS
};

/* Of a traffic key. */
enum strata_tcp_ao_direction {
	STRATA_TCP_AO_SEND,
	STRATA_TCP_AO_RECEIVE,
};

/**
 * struct strata_tcp_ao_key - a master key and whom it is for
 * @node: in strata_tcp_ao.keys; RCU
 * @addr: the peer's, or a prefix; IPv4 as v4-mapped; bits beyond @prefix_len are zero
 * @prefix_len: bits of it that count, of the 32 or 128 of its family
 * @flags: TCP_AO_KEYF_*
 * @sndid: SendID
 * @rcvid: RecvID
 * @mac_len: octets of a MAC
 * @algorithm: &enum strata_tcp_ao_algorithm
 * @len: bytes of @octets
 * @cached: @traffic is right for the connection, and does not change while this is set
 * @octets: the key; for AES-CMAC what RFC 5926 3.1.1.2 makes of it
 * @traffic: Send_other and Receive_other of the connection
 * @good: segments verified by it
 * @bad: segments that were not
 * @rcu: to free it
 *
 * But for the last ones it does not change. Those of a socket are charged to its option
 * memory (net.core.optmem_max).
 */
struct strata_tcp_ao_key {
	struct hlist_node node;
	struct in6_addr addr;
	u8 prefix_len;
	u8 flags;
	u8 sndid;
	u8 rcvid;
	u8 mac_len;
	u8 algorithm;
	u8 len;
	bool cached;
	u8 octets[TCP_AO_MAXKEYLEN] __aligned(8);
	u8 traffic[2][round_up(STRATA_TCP_AO_TRAFFIC_MAX, 8)] __aligned(8);
	atomic64_t good;
	atomic64_t bad;
	struct rcu_head rcu;
};

/**
 * struct strata_tcp_ao - what a socket or a timewait knows of the option
 * @keys: struct strata_tcp_ao_key; RCU, changed under the socket's lock
 * @current_key: signs what is sent (Current_key); the peer may choose it; NULL for a
 *	listener
 * @rnext_key: asked of the peer (RNext_key)
 * @bytes: most that one of @keys takes of a header
 * @required: nothing unsigned is believed, of anybody
 * @accept_icmps: ICMP errors are believed
 * @good: segments verified
 * @bad: segments with a wrong MAC
 * @key_not_found: segments with a KeyID that no key has
 * @missing: segments without the option
 * @dropped_icmps: ICMP errors not believed
 * @rcu: to free it
 */
struct strata_tcp_ao {
	struct hlist_head keys;
	struct strata_tcp_ao_key *current_key;
	struct strata_tcp_ao_key *rnext_key;
	u8 bytes;
	bool required;
	bool accept_icmps;
	atomic64_t good;
	atomic64_t bad;
	atomic64_t key_not_found;
	atomic64_t missing;
	atomic64_t dropped_icmps;
	struct rcu_head rcu;
};

/**
 * struct strata_tcp_ao_ends - the context of a traffic key (RFC 5925 5.2)
 * @saddr: who sends what it signs
 * @daddr: who receives it
 * @sport: port of the one
 * @dport: port of the other
 * @sisn: initial sequence number of the one
 * @disn: of the other, 0 for a SYN
 */
struct strata_tcp_ao_ends {
	struct in6_addr saddr;
	struct in6_addr daddr;
	__be16 sport;
	__be16 dport;
	u32 sisn;
	u32 disn;
};

/* ao_mac.c */
int strata_tcp_ao_load(enum strata_tcp_ao_algorithm algorithm);
void strata_tcp_ao_unload(void);
unsigned int strata_tcp_ao_digest_len(enum strata_tcp_ao_algorithm algorithm);
const char *strata_tcp_ao_name(enum strata_tcp_ao_algorithm algorithm);
int strata_tcp_ao_master(struct strata_tcp_ao_key *key, const u8 *octets, u8 len);
int strata_tcp_ao_derive(const struct strata_tcp_ao_key *key,
			 const struct strata_tcp_ao_ends *ends, u8 *traffic);
int strata_tcp_ao_mac(const struct strata_tcp_ao_key *key, const u8 *traffic,
		      u32 sne, struct sk_buff *skb, const u8 *option,
		      const struct in6_addr *saddr,
		      const struct in6_addr *daddr, u8 *mac);

/* ao_keys.c */
struct strata_tcp_ao_key *
strata_tcp_ao_find(const struct strata_tcp_ao *ao, const struct in6_addr *faddr,
		   int sndid, int rcvid);
bool strata_tcp_ao_requires(const struct sock *sk, const struct in6_addr *faddr);
struct strata_tcp_ao *strata_tcp_ao_alloc(gfp_t gfp);
void strata_tcp_ao_link(struct strata_tcp_ao *ao, struct strata_tcp_ao_key *key);
int strata_tcp_ao_delete(struct sock *sk, struct strata_tcp_ao *ao,
			 struct strata_tcp_ao_key *key,
			 struct strata_tcp_ao_key *new_current,
			 struct strata_tcp_ao_key *new_rnext);
void strata_tcp_ao_unlink(struct sock *sk, struct strata_tcp_ao *ao,
			  struct strata_tcp_ao_key *key);
int strata_tcp_ao_connect(struct sock *sk);
void strata_tcp_ao_cache(const struct sock *sk, struct strata_tcp_ao_key *key);
void strata_tcp_ao_established(struct sock *sk);
bool strata_tcp_ao_inherit(struct sock *child,
			   const struct strata_tcp_request *req);
void strata_tcp_ao_forget(struct sock *sk);
struct strata_tcp_ao *strata_tcp_ao_keep(const struct strata_tcp_ao *ao);
void strata_tcp_ao_drop(struct strata_tcp_ao *ao);

/* ao_sign.c */
u32 strata_tcp_ao_sne(u64 near, u32 seq);
void strata_tcp_ao_ends_of(const struct sock *sk, struct strata_tcp_ao_ends *ends);
const struct strata_tcp_signer *
strata_tcp_ao_signer(const struct sock *sk, const struct strata_tcp_ao *ao,
		     bool syn, struct strata_tcp_signer *room);
const struct strata_tcp_signer *
strata_tcp_ao_sign_request(const struct strata_tcp_request *req,
			   struct strata_tcp_signer *room);
const struct strata_tcp_signer *
strata_tcp_ao_sign_refusal(const struct sock *listener, const struct sk_buff *skb,
			   const u8 *option, struct strata_tcp_signer *room);
const struct strata_tcp_signer *
strata_tcp_ao_sign_kept(const struct strata_tcp_kept *kept,
			struct strata_tcp_signer *room);
void strata_tcp_ao_sign(const struct strata_tcp_signer *signer,
			struct sk_buff *skb, void *option,
			const struct in6_addr *saddr,
			const struct in6_addr *daddr);

/* ao.c */
enum strata_drop_reason
strata_tcp_ao_check(const struct sock *sk, const struct strata_tcp_request *req,
		    struct sk_buff *skb, const u8 *option);
enum strata_drop_reason
strata_tcp_ao_check_kept(struct strata_net *sn, const struct strata_tcp_kept *kept,
			 struct sk_buff *skb, const u8 *option);
bool strata_tcp_ao_ignores(const struct sock *sk,
			   const struct strata_l4_error *error);

/* ao_set.c and ao_get.c */
bool strata_tcp_ao_prefix_ok(const struct in6_addr *addr, u8 prefix_len, int family);
int strata_tcp_ao_set(struct sock *sk, int optname, sockptr_t optval,
		      unsigned int optlen);
int strata_tcp_ao_get(struct sock *sk, int optname, char __user *optval,
		      int __user *optlen);

/* What the option takes of a header, NOPs that align it counted in. */
static inline unsigned int tcp_ao_bytes(const struct strata_tcp_ao_key *key)
{
	return round_up(STRATA_TCP_AO_HEADER + key->mac_len, 4);
}

/* Of a socket that is locked or found under RCU. */
static inline struct strata_tcp_ao *tcp_ao(const struct sock *sk)
{
	return rcu_dereference_check(strata_tcp(sk)->ao, lockdep_sock_is_held(sk));
}

#endif /* _NET_TCP_AO_H */
