// SPDX-License-Identifier: GPL-2.0
/*
 * The firewall: rule-get, rule-add, rule-del, chain-get, ruleset-set.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/firewall.h>
#include <strata/visibility.h>
#include "netlink.h"

#define STAGE_POLICY	NLA_POLICY_MAX(NLA_U8, STRATA_HOOK_STAGES - 1)
#define DEVICE_POLICY	{ .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }

static const struct nla_policy rule_policy[STRATA_A_RULE_MAX + 1] = {
	[STRATA_A_RULE_STAGE] = STAGE_POLICY,
	[STRATA_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U8, STRATA_FW_ACTIONS - 1),
	[STRATA_A_RULE_IN] = DEVICE_POLICY,
	[STRATA_A_RULE_OUT] = DEVICE_POLICY,
	[STRATA_A_RULE_BRIDGE] = DEVICE_POLICY,
	[STRATA_A_RULE_EXPRESSION] = {
		.type = NLA_NUL_STRING, .len = STRATA_FW_TEXT_MAX },
	[STRATA_A_RULE_PROGRAM] = {
		.type = NLA_BINARY,
		.len = BPF_MAXINSNS * sizeof(struct sock_filter) },
	[STRATA_A_RULE_SEES_TAG] = { .type = NLA_FLAG },
	[STRATA_A_RULE_COMMENT] = {
		.type = NLA_NUL_STRING, .len = STRATA_FW_COMMENT_MAX },
	[STRATA_A_RULE_RATE] = { .type = NLA_U64 },
	[STRATA_A_RULE_RATE_BYTES] = { .type = NLA_FLAG },
	[STRATA_A_RULE_PERIOD] = { .type = NLA_U32 },
	[STRATA_A_RULE_BURST] = { .type = NLA_U32 },
	[STRATA_A_RULE_AT] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_RULE_STATES] =
		NLA_POLICY_MASK(NLA_U8, STRATA_CT_ALL_STATES),
	[STRATA_A_RULE_REJECT] = NLA_POLICY_MAX(NLA_U8, STRATA_FW_REJECTS - 1),
	[STRATA_A_RULE_SRC_SET] = STRATA_NL_POLICY_SET,
	[STRATA_A_RULE_DST_SET] = STRATA_NL_POLICY_SET,
	[STRATA_A_RULE_SPORT_SET] = STRATA_NL_POLICY_SET,
	[STRATA_A_RULE_DPORT_SET] = STRATA_NL_POLICY_SET,
	[STRATA_A_RULE_SET_NOT] =
		NLA_POLICY_MASK(NLA_U8, BIT(STRATA_FW_FIELDS) - 1),
	[STRATA_A_RULE_NAT_ADDRESS] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_RULE_NAT_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[STRATA_A_RULE_NAT_PORT_LAST] = NLA_POLICY_MIN(NLA_U16, 1),
};

static const struct nla_policy chain_policy[STRATA_A_CHAIN_MAX + 1] = {
	[STRATA_A_CHAIN_STAGE] = STAGE_POLICY,
	[STRATA_A_CHAIN_POLICY] = NLA_POLICY_MAX(NLA_U8, STRATA_DROP),
};

const struct nla_policy strata_nl_rule_get_policy[STRATA_A_RULESET_MAX + 1] = {
	[STRATA_A_RULESET_STAGE] = STAGE_POLICY,
};

const struct nla_policy strata_nl_rule_add_policy[STRATA_A_RULESET_MAX + 1] = {
	[STRATA_A_RULESET_RULE] = NLA_POLICY_NESTED(rule_policy),
};

const struct nla_policy strata_nl_rule_del_policy[STRATA_A_RULESET_MAX + 1] = {
	[STRATA_A_RULESET_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy strata_nl_ruleset_policy[STRATA_A_RULESET_MAX + 1] = {
	[STRATA_A_RULESET_FLUSH] =
		NLA_POLICY_MASK(NLA_U32, BIT(STRATA_HOOK_STAGES) - 1),
	[STRATA_A_RULESET_RULE] = NLA_POLICY_NESTED(rule_policy),
	[STRATA_A_RULESET_CHAIN] = NLA_POLICY_NESTED(chain_policy),
};

/* ------- rules from attributes ------- */

