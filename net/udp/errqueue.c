// SPDX-License-Identifier: GPL-2.0
/*
 * IP_RECVERR and IPV6_RECVERR: ICMP errors as messages that recvmsg(2) gives out with
 * MSG_ERRQUEUE: the quoted payload as data, its destination as the name, and
 * what happened and who said so as a control message.
 */
#include <linux/errqueue.h>
#include <linux/module.h>
#include <linux/uio.h>
#include "udp.h"

/**
 * struct udp_error - before the quoted payload, in the buffer's data
 * @name: where the datagram went
 * @name_len: bytes of it
 * @reporter: who sent the error
 * @iif: on which link it came in
 */
struct udp_error {
	struct sockaddr_storage name;
	int name_len;
	struct in6_addr reporter;
	int iif;
};

static void error_describe(struct sock *sk, struct sk_buff *skb,
			   const struct strata_l4_error *error)
{
	const struct udphdr *uh = (const struct udphdr *)error->header;
	struct strata_endpoint ep = {
		.addr = error->daddr,
		.port = uh->dest,
	};
	struct udp_error *info = skb_put_zero(skb, sizeof(*info));
	struct sock_extended_err *ee = &SKB_EXT_ERR(skb)->ee;

	if (ipv6_addr_type(&ep.addr) & IPV6_ADDR_LINKLOCAL)
		ep.scope = error->iif;
	info->name_len = strata_endpoint_format(sk, &ep,
						(struct sockaddr *)&info->name);
	info->reporter = error->reporter;
	info->iif = error->iif;
	memset(SKB_EXT_ERR(skb), 0, sizeof(*SKB_EXT_ERR(skb)));
	ee->ee_errno = error->err;
	ee->ee_origin = strata_addr_is4(&error->daddr) ? SO_EE_ORIGIN_ICMP :
							 SO_EE_ORIGIN_ICMP6;
	ee->ee_type = error->icmp_type;
	ee->ee_code = error->icmp_code;
	ee->ee_info = error->mtu;
}

/**
 * strata_udp_errqueue_add() - keep an ICMP error for the program
 * @sk: the socket, with IP_RECVERR
 * @error: quotes at least the UDP header
 *
 * The queue is charged to the socket's receive buffer.
 *
 * Context: softirq, RCU.
 */
void strata_udp_errqueue_add(struct sock *sk,
			     const struct strata_l4_error *error)
{
	unsigned int len = error->header_len - sizeof(struct udphdr);
	struct sk_buff *skb;

	skb = alloc_skb(sizeof(struct udp_error) + len, GFP_ATOMIC);
	if (!skb)
		return;
	error_describe(sk, skb, error);
	skb_put_data(skb, error->header + sizeof(struct udphdr), len);
	if (sock_queue_err_skb(sk, skb))
		kfree_skb(skb);
}

/* RFC 3542 has none of it: as the kernel does. */
static void error_cmsg6(struct msghdr *msg, const struct sock_extended_err *ee,
			const struct udp_error *info)
{
	struct {
		struct sock_extended_err ee;
		struct sockaddr_in6 offender;
	} error = { .ee = *ee };

	error.offender.sin6_family = AF_INET6;
	error.offender.sin6_addr = info->reporter;
	if (ipv6_addr_type(&info->reporter) & IPV6_ADDR_LINKLOCAL)
		error.offender.sin6_scope_id = info->iif;
	put_cmsg(msg, SOL_IPV6, IPV6_RECVERR, sizeof(error), &error);
}

/* ip(7): the offender's address follows the structure. */
static void error_cmsg(const struct sock *sk, struct msghdr *msg,
		       const struct sock_extended_err *ee,
		       const struct udp_error *info)
{
	struct {
		struct sock_extended_err ee;
		struct sockaddr_in offender;
	} error = { .ee = *ee };

	if (strata_sock(sk)->family != AF_INET) {
		error_cmsg6(msg, ee, info);
		return;
	}
	error.offender.sin_family = AF_INET;
	error.offender.sin_addr.s_addr = strata_addr_to4(&info->reporter);
	put_cmsg(msg, SOL_IP, IP_RECVERR, sizeof(error), &error);
}

/**
 * strata_udp_errqueue_recv() - recvmsg(2) with MSG_ERRQUEUE
 * @sk: the socket
 * @msg: where to
 * @len: room for the quoted payload
 * @addr_len: out: bytes of msg_name
 *
 * Context: process; never waits. Return: bytes, -EAGAIN, -EFAULT.
 */
int strata_udp_errqueue_recv(struct sock *sk, struct msghdr *msg, size_t len,
			     int *addr_len)
{
	const struct udp_error *info;
	struct sk_buff *skb;
	int copied, err;

	skb = sock_dequeue_err_skb(sk);
	if (!skb)
		return -EAGAIN;
	info = (const struct udp_error *)skb->data;
	copied = min_t(size_t, len, skb->len - sizeof(*info));
	if (copied < (int)(skb->len - sizeof(*info)))
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, sizeof(*info), msg, copied);
	if (!err) {
		if (msg->msg_name) {
			memcpy(msg->msg_name, &info->name, info->name_len);
			*addr_len = info->name_len;
		}
		error_cmsg(sk, msg, &SKB_EXT_ERR(skb)->ee, info);
		msg->msg_flags |= MSG_ERRQUEUE;
	}
	consume_skb(skb);
	return err ? : copied;
}
