// SPDX-License-Identifier: GPL-2.0
/*
 * From the receive queue to the program.
 */
#include <linux/module.h>
#include <linux/uio.h>
#include "udp.h"

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

/* udp(7), UDP_GRO: how to tell them apart. */
static void recv_gso_size(struct msghdr *msg, const struct sk_buff *skb)
{
	int gso_size = udp_cb(skb)->gso_size;

	put_cmsg(msg, SOL_UDP, UDP_GRO, sizeof(gso_size), &gso_size);
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
		*addr_len = strata_dgram_name(sk, skb, udp_hdr(skb)->source,
					      msg->msg_name);
	if (unlikely(udp_cb(skb)->gso_size))
		recv_gso_size(msg, skb);
	strata_dgram_control_put(sk, msg, skb);
	err = flags & MSG_TRUNC ? ulen : copied;
	recv_peek_off(sk, flags & MSG_PEEK ? -err : err);
	consume_skb(skb);
	return err;
}

/**
 * strata_udp_recvmsg() - receive one datagram, or several (UDP_GRO)
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
		return strata_dgram_error_recv(sk, msg, len, addr_len);
	for (;;) {
		err = recv_one(sk, msg, len, flags, addr_len);
		if (likely(err != -EBADMSG))
			return err;
		/* A flood of broken ones must not keep the CPU. */
		cond_resched();
	}
}
EXPORT_SYMBOL_GPL(strata_udp_recvmsg);
