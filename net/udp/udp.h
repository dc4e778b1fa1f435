/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP's own state (RFC 768) and how its files call each other.
 *
 *	udp.c		registration and the tables of operations
 *	table.c		sockets by port and by peer
 *	input.c		datagrams and ICMP errors to sockets
 *	queue.c		the receive queue
 *	recvmsg.c	receive queue to program
 *	sendmsg.c	program to network layer
 *	zerocopy.c	the same, from the program's own pages (MSG_ZEROCOPY)
 *	cork.c		datagrams sent in pieces (MSG_MORE, UDP_CORK)
 *	gso.c		several datagrams in one buffer (UDP_SEGMENT, UDP_GRO)
 *	route.c		the cached way to the last destination
 *	connect.c	the peer of a socket
 *	dump.c		`strata socket`
 *
 * UDP-Lite is a module of its own, in lite/, and a struct udp_kind.
 */
#ifndef _NET_UDP_UDP_H
#define _NET_UDP_UDP_H

#include <linux/cache.h>
#include <linux/udp.h>
#include <strata/dgram.h>
#include <strata/l3.h>
#include <strata/l4.h>
#include <strata/sock.h>

#define UDP_PORT_SLOTS	1024	/* of sockets by local port; a power of two */
#define UDP_PEER_SLOTS	1024	/* of connected sockets by both endpoints */
/* More sockets than this in one port slot: look connected ones up by peer. */
#define UDP_SLOT_SHORT	8
#define UDP_PAYLOAD_MAX6	(0xffff - (int)sizeof(struct udphdr))
#define UDP_PAYLOAD_MAX		(UDP_PAYLOAD_MAX6 - (int)sizeof(struct iphdr))
#define UDP_GRO_MAX	64	/* datagrams joined while they wait, as the kernel's GRO */

/* Options of UDP-Lite, which UDP answers for, too: in no header for programs. */
#define UDPLITE_SEND_CSCOV	10
#define UDPLITE_RECV_CSCOV	11

/**
 * struct udp_slot - sockets whose local port falls here
 * @head: struct sock by sk_node; RCU
 * @lock: for writers, and against two sockets taking one port
 * @count: sockets in @head
 */
struct udp_slot {
	struct hlist_head head;
	spinlock_t lock;	/* writers */
	unsigned int count;
};

/**
 * struct strata_udp_net - the UDP sockets of a namespace
 * @ports: by local port: every socket that has one
 * @peers: by local and peer endpoint: connected sockets, a second time
 */
struct strata_udp_net {
	struct udp_slot ports[UDP_PORT_SLOTS];
	struct udp_slot peers[UDP_PEER_SLOTS];
};

/**
 * struct udp_kind - a protocol with UDP's ports and sockets: UDP, UDP-Lite
 * @table: its sockets in a namespace. Runs in: any
 * @deliver: a received datagram is for @sk; skb->data at the UDP header. Owns
 *	@skb. Runs in: softirq, RCU
 * @seal: complete the header of a datagram to send: checksum, and length where it
 *	is not that. Does not own @skb. NULL: as UDP. Runs in: process, RCU
 * @tx: counts datagrams sent
 * @no_port: counts datagrams for a port without a socket
 */
struct udp_kind {
	struct strata_udp_net *(*table)(const struct strata_net *sn);
	void (*deliver)(struct strata_net *sn, struct sock *sk,
			struct sk_buff *skb);
	void (*seal)(struct sock *sk, struct sk_buff *skb,
		     const struct strata_flow *flow);
	enum strata_counter tx;
	enum strata_counter no_port;
};

/*
 * Can a buffer be several datagrams of this kind? Who cuts it up computes UDP's checksum
 * and no other.
 */
static inline bool udp_kind_has_gso(const struct udp_kind *kind)
{
	return !kind->seal;
}

/**
 * struct udp_route - where a datagram goes: question and answer
 * @asked: what the socket asked the network layer
 * @flow: @asked with what it filled in
 * @path: its answer; held if published
 * @rcu: frees
 *
 * Immutable once published in strata_udp_sock.route.
 */
struct udp_route {
	struct strata_flow asked;
	struct strata_flow flow;
	struct strata_path path;
	struct rcu_head rcu;
};

