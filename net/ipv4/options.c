// SPDX-License-Identifier: GPL-2.0
/*
 * The options of a header (RFC 791 3.1, RFC 1122 3.2.1.8).
 *
 * A host need not act on any of them: Record Route, Timestamp, Router Alert and
 * unknown ones are checked for their form and otherwise passed by. Source
 * routes are noticed, so that the caller can refuse them (RFC 7126 4.3).
 */
#include <linux/ip.h>
#include <net/ip.h>
#include <strata/visibility.h>
#include "ipv4.h"

/* Offsets into an option, and the least values found there. */
#define OPTION_LEN		1
#define OPTION_POINTER		2
#define OPTION_LEN_MIN		2
#define ROUTE_LEN_MIN		3	/* type, length, pointer */
#define ROUTE_POINTER_MIN	4
#define TIMESTAMP_LEN_MIN	4	/* and overflow and flag */
#define TIMESTAMP_LEN_MAX	40
#define TIMESTAMP_POINTER_MIN	5
#define ROUTER_ALERT_LEN	4	/* RFC 2113 2.1 */

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
		break;
	case IPOPT_TIMESTAMP:
		if (len < TIMESTAMP_LEN_MIN || len > TIMESTAMP_LEN_MAX)
			return OPTION_LEN;
		if (option[OPTION_POINTER] < TIMESTAMP_POINTER_MIN)
			return OPTION_POINTER;
		break;
	case IPOPT_RA:
		if (len != ROUTER_ALERT_LEN)
			return OPTION_LEN;
		break;
	}
	return -1;
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
		if (flaw >= 0) {
			options->malformed = true;
			options->pointer = at + flaw;
			return;
		}
		if (header[at] == IPOPT_SSRR || header[at] == IPOPT_LSRR)
			options->source_route = true;
		at += len;
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_options_parse);
