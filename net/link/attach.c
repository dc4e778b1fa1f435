// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching a device: from the host's stack to ours, and back.
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "attach.h"
#include "bind.h"
#include "direct.h"
#include "isolate.h"
#include "links.h"
#include "neigh_table.h"

/* Withholds every frame from the host. Those that L3 takes come back through
 * bind.c; counts the others, which the kernel is about to free. Context:
 * softirq, RCU. Does not own the buffer.
 */
static rx_handler_result_t attach_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct strata_link *link;

	if (unlikely(!strata_bind_knows(skb->protocol)) &&
	    skb->pkt_type != PACKET_OTHERHOST) {
		link = rcu_dereference(skb->dev->rx_handler_data);
		strata_drop_count(link->sn, skb, STRATA_DROP_L3_UNKNOWN);
	}
	return RX_HANDLER_EXACT;
}

/**
 * strata_link_of() - the link of a device
 * @dev: the device
 *
 * Context: process, RTNL held. Return: borrowed; NULL if it is not attached.
 */
struct strata_link *strata_link_of(const struct net_device *dev)
{
	ASSERT_RTNL();
	if (rcu_access_pointer(dev->rx_handler) != attach_rx)
		return NULL;
	return rtnl_dereference(dev->rx_handler_data);
}

/* Does somebody else receive from the device? */
static int refuse_busy(struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (strata_link_of(dev)) {
		NL_SET_ERR_MSG(extack, "the device is attached already");
		return -EEXIST;
	}
	if (netif_is_bridge_port(dev)) {
		NL_SET_ERR_MSG(extack,
			       "the device is a bridge port: first `ip link set DEV nomaster`");
		return -EBUSY;
	}
	if (netif_is_lag_port(dev)) {
		NL_SET_ERR_MSG(extack,
			       "the device is part of a bond or team: first `ip link set DEV nomaster`");
		return -EBUSY;
	}
	if (netdev_master_upper_dev_get(dev)) {
		NL_SET_ERR_MSG(extack,
			       "the device has a master: first `ip link set DEV nomaster`");
		return -EBUSY;
	}
	if (netdev_is_rx_handler_busy(dev)) {
		NL_SET_ERR_MSG(extack,
			       "macvlan, ipvlan or another driver receives from the device already");
		return -EBUSY;
	}
	return 0;
}

static int refuse_type(struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack,
			       "lo is the host's; Strata has a loopback device of its own, slo");
		return -EINVAL;
	}
	if (dev->type != ARPHRD_ETHER && dev->type != ARPHRD_NONE &&
	    dev->type != ARPHRD_RAWIP) {
		NL_SET_ERR_MSG(extack,
			       "only Ethernet and L3-only devices (tun) can be attached");
		return -EINVAL;
	}
	if (dev->reg_state != NETREG_REGISTERED) {
		NL_SET_ERR_MSG(extack, "the device is being removed");
		return -ENODEV;
	}
	return 0;
}

static struct strata_link *link_alloc(struct net_device *dev, u32 flags)
{
	struct strata_link *link = kzalloc(sizeof(*link), GFP_KERNEL);

	if (!link)
		return NULL;
	link->dev = dev;
	link->sn = strata_net(dev_net(dev));
	link->ifindex = dev->ifindex;
	link->flags = flags;
	link->dead = true;	/* until it is in the list */
	strata_link_conf_default(link);
	refcount_set(&link->refcnt, 1);
	netdev_hold(dev, &link->tracker, GFP_KERNEL);
	return link;
}

static void link_give_up(struct strata_link *link)
{
	netdev_put(link->dev, &link->tracker);
	strata_link_put(link);
}

/* In the order of indexes, so that a dump knows where to go on. */
static void link_insert(struct strata_link_net *ln, struct strata_link *link)
{
	struct strata_link *at;

	list_for_each_entry(at, &ln->links, node)
		if (at->ifindex > link->ifindex)
			break;
	list_add_tail_rcu(&link->node, &at->node);
}

static void link_publish(struct strata_link *link)
{
	struct strata_net *sn = link->sn;

	mutex_lock(&sn->config);
	WRITE_ONCE(link->dead, false);
	link_insert(sn->link, link);
	if (link->flags & STRATA_LINK_LOOPBACK)
		rcu_assign_pointer(sn->link->loopback, link);
	strata_net_changed(sn);
	strata_link_event(link, STRATA_LINK_ATTACHED);
	if (netif_running(link->dev))
		strata_link_event(link, STRATA_LINK_UP);
	mutex_unlock(&sn->config);
}

