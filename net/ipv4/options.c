// SPDX-License-Identifier: GPL-2.0
/*
 * The options of a header (RFC 791 3.1, RFC 1122 3.2.1.8, RFC 1812 5.2.4).
 *
 * A host need not act on any of them, a router writes into Record Route and
 * Timestamp. Router Alert and unknown ones are checked for their form and
 * otherwise passed by. Source routes are refused (RFC 7126 4.3).
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <strata/visibility.h>
#include "ipv4.h"

/* Offsets into an option, and the least values found there. */
#define OPTION_LEN		1
#define OPTION_POINTER		2
#define OPTION_TS_FLAGS		3	/* and in the high half how many missed */
#define OPTION_LEN_MIN		2
#define ROUTE_LEN_MIN		3	/* type, length, pointer */
#define ROUTE_POINTER_MIN	4
#define TIMESTAMP_LEN_MIN	4	/* and overflow and flag */
#define TIMESTAMP_LEN_MAX	40
#define TIMESTAMP_POINTER_MIN	5
#define TIMESTAMP_FLAGS_MASK	0x0f
#define TIMESTAMP_MISSED_ONE	0x10
#define TIMESTAMP_MISSED_MAX	0xf0
#define ROUTER_ALERT_LEN	4	/* RFC 2113 2.1 */

/* The pointer counts from 1, and beyond the option's end it is full. */
static bool is_full(const u8 *option)
{
	return option[OPTION_POINTER] > option[OPTION_LEN];
}

/* RFC 791 3.1: some room, but not enough for @bytes, is an error. */
static bool has_room(const u8 *option, unsigned int bytes)
{
	return option[OPTION_POINTER] - 1 + bytes <= option[OPTION_LEN];
}

static bool ts_with_address(const u8 *option)
{
	u8 flags = option[OPTION_TS_FLAGS] & TIMESTAMP_FLAGS_MASK;

	return flags == IPOPT_TS_TSANDADDR || flags == IPOPT_TS_PRESPEC;
}

static int timestamp_flaw(const u8 *option, u8 len)
{
	u8 flags;

	if (len < TIMESTAMP_LEN_MIN || len > TIMESTAMP_LEN_MAX)
		return OPTION_LEN;
	if (option[OPTION_POINTER] < TIMESTAMP_POINTER_MIN)
		return OPTION_POINTER;
	if (!is_full(option))
		return has_room(option, ts_with_address(option) ?
				2 * sizeof(__be32) : sizeof(__be32)) ?
		       -1 : OPTION_POINTER;
	flags = option[OPTION_TS_FLAGS];
	/* Nobody can count any more who was missed. */
	if ((flags & TIMESTAMP_FLAGS_MASK) != IPOPT_TS_PRESPEC &&
	    (flags & TIMESTAMP_MISSED_MAX) == TIMESTAMP_MISSED_MAX)
		return OPTION_TS_FLAGS;
	return -1;
}

/* Where in @option, of @len bytes, is it malformed? -1: nowhere. */
static int option_flaw(const u8 *option, u8 len)
{
	switch (option[0]) {
	case IPOPT_RR:
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		if (len < ROUTE_LEN_MIN)
			return OPTION_LEN;
		if (option[OPTION_POINTER] < ROUTE_POINTER_MIN)
			return OPTION_POINTER;
		if (!is_full(option) && !has_room(option, sizeof(__be32)))
			return OPTION_POINTER;
		break;
	case IPOPT_TIMESTAMP:
		return timestamp_flaw(option, len);
	case IPOPT_RA:
		if (len != ROUTER_ALERT_LEN)
			return OPTION_LEN;
		break;
	}
	return -1;
}

/* Note what is found at @at. False: there was one before (RFC 1812 5.2.4.1). */
static bool note_option(struct strata_ipv4_options *options, u8 type, u8 at)
{
	u8 *place;

	switch (type) {
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		place = &options->source_route;
		break;
	case IPOPT_RR:
		place = &options->record_route;
		break;
	case IPOPT_TIMESTAMP:
		place = &options->timestamp;
		break;
	default:
		return true;
	}
	if (*place)
		return false;
	*place = at;
	return true;
}

/**
 * strata_ipv4_options_parse() - check the options of a header
 * @header: all of it, linear
 * @header_len: bytes of it
 * @options: out: what they say
 *
 * Context: any.
 */
