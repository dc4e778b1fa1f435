// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options at level SOL_IP, as ip(7) has them.
 */
#include <linux/module.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/tcp_states.h>
#include <strata/link.h>
#include <strata/route.h>
#include "socket.h"

#define TTL_DEFAULT	64	/* RFC 1700; what 0 in strata_sock.ttl means */

DEFINE_STATIC_KEY_FALSE(strata_min_ttl_used);

static const struct strata_option_flag ip_flags[] = {
	{ IP_PKTINFO, STRATA_SOCK_PKTINFO },
	{ IP_RECVTTL, STRATA_SOCK_RECVTTL },
	{ IP_RECVTOS, STRATA_SOCK_RECVTOS },
	{ IP_RECVERR, STRATA_SOCK_RECVERR },
	{ IP_BIND_ADDRESS_NO_PORT, STRATA_SOCK_LATE_PORT },
	{ IP_FREEBIND, STRATA_SOCK_FREEBIND, true },
	{ IP_MULTICAST_LOOP, STRATA_SOCK_MCAST_LOOP, true },
	{ IP_MULTICAST_ALL, STRATA_SOCK_MCAST_ALL, true },
	{ IP_HDRINCL, STRATA_SOCK_HDRINCL },
	{ IP_CHECKSUM, STRATA_SOCK_RECVCSUM },
	{ IP_RECVFRAGSIZE, STRATA_SOCK_RECVFRAG },
};

static const struct strata_option_flag *ip_flag_find(int optname)
{
	return strata_option_flag_find(ip_flags, ARRAY_SIZE(ip_flags), optname);
}

/**
 * strata_ip_set_tos() - set the type of service or traffic class
 * @sk: the socket
 * @val: a byte
 *
 * A stream's ECN bits are TCP's, not the program's (RFC 3168 6.1).
 *
 * Context: socket locked.
 */
void strata_ip_set_tos(struct sock *sk, int val)
{
	struct strata_sock *ss = strata_sock(sk);

	if (sk->sk_type == SOCK_STREAM) {
		val &= ~INET_ECN_MASK;
		val |= ss->tos & INET_ECN_MASK;
	}
	if (ss->tos == (u8)val)
		return;
	ss->tos = val;
	ss->flow.tos = val;
	sk->sk_priority = rt_tos2priority(val);
}

static int ip_set_ttl(struct strata_sock *ss, int val, unsigned int optlen)
{
	if (!optlen || (val != -1 && (val < 1 || val > 255)))
		return -EINVAL;
	ss->ttl = val == -1 ? 0 : val;
	ss->flow.ttl = ss->ttl;
	return 0;
}

/**
 * strata_ip_set_pmtudisc() - set IP_MTU_DISCOVER or IPV6_MTU_DISCOVER
 * @ss: the socket
 * @val: IP_PMTUDISC_*, whose numbers IPv6 shares
 *
 * Context: socket locked. Return: 0, -EINVAL.
 */
int strata_ip_set_pmtudisc(struct strata_sock *ss, int val)
{
	if (val < IP_PMTUDISC_DONT || val > IP_PMTUDISC_OMIT)
		return -EINVAL;
	ss->pmtudisc = val;
	if (val == IP_PMTUDISC_WANT || val == IP_PMTUDISC_DO ||
	    val == IP_PMTUDISC_PROBE) {
		ss->flags |= STRATA_SOCK_DONT_FRAG;
		ss->flow.flags |= STRATA_FLOW_DF;
	} else {
		ss->flags &= ~STRATA_SOCK_DONT_FRAG;
		ss->flow.flags &= ~STRATA_FLOW_DF;
	}
	ss->flow.flags &= ~STRATA_FLOW_LINK_MTU;
	if (val >= IP_PMTUDISC_PROBE)
		ss->flow.flags |= STRATA_FLOW_LINK_MTU;
	return 0;
}

/**
 * strata_ip_set_min_ttl() - set IP_MINTTL or IPV6_MINHOPCOUNT
 * @field: strata_sock.min_ttl or .min_hops
 * @val: 0: whatever comes
 *
 * Context: process, socket locked. Return: 0, -EINVAL.
 */
int strata_ip_set_min_ttl(u8 *field, int val)
{
	if (val < 0 || val > 255)
		return -EINVAL;
	if (val)
		static_branch_enable(&strata_min_ttl_used);
	WRITE_ONCE(*field, val);
	return 0;
}

