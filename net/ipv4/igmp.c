// SPDX-License-Identifier: GPL-2.0
/*
 * Group membership, a host's part (RFC 3376, RFC 2236, RFC 1112): routers, and
 * the switches between, hear which groups each link listens to.
 *
 * When and what is told is the same for both families, and stands in net/core;
 * here is how IGMP says it.
 */
#include <linux/igmp.h>
#include <linux/module.h>
#include <net/ip.h>
#include <strata/hook.h>
#include "ipv4.h"

#define V1_RESPONSE		100	/* tenths of seconds; RFC 3376 4.2.1 */
#define TTL			1
#define TOS			0xc0	/* RFC 3376 4: Internetwork Control */
#define CODE_MANTISSA_BITS	4	/* RFC 3376 4.1.1 */
#define QUEUE_MAX		32	/* queries that wait */

static const u8 router_alert[4] = { IPOPT_RA, 4, 0, 0 };	/* RFC 2113 */

static const struct in6_addr all_hosts = {
	.s6_addr32 = { 0, 0, htonl(0xffff), htonl(INADDR_ALLHOSTS_GROUP) }
};

/* RFC 3376 6: all hosts are in 224.0.0.1, nobody need be told. */
static bool is_told(const struct strata_group *group)
{
	return !ipv6_addr_equal(&group->addr, &all_hosts) &&
	       !(group->link->flags & (STRATA_LINK_LOOPBACK |
				       STRATA_LINK_NOARP));
}

static void push_header(struct sk_buff *skb, __be32 saddr, __be32 daddr)
{
	struct iphdr *iph;

	iph = __skb_push(skb, sizeof(*iph) + sizeof(router_alert));
	skb_reset_network_header(skb);
	*iph = (struct iphdr) {
		.version = 4,
		.ihl = (sizeof(*iph) + sizeof(router_alert)) / 4,
		.tos = TOS,
		.tot_len = htons(skb->len),
		.frag_off = htons(IP_DF),
		.ttl = TTL,
		.protocol = IPPROTO_IGMP,
		.saddr = saddr,
		.daddr = daddr,
	};
	memcpy(iph + 1, router_alert, sizeof(router_alert));
	ip_send_check(iph);
}

/* RFC 3376 4.2.13: from 0.0.0.0 while the link has no address. */
static __be32 source(struct strata_link *link, __be32 daddr)
{
	const struct strata_addr *own;
	struct in6_addr addr;

	strata_addr_from4(&addr, daddr);
	own = strata_addr_select(link, &addr);
	return own ? strata_addr_to4(&own->addr) : htonl(INADDR_ANY);
}

/* Owns @skb: skb->data at the IGMP header, whose checksum is in it. */
static void send(struct strata_link *link, struct sk_buff *skb, __be32 daddr)
{
	u8 lladdr[MAX_ADDR_LEN];

	ip_eth_mc_map(daddr, lladdr);
	skb_reset_transport_header(skb);
	skb->protocol = htons(ETH_P_IP);
	skb->priority = TC_PRIO_CONTROL;
	local_bh_disable();
	rcu_read_lock();
	push_header(skb, source(link, daddr), daddr);
	strata_count(link->sn, IGMP_TX);
	strata_count(link->sn, IP4_TX);
	if (strata_hook_pass(link->sn, STRATA_HOOK_L3_OUTPUT, NULL, link->dev,
			     skb) &&
	    strata_hook_pass(link->sn, STRATA_HOOK_L3_POSTROUTING, NULL,
			     link->dev, skb))
		strata_link_send(link, skb, lladdr);
	else
		strata_drop(link->sn, skb, STRATA_DROP_HOOK);
	rcu_read_unlock();
	local_bh_enable();
}

/* RFC 3376 4.2 */
static void send_report(struct strata_link *link, struct sk_buff *skb)
{
	struct igmpv3_report *report = (struct igmpv3_report *)skb->data;

	report->type = IGMPV3_HOST_MEMBERSHIP_REPORT;
	report->csum = ip_compute_csum(report, skb->len);
	send(link, skb, IGMPV3_ALL_MCR);
}

