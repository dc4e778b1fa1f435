/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets: from a script's relative numbers to octets, and back.
 */
#ifndef TCP_SCRIPT_WIRE_H
#define TCP_SCRIPT_WIRE_H

#include <netinet/in.h>
#include "script.h"

#define PACKET_MAX	2048
#define STACK_PORT	8080	/* where bind() binds */
#define PEER_PORT	40000	/* of peer 0 */
/* The sign of the sequence numbers changes soon. */
#define PEER_ISN	0x7ffffc00u

/**
 * struct peer - what is known of one peer's connection
 * @port: the peer's
 * @stack_port: the stack's: STACK_PORT until it has called from another
 * @isn: the stack's initial sequence number
 * @isn_known: its SYN has been seen
 * @ts_offset: the stack's timestamps are so much more than the script's
 * @ts_known: one has been expected by number
 * @used: counts up: the peer with the highest has the port
 */
struct peer {
	uint16_t port;
	uint16_t stack_port;
	uint32_t isn;
	bool isn_known;
	uint32_t ts_offset;
	bool ts_known;
	unsigned int used;
};

/**
 * struct wire - a family and its peers
 * @ipv6: which
 * @peers: by number
 * @uses: the last value of peer.used
 * @cookie: of Fast Open, that the stack gave last; all peers have one address
 */
struct wire {
	bool ipv6;
	struct peer peers[PEERS_MAX];
	unsigned int uses;
	uint32_t cookie[2];
};

void wire_init(struct wire *wire, const struct script *script, bool ipv6);
/* The address of the peers, or with the stack's port of the stack; its length. */
socklen_t wire_address(const struct wire *wire, uint16_t port,
		       struct sockaddr_storage *address);
/* Both return the packet's octets, at most PACKET_MAX. */
size_t wire_segment(struct wire *wire, const struct segment *segment, uint8_t *packet);
size_t wire_icmp(const struct wire *wire, const struct icmp *icmp, uint8_t *packet);
/* False: it is none of the peers' segments; @wrong says what is broken in it. */
bool wire_read(struct wire *wire, const uint8_t *packet, size_t len,
	       struct segment *segment, const char **wrong);
/* Timestamps are relative from the first on that is expected by number. */
void wire_learn_timestamp(struct wire *wire, const struct segment *want,
			  const struct segment *got);
/* @segment as it was captured, with the timestamps that a script would have. */
void wire_relate(const struct wire *wire, struct segment *segment);

/* The octet at a place of a stream: of the stack's program, or of a peer. */
uint8_t pattern(uint32_t offset);

#endif /* TCP_SCRIPT_WIRE_H */
