// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4, IPv6, TCP and ICMP headers, written and read.
 */
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <string.h>
#include "report.h"
#include "segment.h"
#include "wire.h"

#define HOPS		64
#define HEADER_WORDS	15	/* of TCP, at most */
#define WINDOW		32792	/* where a script gives none */
#define FASTOPEN_ID	0xf989	/* behind the length of OPT_FASTOPEN_EXP */

/* Documentation prefixes: RFC 5737, RFC 3849. */
static const char * const stack_addresses[] = { "192.0.2.1", "2001:db8::1" };
static const char * const peer_addresses[] = { "192.0.2.2", "2001:db8::2" };

uint8_t pattern(uint32_t offset)
{
	/* Neighbours differ, and so do octets that are a power of two apart. */
	return offset * 7 + (offset >> 8) * 3 + 1;
}

void wire_init(struct wire *wire, const struct script *script, bool ipv6)
{
	int i;

	memset(wire, 0, sizeof(*wire));
	wire->ipv6 = ipv6;
	for (i = 0; i < PEERS_MAX; i++) {
		wire->peers[i].port = PEER_PORT + script->port_of[i];
		wire->peers[i].stack_port = STACK_PORT;
	}
}

socklen_t wire_address(const struct wire *wire, uint16_t port,
		       struct sockaddr_storage *address)
{
	const char * const *text = port >= PEER_PORT && port < PEER_PORT + PEERS_MAX ?
				   peer_addresses : stack_addresses;
	struct sockaddr_in6 *in6 = (void *)address;
	struct sockaddr_in *in = (void *)address;

