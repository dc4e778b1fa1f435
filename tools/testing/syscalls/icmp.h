/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ICMP messages: made, and told.
 */
#ifndef SYSCALLS_ICMP_H
#define SYSCALLS_ICMP_H

#include <linux/icmp.h>
#include "world.h"

#define NOTE_INT(w, s, level, option)	note_int(w, s, level, option, #option)
#define SOL_RAW_LEVEL	255	/* linux/socket.h: SOL_RAW */
#define ECHO_ID		4711
#define ECHO_BYTES	((int)sizeof(struct echo))

struct echo {
	struct icmphdr icmp;
	char data[8];
};

int make6(struct world *w, int type, int protocol);
struct sockaddr_in6 local6(int port);
unsigned short checksum(const void *data, size_t len);
struct echo echo_request(int type, int id);
/* What a message says, without an identifier that was chosen for it. */
void note_icmp(struct world *w, const char *call, const void *data, int len,
	       int id);
/* The next message of an IPv6 socket. */
void note_message6(struct world *w, const char *call, int s);
/* @get: get_local or get_peer */
void note_name(struct world *w, const char *call, int s,
	       int (*get)(int fd, struct sockaddr *address, socklen_t *len));
int get_local(int s, struct sockaddr *address, socklen_t *len);
int get_peer(int s, struct sockaddr *address, socklen_t *len);

#endif /* SYSCALLS_ICMP_H */
