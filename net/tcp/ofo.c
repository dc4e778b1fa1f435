// SPDX-License-Identifier: GPL-2.0
/*
 * Data that came too early waits in a tree by sequence number until what is
 * missing has come. "Out-of-order data may be given up" (RFC 9293 3.10.7.4, RFC
 * 2018 8): it is the first to go when memory is short.
 */
#include <linux/tcp.h>
#include "queue.h"
#include "tcp.h"

#define OFO_MAX		8192	/* segments */

static struct sk_buff *ofo_skb(struct rb_node *node)
{
	return rb_entry_safe(node, struct sk_buff, rbnode);
}

static void drop(struct sock *sk, struct sk_buff *skb,
		 enum strata_drop_reason reason)
{
	strata_drop(strata_sock_net(sk), skb, reason);
}

/* The tree's node lies over these. */
static void clear_node(struct sk_buff *skb)
{
	skb->next = NULL;
	skb->prev = NULL;
	skb->dev = NULL;
}

static void ofo_erase(struct strata_tcp *tp, struct sk_buff *skb)
{
	if (tp->ofo_last == skb)
		tp->ofo_last = ofo_skb(rb_prev(&skb->rbnode));
	rb_erase(&skb->rbnode, &tp->ofo);
	tp->ofo_len--;
	clear_node(skb);
}

/**
 * strata_tcp_ofo_replace() - take one out, for collapse.c
 * @tp: connection
 * @skb: in the tree; the caller's afterwards
 * @copy: to put in its place, with the same first octet; or NULL
 *
 * Context: socket locked.
 */
void strata_tcp_ofo_replace(struct strata_tcp *tp, struct sk_buff *skb,
			    struct sk_buff *copy)
{
	if (!copy) {
		ofo_erase(tp, skb);
		return;
	}
	rb_replace_node(&skb->rbnode, &copy->rbnode, &tp->ofo);
	if (tp->ofo_last == skb)
		tp->ofo_last = copy;
	clear_node(skb);
}

/**
 * strata_tcp_ofo_purge() - give all of it up
 * @sk: locked
 * @reason: why
 *
 * Context: socket locked.
 */
void strata_tcp_ofo_purge(struct sock *sk, enum strata_drop_reason reason)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;

	while ((skb = ofo_skb(rb_first(&tp->ofo)))) {
		ofo_erase(tp, skb);
		drop(sk, skb, reason);
	}
	strata_tcp_sack_trim(tp);
}

/**
 * strata_tcp_ofo_prune() - give up what is furthest from rcv_nxt
 * @sk: locked
 *
 * At least an eighth of the buffer, if there is as much. RFC 2018 8: the peer keeps
 * what was only selected, and sends it again.
 *
 * Context: socket locked. Return: false if there was nothing.
 */
bool strata_tcp_ofo_prune(struct sock *sk)
{
	int goal = atomic_read(&sk->sk_rmem_alloc) - READ_ONCE(sk->sk_rcvbuf) / 8;
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = tp->ofo_last;

	if (!skb)
		return false;
	do {
		ofo_erase(tp, skb);
		strata_count(strata_sock_net(sk), TCP_PRUNED);
		drop(sk, skb, STRATA_DROP_TCP_OFO_FULL);
		skb = tp->ofo_last;
	} while (skb && atomic_read(&sk->sk_rmem_alloc) > goal);
	if (skb)
		strata_tcp_sack_cut(tp, tcp_seg(skb)->end_seq);
	else
		strata_tcp_sack_trim(tp);
	return true;
}

/**
 * strata_tcp_ofo_drain() - move what follows rcv_nxt now to the receive queue
 * @sk: locked
 *
 * Context: socket locked. Return: true if that ends with a FIN.
 */
bool strata_tcp_ofo_drain(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;
	bool fin = false;

	while (!fin && (skb = ofo_skb(rb_first(&tp->ofo)))) {
		if (seq_after(tcp_seg(skb)->seq, tp->rcv_nxt))
			break;
		ofo_erase(tp, skb);
		if (seq_before(tcp_seg(skb)->end_seq, tp->rcv_nxt)) {
			drop(sk, skb, STRATA_DROP_TCP_DUPLICATE);
			continue;
		}
		fin = strata_tcp_strip_fin(skb);
		if (seq_after(tcp_seg(skb)->end_seq, tp->rcv_nxt))
			strata_tcp_append(sk, skb, true);
		else
			consume_skb(skb);
		/* RFC 5681 4.2 */
		tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
	}
	strata_tcp_sack_trim(tp);
	return fin;
}

