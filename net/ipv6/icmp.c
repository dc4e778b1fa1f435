// SPDX-License-Identifier: GPL-2.0
/*
 * ICMPv6 messages received (RFC 4443): echo requests are answered, errors about
 * packets of ours go to the transport protocol that sent them, neighbour
 * discovery to nd.c, all else is ignored.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/ndisc.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define QUOTED_L4_MIN	8	/* ports and a sequence number */
/* RFC 4443 3: as much as fits into 1280 bytes behind both headers and ICMP's own. */
#define QUOTED_L4_MAX	\
	(IPV6_MIN_MTU - 2 * sizeof(struct ipv6hdr) - sizeof(struct icmp6hdr))

/* Destination Unreachable by code (RFC 4443 3.1), as the kernel has them. */
static const struct strata_icmp_meaning unreachable_meaning[] = {
	[ICMPV6_NOROUTE] = { ENETUNREACH },
	[ICMPV6_ADM_PROHIBITED] = { EACCES, true },
	[ICMPV6_NOT_NEIGHBOUR] = { EHOSTUNREACH },
	[ICMPV6_ADDR_UNREACH] = { EHOSTUNREACH },
	[ICMPV6_PORT_UNREACH] = { ECONNREFUSED, true },
	[ICMPV6_POLICY_FAIL] = { EACCES, true },
	[ICMPV6_REJECT_ROUTE] = { EACCES, true },
};

/**
 * strata_icmp6_meaning() - an ICMPv6 error as a program sees it
 * @type: of the message
 * @code: of the message
 *
 * The errno values are those of the kernel's own stack. RFC 4443 2.4 (a): an
 * error of unknown type goes to the upper layer too.
 *
 * Context: any.
 */
struct strata_icmp_meaning strata_icmp6_meaning(u8 type, u8 code)
{
	switch (type) {
	case ICMPV6_DEST_UNREACH:
		if (code < ARRAY_SIZE(unreachable_meaning))
			return unreachable_meaning[code];
		return (struct strata_icmp_meaning){ EPROTO, true };
	case ICMPV6_PKT_TOOBIG:
		return (struct strata_icmp_meaning){ EMSGSIZE };
	case ICMPV6_TIME_EXCEED:
		return (struct strata_icmp_meaning){ EHOSTUNREACH };
	case ICMPV6_PARAMPROB:
		return (struct strata_icmp_meaning){ EPROTO, true };
	}
	return (struct strata_icmp_meaning){ EPROTO };
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_icmp6_meaning);

/* Offset of the quoted transport header from skb->data, *@proto its number;
 * negative: not enough is quoted, or a fragment without it.
 */
static int quoted_l4(struct sk_buff *skb, u8 *proto)
{
	unsigned int offset = sizeof(struct icmp6hdr);
	const struct ipv6hdr *ip6h;
	__be16 frag_off;
	int l4;

	if (!pskb_may_pull(skb, offset + sizeof(*ip6h)))
		return -EINVAL;
	ip6h = (const struct ipv6hdr *)(skb->data + offset);
	if (ip6h->version != 6)
		return -EINVAL;
	*proto = ip6h->nexthdr;
	l4 = ipv6_skip_exthdr(skb, offset + sizeof(*ip6h), proto, &frag_off);
	if (l4 < 0 || frag_off & htons(IP6_OFFSET) ||
	    skb->len < l4 + QUOTED_L4_MIN)
		return -EINVAL;
	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len,
				      l4 + QUOTED_L4_MAX)))
		return -EINVAL;
	return l4;
}

static void fill_error(const struct sk_buff *skb, int l4,
		       struct strata_icmp_meaning meaning,
		       struct strata_l4_error *error)
{
	const struct icmp6hdr *icmph = (const struct icmp6hdr *)skb->data;
	const struct ipv6hdr *quoted = (const struct ipv6hdr *)(icmph + 1);

	memset(error, 0, sizeof(*error));
	error->saddr = quoted->saddr;
	error->daddr = quoted->daddr;
	error->reporter = ipv6_hdr(skb)->saddr;
	error->iif = strata_cb(skb)->iif;
	error->ttl = strata_cb(skb)->ttl;
	error->network = (const u8 *)quoted;
	error->header = skb->data + l4;
	error->header_len = min_t(unsigned int, QUOTED_L4_MAX,
				  skb_tail_pointer(skb) - error->header);
	error->err = meaning.err;
	error->hard = meaning.hard;
	error->icmp_type = icmph->icmp6_type;
	error->icmp_code = icmph->icmp6_code;
	if (icmph->icmp6_type == ICMPV6_PKT_TOOBIG)
		error->mtu = ntohl(icmph->icmp6_mtu);
	if (icmph->icmp6_type == ICMPV6_PARAMPROB)
		error->pointer = ntohl(icmph->icmp6_pointer);
}

