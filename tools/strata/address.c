// SPDX-License-Identifier: GPL-2.0
/*
 * strata address: the stack's own addresses.
 */
#include <stdio.h>
#include "address.h"
#include "command.h"
#include "json.h"
#include "link.h"
#include "netlink.h"
#include "show.h"

/* As ip address names them. */
static const struct {
	unsigned int flag;
	const char *name;
} flags[] = {
	{ STRATA_ADDR_FLAGS_TEMPORARY, "temporary" },
	{ STRATA_ADDR_FLAGS_TENTATIVE, "tentative" },
	{ STRATA_ADDR_FLAGS_DUPLICATE, "dadfailed" },
	{ STRATA_ADDR_FLAGS_DEPRECATED, "deprecated" },
	{ STRATA_ADDR_FLAGS_CONFLICT, "conflict" },
};

static void json_state(const struct nl_row *row)
{
	uint64_t set = nl_number(row, STRATA_A_ADDR_FLAGS);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			json_true(flags[i].name);
	if (!row->attrs[STRATA_A_ADDR_VALID_S])
		return;
	json_true("dynamic");
	json_u64("valid_life_time", nl_number(row, STRATA_A_ADDR_VALID_S));
	json_u64("preferred_life_time",
		 nl_number(row, STRATA_A_ADDR_PREFERRED_S));
}

static void print_lifetime(const char *name, uint32_t seconds)
{
	if (seconds == UINT32_MAX)
		printf(" %s forever", name);
	else
		printf(" %s %usec", name, seconds);
}

static void print_state(const struct nl_row *row)
{
	uint64_t set = nl_number(row, STRATA_A_ADDR_FLAGS);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			printf(" %s", flags[i].name);
	if (!row->attrs[STRATA_A_ADDR_VALID_S])
		return;
	printf(" dynamic");
	print_lifetime("valid_lft", nl_number(row, STRATA_A_ADDR_VALID_S));
	print_lifetime("preferred_lft",
		       nl_number(row, STRATA_A_ADDR_PREFERRED_S));
}

void address_json(const struct nl_row *row)
{
	const char *broadcast;
	struct prefix address;
	char text[SHOW_TEXT];

	if (!nl_address(row, STRATA_A_ADDR_ADDRESS, &address))
		return;
	json_string("family", address.family == AF_INET ? "inet" : "inet6");
	json_string("local", show_prefix(&address, text));
	json_u64("prefixlen", nl_number(row, STRATA_A_ADDR_PREFIX_LEN));
	broadcast = show_address(row, STRATA_A_ADDR_BROADCAST, text);
	if (broadcast)
		json_string("broadcast", broadcast);
	json_state(row);
}

void address_print(const struct nl_row *row)
{
	const char *broadcast;
	struct prefix address;
	char text[SHOW_TEXT];

	if (!nl_address(row, STRATA_A_ADDR_ADDRESS, &address))
		return;
	address.length = nl_number(row, STRATA_A_ADDR_PREFIX_LEN);
	printf("    %s %s", address.family == AF_INET ? "inet" : "inet6",
	       show_prefix(&address, text));
	broadcast = show_address(row, STRATA_A_ADDR_BROADCAST, text);
	if (broadcast)
		printf(" brd %s", broadcast);
	print_state(row);
	putchar('\n');
}

static void show_one(const struct nl_row *row)
{
	if (!options.json) {
		address_print(row);
		return;
	}
	json_object(NULL);
	address_json(row);
	json_object_end();
}

static void show_of_link(const struct nl_rows *addresses, uint64_t ifindex)
{
	struct prefix address;
	size_t position = 0;
	struct nl_row row;

	while (nl_next(addresses, &position, &row))
		if (nl_number(&row, STRATA_A_ADDR_IFINDEX) == ifindex &&
		    nl_address(&row, STRATA_A_ADDR_ADDRESS, &address) &&
		    show_family(address.family))
			show_one(&row);
}

