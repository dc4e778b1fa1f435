// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast listener discovery, a host's part (RFC 3810): routers, and the
 * switches between, hear which groups each link listens to. Without it a switch
 * that snoops keeps neighbour discovery itself from us.
 *
 * Sources are not told apart: each group is one of mode EXCLUDE, without sources.
 * Changes are told as they come, and once more in case the first is lost; queries
 * are answered after a random moment, those of version 1 in version 1's words.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/random.h>
#include <net/mld.h>
#include "ipv6.h"

#define ROBUSTNESS		2	/* RFC 3810 9.1 */
#define UNSOLICITED_JIFFIES	HZ	/* RFC 3810 9.11 */
#define HOP_LIMIT		1	/* RFC 3810 5 */
#define RECORDS_MAX		60	/* of a report, within 1280 bytes */
#define QUERY_V2_MIN		28	/* bytes; RFC 3810 8.1 */

/* Hop-by-hop options in front of each message: a router alert (RFC 2711). */
static const u8 router_alert[8] = {
	IPPROTO_ICMPV6, 0, IPV6_TLV_ROUTERALERT, 2, 0, 0, IPV6_TLV_PADN, 0
};

/**
 * struct report - one on its way
 * @link: where
 * @skb: skb->data at the ICMPv6 header; NULL: not begun
 * @records: in it
 */
