// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teaches ip(8) the arguments of `ip link set s0 type strata_bridge_slave`, which
 * are those of its own `type bridge_slave`.
 */
#include <stdio.h>

#include <linux/if_link.h>
#include <linux/strata_bridge.h>

#include "iproute2_link.h"

/* ip(8)'s own, for `type bridge_slave`. */
extern struct link_util bridge_slave_link_util;

/* ip(8) tells a port's kind by what follows its first underscore, and takes this
 * one for a kind of link: the nest that it has just opened is the wrong one.
 */
static void correct_nest(struct nlmsghdr *n)
{
	struct rtattr *nest = (struct rtattr *)((char *)n +
			      NLMSG_ALIGN(n->nlmsg_len) - RTA_LENGTH(0));

	if (nest->rta_type == IFLA_INFO_DATA)
		nest->rta_type = IFLA_INFO_SLAVE_DATA;
}

static int slave_parse_opt(struct link_util *lu, int argc, char **argv,
			   struct nlmsghdr *n)
{
	(void)lu;
	correct_nest(n);
	return bridge_slave_link_util.parse_opt(&bridge_slave_link_util, argc,
						argv, n);
}

static void slave_print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	(void)lu;
	bridge_slave_link_util.print_opt(&bridge_slave_link_util, f, tb);
}

static void slave_print_help(struct link_util *lu, int argc, char **argv,
			     FILE *f)
{
	(void)lu;
	bridge_slave_link_util.print_help(&bridge_slave_link_util, argc, argv, f);
}

extern struct link_util strata_bridge_slave_link_util;
struct link_util strata_bridge_slave_link_util = {
	.id = STRATA_BRIDGE_KIND "_slave",
	.maxattr = IFLA_BRPORT_MAX,
	.parse_opt = slave_parse_opt,
	.print_opt = slave_print_opt,
	.print_help = slave_print_help,
};
