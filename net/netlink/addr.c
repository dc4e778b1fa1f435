// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses: addr-get, addr-add, addr-del.
 */
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <strata/packet.h>
#include <strata/route.h>
#include <strata/visibility.h>
#include "netlink.h"

const struct nla_policy strata_nl_addr_get_policy[STRATA_A_ADDR_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(ADDR),
};

const struct nla_policy strata_nl_addr_policy[STRATA_A_ADDR_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(ADDR),
	[STRATA_A_ADDR_ADDRESS] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ADDR_PREFIX_LEN] = STRATA_NL_POLICY_PLEN,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_addr_policy);

const struct nla_policy strata_nl_addr_add_policy[STRATA_A_ADDR_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(ADDR),
	[STRATA_A_ADDR_ADDRESS] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ADDR_PREFIX_LEN] = STRATA_NL_POLICY_PLEN,
	[STRATA_A_ADDR_NODAD] = { .type = NLA_FLAG },
};

/* The state's bits are the interface's. */
static_assert(BIT(STRATA_ADDR_TENTATIVE) == STRATA_ADDR_FLAGS_TENTATIVE);
static_assert(BIT(STRATA_ADDR_DUPLICATE) == STRATA_ADDR_FLAGS_DUPLICATE);
static_assert(BIT(STRATA_ADDR_DEPRECATED) == STRATA_ADDR_FLAGS_DEPRECATED);
static_assert(BIT(STRATA_ADDR_AUTO) == STRATA_ADDR_FLAGS_AUTO);
static_assert(BIT(STRATA_ADDR_CONFLICT) == STRATA_ADDR_FLAGS_CONFLICT);
static_assert(BIT(STRATA_ADDR_TEMPORARY) == STRATA_ADDR_FLAGS_TEMPORARY);

/* All bits that the interface has; the rest is the stack's own business. */
#define STATE_SHOWN	(BIT(STRATA_ADDR_TEMPORARY + 1) - 1)

/**
 * strata_nl_seconds_until() - the rest of a lifetime
 * @end: when it ends, in jiffies
 *
 * Context: any. Return: in seconds, 0 when it is over, U32_MAX: never.
 */
u32 strata_nl_seconds_until(unsigned long end)
{
	unsigned long now = jiffies;

	if (!time_after(end, now))
		return 0;
	return min_t(unsigned long, (end - now) / HZ, U32_MAX);
}

/* What changes while the address is there. */
static int addr_fill_state(struct sk_buff *skb, const struct strata_addr *addr)
{
	int err = nla_put_u32(skb, STRATA_A_ADDR_FLAGS,
			      READ_ONCE(addr->state) & STATE_SHOWN);

	if (err || !addr->follow.expires)
		return err;
	return nla_put_u32(skb, STRATA_A_ADDR_VALID_S,
			   strata_nl_seconds_until(addr->follow.valid_until)) ?:
	       nla_put_u32(skb, STRATA_A_ADDR_PREFERRED_S,
			   strata_nl_seconds_until(addr->follow.preferred_until));
}

/**
 * strata_nl_addr_fill() - put an address into a message
 * @skb: the message
 * @addr: what to put
 *
 * Context: process, strata_net.config held. Return: 0, -EMSGSIZE.
 */
int strata_nl_addr_fill(struct sk_buff *skb, const struct strata_addr *addr)
{
	int err;

	err = strata_nl_put_device(skb, STRATA_A_ADDR_IFINDEX,
				   STRATA_A_ADDR_IFNAME, addr->link) ?:
	      strata_nl_put_addr(skb, STRATA_A_ADDR_ADDRESS, &addr->addr) ?:
	      strata_nl_put_plen(skb, STRATA_A_ADDR_PREFIX_LEN, &addr->addr,
				 addr->plen);
	if (!err && !strata_addr_any(&addr->broadcast))
		err = strata_nl_put_addr(skb, STRATA_A_ADDR_BROADCAST,
					 &addr->broadcast);
	return err ?: addr_fill_state(skb, addr);
}

/* Where to go on: with the first that is younger than the last one shown. */
static struct strata_addr *addr_resume(struct strata_net *sn, u64 last)
{
	struct strata_addr *addr = strata_addr_next(sn, NULL);

	while (addr && addr->serial <= last)
		addr = strata_addr_next(sn, addr);
	return addr;
}

static int addr_dump_one(const struct strata_nl_visit *visit,
			 const struct strata_addr *addr)
{
	struct strata_nl_dump *dump = strata_nl_dump(visit->cb);
	void *header;

	if (dump->ifindex && dump->ifindex != addr->link->ifindex)
		return 0;
	header = strata_nl_dump_message(visit->skb, visit->cb,
					STRATA_CMD_ADDR_GET);
	if (!header)
		return -EMSGSIZE;
	if (strata_nl_addr_fill(visit->skb, addr)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/**
 * strata_nl_addr_dump() - show addresses
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_addr_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_device device =
		STRATA_NL_DEVICE(strata_genl_dump_attrs(cb), ADDR);
	struct strata_nl_visit visit = { skb, cb, sn };
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	struct strata_addr *addr = NULL;
	int err;

	mutex_lock(&sn->config);
	err = strata_nl_dump_start(cb, &device);
	strata_nl_dump_consistent(sn, cb);
	if (!err)
		addr = addr_resume(sn, dump->addr);
	for (; addr; addr = strata_addr_next(sn, addr)) {
		err = addr_dump_one(&visit, addr);
		if (err)
			break;
		dump->addr = addr->serial;
	}
	mutex_unlock(&sn->config);
	return strata_nl_dump_result(skb, err);
}

/* Asked for first, as RFC 4862 5.4 has it, and RFC 5227 where that is wanted. */
static int addr_add(struct strata_link *link, const struct in6_addr *addr,
		    u8 plen, struct netlink_ext_ack *extack)
{
	return strata_addr_add_auto(link, addr, plen,
				    BIT(STRATA_ADDR_TENTATIVE), NULL, extack);
}

static int addr_change(struct genl_info *info,
		       int (*change)(struct strata_link *link,
				     const struct in6_addr *addr, u8 plen,
				     struct netlink_ext_ack *extack))
{
	struct strata_nl_device device = STRATA_NL_DEVICE(info->attrs, ADDR);
	const struct nlattr *attr = info->attrs[STRATA_A_ADDR_ADDRESS];
	struct strata_link *link;
	struct strata_net *sn;
	struct in6_addr addr;
	int err;
	u8 plen;

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "no address given");
		return -EINVAL;
	}
	err = strata_nl_get_addr(attr, &addr, info->extack) ?:
	      strata_nl_get_plen(info->attrs[STRATA_A_ADDR_PREFIX_LEN], &addr,
				 &plen, info->extack);
	if (err)
		return err;
	sn = strata_nl_lock(info);
	link = strata_nl_get_link(sn, &device, info->extack);
	err = PTR_ERR_OR_ZERO(link) ?: change(link, &addr, plen, info->extack);
	return strata_nl_unlock(sn, err);
}

/**
 * strata_nl_addr_add() - add an address to a link
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_addr_add(struct sk_buff *skb, struct genl_info *info)
{
	bool nodad = nla_get_flag(info->attrs[STRATA_A_ADDR_NODAD]);

	return addr_change(info, nodad ? strata_addr_add : addr_add);
}

/**
 * strata_nl_addr_del() - remove an address from a link
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_addr_del(struct sk_buff *skb, struct genl_info *info)
{
	return addr_change(info, strata_addr_del);
}
