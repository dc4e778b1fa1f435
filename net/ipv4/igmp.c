// SPDX-License-Identifier: GPL-2.0
/*
 * Group membership, a host's part (RFC 3376, RFC 2236, RFC 1112): routers, and
 * the switches between, hear which groups each link listens to.
 *
 * Sources are not told apart: each group is one of mode EXCLUDE, without sources.
 * Changes are told as they come, and once more in case the first is lost; queries
 * are answered after a random moment. As long as a router of an older version is
 * on a link, reports there are in its words (RFC 3376 7.2.1); which that is stands
 * in the link's group of all hosts, which every link is in.
 */
#include <linux/igmp.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <strata/hook.h>
#include "ipv4.h"

#define ROBUSTNESS		2	/* RFC 3376 8.1 */
#define UNSOLICITED_JIFFIES	HZ	/* RFC 3376 8.11 */
#define OLD_ROUTER_JIFFIES	(260 * HZ)	/* RFC 3376 8.12: 2 * 125 s + 10 s */
#define V1_RESPONSE		100	/* tenths of seconds; RFC 3376 4.2.1 */
#define TTL			1
#define TOS			0xc0	/* RFC 3376 4: Internetwork Control */
#define QUERY_V3_MIN		12	/* bytes; RFC 3376 7.1 */
#define QUEUE_MAX		32	/* queries that wait */

static const u8 router_alert[4] = { IPOPT_RA, 4, 0, 0 };	/* RFC 2113 */

static const struct in6_addr all_hosts = {
	.s6_addr32 = { 0, 0, htonl(0xffff), htonl(INADDR_ALLHOSTS_GROUP) }
};

/**
 * struct run - one round of what is due
 * @now: jiffies
 * @next: when the earliest of the rest is due
 * @armed: @next is set
 */
struct run {
	unsigned long now;
	unsigned long next;
	bool armed;
};

/* RFC 3376 6: all hosts are in 224.0.0.1, nobody need be told. */
static bool is_told(const struct strata_group *group)
{
	return !ipv6_addr_equal(&group->addr, &all_hosts) &&
	       !(group->link->flags & (STRATA_LINK_LOOPBACK |
				       STRATA_LINK_NOARP));
}

