// SPDX-License-Identifier: GPL-2.0
/*
 * A segment, as in `S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK>`, and an ICMP error.
 */
#include <string.h>
#include "parse.h"
#include "segment.h"

#define ANY_WINDOW	(-1)
#define REPEAT_MAX	512	/* segments in one line */

static void parse_flags(struct cursor *c, struct segment *segment)
{
	bool found = false;
	const char *flag;

	while (*c->at && (flag = strchr(SEGMENT_FLAGS, *c->at))) {
		segment->flags |= 1 << (flag - SEGMENT_FLAGS);
		found = true;
		c->at++;
	}
	if (!found)
		complain(c, "the flags (of \"" SEGMENT_FLAGS "\") are missing");
}

static void parse_range(struct cursor *c, struct segment *segment)
{
	uint32_t end;

	segment->seq = need_number(c, 0, UINT32_MAX, "the sequence number");
	need(c, ":");
	end = need_number(c, 0, UINT32_MAX, "the end");
	need(c, "(");
	segment->len = need_number(c, 0, UINT16_MAX, "the length");
	segment->repeat = 1;
	if (take(c, "*"))
		segment->repeat = need_number(c, 1, REPEAT_MAX, "how often");
	need(c, ")");
	if (!c->bad && end - segment->seq != segment->len * segment->repeat)
		complain(c, "%u:%u are not %u octets", segment->seq, end,
			 segment->len * segment->repeat);
}

static void parse_numbers(struct cursor *c, struct tcp_option *option, int count)
{
	for (; option->count < count; option->count++) {
		if (take_word(c, "any"))
			option->any |= 1 << option->count;
		else
			option->value[option->count] =
				need_number(c, 0, UINT32_MAX, "a value");
	}
}

static void parse_timestamps(struct cursor *c, struct tcp_option *option)
{
	option->kind = OPT_TS;
	need(c, "val");
	parse_numbers(c, option, 1);
	need(c, "ecr");
	parse_numbers(c, option, 2);
}

static void parse_blocks(struct cursor *c, struct tcp_option *option)
{
	int64_t from;

	option->kind = OPT_SACK;
	while (option->count < VALUES_MAX && take_number(c, &from)) {
		need(c, ":");
		option->value[option->count++] = from;
		option->value[option->count++] =
			need_number(c, 0, UINT32_MAX, "a block's end");
	}
	if (!option->count)
		complain(c, "sack has no block");
}

/* `fo`, `fo 1 2`, or `fo cookie`: the one that the stack gave. */
static void parse_fastopen(struct cursor *c, struct tcp_option *option)
{
	int64_t word;

	if (take_word(c, "cookie")) {
		option->count = 2;
		option->any = 3;
	} else if (take_number(c, &word)) {
		option->value[0] = word;
		option->value[1] = need_number(c, 0, UINT32_MAX,
					       "the cookie's second word");
		option->count = 2;
	}
}

static void parse_option(struct cursor *c, struct tcp_option *option)
{
	if (take_word(c, "nop")) {
		option->kind = OPT_NOP;
	} else if (take_word(c, "eol")) {
		option->kind = OPT_EOL;
	} else if (take_word(c, "mss")) {
		option->kind = OPT_MSS;
		parse_numbers(c, option, 1);
	} else if (take_word(c, "wscale")) {
		option->kind = OPT_WSCALE;
		parse_numbers(c, option, 1);
	} else if (take_word(c, "sackOK")) {
		option->kind = OPT_SACK_OK;
	} else if (take_word(c, "sack")) {
		parse_blocks(c, option);
	} else if (take_word(c, "TS")) {
		parse_timestamps(c, option);
	} else if (take_word(c, "fo")) {
		option->kind = OPT_FASTOPEN;
		parse_fastopen(c, option);
	} else if (take_word(c, "fo254")) {
		option->kind = OPT_FASTOPEN_EXP;
		parse_fastopen(c, option);
	} else if (take_word(c, "kind")) {
		/* Without a length: what is not known must be passed over by it. */
		option->kind = need_number(c, 6, 255, "the option's kind");
		option->count = need_number(c, 0, VALUES_MAX, "the octets");
	} else {
		complain(c, "no option of this name");
	}
}

static void parse_options(struct cursor *c, struct segment *segment)
{
	if (take(c, "...>")) {
		segment->any_options = true;
		return;
	}
	do {
		if (segment->option_count == OPTIONS_MAX) {
			complain(c, "more than %d options", OPTIONS_MAX);
			return;
		}
		parse_option(c, &segment->options[segment->option_count++]);
	} while (take(c, ","));
	need(c, ">");
}

static bool parse_word(struct cursor *c, struct segment *segment, bool sent)
{
	if (take_word(c, "win"))
		segment->win = need_number(c, 0, UINT16_MAX, "the window");
	else if (take_word(c, "urg"))
		segment->urg = need_number(c, 0, UINT16_MAX, "the urgent pointer");
	else if (take_word(c, "ttl"))
		segment->ttl = need_number(c, 1, UINT8_MAX, "the hop count");
	else if (take_word(c, "noecn"))
		segment->ecn = 0;
	else if (take_word(c, "ect1"))
		segment->ecn = 1;
	else if (take_word(c, "ect0"))
		segment->ecn = 2;
	else if (take_word(c, "ce"))
		segment->ecn = 3;
	else if (sent && take_word(c, "badsum"))
		segment->bad_sum = true;
	else
		return false;
	return true;
}

static int parse_peer(struct cursor *c)
{
	int64_t peer = 1;

	/* No blank between: "<2 S". */
	if (*c->at >= '0' && *c->at <= '9')
		peer = need_number(c, 1, PEERS_MAX - 1, "the peer");
	return peer;
}

void parse_segment(struct cursor *c, struct segment *segment, bool sent)
{
	segment->peer = parse_peer(c);
	segment->win = ANY_WINDOW;
	segment->urg = -1;
	segment->ttl = -1;
	segment->ecn = -1;
	take(c, "");
	parse_flags(c, segment);
	parse_range(c, segment);
	if (take_word(c, "ack")) {
		segment->ack = need_number(c, 0, UINT32_MAX, "the acknowledgment");
		if (!(segment->flags & ACK) && !sent)
			complain(c, "an acknowledgment without its flag");
	} else if (segment->flags & ACK) {
		complain(c, "the flag . without an acknowledgment");
	}
	while (parse_word(c, segment, sent))
		;
	if (take(c, "<"))
		parse_options(c, segment);
	if (sent && segment->any_options)
		complain(c, "any options cannot be sent");
}

void parse_icmp(struct cursor *c, struct icmp *icmp)
{
	icmp->peer = parse_peer(c);
	need(c, "icmp");
	for (icmp->type = 0; icmp_types[icmp->type].name; icmp->type++)
		if (take_word(c, icmp_types[icmp->type].name))
			break;
	if (!icmp_types[icmp->type].name)
		complain(c, "no ICMP error of this name");
	if (take_word(c, "mtu"))
		icmp->mtu = need_number(c, 0, UINT16_MAX, "the MTU");
	if (take_word(c, "seq"))
		icmp->seq = need_number(c, 0, UINT32_MAX, "the sequence number");
}
