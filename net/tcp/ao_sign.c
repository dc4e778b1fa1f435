// SPDX-License-Identifier: GPL-2.0
/*
 * The Authentication Option (RFC 5925): how what goes out is signed. ao_keys.c says who
 * has which key, ao_mac.c what is computed.
 *
 * Traffic keys take both initial sequence numbers. Until they are known, a SYN has a
 * zero for the other one (RFC 5925 5.2). The sequence number's extension (SNE, 6.2) is
 * not counted: how many octets have come and gone is known in 64 bits, and no segment is
 * farther from there than half the sequence space.
 */
#include <strata/visibility.h>
#include "options.h"
#include "request.h"
#include "sign.h"

/**
 * strata_tcp_ao_sne() - the extension of a sequence number (RFC 5925 6.2)
 * @near: a sequence number in 64 bits, within 2^31 of it
 * @seq: its lower 32 bits
 */
u32 strata_tcp_ao_sne(u64 near, u32 seq)
{
	return (near + (s32)(seq - (u32)near)) >> 32;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_ao_sne);

/* What was acknowledged, in 64 bits, about. */
static u64 snd_near(const struct strata_tcp *tp)
{
	return (u64)tp->iss + tp->bytes_acked;
}

/**
 * strata_tcp_ao_ends_of() - the context of what a connection sends
 * @sk: its addresses and ports are set
 * @ends: out
 *
 * Context: socket locked, or RCU.
 */
void strata_tcp_ao_ends_of(const struct sock *sk, struct strata_tcp_ao_ends *ends)
{
	*ends = (struct strata_tcp_ao_ends) {
		.saddr = sk->sk_v6_rcv_saddr,
		.daddr = sk->sk_v6_daddr,
		.sport = htons(sk->sk_num),
		.dport = sk->sk_dport,
		.sisn = strata_tcp(sk)->iss,
		.disn = strata_tcp(sk)->irs,
	};
}

static void fill(struct strata_tcp_signer *room, const struct strata_tcp_ao_key *key,
		 u8 rnext, u64 near)
{
	room->md5 = NULL;
	room->ao = key;
	room->rnext = rnext;
	room->near = near;
	room->bytes = tcp_ao_bytes(key);
}

static const struct strata_tcp_signer *
derived(struct strata_tcp_signer *room, const struct strata_tcp_ao_ends *ends)
{
	return strata_tcp_ao_derive(room->ao, ends, room->traffic) ?
	       STRATA_TCP_MUTE : room;
}

/**
 * strata_tcp_ao_signer() - tcp_signer(), where there are keys
 * @sk: locked
 * @ao: its
 * @syn: a SYN without ACK is to be signed
 * @room: out
 *
 * Context: socket locked. Return: @room or STRATA_TCP_MUTE.
 */
const struct strata_tcp_signer *
strata_tcp_ao_signer(const struct sock *sk, const struct strata_tcp_ao *ao,
		     bool syn, struct strata_tcp_signer *room)
{
	const struct strata_tcp_ao_key *key = READ_ONCE(ao->current_key);
	const struct strata_tcp_ao_key *rnext = READ_ONCE(ao->rnext_key);
	struct strata_tcp_ao_ends ends;

	if (!key || !rnext)
		return STRATA_TCP_MUTE;
	fill(room, key, rnext->rcvid, snd_near(strata_tcp(sk)));
	/* Pairs with strata_tcp_ao_cache(). */
	if (likely(!syn && smp_load_acquire(&key->cached))) {
		memcpy(room->traffic, key->traffic[STRATA_TCP_AO_SEND],
		       sizeof(room->traffic));
		return room;
	}
	strata_tcp_ao_ends_of(sk, &ends);
	if (syn)
		ends.disn = 0;
	return derived(room, &ends);
}

static void ends_of_request(const struct strata_tcp_request *req,
			    struct strata_tcp_ao_ends *ends)
{
	*ends = (struct strata_tcp_ao_ends) {
		.saddr = req->common.skc_v6_rcv_saddr,
		.daddr = req->common.skc_v6_daddr,
		.sport = htons(req->common.skc_num),
		.dport = req->common.skc_dport,
		.sisn = req->snt_isn,
		.disn = req->rcv_isn,
	};
}

/**
 * strata_tcp_ao_sign_request() - how to sign what SYN-RECEIVED says
 * @req: its SYN was signed
 * @room: out
 *
 * By the key that the peer has asked for, which the listener may have no more.
 *
 * Context: RCU. Return: @room or STRATA_TCP_MUTE.
 */
