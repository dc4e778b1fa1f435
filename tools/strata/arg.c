// SPDX-License-Identifier: GPL-2.0
/*
 * Arguments: the words that are left, and what they mean.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arg.h"

#define ADDRESS_TEXT	128	/* more than any address or prefix needs */

int usage_error(const char *format, ...)
{
	va_list list;

	fputs("strata: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return STATUS_USAGE;
}

int args_error(const struct args *args, const char *format, ...)
{
	va_list list;

	fprintf(stderr, "strata: %s %s: ", args->object, args->command);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return STATUS_USAGE;
}

const char *args_peek(const struct args *args)
{
	return args->next < args->count ? args->words[args->next] : NULL;
}

const char *args_next(struct args *args)
{
	const char *word = args_peek(args);

	if (word)
		args->next++;
	return word;
}

bool args_take(struct args *args, const char *keyword)
{
	const char *word = args_peek(args);

	if (!word || strcmp(word, keyword) != 0)
		return false;
	args->next++;
	return true;
}

int args_unknown(const struct args *args, const char *right)
{
	return args_error(args, "\"%s\" makes no sense here, expected %s",
				  args_peek(args), right);
}

int args_end(const struct args *args, const char *right)
{
	return args_peek(args) ? args_unknown(args, right) : STATUS_OK;
}

int args_split(char *line, char **words, int most)
{
	char *out = line;
	int count = 0;

	while (count < most) {
		char quote = 0;

		line += strspn(line, " \t\n");
		if (!*line || *line == '#')
			return count;
		for (words[count++] = out; *line; line++) {
			if (!quote && strchr(" \t\n", *line))
				break;
			if (quote && *line == quote)
				quote = 0;
			else if (!quote && strchr("'\"", *line))
				quote = *line;
			else
				*out++ = *line;
		}
		if (*line)
			line++;
		*out++ = '\0';
	}
	return -1;
}

bool output_option(const char *word)
{
	static const struct {
		const char *name;
		bool *option;
	} known[] = {
		{ "-j", &options.json }, { "-json", &options.json },
		{ "--json", &options.json },
		{ "-p", &options.pretty }, { "-pretty", &options.pretty },
		{ "--pretty", &options.pretty },
		{ "-s", &options.statistics },
		{ "-statistics", &options.statistics },
		{ "--statistics", &options.statistics },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(word, known[i].name) == 0) {
			*known[i].option = true;
			return true;
		}
	}
	return false;
}

void args_output_options(struct args *args)
{
	const char *word;

	while ((word = args_peek(args)) && output_option(word))
		args->next++;
}

static int word_missing(const struct args *args, const char *what)
{
	return args_error(args, "%s is missing", what);
}

int arg_device(struct args *args, const char **name)
{
	const char *word = args_next(args);

	if (!word)
		return word_missing(args, "the device's name");
	if (!*word || strlen(word) >= IFNAMSIZ)
		return args_error(args, "\"%s\" is no device name, it has 1 to %d characters",
				  word, IFNAMSIZ - 1);
	*name = word;
	return STATUS_OK;
}

int arg_only_device(struct args *args, const char *what, const char **name)
{
	*name = NULL;
	if (!args_peek(args))
		return STATUS_OK;
	args_take(args, "dev");
	if (arg_device(args, name) != STATUS_OK)
		return STATUS_USAGE;
	return args_end(args, what);
}

int arg_u32(struct args *args, const char *what, uint32_t min, uint32_t max,
	    uint32_t *value)
{
	const char *word = args_next(args);
	unsigned long long number;
	char *end;

	if (!word)
		return word_missing(args, what);
	errno = 0;
	number = strtoull(word, &end, 0);
	if (!isdigit((unsigned char)*word) || *end || errno || number < min ||
	    number > max)
		return args_error(args, "%s \"%s\" is not a number from %u to %u",
				  what, word, min, max);
	*value = number;
	return STATUS_OK;
}

static bool parse_address(const char *text, struct prefix *address)
{
	address->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(address->family, text, address->bytes) == 1;
}

