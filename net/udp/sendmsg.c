// SPDX-License-Identifier: GPL-2.0
/*
 * From the program to the network layer, without the socket lock.
 *
 * The payload is copied before the way is looked up, because copying sleeps
 * and the way is good for one RCU read side only. Where copying fails, the way
 * is asked for all the same, for the error that a program then expects first.
 */
#include <linux/module.h>
#include <linux/uio.h>
#include <strata/zerocopy.h>
#include "udp.h"

/* A connected socket may have a peer without a port; one of IPv6's an IPv6 peer. */
static bool port_is_missing(const struct sock *sk, const struct msghdr *msg,
			    const struct strata_dgram *send)
{
	return msg->msg_name || (udp_sock(sk)->ss.family == AF_INET6 &&
				 strata_addr_is4(&send->flow.daddr));
}

/**
 * strata_udp_prepare() - where does a datagram go, and how?
 * @sk: the socket, with a port
 * @msg: the message
 * @send: out: what its address, its control messages and the options say
 *
 * Context: process. Return: 0, or -errno as strata_udp_sendmsg().
 */
int strata_udp_prepare(struct sock *sk, struct msghdr *msg,
		       struct strata_dgram *send)
{
	int err = strata_dgram_begin(sk, msg, send);

	if (err)
		return err;
	/* What an IPv6 datagram would do with it nobody asks. */
	if (unlikely(msg->msg_flags & MSG_OOB) &&
	    strata_addr_is4(&send->flow.daddr))
		return -EOPNOTSUPP;
	if (unlikely(!send->dport) && port_is_missing(sk, msg, send))
		return -EINVAL;
	send->gso_size = READ_ONCE(udp_sock(sk)->gso_size);
	return strata_dgram_finish(sk, msg, send);
}

/* Bytes of payload that one call takes: those of several datagrams are no more than
 * fit into a large one.
 */
static size_t route_room(const struct udp_route *route, u16 gso_size)
{
	if (likely(route->flow.flags & STRATA_FLOW_FRAGMENT) || gso_size)
		return strata_addr_is4(&route->flow.daddr) ?
		       UDP_PAYLOAD_MAX : UDP_PAYLOAD_MAX6;
	return route->path.mtu - route->path.af->header_len -
	       sizeof(struct udphdr);
}

/**
 * strata_udp_way() - the way of a datagram, if it is not too large for it
 * @sk: the socket
 * @send: from strata_udp_prepare()
 * @len: bytes of payload
 * @scratch: room for a way that is not cached
 *
 * Context: process, RCU read side. Return: valid until its end; ERR_PTR() of what
 * strata_udp_route() says, or of -EMSGSIZE, which the program may hear of by IP_RECVERR.
 */
const struct udp_route *strata_udp_way(struct sock *sk,
				       const struct strata_dgram *send,
				       size_t len, struct udp_route *scratch)
{
	const struct udp_route *route;

	route = strata_udp_route(sk, &send->flow, scratch);
	if (IS_ERR(route) || likely(len <= route_room(route, send->gso_size)))
		return route;
	return ERR_PTR(strata_dgram_too_big(sk, send, route->path.mtu));
}

/* What was wrong before the payload could be copied? */
static int send_first_error(struct sock *sk, const struct strata_dgram *send,
			    size_t len, int err)
{
	const struct udp_route *route;
	struct udp_route scratch;

	rcu_read_lock();
	route = strata_udp_way(sk, send, len, &scratch);
	if (IS_ERR(route))
		err = PTR_ERR(route);
	rcu_read_unlock();
	return err;
}

/*
 * RFC 768. The device sums up the payload, or whoever hands the packet to a
 * device that cannot; the pseudo-header is in the field already.
 */