static void get_rate(struct nlattr **attrs, struct strata_fw_rate *rate)
{
	if (attrs[STRATA_A_RULE_RATE])
		rate->rate = nla_get_u64(attrs[STRATA_A_RULE_RATE]);
	if (attrs[STRATA_A_RULE_PERIOD])
		rate->period = nla_get_u32(attrs[STRATA_A_RULE_PERIOD]);
	if (attrs[STRATA_A_RULE_BURST])
		rate->burst = nla_get_u32(attrs[STRATA_A_RULE_BURST]);
	rate->bytes = nla_get_flag(attrs[STRATA_A_RULE_RATE_BYTES]);
}

static const char *get_text(const struct nlattr *attr)
{
	return attr ? nla_data(attr) : "";
}

static void get_name(const struct nlattr *attr, char name[IFNAMSIZ])
{
	if (attr)
		nla_strscpy(name, attr, IFNAMSIZ);
}

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *why)
{
	if (extack) {
		extack->_msg = why;
		extack->bad_attr = attr;
	}
	return -EINVAL;
}

static int get_nat(struct nlattr **attrs, struct strata_ct_nat_range *range,
		   struct netlink_ext_ack *extack)
{
	const struct nlattr *address = attrs[STRATA_A_RULE_NAT_ADDRESS];
	const struct nlattr *first = attrs[STRATA_A_RULE_NAT_PORT];
	const struct nlattr *last = attrs[STRATA_A_RULE_NAT_PORT_LAST];

	if (first) {
		range->first = nla_get_u16(first);
		range->last = nla_get_u16(last ?: first);
	}
	return address ? strata_nl_get_addr(address, &range->addr, extack) : 0;
}

static int get_config(struct nlattr **attrs, const struct nlattr *nest,
		      struct strata_fw_config *config,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *program = attrs[STRATA_A_RULE_PROGRAM];

	if (!attrs[STRATA_A_RULE_STAGE])
		return refuse(extack, nest, "a rule needs a stage");
	if (!attrs[STRATA_A_RULE_ACTION])
		return refuse(extack, nest, "a rule needs an action");
	if (!program)
		return refuse(extack, nest, "a rule needs a program");
	if (!nla_len(program) || nla_len(program) % sizeof(struct sock_filter))
		return refuse(extack, program,
			      "a program is made of instructions of 8 bytes");
	*config = (struct strata_fw_config){
		.stage = nla_get_u8(attrs[STRATA_A_RULE_STAGE]),
		.action = nla_get_u8(attrs[STRATA_A_RULE_ACTION]),
		.expression = get_text(attrs[STRATA_A_RULE_EXPRESSION]),
		.comment = get_text(attrs[STRATA_A_RULE_COMMENT]),
		.sees_tag = nla_get_flag(attrs[STRATA_A_RULE_SEES_TAG]),
		.length = nla_len(program) / sizeof(struct sock_filter),
		.program = nla_data(program),
	};
	get_name(attrs[STRATA_A_RULE_IN], config->devices.in);
	get_name(attrs[STRATA_A_RULE_OUT], config->devices.out);
	get_name(attrs[STRATA_A_RULE_BRIDGE], config->devices.bridge);
	if (attrs[STRATA_A_RULE_STATES])
		config->states = nla_get_u8(attrs[STRATA_A_RULE_STATES]);
	if (attrs[STRATA_A_RULE_REJECT])
		config->reject = nla_get_u8(attrs[STRATA_A_RULE_REJECT]);
	if (attrs[STRATA_A_RULE_SET_NOT])
		config->set_not = nla_get_u8(attrs[STRATA_A_RULE_SET_NOT]);
	get_rate(attrs, &config->rate);
	return get_nat(attrs, &config->nat, extack);
}

static void put_sets(const struct strata_fw_config *config)
{
	unsigned int i;

	for (i = 0; i < STRATA_FW_FIELDS; i++)
		strata_fw_named_put(config->sets[i]);
}

/* Each is to be put. */
static int get_sets(struct strata_net *sn, struct nlattr **attrs,
		    struct strata_fw_config *config,
		    struct netlink_ext_ack *extack)
{
	struct strata_fw_named *named;
	unsigned int i;

