// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of datagram sockets: levels SOL_IP and SOL_UDP, as ip(7) and
 * udp(7) have them, and SOL_IPV6 (RFC 3542 6).
 */
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <strata/dgram.h>
#include <strata/link.h>
#include <strata/route.h>

static int take_ip_tos(const struct cmsghdr *cmsg, struct strata_dgram *dgram)
{
	int val;

	if (cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
		val = *(int *)CMSG_DATA(cmsg);
	else if (cmsg->cmsg_len == CMSG_LEN(sizeof(u8)))
		val = *(u8 *)CMSG_DATA(cmsg);
	else
		return -EINVAL;
	if (val < 0 || val > 255)
		return -EINVAL;
	dgram->flow.tos = val;
	dgram->priority = rt_tos2priority(val);
	return 0;
}

/* What a datagram is routed as whose header the program writes. */
static int take_ip_protocol(const struct sock *sk, const struct cmsghdr *cmsg,
			    struct strata_dgram *dgram)
{
	int val;

	if (cmsg->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EINVAL;
	val = *(int *)CMSG_DATA(cmsg);
	if (val < 1 || val > 255)
		return -EINVAL;
	if (READ_ONCE(strata_sock(sk)->flags) & STRATA_SOCK_HDRINCL)
		dgram->flow.proto = val;
	return 0;
}

static int take_ip(const struct sock *sk, const struct cmsghdr *cmsg,
		   struct strata_dgram *dgram)
{
	const struct in_pktinfo *info;
	int val;

	switch (cmsg->cmsg_type) {
	case IP_PKTINFO:
		if (cmsg->cmsg_len != CMSG_LEN(sizeof(*info)))
			return -EINVAL;
		info = (const struct in_pktinfo *)CMSG_DATA(cmsg);
		if (info->ipi_ifindex)
			dgram->flow.oif = info->ipi_ifindex;
		strata_addr_from4(&dgram->flow.saddr,
				  info->ipi_spec_dst.s_addr);
		return 0;
	case IP_TTL:
		if (cmsg->cmsg_len != CMSG_LEN(sizeof(int)))
			return -EINVAL;
		val = *(int *)CMSG_DATA(cmsg);
		if (val < 1 || val > 255)
			return -EINVAL;
		dgram->flow.ttl = val;
		dgram->has_ttl = true;
		return 0;
	case IP_TOS:
		return take_ip_tos(cmsg, dgram);
	case IP_PROTOCOL:
		return take_ip_protocol(sk, cmsg, dgram);
	default:
		return -EINVAL;
	}
}

static int take_pktinfo6(const struct cmsghdr *cmsg, struct strata_flow *flow)
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

/* To an IPv4 peer an IPv6 program can say where from, and nothing else. */
static int take_ipv6_of_ipv4(const struct cmsghdr *cmsg,
			     struct strata_dgram *dgram)
{
	const struct in6_pktinfo *info;

	if (cmsg->cmsg_type != IPV6_PKTINFO)
		return 0;
	if (cmsg->cmsg_len < CMSG_LEN(sizeof(*info)))
		return -EINVAL;
	info = (const struct in6_pktinfo *)CMSG_DATA(cmsg);
	return strata_addr_is4(&info->ipi6_addr) ?
	       take_pktinfo6(cmsg, &dgram->flow) : -EINVAL;
}

static int take_ipv6(const struct cmsghdr *cmsg, struct strata_dgram *dgram)
{
	int val = -1, err;

	switch (cmsg->cmsg_type) {
	case IPV6_PKTINFO:
		return take_pktinfo6(cmsg, &dgram->flow);
	case IPV6_HOPLIMIT:
		err = take_byte(cmsg, &val);
		if (!err && val != -1) {
			dgram->flow.ttl = val;
			dgram->has_ttl = true;
		}
		return err;
	case IPV6_TCLASS:
		err = take_byte(cmsg, &val);
		if (!err && val != -1)
			dgram->flow.tos = val;
		return err;
	default:
		return -EINVAL;
	}
}

/* The level of a socket's other family is not heeded. */
static int take_level(const struct sock *sk, const struct cmsghdr *cmsg,
		      struct strata_dgram *dgram)
{
	bool is4 = strata_addr_is4(&dgram->flow.daddr);

	if (cmsg->cmsg_level == SOL_IP)
		return is4 ? take_ip(sk, cmsg, dgram) : 0;
	if (strata_sock(sk)->family != AF_INET6)
		return 0;
	return is4 ? take_ipv6_of_ipv4(cmsg, dgram) : take_ipv6(cmsg, dgram);
}

static bool has_udp_level(const struct sock *sk)
{
	return strata_sock(sk)->ipproto == IPPROTO_UDP ||
	       strata_sock(sk)->ipproto == IPPROTO_UDPLITE;
}

static int take_udp(const struct cmsghdr *cmsg, struct strata_dgram *dgram)
{
	if (cmsg->cmsg_type != UDP_SEGMENT ||
	    cmsg->cmsg_len != CMSG_LEN(sizeof(u16)))
		return -EINVAL;
	dgram->gso_size = *(u16 *)CMSG_DATA(cmsg);
	return 0;
}

/**
 * strata_dgram_control_take() - heed the control messages of sendmsg(2)
 * @sk: the socket
 * @msg: the message, with control messages
 * @dgram: in and out: where it goes, and how
 *
 * Context: process. Return: 0, -EINVAL, -EPERM (SO_MARK).
 */
int strata_dgram_control_take(struct sock *sk, struct msghdr *msg,
			      struct strata_dgram *dgram)
{
	struct sockcm_cookie sockc;
	struct cmsghdr *cmsg;
	int err;

	sockcm_init(&sockc, sk);
	sockc.mark = dgram->flow.mark;
	err = sock_cmsg_send(sk, msg, &sockc);
	if (err)
		return err;
	dgram->flow.mark = sockc.mark;
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		if (cmsg->cmsg_level == SOL_IP || cmsg->cmsg_level == SOL_IPV6)
			err = take_level(sk, cmsg, dgram);
		else if (cmsg->cmsg_level == SOL_UDP && has_udp_level(sk))
			err = take_udp(cmsg, dgram);
		if (err)
			return err;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(strata_dgram_control_take);

/* RFC 1122 4.1.3.5: the address to answer from; ours even for a broadcast. */
static __be32 specific_dst(const struct sock *sk, const struct sk_buff *skb)
{
	struct strata_net *sn = strata_sock_net(sk);
	__be32 answer = ip_hdr(skb)->daddr;
	struct strata_addr *addr = NULL;
	struct strata_link *link;
	struct in6_addr saddr;

	if (!(strata_cb(skb)->flags & (STRATA_CB_BROADCAST |
				       STRATA_CB_MULTICAST)))
		return answer;
	strata_addr_from4(&saddr, ip_hdr(skb)->saddr);
	rcu_read_lock();
	link = strata_link_by_index(sn, strata_cb(skb)->iif);
	if (link)
		addr = strata_addr_select(link, &saddr);
	answer = addr ? strata_addr_to4(&addr->addr) : htonl(INADDR_ANY);
	rcu_read_unlock();
	return answer;
}

static void put_pktinfo(const struct sock *sk, struct msghdr *msg,
			const struct sk_buff *skb)
{
	struct in_pktinfo info = {
		.ipi_ifindex = strata_cb(skb)->iif,
		.ipi_spec_dst.s_addr = specific_dst(sk, skb),
		.ipi_addr.s_addr = ip_hdr(skb)->daddr,
	};

	put_cmsg(msg, SOL_IP, IP_PKTINFO, sizeof(info), &info);
}

/*
 * The sum of a UDP datagram's payload, if somebody has summed it up: the device, or the
 * stack on arrival, which does so with short ones.
 */
static void put_checksum(const struct sock *sk, struct msghdr *msg,
			 const struct sk_buff *skb)
{
	__wsum sum = skb->csum;

	if (skb->ip_summed == CHECKSUM_COMPLETE &&
	    strata_sock(sk)->ipproto == IPPROTO_UDP)
		put_cmsg(msg, SOL_IP, IP_CHECKSUM, sizeof(sum), &sum);
}

static void put_frag_size(struct msghdr *msg, int level, int type,
			  const struct sk_buff *skb)
{
	int bytes = strata_packet_frag_size(skb);

	if (bytes)
		put_cmsg(msg, level, type, sizeof(bytes), &bytes);
}

/* Of an IPv4 datagram only where it went, as a v4-mapped address, as the kernel
 * does.
 */
static void put_ipv6(const struct sock *sk, struct msghdr *msg,
		     const struct sk_buff *skb)
{
	u32 flags = READ_ONCE(strata_sock(sk)->flags);
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
	if (flags & STRATA_SOCK_RECVFRAG)
		put_frag_size(msg, SOL_IPV6, IPV6_RECVFRAGSIZE, skb);
}

/**
 * strata_dgram_control_put_any() - tell the program what came with a datagram
 * @sk: the socket
 * @msg: the message that it receives
 * @skb: the datagram
 *
 * Context: process.
 */
void strata_dgram_control_put_any(const struct sock *sk, struct msghdr *msg,
				  const struct sk_buff *skb)
{
	u32 flags = READ_ONCE(strata_sock(sk)->flags);
	u8 tos = strata_cb(skb)->tos;
	int ttl = strata_cb(skb)->ttl;

	if (strata_sock(sk)->family != AF_INET) {
		put_ipv6(sk, msg, skb);
		return;
	}
	if (flags & STRATA_SOCK_PKTINFO)
		put_pktinfo(sk, msg, skb);
	if (flags & STRATA_SOCK_RECVTTL)
		put_cmsg(msg, SOL_IP, IP_TTL, sizeof(ttl), &ttl);
	if (flags & STRATA_SOCK_RECVTOS)
		put_cmsg(msg, SOL_IP, IP_TOS, sizeof(tos), &tos);
	if (flags & STRATA_SOCK_RECVCSUM)
		put_checksum(sk, msg, skb);
	if (flags & STRATA_SOCK_RECVFRAG)
		put_frag_size(msg, SOL_IP, IP_RECVFRAGSIZE, skb);
}
EXPORT_SYMBOL_GPL(strata_dgram_control_put_any);
