// SPDX-License-Identifier: GPL-2.0
/*
 * Reassembly of datagrams, for both families (RFC 791 3.2, RFC 8200 4.5).
 *
 * What is not complete is bounded in time (the family's timeout), in memory (of
 * all, and of each source, so that one cannot take the room of the others) and
 * in parts. To make room the oldest datagram goes first. Fragments that overlap
 * end their datagram (RFC 5722 4), of IPv4 too.
 *
 * A queue keeps its fragments in order of their offset. Nearly always the next
 * one belongs at the end.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/inet_frag.h>
#include <net/sock.h>
#include <strata/frag.h>
#include <strata/packet.h>
#include <strata/visibility.h>

#define NOT_ALLOWED	0xff	/* in ip_frag_ecn_table */

/**
 * struct frag_queue - a datagram that is not complete
 * @node: in strata_frags.buckets
 * @age: in strata_frags.queues
 * @mine: in the list of its source
 * @key: of its fragments
 * @source: that its fragments are charged to
 * @expires: jiffies
 * @first: its fragments by offset, linked by skb->next
 * @last: the one with the highest offset
 * @parts: how many
 * @have: bytes of payload in them
 * @total: bytes of payload of all; 0: the last one has not come
 * @bytes: truesize of them and this
 * @ecn: one bit for each value seen
 * @largest: bytes of the largest fragment, IP header and all
 */
struct frag_queue {
	struct hlist_node node;
	struct list_head age;
	struct list_head mine;
	struct strata_frag_key key;
	struct strata_frag_source *source;
	unsigned long expires;
	struct sk_buff *first;
	struct sk_buff *last;
	unsigned int parts;
	unsigned int have;
	unsigned int total;
	unsigned int bytes;
	u8 ecn;
	u16 largest;
};

/* While it waits, the transport protocol's part of its skb->cb is ours. */
struct frag_cb {
	unsigned int offset;
};

static struct frag_cb *frag_cb(const struct sk_buff *skb)
{
	return (struct frag_cb *)strata_cb(skb)->l4;
}

static unsigned int begin_of(const struct sk_buff *skb)
{
	return frag_cb(skb)->offset;
}

static unsigned int end_of(const struct sk_buff *skb)
{
	return begin_of(skb) + skb->len;
}

static struct strata_frag_source *source_of(struct strata_frags *frags,
					    const struct strata_frag_key *key)
{
	u64 hash = siphash(&key->saddr, sizeof(key->saddr), &frags->key);

	return &frags->sources[hash % STRATA_FRAG_SOURCES];
}

static struct hlist_head *bucket(struct strata_frags *frags,
				 const struct strata_frag_key *key)
{
	u64 hash = siphash(key, sizeof(*key), &frags->key);

	return &frags->buckets[hash % STRATA_FRAG_BUCKETS];
}

static struct frag_queue *queue_find(struct strata_frags *frags,
				     const struct strata_frag_key *key)
{
	struct frag_queue *queue;

	hlist_for_each_entry(queue, bucket(frags, key), node)
		if (!memcmp(&queue->key, key, sizeof(*key)))
			return queue;
	return NULL;
}

static void charge(struct strata_frags *frags, struct frag_queue *queue,
		   unsigned int bytes)
{
	queue->bytes += bytes;
	frags->bytes += bytes;
	queue->source->bytes += bytes;
}

/* Its fragments are the caller's. */
static struct sk_buff *queue_remove(struct strata_frags *frags,
				    struct frag_queue *queue)
{
	struct sk_buff *first = queue->first;

	hlist_del(&queue->node);
	list_del(&queue->age);
	list_del(&queue->mine);
	frags->bytes -= queue->bytes;
	queue->source->bytes -= queue->bytes;
	kfree(queue);
	return first;
}

static void list_drop(struct strata_net *sn, struct sk_buff *skb,
		      enum strata_drop_reason reason)
{
	struct sk_buff *next;

	for (; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		strata_drop(sn, skb, reason);
	}
}

