// SPDX-License-Identifier: GPL-2.0
/*
 * strata route: where packets go.
 */
#include <stdio.h>
#include <string.h>
#include "bulk.h"
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "nexthop.h"
#include "route.h"
#include "show.h"

/* 0 is no limit; what else is impossible the kernel refuses. */
#define MTU_MIN		68
#define MTU_MAX		65535

/* Those that routes can be given. */
static const uint8_t own_types[] = {
	STRATA_ROUTE_TYPE_UNICAST, STRATA_ROUTE_TYPE_BLACKHOLE,
	STRATA_ROUTE_TYPE_UNREACHABLE, STRATA_ROUTE_TYPE_PROHIBIT,
};

/**
 * struct route_args - what the words of a route command say
 * @dst: prefix; its family is AF_UNSPEC for "default" until another tells
 * @via: gateway
 * @source: preferred source
 * @device: output device
 * @metric: of the route
 * @mtu: of the route
 * @table: its table; TABLE_ALL: every one
 * @nexthop: number of its next hop; 0: none
 * @way_count: of @ways
 * @ways: several, that it says itself
 * @type: of the route
 * @replace: take the place of one that is there
 * @have: which of them were given
 */
struct route_args {
	struct prefix dst;
	struct prefix via;
	struct prefix source;
	const char *device;
	uint32_t metric;
	uint32_t mtu;
	uint32_t table;
	uint32_t nexthop;
	unsigned int way_count;
	struct way ways[NEXTHOP_MEMBERS];
	uint8_t type;
	bool replace;
	struct {
		bool dst, via, source, metric, mtu, table;
	} have;
};

static int parse_dst(struct args *args, struct route_args *route)
{
	const char *word;

	if (route->have.dst)
		return args_unknown(args, "via, dev, metric, src, mtu, table, nhid or nexthop");
	args_take(args, "to");
	route->have.dst = true;
	word = args_peek(args);
	if (word && (strcmp(word, "default") == 0 || strcmp(word, "any") == 0 ||
		     strcmp(word, "all") == 0)) {
		args_next(args);
		route->dst.family = options.family;
		route->dst.length = 0;
		return STATUS_OK;
	}
	return arg_prefix(args, "destination", &route->dst);
}

static int parse_word(struct args *args, struct route_args *route)
{
	if (args_take(args, "via")) {
		route->have.via = true;
		return arg_address(args, "gateway", &route->via);
	}
	if (args_take(args, "dev") || args_take(args, "oif"))
		return arg_device(args, &route->device);
	if (args_take(args, "src")) {
		route->have.source = true;
		return arg_address(args, "source address", &route->source);
	}
	if (args_take(args, "metric") || args_take(args, "priority") ||
	    args_take(args, "preference")) {
		route->have.metric = true;
		return arg_u32(args, "metric", 0, UINT32_MAX, &route->metric);
	}
	if (args_take(args, "mtu")) {
		route->have.mtu = true;
		return arg_u32(args, "mtu", MTU_MIN, MTU_MAX, &route->mtu);
	}
	if (args_take(args, "nhid"))
		return arg_u32(args, "next hop", 1, UINT32_MAX,
			       &route->nexthop);
	if (args_take(args, "nexthop")) {
		if (route->way_count == NEXTHOP_MEMBERS)
			return args_error(args, "a route has at most %d next hops",
					  NEXTHOP_MEMBERS);
		return arg_way(args, &route->ways[route->way_count++]);
	}
	if (args_take(args, "table")) {
		route->have.table = true;
		return arg_route_table(args, &route->table);
	}
	return parse_dst(args, route);
}

static int same_family(const struct args *args, const char *what, bool have,
		       const struct prefix *address, const struct prefix *dst)
{
	if (!have || address->family == dst->family)
		return STATUS_OK;
	return args_error(args, "the %s and the destination must both be IPv4 or both IPv6",
				  what);
}

