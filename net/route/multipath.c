// SPDX-License-Identifier: GPL-2.0
/*
 * Which of its next hops a packet takes, and what tells flows apart where there are several.
 *
 * Both directions of a flow have one number, as have the ICMP errors about it where
 * addresses alone count. What this host sends itself is told apart by a number of
 * its socket: ports and source may not be known when the first way is asked for,
 * and a connection stays on its way.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/flow_dissector.h>
#include <strata/visibility.h>
#include "nexthop.h"

/**
 * struct flow_key - what is hashed; without holes
 * @low: the smaller of the addresses
 * @high: the other
 * @low_port: the smaller of the ports, as a number on the wire; 0: none
 * @high_port: the other
 * @number: of a socket; or the IP protocol
 */
struct flow_key {
	struct in6_addr low;
	struct in6_addr high;
	__be16 low_port;
	__be16 high_port;
	u32 number;
};

static void set_addrs(struct flow_key *key, const struct in6_addr *a,
		      const struct in6_addr *b)
{
	bool ordered = memcmp(a, b, sizeof(*a)) < 0;

	key->low = ordered ? *a : *b;
	key->high = ordered ? *b : *a;
}

static void set_ports(struct flow_key *key, __be16 a, __be16 b)
{
	bool ordered = (__force u16)a < (__force u16)b;

	key->low_port = ordered ? a : b;
	key->high_port = ordered ? b : a;
}

static bool icmp4_is_error(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

/* The header that an ICMP error quotes, in whose flow it is. */
static bool quoted4(const struct sk_buff *skb, struct iphdr *quoted)
{
	const struct iphdr *iph = ip_hdr(skb);
	int offset = skb_network_offset(skb) + iph->ihl * 4;
	struct icmphdr icmph;

	if (likely(iph->protocol != IPPROTO_ICMP) ||
	    iph->frag_off & htons(IP_OFFSET) ||
	    skb_copy_bits(skb, offset, &icmph, sizeof(icmph)) ||
	    !icmp4_is_error(icmph.type))
		return false;
	return !skb_copy_bits(skb, offset + sizeof(icmph), quoted,
			      sizeof(*quoted));
}

static bool quoted6(const struct sk_buff *skb, struct ipv6hdr *quoted)
{
	int offset = skb_network_offset(skb) + sizeof(*quoted);
	struct icmp6hdr icmp6h;

	if (likely(ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6) ||
	    skb_copy_bits(skb, offset, &icmp6h, sizeof(icmp6h)) ||
	    icmp6h.icmp6_type & ICMPV6_INFOMSG_MASK)
		return false;
	return !skb_copy_bits(skb, offset + sizeof(icmp6h), quoted,
			      sizeof(*quoted));
}

/* True: another packet from and to the same may be of another flow. */
static bool key_l3(struct flow_key *key, const struct strata_lookup *lookup)
{
	struct ipv6hdr quoted6h;
	struct in6_addr a, b;
	struct iphdr quoted;

	if (strata_addr_is4(lookup->daddr)) {
		if (!quoted4(lookup->skb, &quoted)) {
			set_addrs(key, lookup->saddr, lookup->daddr);
			return ip_hdr(lookup->skb)->protocol == IPPROTO_ICMP;
		}
		strata_addr_from4(&a, quoted.saddr);
		strata_addr_from4(&b, quoted.daddr);
		set_addrs(key, &a, &b);
		return true;
	}
	if (quoted6(lookup->skb, &quoted6h)) {
		set_addrs(key, &quoted6h.saddr, &quoted6h.daddr);
		return true;
	}
	set_addrs(key, lookup->saddr, lookup->daddr);
	return ipv6_hdr(lookup->skb)->nexthdr == IPPROTO_ICMPV6;
}

static void key_l4(struct flow_key *key, const struct strata_lookup *lookup)
{
	struct flow_keys keys;

	set_addrs(key, lookup->saddr, lookup->daddr);
	if (!skb_flow_dissect_flow_keys(lookup->skb, &keys,
					FLOW_DISSECTOR_F_STOP_AT_ENCAP))
		return;
	set_ports(key, keys.ports.src, keys.ports.dst);
	key->number = keys.basic.ip_proto;
}

/**
 * strata_multipath_hash() - which flow a packet is of
 * @rn: the namespace's routes
 * @lookup: what is known of it; its @once is filled in
 *
 * Context: RCU read side.
 */
u32 strata_multipath_hash(const struct strata_route_net *rn,
			  struct strata_lookup *lookup)
{
	bool l4 = READ_ONCE(rn->hash_policy) == STRATA_HASH_L4;
	struct flow_key key = {};

	if (!lookup->skb) {
		key.high = *lookup->daddr;
		key.number = l4 ? lookup->seed : 0;
	} else if (l4) {
		key_l4(&key, lookup);
		lookup->once = true;
	} else {
		lookup->once = key_l3(&key, lookup);
	}
	return siphash(&key, sizeof(key), &rn->hash_key);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_multipath_hash);

static bool hop_usable(const struct strata_hop *hop, int oif)
{
	return (!oif || hop->link->ifindex == oif) &&
	       strata_link_is_up(hop->link);
}

/**
 * strata_nexthop_usable() - can a packet leave by it?
 * @nexthop: of a route
 * @oif: index of the link asked for, 0: any
 *
 * Context: RCU read side.
 */
bool strata_nexthop_usable(const struct strata_nexthop *nexthop, int oif)
{
	const struct strata_nexthop_info *info = rcu_dereference(nexthop->info);
	unsigned int i;

	for (i = 0; i < info->count; i++)
		if (hop_usable(&info->hop[i], oif))
			return true;
	return info->blackhole;
}
EXPORT_SYMBOL_GPL(strata_nexthop_usable);

/* From the bucket's on, the first that will do. */
static const struct strata_hop *choose_hop(const struct strata_route_net *rn,
					   const struct strata_nexthop_info *info,
					   struct strata_lookup *lookup)
{
	unsigned int first = 0, i;
	u32 hash;

	if (info->count > 1) {
		hash = strata_multipath_hash(rn, lookup);
		first = READ_ONCE(info->now[hash % STRATA_NEXTHOP_BUCKETS]);
	}
	for (i = first; i < first + info->count; i++)
		if (hop_usable(&info->hop[i % info->count], lookup->oif))
			return &info->hop[i % info->count];
	return NULL;
}

/**
 * strata_nexthop_choose() - where a packet goes whose route has a next hop
 * @rn: the namespace's routes
 * @route: as found
 * @lookup: what is known of the packet; out: its hop
 *
 * Context: RCU read side. Return: @route; NULL: no link is up any more; or one
 * that refuses.
 */
const struct strata_route *
strata_nexthop_choose(const struct strata_route_net *rn,
		      const struct strata_route *route,
		      struct strata_lookup *lookup)
{
	static const struct strata_route blackhole = {
		.type = STRATA_ROUTE_BLACKHOLE,
	};
	const struct strata_nexthop_info *info = rcu_dereference(route->nexthop->info);

	if (info->blackhole)
		return &blackhole;
	lookup->hop = choose_hop(rn, info, lookup);
	return lookup->hop ? route : NULL;
}
