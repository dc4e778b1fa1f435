// SPDX-License-Identifier: GPL-2.0
/*
 * The SYN of a connection, kept for a program that wants to look at it.
 */
#include <linux/slab.h>
#include <linux/tcp.h>
#include "savesyn.h"
#include "tcp.h"

/**
 * strata_tcp_save_syn() - keep a SYN's headers if the listener wants them
 * @listener: to whom it came; not locked
 * @skb: the SYN, skb->data at the TCP header, which is linear; not owned
 *
 * Context: softirq, RCU. Return: for kfree(); NULL: not wanted, or no memory.
 */
struct strata_tcp_saved_syn *strata_tcp_save_syn(const struct sock *listener,
						 const struct sk_buff *skb)
{
	u8 wanted = READ_ONCE(strata_tcp(listener)->save_syn);
	const u8 *from = skb_network_header(skb);
	const u8 *end = skb->data + ((struct tcphdr *)skb->data)->doff * 4;
	struct strata_tcp_saved_syn *saved;

	if (likely(!wanted))
		return NULL;
	if (wanted == TCP_SAVE_SYN_MAX && skb_mac_header_was_set(skb))
		from = skb_mac_header(skb);
	saved = kmalloc(sizeof(*saved) + (end - from),
			GFP_ATOMIC | __GFP_NOWARN);
	if (!saved)
		return NULL;
	saved->len = end - from;
	memcpy(saved->headers, from, saved->len);
	return saved;
}

/**
 * strata_tcp_saved_syn_get() - TCP_SAVED_SYN: it can be read once
 * @sk: locked
 * @optval: out
 * @optlen: out: bytes
 * @len: of @optval
 *
 * Context: process. Return: 0 (also if there is none), -EFAULT, -EINVAL (@len is too
 * little; @optlen says what is needed).
 */
int strata_tcp_saved_syn_get(struct sock *sk, char __user *optval,
			     int __user *optlen, int len)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_saved_syn *saved = tp->saved_syn;
	u32 bytes = saved ? saved->len : 0;

	if (put_user(bytes, optlen))
		return -EFAULT;
	if (len < bytes)
		return -EINVAL;
	if (bytes && copy_to_user(optval, saved->headers, bytes))
		return -EFAULT;
	tp->saved_syn = NULL;
	kfree(saved);
	return 0;
}