static void show_link(const struct nl_row *link,
		      const struct nl_rows *addresses)
{
	uint64_t ifindex = nl_number(link, STRATA_A_LINK_IFINDEX);

	if (!options.json) {
		link_print(link);
		show_of_link(addresses, ifindex);
		return;
	}
	json_object(NULL);
	link_json(link);
	json_array("addr_info");
	show_of_link(addresses, ifindex);
	json_array_end();
	json_object_end();
}

static int address_rows(const char *device, struct nl_rows *rows)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_ADDR_GET);

	if (!request)
		return STATUS_KERNEL;
	if (device)
		mnl_attr_put_strz(request, STRATA_A_ADDR_IFNAME, device);
	return nl_dump(request, rows);
}

static int show(struct args *args)
{
	struct nl_rows links = { 0 }, addresses = { 0 };
	const char *device;
	size_t position = 0;
	struct nl_row link;
	int status;

	if (arg_only_device(args, "one device", &device) != STATUS_OK)
		return STATUS_USAGE;
	status = link_rows(device, &links);
	if (status == STATUS_OK)
		status = address_rows(device, &addresses);
	if (status == STATUS_OK) {
		if (options.json)
			json_array(NULL);
		while (nl_next(&links, &position, &link))
			show_link(&link, &addresses);
		if (options.json)
			json_array_end();
	}
	nl_rows_free(&links);
	nl_rows_free(&addresses);
	return status;
}

/* What add and delete are told. */
struct change {
	struct prefix address;
	const char *device;
	bool nodad;
};

static int parse_change(struct args *args, struct change *change)
{
	static const char right[] = "ADDRESS/LENGTH dev NAME";
	bool have_address = false;

	change->device = NULL;
	change->nodad = false;
	while (args_peek(args)) {
		int status;

		if (args_take(args, "dev")) {
			status = arg_device(args, &change->device);
		} else if (args_take(args, "nodad")) {
			change->nodad = true;
			status = STATUS_OK;
		} else if (!have_address) {
			args_take(args, "local");
			status = arg_prefix(args, "address", &change->address);
			have_address = true;
		} else {
			return args_unknown(args, right);
		}
		if (status != STATUS_OK)
			return status;
	}
	if (!have_address || !change->device)
		return args_error(args, "%s is missing, expected %s",
				  have_address ? "the device" : "the address",
				  right);
	return STATUS_OK;
}

static int change_address(struct args *args, uint8_t command)
{
	struct nlmsghdr *request;
	struct change change;
	int length;

	if (parse_change(args, &change) != STATUS_OK)
		return STATUS_USAGE;
	length = change.address.length;
	if (length < 0)
		length = prefix_full(&change.address);
	request = nl_begin(command);
	if (!request)
		return STATUS_KERNEL;
	nl_put_prefix(request, STRATA_A_ADDR_ADDRESS, &change.address);
	mnl_attr_put_u8(request, STRATA_A_ADDR_PREFIX_LEN, length);
	mnl_attr_put_strz(request, STRATA_A_ADDR_IFNAME, change.device);
	if (change.nodad && command == STRATA_CMD_ADDR_ADD)
		mnl_attr_put(request, STRATA_A_ADDR_NODAD, 0, NULL);
	return nl_change(request);
}

static int add(struct args *args)
{
	return change_address(args, STRATA_CMD_ADDR_ADD);
}

static int delete(struct args *args)
{
	return change_address(args, STRATA_CMD_ADDR_DEL);
}

static const struct command commands[] = {
	{ "show", "list", show, "[ [ dev ] NAME ]" },
	{ "add", NULL, add, "ADDRESS/LENGTH dev NAME [ nodad ]" },
	{ "delete", NULL, delete, "ADDRESS/LENGTH dev NAME" },
	{ 0 },
};

int address_main(struct args *args)
{
	static const struct object object = {
		.name = "addr",
		.commands = commands,
		.help = "",
	};

	return object_run(&object, args);
}
