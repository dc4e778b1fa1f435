// SPDX-License-Identifier: GPL-2.0
/*
 * IP_RECVERR and IPV6_RECVERR: ICMP errors as messages that recvmsg(2) gives out with
 * MSG_ERRQUEUE: the quoted payload as data, its destination as the name, and
 * what happened and who said so as a control message. Notices of MSG_ZEROCOPY, which
 * the kernel makes, have the control message alone.
 */
#include <linux/errqueue.h>
#include <linux/module.h>
#include <linux/uio.h>
#include <strata/dgram.h>
#include <strata/route.h>

/**
 * struct dgram_error - before the quoted payload, in the buffer's data
 * @name: where the datagram went
 * @name_len: bytes of it
 * @reporter: who sent the error
 * @iif: on which link it came in
 */
struct dgram_error {
	struct sockaddr_storage name;
	int name_len;
	struct in6_addr reporter;
	int iif;
};

/**
 * strata_dgram_error_pmtu() - "packet too big" about a datagram of a socket's
 * @sk: could have sent it
 * @error: with its mtu set
 *
 * All who send there are to know; but only a program that wants no fragments is
 * told. ip(7), IP_PMTUDISC_INTERFACE: this one does not believe it.
 *
 * Context: softirq, RCU. Return: whether the program is told.
 */
bool strata_dgram_error_pmtu(struct sock *sk,
			     const struct strata_l4_error *error)
{
	u8 pmtudisc = READ_ONCE(strata_sock(sk)->pmtudisc);
	u32 mtu = max_t(u32, error->mtu, strata_af_of(&error->daddr)->min_mtu);

	if (pmtudisc < IP_PMTUDISC_INTERFACE)
		strata_dest_too_big(strata_sock_net(sk), &error->daddr, mtu);
	return pmtudisc != IP_PMTUDISC_DONT;
}
EXPORT_SYMBOL_GPL(strata_dgram_error_pmtu);

/* A message with room for @len bytes of payload; NULL: no memory. */
static struct sk_buff *error_alloc(struct sock *sk, struct strata_endpoint *ep,
				   int iif, unsigned int len)
{
	struct dgram_error *info;
	struct sk_buff *skb;

	skb = alloc_skb(sizeof(struct dgram_error) + len, GFP_ATOMIC);
	if (!skb)
		return NULL;
	info = skb_put_zero(skb, sizeof(*info));
	if (ipv6_addr_type(&ep->addr) & IPV6_ADDR_LINKLOCAL)
		ep->scope = iif;
	info->name_len = strata_endpoint_format(sk, ep,
						(struct sockaddr *)&info->name);
	info->iif = iif;
	memset(SKB_EXT_ERR(skb), 0, sizeof(*SKB_EXT_ERR(skb)));
	return skb;
}

/**
 * strata_dgram_error_add() - keep an ICMP error for the program
 * @sk: the socket, with IP_RECVERR
 * @error: the error
 * @port: where the quoted datagram went
 * @payload: what the program sent, within what is quoted
 *
 * The queue is charged to the socket's receive buffer.
 *
 * Context: softirq, RCU.
 */
void strata_dgram_error_add(struct sock *sk,
			    const struct strata_l4_error *error, __be16 port,
			    const u8 *payload)
{
	unsigned int len = error->header + error->header_len - payload;
	struct strata_endpoint ep = { .addr = error->daddr, .port = port };
	struct sock_extended_err *ee;
	struct sk_buff *skb;

	skb = error_alloc(sk, &ep, error->iif, len);
	if (!skb)
		return;
	((struct dgram_error *)skb->data)->reporter = error->reporter;
	ee = &SKB_EXT_ERR(skb)->ee;
	ee->ee_errno = error->err;
	ee->ee_origin = strata_addr_is4(&error->daddr) ? SO_EE_ORIGIN_ICMP :
							 SO_EE_ORIGIN_ICMP6;
	ee->ee_type = error->icmp_type;
	ee->ee_code = error->icmp_code;
	ee->ee_info = error->mtu ?: error->pointer;
	skb_put_data(skb, payload, len);
	if (sock_queue_err_skb(sk, skb))
		kfree_skb(skb);
}
EXPORT_SYMBOL_GPL(strata_dgram_error_add);

/**
 * strata_dgram_too_big() - refuse a datagram that is larger than the way's MTU
 * @sk: the sender
 * @dgram: where it was to go
 * @mtu: of the way
 *
 * ip(7), IP_RECVERR: who asks for errors is told the size, too.
 *
 * Context: process, RCU read side. Return: -EMSGSIZE.
 */