static int parse_route(struct args *args, struct route_args *route)
{
	size_t i;
	int status;

	memset(route, 0, sizeof(*route));
	for (i = 0; i < ARRAY_SIZE(own_types) && !route->type; i++)
		if (args_take(args, route_types[own_types[i]]))
			route->type = own_types[i];
	while (args_peek(args)) {
		status = parse_word(args, route);
		if (status != STATUS_OK)
			return status;
	}
	if (!route->have.dst)
		return STATUS_OK;
	/* "default" is of the family that the rest is of. */
	if (!route->dst.family && route->have.via)
		route->dst.family = route->via.family;
	if (!route->dst.family && route->way_count && route->ways[0].have_via)
		route->dst.family = route->ways[0].via.family;
	if (!route->dst.family && route->have.source)
		route->dst.family = route->source.family;
	if (!route->dst.family)
		route->dst.family = AF_INET;
	if (same_family(args, "gateway", route->have.via, &route->via,
			&route->dst) != STATUS_OK)
		return STATUS_USAGE;
	return same_family(args, "source address", route->have.source,
			   &route->source, &route->dst);
}

static void put_route(struct nlmsghdr *request, const struct route_args *route)
{
	int length = route->dst.length;

	if (length < 0)
		length = prefix_full(&route->dst);
	nl_put_prefix(request, STRATA_A_ROUTE_DST, &route->dst);
	mnl_attr_put_u8(request, STRATA_A_ROUTE_DST_LEN, length);
	if (route->have.via)
		nl_put_prefix(request, STRATA_A_ROUTE_GATEWAY, &route->via);
	if (route->have.source)
		nl_put_prefix(request, STRATA_A_ROUTE_SOURCE, &route->source);
	if (route->device)
		mnl_attr_put_strz(request, STRATA_A_ROUTE_IFNAME,
				  route->device);
	if (route->type)
		mnl_attr_put_u8(request, STRATA_A_ROUTE_TYPE, route->type);
	if (route->replace)
		mnl_attr_put(request, STRATA_A_ROUTE_REPLACE, 0, NULL);
	if (route->have.metric)
		mnl_attr_put_u32(request, STRATA_A_ROUTE_METRIC,
				 route->metric);
	if (route->have.mtu)
		mnl_attr_put_u32(request, STRATA_A_ROUTE_MTU, route->mtu);
	if (route->have.table)
		mnl_attr_put_u32(request, STRATA_A_ROUTE_TABLE, route->table);
	if (route->nexthop)
		mnl_attr_put_u32(request, STRATA_A_ROUTE_NEXTHOP,
				 route->nexthop);
	if (route->way_count)
		put_ways(request, STRATA_A_ROUTE_HOPS, route->ways,
			 route->way_count);
}

/* Does it say where packets go? */
static bool leads(const struct route_args *route)
{
	return route->have.via || route->device || route->nexthop ||
	       route->way_count;
}

static void put_item(struct nlmsghdr *request, const void *route)
{
	put_route(request, route);
}

static bool refuses(const struct route_args *route)
{
	return route->type != STRATA_ROUTE_TYPE_UNICAST;
}

static int missing_dst(const struct args *args)
{
	return args_error(args, "the destination is missing, like 10.1.0.0/16 or default");
}

static int which_table(const struct args *args)
{
	return args_error(args, "which table? all are for show alone");
}

static int add_route(struct args *args, bool replace)
{
	struct nlmsghdr *request;
	struct route_args route;

	if (parse_route(args, &route) != STATUS_OK)
		return STATUS_USAGE;
	if (!route.have.dst)
		return missing_dst(args);
	if (route.have.table && route.table == TABLE_ALL)
		return which_table(args);
	if (!leads(&route) && !refuses(&route))
		return args_error(args,
				  "where to? Give via ADDRESS, dev NAME or both, nhid or nexthop");
	route.replace = replace;
	if (options.batch)
		return bulk_add(put_item, &route);
	request = nl_begin(STRATA_CMD_ROUTE_ADD);
	if (!request)
		return STATUS_KERNEL;
	put_route(request, &route);
	return nl_change(request);
}

