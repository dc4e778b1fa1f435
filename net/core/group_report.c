// SPDX-License-Identifier: GPL-2.0
/*
 * What routers, and the switches between, are told of groups: changes as they
 * come, and once more in case the first report is lost (RFC 3376 5.1, RFC 3810
 * 6.1). The records of IGMPv3 and of MLDv2 differ in the size of an address alone.
 */
#include <linux/igmp.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/mld.h>
#include <strata/group.h>
#include <strata/packet.h>

#define UNSOLICITED_JIFFIES	HZ	/* RFC 3376 8.11, RFC 3810 9.11 */
#define REPORT_BYTES_MIN	64	/* whatever the MTU */
#define REPORT_BYTES_MAX	1400

/* A report's header, of both protocols (RFC 3376 4.2, RFC 3810 5.2). */
struct report_header {
	u8 type;
	u8 code;
	__sum16 csum;
	__be16 reserved;
	__be16 records;
};

/* A record's, before the group's address. */
struct record_header {
	u8 type;
	u8 aux_words;
	__be16 sources;
};

static_assert(sizeof(struct report_header) ==
	      offsetof(struct igmpv3_report, grec));
static_assert(sizeof(struct report_header) ==
	      offsetof(struct mld2_report, mld2r_grec));
static_assert(sizeof(struct record_header) ==
	      offsetof(struct igmpv3_grec, grec_mca));
static_assert(sizeof(struct record_header) ==
	      offsetof(struct mld2_grec, grec_mca));
static_assert((int)IGMPV3_MODE_IS_INCLUDE == MLD2_MODE_IS_INCLUDE);
static_assert((int)IGMPV3_BLOCK_OLD_SOURCES == MLD2_BLOCK_OLD_SOURCES);

/**
 * struct report - one on its way
 * @ops: of its family
 * @link: where
 * @skb: skb->data at its header; NULL: not begun
 * @room: bytes that are left
 * @record_at: offset of the last record
 */
struct report {
	const struct strata_group_ops *ops;
	struct strata_link *link;
	struct sk_buff *skb;
	unsigned int room;
	unsigned int record_at;
};

/**
 * strata_group_message() - room for a message
 * @link: where it will leave
 * @ops: of its family
 * @bytes: of the message, none of which are written
 *
 * Context: process. Return: owned; NULL: no memory.
 */
struct sk_buff *strata_group_message(const struct strata_link *link,
				     const struct strata_group_ops *ops,
				     unsigned int bytes)
{
	unsigned int headroom = LL_RESERVED_SPACE(link->dev) + ops->headers;
	struct sk_buff *skb;

	skb = alloc_skb(headroom + bytes + link->dev->needed_tailroom,
			GFP_KERNEL);
	if (skb)
		skb_reserve(skb, headroom);
	return skb;
}

static void report_end(struct report *report)
{
	if (report->skb)
		report->ops->send(report->link, report->skb);
	report->skb = NULL;
}

static bool report_begin(struct report *report)
{
	int mtu = report->link->dev->mtu;
	int bytes = clamp_t(int, mtu - (int)report->ops->headers,
			    REPORT_BYTES_MIN, REPORT_BYTES_MAX);

	report->skb = strata_group_message(report->link, report->ops, bytes);
	if (!report->skb)
		return false;
	skb_put_zero(report->skb, sizeof(struct report_header));
	report->room = bytes - sizeof(struct report_header);
	return true;
}

static void put_addr(struct report *report, const struct in6_addr *addr)
{
	u8 len = report->ops->addr_len;

	skb_put_data(report->skb, addr->s6_addr + sizeof(*addr) - len, len);
	report->room -= len;
}

