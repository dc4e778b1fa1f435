/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a socket that listens.
 */
#ifndef _NET_TCP_LISTENER_H
#define _NET_TCP_LISTENER_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct strata_tcp_fastopen_keys;

/**
 * struct strata_tcp_listener - what a listening socket has besides
 * @lock: protects the accept queue
 * @queue: established children, oldest first, by strata_tcp.accept_node.
 *	sk_ack_backlog is their number, sk_max_ack_backlog the limit
 * @requests: how many requests point here
 * @cookies_until: jiffies until which a cookie may be acknowledged; 0: none was
 *	sent. Any CPU reads and writes it
 * @fastopen_max: TCP_FASTOPEN: children that may be in SYN-RECEIVED (fastopen_listen.c)
 * @fastopen_pending: that are, and those in @resets; @lock
 * @fastopen_keys: TCP_FASTOPEN_KEY, or NULL; set once under the socket lock, read under
 *	RCU (fastopen_key.c)
 * @resets: &struct strata_tcp_fastopen_pending of reset ones, oldest first; @lock
 */
struct strata_tcp_listener {
	spinlock_t lock; /* protects queue, fastopen_pending, resets */
	struct list_head queue;
	atomic_t requests;
	u32 fastopen_max;
	unsigned long cookies_until;
	u32 fastopen_pending;
	struct strata_tcp_fastopen_keys *fastopen_keys;
	struct list_head resets;
};

#endif /* _NET_TCP_LISTENER_H */