	memset(address, 0, sizeof(*address));
	if (wire->ipv6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		inet_pton(AF_INET6, text[1], &in6->sin6_addr);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	inet_pton(AF_INET, text[0], &in->sin_addr);
	return sizeof(*in);
}

/* ---- checksums, RFC 1071 ---- */

static uint32_t sum(const void *data, size_t len, uint32_t start)
{
	const uint8_t *octet = data;
	size_t i;

	for (i = 0; i < len; i++)
		start += i & 1 ? octet[i] : octet[i] << 8;
	return start;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return ~total & 0xffff;
}

/* Of what follows the IP header, with its pseudo-header. */
static uint16_t transport_sum(const uint8_t *packet, bool ipv6, int protocol,
			      const uint8_t *data, size_t len)
{
	uint32_t total = protocol + len;

	total = ipv6 ? sum(packet + 8, 32, total) : sum(packet + 12, 8, total);
	return fold(sum(data, len, total));
}

/* ---- writing ---- */

static size_t write_ip(const struct wire *wire, uint8_t *packet, int protocol,
		       size_t len, int hops, int ecn)
{
	struct ipv6hdr *ip6 = (void *)packet;
	struct iphdr *ip = (void *)packet;

	if (wire->ipv6) {
		memset(ip6, 0, sizeof(*ip6));
		ip6->version = 6;
		ip6->flow_lbl[0] = ecn << 4;
		ip6->payload_len = htons(len);
		ip6->nexthdr = protocol;
		ip6->hop_limit = hops;
		inet_pton(AF_INET6, peer_addresses[1], &ip6->saddr);
		inet_pton(AF_INET6, stack_addresses[1], &ip6->daddr);
		return sizeof(*ip6);
	}
	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tos = ecn;
	ip->tot_len = htons(sizeof(*ip) + len);
	ip->frag_off = htons(0x4000);
	ip->ttl = hops;
	ip->protocol = protocol;
	inet_pton(AF_INET, peer_addresses[0], &ip->saddr);
	inet_pton(AF_INET, stack_addresses[0], &ip->daddr);
	ip->check = htons(fold(sum(ip, sizeof(*ip), 0)));
	return sizeof(*ip);
}

static uint8_t *put(uint8_t *at, uint32_t value, int octets)
{
	while (octets--)
		*at++ = value >> 8 * octets;
	return at;
}

/* Octets of the option before the cookie. */
static int fastopen_base(int kind)
{
	return kind == OPT_FASTOPEN_EXP ? 4 : 2;
}

static uint8_t *write_option(const struct wire *wire, const struct peer *peer,
			     uint8_t *at, const struct tcp_option *option)
{
	int i;

	*at++ = option->kind;
	switch (option->kind) {
	case OPT_EOL:
	case OPT_NOP:
		return at;
	case OPT_MSS:
		*at++ = 4;
		return put(at, option->value[0], 2);
	case OPT_WSCALE:
		*at++ = 3;
		return put(at, option->value[0], 1);
	case OPT_TS:
		*at++ = 10;
		at = put(at, option->value[0], 4);
		/* Zero is no echo (RFC 7323 3.2). */
		return put(at, option->value[1] ?
			   option->value[1] + peer->ts_offset : 0, 4);
	case OPT_SACK:
		*at++ = 2 + 4 * option->count;
		for (i = 0; i < option->count; i++)
			at = put(at, option->value[i] + peer->isn, 4);
		return at;
	case OPT_FASTOPEN:
	case OPT_FASTOPEN_EXP:
		*at++ = fastopen_base(option->kind) + 4 * option->count;
		if (option->kind == OPT_FASTOPEN_EXP)
			at = put(at, FASTOPEN_ID, 2);
		for (i = 0; i < option->count; i++)
			at = put(at, option->any ? wire->cookie[i] :
						   option->value[i], 4);
		return at;
	default:
		*at++ = 2 + option->count;
		for (i = 0; i < option->count; i++)
			*at++ = 0x55;
		return at;
	}
}

static size_t write_options(const struct wire *wire, const struct peer *peer,
			    uint8_t *packet, const struct segment *segment)
{
	uint8_t octets[OPTIONS_MAX * 40] = {}, *at = octets;
	size_t len;
	int i;

	for (i = 0; i < segment->option_count; i++)
		at = write_option(wire, peer, at, &segment->options[i]);
	len = (at - octets + 3) / 4 * 4;
	if (len > HEADER_WORDS * 4 - sizeof(struct tcphdr))
		len = HEADER_WORDS * 4 - sizeof(struct tcphdr);
	memcpy(packet, octets, len);
	return len;
}

static void touch(struct wire *wire, struct peer *peer)
{
	peer->used = ++wire->uses;
}

static size_t write_tcp(struct wire *wire, uint8_t *packet,
			const struct segment *segment)
{
	struct peer *peer = &wire->peers[segment->peer];
	struct tcphdr *tcp = (void *)packet;
	size_t len = sizeof(*tcp);
	uint32_t i, first;

	touch(wire, peer);
	memset(tcp, 0, sizeof(*tcp));
	tcp->source = htons(peer->port);
	tcp->dest = htons(peer->stack_port);
	tcp->seq = htonl(segment->seq + PEER_ISN);
	if (segment->flags & ACK)
		tcp->ack_seq = htonl(segment->ack + peer->isn);
	packet[13] = segment->flags;
	tcp->window = htons(segment->win >= 0 ? segment->win : WINDOW);
	tcp->urg_ptr = htons(segment->urg >= 0 ? segment->urg : 0);
	len += write_options(wire, peer, packet + len, segment);
	tcp->doff = len / 4;
	/* The first octet of the stream comes after the SYN. */
	first = segment->seq + !!(segment->flags & SYN) - 1;
	for (i = 0; i < segment->len; i++)
		packet[len++] = pattern(first + i);
	return len;
}

size_t wire_segment(struct wire *wire, const struct segment *segment,
		    uint8_t *packet)
{
	size_t header = wire->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	struct tcphdr *tcp = (void *)(packet + header);
	size_t len = write_tcp(wire, packet + header, segment);

	write_ip(wire, packet, IPPROTO_TCP, len,
		 segment->ttl >= 0 ? segment->ttl : HOPS,
		 segment->ecn >= 0 ? segment->ecn : 0);
	tcp->check = htons(transport_sum(packet, wire->ipv6, IPPROTO_TCP,
					 packet + header, len));
	if (segment->bad_sum)
		tcp->check ^= htons(1);
	return header + len;
}

/* The beginning of one of the stack's own segments. */
static size_t write_quoted(const struct wire *wire, const struct icmp *icmp,
			   uint8_t *packet)
{
	const struct peer *peer = &wire->peers[icmp->peer];
	size_t len = write_ip(wire, packet, IPPROTO_TCP, sizeof(struct tcphdr),
			      HOPS, 0);
	struct tcphdr *tcp = (void *)(packet + len);
	struct ipv6hdr *ip6 = (void *)packet;
	struct iphdr *ip = (void *)packet;
	struct in6_addr address6;
	uint32_t address;

	if (wire->ipv6) {
		address6 = ip6->saddr;
		ip6->saddr = ip6->daddr;
		ip6->daddr = address6;
	} else {
		address = ip->saddr;
		ip->saddr = ip->daddr;
		ip->daddr = address;
	}
	memset(tcp, 0, sizeof(*tcp));
	tcp->source = htons(peer->stack_port);
	tcp->dest = htons(peer->port);
	tcp->seq = htonl(icmp->seq + peer->isn);
	tcp->doff = sizeof(*tcp) / 4;
	return len + sizeof(*tcp);
}

size_t wire_icmp(const struct wire *wire, const struct icmp *icmp,
		 uint8_t *packet)
{
	size_t header = wire->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	const struct icmp_type *type = &icmp_types[icmp->type];
	uint8_t *message = packet + header;
	size_t len = sizeof(struct icmphdr);
	int protocol = wire->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	/* The device's MTU is 20 more with IPv6: see tun.c. */
	unsigned int mtu = icmp->mtu && wire->ipv6 ? icmp->mtu + 20 : icmp->mtu;
	uint16_t check;

	memset(message, 0, len);
	message[0] = wire->ipv6 ? type->type6 : type->type;
	message[1] = wire->ipv6 ? type->code6 : type->code;
	put(message + 4, mtu, 4);
	len += write_quoted(wire, icmp, message + len);
	write_ip(wire, packet, protocol, len, HOPS, 0);
	check = wire->ipv6 ? transport_sum(packet, true, protocol, message, len) :
			     fold(sum(message, len, 0));
	put(message + 2, check, 2);
	return header + len;
}

/* ---- reading ---- */

static uint32_t get(const uint8_t *at, int octets)
{
	uint32_t value = 0;

	while (octets--)
		value = value << 8 | *at++;
	return value;
}

static void read_values(struct tcp_option *option, const uint8_t *at, int octets,
			int count)
{
	for (; option->count < count; option->count++, at += octets)
		option->value[option->count] = get(at, octets);
}

static bool is_fastopen_exp(const uint8_t *at, int len)
{
	return at[0] == (uint8_t)OPT_FASTOPEN_EXP && (len == 4 || len == 12) &&
	       get(at + 2, 2) == FASTOPEN_ID;
}

static bool read_option(struct tcp_option *option, const uint8_t *at, int len)
{
	int i;

	option->kind = at[0];
	if (is_fastopen_exp(at, len)) {
		option->kind = OPT_FASTOPEN_EXP;
		read_values(option, at + 4, 4, (len - 4) / 4);
	} else if (option->kind == OPT_MSS && len == 4) {
		read_values(option, at + 2, 2, 1);
	} else if (option->kind == OPT_WSCALE && len == 3) {
		read_values(option, at + 2, 1, 1);
	} else if (option->kind == OPT_TS && len == 10) {
		read_values(option, at + 2, 4, 2);
	} else if (option->kind == OPT_FASTOPEN && (len == 2 || len == 10)) {
		read_values(option, at + 2, 4, (len - 2) / 4);
	} else if (option->kind == OPT_SACK && len >= 10 && len <= 34) {
		read_values(option, at + 2, 4, (len - 2) / 4);
		for (i = 0; i < option->count; i++)
			option->value[i] -= PEER_ISN;
	} else {
		/* Those that have no name in the language, or no value. */
		option->count = len - 2;
		return option->kind > OPT_TS ||
		       (option->kind == OPT_SACK_OK && len == 2);
	}
	return true;
}

static bool read_options(struct segment *segment, const uint8_t *at, int left)
{
	struct tcp_option *option;
	int len;

	for (; left > 0 && *at != OPT_EOL; at += len, left -= len) {
		if (segment->option_count == OPTIONS_MAX)
			return false;
		option = &segment->options[segment->option_count++];
		len = 1;
		option->kind = *at;
		if (*at == OPT_NOP)
			continue;
		if (left < 2 || at[1] < 2 || at[1] > left)
			return false;
		len = at[1];
		if (!read_option(option, at, len))
			return false;
	}
	return true;
}

/* RFC 7413 4.1.2: one for all connections from our address. */
static void learn_cookie(struct wire *wire, const struct segment *segment)
{
	int i;

	for (i = 0; i < segment->option_count; i++)
		if ((segment->options[i].kind == OPT_FASTOPEN ||
		     segment->options[i].kind == OPT_FASTOPEN_EXP) &&
		    segment->options[i].count == 2)
			memcpy(wire->cookie, segment->options[i].value,
			       sizeof(wire->cookie));
}

static int find_peer(const struct wire *wire, uint16_t port)
{
	int i, best = 0;

	for (i = 1; i < PEERS_MAX; i++)
		if (wire->peers[i].port == port &&
		    (!best || wire->peers[i].used > wire->peers[best].used))
			best = i;
	return best;
}

static const char *read_tcp(struct wire *wire, const uint8_t *data, size_t len,
			    struct segment *segment)
{
	struct peer *peer = &wire->peers[segment->peer];
	const struct tcphdr *tcp = (const void *)data;
	uint32_t i, header = tcp->doff * 4, first;

