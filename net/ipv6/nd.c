// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbour discovery messages received (RFC 4861 7.1, 7.2): what they say of
 * neighbours goes to the neighbour cache, questions about us are answered.
 *
 * An address is answered for on the link that it is on and on no other.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/addrconf.h>
#include <net/ndisc.h>
#include <strata/visibility.h>
#include "ipv6.h"

/**
 * struct nd_packet - what a valid solicitation or advertisement says
 * @solicitation: a question; otherwise an answer
 * @solicited: to a question (advertisements)
 * @override: may replace another L2 address (advertisements)
 * @target: the address it is about
 * @lladdr: the L2 address option: the source's of a solicitation, the target's
 *	of an advertisement; NULL: none
 */
struct nd_packet {
	bool solicitation;
	bool solicited;
	bool override;
	struct in6_addr target;
	const u8 *lladdr;
};

/**
 * strata_nd_options() - look through the options of a message (RFC 4861 4.6)
 * @option: the first
 * @len: bytes of them all
 * @type: that is wanted
 * @addr_len: bytes of an L2 address
 * @lladdr: out: that of the last option of @type that has room for one; else
 *	unchanged
 *
 * Context: any. Return: they are well formed: each length counts 8 bytes and is
 * not 0.
 */
bool strata_nd_options(const u8 *option, unsigned int len, u8 type,
		       u8 addr_len, const u8 **lladdr)
{
	unsigned int bytes;

	while (len) {
		if (len < sizeof(struct nd_opt_hdr) || !option[1])
			return false;
		bytes = option[1] * 8;
		if (bytes > len)
			return false;
		if (option[0] == type && bytes >= addr_len + 2)
			*lladdr = option + 2;
		option += bytes;
		len -= bytes;
	}
	return true;
}

/* RFC 4861 7.1.1, 7.1.2. What a DAD question looks like (RFC 4862 5.4.3). */
static bool nd_addresses_ok(const struct sk_buff *skb,
			    const struct nd_packet *packet)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);

	if (ipv6_addr_is_multicast(&packet->target) ||
	    strata_addr_is4(&packet->target))
		return false;
	if (!packet->solicitation)
		return !packet->solicited ||
		       !ipv6_addr_is_multicast(&ip6h->daddr);
	if (ipv6_addr_any(&ip6h->saddr))
		return ipv6_addr_is_solict_mult(&ip6h->daddr) &&
		       !packet->lladdr;
	return true;
}

static bool nd_parse(const struct strata_link *link, struct sk_buff *skb,
		     struct nd_packet *packet)
{
	const struct nd_msg *msg;
	u8 type;

	/* RFC 4861 3.1: from off the link it would have lost a hop. */
	if (strata_cb(skb)->ttl != STRATA_ND_HOP_LIMIT ||
	    skb_linearize(skb) || skb->len < sizeof(*msg))
		return false;
	msg = (const struct nd_msg *)skb->data;
	if (msg->icmph.icmp6_code)
		return false;
	memset(packet, 0, sizeof(*packet));
	packet->solicitation = msg->icmph.icmp6_type ==
			       NDISC_NEIGHBOUR_SOLICITATION;
	packet->target = msg->target;
	if (!packet->solicitation) {
		packet->solicited = msg->icmph.icmp6_solicited;
		packet->override = msg->icmph.icmp6_override;
	}
	type = packet->solicitation ? ND_OPT_SOURCE_LL_ADDR :
				      ND_OPT_TARGET_LL_ADDR;
	return strata_nd_options(msg->opt, skb->len - sizeof(*msg), type,
				 link->dev->addr_len, &packet->lladdr) &&
	       nd_addresses_ok(skb, packet);
}

/* Ours and on this very link. */
static bool own_target(struct strata_link *link, const struct in6_addr *target)
{
	const struct strata_addr *own;

	own = strata_addr_lookup(link->sn, link, target);
	return own && own->link == link;
}

/* Somebody else has an address, or wants it, that we want too. */
static bool claimed(struct strata_link *link, const struct in6_addr *target)
{
	struct strata_addr *addr = strata_addr_unusable(link, target);

	if (addr)
		strata_dad_conflict(addr);
	return addr;
}

