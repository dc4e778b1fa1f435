// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP messages received (RFC 792): echo requests are answered, errors about
 * packets of ours go to the transport protocol that sent them, all else is
 * ignored.
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <net/ip.h>
#include <strata/visibility.h>
#include "ipv4.h"

#define QUOTED_L4_MIN	8	/* RFC 792 */
#define QUOTED_L4_MAX	528	/* RFC 1812 4.3.2.3: errors have 576 bytes at most */

/* RFC 1122 3.2.2.1, RFC 1812 5.2.7.1: Destination Unreachable by code. */
static const struct strata_icmp_meaning unreachable_meaning[] = {
	[ICMP_NET_UNREACH] = { ENETUNREACH },
	[ICMP_HOST_UNREACH] = { EHOSTUNREACH },
	[ICMP_PROT_UNREACH] = { ENOPROTOOPT, true },
	[ICMP_PORT_UNREACH] = { ECONNREFUSED, true },
	[ICMP_FRAG_NEEDED] = { EMSGSIZE },
	[ICMP_SR_FAILED] = { EOPNOTSUPP },
	[ICMP_NET_UNKNOWN] = { ENETUNREACH, true },
	[ICMP_HOST_UNKNOWN] = { EHOSTDOWN, true },
	[ICMP_HOST_ISOLATED] = { ENONET, true },
	[ICMP_NET_ANO] = { ENETUNREACH, true },
	[ICMP_HOST_ANO] = { EHOSTUNREACH, true },
	[ICMP_NET_UNR_TOS] = { ENETUNREACH },
	[ICMP_HOST_UNR_TOS] = { EHOSTUNREACH },
	[ICMP_PKT_FILTERED] = { EHOSTUNREACH, true },
	[ICMP_PREC_VIOLATION] = { EHOSTUNREACH, true },
	[ICMP_PREC_CUTOFF] = { EHOSTUNREACH, true },
};

/* RFC 1191 7.1: MTUs in use, for routers that do not tell theirs. */
static const u16 mtu_plateaus[] = {
	32000, 17914, 8166, 4352, 2002, 1492, STRATA_IPV4_MIN_PMTU
};

/**
 * strata_icmp_meaning() - an ICMP error as a program sees it
 * @type: of the message
 * @code: of the message
 *
 * The errno values are those of the kernel's own stack. Source Quench is
 * deprecated (RFC 6633), Redirects are not obeyed: both mean nothing.
 *
 * Context: any.
 */
struct strata_icmp_meaning strata_icmp_meaning(u8 type, u8 code)
{
	static const struct strata_icmp_meaning nothing;

	switch (type) {
	case ICMP_DEST_UNREACH:
		if (code < ARRAY_SIZE(unreachable_meaning))
			return unreachable_meaning[code];
		break;
	case ICMP_TIME_EXCEEDED:
		return (struct strata_icmp_meaning){ EHOSTUNREACH };
	case ICMP_PARAMETERPROB:
		return (struct strata_icmp_meaning){ EPROTO, true };
	}
	return nothing;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_icmp_meaning);

/* The MTU that a "fragmentation needed" asks for. */
static u32 asked_mtu(const struct icmphdr *icmph, const struct iphdr *quoted)
{
	u32 mtu = ntohs(icmph->un.frag.mtu);
	unsigned int i;

	if (!mtu) {
		for (i = 0; i < ARRAY_SIZE(mtu_plateaus) - 1; i++)
			if (mtu_plateaus[i] < ntohs(quoted->tot_len))
				break;
		mtu = mtu_plateaus[i];
	}
	return max_t(u32, mtu, STRATA_IPV4_MIN_PMTU);
}

/* The header of the quoted packet; NULL: not enough is quoted. */
static const struct iphdr *quoted_header(struct sk_buff *skb)
{
	unsigned int offset = sizeof(struct icmphdr);
	const struct iphdr *iph;
	unsigned int need;

	if (!pskb_may_pull(skb, offset + sizeof(*iph)))
		return NULL;
	iph = (const struct iphdr *)(skb->data + offset);
	if (iph->version != 4 || iph->ihl < 5)
		return NULL;
	need = offset + iph->ihl * 4 + QUOTED_L4_MIN;
	if (skb->len < need)
		return NULL;
	need = min_t(unsigned int, skb->len,
		     need + QUOTED_L4_MAX - QUOTED_L4_MIN);
	if (!pskb_may_pull(skb, need))
		return NULL;
	return (const struct iphdr *)(skb->data + offset);
}

static void fill_error(struct sk_buff *skb, const struct iphdr *quoted,
		       struct strata_icmp_meaning meaning,
		       struct strata_l4_error *error)
{
	const struct icmphdr *icmph = (const struct icmphdr *)skb->data;

	memset(error, 0, sizeof(*error));
	strata_addr_from4(&error->saddr, quoted->saddr);
	strata_addr_from4(&error->daddr, quoted->daddr);
	strata_addr_from4(&error->reporter, ip_hdr(skb)->saddr);
	error->iif = strata_cb(skb)->iif;
	error->ttl = strata_cb(skb)->ttl;
	error->proto = quoted->protocol;
	error->network = (const u8 *)quoted;
	error->header = (const u8 *)quoted + quoted->ihl * 4;
	error->header_len = min_t(unsigned int, QUOTED_L4_MAX,
				  skb_tail_pointer(skb) - error->header);
	error->err = meaning.err;
	error->hard = meaning.hard;
	error->icmp_type = icmph->type;
	error->icmp_code = icmph->code;
	if (icmph->type == ICMP_DEST_UNREACH && icmph->code == ICMP_FRAG_NEEDED)
		error->mtu = asked_mtu(icmph, quoted);
	if (icmph->type == ICMP_PARAMETERPROB)
		error->pointer = ntohl(icmph->un.gateway) >> IPV4_POINTER_SHIFT;
}