struct report {
	struct strata_link *link;
	struct sk_buff *skb;
	unsigned int records;
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

/* Room for a message of @room bytes, of which none are written. */
static struct sk_buff *message(const struct strata_link *link,
			       unsigned int room)
{
	unsigned int headroom = LL_RESERVED_SPACE(link->dev) +
				sizeof(struct ipv6hdr) + sizeof(router_alert);
	struct sk_buff *skb;

	skb = alloc_skb(headroom + room + link->dev->needed_tailroom,
			GFP_KERNEL);
	if (skb)
		skb_reserve(skb, headroom);
	return skb;
}

/* Owns @skb: skb->data at the ICMPv6 header. Context: as strata_mld_run(). */
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

static void report_end(struct report *report)
{
	static const struct in6_addr routers = MLD2_ALL_MCR_INIT;
	struct mld2_report *head;

	if (!report->skb)
		return;
	head = (struct mld2_report *)report->skb->data;
	head->mld2r_ngrec = htons(report->records);
	send(report->link, report->skb, &routers);
	report->skb = NULL;
}

/* RFC 3810 5.2: one record more. */
static void report_add(struct report *report, const struct in6_addr *group,
		       u8 type)
{
	struct mld2_report *head;
	struct mld2_grec *record;

	if (report->skb && report->records == RECORDS_MAX)
		report_end(report);
	if (!report->skb) {
		report->records = 0;
		report->skb = message(report->link, sizeof(*head) +
				      RECORDS_MAX * sizeof(*record));
		if (!report->skb)
			return;
		head = skb_put_zero(report->skb, sizeof(*head));
		head->mld2r_type = ICMPV6_MLD2_REPORT;
	}
	record = skb_put_zero(report->skb, sizeof(*record));
	record->grec_type = type;
	record->grec_mca = *group;
	report->records++;
}

/* RFC 2710 3.7: to the group itself. */
static void report_v1(struct strata_link *link, const struct in6_addr *group)
{
	struct sk_buff *skb = message(link, sizeof(struct mld_msg));
	struct mld_msg *msg;

	if (!skb)
		return;
	msg = skb_put_zero(skb, sizeof(*msg));
	msg->mld_type = ICMPV6_MGM_REPORT;
	msg->mld_mca = *group;
	send(link, skb, group);
}

/**
 * strata_mld_joined() - a link listens to a group from now on, or is up again
 * @group: the group
 *
 * Context: process, strata_net.config held.
 */
void strata_mld_joined(struct strata_group *group)
{
	if (!is_told(group))
		return;
	group->tell_left = ROBUSTNESS;
	group->tell_at = jiffies;
	strata_follow_soon(group->link->sn);
}

/* Told once: if it is lost, the next query brings it out. */
static void left(const struct strata_group *group)
{
	struct report report = { .link = group->link };

	if (!is_told(group) || !strata_link_is_up(group->link))
		return;
	report_add(&report, &group->addr, MLD2_CHANGE_TO_INCLUDE);
	report_end(&report);
}

const struct strata_group_ops strata_mld_groups = {
	.family = AF_INET6,
	.joined = strata_mld_joined,
	.left = left,
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

	strata_count(sn, MLD_RX);
	/* RFC 3810 6.2 */
	if (strata_cb(skb)->ttl != HOP_LIMIT || skb_linearize(skb) ||
	    !(ipv6_addr_type(&ip6h->saddr) & IPV6_ADDR_LINKLOCAL) ||
	    ip6h->nexthdr != NEXTHDR_HOP ||
	    ipv6_find_tlv(skb, sizeof(*ip6h), IPV6_TLV_ROUTERALERT) < 0 ||
	    (skb->len != sizeof(struct mld_msg) && skb->len < QUERY_V2_MIN))
		return STRATA_DROP_ND_MALFORMED;
	return strata_follow_heard(sn, skb);
}

/* RFC 3810 5.1.3; version 1 has no exponent, but the same numbers. */
static unsigned long response_jiffies(const struct mld_msg *msg, bool v1)
{
	u32 code = ntohs(msg->mld_maxdelay);

	if (!v1 && code & 0x8000)
		code = ((code & 0xfff) | 0x1000) << (((code >> 12) & 7) + 3);
	return msecs_to_jiffies(code);
}

/**
 * strata_mld_asked() - a query that strata_mld_rcv() let pass
 * @link: where
 * @skb: the query, skb->data at the ICMPv6 header; not owned
 *
 * RFC 3810 6.2; an answer that is due sooner answers this query too.
 *
 * Context: process, strata_net.config held.
 */
void strata_mld_asked(struct strata_link *link, const struct sk_buff *skb)
{
	const struct mld_msg *msg = (const struct mld_msg *)skb->data;
	bool v1 = skb->len == sizeof(*msg);
	unsigned long at = jiffies + get_random_u32() %
			   (response_jiffies(msg, v1) + 1);
	struct strata_group *group = NULL;

	while ((group = strata_group_next(link->sn, group))) {
		if (group->link != link || strata_addr_is4(&group->addr) ||
		    !is_told(group) ||
		    (!ipv6_addr_any(&msg->mld_mca) &&
		     !ipv6_addr_equal(&msg->mld_mca, &group->addr)))
			continue;
		if (!group->asked || time_before(at, group->answer_at))
			group->answer_at = at;
		group->asked = v1 ? STRATA_GROUP_ASKED_V1 : STRATA_GROUP_ASKED;
	}
}

static void answer(struct strata_group *group, struct report *report)
{
	if (group->asked == STRATA_GROUP_ASKED_V1)
		report_v1(group->link, &group->addr);
	else
		report_add(report, &group->addr, MLD2_MODE_IS_EXCLUDE);
	group->asked = 0;
}

static void tell(struct strata_group *group, struct report *report,
		 const struct strata_follow *follow)
{
	report_add(report, &group->addr, MLD2_CHANGE_TO_EXCLUDE);
	group->tell_left--;
	group->tell_at = follow->now + 1 +
			 get_random_u32() % UNSOLICITED_JIFFIES;
}

/* What is due of one group. */
static void run_one(struct strata_group *group, struct report *report,
		    struct strata_follow *follow)
{
	if (group->asked && !time_before(follow->now, group->answer_at))
		answer(group, report);
	if (group->tell_left && !time_before(follow->now, group->tell_at))
		tell(group, report, follow);
	if (group->asked)
		strata_follow_at(follow, group->answer_at);
	if (group->tell_left)
		strata_follow_at(follow, group->tell_at);
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
	struct strata_group *group = NULL;
	struct report report = {};

	while ((group = strata_group_next(sn, group))) {
		if (strata_addr_is4(&group->addr) ||
		    !strata_link_is_up(group->link))
			continue;
		if (report.link != group->link)
			report_end(&report);
		report.link = group->link;
		run_one(group, &report, follow);
	}
	report_end(&report);
}
