// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options at level SOL_IPV6, as ipv6(7) has them. Traffic class, hop
 * limit and the like are those of level SOL_IP: a dual-stack socket has one of
 * each for both families.
 */
#include <linux/ipv6.h>
#include <linux/module.h>
#include <strata/link.h>
#include "socket.h"

#define HOPS_DEFAULT	64	/* what 0 in strata_sock.ttl means */

static const struct strata_option_flag ipv6_flags[] = {
	{ IPV6_RECVPKTINFO, STRATA_SOCK_PKTINFO },
	{ IPV6_RECVHOPLIMIT, STRATA_SOCK_RECVTTL },
	{ IPV6_RECVTCLASS, STRATA_SOCK_RECVTOS },
	{ IPV6_RECVERR, STRATA_SOCK_RECVERR },
	{ IPV6_FREEBIND, STRATA_SOCK_FREEBIND },
	{ IPV6_V6ONLY, STRATA_SOCK_V6ONLY },
	{ IPV6_MULTICAST_LOOP, STRATA_SOCK_MCAST_LOOP },
	{ IPV6_MULTICAST_ALL, STRATA_SOCK_MCAST6_ALL },
	{ IPV6_HDRINCL, STRATA_SOCK_HDRINCL },
	{ IPV6_RECVFRAGSIZE, STRATA_SOCK_RECVFRAG },
};

static const struct strata_option_flag *ipv6_flag_find(int optname)
{
	return strata_option_flag_find(ipv6_flags, ARRAY_SIZE(ipv6_flags),
				       optname);
}

static int ipv6_set_flag(struct sock *sk, const struct strata_option_flag *flag,
			 int val, unsigned int optlen)
{
	/* RFC 3493 5.3: which packets a bound socket gets is settled. */
	if (flag->optname == IPV6_V6ONLY && sk->sk_num)
		return -EINVAL;
	if (flag->optname == IPV6_MULTICAST_LOOP && val != !!val)
		return -EINVAL;
	return strata_option_flag_set(sk, flag, val, optlen);
}

/* RFC 3542 6.5: -1 is the default. */
static int ipv6_set_tclass(struct sock *sk, int val)
{
	if (val < -1 || val > 255)
		return -EINVAL;
	strata_ip_set_tos(sk, val == -1 ? 0 : val);
	return 0;
}

/* RFC 3493 5.1 */
static int ipv6_set_hops(struct strata_sock *ss, int val)
{
	if (val < -1 || val > 255)
		return -EINVAL;
	ss->ttl = val == -1 ? 0 : val;
	ss->flow.ttl = ss->ttl;
	return 0;
}

/* RFC 3493 5.2 */
static int ipv6_set_mcast_hops(struct sock *sk, int val)
{
	if (val < -1 || val > 255)
		return -EINVAL;
	strata_sock(sk)->mcast_ttl = val == -1 ? 1 : val;
	return 0;
}

static bool ipv6_link_exists(const struct sock *sk, int ifindex)
{
	bool exists;

	rcu_read_lock();
	exists = strata_link_by_index(strata_sock_net(sk), ifindex);
	rcu_read_unlock();
	return exists;
}

static int ipv6_set_mcast_if(struct sock *sk, int ifindex)
{
	if (ifindex) {
		if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != ifindex)
			return -EINVAL;
		if (!ipv6_link_exists(sk, ifindex))
			return -ENODEV;
	}
	strata_sock(sk)->mcast_oif = ifindex;
	return 0;
}

/* What can be set? A stream has nothing to do with groups. */
static bool ipv6_settable(const struct sock *sk, int optname)
{
	switch (optname) {
	case IPV6_TCLASS:
	case IPV6_UNICAST_HOPS:
	case IPV6_MINHOPCOUNT:
	case IPV6_UNICAST_IF:
	case IPV6_MTU_DISCOVER:
	case IPV6_ADDR_PREFERENCES:
		return true;
	case IPV6_MULTICAST_HOPS:
	case IPV6_MULTICAST_IF:
		return sk->sk_type != SOCK_STREAM;
	case IPV6_HDRINCL:
		return sk->sk_type == SOCK_RAW;
	default:
		return ipv6_flag_find(optname);
	}
}