	if (header < sizeof(*tcp) || header > len)
		return "the header's length";
	segment->flags = data[13];
	segment->seq = ntohl(tcp->seq);
	if (segment->flags & SYN && !peer->isn_known) {
		peer->isn_known = true;
		peer->isn = segment->seq;
		peer->stack_port = ntohs(tcp->source);
	}
	segment->seq -= peer->isn;
	segment->ack = segment->flags & ACK ? ntohl(tcp->ack_seq) - PEER_ISN : 0;
	segment->win = ntohs(tcp->window);
	segment->urg = ntohs(tcp->urg_ptr);
	segment->len = len - header;
	if (!read_options(segment, data + sizeof(*tcp), header - sizeof(*tcp)))
		return "an option";
	learn_cookie(wire, segment);
	first = segment->seq + !!(segment->flags & SYN) - 1;
	for (i = 0; i < segment->len; i++)
		segment->bad_data |= data[header + i] != pattern(first + i);
	return NULL;
}

/* Our peers' address as the destination, TCP as the protocol, no fragment. */
static size_t read_ip(const struct wire *wire, const uint8_t *packet, size_t len,
		      struct segment *segment, const char **wrong)
{
	const struct ipv6hdr *ip6 = (const void *)packet;
	const struct iphdr *ip = (const void *)packet;
	struct sockaddr_storage address;