/* With the next @sources if a report has room for them. Return: there is one. */
static bool record_begin(struct report *report, const struct in6_addr *group,
			 u8 type, unsigned int sources)
{
	unsigned int bytes = sizeof(struct record_header) +
			     (1 + sources) * report->ops->addr_len;
	struct report_header *header;
	struct record_header *record;

	if (report->skb && report->room < bytes)
		report_end(report);
	if (!report->skb && !report_begin(report))
		return false;
	header = (struct report_header *)report->skb->data;
	be16_add_cpu(&header->records, 1);
	report->record_at = report->skb->len;
	record = skb_put_zero(report->skb, sizeof(*record));
	record->type = type;
	report->room -= sizeof(*record);
	put_addr(report, group);
	return true;
}

/* RFC 3376 4.2.16: what does not fit goes into another report, but a record of mode
 * EXCLUDE is cut off.
 */
static bool record_add(struct report *report, const struct in6_addr *group,
		       u8 type, const struct in6_addr *source)
{
	struct record_header *record;

	if (report->room < report->ops->addr_len &&
	    (type == IGMPV3_MODE_IS_EXCLUDE ||
	     type == IGMPV3_CHANGE_TO_EXCLUDE ||
	     !record_begin(report, group, type, 1)))
		return false;
	put_addr(report, source);
	record = (struct record_header *)(report->skb->data +
					  report->record_at);
	be16_add_cpu(&record->sources, 1);
	return true;
}

/* Which sources has a record of this type? (RFC 3376 4.2.12) */
static bool is_listed(const struct strata_source *source, u8 type)
{
	switch (type) {
	case IGMPV3_ALLOW_NEW_SOURCES:
		return source->tell_left && source->heard;
	case IGMPV3_BLOCK_OLD_SOURCES:
		return source->tell_left && !source->heard;
	case IGMPV3_MODE_IS_EXCLUDE:
	case IGMPV3_CHANGE_TO_EXCLUDE:
		return !source->heard;
	default:
		return source->heard;
	}
}

static void add_record(struct report *report, const struct strata_group *group,
		       u8 type)
{
	bool change = type == IGMPV3_ALLOW_NEW_SOURCES ||
		      type == IGMPV3_BLOCK_OLD_SOURCES;
	const struct strata_source *source;
	unsigned int count = 0;

	hlist_for_each_entry(source, &group->sources, node)
		count += is_listed(source, type);
	if ((!count && change) ||
	    !record_begin(report, &group->addr, type, count))
		return;
	hlist_for_each_entry(source, &group->sources, node)
		if (is_listed(source, type) &&
		    !record_add(report, &group->addr, type, &source->addr))
			return;
}

/* RFC 3376 5.2: of the sources that were asked of, those that are heard. */
static void answer_sources(struct report *report,
			   const struct strata_group *group)
{
	const struct strata_filter *of = group->asked_of;
	unsigned int i, count = 0;

	for (i = 0; i < of->count; i++)
		count += strata_group_hears(group, &of->sources[i]);
	if (!count || !record_begin(report, &group->addr,
				    IGMPV3_MODE_IS_INCLUDE, count))
		return;
	for (i = 0; i < of->count; i++)
		if (strata_group_hears(group, &of->sources[i]) &&
		    !record_add(report, &group->addr, IGMPV3_MODE_IS_INCLUDE,
				&of->sources[i]))
			return;
}

static void answer(struct strata_group *group, struct report *report)
{
	u8 version = strata_group_version(group->link, report->ops);

	if (!strata_group_listens(group))
		;	/* that is told by itself */
	else if (version != STRATA_GROUP_NEWEST)
		report->ops->send_old(group->link, &group->addr, version, false);
	else if (group->asked_of)
		answer_sources(report, group);
	else
		add_record(report, group,
			   strata_group_mode(group) == MCAST_EXCLUDE ?
			   IGMPV3_MODE_IS_EXCLUDE : IGMPV3_MODE_IS_INCLUDE);
	kfree(group->asked_of);
	group->asked_of = NULL;
	group->asked = false;
}

