// SPDX-License-Identifier: GPL-2.0
/*
 * Options of a bridge's snooping, `ip link … type strata_bridge mcast_…`. Attributes
 * are those of the kernel's bridge.
 */
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <uapi/linux/strata_bridge.h>
#include "bridge.h"

/* Queries are not sent more often than that, IEEE 802.1D's hello time. */
#define INTERVAL_MIN_JIFFIES	HZ

/* Times, on the wire of netlink in hundredths of a second. */
static const struct {
	u16 attr;
	u16 offset;
} intervals[] = {
#define INTERVAL(attr, name) { attr, offsetof(struct strata_mcast_times, name) }
	INTERVAL(IFLA_BR_MCAST_LAST_MEMBER_INTVL, last_member),
	INTERVAL(IFLA_BR_MCAST_MEMBERSHIP_INTVL, membership),
	INTERVAL(IFLA_BR_MCAST_QUERIER_INTVL, other_querier),
	INTERVAL(IFLA_BR_MCAST_QUERY_INTVL, query),
	INTERVAL(IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, response),
	INTERVAL(IFLA_BR_MCAST_STARTUP_QUERY_INTVL, startup),
#undef INTERVAL
};

static const unsigned long *interval_of(const struct strata_mcast_times *times,
					unsigned int i)
{
	return (const void *)times + intervals[i].offset;
}

static int validate_counts(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	static const u16 counts[] = { IFLA_BR_MCAST_LAST_MEMBER_CNT,
				      IFLA_BR_MCAST_STARTUP_QUERY_CNT };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		const struct nlattr *attr = data[counts[i]];

		if (!attr || (nla_get_u32(attr) && nla_get_u32(attr) <= U8_MAX))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "queries are sent 1 to 255 times");
		return -ERANGE;
	}
	return 0;
}

/**
 * strata_mcast_validate() - may the options be what they are to be?
 * @data: IFLA_BR_*, of the right types
 * @extack: says what is wrong
 *
 * Context: process. Return: 0, -ERANGE.
 */
int strata_mcast_validate(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(intervals); i++) {
		const struct nlattr *attr = data[intervals[i].attr];

		/* What jiffies can tell apart from the past. */
		if (!attr || nla_get_u64(attr) <= LONG_MAX / HZ)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr, "the time is too long");
		return -ERANGE;
	}
	return validate_counts(data, extack);
}

static void change_times(struct strata_mcast_times *times, struct nlattr *data[])
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(intervals); i++)
		if (data[intervals[i].attr])
			*(unsigned long *)interval_of(times, i) =
				clock_t_to_jiffies(nla_get_u64(data[intervals[i].attr]));
	times->query = max_t(unsigned long, times->query, INTERVAL_MIN_JIFFIES);
	times->startup = max_t(unsigned long, times->startup, INTERVAL_MIN_JIFFIES);
	/* A timer that ends before it has begun would never let go of the work. */
	times->last_member = max(times->last_member, 1ul);
	times->membership = max(times->membership, 1ul);
	times->other_querier = max(times->other_querier, 1ul);
	if (data[IFLA_BR_MCAST_LAST_MEMBER_CNT])
		times->last_member_count =
			nla_get_u32(data[IFLA_BR_MCAST_LAST_MEMBER_CNT]);
	if (data[IFLA_BR_MCAST_STARTUP_QUERY_CNT])
		times->startup_count =
			nla_get_u32(data[IFLA_BR_MCAST_STARTUP_QUERY_CNT]);
}

static void change_u8(u8 *value, const struct nlattr *attr)
{
	if (attr)
		*value = nla_get_u8(attr);
}

/* Who listened is not known any more, when listeners were not listened to. */
static void change_snooping(struct strata_bridge *br, bool on)
{
	if (on == br->mcast.snooping)
		return;
	WRITE_ONCE(br->mcast.snooping, on);
	if (!on)
		strata_mdb_forget(br, NULL, -1, false);
}

