// SPDX-License-Identifier: GPL-2.0
/*
 * The options of an IPv4 header (RFC 791 3.1).
 */
#include <kunit/test.h>
#include "../../net/ipv4/ipv4.h"

#define OPTIONS_MAX	40

/**
 * struct options_case - bytes of options and what they say
 * @name: for the report
 * @bytes: after the fixed header
 * @len: how many; a multiple of four
 * @flaw: offset from the start of the options where they are malformed, -1:
 *	nowhere
 * @source_route: is there one
 */
struct options_case {
	const char *name;
	u8 bytes[OPTIONS_MAX];
	u8 len;
	int flaw;
	bool source_route;
};

static const struct options_case options_cases[] = {
	{ "none", {}, 0, -1 },
	{ "end at once", { 0 }, 4, -1 },
	{ "only no-operations", { 1, 1, 1, 1 }, 4, -1 },
	{ "garbage after the end", { 0, 131, 200, 9 }, 4, -1 },
	{ "length missing at the end", { 1, 1, 1, 7 }, 4, 3 },
	{ "length 0", { 7, 0, 0, 0 }, 4, 0 },
	{ "length 1", { 1, 7, 1, 0 }, 4, 1 },
	{ "beyond the header", { 7, 5, 4, 0 }, 4, 0 },
	{ "unknown", { 200, 4, 9, 9 }, 4, -1 },
	{ "record route", { 7, 7, 4, 0, 0, 0, 0, 0 }, 8, -1 },
	{ "record route without pointer", { 7, 2, 0, 0 }, 4, 1 },
	{ "record route, pointer 3", { 7, 3, 3, 0 }, 4, 2 },
	{ "record route, room for half (RFC 791 3.1)",
	  { 7, 7, 6, 0, 0, 0, 0, 0 }, 8, 2 },
	{ "record route, full", { 7, 7, 8, 1, 2, 3, 4, 0 }, 8, -1 },
	{ "record route twice (RFC 1812 5.2.4.1)",
	  { 7, 3, 4, 7, 3, 4, 0, 0 }, 8, 3 },
	{ "timestamp", { 68, 8, 5, 0, 0, 0, 0, 0 }, 8, -1 },
	{ "timestamp too short", { 68, 3, 5, 0 }, 4, 1 },
	{ "timestamp, pointer 4", { 68, 4, 4, 0 }, 4, 2 },
	{ "timestamp, room for half", { 68, 8, 7, 0, 0, 0, 0, 0 }, 8, 2 },
	{ "timestamp, room for the address alone",
	  { 68, 8, 5, 1, 0, 0, 0, 0 }, 8, 2 },
	{ "timestamp, 15 missed", { 68, 4, 5, 0xf0 }, 4, 3 },
	{ "timestamp, 14 missed", { 68, 4, 5, 0xe0 }, 4, -1 },
	{ "timestamp twice", { 68, 4, 5, 0, 68, 4, 5, 0 }, 8, 4 },
	{ "two source routes", { 131, 3, 4, 137, 3, 4, 0, 0 }, 8, 3, true },
	{ "router alert", { 148, 4, 0, 0 }, 4, -1 },
	{ "router alert too short", { 148, 3, 0, 0 }, 4, 1 },
	{ "loose source route", { 131, 3, 4, 0 }, 4, -1, true },
	{ "strict source route", { 1, 137, 7, 4, 10, 0, 0, 1 }, 8, -1, true },
	{ "malformed after a source route", { 131, 3, 4, 7 }, 4, 3, true },
};

static void options_describe(const struct options_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(options, options_cases, options_describe);

static void options_are_understood(struct kunit *test)
{
	const struct options_case *c = test->param_value;
	u8 header[sizeof(struct iphdr) + OPTIONS_MAX] = {};
	struct strata_ipv4_options said;

	memcpy(header + sizeof(struct iphdr), c->bytes, c->len);
	strata_ipv4_options_parse(header, sizeof(struct iphdr) + c->len, &said);

	KUNIT_EXPECT_EQ(test, said.malformed, c->flaw >= 0);
	KUNIT_EXPECT_EQ(test, said.source_route != 0, c->source_route);
	if (c->flaw >= 0)
		KUNIT_EXPECT_EQ(test, (int)said.pointer,
				(int)sizeof(struct iphdr) + c->flaw);
}

static struct kunit_case options_tests[] = {
	KUNIT_CASE_PARAM(options_are_understood, options_gen_params),
	{}
};

static struct kunit_suite options_suite = {
	.name = "strata_ipv4_options",
	.test_cases = options_tests,
};

kunit_test_suite(options_suite);