/* "10" and "192.168" begin a prefix whose other bytes are 0. */
static bool parse_short4(const char *text, struct prefix *prefix)
{
	char full[ADDRESS_TEXT];
	size_t dots = 0, used;
	const char *dot = text;

	while ((dot = strchr(dot, '.'))) {
		dots++;
		dot++;
	}
	used = snprintf(full, sizeof(full), "%s", text);
	for (; dots < 3 && used < sizeof(full); dots++)
		used += snprintf(full + used, sizeof(full) - used, ".0");
	return used < sizeof(full) && parse_address(full, prefix);
}

static int not_address(const struct args *args, const char *what,
		       const char *word, const char *right)
{
	return args_error(args, "%s \"%s\" is not an IP address%s",
				  what, word, right);
}

int arg_address(struct args *args, const char *what, struct prefix *address)
{
	const char *word = args_next(args);

	if (!word)
		return word_missing(args, what);
	address->length = -1;
	if (strchr(word, '/'))
		return not_address(args, what, word,
				   ": give one without a prefix length");
	if (!parse_address(word, address))
		return not_address(args, what, word,
				   ": give one like 10.0.0.1 or fd00::1");
	return STATUS_OK;
}

static int parse_length(const struct args *args, const char *text,
			struct prefix *prefix)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno ||
	    number > (unsigned long)prefix_full(prefix))
		return args_error(args, "prefix length \"%s\" is not a number from 0 to %d",
				  text, prefix_full(prefix));
	prefix->length = number;
	return STATUS_OK;
}

int arg_prefix(struct args *args, const char *what, struct prefix *prefix)
{
	const char *word = args_next(args);
	char text[ADDRESS_TEXT];
	char *slash;

	if (!word)
		return word_missing(args, what);
	memset(prefix, 0, sizeof(*prefix));
	prefix->length = -1;
	if (strlen(word) >= sizeof(text))
		return not_address(args, what, word, "");
	strcpy(text, word);
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (!parse_address(text, prefix) &&
	    !(slash && parse_short4(text, prefix)))
		return not_address(args, what, word,
				   ": give one like 10.0.0.1/24 or fd00::1/64");
	return slash ? parse_length(args, slash + 1, prefix) : STATUS_OK;
}

/* One byte of "02:00:5e:…", two hexadecimal digits or one. */
static const char *parse_hex_byte(const char *text, uint8_t *byte)
{
	unsigned int value = 0;
	int digits = 0;

	while (digits < 2 && isxdigit((unsigned char)*text)) {
		char digit[2] = { *text++ };

		value = value << 4 | strtoul(digit, NULL, 16);
		digits++;
	}
	*byte = value;
	return digits ? text : NULL;
}

static bool parse_lladdr(const char *text, struct lladdr *lladdr)
{
	lladdr->length = 0;
	while (lladdr->length < sizeof(lladdr->bytes)) {
		text = parse_hex_byte(text, &lladdr->bytes[lladdr->length++]);
		if (!text)
			return false;
		if (!*text)
			return true;
		if (*text != ':' && *text != '-')
			return false;
		text++;
	}
	return false;
}

int arg_lladdr(struct args *args, struct lladdr *lladdr)
{
	const char *word = args_next(args);

	if (!word)
		return word_missing(args, "the link layer address");
	if (!parse_lladdr(word, lladdr))
		return args_error(args, "\"%s\" is no link layer address like 02:00:00:00:00:01",
				  word);
	return STATUS_OK;
}

int arg_route_table(struct args *args, uint32_t *table)
{
	if (args_take(args, "all"))
		*table = TABLE_ALL;
	else if (args_take(args, "main"))
		*table = TABLE_MAIN;
	else if (args_take(args, "default"))
		*table = TABLE_DEFAULT;
	else if (args_take(args, "local"))
		*table = TABLE_LOCAL;
	else
		return arg_u32(args, "table", 1, UINT32_MAX, table);
	return STATUS_OK;
}
