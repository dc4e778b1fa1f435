/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program's side: system calls on the stack's sockets.
 */
#ifndef TCP_SCRIPT_CALL_H
#define TCP_SCRIPT_CALL_H

#include <linux/tcp.h>
#include "script.h"
#include "wire.h"

#define FDS_MAX		64

/**
 * struct program - its descriptors
 * @wire: addresses
 * @stack: whose sockets
 * @fds: the script's number to the system's; -1: none
 * @written: octets, so that what is written is the stream's pattern
 * @read: octets
 * @bad_data: what was read is not what the peer sent
 */
struct program {
	const struct wire *wire;
	enum stack stack;
	int fds[FDS_MAX];
	uint32_t written[FDS_MAX];
	uint32_t read[FDS_MAX];
	bool bad_data;
};

/**
 * struct call_op - a system call
 * @name: as a script has it
 * @min: arguments
 * @max: arguments
 * @option: the second argument is the name of a socket option
 * @run: does it; returns what it returns, with errno. A new descriptor is to get
 *	the number that the script says
 */
struct call_op {
	const char *name;
	int min;
	int max;
	bool option;
	long (*run)(struct program *program, const struct call *call);
};

void program_init(struct program *program, const struct wire *wire, enum stack stack);
const struct call_op *call_find(const char *name);
/* TCP_INFO; what an older kernel lacks is 0. Returns 0 or -1. */
int program_info(struct program *program, int fd, struct tcp_info *info);

#endif /* TCP_SCRIPT_CALL_H */
