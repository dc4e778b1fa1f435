// SPDX-License-Identifier: GPL-2.0
/*
 * strata socket: sockets and connections, in the columns of ss(8).
 */
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "command.h"
#include "json.h"
#include "netlink.h"
#include "show.h"

/* linux/tcp_states.h, which is not for programs. */
enum state {
	ESTABLISHED = 1,
	SYN_SENT,
	SYN_RECV,
	FIN_WAIT1,
	FIN_WAIT2,
	TIME_WAIT,
	CLOSE,
	CLOSE_WAIT,
	LAST_ACK,
	LISTEN,
	CLOSING,
	NEW_SYN_RECV,
};

static const char *const states[] = {
	[ESTABLISHED] = "ESTAB",
	[SYN_SENT] = "SYN-SENT",
	[SYN_RECV] = "SYN-RECV",
	[FIN_WAIT1] = "FIN-WAIT-1",
	[FIN_WAIT2] = "FIN-WAIT-2",
	[TIME_WAIT] = "TIME-WAIT",
	[CLOSE] = "UNCONN",
	[CLOSE_WAIT] = "CLOSE-WAIT",
	[LAST_ACK] = "LAST-ACK",
	[LISTEN] = "LISTEN",
	[CLOSING] = "CLOSING",
	[NEW_SYN_RECV] = "SYN-RECV",
};

static const char *const timers[] = {
	[STRATA_SOCK_TIMER_NONE] = "none",
	[STRATA_SOCK_TIMER_RETRANSMIT] = "on",
	[STRATA_SOCK_TIMER_KEEPALIVE] = "keepalive",
	[STRATA_SOCK_TIMER_TIMEWAIT] = "timewait",
	[STRATA_SOCK_TIMER_PROBE] = "persist",
};

/* Which of them to show, and how: ss's options of the same letters. */
static struct {
	bool tcp, udp, udplite, raw, listening, all, numeric, info, extended, timers;
	bool no_header;
} want;

static const struct {
	const char *letter, *name;
	bool *option;
} socket_options[] = {
	{ "-t", "--tcp", &want.tcp },
	{ "-u", "--udp", &want.udp },
	{ "--udplite", "--udplite", &want.udplite },
	{ "-w", "--raw", &want.raw },
	{ "-l", "--listening", &want.listening },
	{ "-a", "--all", &want.all },
	{ "-n", "--numeric", &want.numeric },
	{ "-i", "--info", &want.info },
	{ "-e", "--extended", &want.extended },
	{ "-o", "--options", &want.timers },
	{ "-H", "--no-header", &want.no_header },
};

static bool socket_option(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(socket_options); i++) {
		if (strcmp(word, socket_options[i].name) == 0 ||
		    strcmp(word, socket_options[i].letter) == 0) {
			*socket_options[i].option = true;
			return true;
		}
	}
	if (strcmp(word, "-4") == 0 || strcmp(word, "--ipv4") == 0)
		options.family = AF_INET;
	else if (strcmp(word, "-6") == 0 || strcmp(word, "--ipv6") == 0)
		options.family = AF_INET6;
	else
		return output_option(word);
	return true;
}

/* "-tln" is "-t -l -n". */
static bool option_letters(const char *word)
{
	char letter[] = "-?";

	if (word[0] != '-' || word[1] == '-' || !word[1])
		return false;
	for (word++; *word; word++) {
		letter[1] = *word;
		if (!socket_option(letter))
			return false;
	}
	return true;
}

static bool is_raw(const struct nl_row *row)
{
	return nl_number(row, STRATA_A_SOCK_TYPE) == SOCK_RAW;
}

static const char *netid(const struct nl_row *row)
{
	if (is_raw(row))
		return "raw";
	switch (nl_number(row, STRATA_A_SOCK_PROTOCOL)) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_UDPLITE:
		return "udplite";
	}
	return "icmp";
}

/* How many kinds were asked for; 0: all. */
static int kinds_wanted(void)
{
	return want.tcp + want.udp + want.udplite + want.raw;
}

static bool is_wanted_kind(const char *kind)
{
	if (!kinds_wanted())
		return true;
	if (strcmp(kind, "tcp") == 0)
		return want.tcp;
	if (strcmp(kind, "udplite") == 0)
		return want.udplite;
	return strcmp(kind, "udp") == 0 ? want.udp : want.raw;
}

/* ss's rule: connections, unless told otherwise. */
static bool is_wanted(const struct nl_row *row)
{
	uint64_t state = nl_number(row, STRATA_A_SOCK_STATE);

	if (!is_wanted_kind(netid(row)))
		return false;
	if (!show_family(nl_number(row, STRATA_A_SOCK_FAMILY)))
		return false;
	if (want.all)
		return true;
	if (state == LISTEN || state == CLOSE)
		return want.listening;
	return !want.listening && state != TIME_WAIT && state != SYN_RECV &&
	       state != NEW_SYN_RECV;
}

