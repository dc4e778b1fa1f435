// SPDX-License-Identifier: GPL-2.0
/*
 * A JSON writer: one document on stdout.
 */
#include <stdio.h>
#include <string.h>
#include "json.h"
#include "strata.h"

#define INDENT		4
#define REPLACEMENT	"\\ufffd"	/* stands for bytes that are no character */

/* How many arrays and objects are open, and has the innermost an element? */
static unsigned int depth;
static bool has_element;

static void new_line(void)
{
	if (options.pretty)
		printf("\n%*s", depth * INDENT, "");
}

/* The bytes of the UTF-8 character at @text (RFC 3629); 0: it is none. */
static size_t utf8_length(const unsigned char *text)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t min;
	} forms[] = {
		{ 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	size_t form, i;

	for (form = 0; form < ARRAY_SIZE(forms); form++) {
		uint32_t value = *text & ~forms[form].mask;

		if ((*text & forms[form].mask) != forms[form].lead)
			continue;
		for (i = 1; i <= form + 1; i++) {
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			value = value << 6 | (text[i] & 0x3f);
		}
		if (value < forms[form].min || value > 0x10ffff ||
		    (value >= 0xd800 && value <= 0xdfff))
			return 0;
		return form + 2;
	}
	return 0;
}

static void write_text(const char *string)
{
	const unsigned char *text = (const unsigned char *)string;
	size_t length;

	putchar('"');
	for (; *text; text += length) {
		length = 1;
		if (*text == '"' || *text == '\\') {
			printf("\\%c", *text);
		} else if (*text < 0x20 || *text == 0x7f) {
			printf("\\u%04x", *text);
		} else if (*text < 0x80) {
			putchar(*text);
		} else {
			length = utf8_length(text);
			if (length)
				fwrite(text, 1, length, stdout);
			else
				fputs(REPLACEMENT, stdout);
			length = length ?: 1;
		}
	}
	putchar('"');
}

static void begin(const char *key)
{
	if (has_element)
		putchar(',');
	if (depth)
		new_line();
	if (key) {
		write_text(key);
		fputs(options.pretty ? ": " : ":", stdout);
	}
	has_element = true;
}

static void open_bracket(const char *key, char bracket)
{
	begin(key);
	putchar(bracket);
	depth++;
	has_element = false;
}

static void close_bracket(char bracket)
{
	depth--;
	if (has_element)
		new_line();
	putchar(bracket);
	has_element = true;
	if (!depth) {
		putchar('\n');
		has_element = false;
	}
}

void json_array(const char *key)
{
	open_bracket(key, '[');
}

void json_array_end(void)
{
	close_bracket(']');
}

void json_object(const char *key)
{
	open_bracket(key, '{');
}

void json_object_end(void)
{
	close_bracket('}');
}

void json_string(const char *key, const char *value)
{
	begin(key);
	write_text(value);
}

void json_u64(const char *key, uint64_t value)
{
	begin(key);
	printf("%llu", (unsigned long long)value);
}

void json_true(const char *key)
{
	begin(key);
	fputs("true", stdout);
}
