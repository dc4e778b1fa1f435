/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/conntrack: connections and the table of them.
 *
 * The order of the files: tuple.c reads whose a packet is, table.c finds the
 * connection, track.c says what the packet is to it, with tcp.c and proto.c for
 * what protocols have of their own and related.c for ICMP errors; nat.c says
 * what becomes another and mangle.c makes it so; expire.c forgets, list.c shows,
 * main.c turns all of it on and off.
 *
 * Locking: packets hold the RCU read side and look up without a lock. Chains of
 * the table change under the lock of their bucket. An entry's state is written
 * by the packets of the connection themselves, each field with one store; what
 * must not be lost is changed with cmpxchg.
 */
#ifndef _NET_CONNTRACK_CONNTRACK_H
#define _NET_CONNTRACK_CONNTRACK_H

#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <strata/conntrack.h>
#include <strata/hook.h>

struct ctl_table_header;
struct net_device;

#define CT_LOCKS	256	/* of the buckets of a table */

/* Bits of strata_ct_key.what above the protocol */
#define CT_KEY_LINK_SHIFT	8

/**
 * struct strata_ct_key - a connection, whichever way a packet of it goes
 * @end: the two addresses, the lower one first
 * @port: of each; see &struct strata_ct_tuple
 * @what: IP protocol, and above it the interface of link-local addresses
 *
 * Hashed and compared as a whole.
 */
struct strata_ct_key {
	struct in6_addr end[2];
	__be16 port[2];
	u32 what;
};

static inline u8 ct_key_proto(const struct strata_ct_key *key)
{
	return key->what;
}

/* Bits of strata_ct.flags */
#define CT_ORIG_HIGH	BIT(0)	/* end[1] sent the first packet */
#define CT_REPLIED	BIT(1)	/* there was an answer */
#define CT_ASSURED	BIT(2)	/* and the first sender went on after it */
#define CT_GONE		BIT(3)	/* out of the table; under the bucket's lock */
#define CT_UNCONFIRMED	BIT(4)	/* its first packet is still on its way */
#define CT_TRANSLATED	BIT(5)	/* there is a struct ct_nat */
#define CT_NAT_NODE	BIT(6)	/* it is none, but a struct ct_nat in the table */

/**
 * struct ct_tcp_side - what was seen of one sender
 * @end: behind the last octet that it sent
 * @edge: how far the other side let it send
 * @window: the largest that it announced
 * @scale: of its windows
 * @seen: something was
 */
struct ct_tcp_side {
	u32 end;
	u32 edge;
	u32 window;
	u8 scale;
	bool seen;
};

/**
 * struct ct_tcp - of a TCP connection
 * @state: &enum strata_ct_tcp_state, with the CT_TCP_* bits above
 * @side: of the first sender, of the other
 */
struct ct_tcp {
	u32 state;
	struct ct_tcp_side side[2];
};

#define CT_TCP_STATE	0xff
#define CT_TCP_FIN(side)	(BIT(8) << (side))	/* it has sent its FIN */
#define CT_TCP_LOOSE	BIT(10)	/* its beginning was not seen: no windows */

/**
 * struct strata_ct - a connection
 * @node: in the table; written under the bucket's lock, RCU
 * @key: what it is found by
 * @expires: when it is forgotten, in the lower half of jiffies; written at most
 *	once a second
 * @flags: CT_*
 * @rcu: frees it
 * @nat: what the answers look like where it is not what one would think; under
 *	the locks of both buckets, RCU
 * @tcp: of TCP
 *
 * What every packet looks at is the first cache line; the second is for the
 * packets of TCP. Created by its first packet, freed by RCU.
 */
struct strata_ct {
	struct hlist_node node;
	struct strata_ct_key key;
	u32 expires;
	atomic_t flags;

	struct rcu_head rcu ____cacheline_aligned;
	struct ct_nat __rcu *nat;
	struct ct_tcp tcp;
} ____cacheline_aligned;

/**
 * struct ct_nat - the answers to a connection that is translated
 * @node: in the table, as in &struct strata_ct
 * @key: what they are found by
 * @unused: nothing
 * @flags: CT_NAT_NODE
 * @high: end[1] sends them
 * @ct: the connection
 * @rcu: frees it, if another took its place; else it goes with the connection
 *
 * Begins as a &struct strata_ct.
 */
