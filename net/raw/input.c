// SPDX-License-Identifier: GPL-2.0
/*
 * Copies of what is received, and ICMP errors, to raw sockets. An IPv4 socket gets
 * the IP header too, an IPv6 socket does not (RFC 3542 3).
 */
#include <linux/module.h>
#include <net/tcp_states.h>
#include <strata/visibility.h>
#include "raw.h"

/* An IPv6 socket that knows where the checksum is gets nothing broken. */
static bool copy_csum_ok(const struct sock *sk, struct sk_buff *copy)
{
	return READ_ONCE(raw_sock(sk)->csum_offset) == RAW_NO_CSUM ||
	       strata_packet_csum_ok(copy, sk->sk_num);
}

/* From the transport header on. */
static void copy_strip(struct sk_buff *copy)
{
	unsigned int bytes = skb_transport_offset(copy);

	__skb_pull(copy, bytes);
	skb_postpull_rcsum(copy, skb_network_header(copy), bytes);
}

/* Does not own @skb. */
static void copy_to(struct strata_net *sn, struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (!copy) {
		atomic_inc(&sk->sk_drops);
		strata_drop_count(sn, skb, STRATA_DROP_NO_MEMORY);
		return;
	}
	if (strata_cb(skb)->family == AF_INET6) {
		copy_strip(copy);
		if (!copy_csum_ok(sk, copy)) {
			atomic_inc(&sk->sk_drops);
			strata_drop(sn, copy, STRATA_DROP_L4_CHECKSUM);
			return;
		}
	}
	if (strata_dgram_enqueue(sk, copy))
		strata_count(sn, RAW_RX);
}

/* strata_l4_copy_ops.rcv */
static bool raw_rcv(struct strata_net *sn, struct sk_buff *skb, u8 proto)
{
	struct strata_raw_key key = { .iif = strata_cb(skb)->iif };
	bool wanted = false;
	struct sock *sk;

	if (hlist_empty(&sn->raw->protocols[proto]))
		return false;
	strata_packet_addrs(skb, &key.faddr, &key.laddr);
	sk_for_each_rcu(sk, &sn->raw->protocols[proto]) {
		if (!strata_raw_match(sk, &key))
			continue;
		wanted = true;
		if (!strata_raw_filtered(sk, skb))
			copy_to(sn, sk, skb);
	}
	return wanted;
}

/*
 * Whoever listens to TCP cannot tell which of its segments were sent: that would let
 * anybody shrink the MTU of connections.
 */
static bool err_believed(const struct sock *sk,
			 const struct strata_l4_error *error)
{
	int family = strata_addr_is4(&error->daddr) ? AF_INET : AF_INET6;

	return sk->sk_state == TCP_ESTABLISHED ||
	       !strata_l4(error->proto, family)->knows_quoted;
}

/* raw(7): who is told that the datagram was too big for the way. */
static bool err_is_hard(struct sock *sk, const struct strata_l4_error *error)
{
	u8 pmtudisc = READ_ONCE(strata_sock(sk)->pmtudisc);

	if (!error->mtu)
		return error->hard;
	if (err_believed(sk, error))
		strata_dgram_error_pmtu(sk, error);
	return strata_addr_is4(&error->daddr) ?
	       pmtudisc != IP_PMTUDISC_DONT : pmtudisc == IPV6_PMTUDISC_DO;
}

static void err_to(struct sock *sk, const struct strata_l4_error *error)
{
	bool recverr = READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_RECVERR;
	bool hard = err_is_hard(sk, error);

	if (!recverr && (!hard || sk->sk_state != TCP_ESTABLISHED))
		return;
	if (recverr)
		strata_dgram_error_add(sk, error, 0, raw_hdrincl(sk) ?
				       error->network : error->header);
	WRITE_ONCE(sk->sk_err, error->err);
	sk_error_report(sk);
}

/* strata_l4_copy_ops.err */
static void raw_err(struct strata_net *sn, const struct strata_l4_error *error)
{
	struct strata_raw_key key = {
		.laddr = error->saddr,
		.faddr = error->daddr,
		.iif = error->iif,
	};
	struct sock *sk;

	if (!error->err)
		return;
	sk_for_each_rcu(sk, &sn->raw->protocols[error->proto])
		if (strata_raw_match(sk, &key))
			err_to(sk, error);
}

const struct strata_l4_copy_ops strata_raw_copies = {
	.rcv = raw_rcv,
	.err = raw_err,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_raw_copies);