static int ip_set_mcast_ttl(struct sock *sk, int val, unsigned int optlen)
{
	if (sk->sk_type == SOCK_STREAM || !optlen)
		return -EINVAL;
	if (val == -1)
		val = 1;
	if (val < 0 || val > 255)
		return -EINVAL;
	strata_sock(sk)->mcast_ttl = val;
	return 0;
}

/* The first port in the low half, the last one in the high half; 0: the stack's. */
static int ip_set_port_range(struct strata_sock *ss, u32 val,
			     unsigned int optlen)
{
	u16 low = val, high = val >> 16;

	if (optlen != sizeof(val) || (low && high && low > high))
		return -EINVAL;
	WRITE_ONCE(ss->port_low, low);
	WRITE_ONCE(ss->port_high, high);
	return 0;
}

/* Context: socket locked. */
static int ip_set_int(struct sock *sk, int optname, int val,
		      unsigned int optlen)
{
	const struct strata_option_flag *flag = ip_flag_find(optname);
	struct strata_sock *ss = strata_sock(sk);

	if (flag && optname == IP_MULTICAST_ALL && val != !!val)
		return -EINVAL;
	if (optname == IP_HDRINCL && sk->sk_type != SOCK_RAW)
		return -ENOPROTOOPT;
	if (optname == IP_RECVFRAGSIZE && sk->sk_type == SOCK_STREAM)
		return -EINVAL;
	if (flag)
		return strata_option_flag_set(sk, flag, val, optlen);
	switch (optname) {
	case IP_TOS:
		strata_ip_set_tos(sk, val);
		return 0;
	case IP_TTL:
		return ip_set_ttl(ss, val, optlen);
	case IP_MINTTL:
		return optlen ? strata_ip_set_min_ttl(&ss->min_ttl, val) :
				-EINVAL;
	case IP_MTU_DISCOVER:
		return strata_ip_set_pmtudisc(ss, val);
	case IP_LOCAL_PORT_RANGE:
		return ip_set_port_range(ss, val, optlen);
	case IP_UNICAST_IF:
		return strata_unicast_set(sk, true, val, optlen);
	case IP_MULTICAST_TTL:
		return ip_set_mcast_ttl(sk, val, optlen);
	default:
		return -ENOPROTOOPT;
	}
}

/* The three forms that a program may name an interface in. */
static int ip_mreq_read(sockptr_t optval, unsigned int optlen,
			struct ip_mreqn *mreq)
{
	size_t size;

	memset(mreq, 0, sizeof(*mreq));
	if (optlen >= sizeof(*mreq)) {
		size = sizeof(*mreq);
	} else if (optlen >= sizeof(struct ip_mreq)) {
		size = sizeof(struct ip_mreq);
	} else if (optlen >= sizeof(struct in_addr)) {
		return copy_from_sockptr(&mreq->imr_address, optval,
					 sizeof(struct in_addr)) ? -EFAULT : 0;
	} else {
		return -EINVAL;
	}
	return copy_from_sockptr(mreq, optval, size) ? -EFAULT : 0;
}

/* Index of the link that is named, 0 if there is none. */
static int ip_mreq_link(struct strata_net *sn, const struct ip_mreqn *mreq)
{
	struct strata_link *link = NULL;
	struct strata_addr *addr;
	struct in6_addr local;
	int ifindex;

	rcu_read_lock();
	if (mreq->imr_ifindex) {
		link = strata_link_by_index(sn, mreq->imr_ifindex);
	} else {
		strata_addr_from4(&local, mreq->imr_address.s_addr);
		addr = strata_addr_find(sn, &local);
		if (addr)
			link = addr->link;
	}
	ifindex = link ? link->ifindex : 0;
	rcu_read_unlock();
	return ifindex;
}

static int ip_set_mcast_if(struct sock *sk, sockptr_t optval,
			   unsigned int optlen)
{
	struct strata_sock *ss = strata_sock(sk);
	struct ip_mreqn mreq;
	int ifindex, err;

	if (sk->sk_type == SOCK_STREAM)
		return -EINVAL;
	err = ip_mreq_read(optval, optlen, &mreq);
	if (err)
		return err;
	ifindex = 0;
	if (mreq.imr_ifindex || mreq.imr_address.s_addr != htonl(INADDR_ANY)) {
		ifindex = ip_mreq_link(strata_sock_net(sk), &mreq);
		if (!ifindex)
			return -EADDRNOTAVAIL;
		if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != ifindex)
			return -EINVAL;
	}
	lock_sock(sk);
	ss->mcast_oif = ifindex;
	strata_addr_from4(&ss->mcast_saddr, mreq.imr_address.s_addr);
	release_sock(sk);
	return 0;
}