static void queue_drop(struct strata_frags *frags, struct frag_queue *queue,
		       enum strata_drop_reason reason)
{
	list_drop(frags->sn, queue_remove(frags, queue), reason);
}

static struct frag_queue *oldest(struct strata_frags *frags)
{
	return list_first_entry_or_null(&frags->queues, struct frag_queue, age);
}

static void make_room(struct strata_frags *frags,
		      const struct strata_frag_source *source)
{
	while (source->bytes > STRATA_FRAG_SOURCE_BYTES)
		queue_drop(frags, list_first_entry(&source->queues,
						   struct frag_queue, mine),
			   STRATA_DROP_FRAG_NO_ROOM);
	while (frags->bytes > STRATA_FRAG_BYTES)
		queue_drop(frags, oldest(frags), STRATA_DROP_FRAG_NO_ROOM);
}

static struct frag_queue *queue_new(struct strata_frags *frags,
				    const struct strata_frag_key *key)
{
	struct frag_queue *queue = kzalloc(sizeof(*queue),
					   GFP_ATOMIC | __GFP_NOWARN);

	if (!queue)
		return NULL;
	queue->key = *key;
	queue->source = source_of(frags, key);
	queue->expires = jiffies + frags->ops->timeout_s * HZ;
	hlist_add_head(&queue->node, bucket(frags, key));
	if (list_empty(&frags->queues))
		mod_timer(&frags->timer, queue->expires);
	list_add_tail(&queue->age, &frags->queues);
	list_add_tail(&queue->mine, &queue->source->queues);
	charge(frags, queue, sizeof(*queue));
	return queue;
}

/* Does the fragment fit what is known of the datagram's end? */
static bool end_fits(struct frag_queue *queue, const struct sk_buff *skb,
		     const struct strata_frag *frag)
{
	unsigned int end = frag->offset + skb->len;

	if (frag->more)
		return !queue->total || end < queue->total;
	if (queue->total)
		return end == queue->total;
	if (queue->last && end_of(queue->last) > end)
		return false;
	queue->total = end;
	return true;
}

/* The fragment after which @skb belongs; NULL: at the beginning. */
static struct sk_buff *place(const struct frag_queue *queue,
			     const struct sk_buff *skb)
{
	struct sk_buff *at, *before = NULL;

	if (queue->last && begin_of(queue->last) <= begin_of(skb))
		return queue->last;
	for (at = queue->first; at && begin_of(at) <= begin_of(skb);
	     at = at->next)
		before = at;
	return before;
}

/* STRATA_DROP_MAX: it is in. Else why not; only a duplicate leaves the others. */
static enum strata_drop_reason insert(struct frag_queue *queue,
				      struct sk_buff *skb)
{
	struct sk_buff *before = place(queue, skb);
	struct sk_buff *after = before ? before->next : queue->first;

	if (before && begin_of(before) == begin_of(skb) &&
	    before->len == skb->len)
		return STRATA_DROP_FRAG_DUPLICATE;
	if ((before && end_of(before) > begin_of(skb)) ||
	    (after && end_of(skb) > begin_of(after)))
		return STRATA_DROP_FRAG_OVERLAP;
	skb->next = after;
	if (before)
		before->next = skb;
	else
		queue->first = skb;
	if (!after)
		queue->last = skb;
	queue->parts++;
	queue->have += skb->len;
	return STRATA_DROP_MAX;
}

/* All fragments in one buffer, at the payload; the first's headers stay. Owns
 * them; NULL: no memory.
 */
static struct sk_buff *join(struct strata_net *sn, struct sk_buff *first)
{
	struct sk_buff *skb = first->next, *next;
	struct sk_buff **tail;
	bool stolen;
	int delta;

	if (skb_has_frag_list(first) && skb_linearize(first)) {
		list_drop(sn, first, STRATA_DROP_NO_MEMORY);
		return NULL;
	}
	skb_mark_not_on_list(first);
	tail = &skb_shinfo(first)->frag_list;
	for (; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		if (first->ip_summed != skb->ip_summed)
			first->ip_summed = CHECKSUM_NONE;
		else if (first->ip_summed == CHECKSUM_COMPLETE)
			first->csum = csum_add(first->csum, skb->csum);
		if (!skb_shinfo(first)->frag_list &&
		    skb_try_coalesce(first, skb, &stolen, &delta)) {
			kfree_skb_partial(skb, stolen);
			continue;
		}
		first->len += skb->len;
		first->data_len += skb->len;
		first->truesize += skb->truesize;
		*tail = skb;
		tail = &skb->next;
	}
	return first;
}