	for (i = 0; i < STRATA_FW_FIELDS; i++) {
		const struct nlattr *name = attrs[STRATA_A_RULE_SRC_SET + i];

		if (!name)
			continue;
		named = strata_fw_named_get(sn, nla_data(name), extack);
		if (IS_ERR(named))
			return PTR_ERR(named);
		config->sets[i] = named;
	}
	return 0;
}

/* The rule of @nest; ERR_PTR. *@at: its place, 0: the end. */
static struct strata_fw_rule *get_rule(struct strata_net *sn,
				       const struct nlattr *nest,
				       unsigned int *at,
				       struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[STRATA_A_RULE_MAX + 1];
	struct strata_fw_config config = { 0 };
	struct strata_fw_rule *rule;
	int err;

	err = nla_parse_nested(attrs, STRATA_A_RULE_MAX, nest, rule_policy,
			       extack) ?:
	      get_config(attrs, nest, &config, extack) ?:
	      get_sets(sn, attrs, &config, extack);
	if (err) {
		put_sets(&config);
		return ERR_PTR(err);
	}
	*at = attrs[STRATA_A_RULE_AT] ? nla_get_u32(attrs[STRATA_A_RULE_AT]) : 0;
	rule = strata_fw_rule_create(&config, extack);
	put_sets(&config);
	return rule;
}

static int apply(struct genl_info *info, const struct strata_fw_change *change)
{
	struct strata_net *sn = strata_net(genl_info_net(info));
	int err = strata_fw_change(sn, change, info->extack);

	/* For dumps that are under way. */
	strata_nl_lock(info);
	return strata_nl_unlock(sn, err);
}

static int reply_handle(struct genl_info *info, u32 handle)
{
	struct sk_buff *reply;
	void *header;
	int err;

	reply = strata_nl_reply(info, STRATA_CMD_RULE_ADD, &header);
	if (!reply)
		return -ENOMEM;
	err = nla_put_u32(reply, STRATA_A_RULESET_HANDLE, handle);
	return strata_nl_reply_send(info, reply, header, err);
}

/**
 * strata_nl_rule_add() - add a rule
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_rule_add(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[STRATA_A_RULESET_RULE];
	struct strata_fw_change change = { .count = 1 };
	struct strata_fw_rule *rule;
	int err;

	if (!nest)
		return refuse(info->extack, NULL, "no rule given");
	rule = get_rule(strata_net(genl_info_net(info)), nest, &change.at,
			info->extack);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	change.rules = &rule;
	err = apply(info, &change);
	if (!err)
		err = reply_handle(info, rule->handle);
	strata_fw_rule_put(rule);
	return err;
}

/**
 * strata_nl_rule_del() - remove a rule
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_rule_del(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *handle = info->attrs[STRATA_A_RULESET_HANDLE];
	struct strata_fw_change change = { 0 };

	if (!handle)
		return refuse(info->extack, NULL, "no rule named: give its handle");
	change.remove = nla_get_u32(handle);
	return apply(info, &change);
}

static int get_chain(const struct nlattr *nest, struct strata_fw_change *change,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[STRATA_A_CHAIN_MAX + 1];
	unsigned int stage;
	int err;

	err = nla_parse_nested(attrs, STRATA_A_CHAIN_MAX, nest, chain_policy,
			       extack);
	if (err)
		return err;
	if (!attrs[STRATA_A_CHAIN_STAGE] || !attrs[STRATA_A_CHAIN_POLICY])
		return refuse(extack, nest, "a chain needs a stage and a policy");
	stage = nla_get_u8(attrs[STRATA_A_CHAIN_STAGE]);
	change->policy[stage] = nla_get_u8(attrs[STRATA_A_CHAIN_POLICY]);
	__set_bit(stage, &change->policies);
	return 0;
}

/* Every rule and chain of the request; @change's rules are to be put. */
static int get_ruleset(struct genl_info *info, struct strata_fw_change *change)
{
	const struct nlattr *attr;
	unsigned int at;
	int rest, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		struct strata_fw_rule *rule;

		switch (nla_type(attr)) {
		case STRATA_A_RULESET_CHAIN:
			err = get_chain(attr, change, info->extack);
			if (err)
				return err;
			break;
		case STRATA_A_RULESET_RULE:
			if (change->count == STRATA_FW_RULES_MAX)
				return -ENOSPC;
			rule = get_rule(strata_net(genl_info_net(info)), attr,
					&at, info->extack);
			if (IS_ERR(rule))
				return PTR_ERR(rule);
			change->rules[change->count++] = rule;
		}
	}
	return 0;
}

