// SPDX-License-Identifier: GPL-2.0
/*
 * Explicit congestion notification (RFC 3168 6.1): a router marks a packet
 * where it would drop one, the receiver echoes that (ECE) until the sender tells
 * (CWR) that it has reduced its window; that is recovery.c's.
 */
#include <linux/tcp.h>
#include <net/inet_ecn.h>
#include "tcp.h"

#define ECN_FLAGS	(TCPF_HDR_ECE | TCPF_HDR_CWR)

/* The congestion control wants to know of each mark (RFC 8257). */
static bool is_exact(const struct sock *sk)
{
	return strata_tcp_cong_flags(sk) & STRATA_CONG_ECN;
}

/**
 * strata_tcp_ecn_ask() - flags for our SYN
 * @sk: locked
 *
 * Only the first SYN asks: the others may be sent because a middlebox drops
 * what asks (6.1.1.1).
 *
 * What RFC 8257 controls asks whatever the sysctl says, and its SYN may be marked.
 *
 * Context: socket locked. Return: TCPF_HDR_*.
 */
u8 strata_tcp_ecn_ask(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	bool exact = is_exact(sk);

	if ((READ_ONCE(strata_sock_net(sk)->tcp->ecn) != TCP_ECN_ON && !exact) ||
	    tp->retransmits)
		return 0;
	tp->ecn.asked = 1;
	if (exact)
		tp->ss.flow.tos = tp->ss.tos | INET_ECN_ECT_0;
	return ECN_FLAGS;
}

/**
 * strata_tcp_ecn_agreed() - what the peer says to our SYN
 * @sk: locked, in SYN-SENT
 * @skb: its SYN+ACK; in a simultaneous open its SYN
 *
 * 6.1.1: a SYN asks by ECE and CWR, a SYN+ACK agrees by ECE alone.
 *
 * Context: socket locked.
 */
void strata_tcp_ecn_agreed(struct sock *sk, const struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u8 flags = tcp_seg(skb)->flags;
	u8 yes = flags & TCPF_HDR_ACK ? TCPF_HDR_ECE : ECN_FLAGS;

	tp->ecn.ok = tp->ecn.asked && (flags & ECN_FLAGS) == yes;
}

/**
 * strata_tcp_ecn_asks() - does a SYN ask for it, and may it?
 * @listener: whom
 * @skb: the SYN
 *
 * A SYN must not be ECN-capable itself (6.1.1): somebody overwrites the field,
 * and its marks would mean nothing; but for RFC 8257 it is.
 *
 * Context: softirq, RCU.
 */
bool strata_tcp_ecn_asks(const struct sock *listener,
			 const struct sk_buff *skb)
{
	if ((tcp_seg(skb)->flags & ECN_FLAGS) != ECN_FLAGS)
		return false;
	if (is_exact(listener))
		return true;
	return INET_ECN_is_not_ect(strata_cb(skb)->tos) &&
	       READ_ONCE(strata_sock_net(listener)->tcp->ecn) != TCP_ECN_OFF;
}

/**
 * strata_tcp_ecn_send() - what a segment tells, and whether it may be marked
 * @sk: locked; ECN was agreed upon
 * @skb: the segment; its GSO fields are set
 * @fresh: it has data that was never sent before
 *
 * Pure ACKs, retransmissions and probes must not be marked (6.1.4 to 6.1.6); with
 * RFC 8257 the switches on the way treat all of a connection alike.
 *
 * Context: socket locked. Return: TCPF_HDR_* for its header.
 */
u8 strata_tcp_ecn_send(struct sock *sk, struct sk_buff *skb, bool fresh)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u8 flags = tp->ecn.echo ? TCPF_HDR_ECE : 0;

	tp->ss.flow.tos = tp->ss.tos;
	if (fresh || is_exact(sk))
		tp->ss.flow.tos |= INET_ECN_ECT_0;
	if (!fresh)
		return flags;
	if (!tp->ecn.cwr)
		return flags;
	/* Of several segments only the first says it. */
	if (skb_shinfo(skb)->gso_size)
		skb_shinfo(skb)->gso_type |= SKB_GSO_TCP_ECN;
	tp->ecn.cwr = 0;
	return flags | TCPF_HDR_CWR;
}

/*
 * RFC 8257 3.2: ECE says of each segment whether it was marked. Where that changes,
 * what has come before is acknowledged first, by what was true of it.
 */
static void echo_exactly(struct sock *sk, bool marked)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (marked == tp->ecn.echo)
		return;
	if (tp->rcv_nxt != tp->rcv_wup)
		strata_tcp_send_ack(sk);
	tp->ecn.echo = marked;
	tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
}

/**
 * strata_tcp_ecn_data() - a segment with new text
 * @sk: locked; ECN was agreed upon
 * @skb: not owned
 *
 * Either news is answered at once: the sender's window may be small now.
 *
 * Context: socket locked.
 */
void strata_tcp_ecn_data(struct sock *sk, const struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u8 field = strata_cb(skb)->tos & INET_ECN_MASK;
	bool told = tcp_seg(skb)->flags & TCPF_HDR_CWR;
	bool marked = field == INET_ECN_CE;

	if (field != INET_ECN_NOT_ECT)
		tp->ecn.seen = 1;
	if (marked)
		strata_count(strata_sock_net(sk), TCP_ECN_MARKED);
	if (is_exact(sk)) {
		echo_exactly(sk, marked);
		return;
	}
	if (told || (marked && !tp->ecn.echo))
		tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
	if (marked)
		tp->ecn.echo = 1;
	else if (told)
		tp->ecn.echo = 0;
}