const struct strata_tcp_signer *
strata_tcp_ao_sign_request(const struct strata_tcp_request *req,
			   struct strata_tcp_signer *room)
{
	const struct strata_tcp_ao *ao = tcp_ao(req->listener);
	const struct strata_tcp_ao_key *key;
	struct strata_tcp_ao_ends ends;

	key = ao ? strata_tcp_ao_find(ao, &req->common.skc_v6_daddr,
				      req->ao_sndid, -1) : NULL;
	if (!key)
		return STRATA_TCP_MUTE;
	fill(room, key, req->ao_rcvid, req->snt_isn);
	ends_of_request(req, &ends);
	return derived(room, &ends);
}

/* Of what answers @skb; its sequence numbers are those of a SYN, or next to them. */
static void ends_of_answer(const struct sk_buff *skb, struct strata_tcp_ao_ends *ends)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);

	*ends = (struct strata_tcp_ao_ends) {
		.sport = tcp_hdr(skb)->dest,
		.dport = tcp_hdr(skb)->source,
		.disn = seg->seq,
	};
	strata_packet_addrs(skb, &ends->daddr, &ends->saddr);
	if (seg->flags & TCPF_HDR_ACK) {
		ends->sisn = seg->ack_seq - 1;
		ends->disn--;
	}
}

/**
 * strata_tcp_ao_sign_refusal() - how a listener signs a RST
 * @listener: whose
 * @skb: what it refuses, verified; tcp_seg() is filled in
 * @option: its option
 * @room: out
 *
 * Nothing of a connection is known, but that @skb was verified as a SYN or as what
 * acknowledges a cookie.
 *
 * Context: RCU. Return: @room or STRATA_TCP_MUTE.
 */
const struct strata_tcp_signer *
strata_tcp_ao_sign_refusal(const struct sock *listener, const struct sk_buff *skb,
			   const u8 *option, struct strata_tcp_signer *room)
{
	const struct strata_tcp_ao *ao = tcp_ao(listener);
	const struct strata_tcp_ao_key *key;
	struct strata_tcp_ao_ends ends;

	ends_of_answer(skb, &ends);
	key = ao ? strata_tcp_ao_find(ao, &ends.daddr, option[STRATA_TCP_AO_RNEXT], -1) : NULL;
	if (!key)
		return STRATA_TCP_MUTE;
	fill(room, key, key->rcvid, ends.sisn);
	return derived(room, &ends);
}

/**
 * strata_tcp_ao_sign_kept() - how a timewait signs
 * @kept: its keys
 * @room: out
 *
 * Context: RCU. Return: @room or STRATA_TCP_MUTE.
 */
const struct strata_tcp_signer *
strata_tcp_ao_sign_kept(const struct strata_tcp_kept *kept,
			struct strata_tcp_signer *room)
{
	const struct strata_tcp_ao *ao = kept->ao;
	const struct strata_tcp_ao_key *key = READ_ONCE(ao->current_key);

	if (!key || !ao->rnext_key)
		return STRATA_TCP_MUTE;
	fill(room, key, ao->rnext_key->rcvid, kept->snd_near);
	return derived(room, &kept->ends);
}

/**
 * strata_tcp_ao_sign() - write the option (RFC 5925 2.2)
 * @signer: how
 * @skb: the segment, complete but for this option and the checksum; skb->data at
 *	its TCP header, whose length counts the option in
 * @option: @signer->bytes of that header
 * @saddr: whence it goes
 * @daddr: where to
 *
 * Context: any.
 */
void strata_tcp_ao_sign(const struct strata_tcp_signer *signer,
			struct sk_buff *skb, void *option,
			const struct in6_addr *saddr,
			const struct in6_addr *daddr)
{
	const struct strata_tcp_ao_key *key = signer->ao;
	unsigned int len = STRATA_TCP_AO_HEADER + key->mac_len;
	u32 sne = strata_tcp_ao_sne(signer->near, ntohl(tcp_hdr(skb)->seq));
	u8 *ptr = option, *mac = ptr + STRATA_TCP_AO_HEADER;

	*ptr = TCPOPT_AO;
	ptr[STRATA_TCP_AO_LEN] = len;
	ptr[STRATA_TCP_AO_KEYID] = key->sndid;
	ptr[STRATA_TCP_AO_RNEXT] = signer->rnext;
	/* Where options are signed, these are, too. */
	memset(ptr + len, TCPOPT_NOP, signer->bytes - len);
	/* A wrong one is dropped by the peer, as if it were lost. */
	if (strata_tcp_ao_mac(key, signer->traffic, sne, skb, option, saddr, daddr,
			      mac))
		memset(mac, 0, key->mac_len);
}
