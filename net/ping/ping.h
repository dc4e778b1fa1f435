/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ping sockets, SOCK_DGRAM of IPPROTO_ICMP and IPPROTO_ICMPV6 (icmp(7)): how their
 * files call each other. A socket sends echo requests and nothing else, under an
 * identifier of its own, which is its port; the replies to it are its datagrams.
 *
 *	ping.c		registration, who may have one, and the life of a socket
 *	table.c		sockets by identifier
 *	input.c		echo replies and ICMP errors to sockets
 *	send.c		program to network layer
 *	sysctl.c	net.strata.ping_group_range
 */
#ifndef _NET_PING_PING_H
#define _NET_PING_PING_H

#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <strata/dgram.h>
#include <strata/icmp.h>
#include <strata/sock.h>

#define PING_SLOTS	256	/* of sockets by identifier; a power of two */
#define PING_IDENTS	0x10000

struct ctl_table_header;

/**
 * struct strata_ping_groups - whose members may create ping sockets
 * @lock: of the rest
 * @low: the first group
 * @high: the last one; before @low: nobody
 */
struct strata_ping_groups {
	seqlock_t lock;		/* of the range */
	kgid_t low;
	kgid_t high;
};

/**
 * struct strata_ping_net - the ping sockets of a namespace
 * @lock: writers of @idents
 * @last: identifier that was chosen last; @lock
 * @idents: sockets by identifier, by sk_node; RCU
 * @groups: who may have them
 * @header: of the sysctl
 */
struct strata_ping_net {
	spinlock_t lock;	/* writers */
	u16 last;
	struct hlist_head idents[PING_SLOTS];
	struct strata_ping_groups groups;
	struct ctl_table_header *header;
};

/**
 * struct strata_ping_key - whose reply is it?
 * @laddr: destination: ours
 * @ident: identifier
 * @iif: device it came in on
 */
struct strata_ping_key {
	struct in6_addr laddr;
	u16 ident;
	int iif;
};

/* table.c */
struct sock *strata_ping_lookup(struct strata_ping_net *pn,
				const struct strata_ping_key *key);
int strata_ping_get_port(struct sock *sk, unsigned short ident);
void strata_ping_unhash(struct sock *sk);
int strata_ping_walk(struct strata_net *sn, struct strata_sock_at *at,
		     int (*visit)(const struct strata_sock_info *info,
				  void *arg),
		     void *arg);
int strata_ping_table_init(void);
void strata_ping_table_exit(void);

/* input.c */
extern const struct strata_echo_ops strata_ping_echo;

/* send.c */
int strata_ping_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);

/* sysctl.c */
int strata_ping_permit(struct net *net);
int strata_ping_sysctl_init(struct strata_net *sn);
void strata_ping_sysctl_exit(struct strata_net *sn);

#endif /* _NET_PING_PING_H */
