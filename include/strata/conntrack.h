/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections: what the firewall knows of a packet beside the packet.
 *
 * The tracker looks at packets in namespaces where somebody asked for it. At
 * prerouting and at output it finds the connection that a packet belongs to, and
 * notes it in the packet; at input and postrouting, when no rule has dropped it,
 * the first packet of a connection makes the entry.
 */
#ifndef _STRATA_CONNTRACK_H
#define _STRATA_CONNTRACK_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/types.h>
#include <strata/hook.h>
#include <strata/net.h>
#include <strata/packet.h>

struct netlink_ext_ack;

#define STRATA_CT_MAX_DEFAULT	BIT(18)	/* connections of a namespace */
#define STRATA_CT_MAX_LIMIT	BIT(22)	/* and the most that can be set */

/**
 * enum strata_ct_state - what a packet is to the connections that are known
 * @STRATA_CT_UNTRACKED: nobody looked, or it belongs to the link itself
 *	(neighbour discovery, groups)
 * @STRATA_CT_NEW: it opens a connection, or nobody has answered yet
 * @STRATA_CT_ESTABLISHED: it belongs to one that has been answered
 * @STRATA_CT_RELATED: it is an ICMP error about a packet of one
 * @STRATA_CT_INVALID: it cannot be: malformed, a wrong checksum, outside the
 *	window, an answer to nothing
 * @STRATA_CT_STATES: how many there are
 */
enum strata_ct_state {
	STRATA_CT_UNTRACKED,
	STRATA_CT_NEW,
	STRATA_CT_ESTABLISHED,
	STRATA_CT_RELATED,
	STRATA_CT_INVALID,
	STRATA_CT_STATES
};

#define STRATA_CT_ALL_STATES	(BIT(STRATA_CT_STATES) - 1)

/*
 * strata_cb.track: a &struct strata_ct, which lies on a cache line of its own,
 * and in the bits below what the packet is to it.
 */
#define STRATA_CT_STATE_MASK	7UL
#define STRATA_CT_REPLY		BIT(3)	/* it goes the way of the answers */
#define STRATA_CT_INFO_MASK	63UL

/**
 * strata_ct_state() - what a packet is to the connections that are known
 * @skb: at a hook of L3
 *
 * Only what it says while strata_ct_get() is held means anything.
 */
static inline enum strata_ct_state strata_ct_state(const struct sk_buff *skb)
{
	unsigned long state = strata_cb(skb)->track & STRATA_CT_STATE_MASK;

	return likely(state < STRATA_CT_STATES) ? state : STRATA_CT_INVALID;
}

/**
 * struct strata_ct_nat_range - what an end of a connection becomes
 * @addr: its address, 128-bit form
 * @first: its port, host order; 0: as it is, or what is free
 * @last: of a range of them
 */
struct strata_ct_nat_range {
	struct in6_addr addr;
	u16 first;
	u16 last;
};

enum strata_verdict strata_ct_nat(const struct strata_hook_state *state,
				  struct sk_buff *skb,
				  const struct strata_ct_nat_range *range,
				  bool source);

/* Somebody asks for states; nobody does any more. Context: process, sleep. */
int strata_ct_get(struct strata_net *sn);
void strata_ct_put(struct strata_net *sn);

/* Does the tracker look at the packets of a namespace? */
extern struct static_key_false strata_ct_used;
bool strata_ct_tracks(const struct strata_net *sn);

/**
 * strata_ct_wants_whole() - are fragments put together before any hook?
 * @sn: the namespace's stack
 *
 * A fragment does not tell whose it is.
 *
 * Context: RCU.
 */
static inline bool strata_ct_wants_whole(const struct strata_net *sn)
{
	return static_branch_unlikely(&strata_ct_used) && strata_ct_tracks(sn);
}

/**
 * enum strata_ct_tcp_state - of a TCP connection, as one in the middle sees it
 * @STRATA_CT_TCP_NONE: no TCP connection, or nothing was seen of it
 * @STRATA_CT_TCP_SYN_SENT: a SYN
 * @STRATA_CT_TCP_SYN_SENT2: a SYN from both sides
 * @STRATA_CT_TCP_SYN_RECV: the answer to it
 * @STRATA_CT_TCP_ESTABLISHED: the handshake is done, or was not seen
 * @STRATA_CT_TCP_FIN_WAIT: one side has sent its FIN
 * @STRATA_CT_TCP_LAST_ACK: both have
 * @STRATA_CT_TCP_TIME_WAIT: and the last one was acknowledged
 * @STRATA_CT_TCP_CLOSED: a RST ended it
 */
enum strata_ct_tcp_state {
	STRATA_CT_TCP_NONE,
	STRATA_CT_TCP_SYN_SENT,
	STRATA_CT_TCP_SYN_SENT2,
	STRATA_CT_TCP_SYN_RECV,
	STRATA_CT_TCP_ESTABLISHED,
	STRATA_CT_TCP_FIN_WAIT,
	STRATA_CT_TCP_LAST_ACK,
	STRATA_CT_TCP_TIME_WAIT,
	STRATA_CT_TCP_CLOSED,
};

/**
 * struct strata_ct_tuple - one direction of a connection
 * @saddr: from whom, 128-bit form
 * @daddr: to whom
 * @sport: TCP, UDP and the like: port; ICMP echo: identifier; else 0
 * @dport: likewise
 */
struct strata_ct_tuple {
	struct in6_addr saddr;
	struct in6_addr daddr;
	__be16 sport;
	__be16 dport;
};

/**
 * struct strata_ct_info - a connection, for people
 * @proto: IP protocol
 * @ifindex: of the link that link-local addresses are on; else 0
 * @orig: the way of the packet that opened it
 * @reply: the way of the answers
 * @tcp: of TCP
 * @replied: there was an answer
 * @assured: it is not forgotten to make room for others
 * @expires_s: seconds until it is forgotten, if nothing comes
 */
struct strata_ct_info {
	u8 proto;
	u32 ifindex;
	struct strata_ct_tuple orig;
	struct strata_ct_tuple reply;
	enum strata_ct_tcp_state tcp;
	bool replied;
	bool assured;
	u32 expires_s;
};

/**
 * struct strata_ct_filter - some connections
 * @proto: IP protocol; 0: any
 * @saddr: of the first packet; unspecified: any
 * @daddr: likewise
 * @sport: likewise; 0: any
 * @dport: likewise
 */
struct strata_ct_filter {
	u8 proto;
	struct in6_addr saddr;
	struct in6_addr daddr;
	__be16 sport;
	__be16 dport;
};

/**
 * struct strata_ct_at - where a walk over the connections stands
 * @bucket: of the table
 * @index: in the bucket
 *
 * What comes and goes meanwhile may be missed or seen twice, as in every moving
 * picture.
 */
struct strata_ct_at {
	u32 bucket;
	u32 index;
};

/* Visit all that follow @at, until one is refused. Context: process, sleeps. */
int strata_ct_walk(struct strata_net *sn, struct strata_ct_at *at,
		   const struct strata_ct_filter *filter,
		   int (*visit)(const struct strata_ct_info *info, void *arg),
		   void *arg);
/* Forget those. Return: how many. Context: process, sleeps. */
unsigned int strata_ct_delete(struct strata_net *sn,
			      const struct strata_ct_filter *filter);
unsigned int strata_ct_count(const struct strata_net *sn);
unsigned int strata_ct_limit(const struct strata_net *sn);

int strata_ct_init(void);
void strata_ct_exit(void);

#endif /* _STRATA_CONNTRACK_H */
