// SPDX-License-Identifier: GPL-2.0
/*
 * A rule: what it is made from, and what it counted.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/packet.h>
#include <strata/visibility.h>
#include "firewall.h"
#include "join.h"
#include "limit.h"
#include "named.h"

/* Of what a log tells; the rest is only counted. */
static const struct strata_fw_rate log_rate = {
	.rate = 100, .period = 1, .burst = 10,
};

static bool is_l2(enum strata_hook_stage stage)
{
	return stage < STRATA_HOOK_L3_PREROUTING;
}

/* Does the kernel take it as a socket filter, and can it be joined? */
static int check_program(const struct strata_fw_part *part, const char **wrong)
{
	struct sock_fprog_kern fprog = {
		.len = part->length,
		.filter = (struct sock_filter *)part->program,
	};
	struct bpf_prog *prog;
	int err;

	err = bpf_prog_create(&prog, &fprog);
	if (err == -EINVAL)
		*wrong = "the rule's program is not valid classic BPF";
	if (err)
		return err;
	bpf_prog_destroy(prog);
	*wrong = strata_fw_join_check(part);
	return *wrong ? -EINVAL : 0;
}

/* Is there room for it alone, in every form? */
static int check_size(const struct strata_fw_part *part,
		      enum strata_hook_stage stage)
{
	struct sock_filter *scratch;
	int size;

	if (part->length * STRATA_FW_JOIN_GROWTH + STRATA_FW_JOIN_END <=
	    BPF_MAXINSNS)
		return 0;
	scratch = kvmalloc_array(BPF_MAXINSNS, sizeof(*scratch), GFP_KERNEL);
	if (!scratch)
		return -ENOMEM;
	size = strata_fw_join(scratch, BPF_MAXINSNS, part, 1,
			      is_l2(stage) ? STRATA_FW_VIEW_TAGGED :
					     STRATA_FW_VIEW_IP);
	if (size >= 0 && is_l2(stage))
		size = strata_fw_join(scratch, BPF_MAXINSNS, part, 1,
				      STRATA_FW_VIEW_ETHER);
	kvfree(scratch);
	return min(size, 0);
}

/* What a stage cannot know, a rule cannot ask for. */
static const char *check_stage(const struct strata_fw_config *config)
{
	enum strata_hook_stage stage = config->stage;

	if (config->sees_tag && !is_l2(stage))
		return "VLAN tags are seen by rules of the table bridge only";
	if (config->states && is_l2(stage))
		return "states are known to rules of the table ip only";
	if (*config->devices.bridge && !is_l2(stage))
		return "bridges are known to rules of the table bridge only";
	if (*config->devices.in && (stage == STRATA_HOOK_L2_OUTPUT ||
				    stage == STRATA_HOOK_L3_OUTPUT))
		return "what this host sends came in nowhere: no \"in\" at output";
	if (*config->devices.out && (stage == STRATA_HOOK_L2_PREROUTING ||
				     stage == STRATA_HOOK_L2_INPUT ||
				     stage == STRATA_HOOK_L3_PREROUTING ||
				     stage == STRATA_HOOK_L3_INPUT))
		return "nobody knows yet where it goes out: no \"out\" at prerouting and input";
	return NULL;
}

/* Of the RSTs that a rule sends. */
static const struct strata_fw_rate reset_rate = {
	.rate = 1000, .period = 1, .burst = 100,
};

/* A field is looked for among what is like it. */
static const char *check_sets(const struct strata_fw_config *config)
{
	unsigned int i;

	for (i = 0; i < STRATA_FW_FIELDS; i++) {
		bool port = i >= STRATA_FW_SPORT;

		if (!config->sets[i])
			continue;
		if (is_l2(config->stage))
			return "named sets are for rules of the table ip only";
		if ((strata_fw_named_type(config->sets[i]) == STRATA_FW_PORT) !=
		    port)
			return port ? "this set has no ports alone" :
				      "this set has no prefixes";
	}
	return NULL;
}

static bool has_range(const struct strata_fw_config *config)
{
	return config->nat.first || config->nat.last;
}

/* Sources change behind all rules, destinations before the way is known. */
static const char *check_nat(const struct strata_fw_config *config)
{
	bool addr = !ipv6_addr_any(&config->nat.addr);

	if (config->nat.last < config->nat.first)
		return "a range of ports begins with the lower one";
	switch (config->action) {
	case STRATA_FW_SNAT:
	case STRATA_FW_DNAT:
		if (!addr || strata_addr_is_multicast(&config->nat.addr))
			return "an address is missing: to ADDRESS";
		break;
	case STRATA_FW_MASQUERADE:
	case STRATA_FW_REDIRECT:
		if (addr)
			return "masquerade and redirect find the address themselves";
		break;
	default:
		return addr || has_range(config) ?
		       "only what translates has an address or ports" : NULL;
	}
	if (config->action <= STRATA_FW_MASQUERADE)
		return config->stage == STRATA_HOOK_L3_POSTROUTING ? NULL :
		       "snat and masquerade are for ip postrouting";
	return config->stage == STRATA_HOOK_L3_PREROUTING ? NULL :
	       "dnat and redirect are for ip prerouting";
}

