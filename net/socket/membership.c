// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast groups that a socket has joined (RFC 3678, RFC 3493 5.2).
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <strata/group.h>
#include <strata/link.h>
#include <strata/packet.h>
#include <strata/route.h>
#include "socket.h"

#define MEMBERSHIPS_MAX	20	/* of a socket, of IPv4: as igmp_max_memberships */

/**
 * struct strata_membership - a group that a socket has joined
 * @next: the socket's next; RCU
 * @addr: of the group
 * @link: where; referenced
 * @rcu: frees
 *
 * Written under strata_net.config and the socket lock, read under RCU.
 */
struct strata_membership {
	struct strata_membership __rcu *next;
	struct in6_addr addr;
	struct strata_link *link;
	struct rcu_head rcu;
};

/* Context: RCU read side, or socket locked. */
static struct strata_membership *next_of(const struct sock *sk,
					 struct strata_membership __rcu *from)
{
	return rcu_dereference_check(from, lockdep_sock_is_held(sk));
}

/**
 * strata_sock_hears() - is a datagram to a group for this socket?
 * @sk: the socket
 * @group: where the datagram goes
 * @iif: index of the link it came in on
 *
 * A socket that has not joined hears what others have joined unless it says
 * IP_MULTICAST_ALL 0, as in the kernel.
 *
 * Context: RCU read side.
 */
bool strata_sock_hears(const struct sock *sk, const struct in6_addr *group,
		       int iif)
{
	const struct strata_sock *ss = strata_sock(sk);
	const struct strata_membership *at;
	u16 all = strata_addr_is4(group) ? STRATA_SOCK_MCAST_ALL :
					   STRATA_SOCK_MCAST6_ALL;

	for (at = next_of(sk, ss->groups); at; at = next_of(sk, at->next))
		if (at->link->ifindex == iif && ipv6_addr_equal(&at->addr, group))
			return true;
	return READ_ONCE(ss->flags) & all;
}

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
static int check_room(const struct sock *sk, const struct in6_addr *group,
		      int ifindex)
{
	const struct strata_membership *at;
	bool is4 = strata_addr_is4(group);
	unsigned int count = 0;

	for (at = next_of(sk, strata_sock(sk)->groups); at;
	     at = next_of(sk, at->next)) {
		if (at->link->ifindex == ifindex && ipv6_addr_equal(&at->addr, group))
			return -EADDRINUSE;
		count += strata_addr_is4(&at->addr) == is4;
	}
	return is4 && count >= MEMBERSHIPS_MAX ? -ENOBUFS : 0;
}

/* Context: strata_net.config held, socket locked. */
static int join_locked(struct sock *sk, const struct in6_addr *group,
		       struct strata_link *link)
{
	struct strata_sock *ss = strata_sock(sk);
	struct strata_membership *new;
	int err;

	err = check_room(sk, group, link->ifindex);
	if (err)
		return err;
	new = sock_kmalloc(sk, sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOBUFS;
	new->addr = *group;
	new->link = link;
	strata_link_hold(link);
	err = strata_group_join(link, group);
	if (err) {
		strata_link_put(link);
		sock_kfree_s(sk, new, sizeof(*new));
		return err == -ENOSPC ? -ENOBUFS : err;
	}
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

	return link ? join_locked(sk, group, link) : -ENODEV;
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
	/* A link that went has left all of its groups. */
	if (!gone->link->dead)
		strata_group_leave(gone->link, &gone->addr);
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
