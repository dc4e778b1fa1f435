// SPDX-License-Identifier: GPL-2.0
/*
 * A script, line by line.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "call.h"
#include "names.h"
#include "parse.h"
#include "report.h"

#define LINE_MAX_OCTETS	512
#define TOLERANCE	(15 * NS_PER_MS)

long parse_value(struct cursor *c, const char *what)
{
	long value = 0, one;
	char name[48];
	int64_t number;

	do {
		if (take_number(c, &number)) {
			value |= number;
			continue;
		}
		need_name(c, name, sizeof(name), what);
		if (!c->bad && !constant_find(name, &one))
			complain(c, "\"%s\" is no constant that I know", name);
		if (!c->bad)
			value |= one;
	} while (take(c, "|"));
	return value;
}

static enum relation parse_relation(struct cursor *c)
{
	static const char * const relations[] = {
		[LE] = "<=", [GE] = ">=", [EQ] = "==", [NE] = "!=", [LT] = "<",
		[GT] = ">",
	};
	static const enum relation order[] = { LE, GE, EQ, NE, LT, GT };
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (take(c, relations[order[i]]))
			return order[i];
	complain(c, "one of == != < <= > >= is missing");
	return EQ;
}

void parse_info(struct cursor *c, struct info *info)
{
	struct condition *condition;
	char name[32];

	need(c, "(");
	info->fd = need_number(c, 0, FDS_MAX - 1, "the descriptor");
	need(c, ")");
	do {
		if (info->count == CONDITIONS_MAX) {
			complain(c, "more than %d conditions", CONDITIONS_MAX);
			return;
		}
		condition = &info->conditions[info->count++];
		need_name(c, name, sizeof(name), "a member of tcp_info");
		condition->field = info_field_find(name);
		if (!c->bad && condition->field < 0)
			complain(c, "tcp_info has no tcpi_%s", name);
		condition->relation = parse_relation(c);
		condition->value = parse_value(c, "a value");
	} while (take(c, ","));
}

/* ---- the head ---- */

static void copy_rest(struct cursor *c, char *to, size_t size)
{
	take(c, "");
	if (strlen(c->at) >= size)
		complain(c, "more than %zu letters", size - 1);
	snprintf(to, size, "%s", c->at);
	c->at += strlen(c->at);
	if (!*to)
		complain(c, "a text is missing");
}

/* REASON: TEXT; the reason is without a colon. */
static void parse_excuse(struct cursor *c, struct excuse *excuse)
{
	char *colon;

	copy_rest(c, excuse->reason, sizeof(excuse->reason));
	colon = strstr(excuse->reason, ": ");
	if (!colon || colon == excuse->reason || !colon[2]) {
		complain(c, "the failure that is excused is missing");
		return;
	}
	snprintf(excuse->failure, sizeof(excuse->failure), "%s", colon + 2);
	*colon = 0;
}

static void parse_family(struct cursor *c, struct script *script)
{
	if (take_word(c, "4"))
		script->families = 1;
	else if (take_word(c, "6"))
		script->families = 2;
	else
		complain(c, "4 or 6 is missing");
}

static void parse_sysctl(struct cursor *c, struct script *script)
{
	struct sysctl *sysctl = &script->sysctls[script->sysctl_count];
	const char *name;

	if (script->sysctl_count == SYSCTLS_MAX) {
		complain(c, "more than %d sysctls", SYSCTLS_MAX);
		return;
	}
	script->sysctl_count++;
	need_name(c, sysctl->name, sizeof(sysctl->name), "the sysctl's name");
	sysctl->stacks = 1 << STRATA | 1 << KERNEL;
	name = sysctl->name;
	if (!strncmp(name, "strata.", 7)) {
		sysctl->stacks = 1 << STRATA;
		name += 7;
	} else if (!strncmp(name, "kernel.", 7)) {
		sysctl->stacks = 1 << KERNEL;
		name += 7;
	}
	memmove(sysctl->name, name, strlen(name) + 1);
	need(c, "=");
	copy_rest(c, sysctl->value, sizeof(sysctl->value));
}

static void parse_peer_of(struct cursor *c, struct script *script)
{
	int peer = need_number(c, 2, PEERS_MAX - 1, "the peer");
	int of;

	need(c, "at port of");
	of = need_number(c, 1, peer - 1, "an earlier peer");
	if (!c->bad)
		script->port_of[peer] = of;
}

