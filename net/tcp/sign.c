// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that prove by whom they were sent, of either kind: what is signed how, and
 * what is admitted. Whoever sends asks for a signer first, for it takes room in the
 * header, and lets it sign when the segment is complete.
 */
#include <strata/visibility.h>
#include "listener.h"
#include "options.h"
#include "request.h"
#include "sign.h"

/* The segment is signed as it should be. */
#define GOOD	STRATA_DROP_MAX

/* Not signed where there is no key. */
static const struct strata_tcp_signer *
by_md5(const struct strata_tcp_md5_key *key, struct strata_tcp_signer *room)
{
	if (!key)
		return NULL;
	room->md5 = key;
	room->ao = NULL;
	room->bytes = STRATA_TCP_MD5_BYTES;
	return room;
}

/**
 * strata_tcp_sign_connection() - tcp_signer(), where there may be keys
 * @sk: locked
 * @syn: a SYN without ACK is to be signed
 * @room: out
 *
 * Context: socket locked. Return: as tcp_signer().
 */
const struct strata_tcp_signer *
strata_tcp_sign_connection(const struct sock *sk, bool syn,
			   struct strata_tcp_signer *room)
{
	const struct strata_tcp_ao *ao = tcp_ao(sk);

	if (ao)
		return strata_tcp_ao_signer(sk, ao, syn, room);
	return by_md5(tcp_md5_key(sk, &sk->sk_v6_daddr), room);
}

/**
 * strata_tcp_sign_request() - how to sign what SYN-RECEIVED says
 * @req: the request
 * @room: out
 *
 * By the keys that the listener has by now.
 *
 * Context: RCU. Return: as tcp_signer().
 */
const struct strata_tcp_signer *
strata_tcp_sign_request(const struct strata_tcp_request *req,
			struct strata_tcp_signer *room)
{
	if (unlikely(req->ao))
		return strata_tcp_ao_sign_request(req, room);
	return by_md5(tcp_md5_key(req->listener, &req->common.skc_v6_daddr), room);
}

/**
 * strata_tcp_sign_refusal() - how a listener signs a RST
 * @listener: whose
 * @skb: what it refuses, admitted; tcp_seg() is filled in
 * @room: out
 *
 * Context: RCU. Return: as tcp_signer().
 */
const struct strata_tcp_signer *
strata_tcp_sign_refusal(const struct sock *listener, const struct sk_buff *skb,
			struct strata_tcp_signer *room)
{
	struct in6_addr saddr, daddr;
	const u8 *md5, *ao;

	if (!static_branch_unlikely(&strata_tcp_sign_used))
		return NULL;
	strata_tcp_options_signed(tcp_hdr(skb), &md5, &ao);
	if (ao)
		return strata_tcp_ao_sign_refusal(listener, skb, ao, room);
	strata_packet_addrs(skb, &saddr, &daddr);
	return by_md5(tcp_md5_key(listener, &saddr), room);
}

/**
 * strata_tcp_sign_timewait() - how a timewait signs
 * @tw: the timewait
 * @room: out
 *
 * Context: RCU. Return: as tcp_signer().
 */
const struct strata_tcp_signer *
strata_tcp_sign_timewait(const struct strata_tcp_timewait *tw,
			 struct strata_tcp_signer *room)
{
	if (likely(!tw->kept))
		return NULL;
	if (tw->kept->ao)
		return strata_tcp_ao_sign_kept(tw->kept, room);
	return by_md5(tw->kept->md5, room);
}

/**
 * strata_tcp_sign_stranger() - a segment belongs to nobody: how is it refused?
 * @sn: the namespace's stack
 * @skb: skb->data at the TCP header; not owned
 * @room: out
 *
 * What is signed is worth an answer only if that can be signed, too, or it would not
 * be believed. The connection is gone with its key; but where both ends listen on the
 * port that the peer has used, as in BGP, the listener may have the same. With the
 * Authentication Option that does not help: the connection's sequence numbers are gone,
 * too (RFC 5925 7.7).
 *
 * Context: softirq, RCU. Return: as tcp_signer().
 */
const struct strata_tcp_signer *
strata_tcp_sign_stranger(struct strata_net *sn, struct sk_buff *skb,
			 struct strata_tcp_signer *room)
{
	const struct strata_tcp_signer *signer;
	const struct tcphdr *th = tcp_hdr(skb);
	const struct sock *listener;
	struct in6_addr saddr, daddr;
	const u8 *md5, *ao;

	if (!tcp_sign_matters(skb))
		return NULL;
	if (!strata_tcp_options_signed(th, &md5, &ao) || ao)
		return STRATA_TCP_MUTE;
	if (!md5)
		return NULL;
	strata_packet_addrs(skb, &saddr, &daddr);
	listener = strata_tcp_lookup_listener(sn, &daddr, th->source, &saddr,
					      th->source, strata_cb(skb)->iif);
	signer = by_md5(listener ? tcp_md5_key(listener, &saddr) : NULL, room);
	return signer && strata_tcp_md5_is_right(signer->md5, skb, md5) ?
	       signer : STRATA_TCP_MUTE;
}