void strata_ipv4_options_parse(const u8 *header, unsigned int header_len,
			       struct strata_ipv4_options *options)
{
	unsigned int at = sizeof(struct iphdr);
	int flaw;
	u8 len;

	memset(options, 0, sizeof(*options));
	while (at < header_len && header[at] != IPOPT_END) {
		if (header[at] == IPOPT_NOOP) {
			at++;
			continue;
		}
		flaw = -1;
		len = 0;
		if (at + OPTION_LEN < header_len)
			len = header[at + OPTION_LEN];
		if (len < OPTION_LEN_MIN || at + len > header_len)
			flaw = 0;
		else
			flaw = option_flaw(header + at, len);
		if (flaw < 0 && !note_option(options, header[at], at))
			flaw = 0;
		if (flaw >= 0) {
			options->malformed = true;
			options->pointer = at + flaw;
			return;
		}
		at += len;
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_options_parse);

/**
 * strata_ipv4_options_check() - may a datagram with options go on?
 * @sn: the namespace's stack
 * @skb: skb->data at the IP header, which is valid; not owned
 *
 * Its sender is told where they are malformed.
 *
 * Context: softirq, RCU. Return: why not, or STRATA_IPV4_PASS.
 */
enum strata_drop_reason strata_ipv4_options_check(struct strata_net *sn,
						  struct sk_buff *skb)
{
	struct strata_ipv4_options options;

	strata_ipv4_options_parse(skb_network_header(skb), ip_hdrlen(skb),
				  &options);
	if (options.malformed)
		strata_icmp_send(sn, skb, ICMP_PARAMETERPROB, 0,
				 htonl(options.pointer << IPV4_POINTER_SHIFT));
	if (options.malformed || options.source_route)
		return STRATA_DROP_IP_OPTIONS;
	return STRATA_IPV4_PASS;
}

static void put_word(u8 *option, __be32 word)
{
	put_unaligned(word, (__be32 *)(option + option[OPTION_POINTER] - 1));
	option[OPTION_POINTER] += sizeof(word);
}

static void record_route(u8 *option, __be32 addr)
{
	if (!is_full(option))
		put_word(option, addr);
}

static bool is_ours(struct strata_net *sn, const u8 *at)
{
	struct in6_addr addr;

	strata_addr_from4(&addr, get_unaligned((const __be32 *)at));
	return strata_addr_find(sn, &addr);
}

static void put_timestamp(struct strata_net *sn, u8 *option, __be32 addr)
{
	u8 flags = option[OPTION_TS_FLAGS] & TIMESTAMP_FLAGS_MASK;

	if (is_full(option)) {
		if (flags != IPOPT_TS_PRESPEC)
			option[OPTION_TS_FLAGS] += TIMESTAMP_MISSED_ONE;
		return;
	}
	switch (flags) {
	case IPOPT_TS_PRESPEC:
		if (!is_ours(sn, option + option[OPTION_POINTER] - 1))
			return;
		option[OPTION_POINTER] += sizeof(addr);
		break;
	case IPOPT_TS_TSANDADDR:
		put_word(option, addr);
		break;
	case IPOPT_TS_TSONLY:
		break;
	default:
		return;
	}
	put_word(option, inet_current_timestamp());
}

/**
 * strata_ipv4_options_forward() - write into options that we were passed
 * @skb: network header set, its options well formed; writable; not owned
 * @way: where it goes
 *
 * RFC 1812 5.2.4.2, 5.2.4.3: with the address of the output link.
 *
 * Context: softirq, RCU.
 */
void strata_ipv4_options_forward(struct sk_buff *skb,
				 const struct strata_forward *way)
{
	struct strata_addr *own = strata_addr_select(way->link, &way->next);
	__be32 addr = own ? strata_addr_to4(&own->addr) : 0;
	u8 *header = skb_network_header(skb);
	struct strata_ipv4_options options;

	strata_ipv4_options_parse(header, ip_hdrlen(skb), &options);
	if (options.record_route)
		record_route(header + options.record_route, addr);
	if (options.timestamp)
		put_timestamp(way->link->sn, header + options.timestamp, addr);
	ip_send_check(ip_hdr(skb));
}
