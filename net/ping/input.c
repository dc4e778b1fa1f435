// SPDX-License-Identifier: GPL-2.0
/*
 * Echo replies, and ICMP errors that quote an echo request, to ping sockets.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/tcp_states.h>
#include <strata/visibility.h>
#include "ping.h"

/* An echo message has its identifier in one place in both families. */
static_assert(offsetof(struct icmphdr, un.echo.id) ==
	      offsetof(struct icmp6hdr, icmp6_identifier));

/* strata_echo_ops.reply: the program gets it from the ICMP header on. */
static void ping_reply(struct strata_net *sn, struct sk_buff *skb)
{
	const struct icmphdr *icmph = (const struct icmphdr *)skb->data;
	struct strata_ping_key key = {
		.ident = ntohs(icmph->un.echo.id),
		.iif = strata_cb(skb)->iif,
	};
	struct in6_addr faddr;
	struct sock *sk;

	strata_packet_addrs(skb, &faddr, &key.laddr);
	sk = strata_ping_lookup(sn->ping, &key);
	if (!sk) {
		strata_drop(sn, skb, STRATA_DROP_ICMP_IGNORED);
		return;
	}
	skb_orphan(skb);
	if (strata_dgram_enqueue(sk, skb))
		strata_count(sn, PING_RX);
}

static bool err_is_of_request(const struct strata_l4_error *error)
{
	const struct icmphdr *icmph = (const struct icmphdr *)error->header;
	u8 request = strata_addr_is4(&error->daddr) ? ICMP_ECHO :
						      ICMPV6_ECHO_REQUEST;

	return error->header_len >= sizeof(*icmph) && icmph->type == request &&
	       !icmph->code;
}

static void err_to(struct sock *sk, const struct strata_l4_error *error)
{
	bool is4 = strata_addr_is4(&error->daddr);
	bool hard = error->hard;

	/* icmp(7): IPv6's is never fatal, and told whatever the socket does with it. */
	if (error->mtu) {
		if (!strata_dgram_error_pmtu(sk, error) && is4)
			return;
		hard = is4;
	}
	if (READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_RECVERR)
		strata_dgram_error_add(sk, error, 0, error->header);
	else if (!hard || sk->sk_state != TCP_ESTABLISHED)
		return;
	WRITE_ONCE(sk->sk_err, error->err);
	sk_error_report(sk);
}

/* strata_echo_ops.err */
static void ping_err(struct strata_net *sn, const struct strata_l4_error *error)
{
	const struct icmphdr *icmph = (const struct icmphdr *)error->header;
	struct strata_ping_key key = {
		.laddr = error->saddr,
		.iif = error->iif,
	};
	struct sock *sk;

	if (!error->err || !err_is_of_request(error))
		return;
	key.ident = ntohs(icmph->un.echo.id);
	sk = strata_ping_lookup(sn->ping, &key);
	if (sk)
		err_to(sk, error);
}

const struct strata_echo_ops strata_ping_echo = {
	.reply = ping_reply,
	.err = ping_err,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ping_echo);
