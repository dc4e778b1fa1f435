// SPDX-License-Identifier: GPL-2.0
/*
 * The whole filter of a group, set and seen by socket option: IP_MSFILTER and
 * MCAST_MSFILTER (RFC 3678 4.2, 5.2).
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <strata/group.h>
#include <strata/packet.h>
#include "socket.h"

#define VALUE_BYTES_MAX	20480	/* as net.core.optmem_max was for long */
#define HEAD4	offsetof(struct ip_msfilter, imsf_slist_flex)
#define HEAD	offsetof(struct group_filter, gf_slist_flex)

/**
 * strata_filter_option() - is an option about the whole filter of a group?
 * @level: SOL_*
 * @optname: the option
 *
 * Context: any.
 */
bool strata_filter_option(int level, int optname)
{
	return (level == SOL_IP && (optname == IP_MSFILTER ||
				    optname == MCAST_MSFILTER)) ||
	       (level == SOL_IPV6 && optname == MCAST_MSFILTER);
}

/**
 * struct filter_request - an option's value, taken apart
 * @group: the group
 * @ifindex: of the link; 0: not said
 * @local: an address of the link; any: not said
 * @mode: MCAST_INCLUDE or MCAST_EXCLUDE, as the program has it
 * @count: of sources
 * @list: the sources, as the program has them
 * @level: SOL_IP or SOL_IPV6: the family
 * @generic: MCAST_MSFILTER; else IP_MSFILTER
 */
struct filter_request {
	struct in6_addr group;
	int ifindex;
	struct in6_addr local;
	u32 mode;
	u32 count;
	const void *list;
	int level;
	bool generic;
};

static void read_head4(const struct ip_msfilter *head,
		       struct filter_request *request)
{
	strata_addr_from4(&request->group, head->imsf_multiaddr);
	strata_addr_from4(&request->local, head->imsf_interface);
	request->mode = head->imsf_fmode;
	request->count = head->imsf_numsrc;
	request->list = head->imsf_slist_flex;
}

static void read_addr(int level, const struct __kernel_sockaddr_storage *from,
		      struct in6_addr *addr)
{
	if (level == SOL_IPV6)
		*addr = ((const struct sockaddr_in6 *)from)->sin6_addr;
	else
		strata_addr_from4(addr, ((const struct sockaddr_in *)
					 from)->sin_addr.s_addr);
}

static void read_head(const struct group_filter *head,
		      struct filter_request *request)
{
	read_addr(request->level, &head->gf_group, &request->group);
	request->ifindex = head->gf_interface;
	request->mode = head->gf_fmode;
	request->count = head->gf_numsrc;
	request->list = head->gf_slist_flex;
}

/* How large is a value with so many sources? */
static size_t value_bytes(const struct filter_request *request, u32 count)
{
	return request->generic ?
	       HEAD + (size_t)count * sizeof(struct __kernel_sockaddr_storage) :
	       HEAD4 + (size_t)count * sizeof(__be32);
}

static int check_limits(const struct sock *sk, unsigned int optlen,
			const struct filter_request *request)
{
	const struct strata_socket_net *own = strata_sock_net(sk)->socket;

	if (request->count >
	    READ_ONCE(own->sources_max[request->level == SOL_IPV6]))
		return -ENOBUFS;
	return value_bytes(request, request->count) > optlen ? -EINVAL : 0;
}

/* At level SOL_IP each address says its family, at SOL_IPV6 nobody looks. */
static bool families_right(const struct filter_request *request,
			   const struct group_filter *value)
{
	u32 i;

	if (!request->generic || request->level == SOL_IPV6)
		return true;
	if (value->gf_group.ss_family != AF_INET)
		return false;
	for (i = 0; i < request->count; i++)
		if (value->gf_slist_flex[i].ss_family != AF_INET)
			return false;
	return true;
}

