/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: one neighbour entry.
 *
 * Created by strata_neigh_create() in a namespace's table, where it stays
 * until it is evicted, expires, is deleted, or its link goes. Then it is dead:
 * whoever still holds it finds the new entry through it. The table's own
 * reference outlives the RCU readers of that moment, so whoever found it under
 * RCU may hold it.
 *
 * The state machine (neigh_state.c) changes an entry with its lock held and
 * returns what is to be done, STRATA_NEIGH_DO_*; strata_neigh_settle()
 * (neigh_act.c) unlocks and does it. Time is an argument throughout.
 */
#ifndef _NET_LINK_NEIGH_ENTRY_H
#define _NET_LINK_NEIGH_ENTRY_H

#include <linux/if_ether.h>
#include <linux/refcount.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <strata/neigh.h>

/* RFC 4861 section 10 */
#define STRATA_NEIGH_MAX_MULTICAST_SOLICIT	3
#define STRATA_NEIGH_MAX_UNICAST_SOLICIT	3
#define STRATA_NEIGH_REACHABLE_JIFFIES		(30 * HZ)
#define STRATA_NEIGH_RETRANS_JIFFIES		(1 * HZ)
#define STRATA_NEIGH_DELAY_JIFFIES		(5 * HZ)
/* How long an entry that nobody uses is kept */
#define STRATA_NEIGH_KEEP_JIFFIES		(600 * HZ)
#define STRATA_NEIGH_KEEP_FAILED_JIFFIES	(30 * HZ)

/* What may wait for one address: as the host's stack allows */
#define STRATA_NEIGH_QUEUE_PACKETS	101
#define STRATA_NEIGH_QUEUE_BYTES	212992

#define STRATA_NEIGH_HEADER_BYTES	16

/* What a change of state asks for */
#define STRATA_NEIGH_DO_SOLICIT		BIT(0)	/* ask, unicast in PROBE */
#define STRATA_NEIGH_DO_SEND		BIT(1)	/* what waited can go */
#define STRATA_NEIGH_DO_FAIL		BIT(2)	/* what waited is unreachable */
#define STRATA_NEIGH_DO_REMOVE		BIT(3)	/* nobody needs the entry */

struct strata_neigh_net;

/**
 * struct strata_neigh - what is known of a next hop
 * @state: &enum strata_neigh_state; written with @lock held, read by anyone
 * @header_len: bytes of @header, 0 where the device must build it; constant
 * @mapped: a broadcast or multicast address; constant
 * @dead: out of the table; @lock
 * @seq: makes @header and @lladdr consistent for readers without @lock
 * @link: output link, referenced; constant
 * @used: last use; written by anyone who sends, at most once a jiffy
 * @confirmed: last sign of life; as @used
 * @header: the L2 header without its EtherType, right-aligned; written with @lock
 *	held under @seq
 * @lock: taken with softirqs off, inside the table's lock
 * @lladdr: L2 address, in the states that have one; as @header
 * @addr: next hop; constant
 * @probes: solicitations sent in this state; @lock
 * @reachable: this time's random reachable time; @lock
 * @expires: when strata_neigh_expire() wants to run; @lock
 * @timer: runs it; armed with @lock held while not @dead
 * @queue: packets that wait for the address; @lock
 * @queue_bytes: their truesize; @lock
 * @ops: how to ask; constant
 * @table: the table it is or was in; valid under RCU while not @dead
 * @hash: in the table's bucket; the table's lock, RCU
 * @refcnt: one for the table, one for each holder
 * @rcu: the table's reference, later the memory
 */
struct strata_neigh {
	u8 state;
	u8 header_len;
	bool mapped;
	bool dead;
	seqcount_spinlock_t seq;
	struct strata_link *link;
	unsigned long used;
	unsigned long confirmed;
	u8 header[STRATA_NEIGH_HEADER_BYTES] __aligned(8);

	spinlock_t lock;	/* all but what is constant or says otherwise */
	u8 lladdr[MAX_ADDR_LEN];
	struct in6_addr addr;
	u8 probes;
	unsigned long reachable;
	unsigned long expires;
	struct timer_list timer;
	struct sk_buff_head queue;
	unsigned int queue_bytes;
	const struct strata_neigh_ops *ops;
	struct strata_neigh_net *table;
	struct hlist_node hash;
	refcount_t refcnt;
	struct rcu_head rcu;
};

/* Somebody beside the table refers to it. */
static inline bool strata_neigh_held(const struct strata_neigh *neigh)
{
	return refcount_read(&neigh->refcnt) > 1;
}

/* The address is known, if perhaps in doubt. */
static inline bool strata_neigh_resolved(u8 state)
{
	return state >= STRATA_NEIGH_REACHABLE &&
	       state != STRATA_NEIGH_FAILED;
}

/* Known, and beyond doubt. */
static inline bool strata_neigh_connected(u8 state)
{
	return state == STRATA_NEIGH_REACHABLE ||
	       state == STRATA_NEIGH_PERMANENT;
}

/* Known, and sending changes nothing: in STALE it begins a check. */
static inline bool strata_neigh_ready(u8 state)
{
	return strata_neigh_resolved(state) && state != STRATA_NEIGH_STALE;
}

/* neigh_entry.c */
struct strata_neigh *strata_neigh_alloc(struct strata_link *link,
					const struct in6_addr *addr,
					const struct strata_neigh_ops *ops);
void strata_neigh_set_lladdr(struct strata_neigh *neigh, const u8 *lladdr);
void strata_neigh_get_lladdr(const struct strata_neigh *neigh, u8 *lladdr);
int strata_neigh_output(struct strata_neigh *neigh, struct sk_buff *skb);

/* neigh_state.c */
unsigned int strata_neigh_use(struct strata_neigh *neigh, unsigned long now);
unsigned int strata_neigh_expire(struct strata_neigh *neigh,
				 unsigned long now);
unsigned int strata_neigh_hear(struct strata_neigh *neigh, const u8 *lladdr,
			       u32 flags, unsigned long now);
unsigned int strata_neigh_reached(struct strata_neigh *neigh,
				  unsigned long now);
unsigned int strata_neigh_fix(struct strata_neigh *neigh, const u8 *lladdr,
			      unsigned long now);
bool strata_neigh_timed(const struct strata_neigh *neigh);

/* neigh_queue.c */
void strata_neigh_enqueue(struct strata_neigh *neigh, struct sk_buff *skb,
			  struct sk_buff_head *refused);
void strata_neigh_dequeue_all(struct strata_neigh *neigh,
			      struct sk_buff_head *queue);
void strata_neigh_purge(struct strata_net *sn, struct sk_buff_head *queue,
			enum strata_drop_reason reason);

/* neigh_act.c */
void strata_neigh_settle(struct strata_neigh *neigh, unsigned int actions)
	__releases(&neigh->lock);

/* neigh_timer.c */
void strata_neigh_timer(struct timer_list *timer);

#endif /* _NET_LINK_NEIGH_ENTRY_H */
