/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A world is one of the two stacks. Every case runs once in each and notes what
 * each system call answered; the notes must be the same.
 */
#ifndef SYSCALLS_WORLD_H
#define SYSCALLS_WORLD_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/strata.h>

#define NOTES_MAX	128	/* of one case */
#define CALL_MAX	120
#define OUTCOME_MAX	600

/* Points nowhere; a variable, or the compiler would complain. */
extern void *bad_pointer;
#define BAD_POINTER	bad_pointer

struct note {
	char call[CALL_MAX];
	char outcome[OUTCOME_MAX];
};

/**
 * struct world - one stack, and what a case noted in it
 * @family: AF_INET or AF_STRATA
 * @datagrams: IP protocol of SOCK_DGRAM sockets that ask for none, 0: UDP
 * @count: notes
 * @lost: notes that did not fit
 * @notes: in order
 *
 * In memory shared with the process that runs the case.
 */
struct world {
	int family;
	int datagrams;
	int count;
	int lost;
	struct note notes[NOTES_MAX];
};

/**
 * struct test_case - a sequence of calls
 * @name: for the report
 * @run: makes the calls, each through DO() and its like
 */
struct test_case {
	const char *name;
	void (*run)(struct world *w);
};

/* The tables; each ends with an empty entry. */
extern const struct test_case socket_cases[], bind_cases[], udp_cases[],
	udp_gso_cases[], tcp_cases[], option_cases[], ioctl_cases[],
	raw_cases[], ping_cases[], min_ttl_cases[], md5_cases[], way_cases[],
	control_cases[], range_cases[], zerocopy_cases[], uring_cases[],
	every_option_cases[];

/* The options of AF_STRATA sockets by name, a line each: works, differs or refused. */
void print_options(void);

/* The call of a note that ends the comparison of a case: this kernel cannot do what comes next. */
#define NOT_YET	"later kernels only"

/* Notes an outcome in words. */
void note(struct world *w, const char *call, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Notes a return value, with errno where it is -1; returns it. */
long note_result(struct world *w, const char *call, long result);
/* The same for a descriptor, whose number means nothing. */
int note_descriptor(struct world *w, const char *call, int fd);
/* Notes the address without an ephemeral port. */
void note_address(struct world *w, const char *call,
		  const struct sockaddr *address, socklen_t len);
/* Notes the events that poll(2) finds within @timeout_ms. */
void note_events(struct world *w, const char *call, int fd, short events,
		 int timeout_ms);

#define DO(w, call) \
	note_result(w, #call, (errno = 0, (long)(call)))
#define DO_FD(w, call) \
	note_descriptor(w, #call, (errno = 0, (call)))

/* What it takes to talk about both worlds in one language. */
int make(struct world *w, int type, int protocol);
struct sockaddr_in at(const char *address, int port);
struct sockaddr_in local(int port);
/* Until @fd is readable, for a second; the network is not instant. */
void settle(int fd);
/* The same for the peer's end, while there is something to read. */
void settle_closed(int fd);
int set_int(int fd, int level, int option, int value);
void note_int(struct world *w, int fd, int level, int option, const char *name);
int set_reuseport(struct world *w, int fd, int value);
int set_zerocopy(struct world *w, int fd, int value);
/* A UDP socket bound to the loopback address. */
int bound_udp(struct world *w, int port);
/* One control message of sendmsg(2). */
struct control {
	int level;
	int type;
	const void *value;
	size_t size;
};

/* Sends with it, to @to or, if that is NULL, to the peer. */
long send_control(int fd, const struct sockaddr_in *to, const void *data,
		  size_t len, const struct control *control);
/* A listener, a client connected to it, and the accepted end. */
struct trio {
	int listener;
	int client;
	int server;
};

/**
 * struct pair - a sender that is connected to a receiver
 * @s: sends
 * @r: receives
 */
struct pair {
	int s;
	int r;
};

/* A socket of this network layer. */
int make_of(struct world *w, int family, int type, int protocol);
/* The same, bound to the loopback address; its name in @name. */
int bound_of(struct world *w, int family, int type,
	     struct sockaddr_storage *name, socklen_t *len);
struct pair connected_pair(struct world *w, int family, int type);
void close_pair(struct pair *p);

struct trio connected_tcp(struct world *w, int port);
void close_trio(struct trio *t);

#define SA(address)	((struct sockaddr *)&(address))

#endif /* SYSCALLS_WORLD_H */