static void read_list(const struct filter_request *request,
		      struct strata_filter *filter)
{
	const struct __kernel_sockaddr_storage *list = request->list;
	const __be32 *list4 = request->list;
	u32 i;

	for (i = 0; i < request->count; i++)
		if (request->generic)
			read_addr(request->level, &list[i],
				  &filter->sources[i]);
		else
			strata_addr_from4(&filter->sources[i], list4[i]);
}

/* Context: strata_net.config and the socket locked. */
static int set_locked(struct sock *sk, const struct filter_request *request)
{
	int ifindex = request->ifindex;
	struct strata_filter *filter;

	if (!ifindex)
		ifindex = strata_group_link_of(strata_sock_net(sk),
					       &request->local);
	if (ifindex < 0)
		return -ENODEV;
	filter = strata_sock_filter_new(sk, request->mode, request->count);
	if (!filter)
		return -ENOBUFS;
	read_list(request, filter);
	return strata_sock_set_filter(sk, &request->group, ifindex, filter);
}

static int set_value(struct sock *sk, unsigned int optlen, const void *value,
		     struct filter_request *request)
{
	struct strata_net *sn = strata_sock_net(sk);
	int err;

	if (request->generic)
		read_head(value, request);
	else
		read_head4(value, request);
	err = check_limits(sk, optlen, request);
	if (err)
		return err;
	if (!families_right(request, value))
		return -EADDRNOTAVAIL;
	if (!strata_group_is(request->level, &request->group) ||
	    (request->mode != MCAST_INCLUDE && request->mode != MCAST_EXCLUDE))
		return -EINVAL;
	mutex_lock(&sn->config);
	lock_sock(sk);
	err = set_locked(sk, request);
	release_sock(sk);
	mutex_unlock(&sn->config);
	return err;
}

/**
 * strata_filter_setsockopt() - replace the filter of a group
 * @sk: the socket
 * @level: SOL_IP or SOL_IPV6
 * @optname: one for which strata_filter_option() says yes
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL (also: not
 * a member), -EFAULT, -ENODEV, -EADDRNOTAVAIL, -ENOBUFS (too many), -ENOMEM.
 */
int strata_filter_setsockopt(struct sock *sk, int level, int optname,
			     sockptr_t optval, unsigned int optlen)
{
	struct filter_request request = {
		.level = level,
		.generic = optname == MCAST_MSFILTER,
	};
	void *value;
	int err;

	if (level == SOL_IPV6 && strata_sock(sk)->family != AF_INET6)
		return -ENOPROTOOPT;
	if (optlen < value_bytes(&request, 0))
		return -EINVAL;
	if (optlen > VALUE_BYTES_MAX)
		return -ENOBUFS;
	value = memdup_sockptr(optval, optlen);
	if (IS_ERR(value))
		return PTR_ERR(value);
	err = set_value(sk, optlen, value, &request);
	kfree(value);
	return err;
}

/* ------- showing ------- */

static int put_source(const struct filter_request *request,
		      const struct in6_addr *source, char __user *to)
{
	struct __kernel_sockaddr_storage addr = {};
	__be32 addr4 = strata_addr_to4(source);

	if (!request->generic)
		return copy_to_user(to, &addr4, sizeof(addr4));
	if (request->level == SOL_IPV6) {
		addr.ss_family = AF_INET6;
		((struct sockaddr_in6 *)&addr)->sin6_addr = *source;
	} else {
		addr.ss_family = AF_INET;
		((struct sockaddr_in *)&addr)->sin_addr.s_addr = addr4;
	}
	return copy_to_user(to, &addr, sizeof(addr));
}

/* Mode and number replace what the program gave there; it learns of all sources,
 * and gets as many as it has room for.
 */
