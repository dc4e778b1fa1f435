/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ip(8) of iproute2 offers to, and wants from, a link plugin.
 *
 * For `ip link add … type KIND` with a KIND it does not know, ip(8) loads
 * link_KIND.so from $IP_LIB_DIR or from /usr/lib/<triplet>/ip and looks up the
 * symbol KIND_link_util in it. iproute2 ships no header for that, so this one
 * declares the part in use. The layout has been the same from iproute2 4.6 (when
 * the last members came) to 6.1, which Debian 12 has; members are only ever
 * added at the end, so a plugin whose callbacks are all in front stays right.
 *
 * The functions are in ip(8) itself, which exports them to what it loads.
 */
#ifndef STRATA_IPROUTE2_LINK_H
#define STRATA_IPROUTE2_LINK_H

#include <stdio.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/**
 * struct link_util - what ip(8) knows of a link kind
 * @next: list of the kinds loaded; ip(8) writes it
 * @id: the kind
 * @maxattr: highest attribute that @print_opt wants to see
 * @parse_opt: turns the words after `type KIND` into attributes of the message;
 *	0, or negative when the words are wrong, having said why; a kind with a
 *	peer answers the number of words it took
 * @print_opt: prints the attributes, for `ip -d link show`; may be NULL
 * @print_xstats: prints statistics of the kind; may be NULL
 * @print_help: for `ip link help KIND`
 * @parse_ifla_xstats: for `ip link xstats`; may be NULL
 * @print_ifla_xstats: for `ip link xstats`; may be NULL
 */
struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f, struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv, FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

/**
 * struct iplink_req - the request that ip(8) is building
 * @n: netlink header; the request that parse_opt() gets is this one
 * @i: what the link is
 * @buf: room for attributes
 */
struct iplink_req {
	struct nlmsghdr n;
	struct ifinfomsg i;
	char buf[1024];
};

/* Parses `name N mtu M netns X …` into attributes at the end of @req. Answers
 * how many words it took, or negative; *@type is the word after `type`, if any.
 */
int iplink_parse(int argc, char **argv, struct iplink_req *req, char **type);

/* Opens a nested attribute in a message of at most @maxlen bytes. */
struct rtattr *addattr_nest(struct nlmsghdr *n, int maxlen, int type);
int addattr_nest_end(struct nlmsghdr *n, struct rtattr *nest);
/* Adds a number to a message of at most @maxlen bytes; negative if it is full. */
int addattr32(struct nlmsghdr *n, int maxlen, int type, __u32 data);

/* As text or as JSON, whichever was asked for; without a colour. */
enum output_type { PRINT_ANY = 4 };
enum color_attr { COLOR_NONE = 6 };
/* Prints a number by @format, or as JSON named @key. */
int print_color_uint(enum output_type type, enum color_attr color,
		     const char *key, const char *format, unsigned int value);

#endif /* STRATA_IPROUTE2_LINK_H */
