/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A script: what was read from a file. Its language is described in
 * Documentation/tcp-scripts.rst.
 */
#ifndef TCP_SCRIPT_SCRIPT_H
#define TCP_SCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_MAX	512
#define SYSCTLS_MAX	16
#define PEERS_MAX	64
#define OPTIONS_MAX	20	/* in a header */
#define VALUES_MAX	8	/* of an option: four blocks */
#define ARGUMENTS_MAX	4
#define CONDITIONS_MAX	8	/* in one line about tcp_info */
#define TEXT_MAX	128

#define NS_PER_S	1000000000ll
#define NS_PER_MS	1000000ll

/* Bits of the flags octet. */
#define FIN	0x01
#define SYN	0x02
#define RST	0x04
#define PSH	0x08
#define ACK	0x10
#define URG	0x20
#define ECE	0x40
#define CWR	0x80

enum option_kind {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACK_OK = 4,
	OPT_SACK = 5,
	OPT_TS = 8,
	OPT_FASTOPEN = 34,
	OPT_FASTOPEN_EXP = 256 + 254,	/* the kind is 254, shared with others */
};

/**
 * struct tcp_option - one option of a TCP header
 * @kind: as on the wire, but for OPT_FASTOPEN_EXP; those without a name in the language
 *	are bare octets
 * @count: of @value
 * @value: MSS and shift count one, timestamps two, blocks two each, a Fast Open cookie two
 *	or, to ask for one, none
 * @any: bit n: value n is not compared
 */
struct tcp_option {
	uint16_t kind;
	uint8_t count;
	uint8_t any;
	uint32_t value[VALUES_MAX];
};

/**
 * struct segment - one segment, sent to the stack or expected from it
 * @peer: whose connection
 * @flags: FIN … CWR
 * @seq: relative to its sender's initial sequence number
 * @len: octets of payload
 * @repeat: so many of them one after the other, the flag P on the last only
 * @ack: relative to the receiver's initial sequence number
 * @win: the header's field; -1 not given
 * @urg: urgent pointer; -1 not given
 * @ecn: the two bits of the IP header; -1 not given
 * @ttl: hop count; -1 not given
 * @bad_sum: with a wrong checksum
 * @any_options: options are not compared
 * @option_count: of @options
 * @options: in their order
 * @when: captured: at what time
 * @bad_data: captured: its payload is not what was written
 */
struct segment {
	int peer;
	uint8_t flags;
	uint32_t seq;
	uint32_t len;
	uint32_t repeat;
	uint32_t ack;
	int win;
	int urg;
	int ecn;
	int ttl;
	bool bad_sum;
	bool any_options;
	int option_count;
	struct tcp_option options[OPTIONS_MAX];
	int64_t when;
	bool bad_data;
};

/**
 * struct icmp - an ICMP error about one of the stack's segments
 * @peer: whose connection
 * @type: index of icmp_types
 * @mtu: with frag_needed
 * @seq: of the segment that is quoted
 */
struct icmp {
	int peer;
	int type;
	unsigned int mtu;
	uint32_t seq;
};

struct call_op;

/**
 * struct call - a system call
 * @op: which
 * @count: of @argument
 * @argument: numbers; an option is its place in the table of options
 * @text: an argument that is a string
 * @result: what it returns
 * @err: errno, if @result is -1
 * @any_result: it may return anything
 */
struct call {
	const struct call_op *op;
	int count;
	long argument[ARGUMENTS_MAX];
	char text[40];
	long result;
	int err;
	bool any_result;
};

enum relation { EQ, NE, LT, LE, GT, GE };

/**
 * struct condition - on a member of struct tcp_info
 * @field: its place in the table of members
 * @relation: to
 * @value: this
 */
struct condition {
	int field;
	enum relation relation;
	int64_t value;
};

struct info {
	int fd;
	int count;
	struct condition conditions[CONDITIONS_MAX];
};

enum event_kind {
	EVENT_SEND,
	EVENT_EXPECT,
	EVENT_ICMP,
	EVENT_CALL,
	EVENT_INFO,
	EVENT_QUIET,
};

/**
 * struct event - one line
 * @line: its number
 * @kind: which of the union
 * @from: nanoseconds after the event before
 * @to: expected segment: not later than; blocking call: its end; -1 not given
 */
struct event {
	int line;
	enum event_kind kind;
	int64_t from;
	int64_t to;
	union {
		struct segment segment;
		struct icmp icmp;
		struct call call;
		struct info info;
	};
};

enum stack { STRATA, KERNEL, STACKS };

/**
 * struct sysctl - set before the script begins
 * @stacks: bit mask of enum stack: on which
 * @name: below net.strata and net.ipv4
 * @value: as it is written
 */
struct sysctl {
	unsigned int stacks;
	char name[64];
	char value[64];
};

/**
 * struct excuse - a stack that does otherwise than a script says
 * @reason: why; empty: it does not
 * @failure: what the runner is to complain about then
 */
struct excuse {
	char reason[TEXT_MAX];
	char failure[TEXT_MAX];
};

/**
 * struct script - all of a file
 * @name: of the file, as it was given
 * @families: bit 0 IPv4, bit 1 IPv6
 * @tolerance: nanoseconds
 * @excuses: what Strata does not do yet, and why the kernel does otherwise
 * @fails: what the runner is to complain about; empty: about nothing
 * @port_of: whose port a peer has: its own, or an earlier one's
 */
struct script {
	const char *name;
	unsigned int families;
	int64_t tolerance;
	struct excuse excuses[STACKS];
	char fails[TEXT_MAX];
	int port_of[PEERS_MAX];
	int sysctl_count;
	struct sysctl sysctls[SYSCTLS_MAX];
	int event_count;
	struct event events[EVENTS_MAX];
};

/* Reads a file. Returns false after it has said what is wrong, and where. */
bool script_read(struct script *script, const char *name);

#endif /* TCP_SCRIPT_SCRIPT_H */
