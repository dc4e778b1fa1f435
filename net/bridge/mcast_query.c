// SPDX-License-Identifier: GPL-2.0
/*
 * Queries of the bridge's own: for all listeners of a VLAN, and for the last of a
 * group at a port.
 *
 * IGMP's come from 0.0.0.0 (RFC 4541 2.1.1), MLD's from the link-local
 * address that belongs to the bridge's L2 address (RFC 4291 appendix A).
 */
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/igmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/mld.h>
#include <net/ndisc.h>
#include "bridge.h"

#define TOS		0xc0	/* internetwork control, RFC 3376 4 */
#define ROUTER_ALERT_BYTES	4	/* RFC 2113 */
#define IP4_BYTES	(sizeof(struct iphdr) + ROUTER_ALERT_BYTES)
#define IP6_BYTES	(sizeof(struct ipv6hdr) + sizeof(router_alert6))
#define TENTH_JIFFIES	(HZ / 10)

/* RFC 2711 */
static const u8 router_alert6[8] = {
	IPPROTO_ICMPV6, 0, IPV6_TLV_ROUTERALERT, 2, 0, 0, IPV6_TLV_PADN, 0
};

/* Where a query is to be sent, in its skb->cb. */
struct query_cb {
	struct strata_bridge_port *port;	/* NULL: all */
	u16 vid;
};

/**
 * struct query - one to be made
 * @group: asked for; NULL: all groups
 * @filter: has the sources; NULL: none
 * @response: how long hosts may take, in jiffies
 * @suppress: routers are not to lower their timers
 * @lowered: of @filter, those whose timer ends by then, or (@suppress) later
 */
struct query {
	const struct in6_addr *group;
	const struct strata_mcast_filter *filter;
	unsigned long response;
	bool suppress;
	unsigned long lowered;
};

/**
 * strata_mcast_query_address() - the bridge's own, as one that asks
 * @br: the bridge
 * @family: of the query
 * @addr: out
 *
 * Context: any.
 */
void strata_mcast_query_address(const struct strata_bridge *br,
				enum strata_mcast_family family,
				struct in6_addr *addr)
{
	if (family == STRATA_MCAST_IP4) {
		ipv6_addr_set_v4mapped(0, addr);
		return;
	}
	ipv6_addr_set(addr, htonl(0xfe800000), 0, 0, 0);
	addrconf_addr_eui48(addr->s6_addr + 8, (const char *)br->dev->dev_addr);
}

static bool is_asked_for(const struct query *query,
			 const struct strata_mcast_source *source)
{
	return source->queries &&
	       time_after(source->expires, query->lowered) == query->suppress;
}

static unsigned int count_sources(const struct query *query)
{
	unsigned int i, count = 0;

	for (i = 0; query->filter && i < query->filter->count; i++)
		count += is_asked_for(query, &query->filter->source[i]);
	return count;
}

/* A time, in units that fit, as a code with an exponent above @mantissa bits: RFC 3376
 * 4.1.1, RFC 3810 5.1.3.
 */
static u32 to_code(unsigned long units, unsigned int mantissa)
{
	unsigned int exponent;

	if (units < BIT(mantissa + 3))
		return units;
	exponent = min(fls_long(units) - (int)mantissa - 1 - 3, 7);
	units >>= exponent + 3;
	return BIT(mantissa + 3) | exponent << mantissa |
	       (units & (BIT(mantissa) - 1));
}

static u8 query_interval_code(const struct strata_bridge *br)
{
	return min_t(u32, to_code(br->mcast.times.query / HZ, 4), U8_MAX);
}

static void put_eth(struct sk_buff *skb, const struct strata_bridge *br,
		    __be16 proto)
{
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	skb_reset_mac_header(skb);
	ether_addr_copy(eth->h_source, br->dev->dev_addr);
	eth->h_proto = proto;
	skb->protocol = proto;
	skb->dev = br->dev;
	skb_pull(skb, ETH_HLEN);
}

static void put_ip4(struct sk_buff *skb, __be32 dest)
{
	struct iphdr *ip = skb_push(skb, IP4_BYTES);

	*ip = (struct iphdr) {
		.version = 4,
		.ihl = IP4_BYTES / 4,
		.tos = TOS,
		.tot_len = htons(skb->len),
		.frag_off = htons(IP_DF),
		.ttl = 1,
		.protocol = IPPROTO_IGMP,
		.daddr = dest,
	};
	put_unaligned_be32(IPOPT_RA << 24 | ROUTER_ALERT_BYTES << 16, ip + 1);
	ip->check = ip_fast_csum(ip, ip->ihl);
	skb_reset_network_header(skb);
}

