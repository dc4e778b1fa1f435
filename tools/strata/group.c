// SPDX-License-Identifier: GPL-2.0
/*
 * strata group: multicast groups that links listen to.
 */
#include <stdio.h>
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "show.h"

static const char *source_text(const struct nlattr *attr, char text[SHOW_TEXT])
{
	struct nl_row row = { .attrs = { attr } };

	return show_address(&row, 0, text);
}

static void show_sources(const struct nl_row *row)
{
	const struct nlattr *list = row->attrs[STRATA_A_GROUP_SOURCES];
	const struct nlattr *attr;
	char text[SHOW_TEXT];

	if (!list)
		return;
	mnl_attr_for_each_nested(attr, list) {
		const char *source = source_text(attr, text);

		if (source && options.json)
			json_string(NULL, source);
		else if (source)
			printf(" %s", source);
	}
}

static void show_group(const struct nl_row *row)
{
	const char *mode = row->attrs[STRATA_A_GROUP_EXCLUDE] ? "exclude" :
								"include";
	unsigned long long users = nl_number(row, STRATA_A_GROUP_USERS);
	struct prefix address;
	char text[SHOW_TEXT];

	if (!nl_address(row, STRATA_A_GROUP_ADDRESS, &address) ||
	    !show_family(address.family))
		return;
	show_prefix(&address, text);
	if (!options.json) {
		printf("%s dev %s users %llu %s", text,
		       nl_text(row, STRATA_A_GROUP_IFNAME), users, mode);
		show_sources(row);
		putchar('\n');
		return;
	}
	json_object(NULL);
	json_string("address", text);
	json_string("dev", nl_text(row, STRATA_A_GROUP_IFNAME));
	json_u64("users", users);
	json_string("filter_mode", mode);
	json_array("sources");
	show_sources(row);
	json_array_end();
	json_object_end();
}

static int show(struct args *args)
{
	struct nlmsghdr *request;
	const char *device;

	if (arg_only_device(args, "one device", &device) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_GROUP_GET);
	if (request && device)
		mnl_attr_put_strz(request, STRATA_A_GROUP_IFNAME, device);
	return show_dump(request, show_group);
}

static const struct command commands[] = {
	{ "show", "list", show, "[ [ dev ] NAME ]" },
	{ 0 },
};

int group_main(struct args *args)
{
	static const struct object object = {
		.name = "group",
		.commands = commands,
		.help = "\nPrograms join and leave groups; here they are only shown.\n",
	};

	return object_run(&object, args);
}