/**
 * strata_nl_ruleset_set() - change many rules and policies at once
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_ruleset_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *flush = info->attrs[STRATA_A_RULESET_FLUSH];
	struct strata_fw_change change = { 0 };
	int err;

	change.rules = kvmalloc_array(STRATA_FW_RULES_MAX,
				      sizeof(*change.rules), GFP_KERNEL);
	if (!change.rules)
		return -ENOMEM;
	if (flush)
		change.stages = nla_get_u32(flush);
	err = get_ruleset(info, &change) ?: apply(info, &change);
	while (change.count--)
		strata_fw_rule_put(change.rules[change.count]);
	kvfree(change.rules);
	return err;
}

/* ------- rules as attributes ------- */

static int put_rate(struct sk_buff *skb, const struct strata_fw_rule *rule)
{
	const struct strata_fw_rate *rate = &rule->limit.rate;

	if (rule->action != STRATA_FW_LIMIT)
		return 0;
	return nla_put_u64_64bit(skb, STRATA_A_RULE_RATE, rate->rate,
				 STRATA_A_RULE_PAD) ?:
	       nla_put_u32(skb, STRATA_A_RULE_PERIOD, rate->period) ?:
	       nla_put_u32(skb, STRATA_A_RULE_BURST, rate->burst) ?:
	       (rate->bytes ? nla_put_flag(skb, STRATA_A_RULE_RATE_BYTES) : 0);
}

static int put_text(struct sk_buff *skb, int type, const char *text)
{
	return *text ? nla_put_string(skb, type, text) : 0;
}

static int put_set_names(struct sk_buff *skb, const struct strata_fw_rule *rule)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < STRATA_FW_FIELDS && !err; i++)
		if (rule->sets[i])
			err = nla_put_string(skb, STRATA_A_RULE_SRC_SET + i,
					     strata_fw_named_name(rule->sets[i]));
	if (!err && rule->set_not)
		err = nla_put_u8(skb, STRATA_A_RULE_SET_NOT, rule->set_not);
	return err;
}

static int put_nat(struct sk_buff *skb, const struct strata_ct_nat_range *range)
{
	int err = 0;

	if (!ipv6_addr_any(&range->addr))
		err = strata_nl_put_addr(skb, STRATA_A_RULE_NAT_ADDRESS,
					 &range->addr);
	if (!err && range->first)
		err = nla_put_u16(skb, STRATA_A_RULE_NAT_PORT, range->first);
	if (!err && range->last > range->first)
		err = nla_put_u16(skb, STRATA_A_RULE_NAT_PORT_LAST,
				  range->last);
	return err;
}

static int put_rule(struct sk_buff *skb, const struct strata_fw_rule *rule,
		    unsigned int at)
{
	const struct strata_fw_devices *devices = &rule->devices;
	struct strata_fw_counter sum;

	strata_fw_counter_read(rule->counter, &sum);
	return nla_put_u32(skb, STRATA_A_RULE_HANDLE, rule->handle) ?:
	       nla_put_u8(skb, STRATA_A_RULE_STAGE, rule->stage) ?:
	       nla_put_u32(skb, STRATA_A_RULE_AT, at) ?:
	       nla_put_u8(skb, STRATA_A_RULE_ACTION, rule->action) ?:
	       put_text(skb, STRATA_A_RULE_IN, devices->in) ?:
	       put_text(skb, STRATA_A_RULE_OUT, devices->out) ?:
	       put_text(skb, STRATA_A_RULE_BRIDGE, devices->bridge) ?:
	       put_text(skb, STRATA_A_RULE_EXPRESSION, rule->expression) ?:
	       put_text(skb, STRATA_A_RULE_COMMENT, rule->comment) ?:
	       (rule->sees_tag ? nla_put_flag(skb, STRATA_A_RULE_SEES_TAG) : 0) ?:
	       put_rate(skb, rule) ?:
	       (rule->states == STRATA_CT_ALL_STATES ? 0 :
		nla_put_u8(skb, STRATA_A_RULE_STATES, rule->states)) ?:
	       (rule->action == STRATA_FW_REJECT ?
		nla_put_u8(skb, STRATA_A_RULE_REJECT, rule->reject) : 0) ?:
	       put_set_names(skb, rule) ?:
	       put_nat(skb, &rule->nat) ?:
	       nla_put_u64_64bit(skb, STRATA_A_RULE_PACKETS, sum.packets,
				 STRATA_A_RULE_PAD) ?:
	       nla_put_u64_64bit(skb, STRATA_A_RULE_BYTES, sum.bytes,
				 STRATA_A_RULE_PAD);
}

