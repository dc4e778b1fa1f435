// SPDX-License-Identifier: GPL-2.0
/*
 * The Authentication Option (RFC 5925): what is believed of what comes in. ao_sign.c
 * signs what goes out, ao_keys.c says who has which key, ao_mac.c what is computed.
 */
#include <crypto/algapi.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <strata/visibility.h>
#include "request.h"
#include "sign.h"

/* It is what it should be. */
#define GOOD	STRATA_DROP_MAX

/* What has come, in 64 bits, about. */
static u64 rcv_near(const struct strata_tcp *tp)
{
	return (u64)tp->irs + READ_ONCE(tp->bytes_received);
}

/**
 * struct verified - with what a segment is verified
 * @key: the master key that it names
 * @traffic: its traffic key; NULL: that of @ends
 * @ends: the connection, the peer being the sender
 * @near: about where the peer's sequence numbers are, in 64 bits
 */
struct verified {
	struct strata_tcp_ao_key *key;
	const u8 *traffic;
	struct strata_tcp_ao_ends ends;
	u64 near;
};

static bool is_right(const struct verified *with, struct sk_buff *skb,
		     const u8 *option)
{
	const struct strata_tcp_ao_key *key = with->key;
	u8 traffic[STRATA_TCP_AO_TRAFFIC_MAX] __aligned(8);
	u8 wanted[STRATA_TCP_AO_MAC_MAX];
	u32 sne = strata_tcp_ao_sne(with->near, tcp_seg(skb)->seq);

	if (option[STRATA_TCP_AO_LEN] != STRATA_TCP_AO_HEADER + key->mac_len)
		return false;
	if (!with->traffic && strata_tcp_ao_derive(key, &with->ends, traffic))
		return false;
	return !strata_tcp_ao_mac(key, with->traffic ?: traffic, sne, skb, option,
				  &with->ends.saddr, &with->ends.daddr, wanted) &&
	       !crypto_memneq(option + STRATA_TCP_AO_HEADER, wanted, key->mac_len);
}

static enum strata_drop_reason verify(struct strata_net *sn, struct strata_tcp_ao *ao,
				      const struct verified *with,
				      struct sk_buff *skb, const u8 *option)
{
	if (!is_right(with, skb, option)) {
		strata_count(sn, TCP_AO_BAD);
		atomic64_inc(&ao->bad);
		atomic64_inc(&with->key->bad);
		return STRATA_DROP_TCP_AO_FAILURE;
	}
	strata_count(sn, TCP_AO_GOOD);
	atomic64_inc(&ao->good);
	atomic64_inc(&with->key->good);
	return GOOD;
}

static bool is_syn(const struct strata_tcp_seg *seg)
{
	return (seg->flags & (TCPF_HDR_SYN | TCPF_HDR_ACK)) == TCPF_HDR_SYN;
}

static void ends_of_sender(const struct sk_buff *skb, struct verified *with)
{
	with->traffic = NULL;
	with->ends.sport = tcp_hdr(skb)->source;
	with->ends.dport = tcp_hdr(skb)->dest;
	strata_packet_addrs(skb, &with->ends.saddr, &with->ends.daddr);
}

static void isns(struct verified *with, u32 sisn, u32 disn, u64 near)
{
	with->ends.sisn = sisn;
	with->ends.disn = disn;
	with->near = near;
}

/* In LISTEN: a SYN, or what may acknowledge a cookie. False: neither. */
static bool for_listener(const struct strata_tcp_seg *seg, struct verified *with)
{
	if ((seg->flags & (TCPF_HDR_SYN | TCPF_HDR_ACK)) != TCPF_HDR_ACK)
		return false;
	isns(with, seg->seq - 1, seg->ack_seq - 1, seg->seq - 1);
	return true;
}

/* In SYN-SENT: the peer's number is in its SYN, and a RST before one has none. */
static void for_opening(const struct strata_tcp *tp, const struct strata_tcp_seg *seg,
			struct verified *with)
{
	u32 irs = seg->flags & (TCPF_HDR_SYN | TCPF_HDR_RST) ? seg->seq : tp->irs;

	isns(with, irs, tp->iss, irs);
}

/* In a state with both numbers: by the keys that were derived then. */
static void for_connection(const struct strata_tcp *tp, struct verified *with)
{
	isns(with, tp->irs, tp->iss, rcv_near(tp));
	/* Pairs with strata_tcp_ao_cache(). */
	if (likely(smp_load_acquire(&with->key->cached)))
		with->traffic = with->key->traffic[STRATA_TCP_AO_RECEIVE];
}

/* By what @skb is to be verified. False: there is no telling. */
static bool look_up(const struct sock *sk, const struct strata_tcp_request *req,
		    const struct sk_buff *skb, struct verified *with)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);

	if (is_syn(seg)) {
		isns(with, seg->seq, 0, seg->seq);
		return true;
	}
	if (req) {
		isns(with, req->rcv_isn, req->snt_isn, req->rcv_isn);
		return true;
	}
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_CLOSE:
		return false;
	case TCP_LISTEN:
		return for_listener(seg, with);
	case TCP_SYN_SENT:
		for_opening(strata_tcp(sk), seg, with);
		return true;
	default:
		for_connection(strata_tcp(sk), with);
		return true;
	}
}

