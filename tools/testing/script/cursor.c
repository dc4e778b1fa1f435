// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a line, letter by letter.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cursor.h"
#include "report.h"
#include "script.h"

static void skip_blanks(struct cursor *c)
{
	while (isspace((unsigned char)*c->at))
		c->at++;
}

static bool is_name(char letter)
{
	return isalnum((unsigned char)letter) || letter == '_' || letter == '.';
}

void complain(struct cursor *c, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	if (c->bad)
		return;
	c->bad = true;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (*c->at)
		report(c->name, c->line, "%s, before \"%.20s\"", text, c->at);
	else
		report(c->name, c->line, "%s, at the end of the line", text);
}

bool cursor_end(struct cursor *c)
{
	skip_blanks(c);
	return !*c->at || *c->at == '#';
}

bool take(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	skip_blanks(c);
	if (c->bad || strncmp(c->at, text, len))
		return false;
	c->at += len;
	return true;
}

bool take_word(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	skip_blanks(c);
	if (c->bad || strncmp(c->at, word, len) || is_name(c->at[len]))
		return false;
	c->at += len;
	return true;
}

bool take_number(struct cursor *c, int64_t *value)
{
	char *end;

	skip_blanks(c);
	if (c->bad || !(isdigit((unsigned char)*c->at) ||
			(*c->at == '-' && isdigit((unsigned char)c->at[1]))))
		return false;
	errno = 0;
	*value = strtoll(c->at, &end, 0);
	if (errno)
		complain(c, "a number too large");
	c->at = end;
	return true;
}

void need(struct cursor *c, const char *text)
{
	if (!take(c, text))
		complain(c, "\"%s\" is missing", text);
}

int64_t need_number(struct cursor *c, int64_t min, int64_t max, const char *what)
{
	int64_t value = min;

	if (!take_number(c, &value))
		complain(c, "%s is missing", what);
	else if (value < min || value > max)
		complain(c, "%s must be from %lld to %lld", what,
			 (long long)min, (long long)max);
	return value;
}

void need_name(struct cursor *c, char *name, int size, const char *what)
{
	int len = 0;

	skip_blanks(c);
	while (is_name(c->at[len]))
		len++;
	if (!len)
		complain(c, "%s is missing", what);
	else if (len >= size)
		complain(c, "%s is too long", what);
	if (c->bad)
		len = 0;
	memcpy(name, c->at, len);
	name[len] = 0;
	c->at += len;
}

int64_t need_time(struct cursor *c)
{
	int64_t ns = 0, unit = NS_PER_S;
	const char *begin;

	skip_blanks(c);
	begin = c->at;
	for (; isdigit((unsigned char)*c->at) && ns < 1000000 * NS_PER_S; c->at++)
		ns = ns * 10 + (*c->at - '0') * NS_PER_S;
	if (*c->at == '.' && isdigit((unsigned char)c->at[1]))
		for (c->at++; isdigit((unsigned char)*c->at); c->at++) {
			unit /= 10;
			ns += (*c->at - '0') * unit;
		}
	if (c->at == begin)
		complain(c, "a time in seconds is missing");
	return ns;
}
