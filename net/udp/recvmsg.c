// SPDX-License-Identifier: GPL-2.0
/*
 * From the receive queue to the program.
 */
#include <linux/module.h>
#include <linux/uio.h>
#include <strata/link.h>
#include <strata/route.h>
#include "udp.h"

#define CMSG_OPTIONS	(STRATA_SOCK_PKTINFO | STRATA_SOCK_RECVTTL | \
			 STRATA_SOCK_RECVTOS)

/* The sender. The UDP header lies just before the payload. */
static int recv_name(const struct sock *sk, const struct sk_buff *skb,
		     struct sockaddr *name)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)name;
	struct strata_endpoint ep = { .scope = 0 };
	struct in6_addr daddr;

	if (likely(strata_sock(sk)->family == AF_INET)) {
		sin->sin_family = AF_INET;
		sin->sin_port = udp_hdr(skb)->source;
		sin->sin_addr.s_addr = ip_hdr(skb)->saddr;
		memset(sin->sin_zero, 0, sizeof(sin->sin_zero));
		return sizeof(*sin);
	}
	strata_packet_addrs(skb, &ep.addr, &daddr);
	ep.port = udp_hdr(skb)->source;
	if (ipv6_addr_type(&ep.addr) & IPV6_ADDR_LINKLOCAL)
		ep.scope = strata_cb(skb)->iif;
	return strata_endpoint_format(sk, &ep, name);
}

/* RFC 1122 4.1.3.5: the address to answer from; ours even for a broadcast. */
static __be32 recv_specific_dst(const struct sock *sk,
				const struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(sk);
	__be32 answer = ip_hdr(skb)->daddr;
	struct strata_addr *addr = NULL;
	struct strata_link *link;
	struct in6_addr saddr;

	if (!(strata_cb(skb)->flags & (STRATA_CB_BROADCAST |
				       STRATA_CB_MULTICAST)))
		return answer;
	strata_addr_from4(&saddr, ip_hdr(skb)->saddr);
	rcu_read_lock();
	link = strata_link_by_index(sn, strata_cb(skb)->iif);
	if (link)
		addr = strata_addr_select(link, &saddr);
	answer = addr ? strata_addr_to4(&addr->addr) : htonl(INADDR_ANY);
	rcu_read_unlock();
	return answer;
}

static void recv_pktinfo(const struct sock *sk, struct msghdr *msg,
			 const struct sk_buff *skb)
{
	struct in_pktinfo info = {
		.ipi_ifindex = strata_cb(skb)->iif,
		.ipi_spec_dst.s_addr = recv_specific_dst(sk, skb),
		.ipi_addr.s_addr = ip_hdr(skb)->daddr,
	};

	put_cmsg(msg, SOL_IP, IP_PKTINFO, sizeof(info), &info);
}

static void recv_cmsgs(const struct sock *sk, struct msghdr *msg,
		       const struct sk_buff *skb)
{
	u16 flags = READ_ONCE(strata_sock(sk)->flags);
	u8 tos = strata_cb(skb)->tos;
	int ttl = strata_cb(skb)->ttl;

	if (likely(!(flags & CMSG_OPTIONS)))
		return;
	if (strata_sock(sk)->family != AF_INET) {
		strata_udp_control6_put(sk, msg, skb);
		return;
	}
	if (flags & STRATA_SOCK_PKTINFO)
		recv_pktinfo(sk, msg, skb);
	if (flags & STRATA_SOCK_RECVTTL)
		put_cmsg(msg, SOL_IP, IP_TTL, sizeof(ttl), &ttl);
	if (flags & STRATA_SOCK_RECVTOS)
		put_cmsg(msg, SOL_IP, IP_TOS, sizeof(tos), &tos);
}

/* -EBADMSG: the checksum, verified while copying, is wrong. */
static int recv_copy(struct sk_buff *skb, struct msghdr *msg, int off,
		     int copied, bool whole)
{
	int err;

	if (!udp_cb(skb)->csum_ok) {
		if (whole) {
			err = skb_copy_and_csum_datagram_msg(skb, off, msg);
			return err == -EINVAL ? -EBADMSG : err;
		}
		if (!strata_udp_csum_ok(skb))
			return -EBADMSG;
	}
	if (likely(!skb_is_nonlinear(skb)))
		return copy_to_iter(skb->data + off, copied, &msg->msg_iter) ==
		       copied ? 0 : -EFAULT;
	return skb_copy_datagram_msg(skb, off, msg, copied);
}

static void recv_peek_off(struct sock *sk, int len)
{
	bool slow;

	if (likely(READ_ONCE(sk->sk_peek_off) < 0))
		return;
	slow = lock_sock_fast(sk);
	if (len < 0)
		sk_peek_offset_fwd(sk, -len);
	else
		sk_peek_offset_bwd(sk, len);
	unlock_sock_fast(sk, slow);
}

/* -EBADMSG: discarded, there may be another one. */
static int recv_one(struct sock *sk, struct msghdr *msg, size_t len, int flags,
		    int *addr_len)
{
	int off = sk_peek_offset(sk, flags);
	struct sk_buff *skb;
	int ulen, copied, err;

	skb = strata_udp_dequeue(sk, flags, &off, &err);
	if (!skb)
		return err;
	ulen = skb->len;
	copied = min_t(size_t, len, ulen - off);
	err = recv_copy(skb, msg, off, copied,
			copied == ulen && !(flags & MSG_PEEK));
	if (unlikely(err == -EBADMSG)) {
		strata_udp_discard(sk, skb, flags);
		return err;
	}
	if (unlikely(err)) {
		if (!(flags & MSG_PEEK))
			atomic_inc(&sk->sk_drops);
		consume_skb(skb);
		return err;
	}
	if (copied < ulen - off)
		msg->msg_flags |= MSG_TRUNC;
	sock_recv_cmsgs(msg, sk, skb);
	if (msg->msg_name)
		*addr_len = recv_name(sk, skb, msg->msg_name);
	recv_cmsgs(sk, msg, skb);
	err = flags & MSG_TRUNC ? ulen : copied;
	recv_peek_off(sk, flags & MSG_PEEK ? -err : err);
	consume_skb(skb);
	return err;
}

/**
 * strata_udp_recvmsg() - receive one datagram
 * @sk: the socket
 * @msg: where to
 * @len: room
 * @flags: MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC (return the datagram's real size),
 *	MSG_ERRQUEUE
 * @addr_len: out: bytes of msg_name
 *
 * Context: process; waits up to SO_RCVTIMEO.
 * Return: bytes, 0 also when shut down, -EAGAIN, -EFAULT, -EINTR,
 * -ERESTARTSYS, or a pending error.
 */
int strata_udp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		       int flags, int *addr_len)
{
	int err;

	if (unlikely(flags & MSG_ERRQUEUE))
		return strata_udp_errqueue_recv(sk, msg, len, addr_len);
	for (;;) {
		err = recv_one(sk, msg, len, flags, addr_len);
		if (likely(err != -EBADMSG))
			return err;
		/* A flood of broken ones must not keep the CPU. */
		cond_resched();
	}
}
