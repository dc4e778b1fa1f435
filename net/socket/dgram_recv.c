// SPDX-License-Identifier: GPL-2.0
/*
 * The receive queue of datagram sockets without one of their own: raw and ping
 * sockets.
 */
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <strata/dgram.h>

/**
 * strata_dgram_name() - who sent a datagram
 * @sk: the socket
 * @skb: the datagram
 * @port: the sender's, 0 if it has none
 * @name: out: room for a struct sockaddr_storage
 *
 * Context: process. Return: bytes written.
 */
int strata_dgram_name(const struct sock *sk, const struct sk_buff *skb,
		      __be16 port, struct sockaddr *name)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)name;
	struct strata_endpoint ep = { .scope = 0 };
	struct in6_addr daddr;

	if (likely(strata_sock(sk)->family == AF_INET)) {
		sin->sin_family = AF_INET;
		sin->sin_port = port;
		sin->sin_addr.s_addr = ip_hdr(skb)->saddr;
		memset(sin->sin_zero, 0, sizeof(sin->sin_zero));
		return sizeof(*sin);
	}
	strata_packet_addrs(skb, &ep.addr, &daddr);
	ep.port = port;
	if (ipv6_addr_type(&ep.addr) & IPV6_ADDR_LINKLOCAL)
		ep.scope = strata_cb(skb)->iif;
	return strata_endpoint_format(sk, &ep, name);
}
EXPORT_SYMBOL_GPL(strata_dgram_name);

/**
 * strata_dgram_enqueue() - a datagram for the program
 * @sk: the socket
 * @skb: skb->data at what the program is to read. Owned afterwards
 *
 * Context: softirq, RCU. Return: whether there was room for it.
 */
bool strata_dgram_enqueue(struct sock *sk, struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(sk);

	if (sk_filter(sk, skb)) {
		atomic_inc(&sk->sk_drops);
		strata_drop(sn, skb, STRATA_DROP_SOCKET_FILTER);
		return false;
	}
	strata_sock_stamp(sk, skb);
	/* Counts its refusals in sk_drops itself. */
	if (__sock_queue_rcv_skb(sk, skb)) {
		strata_drop(sn, skb, STRATA_DROP_SOCKET_RCVBUF);
		return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(strata_dgram_enqueue);

/**
 * strata_dgram_recvmsg() - proto.recvmsg
 * @sk: the socket
 * @msg: where to
 * @len: room
 * @flags: MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC (return the datagram's real size),
 *	MSG_ERRQUEUE
 * @addr_len: out: bytes of msg_name
 *
 * Context: process; waits up to SO_RCVTIMEO.
 * Return: bytes, -EAGAIN, -EFAULT, -EOPNOTSUPP (MSG_OOB), -EINTR, -ERESTARTSYS,
 * or a pending error.
 */
int strata_dgram_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			 int flags, int *addr_len)
{
	struct sk_buff *skb;
	int copied, err;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (flags & MSG_ERRQUEUE)
		return strata_dgram_error_recv(sk, msg, len, addr_len);
	skb = skb_recv_datagram(sk, flags, &err);
	if (!skb)
		return err;
	copied = min_t(size_t, len, skb->len);
	if (copied < (int)skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_msg(skb, 0, msg, copied);
	if (!err) {
		sock_recv_cmsgs(msg, sk, skb);
		if (msg->msg_name)
			*addr_len = strata_dgram_name(sk, skb, 0,
						      msg->msg_name);
		strata_dgram_control_put(sk, msg, skb);
		err = flags & MSG_TRUNC ? skb->len : copied;
	}
	skb_free_datagram(sk, skb);
	return err;
}
EXPORT_SYMBOL_GPL(strata_dgram_recvmsg);

/**
 * strata_dgram_ioctl() - strata_sock_proto.ioctl
 * @sk: the socket
 * @cmd: SIOCINQ or SIOCOUTQ
 * @arg: out: bytes of the next datagram, or that are on their way out
 *
 * Context: process. Return: 0 or -ENOIOCTLCMD.
 */
int strata_dgram_ioctl(struct sock *sk, unsigned int cmd, int *arg)
{
	const struct sk_buff *skb;

	switch (cmd) {
	case SIOCOUTQ:
		*arg = sk_wmem_alloc_get(sk);
		return 0;
	case SIOCINQ:
		spin_lock_bh(&sk->sk_receive_queue.lock);
		skb = skb_peek(&sk->sk_receive_queue);
		*arg = skb ? skb->len : 0;
		spin_unlock_bh(&sk->sk_receive_queue.lock);
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}
EXPORT_SYMBOL_GPL(strata_dgram_ioctl);

/**
 * strata_dgram_describe() - strata_sock_proto.describe
 * @sk: the socket
 * @info: out
 *
 * Context: process, RCU; the socket is not locked: what is read may be a
 * moment apart.
 */
void strata_dgram_describe(struct sock *sk, struct strata_sock_info *info)
{
	const struct strata_sock *ss = strata_sock(sk);

	*info = (struct strata_sock_info) {
		.type = sk->sk_type,
		.ipproto = ss->ipproto,
		.family = ss->family,
		.state = READ_ONCE(sk->sk_state),
		.saddr = sk->sk_v6_rcv_saddr,
		.daddr = sk->sk_v6_daddr,
		.sport = sk->sk_num,
		.dport = ntohs(sk->sk_dport),
		.ifindex = READ_ONCE(sk->sk_bound_dev_if),
		.recvq = sk_rmem_alloc_get(sk),
		.sendq = sk_wmem_alloc_get(sk),
		.uid = sk->sk_uid,
		.inode = sock_i_ino(sk),
		.drops = atomic_read(&sk->sk_drops),
	};
}
EXPORT_SYMBOL_GPL(strata_dgram_describe);

/**
 * strata_dgram_after() - the socket that follows another in a chain
 * @head: sockets by sk_node
 * @last: address of the other; 0: before all
 *
 * By address, the one order in which none changes its place; for chains that hold
 * few.
 *
 * Context: RCU read side. Return: borrowed, NULL at the end.
 */
struct sock *strata_dgram_after(const struct hlist_head *head,
				unsigned long last)
{
	struct sock *sk, *next = NULL;

	sk_for_each_rcu(sk, head)
		if ((unsigned long)sk > last && (!next || sk < next))
			next = sk;
	return next;
}
EXPORT_SYMBOL_GPL(strata_dgram_after);

/**
 * strata_dgram_walk() - strata_sock_proto.walk of a table of such chains
 * @heads: the chains, by sk_node
 * @count: how many
 * @at: the last one visited, all 0 at first; moves with the walk
 * @visit: called for each socket under RCU; non-zero stops
 * @arg: for @visit
 *
 * Context: process. Return: 0 at the end, or what @visit returned; @at then
 * stands before the socket that it refused.
 */
int strata_dgram_walk(const struct hlist_head *heads, unsigned int count,
		      struct strata_sock_at *at,
		      int (*visit)(const struct strata_sock_info *info,
				   void *arg),
		      void *arg)
{
	struct strata_sock_info info;
	struct sock *sk;
	int err = 0;

	while (at->slot < count) {
		rcu_read_lock();
		sk = strata_dgram_after(&heads[at->slot], at->sk);
		if (sk) {
			strata_sock(sk)->proto->describe(sk, &info);
			err = visit(&info, arg);
		}
		rcu_read_unlock();
		if (err)
			break;
		at->sk = (unsigned long)sk;
		at->slot += !sk;
	}
	return err;
}
EXPORT_SYMBOL_GPL(strata_dgram_walk);
