/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Raw sockets (raw(7), RFC 3542 3): how their files call each other.
 *
 *	raw.c		registration, and the life of a socket
 *	table.c		sockets by protocol, and which datagrams each wants
 *	input.c		copies of datagrams, and ICMP errors, to sockets
 *	send.c		program to network layer
 *	cork.c		datagrams sent in pieces
 *	option.c	filters and checksums
 */
#ifndef _NET_RAW_RAW_H
#define _NET_RAW_RAW_H

#include <linux/icmpv6.h>
#include <linux/spinlock.h>
#include <strata/dgram.h>
#include <strata/l4.h>
#include <strata/sock.h>

#define RAW_SLOTS	256	/* one for each IP protocol */
#define RAW_LEN_MAX	0xffff	/* of a datagram */
#define RAW_NO_CSUM	(-1)	/* IPV6_CHECKSUM: off */
#define RAW_ICMP6_HEADER	4	/* RFC 4443 2.1: of every message */

/**
 * struct strata_raw_net - the raw sockets of a namespace
 * @lock: writers of the rest, and of strata_net.raw_sockets
 * @protocols: sockets by IP protocol, both families, by sk_node; RCU
 */
struct strata_raw_net {
	spinlock_t lock;	/* writers */
	struct hlist_head protocols[RAW_SLOTS];
};

struct raw_cork;

/**
 * struct strata_raw_sock - a raw socket
 * @ss: the part that all AF_STRATA sockets have; sk_num is the IP protocol
 * @csum_offset: IPV6_CHECKSUM: where the checksum stands in what is sent and
 *	received; RAW_NO_CSUM: none of our business
 * @filter: ICMP_FILTER: types that it does not want, a bit each
 * @filter6: ICMP6_FILTER, likewise
 * @cork: a datagram that waits for its next piece (MSG_MORE), NULL: there is none
 *
 * Written under the socket lock, read without it.
 */
struct strata_raw_sock {
	struct strata_sock ss;
	int csum_offset;
	u32 filter;
	struct icmp6_filter filter6;
	struct raw_cork *cork;
};

static inline struct strata_raw_sock *raw_sock(const struct sock *sk)
{
	return (struct strata_raw_sock *)sk;
}

static inline bool raw_hdrincl(const struct sock *sk)
{
	return READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_HDRINCL;
}

/**
 * struct strata_raw_key - what a received datagram is matched by
 * @laddr: destination: ours, or a group
 * @faddr: source
 * @iif: device it came in on
 */
struct strata_raw_key {
	struct in6_addr laddr;
	struct in6_addr faddr;
	int iif;
};

/* table.c */
void strata_raw_hash(struct sock *sk);
void strata_raw_unhash(struct sock *sk);
bool strata_raw_match(const struct sock *sk, const struct strata_raw_key *key);
int strata_raw_walk(struct strata_net *sn, struct strata_sock_at *at,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg);
int strata_raw_table_init(void);
void strata_raw_table_exit(void);

/* input.c */
extern const struct strata_l4_copy_ops strata_raw_copies;

/* send.c */
int strata_raw_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
int strata_raw_send(struct sock *sk, struct msghdr *msg, size_t len,
		    struct strata_dgram *dgram);

/* cork.c */
int strata_raw_cork_send(struct sock *sk, struct msghdr *msg, size_t len,
			 const struct strata_dgram *dgram);
void strata_raw_cork_drop(struct sock *sk);

/* option.c */
bool strata_raw_filtered(const struct sock *sk, const struct sk_buff *skb);
int strata_raw_setsockopt(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen);
int strata_raw_getsockopt(struct sock *sk, int level, int optname,
			  char __user *optval, int __user *optlen);

#endif /* _NET_RAW_RAW_H */
