// SPDX-License-Identifier: GPL-2.0
/*
 * strata mpls: labels, what they mean, and which links take them.
 */
#include <linux/strata_mpls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "show.h"

#define LABEL_MAX	((1U << 20) - 1)
#define LABEL_FIRST	16	/* those before have a meaning of their own */
#define PUSH_MAX	8

static const char right[] =
	"LABEL { local | [ as LABEL[/LABEL…] ] [ via { ADDRESS | link LLADDRESS } ] dev NAME }";

static struct nlmsghdr *mpls_begin(uint8_t command)
{
	static const struct nl_family mpls = {
		STRATA_MPLS_FAMILY_NAME, STRATA_MPLS_FAMILY_VERSION,
		"strata_mpls.ko",
	};

	return nl_begin_in(&mpls, command);
}

/* ------- labels ------- */

static size_t read_push(const struct nl_row *row, uint32_t push[PUSH_MAX])
{
	const struct nlattr *attr = row->attrs[STRATA_MPLS_A_LABEL_PUSH];
	size_t count = attr ? mnl_attr_get_payload_len(attr) / sizeof(*push) : 0;

	if (count > PUSH_MAX)
		count = PUSH_MAX;
	if (count)
		memcpy(push, mnl_attr_get_payload(attr), count * sizeof(*push));
	return count;
}

static void json_label(const struct nl_row *row, const char *via,
		       const char *lladdr)
{
	const char *device = nl_text(row, STRATA_MPLS_A_LABEL_IFNAME);
	uint32_t push[PUSH_MAX];
	size_t i, count = read_push(row, push);

	json_object(NULL);
	json_u64("label", nl_number(row, STRATA_MPLS_A_LABEL_LABEL));
	if (count) {
		json_array("as");
		for (i = 0; i < count; i++)
			json_u64(NULL, push[i]);
		json_array_end();
	}
	if (via)
		json_string("via", via);
	if (lladdr)
		json_string("lladdr", lladdr);
	if (*device)
		json_string("dev", device);
	else
		json_true("local");
	json_object_end();
}

static void print_label(const struct nl_row *row, const char *via,
			const char *lladdr)
{
	const char *device = nl_text(row, STRATA_MPLS_A_LABEL_IFNAME);
	uint32_t push[PUSH_MAX];
	size_t i, count = read_push(row, push);

	printf("%llu", nl_number(row, STRATA_MPLS_A_LABEL_LABEL));
	for (i = 0; i < count; i++)
		printf("%s%u", i ? "/" : " as ", push[i]);
	if (via)
		printf(" via %s", via);
	if (lladdr)
		printf(" via link %s", lladdr);
	if (*device)
		printf(" dev %s\n", device);
	else
		puts(" local");
}

static void show_label(const struct nl_row *row)
{
	char via_text[SHOW_TEXT], lladdr_text[SHOW_TEXT];
	const char *via = show_address(row, STRATA_MPLS_A_LABEL_VIA, via_text);
	const char *lladdr = show_lladdr(row, STRATA_MPLS_A_LABEL_LLADDR,
					 lladdr_text);

	if (options.json)
		json_label(row, via, lladdr);
	else
		print_label(row, via, lladdr);
}

static int show(struct args *args)
{
	if (args_end(args, "no argument") != STATUS_OK)
		return STATUS_USAGE;
	return show_dump(mpls_begin(STRATA_MPLS_CMD_LABEL_GET), show_label);
}

/* What a label is to mean. */
struct meaning {
	uint32_t label;
	uint32_t push[PUSH_MAX];
	size_t count;
	struct prefix via;
	struct lladdr lladdr;
	const char *device;
	bool local;
};

/* "100/200": the top first. */
static int parse_push(struct args *args, struct meaning *meaning)
{
	const char *word = args_next(args);
	char *end;

	if (!word)
		return args_error(args, "the label to push is missing");
	for (meaning->count = 0; meaning->count < PUSH_MAX; word = end + 1) {
		meaning->push[meaning->count++] = strtoul(word, &end, 10);
		if (end == word || (*end && *end != '/') ||
		    strtoul(word, NULL, 10) > LABEL_MAX)
			return args_error(args, "\"%s\" is no label from 0 to %u",
					  word, LABEL_MAX);
		if (!*end)
			return STATUS_OK;
	}
	return args_error(args, "at most %d labels are pushed", PUSH_MAX);
}

static int parse_via(struct args *args, struct meaning *meaning)
{
	if (args_take(args, "link"))
		return arg_lladdr(args, &meaning->lladdr);
	/* ip -f mpls route has the family there. */
	if (!args_take(args, "inet"))
		args_take(args, "inet6");
	return arg_address(args, "next hop", &meaning->via);
}

static int parse_label(struct args *args, uint32_t *label)
{
	return arg_u32(args, "label", LABEL_FIRST, LABEL_MAX, label);
}

static int parse_meaning(struct args *args, struct meaning *meaning)
{
	*meaning = (struct meaning) { 0 };
	if (parse_label(args, &meaning->label) != STATUS_OK)
		return STATUS_USAGE;
	while (args_peek(args)) {
		int status = STATUS_OK;

		if (args_take(args, "local"))
			meaning->local = true;
		else if (args_take(args, "as"))
			status = parse_push(args, meaning);
		else if (args_take(args, "via"))
			status = parse_via(args, meaning);
		else if (args_take(args, "dev"))
			status = arg_device(args, &meaning->device);
		else
			return args_unknown(args, right);
		if (status != STATUS_OK)
			return status;
	}
	if (meaning->local == !!meaning->device)
		return args_error(args, "it is for this host or leaves by a device, expected %s",
				  right);
	return STATUS_OK;
}