/* Was it one of the lines that come before all events? */
static bool parse_head(struct cursor *c, struct script *script)
{
	if (take_word(c, "family"))
		parse_family(c, script);
	else if (take_word(c, "sysctl"))
		parse_sysctl(c, script);
	else if (take(c, "differs:"))
		parse_excuse(c, &script->excuses[KERNEL]);
	else if (take(c, "lacks:"))
		parse_excuse(c, &script->excuses[STRATA]);
	else if (take(c, "fails:"))
		copy_rest(c, script->fails, sizeof(script->fails));
	else if (take_word(c, "tolerance"))
		script->tolerance = need_time(c);
	else if (take_word(c, "peer"))
		parse_peer_of(c, script);
	else
		return false;
	if (script->event_count)
		complain(c, "this belongs before the first event");
	return true;
}

/* ---- events ---- */

static void parse_time(struct cursor *c, struct event *event)
{
	event->to = -1;
	if (!take(c, "+"))
		return;
	event->from = need_time(c);
	if (take(c, "~") || take(c, "..."))
		event->to = need_time(c);
	if (!c->bad && event->to >= 0 && event->to < event->from)
		complain(c, "the end is before the beginning");
}

static bool is_icmp(struct cursor c)
{
	int64_t peer;

	take_number(&c, &peer);
	return take_word(&c, "icmp");
}

static void parse_event(struct cursor *c, struct event *event)
{
	parse_time(c, event);
	if (take(c, ">")) {
		event->kind = EVENT_EXPECT;
		parse_segment(c, &event->segment, false);
	} else if (take(c, "<")) {
		event->kind = is_icmp(*c) ? EVENT_ICMP : EVENT_SEND;
		if (event->kind == EVENT_ICMP)
			parse_icmp(c, &event->icmp);
		else
			parse_segment(c, &event->segment, true);
	} else if (take_word(c, "quiet")) {
		event->kind = EVENT_QUIET;
	} else if (take_word(c, "info")) {
		event->kind = EVENT_INFO;
		parse_info(c, &event->info);
	} else {
		event->kind = EVENT_CALL;
		parse_call(c, &event->call);
	}
	if (event->to >= 0 && event->kind != EVENT_EXPECT &&
	    event->kind != EVENT_CALL)
		complain(c, "only an expected segment or a call has two times");
	if (!c->bad && !cursor_end(c))
		complain(c, "something that does not belong here");
}

static void parse_line(struct cursor *c, struct script *script)
{
	struct event *event;

	if (cursor_end(c) || parse_head(c, script) || c->bad)
		return;
	if (script->event_count == EVENTS_MAX) {
		complain(c, "more than %d events", EVENTS_MAX);
		return;
	}
	event = &script->events[script->event_count++];
	event->line = c->line;
	parse_event(c, event);
}

/* Who wrote the rule: an RFC, or a manual page such as tcp(7). */
static bool names_source(const char *line)
{
	return *line == '#' && (strstr(line, "RFC ") || strstr(line, "(7)") ||
				strstr(line, "ip-sysctl"));
}

static bool check_whole(struct cursor *c, const struct script *script,
			bool sourced)
{
	c->at = "";
	if (!sourced)
		complain(c, "no comment before the first event names an RFC or a manual page");
	if (!script->event_count)
		complain(c, "there is no event");
	return !c->bad;
}

static void script_begin(struct script *script, const char *name)
{
	int i;

	memset(script, 0, sizeof(*script));
	script->name = name;
	script->families = 3;
	script->tolerance = TOLERANCE;
	for (i = 0; i < PEERS_MAX; i++)
		script->port_of[i] = i;
}

bool script_read(struct script *script, const char *name)
{
	struct cursor c = { .name = name };
	char line[LINE_MAX_OCTETS];
	FILE *file = fopen(name, "re");
	bool sourced = false;

	script_begin(script, name);
	if (!file) {
		report(name, 0, "%s", strerror(errno));
		return false;
	}
	while (!c.bad && fgets(line, sizeof(line), file)) {
		c.line++;
		c.at = line;
		if (!strchr(line, '\n'))
			complain(&c, "a line without end or of more than %d octets",
				 LINE_MAX_OCTETS - 2);
		line[strcspn(line, "\n")] = 0;
		if (!script->event_count && names_source(line))
			sourced = true;
		parse_line(&c, script);
	}
	fclose(file);
	return !c.bad && check_whole(&c, script, sourced);
}
