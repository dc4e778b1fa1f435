/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket contract: what a transport protocol gives to AF_STRATA, and what
 * AF_STRATA gives to every transport protocol.
 */
#ifndef _STRATA_SOCK_H
#define _STRATA_SOCK_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jump_label.h>
#include <linux/net.h>
#include <linux/siphash.h>
#include <net/sock.h>
#include <strata/l3.h>
#include <strata/net.h>
#include <strata/packet.h>

struct strata_membership;
struct strata_sock_proto;

/* strata_sock.flags */
#define STRATA_SOCK_V6ONLY	BIT(0)
#define STRATA_SOCK_REUSEPORT	BIT(1)
#define STRATA_SOCK_RECVERR	BIT(2)
#define STRATA_SOCK_BOUND_ADDR	BIT(3)	/* bind() named the local address */
#define STRATA_SOCK_BOUND_PORT	BIT(4)	/* bind() named the local port */
#define STRATA_SOCK_FREEBIND	BIT(5)	/* IP_FREEBIND: any address will do */
#define STRATA_SOCK_LATE_PORT	BIT(6)	/* IP_BIND_ADDRESS_NO_PORT */
#define STRATA_SOCK_PKTINFO	BIT(7)	/* tell the program, with each datagram */
#define STRATA_SOCK_RECVTTL	BIT(8)
#define STRATA_SOCK_RECVTOS	BIT(9)
#define STRATA_SOCK_MCAST_LOOP	BIT(10)	/* IP_MULTICAST_LOOP */
#define STRATA_SOCK_DONT_FRAG	BIT(11)	/* IP_MTU_DISCOVER asks for DF */
#define STRATA_SOCK_MCAST_ALL	BIT(12)	/* IP_MULTICAST_ALL */
#define STRATA_SOCK_MCAST6_ALL	BIT(13)	/* IPV6_MULTICAST_ALL */
#define STRATA_SOCK_HDRINCL	BIT(14)	/* IP_HDRINCL, IPV6_HDRINCL: raw sockets */
#define STRATA_SOCK_DEFERRED	BIT(15)	/* connect() sends nothing yet: a write will */
#define STRATA_SOCK_RECVCSUM	BIT(16)	/* IP_CHECKSUM */
#define STRATA_SOCK_RECVFRAG	BIT(17)	/* IP_RECVFRAGSIZE, IPV6_RECVFRAGSIZE */

/*
 * sk_protocol of every AF_STRATA socket: outside the range of IP protocols,
 * so that nothing takes the socket for one of the kernel's own.
 */
#define STRATA_SK_PROTOCOL(ipproto)	(0x5300 | (ipproto))

/**
 * struct strata_sock - what every AF_STRATA socket begins with
 * @sk: the kernel's socket. Addresses and ports live in its common part, so
 *	that hash tables and small connection objects share the layout:
 *	sk_v6_rcv_saddr (bound local address, 128-bit form, any: all),
 *	sk_v6_daddr (peer), sk_num (local port, host order), sk_dport (peer's
 *	port, network order), sk_bound_dev_if, sk_hash, sk_node/sk_nulls_node
 * @proto: the transport protocol
 * @saddr: source address to send from; any: the route's choice
 * @path: cached way to the peer; under the socket lock; see strata_sock_path()
 * @flow: what @path was asked for; for connected sockets
 * @flags: STRATA_SOCK_*
 * @family: AF_INET or AF_INET6: the form of addresses the program sees
 * @last_port: the local port that it gave back at the end of its connection,
 *	for getsockname(), which goes on showing it as the kernel's does
 * @source_prefs: IPV6_ADDR_PREFERENCES: IPV6_PREFER_SRC_* of its low bits
 * @ipproto: IP protocol. sk_protocol is private and never IPPROTO_TCP: BPF
 *	helpers would take the socket for the kernel's own
 * @tos: IP_TOS or IPV6_TCLASS
 * @ttl: IP_TTL or hop limit, 0: the default
 * @mcast_ttl: for multicast destinations
 * @pmtudisc: IP_MTU_DISCOVER as it was set
 * @min_ttl: IP_MINTTL: what is received with less is not heard; streams only
 * @min_hops: IPV6_MINHOPCOUNT, likewise
 * @mcast_oif: IP_MULTICAST_IF: device for multicast destinations, 0: any
 * @unicast_oif: IPV6_UNICAST_IF and IP_UNICAST_IF: the same for datagrams to one
 *	host, by whether it is an IPv4 one
 * @mcast_saddr: IP_MULTICAST_IF: source address for them, any: the route's
 * @port_low: IP_LOCAL_PORT_RANGE: the first port that is picked for it, 0: the
 *	stack's; see strata_sock_port_range()
 * @port_high: the last one, likewise
 * @groups: that it joined; private to net/socket/membership.c
 *
 * The unspecified address of an AF_INET socket is the v4-mapped 0.0.0.0, of an
 * AF_INET6 socket the all-zero one, in every address field from creation on.
 *
 * Fields are written under the socket lock and may be read without it.
 */