static int add_label(struct args *args, bool replaces)
{
	struct nlmsghdr *request;
	struct meaning meaning;

	if (parse_meaning(args, &meaning) != STATUS_OK)
		return STATUS_USAGE;
	request = mpls_begin(STRATA_MPLS_CMD_LABEL_ADD);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_u32(request, STRATA_MPLS_A_LABEL_LABEL, meaning.label);
	if (meaning.count)
		mnl_attr_put(request, STRATA_MPLS_A_LABEL_PUSH,
			     meaning.count * sizeof(*meaning.push), meaning.push);
	if (meaning.via.family)
		nl_put_prefix(request, STRATA_MPLS_A_LABEL_VIA, &meaning.via);
	if (meaning.lladdr.length)
		mnl_attr_put(request, STRATA_MPLS_A_LABEL_LLADDR,
			     meaning.lladdr.length, meaning.lladdr.bytes);
	if (meaning.device)
		mnl_attr_put_strz(request, STRATA_MPLS_A_LABEL_IFNAME,
				  meaning.device);
	if (replaces)
		mnl_attr_put(request, STRATA_MPLS_A_LABEL_REPLACE, 0, NULL);
	return nl_change(request);
}

static int add(struct args *args)
{
	return add_label(args, false);
}

static int replace(struct args *args)
{
	return add_label(args, true);
}

static int delete(struct args *args)
{
	struct nlmsghdr *request;
	uint32_t label;

	if (parse_label(args, &label) != STATUS_OK ||
	    args_end(args, "one label") != STATUS_OK)
		return STATUS_USAGE;
	request = mpls_begin(STRATA_MPLS_CMD_LABEL_DEL);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_u32(request, STRATA_MPLS_A_LABEL_LABEL, label);
	return nl_change(request);
}

static int flush(struct args *args)
{
	struct nl_rows rows = { 0 };
	struct nlmsghdr *request;
	size_t position = 0;
	const char *device;
	struct nl_row row;
	int status;

	if (arg_only_device(args, "one device", &device) != STATUS_OK)
		return STATUS_USAGE;
	request = mpls_begin(STRATA_MPLS_CMD_LABEL_FLUSH);
	if (!request)
		return STATUS_KERNEL;
	if (device)
		mnl_attr_put_strz(request, STRATA_MPLS_A_LABEL_IFNAME, device);
	status = nl_ask(request, &rows);
	if (status == STATUS_OK && options.statistics &&
	    nl_next(&rows, &position, &row))
		printf("%u labels removed\n",
		       (unsigned int)nl_number(&row, STRATA_MPLS_A_LABEL_FLUSHED));
	nl_rows_free(&rows);
	return status;
}

/* ------- links ------- */

static void show_link(const struct nl_row *row)
{
	const char *device = nl_text(row, STRATA_MPLS_A_LINK_IFNAME);
	const char *input = nl_number(row, STRATA_MPLS_A_LINK_INPUT) ? "on" :
								       "off";

	if (!options.json) {
		printf("%s input %s\n", device, input);
		return;
	}
	json_object(NULL);
	json_string("dev", device);
	json_string("input", input);
	json_object_end();
}

static int link_show(struct args *args)
{
	if (args_end(args, "no argument") != STATUS_OK)
		return STATUS_USAGE;
	return show_dump(mpls_begin(STRATA_MPLS_CMD_LINK_GET), show_link);
}

static int link_set(struct args *args)
{
	struct nlmsghdr *request;
	const char *device;
	bool on;

	args_take(args, "dev");
	if (arg_device(args, &device) != STATUS_OK)
		return STATUS_USAGE;
	if (!args_take(args, "input"))
		return args_error(args, "nothing to set, expected input { on | off }");
	on = args_take(args, "on");
	if (!on && !args_take(args, "off"))
		return args_error(args, "input is on or off");
	if (args_end(args, "input { on | off }") != STATUS_OK)
		return STATUS_USAGE;
	request = mpls_begin(STRATA_MPLS_CMD_LINK_SET);
	if (!request)
		return STATUS_KERNEL;
	mnl_attr_put_strz(request, STRATA_MPLS_A_LINK_IFNAME, device);
	mnl_attr_put_u8(request, STRATA_MPLS_A_LINK_INPUT, on);
	return nl_change(request);
}

static int links(struct args *args)
{
	static const struct command commands[] = {
		{ "show", "list", link_show, "" },
		{ "set", NULL, link_set, "[ dev ] NAME input { on | off }" },
		{ 0 },
	};
	static const struct object object = {
		.name = "mpls link",
		.commands = commands,
		.help = "\nNo device takes labelled packets before it is told to.\n",
	};

	return object_run(&object, args);
}

static const struct command commands[] = {
	{ "show", "list", show, "" },
	{ "add", NULL, add, right },
	{ "replace", "change", replace, right },
	{ "delete", NULL, delete, "LABEL" },
	{ "flush", NULL, flush, "[ [ dev ] NAME ]" },
	{ "link", NULL, links, "[ show | set [ dev ] NAME input { on | off } ]" },
	{ 0 },
};

int mpls_main(struct args *args)
{
	static const struct object object = {
		.name = "mpls",
		.commands = commands,
		.help = "\nas pushes labels in the place of the one that came, the first on top;\n"
			"without it the label is taken off. local: what has no label left is for\n"
			"this host's IP. Packets come from the devices of strata mpls link only.\n",
	};

	return object_run(&object, args);
}