/**
 * strata_tcp_sign_room() - tcp_sign_bytes(), where there may be keys
 * @sk: a connection
 *
 * Context: socket locked, or RCU.
 */
unsigned int strata_tcp_sign_room(const struct sock *sk)
{
	const struct strata_tcp_ao *ao = tcp_ao(sk);

	if (ao)
		return ao->bytes;
	return tcp_md5_key(sk, &sk->sk_v6_daddr) ? STRATA_TCP_MD5_BYTES : 0;
}

/**
 * strata_tcp_sign() - write the option
 * @signer: how
 * @skb: the segment, complete but for this option and the checksum; skb->data at
 *	its TCP header, whose length counts the option in
 * @option: @signer->bytes of that header
 * @saddr: whence it goes
 * @daddr: where to
 *
 * Context: any.
 */
void strata_tcp_sign(const struct strata_tcp_signer *signer, struct sk_buff *skb,
		     void *option, const struct in6_addr *saddr,
		     const struct in6_addr *daddr)
{
	if (signer->ao)
		strata_tcp_ao_sign(signer, skb, option, saddr, daddr);
	else
		strata_tcp_md5_sign(signer->md5, skb, option, saddr, daddr);
}

static void count_missing(struct strata_net *sn, const struct sock *sk)
{
	struct strata_tcp_ao *ao = tcp_ao(sk);

	strata_count(sn, TCP_AO_REQUIRED);
	if (ao)
		atomic64_inc(&ao->missing);
}

static enum strata_drop_reason check(struct strata_net *sn, struct sock *sk,
				     const struct strata_tcp_request *req,
				     struct sk_buff *skb)
{
	struct in6_addr saddr, daddr;
	const u8 *md5, *ao;

	if (!strata_tcp_options_signed(tcp_hdr(skb), &md5, &ao))
		return STRATA_DROP_TCP_SIGNATURES;
	/* RFC 5925 7.4.1: the SYN has decided it. */
	if (req && req->ao != !!ao) {
		strata_count(sn, TCP_AO_BAD);
		return STRATA_DROP_TCP_AO_FAILURE;
	}
	if (ao)
		return strata_tcp_ao_check(sk, req, skb, ao);
	strata_packet_addrs(skb, &saddr, &daddr);
	if (!md5 && strata_tcp_ao_requires(sk, &saddr)) {
		count_missing(sn, sk);
		return STRATA_DROP_TCP_AO_NOT_FOUND;
	}
	return strata_tcp_md5_check(sn, tcp_md5_key(sk, &saddr), skb, md5);
}

/**
 * strata_tcp_sign_admit() - tcp_sign_admits(), where it matters
 * @sk: the owner; for a request its listener
 * @req: the request or NULL
 * @skb: the segment; freed if it is refused
 *
 * Context: softirq, RCU; @sk is not locked. Return: whether it may pass.
 */
bool strata_tcp_sign_admit(struct sock *sk, const struct strata_tcp_request *req,
			   struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(sk);
	enum strata_drop_reason reason = check(sn, sk, req, skb);

	if (likely(reason == GOOD))
		return true;
	sk_drops_add(sk, skb);
	strata_drop(sn, skb, reason);
	return false;
}

/**
 * strata_tcp_sign_check_timewait() - is a segment for a timewait signed as it should be?
 * @tw: the timewait
 * @skb: skb->data at the TCP header; not owned
 *
 * A SYN is for a listener to judge, if there is one. All else is of the connection that
 * was.
 *
 * Context: softirq, RCU. Return: STRATA_DROP_MAX: it is; else why to drop it.
 */
enum strata_drop_reason
strata_tcp_sign_check_timewait(const struct strata_tcp_timewait *tw,
			       struct sk_buff *skb)
{
	const struct strata_tcp_kept *kept = tw->kept;
	const u8 *md5, *ao;

	if (likely(!kept) ||
	    (tcp_seg(skb)->flags & (TCPF_HDR_SYN | TCPF_HDR_ACK |
				    TCPF_HDR_RST)) == TCPF_HDR_SYN)
		return GOOD;
	if (!strata_tcp_options_signed(tcp_hdr(skb), &md5, &ao))
		return STRATA_DROP_TCP_SIGNATURES;
	if (!kept->ao)
		return strata_tcp_md5_check(tw->sn, kept->md5, skb, md5);
	if (ao)
		return strata_tcp_ao_check_kept(tw->sn, kept, skb, ao);
	strata_count(tw->sn, TCP_AO_REQUIRED);
	return STRATA_DROP_TCP_AO_NOT_FOUND;
}