static int put_filter(const struct filter_request *request,
		      const struct strata_filter *filter, char __user *optval,
		      int __user *optlen)
{
	size_t at = request->generic ?
		    offsetof(struct group_filter, gf_fmode) :
		    offsetof(struct ip_msfilter, imsf_fmode);
	u32 numbers[2] = { filter ? filter->mode : MCAST_EXCLUDE,
			   filter ? filter->count : 0 };
	u32 i, count = min(request->count, numbers[1]);
	int len = value_bytes(request, count);

	if (put_user(len, optlen) ||
	    copy_to_user(optval + at, numbers, sizeof(numbers)))
		return -EFAULT;
	for (i = 0; i < count; i++)
		if (put_source(request, &filter->sources[i],
			       optval + value_bytes(request, i)))
			return -EFAULT;
	return 0;
}

static_assert(offsetof(struct group_filter, gf_numsrc) ==
	      offsetof(struct group_filter, gf_fmode) + sizeof(u32));
static_assert(offsetof(struct ip_msfilter, imsf_numsrc) ==
	      offsetof(struct ip_msfilter, imsf_fmode) + sizeof(u32));

/* A copy, for to write to the program may take as long as it likes. @copy: out:
 * owned; NULL: any source. Context: strata_net.config and the socket locked.
 */
static int get_locked(struct sock *sk, const struct filter_request *request,
		      struct strata_filter **copy)
{
	const struct strata_filter *filter;
	int ifindex = request->ifindex;
	int err;

	if (!request->generic)
		ifindex = strata_group_link_of(strata_sock_net(sk),
					       &request->local);
	if (ifindex < 0)
		return -ENODEV;
	err = strata_sock_get_filter(sk, &request->group, ifindex,
				     !request->generic, &filter);
	if (err || !filter)
		return err;
	*copy = kmemdup(filter, struct_size(filter, sources, filter->count),
			GFP_KERNEL);
	return *copy ? 0 : -ENOMEM;
}

/* The head of a value, which says of which group. */
static int read_get(int level, int optname, const char __user *optval, int len,
		    struct filter_request *request)
{
	union {
		struct ip_msfilter head4;
		struct group_filter head;
	} value = {};
	int family = AF_INET;
	size_t bytes = value_bytes(request, 0);

	if (len < (int)bytes)
		return -EINVAL;
	if (copy_from_user(&value, optval, bytes))
		return -EFAULT;
	if (!request->generic) {
		read_head4(&value.head4, request);
		return 0;
	}
	if (level == SOL_IPV6)
		family = AF_INET6;
	if (value.head.gf_group.ss_family != family)
		return level == SOL_IPV6 ? -EADDRNOTAVAIL : -EINVAL;
	read_head(&value.head, request);
	return 0;
}

/**
 * strata_filter_getsockopt() - see the filter of a group
 * @sk: the socket
 * @level: SOL_IP or SOL_IPV6
 * @optname: one for which strata_filter_option() says yes
 * @optval: in: of which group, and for how many sources there is room; out: the
 *	filter
 * @optlen: in and out: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -EOPNOTSUPP, -EINVAL, -EFAULT,
 * -ENODEV, -EADDRNOTAVAIL (another family, or not a member), -ENOMEM.
 */
int strata_filter_getsockopt(struct sock *sk, int level, int optname,
			     char __user *optval, int __user *optlen)
{
	struct filter_request request = {
		.level = level,
		.generic = optname == MCAST_MSFILTER,
	};
	struct strata_net *sn = strata_sock_net(sk);
	struct strata_filter *filter = NULL;
	int len, err;

	if (level == SOL_IPV6 && strata_sock(sk)->family != AF_INET6)
		return -EOPNOTSUPP;
	if (get_user(len, optlen))
		return -EFAULT;
	err = read_get(level, optname, optval, len, &request);
	if (err)
		return err;
	if (!strata_group_is(level, &request.group))
		return -EINVAL;
	mutex_lock(&sn->config);
	lock_sock(sk);
	err = get_locked(sk, &request, &filter);
	release_sock(sk);
	mutex_unlock(&sn->config);
	if (!err)
		err = put_filter(&request, filter, optval, optlen);
	kfree(filter);
	return err;
}
