// SPDX-License-Identifier: GPL-2.0
/*
 * From the program to the network layer: what datagram transports share. None of
 * it takes the socket lock.
 */
#include <linux/module.h>
#include <linux/uio.h>
#include <net/tcp_states.h>
#include <strata/dgram.h>
#include "socket.h"

/* Larger datagrams are not worth one contiguous allocation. */
#define LINEAR_MAX	SKB_MAX_ORDER(0, 2)

/* ip(7), IP_MTU_DISCOVER: who wants no fragments is told that it is too much. */
static u8 mtu_flags(const struct strata_sock *ss)
{
	u8 pmtudisc = READ_ONCE(ss->pmtudisc);
	u8 flags = 0;

	if (pmtudisc < IP_PMTUDISC_DO || pmtudisc == IP_PMTUDISC_OMIT)
		flags |= STRATA_FLOW_FRAGMENT;
	if (pmtudisc >= IP_PMTUDISC_PROBE)
		flags |= STRATA_FLOW_LINK_MTU;
	return flags;
}

static void dgram_init(struct sock *sk, struct strata_dgram *dgram)
{
	const struct strata_sock *ss = strata_sock(sk);

	dgram->flow.saddr = ss->saddr;
	dgram->flow.oif = READ_ONCE(sk->sk_bound_dev_if);
	dgram->flow.mark = READ_ONCE(sk->sk_mark);
	dgram->flow.seed = READ_ONCE(ss->flow.seed) ?: sk->sk_num;
	dgram->flow.proto = ss->ipproto;
	dgram->flow.tos = READ_ONCE(ss->tos);
	dgram->flow.ttl = READ_ONCE(ss->ttl);
	dgram->flow.flags = mtu_flags(ss) | strata_prefer_flags(ss);
	if (READ_ONCE(ss->flags) & STRATA_SOCK_DONT_FRAG)
		dgram->flow.flags |= STRATA_FLOW_DF;
	if (sock_flag(sk, SOCK_BROADCAST))
		dgram->flow.flags |= STRATA_FLOW_BROADCAST;
	if (!(READ_ONCE(ss->flags) & STRATA_SOCK_MCAST_LOOP))
		dgram->flow.flags |= STRATA_FLOW_NO_LOOP;
	dgram->priority = READ_ONCE(sk->sk_priority);
	dgram->gso_size = 0;
	dgram->has_ttl = false;
}

/* Some leave the family out, for the peer that the socket has. */
static bool name_is_none(const struct sock *sk, const struct msghdr *msg)
{
	const struct sockaddr *name = msg->msg_name;

	return !name ||
	       (strata_sock(sk)->family == AF_INET6 &&
		sk->sk_type == SOCK_DGRAM &&
		msg->msg_namelen >= (int)sizeof(name->sa_family) &&
		name->sa_family == AF_UNSPEC);
}

/* UDP has another word than raw sockets for an address of nobody's. */
static int name_error(const struct sock *sk, int err)
{
	return err == -EAFNOSUPPORT && strata_sock(sk)->family == AF_INET6 &&
	       sk->sk_type == SOCK_DGRAM ? -EINVAL : err;
}

/**
 * strata_dgram_begin() - where does a datagram go?
 * @sk: the socket
 * @msg: the message
 * @dgram: out: what the socket's options and the address say
 *
 * Context: process. Return: 0, -EDESTADDRREQ, or as strata_endpoint_parse().
 */
int strata_dgram_begin(struct sock *sk, const struct msghdr *msg,
		       struct strata_dgram *dgram)
{
	const struct sockaddr_in *sin = msg->msg_name;
	struct strata_endpoint ep;
	int err;

