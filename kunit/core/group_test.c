// SPDX-License-Identifier: GPL-2.0
/*
 * Groups with sources: what the filters of several users come to (RFC 3376 3.2),
 * and what routers are told of it, and when (RFC 3376 5).
 */
#include <linux/delay.h>
#include <linux/igmp.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <strata/group.h>
#include "../ipv4/station.h"

#define GROUP		0xef090001U	/* 239.9.0.1 */
#define SOURCE		0x0a000000U	/* 10.0.0.0 + n */
#define QUERIER		STATION_PEER
#define ALERT_BYTES	4
#define SOURCES_MAX	8	/* of a case */
#define DELAY_ds	5	/* tenths of seconds */
#define TOLD_ms		2500	/* when a change was told twice */

/* INCLUDE or EXCLUDE some of the sources 1, 2, ...; a bit for each. */
#define IN(sources)	((sources) | 0x10000)
#define EX(sources)	((sources) | 0x20000)
#define NONE		0

static struct strata_filter *filter_of(struct kunit *test, u32 want)
{
	struct strata_filter *filter;
	unsigned int n;

	filter = kunit_kzalloc(test, struct_size(filter, sources, SOURCES_MAX),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, filter);
	filter->mode = want & EX(0) ? MCAST_EXCLUDE : MCAST_INCLUDE;
	for (n = 0; n < SOURCES_MAX; n++)
		if (want & BIT(n))
			filter->sources[filter->count++] =
				strata_station_addr(SOURCE + n);
	return filter;
}

/* A user changes its mind. */
static int change(struct kunit *test, u32 from, u32 to)
{
	struct in6_addr group = strata_station_addr(GROUP);
	int err;

	mutex_lock(&strata_station.sn->config);
	err = strata_group_change(strata_station.link, &group,
				  filter_of(test, from), filter_of(test, to));
	mutex_unlock(&strata_station.sn->config);
	return err;
}

/* As what change() takes: mode, and the sources that are not as all others. */
static u32 state(void)
{
	struct in6_addr addr = strata_station_addr(GROUP), source;
	struct strata_net *sn = strata_station.sn;
	const struct strata_group *group;
	u32 sources = 0, result = NONE;
	unsigned int n;
	bool include;

	mutex_lock(&sn->config);
	group = strata_group_find(sn, strata_station.link, &addr);
	if (group && strata_group_listens(group)) {
		include = strata_group_mode(group) == MCAST_INCLUDE;
		for (n = 0; n < SOURCES_MAX; n++) {
			source = strata_station_addr(SOURCE + n);
			if (strata_group_hears(group, &source) == include)
				sources |= BIT(n);
		}
		result = include ? IN(sources) : EX(sources);
	}
	mutex_unlock(&sn->config);
	return result;
}

/**
 * struct merge_case - what several users want, and what that is together
 * @name: for the report
 * @users: what each wants
 * @together: what the link listens to
 */
struct merge_case {
	const char *name;
	u32 users[4];
	u32 together;
};

static const struct merge_case merge_cases[] = {
	{ "one includes", { IN(0x3) }, IN(0x3) },
	{ "two include", { IN(0x3), IN(0x6) }, IN(0x7) },
	{ "any source", { EX(0) }, EX(0) },
	{ "one excludes", { EX(0x5) }, EX(0x5) },
	{ "two exclude", { EX(0x3), EX(0x6) }, EX(0x2) },
	{ "one excludes, one has any", { EX(0x3), EX(0) }, EX(0) },
	{ "one excludes what another includes", { EX(0x3), IN(0x2) }, EX(0x1) },
	/* RFC 3376 3.2, the example */
	{ "the example", { EX(0xf), EX(0x3c), IN(0x18) }, EX(0x4) },
	{ "all four", { EX(0xf), EX(0x7), IN(0x4), IN(0x80) }, EX(0x3) },
};