struct ct_nat {
	struct hlist_node node;
	struct strata_ct_key key;
	u32 unused;
	atomic_t flags;
	bool high;
	struct strata_ct *ct;
	struct rcu_head rcu;
};

/**
 * struct ct_table - the connections of a namespace
 * @mask: buckets less one
 * @count: connections in it
 * @locks: of the buckets, by the lowest bits of the hash
 * @bucket: heads; a lock's
 */
struct ct_table {
	u32 mask;
	atomic_t count;
	spinlock_t locks[CT_LOCKS];	/* of the chains */
	struct hlist_head bucket[];
};

/**
 * struct strata_ct_net - the tracker of one namespace
 * @lock: of @users, and of starting and stopping
 * @users: who asked for states
 * @table: NULL: packets are not looked at
 * @confirms: every packet that comes to input or postrouting was looked at
 *	before
 * @limit: connections that there may be
 * @loose: take up TCP connections whose beginning was not seen
 * @expire: forgets; armed while there is a connection
 * @expire_at: the bucket that it goes on with
 * @sn: the namespace's stack
 * @sysctls: of @limit and @loose
 */
struct strata_ct_net {
	struct mutex lock;	/* starting and stopping */
	unsigned int users;
	struct ct_table __rcu *table;
	bool confirms;
	unsigned int limit;
	u8 loose;
	struct delayed_work expire;
	u32 expire_at;
	struct strata_net *sn;
	struct ctl_table_header *sysctls;
};

/**
 * struct ct_segment - what matters of a TCP segment
 * @seq: sequence number
 * @end: behind its last octet, SYN and FIN counted
 * @ack: acknowledgment; without the flag 0
 * @window: as it stands there
 * @scale: of the option in a SYN; CT_TCP_UNSCALED: there is none
 * @flags: TCPHDR_*
 */
struct ct_segment {
	u32 seq;
	u32 end;
	u32 ack;
	u16 window;
	u8 scale;
	u8 flags;
};

#define CT_TCP_UNSCALED	0xff

/**
 * struct ct_packet - whose a packet is
 * @key: of its connection
 * @high: end[1] sent it
 * @answer: it is one by its type (ICMP)
 * @proto: IP protocol behind all extension headers
 * @offset: of the transport header from skb->data
 * @len: bytes from there on
 * @segment: of TCP; set by strata_ct_proto_valid()
 */
struct ct_packet {
	struct strata_ct_key key;
	bool high;
	bool answer;
	u8 proto;
	unsigned int offset;
	unsigned int len;
	struct ct_segment segment;
};

/**
 * enum ct_parsed - what came of reading a packet
 * @CT_PARSED: it has a key
 * @CT_PARSED_ERROR: it is an ICMP error: the key is in what it quotes
 * @CT_PARSED_APART: it is not tracked
 * @CT_PARSED_BAD: it is malformed
 */
enum ct_parsed {
	CT_PARSED,
	CT_PARSED_ERROR,
	CT_PARSED_APART,
	CT_PARSED_BAD,
};

/* tuple.c */
enum ct_parsed strata_ct_parse(const struct sk_buff *skb, unsigned int at,
			       u32 ifindex, bool quoted,
			       struct ct_packet *packet);
void strata_ct_key_set(struct ct_packet *packet,
		       const struct strata_ct_tuple *tuple, u32 ifindex);
void strata_ct_tuple_get(const struct strata_ct *ct, bool reply,
			 struct strata_ct_tuple *tuple);
u32 strata_ct_hash(const struct strata_ct_key *key);

/* table.c */
struct ct_table *strata_ct_table_create(unsigned int limit);
void strata_ct_table_free(struct ct_table *table);
struct strata_ct *strata_ct_lookup(const struct ct_table *table,
				   const struct strata_ct_key *key);
struct strata_ct *strata_ct_alloc(const struct ct_packet *packet);
struct strata_ct *strata_ct_insert(struct strata_ct_net *ctn,
				   struct ct_table *table,
				   struct strata_ct *ct);
