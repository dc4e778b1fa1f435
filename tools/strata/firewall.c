// SPDX-License-Identifier: GPL-2.0
/*
 * strata firewall: rules at every hook, in the language of pcap-filter(7).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "firewall.h"

#define LINE_WORDS	64

static void report_handle(const struct nl_rows *rows)
{
	size_t position = 0;
	struct nl_row row;

	if (options.statistics && nl_next(rows, &position, &row))
		printf("handle %llu\n", nl_number(&row, STRATA_A_RULESET_HANDLE));
}

static int add(struct args *args)
{
	struct nl_rows rows = { 0 };
	struct nlmsghdr *request;
	struct rule rule;
	int status;

	if (arg_rule(args, &rule) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_RULE_ADD);
	if (!request)
		return STATUS_KERNEL;
	status = rule_put(args, &rule, request);
	if (status == STATUS_OK)
		status = nl_ask(request, &rows);
	if (status == STATUS_OK)
		report_handle(&rows);
	nl_rows_free(&rows);
	return status;
}

static int delete(struct args *args)
{
	struct nlmsghdr *request;
	uint32_t handle;

	args_take(args, "handle");
	if (arg_u32(args, "the rule's handle", 1, UINT32_MAX, &handle) !=
		    STATUS_OK ||
	    args_end(args, "one handle") != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_RULE_DEL);
	if (!request)
		return STATUS_KERNEL;
	nl_put(request, STRATA_A_RULESET_HANDLE, &handle, sizeof(handle));
	return nl_change(request);
}

static int flush(struct args *args)
{
	struct nlmsghdr *request;
	uint32_t chains;

	if (arg_chains(args, &chains) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_RULESET_SET);
	if (!request)
		return STATUS_KERNEL;
	nl_put(request, STRATA_A_RULESET_FLUSH, &chains, sizeof(chains));
	return nl_change(request);
}

/* A chain's policy, into @request. */
static int put_policy(struct args *args, struct nlmsghdr *request,
		      unsigned int chain, uint8_t policy)
{
	uint8_t stage = chain;
	struct nlattr *nest = nl_nest(request, STRATA_A_RULESET_CHAIN);

	nl_put(request, STRATA_A_CHAIN_STAGE, &stage, sizeof(stage));
	nl_put(request, STRATA_A_CHAIN_POLICY, &policy, sizeof(policy));
	if (nl_nest_end(request, nest))
		return STATUS_OK;
	return args_error(args, "too much for one request");
}

static int arg_policy(struct args *args, unsigned int *chain, uint8_t *policy)
{
	static const char right[] = "accept or drop";

	if (arg_chain(args, chain) != STATUS_OK)
		return STATUS_USAGE;
	if (args_take(args, "accept"))
		*policy = STRATA_RULE_ACTION_ACCEPT;
	else if (args_take(args, "drop"))
		*policy = STRATA_RULE_ACTION_DROP;
	else if (args_peek(args))
		return args_unknown(args, right);
	else
		return args_error(args, "the policy is missing: %s", right);
	return args_end(args, right);
}

static int policy(struct args *args)
{
	struct nlmsghdr *request;
	unsigned int chain;
	uint8_t verdict;
	int status;

	if (arg_policy(args, &chain, &verdict) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_RULESET_SET);
	if (!request)
		return STATUS_KERNEL;
	status = put_policy(args, request, chain, verdict);
	return status == STATUS_OK ? nl_change(request) : status;
}

/* ------- a whole rule set from a file ------- */

/* "add …" or "policy …" */
static int replace_words(struct args *args, struct nlmsghdr *request)
{
	unsigned int chain;
	struct rule rule;
	uint8_t verdict;

	if (args_take(args, "policy")) {
		if (arg_policy(args, &chain, &verdict) != STATUS_OK)
			return STATUS_USAGE;
		return put_policy(args, request, chain, verdict);
	}
	if (!args_take(args, "add"))
		return args_unknown(args, "add or policy");
	if (arg_rule(args, &rule) != STATUS_OK)
		return STATUS_USAGE;
	if (rule.at)
		return args_error(args, "\"at\" makes no sense here: the lines are in order");
	return rule_put(args, &rule, request);
}