	wire_address(wire, PEER_PORT, &address);
	if (wire->ipv6) {
		if (len < sizeof(*ip6) || ip6->version != 6 ||
		    ip6->nexthdr != IPPROTO_TCP ||
		    memcmp(&ip6->daddr, &((struct sockaddr_in6 *)&address)->sin6_addr, 16))
			return 0;
		if (ntohs(ip6->payload_len) != len - sizeof(*ip6))
			*wrong = "the IPv6 length";
		segment->ecn = ip6->flow_lbl[0] >> 4 & 3;
		segment->ttl = ip6->hop_limit;
		return sizeof(*ip6);
	}
	if (len < sizeof(*ip) || ip->version != 4 || ip->protocol != IPPROTO_TCP ||
	    memcmp(&ip->daddr, &((struct sockaddr_in *)&address)->sin_addr, 4))
		return 0;
	if (ip->ihl != sizeof(*ip) / 4 || ntohs(ip->tot_len) != len)
		*wrong = "the IPv4 length";
	else if (fold(sum(ip, sizeof(*ip), 0)))
		*wrong = "the IPv4 checksum";
	segment->ecn = ip->tos & 3;
	segment->ttl = ip->ttl;
	return sizeof(*ip);
}

bool wire_read(struct wire *wire, const uint8_t *packet, size_t len,
	       struct segment *segment, const char **wrong)
{
	const struct tcphdr *tcp;
	size_t header;

	memset(segment, 0, sizeof(*segment));
	*wrong = NULL;
	header = read_ip(wire, packet, len, segment, wrong);
	if (!header || len < header + sizeof(*tcp))
		return false;
	tcp = (const void *)(packet + header);
	segment->peer = find_peer(wire, ntohs(tcp->dest));
	if (!segment->peer)
		return false;
	if (!*wrong && transport_sum(packet, wire->ipv6, IPPROTO_TCP,
				     packet + header, len - header))
		*wrong = "the checksum";
	if (!*wrong)
		*wrong = read_tcp(wire, packet + header, len - header, segment);
	return true;
}

static struct tcp_option *timestamps(const struct segment *segment)
{
	int i;

	for (i = 0; i < segment->option_count; i++)
		if (segment->options[i].kind == OPT_TS)
			return (struct tcp_option *)&segment->options[i];
	return NULL;
}

void wire_learn_timestamp(struct wire *wire, const struct segment *want,
			  const struct segment *got)
{
	struct peer *peer = &wire->peers[want->peer];
	const struct tcp_option *wanted = timestamps(want), *there = timestamps(got);

	if (peer->ts_known || !wanted || !there || wanted->any & 1)
		return;
	peer->ts_known = true;
	peer->ts_offset = there->value[0] - wanted->value[0];
}

void wire_relate(const struct wire *wire, struct segment *segment)
{
	struct tcp_option *option = timestamps(segment);

	if (option)
		option->value[0] -= wire->peers[segment->peer].ts_offset;
}