static void merge_describe(const struct merge_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(merge, merge_cases, merge_describe);

static void users_are_merged(struct kunit *test)
{
	const struct merge_case *c = test->param_value;
	int n;

	for (n = 0; n < ARRAY_SIZE(c->users); n++)
		if (c->users[n])
			KUNIT_EXPECT_EQ(test, change(test, IN(0), c->users[n]),
					0);
	KUNIT_EXPECT_EQ(test, state(), c->together);
	/* When the others have gone, what the first wants is left. */
	for (n = ARRAY_SIZE(c->users) - 1; n > 0; n--)
		if (c->users[n])
			change(test, c->users[n], IN(0));
	KUNIT_EXPECT_EQ(test, state(), c->users[0]);
	change(test, c->users[0], IN(0));
	KUNIT_EXPECT_EQ(test, state(), NONE);
}

/* ------- what is told ------- */

/**
 * struct heard - what the station sent of the group
 * @text: each record: its type and sources; or a message of an old version
 * @reports: how many messages
 */
struct heard {
	char text[128];
	unsigned int reports;
};

static void note(struct heard *heard, const char *type, const __be32 *sources,
		 unsigned int count)
{
	size_t at = strlen(heard->text), size = sizeof(heard->text);
	unsigned int i;
	u32 set = 0;

	for (i = 0; i < count; i++)
		set |= BIT(ntohl(sources[i]) - SOURCE);
	scnprintf(heard->text + at, size - at, "%s%s %x", at ? ", " : "", type,
		  set);
}

static void look_at_v3(const struct igmpv3_report *report, struct heard *heard)
{
	static const char *const types[] = {
		[IGMPV3_MODE_IS_INCLUDE] = "IS_IN",
		[IGMPV3_MODE_IS_EXCLUDE] = "IS_EX",
		[IGMPV3_CHANGE_TO_INCLUDE] = "TO_IN",
		[IGMPV3_CHANGE_TO_EXCLUDE] = "TO_EX",
		[IGMPV3_ALLOW_NEW_SOURCES] = "ALLOW",
		[IGMPV3_BLOCK_OLD_SOURCES] = "BLOCK",
	};
	const struct igmpv3_grec *record = report->grec;
	unsigned int i, count;

	for (i = 0; i < ntohs(report->ngrec); i++) {
		count = ntohs(record->grec_nsrcs);
		if (record->grec_mca == htonl(GROUP))
			note(heard, types[record->grec_type], record->grec_src,
			     count);
		record = (const void *)&record->grec_src[count];
	}
}

static void look_at(struct kunit *test, const struct sk_buff *skb,
		    struct heard *heard)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct igmphdr *igmph = (const void *)(iph + 1) + ALERT_BYTES;
	unsigned int len = ntohs(iph->tot_len) - sizeof(*iph) - ALERT_BYTES;

	KUNIT_EXPECT_EQ(test, iph->ttl, 1);
	KUNIT_EXPECT_EQ(test, ip_compute_csum(igmph, len), 0);
	heard->reports++;
	switch (igmph->type) {
	case IGMPV3_HOST_MEMBERSHIP_REPORT:
		/* RFC 3376 4.2.14 */
		KUNIT_EXPECT_EQ(test, ntohl(iph->daddr), 0xe0000016U);
		look_at_v3((const void *)igmph, heard);
		break;
	case IGMPV2_HOST_MEMBERSHIP_REPORT:
		note(heard, "V2", NULL, 0);
		break;
	case IGMP_HOST_MEMBERSHIP_REPORT:
		note(heard, "V1", NULL, 0);
		break;
	case IGMP_HOST_LEAVE_MESSAGE:
		note(heard, "LEAVE", NULL, 0);
		break;
	}
}

static struct heard listen(struct kunit *test)
{
	struct heard heard = {};
	struct sk_buff *skb;

	while ((skb = skb_dequeue(strata_station.sent))) {
		if (skb->protocol == htons(ETH_P_IP) &&
		    ip_hdr(skb)->protocol == IPPROTO_IGMP)
			look_at(test, skb, &heard);
		kfree_skb(skb);
	}
	return heard;
}

/**
 * struct tell_case - a change, and what is told of it
 * @name: for the report
 * @before: what the user wanted for a while
 * @after: what it wants now
 * @told: once; and once more
 */
struct tell_case {
	const char *name;
	u32 before;
	u32 after;
	const char *told;
};