static int add(struct args *args)
{
	return add_route(args, false);
}

static int replace(struct args *args)
{
	return add_route(args, true);
}

static int delete(struct args *args)
{
	struct nlmsghdr *request;
	struct route_args route;

	if (parse_route(args, &route) != STATUS_OK)
		return STATUS_USAGE;
	if (!route.have.dst)
		return missing_dst(args);
	if (route.have.table && route.table == TABLE_ALL)
		return which_table(args);
	if (route.have.source || route.have.mtu)
		return args_error(args, "a route is found by prefix, via, dev, metric, not by %s",
				  route.have.mtu ? "mtu" : "src");
	request = nl_begin(STRATA_CMD_ROUTE_DEL);
	if (!request)
		return STATUS_KERNEL;
	put_route(request, &route);
	return nl_change(request);
}

/* As ip route: IPv4's, unless a family is asked for or named. */
static int wanted_family(const struct route_args *wanted)
{
	if (options.family)
		return options.family;
	if (wanted->have.dst && wanted->dst.family != AF_UNSPEC)
		return wanted->dst.family;
	return wanted->have.via ? wanted->via.family : AF_INET;
}

static bool is_wanted(const struct nl_row *row, const struct prefix *dst,
		      const struct route_args *wanted)
{
	struct prefix via;

	if (dst->family != wanted_family(wanted))
		return false;
	if (wanted->have.metric &&
	    wanted->metric != nl_number(row, STRATA_A_ROUTE_METRIC))
		return false;
	if (wanted->have.via &&
	    (!nl_address(row, STRATA_A_ROUTE_GATEWAY, &via) ||
	     via.family != wanted->via.family ||
	     memcmp(via.bytes, wanted->via.bytes, prefix_bytes(&via)) != 0))
		return false;
	if (!wanted->have.dst)
		return true;
	return dst->family == wanted->dst.family &&
	       dst->length == (wanted->dst.length < 0 ? prefix_full(dst) :
						       wanted->dst.length) &&
	       memcmp(dst->bytes, wanted->dst.bytes, prefix_bytes(dst)) == 0;
}

static void show_one(const struct nl_row *row)
{
	if (!options.json) {
		route_print(row);
		return;
	}
	json_object(NULL);
	route_json(row);
	json_object_end();
}

static int show(struct args *args)
{
	struct nl_rows rows = { 0 };
	struct nlmsghdr *request;
	struct route_args wanted;
	size_t position = 0;
	struct prefix dst;
	struct nl_row row;
	int status;

	if (parse_route(args, &wanted) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_ROUTE_GET);
	if (!request)
		return STATUS_KERNEL;
	if (wanted.device)
		mnl_attr_put_strz(request, STRATA_A_ROUTE_IFNAME,
				  wanted.device);
	if (!wanted.have.table)
		wanted.table = TABLE_MAIN;
	if (wanted.table != TABLE_ALL)
		mnl_attr_put_u32(request, STRATA_A_ROUTE_TABLE, wanted.table);
	status = nl_dump(request, &rows);
	if (status != STATUS_OK)
		return status;
	if (options.json)
		json_array(NULL);
	while (nl_next(&rows, &position, &row)) {
		if (route_dst(&row, &dst) && is_wanted(&row, &dst, &wanted))
			show_one(&row);
	}
	if (options.json)
		json_array_end();
	nl_rows_free(&rows);
	return STATUS_OK;
}

/**
 * struct get_args - what is known of a packet to look up
 * @dst: its destination
 * @from: its source
 * @device: to leave by
 * @iif: that it came in on
 * @mark: its mark
 * @have_from: the source was given
 */
struct get_args {
	struct prefix dst;
	struct prefix from;
	const char *device;
	const char *iif;
	uint32_t mark;
	bool have_from;
};