int strata_dgram_too_big(struct sock *sk, const struct strata_dgram *dgram,
			 u32 mtu)
{
	struct strata_endpoint ep = {
		.addr = dgram->flow.daddr,
		.port = dgram->dport,
	};
	struct sock_extended_err *ee;
	struct sk_buff *skb;

	if (!(READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_RECVERR))
		return -EMSGSIZE;
	skb = error_alloc(sk, &ep, dgram->flow.oif, 0);
	if (!skb)
		return -EMSGSIZE;
	ee = &SKB_EXT_ERR(skb)->ee;
	ee->ee_errno = EMSGSIZE;
	ee->ee_origin = SO_EE_ORIGIN_LOCAL;
	ee->ee_info = mtu;
	if (sock_queue_err_skb(sk, skb))
		kfree_skb(skb);
	return -EMSGSIZE;
}
EXPORT_SYMBOL_GPL(strata_dgram_too_big);

static bool error_is_notice(const struct sock_extended_err *ee)
{
	return ee->ee_origin == SO_EE_ORIGIN_ZEROCOPY;
}

/**
 * strata_dgram_error_purge() - the program does not want to hear of errors any more
 * @sk: the socket
 *
 * Notices stay, for the program waits for them.
 *
 * Context: process.
 */
void strata_dgram_error_purge(struct sock *sk)
{
	struct sk_buff_head *queue = &sk->sk_error_queue;
	struct sk_buff *skb, *next;
	struct sk_buff_head errors;

	__skb_queue_head_init(&errors);
	spin_lock_irq(&queue->lock);
	skb_queue_walk_safe(queue, skb, next) {
		if (error_is_notice(&SKB_EXT_ERR(skb)->ee))
			continue;
		__skb_unlink(skb, queue);
		__skb_queue_tail(&errors, skb);
	}
	spin_unlock_irq(&queue->lock);
	__skb_queue_purge(&errors);
}

/* Only of what came from the network is there somebody to name. */
static bool error_has_offender(const struct sock_extended_err *ee)
{
	return ee->ee_origin != SO_EE_ORIGIN_LOCAL && !error_is_notice(ee);
}

/* RFC 3542 has none of it: as the kernel does. */
static void error_cmsg6(struct msghdr *msg, const struct sock_extended_err *ee,
			const struct dgram_error *info)
{
	struct {
		struct sock_extended_err ee;
		struct sockaddr_in6 offender;
	} error = { .ee = *ee };

	if (error_has_offender(ee)) {
		error.offender.sin6_family = AF_INET6;
		error.offender.sin6_addr = info->reporter;
	}
	if (ipv6_addr_type(&info->reporter) & IPV6_ADDR_LINKLOCAL)
		error.offender.sin6_scope_id = info->iif;
	put_cmsg(msg, SOL_IPV6, IPV6_RECVERR, sizeof(error), &error);
}

/* ip(7): the offender's address follows the structure. */
static void error_cmsg(const struct sock *sk, struct msghdr *msg,
		       const struct sock_extended_err *ee,
		       const struct dgram_error *info)
{
	struct {
		struct sock_extended_err ee;
		struct sockaddr_in offender;
	} error = { .ee = *ee };

	if (strata_sock(sk)->family != AF_INET) {
		error_cmsg6(msg, ee, info);
		return;
	}
	if (error_has_offender(ee)) {
		error.offender.sin_family = AF_INET;
		error.offender.sin_addr.s_addr =
			strata_addr_to4(&info->reporter);
	}
	put_cmsg(msg, SOL_IP, IP_RECVERR, sizeof(error), &error);
}

/**
 * strata_dgram_error_recv() - recvmsg(2) with MSG_ERRQUEUE
 * @sk: the socket
 * @msg: where to
 * @len: room for the quoted payload
 * @addr_len: out: bytes of msg_name
 *
 * Context: process; never waits. Return: bytes, -EAGAIN, -EFAULT.
 */
int strata_dgram_error_recv(struct sock *sk, struct msghdr *msg, size_t len,
			    int *addr_len)
{
	static const struct dgram_error none;
	const struct dgram_error *info = &none;
	int copied, err, header = 0;
	struct sk_buff *skb;

	skb = sock_dequeue_err_skb(sk);
	if (!skb)
		return -EAGAIN;
	if (!error_is_notice(&SKB_EXT_ERR(skb)->ee)) {
		info = (const struct dgram_error *)skb->data;
		header = sizeof(*info);
	}
	copied = min_t(size_t, len, skb->len - header);
	if (copied < (int)skb->len - header)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, header, msg, copied);
	if (!err) {
		sock_recv_timestamp(msg, sk, skb);
		if (msg->msg_name && info->name_len) {
			memcpy(msg->msg_name, &info->name, info->name_len);
			*addr_len = info->name_len;
		}
		error_cmsg(sk, msg, &SKB_EXT_ERR(skb)->ee, info);
		msg->msg_flags |= MSG_ERRQUEUE;
	}
	consume_skb(skb);
	return err ? : copied;
}
EXPORT_SYMBOL_GPL(strata_dgram_error_recv);
