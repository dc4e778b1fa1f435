// SPDX-License-Identifier: GPL-2.0
/*
 * strata bridge: what bridge(8) cannot reach of Strata's bridges.
 */
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "show.h"

static const char *const routers[] = {
	[STRATA_MDB_ROUTER_LEARNED] = "learned",
	[STRATA_MDB_ROUTER_PERMANENT] = "permanent",
	[STRATA_MDB_ROUTER_TEMPORARY] = "temporary",
};

/* A group, by its network address or its L2 address. */
static const char *group_text(const struct nl_row *row, char text[SHOW_TEXT])
{
	const struct nlattr *attr = row->attrs[STRATA_A_MDB_GROUP];

	if (attr && mnl_attr_get_payload_len(attr) == 6)
		return show_lladdr(row, STRATA_A_MDB_GROUP, text);
	return show_address(row, STRATA_A_MDB_GROUP, text);
}

static int source_attr(const struct nlattr *attr, void *data)
{
	struct nl_row *row = data;

	if (mnl_attr_get_type(attr) < NL_ATTRS)
		row->attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static void show_source(const struct nlattr *nest)
{
	struct nl_row row = { 0 };
	char text[SHOW_TEXT];
	const char *address;
	bool blocked;

	mnl_attr_parse_nested(nest, source_attr, &row);
	address = show_address(&row, STRATA_A_MDB_SOURCE_ADDRESS, text);
	if (!address)
		return;
	blocked = row.attrs[STRATA_A_MDB_SOURCE_BLOCKED];
	if (!options.json) {
		printf(" %s%s", blocked ? "!" : "", address);
		return;
	}
	json_object(NULL);
	json_string("address", address);
	if (blocked)
		json_true("blocked");
	if (row.attrs[STRATA_A_MDB_SOURCE_EXPIRES_MS])
		json_u64("expires_ms",
			 nl_number(&row, STRATA_A_MDB_SOURCE_EXPIRES_MS));
	json_object_end();
}

static void show_sources(const struct nl_row *row)
{
	const struct nlattr *list = row->attrs[STRATA_A_MDB_SOURCES];
	const struct nlattr *nest;

	if (!list)
		return;
	if (options.json)
		json_array("source_list");
	else
		printf(" source_list");
	mnl_attr_for_each_nested(nest, list)
		show_source(nest);
	if (options.json)
		json_array_end();
}

static void json_group(const struct nl_row *row, const char *group)
{
	json_string("grp", group);
	json_string("state", row->attrs[STRATA_A_MDB_PERMANENT] ? "permanent" :
								  "temp");
	json_string("filter_mode", row->attrs[STRATA_A_MDB_EXCLUDE] ? "exclude" :
								      "include");
	if (row->attrs[STRATA_A_MDB_VLAN])
		json_u64("vid", nl_number(row, STRATA_A_MDB_VLAN));
	if (row->attrs[STRATA_A_MDB_EXPIRES_MS])
		json_u64("expires_ms", nl_number(row, STRATA_A_MDB_EXPIRES_MS));
	show_sources(row);
}

static void print_group(const struct nl_row *row, const char *group)
{
	printf(" grp %s %s filter_mode %s", group,
	       row->attrs[STRATA_A_MDB_PERMANENT] ? "permanent" : "temp",
	       row->attrs[STRATA_A_MDB_EXCLUDE] ? "exclude" : "include");
	show_sources(row);
	if (row->attrs[STRATA_A_MDB_VLAN])
		printf(" vid %u", (unsigned int)nl_number(row, STRATA_A_MDB_VLAN));
	if (options.statistics && row->attrs[STRATA_A_MDB_EXPIRES_MS])
		printf(" expires %.1fs",
		       nl_number(row, STRATA_A_MDB_EXPIRES_MS) / 1e3);
}

static void show_row(const struct nl_row *row)
{
	const char *bridge = nl_text(row, STRATA_A_MDB_BRIDGE);
	const char *port = nl_text(row, STRATA_A_MDB_PORT);
	const char *router = NULL;
	char text[SHOW_TEXT];
	const char *group = group_text(row, text);

	if (row->attrs[STRATA_A_MDB_ROUTER])
		router = show_name(routers, ARRAY_SIZE(routers),
				   nl_number(row, STRATA_A_MDB_ROUTER));
	if (options.json) {
		json_object(NULL);
		json_string("dev", bridge);
		json_string("port", port);
		if (router)
			json_string("router", router);
		else if (group)
			json_group(row, group);
		json_object_end();
		return;
	}
	printf("dev %s port %s", bridge, port);
	if (router)
		printf(" router %s", router);
	else if (group)
		print_group(row, group);
	putchar('\n');
}

static int mdb_show(struct args *args)
{
	struct nlmsghdr *request;
	const char *device;

	if (arg_only_device(args, "one bridge", &device) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_MDB_GET);
	if (request && device)
		mnl_attr_put_strz(request, STRATA_A_MDB_BRIDGE, device);
	return show_dump(request, show_row);
}

/* What add and delete are told. */
struct change {
	const char *bridge, *port;
	bool have_group;
	struct prefix group, source;
	struct lladdr group_lladdr;
	uint32_t vlan;
	bool permanent;
};

static int parse_group(struct args *args, struct change *change)
{
	const char *word = args_peek(args);

	change->have_group = true;
	/* 01:00:5e:01:02:03 is no IPv6 address: that would have eight parts. */
	if (word && strlen(word) == strlen("01:00:00:00:00:00") &&
	    word[2] == ':' && word[14] == ':' && !strstr(word, "::"))
		return arg_lladdr(args, &change->group_lladdr);
	return arg_address(args, "group", &change->group);
}

static int parse_word(struct args *args, struct change *change)
{
	if (args_take(args, "dev"))
		return arg_device(args, &change->bridge);
	if (args_take(args, "port"))
		return arg_device(args, &change->port);
	if (args_take(args, "grp"))
		return parse_group(args, change);
	if (args_take(args, "src"))
		return arg_address(args, "source", &change->source);
	if (args_take(args, "vid"))
		return arg_u32(args, "VLAN", 1, 4094, &change->vlan);
	if (args_take(args, "permanent"))
		change->permanent = true;
	else if (!args_take(args, "temp"))
		return args_unknown(args,
				    "dev BRIDGE port PORT grp GROUP [ src SOURCE ] [ vid VLAN ] [ permanent | temp ]");
	return STATUS_OK;
}

static int change_group(struct args *args, uint8_t command)
{
	struct change change = { 0 };
	struct nlmsghdr *request;

	while (args_peek(args))
		if (parse_word(args, &change) != STATUS_OK)
			return STATUS_USAGE;
	if (!change.port || !change.have_group)
		return args_error(args, "%s is missing",
				  change.port ? "the group (grp GROUP)" :
						"the port (port PORT)");
	request = nl_begin(command);
	if (!request)
		return STATUS_KERNEL;
	if (change.bridge)
		mnl_attr_put_strz(request, STRATA_A_MDB_BRIDGE, change.bridge);
	mnl_attr_put_strz(request, STRATA_A_MDB_PORT, change.port);
	if (change.group_lladdr.length)
		mnl_attr_put(request, STRATA_A_MDB_GROUP,
			     change.group_lladdr.length,
			     change.group_lladdr.bytes);
	else
		nl_put_prefix(request, STRATA_A_MDB_GROUP, &change.group);
	if (change.source.family)
		nl_put_prefix(request, STRATA_A_MDB_SOURCE, &change.source);
	if (change.vlan)
		mnl_attr_put_u16(request, STRATA_A_MDB_VLAN, change.vlan);
	if (change.permanent)
		mnl_attr_put(request, STRATA_A_MDB_PERMANENT, 0, NULL);
	return nl_change(request);
}

static int mdb_add(struct args *args)
{
	return change_group(args, STRATA_CMD_MDB_ADD);
}

static int mdb_delete(struct args *args)
{
	return change_group(args, STRATA_CMD_MDB_DEL);
}

#define CHANGE_USAGE \
	"dev BRIDGE port PORT grp GROUP [ src SOURCE ] [ vid VLAN ]"

static const struct command mdb_commands[] = {
	{ "show", "list", mdb_show, "[ [ dev ] BRIDGE ]" },
	{ "add", NULL, mdb_add, CHANGE_USAGE " [ permanent | temp ]" },
	{ "delete", NULL, mdb_delete, CHANGE_USAGE },
	{ 0 },
};

static int mdb_main(struct args *args)
{
	static const struct object object = {
		.name = "bridge mdb",
		.commands = mdb_commands,
		.help = "\nWho listens to which group, and which ports have routers. With the\n"
			"bridge for PORT, the host. A source after a ! is not wanted.\n",
	};

	return object_run(&object, args);
}

static void show_port(const struct nl_row *row)
{
	unsigned int limit = nl_number(row, STRATA_A_BRIDGE_PORT_BCAST_LIMIT);

	if (options.json) {
		json_object(NULL);
		json_string("dev", nl_text(row, STRATA_A_BRIDGE_PORT_BRIDGE));
		json_string("port", nl_text(row, STRATA_A_BRIDGE_PORT_PORT));
		json_u64("bcast_limit", limit);
		json_object_end();
		return;
	}
	printf("dev %s port %s bcast_limit %u\n",
	       nl_text(row, STRATA_A_BRIDGE_PORT_BRIDGE),
	       nl_text(row, STRATA_A_BRIDGE_PORT_PORT), limit);
}

static int port_show(struct args *args)
{
	if (args_end(args, "nothing") != STATUS_OK)
		return STATUS_USAGE;
	return show_dump(nl_begin(STRATA_CMD_BRIDGE_PORT_GET), show_port);
}

static int port_set(struct args *args)
{
	struct nlmsghdr *request;
	const char *port;
	uint32_t limit;

	if (arg_device(args, &port) != STATUS_OK)
		return STATUS_USAGE;
	if (!args_take(args, "bcast_limit"))
		return args_unknown(args, "bcast_limit RATE");
	if (arg_u32(args, "limit", 0, 1000000000, &limit) != STATUS_OK ||
	    args_end(args, "one limit") != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_BRIDGE_PORT_SET);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_strz(request, STRATA_A_BRIDGE_PORT_PORT, port);
	mnl_attr_put_u32(request, STRATA_A_BRIDGE_PORT_BCAST_LIMIT, limit);
	return nl_change(request);
}

static const struct command port_commands[] = {
	{ "show", "list", port_show, "" },
	{ "set", NULL, port_set, "PORT bcast_limit RATE" },
	{ 0 },
};

static int port_main(struct args *args)
{
	static const struct object object = {
		.name = "bridge port",
		.commands = port_commands,
		.help = "\nHow many broadcasts a second a port may bring; 0: as many as come.\n",
	};

	return object_run(&object, args);
}

static const struct command commands[] = {
	{ "port", NULL, port_main, "[ show | set | help ]" },
	{ "mdb", NULL, mdb_main, "[ show | add | delete | help ]" },
	{ 0 },
};

int bridge_main(struct args *args)
{
	static const struct object object = {
		.name = "bridge",
		.commands = commands,
		.help = "\nThe rest is done with ip(8) and bridge(8), see strata-bridge(8).\n",
	};

	return object_run(&object, args);
}
