// SPDX-License-Identifier: GPL-2.0
/*
 * strata rule: which table is asked for which packets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "policy.h"
#include "show.h"

/**
 * struct rule_args - what the words of a rule command say
 * @from: prefix of the source
 * @to: prefix of the destination
 * @iif: device that packets came in on
 * @mark: of packets
 * @mask: bits of it that count
 * @priority: of the rule
 * @table: to look into
 * @action: STRATA_ROUTE_TYPE_*
 * @have: which of them were given
 */
struct rule_args {
	struct prefix from;
	struct prefix to;
	const char *iif;
	uint32_t mark;
	uint32_t mask;
	uint32_t priority;
	uint32_t table;
	uint8_t action;
	struct {
		bool from, to, mark, priority, table;
	} have;
};

static const char *const actions[] = {
	[STRATA_ROUTE_TYPE_BLACKHOLE] = "blackhole",
	[STRATA_ROUTE_TYPE_UNREACHABLE] = "unreachable",
	[STRATA_ROUTE_TYPE_PROHIBIT] = "prohibit",
};

/* "all" and "any" say nothing. */
static int parse_prefix(struct args *args, const char *what, bool *have,
			struct prefix *prefix)
{
	if (args_take(args, "all") || args_take(args, "any"))
		return STATUS_OK;
	*have = true;
	return arg_prefix(args, what, prefix);
}

/* MARK or MARK/MASK */
static int parse_mark(struct args *args, struct rule_args *rule)
{
	const char *word = args_peek(args);
	const char *slash = word ? strchr(word, '/') : NULL;
	struct args parts = *args;
	char *words[2];
	int status;

	rule->have.mark = true;
	rule->mask = UINT32_MAX;
	if (!slash)
		return arg_u32(args, "mark", 0, UINT32_MAX, &rule->mark);
	args_next(args);
	words[0] = strndup(word, slash - word);
	words[1] = (char *)slash + 1;
	if (!words[0])
		return args_error(args, "out of memory");
	parts.words = words;
	parts.count = ARRAY_SIZE(words);
	parts.next = 0;
	status = arg_u32(&parts, "mark", 0, UINT32_MAX, &rule->mark);
	if (status == STATUS_OK)
		status = arg_u32(&parts, "mask", 1, UINT32_MAX, &rule->mask);
	free(words[0]);
	return status;
}

static bool parse_action(struct args *args, struct rule_args *rule)
{
	size_t i;

	args_take(args, "type");
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		if (!actions[i] || !args_take(args, actions[i]))
			continue;
		rule->action = i;
		return true;
	}
	return false;
}

static int parse_word(struct args *args, struct rule_args *rule)
{
	if (args_take(args, "from"))
		return parse_prefix(args, "source", &rule->have.from,
				    &rule->from);
	if (args_take(args, "to"))
		return parse_prefix(args, "destination", &rule->have.to,
				    &rule->to);
	if (args_take(args, "fwmark"))
		return parse_mark(args, rule);
	if (args_take(args, "iif") || args_take(args, "dev"))
		return arg_device(args, &rule->iif);
	if (args_take(args, "priority") || args_take(args, "preference") ||
	    args_take(args, "pref") || args_take(args, "order")) {
		rule->have.priority = true;
		return arg_u32(args, "priority", 0, UINT32_MAX,
			       &rule->priority);
	}
	if (args_take(args, "table") || args_take(args, "lookup")) {
		rule->have.table = true;
		return arg_route_table(args, &rule->table);
	}
	if (parse_action(args, rule))
		return STATUS_OK;
	return args_unknown(args,
			    "from, to, fwmark, iif, priority, table or what refuses");
}

static int parse_rule(struct args *args, struct rule_args *rule)
{
	int status;

	memset(rule, 0, sizeof(*rule));
	while (args_peek(args)) {
		status = parse_word(args, rule);
		if (status != STATUS_OK)
			return status;
	}
	if (rule->have.table && rule->table == TABLE_ALL)
		return args_error(args, "a rule asks one table");
	if (rule->have.table && rule->action)
		return args_error(args, "a rule asks a table or refuses, not both");
	if (rule->have.from && rule->have.to &&
	    rule->from.family != rule->to.family)
		return args_error(args,
				  "source and destination must both be IPv4 or both IPv6");
	return STATUS_OK;
}

static uint8_t family_of(const struct rule_args *rule)
{
	if (rule->have.from)
		return rule->from.family;
	if (rule->have.to)
		return rule->to.family;
	return options.family ? options.family : AF_INET;
}

static void put_prefix(struct nlmsghdr *request, uint16_t type,
		       uint16_t type_len, const struct prefix *prefix)
{
	nl_put_prefix(request, type, prefix);
	if (prefix->length >= 0)
		mnl_attr_put_u8(request, type_len, prefix->length);
}

