// SPDX-License-Identifier: GPL-2.0
/*
 * What a link has without being told: the group of all nodes, the group of each
 * of its addresses, and a link-local address (RFC 4291 2.8).
 */
#include <linux/module.h>
#include <linux/siphash.h>
#include <linux/string.h>
#include <net/addrconf.h>
#include <strata/visibility.h>
#include "ipv6.h"

#define LINK_LOCAL_PLEN	64	/* RFC 4291 2.5.6 */
#define LOOPBACK_PLEN	128

/**
 * strata_stable_id() - an interface identifier that stays (RFC 7217 5)
 * @link: the link
 * @dad_counter: how many before it were in use by others
 * @addr: in: its first 8 bytes, the prefix; out: its last 8 bytes
 *
 * The same prefix on the same link gives the same identifier, and different
 * ones show nothing in common. Net_Iface is the L2 address, for links without
 * one the device's name (RFC 7217 appendix A).
 *
 * Context: process.
 */
void strata_stable_id(const struct strata_link *link, u8 dad_counter,
		      struct in6_addr *addr)
{
	const struct net_device *dev = link->dev;
	struct {
		struct in6_addr prefix;
		u8 iface[MAX_ADDR_LEN];
		u8 dad_counter;
	} __packed input = {
		.prefix.s6_addr32 = { addr->s6_addr32[0], addr->s6_addr32[1] },
		.dad_counter = dad_counter,
	};
	u64 id;

	if (dev->addr_len)
		memcpy(input.iface, dev->dev_addr, dev->addr_len);
	else
		strscpy_pad(input.iface, dev->name, sizeof(input.iface));
	id = siphash(&input, sizeof(input), &link->sn->ipv6->stable_secret);
	addr->s6_addr32[2] = (__force __be32)(id >> 32);
	addr->s6_addr32[3] = (__force __be32)id;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_stable_id);

static void host_add(struct strata_link *link, const struct in6_addr *addr,
		     u8 plen)
{
	int err = strata_addr_add_auto(link, addr, plen,
				       BIT(STRATA_ADDR_AUTO) |
				       BIT(STRATA_ADDR_TENTATIVE), NULL, NULL);

	if (err && err != -EEXIST)
		netdev_warn(link->dev, "strata: no address %pI6c: %d\n", addr,
			    err);
}

static void host_attached(struct strata_link *link)
{
	struct in6_addr addr = { .s6_addr = { 0xfe, 0x80 } };

	if (link->flags & STRATA_LINK_LOOPBACK) {
		host_add(link, &in6addr_loopback, LOOPBACK_PLEN);
		return;
	}
	if (strata_group_join(link, &in6addr_linklocal_allnodes))
		netdev_warn(link->dev, "strata: cannot hear all-nodes\n");
	strata_stable_id(link, 0, &addr);
	host_add(link, &addr, LINK_LOCAL_PLEN);
}

static bool asks(const struct strata_link *link)
{
	return !(link->flags & (STRATA_LINK_LOOPBACK | STRATA_LINK_NOARP));
}

/**
 * strata_link_local() - our link-local address on a link
 * @link: the link
 * @soon: out: DAD may still make one ours
 *
 * Context: process, strata_net.config held. Return: borrowed; NULL: none yet.
 */
const struct strata_addr *strata_link_local(const struct strata_link *link,
					    bool *soon)
{
	struct strata_addr *addr = NULL;

	*soon = false;
	while ((addr = strata_addr_next(link->sn, addr))) {
		if (addr->link != link ||
		    !(ipv6_addr_type(&addr->addr) & IPV6_ADDR_LINKLOCAL))
			continue;
		if (!(READ_ONCE(addr->state) & STRATA_ADDR_UNUSABLE))
			return addr;
		*soon |= test_bit(STRATA_ADDR_TENTATIVE, &addr->state);
	}
	return NULL;
}

/* RFC 4861 7.2.6: whoever knows us by another L2 address learns the new one. */
static void host_announce(struct strata_link *link)
{
	struct strata_addr *addr = NULL;

	local_bh_disable();
	rcu_read_lock();
	while ((addr = strata_addr_next(link->sn, addr)))
		if (addr->link == link && !strata_addr_is4(&addr->addr) &&
		    !(READ_ONCE(addr->state) & STRATA_ADDR_UNUSABLE))
			strata_nd_advertise(link, &addr->addr,
					    &in6addr_linklocal_allnodes, NULL);
	rcu_read_unlock();
	local_bh_enable();
}

