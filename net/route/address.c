// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses of a namespace.
 *
 * One hash table answers both questions that input asks of an address, "is it
 * ours?" and "is it a subnet's broadcast address?", in one look: beside each
 * address stands an entry for the broadcast address of its subnet.
 */
#include <linux/hash.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "table.h"

#define V4_PLEN		96	/* bits before an IPv4 address in the 128-bit form */
#define V4_CLASS_E	0xf0000000
#define POINT_TO_POINT_PLEN	127	/* RFC 3021: no broadcast from here on */

static BLOCKING_NOTIFIER_HEAD(addr_chain);

/**
 * strata_addr_notifier_register() - follow addresses as they come and go
 * @nb: called with &enum strata_addr_event and the &struct strata_addr
 *
 * Context: process. Return: 0 or -EEXIST.
 */
int strata_addr_notifier_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&addr_chain, nb);
}

/**
 * strata_addr_notifier_unregister() - no longer follow addresses
 * @nb: registered; not called once this returns
 *
 * Context: process.
 */
void strata_addr_notifier_unregister(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&addr_chain, nb);
}

/**
 * strata_addr_changed() - tell who follows addresses of a change of one
 * @addr: published; its lifetimes changed, or bits of its state that are shown
 *
 * Not for those who are being told of an address: they change what the others
 * are then told.
 *
 * Context: process, strata_net.config held.
 */
void strata_addr_changed(struct strata_addr *addr)
{
	blocking_notifier_call_chain(&addr_chain, STRATA_ADDR_CHANGED, addr);
}
EXPORT_SYMBOL_GPL(strata_addr_changed);

static unsigned int addr_hash(const struct in6_addr *addr)
{
	return hash_32((__force u32)(addr->s6_addr32[0] ^ addr->s6_addr32[1] ^
				     addr->s6_addr32[2] ^ addr->s6_addr32[3]),
		       STRATA_ADDR_HASH_BITS);
}

