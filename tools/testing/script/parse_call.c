// SPDX-License-Identifier: GPL-2.0
/*
 * A system call, as in `setsockopt(4, TCP_NODELAY, 1) = 0`.
 */
#include <string.h>
#include "call.h"
#include "names.h"
#include "parse.h"

#define LENGTH_MAX	(64 << 20)	/* what one call writes or reads */

static void parse_option_name(struct cursor *c, struct call *call)
{
	char name[32];

	need_name(c, name, sizeof(name), "an option's name");
	call->argument[call->count] = sockopt_find(name);
	if (!c->bad && call->argument[call->count] < 0)
		complain(c, "\"%s\" is no socket option that I know", name);
}

static void parse_string(struct cursor *c, struct call *call)
{
	size_t len = strcspn(c->at, "\"");

	if (!len || len >= sizeof(call->text) || !c->at[len]) {
		complain(c, "a string without end, empty or too long");
		return;
	}
	memcpy(call->text, c->at, len);
	call->text[len] = 0;
	c->at += len + 1;
}

static void parse_argument(struct cursor *c, struct call *call)
{
	if (call->op->option && call->count == 1)
		parse_option_name(c, call);
	else if (call->op->option && call->count == 2 && take(c, "\""))
		parse_string(c, call);
	else
		call->argument[call->count] = parse_value(c, "an argument");
	call->count++;
}

static void parse_arguments(struct cursor *c, struct call *call)
{
	need(c, "(");
	if (!take(c, ")")) {
		do {
			if (call->count == call->op->max) {
				complain(c, "%s takes %d arguments at most",
					 call->op->name, call->op->max);
				return;
			}
			parse_argument(c, call);
		} while (take(c, ","));
		need(c, ")");
	}
	if (call->count < call->op->min)
		complain(c, "%s takes %d arguments at least", call->op->name,
			 call->op->min);
}

static void check_arguments(struct cursor *c, const struct call *call)
{
	/* All but socket() begin with a descriptor. */
	if (call->op->min && (call->argument[0] < 0 ||
			      call->argument[0] >= FDS_MAX))
		complain(c, "the descriptor must be from 0 to %d", FDS_MAX - 1);
	if (strchr("wrs", call->op->name[0]) && call->count > 1 &&
	    !call->op->option &&
	    (call->argument[1] < 0 || call->argument[1] > LENGTH_MAX))
		complain(c, "the length must be from 0 to %d", LENGTH_MAX);
}

static void parse_result(struct cursor *c, struct call *call)
{
	char name[32];

	need(c, "=");
	if (take_word(c, "any")) {
		call->any_result = true;
		return;
	}
	call->result = parse_value(c, "the result");
	if (call->result != -1)
		return;
	need_name(c, name, sizeof(name), "the error");
	call->err = errno_find(name);
	if (!c->bad && !call->err)
		complain(c, "\"%s\" is no error that I know", name);
}

void parse_call(struct cursor *c, struct call *call)
{
	char name[32];

	need_name(c, name, sizeof(name), "an event");
	call->op = call_find(name);
	if (!c->bad && !call->op)
		complain(c, "\"%s\" is no event that I know", name);
	if (c->bad)
		return;
	parse_arguments(c, call);
	if (!c->bad)
		check_arguments(c, call);
	parse_result(c, call);
}