/* Owns @skb. NULL: not complete yet, or dropped. */
static struct sk_buff *add(struct strata_frags *frags,
			   const struct strata_frag_key *key,
			   struct sk_buff *skb, const struct strata_frag *frag,
			   u8 *ecn)
{
	struct frag_queue *queue = queue_find(frags, key) ?:
				   queue_new(frags, key);
	enum strata_drop_reason reason = STRATA_DROP_FRAG_MALFORMED;

	if (!queue) {
		strata_drop(frags->sn, skb, STRATA_DROP_NO_MEMORY);
		return NULL;
	}
	frag_cb(skb)->offset = frag->offset;
	if (end_fits(queue, skb, frag))
		reason = queue->parts < STRATA_FRAG_PARTS ?
			 insert(queue, skb) : STRATA_DROP_FRAG_NO_ROOM;
	if (reason != STRATA_DROP_MAX) {
		strata_drop(frags->sn, skb, reason);
		if (reason != STRATA_DROP_FRAG_DUPLICATE)
			queue_drop(frags, queue, reason);
		return NULL;
	}
	queue->ecn |= BIT(frag->ecn);
	queue->largest = max(queue->largest, frag->size);
	charge(frags, queue, skb->truesize);
	if (queue->have != queue->total) {
		/* Its own turn may come: it may be the oldest. */
		make_room(frags, queue->source);
		return NULL;
	}
	/* RFC 3168 5.3 */
	*ecn = ip_frag_ecn_table[queue->ecn];
	if (*ecn == NOT_ALLOWED) {
		queue_drop(frags, queue, STRATA_DROP_FRAG_MALFORMED);
		return NULL;
	}
	strata_packet_set_frag_size(queue->first, queue->largest);
	return queue_remove(frags, queue);
}

/**
 * strata_frags_add() - a fragment has come
 * @frags: the family's, of the namespace
 * @key: of its datagram; padding zero
 * @skb: skb->data at its payload of at least one byte, network header set;
 *	owned
 * @frag: what its header says; the end of its payload is checked to be no more
 *	than STRATA_FRAG_DATAGRAM_MAX
 * @ecn: out, with the datagram: to be ORed to its ECN bits
 *
 * Context: softirq. Return: the datagram, the caller's, skb->data at its payload
 * and the headers of its first fragment before, with the size of its largest
 * fragment (strata_packet_frag_size()); NULL: it is not complete yet, or
 * never will be.
 */
struct sk_buff *strata_frags_add(struct strata_frags *frags,
				 const struct strata_frag_key *key,
				 struct sk_buff *skb,
				 const struct strata_frag *frag, u8 *ecn)
{
	struct sk_buff *first;

	/* It waits on nobody's account, and its buffer will be written to. */
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb_gso_reset(skb);
	skb->dev = NULL;
	if (skb_unclone(skb, GFP_ATOMIC)) {
		strata_drop(frags->sn, skb, STRATA_DROP_NO_MEMORY);
		return NULL;
	}
	spin_lock(&frags->lock);
	first = add(frags, key, skb, frag, ecn);
	spin_unlock(&frags->lock);
	return first ? join(frags->sn, first) : NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_frags_add);

/* The fragments of the oldest datagram, if its time is over, and the caller's
 * then. NULL: of none; the timer waits for it.
 */
static struct sk_buff *take_expired(struct strata_frags *frags)
{
	struct sk_buff *first = NULL;
	struct frag_queue *queue;

	spin_lock(&frags->lock);
	queue = oldest(frags);
	if (queue && time_before(jiffies, queue->expires))
		mod_timer(&frags->timer, queue->expires);
	else if (queue)
		first = queue_remove(frags, queue);
	spin_unlock(&frags->lock);
	return first;
}