struct strata_sock {
	struct sock sk;
	const struct strata_sock_proto *proto;
	struct in6_addr saddr;
	struct strata_path path;
	struct strata_flow flow;
	u32 flags;
	u16 family;
	u16 last_port;
	u8 source_prefs;
	u8 ipproto;
	u8 tos;
	u8 ttl;
	u8 mcast_ttl;
	u8 pmtudisc;
	u8 min_ttl;
	u8 min_hops;
	int mcast_oif;
	int unicast_oif[2];
	struct in6_addr mcast_saddr;
	u16 port_low;
	u16 port_high;
	struct strata_membership __rcu *groups;
};

static inline struct strata_sock *strata_sock(const struct sock *sk)
{
	return (struct strata_sock *)sk;
}

static inline struct strata_net *strata_sock_net(const struct sock *sk)
{
	return strata_net(sock_net(sk));
}

/* Some socket has asked for IP_MINTTL or IPV6_MINHOPCOUNT: set for good. */
DECLARE_STATIC_KEY_FALSE(strata_min_ttl_used);

/* When a datagram came, for who asks (SO_TIMESTAMP): what a driver handed over at once
 * (strata/direct.h) the core has not stamped.
 */
static inline void strata_sock_stamp(const struct sock *sk, struct sk_buff *skb)
{
	if (unlikely(sk->sk_flags & SK_FLAGS_TIMESTAMP) && !skb->tstamp)
		__net_timestamp(skb);
}

/**
 * strata_sock_too_far() - has a packet come farther than the socket allows?
 * @sk: the socket
 * @is4: it came by IPv4
 * @ttl: its time to live or hop limit
 *
 * The generalized TTL security mechanism (RFC 5082 3). Costs nothing until
 * somebody asks for it.
 *
 * Context: any; the socket needs no lock.
 */
static inline bool strata_sock_too_far(const struct sock *sk, bool is4, u8 ttl)
{
	const struct strata_sock *ss = strata_sock(sk);

	if (!static_branch_unlikely(&strata_min_ttl_used))
		return false;
	return ttl < (is4 ? READ_ONCE(ss->min_ttl) : READ_ONCE(ss->min_hops));
}

/* As the kernel's ip_local_port_range. */
#define STRATA_PORT_LOW		32768
#define STRATA_PORT_HIGH	60999

/**
 * struct strata_port_range - the ports that a stack picks from
 * @low: the first
 * @count: how many
 */
struct strata_port_range {
	u16 low;
	u16 count;
};

/**
 * strata_sock_port_range() - the ports that may be picked for a socket
 * @sk: the socket
 *
 * What IP_LOCAL_PORT_RANGE says narrows the stack's own range; a bound outside of
 * that is not heeded.
 *
 * Context: any.
 */
static inline struct strata_port_range
strata_sock_port_range(const struct sock *sk)
{
	u16 low = READ_ONCE(strata_sock(sk)->port_low);
	u16 high = READ_ONCE(strata_sock(sk)->port_high);

	if (low < STRATA_PORT_LOW || low > STRATA_PORT_HIGH)
		low = STRATA_PORT_LOW;
	if (high < low || high > STRATA_PORT_HIGH)
		high = STRATA_PORT_HIGH;
	return (struct strata_port_range){ low, high - low + 1 };
}

struct strata_sock_info;

/**
 * struct strata_sock_at - where a walk over a protocol's sockets stands
 * @slot: chain of the protocol's tables
 * @hash: of the last one visited in that chain; 0 where it is not constant
 * @sk: which it was; to compare, for it may be gone
 *
 * All 0 at first. This is the order of the walk, too, and a socket keeps its
 * place in it for as long as it is in that chain: a walk in pieces misses
 * nothing that was there all the time.
 */
