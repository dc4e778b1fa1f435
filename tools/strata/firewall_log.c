// SPDX-License-Identifier: GPL-2.0
/*
 * strata firewall monitor: the packets that rules log, a line each or as a capture.
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "firewall.h"
#include "libpcap.h"
#include "show.h"

#define SNAPLEN	256	/* the kernel tells less of each */

/**
 * struct output - where packets go
 * @args: for messages
 * @pcap: to write a capture
 * @file: a capture, or NULL: text
 */
struct output {
	const struct args *args;
	const struct libpcap *pcap;
	pcap_dumper_t *file;
};

static void print_mac(const uint8_t *bytes)
{
	printf("%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
	       bytes[3], bytes[4], bytes[5]);
}

static unsigned int get_u16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static void print_frame(const uint8_t *data, size_t length)
{
	size_t type = 2 * ETH_ALEN;

	if (length < ETH_HLEN)
		return;
	printf(" ether ");
	print_mac(data + ETH_ALEN);
	printf(" > ");
	print_mac(data);
	while (length >= type + 6 && (get_u16(data + type) == ETHERTYPE_VLAN ||
				      get_u16(data + type) == 0x88a8)) {
		printf(" vlan %u", get_u16(data + type + 2) & 0xfff);
		type += 4;
	}
	printf(" type 0x%04x", get_u16(data + type));
}

static void print_addresses(int family, const void *source, const void *dest,
			    unsigned int protocol)
{
	char text[2][INET6_ADDRSTRLEN];

	printf(" %s > %s protocol %u",
	       inet_ntop(family, source, text[0], sizeof(text[0])),
	       inet_ntop(family, dest, text[1], sizeof(text[1])), protocol);
}

static void print_ip(const uint8_t *data, size_t length)
{
	struct ip6_hdr ip6;
	struct iphdr ip;

	if (length >= sizeof(ip6) && data[0] >> 4 == 6) {
		memcpy(&ip6, data, sizeof(ip6));
		print_addresses(AF_INET6, &ip6.ip6_src, &ip6.ip6_dst,
				ip6.ip6_nxt);
	} else if (length >= sizeof(ip)) {
		memcpy(&ip, data, sizeof(ip));
		print_addresses(AF_INET, &ip.saddr, &ip.daddr, ip.protocol);
	}
}

static void print_packet(const struct nl_row *row, const uint8_t *data,
			 size_t length)
{
	unsigned int chain = nl_number(row, STRATA_A_PACKET_STAGE);

	printf("%s %s handle %llu", table_of(chain), stage_of(chain),
	       nl_number(row, STRATA_A_PACKET_HANDLE));
	print_named("in", nl_text(row, STRATA_A_PACKET_IN));
	print_named("out", nl_text(row, STRATA_A_PACKET_OUT));
	print_named("on", nl_text(row, STRATA_A_PACKET_BRIDGE));
	if (chain < FIREWALL_STAGES)
		print_frame(data, length);
	else
		print_ip(data, length);
	printf(" length %llu", nl_number(row, STRATA_A_PACKET_LENGTH));
	if (*nl_text(row, STRATA_A_PACKET_COMMENT))
		printf(" comment '%s'", nl_text(row, STRATA_A_PACKET_COMMENT));
	putchar('\n');
	fflush(stdout);
}

static void write_packet(const struct output *output, const struct nl_row *row,
			 const uint8_t *data, size_t length)
{
	struct pcap_pkthdr header = {
		.caplen = length,
		.len = nl_number(row, STRATA_A_PACKET_LENGTH),
	};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	header.ts.tv_sec = now.tv_sec;
	header.ts.tv_usec = now.tv_nsec / 1000;
	output->pcap->dump((u_char *)output->file, &header, data);
	output->pcap->dump_flush(output->file);
}

static void packet(const struct nl_row *row, void *context)
{
	const struct output *output = context;
	const struct nlattr *data = row->attrs[STRATA_A_PACKET_DATA];

	if (!data)
		return;
	/* A capture has one kind of header: that of frames. */
	if (!output->file)
		print_packet(row, mnl_attr_get_payload(data),
			     mnl_attr_get_payload_len(data));
	else if (nl_number(row, STRATA_A_PACKET_STAGE) < FIREWALL_STAGES)
		write_packet(output, row, mnl_attr_get_payload(data),
			     mnl_attr_get_payload_len(data));
}

static int open_capture(struct output *output, const char *name)
{
	pcap_t *handle;

	output->pcap = libpcap_load(output->args);
	if (!output->pcap)
		return STATUS_USAGE;
	handle = output->pcap->open_dead(DLT_EN10MB, SNAPLEN);
	if (!handle)
		return args_error(output->args, "out of memory");
	output->file = output->pcap->dump_open(handle, name);
	if (!output->file)
		return args_error(output->args, "%s", output->pcap->geterr(handle));
	return STATUS_OK;
}

int firewall_monitor(struct args *args)
{
	struct output output = { .args = args };
	const char *name;

	if (args_take(args, "write")) {
		name = args_next(args);
		if (!name)
			return args_error(args, "the file is missing, - is the standard output");
		if (open_capture(&output, name) != STATUS_OK)
			return STATUS_USAGE;
	}
	if (args_end(args, "[ write FILE ]") != STATUS_OK)
		return STATUS_USAGE;
	return nl_listen(STRATA_MCGRP_FIREWALL, packet, &output);
}