static void send_header(struct sock *sk, struct sk_buff *skb,
			const struct strata_dgram *send,
			const struct strata_flow *flow)
{
	struct udphdr *uh = udp_hdr(skb);

	uh->source = htons(sk->sk_num);
	uh->dest = send->dport;
	uh->len = htons(skb->len);
	uh->check = 0;
	if (unlikely(udp_sock(sk)->kind->seal)) {
		udp_sock(sk)->kind->seal(sk, skb, flow);
		return;
	}
	if (unlikely(sk->sk_no_check_tx && strata_addr_is4(&flow->daddr)))
		return;
	uh->check = ~strata_pseudo_magic(&flow->saddr, &flow->daddr, skb->len,
					 IPPROTO_UDP, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
}

/* Owns @skb. Context: RCU read side. */
static int send_output(struct sock *sk, struct sk_buff *skb,
		       const struct strata_dgram *send,
		       const struct udp_route *route)
{
	const struct strata_path *path = &route->path;
	const struct strata_flow *flow = &route->flow;
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_flow many;
	unsigned int count = 1;
	int err;

	send_header(sk, skb, send, flow);
	if (unlikely(send->gso_size))
		count = strata_udp_gso_mark(skb, send->gso_size);
	if (unlikely(count > 1))
		flow = strata_udp_gso_flow(flow, &many);
	skb->priority = send->priority;
	skb->mark = send->flow.mark;
	err = path->af->output(sn, sk, skb, flow, path);
	if (likely(!err))
		strata_count_add_by(sn, udp_sock(sk)->kind->tx, count);
	else if (err == -ENOBUFS &&
		 !(READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_RECVERR))
		err = 0;	/* as if the packet had been lost on the way */
	return err;
}

/**
 * strata_udp_send_packet() - send what has been built
 * @sk: the socket
 * @skb: skb->data at the UDP header, which is yet to be filled in. Owned
 * @send: from strata_udp_prepare()
 * @flags: MSG_*
 *
 * Context: process. Return: 0, or -errno as strata_udp_sendmsg().
 */
int strata_udp_send_packet(struct sock *sk, struct sk_buff *skb,
			   const struct strata_dgram *send, int flags)
{
	size_t len = skb->len - sizeof(struct udphdr);
	const struct udp_route *route;
	struct udp_route scratch;
	int err = 0;

	rcu_read_lock();
	route = strata_udp_way(sk, send, len, &scratch);
	if (IS_ERR(route)) {
		err = PTR_ERR(route);
		goto refuse;
	}
	if (unlikely(flags & MSG_CONFIRM))
		route->path.af->confirm(&route->path);
	if (unlikely(flags & MSG_PROBE))
		goto refuse;
	if (unlikely(send->gso_size)) {
		err = strata_udp_gso_check(sk, len, send->gso_size, route);
		if (err)
			goto refuse;
	}
	err = send_output(sk, skb, send, route);
	rcu_read_unlock();
	return err;

refuse:
	rcu_read_unlock();
	/* The program is told, or wants it so: nothing is dropped. */
	consume_skb(skb);
	return err;
}

/**
 * strata_udp_send_datagram() - send a whole datagram
 * @sk: the socket, with a port
 * @msg: the message
 * @len: its bytes
 * @send: from strata_udp_prepare()
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: @len, or -errno as strata_udp_sendmsg().
 */
int strata_udp_send_datagram(struct sock *sk, struct msghdr *msg, size_t len,
			     const struct strata_dgram *send)
{
	struct sk_buff *skb;
	int err;

	/* Before room is asked for, which an earlier datagram's error would keep from it. */
	if (unlikely(len > UDP_PAYLOAD_MAX) &&
	    (len > UDP_PAYLOAD_MAX6 || strata_addr_is4(&send->flow.daddr)))
		return send_first_error(sk, send, len, -EMSGSIZE);
	if (unlikely(strata_zerocopy_asked(sk, msg)))
		return strata_udp_zerocopy_send(sk, msg, len, send);
	skb = strata_dgram_build(sk, msg, READ_ONCE(udp_sock(sk)->headroom) ?:
					  STRATA_DGRAM_HEADROOM,
				 sizeof(struct udphdr), len);
	if (IS_ERR(skb))
		return send_first_error(sk, send, len, PTR_ERR(skb));
	err = strata_udp_send_packet(sk, skb, send, msg->msg_flags);
	return err ? : len;
}

/**
 * strata_udp_sendmsg() - send a datagram, a piece of one, or several
 * @sk: the socket, with a port
 * @msg: the message
 * @len: its bytes
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: @len; -EMSGSIZE, -EOPNOTSUPP (MSG_OOB), -EDESTADDRREQ, -EINVAL, -ENOBUFS,
 * -EAFNOSUPPORT, -EFAULT, -EAGAIN, -EPIPE, -EINTR, -ERESTARTSYS, a pending
 * error, or what route and output of strata_af_ops say.
 */
int strata_udp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	const struct strata_udp_sock *us = udp_sock(sk);
	struct strata_dgram send;
	int err;

	if (unlikely(len > 0xffff))
		return -EMSGSIZE;
	if (unlikely(msg->msg_flags & MSG_OOB) && us->ss.family == AF_INET)
		return -EOPNOTSUPP;
	if (unlikely(msg->msg_flags & MSG_MORE || READ_ONCE(us->cork) ||
		     READ_ONCE(us->cork_option)))
		return strata_udp_cork_send(sk, msg, len);
	err = strata_udp_prepare(sk, msg, &send);
	if (unlikely(err))
		return err;
	return strata_udp_send_datagram(sk, msg, len, &send);
}
EXPORT_SYMBOL_GPL(strata_udp_sendmsg);
