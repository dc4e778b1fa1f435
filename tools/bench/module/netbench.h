/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _NETBENCH_H
#define _NETBENCH_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define NETBENCH_DEVICE		"/dev/netbench"
#define NETBENCH_STREAM_CHUNK	65536	/* bytes of one send or receive */
#define NETBENCH_UDP_BURST	64	/* datagrams between two acknowledgements */
#define NETBENCH_UDP_BYTES	64	/* of a datagram in udp_stream_64 */
#define NETBENCH_GSO_BYTES	1448	/* of one in udp_gso */
#define NETBENCH_GSO_SEGMENTS	44	/* datagrams in one call there */

/**
 * enum netbench_pattern - what a unit of work is
 * @NETBENCH_STREAM: one KiB from client to server
 * @NETBENCH_RR: one byte there and one back
 * @NETBENCH_CRR: the same on a connection of its own; the client's socket is not
 *	used, the server's listens
 * @NETBENCH_BURST: one datagram, every burst is acknowledged
 * @NETBENCH_GSO: one of several datagrams that are sent and received in one call
 *	(UDP_SEGMENT, UDP_GRO), which is acknowledged
 * @NETBENCH_PATTERNS: how many; not one of them
 */
enum netbench_pattern {
	NETBENCH_STREAM,
	NETBENCH_RR,
	NETBENCH_CRR,
	NETBENCH_BURST,
	NETBENCH_GSO,
	NETBENCH_PATTERNS,
};

/**
 * struct netbench_run - work to do, and how long it took
 * @pattern: enum netbench_pattern
 * @family: address family of NETBENCH_CRR's sockets
 * @client: descriptor
 * @server: descriptor
 * @count: units of work
 * @ns: out: nanoseconds
 */
struct netbench_run {
	__u32 pattern;
	__u32 family;
	__s32 client;
	__s32 server;
	__u64 count;
	__u64 ns;
};

#define NETBENCH_RUN	_IOWR('N', 1, struct netbench_run)

#endif