bool strata_ct_remove(struct ct_table *table, struct strata_ct *ct);
bool strata_ct_set_nat(struct ct_table *table, struct strata_ct *ct,
		       struct ct_nat *nat);
bool strata_ct_is_reply(const struct strata_ct *ct,
			const struct ct_packet *packet);
int strata_ct_cache_init(void);
void strata_ct_cache_exit(void);

static inline spinlock_t *ct_lock(struct ct_table *table, u32 hash)
{
	return &table->locks[hash % CT_LOCKS];
}

static inline bool ct_expired(const struct strata_ct *ct)
{
	return (s32)(READ_ONCE(ct->expires) - (u32)jiffies) <= 0;
}

static inline bool ct_has(const struct strata_ct *ct, int flag)
{
	return atomic_read(&ct->flags) & flag;
}

/* The connection of a packet that was looked at; NULL: none. */
static inline struct strata_ct *strata_ct_of(const struct sk_buff *skb)
{
	return (struct strata_ct *)(strata_cb(skb)->track &
				    ~STRATA_CT_INFO_MASK);
}

/* Writes only what is not there yet. */
static inline void ct_set(struct strata_ct *ct, int flag)
{
	if (!ct_has(ct, flag))
		atomic_or(flag, &ct->flags);
}

/**
 * ct_refresh() - it was heard of
 * @ct: the connection
 * @timeout_s: how long it may be silent now
 *
 * Written only if that moves the end by a second: a busy connection's cache line
 * stays where it is read.
 */
static inline void ct_refresh(struct strata_ct *ct, unsigned int timeout_s)
{
	u32 expires = (u32)jiffies + timeout_s * HZ;

	if (abs((s32)(expires - READ_ONCE(ct->expires))) >= HZ)
		WRITE_ONCE(ct->expires, expires);
}

/* proto.c: what a packet of its protocol does to a connection. */
bool strata_ct_proto_valid(struct sk_buff *skb, struct ct_packet *packet,
			   bool check_sum);
bool strata_ct_proto_begins(const struct ct_packet *packet, bool loose);
bool strata_ct_proto_reopens(const struct strata_ct *ct,
			     const struct ct_packet *packet);
void strata_ct_proto_first(struct strata_ct *ct,
			   const struct ct_packet *packet);
bool strata_ct_proto_next(struct strata_ct *ct, const struct ct_packet *packet,
			  bool reply);

/* tcp.c */
bool strata_ct_tcp_parse(const struct sk_buff *skb, struct ct_packet *packet);
bool strata_ct_tcp_begins(const struct ct_segment *segment, bool loose);
bool strata_ct_tcp_reopens(const struct ct_tcp *tcp,
			   const struct ct_segment *segment);
void strata_ct_tcp_first(struct ct_tcp *tcp, const struct ct_segment *segment);
bool strata_ct_tcp_next(struct ct_tcp *tcp, const struct ct_segment *segment,
			bool reply);
bool strata_ct_tcp_sent(const struct ct_tcp *tcp, u32 seq, bool reply);
unsigned int strata_ct_tcp_timeout_s(const struct ct_tcp *tcp, bool replied,
				     u8 flags);

/* related.c */
unsigned long strata_ct_related(const struct ct_table *table,
				const struct sk_buff *skb,
				const struct ct_packet *error, u32 ifindex);

/* track.c: called by the hooks. */
enum strata_verdict strata_ct_track(const struct strata_hook_state *state,
				    struct sk_buff *skb);
enum strata_verdict strata_ct_confirm(const struct strata_hook_state *state,
				      struct sk_buff *skb);

/* nat.c */
bool strata_ct_rewrite(struct sk_buff *skb, bool source);

/* mangle.c */
bool strata_ct_mangle(struct sk_buff *skb, const struct strata_ct_tuple *target,
		      bool source);
bool strata_ct_mangle_error(struct sk_buff *skb,
			    const struct strata_ct_tuple *target, bool source);

/* expire.c */
struct strata_ct *strata_ct_least_useful(struct ct_table *table, u32 hash);
void strata_ct_expire_work(struct work_struct *work);

#endif /* _NET_CONNTRACK_CONNTRACK_H */
