// SPDX-License-Identifier: GPL-2.0
/*
 * What to send again. The queue keeps its buffers as they were sent; a
 * retransmission is a buffer of its own that shares their pages, so it may
 * begin and end at any octet.
 */
#include <linux/tcp.h>
#include "input.h"
#include "tcp.h"

/* The octets [@from, @from + @len) of @skb that are in its linear part. */
static u32 linear_part(const struct sk_buff *skb, u32 from, u32 len)
{
	u32 linear = skb_headlen(skb);

	return from < linear ? min(len, linear - from) : 0;
}

/* Share what of @skb's page @slot falls into the range; advances both. */
static void share_page(struct sk_buff *view, const struct sk_buff *skb,
		       int slot, u32 *from, u32 *len)
{
	const skb_frag_t *frag = &skb_shinfo(skb)->frags[slot];
	u32 size = skb_frag_size(frag), take;

	if (*from >= size) {
		*from -= size;
		return;
	}
	take = min(size - *from, *len);
	skb_add_rx_frag(view, skb_shinfo(view)->nr_frags, skb_frag_page(frag),
			skb_frag_off(frag) + *from, take, take);
	get_page(skb_frag_page(frag));
	*from = 0;
	*len -= take;
}

/* A buffer with @len octets of @skb's payload from @from on. */
static struct sk_buff *view(struct sk_buff *skb, u32 from, u32 len)
{
	u32 linear = linear_part(skb, from, len);
	struct sk_buff *view;
	int slot;

	view = alloc_skb(TCP_HEADROOM + linear, GFP_ATOMIC | __GFP_NOWARN);
	if (!view)
		return NULL;
	skb_reserve(view, TCP_HEADROOM);
	if (linear)
		memcpy(skb_put(view, linear), skb->data + from, linear);
	len -= linear;
	from += linear;
	from -= skb_headlen(skb);
	for (slot = 0; len && slot < skb_shinfo(skb)->nr_frags; slot++)
		share_page(view, skb, slot, &from, &len);
	/* The program's own pages are in use until this one is gone, too. */
	skb_zcopy_set(view, skb_zcopy(skb), NULL);
	return view;
}

/* What the header of the octets from @seq on says; @len of payload. */
static void fill_seg(struct strata_tcp *tp, const struct sk_buff *skb,
		     struct sk_buff *view, u32 seq, u32 len)
{
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	struct strata_tcp_seg *new = tcp_seg(view);

	*new = (struct strata_tcp_seg) {
		.seq = seq,
		.end_seq = seq + len,
		.segs = len > tp->mss ? DIV_ROUND_UP(len, tp->mss) : 1,
		.gso = len > tp->mss ? tp->mss : 0,
	};
	if (seq - seg->seq + len < skb->len)
		return;
	new->flags = seg->flags;
	if (seg->flags & TCPF_HDR_FIN)
		new->end_seq++;
}

/* The scoreboard's part; first, since without it the same would go out again. */
static bool note_resent(struct strata_tcp *tp, u32 seq, u32 end_seq)
{
	const struct strata_tcp_range range = {
		.seq = seq,
		.end_seq = end_seq,
		.sent_us = (u32)tp->mstamp_us,
		.fate = TCP_FATE_RESENT,
		.resent = true,
	};

	return strata_tcp_board_mark(&tp->board, &range);
}

static void count_resent(struct sock *sk, u32 octets, u32 segs)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->retrans_stamp_us)
		tp->retrans_stamp_us = (u32)tp->mstamp_us ?: 1;
	tp->prr.resent += octets;
	tp->undo.resent += octets;
	tp->undo.any = 1;
	tp->bytes_retrans += octets;
	tp->total_retrans += segs;
	strata_count_add(strata_sock_net(sk), TCP_RETRANS, segs);
}

