// SPDX-License-Identifier: GPL-2.0
/*
 * From the program to the network layer: with the IP header (IP_HDRINCL,
 * IPV6_HDRINCL) or without.
 */
#include <linux/module.h>
#include "raw.h"

/* RFC 3542 3: an IPv6 program may name the protocol as if it were the port. */
static int send_protocol(const struct sock *sk, const struct msghdr *msg,
			 struct strata_dgram *dgram)
{
	u16 proto = ntohs(dgram->dport);

	if (strata_sock(sk)->family == AF_INET || !msg->msg_name || !proto)
		return 0;
	if ((proto != sk->sk_num && sk->sk_num != IPPROTO_RAW) ||
	    proto > U8_MAX)
		return -EINVAL;
	dgram->flow.proto = proto;
	return 0;
}

/* Nothing is left to do, but the checksum of an IPv6 datagram (RFC 3542 3.1). */
static int send_seal(struct sock *sk, struct sk_buff *skb,
		     const struct strata_flow *flow)
{
	int offset = READ_ONCE(raw_sock(sk)->csum_offset);
	__sum16 check = 0;
	__wsum sum;

	if (offset == RAW_NO_CSUM)
		return 0;
	if (offset >= (int)skb->len - 1)
		return -EINVAL;
	if (skb_store_bits(skb, offset, &check, sizeof(check)))
		return -EFAULT;
	sum = skb_checksum(skb, 0, skb->len, 0);
	check = strata_pseudo_magic(&flow->saddr, &flow->daddr, skb->len,
				    flow->proto, sum);
	if (!check && flow->proto == IPPROTO_UDP)
		check = CSUM_MANGLED_0;
	return skb_store_bits(skb, offset, &check, sizeof(check));
}

/* Owns @skb, which has its IP header. */
static int send_whole(struct sock *sk, struct sk_buff *skb,
		      struct strata_dgram *dgram, int msg_flags)
{
	struct strata_path path = {};
	int err;

	rcu_read_lock();
	err = strata_dgram_route(strata_sock_net(sk), &dgram->flow, &path);
	if (!err && skb->len > path.own_mtu)
		err = strata_dgram_too_big(sk, dgram, path.own_mtu);
	if (!err && msg_flags & MSG_CONFIRM)
		path.af->confirm(&path);
	if (err || msg_flags & MSG_PROBE)	/* as the program wants it, or is told */
		consume_skb(skb);
	else
		err = strata_dgram_output(sk, skb, dgram, &path,
					  path.af->output_whole);
	rcu_read_unlock();
	return err;
}

static int send_prepare(struct sock *sk, struct msghdr *msg, size_t len,
			struct strata_dgram *dgram)
{
	if (len > RAW_LEN_MAX)
		return -EMSGSIZE;
	if (msg->msg_flags & MSG_OOB)
		return -EOPNOTSUPP;
	return strata_dgram_begin(sk, msg, dgram) ?:
	       send_protocol(sk, msg, dgram) ?:
	       strata_dgram_finish(sk, msg, dgram);
}

/**
 * strata_raw_send() - a whole datagram, without its IP header
 * @sk: the socket
 * @msg: the payload
 * @len: its bytes
 * @dgram: where it goes
 *
 * Context: process. Return: 0 or -errno, as strata_raw_sendmsg().
 */
int strata_raw_send(struct sock *sk, struct msghdr *msg, size_t len,
		    struct strata_dgram *dgram)
{
	struct sk_buff *skb;

	skb = strata_dgram_build(sk, msg, STRATA_DGRAM_HEADROOM, 0, len);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	return strata_dgram_send(sk, skb, dgram, msg->msg_flags, send_seal);
}

static int send_with_header(struct sock *sk, struct msghdr *msg, size_t len,
			    struct strata_dgram *dgram)
{
	struct sk_buff *skb;

	skb = strata_dgram_build(sk, msg, STRATA_DGRAM_HEADROOM, 0, len);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	return send_whole(sk, skb, dgram, msg->msg_flags);
}

/**
 * strata_raw_sendmsg() - proto.sendmsg
 * @sk: the socket
 * @msg: the message
 * @len: its bytes
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: @len; -EMSGSIZE, -EOPNOTSUPP (MSG_OOB), -EDESTADDRREQ, -EINVAL,
 * -EAFNOSUPPORT, -EFAULT, -EAGAIN, -EPIPE, -EINTR, -ERESTARTSYS, a pending error,
 * or what the network layer says.
 */
int strata_raw_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct strata_dgram dgram;
	bool more = false;
	int err;

	err = send_prepare(sk, msg, len, &dgram);
	if (err)
		return err;
	if (raw_hdrincl(sk)) {
		err = send_with_header(sk, msg, len, &dgram);
	} else if (unlikely(msg->msg_flags & MSG_MORE ||
			    READ_ONCE(raw_sock(sk)->cork))) {
		more = msg->msg_flags & MSG_MORE;
		err = strata_raw_cork_send(sk, msg, len, &dgram);
	} else {
		err = strata_raw_send(sk, msg, len, &dgram);
	}
	if (err)
		return err;
	if (!more)
		strata_count(strata_sock_net(sk), RAW_TX);
	return len;
}
