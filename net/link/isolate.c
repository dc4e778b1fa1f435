// SPDX-License-Identifier: GPL-2.0
/*
 * Isolation: while a device is attached, the host's stack is silent on it.
 *
 * It hears nothing, since the rx_handler withholds every frame. What it would
 * send of its own accord comes from its addresses (ARP announcements, DAD,
 * router solicitations, MLD and IGMP reports), so it may have none:
 *
 *  - A device with addresses that a person set is refused, since taking them
 *    away silently would surprise.
 *  - disable_ipv6 is set on the device, and a device that is up is closed and
 *    opened again, which makes IPv6 drop its automatic addresses and forget
 *    its groups before a report could leave.
 *  - A new address on the device is refused for as long as it is attached.
 *  - The host's neighbour caches may not ask on the device, so even a program
 *    that binds a socket to it sends no unicast.
 *
 * Packet sockets are not the host's stack; they work as ever.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/neighbour.h>
#include "attach.h"
#include "isolate.h"

static bool host_has_ipv6_address(struct inet6_dev *idev)
{
	struct inet6_ifaddr *ifa;
	bool found = false;

	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa, &idev->addr_list, if_list) {
		if (ifa->flags & IFA_F_PERMANENT &&
		    !(ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL))
			found = true;
	}
	read_unlock_bh(&idev->lock);
	return found;
}

/**
 * strata_isolate_check() - may the device be taken from the host?
 * @dev: the device
 * @extack: says why not
 *
 * Context: process, RTNL held. Return: 0, or -EBUSY while the host has
 * addresses there that a person set.
 */
int strata_isolate_check(struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);
	struct inet6_dev *idev = __in6_dev_get(dev);

	if (in_dev && rtnl_dereference(in_dev->ifa_list)) {
		NL_SET_ERR_MSG(extack,
			       "the host has IPv4 addresses on the device: first `ip -4 addr flush dev DEV`");
		return -EBUSY;
	}
	if (idev && host_has_ipv6_address(idev)) {
		NL_SET_ERR_MSG(extack,
			       "the host has IPv6 addresses on the device: first `ip -6 addr flush dev DEV`");
		return -EBUSY;
	}
	return 0;
}

/* Also after the host made its part of the device anew: what was saved stays. */
static void host_silence_ipv4(struct strata_link *link)
{
	struct in_device *in_dev = __in_dev_get_rtnl(link->dev);

	if (!in_dev)
		return;
	if (link->host.arp_probes < 0)
		link->host.arp_probes = NEIGH_VAR(in_dev->arp_parms,
						  MCAST_PROBES);
	NEIGH_VAR_SET(in_dev->arp_parms, MCAST_PROBES, 0);
}

/* Reports of groups wait a moment before they go (RFC 3810 6.1): not these. */
static void host_forget_reports(struct inet6_dev *idev)
{
	mutex_lock(&idev->mc_lock);
	idev->mc_ifc_count = 0;
	if (cancel_delayed_work(&idev->mc_ifc_work))
		in6_dev_put(idev);
	mutex_unlock(&idev->mc_lock);
}

static void host_silence_ipv6(struct strata_link *link)
{
	struct inet6_dev *idev = __in6_dev_get(link->dev);

	if (!idev)
		return;
	if (link->host.nd_probes < 0) {
		link->host.nd_probes = NEIGH_VAR(idev->nd_parms, MCAST_PROBES);
		link->host.disable_ipv6 = idev->cnf.disable_ipv6;
	}
	WRITE_ONCE(idev->cnf.disable_ipv6, 1);
	NEIGH_VAR_SET(idev->nd_parms, MCAST_PROBES, 0);
	host_forget_reports(idev);
}

static void host_restore_ipv4(struct strata_link *link)
{
	struct in_device *in_dev = __in_dev_get_rtnl(link->dev);

	if (in_dev && link->host.arp_probes >= 0)
		NEIGH_VAR_SET(in_dev->arp_parms, MCAST_PROBES,
			      link->host.arp_probes);
}