/* An error message; says why it is not for anybody. Does not own @skb. */
static enum strata_drop_reason rcv_error(struct strata_net *sn,
					 struct sk_buff *skb)
{
	const struct icmphdr *icmph = (const struct icmphdr *)skb->data;
	struct strata_icmp_meaning meaning;
	struct strata_l4_error error;
	const struct iphdr *quoted;

	meaning = strata_icmp_meaning(icmph->type, icmph->code);
	if (!meaning.err)
		return STRATA_DROP_ICMP_IGNORED;
	quoted = quoted_header(skb);
	if (!quoted)
		return STRATA_DROP_ICMP_TRUNCATED;
	/* Later fragments carry no L4 header to tell whose they were. */
	if (quoted->frag_off & htons(IP_OFFSET))
		return STRATA_DROP_ICMP_IGNORED;
	fill_error(skb, quoted, meaning, &error);
	if (!strata_addr_find(sn, &error.saddr))
		return STRATA_DROP_ICMP_IGNORED;
	strata_count(sn, ICMP4_ERRORS);
	strata_l4_err(sn, &error, AF_INET);
	return STRATA_IPV4_PASS;
}

/* May the way to other hosts lead through there? It is a host's address, not ours
 * and, by the routing table, on the link (RFC 1122 3.2.2.2).
 */
static bool gateway_possible(struct strata_link *link,
			     const struct in6_addr *gateway)
{
	const struct strata_hop *hop;

	if (strata_ipv4_addr_type(link->sn, gateway, 0) != STRATA_ADDR_OTHER)
		return false;
	hop = strata_route_hop(link->sn, gateway, link->ifindex);
	return hop && strata_addr_any(&hop->gateway);
}

/* A redirect; networks and types of service are not told apart (RFC 1122
 * 3.2.2.2). Does not own @skb.
 */
static enum strata_drop_reason rcv_redirect(struct strata_net *sn,
					    struct sk_buff *skb)
{
	const struct iphdr *quoted = quoted_header(skb);
	struct in6_addr router, gateway, saddr, daddr;
	const struct icmphdr *icmph;
	struct strata_link *link;

	if (!quoted)
		return STRATA_DROP_ICMP_TRUNCATED;
	icmph = (const struct icmphdr *)skb->data;
	strata_addr_from4(&router, ip_hdr(skb)->saddr);
	strata_addr_from4(&gateway, icmph->un.gateway);
	strata_addr_from4(&saddr, quoted->saddr);
	strata_addr_from4(&daddr, quoted->daddr);
	link = strata_link_by_index(sn, strata_cb(skb)->iif);
	/* RFC 1812 5.2.7.2: a router finds its own way. */
	if (!link || READ_ONCE(link->ipv4.forwarding) ||
	    icmph->code > ICMP_REDIR_HOSTTOS ||
	    !strata_addr_find(sn, &saddr) ||
	    !gateway_possible(link, &gateway) ||
	    !strata_dest_redirect(link, &router, &daddr, &gateway))
		return STRATA_DROP_ICMP_IGNORED;
	return STRATA_IPV4_PASS;
}

/* What was not sent to us alone. */
static bool is_cast(const struct sk_buff *skb)
{
	return strata_cb(skb)->flags & (STRATA_CB_BROADCAST |
					STRATA_CB_MULTICAST | STRATA_CB_L2_CAST);
}

/* Does not own @skb. */
static enum strata_drop_reason icmp_dispatch(struct strata_net *sn,
					     struct sk_buff *skb)
{
	/* RFC 1122 3.2.2.6: broadcast requests are best left unanswered. */
	if (is_cast(skb))
		return STRATA_DROP_ICMP_IGNORED;
	switch (((const struct icmphdr *)skb->data)->type) {
	case ICMP_ECHO:
		strata_icmp_echo(sn, skb);
		return STRATA_IPV4_PASS;
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return rcv_error(sn, skb);
	case ICMP_REDIRECT:
		return rcv_redirect(sn, skb);
	}
	return STRATA_DROP_ICMP_IGNORED;
}

/* Does not own @skb. */
static enum strata_drop_reason icmp_check(struct sk_buff *skb)
{
	if (!pskb_may_pull(skb, sizeof(struct icmphdr)))
		return STRATA_DROP_ICMP_TRUNCATED;
	if (skb_checksum_simple_validate(skb))
		return STRATA_DROP_ICMP_CHECKSUM;
	return STRATA_IPV4_PASS;
}

/* One that was not sent to everybody. */
static bool is_echo_reply(const struct sk_buff *skb)
{
	return ((const struct icmphdr *)skb->data)->type == ICMP_ECHOREPLY &&
	       !is_cast(skb);
}

/* Owns @skb. */
static void icmp_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	enum strata_drop_reason reason = icmp_check(skb);

	strata_count(sn, ICMP4_RX);
	if (reason == STRATA_IPV4_PASS && is_echo_reply(skb)) {
		strata_echo()->reply(sn, skb);
		return;
	}
	if (reason == STRATA_IPV4_PASS)
		reason = icmp_dispatch(sn, skb);
	if (reason == STRATA_IPV4_PASS)
		consume_skb(skb);
	else
		strata_drop(sn, skb, reason);
}

/* Nobody waits for the fate of what ICMP itself sends; but echoes are asked for. */
static void icmp_err(struct strata_net *sn, const struct strata_l4_error *error)
{
	strata_echo()->err(sn, error);
}

const struct strata_l4_ops strata_icmp_l4 = {
	.name = "icmp",
	.protocol = IPPROTO_ICMP,
	.family = AF_INET,
	.rcv = icmp_rcv,
	.err = icmp_err,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_icmp_l4);
