// SPDX-License-Identifier: GPL-2.0
/*
 * strata neighbour: link layer addresses of other stations.
 */
#include <stdio.h>
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "show.h"

static const char *const states[] = {
	[STRATA_NEIGH_STATE_NONE] = "NONE",
	[STRATA_NEIGH_STATE_INCOMPLETE] = "INCOMPLETE",
	[STRATA_NEIGH_STATE_REACHABLE] = "REACHABLE",
	[STRATA_NEIGH_STATE_STALE] = "STALE",
	[STRATA_NEIGH_STATE_DELAY] = "DELAY",
	[STRATA_NEIGH_STATE_PROBE] = "PROBE",
	[STRATA_NEIGH_STATE_FAILED] = "FAILED",
	[STRATA_NEIGH_STATE_PERMANENT] = "PERMANENT",
};

static void json_neighbour(const struct nl_row *row, const char *address,
			   const char *lladdr, const char *state)
{
	json_object(NULL);
	json_string("dst", address);
	json_string("dev", nl_text(row, STRATA_A_NEIGH_IFNAME));
	if (lladdr)
		json_string("lladdr", lladdr);
	json_array("state");
	json_string(NULL, state);
	json_array_end();
	json_u64("used_ms", nl_number(row, STRATA_A_NEIGH_USED_MS));
	json_u64("confirmed_ms", nl_number(row, STRATA_A_NEIGH_CONFIRMED_MS));
	json_u64("queued", nl_number(row, STRATA_A_NEIGH_QUEUED));
	json_object_end();
}

static void print_neighbour(const struct nl_row *row, const char *address,
			    const char *lladdr, const char *state)
{
	printf("%s dev %s", address, nl_text(row, STRATA_A_NEIGH_IFNAME));
	if (lladdr)
		printf(" lladdr %s", lladdr);
	if (options.statistics)
		printf(" used %.3fs confirmed %.3fs queued %u",
		       nl_number(row, STRATA_A_NEIGH_USED_MS) / 1e3,
		       nl_number(row, STRATA_A_NEIGH_CONFIRMED_MS) / 1e3,
		       (unsigned int)nl_number(row, STRATA_A_NEIGH_QUEUED));
	printf(" %s\n", state);
}

static void show_neighbour(const struct nl_row *row)
{
	char address_text[SHOW_TEXT], lladdr_text[SHOW_TEXT];
	const char *lladdr = show_lladdr(row, STRATA_A_NEIGH_LLADDR,
					 lladdr_text);
	const char *state = show_name(states, ARRAY_SIZE(states),
				      nl_number(row, STRATA_A_NEIGH_STATE));
	struct prefix address;

	if (!nl_address(row, STRATA_A_NEIGH_ADDRESS, &address) ||
	    !show_family(address.family))
		return;
	show_prefix(&address, address_text);
	if (options.json)
		json_neighbour(row, address_text, lladdr, state);
	else
		print_neighbour(row, address_text, lladdr, state);
}

/* Asks by @exchange about the neighbours of the device that @args name, or all. */
static int ask(struct args *args, uint8_t command,
	       int (*exchange)(struct nlmsghdr *request, struct nl_rows *rows),
	       struct nl_rows *rows)
{
	struct nlmsghdr *request;
	const char *device;

