// SPDX-License-Identifier: GPL-2.0
/*
 * The selective acknowledgments that we send: RFC 2018, and RFC 2883 for what
 * came twice.
 */
#include <linux/tcp.h>
#include "options.h"
#include "tcp.h"

#define SACK_HEAD_BYTES		4	/* NOP, NOP, kind, length */
#define SACK_BLOCK_BYTES	8

static void take_out(struct strata_tcp_sack *sack, int at)
{
	sack->count--;
	memmove(&sack->block[at], &sack->block[at + 1],
		(sack->count - at) * sizeof(sack->block[0]));
}

/**
 * strata_tcp_sack_add() - data came out of order
 * @tp: connection
 * @seq: of its first octet
 * @end_seq: after its last
 *
 * RFC 2018 4: the first block holds the segment that came last, with all that
 * adjoins it; the others are repeated, so that each is told three times. The one
 * told longest ago makes room.
 *
 * Context: socket locked.
 */
void strata_tcp_sack_add(struct strata_tcp *tp, u32 seq, u32 end_seq)
{
	struct strata_tcp_sack *sack = &tp->sack;
	int i;

	if (!tp->sack_ok)
		return;
	for (i = sack->count - 1; i >= 0; i--) {
		if (seq_after(sack->block[i].seq, end_seq) ||
		    seq_before(sack->block[i].end_seq, seq))
			continue;
		seq = seq_min(seq, sack->block[i].seq);
		end_seq = seq_max(end_seq, sack->block[i].end_seq);
		take_out(sack, i);
	}
	if (sack->count == TCP_SACK_BLOCKS_MAX)
		sack->count--;
	memmove(&sack->block[1], &sack->block[0],
		sack->count * sizeof(sack->block[0]));
	sack->block[0] = (struct strata_tcp_block) { seq, end_seq };
	sack->count++;
}

/**
 * strata_tcp_sack_twice() - data came that was there already
 * @tp: connection
 * @seq: of its first octet
 * @end_seq: after its last
 *
 * RFC 2883 4: the next ACK tells it, once.
 *
 * Context: socket locked.
 */
void strata_tcp_sack_twice(struct strata_tcp *tp, u32 seq, u32 end_seq)
{
	if (!tp->sack_ok || !seq_before(seq, end_seq))
		return;
	tp->sack.dsack = (struct strata_tcp_block) { seq, end_seq };
	tp->sack.has_dsack = true;
}

/**
 * strata_tcp_sack_trim() - rcv_nxt went on, or nothing waits any more
 * @tp: connection
 *
 * Context: socket locked.
 */
void strata_tcp_sack_trim(struct strata_tcp *tp)
{
	struct strata_tcp_sack *sack = &tp->sack;
	int i;

	if (RB_EMPTY_ROOT(&tp->ofo)) {
		sack->count = 0;
		return;
	}
	for (i = sack->count - 1; i >= 0; i--)
		if (!seq_after(sack->block[i].end_seq, tp->rcv_nxt))
			take_out(sack, i);
}

/**
 * strata_tcp_sack_cut() - what was beyond @end has been given up
 * @tp: connection
 * @end: after the last octet that still waits
 *
 * RFC 2018 8: "the data receiver is permitted to discard data".
 *
 * Context: socket locked.
 */
void strata_tcp_sack_cut(struct strata_tcp *tp, u32 end)
{
	struct strata_tcp_sack *sack = &tp->sack;
	int i;

	for (i = sack->count - 1; i >= 0; i--) {
		sack->block[i].end_seq = seq_min(sack->block[i].end_seq, end);
		if (!seq_before(sack->block[i].seq, sack->block[i].end_seq))
			take_out(sack, i);
	}
}

static __be32 *put_block(__be32 *ptr, const struct strata_tcp_block *block)
{
	*ptr++ = htonl(block->seq);
	*ptr++ = htonl(block->end_seq);
	return ptr;
}

/**
 * strata_tcp_sack_put() - write the SACK option
 * @tp: connection
 * @ptr: where
 * @room: bytes there
 *
 * RFC 2018 3; what came twice is the first block (RFC 2883 4), and is forgotten.
 *
 * Context: socket locked.
 * Return: bytes written, a multiple of 4; 0 if nothing is to be told or @room
 * holds no block.
 */
unsigned int strata_tcp_sack_put(struct strata_tcp *tp, __be32 *ptr,
				 unsigned int room)
{
	struct strata_tcp_sack *sack = &tp->sack;
	unsigned int blocks, bytes, i = 0;

	if (room < SACK_HEAD_BYTES + SACK_BLOCK_BYTES)
		return 0;
	blocks = min_t(unsigned int, sack->count + sack->has_dsack,
		       (room - SACK_HEAD_BYTES) / SACK_BLOCK_BYTES);
	if (!blocks)
		return 0;
	bytes = blocks * SACK_BLOCK_BYTES;
	*ptr++ = htonl(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 |
		       TCPOPT_SACK << 8 | (bytes + 2));
	if (sack->has_dsack) {
		ptr = put_block(ptr, &sack->dsack);
		sack->has_dsack = false;
		blocks--;
	}
	while (i < blocks)
		ptr = put_block(ptr, &sack->block[i++]);
	return SACK_HEAD_BYTES + bytes;
}
