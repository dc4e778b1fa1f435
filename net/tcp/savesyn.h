/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SYN of a connection, kept for a program that wants to look at it
 * (TCP_SAVE_SYN, TCP_SAVED_SYN).
 */
#ifndef _NET_TCP_SAVESYN_H
#define _NET_TCP_SAVESYN_H

#include <linux/types.h>

/**
 * struct strata_tcp_saved_syn - headers of a SYN
 * @len: of @headers
 * @headers: L2's if TCP_SAVE_SYN was 2, L3's and TCP's, as they came
 *
 * Owned by the request, then by its child, until it is read or the connection ends.
 */
struct strata_tcp_saved_syn {
	u32 len;
	u8 headers[];
};

#define TCP_SAVE_SYN_MAX	2

struct sk_buff;
struct sock;

struct strata_tcp_saved_syn *strata_tcp_save_syn(const struct sock *listener,
						 const struct sk_buff *skb);
int strata_tcp_saved_syn_get(struct sock *sk, char __user *optval,
			     int __user *optlen, int len);

#endif /* _NET_TCP_SAVESYN_H */