/* RFC 3376 5.1 */
static const struct tell_case tell_cases[] = {
	{ "any source is wanted", IN(0), EX(0), "TO_EX 0" },
	{ "sources are wanted", IN(0), IN(0x3), "ALLOW 3" },
	{ "all but some are", IN(0), EX(0x3), "TO_EX 3" },
	{ "one more", IN(0x1), IN(0x3), "ALLOW 2" },
	{ "one less", IN(0x3), IN(0x1), "BLOCK 2" },
	{ "another", IN(0x1), IN(0x2), "ALLOW 2, BLOCK 1" },
	{ "one blocked", EX(0x1), EX(0x3), "BLOCK 2" },
	{ "one no longer blocked", EX(0x3), EX(0x1), "ALLOW 2" },
	{ "to exclude", IN(0x3), EX(0x6), "TO_EX 6" },
	{ "to include", EX(0x6), IN(0x3), "TO_IN 3" },
	{ "any source is left", EX(0), IN(0), "TO_IN 0" },
	{ "all but some are left", EX(0x3), IN(0), "TO_IN 0" },
	{ "sources are left", IN(0x3), IN(0), "BLOCK 3" },
	{ "nothing new", IN(0x3), IN(0x3), "" },
};

static void tell_describe(const struct tell_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tell, tell_cases, tell_describe);

static void changes_are_told_twice(struct kunit *test)
{
	const struct tell_case *c = test->param_value;
	struct heard heard;
	char twice[64];

	KUNIT_EXPECT_EQ(test, change(test, IN(0), c->before), 0);
	msleep(TOLD_ms);
	listen(test);
	KUNIT_EXPECT_EQ(test, change(test, c->before, c->after), 0);
	msleep(TOLD_ms);
	heard = listen(test);
	scnprintf(twice, sizeof(twice), "%s%s%s", c->told, *c->told ? ", " : "",
		  c->told);
	KUNIT_EXPECT_STREQ(test, heard.text, twice);
	KUNIT_EXPECT_EQ(test, heard.reports, *c->told ? 2 : 0);
	change(test, c->after, IN(0));
}

/* RFC 3376 5.1: what changes while something is told goes along with it. */
static void changes_in_turn_are_told_together(struct kunit *test)
{
	change(test, IN(0), EX(0));
	change(test, EX(0), EX(0x1));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "TO_EX 1, TO_EX 1");
	/* What is taken back before anybody heard of it comes to what it was. */
	change(test, EX(0x1), EX(0x3));
	change(test, EX(0x3), EX(0x1));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "ALLOW 2, ALLOW 2");
	change(test, EX(0x1), IN(0));
	change(test, IN(0), IN(0x4));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "TO_IN 4, TO_IN 4");
	change(test, IN(0x4), IN(0));
}

/* A switch forgets what was behind a cable that was pulled. */
static void a_link_that_is_up_again_tells_all(struct kunit *test)
{
	change(test, IN(0), IN(0x3));
	msleep(TOLD_ms);
	rtnl_lock();
	dev_close(strata_station.dev);
	listen(test);
	change(test, IN(0x3), IN(0x6));
	KUNIT_EXPECT_EQ(test, dev_open(strata_station.dev, NULL), 0);
	rtnl_unlock();
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "ALLOW 6, ALLOW 6");
	change(test, IN(0x6), IN(0));
}

/* ------- what is asked ------- */

/**
 * struct query_case - a query and its answer
 * @name: for the report
 * @want: what the link listens to
 * @group: asked for; 0: all
 * @sources: asked for; 0: all
 * @more: a second query, for these sources, before the answer
 * @answer: what is told
 */
struct query_case {
	const char *name;
	u32 want;
	u32 group;
	u32 sources;
	u32 more;
	const char *answer;
};

/* RFC 3376 5.2 */
static const struct query_case query_cases[] = {
	{ "for all, any source", EX(0), .answer = "IS_EX 0" },
	{ "for all, included", IN(0x3), .answer = "IS_IN 3" },
	{ "for all, excluded", EX(0x3), .answer = "IS_EX 3" },
	{ "for the group", IN(0x3), GROUP, .answer = "IS_IN 3" },
	{ "for another", IN(0x3), GROUP + 1, .answer = "" },
	{ "for sources that are included", IN(0x3), GROUP, 0x6,
	  .answer = "IS_IN 2" },
	{ "for sources that are not", IN(0x3), GROUP, 0x4, .answer = "" },
	{ "for sources of which one is excluded", EX(0x3), GROUP, 0x6,
	  .answer = "IS_IN 4" },
	{ "for sources that are excluded", EX(0x3), GROUP, 0x3, .answer = "" },
	{ "for sources, and for more", IN(0x7), GROUP, 0x1, 0x4,
	  .answer = "IS_IN 5" },
	{ "for sources without a group", EX(0), 0, 0x1, .answer = "" },
};