/**
 * struct strata_udp_sock - a UDP socket
 * @ss: the part that all AF_STRATA sockets have
 * @kind: UDP, or what is like it; constant
 * @peer_node: in strata_udp_net.peers while connected; its slot's lock
 * @peer_slot: the slot it is in, NULL if none; socket lock
 * @route: the way to the last destination; replaced by xchg(), read under RCU
 * @last_daddr: low bits of the last destination of an unconnected socket
 * @headroom: bytes for the headers below UDP on @route
 * @gso_size: UDP_SEGMENT: bytes of payload in each datagram; 0: it is one
 * @cork: pieces of a datagram not sent yet, NULL if none; socket lock
 * @cork_len: bytes of it
 * @cork_option: UDP_CORK is set
 * @reader: datagrams moved over from sk_receive_queue, so that readers do not
 *	contend with the softirq for its lock; reader.lock nests outside it
 * @rx_released: bytes of truesize taken out so far; written under reader.lock
 * @rx_deficit: bytes taken out and not yet in @rx_released; reader.lock
 * @rx_queued: bytes of truesize put in so far; sk_receive_queue.lock
 * @gro: UDP_GRO is set; here, where the softirq is anyway
 *
 * rx_queued - rx_released, modulo 2^32, is what the queues hold at the most.
 */
struct strata_udp_sock {
	struct strata_sock ss;
	const struct udp_kind *kind;
	struct hlist_node peer_node;
	struct udp_slot *peer_slot;
	struct udp_route __rcu *route;
	u32 last_daddr;
	u16 headroom;
	u16 gso_size;
	struct udp_cork *cork;
	bool cork_option;
	struct sk_buff_head reader ____cacheline_aligned_in_smp;
	u32 rx_released;
	u32 rx_deficit;
	u32 rx_queued ____cacheline_aligned_in_smp;
	bool gro;
};

static inline struct strata_udp_sock *udp_sock(const struct sock *sk)
{
	return (struct strata_udp_sock *)sk;
}

/**
 * struct udp_cb - UDP's part of a queued datagram (strata_cb.l4)
 * @truesize: what it was charged with
 * @csum_ok: nothing left to verify; else skb->csum covers the pseudo-header
 *	and the UDP header
 * @peeked: somebody has seen it (empty datagrams and SO_PEEK_OFF)
 * @gso_size: they are several, of as many bytes each; 0: it is one
 */
struct udp_cb {
	u32 truesize;
	bool csum_ok;
	bool peeked;
	u16 gso_size;
};

static inline struct udp_cb *udp_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct udp_cb) > STRATA_CB_L4_BYTES);
	return (struct udp_cb *)strata_cb(skb)->l4;
}

/**
 * struct strata_udp_key - what a received datagram is looked up by
 * @laddr: destination: ours
 * @faddr: source
 * @lport: destination port, host order
 * @fport: source port, network order
 * @iif: device it came in on
 */
struct strata_udp_key {
	struct in6_addr laddr;
	struct in6_addr faddr;
	u16 lport;
	__be16 fport;
	int iif;
};

/* udp.c */
int strata_udp_sock_init(struct sock *sk, const struct udp_kind *kind);
void strata_udp_destroy(struct sock *sk);
void strata_udp_close(struct sock *sk, long timeout);
int strata_udp_setsockopt(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen);
int strata_udp_getsockopt(struct sock *sk, int level, int optname,
			  char __user *optval, int __user *optlen);
int strata_udp_ioctl(struct sock *sk, unsigned int cmd, int *arg);
__poll_t strata_udp_poll(struct file *file, struct socket *sock,
			 poll_table *wait);

/* What all kinds have in common of struct proto and struct proto_ops. */
#define STRATA_UDP_PROT \
	.owner = THIS_MODULE, \
	.destroy = strata_udp_destroy, \
	.close = strata_udp_close, \
	.connect = strata_udp_connect, \
	.disconnect = strata_udp_disconnect, \
	.sendmsg = strata_udp_sendmsg, \
	.recvmsg = strata_udp_recvmsg, \
	.unhash = strata_udp_unhash, \
	.get_port = strata_udp_get_port
#define STRATA_UDP_OPS \
	STRATA_SOCK_OPS, \
	.connect = strata_dgram_connect, \
	.accept = sock_no_accept, \
	.listen = sock_no_listen, \
	.poll = strata_udp_poll, \
	.set_peek_off = sk_set_peek_off

