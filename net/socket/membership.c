// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast groups that a socket has joined, and from which sources (RFC
 * 3678, RFC 3493 5.2). What each call does and refuses is what the kernel's does.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <strata/group.h>
#include <strata/link.h>
#include <strata/packet.h>
#include <strata/route.h>
#include "socket.h"

/**
 * struct strata_membership - a group that a socket has joined
 * @next: the socket's next; RCU
 * @addr: of the group
 * @link: where; referenced
 * @filter: the sources it wants; RCU. NULL: any
 * @rcu: frees
 *
 * Written under strata_net.config and the socket lock, read under RCU.
 */
struct strata_membership {
	struct strata_membership __rcu *next;
	struct in6_addr addr;
	struct strata_link *link;
	struct strata_filter __rcu *filter;
	struct rcu_head rcu;
};

/* Context: RCU read side, or socket locked. */
static struct strata_membership *next_of(const struct sock *sk,
					 struct strata_membership __rcu *from)
{
	return rcu_dereference_check(from, lockdep_sock_is_held(sk));
}

/* Context: strata_net.config held. */
static struct strata_filter *filter_of(const struct strata_membership *at)
{
	return rcu_dereference_protected(at->filter, 1);
}

/* Who has not joined hears what the link listens to for others. */
static bool hears_others(const struct sock *sk, const struct in6_addr *group,
			 const struct in6_addr *source, int iif)
{
	u16 all = strata_addr_is4(group) ? STRATA_SOCK_MCAST_ALL :
					   STRATA_SOCK_MCAST6_ALL;
	struct strata_net *sn = strata_sock_net(sk);
	const struct strata_link *link;

	if (!(READ_ONCE(strata_sock(sk)->flags) & all))
		return false;
	link = strata_link_by_index(sn, iif);
	return !link || strata_group_wants(sn, link, group, source);
}

/**
 * strata_sock_hears() - is a datagram to a group for this socket?
 * @sk: the socket
 * @group: where the datagram goes
 * @source: where it comes from
 * @iif: index of the link it came in on
 *
 * A socket that has not joined hears what others have joined unless it says
 * IP_MULTICAST_ALL 0, as in the kernel.
 *
 * Context: RCU read side.
 */
bool strata_sock_hears(const struct sock *sk, const struct in6_addr *group,
		       const struct in6_addr *source, int iif)
{
	const struct strata_membership *at;

	for (at = next_of(sk, strata_sock(sk)->groups); at;
	     at = next_of(sk, at->next))
		if (at->link->ifindex == iif && ipv6_addr_equal(&at->addr, group))
			return strata_filter_passes(rcu_dereference(at->filter),
						    source);
	return hears_others(sk, group, source, iif);
}
EXPORT_SYMBOL_GPL(strata_sock_hears);

/* The link a membership is of. Context: strata_net.config held. */
static struct strata_link *find_link(struct strata_net *sn,
				     const struct in6_addr *group, int ifindex)
{
	const struct strata_hop *hop;
	struct strata_link *link = NULL;

	if (ifindex)
		return strata_link_by_index(sn, ifindex);
	rcu_read_lock();
	hop = strata_route_hop(sn, group, 0);
	if (hop)
		link = hop->link;
	rcu_read_unlock();
	if (link || strata_addr_is4(group))
		return link;
	/* IPv6 groups need no route. */
	while ((link = strata_link_next(sn, link)))
		if (!(link->flags & STRATA_LINK_LOOPBACK))
			break;
	return link;
}

/* Context: socket locked. */
static struct strata_membership *find(const struct sock *sk,
				      const struct in6_addr *group,
				      const struct strata_link *link)
{
	struct strata_membership *at;

	for (at = next_of(sk, strata_sock(sk)->groups); at;
	     at = next_of(sk, at->next))
		if (at->link == link && ipv6_addr_equal(&at->addr, group))
			return at;
	return NULL;
}

/* IPv6 has no such limit but the memory of the socket's options, as in the kernel.
 * Context: socket locked.
 */
static bool has_room(const struct sock *sk, const struct in6_addr *group)
{
	unsigned int max = READ_ONCE(strata_sock_net(sk)->socket->memberships_max);
	const struct strata_membership *at;
	unsigned int count = 0;

	if (!strata_addr_is4(group))
		return true;
	for (at = next_of(sk, strata_sock(sk)->groups); at;
	     at = next_of(sk, at->next))
		count += strata_addr_is4(&at->addr);
	return count < max;
}