struct strata_sock_at {
	unsigned int slot;
	u32 hash;
	unsigned long sk;
};

/**
 * struct strata_sock_proto - a transport protocol's sockets
 * @owner: module, the same as @prot's and @ops': each socket holds it. Required
 *	(NULL when built in)
 * @type: SOCK_STREAM, SOCK_DGRAM, … Required
 * @ipproto: IP protocol. Required; 0: any but 0 that nobody else has
 *	(strata_sock.ipproto says which)
 * @family: AF_INET or AF_INET6: sockets of that family alone; 0: of both. Optional
 * @is_default: taken for protocol 0 of its type
 * @is_portless: sk_num is no port: prot->init sets it, bind(2) names an address
 *	alone, and may do so again
 * @is_open: anybody may bind a number below 1024
 * @has_zerocopy: @prot's sendmsg knows MSG_ZEROCOPY (zerocopy.h). Optional
 * @prot: object size, slab, memory accounting, and these operations, each as
 *	in the kernel's own transports: init, destroy, close, connect (called
 *	with the socket locked for SOCK_STREAM, not locked for others),
 *	disconnect, sendmsg, recvmsg, setsockopt and getsockopt (the
 *	protocol's own level; -ENOPROTOOPT), unhash, get_port (claim sk_num; 0
 *	picks a port; 0 or -EADDRINUSE). For SOCK_STREAM also shutdown,
 *	backlog_rcv, and no_autobind. Required; already registered with
 *	proto_register()
 * @ops: STRATA_SOCK_OPS and mostly the strata_stream_* functions below; no
 *	function may be missing but those that the kernel itself takes for
 *	optional. Required
 * @permit: may the present program create one? 0 or -errno. Optional: as
 *	net.strata.unprivileged says. Runs in: process
 * @listen: become a listener or change the backlog; socket locked.
 *	Required for SOCK_STREAM
 * @accept: take a connection from the queue, waiting unless O_NONBLOCK in
 *	@flags; socket not locked. NULL and *@err. Required for SOCK_STREAM
 * @ioctl: SIOCINQ, SIOCOUTQ and the like: the answer in *@arg. Required.
 *	0 or -ENOIOCTLCMD
 * @describe: fill the protocol's part of @info for `strata socket`. Required.
 *	Runs in: process, RCU; the socket is referenced, not locked
 * @walk: visit every socket and small connection object (TIME-WAIT,
 *	SYN-RECEIVED) of the namespace that follows @at, which moves along;
 *	@visit returns non-zero to stop, and @at then stands before what it
 *	refused. Required. Runs in: process
 */
struct strata_sock_proto {
	struct module *owner;
	int type;
	u8 ipproto;
	u16 family;
	bool is_default;
	bool is_portless;
	bool is_open;
	bool has_zerocopy;
	struct proto *prot;
	const struct proto_ops *ops;
	int (*permit)(struct net *net);
	int (*listen)(struct sock *sk, int backlog);
	struct sock *(*accept)(struct sock *sk, int flags, int *err, bool kern);
	int (*ioctl)(struct sock *sk, unsigned int cmd, int *arg);
	void (*describe)(struct sock *sk, struct strata_sock_info *info);
	int (*walk)(struct strata_net *sn, struct strata_sock_at *at,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg);
};

/**
 * struct strata_sock_info - a copy of a socket's state, for dumps
 * @type: SOCK_*
 * @ipproto: IP protocol
 * @family: AF_INET or AF_INET6
 * @state: TCP_ESTABLISHED … (linux/tcp_states.h), TCP_CLOSE for an
 *	unconnected datagram socket, TCP_ESTABLISHED for a connected one
 * @saddr: local address
 * @daddr: peer
 * @sport: local port, host order
 * @dport: peer's port, host order
 * @ifindex: bound device or 0
 * @recvq: bytes to read; for a listener: connections waiting
 * @sendq: bytes not acknowledged; for a listener: the backlog
 * @uid: owner, in the reader's user namespace's parent: a kernel uid
 * @inode: of the socket's file, 0 if none
 * @timer: 0 none, 1 retransmit, 2 keepalive, 3 timewait, 4 zero-window probe
 * @timer_ms: until it expires
 * @retransmits: in a row
 * @srtt_us: 0 if unknown
 * @cwnd: segments, 0 if it has none
 * @mss: bytes, 0 if it has none
 * @drops: datagrams refused by the receive buffer
 */
