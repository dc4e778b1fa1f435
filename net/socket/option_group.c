// SPDX-License-Identifier: GPL-2.0
/*
 * Joining and leaving groups by socket option, as ip(7), ipv6(7) and RFC 3678
 * have it, for any source.
 */
#include <linux/module.h>
#include <strata/link.h>
#include <strata/packet.h>
#include <strata/route.h>
#include "socket.h"

/**
 * struct group_request - an option's value, taken apart
 * @level: of the option: SOL_IP or SOL_IPV6
 * @group: the group
 * @ifindex: of the link; 0: not said
 * @local: an address of the link; any: not said
 * @join: or leave
 */
struct group_request {
	int level;
	struct in6_addr group;
	int ifindex;
	struct in6_addr local;
	bool join;
};

/**
 * strata_group_option() - is an option about membership in groups?
 * @level: SOL_*
 * @optname: the option
 *
 * Context: any.
 */
bool strata_group_option(int level, int optname)
{
	if (level == SOL_IP)
		return optname == IP_ADD_MEMBERSHIP ||
		       optname == IP_DROP_MEMBERSHIP ||
		       optname == MCAST_JOIN_GROUP ||
		       optname == MCAST_LEAVE_GROUP;
	return level == SOL_IPV6 && (optname == IPV6_ADD_MEMBERSHIP ||
				     optname == IPV6_DROP_MEMBERSHIP ||
				     optname == MCAST_JOIN_GROUP ||
				     optname == MCAST_LEAVE_GROUP);
}

/* IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP */
static int read_mreqn(const struct sock *sk, sockptr_t optval,
		      unsigned int optlen, struct group_request *request)
{
	struct ip_mreqn mreq = {};

	if (sk->sk_type == SOCK_STREAM)
		return -EPROTO;
	if (optlen < sizeof(struct ip_mreq))
		return -EINVAL;
	if (copy_from_sockptr(&mreq, optval, optlen >= sizeof(mreq) ?
			      sizeof(mreq) : sizeof(struct ip_mreq)))
		return -EFAULT;
	strata_addr_from4(&request->group, mreq.imr_multiaddr.s_addr);
	strata_addr_from4(&request->local, mreq.imr_address.s_addr);
	request->ifindex = mreq.imr_ifindex;
	return 0;
}

/* IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP */
static int read_mreq6(const struct sock *sk, sockptr_t optval,
		      unsigned int optlen, struct group_request *request)
{
	struct ipv6_mreq mreq;

	if (optlen < sizeof(mreq))
		return -EINVAL;
	if (sk->sk_type == SOCK_STREAM)
		return -EPROTO;
	if (copy_from_sockptr(&mreq, optval, sizeof(mreq)))
		return -EFAULT;
	request->group = mreq.ipv6mr_multiaddr;
	request->ifindex = mreq.ipv6mr_ifindex;
	return 0;
}

/* MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP; @level says of which family */
static int read_group(int level, sockptr_t optval, unsigned int optlen,
		      struct group_request *request)
{
	struct group_req req;
	int family;

	if (optlen < sizeof(req))
		return -EINVAL;
	if (copy_from_sockptr(&req, optval, sizeof(req)))
		return -EFAULT;
	family = req.gr_group.ss_family;
	request->ifindex = req.gr_interface;
	if (level == SOL_IPV6) {
		if (family != AF_INET6)
			return -EADDRNOTAVAIL;
		request->group =
			((struct sockaddr_in6 *)&req.gr_group)->sin6_addr;
		return 0;
	}
	if (family != AF_INET)
		return -EINVAL;
	strata_addr_from4(&request->group, ((struct sockaddr_in *)
					    &req.gr_group)->sin_addr.s_addr);
	return 0;
}

/* The value of any of the options. */
static int read_request(const struct sock *sk, int level, int optname,
			sockptr_t optval, unsigned int optlen,
			struct group_request *request)
{
	*request = (struct group_request) { .level = level };
	if (optname == MCAST_JOIN_GROUP || optname == MCAST_LEAVE_GROUP) {
		request->join = optname == MCAST_JOIN_GROUP;
		return read_group(level, optval, optlen, request);
	}
	if (level == SOL_IP) {
		request->join = optname == IP_ADD_MEMBERSHIP;
		return read_mreqn(sk, optval, optlen, request);
	}
	request->join = optname == IPV6_ADD_MEMBERSHIP;
	return read_mreq6(sk, optval, optlen, request);
}

/**
 * strata_group_is() - is an address that of a group?
 * @level: SOL_IP or SOL_IPV6: in the family of the option that names it
 * @addr: the address
 *
 * Context: any.
 */
bool strata_group_is(int level, const struct in6_addr *addr)
{
	return level == SOL_IP ? ipv4_is_multicast(strata_addr_to4(addr)) :
				 ipv6_addr_is_multicast(addr);
}

/**
 * strata_group_link_of() - the link that an IPv4 address names
 * @sn: the namespace's stack
 * @local: one of our addresses; the unspecified one names none
 *
 * Context: process, strata_net.config held. Return: its index; 0: none is named;
 * -ENODEV: it is not ours.
 */
int strata_group_link_of(struct strata_net *sn, const struct in6_addr *local)
{
	const struct strata_addr *own;
	int ifindex = 0;

	if (strata_addr_any(local))
		return 0;
	rcu_read_lock();
	own = strata_addr_find(sn, local);
	if (own)
		ifindex = own->link->ifindex;
	rcu_read_unlock();
	return ifindex ? : -ENODEV;
}

/* Context: strata_net.config and the socket locked. */
static int obey(struct sock *sk, struct group_request *request)
{
	int err = 0;

	if (!strata_group_is(request->level, &request->group))
		return request->join || request->level == SOL_IPV6 ?
		       -EINVAL : -EADDRNOTAVAIL;
	/* The index, where it is given, says more than the address. */
	if (!request->ifindex)
		request->ifindex = strata_group_link_of(strata_sock_net(sk),
							&request->local);
	if (request->ifindex < 0)
		err = request->ifindex;
	if (request->join)
		return err ?: strata_sock_join(sk, &request->group,
					       request->ifindex);
	return err ? -EADDRNOTAVAIL : strata_sock_leave(sk, &request->group,
							request->ifindex);
}

/**
 * strata_group_setsockopt() - join or leave a group
 * @sk: the socket
 * @level: SOL_IP or SOL_IPV6
 * @optname: one for which strata_group_option() says yes
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL,
 * -EFAULT, -EPROTO (a stream), -ENODEV, -EADDRINUSE (joined already),
 * -EADDRNOTAVAIL (not joined), -ENOBUFS, -ENOMEM.
 */
int strata_group_setsockopt(struct sock *sk, int level, int optname,
			    sockptr_t optval, unsigned int optlen)
{
	struct strata_net *sn = strata_sock_net(sk);
	struct group_request request;
	int err;

	if (level == SOL_IPV6 && strata_sock(sk)->family != AF_INET6)
		return -ENOPROTOOPT;
	err = read_request(sk, level, optname, optval, optlen, &request);
	if (err)
		return err;
	mutex_lock(&sn->config);
	lock_sock(sk);
	err = obey(sk, &request);
	release_sock(sk);
	mutex_unlock(&sn->config);
	return err;
}