/**
 * strata_sock_filter_new() - an empty filter of a socket
 * @sk: the socket; its options' memory is charged
 * @mode: MCAST_INCLUDE or MCAST_EXCLUDE
 * @room: sources that will be in it
 *
 * Context: process. Return: for strata_sock_filter_free(); NULL: no memory.
 */
struct strata_filter *strata_sock_filter_new(struct sock *sk, u8 mode,
					     unsigned int room)
{
	struct strata_filter *filter;

	filter = sock_kmalloc(sk, struct_size(filter, sources, room),
			      GFP_KERNEL);
	if (!filter)
		return NULL;
	filter->mode = mode;
	filter->count = room;
	return filter;
}

/**
 * strata_sock_filter_free() - undo strata_sock_filter_new()
 * @sk: the socket
 * @filter: the filter, which readers may still see; NULL: nothing
 *
 * Context: any.
 */
void strata_sock_filter_free(struct sock *sk, struct strata_filter *filter)
{
	if (!filter)
		return;
	atomic_sub(struct_size(filter, sources, filter->count),
		   &sk->sk_omem_alloc);
	kfree_rcu(filter, rcu);
}

/* Owns @filter if there is no error. Context: strata_net.config held, socket
 * locked.
 */
static int join_locked(struct sock *sk, const struct in6_addr *group,
		       struct strata_link *link, struct strata_filter *filter)
{
	struct strata_sock *ss = strata_sock(sk);
	struct strata_membership *new;
	int err;

	if (!has_room(sk, group))
		return -ENOBUFS;
	new = sock_kmalloc(sk, sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOBUFS;
	new->addr = *group;
	new->link = link;
	RCU_INIT_POINTER(new->filter, filter);
	err = strata_group_change(link, group, &strata_filter_none, filter);
	if (err) {
		sock_kfree_s(sk, new, sizeof(*new));
		return err == -ENOSPC ? -ENOBUFS : err;
	}
	strata_link_hold(link);
	RCU_INIT_POINTER(new->next, next_of(sk, ss->groups));
	rcu_assign_pointer(ss->groups, new);
	return 0;
}

/**
 * strata_sock_join() - join a group
 * @sk: the socket
 * @group: a multicast address
 * @ifindex: of the link; 0: where the route to the group leads
 *
 * Context: process, strata_net.config and the socket locked.
 * Return: 0, -ENODEV, -EADDRINUSE, -ENOBUFS, -ENOMEM.
 */
int strata_sock_join(struct sock *sk, const struct in6_addr *group, int ifindex)
{
	struct strata_link *link = find_link(strata_sock_net(sk), group,
					     ifindex);

	if (!link)
		return -ENODEV;
	if (find(sk, group, link))
		return -EADDRINUSE;
	return join_locked(sk, group, link, NULL);
}

/* A link that went has left all of its groups. Context: strata_net.config held. */
static int change(const struct strata_membership *at,
		  const struct strata_filter *from,
		  const struct strata_filter *to)
{
	return at->link->dead ? 0 : strata_group_change(at->link, &at->addr,
							from, to);
}

/* Owns @filter, also on error. Context: as join_locked(). */
static int replace(struct sock *sk, struct strata_membership *at,
		   struct strata_filter *filter)
{
	struct strata_filter *old = filter_of(at);
	int err = change(at, old, filter);

