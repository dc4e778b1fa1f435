// SPDX-License-Identifier: GPL-2.0
/*
 * Where segments come in: check the header, find the owner, hand it over.
 */
#include <linux/filter.h>
#include <linux/tcp.h>
#include "far.h"
#include "sign.h"
#include "tcp.h"

/* Segments that may wait while a program holds the lock, beyond its buffers. */
#define BACKLOG_EXTRA	(64 << 10)

/* The TCP header is there, linear, and its checksum right. */
static enum strata_drop_reason check_header(struct sk_buff *skb)
{
	unsigned int bytes;

	if (unlikely(!pskb_may_pull(skb, sizeof(struct tcphdr))))
		return STRATA_DROP_L4_TRUNCATED;
	bytes = ((struct tcphdr *)skb->data)->doff * 4;
	if (unlikely(bytes < sizeof(struct tcphdr)))
		return STRATA_DROP_TCP_HEADER;
	if (unlikely(!pskb_may_pull(skb, bytes)))
		return STRATA_DROP_L4_TRUNCATED;
	if (unlikely(!strata_packet_csum_ok(skb, IPPROTO_TCP)))
		return STRATA_DROP_L4_CHECKSUM;
	return STRATA_DROP_MAX;
}

/* RFC 9293 3.4: SYN and FIN take a sequence number each. */
static void fill_seg(struct sk_buff *skb, const struct tcphdr *th)
{
	struct strata_tcp_seg *seg = tcp_seg(skb);

	seg->seq = ntohl(th->seq);
	seg->end_seq = seg->seq + th->syn + th->fin + skb->len - th->doff * 4;
	seg->ack_seq = ntohl(th->ack_seq);
	seg->flags = ((const u8 *)th)[13];
	seg->retransmitted = 0;
	seg->window = ntohs(th->window);
}

/* A filter may have cut the segment shorter. */
static bool filter(struct sock *sk, struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	unsigned int len = skb->len;

	if (sk_filter_trim_cap(sk, skb, th->doff * 4))
		return false;
	if (unlikely(skb->len != len))
		fill_seg(skb, tcp_hdr(skb));
	return true;
}

/**
 * strata_tcp_drop_far() - a segment has come farther than its owner allows
 * @sk: its owner
 * @skb: see tcp_too_far(). Owned
 *
 * Context: softirq, RCU; the socket is not locked.
 */
void strata_tcp_drop_far(struct sock *sk, struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(sk);

	strata_count(sn, TCP_TOO_FAR);
	sk_drops_add(sk, skb);
	strata_drop(sn, skb, STRATA_DROP_TCP_TOO_FAR);
}

/* A full socket. Owns @skb. */
static void deliver(struct strata_net *sn, struct sock *sk, struct sk_buff *skb)
{
	int limit;

	if (tcp_too_far(sk, skb)) {
		strata_tcp_drop_far(sk, skb);
		return;
	}
	if (!tcp_sign_admits(sk, NULL, skb))
		return;
	if (unlikely(!filter(sk, skb))) {
		strata_drop(sn, skb, STRATA_DROP_SOCKET_FILTER);
		return;
	}
	strata_sock_stamp(sk, skb);
	/* It may outlive the device on a queue of the socket. */
	skb->dev = NULL;
	bh_lock_sock_nested(sk);
	if (!sock_owned_by_user(sk)) {
		strata_tcp_input(sk, skb);
	} else {
		limit = READ_ONCE(sk->sk_rcvbuf) + READ_ONCE(sk->sk_sndbuf) +
			BACKLOG_EXTRA;
		if (unlikely(sk_add_backlog(sk, skb, limit)))
			strata_drop(sn, skb, STRATA_DROP_SOCKET_BACKLOG);
	}
	bh_unlock_sock(sk);
}

/* RFC 9293 3.10.7.1 */
static void nobody(struct strata_net *sn, struct sk_buff *skb)
{
	struct strata_tcp_signer room;

	strata_tcp_reply_reset(sn, skb, strata_tcp_sign_stranger(sn, skb, &room));
	strata_drop(sn, skb, STRATA_DROP_L4_NO_SOCKET);
}

static struct sock *find_owner(struct strata_net *sn, struct sk_buff *skb,
			       const struct tcphdr *th)
{
	struct in6_addr saddr, daddr;

	strata_packet_addrs(skb, &saddr, &daddr);
	return strata_tcp_lookup(sn, &daddr, th->dest, &saddr, th->source,
				 strata_cb(skb)->iif);
}

/**
 * strata_tcp_rcv() - strata_l4_ops.rcv
 * @sn: the namespace's stack
 * @skb: skb->data at the TCP header; owned
 *
 * Context: softirq, RCU.
 */
void strata_tcp_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	enum strata_drop_reason reason = check_header(skb);
	const struct tcphdr *th;
	struct sock *sk;

	strata_count(sn, TCP_RX);
	if (unlikely(reason != STRATA_DROP_MAX)) {
		strata_drop(sn, skb, reason);
		return;
	}
	skb_reset_transport_header(skb);
	th = tcp_hdr(skb);
	fill_seg(skb, th);
	sk = find_owner(sn, skb, th);
	if (unlikely(!sk)) {
		nobody(sn, skb);
		return;
	}
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_LISTEN:
		if (tcp_too_far(sk, skb))
			strata_tcp_drop_far(sk, skb);
		else if (tcp_sign_admits(sk, NULL, skb))
			strata_tcp_listen_input(sk, skb);
		break;
	case TCP_NEW_SYN_RECV:
		strata_tcp_request_input((struct strata_tcp_request *)sk, skb);
		break;
	case TCP_TIME_WAIT:
		strata_tcp_timewait_input(sn, (struct strata_tcp_timewait *)sk,
					  skb);
		break;
	default:
		deliver(sn, sk, skb);
	}
}
