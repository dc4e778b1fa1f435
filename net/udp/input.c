// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams and ICMP errors from the network layer (RFC 768, RFC 1122 4.1).
 */
#include <linux/filter.h>
#include <linux/indirect_call_wrapper.h>
#include <linux/module.h>
#include <net/tcp_states.h>
#include <strata/visibility.h>
#include "udp.h"

static __wsum rcv_pseudo(struct sk_buff *skb, int proto)
{
	struct in6_addr saddr, daddr;

	strata_packet_addrs(skb, &saddr, &daddr);
	return ~csum_unfold(strata_pseudo_magic(&saddr, &daddr, skb->len,
						proto, 0));
}

/*
 * Settles what can be settled without reading the payload; the rest waits for
 * the copy to the program, which reads it anyway. A short datagram is summed up
 * at once. Returns false if the checksum is wrong.
 */
static bool rcv_csum(struct sk_buff *skb, const struct udphdr *uh)
{
	bool is4 = strata_cb(skb)->family == AF_INET;

	/* RFC 768: zero: the sender made none. RFC 8200 8.1: it must. */
	if (!uh->check && !is4)
		return false;
	if (skb_checksum_init_zero_check(skb, IPPROTO_UDP, uh->check,
					 rcv_pseudo))
		return false;
	if (skb->ip_summed == CHECKSUM_COMPLETE && !skb->csum_valid) {
		/* The device says it is wrong: see for ourselves. */
		skb->ip_summed = CHECKSUM_NONE;
		return !__skb_checksum_complete(skb);
	}
	return true;
}

/* Length fields are believed only now. Returns the header or NULL. */
static const struct udphdr *rcv_header(struct sk_buff *skb)
{
	const struct udphdr *uh;
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(*uh)))
		return NULL;
	uh = (const struct udphdr *)skb->data;
	len = ntohs(uh->len);
	if (len < sizeof(*uh) || len > skb->len)
		return NULL;
	/* RFC 1122 says nothing of padding; the kernel trims it. */
	if (len < skb->len && pskb_trim_rcsum(skb, len))
		return NULL;
	return (const struct udphdr *)skb->data;
}

static void rcv_key(const struct sk_buff *skb, const struct udphdr *uh,
		    struct strata_udp_key *key)
{
	strata_packet_addrs(skb, &key->faddr, &key->laddr);
	key->lport = ntohs(uh->dest);
	key->fport = uh->source;
	key->iif = strata_cb(skb)->iif;
}

/* As strata_udp_deliver(). @gso_size: see struct udp_cb. */
static void rcv_deliver(struct sock *sk, struct sk_buff *skb, u16 gso_size,
			enum strata_counter rx)
{
	struct udp_cb *cb = udp_cb(skb);

	if (unlikely(rcu_access_pointer(sk->sk_filter)) &&
	    !skb_csum_unnecessary(skb) && __skb_checksum_complete(skb)) {
		strata_drop(strata_sock_net(sk), skb, STRATA_DROP_L4_CHECKSUM);
		atomic_inc(&sk->sk_drops);
		return;
	}
	if (sk_filter_trim_cap(sk, skb, sizeof(struct udphdr))) {
		strata_drop(strata_sock_net(sk), skb,
			    STRATA_DROP_SOCKET_FILTER);
		atomic_inc(&sk->sk_drops);
		return;
	}
	cb->gso_size = gso_size;
	cb->csum_ok = skb_csum_unnecessary(skb);
	if (!cb->csum_ok)
		skb->csum = csum_partial(skb->data, sizeof(struct udphdr),
					 skb->csum);
	else	/* IP_CHECKSUM tells the sum of the payload */
		skb_postpull_rcsum(skb, skb->data, sizeof(struct udphdr));
	__skb_pull(skb, sizeof(struct udphdr));
	strata_udp_enqueue(sk, skb, rx);
}

/**
 * strata_udp_deliver() - a datagram for a socket
 * @sk: the socket
 * @skb: skb->data at the UDP header; verified, or skb->csum covers the
 *	pseudo-header. Owned afterwards
 * @rx: the counter of datagrams delivered
 *
 * Context: softirq, RCU.
 */
void strata_udp_deliver(struct sock *sk, struct sk_buff *skb,
			enum strata_counter rx)
{
	rcv_deliver(sk, skb, 0, rx);
}
EXPORT_SYMBOL_GPL(strata_udp_deliver);

