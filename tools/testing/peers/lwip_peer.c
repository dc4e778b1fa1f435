// SPDX-License-Identifier: GPL-2.0
/*
 * lwip_peer [OPTION…] TAP COMMAND…: lwIP's stack at the other end of a tap device.
 *
 * One thread: the library is used as lwIP is used without an operating system, with
 * its callbacks from the loop below. lwIP's first port is by rand(), which has a seed here,
 * or each process would begin with the port of the one before.
 */
#define _GNU_SOURCE
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/timeouts.h>
#include <netif/etharp.h>
#include "lwip_peer.h"
#include "tap.h"

static const char usage[] =
	"usage: lwip_peer [-a ADDRESS]… [-g GATEWAY] [-m MTU] [-r BYTES] TAP COMMAND\n"
	"       cat ADDRESS PORT            a connection: standard input out, what comes to standard output\n"
	"       serve PORT                  the same, for the first that connects\n"
	"       echo PORT                   what comes goes back, by TCP and UDP, until killed\n"
	"       ping ADDRESS BYTES COUNT    echo requests, one after another\n"
	"   -a  an address, IPv4 with 24 bits or IPv6 with 64\n"
	"   -g  the router, IPv4\n"
	"   -m  the MTU, from which the largest segment follows\n"
	"   -r  serve: reset the connection after so many bytes\n";

struct options {
	const char *tap;
	ip4_addr_t address4;
	ip4_addr_t gateway4;
	ip6_addr_t address6[LWIP_IPV6_NUM_ADDRESSES - 1];
	int address6_count;
	u16_t mtu;
	long reset_after;
};

static struct netif wire;
static int tap_fd;
static bool has_stream;

static long to_number(const char *text, long most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 0 || value > most)
		errx(2, "%s: not a number up to %ld", text, most);
	return value;
}

static ip_addr_t to_address(const char *text)
{
	ip_addr_t parsed;

	if (!ipaddr_aton(text, &parsed))
		errx(2, "%s: not an address", text);
	if (IP_IS_V6(&parsed))
		ip6_addr_assign_zone(ip_2_ip6(&parsed), IP6_UNICAST, &wire);
	return parsed;
}

static err_t frame_out(struct netif *netif, struct pbuf *p)
{
	static char frame[TAP_FRAME_BYTES];

	(void)netif;
	if (p->tot_len > sizeof(frame))
		return ERR_BUF;
	tap_send(tap_fd, frame, pbuf_copy_partial(p, frame, p->tot_len, 0));
	return ERR_OK;
}

static void frames_in(void)
{
	static char frame[TAP_FRAME_BYTES];
	struct pbuf *p;
	ssize_t bytes;

	while ((bytes = read(tap_fd, frame, sizeof(frame))) > 0) {
		/* Debian's 2.1.3 has less room in those of a pool than it says. */
		p = pbuf_alloc(PBUF_RAW, bytes, PBUF_RAM);
		if (!p)
			errx(1, "no memory");
		pbuf_take(p, frame, bytes);
		if (wire.input(p, &wire) != ERR_OK)
			pbuf_free(p);
	}
}

static err_t wire_init(struct netif *netif)
{
	static const unsigned char mac[] = { 0x02, 0, 0, 0, 0x77, 0x49 };

	netif->name[0] = 't';
	netif->name[1] = 'p';
	netif->hwaddr_len = sizeof(mac);
	memcpy(netif->hwaddr, mac, sizeof(mac));
	netif->mtu = *(const u16_t *)netif->state;
	netif->mtu6 = netif->mtu;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		       NETIF_FLAG_IGMP | NETIF_FLAG_MLD6 | NETIF_FLAG_LINK_UP;
	netif->output = etharp_output;
	netif->output_ip6 = ethip6_output;
	netif->linkoutput = frame_out;
	return ERR_OK;
}

static void wire_up(struct options *options)
{
	ip4_addr_t netmask;
	int i;

	tap_fd = tap_open(options->tap);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	if (!netif_add(&wire, &options->address4, &netmask, &options->gateway4, &options->mtu,
		       wire_init, netif_input))
		errx(1, "netif_add");
	netif_set_default(&wire);
	netif_create_ip6_linklocal_address(&wire, 1);
	for (i = 0; i < options->address6_count; i++)
		if (netif_add_ip6_address(&wire, &options->address6[i], NULL))
			errx(1, "netif_add_ip6_address");
	netif_set_up(&wire);
}

/* Has the wire every address for itself? */
static bool settled(void)
{
	int i;

	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
		if (ip6_addr_isduplicated(netif_ip6_addr_state(&wire, i)))
			errx(1, "somebody has %s", ip6addr_ntoa(netif_ip6_addr(&wire, i)));
		if (ip6_addr_istentative(netif_ip6_addr_state(&wire, i)))
			return false;
	}
	return true;
}

static void turn(void)
{
	struct pollfd fds[1 + STREAM_FDS] = { { .fd = tap_fd, .events = POLLIN } };
	int i;

	for (i = 1; i <= STREAM_FDS; i++)
		fds[i].fd = -1;
	if (has_stream)
		stream_fill(fds + 1);
	if (poll(fds, 1 + STREAM_FDS, sys_timeouts_sleeptime()) < 0)
		err(1, "poll");
	sys_check_timeouts();
	frames_in();
	if (has_stream)
		stream_work(fds + 1);
}

static void command(const struct options *options, int words, char **word)
{
	ip_addr_t to;

	if (words == 3 && !strcmp(word[0], "cat")) {
		to = to_address(word[1]);
		stream_connect(&to, to_number(word[2], 65535));
		has_stream = true;
	} else if (words == 2 && !strcmp(word[0], "serve")) {
		stream_serve(to_number(word[1], 65535), options->reset_after);
		has_stream = true;
	} else if (words == 2 && !strcmp(word[0], "echo")) {
		echo_serve(to_number(word[1], 65535));
	} else if (words == 4 && !strcmp(word[0], "ping")) {
		to = to_address(word[1]);
		ping_start(&to, to_number(word[2], 65000), to_number(word[3], 1000));
	} else {
		fputs(usage, stderr);
		exit(2);
	}
}

static void add_address(struct options *options, const char *text)
{
	ip_addr_t parsed = to_address(text);

	if (IP_IS_V4(&parsed)) {
		options->address4 = *ip_2_ip4(&parsed);
		return;
	}
	if (options->address6_count == LWIP_ARRAYSIZE(options->address6))
		errx(2, "too many addresses");
	options->address6[options->address6_count++] = *ip_2_ip6(&parsed);
}

int main(int argc, char **argv)
{
	struct options options = { .mtu = 1500 };
	struct timespec now;
	ip_addr_t gateway;
	int option;

	while ((option = getopt(argc, argv, "+a:g:m:r:")) != -1) {
		switch (option) {
		case 'a':
			add_address(&options, optarg);
			break;
		case 'g':
			gateway = to_address(optarg);
			options.gateway4 = *ip_2_ip4(&gateway);
			break;
		case 'm':
			options.mtu = to_number(optarg, 9000);
			break;
		case 'r':
			options.reset_after = to_number(optarg, 1 << 30);
			break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (argc - optind < 2) {
		fputs(usage, stderr);
		return 2;
	}
	options.tap = argv[optind];
	clock_gettime(CLOCK_REALTIME, &now);
	srand(now.tv_nsec ^ getpid());
	lwip_init();
	wire_up(&options);
	while (!settled())
		turn();
	command(&options, argc - optind - 1, argv + optind + 1);
	fputs("ready\n", stderr);
	for (;;)
		turn();
}
