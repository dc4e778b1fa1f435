// SPDX-License-Identifier: GPL-2.0
/*
 * ARP (RFC 826): the L2 addresses of IPv4 neighbours, and ours told to them.
 *
 * An address is answered for on the link that it is on and on no other.
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/if_arp.h>
#include <linux/module.h>
#include <net/ip.h>
#include <strata/visibility.h>
#include "ipv4.h"

#define CLASS_D_OCTET	224	/* and class E above */

/**
 * struct arp_packet - what a valid ARP packet says
 * @request: a question; otherwise an answer
 * @sender_ll: sender's L2 address
 * @sender: sender's address
 * @target: the address asked for, or answered to
 */
struct arp_packet {
	bool request;
	const u8 *sender_ll;
	__be32 sender;
	__be32 target;
};

/* RFC 1122 3.2.1.3: an address that a host may have. 0.0.0.0: none yet. */
static bool host_addr(__be32 addr)
{
	return !ipv4_is_loopback(addr) && ntohl(addr) >> 24 < CLASS_D_OCTET &&
	       (!addr || !strata_addr4_is_this_net(addr));
}

static bool arp_hardware_matches(const struct arphdr *arp,
				 const struct net_device *dev)
{
	return arp->ar_hrd == htons(dev->type) &&
	       arp->ar_hln == dev->addr_len &&
	       arp->ar_pro == htons(ETH_P_IP) && arp->ar_pln == sizeof(__be32);
}

static enum strata_drop_reason arp_parse(struct strata_link *link,
					 struct sk_buff *skb,
					 struct arp_packet *packet)
{
	const struct net_device *dev = link->dev;
	const struct arphdr *arp;
	const u8 *at;

	if (link->flags & STRATA_LINK_NOARP)
		return STRATA_DROP_ARP_IGNORED;
	if (!pskb_may_pull(skb, sizeof(*arp)))
		return STRATA_DROP_ARP_MALFORMED;
	arp = (const struct arphdr *)skb->data;
	if (!arp_hardware_matches(arp, dev) ||
	    (arp->ar_op != htons(ARPOP_REQUEST) &&
	     arp->ar_op != htons(ARPOP_REPLY)))
		return STRATA_DROP_ARP_MALFORMED;
	if (!pskb_may_pull(skb, arp_hdr_len(dev)))
		return STRATA_DROP_ARP_MALFORMED;
	arp = (const struct arphdr *)skb->data;
	at = (const u8 *)(arp + 1);
	packet->request = arp->ar_op == htons(ARPOP_REQUEST);
	packet->sender_ll = at;
	memcpy(&packet->sender, at + dev->addr_len, sizeof(__be32));
	memcpy(&packet->target, at + 2 * dev->addr_len + sizeof(__be32),
	       sizeof(__be32));
	if (!host_addr(packet->sender) || !host_addr(packet->target))
		return STRATA_DROP_ARP_MALFORMED;
	/* RFC 1812 3.3.2: nobody's own address is a group's. */
	if (dev->type == ARPHRD_ETHER &&
	    !is_valid_ether_addr(packet->sender_ll))
		return STRATA_DROP_ARP_MALFORMED;
	return STRATA_IPV4_PASS;
}

/* Borrowed; @skb's data is filled but for the L2 header. NULL: no memory. */
static struct sk_buff *arp_build(const struct strata_link *link, u16 op,
				 __be32 sender, __be32 target,
				 const u8 *target_ll)
{
	struct net_device *dev = link->dev;
	struct arphdr *arp;
	struct sk_buff *skb;
	u8 *at;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + arp_hdr_len(dev) +
			dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_ARP);
	arp = skb_put_zero(skb, arp_hdr_len(dev));
	arp->ar_hrd = htons(dev->type);
	arp->ar_pro = htons(ETH_P_IP);
	arp->ar_hln = dev->addr_len;
	arp->ar_pln = sizeof(__be32);
	arp->ar_op = htons(op);
	at = (u8 *)(arp + 1);
	memcpy(at, dev->dev_addr, dev->addr_len);
	at += dev->addr_len;
	memcpy(at, &sender, sizeof(sender));
	at += sizeof(sender);
	if (target_ll)
		memcpy(at, target_ll, dev->addr_len);
	at += dev->addr_len;
	memcpy(at, &target, sizeof(target));
	return skb;
}

