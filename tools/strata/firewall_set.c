// SPDX-License-Identifier: GPL-2.0
/*
 * strata firewall set: named sets of prefixes and ports.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "firewall.h"
#include "json.h"
#include "show.h"

#define NAME_MAX_BYTES	31
#define LINE_WORDS	4096	/* elements on one line of a file */

static const char *const types[] = {
	[STRATA_SET_TYPE_PREFIX] = "prefix",
	[STRATA_SET_TYPE_PORT] = "port",
	[STRATA_SET_TYPE_PREFIX_PORT] = "prefix_port",
};

/* ------- elements ------- */

/* "22" or "6000-6063" */
bool parse_ports(const char *word, uint16_t *first, uint16_t *last)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (end == word || number > UINT16_MAX || *word == '-')
		return false;
	*first = number;
	*last = number;
	if (!*end)
		return true;
	word = end + 1;
	number = strtoul(word, &end, 10);
	*last = number;
	return word[-1] == '-' && end != word && *word != '-' && !*end &&
	       number <= UINT16_MAX && number >= *first;
}

static void put_prefix(struct nlmsghdr *request, const struct prefix *prefix)
{
	uint8_t length = prefix->length < 0 ? prefix_full(prefix) :
					      prefix->length;

	nl_put(request, STRATA_A_ELEMENT_ADDRESS, prefix->bytes,
	       prefix_bytes(prefix));
	nl_put(request, STRATA_A_ELEMENT_PREFIX_LEN, &length, sizeof(length));
}

/* "10.0.0.0/8", "fd00::/8", "22", "6000-6063" or "10.0.0.0/8,22" */
static int put_element(struct args *args, struct nlmsghdr *request)
{
	char *word = args->words[args->next], *comma = strchr(word, ',');
	bool address = strpbrk(word, ".:/");
	uint16_t first = 0, last = 0;
	struct prefix prefix;
	struct nlattr *nest;

	if (comma)
		*comma = '\0';
	if ((comma || !address) &&
	    !parse_ports(comma ? comma + 1 : word, &first, &last))
		return args_error(args, "\"%s\" is no port, prefix or PREFIX,PORT",
				  word);
	if (address && arg_prefix(args, "the prefix", &prefix) != STATUS_OK)
		return STATUS_USAGE;
	if (!address)
		args_next(args);
	nest = nl_nest(request, STRATA_A_SET_ELEMENT);
	if (address)
		put_prefix(request, &prefix);
	if (comma || !address)
		nl_put(request, STRATA_A_ELEMENT_PORT, &first, sizeof(first));
	if (last > first)
		nl_put(request, STRATA_A_ELEMENT_PORT_LAST, &last,
		       sizeof(last));
	if (nl_nest_end(request, nest))
		return STATUS_OK;
	return args_error(args, "too much for one request");
}

static int put_elements(struct args *args, struct nlmsghdr *request)
{
	while (args_peek(args))
		if (put_element(args, request) != STATUS_OK)
			return STATUS_USAGE;
	return STATUS_OK;
}

static int put_file(const struct args *args, FILE *file,
		    struct nlmsghdr *request)
{
	static char *words[LINE_WORDS];
	int status = STATUS_OK;
	size_t capacity = 0;
	char *line = NULL;

	while (status == STATUS_OK && getline(&line, &capacity, file) >= 0) {
		struct args one = *args;

		one.words = words;
		one.next = 0;
		one.count = args_split(line, words, LINE_WORDS);
		if (one.count < 0)
			status = args_error(args, "a line has too many elements");
		else
			status = put_elements(&one, request);
	}
	if (status == STATUS_OK && ferror(file))
		status = args_error(args, "cannot read: %s", strerror(errno));
	free(line);
	return status;
}

/* ------- names ------- */

static int put_name(struct args *args, struct nlmsghdr *request)
{
	const char *name = args_next(args);

	if (!name)
		return args_error(args, "the set's name is missing");
	if (!*name || strlen(name) > NAME_MAX_BYTES || *name == '@' ||
	    strpbrk(name, " \t\n'\"#"))
		return args_error(args, "\"%s\" is no name of a set: 1 to %d bytes, no blanks",
				  name, NAME_MAX_BYTES);
	nl_put(request, STRATA_A_SET_NAME, name, strlen(name) + 1);
	return STATUS_OK;
}

/* ------- the commands ------- */

static int create(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_SET_ADD);
	const char *word;
	uint8_t type;

	if (!request)
		return STATUS_KERNEL;
	if (put_name(args, request) != STATUS_OK)
		return STATUS_USAGE;
	args_take(args, "type");
	word = args_next(args);
	for (type = 0; word && type < ARRAY_SIZE(types); type++)
		if (strcmp(word, types[type]) == 0)
			break;
	if (!word || type == ARRAY_SIZE(types))
		return args_error(args, "the type is missing: prefix, port or prefix_port");
	if (args_end(args, "a name and a type") != STATUS_OK)
		return STATUS_USAGE;
	nl_put(request, STRATA_A_SET_TYPE, &type, sizeof(type));
	return nl_change(request);
}

static int destroy(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_SET_DEL);

	if (!request)
		return STATUS_KERNEL;
	if (put_name(args, request) != STATUS_OK ||
	    args_end(args, "one name") != STATUS_OK)
		return STATUS_USAGE;
	return nl_change(request);
}