	if (err) {
		strata_sock_filter_free(sk, filter);
		return err;
	}
	rcu_assign_pointer(at->filter, filter);
	strata_sock_filter_free(sk, old);
	return 0;
}

/* A list that was set fixes the mode until it is left. INCLUDE without sources is
 * one that was not.
 */
static bool is_set(const struct strata_filter *filter)
{
	return filter && (filter->mode == MCAST_EXCLUDE || filter->count);
}

/* Also when what follows is refused, as in the kernel. */
static int settle_mode(struct sock *sk, struct strata_membership *at, u8 mode)
{
	const struct strata_filter *now = filter_of(at);
	struct strata_filter *filter = NULL;

	if ((now ? now->mode : MCAST_EXCLUDE) == mode)
		return 0;
	if (is_set(now))
		return -EINVAL;
	if (mode == MCAST_INCLUDE) {
		filter = strata_sock_filter_new(sk, mode, 0);
		if (!filter)
			return -ENOBUFS;
	}
	return replace(sk, at, filter);
}

static unsigned int sources_max(const struct sock *sk,
				const struct in6_addr *group)
{
	const struct strata_socket_net *own = strata_sock_net(sk)->socket;

	return READ_ONCE(own->sources_max[!strata_addr_is4(group)]);
}

static int add_source(struct sock *sk, struct strata_membership *at, u8 mode,
		      const struct in6_addr *source)
{
	const struct strata_filter *now = filter_of(at);
	unsigned int count = now ? now->count : 0;
	struct strata_filter *filter;

	if (is_set(now) && count >= sources_max(sk, &at->addr))
		return -ENOBUFS;
	if (strata_filter_names(now, source))
		return -EADDRNOTAVAIL;
	filter = strata_sock_filter_new(sk, mode, count + 1);
	if (!filter)
		return -ENOBUFS;
	if (count)
		memcpy(filter->sources, now->sources,
		       count * sizeof(*filter->sources));
	filter->sources[count] = *source;
	return replace(sk, at, filter);
}

/* A source that was named twice is taken out once, as in the kernel. */
static int remove_source(struct sock *sk, struct strata_membership *at,
			 const struct in6_addr *source)
{
	const struct strata_filter *now = filter_of(at);
	struct strata_filter *filter;
	unsigned int i, n = 0;
	bool found = false;

	if (!strata_filter_names(now, source))
		return -EADDRNOTAVAIL;
	filter = strata_sock_filter_new(sk, now->mode, now->count - 1);
	if (!filter)
		return -ENOBUFS;
	for (i = 0; i < now->count; i++) {
		if (!found && ipv6_addr_equal(&now->sources[i], source))
			found = true;
		else
			filter->sources[n++] = now->sources[i];
	}
	return replace(sk, at, filter);
}

/* The membership that a call about sources is of. IPv6 takes any link's if none is
 * named.
 */
static struct strata_membership *find_named(const struct sock *sk,
					    const struct in6_addr *group,
					    int ifindex,
					    const struct strata_link *link)
{
	struct strata_membership *at;

	if (ifindex || strata_addr_is4(group))
		return find(sk, group, link);
	for (at = next_of(sk, strata_sock(sk)->groups); at;
	     at = next_of(sk, at->next))
		if (ipv6_addr_equal(&at->addr, group))
			break;
	return at;
}

/* A group that was joined for any source, and for no list of them, is one for this
 * source from now on.
 */
static int join_source(struct sock *sk, const struct in6_addr *group,
		       const struct in6_addr *source, struct strata_link *link)
{
	struct strata_filter *filter;
	int err;

	filter = strata_sock_filter_new(sk, MCAST_INCLUDE, 1);
	if (!filter)
		return -ENOBUFS;
	filter->sources[0] = *source;
	err = join_locked(sk, group, link, filter);
	if (err)
		strata_sock_filter_free(sk, filter);
	return err;
}

/**
 * strata_sock_source() - add a source to a filter, or take it out
 * @sk: the socket
 * @group: a multicast address
 * @ifindex: of the link; 0: where the route to the group leads
 * @source: the source
 * @mode: of the filter: MCAST_INCLUDE: join or leave the group for @source;
 *	MCAST_EXCLUDE: block it, or no longer
 * @add: or take it out
 *
 * Context: process, strata_net.config and the socket locked. Return: 0, -ENODEV;
 * -EINVAL: not a member, or one with a filter of the other mode; -EADDRNOTAVAIL:
 * it is in the filter, or not; -ENOBUFS, -ENOMEM.
 */
int strata_sock_source(struct sock *sk, const struct in6_addr *group,
		       int ifindex, const struct in6_addr *source, u8 mode,
		       bool add)
{
	struct strata_link *link = find_link(strata_sock_net(sk), group,
					     ifindex);
	struct strata_membership *at;
	int err;

	if (!link)
		return -ENODEV;
	at = find_named(sk, group, ifindex, link);
	if (!at && add && mode == MCAST_INCLUDE)
		return join_source(sk, group, source, link);
	if (!at)
		return -EINVAL;
	err = settle_mode(sk, at, mode);
	if (err)
		return err;
	if (add)
		return add_source(sk, at, mode, source);
	/* RFC 3678 3: to want nothing is to leave. */
	if (mode == MCAST_INCLUDE && is_set(filter_of(at)) &&
	    filter_of(at)->count == 1 &&
	    strata_filter_names(filter_of(at), source))
		return strata_sock_leave(sk, group, at->link->ifindex);
	return remove_source(sk, at, source);
}

/**
 * strata_sock_set_filter() - replace a whole filter
 * @sk: the socket
 * @group: a multicast address
 * @ifindex: of the link; 0: where the route to the group leads
 * @filter: from strata_sock_filter_new(). Owned afterwards, also on error
 *
 * Context: process, strata_net.config and the socket locked. Return: 0, -ENODEV,
 * -EINVAL (not a member), -EADDRNOTAVAIL, -ENOBUFS, -ENOMEM.
 */
int strata_sock_set_filter(struct sock *sk, const struct in6_addr *group,
			   int ifindex, struct strata_filter *filter)
{
	struct strata_link *link = find_link(strata_sock_net(sk), group,
					     ifindex);
	bool leave = filter->mode == MCAST_INCLUDE && !filter->count;
	struct strata_membership *at = NULL;
	int err = 0;

	if (!link)
		err = -ENODEV;
	else if (leave)
		err = strata_sock_leave(sk, group, strata_addr_is4(group) ?
					link->ifindex : ifindex);
	else if (ifindex || strata_addr_is4(group))
		at = find(sk, group, link);
	if (!at) {
		strata_sock_filter_free(sk, filter);
		return leave || err ? err : -EINVAL;
	}
	if (filter->count)
		return replace(sk, at, filter);
	strata_sock_filter_free(sk, filter);	/* EXCLUDE {}: none is set */
	return replace(sk, at, NULL);
}

/**
 * strata_sock_get_filter() - see a filter
 * @sk: the socket
 * @group: a multicast address
 * @ifindex: of the link
 * @by_route: 0 is not any link's index, but stands for where the route leads
 * @filter: out: borrowed; NULL: any source
 *
 * Context: process, strata_net.config and the socket locked. Return: 0, -ENODEV,
 * -EADDRNOTAVAIL (not a member).
 */
int strata_sock_get_filter(struct sock *sk, const struct in6_addr *group,
			   int ifindex, bool by_route,
			   const struct strata_filter **filter)
{
	const struct strata_membership *at = NULL;
	const struct strata_link *link = NULL;

	if (ifindex || by_route)
		link = find_link(strata_sock_net(sk), group, ifindex);
	if (!link && by_route)
		return -ENODEV;
	if (link)
		at = find(sk, group, link);
	if (!at)
		return -EADDRNOTAVAIL;
	*filter = filter_of(at);
	return 0;
}

static void free_rcu(struct rcu_head *head)
{
	struct strata_membership *gone = container_of(head,
						      struct strata_membership,
						      rcu);

	strata_link_put(gone->link);
	kfree(gone);
}

/* Context: strata_net.config held, nobody else changes the list. */
static void leave_one(struct sock *sk, struct strata_membership __rcu **from)
{
	struct strata_membership *gone;

	gone = rcu_dereference_protected(*from, 1);
	rcu_assign_pointer(*from, rcu_dereference_protected(gone->next, 1));
	change(gone, filter_of(gone), &strata_filter_none);
	strata_sock_filter_free(sk, filter_of(gone));
	atomic_sub(sizeof(*gone), &sk->sk_omem_alloc);
	call_rcu(&gone->rcu, free_rcu);
}

/**
 * strata_sock_leave() - leave a group
 * @sk: the socket
 * @group: a multicast address
 * @ifindex: of the link; 0: the one it was joined on first
 *
 * Context: process, strata_net.config and the socket locked.
 * Return: 0, -EADDRNOTAVAIL (it is not in it), -ENODEV (no link is named and
 * no route leads to an IPv4 group, as in the kernel).
 */
int strata_sock_leave(struct sock *sk, const struct in6_addr *group,
		      int ifindex)
{
	struct strata_membership __rcu **from = &strata_sock(sk)->groups;
	struct strata_membership *at;

	if (!ifindex && strata_addr_is4(group) &&
	    !find_link(strata_sock_net(sk), group, 0))
		return -ENODEV;
	while ((at = next_of(sk, *from))) {
		if ((!ifindex || at->link->ifindex == ifindex) &&
		    ipv6_addr_equal(&at->addr, group)) {
			leave_one(sk, from);
			return 0;
		}
		from = &at->next;
	}
	return -EADDRNOTAVAIL;
}

/**
 * strata_sock_leave_all() - leave every group
 * @sk: a socket that is being closed
 *
 * Context: process, socket not locked.
 */
void strata_sock_leave_all(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);
	struct strata_net *sn = strata_sock_net(sk);

	if (!rcu_access_pointer(ss->groups))
		return;
	mutex_lock(&sn->config);
	while (rcu_access_pointer(ss->groups))
		leave_one(sk, &ss->groups);
	mutex_unlock(&sn->config);
}