struct strata_sock_info {
	int type;
	u8 ipproto;
	u16 family;
	u8 state;
	struct in6_addr saddr;
	struct in6_addr daddr;
	u16 sport;
	u16 dport;
	int ifindex;
	u32 recvq;
	u32 sendq;
	kuid_t uid;
	u64 inode;
	u8 timer;
	u32 timer_ms;
	u32 retransmits;
	u32 srtt_us;
	u32 cwnd;
	u32 mss;
	u32 drops;
};

int strata_sock_register(const struct strata_sock_proto *proto);
void strata_sock_unregister(const struct strata_sock_proto *proto);
/* By slot, NULL where none; slots up to STRATA_SOCK_PROTOS. Context: RCU. */
#define STRATA_SOCK_PROTOS	16
const struct strata_sock_proto *strata_sock_slot(unsigned int slot);

/*
 * The end of every socket: receive and error queues, memory accounting, cached
 * path. It is sk_destruct already when prot->init runs; a transport that sets
 * its own calls this one last. Context: process or softirq; nobody else has
 * the socket.
 */
void strata_sock_destruct(struct sock *sk);

/*
 * For proto_ops: the same for every transport. Implemented in net/socket with
 * the signatures of the kernel that is built for (include/compat).
 */
int strata_sock_release(struct socket *sock);
int strata_sock_bind(struct socket *sock, struct sockaddr *uaddr, int len);
int strata_sock_getname(struct socket *sock, struct sockaddr *uaddr, int peer);
int strata_sock_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
int strata_sock_shutdown(struct socket *sock, int how);
int strata_sock_setsockopt(struct socket *sock, int level, int optname,
			   sockptr_t optval, unsigned int optlen);
int strata_sock_getsockopt(struct socket *sock, int level, int optname,
			   char __user *optval, int __user *optlen);
int strata_sock_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int strata_sock_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			int flags);
int strata_dgram_connect(struct socket *sock, struct sockaddr *uaddr, int len,
			 int flags);
int strata_stream_connect(struct socket *sock, struct sockaddr *uaddr, int len,
			  int flags);
int strata_stream_connect_locked(struct socket *sock, struct sockaddr *uaddr,
				 int len, int flags);
int strata_stream_connect_wait(struct socket *sock, int flags);
int strata_stream_listen(struct socket *sock, int backlog);
/* proto_ops.accept differs between kernels: take this macro's function. */
#include <strata/accept.h>

/*
 * The initializers of struct proto_ops that every transport shares; connect,
 * accept, listen and poll are its own. The family is a module parameter: nobody
 * reads it there.
 */
/* Give a program an option's value of @size bytes; it says @len. Context: process. */
int strata_option_put(const void *val, int size, char __user *optval,
		      int __user *optlen, int len);
/* The same, when what it says is to be read yet. */
int strata_option_answer(const void *val, int size, char __user *optval,
			 int __user *optlen);

/* What getsockopt(2) answers on a level that the socket does not have. */
static inline int strata_option_no_level(const struct sock *sk)
{
	return strata_sock(sk)->family == AF_INET ? -EOPNOTSUPP : -ENOPROTOOPT;
}

#define STRATA_SOCK_OPS					\
	.family		= PF_UNSPEC,			\
	.owner		= THIS_MODULE,			\
	.release	= strata_sock_release,		\
	.bind		= strata_sock_bind,		\
	.socketpair	= sock_no_socketpair,		\
	.getname	= strata_sock_getname,		\
	.ioctl		= strata_sock_ioctl,		\
	.gettstamp	= sock_gettstamp,		\
	.shutdown	= strata_sock_shutdown,		\
	.setsockopt	= strata_sock_setsockopt,	\
	.getsockopt	= strata_sock_getsockopt,	\
	.sendmsg	= strata_sock_sendmsg,		\
	.recvmsg	= strata_sock_recvmsg,		\
	.mmap		= sock_no_mmap

/**
 * struct strata_endpoint - a socket address in the form used inside
 * @addr: 128-bit form
 * @port: network order
 * @scope: interface of a link-local address, 0 if none
 */