static int change(struct args *args, uint8_t command)
{
	struct nlmsghdr *request = nl_begin(command);

	if (!request)
		return STATUS_KERNEL;
	if (put_name(args, request) != STATUS_OK)
		return STATUS_USAGE;
	if (!args_peek(args))
		return args_error(args, "no element is given");
	if (put_elements(args, request) != STATUS_OK)
		return STATUS_USAGE;
	return nl_change(request);
}

static int add(struct args *args)
{
	return change(args, STRATA_CMD_ELEMENT_ADD);
}

static int delete(struct args *args)
{
	return change(args, STRATA_CMD_ELEMENT_DEL);
}

static int replace(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_ELEMENT_ADD);
	const char *name;
	FILE *file;
	int status;

	if (!request)
		return STATUS_KERNEL;
	if (put_name(args, request) != STATUS_OK)
		return STATUS_USAGE;
	name = args_next(args);
	if (!name)
		return args_error(args, "the file is missing, - is the standard input");
	if (args_end(args, "a name and a file") != STATUS_OK)
		return STATUS_USAGE;
	file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	if (!file)
		return args_error(args, "cannot read %s: %s", name,
				  strerror(errno));
	nl_put(request, STRATA_A_SET_REPLACE, NULL, 0);
	status = put_file(args, file, request);
	if (file != stdin)
		fclose(file);
	return status == STATUS_OK ? nl_change(request) : status;
}

static int flush(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_ELEMENT_ADD);

	if (!request)
		return STATUS_KERNEL;
	if (put_name(args, request) != STATUS_OK ||
	    args_end(args, "one name") != STATUS_OK)
		return STATUS_USAGE;
	nl_put(request, STRATA_A_SET_REPLACE, NULL, 0);
	return nl_change(request);
}

static void show_set(const struct nl_row *row)
{
	const char *type = show_name(types, ARRAY_SIZE(types),
				     nl_number(row, STRATA_A_SET_TYPE));

	if (!options.json) {
		printf("%s type %s elements %llu rules %llu\n",
		       nl_text(row, STRATA_A_SET_NAME), type,
		       nl_number(row, STRATA_A_SET_COUNT),
		       nl_number(row, STRATA_A_SET_RULES));
		return;
	}
	json_object(NULL);
	json_string("name", nl_text(row, STRATA_A_SET_NAME));
	json_string("type", type);
	json_u64("elements", nl_number(row, STRATA_A_SET_COUNT));
	json_u64("rules", nl_number(row, STRATA_A_SET_RULES));
	json_object_end();
}

/* As put_element() reads it. */
static void show_element(const struct nl_row *row)
{
	char text[2 * SHOW_TEXT] = "", address[SHOW_TEXT];
	struct nl_row element;
	struct prefix prefix;
	size_t used = 0;

	if (!nl_row_nested(row, STRATA_A_SET_ELEMENT, &element))
		return;
	if (nl_address(&element, STRATA_A_ELEMENT_ADDRESS, &prefix)) {
		prefix.length = nl_number(&element,
					  STRATA_A_ELEMENT_PREFIX_LEN);
		used = snprintf(text, sizeof(text), "%s",
				show_prefix(&prefix, address));
	}
	if (element.attrs[STRATA_A_ELEMENT_PORT])
		used += snprintf(text + used, sizeof(text) - used, "%s%llu",
				 used ? "," : "",
				 nl_number(&element, STRATA_A_ELEMENT_PORT));
	if (element.attrs[STRATA_A_ELEMENT_PORT_LAST])
		snprintf(text + used, sizeof(text) - used, "-%llu",
			 nl_number(&element, STRATA_A_ELEMENT_PORT_LAST));
	if (options.json)
		json_string(NULL, text);
	else
		puts(text);
}

/* Without a name the sets, with one its elements. */
static int show(struct args *args)
{
	bool all = !args_peek(args);
	struct nlmsghdr *request = nl_begin(all ? STRATA_CMD_SET_GET :
						  STRATA_CMD_ELEMENT_GET);

	if (!request)
		return STATUS_KERNEL;
	if ((!all && put_name(args, request) != STATUS_OK) ||
	    args_end(args, "one name") != STATUS_OK)
		return STATUS_USAGE;
	return show_dump(request, all ? show_set : show_element);
}

static const struct command commands[] = {
	{ "show", "list", show, "[ NAME ]" },
	{ "create", NULL, create, "NAME type { prefix | port | prefix_port }" },
	{ "destroy", NULL, destroy, "NAME" },
	{ "add", NULL, add, "NAME ELEMENT…" },
	{ "delete", NULL, delete, "NAME ELEMENT…" },
	{ "flush", NULL, flush, "NAME" },
	{ "replace", NULL, replace, "NAME FILE" },
	{ 0 },
};

int firewall_set(struct args *args)
{
	static const struct object object = {
		.name = "firewall set",
		.commands = commands,
		.help = "\nELEMENT: 10.0.0.0/8, fd00::/8, 22, 6000-6063 or 10.0.0.0/8,22\n"
			"replace takes the elements from FILE, any number on a line, all at once.\n",
	};

	return object_run(&object, args);
}
