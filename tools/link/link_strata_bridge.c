// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teaches ip(8) the arguments of `ip link add br0 type strata_bridge`, which are
 * those of its own `type bridge`, and two more.
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
	fputs("Usage: ... strata_bridge [ fdb_max_learned N ] [ mcast_port_max N ]\n"
	      "                         [ BRIDGE-OPTIONS ]\n"
	      "\n"
	      "BRIDGE-OPTIONS are those of `ip link help bridge'; those that Strata's bridge\n"
	      "does not have are refused.\n", f);
}

/* Options that the kernel's bridge of ip(8)'s age does not have: each a number. */
static const struct {
	const char *name;
	int attr;
} numbers[] = {
	{ "fdb_max_learned", STRATA_BRIDGE_INFO_FDB_MAX_LEARNED },
	{ "mcast_port_max", STRATA_BRIDGE_INFO_MCAST_PORT_MAX },
};

static int parse_number(const char *name, const char *word, int attr,
			struct nlmsghdr *n)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(word, &end, 0);
	if (errno || *end || end == word || value > 0xffffffffUL) {
		fprintf(stderr, "strata_bridge: \"%s\" is no number for \"%s\"\n",
			word, name);
		return -1;
	}
	return addattr32(n, MESSAGE_BYTES, attr, value);
}

/* One of them in front. Return: words taken, negative: wrong ones. */
static int parse_own(int argc, char **argv, struct nlmsghdr *n)
{
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(argv[0], numbers[i].name) != 0)
			continue;
		if (argc < 2) {
			fprintf(stderr, "strata_bridge: \"%s\" needs a number\n",
				argv[0]);
			return -1;
		}
		return parse_number(argv[0], argv[1], numbers[i].attr, n) < 0 ?
		       -1 : 2;
	}
	return 0;
}

static int strata_bridge_parse_opt(struct link_util *lu, int argc, char **argv,
				   struct nlmsghdr *n)
{
	int taken;

	(void)lu;
	if (strcmp(argv[0], "help") == 0) {
		print_usage(stdout);
		return -1;
	}
	while (argc && (taken = parse_own(argc, argv, n))) {
		if (taken < 0)
			return -1;
		argc -= taken;
		argv += taken;
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
	if (tb[STRATA_BRIDGE_INFO_MCAST_PORT_MAX])
		print_u32("mcast_port_max", "mcast_port_max %u ",
			  tb[STRATA_BRIDGE_INFO_MCAST_PORT_MAX]);
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