/* Does the program want several at once? Lists of whole buffers it is never given:
 * so does the kernel.
 */
static bool rcv_wants_merged(const struct sock *sk, const struct sk_buff *skb)
{
	return READ_ONCE(udp_sock(sk)->gro) &&
	       !(skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST);
}

/* Owns @skb: datagrams in one GSO buffer, merged on the way or never parted. */
static noinline void rcv_merged(struct strata_net *sn, struct sock *sk,
				struct sk_buff *skb)
{
	struct sk_buff *segs, *seg, *next;

	/* Nobody merges what has not been verified. */
	if (!skb_csum_unnecessary(skb)) {
		strata_drop(sn, skb, STRATA_DROP_L4_CHECKSUM);
		return;
	}
	if (rcv_wants_merged(sk, skb)) {
		rcv_deliver(sk, skb, skb_shinfo(skb)->gso_size,
			    STRATA_COUNT_UDP_RX);
		return;
	}
	segs = strata_udp_gso_split(skb);
	if (IS_ERR_OR_NULL(segs)) {
		strata_drop(sn, skb, STRATA_DROP_NO_MEMORY);
		return;
	}
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		rcv_deliver(sk, seg, 0, STRATA_COUNT_UDP_RX);
	}
}

/* Owns @skb. */
static void rcv_to_socket(struct strata_net *sn, struct sock *sk,
			  struct sk_buff *skb)
{
	const unsigned int merged = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST;

	if (likely(!(skb_shinfo(skb)->gso_type & merged)))
		rcv_deliver(sk, skb, 0, STRATA_COUNT_UDP_RX);
	else
		rcv_merged(sn, sk, skb);
}

/* RFC 1122 4.1.3.1: tell the sender, though never of a broadcast. */
static void rcv_no_socket(struct strata_net *sn, struct sk_buff *skb,
			  enum strata_counter no_port)
{
	const struct strata_cb *cb = strata_cb(skb);
	void (*report)(struct strata_net *sn, struct sk_buff *skb,
		       enum strata_unreachable what);

	if (!skb_csum_unnecessary(skb) && __skb_checksum_complete(skb)) {
		strata_drop(sn, skb, STRATA_DROP_L4_CHECKSUM);
		return;
	}
	strata_count_by(sn, no_port);
	report = strata_af(cb->family)->unreachable;
	if (!(cb->flags & (STRATA_CB_BROADCAST | STRATA_CB_MULTICAST |
			   STRATA_CB_L2_CAST)))
		report(sn, skb, STRATA_UNREACH_PORT);
	strata_drop(sn, skb, STRATA_DROP_L4_NO_SOCKET);
}

/* A copy for @sk, but the buffer itself for the last one. */
static void rcv_flood_one(struct strata_net *sn, struct sock *sk,
			  struct sk_buff *skb, const struct udp_kind *kind)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (copy) {
		INDIRECT_CALL_1(kind->deliver, rcv_to_socket, sn, sk, copy);
		return;
	}
	atomic_inc(&sk->sk_drops);
	strata_drop_count(sn, skb, STRATA_DROP_NO_MEMORY);
}

/* Owns @skb: a broadcast or multicast goes to every socket that matches, and wants
 * to hear its source.
 */
static void rcv_flood(struct strata_net *sn, struct sk_buff *skb,
		      const struct strata_udp_key *key,
		      const struct udp_kind *kind)
{
	struct strata_udp_net *un = kind->table(sn);
	bool multicast = strata_cb(skb)->flags & STRATA_CB_MULTICAST;
	struct sock *sk, *last = NULL;
	bool deaf = false;

	sk_for_each_rcu(sk, &strata_udp_port_slot(un, key->lport)->head) {
		if (!strata_udp_score(sk, key))
			continue;
		if (multicast && !strata_sock_hears(sk, &key->laddr,
						    &key->faddr, key->iif)) {
			deaf = true;
			continue;
		}
		if (last)
			rcv_flood_one(sn, last, skb, kind);
		last = sk;
	}
	if (last)
		INDIRECT_CALL_1(kind->deliver, rcv_to_socket, sn, last, skb);
	else if (deaf)
		strata_drop(sn, skb, STRATA_DROP_SOCKET_SOURCE);
	else
		rcv_no_socket(sn, skb, kind->no_port);
}