	dgram_init(sk, dgram);
	if (name_is_none(sk, msg)) {
		if (sk->sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		dgram->flow.daddr = sk->sk_v6_daddr;
		dgram->dport = sk->sk_dport;
		return 0;
	}
	if (strata_sock(sk)->family == AF_INET &&
	    msg->msg_namelen >= (int)sizeof(*sin) &&
	    sin->sin_family == AF_UNSPEC) {
		/* Old programs leave the family out. */
		strata_addr_from4(&ep.addr, sin->sin_addr.s_addr);
		ep.port = sin->sin_port;
		ep.scope = 0;
	} else {
		err = strata_endpoint_parse(sk, msg->msg_name,
					    msg->msg_namelen, &ep);
		if (err)
			return name_error(sk, err);
	}
	dgram->flow.daddr = ep.addr;
	dgram->dport = ep.port;
	if (ep.scope)
		dgram->flow.oif = ep.scope;
	return 0;
}
EXPORT_SYMBOL_GPL(strata_dgram_begin);

static void dgram_multicast(const struct strata_sock *ss,
			    struct strata_dgram *dgram)
{
	if (!dgram->flow.oif)
		dgram->flow.oif = READ_ONCE(ss->mcast_oif);
	if (strata_addr_is4(&dgram->flow.daddr) &&
	    strata_addr_any(&dgram->flow.saddr))
		dgram->flow.saddr = ss->mcast_saddr;
	if (!dgram->has_ttl)
		dgram->flow.ttl = READ_ONCE(ss->mcast_ttl);
	/* IP_MULTICAST_TTL 0: not beyond this host. */
	if (!dgram->flow.ttl)
		dgram->flow.flags |= STRATA_FLOW_NO_WIRE;
}

/* A dual-stack socket to an IPv4 peer sends from an IPv4 address. */
static int dgram_match_families(struct strata_flow *flow)
{
	if (ipv6_addr_any(&flow->daddr) && strata_addr_is4(&flow->saddr))
		strata_addr_from4(&flow->daddr, htonl(INADDR_LOOPBACK));
	if (strata_addr_is4(&flow->saddr) == strata_addr_is4(&flow->daddr))
		return 0;
	if (strata_addr_is4(&flow->daddr)) {
		/* An IPv6 one is an IPv6 peer's doing: bind(2) would rule this out. */
		strata_addr_from4(&flow->saddr, htonl(INADDR_ANY));
		return 0;
	}
	if (!strata_addr_any(&flow->saddr))
		return -EAFNOSUPPORT;
	flow->saddr = in6addr_any;
	return 0;
}

/**
 * strata_dgram_finish() - what else does sendmsg(2) say of it?
 * @sk: the socket
 * @msg: the message
 * @dgram: from strata_dgram_begin(); complete afterwards
 *
 * Context: process. Return: 0, -EINVAL, -EPERM, -EAFNOSUPPORT (an IPv4
 * source, and not so the destination).
 */
int strata_dgram_finish(struct sock *sk, struct msghdr *msg,
			struct strata_dgram *dgram)
{
	int err;