/* RFC 2236 2, RFC 1112 appendix I: version 1 knows no leaving. */
static void send_old(struct strata_link *link, const struct in6_addr *group,
		     u8 version, bool leave)
{
	__be32 addr = strata_addr_to4(group);
	struct igmphdr *igmph;
	struct sk_buff *skb;

	if (leave && version == STRATA_GROUP_V1)
		return;
	skb = strata_group_message(link, &strata_igmp_groups, sizeof(*igmph));
	if (!skb)
		return;
	igmph = skb_put_zero(skb, sizeof(*igmph));
	igmph->type = leave ? IGMP_HOST_LEAVE_MESSAGE :
		      version == STRATA_GROUP_V2 ?
		      IGMPV2_HOST_MEMBERSHIP_REPORT :
		      IGMP_HOST_MEMBERSHIP_REPORT;
	igmph->group = addr;
	igmph->csum = ip_compute_csum(igmph, sizeof(*igmph));
	send(link, skb, leave ? htonl(INADDR_ALLRTRS_GROUP) : addr);
}

static void run_soon(struct strata_net *sn)
{
	mod_delayed_work(system_wq, &sn->ipv4->igmp_work, 0);
}

const struct strata_group_ops strata_igmp_groups = {
	.family = AF_INET,
	.addr_len = sizeof(struct in_addr),
	.headers = sizeof(struct iphdr) + sizeof(router_alert),
	.all = &all_hosts,
	.is_told = is_told,
	.soon = run_soon,
	.send = send_report,
	.send_old = send_old,
};

/* RFC 3376 7.1 */
static u8 query_version(const struct sk_buff *skb)
{
	const struct igmphdr *igmph = (const struct igmphdr *)skb->data;

	if (skb->len >= sizeof(struct igmpv3_query))
		return STRATA_GROUP_NEWEST;
	return igmph->code ? STRATA_GROUP_V2 : STRATA_GROUP_V1;
}

/* Of a query that check_query() let pass. Context: strata_net.config held. */
static void asked(struct strata_link *link, const struct sk_buff *skb)
{
	const struct igmpv3_query *asked = (const void *)skb->data;
	struct strata_group_query query = { .version = query_version(skb) };
	u32 code = asked->code;

	if (query.version == STRATA_GROUP_V1)
		code = V1_RESPONSE;
	if (query.version == STRATA_GROUP_NEWEST) {
		code = strata_group_code(code, CODE_MANTISSA_BITS);
		query.source_count = ntohs(asked->nsrcs);
		query.sources = (const u8 *)asked->srcs;
	}
	query.within_jiffies = code * HZ / 10;
	strata_addr_from4(&query.group, asked->group);
	strata_group_asked(link, &strata_igmp_groups, &query);
}

static void heard_run(struct strata_net *sn)
{
	struct strata_link *link;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&sn->ipv4->igmp_heard))) {
		link = strata_link_by_index(sn, strata_cb(skb)->iif);
		if (link)	/* it may be gone by now */
			asked(link, skb);
		consume_skb(skb);
	}
}

static void igmp_work(struct work_struct *work)
{
	struct strata_ipv4_net *net4 = container_of(to_delayed_work(work),
						    struct strata_ipv4_net,
						    igmp_work);
	struct strata_group_run run = { .now = jiffies };
	struct strata_net *sn = net4->sn;

	mutex_lock(&sn->config);
	heard_run(sn);
	strata_group_run(sn, &strata_igmp_groups, &run);
	mutex_unlock(&sn->config);
	if (run.armed)
		queue_delayed_work(system_wq, &net4->igmp_work,
				   time_after(run.next, jiffies) ?
				   run.next - jiffies : 0);
}

/* Why @skb is dropped, or STRATA_IPV4_PASS: it is a query. Does not own it. */
static enum strata_drop_reason check_query(struct sk_buff *skb)
{
	const struct igmpv3_query *query;