static void frags_expire(struct timer_list *timer)
{
	struct strata_frags *frags = from_timer(frags, timer, timer);
	struct sk_buff *first;

	rcu_read_lock();
	while ((first = take_expired(frags))) {
		/* RFC 1122 3.3.2, RFC 8200 4.5: if it is the very first. */
		if (!begin_of(first))
			frags->ops->expired(frags->sn, first);
		list_drop(frags->sn, first, STRATA_DROP_FRAG_TIMEOUT);
	}
	rcu_read_unlock();
}

/**
 * strata_frags_init() - nothing to reassemble yet
 * @frags: zeroed
 * @sn: the namespace's stack
 * @ops: the family
 *
 * Context: process.
 */
void strata_frags_init(struct strata_frags *frags, struct strata_net *sn,
		       const struct strata_frag_ops *ops)
{
	unsigned int slot;

	frags->sn = sn;
	frags->ops = ops;
	spin_lock_init(&frags->lock);
	INIT_LIST_HEAD(&frags->queues);
	for (slot = 0; slot < STRATA_FRAG_SOURCES; slot++)
		INIT_LIST_HEAD(&frags->sources[slot].queues);
	get_random_bytes(&frags->key, sizeof(frags->key));
	timer_setup(&frags->timer, frags_expire, 0);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_frags_init);

/**
 * strata_frags_exit() - drop what is not complete
 * @frags: nobody adds to it any more
 *
 * Context: process.
 */
void strata_frags_exit(struct strata_frags *frags)
{
	struct frag_queue *queue;

	timer_delete_sync(&frags->timer);
	while ((queue = oldest(frags)))
		queue_drop(frags, queue, STRATA_DROP_FRAG_TIMEOUT);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_frags_exit);

/* A copy of @len bytes at @offset, in a buffer of its own. */
static struct sk_buff *cut_out(const struct sk_buff *skb,
			       const struct strata_cut *cut,
			       unsigned int offset, unsigned int len)
{
	struct sk_buff *part;

	part = alloc_skb(cut->room + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!part)
		return NULL;
	skb_reserve(part, cut->room);
	if (skb_copy_bits(skb, offset, skb_put(part, len), len)) {
		kfree_skb(part);
		return NULL;
	}
	part->priority = skb->priority;
	part->mark = skb->mark;
	/* It costs its sender until the device is done with it. */
	if (skb->sk)
		skb_set_owner_w(part, skb->sk);
	return part;
}

/**
 * strata_frag_cut() - send a datagram in fragments
 * @sn: the namespace's stack
 * @skb: skb->data at its payload; its checksum is made if it is not yet; owned
 * @cut: how
 *
 * Context: RCU read side, softirq or process. Return: 0, -EMSGSIZE (no room for
 * any payload), -ENOBUFS, or what @cut->emit said; then the rest is not sent.
 */
int strata_frag_cut(struct strata_net *sn, struct sk_buff *skb,
		    const struct strata_cut *cut)
{
	unsigned int most = max(cut->payload_max, 0);
	unsigned int step = round_down(most, 8);
	struct strata_frag frag = {};
	unsigned int offset, len;
	struct sk_buff *part;
	int err = 0;

	if (!step) {
		strata_drop(sn, skb, STRATA_DROP_IP_TOO_BIG);
		return -EMSGSIZE;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb)) {
		strata_drop(sn, skb, STRATA_DROP_NO_MEMORY);
		return -ENOBUFS;
	}
	for (offset = 0; offset < skb->len && !err; offset += len) {
		len = skb->len - offset;
		/* All but the last are multiples of 8 bytes. */
		if (len > most)
			len = step;
		part = cut_out(skb, cut, offset, len);
		if (!part) {
			strata_drop(sn, skb, STRATA_DROP_NO_MEMORY);
			return -ENOBUFS;
		}
		frag.offset = offset;
		frag.more = offset + len < skb->len;
		err = cut->emit(part, &frag, cut->arg);
	}
	consume_skb(skb);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_frag_cut);
