// SPDX-License-Identifier: GPL-2.0
/*
 * Options of raw sockets: ICMP_FILTER (raw(7)), ICMP6_FILTER and IPV6_CHECKSUM
 * (RFC 3542 3.1, 3.2).
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <strata/visibility.h>
#include "raw.h"

#define FILTER_TYPES	32	/* that ICMP_FILTER knows; all above pass */

static bool filtered4(const struct strata_raw_sock *rs, u8 type)
{
	return type < FILTER_TYPES && READ_ONCE(rs->filter) & BIT(type);
}

static bool filtered6(const struct strata_raw_sock *rs, u8 type)
{
	return READ_ONCE(rs->filter6.data[type / 32]) & BIT(type % 32);
}

/**
 * strata_raw_filtered() - does the socket not want this ICMP message?
 * @sk: a socket that matches
 * @skb: the transport header is set
 *
 * Context: RCU read side. Return: false of anything but ICMP; true of a message
 * that is no whole header, as the kernel's sockets do.
 */
bool strata_raw_filtered(const struct sock *sk, const struct sk_buff *skb)
{
	bool is4 = strata_sock(sk)->family == AF_INET;
	u8 buffer[sizeof(struct icmphdr)], *type;

	if (sk->sk_num != (is4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return false;
	type = skb_header_pointer(skb, skb_transport_offset(skb),
				  is4 ? sizeof(struct icmphdr) : RAW_ICMP6_HEADER,
				  buffer);
	if (!type)
		return true;
	return is4 ? filtered4(raw_sock(sk), *type) :
		     filtered6(raw_sock(sk), *type);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_raw_filtered);

/* Which filter do level and name mean? ERR_PTR(-errno): none. */
static void *filter_find(struct sock *sk, int level, int optname,
			 unsigned int *size)
{
	struct strata_raw_sock *rs = raw_sock(sk);
	bool is4 = rs->ss.family == AF_INET;

	if (level == (is4 ? SOL_RAW : SOL_ICMPV6)) {
		if (is4 && optname != ICMP_FILTER)
			return ERR_PTR(-ENOPROTOOPT);
		if (sk->sk_num != (is4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
			return ERR_PTR(-EOPNOTSUPP);
		if (!is4 && optname != ICMPV6_FILTER)
			return ERR_PTR(-ENOPROTOOPT);
		*size = is4 ? sizeof(rs->filter) : sizeof(rs->filter6);
		return is4 ? (void *)&rs->filter : (void *)&rs->filter6;
	}
	return ERR_PTR(-ENOPROTOOPT);
}

static int filter_set(struct sock *sk, int level, int optname, sockptr_t optval,
		      unsigned int optlen)
{
	unsigned int size;
	void *filter = filter_find(sk, level, optname, &size);
	struct icmp6_filter copy;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	optlen = min(optlen, size);
	if (copy_from_sockptr(&copy, optval, optlen))
		return -EFAULT;
	lock_sock(sk);
	memcpy(filter, &copy, optlen);
	release_sock(sk);
	return 0;
}

/* IPV6_CHECKSUM has two levels, and so have sockets that are not IPv6's none. */
static bool is_csum_option(const struct sock *sk, int level, int optname)
{
	return strata_sock(sk)->family == AF_INET6 &&
	       (level == SOL_RAW || level == SOL_IPV6) &&
	       optname == IPV6_CHECKSUM;
}

/* Where all values are an int, by whatever name. */
static bool is_int_level(const struct sock *sk, int level)
{
	return strata_sock(sk)->family == AF_INET6 && level == SOL_RAW;
}

static bool is_hdrincl_option(const struct sock *sk, int level, int optname)
{
	return is_int_level(sk, level) && optname == IPV6_HDRINCL;
}

/* RFC 3542 3.1: an offset is even; ICMPv6's is settled. */
static int csum_set(struct sock *sk, int level, int val)
{
	if (level == SOL_IPV6 && sk->sk_num == IPPROTO_ICMPV6)
		return -EINVAL;
	if (val > 0 && val & 1)
		return -EINVAL;
	WRITE_ONCE(raw_sock(sk)->csum_offset, val < 0 ? RAW_NO_CSUM : val);
	return 0;
}

static void hdrincl_set(struct sock *sk, int val)
{
	struct strata_sock *ss = strata_sock(sk);

	if (val)
		ss->flags |= STRATA_SOCK_HDRINCL;
	else
		ss->flags &= ~STRATA_SOCK_HDRINCL;
}

/**
 * strata_raw_setsockopt() - proto.setsockopt
 * @sk: the socket
 * @level: SOL_RAW, SOL_ICMPV6 or SOL_IPV6
 * @optname: the option
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EOPNOTSUPP (a
 * filter of ICMP on a socket of another protocol), -EINVAL, -EFAULT.
 */
int strata_raw_setsockopt(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen)
{
	bool csum = is_csum_option(sk, level, optname);
	bool hdrincl = is_hdrincl_option(sk, level, optname);
	int val, err = 0;

	if (!csum && !is_int_level(sk, level))
		return filter_set(sk, level, optname, optval, optlen);
	if (optlen < sizeof(val))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	if (!csum && !hdrincl)
		return -ENOPROTOOPT;
	lock_sock(sk);
	if (csum)
		err = csum_set(sk, level, val);
	else
		hdrincl_set(sk, val);
	release_sock(sk);
	return err;
}

/**
 * strata_raw_getsockopt() - proto.getsockopt
 * @sk: the socket
 * @level: SOL_RAW, SOL_ICMPV6 or SOL_IPV6
 * @optname: the option
 * @optval: out: its value
 * @optlen: in and out: the value's bytes
 *
 * Context: process. Return: 0, -ENOPROTOOPT, -EOPNOTSUPP (no such level, or a filter
 * of ICMP on a socket of another protocol), -EINVAL, -EFAULT.
 */
int strata_raw_getsockopt(struct sock *sk, int level, int optname,
			  char __user *optval, int __user *optlen)
{
	bool is4 = strata_sock(sk)->family == AF_INET;
	struct icmp6_filter copy;
	unsigned int size;
	void *filter;
	int val;

	if (level != SOL_RAW && (level != SOL_ICMPV6 || is4) && level != SOL_IPV6)
		return strata_option_no_level(sk);
	if (is_csum_option(sk, level, optname)) {
		val = READ_ONCE(raw_sock(sk)->csum_offset);
		return strata_option_answer(&val, sizeof(val), optval, optlen);
	}
	if (is_hdrincl_option(sk, level, optname)) {
		val = raw_hdrincl(sk);
		return strata_option_answer(&val, sizeof(val), optval, optlen);
	}
	filter = filter_find(sk, level, optname, &size);
	if (IS_ERR(filter))
		return PTR_ERR(filter);
	/* What is within a socket is not for copy_to_user(): hardened usercopy. */
	memcpy(&copy, filter, size);
	return strata_option_answer(&copy, size, optval, optlen);
}
