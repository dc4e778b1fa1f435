// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teaches ip(8) the arguments of `ip link add s0 type strata_nic`.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <linux/strata_nic.h>

#include "iproute2_link.h"

static void print_usage(FILE *f)
{
	fputs("Usage: ip link add [ name ] NAME [ LINK-OPTIONS ] type strata_nic\n"
	      "                   [ peer [ name ] NAME [ LINK-OPTIONS ] ]\n"
	      "\n"
	      "Makes the two ends of a cable: NAME and its peer, each a network card.\n"
	      "LINK-OPTIONS: [ netns NETNS ] [ address MAC ] [ mtu MTU ] and what else\n"
	      "              `ip link add help' lists\n"
	      "See ethtool(8) for the sizes of the rings (-g, -G), statistics (-S)\n"
	      "and offloads (-k, -K).\n", f);
}

/* iplink_parse() writes the peer's flags and index into the request's own
 * header: moves them to @peer, and gives the header back what it had.
 */
static void swap_header(struct ifinfomsg *header, struct ifinfomsg *peer,
			const struct ifinfomsg *saved)
{
	peer->ifi_flags = header->ifi_flags;
	peer->ifi_change = header->ifi_change;
	peer->ifi_index = header->ifi_index;
	header->ifi_flags = saved->ifi_flags;
	header->ifi_change = saved->ifi_change;
	header->ifi_index = saved->ifi_index;
}

static int parse_peer(int argc, char **argv, struct nlmsghdr *n)
{
	struct iplink_req *req = (struct iplink_req *)n;
	struct ifinfomsg *header = NLMSG_DATA(n);
	struct ifinfomsg saved = *header;
	struct rtattr *nest;
	char *type = NULL;
	int words;

	header->ifi_flags = 0;
	header->ifi_change = 0;
	header->ifi_index = 0;

	nest = addattr_nest(n, sizeof(*req), STRATA_NIC_INFO_PEER);
	if (!nest)
		return -1;
	memset(RTA_DATA(nest), 0, sizeof(struct ifinfomsg));
	n->nlmsg_len += sizeof(struct ifinfomsg);

	words = iplink_parse(argc, argv, req, &type);
	if (words < 0)
		return words;
	if (type) {
		fprintf(stderr,
			"strata_nic: the peer has the same type, leave out \"type %s\"\n",
			type);
		return -1;
	}
	swap_header(header, RTA_DATA(nest), &saved);
	addattr_nest_end(n, nest);
	return words;
}

static int strata_nic_parse_opt(struct link_util *lu, int argc, char **argv,
				struct nlmsghdr *n)
{
	int words;

	(void)lu;
	if (strcmp(argv[0], "help") == 0) {
		print_usage(stdout);
		return -1;
	}
	if (strcmp(argv[0], "peer") != 0) {
		fprintf(stderr,
			"strata_nic: unknown argument \"%s\", expected \"peer\"\n",
			argv[0]);
		return -1;
	}
	words = parse_peer(argc - 1, argv + 1, n);
	if (words < 0)
		return words;
	/* ip(8) wants the number of words left over. */
	return argc - 1 - words;
}

static void strata_nic_print_help(struct link_util *lu, int argc, char **argv,
				  FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	print_usage(f);
}

extern struct link_util strata_nic_link_util;
struct link_util strata_nic_link_util = {
	.id = "strata_nic",
	.maxattr = STRATA_NIC_INFO_MAX,
	.parse_opt = strata_nic_parse_opt,
	.print_help = strata_nic_print_help,
};
