// SPDX-License-Identifier: GPL-2.0
/*
 * strata link: devices attached to the stack.
 */
#include <stdio.h>
#include "command.h"
#include "json.h"
#include "link.h"
#include "netlink.h"
#include "show.h"

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	/* The words that ip link uses for the same. */
	{ STRATA_LINK_FLAGS_LOOPBACK, "LOOPBACK" },
	{ STRATA_LINK_FLAGS_NOARP, "NOARP" },
	{ STRATA_LINK_FLAGS_UP, "UP" },
	{ STRATA_LINK_FLAGS_CARRIER, "LOWER_UP" },
};

static void json_flags(uint32_t flags)
{
	size_t i;

	json_array("flags");
	for (i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (flags & flag_names[i].flag)
			json_string(NULL, flag_names[i].name);
	json_array_end();
}

static void print_flags(uint32_t flags)
{
	const char *between = "";
	size_t i;

	putchar('<');
	for (i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!(flags & flag_names[i].flag))
			continue;
		printf("%s%s", between, flag_names[i].name);
		between = ",";
	}
	putchar('>');
}

void link_json(const struct nl_row *row)
{
	char text[SHOW_TEXT];
	const char *lladdr = show_lladdr(row, STRATA_A_LINK_ADDRESS, text);

	json_u64("ifindex", nl_number(row, STRATA_A_LINK_IFINDEX));
	json_string("ifname", nl_text(row, STRATA_A_LINK_IFNAME));
	json_flags(nl_number(row, STRATA_A_LINK_FLAGS));
	json_u64("mtu", nl_number(row, STRATA_A_LINK_MTU));
	if (lladdr)
		json_string("address", lladdr);
}

void link_print(const struct nl_row *row)
{
	char text[SHOW_TEXT];
	const char *lladdr = show_lladdr(row, STRATA_A_LINK_ADDRESS, text);

	printf("%u: %s: ", (unsigned int)nl_number(row, STRATA_A_LINK_IFINDEX),
	       nl_text(row, STRATA_A_LINK_IFNAME));
	print_flags(nl_number(row, STRATA_A_LINK_FLAGS));
	printf(" mtu %u\n", (unsigned int)nl_number(row, STRATA_A_LINK_MTU));
	if (lladdr)
		printf("    link/ether %s\n", lladdr);
}

/* The device, with the word "dev" before it or not. */
static int device_argument(struct args *args, const char **device)
{
	args_take(args, "dev");
	return arg_device(args, device);
}

int link_rows(const char *device, struct nl_rows *rows)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_LINK_GET);

	if (!request)
		return STATUS_KERNEL;
	if (!device)
		return nl_dump(request, rows);
	mnl_attr_put_strz(request, STRATA_A_LINK_IFNAME, device);
	return nl_ask(request, rows);
}

static int show(struct args *args)
{
	struct nl_rows rows = { 0 };
	const char *device = NULL;
	size_t position = 0;
	struct nl_row row;
	int status;

	if (args_peek(args) && device_argument(args, &device) != STATUS_OK)
		return STATUS_USAGE;
	if (args_end(args, "one device") != STATUS_OK)
		return STATUS_USAGE;
	status = link_rows(device, &rows);
	if (status != STATUS_OK)
		return status;
	if (options.json)
		json_array(NULL);
	while (nl_next(&rows, &position, &row)) {
		if (options.json) {
			json_object(NULL);
			link_json(&row);
			json_object_end();
		} else {
			link_print(&row);
		}
	}
	if (options.json)
		json_array_end();
	nl_rows_free(&rows);
	return STATUS_OK;
}

static int change(struct args *args, uint8_t command)
{
	struct nlmsghdr *request;
	const char *device;

	if (device_argument(args, &device) != STATUS_OK ||
	    args_end(args, "one device") != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(command);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_strz(request, STRATA_A_LINK_IFNAME, device);
	return nl_change(request);
}

static int attach(struct args *args)
{
	return change(args, STRATA_CMD_LINK_ATTACH);
}

static int detach(struct args *args)
{
	return change(args, STRATA_CMD_LINK_DETACH);
}

static const struct command commands[] = {
	{ "show", "list", show, "[ dev ] [ NAME ]" },
	{ "attach", NULL, attach, "[ dev ] NAME" },
	{ "detach", NULL, detach, "[ dev ] NAME" },
	{ 0 },
};

int link_main(struct args *args)
{
	static const struct object object = {
		.name = "link",
		.commands = commands,
		.help = "\nAn attached device receives and sends for Strata alone. Devices are\n"
			"made with ip(8): ip link add s0 type strata_nic peer name s1.\n",
	};

	return object_run(&object, args);
}