static int replace_lines(const struct args *args, FILE *file, const char *name,
			 struct nlmsghdr *request)
{
	int status = STATUS_OK;
	unsigned int number = 0;
	bool empty = true;
	size_t capacity = 0;
	char *line = NULL;

	while (status == STATUS_OK && getline(&line, &capacity, file) >= 0) {
		char *words[LINE_WORDS];
		struct args one = *args;

		number++;
		one.words = words;
		one.next = 0;
		one.count = args_split(line, words, LINE_WORDS);
		if (one.count < 0)
			status = args_error(args, "a line has at most %d words",
					    LINE_WORDS);
		else if (one.count)
			status = replace_words(&one, request);
		empty = empty && !one.count;
		if (status != STATUS_OK)
			fprintf(stderr, "strata: %s:%u: nothing was changed\n",
				name, number);
	}
	/* What did not arrive is not meant to open everything. */
	if (status == STATUS_OK && empty)
		status = args_error(args, "%s has no rule and no policy; flush removes rules",
				    name);
	if (status == STATUS_OK && ferror(file))
		status = args_error(args, "cannot read %s: %s", name,
				    strerror(errno));
	free(line);
	return status;
}

static int replace(struct args *args)
{
	const char *name = args_next(args);
	uint32_t chains = ALL_CHAINS;
	struct nlmsghdr *request;
	unsigned int chain;
	FILE *file;
	int status;

	if (!name)
		return args_error(args, "the file is missing, - is the standard input");
	if (args_end(args, "one file") != STATUS_OK)
		return STATUS_USAGE;
	file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	if (!file)
		return args_error(args, "cannot read %s: %s", name,
				  strerror(errno));
	request = nl_begin(STRATA_CMD_RULESET_SET);
	status = request ? STATUS_OK : STATUS_KERNEL;
	if (request)
		nl_put(request, STRATA_A_RULESET_FLUSH, &chains, sizeof(chains));
	/* Policies that the file does not name become what they are at first. */
	for (chain = 0; chain < FIREWALL_CHAINS && status == STATUS_OK; chain++)
		status = put_policy(args, request, chain,
				    STRATA_RULE_ACTION_ACCEPT);
	if (status == STATUS_OK)
		status = replace_lines(args, file, name, request);
	if (file != stdin)
		fclose(file);
	return status == STATUS_OK ? nl_change(request) : status;
}

static const struct command commands[] = {
	{ "show", "list", firewall_show, "[ TABLE [ STAGE ] ]" },
	{ "add", NULL, add,
	  "TABLE STAGE [ DEVICES ] [ state STATES ] [ SETS ] [ EXPRESSION ] ACTION\n"
	  "\t[ at N ] [ comment TEXT ]" },
	{ "delete", NULL, delete, "[ handle ] HANDLE" },
	{ "policy", NULL, policy, "TABLE STAGE { accept | drop }" },
	{ "flush", NULL, flush, "[ TABLE [ STAGE ] ]" },
	{ "save", NULL, firewall_save, "" },
	{ "replace", NULL, replace, "FILE" },
	{ "set", NULL, firewall_set, "…" },
	{ "monitor", NULL, firewall_monitor, "[ write FILE ]" },
	{ 0 },
};

int firewall_main(struct args *args)
{
	static const struct object object = {
		.name = "firewall",
		.commands = commands,
		.help = "\nTABLE: bridge (frames at a bridge) or ip (packets of both families)\n"
			"STAGE: prerouting, input, forward, output or postrouting\n"
			"DEVICES: in DEV, out DEV, on BRIDGE; each may end with *\n"
			"STATES: new, established, related, invalid, untracked; several with commas\n"
			"SETS: { src | dst | sport | dport } [ not ] @NAME, each once\n"
			"EXPRESSION: one word, as pcap-filter(7) has it; none matches everything\n"
			"ACTION: accept, drop, reject [ with { tcp-reset | port | host | net | admin } ],\n"
			"\tlog or limit RATE [ burst N ];\n"
			"\tin ip postrouting snat to ADDRESS [ port N[-M] ], masquerade [ port N[-M] ],\n"
			"\tin ip prerouting dnat to ADDRESS [ port N[-M] ], redirect [ port N[-M] ]\n"
			"RATE: packets like 100/second or 6000/minute, or bytes like 10mbit\n"
			"\nreplace sets all rules and policies at once, from what save prints.\n",
	};

	return object_run(&object, args);
}
