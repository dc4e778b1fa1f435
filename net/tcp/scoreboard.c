// SPDX-License-Identifier: GPL-2.0
/*
 * The scoreboard: ranges of octets by their fate. The retransmit queue keeps its
 * buffers as they were sent, each of them many segments; here alone is written
 * down what became of which octet, so a selective acknowledgment cuts no buffer,
 * and its cost and memory are bounded by the ranges, whatever the segment size.
 */
#include <linux/slab.h>
#include <strata/visibility.h>
#include "scoreboard.h"

static struct kmem_cache *range_cache;

static u32 size(const struct strata_tcp_range *range)
{
	return range->end_seq - range->seq;
}

/* @octets get, or with a negative number lose, a fate. */
static void account(struct strata_tcp_board *board, u8 fate, s32 octets)
{
	if (fate == TCP_FATE_SACKED)
		board->sacked += octets;
	else if (fate == TCP_FATE_LOST)
		board->lost += octets;
}

static void free_range(struct strata_tcp_range *range)
{
	if (range)
		kmem_cache_free(range_cache, range);
}

static void erase(struct strata_tcp_board *board, struct strata_tcp_range *range)
{
	account(board, range->fate, -size(range));
	rb_erase(&range->node, &board->root);
	board->count--;
	free_range(range);
}

/* One range can stand for both. */
static bool alike(const struct strata_tcp_range *a,
		  const struct strata_tcp_range *b)
{
	if (a->fate != b->fate)
		return false;
	return a->fate == TCP_FATE_SACKED ||
	       (a->resent == b->resent && (!a->resent || a->sent_us == b->sent_us));
}

/* Takes over @range; no other may overlap it. */
static void insert(struct strata_tcp_board *board, struct strata_tcp_range *range)
{
	struct rb_node **link = &board->root.rb_node, *parent = NULL;

	while (*link) {
		struct strata_tcp_range *at;

		parent = *link;
		at = rb_entry(parent, struct strata_tcp_range, node);
		link = seq_before(range->seq, at->seq) ? &parent->rb_left :
							 &parent->rb_right;
	}
	rb_link_node(&range->node, parent, link);
	rb_insert_color(&range->node, &board->root);
	board->count++;
}

/**
 * strata_tcp_board_find() - the first range that ends after an octet
 * @board: scoreboard
 * @seq: the octet
 *
 * Context: socket locked.
 * Return: the range that holds @seq, or else the next one, or NULL.
 */
