/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments that prove by whom they were sent: what connections, requests and
 * timewaits know of signatures, of which there are two kinds, MD5's (RFC 2385, md5.h)
 * and the Authentication Option's (RFC 5925, ao.h). For one peer there is one kind.
 *
 * Who has no key pays nothing for it: keys are looked for behind a static key, and
 * a header too short for the option has none.
 */
#ifndef _NET_TCP_SIGN_H
#define _NET_TCP_SIGN_H

#include <linux/err.h>
#include <linux/jump_label.h>
#include <linux/tcp.h>
#include "ao.h"
#include "md5.h"
#include "tcp.h"

/* The Authentication Option as nearly everybody has it, with a MAC of 12 octets. */
#define STRATA_TCP_SIGN_BYTES_MIN	16

/**
 * struct strata_tcp_signer - how to sign a segment that is to be sent
 * @md5: by this key, borrowed; or
 * @ao: by this one
 * @near: of @ao: the segment's sequence number, in 64 bits, is within 2^31 of it
 * @bytes: of header that the option takes, a multiple of 4
 * @rnext: of @ao: RNextKeyID
 * @traffic: of @ao: the Send_SYN or Send_other traffic key (RFC 5925 5.2)
 *
 * In memory of who sends, good until the end of the RCU read side or of the socket's
 * lock. No signer at all: no signature.
 */
struct strata_tcp_signer {
	const struct strata_tcp_md5_key *md5;
	const struct strata_tcp_ao_key *ao;
	u64 near;
	u8 bytes;
	u8 rnext;
	u8 traffic[STRATA_TCP_AO_TRAFFIC_MAX] __aligned(8);
};

/* A signature is due, and cannot be made: better nothing is sent. */
#define STRATA_TCP_MUTE	((const struct strata_tcp_signer *)ERR_PTR(-ENOKEY))

/**
 * struct strata_tcp_kept - signatures of a connection that goes on without its socket
 * @md5: a copy of its key; or
 * @ao: of its keys
 * @ends: whose keys: ports, addresses and initial sequence numbers, we being the sender
 * @snd_near: its SND.NXT, in 64 bits, about
 * @rcv_near: likewise RCV.NXT
 * @rcu: to free it
 */
struct strata_tcp_kept {
	const struct strata_tcp_md5_key *md5;
	struct strata_tcp_ao *ao;
	struct strata_tcp_ao_ends ends;
	u64 snd_near;
	u64 rcv_near;
	struct rcu_head rcu;
};

/* Some socket or timewait has keys. */
DECLARE_STATIC_KEY_FALSE(strata_tcp_sign_used);

/* sign_users.c */
void strata_tcp_sign_first_user(void);
bool strata_tcp_sign_another_user(void);
void strata_tcp_sign_user_gone(void);
bool strata_tcp_sign_matches(const struct in6_addr *addr, u8 prefix_len,
			     const struct in6_addr *faddr);
void strata_tcp_sign_fit(struct sock *sk);
bool strata_tcp_sign_inherit(struct sock *child,
			     const struct strata_tcp_request *req);
void strata_tcp_sign_forget(struct sock *sk);
bool strata_tcp_sign_keep(const struct sock *sk, struct strata_tcp_kept **kept);
void strata_tcp_sign_drop(struct strata_tcp_kept *kept);
void strata_tcp_sign_exit(void);

/* sign.c */
const struct strata_tcp_signer *
strata_tcp_sign_connection(const struct sock *sk, bool syn,
			   struct strata_tcp_signer *room);
const struct strata_tcp_signer *
strata_tcp_sign_request(const struct strata_tcp_request *req,
			struct strata_tcp_signer *room);
const struct strata_tcp_signer *
strata_tcp_sign_refusal(const struct sock *listener, const struct sk_buff *skb,
			struct strata_tcp_signer *room);
const struct strata_tcp_signer *
strata_tcp_sign_timewait(const struct strata_tcp_timewait *tw,
			 struct strata_tcp_signer *room);
const struct strata_tcp_signer *
strata_tcp_sign_stranger(struct strata_net *sn, struct sk_buff *skb,
			 struct strata_tcp_signer *room);
unsigned int strata_tcp_sign_room(const struct sock *sk);
void strata_tcp_sign(const struct strata_tcp_signer *signer, struct sk_buff *skb,
		     void *option, const struct in6_addr *saddr,
		     const struct in6_addr *daddr);
bool strata_tcp_sign_admit(struct sock *sk, const struct strata_tcp_request *req,
			   struct sk_buff *skb);
enum strata_drop_reason
strata_tcp_sign_check_timewait(const struct strata_tcp_timewait *tw,
			       struct sk_buff *skb);

/**
 * tcp_signer() - how is the next segment of a connection to be signed?
 * @sk: not a listener; locked
 * @syn: it is a SYN without ACK
 * @room: for what is returned
 *
 * Context: socket locked. Return: @room, NULL (not at all) or STRATA_TCP_MUTE.
 */
static inline const struct strata_tcp_signer *
tcp_signer(const struct sock *sk, bool syn, struct strata_tcp_signer *room)
{
	if (!static_branch_unlikely(&strata_tcp_sign_used))
		return NULL;
	return strata_tcp_sign_connection(sk, syn, room);
}

/* Bytes of option that a segment has for it. */
static inline unsigned int tcp_signer_bytes(const struct strata_tcp_signer *signer)
{
	return IS_ERR_OR_NULL(signer) ? 0 : signer->bytes;
}

static inline bool tcp_signer_is_md5(const struct strata_tcp_signer *signer)
{
	return !IS_ERR_OR_NULL(signer) && signer->md5;
}

/* Bytes of option that every segment of a connection may have for it. */
static inline unsigned int tcp_sign_bytes(const struct sock *sk)
{
	if (!static_branch_unlikely(&strata_tcp_sign_used))
		return 0;
	return strata_tcp_sign_room(sk);
}

/* Is the option to be looked for? Nearly never. */
static inline bool tcp_sign_matters(const struct sk_buff *skb)
{
	const unsigned int doff = sizeof(struct tcphdr) + STRATA_TCP_SIGN_BYTES_MIN;

	return static_branch_unlikely(&strata_tcp_sign_used) ||
	       unlikely(tcp_hdr(skb)->doff >= doff / 4);
}

/**
 * tcp_sign_admits() - is a segment signed as its owner expects?
 * @sk: a listener, for a request its listener, or a connection
 * @req: the request or NULL
 * @skb: skb->data at the TCP header; freed and counted if not
 *
 * Asked before anything else of the segment is believed.
 *
 * Context: softirq, RCU; the socket needs no lock.
 */
static inline bool tcp_sign_admits(struct sock *sk,
				   const struct strata_tcp_request *req,
				   struct sk_buff *skb)
{
	return !tcp_sign_matters(skb) || strata_tcp_sign_admit(sk, req, skb);
}

/* The initial sequence numbers of both ends are known: so are the traffic keys. */
static inline void tcp_sign_established(struct sock *sk)
{
	if (static_branch_unlikely(&strata_tcp_sign_used))
		strata_tcp_ao_established(sk);
}

#endif /* _NET_TCP_SIGN_H */
