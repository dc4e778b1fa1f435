// SPDX-License-Identifier: GPL-2.0
/*
 * Counters by layer and reasons of drops: stat-get.
 */
#include <linux/netlink.h>
#include <strata/count.h>
#include "netlink.h"

/* Reasons of drops follow the counters. */
#define STATS	((unsigned long)STRATA_COUNTER_MAX + STRATA_DROP_MAX)

static u64 stat_read(const struct strata_net *sn, unsigned long pos,
		     const struct strata_counter_info **about)
{
	if (pos < STRATA_COUNTER_MAX) {
		*about = &strata_counter_info[pos];
		return strata_counter_read(sn, pos);
	}
	pos -= STRATA_COUNTER_MAX;
	*about = &strata_drop_info[pos];
	return strata_drop_read(sn, pos);
}

static int stat_fill(struct sk_buff *skb, const struct strata_net *sn,
		     unsigned long pos)
{
	const struct strata_counter_info *about;
	u64 value = stat_read(sn, pos, &about);

	return nla_put_string(skb, STRATA_A_STAT_LAYER, about->layer) ?:
	       nla_put_string(skb, STRATA_A_STAT_NAME, about->name) ?:
	       nla_put_string(skb, STRATA_A_STAT_MEANING, about->meaning) ?:
	       nla_put_u64_64bit(skb, STRATA_A_STAT_VALUE, value,
				 STRATA_A_STAT_PAD);
}

static int stat_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct strata_net *sn)
{
	void *header = strata_nl_dump_message(skb, cb, STRATA_CMD_STAT_GET);

	if (!header)
		return -EMSGSIZE;
	if (stat_fill(skb, sn, strata_nl_dump(cb)->stat)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/**
 * strata_nl_stat_dump() - show the counters and the reasons of drops
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_stat_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	int err = 0;

	for (; dump->stat < STATS && !err; dump->stat += !err)
		err = stat_dump_one(skb, cb, sn);
	return strata_nl_dump_result(skb, err);
}