static const char *check_reject(const struct strata_fw_config *config)
{
	if (config->action != STRATA_FW_REJECT)
		return config->reject ? "only a reject has a kind" : NULL;
	if (is_l2(config->stage) ||
	    config->stage == STRATA_HOOK_L3_POSTROUTING)
		return "reject is for the table ip, and not for postrouting";
	return NULL;
}

static const char *init_limit(struct strata_fw_rule *rule,
			      const struct strata_fw_config *config)
{
	switch (config->action) {
	case STRATA_FW_LIMIT:
		return strata_fw_limit_init(&rule->limit, &config->rate);
	case STRATA_FW_LOG:
		return strata_fw_limit_init(&rule->limit, &log_rate);
	case STRATA_FW_REJECT:
		return strata_fw_limit_init(&rule->limit, &reset_rate);
	default:
		return NULL;
	}
}

static void rule_free(struct strata_fw_rule *rule)
{
	unsigned int i;

	for (i = 0; i < STRATA_FW_FIELDS; i++)
		strata_fw_named_put(rule->sets[i]);
	free_percpu(rule->counter);
	kfree(rule->expression);
	kfree(rule->comment);
	kvfree(rule);
}

/**
 * strata_fw_rule_put() - let go of a rule
 * @rule: the rule; no packet is at it if this is the last
 *
 * Context: any but hard interrupts.
 */
void strata_fw_rule_put(struct strata_fw_rule *rule)
{
	if (refcount_dec_and_test(&rule->users))
		rule_free(rule);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_rule_put);

static int rule_fill(struct strata_fw_rule *rule,
		     const struct strata_fw_config *config,
		     struct netlink_ext_ack *extack)
{
	const struct strata_fw_part part = {
		config->program, config->length, config->sees_tag,
	};
	const char *wrong;
	int err;

	wrong = check_stage(config) ?: check_sets(config) ?:
		check_reject(config) ?: check_nat(config) ?: init_limit(rule, config);
	err = wrong ? -EINVAL : check_program(&part, &wrong);
	/* The text is one of a few that never change. */
	if (wrong && extack)
		extack->_msg = wrong;
	if (err)
		return err;
	err = check_size(&part, config->stage);
	if (err == -E2BIG)
		NL_SET_ERR_MSG(extack, "the rule's expression is too large");
	if (err)
		return err;
	rule->counter = strata_fw_counter_alloc();
	rule->expression = kstrdup(config->expression, GFP_KERNEL_ACCOUNT);
	rule->comment = kstrdup(config->comment, GFP_KERNEL_ACCOUNT);
	if (!rule->counter || !rule->expression || !rule->comment)
		return -ENOMEM;
	return 0;
}

/**
 * strata_fw_rule_create() - make a rule
 * @config: what from
 * @extack: for the reason of a refusal
 *
 * Context: process. Return: the rule, to be let go with strata_fw_rule_put(),
 * or ERR_PTR(-EINVAL, -E2BIG, -ENOMEM).
 */
struct strata_fw_rule *strata_fw_rule_create(const struct strata_fw_config *config,
					     struct netlink_ext_ack *extack)
{
	struct strata_fw_rule *rule;
	unsigned int i;
	int err;

	if (config->length > BPF_MAXINSNS) {
		NL_SET_ERR_MSG(extack, "the rule's expression is too large");
		return ERR_PTR(-E2BIG);
	}
	rule = kvzalloc(struct_size(rule, program, config->length),
			GFP_KERNEL_ACCOUNT);
	if (!rule)
		return ERR_PTR(-ENOMEM);
	refcount_set(&rule->users, 1);
	rule->stage = config->stage;
	rule->action = config->action;
	rule->devices = config->devices;
	rule->reject = config->reject;
	rule->nat = config->nat;
	rule->set_not = config->set_not;
	for (i = 0; i < STRATA_FW_FIELDS; i++)
		rule->sets[i] = strata_fw_named_hold(config->sets[i]);
	rule->states = config->states ?: STRATA_CT_ALL_STATES;
	rule->sees_tag = config->sees_tag;
	rule->length = config->length;
	memcpy(rule->program, config->program,
	       array_size(config->length, sizeof(*rule->program)));
	err = rule_fill(rule, config, extack);
	if (!err)
		return rule;
	rule_free(rule);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_rule_create);

/**
 * strata_fw_counter_read() - sum up over all CPUs
 * @counter: of a rule or a chain
 * @sum: out
 *
 * Context: process. Both numbers may be a packet apart.
 */
void strata_fw_counter_read(const struct strata_fw_counter __percpu *counter,
			    struct strata_fw_counter *sum)
{
	const struct strata_fw_counter *one;
	int cpu;

	*sum = (struct strata_fw_counter){ 0 };
	for_each_possible_cpu(cpu) {
		one = per_cpu_ptr(counter, cpu);
		sum->packets += READ_ONCE(one->packets);
		sum->bytes += READ_ONCE(one->bytes);
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_counter_read);