static void link_withdraw(struct strata_link *link)
{
	struct strata_net *sn = link->sn;

	mutex_lock(&sn->config);
	WRITE_ONCE(link->dead, true);
	list_del_rcu(&link->node);
	if (link->flags & STRATA_LINK_LOOPBACK)
		RCU_INIT_POINTER(sn->link->loopback, NULL);
	strata_net_changed(sn);
	strata_link_event(link, STRATA_LINK_DETACHING);
	strata_neigh_link_gone(link);
	mutex_unlock(&sn->config);
}

/**
 * strata_attach() - attach a device that nothing speaks against
 * @dev: the device
 * @flags: STRATA_LINK_*
 * @extack: says what failed
 *
 * Context: process, RTNL held.
 * Return: 0, -ENOMEM, -EBUSY or what opening the device returned.
 */
int strata_attach(struct net_device *dev, u32 flags,
		  struct netlink_ext_ack *extack)
{
	struct strata_link *link = link_alloc(dev, flags);
	int err;

	if (!link)
		return -ENOMEM;
	err = netdev_rx_handler_register(dev, attach_rx, link);
	if (err)
		goto give_up;
	err = strata_isolate(link, extack);
	if (err)
		goto unhandle;
	err = strata_bind_link(link);
	if (err)
		goto undo;
	link_publish(link);
	strata_direct_take(dev, &strata_link_direct);
	return 0;

undo:
	netdev_rx_handler_unregister(dev);
	strata_isolate_undo(link);
	goto give_up;
unhandle:
	netdev_rx_handler_unregister(dev);
give_up:
	link_give_up(link);
	return err;
}

/**
 * strata_detach() - give a device back to the host
 * @link: its link
 *
 * First everybody who points to the link lets go, then the readers of now end,
 * then the host gets the device.
 *
 * Context: process, RTNL held, sleeps.
 */
void strata_detach(struct strata_link *link)
{
	ASSERT_RTNL();
	link_withdraw(link);
	strata_bind_stop(link);
	strata_direct_take(link->dev, NULL);
	/* Waits for a grace period, also on behalf of the three above. */
	netdev_rx_handler_unregister(link->dev);
	strata_bind_free(link);
	strata_isolate_undo(link);
	link_give_up(link);
}

/**
 * strata_link_attach() - take a device from the host's stack
 * @dev: the device; its namespace's stack gets it
 * @extack: says why not
 *
 * A device that is up goes down and up once: the host's stack then forgets
 * what it had there.
 *
 * Context: process, RTNL held.
 * Return: 0, -EEXIST (attached already), -EBUSY (somebody else has it, or the
 * host has addresses on it), -EINVAL (not a kind we can), -ENODEV, -ENOMEM.
 */
int strata_link_attach(struct net_device *dev, struct netlink_ext_ack *extack)
{
	u32 flags = 0;
	int err;

	ASSERT_RTNL();
	err = refuse_type(dev, extack);
	if (!err)
		err = refuse_busy(dev, extack);
	if (!err)
		err = strata_isolate_check(dev, extack);
	if (err)
		return err;
	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_NOARP)
		flags |= STRATA_LINK_NOARP;
	return strata_attach(dev, flags, extack);
}
EXPORT_SYMBOL_GPL(strata_link_attach);

/**
 * strata_link_detach() - give a device back to the host's stack
 * @dev: the device
 * @extack: says why not
 *
 * Addresses, routes and neighbours on it go; sockets find another way or none.
 *
 * Context: process, RTNL held, sleeps.
 * Return: 0, -ENOENT (not attached), -EPERM (slo).
 */
int strata_link_detach(struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct strata_link *link = strata_link_of(dev);

	if (!link) {
		NL_SET_ERR_MSG(extack, "the device is not attached");
		return -ENOENT;
	}
	if (link->flags & STRATA_LINK_LOOPBACK) {
		NL_SET_ERR_MSG(extack, STRATA_LINK_NAME " is the stack's own and stays attached");
		return -EPERM;
	}
	strata_detach(link);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_link_detach);
