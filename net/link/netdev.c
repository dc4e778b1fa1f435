// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to attached devices, from the kernel's notifier chain.
 */
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include "attach.h"
#include "isolate.h"
#include "links.h"
#include "neigh_table.h"
#include "netdev.h"

/* Upper layers learn of it, and every cached path is looked up again. */
static void netdev_tell(struct strata_link *link, enum strata_link_event event)
{
	mutex_lock(&link->sn->config);
	if (event == STRATA_LINK_DOWN)
		strata_neigh_flush(link->sn, link);
	if (event == STRATA_LINK_ADDRESS)
		strata_neigh_link_readdress(link);
	strata_net_changed(link->sn);
	strata_link_event(link, event);
	mutex_unlock(&link->sn->config);
}

/* Who was behind the cable may not be behind it when it is plugged in again. */
static void netdev_carrier(struct strata_link *link)
{
	if (netif_carrier_ok(link->dev))
		return;
	mutex_lock(&link->sn->config);
	strata_neigh_flush(link->sn, link);
	mutex_unlock(&link->sn->config);
}

static int netdev_refuse_master(struct netdev_notifier_changeupper_info *info)
{
	struct netlink_ext_ack *extack = info->info.extack;

	if (!info->master || !info->linking)
		return NOTIFY_DONE;
	NL_SET_ERR_MSG(extack,
		       "the device is attached to Strata: first `strata link detach DEV`");
	return notifier_from_errno(-EBUSY);
}

static int netdev_link_event(struct strata_link *link, unsigned long event,
			     void *ptr)
{
	switch (event) {
	case NETDEV_UNREGISTER:		/* also on the way to another netns */
		strata_detach(link);
		break;
	case NETDEV_PRE_UP:
		strata_isolate_again(link);
		break;
	case NETDEV_UP:
		strata_isolate_again(link);
		netdev_tell(link, STRATA_LINK_UP);
		break;
	case NETDEV_DOWN:
		netdev_tell(link, STRATA_LINK_DOWN);
		break;
	case NETDEV_CHANGEMTU:
		strata_isolate_again(link);
		netdev_tell(link, STRATA_LINK_MTU);
		break;
	case NETDEV_CHANGEADDR:
		netdev_tell(link, STRATA_LINK_ADDRESS);
		break;
	case NETDEV_CHANGENAME:
		netdev_tell(link, STRATA_LINK_RENAMED);
		break;
	case NETDEV_CHANGE:
		strata_isolate_again(link);
		netdev_carrier(link);
		netdev_tell(link, STRATA_LINK_CARRIER);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return notifier_from_errno(-EBUSY);
	case NETDEV_PRECHANGEUPPER:
		return netdev_refuse_master(ptr);
	}
	return NOTIFY_DONE;
}

/* Context: process, RTNL held. */
static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct strata_link *link = strata_link_of(dev);

	/* Dead: being attached right now, and going down and up for it. */
	if (!link || link->dead)
		return NOTIFY_DONE;
	return netdev_link_event(link, event, ptr);
}

/* After the host's layers (their priority is 0): what they set up on an event
 * is then there to be undone.
 */
static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
	.priority = -1,
};

/**
 * strata_netdev_init() - follow devices
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_netdev_init(void)
{
	return register_netdevice_notifier(&netdev_notifier);
}

/**
 * strata_netdev_exit() - stop following; detaches every device still attached
 *
 * The kernel tells a leaving notifier that each device unregisters.
 *
 * Context: module unload.
 */
void strata_netdev_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
}
