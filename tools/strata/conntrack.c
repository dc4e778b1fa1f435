// SPDX-License-Identifier: GPL-2.0
/*
 * strata conntrack: connections that the firewall knows.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "show.h"

static const char *const tcp_states[] = {
	[STRATA_CT_TCP_STATE_NONE] = "NONE",
	[STRATA_CT_TCP_STATE_SYN_SENT] = "SYN_SENT",
	[STRATA_CT_TCP_STATE_SYN_SENT2] = "SYN_SENT2",
	[STRATA_CT_TCP_STATE_SYN_RECV] = "SYN_RECV",
	[STRATA_CT_TCP_STATE_ESTABLISHED] = "ESTABLISHED",
	[STRATA_CT_TCP_STATE_FIN_WAIT] = "FIN_WAIT",
	[STRATA_CT_TCP_STATE_LAST_ACK] = "LAST_ACK",
	[STRATA_CT_TCP_STATE_TIME_WAIT] = "TIME_WAIT",
	[STRATA_CT_TCP_STATE_CLOSED] = "CLOSED",
};

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP }, { "icmpv6", IPPROTO_ICMPV6 },
	{ "sctp", IPPROTO_SCTP }, { "dccp", IPPROTO_DCCP },
	{ "udplite", IPPROTO_UDPLITE },
};

/* ------- showing ------- */

static const char *protocol_text(unsigned int number, char text[SHOW_TEXT])
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == number)
			return protocols[i].name;
	snprintf(text, SHOW_TEXT, "%u", number);
	return text;
}

static bool has_ports(unsigned int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

static bool is_query(unsigned int protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

/* One way of a connection: the attributes of its ends. */
struct way {
	uint16_t src, dst, src_port, dst_port;
};

static const struct way orig = {
	STRATA_A_CT_SRC, STRATA_A_CT_DST,
	STRATA_A_CT_SRC_PORT, STRATA_A_CT_DST_PORT,
};

static const struct way reply = {
	STRATA_A_CT_REPLY_SRC, STRATA_A_CT_REPLY_DST,
	STRATA_A_CT_REPLY_SRC_PORT, STRATA_A_CT_REPLY_DST_PORT,
};

static void print_way(const struct nl_row *row, const struct way *way,
		      unsigned int protocol, bool back)
{
	char src[SHOW_TEXT], dst[SHOW_TEXT];

	printf(" src %s dst %s", show_address(row, way->src, src) ?: "?",
	       show_address(row, way->dst, dst) ?: "?");
	if (has_ports(protocol))
		printf(" sport %llu dport %llu", nl_number(row, way->src_port),
		       nl_number(row, way->dst_port));
	else if (is_query(protocol))
		printf(" id %llu", nl_number(row, back ? way->dst_port :
							 way->src_port));
}

static void print_connection(const struct nl_row *row, unsigned int protocol)
{
	char text[SHOW_TEXT];

	printf("%s", protocol_text(protocol, text));
	if (protocol == IPPROTO_TCP)
		printf(" %s", show_name(tcp_states, ARRAY_SIZE(tcp_states),
					nl_number(row, STRATA_A_CT_TCP_STATE)));
	print_way(row, &orig, protocol, false);
	printf(" reply");
	print_way(row, &reply, protocol, true);
	if (row->attrs[STRATA_A_CT_IFINDEX])
		printf(" dev %s",
		       if_indextoname(nl_number(row, STRATA_A_CT_IFINDEX),
				      text) ?: "?");
	if (!row->attrs[STRATA_A_CT_REPLIED])
		printf(" unreplied");
	if (row->attrs[STRATA_A_CT_ASSURED])
		printf(" assured");
	printf(" expires %llus\n", nl_number(row, STRATA_A_CT_EXPIRES_S));
}

static void json_way(const char *key, const struct nl_row *row,
		     const struct way *way, unsigned int protocol, bool back)
{
	char text[SHOW_TEXT];

	json_object(key);
	json_string("src", show_address(row, way->src, text) ?: "?");
	json_string("dst", show_address(row, way->dst, text) ?: "?");
	if (has_ports(protocol)) {
		json_u64("sport", nl_number(row, way->src_port));
		json_u64("dport", nl_number(row, way->dst_port));
	} else if (is_query(protocol)) {
		json_u64("id", nl_number(row, back ? way->dst_port :
						     way->src_port));
	}
	json_object_end();
}

static void json_connection(const struct nl_row *row, unsigned int protocol)
{
	char text[SHOW_TEXT];

	json_object(NULL);
	json_string("protocol", protocol_text(protocol, text));
	if (protocol == IPPROTO_TCP)
		json_string("state",
			    show_name(tcp_states, ARRAY_SIZE(tcp_states),
				      nl_number(row, STRATA_A_CT_TCP_STATE)));
	json_way("original", row, &orig, protocol, false);
	json_way("reply", row, &reply, protocol, true);
	if (row->attrs[STRATA_A_CT_IFINDEX])
		json_string("dev",
			    if_indextoname(nl_number(row, STRATA_A_CT_IFINDEX),
					   text) ?: "?");
	if (row->attrs[STRATA_A_CT_REPLIED])
		json_true("replied");
	if (row->attrs[STRATA_A_CT_ASSURED])
		json_true("assured");
	json_u64("expires_s", nl_number(row, STRATA_A_CT_EXPIRES_S));
	json_object_end();
}

static void show_connection(const struct nl_row *row)
{
	unsigned int protocol = nl_number(row, STRATA_A_CT_PROTOCOL);
	struct prefix address;

	if (!nl_address(row, STRATA_A_CT_SRC, &address) ||
	    !show_family(address.family))
		return;
	if (options.json)
		json_connection(row, protocol);
	else
		print_connection(row, protocol);
}

/* ------- which ------- */

static int put_protocol(struct args *args, struct nlmsghdr *request)
{
	const char *word = args_peek(args);
	uint32_t number = 0;
	uint8_t protocol;
	size_t i;

	for (i = 0; word && i < ARRAY_SIZE(protocols); i++)
		if (strcmp(word, protocols[i].name) == 0)
			number = protocols[i].number;
	if (number)
		args_next(args);
	else if (arg_u32(args, "the protocol", 1, UINT8_MAX, &number) !=
		 STATUS_OK)
		return STATUS_USAGE;
	protocol = number;
	nl_put(request, STRATA_A_CT_PROTOCOL, &protocol, sizeof(protocol));
	return STATUS_OK;
}

static int put_address(struct args *args, uint16_t type,
		       struct nlmsghdr *request)
{
	struct prefix address;

	if (arg_address(args, "the address", &address) != STATUS_OK)
		return STATUS_USAGE;
	nl_put_prefix(request, type, &address);
	return STATUS_OK;
}

static int put_port(struct args *args, uint16_t type, struct nlmsghdr *request)
{
	uint32_t number;
	uint16_t port;

	if (arg_u32(args, "the port", 1, UINT16_MAX, &number) != STATUS_OK)
		return STATUS_USAGE;
	port = number;
	nl_put(request, type, &port, sizeof(port));
	return STATUS_OK;
}

static int put_filter(struct args *args, struct nlmsghdr *request)
{
	int status = STATUS_OK;

	while (args_peek(args) && status == STATUS_OK) {
		if (args_take(args, "proto"))
			status = put_protocol(args, request);
		else if (args_take(args, "src"))
			status = put_address(args, STRATA_A_CT_SRC, request);
		else if (args_take(args, "dst"))
			status = put_address(args, STRATA_A_CT_DST, request);
		else if (args_take(args, "sport"))
			status = put_port(args, STRATA_A_CT_SRC_PORT, request);
		else if (args_take(args, "dport"))
			status = put_port(args, STRATA_A_CT_DST_PORT, request);
		else
			return args_unknown(args,
					    "proto, src, dst, sport or dport");
	}
	return status;
}

/* ------- the commands ------- */

static int show(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_CT_GET);
	int status;

	if (!request)
		return STATUS_KERNEL;
	status = put_filter(args, request);
	if (status != STATUS_OK)
		return status;
	return show_dump(request, show_connection);
}

static int forget(struct nlmsghdr *request)
{
	struct nl_rows rows = { 0 };
	size_t position = 0;
	struct nl_row row;
	int status = nl_ask(request, &rows);

	if (status == STATUS_OK && options.statistics &&
	    nl_next(&rows, &position, &row))
		printf("%llu connections forgotten\n",
		       nl_number(&row, STRATA_A_CT_COUNT));
	nl_rows_free(&rows);
	return status;
}

static int delete(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_CT_DEL);
	int status;

	if (!request)
		return STATUS_KERNEL;
	if (!args_peek(args))
		return args_error(args, "which? proto, src, dst, sport, dport; flush forgets all");
	status = put_filter(args, request);
	return status == STATUS_OK ? forget(request) : status;
}