/* Where in the tree; *@prev is the segment before @seq, if any. */
static struct rb_node **ofo_place(struct strata_tcp *tp, u32 seq,
				  struct rb_node **parent)
{
	struct rb_node **link = &tp->ofo.rb_node;

	*parent = NULL;
	/* Nearly always the last. */
	if (tp->ofo_last && !seq_before(seq, tcp_seg(tp->ofo_last)->seq)) {
		*parent = &tp->ofo_last->rbnode;
		link = &(*parent)->rb_right;
	}
	while (*link) {
		*parent = *link;
		link = seq_before(seq, tcp_seg(ofo_skb(*parent))->seq) ?
		       &(*parent)->rb_left : &(*parent)->rb_right;
	}
	return link;
}

/* Segments after @skb that hold nothing else than it does. */
static void ofo_drop_covered(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *next;

	while ((next = ofo_skb(rb_next(&skb->rbnode)))) {
		if (seq_after(tcp_seg(next)->end_seq, tcp_seg(skb)->end_seq))
			return;
		ofo_erase(tp, next);
		drop(sk, next, STRATA_DROP_TCP_DUPLICATE);
	}
}

static bool ofo_covered(const struct sk_buff *prev, const struct sk_buff *skb)
{
	return prev && !seq_after(tcp_seg(skb)->end_seq, tcp_seg(prev)->end_seq);
}

/* The neighbour before the place found by ofo_place(). */
static struct sk_buff *ofo_before(struct rb_node *parent, struct rb_node **link)
{
	if (!parent)
		return NULL;
	return ofo_skb(link == &parent->rb_right ? parent : rb_prev(parent));
}

static void ofo_insert(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct rb_node *parent, **link;
	struct sk_buff *prev;

	link = ofo_place(tp, tcp_seg(skb)->seq, &parent);
	prev = ofo_before(parent, link);
	strata_tcp_sack_add(tp, tcp_seg(skb)->seq, tcp_seg(skb)->end_seq);
	if (ofo_covered(prev, skb)) {
		strata_tcp_sack_twice(tp, tcp_seg(skb)->seq,
				      tcp_seg(skb)->end_seq);
		drop(sk, skb, STRATA_DROP_TCP_DUPLICATE);
		return;
	}
	strata_count(strata_sock_net(sk), TCP_OFO_QUEUED);
	tp->ofo_segs++;
	if (strata_tcp_coalesce(sk, prev, skb)) {
		ofo_drop_covered(sk, prev);
		return;
	}
	skb_set_owner_r(skb, sk);
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &tp->ofo);
	tp->ofo_len++;
	if (!tp->ofo_last || !rb_next(&skb->rbnode))
		tp->ofo_last = skb;
	ofo_drop_covered(sk, skb);
}

/* What is nearer to rcv_nxt is the more useful: it goes before what is further. */
static bool make_room(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);
	int limit = READ_ONCE(sk->sk_rcvbuf);

	if (likely(tp->ofo_len < OFO_MAX &&
		   strata_tcp_memory_allows(sk, skb, limit)))
		return true;
	strata_tcp_collapse(sk);
	while (tp->ofo_len >= OFO_MAX ||
	       !strata_tcp_memory_allows(sk, skb, limit)) {
		if (!tp->ofo_last ||
		    !seq_before(tcp_seg(skb)->seq, tcp_seg(tp->ofo_last)->seq))
			return false;
		strata_tcp_ofo_prune(sk);
	}
	return true;
}

/**
 * strata_tcp_ofo_queue() - data that comes too early
 * @sk: locked
 * @skb: header pulled; begins after rcv_nxt, in the window. Owned
 *
 * RFC 9293 3.10.7.4: "segments with higher beginning sequence numbers SHOULD be
 * held for later processing"; RFC 5681 4.2: and answered at once.
 *
 * Context: socket locked.
 */
void strata_tcp_ofo_queue(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->ack_flags |= TCP_ACK_PENDING | TCP_ACK_NOW;
	tp->data_segs_in += max_t(u16, skb_shinfo(skb)->gso_segs, 1);
	if (unlikely(tp->ecn.ok))
		strata_tcp_ecn_data(sk, skb);
	if (unlikely(!make_room(sk, skb))) {
		drop(sk, skb, STRATA_DROP_TCP_OFO_FULL);
		return;
	}
	ofo_insert(sk, skb);
}