static void host_up(struct strata_link *link)
{
	struct strata_addr *addr = NULL;

	/* First, or nobody could hear the answers to what follows. */
	strata_group_up(link, &strata_mld_groups);
	link->ipv6_temp_failed = false;
	while ((addr = strata_addr_next(link->sn, addr)))
		if (addr->link == link && !strata_addr_is4(&addr->addr) &&
		    test_bit(STRATA_ADDR_TENTATIVE, &addr->state))
			strata_dad_start(addr);
	host_announce(link);
	if (!link->ipv6.forwarding)
		strata_rs_start(link);
}

/* RFC 4861 6.2.2, RFC 4291 2.8: what forwards is a router, and is in the group of
 * all of them. It asks none itself, and the default way through those that
 * spoke is no longer its own.
 */
static void host_router(struct strata_link *link)
{
	const struct in6_addr *all = &in6addr_linklocal_allrouters;
	bool router = link->ipv6.forwarding;

	if (router == link->ipv6_router)
		return;
	link->ipv6_router = router;
	if (!router) {
		strata_group_leave(link, all);
		if (asks(link) && strata_link_is_up(link))
			strata_rs_start(link);
		return;
	}
	if (strata_group_join(link, all))
		netdev_warn(link->dev, "strata: cannot hear all-routers\n");
	strata_rs_answered(link);
	strata_prefix_no_routers(link);
}

static int host_link_event(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	struct strata_link *link = data;

	if (!link->sn->ipv6)
		return NOTIFY_DONE;
	switch (event) {
	case STRATA_LINK_ATTACHED:
		host_attached(link);
		host_router(link);
		break;
	case STRATA_LINK_CONF:
		host_router(link);
		break;
	case STRATA_LINK_UP:
		if (asks(link))
			host_up(link);
		break;
	case STRATA_LINK_ADDRESS:
		if (asks(link) && strata_link_is_up(link))
			host_announce(link);
		break;
	case STRATA_LINK_DETACHING:
		strata_group_leave_all(link->sn, AF_INET6, link);
		strata_prefix_forget(link->sn, link);
		strata_rs_forget(link->sn, link);
		break;
	}
	return NOTIFY_OK;
}

/* RFC 4291 2.8: each address has its solicited-node group, and that before it is
 * ours (RFC 4862 5.4.2).
 */
static int host_addr_event(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	struct strata_addr *addr = data;
	struct in6_addr group;

	if (event == STRATA_ADDR_CHANGED || strata_addr_is4(&addr->addr) ||
	    !addr->link->sn->ipv6 || addr->link->flags & STRATA_LINK_LOOPBACK)
		return NOTIFY_DONE;
	addrconf_addr_solict_mult(&addr->addr, &group);
	if (event == STRATA_ADDR_REMOVED)
		strata_group_leave(addr->link, &group);
	else if (strata_group_join(addr->link, &group))
		netdev_warn(addr->link->dev, "strata: nobody will find %pI6c\n",
			    &addr->addr);
	if (event == STRATA_ADDR_ADDED &&
	    test_bit(STRATA_ADDR_TENTATIVE, &addr->state))
		strata_dad_start(addr);
	return NOTIFY_OK;
}

static struct notifier_block host_addr_notifier = {
	.notifier_call = host_addr_event,
};

/* After net/route, which takes the addresses of a link that goes. */
static struct notifier_block host_link_notifier = {
	.notifier_call = host_link_event,
};

/**
 * strata_host_follow() - configure links from now on
 *
 * Context: process, takes RTNL. Return: 0 or -errno.
 */
int strata_host_follow(void)
{
	int err;

	err = strata_addr_notifier_register(&host_addr_notifier);
	if (err)
		return err;
	err = strata_link_notifier_register(&host_link_notifier);
	if (err)
		strata_addr_notifier_unregister(&host_addr_notifier);
	return err;
}

/**
 * strata_host_unfollow() - undo strata_host_follow()
 *
 * Context: process, takes RTNL.
 */
void strata_host_unfollow(void)
{
	strata_link_notifier_unregister(&host_link_notifier);
	strata_addr_notifier_unregister(&host_addr_notifier);
}
