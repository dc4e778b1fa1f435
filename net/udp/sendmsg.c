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
#include <net/ip.h>
#include <net/tcp_states.h>
#include <strata/link.h>
#include "udp.h"

/* Headers below UDP where the device is not known yet. */
#define HEADROOM_DEFAULT	(LL_MAX_HEADER + sizeof(struct ipv6hdr))

/**
 * struct udp_send - one datagram's parameters
 * @flow: what to ask the network layer
 * @dport: peer's port
 * @priority: for the qdisc
 * @has_ttl: a control message said which TTL
 */
struct udp_send {
	struct strata_flow flow;
	__be16 dport;
	u32 priority;
	bool has_ttl;
};

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

static void send_init(struct sock *sk, struct udp_send *send)
{
	const struct strata_sock *ss = strata_sock(sk);

	send->flow.saddr = ss->saddr;
	send->flow.oif = READ_ONCE(sk->sk_bound_dev_if);
	send->flow.mark = READ_ONCE(sk->sk_mark);
	send->flow.seed = READ_ONCE(ss->flow.seed) ?: sk->sk_num;
	send->flow.proto = IPPROTO_UDP;
	send->flow.tos = READ_ONCE(ss->tos);
	send->flow.ttl = READ_ONCE(ss->ttl);
	send->flow.flags = mtu_flags(ss);
	if (READ_ONCE(ss->flags) & STRATA_SOCK_DONT_FRAG)
		send->flow.flags |= STRATA_FLOW_DF;
	if (sock_flag(sk, SOCK_BROADCAST))
		send->flow.flags |= STRATA_FLOW_BROADCAST;
	if (!(READ_ONCE(ss->flags) & STRATA_SOCK_MCAST_LOOP))
		send->flow.flags |= STRATA_FLOW_NO_LOOP;
	send->priority = READ_ONCE(sk->sk_priority);
	send->has_ttl = false;
}

static int send_destination(struct sock *sk, const struct msghdr *msg,
			    struct udp_send *send)
{
	const struct sockaddr_in *sin = msg->msg_name;
	struct strata_endpoint ep;
	int err;

	if (!sin) {
		if (sk->sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		send->flow.daddr = sk->sk_v6_daddr;
		send->dport = sk->sk_dport;
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
			return err;
	}
	if (!ep.port)
		return -EINVAL;
	send->flow.daddr = ep.addr;
	send->dport = ep.port;
	if (ep.scope)
		send->flow.oif = ep.scope;
	return 0;
}

static int send_cmsg_tos(const struct cmsghdr *cmsg, struct udp_send *send)
{
	int val;

	if (cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
		val = *(int *)CMSG_DATA(cmsg);
	else if (cmsg->cmsg_len == CMSG_LEN(sizeof(u8)))
		val = *(u8 *)CMSG_DATA(cmsg);
	else
		return -EINVAL;
	if (val < 0 || val > 255)
		return -EINVAL;
	send->flow.tos = val;
	send->priority = rt_tos2priority(val);
	return 0;
}

static int send_cmsg_ip(const struct cmsghdr *cmsg, struct udp_send *send)
{
	const struct in_pktinfo *info;
	int val;

	switch (cmsg->cmsg_type) {
	case IP_PKTINFO:
		if (cmsg->cmsg_len != CMSG_LEN(sizeof(*info)))
			return -EINVAL;
		info = (const struct in_pktinfo *)CMSG_DATA(cmsg);
		if (info->ipi_ifindex)
			send->flow.oif = info->ipi_ifindex;
		strata_addr_from4(&send->flow.saddr,
				  info->ipi_spec_dst.s_addr);
		return 0;
	case IP_TTL:
		if (cmsg->cmsg_len != CMSG_LEN(sizeof(int)))
			return -EINVAL;
		val = *(int *)CMSG_DATA(cmsg);
		if (val < 1 || val > 255)
			return -EINVAL;
		send->flow.ttl = val;
		send->has_ttl = true;
		return 0;
	case IP_TOS:
		return send_cmsg_tos(cmsg, send);
	default:
		return -EINVAL;
	}
}

static int send_cmsgs(struct sock *sk, struct msghdr *msg,
		      struct udp_send *send)
{
	struct sockcm_cookie sockc;
	struct cmsghdr *cmsg;
	int err;

	sockcm_init(&sockc, sk);
	sockc.mark = send->flow.mark;
	err = sock_cmsg_send(sk, msg, &sockc);
	if (err)
		return err;
	send->flow.mark = sockc.mark;
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		if (cmsg->cmsg_level == SOL_IP)
			err = send_cmsg_ip(cmsg, send);
		else if (cmsg->cmsg_level == SOL_IPV6 &&
			 strata_sock(sk)->family == AF_INET6)
			err = strata_udp_control6_take(cmsg, &send->flow,
						       &send->has_ttl);
		else if (cmsg->cmsg_level == SOL_UDP)
			err = -EINVAL;
		if (err)
			return err;
	}
	return 0;
}

static void send_multicast(const struct strata_sock *ss, struct udp_send *send)
{
	if (!send->flow.oif)
		send->flow.oif = READ_ONCE(ss->mcast_oif);
	if (strata_addr_is4(&send->flow.daddr) &&
	    strata_addr_any(&send->flow.saddr))
		send->flow.saddr = ss->mcast_saddr;
	if (!send->has_ttl)
		send->flow.ttl = READ_ONCE(ss->mcast_ttl);
	/* IP_MULTICAST_TTL 0: not beyond this host. */
	if (!send->flow.ttl)
		send->flow.flags |= STRATA_FLOW_NO_WIRE;
}

/* A dual-stack socket to an IPv4 peer sends from an IPv4 address. */
static int send_match_families(struct strata_flow *flow)
{
	if (strata_addr_is4(&flow->saddr) == strata_addr_is4(&flow->daddr))
		return 0;
	if (!strata_addr_any(&flow->saddr))
		return -ENETUNREACH;
	if (strata_addr_is4(&flow->daddr))
		strata_addr_from4(&flow->saddr, htonl(INADDR_ANY));
	else
		flow->saddr = in6addr_any;
	return 0;
}

static int send_prepare(struct sock *sk, struct msghdr *msg,
			struct udp_send *send)
{
	int err;

