// SPDX-License-Identifier: GPL-2.0
/*
 * Policy rules: policy-get, policy-add, policy-del.
 */
#include <linux/netlink.h>
#include <strata/packet.h>
#include <strata/rule.h>
#include <strata/visibility.h>
#include "netlink.h"

#define V4_PLEN		96	/* bits before an IPv4 address in the 128-bit form */

const struct nla_policy strata_nl_policy_policy[STRATA_A_POLICY_MAX + 1] = {
	[STRATA_A_POLICY_FAMILY] = { .type = NLA_U8 },
	[STRATA_A_POLICY_PRIORITY] = { .type = NLA_U32 },
	[STRATA_A_POLICY_ACTION] = { .type = NLA_U8 },
	[STRATA_A_POLICY_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_POLICY_FROM] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_POLICY_FROM_LEN] = STRATA_NL_POLICY_PLEN,
	[STRATA_A_POLICY_TO] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_POLICY_TO_LEN] = STRATA_NL_POLICY_PLEN,
	[STRATA_A_POLICY_MARK] = { .type = NLA_U32 },
	[STRATA_A_POLICY_MASK] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_POLICY_IIF] = {
		.type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_policy_policy);

/* What becomes of a packet, by the types of routes; unicast: a table is asked. */
static const u8 actions[] = {
	[STRATA_RULE_TABLE] = STRATA_ROUTE_TYPE_UNICAST,
	[STRATA_RULE_BLACKHOLE] = STRATA_ROUTE_TYPE_BLACKHOLE,
	[STRATA_RULE_UNREACHABLE] = STRATA_ROUTE_TYPE_UNREACHABLE,
	[STRATA_RULE_PROHIBIT] = STRATA_ROUTE_TYPE_PROHIBIT,
};

static int get_action(const struct nlattr *attr, u8 *action,
		      struct netlink_ext_ack *extack)
{
	for (*action = 0; *action < ARRAY_SIZE(actions); (*action)++)
		if (actions[*action] == nla_get_u8(attr))
			return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "no rule has this action");
	return -EINVAL;
}

static int get_prefix(const struct nlattr *attr, const struct nlattr *len,
		      u8 family, struct in6_addr *prefix, u8 *plen,
		      struct netlink_ext_ack *extack)
{
	bool is4 = family == AF_INET;
	struct in6_addr addr;
	int err;

	if (!attr && len) {
		NL_SET_ERR_MSG_ATTR(extack, len, "a length of no prefix");
		return -EINVAL;
	}
	if (!attr)
		return 0;
	err = strata_nl_get_addr(attr, &addr, extack) ?:
	      strata_nl_get_plen(len, &addr, plen, extack);
	if (err)
		return err;
	if (strata_addr_is4(&addr) != is4) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the prefix is not of the rule's family");
		return -EINVAL;
	}
	ipv6_addr_prefix(prefix, &addr, *plen);
	if (!ipv6_addr_equal(prefix, &addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the prefix has host bits set");
		return -EINVAL;
	}
	/* All of a family is any. */
	if (*plen == (is4 ? V4_PLEN : 0)) {
		*prefix = in6addr_any;
		*plen = 0;
	}
	return 0;
}

static int get_family(const struct nlattr *attr, u8 *family,
		      struct netlink_ext_ack *extack)
{
	*family = attr ? nla_get_u8(attr) : AF_INET;
	if (*family == AF_INET || *family == AF_INET6)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a rule is IPv4's or IPv6's");
	return -EAFNOSUPPORT;
}

static int get_mark(struct nlattr **attrs, struct strata_rule *rule,
		    struct netlink_ext_ack *extack)
{
	if (!attrs[STRATA_A_POLICY_MARK] && attrs[STRATA_A_POLICY_MASK]) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[STRATA_A_POLICY_MASK],
				    "a mask of no mark");
		return -EINVAL;
	}
	if (!attrs[STRATA_A_POLICY_MARK])
		return 0;
	rule->mark = nla_get_u32(attrs[STRATA_A_POLICY_MARK]);
	rule->mask = U32_MAX;
	if (attrs[STRATA_A_POLICY_MASK])
		rule->mask = nla_get_u32(attrs[STRATA_A_POLICY_MASK]);
	return 0;
}