static void put_igmp(struct sk_buff *skb, const struct strata_bridge *br,
		     const struct query *query, unsigned int count)
{
	struct igmpv3_query *igmp;
	unsigned int i;

	/* Versions 1 and 2 are the beginning of version 3. */
	igmp = skb_put_zero(skb, br->mcast.version[STRATA_MCAST_IP4] < 3 ?
				 sizeof(struct igmphdr) :
				 struct_size(igmp, srcs, count));
	igmp->type = IGMP_HOST_MEMBERSHIP_QUERY;
	igmp->group = query->group ? query->group->s6_addr32[3] : 0;
	if (br->mcast.version[STRATA_MCAST_IP4] < 3) {
		igmp->code = min(query->response / TENTH_JIFFIES, 255ul);
	} else {
		igmp->code = to_code(query->response / TENTH_JIFFIES, 4);
		igmp->suppress = query->suppress;
		igmp->qrv = STRATA_MCAST_ROBUSTNESS;
		igmp->qqic = query_interval_code(br);
		igmp->nsrcs = htons(count);
		for (i = 0; count; i++)
			if (is_asked_for(query, &query->filter->source[i]))
				igmp->srcs[--count] =
					query->filter->source[i].addr.s6_addr32[3];
	}
	igmp->csum = ip_compute_csum(igmp, skb->len);
}

static void make_igmp(struct sk_buff *skb, const struct strata_bridge *br,
		      const struct query *query, unsigned int count)
{
	__be32 dest = htonl(INADDR_ALLHOSTS_GROUP);

	if (query->group)
		dest = query->group->s6_addr32[3];
	put_igmp(skb, br, query, count);
	put_ip4(skb, dest);
	put_eth(skb, br, htons(ETH_P_IP));
	ip_eth_mc_map(dest, eth_hdr(skb)->h_dest);
}

static void put_ip6(struct sk_buff *skb, const struct strata_bridge *br,
		    const struct in6_addr *dest)
{
	struct ipv6hdr *ip = skb_push(skb, IP6_BYTES);

	*ip = (struct ipv6hdr) {
		.version = 6,
		.payload_len = htons(skb->len - sizeof(*ip)),
		.nexthdr = NEXTHDR_HOP,
		.hop_limit = 1,
		.daddr = *dest,
	};
	strata_mcast_query_address(br, STRATA_MCAST_IP6, &ip->saddr);
	memcpy(ip + 1, router_alert6, sizeof(router_alert6));
	skb_reset_network_header(skb);
}

static void put_mld(struct sk_buff *skb, const struct strata_bridge *br,
		    const struct query *query, unsigned int count)
{
	struct mld2_query *mld;
	unsigned int i;
	bool old = br->mcast.version[STRATA_MCAST_IP6] < 2;

	/* Version 1 is the beginning of version 2. */
	mld = skb_put_zero(skb, old ? sizeof(struct mld_msg) :
				      struct_size(mld, mld2q_srcs, count));
	mld->mld2q_type = ICMPV6_MGM_QUERY;
	if (query->group)
		mld->mld2q_mca = *query->group;
	if (old) {
		mld->mld2q_mrc = htons(min(jiffies_to_msecs(query->response), 65535u));
		return;
	}
	mld->mld2q_mrc = htons(to_code(jiffies_to_msecs(query->response), 12));
	mld->mld2q_suppress = query->suppress;
	mld->mld2q_qrv = STRATA_MCAST_ROBUSTNESS;
	mld->mld2q_qqic = query_interval_code(br);
	mld->mld2q_nsrcs = htons(count);
	for (i = 0; count; i++)
		if (is_asked_for(query, &query->filter->source[i]))
			mld->mld2q_srcs[--count] = query->filter->source[i].addr;
}

