/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments of both families: putting datagrams together, and cutting them up.
 */
#ifndef _STRATA_FRAG_H
#define _STRATA_FRAG_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <strata/net.h>

#define STRATA_FRAG_BUCKETS		256
#define STRATA_FRAG_SOURCES		256
#define STRATA_FRAG_BYTES		(8 << 20)	/* of a family and namespace */
#define STRATA_FRAG_SOURCE_BYTES	BIT(20)		/* of one source */
#define STRATA_FRAG_PARTS		512	/* of one datagram */
#define STRATA_FRAG_DATAGRAM_MAX	65535

struct strata_frags;

/**
 * struct strata_frag_key - what the fragments of one datagram have in common
 * @saddr: source
 * @daddr: destination
 * @id: identification
 * @iif: index of the link, where an address means something on it alone; else 0
 * @proto: IPv4: the protocol; IPv6: 0 (RFC 8200 4.5)
 */
struct strata_frag_key {
	struct in6_addr saddr;
	struct in6_addr daddr;
	u32 id;
	int iif;
	u32 proto;
};

/**
 * struct strata_frag - one fragment, as its header has it
 * @offset: of its payload in the datagram's
 * @more: it is not the last
 * @ecn: the low two bits of its type of service or traffic class
 * @size: bytes of it, IP header and all
 */
struct strata_frag {
	u16 offset;
	bool more;
	u8 ecn;
	u16 size;
};

/**
 * struct strata_frag_ops - a family's part in reassembly
 * @timeout_s: how long a datagram may take
 * @expired: a datagram took longer, of which the first fragment has come:
 *	@first, skb->data at its payload, network header set. Does not own
 *	@first. Runs in: softirq, RCU
 */
struct strata_frag_ops {
	unsigned int timeout_s;
	void (*expired)(struct strata_net *sn, struct sk_buff *first);
};

/**
 * struct strata_frag_source - those who share an allowance, by hash of the source
 * @bytes: truesize of their fragments
 * @queues: their datagrams, by age
 */
struct strata_frag_source {
	unsigned int bytes;
	struct list_head queues;
};

/**
 * struct strata_frags - datagrams of one family that are not complete
 * @sn: the namespace's stack
 * @ops: the family
 * @lock: of all the rest
 * @key: secret of the hashes
 * @bytes: truesize of all fragments
 * @queues: one for each datagram, by age
 * @buckets: the same by hash of the key
 * @sources: each with an allowance of its own
 * @timer: for the oldest
 */
struct strata_frags {
	struct strata_net *sn;
	const struct strata_frag_ops *ops;
	spinlock_t lock;	/* of the rest */
	siphash_key_t key;
	unsigned int bytes;
	struct list_head queues;
	struct hlist_head buckets[STRATA_FRAG_BUCKETS];
	struct strata_frag_source sources[STRATA_FRAG_SOURCES];
	struct timer_list timer;
};

void strata_frags_init(struct strata_frags *frags, struct strata_net *sn,
		       const struct strata_frag_ops *ops);
void strata_frags_exit(struct strata_frags *frags);
struct sk_buff *strata_frags_add(struct strata_frags *frags,
				 const struct strata_frag_key *key,
				 struct sk_buff *skb,
				 const struct strata_frag *frag, u8 *ecn);

/**
 * struct strata_cut - how a datagram is cut up
 * @room: bytes in front of each payload for what comes before it
 * @payload_max: bytes of payload in one fragment, rounded down to 8 in all but
 *	the last; none where it is negative
 * @emit: sends one fragment; skb->data at its payload. Owns @skb. 0 or -errno
 * @arg: for @emit
 */
struct strata_cut {
	unsigned int room;
	int payload_max;
	int (*emit)(struct sk_buff *skb, const struct strata_frag *frag,
		    void *arg);
	void *arg;
};

int strata_frag_cut(struct strata_net *sn, struct sk_buff *skb,
		    const struct strata_cut *cut);

#endif /* _STRATA_FRAG_H */