/* @lladdr NULL: to everybody. */
static void arp_tell(struct strata_link *link, u16 op, __be32 sender,
		     __be32 target, const u8 *lladdr)
{
	struct sk_buff *skb;

	skb = arp_build(link, op, sender, target,
			op == ARPOP_REPLY ? lladdr : NULL);
	if (!skb)
		return;
	strata_count(link->sn, ARP_TX);
	strata_link_send(link, skb, lladdr);
}

static struct strata_addr *own_addr(struct strata_link *link, __be32 addr4,
				    bool anywhere)
{
	struct strata_addr *own;
	struct in6_addr addr;

	strata_addr_from4(&addr, addr4);
	own = strata_addr_find(link->sn, &addr);
	return own && (anywhere || own->link == link) ? own : NULL;
}

/* RFC 826, "Packet Reception": what it says of its sender updates an entry that
 * is there; only who talks to us gets a new one.
 */
static void arp_learn(struct strata_link *link, const struct sk_buff *skb,
		      const struct arp_packet *packet, bool for_us)
{
	u32 flags = STRATA_NEIGH_LEARN_OVERRIDE;
	struct in6_addr sender;

	/* RFC 5227 1.1: a probe; its sender does not have the address yet. */
	if (!packet->sender)
		return;
	strata_addr_from4(&sender, packet->sender);
	/* Nobody is a broadcast address. */
	if (strata_addr_is_broadcast(link->sn, link, &sender))
		return;
	if (for_us && packet->request)
		flags |= STRATA_NEIGH_LEARN_CREATE;
	if (for_us && !packet->request && skb->pkt_type == PACKET_HOST)
		flags |= STRATA_NEIGH_LEARN_SOLICITED;
	strata_neigh_learn(link, &sender, packet->sender_ll, flags);
}

/* Was it sent by one of our own links? */
static bool own_lladdr(struct strata_net *sn, const u8 *lladdr)
{
	struct strata_link *link = NULL;

	while ((link = strata_link_next(sn, link)))
		if (!(link->flags & STRATA_LINK_NOARP) &&
		    !memcmp(link->dev->dev_addr, lladdr, link->dev->addr_len))
			return true;
	return false;
}

/* RFC 5227 2.1.1, 2.4: the address of ours that a packet's sender has or, as it
 * asks without an address, wants. NULL: none.
 */
static struct strata_addr *arp_claimed(struct strata_link *link,
				       const struct arp_packet *packet)
{
	struct strata_addr *own = NULL;
	struct in6_addr addr;

	if (packet->sender)
		own = own_addr(link, packet->sender, true);
	if (own)
		return own;
	strata_addr_from4(&addr, packet->sender ?: packet->target);
	own = strata_addr_unusable(link, &addr);
	return own && test_bit(STRATA_ADDR_TENTATIVE, &own->state) ? own : NULL;
}

/* What comes back from ourselves is no conflict, but no news either. */
static void arp_conflict(struct strata_link *link, struct strata_addr *own,
			 const u8 *lladdr)
{
	if (own_lladdr(link->sn, lladdr))
		return;
	if (own->link == link)
		strata_acd_conflict(own, lladdr);
	else
		strata_count(link->sn, ARP_CONFLICT);
}

/* Does not own @skb. */
static enum strata_drop_reason arp_act(struct strata_link *link,
				       const struct sk_buff *skb,
				       const struct arp_packet *packet)
{
	bool for_us = own_addr(link, packet->target, false);
	struct strata_addr *own = arp_claimed(link, packet);

	if (own) {
		arp_conflict(link, own, packet->sender_ll);
		return STRATA_DROP_ARP_IGNORED;
	}
	arp_learn(link, skb, packet, for_us);
	if (!for_us && packet->sender != packet->target)
		return STRATA_DROP_ARP_IGNORED;
	if (for_us && packet->request)
		arp_tell(link, ARPOP_REPLY, packet->target, packet->sender,
			 packet->sender_ll);
	return STRATA_IPV4_PASS;
}