/* Old versions know no sources, and say once that a group is left. */
static void tell_old(struct strata_group *group, struct report *report,
		     u8 version)
{
	bool leave = !strata_group_listens(group);
	struct strata_source *source;

	if (group->member_left)
		report->ops->send_old(group->link, &group->addr, version,
				      leave);
	if (leave)
		group->member_left = 0;
	group->mode_left = 0;
	hlist_for_each_entry(source, &group->sources, node)
		source->tell_left = 0;
}

static void tell_new(struct strata_group *group, struct report *report)
{
	if (group->mode_left) {
		add_record(report, group,
			   strata_group_mode(group) == MCAST_EXCLUDE ?
			   IGMPV3_CHANGE_TO_EXCLUDE : IGMPV3_CHANGE_TO_INCLUDE);
		return;
	}
	add_record(report, group, IGMPV3_ALLOW_NEW_SOURCES);
	add_record(report, group, IGMPV3_BLOCK_OLD_SOURCES);
}

/* One time less of everything. Return: there is more to tell. */
static bool spend(struct strata_group *group)
{
	struct strata_source *source;
	bool left = false;

	group->mode_left -= group->mode_left > 0;
	group->member_left -= group->member_left > 0;
	hlist_for_each_entry(source, &group->sources, node) {
		source->tell_left -= source->tell_left > 0;
		left |= source->tell_left;
	}
	return left || group->mode_left || group->member_left;
}

static bool is_to_tell(const struct strata_group *group)
{
	const struct strata_source *source;

	if (group->mode_left || group->member_left)
		return true;
	hlist_for_each_entry(source, &group->sources, node)
		if (source->tell_left)
			return true;
	return false;
}

static void due_at(struct strata_group_run *run, unsigned long at)
{
	if (!run->armed || time_before(at, run->next))
		run->next = at;
	run->armed = true;
}

static void tell(struct strata_group *group, struct report *report,
		 struct strata_group_run *run)
{
	u8 version = strata_group_version(group->link, report->ops);

	if (!is_to_tell(group))
		return;
	if (!time_before(run->now, group->tell_at)) {
		if (version == STRATA_GROUP_NEWEST)
			tell_new(group, report);
		else
			tell_old(group, report, version);
		if (!spend(group))
			return;
		group->tell_at = run->now + 1 +
				 get_random_u32() % UNSOLICITED_JIFFIES;
	}
	due_at(run, group->tell_at);
}

static void run_one(struct strata_group *group, struct report *report,
		    struct strata_group_run *run)
{
	if (group->asked && !time_before(run->now, group->answer_at))
		answer(group, report);
	if (group->asked)
		due_at(run, group->answer_at);
	tell(group, report, run);
	strata_group_settle(group);
}

/**
 * strata_group_run() - tell and answer what is due
 * @sn: the namespace's stack
 * @ops: of which family
 * @run: what is due, and out: when the next is
 *
 * Context: process, strata_net.config held.
 */
void strata_group_run(struct strata_net *sn,
		      const struct strata_group_ops *ops,
		      struct strata_group_run *run)
{
	struct strata_group *group, *next;
	struct report report = { .ops = ops };

	for (group = strata_group_next(sn, NULL); group; group = next) {
		next = strata_group_next(sn, group);
		if (strata_group_ops_of(&group->addr) != ops ||
		    !strata_link_is_up(group->link))
			continue;
		if (report.link != group->link)
			report_end(&report);
		report.link = group->link;
		run_one(group, &report, run);
	}
	report_end(&report);
}

/**
 * strata_group_up() - tell of all groups of a link, which is up again
 * @link: the link
 * @ops: of which family
 *
 * Context: process, strata_net.config held.
 */
void strata_group_up(struct strata_link *link,
		     const struct strata_group_ops *ops)
{
	struct strata_group *group, *next;

	for (group = strata_group_next(link->sn, NULL); group; group = next) {
		next = strata_group_next(link->sn, group);
		if (group->link != link ||
		    strata_group_ops_of(&group->addr) != ops ||
		    !ops->is_told(group))
			continue;
		strata_group_all_new(group);
		strata_group_settle(group);
	}
	ops->soon(link->sn);
}