	if (arg_only_device(args, "one device", &device) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(command);
	if (!request)
		return STATUS_KERNEL;
	if (device)
		mnl_attr_put_strz(request, STRATA_A_NEIGH_IFNAME, device);
	return exchange(request, rows);
}

static int show(struct args *args)
{
	struct nl_rows rows = { 0 };
	int status = ask(args, STRATA_CMD_NEIGH_GET, nl_dump, &rows);

	if (status != STATUS_OK)
		return status;
	show_rows(&rows, show_neighbour);
	return STATUS_OK;
}

/* What add, replace and delete are told. */
struct change {
	struct prefix address;
	struct lladdr lladdr;
	const char *device;
	bool have_address;
};

static int parse_change(struct args *args, struct change *change,
			const char *right)
{
	*change = (struct change) { 0 };
	while (args_peek(args)) {
		int status;

		if (args_take(args, "dev")) {
			status = arg_device(args, &change->device);
		} else if (args_take(args, "lladdr")) {
			status = arg_lladdr(args, &change->lladdr);
		} else if (!change->have_address) {
			args_take(args, "to");
			status = arg_address(args, "address", &change->address);
			change->have_address = true;
		} else {
			return args_unknown(args, right);
		}
		if (status != STATUS_OK)
			return status;
	}
	if (!change->have_address || !change->device)
		return args_error(args, "%s is missing, expected %s",
				  change->have_address ? "the device" :
							 "the address",
				  right);
	return STATUS_OK;
}

static struct nlmsghdr *put_change(uint8_t command, const struct change *change)
{
	struct nlmsghdr *request = nl_begin(command);

	if (!request)
		return NULL;
	nl_put_prefix(request, STRATA_A_NEIGH_ADDRESS, &change->address);
	mnl_attr_put_strz(request, STRATA_A_NEIGH_IFNAME, change->device);
	if (change->lladdr.length)
		mnl_attr_put(request, STRATA_A_NEIGH_LLADDR,
			     change->lladdr.length, change->lladdr.bytes);
	return request;
}

static int add_neighbour(struct args *args, bool replaces)
{
	static const char right[] = "ADDRESS lladdr LLADDRESS dev NAME";
	struct nlmsghdr *request;
	struct change change;

	if (parse_change(args, &change, right) != STATUS_OK)
		return STATUS_USAGE;
	if (!change.lladdr.length)
		return args_error(args, "the link layer address is missing, expected %s",
				  right);
	request = put_change(STRATA_CMD_NEIGH_ADD, &change);
	if (!request)
		return STATUS_KERNEL;
	if (replaces)
		mnl_attr_put(request, STRATA_A_NEIGH_REPLACE, 0, NULL);
	return nl_change(request);
}

static int add(struct args *args)
{
	return add_neighbour(args, false);
}

static int replace(struct args *args)
{
	return add_neighbour(args, true);
}

static int delete(struct args *args)
{
	static const char right[] = "ADDRESS dev NAME";
	struct nlmsghdr *request;
	struct change change;

	if (parse_change(args, &change, right) != STATUS_OK)
		return STATUS_USAGE;
	/* ip neigh delete takes it too, and it changes nothing. */
	change.lladdr.length = 0;
	request = put_change(STRATA_CMD_NEIGH_DEL, &change);
	return request ? nl_change(request) : STATUS_KERNEL;
}

static int flush(struct args *args)
{
	struct nl_rows rows = { 0 };
	size_t position = 0;
	struct nl_row row;
	int status = ask(args, STRATA_CMD_NEIGH_FLUSH, nl_ask, &rows);

	if (status == STATUS_OK && options.statistics &&
	    nl_next(&rows, &position, &row))
		printf("%u entries removed\n",
		       (unsigned int)nl_number(&row, STRATA_A_NEIGH_FLUSHED));
	nl_rows_free(&rows);
	return status;
}

static const struct command commands[] = {
	{ "show", "list", show, "[ [ dev ] NAME ]" },
	{ "add", NULL, add, "ADDRESS lladdr LLADDRESS dev NAME" },
	{ "delete", NULL, delete, "ADDRESS dev NAME" },
	{ "replace", "change", replace, "ADDRESS lladdr LLADDRESS dev NAME" },
	{ "flush", NULL, flush, "[ [ dev ] NAME ]" },
	{ 0 },
};

int neighbour_main(struct args *args)
{
	static const struct object object = {
		.name = "neigh",
		.commands = commands,
		.help = "\nflush leaves the permanent entries; with -s it says how many went.\n",
	};

	return object_run(&object, args);
}
