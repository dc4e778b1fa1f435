// SPDX-License-Identifier: GPL-2.0
/*
 * strata firewall show and save: the rules that are there.
 */
#include <stdio.h>
#include "firewall.h"
#include "json.h"
#include "show.h"

/**
 * struct listing - what the kernel told
 * @chains: one row a chain
 * @rules: in the order of the chains
 */
struct listing {
	struct nl_rows chains;
	struct nl_rows rules;
};

static int listing_get(struct listing *listing)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_CHAIN_GET);
	int status;

	*listing = (struct listing){ 0 };
	status = request ? nl_dump(request, &listing->chains) : STATUS_KERNEL;
	if (status != STATUS_OK)
		return status;
	request = nl_begin(STRATA_CMD_RULE_GET);
	status = request ? nl_dump(request, &listing->rules) : STATUS_KERNEL;
	if (status != STATUS_OK)
		nl_rows_free(&listing->chains);
	return status;
}

static void listing_free(struct listing *listing)
{
	nl_rows_free(&listing->chains);
	nl_rows_free(&listing->rules);
}

/* The next rule of @chain; false: there are no more. */
static bool next_rule(const struct listing *listing, size_t *position,
		      unsigned int chain, struct nl_row *rule)
{
	struct nl_row row;

	while (nl_next(&listing->rules, position, &row))
		if (nl_row_nested(&row, STRATA_A_RULESET_RULE, rule) &&
		    nl_number(rule, STRATA_A_RULE_STAGE) == chain)
			return true;
	return false;
}

static const char *policy_of(const struct nl_row *chain)
{
	return show_name(firewall_actions, STRATA_RULE_ACTION_DROP + 1,
			 nl_number(chain, STRATA_A_CHAIN_POLICY));
}

/* ------- text ------- */

static void print_chain(const struct listing *listing,
			const struct nl_row *chain, unsigned int number)
{
	size_t position = 0;
	struct nl_row rule;

	printf("%s %s policy %s", table_of(number), stage_of(number),
	       policy_of(chain));
	if (options.statistics)
		printf(" packets %llu bytes %llu",
		       nl_number(chain, STRATA_A_CHAIN_PACKETS),
		       nl_number(chain, STRATA_A_CHAIN_BYTES));
	putchar('\n');
	while (next_rule(listing, &position, number, &rule)) {
		printf("  %llu:", nl_number(&rule, STRATA_A_RULE_AT));
		rule_print(&rule);
		if (options.statistics)
			printf(" packets %llu bytes %llu",
			       nl_number(&rule, STRATA_A_RULE_PACKETS),
			       nl_number(&rule, STRATA_A_RULE_BYTES));
		printf(" handle %llu\n", nl_number(&rule, STRATA_A_RULE_HANDLE));
	}
}

/* ------- JSON ------- */

static void json_text(const char *key, const char *text)
{
	if (*text)
		json_string(key, text);
}

static void json_rule(const struct nl_row *rule)
{
	unsigned long long action = nl_number(rule, STRATA_A_RULE_ACTION);
	char text[SHOW_TEXT], sets[2 * SHOW_TEXT];

	json_object(NULL);
	json_u64("at", nl_number(rule, STRATA_A_RULE_AT));
	json_u64("handle", nl_number(rule, STRATA_A_RULE_HANDLE));
	json_text("in", nl_text(rule, STRATA_A_RULE_IN));
	json_text("out", nl_text(rule, STRATA_A_RULE_OUT));
	json_text("on", nl_text(rule, STRATA_A_RULE_BRIDGE));
	json_text("state", states_text(rule, text, sizeof(text)));
	if (*sets_text(rule, sets, sizeof(sets)))
		json_string("sets", sets + 1);
	json_string("expression", nl_text(rule, STRATA_A_RULE_EXPRESSION));
	json_string("action", show_name(firewall_actions,
					STRATA_RULE_ACTION_REDIRECT + 1, action));
	if (*nat_text(rule, sets, sizeof(sets)))
		json_string("translation", sets + 1);
	json_text("with", reject_text(rule));
	if (action == STRATA_RULE_ACTION_LIMIT) {
		json_string("rate", rate_text(rule, text, sizeof(text)));
		json_u64("burst", nl_number(rule, STRATA_A_RULE_BURST));
	}
	json_text("comment", nl_text(rule, STRATA_A_RULE_COMMENT));
	json_u64("packets", nl_number(rule, STRATA_A_RULE_PACKETS));
	json_u64("bytes", nl_number(rule, STRATA_A_RULE_BYTES));
	json_object_end();
}

