// SPDX-License-Identifier: GPL-2.0
/*
 * Joining a group for one source, and blocking one, by socket option (RFC 3678 3,
 * ip(7)).
 */
#include <linux/module.h>
#include <net/ipv6.h>
#include <strata/packet.h>
#include "socket.h"

/**
 * struct source_option - what an option does
 * @name: at level SOL_IP; of both levels from MCAST_JOIN_GROUP on
 * @mode: of the filter that it changes
 * @add: it puts a source into the filter
 */
struct source_option {
	int name;
	u8 mode;
	bool add;
};

static const struct source_option source_options[] = {
	{ IP_ADD_SOURCE_MEMBERSHIP, MCAST_INCLUDE, true },
	{ IP_DROP_SOURCE_MEMBERSHIP, MCAST_INCLUDE, false },
	{ IP_BLOCK_SOURCE, MCAST_EXCLUDE, true },
	{ IP_UNBLOCK_SOURCE, MCAST_EXCLUDE, false },
	{ MCAST_JOIN_SOURCE_GROUP, MCAST_INCLUDE, true },
	{ MCAST_LEAVE_SOURCE_GROUP, MCAST_INCLUDE, false },
	{ MCAST_BLOCK_SOURCE, MCAST_EXCLUDE, true },
	{ MCAST_UNBLOCK_SOURCE, MCAST_EXCLUDE, false },
};

/* Options that name the family in each address. */
static bool is_generic(int optname)
{
	return optname >= MCAST_JOIN_GROUP;
}

static const struct source_option *find_option(int level, int optname)
{
	unsigned int i;

	if (level != SOL_IP && (level != SOL_IPV6 || !is_generic(optname)))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(source_options); i++)
		if (source_options[i].name == optname)
			return &source_options[i];
	return NULL;
}

/**
 * strata_source_option() - is an option about one source of a group?
 * @level: SOL_*
 * @optname: the option
 *
 * Context: any.
 */
bool strata_source_option(int level, int optname)
{
	return find_option(level, optname);
}

/**
 * struct source_request - an option's value, taken apart
 * @group: the group
 * @source: the source
 * @ifindex: of the link; 0: not said
 * @local: an address of the link; any: not said
 */
struct source_request {
	struct in6_addr group;
	struct in6_addr source;
	int ifindex;
	struct in6_addr local;
};

static int read_mreq(sockptr_t optval, unsigned int optlen,
		     struct source_request *request)
{
	struct ip_mreq_source mreq;

	if (optlen != sizeof(mreq))
		return -EINVAL;
	if (copy_from_sockptr(&mreq, optval, sizeof(mreq)))
		return -EFAULT;
	strata_addr_from4(&request->group, mreq.imr_multiaddr);
	strata_addr_from4(&request->source, mreq.imr_sourceaddr);
	strata_addr_from4(&request->local, mreq.imr_interface);
	return 0;
}

static void read_addr(const struct __kernel_sockaddr_storage *from,
		      struct in6_addr *addr)
{
	if (from->ss_family == AF_INET6)
		*addr = ((const struct sockaddr_in6 *)from)->sin6_addr;
	else
		strata_addr_from4(addr, ((const struct sockaddr_in *)
					 from)->sin_addr.s_addr);
}

static int read_generic(int level, sockptr_t optval, unsigned int optlen,
			struct source_request *request)
{
	int family = level == SOL_IP ? AF_INET : AF_INET6;
	struct group_source_req req;

	/* The kernel wants the size exactly in one family, not in the other. */
	if (optlen < sizeof(req) || (level == SOL_IP && optlen > sizeof(req)))
		return -EINVAL;
	if (copy_from_sockptr(&req, optval, sizeof(req)))
		return -EFAULT;
	if (req.gsr_group.ss_family != family ||
	    req.gsr_source.ss_family != family)
		return -EADDRNOTAVAIL;
	read_addr(&req.gsr_group, &request->group);
	read_addr(&req.gsr_source, &request->source);
	request->ifindex = req.gsr_interface;
	return 0;
}

/* Context: strata_net.config and the socket locked. */
static int obey(struct sock *sk, const struct source_option *option,
		const struct source_request *request)
{
	int ifindex = request->ifindex;

	if (!ifindex)
		ifindex = strata_group_link_of(strata_sock_net(sk),
					       &request->local);
	if (ifindex < 0)
		return -ENODEV;
	return strata_sock_source(sk, &request->group, ifindex,
				  &request->source, option->mode, option->add);
}

/**
 * strata_source_setsockopt() - join a group for one source, block one, or no longer
 * @sk: the socket
 * @level: SOL_IP or SOL_IPV6
 * @optname: one for which strata_source_option() says yes
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL (also: not
 * a member, or with a filter of the other mode), -EFAULT, -ENODEV,
 * -EADDRNOTAVAIL (another family; in the filter already, or not), -ENOBUFS,
 * -ENOMEM.
 */
int strata_source_setsockopt(struct sock *sk, int level, int optname,
			     sockptr_t optval, unsigned int optlen)
{
	const struct source_option *option = find_option(level, optname);
	struct strata_net *sn = strata_sock_net(sk);
	struct source_request request = {};
	int err;

	if (level == SOL_IPV6 && strata_sock(sk)->family != AF_INET6)
		return -ENOPROTOOPT;
	err = is_generic(optname) ?
	      read_generic(level, optval, optlen, &request) :
	      read_mreq(optval, optlen, &request);
	if (err)
		return err;
	if (!strata_group_is(level, &request.group))
		return -EINVAL;
	mutex_lock(&sn->config);
	lock_sock(sk);
	err = obey(sk, option, &request);
	release_sock(sk);
	mutex_unlock(&sn->config);
	return err;
}