static int change(struct args *args, uint8_t command, bool needs_words)
{
	struct nlmsghdr *request;
	struct rule_args rule;

	if (needs_words && !args_peek(args))
		return args_error(args, "which rule? Give what it has, like priority 100");
	if (parse_rule(args, &rule) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(command);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_u8(request, STRATA_A_POLICY_FAMILY, family_of(&rule));
	if (rule.have.from)
		put_prefix(request, STRATA_A_POLICY_FROM,
			   STRATA_A_POLICY_FROM_LEN, &rule.from);
	if (rule.have.to)
		put_prefix(request, STRATA_A_POLICY_TO, STRATA_A_POLICY_TO_LEN,
			   &rule.to);
	if (rule.have.mark) {
		mnl_attr_put_u32(request, STRATA_A_POLICY_MARK, rule.mark);
		mnl_attr_put_u32(request, STRATA_A_POLICY_MASK, rule.mask);
	}
	if (rule.iif)
		mnl_attr_put_strz(request, STRATA_A_POLICY_IIF, rule.iif);
	if (rule.have.priority)
		mnl_attr_put_u32(request, STRATA_A_POLICY_PRIORITY,
				 rule.priority);
	if (rule.have.table)
		mnl_attr_put_u32(request, STRATA_A_POLICY_TABLE, rule.table);
	if (rule.action)
		mnl_attr_put_u8(request, STRATA_A_POLICY_ACTION, rule.action);
	return nl_change(request);
}

static int add(struct args *args)
{
	return change(args, STRATA_CMD_POLICY_ADD, false);
}

static int delete(struct args *args)
{
	return change(args, STRATA_CMD_POLICY_DEL, true);
}

/* "10.0.0.0/8"; an address alone without its length. */
static const char *rule_prefix(const struct nl_row *row, unsigned int type,
			       unsigned int type_len, char text[SHOW_TEXT])
{
	struct prefix prefix;

	if (!nl_address(row, type, &prefix))
		return NULL;
	prefix.length = nl_number(row, type_len);
	if (prefix.length == prefix_full(&prefix))
		prefix.length = -1;
	return show_prefix(&prefix, text);
}

static void print_mark(const struct nl_row *row)
{
	unsigned int mask = nl_number(row, STRATA_A_POLICY_MASK);

	if (!mask)
		return;
	printf(" fwmark %#x", (unsigned int)nl_number(row, STRATA_A_POLICY_MARK));
	if (mask != UINT32_MAX)
		printf("/%#x", mask);
}

/* As ip rule. */
void policy_print(const struct nl_row *row)
{
	unsigned int action = nl_number(row, STRATA_A_POLICY_ACTION);
	const char *prefix;
	char text[SHOW_TEXT];

	prefix = rule_prefix(row, STRATA_A_POLICY_FROM,
			     STRATA_A_POLICY_FROM_LEN, text);
	printf("%u:\tfrom %s",
	       (unsigned int)nl_number(row, STRATA_A_POLICY_PRIORITY),
	       prefix ? prefix : "all");
	prefix = rule_prefix(row, STRATA_A_POLICY_TO, STRATA_A_POLICY_TO_LEN,
			     text);
	if (prefix)
		printf(" to %s", prefix);
	print_mark(row);
	if (*nl_text(row, STRATA_A_POLICY_IIF))
		printf(" iif %s", nl_text(row, STRATA_A_POLICY_IIF));
	if (row->attrs[STRATA_A_POLICY_DETACHED])
		printf(" [detached]");
	if (action)
		printf(" %s\n", show_name(actions, ARRAY_SIZE(actions), action));
	else
		printf(" lookup %s\n",
		       show_table(nl_number(row, STRATA_A_POLICY_TABLE), text));
}

static void json_mark(const struct nl_row *row)
{
	unsigned int mask = nl_number(row, STRATA_A_POLICY_MASK);
	char text[SHOW_TEXT];

	if (!mask)
		return;
	snprintf(text, sizeof(text), "%#x",
		 (unsigned int)nl_number(row, STRATA_A_POLICY_MARK));
	json_string("fwmark", text);
	snprintf(text, sizeof(text), "%#x", mask);
	if (mask != UINT32_MAX)
		json_string("fwmask", text);
}

void policy_json(const struct nl_row *row)
{
	unsigned int action = nl_number(row, STRATA_A_POLICY_ACTION);
	const char *prefix;
	char text[SHOW_TEXT];

	json_u64("priority", nl_number(row, STRATA_A_POLICY_PRIORITY));
	prefix = rule_prefix(row, STRATA_A_POLICY_FROM,
			     STRATA_A_POLICY_FROM_LEN, text);
	json_string("src", prefix ? prefix : "all");
	prefix = rule_prefix(row, STRATA_A_POLICY_TO, STRATA_A_POLICY_TO_LEN,
			     text);
	if (prefix)
		json_string("dst", prefix);
	json_mark(row);
	if (*nl_text(row, STRATA_A_POLICY_IIF))
		json_string("iif", nl_text(row, STRATA_A_POLICY_IIF));
	if (row->attrs[STRATA_A_POLICY_DETACHED])
		json_true("iif_detached");
	if (action)
		json_string("action",
			    show_name(actions, ARRAY_SIZE(actions), action));
	else
		json_string("table",
			    show_table(nl_number(row, STRATA_A_POLICY_TABLE),
				       text));
}

static void show_rule(const struct nl_row *row)
{
	unsigned int family = options.family ? options.family : AF_INET;

	if (nl_number(row, STRATA_A_POLICY_FAMILY) != family)
		return;
	if (!options.json) {
		policy_print(row);
		return;
	}
	json_object(NULL);
	policy_json(row);
	json_object_end();
}

static int show(struct args *args)
{
	if (args_end(args, "nothing more") != STATUS_OK)
		return STATUS_USAGE;
	return show_dump(nl_begin(STRATA_CMD_POLICY_GET), show_rule);
}

#define RULE_USAGE \
	"[ from PREFIX ] [ to PREFIX ] [ fwmark MARK[/MASK] ] [ iif NAME ] " \
	"[ priority NUMBER ] [ table TABLE | blackhole | unreachable | prohibit ]"

static const struct command commands[] = {
	{ "show", "list", show, "" },
	{ "add", NULL, add, RULE_USAGE },
	{ "delete", NULL, delete, RULE_USAGE },
	{ 0 },
};

int policy_main(struct args *args)
{
	static const struct object object = {
		.name = "rule",
		.commands = commands,
		.help = "\nRules are IPv4's, unless -6 or a prefix says otherwise.\n"
			"TABLE is a number, main or default; iif lo is this host itself.\n",
	};

	return object_run(&object, args);
}