/* table.c */
struct strata_udp_net *strata_udp_net_alloc(void);
int strata_udp_score(const struct sock *sk, const struct strata_udp_key *key);
struct sock *strata_udp_lookup(struct strata_udp_net *un,
			       const struct strata_udp_key *key);
struct udp_slot *strata_udp_port_slot(struct strata_udp_net *un, u16 port);
int strata_udp_get_port(struct sock *sk, unsigned short port);
void strata_udp_unhash(struct sock *sk);
void strata_udp_peer_add(struct sock *sk);
void strata_udp_peer_del(struct sock *sk);
int strata_udp_table_init(void);
void strata_udp_table_exit(void);

/* input.c */
extern const struct udp_kind strata_udp_kind;
void strata_udp_dispatch(struct strata_net *sn, struct sk_buff *skb,
			 const struct udp_kind *kind);
void strata_udp_deliver(struct sock *sk, struct sk_buff *skb,
			enum strata_counter rx);
void strata_udp_report(struct strata_net *sn,
		       const struct strata_l4_error *error,
		       const struct udp_kind *kind);
void strata_udp_rcv(struct strata_net *sn, struct sk_buff *skb);
void strata_udp_err(struct strata_net *sn, const struct strata_l4_error *error);

/* queue.c */
void strata_udp_enqueue(struct sock *sk, struct sk_buff *skb,
			enum strata_counter rx);
struct sk_buff *strata_udp_dequeue(struct sock *sk, int flags, int *off,
				   int *err);
void strata_udp_discard(struct sock *sk, struct sk_buff *skb, int flags);
int strata_udp_first_len(struct sock *sk);
void strata_udp_queue_purge(struct sock *sk);
u32 strata_udp_queue_bytes(const struct sock *sk);
bool strata_udp_csum_ok(struct sk_buff *skb);

/* recvmsg.c */
int strata_udp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		       int flags, int *addr_len);

/* sendmsg.c */
int strata_udp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
int strata_udp_prepare(struct sock *sk, struct msghdr *msg,
		       struct strata_dgram *send);
int strata_udp_send_datagram(struct sock *sk, struct msghdr *msg, size_t len,
			     const struct strata_dgram *send);
const struct udp_route *strata_udp_way(struct sock *sk,
				       const struct strata_dgram *send,
				       size_t len, struct udp_route *scratch);
int strata_udp_send_packet(struct sock *sk, struct sk_buff *skb,
			   const struct strata_dgram *send, int flags);

/* zerocopy.c */
int strata_udp_zerocopy_send(struct sock *sk, struct msghdr *msg, size_t len,
			     const struct strata_dgram *send);

/* cork.c */
int strata_udp_cork_send(struct sock *sk, struct msghdr *msg, size_t len);
int strata_udp_cork_set(struct sock *sk, bool on);
void strata_udp_cork_drop(struct sock *sk);

/* gso.c */
int strata_udp_gso_check(const struct sock *sk, size_t len, u16 gso_size,
			 const struct udp_route *route);
unsigned int strata_udp_gso_mark(struct sk_buff *skb, u16 gso_size);
const struct strata_flow *strata_udp_gso_flow(const struct strata_flow *flow,
					      struct strata_flow *many);
struct sk_buff *strata_udp_gso_split(struct sk_buff *skb);
int strata_udp_gro_join(struct sk_buff *tail, struct sk_buff *skb);

/* route.c */
const struct udp_route *strata_udp_route(struct sock *sk,
					 const struct strata_flow *asked,
					 struct udp_route *scratch);
void strata_udp_route_drop(struct sock *sk);

/* connect.c */
int strata_udp_connect(struct sock *sk, struct sockaddr *uaddr, int len);
int strata_udp_disconnect(struct sock *sk, int flags);

/* dump.c */
void strata_udp_describe(struct sock *sk, struct strata_sock_info *info);
int strata_udp_table_walk(struct strata_udp_net *un, struct strata_sock_at *at,
			  int (*visit)(const struct strata_sock_info *info,
				       void *arg),
			  void *arg);
int strata_udp_walk(struct strata_net *sn, struct strata_sock_at *at,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg);

#endif /* _NET_UDP_UDP_H */
