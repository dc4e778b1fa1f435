/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of the octets between snd_una and snd_nxt beyond that they were
 * sent: which the peer has told to hold (RFC 2018), which are taken for lost, and
 * which of those were sent again.
 */
#ifndef _NET_TCP_SCOREBOARD_H
#define _NET_TCP_SCOREBOARD_H

#include <linux/rbtree.h>
#include "seq.h"

/*
 * Ranges of one connection at most. SACKs may make a quarter of them, and so leave
 * as many holes: the rest is for what is sent again piece by piece.
 */
#define TCP_BOARD_MAX		4096
#define TCP_BOARD_SACK_MAX	(TCP_BOARD_MAX / 4)

enum strata_tcp_fate {
	TCP_FATE_FLIGHT,	/* sent once, on its way: not in the tree */
	TCP_FATE_SACKED,	/* the peer has it */
	TCP_FATE_LOST,		/* to be sent again */
	TCP_FATE_RESENT,	/* on its way again, since @sent_us */
};

/**
 * struct strata_tcp_range - octets of one fate
 * @node: in strata_tcp_board.root
 * @seq: the first
 * @end_seq: after the last
 * @sent_us: when it was sent last, if @resent
 * @fate: &enum strata_tcp_fate, never TCP_FATE_FLIGHT
 * @resent: it was sent more than once
 */
struct strata_tcp_range {
	struct rb_node node;
	u32 seq;
	u32 end_seq;
	u32 sent_us;
	u8 fate;
	bool resent;
};

/**
 * struct strata_tcp_board - the scoreboard of a connection
 * @root: struct strata_tcp_range by @seq; they do not overlap
 * @count: of ranges
 * @sacked: octets of TCP_FATE_SACKED
 * @lost: octets of TCP_FATE_LOST
 * @lost_from: nothing before it is lost
 *
 * All zero is an empty one, which costs the path without loss nothing. Protected
 * by the socket lock.
 */
struct strata_tcp_board {
	struct rb_root root;
	u32 count;
	u32 sacked;
	u32 lost;
	u32 lost_from;
};

struct strata_tcp_range *
strata_tcp_board_find(const struct strata_tcp_board *board, u32 seq);
struct strata_tcp_range *
strata_tcp_board_first_lost(struct strata_tcp_board *board);
bool strata_tcp_board_mark(struct strata_tcp_board *board,
			   const struct strata_tcp_range *range);
void strata_tcp_board_acked(struct strata_tcp_board *board, u32 una);
void strata_tcp_board_drop(struct strata_tcp_board *board,
			   enum strata_tcp_fate fate);
void strata_tcp_board_clear(struct strata_tcp_board *board);
int strata_tcp_board_init(void);
void strata_tcp_board_exit(void);

static inline struct strata_tcp_range *
tcp_range_next(const struct strata_tcp_range *range)
{
	return rb_entry_safe(rb_next(&range->node), struct strata_tcp_range,
			     node);
}

static inline struct strata_tcp_range *
tcp_range_first(const struct strata_tcp_board *board)
{
	return rb_entry_safe(rb_first(&board->root), struct strata_tcp_range,
			     node);
}

/* RFC 2018 8: held, and yet not acknowledged: the peer threw it away. */
static inline bool tcp_board_reneged(const struct strata_tcp_board *board,
				     u32 snd_una)
{
	const struct strata_tcp_range *first = tcp_range_first(board);

	return first && first->fate == TCP_FATE_SACKED && first->seq == snd_una;
}

/* One mark may make two ranges more than there were. */
static inline bool tcp_board_full(const struct strata_tcp_board *board,
				  u32 limit)
{
	return board->count + 2 > limit;
}

/* Octets that are no longer on their way. */
static inline u32 tcp_board_gone(const struct strata_tcp_board *board)
{
	return board->sacked + board->lost;
}

#endif /* _NET_TCP_SCOREBOARD_H */