/**
 * strata_mcast_change() - change the options
 * @br: the bridge
 * @data: IFLA_BR_*, validated; strata_mcast_refresh() is to follow
 *
 * Context: process, RTNL held.
 */
void strata_mcast_change(struct strata_bridge *br, struct nlattr *data[])
{
	struct strata_bridge_mcast *mcast = &br->mcast;

	spin_lock_bh(&mcast->lock);
	change_times(&mcast->times, data);
	change_u8(&mcast->version[STRATA_MCAST_IP4],
		  data[IFLA_BR_MCAST_IGMP_VERSION]);
	change_u8(&mcast->version[STRATA_MCAST_IP6],
		  data[IFLA_BR_MCAST_MLD_VERSION]);
	if (data[IFLA_BR_MCAST_QUERIER])
		mcast->querier = nla_get_u8(data[IFLA_BR_MCAST_QUERIER]);
	if (data[IFLA_BR_MCAST_HASH_MAX])
		mcast->max = nla_get_u32(data[IFLA_BR_MCAST_HASH_MAX]);
	if (data[STRATA_BRIDGE_INFO_MCAST_PORT_MAX])
		mcast->port_max =
			nla_get_u32(data[STRATA_BRIDGE_INFO_MCAST_PORT_MAX]);
	spin_unlock_bh(&mcast->lock);
	if (data[IFLA_BR_MCAST_ROUTER])
		strata_mcast_router_set(&br->host,
					nla_get_u8(data[IFLA_BR_MCAST_ROUTER]));
	if (data[IFLA_BR_MCAST_SNOOPING])
		change_snooping(br, nla_get_u8(data[IFLA_BR_MCAST_SNOOPING]));
}

/**
 * strata_mcast_fill() - the options as netlink attributes
 * @skb: message
 * @br: the bridge
 *
 * Context: RTNL. Return: 0 or -EMSGSIZE.
 */
int strata_mcast_fill(struct sk_buff *skb, const struct strata_bridge *br)
{
	const struct strata_bridge_mcast *mcast = &br->mcast;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(intervals); i++)
		if (nla_put_u64_64bit(skb, intervals[i].attr,
				      jiffies_to_clock_t(*interval_of(&mcast->times, i)),
				      IFLA_BR_PAD))
			return -EMSGSIZE;
	if (nla_put_u8(skb, IFLA_BR_MCAST_ROUTER, br->host.router.mode) ||
	    nla_put_u8(skb, IFLA_BR_MCAST_SNOOPING, mcast->snooping) ||
	    nla_put_u8(skb, IFLA_BR_MCAST_QUERIER, mcast->querier) ||
	    nla_put_u8(skb, IFLA_BR_MCAST_IGMP_VERSION,
		       mcast->version[STRATA_MCAST_IP4]) ||
	    nla_put_u8(skb, IFLA_BR_MCAST_MLD_VERSION,
		       mcast->version[STRATA_MCAST_IP6]) ||
	    nla_put_u32(skb, IFLA_BR_MCAST_HASH_MAX, mcast->max) ||
	    nla_put_u32(skb, STRATA_BRIDGE_INFO_MCAST_PORT_MAX, mcast->port_max) ||
	    nla_put_u32(skb, IFLA_BR_MCAST_LAST_MEMBER_CNT,
			mcast->times.last_member_count) ||
	    nla_put_u32(skb, IFLA_BR_MCAST_STARTUP_QUERY_CNT,
			mcast->times.startup_count))
		return -EMSGSIZE;
	return 0;
}

/**
 * strata_mcast_fill_size() - room that strata_mcast_fill() needs
 *
 * Context: any.
 */
size_t strata_mcast_fill_size(void)
{
	return nla_total_size_64bit(sizeof(u64)) * ARRAY_SIZE(intervals) +
	       nla_total_size(sizeof(u8)) * 5 + nla_total_size(sizeof(u32)) * 4;
}
