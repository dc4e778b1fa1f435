// SPDX-License-Identifier: GPL-2.0
/*
 * Devices become ports, and cease to be.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <strata/direct.h>
#include "bridge.h"
#include "stp.h"

/**
 * strata_bridge_port_of() - the port that a device is
 * @dev: the device
 *
 * Context: process, RTNL held; or RCU read side.
 * Return: borrowed; NULL if it is not a port of a bridge of ours.
 */
struct strata_bridge_port *strata_bridge_port_of(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != strata_bridge_rx)
		return NULL;
	return rcu_dereference_rtnl(dev->rx_handler_data);
}

static int refuse(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER ||
	    dev->addr_len != ETH_ALEN || !is_valid_ether_addr(dev->dev_addr)) {
		NL_SET_ERR_MSG(extack, "only Ethernet devices can be ports of a bridge");
		return -EINVAL;
	}
	if (strata_bridge_is(dev) || netif_is_bridge_master(dev)) {
		NL_SET_ERR_MSG(extack, "a bridge cannot be a port of a bridge");
		return -ELOOP;
	}
	if (dev->priv_flags & IFF_DONT_BRIDGE) {
		NL_SET_ERR_MSG(extack, "the device does not allow to be a port of a bridge");
		return -EOPNOTSUPP;
	}
	if (netdev_is_rx_handler_busy((struct net_device *)dev)) {
		NL_SET_ERR_MSG(extack,
			       "the device is attached to Strata, or macvlan or ipvlan has it");
		return -EBUSY;
	}
	return 0;
}

/* The lowest number that is free; 0: none. Context: RTNL. */
static u16 free_number(const struct strata_bridge *br)
{
	const struct strata_bridge_port *port;
	u16 number;

	for (number = 1; number <= STRATA_BRIDGE_MAX_PORTS; number++) {
		list_for_each_entry(port, &br->ports, node)
			if (port->number == number)
				break;
		if (list_entry_is_head(port, &br->ports, node))
			return number;
	}
	return 0;
}

static struct strata_bridge_port *port_alloc(struct strata_bridge *br,
					     struct net_device *dev)
{
	struct strata_bridge_port *port;

	port = kvzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return NULL;
	port->br = br;
	port->dev = dev;
	port->flags = STRATA_BRIDGE_PORT_DEFAULT;
	port->state = BR_STATE_DISABLED;
	port->priority = STRATA_BRIDGE_PORT_PRIORITY;
	strata_mcast_port_init(port);
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	return port;
}

static void port_free(struct strata_bridge_port *port)
{
	netdev_put(port->dev, &port->tracker);
	kvfree_rcu(port, rcu);
}

/* Takes what the device receives. */
static int port_take(struct strata_bridge_port *port,
		     struct netlink_ext_ack *extack)
{
	struct net_device *dev = port->dev;
	int err;

	err = dev_set_promiscuity(dev, 1);
	if (err)
		return err;
	err = netdev_rx_handler_register(dev, strata_bridge_rx, port);
	if (err)
		goto not_promiscuous;
	err = netdev_master_upper_dev_link(dev, port->br->dev, NULL, NULL,
					   extack);
	if (err)
		goto unhandle;
	/* What was merged for a host cannot be sent on as it was. */
	dev_disable_lro(dev);
	strata_direct_take(dev, &strata_bridge_direct);
	return 0;

unhandle:
	netdev_rx_handler_unregister(dev);
not_promiscuous:
	dev_set_promiscuity(dev, -1);
	return err;
}

static void port_give_back(struct strata_bridge_port *port)
{
	netdev_upper_dev_unlink(port->dev, port->br->dev);
	strata_direct_take(port->dev, NULL);
	/* Waits until no frame of the device is inside any more. */
	netdev_rx_handler_unregister(port->dev);
	dev_set_promiscuity(port->dev, -1);
}

static void port_forget(struct strata_bridge_port *port)
{
	strata_bridge_fdb_del_own(port);
	strata_bridge_fdb_forget_port(port->br, port);
	strata_mcast_port_exit(port);
	strata_bridge_vlan_flush(port);
	port_free(port);
}

/* The port is in its default VLAN, and its address is the bridge's. */
static int port_settle(struct strata_bridge_port *port)
{
	u16 pvid = port->br->default_pvid;
	int err = strata_bridge_fdb_add_own(port);

	if (!err && pvid)
		err = strata_bridge_vlan_add(port, pvid,
					     BRIDGE_VLAN_INFO_PVID |
					     BRIDGE_VLAN_INFO_UNTAGGED);
	return err;
}

/**
 * strata_bridge_port_add() - make a device a port
 * @br: the bridge
 * @dev: the device
 * @extack: says why not
 *
 * Context: process, RTNL held.
 * Return: 0, -EINVAL (not Ethernet), -ELOOP (a bridge), -EOPNOTSUPP (refuses
 * bridging), -EBUSY (somebody receives from it), -ENOSPC (too many ports),
 * -ENOMEM.
 */
int strata_bridge_port_add(struct strata_bridge *br, struct net_device *dev,
			   struct netlink_ext_ack *extack)
{
	struct strata_bridge_port *port;
	int err;

	ASSERT_RTNL();
	err = refuse(dev, extack);
	if (err)
		return err;
	port = port_alloc(br, dev);
	if (!port)
		return -ENOMEM;
	port->number = free_number(br);
	if (!port->number) {
		NL_SET_ERR_MSG(extack, "the bridge has as many ports as it can");
		err = -ENOSPC;
		goto free;
	}
	err = port_take(port, extack);
	if (err)
		goto free;
	err = port_settle(port);
	if (err)
		goto give_back;
	list_add_tail_rcu(&port->node, &br->ports);
	br->num_ports++;
	strata_bridge_stp_port_add(port);
	strata_bridge_follow_ports(br);
	strata_bridge_port_carrier(port);
	return 0;

give_back:
	port_give_back(port);
	port_forget(port);
	return err;
free:
	port_free(port);
	return err;
}

/**
 * strata_bridge_port_del() - a port is a device like others again
 * @port: the port
 *
 * Context: process, RTNL held, sleeps.
 */
void strata_bridge_port_del(struct strata_bridge_port *port)
{
	struct strata_bridge *br = port->br;

	ASSERT_RTNL();
	WRITE_ONCE(port->state, BR_STATE_DISABLED);
	list_del_rcu(&port->node);
	br->num_ports--;
	port_give_back(port);
	strata_bridge_stp_port_del(port);
	port_forget(port);
	strata_bridge_follow_ports(br);
}

/**
 * strata_bridge_port_carrier() - a port, or the bridge, came up or went down
 * @port: the port
 *
 * A port whose cable is out forgets who was behind it.
 *
 * Context: process, RTNL held.
 */
void strata_bridge_port_carrier(struct strata_bridge_port *port)
{
	bool up = netif_running(port->dev) && netif_oper_up(port->dev) &&
		  netif_running(port->br->dev);

	if (up == port->up)
		return;
	port->up = up;
	if (port->br->stp_on)
		strata_bridge_stp_port_enable(port, up);
	else
		WRITE_ONCE(port->state,
			   up ? BR_STATE_FORWARDING : BR_STATE_DISABLED);
	if (!up) {
		strata_bridge_fdb_flush(port->br, port, 0);
		strata_mcast_port_down(port);
	} else if (port->state == BR_STATE_FORWARDING) {
		strata_mcast_ask_again(port->br);
	}
	strata_bridge_port_notify(port);
}
