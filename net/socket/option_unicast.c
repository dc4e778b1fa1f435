// SPDX-License-Identifier: GPL-2.0
/*
 * IP_UNICAST_IF and IPV6_UNICAST_IF: the device that datagrams to one host leave by,
 * unless something else says so; other than SO_BINDTODEVICE, it says nothing of
 * what is received.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include "socket.h"

static bool device_exists(const struct sock *sk, int ifindex)
{
	bool exists;

	rcu_read_lock();
	exists = dev_get_by_index_rcu(sock_net(sk), ifindex);
	rcu_read_unlock();
	return exists;
}

/**
 * strata_unicast_set() - set IP_UNICAST_IF or IPV6_UNICAST_IF
 * @sk: the socket
 * @is4: which
 * @val: the device's index in network order, 0: none
 * @optlen: bytes of the value, as the program gave it
 *
 * Context: process, socket locked. Return: 0, -EINVAL (bound to a device),
 * -EADDRNOTAVAIL (no such device).
 */
int strata_unicast_set(struct sock *sk, bool is4, int val, unsigned int optlen)
{
	int ifindex = ntohl((__force __be32)val);

	if (optlen != sizeof(int))
		return -EINVAL;
	if (ifindex && !device_exists(sk, ifindex))
		return -EADDRNOTAVAIL;
	if (ifindex && sk->sk_bound_dev_if)
		return -EINVAL;
	WRITE_ONCE(strata_sock(sk)->unicast_oif[is4], ifindex);
	return 0;
}

/**
 * strata_unicast_get() - get IP_UNICAST_IF or IPV6_UNICAST_IF
 * @sk: the socket
 * @is4: which
 *
 * Context: any. Return: the device's index in network order.
 */
int strata_unicast_get(const struct sock *sk, bool is4)
{
	return (__force int)htonl(strata_sock(sk)->unicast_oif[is4]);
}
