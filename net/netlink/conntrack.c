// SPDX-License-Identifier: GPL-2.0
/*
 * Connections: ct-get, ct-del.
 */
#include <linux/netlink.h>
#include <strata/conntrack.h>
#include "netlink.h"

#define CONNTRACK_FILTER \
	[STRATA_A_CT_PROTOCOL] = NLA_POLICY_MIN(NLA_U8, 1), \
	[STRATA_A_CT_SRC] = STRATA_NL_POLICY_ADDRESS, \
	[STRATA_A_CT_DST] = STRATA_NL_POLICY_ADDRESS, \
	[STRATA_A_CT_SRC_PORT] = NLA_POLICY_MIN(NLA_U16, 1), \
	[STRATA_A_CT_DST_PORT] = NLA_POLICY_MIN(NLA_U16, 1)

const struct nla_policy strata_nl_ct_policy[STRATA_A_CT_MAX + 1] = {
	CONNTRACK_FILTER,
};

static int get_addr(const struct nlattr *attr, struct in6_addr *addr,
		    struct netlink_ext_ack *extack)
{
	return attr ? strata_nl_get_addr(attr, addr, extack) : 0;
}

static __be16 get_port(const struct nlattr *attr)
{
	return attr ? htons(nla_get_u16(attr)) : 0;
}

static int get_filter(struct nlattr **attrs, struct strata_ct_filter *filter,
		      struct netlink_ext_ack *extack)
{
	*filter = (struct strata_ct_filter){
		.sport = get_port(attrs[STRATA_A_CT_SRC_PORT]),
		.dport = get_port(attrs[STRATA_A_CT_DST_PORT]),
	};
	if (attrs[STRATA_A_CT_PROTOCOL])
		filter->proto = nla_get_u8(attrs[STRATA_A_CT_PROTOCOL]);
	return get_addr(attrs[STRATA_A_CT_SRC], &filter->saddr, extack) ?:
	       get_addr(attrs[STRATA_A_CT_DST], &filter->daddr, extack);
}

static int put_orig(struct sk_buff *skb, const struct strata_ct_tuple *tuple)
{
	return strata_nl_put_addr(skb, STRATA_A_CT_SRC, &tuple->saddr) ?:
	       strata_nl_put_addr(skb, STRATA_A_CT_DST, &tuple->daddr) ?:
	       nla_put_u16(skb, STRATA_A_CT_SRC_PORT, ntohs(tuple->sport)) ?:
	       nla_put_u16(skb, STRATA_A_CT_DST_PORT, ntohs(tuple->dport));
}

static int put_reply(struct sk_buff *skb, const struct strata_ct_tuple *tuple)
{
	return strata_nl_put_addr(skb, STRATA_A_CT_REPLY_SRC, &tuple->saddr) ?:
	       strata_nl_put_addr(skb, STRATA_A_CT_REPLY_DST, &tuple->daddr) ?:
	       nla_put_u16(skb, STRATA_A_CT_REPLY_SRC_PORT,
			   ntohs(tuple->sport)) ?:
	       nla_put_u16(skb, STRATA_A_CT_REPLY_DST_PORT,
			   ntohs(tuple->dport));
}

static int put_info(struct sk_buff *skb, const struct strata_ct_info *info)
{
	return nla_put_u8(skb, STRATA_A_CT_PROTOCOL, info->proto) ?:
	       put_orig(skb, &info->orig) ?:
	       put_reply(skb, &info->reply) ?:
	       (info->proto == IPPROTO_TCP ?
		nla_put_u8(skb, STRATA_A_CT_TCP_STATE, info->tcp) : 0) ?:
	       (info->ifindex ?
		nla_put_u32(skb, STRATA_A_CT_IFINDEX, info->ifindex) : 0) ?:
	       (info->replied ? nla_put_flag(skb, STRATA_A_CT_REPLIED) : 0) ?:
	       (info->assured ? nla_put_flag(skb, STRATA_A_CT_ASSURED) : 0) ?:
	       nla_put_u32(skb, STRATA_A_CT_EXPIRES_S, info->expires_s);
}

static int show(const struct strata_ct_info *info, void *arg)
{
	const struct strata_nl_visit *visit = arg;
	void *header = strata_nl_dump_message(visit->skb, visit->cb,
					      STRATA_CMD_CT_GET);

	if (!header)
		return -EMSGSIZE;
	if (put_info(visit->skb, info)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/**
 * strata_nl_ct_dump() - show connections
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_ct_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_visit visit = { skb, cb, sn };
	struct strata_ct_filter filter;
	int err;

	err = get_filter(strata_genl_dump_attrs(cb), &filter, cb->extack);
	if (err)
		return err;
	err = strata_ct_walk(sn, &strata_nl_dump(cb)->conntrack, &filter, show,
			     &visit);
	return strata_nl_dump_result(skb, err);
}

/**
 * strata_nl_ct_get() - how many connections there are, and may be
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_ct_get(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_net *sn = strata_net(genl_info_net(info));
	struct sk_buff *reply;
	void *header;
	int err;

	reply = strata_nl_reply(info, STRATA_CMD_CT_GET, &header);
	if (!reply)
		return -ENOMEM;
	err = nla_put_u32(reply, STRATA_A_CT_COUNT, strata_ct_count(sn)) ?:
	      nla_put_u32(reply, STRATA_A_CT_LIMIT, strata_ct_limit(sn));
	return strata_nl_reply_send(info, reply, header, err);
}

/**
 * strata_nl_ct_del() - forget connections
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_ct_del(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_net *sn = strata_net(genl_info_net(info));
	struct strata_ct_filter filter;
	struct sk_buff *reply;
	void *header;
	int err;

	err = get_filter(info->attrs, &filter, info->extack);
	if (err)
		return err;
	reply = strata_nl_reply(info, STRATA_CMD_CT_DEL, &header);
	if (!reply)
		return -ENOMEM;
	err = nla_put_u32(reply, STRATA_A_CT_COUNT,
			  strata_ct_delete(sn, &filter));
	return strata_nl_reply_send(info, reply, header, err);
}