static void json_endpoint(const struct nl_row *row, const char *key,
			  unsigned int address, unsigned int port)
{
	char text[SHOW_TEXT];

	json_object(key);
	json_string("address", show_address(row, address, text) ?: "");
	json_u64("port", nl_number(row, port));
	json_object_end();
}

static void json_numbers(const struct nl_row *row)
{
	static const struct {
		unsigned int type;
		const char *key;
	} numbers[] = {
		{ STRATA_A_SOCK_UID, "uid" },
		{ STRATA_A_SOCK_INODE, "inode" },
		{ STRATA_A_SOCK_TIMER_MS, "timer_ms" },
		{ STRATA_A_SOCK_RETRANSMITS, "retransmits" },
		{ STRATA_A_SOCK_SRTT_US, "srtt_us" },
		{ STRATA_A_SOCK_CWND, "cwnd" },
		{ STRATA_A_SOCK_MSS, "mss" },
		{ STRATA_A_SOCK_DROPS, "drops" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (row->attrs[numbers[i].type])
			json_u64(numbers[i].key,
				 nl_number(row, numbers[i].type));
}

static void json_socket(const struct nl_row *row)
{
	json_object(NULL);
	json_string("netid", netid(row));
	json_string("family", nl_number(row, STRATA_A_SOCK_FAMILY) == AF_INET ?
			      "inet" : "inet6");
	json_string("state", show_name(states, ARRAY_SIZE(states),
				       nl_number(row, STRATA_A_SOCK_STATE)));
	json_u64("recv_q", nl_number(row, STRATA_A_SOCK_RECVQ));
	json_u64("send_q", nl_number(row, STRATA_A_SOCK_SENDQ));
	json_endpoint(row, "local", STRATA_A_SOCK_LOCAL,
		      STRATA_A_SOCK_LOCAL_PORT);
	json_endpoint(row, "peer", STRATA_A_SOCK_REMOTE,
		      STRATA_A_SOCK_REMOTE_PORT);
	if (row->attrs[STRATA_A_SOCK_IFNAME])
		json_string("dev", nl_text(row, STRATA_A_SOCK_IFNAME));
	if (row->attrs[STRATA_A_SOCK_TIMER])
		json_string("timer",
			    show_name(timers, ARRAY_SIZE(timers),
				      nl_number(row, STRATA_A_SOCK_TIMER)));
	json_numbers(row);
	json_object_end();
}

/* Where others have the local port, a raw socket has its protocol. */
static void protocol_text(uint16_t number, char *text, size_t size)
{
	const struct protoent *protocol = NULL;

	if (!want.numeric)
		protocol = getprotobynumber(number);
	if (protocol)
		snprintf(text, size, "%s", protocol->p_name);
	else
		snprintf(text, size, "%u", number);
}

static void port_text(const struct nl_row *row, unsigned int port, char *text,
		      size_t size)
{
	uint16_t number = nl_number(row, port);
	const struct servent *service = NULL;

	if (is_raw(row) && port == STRATA_A_SOCK_LOCAL_PORT) {
		protocol_text(number, text, size);
		return;
	}
	if (!number) {
		snprintf(text, size, "*");
		return;
	}
	if (!want.numeric)
		service = getservbyport(htons(number), netid(row));
	if (service)
		snprintf(text, size, "%s", service->s_name);
	else
		snprintf(text, size, "%u", number);
}

/* "10.0.0.1:80", "0.0.0.0%s0:53", "[fd00::1]:80" */
static void print_endpoint(const struct nl_row *row, unsigned int address,
			   unsigned int port, const char *device)
{
	char text[SHOW_TEXT], port_name[64], full[SHOW_TEXT + 128];
	const char *ip = show_address(row, address, text) ?: "*";
	bool v6 = strchr(ip, ':');

	port_text(row, port, port_name, sizeof(port_name));
	snprintf(full, sizeof(full), "%s%s%s%s%s:%s", v6 ? "[" : "", ip,
		 v6 ? "]" : "", *device ? "%" : "", device, port_name);
	printf(" %24s", full);
}

static void print_timer(const struct nl_row *row)
{
	if (!nl_number(row, STRATA_A_SOCK_TIMER))
		return;
	printf(" timer:(%s,%llums,%llu)",
	       show_name(timers, ARRAY_SIZE(timers),
			 nl_number(row, STRATA_A_SOCK_TIMER)),
	       nl_number(row, STRATA_A_SOCK_TIMER_MS),
	       nl_number(row, STRATA_A_SOCK_RETRANSMITS));
}

static bool has_info(const struct nl_row *row)
{
	return row->attrs[STRATA_A_SOCK_SRTT_US] ||
	       row->attrs[STRATA_A_SOCK_MSS] ||
	       row->attrs[STRATA_A_SOCK_CWND] ||
	       row->attrs[STRATA_A_SOCK_DROPS];
}

static void print_info(const struct nl_row *row)
{
	printf("\n\t");
	if (row->attrs[STRATA_A_SOCK_SRTT_US])
		printf(" rtt:%.3f", nl_number(row, STRATA_A_SOCK_SRTT_US) / 1e3);
	if (row->attrs[STRATA_A_SOCK_MSS])
		printf(" mss:%llu", nl_number(row, STRATA_A_SOCK_MSS));
	if (row->attrs[STRATA_A_SOCK_CWND])
		printf(" cwnd:%llu", nl_number(row, STRATA_A_SOCK_CWND));
	if (row->attrs[STRATA_A_SOCK_DROPS])
		printf(" drops:%llu", nl_number(row, STRATA_A_SOCK_DROPS));
}

static void print_socket(const struct nl_row *row)
{
	/* ss leaves the column out where it would say the same in each line. */
	if (kinds_wanted() != 1 || want.raw)
		printf("%-7s ", netid(row));
	printf("%-10s %6llu %6llu",
	       show_name(states, ARRAY_SIZE(states),
			 nl_number(row, STRATA_A_SOCK_STATE)),
	       nl_number(row, STRATA_A_SOCK_RECVQ),
	       nl_number(row, STRATA_A_SOCK_SENDQ));
	print_endpoint(row, STRATA_A_SOCK_LOCAL, STRATA_A_SOCK_LOCAL_PORT,
		       nl_text(row, STRATA_A_SOCK_IFNAME));
	print_endpoint(row, STRATA_A_SOCK_REMOTE, STRATA_A_SOCK_REMOTE_PORT,
		       "");
	if (want.timers || want.extended)
		print_timer(row);
	if (want.extended)
		printf(" uid:%llu ino:%llu",
		       nl_number(row, STRATA_A_SOCK_UID),
		       nl_number(row, STRATA_A_SOCK_INODE));
	if (want.info && has_info(row))
		print_info(row);
	putchar('\n');
}

static void print_header(void)
{
	if (options.json || want.no_header)
		return;
	if (kinds_wanted() != 1 || want.raw)
		printf("%-7s ", "Netid");
	printf("%-10s %6s %6s %24s %24s\n", "State", "Recv-Q", "Send-Q",
	       "Local Address:Port", "Peer Address:Port");
}

static int show(void)
{
	struct nl_rows rows = { 0 };
	struct nlmsghdr *request;
	size_t position = 0;
	struct nl_row row;
	int status;

	request = nl_begin(STRATA_CMD_SOCK_GET);
	if (!request)
		return STATUS_KERNEL;
	status = nl_dump(request, &rows);
	if (status != STATUS_OK)
		return status;
	print_header();
	if (options.json)
		json_array(NULL);
	while (nl_next(&rows, &position, &row)) {
		if (!is_wanted(&row))
			continue;
		if (options.json)
			json_socket(&row);
		else
			print_socket(&row);
	}
	if (options.json)
		json_array_end();
	nl_rows_free(&rows);
	return STATUS_OK;
}

static int help(void)
{
	puts("Usage: strata socket [ OPTION… ]\n\n"
	     "Connections, in the columns of ss(8). Options may be joined: -tln.\n"
	     "  -t, --tcp        TCP only\n"
	     "  -u, --udp        UDP only\n"
	     "      --udplite    UDP-Lite only\n"
	     "  -w, --raw        raw and ping sockets only\n"
	     "  -l, --listening  listening and unconnected sockets instead\n"
	     "  -a, --all        both, and connections being opened or closed\n"
	     "  -n, --numeric    port numbers instead of names\n"
	     "  -i, --info       round trip time, congestion window and the like\n"
	     "  -e, --extended   owner, inode, timer\n"
	     "  -o, --options    timer\n"
	     "  -4, -6           one family only\n"
	     "  -H, --no-header  no line of titles\n"
	     "  -j, --json       JSON");
	return STATUS_OK;
}

int socket_main(struct args *args)
{
	const char *word;

	memset(&want, 0, sizeof(want));
	/* As with the other objects; there is nothing else to do. */
	args_take(args, "show");
	while ((word = args_next(args))) {
		if (is_help(word))
			return help();
		if (!socket_option(word) && !option_letters(word))
			return usage_error("socket: no option %s, use -tuwlanieo46H or -j",
					   word);
	}
	return show();
}