static void host_restore_ipv6(struct strata_link *link)
{
	struct inet6_dev *idev = __in6_dev_get(link->dev);

	if (!idev || link->host.nd_probes < 0)
		return;
	WRITE_ONCE(idev->cnf.disable_ipv6, link->host.disable_ipv6);
	NEIGH_VAR_SET(idev->nd_parms, MCAST_PROBES, link->host.nd_probes);
	/* Or it would take itself for configured. */
	write_lock_bh(&idev->lock);
	idev->if_flags &= ~IF_READY;
	write_unlock_bh(&idev->lock);
}

/**
 * strata_isolate() - take the device from the host's stack
 * @link: the link; the rx_handler is in place
 * @extack: says why not
 *
 * A device that is up goes down and up once.
 *
 * Context: process, RTNL held. Return: 0, or what opening the device returned;
 * it is then down and the host's again.
 */
int strata_isolate(struct strata_link *link, struct netlink_ext_ack *extack)
{
	bool up = link->dev->flags & IFF_UP;
	int err;

	ASSERT_RTNL();
	if (up)
		dev_close(link->dev);
	link->host.arp_probes = -1;
	link->host.nd_probes = -1;
	host_silence_ipv4(link);
	host_silence_ipv6(link);
	err = up ? dev_open(link->dev, extack) : 0;
	if (err) {
		host_restore_ipv4(link);
		host_restore_ipv6(link);
	}
	return err;
}

/**
 * strata_isolate_again() - keep the host silent after an event
 * @link: the link
 *
 * The host makes its part of a device anew, with the defaults, when the MTU
 * rises above its minimum; and net.ipv6.conf.all.disable_ipv6 overwrites ours.
 *
 * Context: process, RTNL held.
 */
void strata_isolate_again(struct strata_link *link)
{
	ASSERT_RTNL();
	host_silence_ipv4(link);
	host_silence_ipv6(link);
}

/**
 * strata_isolate_undo() - give the device back to the host's stack
 * @link: the link; the rx_handler is gone
 *
 * Where the device is up, IPv6 configures itself as it does when a cable is
 * plugged in.
 *
 * Context: process, RTNL held.
 */
void strata_isolate_undo(struct strata_link *link)
{
	host_restore_ipv4(link);
	host_restore_ipv6(link);
	if (link->dev->reg_state == NETREG_REGISTERED)
		netdev_state_change(link->dev);
}

static int host_address_check(const struct net_device *dev,
			      struct netlink_ext_ack *extack)
{
	struct strata_link *link = strata_link_of(dev);

	if (!link)
		return NOTIFY_DONE;
	/* IPv6 comes here by itself when it is switched on for all devices. */
	if (!link->dead)
		strata_isolate_again(link);
	NL_SET_ERR_MSG(extack,
		       "the device is attached to Strata: use `strata addr add`, or detach it first");
	return notifier_from_errno(-EBUSY);
}

/* Context: process, RTNL held. */
static int host_ipv4_address(struct notifier_block *nb, unsigned long event,
			     void *data)
{
	struct in_validator_info *info = data;

	return host_address_check(info->ivi_dev->dev, info->extack);
}

/* Context: process, RTNL held. */
static int host_ipv6_address(struct notifier_block *nb, unsigned long event,
			     void *data)
{
	struct in6_validator_info *info = data;

	return host_address_check(info->i6vi_dev->dev, info->extack);
}

static struct notifier_block ipv4_validator = {
	.notifier_call = host_ipv4_address,
};

static struct notifier_block ipv6_validator = {
	.notifier_call = host_ipv6_address,
};

/**
 * strata_isolate_init() - watch over the host's addresses
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_isolate_init(void)
{
	int err;

	err = register_inetaddr_validator_notifier(&ipv4_validator);
	if (err)
		return err;
	err = register_inet6addr_validator_notifier(&ipv6_validator);
	if (err)
		unregister_inetaddr_validator_notifier(&ipv4_validator);
	return err;
}

/**
 * strata_isolate_exit() - undo strata_isolate_init()
 *
 * Context: module unload.
 */
void strata_isolate_exit(void)
{
	unregister_inet6addr_validator_notifier(&ipv6_validator);
	unregister_inetaddr_validator_notifier(&ipv4_validator);
}
