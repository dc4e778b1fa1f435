// SPDX-License-Identifier: GPL-2.0
/*
 * Echo requests from the program to the network layer. The program writes the
 * ICMP header too; identifier and checksum are ours.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/uio.h>
#include "ping.h"

#define LEN_MAX	0xffff	/* of a datagram */

static bool is_request(const struct sock *sk, const struct icmphdr *icmph)
{
	u8 request = strata_sock(sk)->family == AF_INET ? ICMP_ECHO :
							  ICMPV6_ECHO_REQUEST;

	return icmph->type == request && !icmph->code;
}

/* RFC 792, RFC 4443 2.3: ICMPv6 covers a pseudo-header, ICMP does not. */
static int send_seal(struct sock *sk, struct sk_buff *skb,
		     const struct strata_flow *flow)
{
	struct icmphdr *icmph = (struct icmphdr *)skb->data;
	__wsum sum;

	icmph->un.echo.id = htons(sk->sk_num);
	icmph->checksum = 0;
	sum = skb_checksum(skb, 0, skb->len, 0);
	icmph->checksum = flow->proto == IPPROTO_ICMP ? csum_fold(sum) :
			  strata_pseudo_magic(&flow->saddr, &flow->daddr,
					      skb->len, flow->proto, sum);
	return 0;
}

/* The header that the program wrote: it is worth a look before the address is. */
static int send_check_header(struct sock *sk, struct msghdr *msg)
{
	struct icmphdr icmph;

	if (!copy_from_iter_full(&icmph, sizeof(icmph), &msg->msg_iter))
		return -EFAULT;
	iov_iter_revert(&msg->msg_iter, sizeof(icmph));
	return is_request(sk, &icmph) ? 0 : -EINVAL;
}

/* No forms of old programs' are taken, and IPv6 has no IPv4 peers. */
static int send_check_name(const struct sock *sk, const struct msghdr *msg)
{
	int family = strata_sock(sk)->family;
	const struct sockaddr_in6 *sin6 = msg->msg_name;

	if (!sin6)
		return 0;
	if (msg->msg_namelen < (int)(family == AF_INET ?
				     sizeof(struct sockaddr_in) :
				     sizeof(*sin6)))
		return -EINVAL;
	if (sin6->sin6_family != family)
		return -EAFNOSUPPORT;
	if (family == AF_INET6 && strata_addr_is4(&sin6->sin6_addr))
		return -EINVAL;
	return 0;
}

/* A request, all of its header in one piece; ERR_PTR(-errno). */
static struct sk_buff *send_build(struct sock *sk, struct msghdr *msg,
				  size_t len)
{
	struct sk_buff *skb;

	skb = strata_dgram_build(sk, msg, STRATA_DGRAM_HEADROOM, 0, len);
	if (IS_ERR(skb))
		return skb;
	if (!pskb_may_pull(skb, sizeof(struct icmphdr))) {
		consume_skb(skb);
		return ERR_PTR(-ENOBUFS);
	}
	if (is_request(sk, (const struct icmphdr *)skb->data))
		return skb;
	/* The program is told: nothing is dropped. */
	consume_skb(skb);
	return ERR_PTR(-EINVAL);
}

/**
 * strata_ping_sendmsg() - proto.sendmsg
 * @sk: the socket, with an identifier
 * @msg: an echo request
 * @len: its bytes, ICMP header and all
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: @len; -EINVAL (no echo request), -EMSGSIZE, -EOPNOTSUPP (MSG_OOB),
 * -EDESTADDRREQ, -EAFNOSUPPORT, -EFAULT, -EAGAIN, -EPIPE, -EINTR,
 * -ERESTARTSYS, a pending error, or what the network layer says.
 */
int strata_ping_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct strata_dgram dgram;
	struct sk_buff *skb;
	int err;

	if (len > LEN_MAX)
		return -EMSGSIZE;
	if (len < sizeof(struct icmphdr))
		return -EINVAL;
	if (msg->msg_flags & MSG_OOB)
		return -EOPNOTSUPP;
	err = send_check_header(sk, msg) ?:
	      send_check_name(sk, msg) ?:
	      strata_dgram_begin(sk, msg, &dgram) ?:
	      strata_dgram_finish(sk, msg, &dgram);
	if (err)
		return err;
	skb = send_build(sk, msg, len);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	err = strata_dgram_send(sk, skb, &dgram, msg->msg_flags, send_seal);
	if (err)
		return err;
	strata_count(strata_sock_net(sk), PING_TX);
	return len;
}
