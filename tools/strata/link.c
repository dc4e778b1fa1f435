// SPDX-License-Identifier: GPL-2.0
/*
 * strata link: devices attached to the stack.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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

static const char *const switch_names[] = { "off", "on" };

static const char *const rp_filter_names[] = {
	[STRATA_RP_FILTER_OFF] = "off",
	[STRATA_RP_FILTER_STRICT] = "strict",
	[STRATA_RP_FILTER_LOOSE] = "loose",
};

/* What a device does for a family: the words of `strata link set`. */
static const struct setting {
	const char *name;
	uint16_t type;
	const char *const *values;
	size_t count;
	const char *right;
} settings[] = {
	{ "forwarding", STRATA_A_LINK_CONF_FORWARDING,
	  switch_names, ARRAY_SIZE(switch_names), "on or off" },
	{ "rp_filter", STRATA_A_LINK_CONF_RP_FILTER,
	  rp_filter_names, ARRAY_SIZE(rp_filter_names),
	  "off, strict or loose" },
	{ "redirects", STRATA_A_LINK_CONF_REDIRECTS,
	  switch_names, ARRAY_SIZE(switch_names), "on or off" },
};

static const struct {
	const char *name;
	int family;
	uint16_t type;
} families[] = {
	{ "ipv4", AF_INET, STRATA_A_LINK_IPV4 },
	{ "ipv6", AF_INET6, STRATA_A_LINK_IPV6 },
};

static const char *setting_value(const struct setting *setting,
				 const struct nl_row *row)
{
	return show_name(setting->values, setting->count,
			 nl_number(row, setting->type));
}

static void json_settings(const struct nl_row *row)
{
	struct nl_row nested;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (!show_family(families[i].family) ||
		    !nl_row_nested(row, families[i].type, &nested))
			continue;
		json_object(families[i].name);
		for (j = 0; j < ARRAY_SIZE(settings); j++)
			json_string(settings[j].name,
				    setting_value(&settings[j], &nested));
		json_object_end();
	}
}

/* Hosts have nothing to say of it: a line for what is not so by itself. */
static void print_settings(const struct nl_row *row)
{
	struct nl_row nested;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (!show_family(families[i].family) ||
		    !nl_row_nested(row, families[i].type, &nested) ||
		    !(nl_number(&nested, STRATA_A_LINK_CONF_FORWARDING) ||
		      nl_number(&nested, STRATA_A_LINK_CONF_RP_FILTER)))
			continue;
		printf("    %s", families[i].name);
		for (j = 0; j < ARRAY_SIZE(settings); j++)
			printf(" %s %s", settings[j].name,
			       setting_value(&settings[j], &nested));
		putchar('\n');
	}
}

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
	json_settings(row);
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
	print_settings(row);
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

static void show_link(const struct nl_row *row)
{
	if (!options.json) {
		link_print(row);
		return;
	}
	json_object(NULL);
	link_json(row);
	json_object_end();
}

static int show(struct args *args)
{
	struct nl_rows rows = { 0 };
	const char *device;
	int status;

	if (arg_only_device(args, "one device", &device) != STATUS_OK)
		return STATUS_USAGE;
	status = link_rows(device, &rows);
	if (status != STATUS_OK)
		return status;
	show_rows(&rows, show_link);
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

/* Takes the value of @setting. */
static int arg_setting(struct args *args, const struct setting *setting,
		       uint8_t *value)
{
	const char *word = args_next(args);
	size_t i;

	for (i = 0; word && i < setting->count; i++) {
		if (strcmp(word, setting->values[i]) == 0) {
			*value = i;
			return STATUS_OK;
		}
	}
	return args_error(args, "%s is %s", setting->name, setting->right);
}

/* The settings that were named, one byte each; others stay absent. */
struct change {
	bool named[ARRAY_SIZE(settings)];
	uint8_t values[ARRAY_SIZE(settings)];
};

static int parse_settings(struct args *args, struct change *wanted)
{
	static const char right[] = "forwarding, rp_filter or redirects";
	size_t i;

	if (!args_peek(args))
		return args_error(args, "nothing to set, expected %s", right);
	while (args_peek(args)) {
		for (i = 0; i < ARRAY_SIZE(settings); i++)
			if (args_take(args, settings[i].name))
				break;
		if (i == ARRAY_SIZE(settings))
			return args_unknown(args, right);
		wanted->named[i] = true;
		if (arg_setting(args, &settings[i],
				&wanted->values[i]) != STATUS_OK)
			return STATUS_USAGE;
	}
	return STATUS_OK;
}

static void put_settings(struct nlmsghdr *request, uint16_t type,
			 const struct change *wanted)
{
	struct nlattr *nest = mnl_attr_nest_start(request, type);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (wanted->named[i])
			mnl_attr_put_u8(request, settings[i].type,
					wanted->values[i]);
	mnl_attr_nest_end(request, nest);
}

static int set(struct args *args)
{
	struct change wanted = { 0 };
	struct nlmsghdr *request;
	const char *device;
	size_t i;

	if (device_argument(args, &device) != STATUS_OK ||
	    parse_settings(args, &wanted) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_LINK_SET);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_strz(request, STRATA_A_LINK_IFNAME, device);
	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (show_family(families[i].family))
			put_settings(request, families[i].type, &wanted);
	return nl_change(request);
}

static const struct command commands[] = {
	{ "show", "list", show, "[ dev ] [ NAME ]" },
	{ "attach", NULL, attach, "[ dev ] NAME" },
	{ "detach", NULL, detach, "[ dev ] NAME" },
	{ "set", NULL, set, "[ dev ] NAME [ forwarding { on | off } ]\n"
	  "                [ rp_filter { off | strict | loose } ] [ redirects { on | off } ]" },
	{ 0 },
};

int link_main(struct args *args)
{
	static const struct object object = {
		.name = "link",
		.commands = commands,
		.help = "\nAn attached device receives and sends for Strata alone. Devices are\n"
			"made with ip(8): ip link add s0 type strata_nic peer name s1.\n"
			"What is set holds for both families, or with -4 or -6 for one.\n",
	};

	return object_run(&object, args);
}