struct strata_tcp_range *
strata_tcp_board_find(const struct strata_tcp_board *board, u32 seq)
{
	struct rb_node *node = board->root.rb_node;
	struct strata_tcp_range *found = NULL;

	while (node) {
		struct strata_tcp_range *at =
			rb_entry(node, struct strata_tcp_range, node);

		if (seq_after(at->end_seq, seq)) {
			found = at;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_board_find);

/**
 * strata_tcp_board_first_lost() - what to send again next
 * @board: scoreboard
 *
 * Context: socket locked. Return: the lowest range that is lost, or NULL.
 */
struct strata_tcp_range *
strata_tcp_board_first_lost(struct strata_tcp_board *board)
{
	struct strata_tcp_range *range;

	if (!board->lost)
		return NULL;
	range = strata_tcp_board_find(board, board->lost_from);
	while (range && range->fate != TCP_FATE_LOST)
		range = tcp_range_next(range);
	if (range)
		board->lost_from = range->seq;
	return range;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_board_first_lost);

/*
 * Make [@seq, @end_seq) free of ranges. @spare is used, and NULL afterwards, if
 * one range is larger on both sides.
 */
static void vacate(struct strata_tcp_board *board, u32 seq, u32 end_seq,
		   struct strata_tcp_range **spare)
{
	struct strata_tcp_range *range = strata_tcp_board_find(board, seq), *next;

	if (range && seq_before(range->seq, seq)) {
		next = tcp_range_next(range);
		if (seq_after(range->end_seq, end_seq)) {
			next = *spare;
			*spare = NULL;
			*next = *range;
			next->seq = seq;
			insert(board, next);
		} else {
			account(board, range->fate, seq - range->end_seq);
		}
		range->end_seq = seq;
		range = next;
	}
	for (; range && seq_before(range->seq, end_seq); range = next) {
		next = tcp_range_next(range);
		if (!seq_after(range->end_seq, end_seq)) {
			erase(board, range);
			continue;
		}
		account(board, range->fate, range->seq - end_seq);
		range->seq = end_seq;
	}
}

/* Let @want take in what adjoins it and is alike. True if anything did. */
static bool widen(const struct strata_tcp_board *board,
		  struct strata_tcp_range *want)
{
	const struct strata_tcp_range *left, *right;
	bool widened = false;

	left = strata_tcp_board_find(board, want->seq - 1);
	right = strata_tcp_board_find(board, want->end_seq);
	if (left && !seq_after(left->seq, want->seq) && alike(left, want)) {
		want->seq = left->seq;
		want->end_seq = seq_max(want->end_seq, left->end_seq);
		widened = true;
	}
	if (right && !seq_after(right->seq, want->end_seq) && alike(right, want)) {
		want->end_seq = right->end_seq;
		widened = true;
	}
	return widened;
}

static bool is_full(const struct strata_tcp_board *board, u8 fate)
{
	return tcp_board_full(board, fate == TCP_FATE_SACKED ?
				     TCP_BOARD_SACK_MAX : TCP_BOARD_MAX);
}

/**
 * strata_tcp_board_mark() - octets have a new fate
 * @board: scoreboard
 * @what: what to remember; not empty, within what is sent and not acknowledged.
 *	TCP_FATE_FLIGHT is to know nothing of them any more
 *
 * Context: socket locked.
 * Return: false, with nothing changed, without memory, or if the scoreboard is
 * full and this would make a new range.
 */
bool strata_tcp_board_mark(struct strata_tcp_board *board,
			   const struct strata_tcp_range *what)
{
	struct strata_tcp_range want = *what, *range, *spare;

	if (!widen(board, &want) && is_full(board, want.fate))
		return false;
	range = kmem_cache_alloc(range_cache, GFP_ATOMIC | __GFP_NOWARN);
	spare = kmem_cache_alloc(range_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!range || !spare) {
		free_range(range);
		free_range(spare);
		return false;
	}
	vacate(board, want.seq, want.end_seq, &spare);
	if (want.fate == TCP_FATE_LOST &&
	    (!board->lost || seq_before(want.seq, board->lost_from)))
		board->lost_from = want.seq;
	if (want.fate != TCP_FATE_FLIGHT) {
		*range = want;
		insert(board, range);
		account(board, range->fate, size(range));
		range = NULL;
	}
	free_range(range);
	free_range(spare);
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_board_mark);

/**
 * strata_tcp_board_acked() - forget what is acknowledged
 * @board: scoreboard
 * @una: the new snd_una
 *
 * Context: socket locked.
 */
void strata_tcp_board_acked(struct strata_tcp_board *board, u32 una)
{
	struct strata_tcp_range *range;

	while ((range = tcp_range_first(board)) && seq_before(range->seq, una)) {
		if (seq_after(range->end_seq, una)) {
			account(board, range->fate, range->seq - una);
			range->seq = una;
			break;
		}
		erase(board, range);
	}
	if (seq_before(board->lost_from, una))
		board->lost_from = una;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_board_acked);

/**
 * strata_tcp_board_drop() - one fate was a mistake: back to being on their way
 * @board: scoreboard
 * @fate: which
 *
 * Context: socket locked.
 */
void strata_tcp_board_drop(struct strata_tcp_board *board,
			   enum strata_tcp_fate fate)
{
	struct strata_tcp_range *range = tcp_range_first(board), *next;

	for (; range; range = next) {
		next = tcp_range_next(range);
		if (range->fate == fate)
			erase(board, range);
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_board_drop);

/**
 * strata_tcp_board_clear() - know nothing
 * @board: scoreboard
 *
 * Context: socket locked, or nobody else knows it.
 */
void strata_tcp_board_clear(struct strata_tcp_board *board)
{
	struct strata_tcp_range *range;

	while ((range = tcp_range_first(board)))
		erase(board, range);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_board_clear);

/**
 * strata_tcp_board_init() - the cache of ranges
 *
 * Context: module init. Return: 0 or -ENOMEM.
 */
int strata_tcp_board_init(void)
{
	range_cache = KMEM_CACHE(strata_tcp_range, 0);
	return range_cache ? 0 : -ENOMEM;
}

/**
 * strata_tcp_board_exit() - free it
 *
 * Context: module exit; no connection is left.
 */
void strata_tcp_board_exit(void)
{
	kmem_cache_destroy(range_cache);
}
