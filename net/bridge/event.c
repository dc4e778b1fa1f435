// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to ports and bridges, from the kernel's notifier chain.
 */
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include "bridge.h"
#include "stp.h"

/* An address of the bridge's changed. */
static void readdress(struct strata_bridge_port *port)
{
	strata_bridge_fdb_del_own(port);
	if (strata_bridge_fdb_add_own(port))
		netdev_warn(port->dev, "no memory for the entry of its address\n");
}

static int port_event(struct strata_bridge_port *port, unsigned long event)
{
	switch (event) {
	case NETDEV_UNREGISTER:		/* also on the way to another netns */
		strata_bridge_port_del(port);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		strata_bridge_port_carrier(port);
		break;
	case NETDEV_CHANGEADDR:
		readdress(port);
		strata_bridge_follow_ports(port->br);
		break;
	case NETDEV_CHANGEMTU:
	case NETDEV_FEAT_CHANGE:
		strata_bridge_follow_ports(port->br);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return notifier_from_errno(-EBUSY);
	}
	return NOTIFY_DONE;
}

/* Context: process, RTNL held. */
static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct strata_bridge_port *port;

	if (strata_bridge_is(dev)) {
		struct strata_bridge *br = netdev_priv(dev);

		if (event == NETDEV_REGISTER || event == NETDEV_CHANGEADDR)
			readdress(&br->host);
		if (event == NETDEV_CHANGEADDR)
			strata_bridge_stp_renew(br);
		return NOTIFY_DONE;
	}
	port = strata_bridge_port_of(dev);
	return port ? port_event(port, event) : NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

/**
 * strata_bridge_event_init() - follow devices
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_bridge_event_init(void)
{
	return register_netdevice_notifier(&netdev_notifier);
}

/**
 * strata_bridge_event_exit() - stop following
 *
 * Context: module unload, after the last bridge.
 */
void strata_bridge_event_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
}
