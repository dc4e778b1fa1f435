// SPDX-License-Identifier: GPL-2.0
/*
 * A route, as ip route shows it.
 */
#include <stdio.h>
#include "json.h"
#include "nexthop.h"
#include "route.h"
#include "show.h"

const char *const route_types[ROUTE_TYPES] = {
	[STRATA_ROUTE_TYPE_UNICAST] = "unicast",
	[STRATA_ROUTE_TYPE_LOCAL] = "local",
	[STRATA_ROUTE_TYPE_BROADCAST] = "broadcast",
	[STRATA_ROUTE_TYPE_MULTICAST] = "multicast",
	[STRATA_ROUTE_TYPE_BLACKHOLE] = "blackhole",
	[STRATA_ROUTE_TYPE_UNREACHABLE] = "unreachable",
	[STRATA_ROUTE_TYPE_PROHIBIT] = "prohibit",
};

/* A destination as ip route prints it. */
static const char *show_dst(const struct prefix *dst, char text[SHOW_TEXT])
{
	struct prefix shown = *dst;

	if (!dst->length)
		return "default";
	if (dst->length == prefix_full(dst))
		shown.length = -1;
	return show_prefix(&shown, text);
}

static void json_hops(const struct nl_row *row)
{
	const struct nlattr *list = row->attrs[STRATA_A_ROUTE_HOPS];
	const struct nlattr *item;
	struct nl_row hop;

	if (nl_number(row, STRATA_A_ROUTE_NEXTHOP))
		json_u64("nhid", nl_number(row, STRATA_A_ROUTE_NEXTHOP));
	if (!list)
		return;
	json_array("nexthops");
	mnl_attr_for_each_nested(item, list) {
		nl_nested(item, &hop);
		json_object(NULL);
		json_way_of(&hop);
		json_object_end();
	}
	json_array_end();
}

static void json_way(const struct nl_row *row)
{
	static const struct {
		unsigned int type;
		const char *key;
	} addresses[] = {
		{ STRATA_A_ROUTE_GATEWAY, "gateway" },
		{ STRATA_A_ROUTE_SOURCE, "prefsrc" },
	};
	const char *address;
	char text[SHOW_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		address = show_address(row, addresses[i].type, text);
		if (address)
			json_string(addresses[i].key, address);
	}
	if (*nl_text(row, STRATA_A_ROUTE_IFNAME))
		json_string("dev", nl_text(row, STRATA_A_ROUTE_IFNAME));
	if (nl_number(row, STRATA_A_ROUTE_METRIC))
		json_u64("metric", nl_number(row, STRATA_A_ROUTE_METRIC));
	if (nl_number(row, STRATA_A_ROUTE_MTU))
		json_u64("mtu", nl_number(row, STRATA_A_ROUTE_MTU));
	if (nl_number(row, STRATA_A_ROUTE_TABLE) &&
	    nl_number(row, STRATA_A_ROUTE_TABLE) != TABLE_MAIN)
		json_string("table", show_table(nl_number(row, STRATA_A_ROUTE_TABLE), text));
	json_hops(row);
}

/* The ways of a next hop; a single one on the route's line, as ip route does. */
static void print_hops(const struct nl_row *row, bool single)
{
	const struct nlattr *list = row->attrs[STRATA_A_ROUTE_HOPS];
	const struct nlattr *item;
	unsigned int count = 0;
	struct nl_row hop;

	if (!list)
		return;
	mnl_attr_for_each_nested(item, list)
		count++;
	if (single ? count != 1 : count == 1)
		return;
	mnl_attr_for_each_nested(item, list) {
		nl_nested(item, &hop);
		if (single)
			hop.attrs[STRATA_A_NEXTHOP_WEIGHT] = NULL;
		else
			printf("\n\tnexthop");
		print_way_of(&hop);
	}
}