/* A message with one rule. */
static int rule_message(const struct strata_nl_visit *visit,
			const struct strata_fw_rule *rule, unsigned int at)
{
	struct sk_buff *skb = visit->skb;
	struct nlattr *nest;
	void *header;

	header = strata_nl_dump_message(skb, visit->cb, STRATA_CMD_RULE_GET);
	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, STRATA_A_RULESET_RULE);
	if (!nest || put_rule(skb, rule, at)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, header);
	return 0;
}

/* A change is told of after it was made: a message that shows it before its time
 * is followed by one that has the mark.
 */
static void dump_begin(struct strata_net *sn, struct netlink_callback *cb)
{
	mutex_lock(&sn->config);
	strata_nl_dump_consistent(sn, cb);
	mutex_unlock(&sn->config);
	strata_fw_lock(sn);
}

/* From where the dump stands. */
static int rules_dump(const struct strata_nl_visit *visit,
		      const struct nlattr *only)
{
	struct strata_nl_rule_at *at = &strata_nl_dump(visit->cb)->rule;
	const struct strata_fw_rule *rule;
	int err;

	for (; at->stage < STRATA_HOOK_STAGES; at->stage++, at->index = 0) {
		if (only && nla_get_u8(only) != at->stage)
			continue;
		while ((rule = strata_fw_rule_at(visit->sn, at->stage,
						 at->index))) {
			err = rule_message(visit, rule, at->index + 1);
			if (err)
				return err;
			at->index++;
		}
	}
	return 0;
}

/**
 * strata_nl_rule_dump() - show rules
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct nlattr **attrs = strata_genl_dump_attrs(cb);
	const struct strata_nl_visit visit = { skb, cb, sn };
	int err;

	dump_begin(sn, cb);
	err = rules_dump(&visit, attrs[STRATA_A_RULESET_STAGE]);
	strata_fw_unlock(sn);
	return strata_nl_dump_result(skb, err);
}

static int put_chain(const struct strata_nl_visit *visit,
		     enum strata_hook_stage stage)
{
	struct strata_fw_counter sum;
	struct sk_buff *skb = visit->skb;
	struct nlattr *nest;

	nest = nla_nest_start(skb, STRATA_A_RULESET_CHAIN);
	if (!nest)
		return -EMSGSIZE;
	strata_fw_policy_count(visit->sn, stage, &sum);
	if (nla_put_u8(skb, STRATA_A_CHAIN_STAGE, stage) ||
	    nla_put_u8(skb, STRATA_A_CHAIN_POLICY,
		       strata_fw_policy(visit->sn, stage)) ||
	    nla_put_u64_64bit(skb, STRATA_A_CHAIN_PACKETS, sum.packets,
			      STRATA_A_CHAIN_PAD) ||
	    nla_put_u64_64bit(skb, STRATA_A_CHAIN_BYTES, sum.bytes,
			      STRATA_A_CHAIN_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int chain_message(const struct strata_nl_visit *visit,
			 enum strata_hook_stage stage)
{
	void *header = strata_nl_dump_message(visit->skb, visit->cb,
					      STRATA_CMD_CHAIN_GET);

	if (!header)
		return -EMSGSIZE;
	if (put_chain(visit, stage)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/**
 * strata_nl_chain_dump() - show the policies of all chains
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_chain_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_rule_at *at = &strata_nl_dump(cb)->rule;
	const struct strata_nl_visit visit = { skb, cb, sn };
	int err = 0;

	dump_begin(sn, cb);
	for (; at->stage < STRATA_HOOK_STAGES && !err; at->stage += !err)
		err = chain_message(&visit, at->stage);
	strata_fw_unlock(sn);
	return strata_nl_dump_result(skb, err);
}