static void query_describe(const struct query_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(query, query_cases, query_describe);

/* @len: sizeof(struct igmphdr) for those of old versions. */
static void ask(struct kunit *test, u32 group, u32 sources, u8 code,
		unsigned int len, unsigned int cut)
{
	struct {
		struct igmpv3_query head;
		__be32 sources[SOURCES_MAX];
	} query = {
		.head.type = IGMP_HOST_MEMBERSHIP_QUERY,
		.head.code = code,
		.head.group = htonl(group),
	};
	unsigned int n, count = 0;

	for (n = 0; n < SOURCES_MAX; n++)
		if (sources & BIT(n))
			query.sources[count++] = htonl(SOURCE + n);
	query.head.nsrcs = htons(count);
	len += count * sizeof(__be32) - cut;
	query.head.csum = ip_compute_csum(&query, len);
	strata_station_rcv(strata_station_datagram(test, QUERIER,
						   INADDR_ALLHOSTS_GROUP,
						   IPPROTO_IGMP, &query, len));
}

static void queries_are_answered(struct kunit *test)
{
	const struct query_case *c = test->param_value;
	const unsigned int len = sizeof(struct igmpv3_query);

	change(test, IN(0), c->want);
	msleep(TOLD_ms);
	listen(test);
	ask(test, c->group, c->sources, DELAY_ds, len, 0);
	if (c->more)
		ask(test, c->group, c->more, DELAY_ds, len, 0);
	msleep(DELAY_ds * 100 + 100);
	KUNIT_EXPECT_STREQ(test, listen(test).text, c->answer);
	change(test, c->want, IN(0));
}

/* RFC 3376 4.1.10: what says it has more sources than it has is none. */
static void a_short_query_is_dropped(struct kunit *test)
{
	u64 before = strata_drop_read(strata_station.sn,
				      STRATA_DROP_GROUP_QUERY);

	change(test, IN(0), IN(0x3));
	msleep(TOLD_ms);
	listen(test);
	ask(test, GROUP, 0x3, DELAY_ds, sizeof(struct igmpv3_query), 1);
	msleep(DELAY_ds * 100 + 100);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "");
	KUNIT_EXPECT_EQ(test, strata_drop_read(strata_station.sn,
					       STRATA_DROP_GROUP_QUERY),
			before + 1);
	change(test, IN(0x3), IN(0));
}

/* RFC 3376 7.2.1: in the words of version 2, and later in those of version 1. */
static void old_routers_understand(struct kunit *test)
{
	change(test, IN(0), IN(0x3));
	msleep(TOLD_ms);
	listen(test);
	ask(test, 0, 0, DELAY_ds, sizeof(struct igmphdr), 0);
	msleep(DELAY_ds * 100 + 100);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "V2 0");
	/* They know no sources. */
	change(test, IN(0x3), EX(0x4));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "");
	change(test, EX(0x4), IN(0));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "LEAVE 0");
	change(test, IN(0), IN(0x1));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "V2 0, V2 0");
	/* Version 1 gives ten seconds, and knows no leaving. */
	ask(test, 0, 0, 0, sizeof(struct igmphdr), 0);
	msleep(10100);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "V1 0");
	change(test, IN(0x1), IN(0));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "");
	/* They were heard last four minutes and more ago. */
	msleep(260 * 1000);
	change(test, IN(0), IN(0x1));
	msleep(TOLD_ms);
	KUNIT_EXPECT_STREQ(test, listen(test).text, "ALLOW 1, ALLOW 1");
	change(test, IN(0x1), IN(0));
}

/* RFC 3376 4.1.1 */
static void times_are_read(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, strata_group_code(127, 4), 127);
	KUNIT_EXPECT_EQ(test, strata_group_code(0x80, 4), 128);
	KUNIT_EXPECT_EQ(test, strata_group_code(0xff, 4), 31744);
	KUNIT_EXPECT_EQ(test, strata_group_code(0x7fff, 12), 0x7fff);
	KUNIT_EXPECT_EQ(test, strata_group_code(0x8000, 12), 0x8000);
	KUNIT_EXPECT_EQ(test, strata_group_code(0xffff, 12), 0x1fff << 10);
}