	if (unlikely(msg->msg_controllen)) {
		err = strata_dgram_control_take(sk, msg, dgram);
		if (err)
			return err;
	}
	if (unlikely(strata_addr_is_multicast(&dgram->flow.daddr)))
		dgram_multicast(strata_sock(sk), dgram);
	else if (!dgram->flow.oif)
		dgram->flow.oif = strata_unicast_oif(sk, &dgram->flow.daddr);
	err = dgram_match_families(&dgram->flow);
	strata_flow_self(&dgram->flow);
	return err;
}
EXPORT_SYMBOL_GPL(strata_dgram_finish);

/*
 * As the kernel's raw sockets: it neither waits for room nor stops at an error of
 * an earlier datagram, for traceroute goes on sending while such errors come in.
 */
static struct sk_buff *alloc_now(struct sock *sk, size_t linear, size_t paged,
				 int *err)
{
	struct sk_buff *skb;

	*err = -ENOBUFS;
	if (sk_wmem_alloc_get(sk) > 2 * READ_ONCE(sk->sk_sndbuf))
		return NULL;
	skb = alloc_skb_with_frags(linear, paged, PAGE_ALLOC_COSTLY_ORDER, err,
				   sk->sk_allocation);
	if (skb)
		skb_set_owner_w(skb, sk);
	return skb;
}

static bool dgram_is_raw(const struct sock *sk)
{
	return sk->sk_type == SOCK_RAW &&
	       !(READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_HDRINCL);
}

static struct sk_buff *dgram_alloc(struct sock *sk, u32 room, u32 header,
				   size_t len, int noblock, int *err)
{
	size_t linear = room + header + len;
	struct sk_buff *skb;
	size_t paged = 0;

	if (unlikely(linear > LINEAR_MAX)) {
		linear -= len;
		paged = len;
	}
	if (unlikely(dgram_is_raw(sk)))
		skb = alloc_now(sk, linear, paged, err);
	else
		skb = sock_alloc_send_pskb(sk, linear, paged, noblock, err,
					   PAGE_ALLOC_COSTLY_ORDER);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	return skb;
}

/**
 * strata_dgram_build() - allocate a packet and copy the payload into it
 * @sk: the socket
 * @msg: the message
 * @headroom: bytes for the layers below
 * @header: bytes of the transport header, left to the caller to fill in
 * @len: bytes of payload
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: the caller's, skb->data at the transport header; ERR_PTR(-EFAULT),
 * -EAGAIN, -ENOBUFS, -EPIPE, -EINTR, -ERESTARTSYS, or a pending error.
 */
struct sk_buff *strata_dgram_build(struct sock *sk, struct msghdr *msg,
				   u32 headroom, u32 header, size_t len)
{
	struct sk_buff *skb;
	void *payload;
	int err;

	skb = dgram_alloc(sk, headroom, header, len,
			  msg->msg_flags & MSG_DONTWAIT, &err);
	if (unlikely(!skb))
		return ERR_PTR(err);
	skb_reset_transport_header(skb);
	payload = __skb_put(skb, header) + header;
	if (likely(!skb_shinfo(skb)->nr_frags)) {
		__skb_put(skb, len);
		if (copy_from_iter_full(payload, len, &msg->msg_iter))
			return skb;
	} else {
		skb->data_len = len;
		skb->len += len;
		if (!skb_copy_datagram_from_iter(skb, header, &msg->msg_iter,
						 len))
			return skb;
	}
	/* Never was a packet: nothing is dropped. */
	consume_skb(skb);
	return ERR_PTR(-EFAULT);
}
EXPORT_SYMBOL_GPL(strata_dgram_build);

/**
 * strata_dgram_build_pages() - the same, but the payload stays where it is
 * @sk: the socket
 * @msg: the message, with MSG_ZEROCOPY
 * @headroom: bytes for the layers below
 * @header: bytes of the transport header, left to the caller to fill in
 * @len: bytes of payload
 * @uarg: for the notice; the packet has a reference of its own
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: as strata_dgram_build(), or ERR_PTR(-EMSGSIZE): too many pieces.
 */
struct sk_buff *strata_dgram_build_pages(struct sock *sk, struct msghdr *msg,
					 u32 headroom, u32 header, size_t len,
					 struct ubuf_info *uarg)
{
	struct sk_buff *skb;
	int err;

	skb = dgram_alloc(sk, headroom, header, 0,
			  msg->msg_flags & MSG_DONTWAIT, &err);
	if (!skb)
		return ERR_PTR(err);
	skb_reset_transport_header(skb);
	__skb_put(skb, header);
	/* First: it may be who holds the pages (io_uring). */
	skb_zcopy_set(skb, uarg, NULL);
	err = skb_zerocopy_iter_dgram(skb, msg, len);
	if (!err)
		return skb;
	consume_skb(skb);
	return ERR_PTR(err);
}

/**
 * strata_dgram_route() - the way for a datagram
 * @sn: the namespace's stack
 * @flow: in and out: where from and where to
 * @path: out
 *
 * Context: RCU read side. Return: 0, or as strata_af_ops.route; -ENETUNREACH is
 * what programs are told of a source address that is not ours.
 */
int strata_dgram_route(struct strata_net *sn, struct strata_flow *flow,
		       struct strata_path *path)
{
	bool asked = !strata_addr_any(&flow->saddr);
	int err = strata_af_of(&flow->daddr)->route(sn, flow, path);