static void make_mld(struct sk_buff *skb, const struct strata_bridge *br,
		     const struct query *query, unsigned int count)
{
	const struct in6_addr *dest = query->group ?: &in6addr_linklocal_allnodes;
	unsigned int bytes;
	struct ipv6hdr *ip;
	struct icmp6hdr *icmp;

	put_mld(skb, br, query, count);
	bytes = skb->len;
	icmp = (struct icmp6hdr *)skb->data;
	put_ip6(skb, br, dest);
	ip = ipv6_hdr(skb);
	icmp->icmp6_cksum = csum_ipv6_magic(&ip->saddr, &ip->daddr, bytes,
					    IPPROTO_ICMPV6,
					    csum_partial(icmp, bytes, 0));
	put_eth(skb, br, htons(ETH_P_IPV6));
	ipv6_eth_mc_map(dest, eth_hdr(skb)->h_dest);
}

/* Adds one to @out, to be sent through @port, or all. */
static void make(const struct strata_bridge *br, struct strata_bridge_port *port,
		 u16 vid, enum strata_mcast_family family,
		 const struct query *query, struct sk_buff_head *out)
{
	unsigned int count = count_sources(query);
	struct query_cb *cb;
	struct sk_buff *skb;

	if (query->filter && !count)
		return;
	skb = alloc_skb(ETH_HLEN + NET_IP_ALIGN + IP6_BYTES +
			sizeof(struct mld2_query) +
			count * sizeof(struct in6_addr), GFP_ATOMIC);
	if (!skb)
		return;		/* as if it had been lost */
	skb_reserve(skb, ETH_HLEN + NET_IP_ALIGN +
			 (family == STRATA_MCAST_IP4 ? IP4_BYTES : IP6_BYTES));
	if (family == STRATA_MCAST_IP4)
		make_igmp(skb, br, query, count);
	else
		make_mld(skb, br, query, count);
	cb = (struct query_cb *)skb->cb;
	cb->port = port;
	cb->vid = vid;
	__skb_queue_tail(out, skb);
}

/**
 * strata_mcast_query_all() - ask for all listeners of a VLAN
 * @br: the bridge
 * @vid: the VLAN, 0: the bridge is not VLAN-aware
 * @family: whose
 * @out: the query is added
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mcast_query_all(struct strata_bridge *br, u16 vid,
			    enum strata_mcast_family family,
			    struct sk_buff_head *out)
{
	struct query query = { .response = br->mcast.times.response };

	make(br, NULL, vid, family, &query, out);
}

/**
 * strata_mcast_query_member() - ask whether anybody at a port still listens
 * @member: the port in a group
 * @now: jiffies
 * @out: queries are added
 *
 * RFC 3376 6.6.3: of what has been answered meanwhile routers do not lower the timers.
 *
 * Context: strata_bridge_mcast.lock.
 */
void strata_mcast_query_member(const struct strata_mdb_member *member,
			       unsigned long now, struct sk_buff_head *out)
{
	const struct strata_mcast_filter *filter = strata_mdb_filter(member);
	const struct strata_mdb_key *key = &member->group->key;
	enum strata_mcast_family family = key->proto == htons(ETH_P_IP) ?
					  STRATA_MCAST_IP4 : STRATA_MCAST_IP6;
	struct strata_bridge *br = member->port->br;
	const struct strata_mcast_times *times = &br->mcast.times;
	struct query query = {
		.group = &key->addr,
		.response = times->last_member,
		.lowered = now + times->last_member * times->last_member_count,
	};

	if (filter->queries) {
		query.suppress = time_after(filter->expires, query.lowered);
		make(br, member->port, key->vid, family, &query, out);
	}
	query.filter = filter;
	query.suppress = false;
	make(br, member->port, key->vid, family, &query, out);
	query.suppress = true;
	make(br, member->port, key->vid, family, &query, out);
}

/**
 * strata_mcast_query_send() - send what was made
 * @br: the bridge
 * @out: empty afterwards
 *
 * Context: process, nothing held.
 */
void strata_mcast_query_send(struct strata_bridge *br, struct sk_buff_head *out)
{
	struct strata_bridge_port *port;
	struct query_cb cb;
	struct sk_buff *skb;

	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(out))) {
		cb = *(struct query_cb *)skb->cb;
		memset(skb->cb, 0, sizeof(skb->cb));
		strata_count(br->sn, BRIDGE_MCAST_TX);
		list_for_each_entry_rcu(port, &br->ports, node)
			if (!cb.port || cb.port == port)
				strata_bridge_send_copy(port, skb, cb.vid);
		if (!cb.port || cb.port == &br->host)
			strata_bridge_send_copy(&br->host, skb, cb.vid);
		consume_skb(skb);
	}
	rcu_read_unlock();
	local_bh_enable();
}
