// SPDX-License-Identifier: GPL-2.0
/*
 * strata stat: counters by layer, and the reasons of drops.
 */
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "json.h"
#include "netlink.h"

/**
 * struct stat_args - what to show
 * @layer: this one; NULL: all
 * @zeros: what never happened too
 */
struct stat_args {
	const char *layer;
	bool zeros;
};

static int parse(struct args *args, struct stat_args *wanted)
{
	const char *word;

	while ((word = args_peek(args))) {
		if (strcmp(word, "-a") == 0 || strcmp(word, "--all") == 0)
			wanted->zeros = true;
		else if (!output_option(word) && (*word == '-' || wanted->layer))
			return usage_error("stat: \"%s\" is neither -a nor the only layer",
					   word);
		else if (*word != '-')
			wanted->layer = word;
		args_next(args);
	}
	return STATUS_OK;
}

static void json_stat(const struct nl_row *row, const char *layer)
{
	json_object(NULL);
	json_string("layer", layer);
	json_string("name", nl_text(row, STRATA_A_STAT_NAME));
	json_u64("value", nl_number(row, STRATA_A_STAT_VALUE));
	json_string("meaning", nl_text(row, STRATA_A_STAT_MEANING));
	json_object_end();
}

static void print_stat(const struct nl_row *row)
{
	printf("  %-24s %14llu  %s\n", nl_text(row, STRATA_A_STAT_NAME),
	       nl_number(row, STRATA_A_STAT_VALUE),
	       nl_text(row, STRATA_A_STAT_MEANING));
}

/* False: there is no such layer. */
static bool show_stats(const struct nl_rows *rows,
		       const struct stat_args *wanted)
{
	bool found = !wanted->layer;
	const char *last = "";
	size_t position = 0;
	struct nl_row row;

	while (nl_next(rows, &position, &row)) {
		const char *layer = nl_text(&row, STRATA_A_STAT_LAYER);

		if (wanted->layer && strcmp(layer, wanted->layer) != 0)
			continue;
		found = true;
		if (!wanted->zeros && !nl_number(&row, STRATA_A_STAT_VALUE))
			continue;
		if (options.json) {
			json_stat(&row, layer);
			continue;
		}
		if (strcmp(layer, last) != 0)
			puts(layer);
		last = layer;
		print_stat(&row);
	}
	return found;
}

static int unknown_layer(const struct nl_rows *rows, const char *layer)
{
	char layers[256] = "";
	const char *last = "";
	size_t position = 0, used = 0;
	struct nl_row row;

	while (nl_next(rows, &position, &row)) {
		const char *name = nl_text(&row, STRATA_A_STAT_LAYER);

		if (strcmp(name, last) != 0 && used < sizeof(layers))
			used += snprintf(layers + used, sizeof(layers) - used,
					 " %s", name);
		last = name;
	}
	return usage_error("stat: no layer \"%s\", expected one of%s", layer,
			   layers);
}

static int show(struct args *args)
{
	struct stat_args wanted = { 0 };
	struct nl_rows rows = { 0 };
	struct nlmsghdr *request;
	bool found;
	int status;

	if (parse(args, &wanted) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_STAT_GET);
	if (!request)
		return STATUS_KERNEL;
	status = nl_dump(request, &rows);
	if (status != STATUS_OK)
		return status;
	if (options.json)
		json_array(NULL);
	found = show_stats(&rows, &wanted);
	if (options.json)
		json_array_end();
	if (!found)
		status = unknown_layer(&rows, wanted.layer);
	nl_rows_free(&rows);
	return status;
}

static int help(void)
{
	puts("Usage: strata stat [ -a ] [ LAYER ]\n\n"
	     "Counters by layer (link, neigh, arp, ipv4, icmp, udp, tcp, socket) and the\n"
	     "reasons of drops (drop). Without -a, those that are not 0.");
	return STATUS_OK;
}

int stat_main(struct args *args)
{
	const char *word;

	args_output_options(args);
	word = args_peek(args);
	if (word && is_help(word))
		return help();
	/* As with the other objects; there is nothing else to do. */
	if (word && strcmp(word, "show") == 0)
		args_next(args);
	return show(args);
}