struct strata_endpoint {
	struct in6_addr addr;
	__be16 port;
	int scope;
};

/*
 * sockaddr_in or sockaddr_in6 to endpoint. @family: the socket's. AF_UNSPEC is
 * left to the caller. -EINVAL (too short), -EAFNOSUPPORT, -ENETUNREACH (a
 * v4-mapped address on a V6ONLY socket).
 */
int strata_endpoint_parse(const struct sock *sk, const struct sockaddr *uaddr,
			  int len, struct strata_endpoint *ep);
/* Likewise, of no other form than the family's own. */
int strata_endpoint_parse_own(const struct sock *sk,
			      const struct sockaddr *uaddr, int len,
			      struct strata_endpoint *ep);
/* Writes the form of the socket's family; returns its length. */
int strata_endpoint_format(const struct sock *sk,
			   const struct strata_endpoint *ep,
			   struct sockaddr *uaddr);

/*
 * Is a datagram from @source to a group, received on link @iif, for this socket?
 * Context: RCU.
 */
bool strata_sock_hears(const struct sock *sk, const struct in6_addr *group,
		       const struct in6_addr *source, int iif);
/* Leave every group. Context: process, socket not locked. */
void strata_sock_leave_all(struct sock *sk);

struct strata_path *strata_sock_path_slow(struct sock *sk);

/**
 * strata_sock_path() - the way to the peer of a connected socket
 * @sk: a socket whose strata_sock.flow is filled in
 *
 * Looks it up again only when something it depends on has changed.
 *
 * Context: RCU read side, socket locked (or owned by BH).
 * Return: the cached path, or ERR_PTR(-errno) as strata_af_ops.route.
 */
static inline struct strata_path *strata_sock_path(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);

	if (likely(strata_path_valid(strata_sock_net(sk), &ss->path)))
		return &ss->path;
	return strata_sock_path_slow(sk);
}

/*
 * Fill strata_sock.flow from the socket's addresses and options. Context:
 * socket locked.
 */
void strata_sock_flow(struct sock *sk);

/**
 * strata_flow_self() - give an unspecified destination its meaning: this host
 * @flow: daddr and saddr filled in; daddr is replaced where unspecified
 *
 * BSD's reading of connect(INADDR_ANY), which programs rely on: the source
 * address if there is one, else the loopback address.
 */
static inline void strata_flow_self(struct strata_flow *flow)
{
	if (likely(!strata_addr_any(&flow->daddr)))
		return;
	if (!strata_addr_any(&flow->saddr))
		flow->daddr = flow->saddr;
	else if (strata_addr_is4(&flow->daddr))
		strata_addr_from4(&flow->daddr, htonl(INADDR_LOOPBACK));
	else
		flow->daddr = in6addr_loopback;
}

/*
 * May two sockets not share a port? Call for sockets with the same port: true
 * when their addresses, devices, SO_REUSEADDR or STRATA_SO_REUSEPORT forbid
 * it. @listening: SO_REUSEADDR excuses nothing if @other listens (streams).
 * Context: the lock of the table that @other is in.
 */
bool strata_sock_bind_conflict(const struct sock *sk, const struct sock *other,
			       bool listening);

/* Boot-time secret, made on first use. */
extern hsiphash_key_t strata_hash_key;
void strata_hash_init(void);

/*
 * Hash of a connection or of an endpoint. Ports in any fixed order.
 * A keyed hash, for what a peer sends must not let it choose the bucket; one with few
 * rounds, made for tables, for each segment pays for it. Never told to anybody.
 */
static inline u32 strata_hash_flow(const struct in6_addr *laddr,
				   const struct in6_addr *faddr, u32 ports)
{
	u32 words[7];

	if (likely(strata_addr_is4(laddr)))
		return hsiphash_3u32((__force u32)strata_addr_to4(laddr),
				     (__force u32)strata_addr_to4(faddr),
				     ports, &strata_hash_key);
	/* The interface identifier; the rest is the same for all of a link's. */
	memcpy(words, &laddr->s6_addr32[2], 8);
	memcpy(words + 2, faddr, sizeof(*faddr));
	words[6] = ports;
	return hsiphash(words, sizeof(words), &strata_hash_key);
}

int strata_socket_init(void);
void strata_socket_exit(void);

#endif /* _STRATA_SOCK_H */