static int rule_parse(struct nlattr **attrs, struct strata_rule *rule,
		      u32 *given, struct netlink_ext_ack *extack)
{
	int err;

	*given = 0;
	*rule = (struct strata_rule){ .table = STRATA_TABLE_MAIN };
	err = get_family(attrs[STRATA_A_POLICY_FAMILY], &rule->family, extack);
	if (!err && attrs[STRATA_A_POLICY_ACTION])
		err = get_action(attrs[STRATA_A_POLICY_ACTION], &rule->action,
				 extack);
	if (err)
		return err;
	if (attrs[STRATA_A_POLICY_PRIORITY]) {
		rule->priority = nla_get_u32(attrs[STRATA_A_POLICY_PRIORITY]);
		*given |= STRATA_RULE_HAS_PRIORITY;
	}
	if (attrs[STRATA_A_POLICY_TABLE])
		rule->table = nla_get_u32(attrs[STRATA_A_POLICY_TABLE]);
	if (attrs[STRATA_A_POLICY_TABLE] || rule->action != STRATA_RULE_TABLE)
		*given |= STRATA_RULE_HAS_ACTION;
	if (attrs[STRATA_A_POLICY_IIF])
		nla_strscpy(rule->iif, attrs[STRATA_A_POLICY_IIF], IFNAMSIZ);
	return get_mark(attrs, rule, extack) ?:
	       get_prefix(attrs[STRATA_A_POLICY_FROM],
			  attrs[STRATA_A_POLICY_FROM_LEN], rule->family,
			  &rule->from, &rule->from_len, extack) ?:
	       get_prefix(attrs[STRATA_A_POLICY_TO],
			  attrs[STRATA_A_POLICY_TO_LEN], rule->family,
			  &rule->to, &rule->to_len, extack);
}

static int put_prefix(struct sk_buff *skb, int type, int type_len,
		      const struct in6_addr *prefix, u8 plen)
{
	if (!plen)
		return 0;
	return strata_nl_put_addr(skb, type, prefix) ?:
	       strata_nl_put_plen(skb, type_len, prefix, plen);
}

/**
 * strata_nl_policy_fill() - a policy rule as attributes
 * @skb: message
 * @rule: what it says
 *
 * Context: process. Return: 0, -EMSGSIZE.
 */
int strata_nl_policy_fill(struct sk_buff *skb, const struct strata_rule *rule)
{
	int err;

	err = nla_put_u8(skb, STRATA_A_POLICY_FAMILY, rule->family) ?:
	      nla_put_u32(skb, STRATA_A_POLICY_PRIORITY, rule->priority) ?:
	      nla_put_u8(skb, STRATA_A_POLICY_ACTION, actions[rule->action]) ?:
	      put_prefix(skb, STRATA_A_POLICY_FROM, STRATA_A_POLICY_FROM_LEN,
			 &rule->from, rule->from_len) ?:
	      put_prefix(skb, STRATA_A_POLICY_TO, STRATA_A_POLICY_TO_LEN,
			 &rule->to, rule->to_len);
	if (!err && rule->action == STRATA_RULE_TABLE)
		err = nla_put_u32(skb, STRATA_A_POLICY_TABLE, rule->table);
	if (!err && rule->mask)
		err = nla_put_u32(skb, STRATA_A_POLICY_MARK, rule->mark) ?:
		      nla_put_u32(skb, STRATA_A_POLICY_MASK, rule->mask);
	if (!err && *rule->iif)
		err = nla_put_string(skb, STRATA_A_POLICY_IIF, rule->iif);
	if (!err && rule->detached)
		err = nla_put_flag(skb, STRATA_A_POLICY_DETACHED);
	return err;
}

static int dump_rules(struct sk_buff *skb, struct netlink_callback *cb,
		      struct strata_net *sn)
{
	unsigned int *index = &strata_nl_dump(cb)->policy;
	const struct strata_rule *rule;
	void *header;

	for (; (rule = strata_rule_at(sn, *index)); (*index)++) {
		header = strata_nl_dump_message(skb, cb, STRATA_CMD_POLICY_GET);
		if (!header)
			return -EMSGSIZE;
		if (strata_nl_policy_fill(skb, rule)) {
			genlmsg_cancel(skb, header);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, header);
	}
	return 0;
}

/**
 * strata_nl_policy_dump() - show the policy rules
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_policy_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	int err;

	mutex_lock(&sn->config);
	strata_nl_dump_consistent(sn, cb);
	err = dump_rules(skb, cb, sn);
	mutex_unlock(&sn->config);
	return strata_nl_dump_result(skb, err);
}

static int change(struct genl_info *info,
		  int (*act)(struct strata_net *sn,
			     const struct strata_rule *rule, u32 given,
			     struct netlink_ext_ack *extack))
{
	struct strata_rule rule;
	struct strata_net *sn;
	u32 given;
	int err;

	err = rule_parse(info->attrs, &rule, &given, info->extack);
	if (err)
		return err;
	sn = strata_nl_lock(info);
	return strata_nl_unlock(sn, act(sn, &rule, given, info->extack));
}

/**
 * strata_nl_policy_add() - add a policy rule
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_policy_add(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, strata_rule_add);
}

/**
 * strata_nl_policy_del() - remove a policy rule
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_policy_del(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, strata_rule_del);
}
