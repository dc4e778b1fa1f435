// SPDX-License-Identifier: GPL-2.0
/*
 * Echo requests (RFC 792, RFC 4443 section 4.1), the next when the answer is there.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lwip/icmp.h>
#include <lwip/icmp6.h>
#include <lwip/inet_chksum.h>
#include <lwip/raw.h>
#include <lwip/timeouts.h>
#include "lwip_peer.h"

#define TIMEOUT_MS	20000
#define IDENTIFIER	0x4c77
/* type, code, checksum, identifier, sequence number: with both families */
#define HEADER_BYTES	8

static struct {
	struct raw_pcb *pcb;
	ip_addr_t to;
	u16_t bytes;
	int count;
	int done;
} ping;

static void late(void *arg)
{
	(void)arg;
	errx(STATUS_TIMEOUT, "no answer to %d of %d", ping.done + 1, ping.count);
}

/* The header and data number @i of this request. */
static unsigned char data_byte(int i)
{
	return i * 7 + ping.done + (i >> 8);
}

static void request(void)
{
	struct pbuf *p = pbuf_alloc(PBUF_IP, HEADER_BYTES + ping.bytes, PBUF_RAM);
	struct icmp_echo_hdr *header;
	int i;

	if (!p)
		errx(1, "no memory");
	header = p->payload;
	memset(header, 0, HEADER_BYTES);
	header->type = IP_IS_V4(&ping.to) ? ICMP_ECHO : ICMP6_TYPE_EREQ;
	header->id = lwip_htons(IDENTIFIER);
	header->seqno = lwip_htons(ping.done);
	for (i = 0; i < ping.bytes; i++)
		((unsigned char *)p->payload)[HEADER_BYTES + i] = data_byte(i);
	/* lwIP sums ICMPv6 by itself, the addresses belong to it. */
	if (IP_IS_V4(&ping.to))
		header->chksum = inet_chksum(p->payload, p->len);
	sys_timeout(TIMEOUT_MS, late, NULL);
	if (raw_sendto(ping.pcb, p, &ping.to) != ERR_OK)
		errx(1, "raw_sendto");
	pbuf_free(p);
}

/* Returns 1 if it took @p: the answer that is waited for. */
static u8_t answered(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	int skip = IP_IS_V4(from) ? IPH_HL_BYTES((struct ip_hdr *)p->payload) : IP6_HLEN;
	struct icmp_echo_hdr header;
	int i;

	(void)arg;
	(void)pcb;
	if (pbuf_copy_partial(p, &header, HEADER_BYTES, skip) != HEADER_BYTES ||
	    header.type != (IP_IS_V4(from) ? ICMP_ER : ICMP6_TYPE_EREP) ||
	    header.id != lwip_htons(IDENTIFIER) || header.seqno != lwip_htons(ping.done))
		return 0;
	if (!ip_addr_cmp(from, &ping.to))
		errx(STATUS_ALTERED, "an answer from %s", ipaddr_ntoa(from));
	if (p->tot_len != skip + HEADER_BYTES + ping.bytes)
		errx(STATUS_ALTERED, "an answer of %d bytes", p->tot_len);
	for (i = 0; i < ping.bytes; i++)
		if (pbuf_get_at(p, skip + HEADER_BYTES + i) != data_byte(i))
			errx(STATUS_ALTERED, "byte %d of an answer is another", i);
	pbuf_free(p);
	sys_untimeout(late, NULL);
	if (++ping.done == ping.count) {
		printf("%d answers\n", ping.done);
		exit(0);
	}
	request();
	return 1;
}

void ping_start(const ip_addr_t *address, u16_t bytes, int count)
{
	ping.to = *address;
	ping.bytes = bytes;
	ping.count = count;
	ping.pcb = raw_new_ip_type(IP_GET_TYPE(address),
				   IP_IS_V4(address) ? IP_PROTO_ICMP : IP6_NEXTH_ICMP6);
	if (!ping.pcb)
		errx(1, "raw_new");
	if (IP_IS_V6(address)) {
		ping.pcb->chksum_reqd = 1;
		ping.pcb->chksum_offset = 2;
	}
	raw_recv(ping.pcb, answered, NULL);
	raw_bind(ping.pcb, IP_GET_TYPE(address) == IPADDR_TYPE_V4 ? IP4_ADDR_ANY : IP6_ADDR_ANY);
	request();
}