	send_init(sk, send);
	err = send_destination(sk, msg, send);
	if (err)
		return err;
	if (unlikely(msg->msg_controllen)) {
		err = send_cmsgs(sk, msg, send);
		if (err)
			return err;
	}
	if (unlikely(strata_addr_is_multicast(&send->flow.daddr)))
		send_multicast(strata_sock(sk), send);
	err = send_match_families(&send->flow);
	strata_flow_self(&send->flow);
	return err;
}

/* Bytes of payload that one datagram takes. */
static size_t route_room(const struct udp_route *route)
{
	if (likely(route->flow.flags & STRATA_FLOW_FRAGMENT))
		return strata_addr_is4(&route->flow.daddr) ?
		       UDP_PAYLOAD_MAX : UDP_PAYLOAD_MAX6;
	return route->path.mtu - route->path.af->header_len -
	       sizeof(struct udphdr);
}

/* What was wrong before the payload could be copied? */
static int send_first_error(struct sock *sk, const struct udp_send *send,
			    size_t len, int err)
{
	const struct udp_route *route;
	struct udp_route scratch;

	rcu_read_lock();
	route = strata_udp_route(sk, &send->flow, &scratch);
	if (IS_ERR(route))
		err = PTR_ERR(route);
	else if (len > route_room(route))
		err = -EMSGSIZE;
	rcu_read_unlock();
	return err;
}

static struct sk_buff *send_alloc(struct sock *sk, size_t len, int noblock,
				  int *err)
{
	u32 room = READ_ONCE(udp_sock(sk)->headroom) ? : HEADROOM_DEFAULT;
	size_t linear = room + sizeof(struct udphdr) + len;
	struct sk_buff *skb;
	size_t paged = 0;

	if (unlikely(linear > UDP_LINEAR_MAX)) {
		linear -= len;
		paged = len;
	}
	skb = sock_alloc_send_pskb(sk, linear, paged, noblock, err,
				   PAGE_ALLOC_COSTLY_ORDER);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	return skb;
}

/* Allocates a packet and copies the payload into it. */
static struct sk_buff *send_build(struct sock *sk, struct msghdr *msg,
				  size_t len)
{
	struct sk_buff *skb;
	void *payload;
	int err;

	skb = send_alloc(sk, len, msg->msg_flags & MSG_DONTWAIT, &err);
	if (unlikely(!skb))
		return ERR_PTR(err);
	skb_reset_transport_header(skb);
	payload = __skb_put(skb, sizeof(struct udphdr)) +
		  sizeof(struct udphdr);
	if (likely(!skb_shinfo(skb)->nr_frags)) {
		__skb_put(skb, len);
		if (copy_from_iter_full(payload, len, &msg->msg_iter))
			return skb;
	} else {
		skb->data_len = len;
		skb->len += len;
		if (!skb_copy_datagram_from_iter(skb, sizeof(struct udphdr),
						 &msg->msg_iter, len))
			return skb;
	}
	/* Never was a packet: nothing is dropped. */
	consume_skb(skb);
	return ERR_PTR(-EFAULT);
}

/*
 * RFC 768. The device sums up the payload, or whoever hands the packet to a
 * device that cannot; the pseudo-header is in the field already.
 */
static void send_header(struct sock *sk, struct sk_buff *skb,
			const struct udp_send *send,
			const struct strata_flow *flow)
{
	struct udphdr *uh = udp_hdr(skb);

	uh->source = htons(sk->sk_num);
	uh->dest = send->dport;
	uh->len = htons(skb->len);
	uh->check = 0;
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
		       const struct udp_send *send,
		       const struct udp_route *route)
{
	const struct strata_path *path = &route->path;
	struct strata_net *sn = strata_sock_net(sk);
	int err;

	send_header(sk, skb, send, &route->flow);
	skb->priority = send->priority;
	skb->mark = send->flow.mark;
	err = path->af->output(sn, sk, skb, &route->flow, path);
	if (likely(!err))
		strata_count(sn, UDP_TX);
	else if (err == -ENOBUFS &&
		 !(READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_RECVERR))
		err = 0;	/* as if the packet had been lost on the way */
	return err;
}

/* Owns @skb. */
static int send_packet(struct sock *sk, struct sk_buff *skb,
		       const struct udp_send *send, int flags)
{
	size_t len = skb->len - sizeof(struct udphdr);
	const struct udp_route *route;
	struct udp_route scratch;
	bool probe = false;
	int err = 0;

	rcu_read_lock();
	route = strata_udp_route(sk, &send->flow, &scratch);
	if (IS_ERR(route)) {
		err = PTR_ERR(route);
		goto refuse;
	}
	if (unlikely(len > route_room(route))) {
		err = -EMSGSIZE;
		goto refuse;
	}
	if (unlikely(flags & MSG_CONFIRM)) {
		route->path.af->confirm(&route->path);
		probe = flags & MSG_PROBE && !len;
	}
	if (unlikely(probe))
		goto refuse;
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
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: @len, or -errno as strata_udp_sendmsg().
 */
int strata_udp_send_datagram(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct udp_send send;
	struct sk_buff *skb;
	int err;

	err = send_prepare(sk, msg, &send);
	if (unlikely(err))
		return err;
	if (unlikely(len > UDP_PAYLOAD_MAX6))
		return -EMSGSIZE;
	skb = send_build(sk, msg, len);
	if (IS_ERR(skb))
		return send_first_error(sk, &send, len, PTR_ERR(skb));
	err = send_packet(sk, skb, &send, msg->msg_flags);
	return err ? : len;
}

/**
 * strata_udp_sendmsg() - send a datagram, or a piece of one
 * @sk: the socket, with a port
 * @msg: the message
 * @len: its bytes
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: @len; -EMSGSIZE, -EOPNOTSUPP (MSG_OOB), -EDESTADDRREQ, -EINVAL,
 * -EAFNOSUPPORT, -EFAULT, -EAGAIN, -EPIPE, -EINTR, -ERESTARTSYS, a pending
 * error, or what route and output of strata_af_ops say.
 */
int strata_udp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	const struct strata_udp_sock *us = udp_sock(sk);

	if (unlikely(len > 0xffff))
		return -EMSGSIZE;
	if (unlikely(msg->msg_flags & MSG_OOB))
		return -EOPNOTSUPP;
	if (unlikely(msg->msg_flags & MSG_MORE || READ_ONCE(us->cork) ||
		     READ_ONCE(us->cork_option)))
		return strata_udp_cork_send(sk, msg, len);
	return strata_udp_send_datagram(sk, msg, len);
}
