/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What datagram transports share, given by net/socket: where a datagram goes,
 * control messages, the peer of a socket, ICMP errors as messages.
 */
#ifndef _STRATA_DGRAM_H
#define _STRATA_DGRAM_H

#include <strata/l4.h>
#include <strata/sock.h>

/* Headers below the transport's where the device is not known yet. */
#define STRATA_DGRAM_HEADROOM	(LL_MAX_HEADER + sizeof(struct ipv6hdr))

/**
 * struct strata_dgram - one datagram's parameters, from sendmsg(2)
 * @flow: what to ask the network layer
 * @dport: peer's port
 * @priority: for the qdisc
 * @gso_size: bytes of payload in each of several datagrams, 0: it is one
 *	(UDP_SEGMENT)
 * @has_ttl: a control message said which TTL
 */
struct strata_dgram {
	struct strata_flow flow;
	__be16 dport;
	u32 priority;
	u16 gso_size;
	bool has_ttl;
};

/* dgram.c: from the program to the network layer */
int strata_dgram_begin(struct sock *sk, const struct msghdr *msg,
		       struct strata_dgram *dgram);
int strata_dgram_finish(struct sock *sk, struct msghdr *msg,
			struct strata_dgram *dgram);
struct sk_buff *strata_dgram_build(struct sock *sk, struct msghdr *msg,
				   u32 headroom, u32 header, size_t len);
struct sk_buff *strata_dgram_build_pages(struct sock *sk, struct msghdr *msg,
					 u32 headroom, u32 header, size_t len,
					 struct ubuf_info *uarg);
int strata_dgram_route(struct strata_net *sn, struct strata_flow *flow,
		       struct strata_path *path);

typedef int (*strata_dgram_output_t)(struct strata_net *sn, struct sock *sk,
				     struct sk_buff *skb,
				     const struct strata_flow *flow,
				     const struct strata_path *path);
int strata_dgram_output(struct sock *sk, struct sk_buff *skb,
			const struct strata_dgram *dgram,
			const struct strata_path *path,
			strata_dgram_output_t output);
int strata_dgram_send(struct sock *sk, struct sk_buff *skb,
		      struct strata_dgram *dgram, int msg_flags,
		      int (*seal)(struct sock *sk, struct sk_buff *skb,
				  const struct strata_flow *flow));

/* control.c: control messages */
int strata_dgram_control_take(struct sock *sk, struct msghdr *msg,
			      struct strata_dgram *dgram);
void strata_dgram_control_put_any(const struct sock *sk, struct msghdr *msg,
				  const struct sk_buff *skb);

/* Options that ask for control messages with each datagram. */
#define STRATA_DGRAM_CMSG_OPTIONS \
	(STRATA_SOCK_PKTINFO | STRATA_SOCK_RECVTTL | STRATA_SOCK_RECVTOS | \
	 STRATA_SOCK_RECVCSUM | STRATA_SOCK_RECVFRAG)

/* Tell the program what came with a datagram. Context: process. */
static inline void strata_dgram_control_put(const struct sock *sk,
					    struct msghdr *msg,
					    const struct sk_buff *skb)
{
	if (unlikely(READ_ONCE(strata_sock(sk)->flags) &
		     STRATA_DGRAM_CMSG_OPTIONS))
		strata_dgram_control_put_any(sk, msg, skb);
}

/* dgram_recv.c: from the receive queue to the program */
int strata_dgram_name(const struct sock *sk, const struct sk_buff *skb,
		      __be16 port, struct sockaddr *name);
bool strata_dgram_enqueue(struct sock *sk, struct sk_buff *skb);
int strata_dgram_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			 int flags, int *addr_len);
int strata_dgram_ioctl(struct sock *sk, unsigned int cmd, int *arg);
void strata_dgram_describe(struct sock *sk, struct strata_sock_info *info);
struct sock *strata_dgram_after(const struct hlist_head *head,
				unsigned long last);
int strata_dgram_walk(const struct hlist_head *heads, unsigned int count,
		      struct strata_sock_at *at,
		      int (*visit)(const struct strata_sock_info *info,
				   void *arg),
		      void *arg);

/* peer.c: the peer of a socket */
int strata_dgram_peer_parse(const struct sock *sk, const struct sockaddr *uaddr,
			    int len, struct strata_endpoint *ep);
int strata_dgram_peer_find(struct sock *sk, const struct strata_endpoint *ep,
			   struct strata_flow *flow);
void strata_dgram_peer_set(struct sock *sk, const struct strata_endpoint *ep,
			   const struct strata_flow *flow);
void strata_dgram_peer_clear(struct sock *sk);
int strata_dgram_peer_connect(struct sock *sk, struct sockaddr *uaddr, int len);
int strata_dgram_peer_disconnect(struct sock *sk, int flags);

/* errqueue.c: ICMP errors as messages (IP_RECVERR, IPV6_RECVERR) */
bool strata_dgram_error_pmtu(struct sock *sk,
			     const struct strata_l4_error *error);
void strata_dgram_error_add(struct sock *sk,
			    const struct strata_l4_error *error, __be16 port,
			    const u8 *payload);
int strata_dgram_too_big(struct sock *sk, const struct strata_dgram *dgram,
			 u32 mtu);
void strata_dgram_error_purge(struct sock *sk);
int strata_dgram_error_recv(struct sock *sk, struct msghdr *msg, size_t len,
			    int *addr_len);

#endif /* _STRATA_DGRAM_H */