/* RFC 5925 7.5: the peer asks for another key. One that we have not is not asked for. */
static void take_rnext(struct strata_tcp_ao *ao, const struct in6_addr *faddr, u8 rnext)
{
	const struct strata_tcp_ao_key *current_key = READ_ONCE(ao->current_key);
	struct strata_tcp_ao_key *key;

	if (likely(current_key && current_key->sndid == rnext))
		return;
	key = strata_tcp_ao_find(ao, faddr, rnext, -1);
	if (key)
		WRITE_ONCE(ao->current_key, key);	/* strata_tcp_ao_delete() */
}

static bool has_current(const struct sock *sk)
{
	return !((1 << READ_ONCE(sk->sk_state)) &
		 (TCPF_LISTEN | TCPF_SYN_SENT | TCPF_CLOSE));
}

static struct strata_tcp_ao_key *named(struct strata_net *sn, struct strata_tcp_ao *ao,
				       const struct in6_addr *faddr, const u8 *option)
{
	struct strata_tcp_ao_key *key;

	key = strata_tcp_ao_find(ao, faddr, -1, option[STRATA_TCP_AO_KEYID]);
	if (!key) {
		strata_count(sn, TCP_AO_KEY_NOT_FOUND);
		atomic64_inc(&ao->key_not_found);
	}
	return key;
}

/**
 * strata_tcp_ao_check() - is a segment signed as it should be?
 * @sk: the owner; for a request its listener
 * @req: the request or NULL
 * @skb: skb->data at the TCP header; not owned
 * @option: its option
 *
 * Counts it either way, under the names that the kernel has for it.
 *
 * Context: softirq, RCU; @sk is not locked.
 * Return: STRATA_DROP_MAX: it is; else why to drop it.
 */
enum strata_drop_reason
strata_tcp_ao_check(const struct sock *sk, const struct strata_tcp_request *req,
		    struct sk_buff *skb, const u8 *option)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_tcp_ao *ao = tcp_ao(sk);
	enum strata_drop_reason reason;
	struct verified with;

	if (!ao) {
		strata_count(sn, TCP_AO_KEY_NOT_FOUND);
		return STRATA_DROP_TCP_AO_UNEXPECTED;
	}
	ends_of_sender(skb, &with);
	with.key = named(sn, ao, &with.ends.saddr, option);
	if (!with.key)
		return STRATA_DROP_TCP_AO_KEY_NOT_FOUND;
	if (!look_up(sk, req, skb, &with))
		return STRATA_DROP_TCP_FLAGS;
	reason = verify(sn, ao, &with, skb, option);
	if (reason == GOOD && !req && has_current(sk) && !is_syn(tcp_seg(skb)))
		take_rnext(ao, &with.ends.saddr, option[STRATA_TCP_AO_RNEXT]);
	return reason;
}

/**
 * strata_tcp_ao_check_kept() - the same for a timewait
 * @sn: the namespace's stack
 * @kept: its keys
 * @skb: skb->data at the TCP header; not owned
 * @option: its option
 *
 * Context: softirq, RCU. Return: as strata_tcp_ao_check().
 */
enum strata_drop_reason
strata_tcp_ao_check_kept(struct strata_net *sn, const struct strata_tcp_kept *kept,
			 struct sk_buff *skb, const u8 *option)
{
	enum strata_drop_reason reason;
	struct verified with;

	ends_of_sender(skb, &with);
	isns(&with, kept->ends.disn, kept->ends.sisn, kept->rcv_near);
	with.key = named(sn, kept->ao, &with.ends.saddr, option);
	if (!with.key)
		return STRATA_DROP_TCP_AO_KEY_NOT_FOUND;
	reason = verify(sn, kept->ao, &with, skb, option);
	if (reason == GOOD)
		take_rnext(kept->ao, &with.ends.saddr, option[STRATA_TCP_AO_RNEXT]);
	return reason;
}

/* RFC 5925 7.8: those that could end a connection or make its segments small. */
static bool is_harmful(const struct strata_l4_error *error)
{
	if (strata_addr_is4(&error->daddr))
		return error->icmp_type == ICMP_DEST_UNREACH &&
		       error->icmp_code >= ICMP_PROT_UNREACH &&
		       error->icmp_code <= ICMP_FRAG_NEEDED;
	return error->icmp_type == ICMPV6_DEST_UNREACH &&
	       (error->icmp_code == ICMPV6_ADM_PROHIBITED ||
		error->icmp_code == ICMPV6_PORT_UNREACH);
}

/**
 * strata_tcp_ao_ignores() - is an ICMP error too little to be believed?
 * @sk: not a listener; locked
 * @error: the error, about a segment of its
 *
 * RFC 5925 7.8: in synchronised states it is, unless the program accepts them.
 *
 * Context: softirq, RCU.
 */
bool strata_tcp_ao_ignores(const struct sock *sk, const struct strata_l4_error *error)
{
	struct strata_tcp_ao *ao;

	if (!static_branch_unlikely(&strata_tcp_sign_used))
		return false;
	ao = tcp_ao(sk);
	if (!ao || ao->accept_icmps || !is_harmful(error) ||
	    (1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))
		return false;
	strata_count(strata_sock_net(sk), TCP_AO_DROPPED_ICMPS);
	atomic64_inc(&ao->dropped_icmps);
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_ao_ignores);
