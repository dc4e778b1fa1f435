/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Selective acknowledgments that we send (RFC 2018, 2883). What those of the
 * peer tell is in scoreboard.h.
 */
#ifndef _NET_TCP_SACK_H
#define _NET_TCP_SACK_H

#include "seq.h"

#define TCP_SACK_BLOCKS_MAX	4	/* as many as 40 bytes of options hold */

/**
 * struct strata_tcp_sack - what our ACKs tell beyond rcv_nxt
 * @block: ranges that wait out of order, the one that changed last first
 * @dsack: what came twice, told once
 * @count: in @block
 * @has_dsack: @dsack is to be told
 *
 * Part of the connection, protected by the socket lock. Empty unless the peer
 * permits SACK.
 */
struct strata_tcp_sack {
	struct strata_tcp_block block[TCP_SACK_BLOCKS_MAX];
	struct strata_tcp_block dsack;
	u8 count;
	bool has_dsack;
};

struct strata_tcp;

void strata_tcp_sack_add(struct strata_tcp *tp, u32 seq, u32 end_seq);
void strata_tcp_sack_twice(struct strata_tcp *tp, u32 seq, u32 end_seq);
void strata_tcp_sack_trim(struct strata_tcp *tp);
void strata_tcp_sack_cut(struct strata_tcp *tp, u32 end);
unsigned int strata_tcp_sack_put(struct strata_tcp *tp, __be32 *ptr,
				 unsigned int room);

/* Is there anything to tell? */
static inline bool tcp_sack_any(const struct strata_tcp_sack *sack)
{
	return sack->count || sack->has_dsack;
}

#endif /* _NET_TCP_SACK_H */