static int parse_get(struct args *args, struct get_args *get)
{
	int status;

	args_take(args, "to");
	status = arg_address(args, "destination", &get->dst);
	while (status == STATUS_OK && args_peek(args)) {
		if (args_take(args, "dev") || args_take(args, "oif")) {
			status = arg_device(args, &get->device);
		} else if (args_take(args, "from")) {
			get->have_from = true;
			status = arg_address(args, "source", &get->from);
		} else if (args_take(args, "iif")) {
			status = arg_device(args, &get->iif);
		} else if (args_take(args, "mark") ||
			   args_take(args, "fwmark")) {
			status = arg_u32(args, "mark", 0, UINT32_MAX,
					 &get->mark);
		} else {
			status = args_unknown(args, "from, iif, mark or dev");
		}
	}
	if (status == STATUS_OK)
		status = same_family(args, "source", get->have_from,
				     &get->from, &get->dst);
	return status;
}

static int get(struct args *args)
{
	struct nl_rows rows = { 0 };
	struct get_args get = { 0 };
	struct nlmsghdr *request;
	size_t position = 0;
	struct nl_row row;
	int status;

	if (parse_get(args, &get) != STATUS_OK)
		return STATUS_USAGE;
	request = nl_begin(STRATA_CMD_ROUTE_GET);
	if (!request)
		return STATUS_KERNEL;
	nl_put_prefix(request, STRATA_A_ROUTE_DST, &get.dst);
	if (get.have_from)
		nl_put_prefix(request, STRATA_A_ROUTE_SOURCE, &get.from);
	if (get.device)
		mnl_attr_put_strz(request, STRATA_A_ROUTE_IFNAME, get.device);
	if (get.iif)
		mnl_attr_put_strz(request, STRATA_A_ROUTE_IIF, get.iif);
	if (get.mark)
		mnl_attr_put_u32(request, STRATA_A_ROUTE_MARK, get.mark);
	status = nl_ask(request, &rows);
	if (status == STATUS_OK && nl_next(&rows, &position, &row))
		route_show_answer(&row);
	nl_rows_free(&rows);
	return status;
}

#define ROUTE_USAGE \
	"[ TYPE ] PREFIX { [ via ADDRESS ] [ dev NAME ] | nhid ID | NEXTHOP… } " \
	"[ metric NUMBER ] " \
	"[ src ADDRESS ] [ mtu BYTES ] [ table TABLE ]"

static const struct command commands[] = {
	{ "show", "list", show,
	  "[ PREFIX ] [ via ADDRESS ] [ dev NAME ] [ metric NUMBER ] [ table TABLE | all ]" },
	{ "add", NULL, add, ROUTE_USAGE },
	{ "delete", NULL, delete,
	  "[ TYPE ] PREFIX [ via ADDRESS ] [ dev NAME ] [ metric NUMBER ] [ table TABLE ]" },
	{ "replace", "change", replace, ROUTE_USAGE },
	{ "get", NULL, get, "ADDRESS [ from ADDRESS ] [ iif NAME ] [ mark MARK ] [ dev NAME ]" },
	{ 0 },
};

/* Does this command only add to what waits? */
bool route_waits(const struct args *args)
{
	const char *word = args_peek(args);
	const struct command *command;

	command = word ? command_find(commands, word) : NULL;
	return command && (command->run == add || command->run == replace);
}

int route_main(struct args *args)
{
	static const struct object object = {
		.name = "route",
		.commands = commands,
		.help = "\nPREFIX is ADDRESS/LENGTH, ADDRESS for all of its bits, or default.\n"
			"TYPE is unicast, or where nothing is sent blackhole, unreachable or prohibit.\n"
			"TABLE is a number, main or default.\n"
			"NEXTHOP is nexthop [ via ADDRESS ] [ dev NAME ] [ weight NUMBER ].\n",
	};

	return object_run(&object, args);
}