/* Which version do the routers on a link understand? */
static u8 version_of(const struct strata_link *link)
{
	const struct strata_group *hosts = strata_group_find(link->sn, link,
							     &all_hosts);

	if (!hosts || !hosts->version ||
	    time_after(jiffies, hosts->version_until))
		return STRATA_GROUP_ASKED;
	return hosts->version;
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

/* Room for a message of @len bytes, all 0. */
static struct sk_buff *message(const struct strata_link *link, unsigned int len)
{
	unsigned int headroom = LL_RESERVED_SPACE(link->dev) +
				sizeof(struct iphdr) + sizeof(router_alert);
	struct sk_buff *skb;

	skb = alloc_skb(headroom + len + link->dev->needed_tailroom,
			GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_zero(skb, len);
	return skb;
}

/* RFC 3376 4.2: of one record. */
static void report_v3(struct strata_link *link, __be32 group, u8 type)
{
	struct igmpv3_report *report;
	struct sk_buff *skb;

	skb = message(link, struct_size(report, grec, 1));
	if (!skb)
		return;
	report = (struct igmpv3_report *)skb->data;
	report->type = IGMPV3_HOST_MEMBERSHIP_REPORT;
	report->ngrec = htons(1);
	report->grec[0].grec_type = type;
	report->grec[0].grec_mca = group;
	report->csum = ip_compute_csum(report, skb->len);
	send(link, skb, IGMPV3_ALL_MCR);
}

/* RFC 2236 2, RFC 1112 appendix I. */
static void report_old(struct strata_link *link, __be32 group, __be32 daddr,
		       u8 type)
{
	struct sk_buff *skb = message(link, sizeof(struct igmphdr));
	struct igmphdr *igmph;

	if (!skb)
		return;
	igmph = (struct igmphdr *)skb->data;
	igmph->type = type;
	igmph->group = group;
	igmph->csum = ip_compute_csum(igmph, sizeof(*igmph));
	send(link, skb, daddr);
}

static void report(struct strata_group *group, u8 version, u8 record_type)
{
	__be32 addr = strata_addr_to4(&group->addr);

	if (version == STRATA_GROUP_ASKED)
		report_v3(group->link, addr, record_type);
	else
		report_old(group->link, addr, addr,
			   version == STRATA_GROUP_ASKED_V2 ?
			   IGMPV2_HOST_MEMBERSHIP_REPORT :
			   IGMP_HOST_MEMBERSHIP_REPORT);
}

static void run_soon(struct strata_net *sn)
{
	mod_delayed_work(system_wq, &sn->ipv4->igmp_work, 0);
}

/* Also: its link is up again. Context: strata_net.config held. */
static void joined(struct strata_group *group)
{
	if (!is_told(group))
		return;
	group->tell_left = ROBUSTNESS;
	group->tell_at = jiffies;
	run_soon(group->link->sn);
}

/* Told once: if it is lost, the next query brings it out. Version 1 knows no
 * leaving.
 */
static void left(const struct strata_group *group)
{
	__be32 addr = strata_addr_to4(&group->addr);
	struct strata_link *link = group->link;
	u8 version = version_of(link);

	if (!is_told(group) || !strata_link_is_up(link))
		return;
	if (version == STRATA_GROUP_ASKED)
		report_v3(link, addr, IGMPV3_CHANGE_TO_INCLUDE);
	else if (version == STRATA_GROUP_ASKED_V2)
		report_old(link, addr, htonl(INADDR_ALLRTRS_GROUP),
			   IGMP_HOST_LEAVE_MESSAGE);
}

const struct strata_group_ops strata_igmp_groups = {
	.family = AF_INET,
	.joined = joined,
	.left = left,
};

/* RFC 3376 7.1 */
static u8 query_version(const struct sk_buff *skb)
{
	const struct igmphdr *igmph = (const struct igmphdr *)skb->data;

	if (skb->len >= QUERY_V3_MIN)
		return STRATA_GROUP_ASKED;
	return igmph->code ? STRATA_GROUP_ASKED_V2 : STRATA_GROUP_ASKED_V1;
}

/* RFC 3376 4.1.1 */
static unsigned long response_jiffies(const struct igmphdr *igmph, u8 version)
{
	u32 code = igmph->code;

	if (version == STRATA_GROUP_ASKED_V1)
		code = V1_RESPONSE;
	else if (version == STRATA_GROUP_ASKED && code & 0x80)
		code = ((code & 0xf) | 0x10) << (((code >> 4) & 7) + 3);
	return code * HZ / 10;
}

static void heed_version(struct strata_link *link, u8 version)
{
	struct strata_group *hosts = strata_group_find(link->sn, link,
						       &all_hosts);

	if (!hosts || version == STRATA_GROUP_ASKED ||
	    version > version_of(link))
		return;
	hosts->version = version;
	hosts->version_until = jiffies + OLD_ROUTER_JIFFIES;
}

/* RFC 3376 5.2; an answer that is due sooner answers this query too. */
static void asked(struct strata_link *link, const struct sk_buff *skb)
{
	const struct igmphdr *igmph = (const struct igmphdr *)skb->data;
	u8 version = query_version(skb);
	unsigned long at = jiffies + get_random_u32() %
			   (response_jiffies(igmph, version) + 1);
	struct strata_group *group = NULL;

	heed_version(link, version);
	while ((group = strata_group_next(link->sn, group))) {
		if (group->link != link || !strata_addr_is4(&group->addr) ||
		    !is_told(group) ||
		    (igmph->group &&
		     igmph->group != strata_addr_to4(&group->addr)))
			continue;
		if (!group->asked || time_before(at, group->answer_at))
			group->answer_at = at;
		group->asked = version;
	}
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

static void due_at(struct run *run, unsigned long at)
{
	if (!run->armed || time_before(at, run->next))
		run->next = at;
	run->armed = true;
}

/* What is due of one group. */
static void run_one(struct strata_group *group, struct run *run)
{
	u8 version = version_of(group->link);

	if (group->asked && !time_before(run->now, group->answer_at)) {
		report(group, version, IGMPV3_MODE_IS_EXCLUDE);
		group->asked = 0;
	}
	if (group->tell_left && !time_before(run->now, group->tell_at)) {
		report(group, version, IGMPV3_CHANGE_TO_EXCLUDE);
		group->tell_left--;
		group->tell_at = run->now + 1 +
				 get_random_u32() % UNSOLICITED_JIFFIES;
	}
	if (group->asked)
		due_at(run, group->answer_at);
	if (group->tell_left)
		due_at(run, group->tell_at);
}

static void igmp_work(struct work_struct *work)
{
	struct strata_ipv4_net *net4 = container_of(to_delayed_work(work),
						    struct strata_ipv4_net,
						    igmp_work);
	struct run run = { .now = jiffies };
	struct strata_group *group = NULL;
	struct strata_net *sn = net4->sn;

	mutex_lock(&sn->config);
	heard_run(sn);
	while ((group = strata_group_next(sn, group)))
		if (strata_addr_is4(&group->addr) &&
		    strata_link_is_up(group->link))
			run_one(group, &run);
	mutex_unlock(&sn->config);
	if (run.armed)
		queue_delayed_work(system_wq, &net4->igmp_work,
				   time_after(run.next, jiffies) ?
				   run.next - jiffies : 0);
}

/* Why @skb is dropped, or STRATA_IPV4_PASS: it is a query. Does not own it. */
static enum strata_drop_reason check_query(struct sk_buff *skb)
{
	if (!pskb_may_pull(skb, sizeof(struct igmphdr)) || skb_linearize(skb))
		return STRATA_DROP_ICMP_TRUNCATED;
	if (skb_checksum_simple_validate(skb))
		return STRATA_DROP_ICMP_CHECKSUM;
	/* What other hosts report is the switches' and routers' business. */
	if (((struct igmphdr *)skb->data)->type != IGMP_HOST_MEMBERSHIP_QUERY ||
	    (skb->len != sizeof(struct igmphdr) && skb->len < QUERY_V3_MIN))
		return STRATA_DROP_ICMP_IGNORED;
	return STRATA_IPV4_PASS;
}

/* Owns @skb. Obeyed in process context, where groups are changed. */
static void query_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	enum strata_drop_reason reason = check_query(skb);

	if (reason == STRATA_IPV4_PASS &&
	    skb_queue_len_lockless(&sn->ipv4->igmp_heard) >= QUEUE_MAX)
		reason = STRATA_DROP_ND_QUEUE_FULL;
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
	struct strata_group *group = NULL;
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
		while ((group = strata_group_next(link->sn, group)))
			if (group->link == link &&
			    strata_addr_is4(&group->addr))
				joined(group);
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