static void json_chain(const struct listing *listing,
		       const struct nl_row *chain, unsigned int number)
{
	size_t position = 0;
	struct nl_row rule;

	json_object(NULL);
	json_string("table", table_of(number));
	json_string("stage", stage_of(number));
	json_string("policy", policy_of(chain));
	json_u64("packets", nl_number(chain, STRATA_A_CHAIN_PACKETS));
	json_u64("bytes", nl_number(chain, STRATA_A_CHAIN_BYTES));
	json_array("rules");
	while (next_rule(listing, &position, number, &rule))
		json_rule(&rule);
	json_array_end();
	json_object_end();
}

/* ------- the commands ------- */

/* Is there more to tell of it than of a chain that nobody touched? */
static bool is_used(const struct listing *listing, const struct nl_row *chain,
		    unsigned int number)
{
	size_t position = 0;
	struct nl_row rule;

	return nl_number(chain, STRATA_A_CHAIN_POLICY) !=
	       STRATA_RULE_ACTION_ACCEPT ||
	       next_rule(listing, &position, number, &rule);
}

static void show_chains(const struct listing *listing, uint32_t wanted,
			bool all)
{
	struct nl_row row, chain;
	size_t position = 0;

	while (nl_next(&listing->chains, &position, &row)) {
		unsigned int number;

		if (!nl_row_nested(&row, STRATA_A_RULESET_CHAIN, &chain))
			continue;
		number = nl_number(&chain, STRATA_A_CHAIN_STAGE);
		if (number >= FIREWALL_CHAINS || !(wanted & 1U << number) ||
		    !(all || is_used(listing, &chain, number)))
			continue;
		if (options.json)
			json_chain(listing, &chain, number);
		else
			print_chain(listing, &chain, number);
	}
}

int firewall_show(struct args *args)
{
	struct listing listing;
	bool all = args_peek(args);
	uint32_t wanted;
	int status;

	if (arg_chains(args, &wanted) != STATUS_OK)
		return STATUS_USAGE;
	status = listing_get(&listing);
	if (status != STATUS_OK)
		return status;
	if (options.json)
		json_array(NULL);
	show_chains(&listing, wanted, all);
	if (options.json)
		json_array_end();
	listing_free(&listing);
	return STATUS_OK;
}

static void save_chain(const struct listing *listing,
		       const struct nl_row *chain, unsigned int number)
{
	size_t position = 0;
	struct nl_row rule;

	printf("policy %s %s %s\n", table_of(number), stage_of(number),
	       policy_of(chain));
	while (next_rule(listing, &position, number, &rule)) {
		printf("add %s %s", table_of(number), stage_of(number));
		rule_print(&rule);
		putchar('\n');
	}
}

int firewall_save(struct args *args)
{
	struct nl_row row, chain;
	struct listing listing;
	size_t position = 0;
	int status;

	if (args_end(args, "nothing more") != STATUS_OK)
		return STATUS_USAGE;
	status = listing_get(&listing);
	if (status != STATUS_OK)
		return status;
	while (nl_next(&listing.chains, &position, &row))
		if (nl_row_nested(&row, STRATA_A_RULESET_CHAIN, &chain))
			save_chain(&listing, &chain,
				   nl_number(&chain, STRATA_A_CHAIN_STAGE));
	listing_free(&listing);
	return STATUS_OK;
}
