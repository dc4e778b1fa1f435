/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sequences of calls that are drawn at random, made in lock step on the sockets of both
 * stacks, and compared after each call.
 *
 * What two runs may answer differently is tamed, not overlooked: all sockets are
 * non-blocking, so no answer depends on who was faster; after each call both stacks
 * are given time until they look the same from outside (see random_state.c), so what is on
 * its way has arrived; ports that a stack chooses have names. What is left out of the draw, and
 * why, is the table `undrawn` of random_draw.c and of random_option.c.
 */
#ifndef SYSCALLS_RANDOM_H
#define SYSCALLS_RANDOM_H

#include <stdint.h>
#include "world.h"

#define SLOTS		6	/* sockets at a time */
#define CALLS_MAX	60	/* of a sequence */
#define TEXT_MAX	1000
#define PORTS		4	/* that calls name, from struct stack.base on */
#define PORT_NONE	PORTS		/* 0 */
#define PORT_OF_SLOT	(PORTS + 1)	/* + slot: what that one is bound to */
#define PORT_KINDS	(PORT_OF_SLOT + SLOTS)

/* splitmix64 (Steele, Lea and Flood 2014): the same numbers from the same seed everywhere. */
struct dice {
	uint64_t state;
};

/* From 0 to @below - 1. */
unsigned int pick(struct dice *dice, unsigned int below);
/* In @percent of a hundred cases. */
bool chance(struct dice *dice, unsigned int percent);

#define PICK(dice, array)	((array)[pick(dice, sizeof(array) / sizeof((array)[0]))])

enum verb {
	SOCKET, BIND, CONNECT, LISTEN, ACCEPT, SEND, RECV, SHUTDOWN, SETSOCKOPT,
	GETSOCKOPT, NAME, IOCTL, DUP, CLOSE, VERBS
};

/**
 * struct target - a socket address as a call names it
 * @address: index to random_address()
 * @port: below PORTS: one of those; PORT_NONE; or PORT_OF_SLOT and on
 * @len: bytes that the call says, 0: as many as it has
 * @none: the call has no address
 */
struct target {
	uint8_t address;
	uint8_t port;
	uint8_t len;
	bool none;
};

/**
 * struct call - one call of a sequence, with all that was drawn for it
 * @verb: which
 * @slot: of the socket
 * @other: where a new descriptor goes
 * @dropped: left out, to make the sequence shorter
 * @to: address
 * @choice: kind of socket, option, request, control message: by @verb
 * @value: of an option, backlog, how
 * @len: bytes
 * @flags: MSG_*
 */
struct call {
	enum verb verb;
	uint8_t slot;
	uint8_t other;
	bool dropped;
	struct target to;
	int choice;
	int value;
	int len;
	int flags;
};

struct sequence {
	uint64_t seed;
	unsigned int number;
	int count;
	struct call calls[CALLS_MAX];
};

/**
 * struct kind - of a socket
 */
struct random_kind {
	const char *name;
	int family;
	int type;
	int protocol;
	unsigned int weight;
};

extern const struct random_kind random_kinds[];
extern const unsigned int random_kinds_count;

/* A port of a stack's own choice, and the number in its name. */
struct named_port {
	uint16_t port;
	bool is_stream;
	int name;
};

#define NAMED_MAX	(2 * CALLS_MAX)

/**
 * struct stack - one of the two, and its sockets
 * @family: AF_INET or AF_STRATA
 * @netns: descriptor of the namespace that its sockets are made in
 * @loopback: index of its loopback device
 * @base: first of the ports that calls name
 * @fd: -1: none
 * @kind: of the socket
 * @named: ports, in the order in which they were seen
 */
struct stack {
	int family;
	int netns;
	int loopback;
	int base;
	int fd[SLOTS];
	const struct random_kind *kind[SLOTS];
	struct named_port named[NAMED_MAX];
	int named_count;
};

/* random_draw.c */
void draw_sequence(struct sequence *q, uint64_t seed, unsigned int number);

/* random_call.c */
void call_make(struct stack *s, const struct call *c, int step, char *outcome);
void call_print(const struct call *c, char *text);

/* random_address.c */
extern const unsigned int addresses_count;
unsigned int address_loopback(int family);
bool address_is4(unsigned int address);
/* For most calls: the loopback address and the unspecified one of a family. */
unsigned int address_usual(struct dice *dice, int family);
socklen_t target_fill(const struct stack *s, const struct target *to,
		      struct sockaddr_storage *address);
void target_print(const struct target *to, char *text);
void address_print(const struct stack *s, bool is_stream,
		   const struct sockaddr_storage *address, socklen_t len, char *text);
/* Gives every port that a socket has got from its stack a name. */
void ports_learn(struct stack *s);
void port_print(const struct stack *s, bool is_stream, int port, char *text);

/* random_option.c */
int option_draw(struct dice *dice, const struct random_kind *kind);
void option_draw_value(struct dice *dice, struct call *c);
void option_print(const struct call *c, char *text);
void option_set(struct stack *s, const struct call *c, char *outcome);
void option_get(struct stack *s, const struct call *c, char *outcome);

/* random_message.c */
void send_draw(struct dice *dice, const struct random_kind *kind, struct call *c);
void send_make(struct stack *s, const struct call *c, int step, char *outcome);
void receive_make(struct stack *s, const struct call *c, char *outcome);
void control_print(const struct call *c, char *text);

/* random_state.c */
int stream_state(int fd);
bool settle_both(struct stack stacks[2], char outcome[2][TEXT_MAX]);

/* Adds to a text of TEXT_MAX. */
void put(char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds what a call returned. */
void put_result(char *text, long result);

int random_main(int argc, char **argv);

#endif /* SYSCALLS_RANDOM_H */