/**
 * strata_arp_rcv() - receive an ARP packet
 * @link: where it came in
 * @skb: skb->data at the ARP header; neither shared nor for another station;
 *	owned
 *
 * Context: softirq, RCU.
 */
void strata_arp_rcv(struct strata_link *link, struct sk_buff *skb)
{
	struct strata_net *sn = link->sn;
	enum strata_drop_reason reason;
	struct arp_packet packet;

	strata_count(sn, ARP_RX);
	reason = arp_parse(link, skb, &packet);
	if (reason == STRATA_IPV4_PASS)
		reason = arp_act(link, skb, &packet);
	if (reason == STRATA_IPV4_PASS)
		consume_skb(skb);
	else
		strata_drop(sn, skb, reason);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_arp_rcv);

/* The source of the waiting packet if it is on this link, else any there. */
static __be32 solicit_source(struct strata_link *link,
			     const struct in6_addr *addr,
			     const struct sk_buff *queued)
{
	struct strata_addr *own;
	__be32 saddr;

	if (queued && queued->protocol == htons(ETH_P_IP)) {
		saddr = ip_hdr(queued)->saddr;
		if (own_addr(link, saddr, false))
			return saddr;
	}
	own = strata_addr_select(link, addr);
	return own ? strata_addr_to4(&own->addr) : htonl(INADDR_ANY);
}

static void arp_solicit(struct strata_link *link, const struct in6_addr *addr,
			const u8 *lladdr, const struct sk_buff *queued)
{
	arp_tell(link, ARPOP_REQUEST, solicit_source(link, addr, queued),
		 strata_addr_to4(addr), lladdr);
}

static int arp_map(const struct strata_link *link, const struct in6_addr *addr,
		   u8 *lladdr)
{
	__be32 addr4 = strata_addr_to4(addr);
	const struct net_device *dev = link->dev;
	struct strata_addr *entry;

	/* RFC 1112 6.4 */
	if (ipv4_is_multicast(addr4) && dev->type == ARPHRD_ETHER) {
		ip_eth_mc_map(addr4, lladdr);
		return 0;
	}
	entry = strata_addr_lookup(link->sn, link, addr);
	if (!ipv4_is_multicast(addr4) && !ipv4_is_lbcast(addr4) &&
	    !(entry && entry->type == STRATA_ADDR_BROADCAST))
		return -EINVAL;
	memcpy(lladdr, dev->broadcast, dev->addr_len);
	return 0;
}

/* Owns @skb, a datagram for a neighbour that does not answer. Its sender is
 * told by an ICMP error that comes back over the loopback link: no lock that
 * it may hold now is then held any more.
 */
static void arp_unreachable(struct strata_link *link, struct sk_buff *skb)
{
	struct in6_addr daddr;

	strata_addr_from4(&daddr, ip_hdr(skb)->daddr);
	strata_dest_unreachable(link->sn, &daddr);
	strata_icmp_send(link->sn, skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
			 0);
	strata_drop(link->sn, skb, STRATA_DROP_NEIGH_UNRESOLVED);
}

/**
 * strata_arp_announce() - tell everybody that an address is ours (RFC 5227 2.3)
 * @link: where
 * @addr4: the address
 *
 * Context: RCU read side, BH off.
 */
void strata_arp_announce(struct strata_link *link, __be32 addr4)
{
	arp_tell(link, ARPOP_REQUEST, addr4, addr4, NULL);
}

/**
 * strata_arp_probe() - ask whether an address is somebody's (RFC 5227 2.1.1)
 * @link: where
 * @addr4: the address, not ours yet
 *
 * Context: RCU read side, BH off.
 */
void strata_arp_probe(struct strata_link *link, __be32 addr4)
{
	arp_tell(link, ARPOP_REQUEST, htonl(INADDR_ANY), addr4, NULL);
}

const struct strata_l3_ops strata_arp_l3 = {
	.name = "arp",
	.type = htons(ETH_P_ARP),
	.rcv = strata_arp_rcv,
};

const struct strata_neigh_ops strata_arp_neigh = {
	.family = AF_INET,
	.solicit = arp_solicit,
	.map = arp_map,
	.unreachable = arp_unreachable,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_arp_neigh);
