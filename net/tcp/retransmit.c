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
static struct sk_buff *view(const struct sk_buff *skb, u32 from, u32 len)
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

/*
 * Send up to @max octets of @skb again from @seq on. Returns the sequence
 * number after them, or @seq if nothing was sent.
 */
static u32 retransmit(struct sock *sk, struct sk_buff *skb, u32 seq, u32 max)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 from = seq - tcp_seg(skb)->seq, len, end_seq, segs;
	struct sk_buff *again;

	/* The peer may have shrunk its window (RFC 9293 3.8.6). */
	if (seq != tp->snd_una && !seq_before(seq, tcp_wnd_end(tp)))
		return seq;
	len = from < skb->len ? min(skb->len - from, max) : 0;
	again = view(skb, from, len);
	if (!again)
		return seq;
	fill_seg(tp, skb, again, seq, len);
	end_seq = tcp_seg(again)->end_seq;
	segs = tcp_seg(again)->segs;
	tcp_seg(skb)->retransmitted = 1;
	if (!tp->retrans_stamp_us)
		tp->retrans_stamp_us = (u32)tp->mstamp_us ?: 1;
	tp->total_retrans += segs;
	strata_count_add(strata_sock_net(sk), TCP_RETRANS, segs);
	strata_tcp_transmit(sk, again, false, GFP_ATOMIC);
	return end_seq;
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
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	u32 end_seq;

	if (!skb || skb == tp->send_head)
		return false;
	end_seq = retransmit(sk, skb, tp->snd_una, tp->mss);
	if (end_seq == tp->snd_una)
		return false;
	if (tp->recovery == TCP_RECOVERY_LOSS &&
	    seq_before(tp->retrans_high, end_seq))
		tp->retrans_high = end_seq;
	return true;
}

/* The buffer that holds the octet after what was resent. */
static struct sk_buff *next_lost(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = tp->retrans_hint;

	if (!skb)
		skb = skb_peek(&sk->sk_write_queue);
	while (skb && skb != tp->send_head &&
	       !seq_before(tp->retrans_high, tcp_seg(skb)->end_seq))
		skb = skb_queue_is_last(&sk->sk_write_queue, skb) ?
		      NULL : skb->next;
	if (skb == tp->send_head)
		skb = NULL;
	tp->retrans_hint = skb;
	return skb;
}

/**
 * strata_tcp_retransmit_lost() - after a timeout: what the window allows
 * @sk: locked, in TCP_RECOVERY_LOSS; tp->mstamp_us is fresh
 *
 * Context: socket locked.
 */
void strata_tcp_retransmit_lost(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 goal = strata_tcp_goal(tp), room, end_seq;
	struct sk_buff *skb;

	while (seq_before(tp->retrans_high, tp->recover)) {
		room = strata_tcp_cwnd_room(tp);
		skb = room ? next_lost(sk) : NULL;
		if (!skb)
			return;
		end_seq = retransmit(sk, skb, tp->retrans_high,
				     min_t(u64, goal, (u64)room * tp->mss));
		if (end_seq == tp->retrans_high)
			return;
		tp->retrans_high = end_seq;
	}
}

static void enter_loss(struct strata_tcp *tp)
{
	tp->recovery = TCP_RECOVERY_LOSS;
	tp->recover = tp->snd_nxt;
	tp->retrans_high = tp->snd_una;
	tp->retrans_hint = NULL;
	tp->inflate = 0;
	tp->dupacks = 0;
}

/**
 * strata_tcp_retransmit_timeout() - the retransmission timer has expired
 * @sk: locked, something is not acknowledged; tp->mstamp_us is fresh
 *
 * RFC 5681 3.1 equation 4 and after, RFC 6298 5.4.
 *
 * Context: softirq, socket locked.
 */
void strata_tcp_retransmit_timeout(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	/* The same segment again is no new loss: ssthresh stays. */
	if (!tp->retransmits)
		strata_tcp_reduce(tp);
	else
		tp->prior_cwnd = 0;
	enter_loss(tp);
	tp->cong.cwnd = 1;
	strata_tcp_retransmit_head(sk);
}

/**
 * strata_tcp_retransmit_too_big() - the path takes less than was sent
 * @sk: locked; the MSS is the new one
 *
 * RFC 1191 6.5, RFC 8899 4.4: send again at once, and take it for no sign of
 * congestion.
 *
 * Context: socket locked.
 */
void strata_tcp_retransmit_too_big(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->packets_out)
		return;
	tcp_mstamp_refresh(tp);
	enter_loss(tp);
	tp->prior_cwnd = 0;
	strata_tcp_retransmit_lost(sk);
}