/**
 * strata_ip_setsockopt() - set an option of level SOL_IP
 * @sk: the socket
 * @optname: IP_*
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL,
 * -EFAULT, -EADDRNOTAVAIL.
 */
int strata_ip_setsockopt(struct sock *sk, int optname, sockptr_t optval,
			 unsigned int optlen)
{
	int val, err;

	if (optname == IP_MULTICAST_IF)
		return ip_set_mcast_if(sk, optval, optlen);
	err = strata_option_int(optval, optlen, &val);
	if (err)
		return err;
	lock_sock(sk);
	err = ip_set_int(sk, optname, val, optlen);
	release_sock(sk);
	return err;
}

/**
 * strata_ip_get_mtu() - the path's MTU of a connected socket
 * @sk: the socket
 * @val: out
 *
 * Context: socket locked. Return: 0, -ENOTCONN.
 */
int strata_ip_get_mtu(struct sock *sk, int *val)
{
	struct strata_path *path;
	int err = 0;

	if (strata_addr_any(&sk->sk_v6_daddr) || sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;
	rcu_read_lock();
	strata_sock_flow(sk);
	/* Not the cached one: it may be a second old. */
	path = strata_sock_path_slow(sk);
	if (IS_ERR(path))
		err = -ENOTCONN;
	else
		*val = path->mtu;
	rcu_read_unlock();
	return err;
}

/* Context: socket locked. */
static int ip_get_int(struct sock *sk, int optname, int *val)
{
	const struct strata_option_flag *flag = ip_flag_find(optname);
	const struct strata_sock *ss = strata_sock(sk);

	if (flag) {
		*val = !!(ss->flags & flag->flag);
		return 0;
	}
	switch (optname) {
	case IP_TOS:
		*val = ss->tos;
		return 0;
	case IP_TTL:
		*val = ss->ttl ? : TTL_DEFAULT;
		return 0;
	case IP_MINTTL:
		*val = ss->min_ttl;
		return 0;
	case IP_MTU_DISCOVER:
		*val = ss->pmtudisc;
		return 0;
	case IP_MULTICAST_TTL:
		*val = ss->mcast_ttl;
		return 0;
	case IP_UNICAST_IF:
		*val = strata_unicast_get(sk, true);
		return 0;
	case IP_LOCAL_PORT_RANGE:
		*val = ss->port_high << 16 | ss->port_low;
		return 0;
	case IP_PROTOCOL:	/* of a raw socket; of others what stands there */
		*val = sk->sk_num;
		return 0;
	case IP_MTU:
		return strata_ip_get_mtu(sk, val);
	default:
		return -ENOPROTOOPT;
	}
}

/**
 * strata_ip_getsockopt() - get an option of level SOL_IP
 * @sk: the socket
 * @optname: IP_*
 * @optval: out: its value
 * @optlen: in and out: the value's bytes
 *
 * A buffer shorter than an int gets a value that fits a byte as one byte.
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL,
 * -EFAULT, -ENOTCONN.
 */
int strata_ip_getsockopt(struct sock *sk, int optname, char __user *optval,
			 int __user *optlen)
{
	struct in_addr mcast;
	int val = 0, len, err;
	u8 byte;

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (optname == IP_MULTICAST_IF) {
		mcast.s_addr = strata_addr_to4(&strata_sock(sk)->mcast_saddr);
		return strata_option_put(&mcast, sizeof(mcast), optval, optlen,
					 len);
	}
	lock_sock(sk);
	err = ip_get_int(sk, optname, &val);
	release_sock(sk);
	if (err)
		return err;
	if (len > 0 && len < (int)sizeof(int) && val >= 0 && val <= 255) {
		byte = val;
		return strata_option_put(&byte, sizeof(byte), optval, optlen,
					 len);
	}
	return strata_option_put(&val, sizeof(val), optval, optlen, len);
}
