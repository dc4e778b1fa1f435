// SPDX-License-Identifier: GPL-2.0
/*
 * Printing, the same in every object.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "json.h"
#include "show.h"

bool show_family(int family)
{
	return !options.family || options.family == family;
}

const char *show_prefix(const struct prefix *prefix, char text[SHOW_TEXT])
{
	size_t used;

	if (!inet_ntop(prefix->family, prefix->bytes, text, SHOW_TEXT))
		return "?";
	used = strlen(text);
	if (prefix->length >= 0)
		snprintf(text + used, SHOW_TEXT - used, "/%d", prefix->length);
	return text;
}

const char *show_address(const struct nl_row *row, unsigned int type,
			 char text[SHOW_TEXT])
{
	struct prefix address;

	return nl_address(row, type, &address) ? show_prefix(&address, text) :
						 NULL;
}

const char *show_lladdr(const struct nl_row *row, unsigned int type,
			char text[SHOW_TEXT])
{
	const struct nlattr *attr = row->attrs[type];
	const uint8_t *bytes;
	size_t i, used = 0;

	if (!attr)
		return NULL;
	bytes = mnl_attr_get_payload(attr);
	*text = '\0';
	for (i = 0; i < mnl_attr_get_payload_len(attr) && i < LLADDR_MAX; i++)
		used += snprintf(text + used, SHOW_TEXT - used, "%s%02x",
				 i ? ":" : "", bytes[i]);
	return text;
}

const char *show_name(const char *const *names, size_t count, uint64_t number)
{
	return number < count && names[number] ? names[number] : "?";
}

void show_rows(struct nl_rows *rows, void (*show)(const struct nl_row *row))
{
	size_t position = 0;
	struct nl_row row;

	if (options.json)
		json_array(NULL);
	while (nl_next(rows, &position, &row))
		show(&row);
	if (options.json)
		json_array_end();
	nl_rows_free(rows);
}

int show_dump(struct nlmsghdr *request, void (*show)(const struct nl_row *row))
{
	struct nl_rows rows = { 0 };
	int status = request ? nl_dump(request, &rows) : STATUS_KERNEL;

	if (status == STATUS_OK)
		show_rows(&rows, show);
	return status;
}

const char *show_table(uint32_t table, char text[SHOW_TEXT])
{
	switch (table) {
	case TABLE_DEFAULT:
		return "default";
	case TABLE_MAIN:
		return "main";
	case TABLE_LOCAL:
		return "local";
	}
	snprintf(text, SHOW_TEXT, "%u", table);
	return text;
}
