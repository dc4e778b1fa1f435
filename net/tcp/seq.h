/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sequence space, RFC 9293 3.4.
 */
#ifndef _NET_TCP_SEQ_H
#define _NET_TCP_SEQ_H

#include <linux/types.h>

/**
 * struct strata_tcp_block - octets that follow each other
 * @seq: the first
 * @end_seq: after the last
 */
struct strata_tcp_block {
	u32 seq;
	u32 end_seq;
};

static inline bool seq_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

#define seq_after(a, b)		seq_before(b, a)

static inline u32 seq_min(u32 a, u32 b)
{
	return seq_before(a, b) ? a : b;
}

static inline u32 seq_max(u32 a, u32 b)
{
	return seq_before(a, b) ? b : a;
}

#endif /* _NET_TCP_SEQ_H */
