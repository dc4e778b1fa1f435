// SPDX-License-Identifier: GPL-2.0
/*
 * Segments: text and comparison.
 */
#include <stdarg.h>
#include <stdio.h>
#include "segment.h"

const struct icmp_type icmp_types[] = {
	{ "net_unreachable", 3, 0, 1, 0 },
	{ "host_unreachable", 3, 1, 1, 3 },
	{ "proto_unreachable", 3, 2, 4, 1 },
	{ "port_unreachable", 3, 3, 1, 4 },
	{ "frag_needed", 3, 4, 2, 0 },
	{ "admin_prohibited", 3, 13, 1, 1 },
	{ "source_quench", 4, 0, 0, 0 },
	{ "time_exceeded", 11, 0, 3, 0 },
	{ 0 },
};

/* ---- text ---- */

struct text {
	char *at;
	size_t left;
};

static void add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text->at, text->left, format, args);
	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len >= text->left)
		len = text->left - 1;
	text->at += len;
	text->left -= len;
}

static void add_value(struct text *text, const struct tcp_option *option, int i)
{
	if (option->any & 1 << i)
		add(text, "any");
	else
		add(text, "%u", option->value[i]);
}

static void add_option(struct text *text, const struct tcp_option *option)
{
	int i;

	switch (option->kind) {
	case OPT_EOL:
		add(text, "eol");
		break;
	case OPT_NOP:
		add(text, "nop");
		break;
	case OPT_MSS:
	case OPT_WSCALE:
		add(text, option->kind == OPT_MSS ? "mss " : "wscale ");
		add_value(text, option, 0);
		break;
	case OPT_SACK_OK:
		add(text, "sackOK");
		break;
	case OPT_SACK:
		add(text, "sack");
		for (i = 0; i < option->count; i += 2)
			add(text, " %u:%u", option->value[i],
			    option->value[i + 1]);
		break;
	case OPT_TS:
		add(text, "TS val ");
		add_value(text, option, 0);
		add(text, " ecr ");
		add_value(text, option, 1);
		break;
	case OPT_FASTOPEN:
	case OPT_FASTOPEN_EXP:
		add(text, option->kind == OPT_FASTOPEN ? "fo" : "fo254");
		if (option->any)
			add(text, " cookie");
		else if (option->count == 2)
			add(text, " %u %u", option->value[0],
			    option->value[1]);
		break;
	default:
		add(text, "kind %u %u", option->kind, option->count);
	}
}

static void add_options(struct text *text, const struct segment *segment)
{
	int i;

	if (segment->any_options) {
		add(text, " <...>");
		return;
	}
	for (i = 0; i < segment->option_count; i++) {
		add(text, i ? "," : " <");
		add_option(text, &segment->options[i]);
	}
	if (i)
		add(text, ">");
}

void segment_format(const struct segment *segment, char *buffer, size_t size)
{
	static const char * const ecn[] = { "noecn", "ect1", "ect0", "ce" };
	static const char order[] = { 1, 0, 2, 3, 5, 6, 7, 4 };
	struct text text = { buffer, size };
	unsigned int i;

	if (segment->peer != 1)
		add(&text, "%d", segment->peer);
	add(&text, " ");
	for (i = 0; i < sizeof(order); i++)
		if (segment->flags & 1 << order[i])
			add(&text, "%c", SEGMENT_FLAGS[(int)order[i]]);
	add(&text, " %u:%u(%u)", segment->seq, segment->seq + segment->len,
	    segment->len);
	if (segment->flags & ACK)
		add(&text, " ack %u", segment->ack);
	if (segment->win >= 0)
		add(&text, " win %d", segment->win);
	if (segment->urg >= 0 && segment->flags & URG)
		add(&text, " urg %d", segment->urg);
	if (segment->ecn >= 0)
		add(&text, " %s", ecn[segment->ecn]);
	if (segment->ttl >= 0)
		add(&text, " ttl %d", segment->ttl);
	add_options(&text, segment);
}

/* ---- comparison ---- */

static const struct tcp_option *find(const struct segment *segment, int kind)
{
	int i;

	for (i = 0; i < segment->option_count; i++)
		if (segment->options[i].kind == kind)
			return &segment->options[i];
	return NULL;
}

static bool same_option(const struct tcp_option *want, const struct tcp_option *got)
{
	uint32_t slack;
	int i;

	if (!got || want->count != got->count)
		return false;
	for (i = 0; i < want->count; i++) {
		/* Times are cut off to milliseconds: one may be missing. */
		slack = want->kind == OPT_TS && !i;
		if (!(want->any & 1 << i) &&
		    want->value[i] - got->value[i] + slack > 2 * slack)
			return false;
	}
	return true;
}

static int count_options(const struct segment *segment)
{
	int i, count = 0;

	for (i = 0; i < segment->option_count; i++)
		count += segment->options[i].kind != OPT_NOP &&
			 segment->options[i].kind != OPT_EOL;
	return count;
}

/* In any order, and with any filling: RFC 9293 3.2 has none. */
static bool same_options(const struct segment *want, const struct segment *got)
{
	int i;

	if (want->any_options)
		return true;
	if (count_options(want) != count_options(got))
		return false;
	for (i = 0; i < want->option_count; i++)
		if (want->options[i].kind > OPT_NOP &&
		    !same_option(&want->options[i],
				 find(got, want->options[i].kind)))
			return false;
	return true;
}

const char *segment_differs(const struct segment *want,
			    const struct segment *got)
{
	/* PSH is advice: asked for where a script has it only. */
	uint8_t compared = want->flags & PSH ? 0xff : (uint8_t)~PSH;

	if (want->peer != got->peer)
		return "the peer";
	if ((want->flags ^ got->flags) & compared)
		return "the flags";
	if (want->seq != got->seq)
		return "the sequence number";
	if (want->len != got->len)
		return "the length";
	if (want->flags & ACK && want->ack != got->ack)
		return "the acknowledgment";
	if (want->win >= 0 && want->win != got->win)
		return "the window";
	if (want->urg >= 0 && want->urg != got->urg)
		return "the urgent pointer";
	if (want->ecn >= 0 && want->ecn != got->ecn)
		return "the ECN bits";
	if (want->ttl >= 0 && want->ttl != got->ttl)
		return "the hop count";
	if (!same_options(want, got))
		return "an option";
	if (got->bad_data)
		return "the payload, which is not what was written,";
	return NULL;
}
