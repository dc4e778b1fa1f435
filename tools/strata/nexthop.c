// SPDX-License-Identifier: GPL-2.0
/*
 * strata nexthop: ways that routes share.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "json.h"
#include "nexthop.h"
#include "show.h"

/* ---- one of several ways ---- */

int arg_way(struct args *args, struct way *way)
{
	int status = STATUS_OK;

	*way = (struct way) { 0 };
	while (status == STATUS_OK) {
		if (args_take(args, "via")) {
			way->have_via = true;
			status = arg_address(args, "gateway", &way->via);
		} else if (args_take(args, "dev")) {
			status = arg_device(args, &way->device);
		} else if (args_take(args, "weight")) {
			status = arg_u32(args, "weight", 1, NEXTHOP_WEIGHT,
					 &way->weight);
		} else {
			break;
		}
	}
	if (status == STATUS_OK && !way->have_via && !way->device)
		return args_error(args, "nexthop needs via ADDRESS, dev NAME or both");
	return status;
}

void put_way(struct nlmsghdr *request, const struct way *way)
{
	if (way->id)
		mnl_attr_put_u32(request, STRATA_A_NEXTHOP_ID, way->id);
	if (way->have_via)
		nl_put_prefix(request, STRATA_A_NEXTHOP_GATEWAY, &way->via);
	if (way->device)
		mnl_attr_put_strz(request, STRATA_A_NEXTHOP_IFNAME,
				  way->device);
	if (way->weight)
		mnl_attr_put_u16(request, STRATA_A_NEXTHOP_WEIGHT,
				 way->weight);
}

void put_ways(struct nlmsghdr *request, uint16_t type, const struct way *ways,
	      unsigned int count)
{
	struct nlattr *list = nl_nest(request, type), *item;
	unsigned int i;

	for (i = 0; i < count; i++) {
		item = nl_nest(request, type);
		put_way(request, &ways[i]);
		nl_nest_end(request, item);
	}
	nl_nest_end(request, list);
}

void print_way_of(const struct nl_row *row)
{
	char text[SHOW_TEXT];
	const char *address = show_address(row, STRATA_A_NEXTHOP_GATEWAY, text);

	if (address)
		printf(" via %s", address);
	if (*nl_text(row, STRATA_A_NEXTHOP_IFNAME))
		printf(" dev %s", nl_text(row, STRATA_A_NEXTHOP_IFNAME));
	if (nl_number(row, STRATA_A_NEXTHOP_WEIGHT))
		printf(" weight %u",
		       (unsigned int)nl_number(row, STRATA_A_NEXTHOP_WEIGHT));
}

void json_way_of(const struct nl_row *row)
{
	char text[SHOW_TEXT];
	const char *address = show_address(row, STRATA_A_NEXTHOP_GATEWAY, text);

	if (address)
		json_string("gateway", address);
	if (*nl_text(row, STRATA_A_NEXTHOP_IFNAME))
		json_string("dev", nl_text(row, STRATA_A_NEXTHOP_IFNAME));
	if (nl_number(row, STRATA_A_NEXTHOP_WEIGHT))
		json_u64("weight", nl_number(row, STRATA_A_NEXTHOP_WEIGHT));
}

/* ---- next hops ---- */

/**
 * struct nexthop_args - what the words of a nexthop command say
 * @way: number, gateway and device
 * @blackhole: it is one
 * @count: of @members
 * @members: of a group
 */
struct nexthop_args {
	struct way way;
	bool blackhole;
	unsigned int count;
	struct way members[NEXTHOP_MEMBERS];
};

/* ID or ID,WEIGHT */
static bool parse_member(const char *text, struct way *member)
{
	unsigned long id, weight = 1;
	char *end;

	errno = 0;
	id = strtoul(text, &end, 10);
	if (end == text || errno || !id || id > UINT32_MAX)
		return false;
	if (*end == ',') {
		text = end + 1;
		weight = strtoul(text, &end, 10);
		if (end == text)
			return false;
	}
	*member = (struct way) { .id = id, .weight = weight };
	return !*end && weight && weight <= NEXTHOP_WEIGHT;
}

static int parse_group(struct args *args, struct nexthop_args *nexthop)
{
	const char *word = args_next(args);
	char *text = word ? strdup(word) : NULL;
	char *rest = text, *part;
	int status = STATUS_OK;

	if (!text)
		return args_error(args, "group of what? ID,WEIGHT/ID,WEIGHT");
	while (status == STATUS_OK && (part = strsep(&rest, "/"))) {
		if (nexthop->count == NEXTHOP_MEMBERS)
			status = args_error(args, "a group has at most %d members",
					    NEXTHOP_MEMBERS);
		else if (!parse_member(part, &nexthop->members[nexthop->count++]))
			status = args_error(args,
					    "\"%s\" is no ID,WEIGHT with a weight from 1 to %d",
					    part, NEXTHOP_WEIGHT);
	}
	free(text);
	return status;
}