static void print_way(const struct nl_row *row, const char *protocol)
{
	const char *address;
	char text[SHOW_TEXT];

	if (nl_number(row, STRATA_A_ROUTE_NEXTHOP))
		printf(" nhid %u",
		       (unsigned int)nl_number(row, STRATA_A_ROUTE_NEXTHOP));
	print_hops(row, true);
	address = show_address(row, STRATA_A_ROUTE_GATEWAY, text);
	if (address)
		printf(" via %s", address);
	if (*nl_text(row, STRATA_A_ROUTE_IFNAME))
		printf(" dev %s", nl_text(row, STRATA_A_ROUTE_IFNAME));
	if (protocol)
		printf(" proto %s", protocol);
	address = show_address(row, STRATA_A_ROUTE_SOURCE, text);
	if (address)
		printf(" src %s", address);
	/* What is local is not routed. */
	if (nl_number(row, STRATA_A_ROUTE_TABLE) &&
	    nl_number(row, STRATA_A_ROUTE_TABLE) != TABLE_MAIN)
		printf(" table %s",
		       show_table(nl_number(row, STRATA_A_ROUTE_TABLE), text));
	if (nl_number(row, STRATA_A_ROUTE_METRIC))
		printf(" metric %u",
		       (unsigned int)nl_number(row, STRATA_A_ROUTE_METRIC));
	if (nl_number(row, STRATA_A_ROUTE_MTU))
		printf(" mtu %u",
		       (unsigned int)nl_number(row, STRATA_A_ROUTE_MTU));
	print_hops(row, false);
	putchar('\n');
}

bool route_dst(const struct nl_row *row, struct prefix *dst)
{
	if (!nl_address(row, STRATA_A_ROUTE_DST, dst))
		return false;
	dst->length = nl_number(row, STRATA_A_ROUTE_DST_LEN);
	return true;
}

static const char *origin_of(const struct nl_row *row)
{
	static const char *const origins[] = {
		[STRATA_ROUTE_ORIGIN_KERNEL] = "kernel",
		[STRATA_ROUTE_ORIGIN_STATIC] = "static",
		[STRATA_ROUTE_ORIGIN_RA] = "ra",
	};

	return show_name(origins, ARRAY_SIZE(origins),
			 nl_number(row, STRATA_A_ROUTE_ORIGIN));
}

void route_print(const struct nl_row *row)
{
	uint64_t type = nl_number(row, STRATA_A_ROUTE_TYPE);
	char text[SHOW_TEXT];
	struct prefix dst;

	if (!route_dst(row, &dst))
		return;
	if (type != STRATA_ROUTE_TYPE_UNICAST)
		printf("%s ", show_name(route_types, ROUTE_TYPES, type));
	fputs(show_dst(&dst, text), stdout);
	print_way(row, origin_of(row));
}

void route_json(const struct nl_row *row)
{
	uint64_t type = nl_number(row, STRATA_A_ROUTE_TYPE);
	char text[SHOW_TEXT];
	struct prefix dst;

	if (!route_dst(row, &dst))
		return;
	if (type != STRATA_ROUTE_TYPE_UNICAST)
		json_string("type", show_name(route_types, ROUTE_TYPES, type));
	json_string("dst", show_dst(&dst, text));
	json_string("protocol", origin_of(row));
	json_way(row);
}

void route_show_answer(const struct nl_row *row)
{
	uint64_t number = nl_number(row, STRATA_A_ROUTE_TYPE);
	const char *type = show_name(route_types, ROUTE_TYPES, number);
	char text[SHOW_TEXT];
	const char *dst = show_address(row, STRATA_A_ROUTE_DST, text) ?: "?";

	if (!options.json) {
		if (number != STRATA_ROUTE_TYPE_UNICAST)
			printf("%s ", type);
		fputs(dst, stdout);
		print_way(row, NULL);
		return;
	}
	json_array(NULL);
	json_object(NULL);
	json_string("type", type);
	json_string("dst", dst);
	json_way(row);
	json_object_end();
	json_array_end();
}