static int flush(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_CT_DEL);

	if (!request)
		return STATUS_KERNEL;
	if (args_end(args, "nothing more") != STATUS_OK)
		return STATUS_USAGE;
	return forget(request);
}

static int count(struct args *args)
{
	struct nlmsghdr *request = nl_begin(STRATA_CMD_CT_GET);
	struct nl_rows rows = { 0 };
	size_t position = 0;
	struct nl_row row;
	int status;

	if (!request)
		return STATUS_KERNEL;
	if (args_end(args, "nothing more") != STATUS_OK)
		return STATUS_USAGE;
	status = nl_ask(request, &rows);
	if (status == STATUS_OK && nl_next(&rows, &position, &row)) {
		if (options.json) {
			json_object(NULL);
			json_u64("count", nl_number(&row, STRATA_A_CT_COUNT));
			json_u64("limit", nl_number(&row, STRATA_A_CT_LIMIT));
			json_object_end();
		} else {
			printf("%llu of %llu\n",
			       nl_number(&row, STRATA_A_CT_COUNT),
			       nl_number(&row, STRATA_A_CT_LIMIT));
		}
	}
	nl_rows_free(&rows);
	return status;
}

#define FILTER \
	"[ proto PROTOCOL ] [ src ADDRESS ] [ dst ADDRESS ] [ sport PORT ] [ dport PORT ]"

static const struct command commands[] = {
	{ "show", "list", show, FILTER },
	{ "count", NULL, count, "" },
	{ "delete", NULL, delete, FILTER },
	{ "flush", NULL, flush, "" },
	{ 0 },
};

int conntrack_main(struct args *args)
{
	static const struct object object = {
		.name = "conntrack",
		.commands = commands,
		.help = "\nConnections are known while a rule of the firewall asks for states.\n"
			"src, dst, sport and dport are those of the first packet.\n"
			"With -s, delete and flush say how many were forgotten.\n",
	};

	return object_run(&object, args);
}