	if (!pskb_may_pull(skb, sizeof(struct igmphdr)) || skb_linearize(skb))
		return STRATA_DROP_GROUP_QUERY;
	if (skb_checksum_simple_validate(skb))
		return STRATA_DROP_IGMP_CHECKSUM;
	query = (const struct igmpv3_query *)skb->data;
	/* What other hosts report is the switches' and routers' business. */
	if (query->type != IGMP_HOST_MEMBERSHIP_QUERY)
		return STRATA_DROP_IGMP_IGNORED;
	/* RFC 3376 7.1; and a query for sources has them, and names the group. */
	if (skb->len == sizeof(struct igmphdr))
		return STRATA_IPV4_PASS;
	if (skb->len < sizeof(*query) ||
	    skb->len < struct_size(query, srcs, ntohs(query->nsrcs)) ||
	    (query->nsrcs && !query->group))
		return STRATA_DROP_GROUP_QUERY;
	return STRATA_IPV4_PASS;
}

/* Owns @skb. Obeyed in process context, where groups are changed. */
static void query_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	enum strata_drop_reason reason = check_query(skb);

	if (reason == STRATA_IPV4_PASS &&
	    skb_queue_len_lockless(&sn->ipv4->igmp_heard) >= QUEUE_MAX)
		reason = STRATA_DROP_GROUP_QUEUE_FULL;
	if (reason != STRATA_IPV4_PASS) {
		strata_drop(sn, skb, reason);
		return;
	}
	strata_count(sn, IGMP_RX);
	skb_queue_tail(&sn->ipv4->igmp_heard, skb);
	run_soon(sn);
}

static void query_err(struct strata_net *sn, const struct strata_l4_error *error)
{
}

const struct strata_l4_ops strata_igmp_l4 = {
	.name = "igmp",
	.protocol = IPPROTO_IGMP,
	.family = AF_INET,
	.rcv = query_rcv,
	.err = query_err,
};

/**
 * strata_igmp_init() - nothing to tell yet
 * @sn: the namespace's stack, with its IPv4 part
 *
 * Context: process.
 */
void strata_igmp_init(struct strata_net *sn)
{
	sn->ipv4->sn = sn;
	INIT_DELAYED_WORK(&sn->ipv4->igmp_work, igmp_work);
	skb_queue_head_init(&sn->ipv4->igmp_heard);
}

/**
 * strata_igmp_exit() - tell nothing more
 * @sn: the namespace's stack; it receives nothing any more
 *
 * Context: process, strata_net.config not held.
 */
void strata_igmp_exit(struct strata_net *sn)
{
	mutex_lock(&sn->config);
	strata_group_leave_all(sn, AF_INET, NULL);
	mutex_unlock(&sn->config);
	cancel_delayed_work_sync(&sn->ipv4->igmp_work);
	skb_queue_purge(&sn->ipv4->igmp_heard);
}

static int link_event(struct notifier_block *nb, unsigned long event,
		      void *data)
{
	struct strata_link *link = data;

	if (!link->sn->ipv4)
		return NOTIFY_DONE;
	switch (event) {
	case STRATA_LINK_ATTACHED:
		if (strata_group_join(link, &all_hosts))
			netdev_warn(link->dev,
				    "strata: cannot hear all-hosts\n");
		break;
	case STRATA_LINK_UP:
		strata_group_up(link, &strata_igmp_groups);
		break;
	case STRATA_LINK_DETACHING:
		strata_group_leave_all(link->sn, AF_INET, link);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block link_notifier = {
	.notifier_call = link_event,
};

/**
 * strata_igmp_follow() - be in the group of all hosts on every link from now on
 *
 * Context: process, takes RTNL. Return: 0 or -errno.
 */
int strata_igmp_follow(void)
{
	return strata_link_notifier_register(&link_notifier);
}

/**
 * strata_igmp_unfollow() - undo strata_igmp_follow()
 *
 * Context: process, takes RTNL.
 */
void strata_igmp_unfollow(void)
{
	strata_link_notifier_unregister(&link_notifier);
}