static int parse_word(struct args *args, struct nexthop_args *nexthop)
{
	if (args_take(args, "id"))
		return arg_u32(args, "id", 1, UINT32_MAX, &nexthop->way.id);
	if (args_take(args, "via")) {
		nexthop->way.have_via = true;
		return arg_address(args, "gateway", &nexthop->way.via);
	}
	if (args_take(args, "dev"))
		return arg_device(args, &nexthop->way.device);
	if (args_take(args, "group"))
		return parse_group(args, nexthop);
	if (!args_take(args, "blackhole"))
		return args_unknown(args, "id, via, dev, group or blackhole");
	nexthop->blackhole = true;
	return STATUS_OK;
}

static int parse_nexthop(struct args *args, struct nexthop_args *nexthop)
{
	int status = STATUS_OK;

	memset(nexthop, 0, sizeof(*nexthop));
	while (status == STATUS_OK && args_peek(args))
		status = parse_word(args, nexthop);
	if (status == STATUS_OK && !nexthop->way.id)
		return args_error(args, "which next hop? Give id NUMBER");
	return status;
}

static int add_nexthop(struct args *args, bool replaces)
{
	struct nexthop_args nexthop;
	struct nlmsghdr *request;

	if (parse_nexthop(args, &nexthop) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_NEXTHOP_ADD);
	if (!request)
		return STATUS_KERNEL;
	put_way(request, &nexthop.way);
	if (nexthop.count)
		put_ways(request, STRATA_A_NEXTHOP_LIST, nexthop.members,
			 nexthop.count);
	if (nexthop.blackhole)
		mnl_attr_put(request, STRATA_A_NEXTHOP_BLACKHOLE, 0, NULL);
	if (replaces)
		mnl_attr_put(request, STRATA_A_NEXTHOP_REPLACE, 0, NULL);
	return nl_change(request);
}

static int add(struct args *args)
{
	return add_nexthop(args, false);
}

static int replace(struct args *args)
{
	return add_nexthop(args, true);
}

static int delete(struct args *args)
{
	struct nlmsghdr *request;
	uint32_t id;

	args_take(args, "id");
	if (arg_u32(args, "id", 1, UINT32_MAX, &id) != STATUS_OK ||
	    args_end(args, "id NUMBER") != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_NEXTHOP_DEL);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_u32(request, STRATA_A_NEXTHOP_ID, id);
	return nl_change(request);
}

/* As ip nexthop: a weight of 1 is not said. */
static void show_members(const struct nl_row *row)
{
	const struct nlattr *list = row->attrs[STRATA_A_NEXTHOP_LIST];
	const struct nlattr *item;
	const char *before = "";
	struct nl_row member;

	if (!list)
		return;
	if (options.json)
		json_array("group");
	else
		printf(" group ");
	mnl_attr_for_each_nested(item, list) {
		unsigned int id, weight;

		nl_nested(item, &member);
		id = nl_number(&member, STRATA_A_NEXTHOP_ID);
		weight = nl_number(&member, STRATA_A_NEXTHOP_WEIGHT);
		if (options.json) {
			json_object(NULL);
			json_u64("id", id);
			if (weight != 1)
				json_u64("weight", weight);
			json_object_end();
			continue;
		}
		printf("%s%u", before, id);
		if (weight != 1)
			printf(",%u", weight);
		before = "/";
	}
	if (options.json)
		json_array_end();
}

void nexthop_print(const struct nl_row *row)
{
	printf("id %u", (unsigned int)nl_number(row, STRATA_A_NEXTHOP_ID));
	show_members(row);
	print_way_of(row);
	puts(row->attrs[STRATA_A_NEXTHOP_BLACKHOLE] ? " blackhole" : "");
}

void nexthop_json(const struct nl_row *row)
{
	json_u64("id", nl_number(row, STRATA_A_NEXTHOP_ID));
	show_members(row);
	json_way_of(row);
	if (row->attrs[STRATA_A_NEXTHOP_BLACKHOLE])
		json_true("blackhole");
}

static uint32_t shown_id;	/* 0: all */

static void show_wanted(const struct nl_row *row)
{
	if (shown_id && shown_id != nl_number(row, STRATA_A_NEXTHOP_ID))
		return;
	if (!options.json) {
		nexthop_print(row);
		return;
	}
	json_object(NULL);
	nexthop_json(row);
	json_object_end();
}

static int show(struct args *args)
{
	shown_id = 0;
	if (args_take(args, "id") &&
	    arg_u32(args, "id", 1, UINT32_MAX, &shown_id) != STATUS_OK)
		return STATUS_USAGE;
	if (args_end(args, "id NUMBER or nothing more") != STATUS_OK)
		return STATUS_USAGE;
	return show_dump(nl_begin(STRATA_CMD_NEXTHOP_GET), show_wanted);
}

#define NEXTHOP_USAGE \
	"id NUMBER { via ADDRESS [ dev NAME ] | dev NAME | group ID[,WEIGHT][/…] | blackhole }"

static const struct command commands[] = {
	{ "show", "list", show, "[ id NUMBER ]" },
	{ "add", NULL, add, NEXTHOP_USAGE },
	{ "delete", NULL, delete, "id NUMBER" },
	{ "replace", "change", replace, NEXTHOP_USAGE },
	{ 0 },
};

int nexthop_main(struct args *args)
{
	static const struct object object = {
		.name = "nexthop",
		.commands = commands,
		.help = "\nA next hop that is deleted takes its routes along.\n",
	};

	return object_run(&object, args);
}