/* RFC 4861 7.2.3, 7.2.4. */
static enum strata_drop_reason rcv_solicitation(struct strata_link *link,
						const struct sk_buff *skb,
						const struct nd_packet *packet)
{
	const struct in6_addr *saddr = &ipv6_hdr(skb)->saddr;

	if (!own_target(link, &packet->target)) {
		/* RFC 4862 5.4.3: whoever asks without an address wants it. */
		if (ipv6_addr_any(saddr))
			claimed(link, &packet->target);
		return STRATA_DROP_ND_IGNORED;
	}
	if (packet->lladdr)
		strata_neigh_learn(link, saddr, packet->lladdr,
				   STRATA_NEIGH_LEARN_CREATE |
				   STRATA_NEIGH_LEARN_OVERRIDE);
	if (ipv6_addr_any(saddr))
		saddr = &in6addr_linklocal_allnodes;
	strata_nd_advertise(link, &packet->target, saddr, packet->lladdr);
	return STRATA_IPV6_PASS;
}

/* RFC 4861 7.2.5: it updates an entry that is there, and makes none. */
static enum strata_drop_reason
rcv_advertisement(struct strata_link *link, const struct nd_packet *packet)
{
	u32 flags = 0;

	if (own_target(link, &packet->target)) {
		strata_count(link->sn, ND_CONFLICT);
		return STRATA_DROP_ND_IGNORED;
	}
	if (claimed(link, &packet->target))
		return STRATA_DROP_ND_IGNORED;
	if (packet->solicited)
		flags |= STRATA_NEIGH_LEARN_SOLICITED;
	if (packet->override)
		flags |= STRATA_NEIGH_LEARN_OVERRIDE;
	strata_neigh_learn(link, &packet->target, packet->lladdr, flags);
	return STRATA_IPV6_PASS;
}

/**
 * strata_nd_rcv() - receive a neighbour solicitation or advertisement
 * @sn: the namespace's stack
 * @skb: skb->data at the ICMPv6 header, checksum verified; not owned
 *
 * Context: softirq, RCU. Return: why it is dropped, or STRATA_IPV6_PASS.
 */
enum strata_drop_reason strata_nd_rcv(struct strata_net *sn,
				      struct sk_buff *skb)
{
	struct strata_link *link;
	struct nd_packet packet;

	strata_count(sn, ND_RX);
	link = strata_link_by_index(sn, strata_cb(skb)->iif);
	if (!link || link->flags & STRATA_LINK_NOARP)
		return STRATA_DROP_ND_IGNORED;
	if (!nd_parse(link, skb, &packet))
		return STRATA_DROP_ND_MALFORMED;
	return packet.solicitation ? rcv_solicitation(link, skb, &packet) :
				     rcv_advertisement(link, &packet);
}

/* RFC 4861 7.2.2: the waiting packet's source if it is on this link, so that
 * the answer's entry over there is the one that is needed; else any there.
 */
static bool solicit_source(struct strata_link *link,
			   const struct in6_addr *target,
			   const struct sk_buff *queued, struct in6_addr *saddr)
{
	const struct strata_addr *own;

	if (queued && queued->protocol == htons(ETH_P_IPV6)) {
		*saddr = ipv6_hdr(queued)->saddr;
		if (own_target(link, saddr))
			return true;
	}
	own = strata_addr_select(link, target);
	if (own)
		*saddr = own->addr;
	return own;
}

static void nd_solicit(struct strata_link *link, const struct in6_addr *addr,
		       const u8 *lladdr, const struct sk_buff *queued)
{
	struct in6_addr saddr;

	if (solicit_source(link, addr, queued, &saddr))
		strata_nd_solicit(link, &saddr, addr, lladdr);
}

/* RFC 2464 7 */
static int nd_map(const struct strata_link *link, const struct in6_addr *addr,
		  u8 *lladdr)
{
	if (!ipv6_addr_is_multicast(addr))
		return -EINVAL;
	ipv6_eth_mc_map(addr, lladdr);
	return 0;
}

/* Owns @skb, a datagram for a neighbour that does not answer. Its sender is
 * told by an error that comes back over the loopback link: no lock that it may
 * hold now is then held any more.
 */
static void nd_unreachable(struct strata_link *link, struct sk_buff *skb)
{
	strata_dest_unreachable(link->sn, &ipv6_hdr(skb)->daddr);
	strata_icmp6_send(link->sn, skb, link->ifindex, ICMPV6_DEST_UNREACH,
			  ICMPV6_ADDR_UNREACH, 0);
	strata_drop(link->sn, skb, STRATA_DROP_NEIGH_UNRESOLVED);
}

const struct strata_neigh_ops strata_nd_neigh = {
	.family = AF_INET6,
	.solicit = nd_solicit,
	.map = nd_map,
	.unreachable = nd_unreachable,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nd_neigh);