/* RFC 4291 2.5.6: means nothing beyond its link. */
static bool link_local(const struct in6_addr *addr)
{
	return (addr->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

static bool usable(const struct strata_addr *addr)
{
	return !(READ_ONCE(addr->state) & STRATA_ADDR_UNUSABLE);
}

static struct strata_addr *addr_lookup(const struct strata_route_net *rn,
				       const struct strata_link *link,
				       const struct in6_addr *addr)
{
	struct strata_addr *entry;

	hlist_for_each_entry_rcu(entry, &rn->addr_hash[addr_hash(addr)], hash) {
		if (!ipv6_addr_equal(&entry->addr, addr) || !usable(entry))
			continue;
		if (!link || entry->link == link ||
		    (entry->type == STRATA_ADDR_LOCAL && !link_local(addr)))
			return entry;
	}
	return NULL;
}

/**
 * strata_addr_lookup() - what an address is to us
 * @sn: the namespace's stack
 * @link: where it must be a broadcast or link-local address to count as one;
 *	NULL: anywhere
 * @addr: the address
 *
 * All of 127.0.0.0/8 is ours while 127.0.0.1 is (RFC 1122 3.2.1.3 (g)).
 *
 * Context: RCU read side. Return: borrowed; NULL: neither ours nor broadcast.
 */
struct strata_addr *strata_addr_lookup(struct strata_net *sn,
				       const struct strata_link *link,
				       const struct in6_addr *addr)
{
	struct strata_addr *entry = addr_lookup(sn->route, link, addr);
	struct in6_addr loopback;

	if (entry || !strata_addr_is4(addr) ||
	    likely(!ipv4_is_loopback(strata_addr_to4(addr))))
		return entry;
	strata_addr_from4(&loopback, htonl(INADDR_LOOPBACK));
	return addr_lookup(sn->route, link, &loopback);
}
EXPORT_SYMBOL_GPL(strata_addr_lookup);

/**
 * strata_addr_unusable() - an address that a link has but may not use
 * @link: the link
 * @addr: the address
 *
 * Context: RCU read side. Return: borrowed; tentative or a duplicate; NULL: none.
 */
struct strata_addr *strata_addr_unusable(const struct strata_link *link,
					 const struct in6_addr *addr)
{
	const struct strata_route_net *rn = link->sn->route;
	struct strata_addr *entry;

	hlist_for_each_entry_rcu(entry, &rn->addr_hash[addr_hash(addr)], hash)
		if (entry->link == link && !usable(entry) &&
		    ipv6_addr_equal(&entry->addr, addr))
			return entry;
	return NULL;
}
EXPORT_SYMBOL_GPL(strata_addr_unusable);

/**
 * strata_addr_find() - is this address ours?
 * @sn: the namespace's stack
 * @addr: the address
 *
 * Context: RCU read side. Return: borrowed; NULL: no.
 */
struct strata_addr *strata_addr_find(struct strata_net *sn,
				     const struct in6_addr *addr)
{
	struct strata_addr *entry = strata_addr_lookup(sn, NULL, addr);

	return entry && entry->type == STRATA_ADDR_LOCAL ? entry : NULL;
}
EXPORT_SYMBOL_GPL(strata_addr_find);

/**
 * strata_addr_is_broadcast() - is it a subnet's broadcast address?
 * @sn: the namespace's stack
 * @link: where; NULL: anywhere
 * @addr: the address
 *
 * Context: RCU read side.
 */
bool strata_addr_is_broadcast(struct strata_net *sn, struct strata_link *link,
			      const struct in6_addr *addr)
{
	struct strata_addr *entry = strata_addr_lookup(sn, link, addr);

	return entry && entry->type == STRATA_ADDR_BROADCAST;
}
EXPORT_SYMBOL_GPL(strata_addr_is_broadcast);

/**
 * strata_addr_next() - visit the addresses of a namespace by age
 * @sn: the namespace's stack
 * @addr: NULL starts
 *
 * Context: process, strata_net.config held. Return: borrowed; NULL: the end.
 */
struct strata_addr *strata_addr_next(struct strata_net *sn,
				     struct strata_addr *addr)
{
	struct strata_route_net *rn = sn->route;

	lockdep_assert_held(&sn->config);
	addr = list_prepare_entry(addr, &rn->addr_list, node);
	list_for_each_entry_continue(addr, &rn->addr_list, node)
		return addr;
	return NULL;
}
EXPORT_SYMBOL_GPL(strata_addr_next);

/**
 * strata_addr_next_on() - visit the addresses of a link by age
 * @sn: the namespace's stack
 * @link: NULL: of all links
 * @addr: NULL starts
 *
 * Context: process, strata_net.config held. Return: borrowed; NULL: the end.
 */
struct strata_addr *strata_addr_next_on(struct strata_net *sn,
					const struct strata_link *link,
					struct strata_addr *addr)
{
	do {
		addr = strata_addr_next(sn, addr);
	} while (addr && link && addr->link != link);
	return addr;
}

static void subnet_broadcast(struct strata_addr *addr)
{
	__be32 host_bits;

	if (!strata_addr_is4(&addr->addr) ||
	    addr->plen >= POINT_TO_POINT_PLEN ||
	    addr->link->flags & STRATA_LINK_LOOPBACK)
		return;
	host_bits = htonl(~0U >> (addr->plen - V4_PLEN));
	strata_addr_from4(&addr->broadcast,
			  strata_addr_to4(&addr->addr) | host_bits);
}

/* RFC 1122 3.2.1.3: what cannot be a host's address. */
static const char *refuse4(const struct strata_addr *addr)
{
	__be32 addr4 = strata_addr_to4(&addr->addr);
	struct in6_addr network;

	if (addr->plen < V4_PLEN)
		return "Prefix length out of range";
	if (ipv4_is_multicast(addr4))
		return "A multicast address cannot be a host's";
	if (strata_addr4_is_this_net(addr4) ||
	    (ntohl(addr4) & V4_CLASS_E) == V4_CLASS_E)
		return "The address is reserved";
	if (ipv4_is_loopback(addr4) &&
	    !(addr->link->flags & STRATA_LINK_LOOPBACK))
		return "A loopback address can only be on the loopback device";
	if (addr->plen >= POINT_TO_POINT_PLEN)
		return NULL;
	ipv6_addr_prefix(&network, &addr->addr, addr->plen);
	if (ipv6_addr_equal(&network, &addr->addr))
		return "The address is its network's own, its host bits are 0";
	if (ipv6_addr_equal(&addr->broadcast, &addr->addr))
		return "The address is its network's broadcast address";
	return NULL;
}

static const char *refuse6(const struct strata_addr *addr)
{
	if (ipv6_addr_any(&addr->addr))
		return "The unspecified address cannot be a host's";
	if (ipv6_addr_is_multicast(&addr->addr))
		return "A multicast address cannot be a host's";
	if (ipv6_addr_loopback(&addr->addr) &&
	    !(addr->link->flags & STRATA_LINK_LOOPBACK))
		return "A loopback address can only be on the loopback device";
	return NULL;
}

static int addr_check(const struct strata_addr *addr,
		      struct netlink_ext_ack *extack)
{
	struct strata_net *sn = addr->link->sn;
	struct strata_addr *twin, *unusable;
	const char *why;

	if (addr->plen > 128)
		why = "Prefix length out of range";
	else if (strata_addr_is4(&addr->addr))
		why = refuse4(addr);
	else
		why = refuse6(addr);
	if (why) {
		if (extack)
			extack->_msg = why;
		return -EINVAL;
	}
	rcu_read_lock();
	twin = addr_lookup(sn->route,
			   link_local(&addr->addr) ? addr->link : NULL,
			   &addr->addr);
	unusable = strata_addr_unusable(addr->link, &addr->addr);
	rcu_read_unlock();
	if (unusable || (twin && twin->type == STRATA_ADDR_LOCAL)) {
		NL_SET_ERR_MSG(extack, "The address is in use here already");
		return -EEXIST;
	}
	return 0;
}

/* The entry of @addr's broadcast address, with which it comes and goes. */
static int addr_make_cast(struct strata_addr *addr)
{
	struct strata_addr *cast;

	if (ipv6_addr_any(&addr->broadcast))
		return 0;
	cast = kzalloc(sizeof(*cast), GFP_KERNEL_ACCOUNT);
	if (!cast)
		return -ENOMEM;
	cast->addr = addr->broadcast;
	cast->plen = addr->plen;
	cast->type = STRATA_ADDR_BROADCAST;
	cast->link = addr->link;
	addr->cast = cast;
	return 0;
}

static void addr_free(struct strata_addr *addr)
{
	strata_link_put(addr->link);
	kfree(addr->cast);
	kfree(addr);
}

static void addr_free_rcu(struct rcu_head *rcu)
{
	addr_free(container_of(rcu, struct strata_addr, rcu));
}

static struct strata_addr *addr_new(struct strata_link *link,
				    const struct in6_addr *like, u8 plen,
				    struct netlink_ext_ack *extack)
{
	struct strata_addr *addr = kzalloc(sizeof(*addr), GFP_KERNEL_ACCOUNT);
	int err;

	if (!addr)
		return ERR_PTR(-ENOMEM);
	strata_link_hold(link);
	addr->addr = *like;
	addr->plen = plen;
	addr->type = STRATA_ADDR_LOCAL;
	addr->link = link;
	if (plen >= V4_PLEN)
		subnet_broadcast(addr);
	err = addr_check(addr, extack) ?: addr_make_cast(addr);
	if (!err)
		return addr;
	addr_free(addr);
	return ERR_PTR(err);
}

static void addr_publish(struct strata_addr *addr)
{
	struct strata_route_net *rn = addr->link->sn->route;

	if (addr->cast)
		hlist_add_tail_rcu(&addr->cast->hash,
				   &rn->addr_hash[addr_hash(&addr->broadcast)]);
	hlist_add_head_rcu(&addr->hash, &rn->addr_hash[addr_hash(&addr->addr)]);
	addr->serial = ++rn->addr_serial;
	list_add_tail_rcu(&addr->node, &rn->addr_list);
	rn->addrs++;
}

static void addr_unpublish(struct strata_addr *addr)
{
	struct strata_route_net *rn = addr->link->sn->route;

	hlist_del_rcu(&addr->hash);
	if (addr->cast)
		hlist_del_rcu(&addr->cast->hash);
	list_del_rcu(&addr->node);
	rn->addrs--;
}

static int addr_may_add(const struct strata_link *link,
			struct netlink_ext_ack *extack)
{
	if (link->dead) {
		NL_SET_ERR_MSG(extack, "Device is not attached");
		return -ENODEV;
	}
	if (link->sn->route->addrs >= STRATA_ADDR_LIMIT) {
		NL_SET_ERR_MSG(extack, "Too many addresses in this namespace");
		return -ENOSPC;
	}
	return 0;
}

/**
 * strata_addr_add_auto() - give a link an address that is followed
 * @link: attached
 * @addr: the address
 * @plen: prefix length, in the 128-bit form
 * @state: bits of &enum strata_addr_state to begin with
 * @follow: what is followed of it; NULL: nothing
 * @extack: for the reason of a refusal
 *
 * The connected route comes with it, for addresses made by hand and for
 * link-local ones: others know nothing of what is on the link (RFC 5942 4).
 *
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -EEXIST,
 * -ENOSPC, -ENODEV, -ENOMEM.
 */
int strata_addr_add_auto(struct strata_link *link, const struct in6_addr *addr,
			 u8 plen, unsigned long state,
			 const struct strata_addr_auto *follow,
			 struct netlink_ext_ack *extack)
{
	struct strata_net *sn = link->sn;
	struct strata_addr *entry;
	int err;

	lockdep_assert_held(&sn->config);
	err = addr_may_add(link, extack);
	if (err)
		return err;
	entry = addr_new(link, addr, plen, extack);
	if (IS_ERR(entry))
		return PTR_ERR(entry);
	entry->state = state;
	if (link->flags & (STRATA_LINK_LOOPBACK | STRATA_LINK_NOARP))
		entry->state &= ~BIT(STRATA_ADDR_TENTATIVE);
	if (follow)
		entry->follow = *follow;
	err = strata_addr_connect(entry, extack);
	if (err) {
		addr_free(entry);
		return err;
	}
	addr_publish(entry);
	strata_net_changed(sn);
	blocking_notifier_call_chain(&addr_chain, STRATA_ADDR_ADDED, entry);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_addr_add_auto);

/**
 * strata_addr_add() - give a link an address
 * @link: attached
 * @addr: the address
 * @plen: prefix length, in the 128-bit form
 * @extack: for the reason of a refusal
 *
 * It is ours at once, without asking whether it is somebody else's.
 *
 * Context: process, strata_net.config held. Return: as strata_addr_add_auto().
 */
int strata_addr_add(struct strata_link *link, const struct in6_addr *addr,
		    u8 plen, struct netlink_ext_ack *extack)
{
	return strata_addr_add_auto(link, addr, plen, 0, NULL, extack);
}
EXPORT_SYMBOL_GPL(strata_addr_add);

static void addr_remove(struct strata_addr *addr)
{
	struct strata_net *sn = addr->link->sn;

	addr_unpublish(addr);
	strata_addr_disconnect(addr);
	strata_route_purge_source(sn, &addr->addr);
	strata_net_changed(sn);
	blocking_notifier_call_chain(&addr_chain, STRATA_ADDR_REMOVED, addr);
	call_rcu(&addr->rcu, addr_free_rcu);
}

/**
 * strata_addr_del() - take an address from a link
 * @link: attached
 * @addr: the address
 * @plen: prefix length it was added with
 * @extack: for the reason of a refusal
 *
 * Its connected route goes with it, unless another address is in that subnet,
 * and so do the routes that prefer it as their source.
 *
 * Context: process, strata_net.config held. Return: 0, -EADDRNOTAVAIL.
 */
int strata_addr_del(struct strata_link *link, const struct in6_addr *addr,
		    u8 plen, struct netlink_ext_ack *extack)
{
	struct strata_addr *entry = NULL;

	while ((entry = strata_addr_next_on(link->sn, link, entry))) {
		if (entry->plen == plen &&
		    ipv6_addr_equal(&entry->addr, addr)) {
			addr_remove(entry);
			return 0;
		}
	}
	NL_SET_ERR_MSG(extack, "The device has no such address");
	return -EADDRNOTAVAIL;
}
EXPORT_SYMBOL_GPL(strata_addr_del);

/**
 * strata_addr_purge_link() - take all addresses from a link
 * @sn: the namespace's stack
 * @link: it goes; NULL: all links
 *
 * Context: process, strata_net.config held.
 */
void strata_addr_purge_link(struct strata_net *sn,
			    const struct strata_link *link)
{
	struct strata_addr *addr;

	while ((addr = strata_addr_next_on(sn, link, NULL)))
		addr_remove(addr);
}

/**
 * strata_addr_loopback() - give the loopback link 127.0.0.1/8
 * @link: slo; nothing happens if it has the address
 *
 * Context: process, strata_net.config held. Return: 0 or -ENOMEM.
 */
int strata_addr_loopback(struct strata_link *link)
{
	struct in6_addr addr;
	int err;

	strata_addr_from4(&addr, htonl(INADDR_LOOPBACK));
	err = strata_addr_add(link, &addr, V4_PLEN + 8, NULL);
	return err == -EEXIST ? 0 : err;
}
