// SPDX-License-Identifier: GPL-2.0
/*
 * UDP-Lite's checksum (RFC 3828 3.1): what UDP has for a length is how much of the
 * datagram it covers, from the header on. No device computes it.
 */
#include <linux/module.h>
#include <strata/visibility.h>
#include "udplite.h"

/* A verified datagram, skb->data at its header. */
static unsigned int rcv_coverage(const struct sk_buff *skb)
{
	return ntohs(((const struct udphdr *)skb->data)->len) ?: skb->len;
}

static bool rcv_possible(const struct sk_buff *skb)
{
	unsigned int coverage = rcv_coverage(skb);

	return coverage >= UDPLITE_COVERAGE_MIN && coverage <= skb->len;
}

static bool rcv_verify(struct sk_buff *skb)
{
	struct in6_addr saddr, daddr;
	unsigned int coverage = rcv_coverage(skb);

	/* There is no datagram without a checksum, in neither family. */
	if (!((const struct udphdr *)skb->data)->check)
		return false;
	if (coverage == skb->len)
		return strata_packet_csum_ok(skb, IPPROTO_UDPLITE);
	if (skb_csum_unnecessary(skb))
		return true;
	strata_packet_addrs(skb, &saddr, &daddr);
	return !strata_pseudo_magic(&saddr, &daddr, skb->len, IPPROTO_UDPLITE,
				    skb_checksum(skb, 0, coverage, 0));
}

/**
 * strata_udplite_rcv() - strata_l4_ops.rcv
 * @sn: the namespace's stack
 * @skb: a datagram for one of our addresses. Owned afterwards
 *
 * Verifies at once: what is covered is short, or the program has not asked for
 * what UDP-Lite is there for.
 *
 * Context: softirq, RCU.
 */
void strata_udplite_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	if (!pskb_may_pull(skb, sizeof(struct udphdr)) || !rcv_possible(skb)) {
		strata_drop(sn, skb, STRATA_DROP_L4_TRUNCATED);
		return;
	}
	if (!rcv_verify(skb)) {
		strata_drop(sn, skb, STRATA_DROP_L4_CHECKSUM);
		return;
	}
	skb_orphan(skb);
	skb_reset_transport_header(skb);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	strata_udp_dispatch(sn, skb, &strata_udplite_kind);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udplite_rcv);

/* RFC 3828 3.3: what is covered less than the program asks for, it does not get. */
static bool is_wanted(const struct sock *sk, const struct sk_buff *skb)
{
	int least = READ_ONCE(udplite_sock(sk)->recv_coverage);
	unsigned int coverage = rcv_coverage(skb);

	if (least == UDPLITE_COVERAGE_UNSET || coverage == skb->len)
		return true;
	return least && coverage >= least;
}

/**
 * strata_udplite_deliver() - udp_kind.deliver
 * @sn: the namespace's stack
 * @sk: whose datagram it is
 * @skb: verified. Owned afterwards
 *
 * Context: softirq, RCU.
 */
void strata_udplite_deliver(struct strata_net *sn, struct sock *sk,
			    struct sk_buff *skb)
{
	if (is_wanted(sk, skb)) {
		strata_udp_deliver(sk, skb, STRATA_COUNT_UDPLITE_RX);
		return;
	}
	atomic_inc(&sk->sk_drops);
	strata_drop(sn, skb, STRATA_DROP_SOCKET_COVERAGE);
}

/**
 * strata_udplite_seal() - udp_kind.seal
 * @sk: the sender
 * @skb: skb->data at the header, complete but for its checksum and coverage
 * @flow: where it goes
 *
 * Context: process, RCU.
 */
void strata_udplite_seal(struct sock *sk, struct sk_buff *skb,
			 const struct strata_flow *flow)
{
	int wanted = READ_ONCE(udplite_sock(sk)->send_coverage);
	unsigned int coverage = skb->len;
	struct udphdr *uh = udp_hdr(skb);

	if (wanted != UDPLITE_COVERAGE_UNSET && wanted < skb->len) {
		uh->len = htons(wanted);
		coverage = wanted ?: skb->len;
	}
	uh->check = strata_pseudo_magic(&flow->saddr, &flow->daddr, skb->len,
					IPPROTO_UDPLITE,
					skb_checksum(skb, 0, coverage, 0)) ?:
		    CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udplite_seal);