	return err == -EINVAL && asked ? -ENETUNREACH : err;
}
EXPORT_SYMBOL_GPL(strata_dgram_route);

/* Bytes that one datagram takes, from the transport header on. */
static size_t dgram_room(const struct strata_flow *flow,
			 const struct strata_path *path)
{
	if (flow->flags & STRATA_FLOW_FRAGMENT)
		return strata_addr_is4(&flow->daddr) ?
		       0xffff - sizeof(struct iphdr) : 0xffff;
	return path->mtu - path->af->header_len;
}

/* A negative error, 1: it is not to leave, 0: it is. */
static int dgram_check(struct sock *sk, const struct sk_buff *skb,
		       struct strata_dgram *dgram, int msg_flags,
		       struct strata_path *path)
{
	int err;

	err = strata_dgram_route(strata_sock_net(sk), &dgram->flow, path);
	if (err)
		return err;
	if (skb->len > dgram_room(&dgram->flow, path))
		return strata_dgram_too_big(sk, dgram, path->mtu);
	if (msg_flags & MSG_CONFIRM)
		path->af->confirm(path);
	return !!(msg_flags & MSG_PROBE);
}

/**
 * strata_dgram_output() - hand a datagram to the network layer
 * @sk: the sender
 * @skb: as @output wants it. Owned
 * @dgram: where it goes
 * @path: the way
 * @output: strata_af_ops.output or .output_whole
 *
 * Context: RCU read side. Return: 0, or what @output says; a full queue counts as
 * a loss on the way unless the program wants to know (IP_RECVERR).
 */
int strata_dgram_output(struct sock *sk, struct sk_buff *skb,
			const struct strata_dgram *dgram,
			const struct strata_path *path,
			strata_dgram_output_t output)
{
	int err;

	skb->priority = dgram->priority;
	skb->mark = dgram->flow.mark;
	err = output(strata_sock_net(sk), sk, skb, &dgram->flow, path);
	if (err == -ENOBUFS &&
	    !(READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_RECVERR))
		return 0;
	return err;
}
EXPORT_SYMBOL_GPL(strata_dgram_output);

/**
 * strata_dgram_send() - look the way up and send a datagram
 * @sk: the sender
 * @skb: skb->data at the transport header. Owned
 * @dgram: where it goes
 * @msg_flags: of sendmsg(2)
 * @seal: completes the transport header when all addresses are known; 0 or
 *	-errno; does not own @skb. Runs in: RCU read side
 *
 * Context: process. Return: 0, -EMSGSIZE, or what @seal and route and output of
 * strata_af_ops say.
 */
int strata_dgram_send(struct sock *sk, struct sk_buff *skb,
		      struct strata_dgram *dgram, int msg_flags,
		      int (*seal)(struct sock *sk, struct sk_buff *skb,
				  const struct strata_flow *flow))
{
	struct strata_path path = {};
	int err;

	rcu_read_lock();
	err = dgram_check(sk, skb, dgram, msg_flags, &path) ?:
	      seal(sk, skb, &dgram->flow);
	if (err)	/* the program is told, or wants it so */
		consume_skb(skb);
	else
		err = strata_dgram_output(sk, skb, dgram, &path,
					  path.af->output);
	rcu_read_unlock();
	return min(err, 0);
}
EXPORT_SYMBOL_GPL(strata_dgram_send);
