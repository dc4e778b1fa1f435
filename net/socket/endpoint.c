// SPDX-License-Identifier: GPL-2.0
/*
 * Socket addresses: what programs pass, and the one form used inside.
 */
#include <linux/module.h>
#include <net/ipv6.h>
#include <strata/sock.h>

static int parse_in(const struct sockaddr *uaddr, int len,
		    struct strata_endpoint *ep)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)uaddr;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET)
		return -EAFNOSUPPORT;
	strata_addr_from4(&ep->addr, sin->sin_addr.s_addr);
	ep->port = sin->sin_port;
	ep->scope = 0;
	return 0;
}

static int parse_in6(const struct sockaddr *uaddr, int len,
		     struct strata_endpoint *ep)
{
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)uaddr;

	/* RFC 2133 had no sin6_scope_id, and such programs still run. */
	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	ep->addr = sin6->sin6_addr;
	ep->port = sin6->sin6_port;
	ep->scope = 0;
	if (len >= (int)sizeof(*sin6) &&
	    ipv6_addr_type(&ep->addr) & IPV6_ADDR_LINKLOCAL)
		ep->scope = sin6->sin6_scope_id;
	return 0;
}

/**
 * strata_endpoint_parse() - socket address to endpoint
 * @sk: whose family and options decide what is acceptable
 * @uaddr: the address, in kernel memory
 * @len: its bytes
 * @ep: out
 *
 * Context: any. Return: 0, -EINVAL (too short), -EAFNOSUPPORT, -ENETUNREACH
 * (an IPv4 address on an IPV6_V6ONLY socket).
 */
int strata_endpoint_parse(const struct sock *sk, const struct sockaddr *uaddr,
			  int len, struct strata_endpoint *ep)
{
	const struct strata_sock *ss = strata_sock(sk);
	int err;

	if (likely(ss->family == AF_INET))
		return parse_in(uaddr, len, ep);
	if (len < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;
	if (uaddr->sa_family == AF_INET6)
		err = parse_in6(uaddr, len, ep);
	else
		err = parse_in(uaddr, len, ep);
	if (!err && (ss->flags & STRATA_SOCK_V6ONLY) &&
	    strata_addr_is4(&ep->addr))
		return -ENETUNREACH;
	return err;
}
EXPORT_SYMBOL_GPL(strata_endpoint_parse);

/**
 * strata_endpoint_parse_own() - likewise, where the form has to be the family's own
 * @sk: the socket
 * @uaddr: the address, in kernel memory
 * @len: its bytes
 * @ep: out
 *
 * bind(2), and connect(2) of streams: an IPv6 socket names an IPv4 address as a
 * v4-mapped one.
 *
 * Context: any. Return: as strata_endpoint_parse().
 */
int strata_endpoint_parse_own(const struct sock *sk,
			      const struct sockaddr *uaddr, int len,
			      struct strata_endpoint *ep)
{
	if (strata_sock(sk)->family == AF_INET6) {
		if (len < SIN6_LEN_RFC2133)
			return -EINVAL;
		if (uaddr->sa_family != AF_INET6)
			return -EAFNOSUPPORT;
	}
	return strata_endpoint_parse(sk, uaddr, len, ep);
}
EXPORT_SYMBOL_GPL(strata_endpoint_parse_own);

/**
 * strata_endpoint_format() - endpoint to socket address
 * @sk: whose family decides the form
 * @ep: the endpoint
 * @uaddr: out: room for a struct sockaddr_storage
 *
 * Context: any. Return: bytes written.
 */
int strata_endpoint_format(const struct sock *sk,
			   const struct strata_endpoint *ep,
			   struct sockaddr *uaddr)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)uaddr;
	struct sockaddr_in *sin = (struct sockaddr_in *)uaddr;

	if (likely(strata_sock(sk)->family == AF_INET)) {
		sin->sin_family = AF_INET;
		sin->sin_port = ep->port;
		sin->sin_addr.s_addr = strata_addr_to4(&ep->addr);
		memset(sin->sin_zero, 0, sizeof(sin->sin_zero));
		return sizeof(*sin);
	}
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = ep->port;
	sin6->sin6_flowinfo = 0;
	sin6->sin6_addr = ep->addr;
	sin6->sin6_scope_id = ep->scope;
	return sizeof(*sin6);
}
EXPORT_SYMBOL_GPL(strata_endpoint_format);