/* Context: socket locked. */
static int ipv6_set_int(struct sock *sk, int optname, int val,
			unsigned int optlen)
{
	const struct strata_option_flag *flag = ipv6_flag_find(optname);
	struct strata_sock *ss = strata_sock(sk);

	if (flag)
		return ipv6_set_flag(sk, flag, val, optlen);
	switch (optname) {
	case IPV6_TCLASS:
		return ipv6_set_tclass(sk, val);
	case IPV6_UNICAST_HOPS:
		return ipv6_set_hops(ss, val);
	case IPV6_MINHOPCOUNT:
		return strata_ip_set_min_ttl(&ss->min_hops, val);
	case IPV6_MULTICAST_HOPS:
		return ipv6_set_mcast_hops(sk, val);
	case IPV6_MULTICAST_IF:
		return ipv6_set_mcast_if(sk, val);
	case IPV6_UNICAST_IF:
		return strata_unicast_set(sk, false, val, optlen);
	case IPV6_ADDR_PREFERENCES:
		return strata_prefer_set(ss, val);
	default:	/* IPV6_MTU_DISCOVER */
		return strata_ip_set_pmtudisc(ss, val);
	}
}

/**
 * strata_ipv6_setsockopt() - set an option of level SOL_IPV6
 * @sk: the socket
 * @optname: IPV6_*
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL,
 * -EFAULT, -ENODEV.
 */
int strata_ipv6_setsockopt(struct sock *sk, int optname, sockptr_t optval,
			   unsigned int optlen)
{
	int val = 0, err;

	if (!ipv6_settable(sk, optname))
		return -ENOPROTOOPT;
	/* The kernel takes what is too short for this one for 0. */
	if (optlen < sizeof(int) && optname != IPV6_RECVFRAGSIZE)
		return -EINVAL;
	if (optlen >= sizeof(int) &&
	    copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	lock_sock(sk);
	err = ipv6_set_int(sk, optname, val, optlen);
	release_sock(sk);
	return err;
}

/* Context: socket locked. */
static int ipv6_get_int(struct sock *sk, int optname, int *val)
{
	const struct strata_option_flag *flag = ipv6_flag_find(optname);
	const struct strata_sock *ss = strata_sock(sk);

	if (optname == IPV6_HDRINCL && sk->sk_type != SOCK_RAW)
		return -ENOPROTOOPT;
	if (flag) {
		*val = !!(ss->flags & flag->flag);
		return 0;
	}
	switch (optname) {
	case IPV6_TCLASS:
		*val = ss->tos;
		return 0;
	case IPV6_UNICAST_HOPS:
		*val = ss->ttl ? : HOPS_DEFAULT;
		return 0;
	case IPV6_MINHOPCOUNT:
		*val = ss->min_hops;
		return 0;
	case IPV6_MULTICAST_HOPS:
		*val = ss->mcast_ttl;
		return 0;
	case IPV6_MULTICAST_IF:
		*val = ss->mcast_oif;
		return 0;
	case IPV6_MTU_DISCOVER:
		*val = ss->pmtudisc;
		return 0;
	case IPV6_UNICAST_IF:
		*val = strata_unicast_get(sk, false);
		return 0;
	case IPV6_ADDR_PREFERENCES:
		*val = strata_prefer_get(ss);
		return 0;
	case IPV6_MTU:
		return strata_ip_get_mtu(sk, val);
	default:
		return -ENOPROTOOPT;
	}
}

/**
 * strata_ipv6_getsockopt() - get an option of level SOL_IPV6
 * @sk: the socket
 * @optname: IPV6_*
 * @optval: out: its value
 * @optlen: in and out: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL,
 * -EFAULT, -ENOTCONN.
 */
int strata_ipv6_getsockopt(struct sock *sk, int optname, char __user *optval,
			   int __user *optlen)
{
	int val = 0, len, err;

	lock_sock(sk);
	err = ipv6_get_int(sk, optname, &val);
	release_sock(sk);
	if (err)
		return err;
	if (get_user(len, optlen))
		return -EFAULT;
	/* The kernel takes a negative length for a large one. */
	return strata_option_put(&val, sizeof(val), optval, optlen,
				 len < 0 ? (int)sizeof(val) : len);
}
