// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast listener discovery, a host's part (RFC 3810): routers, and the
 * switches between, hear which groups each link listens to. Without it a switch
 * that snoops keeps neighbour discovery itself from us.
 *
 * When and what is told is the same for both families, and stands in net/core;
 * here is how MLD says it.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/mld.h>
#include "ipv6.h"

#define HOP_LIMIT		1	/* RFC 3810 5 */
#define CODE_MANTISSA_BITS	12	/* RFC 3810 5.1.3 */

/* Hop-by-hop options in front of each message: a router alert (RFC 2711). */
static const u8 router_alert[8] = {
	IPPROTO_ICMPV6, 0, IPV6_TLV_ROUTERALERT, 2, 0, 0, IPV6_TLV_PADN, 0
};

/* RFC 3810 6: everybody listens to all nodes, and nobody beyond the host to the
 * scopes that do not leave it.
 */
static bool is_told(const struct strata_group *group)
{
	return !ipv6_addr_equal(&group->addr, &in6addr_linklocal_allnodes) &&
	       IPV6_ADDR_MC_SCOPE(&group->addr) > IPV6_ADDR_SCOPE_NODELOCAL &&
	       !(group->link->flags & (STRATA_LINK_LOOPBACK |
				       STRATA_LINK_NOARP));
}

/* RFC 3590 4: from :: while no link-local address is ours yet. */
static struct in6_addr source(const struct strata_link *link)
{
	const struct strata_addr *own;
	bool soon;

	own = strata_link_local(link, &soon);
	return own ? own->addr : in6addr_any;
}

/* Owns @skb: skb->data at the ICMPv6 header. Context:
 * process, strata_net.config held.
 */
static void send(struct strata_link *link, struct sk_buff *skb,
		 const struct in6_addr *daddr)
{
	struct icmp6hdr *icmph = (struct icmp6hdr *)skb->data;
	struct strata_flow flow = {
		.saddr = source(link),
		.daddr = *daddr,
		.oif = link->ifindex,
		.proto = NEXTHDR_HOP,
		.ttl = HOP_LIMIT,
		.flags = STRATA_FLOW_REPLY,
	};
	u8 lladdr[MAX_ADDR_LEN];

	icmph->icmp6_cksum = csum_ipv6_magic(&flow.saddr, &flow.daddr,
					     skb->len, IPPROTO_ICMPV6,
					     csum_partial(icmph, skb->len, 0));
	skb_reset_transport_header(skb);
	memcpy(__skb_push(skb, sizeof(router_alert)), router_alert,
	       sizeof(router_alert));
	ipv6_eth_mc_map(daddr, lladdr);
	local_bh_disable();
	rcu_read_lock();
	strata_count(link->sn, MLD_TX);
	if (!strata_ipv6_push(link->sn, NULL, skb, &flow, link))
		strata_link_send(link, skb, lladdr);
	rcu_read_unlock();
	local_bh_enable();
}

/* RFC 3810 5.2 */
static void send_report(struct strata_link *link, struct sk_buff *skb)
{
	static const struct in6_addr routers = MLD2_ALL_MCR_INIT;
	struct mld2_report *report = (struct mld2_report *)skb->data;

	report->mld2r_type = ICMPV6_MLD2_REPORT;
	send(link, skb, &routers);
}

/* RFC 2710 3.7, 4 */
static void send_v1(struct strata_link *link, const struct in6_addr *group,
		    u8 version, bool leave)
{
	struct mld_msg *msg;
	struct sk_buff *skb;

	skb = strata_group_message(link, &strata_mld_groups, sizeof(*msg));
	if (!skb)
		return;
	msg = skb_put_zero(skb, sizeof(*msg));
	msg->mld_type = leave ? ICMPV6_MGM_REDUCTION : ICMPV6_MGM_REPORT;
	msg->mld_mca = *group;
	send(link, skb, leave ? &in6addr_linklocal_allrouters : group);
}

const struct strata_group_ops strata_mld_groups = {
	.family = AF_INET6,
	.addr_len = sizeof(struct in6_addr),
	.headers = sizeof(struct ipv6hdr) + sizeof(router_alert),
	.all = &in6addr_linklocal_allnodes,
	.is_told = is_told,
	.soon = strata_follow_soon,
	.send = send_report,
	.send_old = send_v1,
};

/**
 * strata_mld_rcv() - receive a query
 * @sn: the namespace's stack
 * @skb: skb->data at the ICMPv6 header, checksum verified; not owned
 *
 * Context: softirq, RCU. Return: why it is dropped, or STRATA_IPV6_PASS.
 */
enum strata_drop_reason strata_mld_rcv(struct strata_net *sn,
				       struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct mld2_query *query;

	strata_count(sn, MLD_RX);
	/* RFC 3810 6.2 */
	if (strata_cb(skb)->ttl != HOP_LIMIT || skb_linearize(skb) ||
	    !(ipv6_addr_type(&ip6h->saddr) & IPV6_ADDR_LINKLOCAL) ||
	    ip6h->nexthdr != NEXTHDR_HOP ||
	    ipv6_find_tlv(skb, sizeof(*ip6h), IPV6_TLV_ROUTERALERT) < 0)
		return STRATA_DROP_GROUP_QUERY;
	/* RFC 3810 8.1; and a query for sources has them, and names the group. */
	query = (const struct mld2_query *)skb->data;
	if (skb->len != sizeof(struct mld_msg) &&
	    (skb->len < sizeof(*query) ||
	     skb->len < struct_size(query, mld2q_srcs,
				    ntohs(query->mld2q_nsrcs)) ||
	     (query->mld2q_nsrcs && ipv6_addr_any(&query->mld2q_mca))))
		return STRATA_DROP_GROUP_QUERY;
	return strata_follow_heard(sn, skb);
}

/**
 * strata_mld_asked() - a query that strata_mld_rcv() let pass
 * @link: where
 * @skb: the query, skb->data at the ICMPv6 header; not owned
 *
 * Context: process, strata_net.config held.
 */
void strata_mld_asked(struct strata_link *link, const struct sk_buff *skb)
{
	const struct mld2_query *asked = (const void *)skb->data;
	bool v1 = skb->len == sizeof(struct mld_msg);
	u32 code = ntohs(asked->mld2q_hdr.icmp6_maxdelay);
	struct strata_group_query query = {
		.version = v1 ? STRATA_GROUP_V2 : STRATA_GROUP_NEWEST,
		.group = asked->mld2q_mca,
	};

	if (!v1) {
		code = strata_group_code(code, CODE_MANTISSA_BITS);
		query.source_count = ntohs(asked->mld2q_nsrcs);
		query.sources = (const u8 *)asked->mld2q_srcs;
	}
	query.within_jiffies = msecs_to_jiffies(code);
	strata_group_asked(link, &strata_mld_groups, &query);
}

/**
 * strata_mld_run() - tell and answer what is due
 * @sn: the namespace's stack
 * @follow: what is due, and out: when the next is
 *
 * Context: process, strata_net.config held.
 */
void strata_mld_run(struct strata_net *sn, struct strata_follow *follow)
{
	struct strata_group_run run = { .now = follow->now };

	strata_group_run(sn, &strata_mld_groups, &run);
	if (run.armed)
		strata_follow_at(follow, run.next);
}