/* ------- limits ------- */

static void sources_are_bounded(struct kunit *test)
{
	unsigned int count = STRATA_GROUP_SOURCES_MAX, i;
	struct in6_addr group = strata_station_addr(GROUP);
	struct strata_filter *filter;
	int err;

	filter = kunit_kzalloc(test, struct_size(filter, sources, count),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, filter);
	filter->mode = MCAST_INCLUDE;
	filter->count = count;
	for (i = 0; i < count; i++)
		filter->sources[i] = strata_station_addr(SOURCE + 100 + i);
	mutex_lock(&strata_station.sn->config);
	err = strata_group_change(strata_station.link, &group,
				  &strata_filter_none, filter);
	mutex_unlock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, err, 0);
	/* One more is refused, and changes nothing. */
	KUNIT_EXPECT_EQ(test, change(test, IN(0), EX(0x1)), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, state(), IN(0));
	KUNIT_EXPECT_EQ(test, change(test, IN(0), EX(0)), 0);
	change(test, EX(0), IN(0));
	mutex_lock(&strata_station.sn->config);
	strata_group_change(strata_station.link, &group, filter,
			    &strata_filter_none);
	mutex_unlock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, state(), NONE);
}

/* Groups that were left and are still to be told make room for new ones. */
static void who_joins_and_leaves_keeps_nobody_out(struct kunit *test)
{
	struct strata_link *link = strata_station.link;
	struct in6_addr group;
	unsigned int i, refused = 0;

	mutex_lock(&strata_station.sn->config);
	for (i = 0; i < 2 * STRATA_GROUP_MAX; i++) {
		group = strata_station_addr(GROUP + 1 + i);
		if (strata_group_join(link, &group))
			refused++;
		else
			strata_group_leave(link, &group);
	}
	mutex_unlock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, refused, 0);
}

static int change_one(struct strata_filter *filter, u32 source, bool join)
{
	struct in6_addr group = strata_station_addr(GROUP);
	int err;

	filter->sources[0] = strata_station_addr(source);
	mutex_lock(&strata_station.sn->config);
	err = strata_group_change(strata_station.link, &group,
				  join ? &strata_filter_none : filter,
				  join ? filter : &strata_filter_none);
	mutex_unlock(&strata_station.sn->config);
	return err;
}

/* So do sources that are no longer wanted, also where one is named again. */
static void who_changes_sources_keeps_nobody_out(struct kunit *test)
{
	const u32 max = STRATA_GROUP_SOURCES_MAX, first = SOURCE + 100;
	struct strata_filter *one = filter_of(test, IN(0x1));
	struct strata_filter *two = filter_of(test, IN(0x3));
	unsigned int i;

	for (i = 0; i < max; i++) {
		KUNIT_EXPECT_EQ(test, change_one(one, first + i, true), 0);
		change_one(one, first + i, false);
	}
	KUNIT_EXPECT_EQ(test, change_one(two, first, true), 0);
	KUNIT_EXPECT_EQ(test, state(), IN(0x2));
	change_one(two, first, false);
	KUNIT_EXPECT_EQ(test, state(), NONE);
}

static struct kunit_case group_tests[] = {
	KUNIT_CASE_PARAM(users_are_merged, merge_gen_params),
	KUNIT_CASE_PARAM(changes_are_told_twice, tell_gen_params),
	KUNIT_CASE(changes_in_turn_are_told_together),
	KUNIT_CASE(a_link_that_is_up_again_tells_all),
	KUNIT_CASE_PARAM(queries_are_answered, query_gen_params),
	KUNIT_CASE(a_short_query_is_dropped),
	KUNIT_CASE(old_routers_understand),
	KUNIT_CASE(times_are_read),
	KUNIT_CASE(sources_are_bounded),
	KUNIT_CASE(who_joins_and_leaves_keeps_nobody_out),
	KUNIT_CASE(who_changes_sources_keeps_nobody_out),
	{}
};

static struct kunit_suite group_suite = {
	.name = "strata_core_group",
	.init = strata_station_init,
	.exit = strata_station_exit,
	.test_cases = group_tests,
};

kunit_test_suite(group_suite);
