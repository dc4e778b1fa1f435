/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Explicit congestion notification (RFC 3168).
 */
#ifndef _NET_TCP_ECN_H
#define _NET_TCP_ECN_H

#include <linux/types.h>

/* net.strata.tcp_ecn, numbered as the kernel's net.ipv4.tcp_ecn */
enum strata_tcp_ecn_mode {
	TCP_ECN_OFF,
	TCP_ECN_ON,	/* ask for it, and agree */
	TCP_ECN_AGREE,	/* to who asks for it */
};

/**
 * struct strata_tcp_ecn - of one connection
 * @asked: our SYN asked for it
 * @ok: both sides agreed
 * @seen: the peer sends packets that may be marked
 * @echo: one was marked: each ACK says so until the peer has reduced its window
 * @cwr: we have reduced ours: the next new data says so
 *
 * Protected by the socket lock.
 */
struct strata_tcp_ecn {
	u8 asked:1;
	u8 ok:1;
	u8 seen:1;
	u8 echo:1;
	u8 cwr:1;
};

struct sk_buff;
struct sock;
struct strata_tcp_request;

u8 strata_tcp_ecn_ask(struct sock *sk);
void strata_tcp_ecn_agreed(struct sock *sk, const struct sk_buff *skb);
bool strata_tcp_ecn_asks(const struct sock *listener,
			 const struct sk_buff *skb);
u8 strata_tcp_ecn_send(struct sock *sk, struct sk_buff *skb, bool fresh);
void strata_tcp_ecn_data(struct sock *sk, const struct sk_buff *skb);

#endif /* _NET_TCP_ECN_H */
