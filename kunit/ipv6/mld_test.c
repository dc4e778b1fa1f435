// SPDX-License-Identifier: GPL-2.0
/*
 * What routers are told of the groups that a link listens to (RFC 3810, RFC 2710).
 */
#include <linux/delay.h>
#include <linux/icmpv6.h>
#include <net/mld.h>
#include "../../net/ipv6/ipv6.h"
#include "station6.h"

#define GROUP		"ff05::1234"
#define QUERIER		"fe80::99"
#define ALERT_BYTES	8	/* hop-by-hop options with a router alert */
#define DELAY_ms	500

/**
 * struct heard - what the station sent of one group
 * @reports: reports of version 2 with a record of it
 * @reports_v1: reports of version 1
 * @type: of the last record
 */
struct heard {
	unsigned int reports;
	unsigned int reports_v1;
	u8 type;
};

static void look_at(struct kunit *test, const struct sk_buff *skb,
		    struct heard *heard)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const u8 *message = (const u8 *)(ip6h + 1) + ALERT_BYTES;
	unsigned int len = ntohs(ip6h->payload_len) - ALERT_BYTES;
	struct in6_addr group = strata_station6_addr(GROUP);
	const struct mld2_report *report = (const void *)message;
	const struct mld_msg *msg = (const void *)message;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ip6h->hop_limit, 1);
	KUNIT_EXPECT_EQ(test, csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
					      IPPROTO_ICMPV6,
					      csum_partial(message, len, 0)),
			0);
	if (message[0] == ICMPV6_MGM_REPORT)
		heard->reports_v1 += ipv6_addr_equal(&msg->mld_mca, &group) &&
				     ipv6_addr_equal(&ip6h->daddr, &group);
	if (message[0] != ICMPV6_MLD2_REPORT)
		return;
	for (i = 0; i < ntohs(report->mld2r_ngrec); i++) {
		if (!ipv6_addr_equal(&report->mld2r_grec[i].grec_mca, &group))
			continue;
		heard->reports++;
		heard->type = report->mld2r_grec[i].grec_type;
	}
}

static struct heard listen(struct kunit *test)
{
	struct heard heard = {};
	struct sk_buff *skb;

	while ((skb = strata_station6_sent())) {
		if (skb->protocol == htons(ETH_P_IPV6) &&
		    ipv6_hdr(skb)->nexthdr == NEXTHDR_HOP)
			look_at(test, skb, &heard);
		kfree_skb(skb);
	}
	return heard;
}

static void join(struct kunit *test)
{
	struct in6_addr group = strata_station6_addr(GROUP);

	mutex_lock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, strata_group_join(strata_station.link, &group),
			0);
	mutex_unlock(&strata_station.sn->config);
}

static void leave(void)
{
	struct in6_addr group = strata_station6_addr(GROUP);

	mutex_lock(&strata_station.sn->config);
	strata_group_leave(strata_station.link, &group);
	mutex_unlock(&strata_station.sn->config);
}

/* RFC 3810 6.1: twice that it was joined, and that it was left, in case the first
 * is lost.
 */
static void changes_are_told(struct kunit *test)
{
	struct heard heard;

	join(test);
	join(test);
	msleep(3000);
	heard = listen(test);
	KUNIT_EXPECT_EQ(test, heard.reports, 2);
	KUNIT_EXPECT_EQ(test, heard.type, MLD2_CHANGE_TO_EXCLUDE);
	/* One of two goes: nothing has changed. */
	leave();
	msleep(3000);
	KUNIT_EXPECT_EQ(test, listen(test).reports, 0);
	leave();
	msleep(3000);
	heard = listen(test);
	KUNIT_EXPECT_EQ(test, heard.reports, 2);
	KUNIT_EXPECT_EQ(test, heard.type, MLD2_CHANGE_TO_INCLUDE);
}

/**
 * struct query_case - a query and its answer
 * @name: for the report
 * @group: asked for; NULL: all
 * @hop_limit: of the datagram
 * @saddr: of the datagram
 * @v1: of RFC 2710
 * @no_alert: without the router alert
 * @answered: it is
 */
struct query_case {
	const char *name;
	const char *group;
	u8 hop_limit;
	const char *saddr;
	bool v1;
	bool no_alert;
	bool answered;
};

static const struct query_case query_cases[] = {
	{ "for all groups", NULL, 1, QUERIER, .answered = true },
	{ "for ours", GROUP, 1, QUERIER, .answered = true },
	{ "for another", "ff05::99", 1, QUERIER },
	{ "of version 1", NULL, 1, QUERIER, .v1 = true, .answered = true },
	{ "of version 1 for ours", GROUP, 1, QUERIER, .v1 = true,
	  .answered = true },
	{ "from off the link (RFC 3810 6.2)", NULL, 64, QUERIER },
	{ "from a global address (RFC 3810 6.2)", NULL, 1, STATION6_PEER },
	{ "without a router alert (RFC 3810 6.2)", NULL, 1, QUERIER,
	  .no_alert = true },
};

static void query_describe(const struct query_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(query, query_cases, query_describe);

static void ask(struct kunit *test, const struct query_case *c)
{
	struct {
		u8 alert[ALERT_BYTES];
		struct mld2_query query;
	} packet = {
		.alert = { IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0 },
		.query.mld2q_hdr.icmp6_type = ICMPV6_MGM_QUERY,
		.query.mld2q_hdr.icmp6_maxdelay = htons(DELAY_ms),
	};
	unsigned int len = c->v1 ? sizeof(struct mld_msg) :
				   sizeof(struct mld2_query);
	struct in6_addr saddr = strata_station6_addr(c->saddr);
	struct in6_addr daddr = strata_station6_addr("ff02::1");
	struct sk_buff *skb;

	if (c->no_alert)
		memset(packet.alert + 2, 0, ALERT_BYTES - 2);
	if (c->group)
		packet.query.mld2q_mca = strata_station6_addr(c->group);
	packet.query.mld2q_hdr.icmp6_cksum =
		csum_ipv6_magic(&saddr, &daddr, len, IPPROTO_ICMPV6,
				csum_partial(&packet.query, len, 0));
	skb = strata_station6_datagram(test, c->saddr, "ff02::1", NEXTHDR_HOP,
				       &packet, ALERT_BYTES + len);
	ipv6_hdr(skb)->hop_limit = c->hop_limit;
	strata_station6_rcv(skb);
}

static void query_is_answered(struct kunit *test)
{
	const struct query_case *c = test->param_value;
	struct heard heard;

	/* Given a group that was joined a while ago */
	join(test);
	msleep(3000);
	listen(test);
	/* when a router asks */
	ask(test, c);
	msleep(DELAY_ms + 100);
	/* then it hears of the group within the time it gave, in its words. */
	heard = listen(test);
	KUNIT_EXPECT_EQ(test, heard.reports, c->answered && !c->v1);
	KUNIT_EXPECT_EQ(test, heard.reports_v1, c->answered && c->v1);
	if (heard.reports)
		KUNIT_EXPECT_EQ(test, heard.type, MLD2_MODE_IS_EXCLUDE);
	leave();
}

static struct kunit_case mld_tests[] = {
	KUNIT_CASE(changes_are_told),
	KUNIT_CASE_PARAM(query_is_answered, query_gen_params),
	{}
};

static struct kunit_suite mld_suite = {
	.name = "strata_ipv6_mld",
	.init = strata_station6_init,
	.exit = strata_station_exit,
	.test_cases = mld_tests,
};

kunit_test_suite(mld_suite);
