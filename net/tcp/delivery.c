// SPDX-License-Identifier: GPL-2.0
/*
 * What an ACK says has arrived: up to its acknowledgment number, and beyond it in
 * its SACK blocks (RFC 2018 5). Here the scoreboard is filled, and RACK learns
 * which segment, sent when, was delivered last (RFC 8985 6.2, steps 1 to 3).
 */
#include "recovery.h"
#include "tcp.h"

/* RFC 8985 6.2 step 3. */
static void note_order(struct strata_tcp *tp, u32 end_seq, bool resent)
{
	if (!tp->rack.valid || seq_after(end_seq, tp->rack.fack)) {
		tp->rack.fack = end_seq;
	} else if (seq_before(end_seq, tp->rack.fack) && !resent) {
		tp->rack.reordering = 1;
		tp->reorderings++;
	}
}

/* [@seq, @end_seq) was sent once and has arrived. */
static void original_arrived(struct sock *sk, u32 end_seq,
			     struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);
	const struct sk_buff *skb = strata_tcp_sent_find(sk, end_seq - 1);

	if (!skb)
		return;
	note_order(tp, end_seq, false);
	strata_tcp_rack_advance(tp, tcp_seg(skb)->sent_us, end_seq, false);
	strata_tcp_rate_arrived(tp, delivery, tcp_seg(skb));
	delivery->sent_us = tcp_seg(skb)->sent_us;
	delivery->has_rtt = true;
}

/* The part of @range that ends at @end_seq has arrived. */
static void range_arrived(struct sock *sk, const struct strata_tcp_range *range,
			  u32 end_seq, struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (range->fate == TCP_FATE_SACKED)
		return;
	if (!range->resent) {
		delivery->original = true;
		original_arrived(sk, end_seq, delivery);
		return;
	}
	delivery->resent = true;
	note_order(tp, end_seq, true);
	strata_tcp_rack_advance(tp, range->sent_us, end_seq, true);
}

/* Everything in [@seq, @end_seq) has arrived. True if not all was known. */
static bool arrived(struct sock *sk, u32 seq, u32 end_seq,
		    struct strata_tcp_delivery *delivery)
{
	const struct strata_tcp_board *board = &strata_tcp(sk)->board;
	const struct strata_tcp_range *range = strata_tcp_board_find(board, seq);
	bool news = false;

	while (seq_before(seq, end_seq)) {
		if (!range || seq_after(range->seq, seq)) {
			seq = range ? seq_min(range->seq, end_seq) : end_seq;
			original_arrived(sk, seq, delivery);
			news = true;
			continue;
		}
		news |= range->fate != TCP_FATE_SACKED;
		seq = seq_min(range->end_seq, end_seq);
		range_arrived(sk, range, seq, delivery);
		range = tcp_range_next(range);
	}
	return news;
}

/*
 * RFC 2883 5: the first block tells what came twice if it lies below the
 * acknowledgment number, or within the second block. One that lies too far back
 * is nothing we sent lately.
 */
static bool is_dsack(const struct strata_tcp *tp, u32 ack,
		     const struct strata_tcp_options *opts)
{
	const struct strata_tcp_block *first = &opts->sack[0];
	const struct strata_tcp_block *second = &opts->sack[1];

	if (!seq_before(first->seq, first->end_seq) ||
	    seq_after(first->end_seq, tp->snd_nxt) ||
	    seq_before(first->seq, tp->snd_una - tp->max_window))
		return false;
	if (!seq_after(first->end_seq, ack))
		return true;
	return opts->sacks > 1 && !seq_before(first->seq, second->seq) &&
	       !seq_after(first->end_seq, second->end_seq);
}

static void take_block(struct sock *sk, u32 ack,
		       const struct strata_tcp_block *block,
		       struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_range range = { .fate = TCP_FATE_SACKED,
					  .end_seq = block->end_seq };

	if (!seq_before(block->seq, block->end_seq) ||
	    seq_before(block->seq, tp->snd_una) ||
	    seq_after(block->end_seq, tp->snd_nxt) ||
	    !seq_after(block->end_seq, ack))
		return;
	range.seq = seq_max(block->seq, ack);
	if (arrived(sk, range.seq, range.end_seq, delivery) &&
	    !strata_tcp_board_mark(&tp->board, &range))
		strata_count(strata_sock_net(sk), TCP_SACK_IGNORED);
}

/**
 * strata_tcp_delivery_sack() - read an ACK's SACK blocks
 * @sk: locked; the peer was offered SACK
 * @ack: the acknowledgment number, not below snd_una; not yet taken
 * @opts: with blocks
 * @delivery: what was learnt
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_delivery_sack(struct sock *sk, u32 ack,
			      const struct strata_tcp_options *opts,
			      struct strata_tcp_delivery *delivery)
{
	struct strata_tcp *tp = strata_tcp(sk);
	int i = 0;

	if (is_dsack(tp, ack, opts)) {
		delivery->dsack = true;
		tp->dsacks++;
		delivery->twice = opts->sack[0];
		strata_count(strata_sock_net(sk), TCP_DSACK_RX);
		i = 1;
	}
	for (; i < opts->sacks; i++)
		take_block(sk, ack, &opts->sack[i], delivery);
}

/**
 * strata_tcp_delivery_ack() - what the acknowledgment number says has arrived
 * @sk: locked; the scoreboard is not empty
 * @ack: the acknowledgment number, above snd_una; not yet taken
 * @delivery: what was learnt
 *
 * Context: socket locked, tp->mstamp_us fresh.
 */
void strata_tcp_delivery_ack(struct sock *sk, u32 ack,
			     struct strata_tcp_delivery *delivery)
{
	arrived(sk, strata_tcp(sk)->snd_una, ack, delivery);
}
