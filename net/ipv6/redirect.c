// SPDX-License-Identifier: GPL-2.0
/*
 * Redirects (RFC 4861 8): a router knows a better first hop to a destination. As
 * a host we believe it, as a router we tell it.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/ndisc.h>
#include "ipv6.h"

/* RFC 4861 8.1 but for the sender, whom net/route knows. */
static bool valid(const struct strata_link *link, struct sk_buff *skb,
		  const u8 **lladdr)
{
	const struct rd_msg *msg;

	if (strata_cb(skb)->ttl != STRATA_ND_HOP_LIMIT ||
	    skb_linearize(skb) || skb->len < sizeof(*msg))
		return false;
	msg = (const struct rd_msg *)skb->data;
	if (msg->icmph.icmp6_code ||
	    !(ipv6_addr_type(&ipv6_hdr(skb)->saddr) & IPV6_ADDR_LINKLOCAL) ||
	    ipv6_addr_is_multicast(&msg->dest) || strata_addr_is4(&msg->dest))
		return false;
	/* The next hop is a router, or the destination itself. */
	if (!(ipv6_addr_type(&msg->target) & IPV6_ADDR_LINKLOCAL) &&
	    !ipv6_addr_equal(&msg->target, &msg->dest))
		return false;
	return strata_nd_options(msg->opt, skb->len - sizeof(*msg),
				 ND_OPT_TARGET_LL_ADDR, link->dev->addr_len,
				 lladdr);
}

/**
 * strata_redirect_rcv() - receive a redirect
 * @sn: the namespace's stack
 * @skb: skb->data at the ICMPv6 header, checksum verified; not owned
 *
 * Context: softirq, RCU. Return: why it is dropped, or STRATA_IPV6_PASS.
 */
enum strata_drop_reason strata_redirect_rcv(struct strata_net *sn,
					    struct sk_buff *skb)
{
	const struct rd_msg *msg;
	const u8 *lladdr = NULL;
	struct strata_link *link;

	strata_count(sn, ND_RX);
	link = strata_link_by_index(sn, strata_cb(skb)->iif);
	if (!link || link->flags & (STRATA_LINK_LOOPBACK | STRATA_LINK_NOARP))
		return STRATA_DROP_ND_IGNORED;
	if (!valid(link, skb, &lladdr))
		return STRATA_DROP_ND_MALFORMED;
	msg = (const struct rd_msg *)skb->data;
	/* RFC 4861 8.2: a router asks nobody. Through ourselves leads no way. */
	if (READ_ONCE(link->ipv6.forwarding) ||
	    strata_addr_lookup(sn, link, &msg->target) ||
	    !strata_dest_redirect(link, &ipv6_hdr(skb)->saddr, &msg->dest,
				  &msg->target))
		return STRATA_DROP_ND_IGNORED;
	/* RFC 4861 8.3 */
	if (lladdr)
		strata_neigh_learn(link, &msg->target, lladdr,
				   STRATA_NEIGH_LEARN_CREATE |
				   STRATA_NEIGH_LEARN_OVERRIDE);
	return STRATA_IPV6_PASS;
}

/* RFC 4861 8.2: from the link-local address that senders know us by. */
static const struct strata_addr *own_link_local(struct strata_link *link)
{
	const struct strata_addr *own;

	own = strata_addr_select(link, &in6addr_linklocal_allnodes);
	return own && ipv6_addr_type(&own->addr) & IPV6_ADDR_LINKLOCAL ? own :
									 NULL;
}

/**
 * strata_redirect_send() - tell a sender of a shorter way
 * @link: where it is, and the way too
 * @skb: what it sent through us; not owned
 * @way: the way
 *
 * Context: softirq, RCU.
 */
void strata_redirect_send(struct strata_link *link, const struct sk_buff *skb,
			  const struct strata_forward *way)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct strata_addr *own = own_link_local(link);
	struct strata_net *sn = link->sn;
	u8 lladdr[MAX_ADDR_LEN];
	bool known;

	/* A router is known by its link-local address, and no other will do. */
	if (!own || (!ipv6_addr_equal(&ip6h->daddr, &way->next) &&
		     !(ipv6_addr_type(&way->next) & IPV6_ADDR_LINKLOCAL)))
		return;
	if (!strata_icmp_limit_pass(&sn->ipv6->redirects, &ip6h->saddr)) {
		strata_count(sn, ICMP6_RATELIMITED);
		return;
	}
	known = way->neigh && strata_neigh_lladdr(way->neigh, lladdr);
	strata_count(sn, ND_REDIRECTS);
	strata_nd_redirect(link, &own->addr, skb, &way->next,
			   known ? lladdr : NULL);
}
