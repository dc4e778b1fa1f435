// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teaches ip(8) the arguments of `ip link add br0 type strata_bridge`, which are
 * those of its own `type bridge`, and one more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/strata_bridge.h>

#include "iproute2_link.h"

/* ip(8)'s own, for `type bridge`. */
extern struct link_util bridge_link_util;

#define MESSAGE_BYTES	1024	/* as ip(8) makes them */

static void print_usage(FILE *f)
{
	fputs("Usage: ... strata_bridge [ fdb_max_learned N ] [ BRIDGE-OPTIONS ]\n"
	      "\n"
	      "BRIDGE-OPTIONS are those of `ip link help bridge'; those that Strata's bridge\n"
	      "does not have are refused.\n", f);
}

static int parse_max_learned(const char *word, struct nlmsghdr *n)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(word, &end, 0);
	if (errno || *end || end == word || value > 0xffffffffUL) {
		fprintf(stderr, "strata_bridge: \"%s\" is no number of stations\n",
			word);
		return -1;
	}
	return addattr32(n, MESSAGE_BYTES, STRATA_BRIDGE_INFO_FDB_MAX_LEARNED,
			 value);
}

static int strata_bridge_parse_opt(struct link_util *lu, int argc, char **argv,
				   struct nlmsghdr *n)
{
	(void)lu;
	if (strcmp(argv[0], "help") == 0) {
		print_usage(stdout);
		return -1;
	}
	if (strcmp(argv[0], "fdb_max_learned") == 0) {
		if (argc < 2) {
			fputs("strata_bridge: \"fdb_max_learned\" needs a number\n",
			      stderr);
			return -1;
		}
		if (parse_max_learned(argv[1], n) < 0)
			return -1;
		argc -= 2;
		argv += 2;
	}
	return argc ? bridge_link_util.parse_opt(&bridge_link_util, argc, argv, n)
		    : 0;
}

static void print_u32(const char *key, const char *format,
		      const struct rtattr *attr)
{
	__u32 value;

	memcpy(&value, RTA_DATA(attr), sizeof(value));
	print_color_uint(PRINT_ANY, COLOR_NONE, key, format, value);
}

static void strata_bridge_print_opt(struct link_util *lu, FILE *f,
				    struct rtattr *tb[])
{
	(void)lu;
	if (!tb)
		return;
	/* The array ends where ip(8)'s own kind does, at lu->maxattr. */
	bridge_link_util.print_opt(&bridge_link_util, f, tb);
	if (tb[STRATA_BRIDGE_INFO_FDB_N_LEARNED] &&
	    tb[STRATA_BRIDGE_INFO_FDB_MAX_LEARNED]) {
		print_u32("fdb_n_learned", "fdb_n_learned %u ",
			  tb[STRATA_BRIDGE_INFO_FDB_N_LEARNED]);
		print_u32("fdb_max_learned", "fdb_max_learned %u ",
			  tb[STRATA_BRIDGE_INFO_FDB_MAX_LEARNED]);
	}
}

static void strata_bridge_print_help(struct link_util *lu, int argc,
				     char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	print_usage(f);
}

extern struct link_util strata_bridge_link_util;
struct link_util strata_bridge_link_util = {
	.id = STRATA_BRIDGE_KIND,
	.maxattr = STRATA_BRIDGE_INFO_MAX,
	.parse_opt = strata_bridge_parse_opt,
	.print_opt = strata_bridge_print_opt,
	.print_help = strata_bridge_print_help,
};