/* Inlined, so that the compiler knows what @kind is where that is UDP. */
static __always_inline void rcv_dispatch(struct strata_net *sn,
					 struct sk_buff *skb,
					 const struct udp_kind *kind)
{
	struct strata_udp_key key;
	struct sock *sk;

	rcv_key(skb, (const struct udphdr *)skb->data, &key);
	if (unlikely(strata_cb(skb)->flags &
		     (STRATA_CB_BROADCAST | STRATA_CB_MULTICAST))) {
		rcv_flood(sn, skb, &key, kind);
		return;
	}
	sk = strata_udp_lookup(kind->table(sn), &key);
	if (likely(sk))
		kind->deliver(sn, sk, skb);
	else
		rcv_no_socket(sn, skb, kind->no_port);
}

/**
 * strata_udp_dispatch() - a datagram for whoever has its port
 * @sn: the namespace's stack
 * @skb: skb->data at the UDP header, which is linear and the transport header;
 *	verified, or skb->csum covers the pseudo-header. Owned afterwards
 * @kind: the protocol
 *
 * Context: softirq, RCU.
 */
void strata_udp_dispatch(struct strata_net *sn, struct sk_buff *skb,
			 const struct udp_kind *kind)
{
	rcv_dispatch(sn, skb, kind);
}
EXPORT_SYMBOL_GPL(strata_udp_dispatch);

static struct strata_udp_net *udp_table(const struct strata_net *sn)
{
	return sn->udp;
}

const struct udp_kind strata_udp_kind = {
	.table = udp_table,
	.deliver = rcv_to_socket,
	.tx = STRATA_COUNT_UDP_TX,
	.no_port = STRATA_COUNT_UDP_NO_PORT,
};

/**
 * strata_udp_rcv() - strata_l4_ops.rcv
 * @sn: the namespace's stack
 * @skb: a datagram for one of our addresses. Owned afterwards
 *
 * Context: softirq, RCU.
 */
void strata_udp_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	const struct udphdr *uh = rcv_header(skb);

	if (unlikely(!uh)) {
		strata_drop(sn, skb, STRATA_DROP_L4_TRUNCATED);
		return;
	}
	skb_orphan(skb);
	skb_reset_transport_header(skb);
	if (unlikely(!rcv_csum(skb, uh))) {
		strata_drop(sn, skb, STRATA_DROP_L4_CHECKSUM);
		return;
	}
	rcv_dispatch(sn, skb, &strata_udp_kind);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_rcv);

/**
 * strata_udp_report() - tell a socket of an ICMP error
 * @sn: the namespace's stack
 * @error: that quotes a datagram of ours
 * @kind: its protocol
 *
 * RFC 1122 4.1.3.3: a connected socket hears of hard errors at its next call;
 * one with IP_RECVERR hears of all, with the details in its error queue.
 *
 * Context: softirq, RCU.
 */
void strata_udp_report(struct strata_net *sn,
		       const struct strata_l4_error *error,
		       const struct udp_kind *kind)
{
	const struct udphdr *uh = (const struct udphdr *)error->header;
	struct strata_udp_key key = {
		.laddr = error->saddr,
		.faddr = error->daddr,
		.iif = error->iif,
	};
	bool hard = error->hard;
	struct sock *sk;

	if (error->header_len < sizeof(*uh))
		return;
	key.lport = ntohs(uh->source);
	key.fport = uh->dest;
	sk = strata_udp_lookup(kind->table(sn), &key);
	if (!sk || !error->err)
		return;
	if (error->mtu) {
		bool told = strata_dgram_error_pmtu(sk, error);

		/* Who tells nobody still sends smaller fragments. */
		strata_udp_route_drop(sk);
		if (!told)
			return;
		hard = true;
	}
	if (READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_RECVERR)
		strata_dgram_error_add(sk, error, uh->dest,
				       error->header + sizeof(*uh));
	else if (!hard || sk->sk_state != TCP_ESTABLISHED)
		return;
	WRITE_ONCE(sk->sk_err, error->err);
	sk_error_report(sk);
}
EXPORT_SYMBOL_GPL(strata_udp_report);

/**
 * strata_udp_err() - strata_l4_ops.err
 * @sn: the namespace's stack
 * @error: an ICMP error that quotes a datagram of ours
 *
 * Context: softirq, RCU.
 */
void strata_udp_err(struct strata_net *sn, const struct strata_l4_error *error)
{
	strata_udp_report(sn, error, &strata_udp_kind);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_err);
