// SPDX-License-Identifier: GPL-2.0
/*
 * strata monitor: changes of links, addresses, routes, next hops and policy rules as they
 * happen.
 */
#include <stdio.h>
#include "address.h"
#include "command.h"
#include "json.h"
#include "link.h"
#include "netlink.h"
#include "nexthop.h"
#include "policy.h"
#include "route.h"
#include "show.h"

static void print_address(const struct nl_row *row)
{
	printf("%u: %s", (unsigned int)nl_number(row, STRATA_A_ADDR_IFINDEX),
	       nl_text(row, STRATA_A_ADDR_IFNAME));
	address_print(row);
}

/* The device by the keys that ip monitor uses. */
static void json_address(const struct nl_row *row)
{
	json_u64("index", nl_number(row, STRATA_A_ADDR_IFINDEX));
	json_string("dev", nl_text(row, STRATA_A_ADDR_IFNAME));
	address_json(row);
}

/**
 * struct kind - what there is to follow
 * @name: on the command line
 * @told: command of the messages that it is there now, or another than before
 * @deleted: of those that it has gone
 * @address: attribute with an address of its family; 0: there is none
 * @family: attribute that is its family; 0: there is none
 * @print: on a line or more
 * @json: what is within an object
 */
static const struct kind {
	const char *name;
	uint8_t told;
	uint8_t deleted;
	uint16_t address;
	uint16_t family;
	void (*print)(const struct nl_row *row);
	void (*json)(const struct nl_row *row);
} kinds[] = {
	{ "link", STRATA_CMD_LINK_NTF, STRATA_CMD_LINK_DEL_NTF, 0, 0,
	  link_print, link_json },
	{ "address", STRATA_CMD_ADDR_NTF, STRATA_CMD_ADDR_DEL_NTF,
	  STRATA_A_ADDR_ADDRESS, 0, print_address, json_address },
	{ "route", STRATA_CMD_ROUTE_NTF, STRATA_CMD_ROUTE_DEL_NTF,
	  STRATA_A_ROUTE_DST, 0, route_print, route_json },
	{ "nexthop", STRATA_CMD_NEXTHOP_NTF, STRATA_CMD_NEXTHOP_DEL_NTF, 0, 0,
	  nexthop_print, nexthop_json },
	{ "rule", STRATA_CMD_POLICY_NTF, STRATA_CMD_POLICY_DEL_NTF, 0,
	  STRATA_A_POLICY_FAMILY, policy_print, policy_json },
};

/* Which of @kinds were asked for. */
struct wanted {
	bool kinds[ARRAY_SIZE(kinds)];
};

static const struct kind *kind_of(const struct nl_row *row,
				  const struct wanted *wanted)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (wanted->kinds[i] && (row->command == kinds[i].told ||
					 row->command == kinds[i].deleted))
			return &kinds[i];
	return NULL;
}

static void show_event(const struct kind *kind, const struct nl_row *row)
{
	bool deleted = row->command == kind->deleted;

	if (!options.json) {
		if (deleted)
			fputs("Deleted ", stdout);
		kind->print(row);
		return;
	}
	json_object(NULL);
	if (deleted)
		json_true("deleted");
	kind->json(row);
	json_object_end();
}

/* By -4 and -6; what is of both families always is. */
static bool family_wanted(const struct kind *kind, const struct nl_row *row)
{
	struct prefix address;

	if (kind->family)
		return show_family(nl_number(row, kind->family));
	return !kind->address || (nl_address(row, kind->address, &address) &&
				  show_family(address.family));
}

static void event(const struct nl_row *row, void *context)
{
	const struct kind *kind = kind_of(row, context);

	if (!kind || !family_wanted(kind, row))
		return;
	show_event(kind, row);
	fflush(stdout);
}

/* The words that say what to follow; none: everything. */
static int parse_wanted(struct args *args, struct wanted *wanted)
{
	static const char unknown[] =
		"monitor: \"%s\" is not link, address, route, nexthop or rule";
	bool all = !args_peek(args);
	const char *word;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		wanted->kinds[i] = all;
	while ((word = args_next(args))) {
		for (i = 0; i < ARRAY_SIZE(kinds); i++)
			if (word_matches(word, kinds[i].name))
				break;
		if (i == ARRAY_SIZE(kinds))
			return usage_error(unknown, word);
		wanted->kinds[i] = true;
	}
	return STATUS_OK;
}

int monitor_main(struct args *args)
{
	struct wanted wanted;

	args_output_options(args);
	if (args_peek(args) && is_help(args_peek(args))) {
		puts("Usage: strata monitor [ link ] [ address ] [ route ] [ nexthop ] [ rule ]");
		return STATUS_OK;
	}
	if (parse_wanted(args, &wanted) != STATUS_OK)
		return STATUS_USAGE;
	return nl_listen(STRATA_MCGRP_CONFIG, event, &wanted);
}
