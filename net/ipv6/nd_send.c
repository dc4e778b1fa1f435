// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbour discovery messages sent (RFC 4861 4.3 to 4.5, 7.2, 8.2).
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/addrconf.h>
#include <net/ndisc.h>
#include <strata/visibility.h>
#include "ipv6.h"

/* RFC 4861 4.6.3: what comes before the quoted packet. */
#define QUOTE_HEAD	8

/* Bytes of an option that holds an L2 address (RFC 4861 4.6.1). */
static unsigned int option_bytes(const struct net_device *dev)
{
	return ALIGN(sizeof(struct nd_opt_hdr) + dev->addr_len, 8);
}

static void put_option(u8 *option, const struct net_device *dev, u8 type,
		       const u8 *lladdr)
{
	unsigned int bytes = option_bytes(dev);

	memset(option, 0, bytes);
	option[0] = type;
	option[1] = bytes / 8;
	memcpy(option + sizeof(struct nd_opt_hdr), lladdr, dev->addr_len);
}

/* The caller's; NULL: no memory. @target NULL: the message has none. @option 0:
 * no L2 address.
 */
static struct sk_buff *nd_build(const struct strata_link *link, u8 type,
				const struct in6_addr *target, u8 option)
{
	unsigned int head = target ? sizeof(struct nd_msg) :
				     sizeof(struct rs_msg);
	const struct net_device *dev = link->dev;
	unsigned int headroom = LL_RESERVED_SPACE(dev) +
				sizeof(struct ipv6hdr);
	unsigned int len = head + (option ? option_bytes(dev) : 0);
	struct nd_msg *msg;
	struct sk_buff *skb;

	skb = alloc_skb(headroom + len + dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	msg = skb_put_zero(skb, len);
	skb_reset_transport_header(skb);
	msg->icmph.icmp6_type = type;
	if (target)
		msg->target = *target;
	if (option)
		put_option((u8 *)msg + head, dev, option, dev->dev_addr);
	return skb;
}

static void nd_flow(const struct strata_link *link,
		    const struct in6_addr *saddr, const struct in6_addr *daddr,
		    struct strata_flow *flow)
{
	*flow = (struct strata_flow) {
		.saddr = *saddr,
		.daddr = *daddr,
		.oif = link->ifindex,
		.proto = IPPROTO_ICMPV6,
		.ttl = STRATA_ND_HOP_LIMIT,
		.flags = STRATA_FLOW_REPLY,
	};
}

/* Owns @skb. @lladdr NULL: through the neighbour cache, which knows groups. */
static void nd_xmit(struct strata_link *link, struct sk_buff *skb,
		    const struct strata_flow *flow, const u8 *lladdr)
{
	struct nd_msg *msg = (struct nd_msg *)skb->data;
	struct strata_neigh *neigh;

	msg->icmph.icmp6_cksum =
		csum_ipv6_magic(&flow->saddr, &flow->daddr, skb->len,
				IPPROTO_ICMPV6,
				csum_partial(msg, skb->len, 0));
	strata_count(link->sn, ND_TX);
	if (strata_ipv6_push(link->sn, NULL, skb, flow, link))
		return;
	if (lladdr) {
		strata_link_send(link, skb, lladdr);
		return;
	}
	neigh = strata_neigh_get(link, &flow->daddr);
	if (neigh)
		strata_neigh_xmit(neigh, skb);
	else
		strata_drop(link->sn, skb, STRATA_DROP_NEIGH_TABLE_FULL);
}

/**
 * strata_nd_solicit() - ask for a neighbour's L2 address
 * @link: where
 * @saddr: our address to ask from; ::, if @target is to be ours (RFC 4862
 *	5.4.2), and then without our L2 address
 * @target: the address in question
 * @lladdr: unicast to it; NULL: to its solicited-node group
 *
 * Context: RCU read side, softirq or process.
 */
void strata_nd_solicit(struct strata_link *link, const struct in6_addr *saddr,
		       const struct in6_addr *target, const u8 *lladdr)
{
	struct in6_addr daddr = *target;
	u8 group[MAX_ADDR_LEN];
	struct strata_flow flow;
	struct sk_buff *skb;

	if (!lladdr) {
		/* Not an entry in the cache for each group. */
		addrconf_addr_solict_mult(target, &daddr);
		ipv6_eth_mc_map(&daddr, group);
		lladdr = group;
	}
	skb = nd_build(link, NDISC_NEIGHBOUR_SOLICITATION, target,
		       ipv6_addr_any(saddr) ? 0 : ND_OPT_SOURCE_LL_ADDR);
	if (!skb)
		return;
	nd_flow(link, saddr, &daddr, &flow);
	nd_xmit(link, skb, &flow, lladdr);
}

/**
 * strata_nd_solicit_router() - ask for routers (RFC 4861 4.1)
 * @link: where
 * @saddr: our link-local address there
 *
 * Context: RCU read side, softirq or process.
 */
void strata_nd_solicit_router(struct strata_link *link,
			      const struct in6_addr *saddr)
{
	u8 group[MAX_ADDR_LEN];
	struct strata_flow flow;
	struct sk_buff *skb;

	ipv6_eth_mc_map(&in6addr_linklocal_allrouters, group);
	skb = nd_build(link, NDISC_ROUTER_SOLICITATION, NULL,
		       ND_OPT_SOURCE_LL_ADDR);
	if (!skb)
		return;
	nd_flow(link, saddr, &in6addr_linklocal_allrouters, &flow);
	nd_xmit(link, skb, &flow, group);
}

/**
 * strata_nd_advertise() - say what our L2 address is
 * @link: where
 * @target: the address that we have
 * @daddr: to whom; a group: unasked, or to somebody without an address
 * @lladdr: L2 address of @daddr; NULL: the neighbour cache knows
 *
 * Context: RCU read side, softirq or process.
 */
void strata_nd_advertise(struct strata_link *link,
			 const struct in6_addr *target,
			 const struct in6_addr *daddr, const u8 *lladdr)
{
	struct strata_flow flow;
	struct nd_msg *msg;
	struct sk_buff *skb;

	skb = nd_build(link, NDISC_NEIGHBOUR_ADVERTISEMENT, target,
		       ND_OPT_TARGET_LL_ADDR);
	if (!skb)
		return;
	msg = (struct nd_msg *)skb->data;
	msg->icmph.icmp6_solicited = !ipv6_addr_is_multicast(daddr);
	msg->icmph.icmp6_override = 1;
	msg->icmph.icmp6_router = READ_ONCE(link->ipv6.forwarding);
	nd_flow(link, target, daddr, &flow);
	nd_xmit(link, skb, &flow, lladdr);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nd_advertise);

/* RFC 4861 4.6.3: as much of @about as fits, in units of 8 bytes. False: it could
 * not be read.
 */
static bool put_quote(u8 *option, const struct sk_buff *about,
		      unsigned int bytes)
{
	memset(option, 0, QUOTE_HEAD);
	option[0] = ND_OPT_REDIRECT_HDR;
	option[1] = bytes / 8;
	return !skb_copy_bits(about, skb_network_offset(about),
			      option + QUOTE_HEAD, bytes - QUOTE_HEAD);
}

/**
 * strata_nd_redirect() - tell a sender of a better first hop
 * @link: where both are
 * @saddr: our link-local address there
 * @about: the packet that it sent through us, skb->data at its header
 * @target: the better first hop
 * @lladdr: its L2 address; NULL: not known
 *
 * Context: softirq, RCU.
 */
void strata_nd_redirect(struct strata_link *link, const struct in6_addr *saddr,
			const struct sk_buff *about,
			const struct in6_addr *target, const u8 *lladdr)
{
	const struct net_device *dev = link->dev;
	unsigned int headroom = LL_RESERVED_SPACE(dev) + sizeof(struct ipv6hdr);
	unsigned int room, len = sizeof(struct rd_msg);
	struct strata_flow flow;
	struct sk_buff *skb;
	struct rd_msg *msg;

	if (lladdr)
		len += option_bytes(dev);
	room = IPV6_MIN_MTU - sizeof(struct ipv6hdr) - len;
	room = round_down(min(room, about->len + QUOTE_HEAD), 8);
	skb = alloc_skb(headroom + len + room + dev->needed_tailroom,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return;
	skb_reserve(skb, headroom);
	msg = skb_put_zero(skb, len);
	skb_reset_transport_header(skb);
	msg->icmph.icmp6_type = NDISC_REDIRECT;
	msg->target = *target;
	msg->dest = ipv6_hdr(about)->daddr;
	if (lladdr)
		put_option(msg->opt, dev, ND_OPT_TARGET_LL_ADDR, lladdr);
	if (!put_quote(skb_put(skb, room), about, room)) {
		kfree_skb(skb);
		return;
	}
	nd_flow(link, saddr, &ipv6_hdr(about)->saddr, &flow);
	nd_xmit(link, skb, &flow, NULL);
}