/* An error message; says why it is not for anybody. Does not own @skb. */
static enum strata_drop_reason rcv_error(struct strata_net *sn,
					 struct sk_buff *skb)
{
	const struct icmp6hdr *icmph = (const struct icmp6hdr *)skb->data;
	struct strata_icmp_meaning meaning;
	struct strata_l4_error error;
	u8 proto;
	int l4;

	meaning = strata_icmp6_meaning(icmph->icmp6_type, icmph->icmp6_code);
	l4 = quoted_l4(skb, &proto);
	if (l4 < 0)
		return STRATA_DROP_ICMP_TRUNCATED;
	fill_error(skb, l4, meaning, &error);
	error.proto = proto;
	/* RFC 8201 4: there is no such link. */
	if (error.icmp_type == ICMPV6_PKT_TOOBIG && error.mtu < IPV6_MIN_MTU)
		return STRATA_DROP_ICMP_IGNORED;
	/* A v4-mapped source would be taken for IPv4 above. */
	if (strata_addr_is4(&error.saddr) ||
	    strata_addr_is4(&error.daddr) ||
	    !strata_addr_find(sn, &error.saddr))
		return STRATA_DROP_ICMP_IGNORED;
	strata_count(sn, ICMP6_ERRORS);
	strata_l4_err(sn, &error, AF_INET6);
	return STRATA_IPV6_PASS;
}

/* What was not sent to us alone. */
static bool is_cast(const struct sk_buff *skb)
{
	return strata_cb(skb)->flags & (STRATA_CB_BROADCAST |
					STRATA_CB_MULTICAST | STRATA_CB_L2_CAST);
}

/* Does not own @skb. */
static enum strata_drop_reason icmp6_dispatch(struct strata_net *sn,
					      struct sk_buff *skb)
{
	u8 type = ((const struct icmp6hdr *)skb->data)->icmp6_type;

	switch (type) {
	case ICMPV6_ECHO_REQUEST:
		strata_icmp6_echo(sn, skb);
		return STRATA_IPV6_PASS;
	case NDISC_NEIGHBOUR_SOLICITATION:
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		return strata_nd_rcv(sn, skb);
	case NDISC_ROUTER_ADVERTISEMENT:
		return strata_ra_rcv(sn, skb);
	case ICMPV6_MGM_QUERY:
		return strata_mld_rcv(sn, skb);
	case NDISC_REDIRECT:
		return strata_redirect_rcv(sn, skb);
	}
	/* Errors are told to one host alone (RFC 4443 2.2). */
	if (type & ICMPV6_INFOMSG_MASK || is_cast(skb))
		return STRATA_DROP_ICMP_IGNORED;
	return rcv_error(sn, skb);
}

/* Does not own @skb. */
static enum strata_drop_reason icmp6_check(struct sk_buff *skb)
{
	if (!pskb_may_pull(skb, sizeof(struct icmp6hdr)))
		return STRATA_DROP_ICMP_TRUNCATED;
	if (!strata_packet_csum_ok(skb, IPPROTO_ICMPV6))
		return STRATA_DROP_ICMP_CHECKSUM;
	return STRATA_IPV6_PASS;
}

static bool is_echo_reply(const struct sk_buff *skb)
{
	return ((const struct icmp6hdr *)skb->data)->icmp6_type ==
	       ICMPV6_ECHO_REPLY;
}

/* Owns @skb. */
static void icmp6_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	enum strata_drop_reason reason = icmp6_check(skb);

	strata_count(sn, ICMP6_RX);
	if (reason == STRATA_IPV6_PASS && is_echo_reply(skb)) {
		strata_echo()->reply(sn, skb);
		return;
	}
	if (reason == STRATA_IPV6_PASS)
		reason = icmp6_dispatch(sn, skb);
	if (reason == STRATA_IPV6_PASS)
		consume_skb(skb);
	else
		strata_drop(sn, skb, reason);
}

/* Nobody waits for the fate of what ICMPv6 itself sends; but a long echo reply is
 * to get through the next time.
 */
static void icmp6_err(struct strata_net *sn,
		      const struct strata_l4_error *error)
{
	if (error->mtu && error->header[0] == ICMPV6_ECHO_REPLY)
		strata_dest_too_big(sn, &error->daddr, error->mtu);
	strata_echo()->err(sn, error);
}

const struct strata_l4_ops strata_icmp6_l4 = {
	.name = "icmpv6",
	.protocol = IPPROTO_ICMPV6,
	.family = AF_INET6,
	.rcv = icmp6_rcv,
	.err = icmp6_err,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_icmp6_l4);