/* Send up to @max octets of @skb again from @seq on. False if nothing was. */
static bool retransmit(struct sock *sk, struct sk_buff *skb, u32 seq, u32 max)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 from = seq - tcp_seg(skb)->seq, len;
	struct strata_tcp_seg *seg;
	struct sk_buff *again;

	/* The peer may have shrunk its window (RFC 9293 3.8.6). */
	if (seq != tp->snd_una && !seq_before(seq, tcp_wnd_end(tp)))
		return false;
	len = from < skb->len ? min(skb->len - from, max) : 0;
	again = view(skb, from, len);
	if (!again)
		return false;
	fill_seg(tp, skb, again, seq, len);
	seg = tcp_seg(again);
	if (!note_resent(tp, seq, seg->end_seq)) {
		kfree_skb(again);
		return false;
	}
	tcp_seg(skb)->retransmitted = 1;
	/* The ACK will not tell which of them arrived. */
	tp->mtu.probe = 0;
	count_resent(sk, seg->end_seq - seq, seg->segs);
	strata_tcp_transmit(sk, again, false, GFP_ATOMIC);
	return true;
}

/**
 * strata_tcp_sent_find() - the buffer of the retransmit queue that holds an octet
 * @sk: locked
 * @seq: the octet
 *
 * Searches from where the last search ended.
 *
 * Context: socket locked. Return: the buffer, or NULL if it was not sent or is
 * acknowledged.
 */
struct sk_buff *strata_tcp_sent_find(struct sock *sk, u32 seq)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = tp->sent_hint ?: skb_peek(&sk->sk_write_queue);

	if (seq_before(seq, tp->snd_una) || !seq_before(seq, tp->snd_nxt))
		return NULL;
	while (skb && skb != tp->send_head) {
		tp->sent_hint = skb;
		if (seq_before(seq, tcp_seg(skb)->seq))
			skb = skb_queue_is_first(&sk->sk_write_queue, skb) ?
			      NULL : skb->prev;
		else if (!seq_before(seq, tcp_seg(skb)->end_seq))
			skb = skb_queue_is_last(&sk->sk_write_queue, skb) ?
			      NULL : skb->next;
		else
			return skb;
	}
	return NULL;
}

/**
 * strata_tcp_retransmit_head() - send the first unacknowledged segment again
 * @sk: locked; tp->mstamp_us is fresh
 *
 * Context: socket locked. Return: false if there is none, or no memory.
 */
bool strata_tcp_retransmit_head(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = strata_tcp_sent_find(sk, tp->snd_una);

	return skb && retransmit(sk, skb, tp->snd_una, tp->mss);
}

/**
 * strata_tcp_retransmit_tail() - send the last segment that was sent again
 * @sk: locked; tp->mstamp_us is fresh
 *
 * Context: socket locked. Return: false if there is none, or no memory.
 */
bool strata_tcp_retransmit_tail(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = strata_tcp_sent_find(sk, tp->snd_nxt - 1);
	u32 from = 0;

	if (!skb)
		return false;
	if (skb->len > tp->mss)
		from = rounddown(skb->len - 1, tp->mss);
	return retransmit(sk, skb, seq_max(tcp_seg(skb)->seq + from, tp->snd_una),
			  tp->mss);
}

/**
 * strata_tcp_retransmit_lost() - send again what is lost, as the window allows
 * @sk: locked; tp->mstamp_us is fresh
 *
 * The lowest first (RFC 6675 5, NextSeg rule 1).
 *
 * Context: socket locked.
 */
void strata_tcp_retransmit_lost(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 goal = strata_tcp_goal(tp), room, len;
	const struct strata_tcp_range *lost;
	struct sk_buff *skb;

	while ((lost = strata_tcp_board_first_lost(&tp->board))) {
		if (tcp_is_paced(sk) && strata_tcp_pacing_waits(sk))
			return;
		room = strata_tcp_cwnd_room(tp);
		skb = room ? strata_tcp_sent_find(sk, lost->seq) : NULL;
		if (!skb)
			return;
		len = min_t(u64, goal, (u64)room * tp->mss);
		len = min(len, lost->end_seq - lost->seq);
		if (!retransmit(sk, skb, lost->seq, len))
			return;
	}
}
