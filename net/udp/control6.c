// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of level SOL_IPV6 (RFC 3542 6).
 */
#include <linux/ipv6.h>
#include <linux/module.h>
#include <net/ipv6.h>
#include "udp.h"

static int take_pktinfo(const struct cmsghdr *cmsg, struct strata_flow *flow)
{
	const struct in6_pktinfo *info;

	if (cmsg->cmsg_len < CMSG_LEN(sizeof(*info)))
		return -EINVAL;
	info = (const struct in6_pktinfo *)CMSG_DATA(cmsg);
	if (info->ipi6_ifindex) {
		if (flow->oif && flow->oif != info->ipi6_ifindex)
			return -EINVAL;
		flow->oif = info->ipi6_ifindex;
	}
	if (!ipv6_addr_any(&info->ipi6_addr))
		flow->saddr = info->ipi6_addr;
	return 0;
}

/* -1 to 255; -1 is the socket's own value. */
static int take_byte(const struct cmsghdr *cmsg, int *val)
{
	if (cmsg->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EINVAL;
	*val = *(int *)CMSG_DATA(cmsg);
	return *val < -1 || *val > 255 ? -EINVAL : 0;
}

/**
 * strata_udp_control6_take() - heed a control message of sendmsg(2)
 * @cmsg: of level SOL_IPV6
 * @flow: what to ask the network layer
 * @has_hops: set if it says how many
 *
 * Context: process. Return: 0, -EINVAL.
 */
int strata_udp_control6_take(const struct cmsghdr *cmsg,
			     struct strata_flow *flow, bool *has_hops)
{
	int val = -1, err;

	switch (cmsg->cmsg_type) {
	case IPV6_PKTINFO:
		return take_pktinfo(cmsg, flow);
	case IPV6_HOPLIMIT:
		err = take_byte(cmsg, &val);
		if (!err && val != -1) {
			flow->ttl = val;
			*has_hops = true;
		}
		return err;
	case IPV6_TCLASS:
		err = take_byte(cmsg, &val);
		if (!err && val != -1)
			flow->tos = val;
		return err;
	default:
		return -EINVAL;
	}
}

/**
 * strata_udp_control6_put() - tell the program what came with a datagram
 * @sk: of family AF_INET6
 * @msg: the message that it receives
 * @skb: the datagram
 *
 * Of an IPv4 datagram only where it went, as a v4-mapped address, as the kernel
 * does.
 *
 * Context: process.
 */
void strata_udp_control6_put(const struct sock *sk, struct msghdr *msg,
			     const struct sk_buff *skb)
{
	u16 flags = READ_ONCE(strata_sock(sk)->flags);
	const struct strata_cb *cb = strata_cb(skb);
	struct in6_pktinfo info = { .ipi6_ifindex = cb->iif };
	int hops = cb->ttl, tclass = cb->tos;
	struct in6_addr saddr;

	if (flags & STRATA_SOCK_PKTINFO) {
		strata_packet_addrs(skb, &saddr, &info.ipi6_addr);
		put_cmsg(msg, SOL_IPV6, IPV6_PKTINFO, sizeof(info), &info);
	}
	if (cb->family != AF_INET6)
		return;
	if (flags & STRATA_SOCK_RECVTTL)
		put_cmsg(msg, SOL_IPV6, IPV6_HOPLIMIT, sizeof(hops), &hops);
	if (flags & STRATA_SOCK_RECVTOS)
		put_cmsg(msg, SOL_IPV6, IPV6_TCLASS, sizeof(tclass), &tclass);
}
