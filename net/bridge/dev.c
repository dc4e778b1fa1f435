// SPDX-License-Identifier: GPL-2.0
/*
 * The bridge's own device: what it is, up and down, and what it takes over
 * from its ports.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <strata/mdb.h>
#include <strata/netdev.h>
#include "bridge.h"
#include "stp.h"

/* What every port can do, the bridge can do. */
#define FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | \
			 NETIF_F_GSO_MASK | NETIF_F_HW_CSUM)
#define VLAN_FEATURES	(NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX)

#define AGEING_JIFFIES	(300 * HZ)	/* IEEE 802.1D-1998 table 7-5 */
#define DEFAULT_PVID	1		/* IEEE 802.1Q-2018 table 9-2 */

/* A bridge stands above other devices that have queues of the same kind. */
static struct lock_class_key bridge_tx_lock, bridge_addr_lock;

static void set_lock_class(struct net_device *dev,
			   struct netdev_queue *queue, void *unused)
{
	lockdep_set_class(&queue->_xmit_lock, &bridge_tx_lock);
}

/* As a port the host hears everything of its VLANs and says what it likes. */
static void host_init(struct strata_bridge *br)
{
	br->host.br = br;
	br->host.dev = br->dev;
	br->host.state = BR_STATE_FORWARDING;
	br->host.flags = STRATA_BRIDGE_PORT_FLOOD;
}

static int stats_create(struct strata_bridge *br)
{
	br->dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	br->multicast = alloc_percpu(unsigned long);
	return br->dev->tstats && br->multicast ? 0 : -ENOMEM;
}

static void stats_destroy(struct strata_bridge *br)
{
	free_percpu(br->multicast);
	free_percpu(br->dev->tstats);
	br->dev->tstats = NULL;
}

static void bridge_uninit(struct net_device *dev)
{
	struct strata_bridge *br = netdev_priv(dev);

	strata_bridge_stp_exit(br);
	strata_bridge_fdb_destroy(br);
	strata_mcast_exit(br);
	strata_bridge_vlan_flush(&br->host);
	stats_destroy(br);
}

static int bridge_init(struct net_device *dev)
{
	struct strata_bridge *br = netdev_priv(dev);
	int err;

	br->dev = dev;
	br->sn = strata_net(dev_net(dev));
	INIT_LIST_HEAD(&br->ports);
	br->vlan_proto = htons(ETH_P_8021Q);
	br->ageing_jiffies = AGEING_JIFFIES;
	br->priority = STRATA_BRIDGE_PRIORITY;
	br->default_pvid = DEFAULT_PVID;
	host_init(br);
	strata_bridge_stp_init(br);
	err = stats_create(br) ?: strata_mcast_init(br);
	if (err)
		goto no_mcast;
	err = strata_bridge_fdb_create(br);
	if (err)
		goto no_fdb;
	lockdep_set_class(&dev->addr_list_lock, &bridge_addr_lock);
	netdev_for_each_tx_queue(dev, set_lock_class, NULL);
	err = strata_bridge_vlan_add(&br->host, DEFAULT_PVID,
				     BRIDGE_VLAN_INFO_PVID |
				     BRIDGE_VLAN_INFO_UNTAGGED);
	if (err)
		bridge_uninit(dev);
	return err;

no_fdb:
	strata_mcast_exit(br);
no_mcast:
	stats_destroy(br);
	return err;
}

static int bridge_open(struct net_device *dev)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct strata_bridge_port *port;

	netdev_update_features(dev);
	netif_start_queue(dev);
	list_for_each_entry(port, &br->ports, node)
		strata_bridge_port_carrier(port);
	strata_mcast_refresh(br);
	return 0;
}

static int bridge_stop(struct net_device *dev)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct strata_bridge_port *port;

	list_for_each_entry(port, &br->ports, node)
		strata_bridge_port_carrier(port);
	netif_stop_queue(dev);
	strata_mcast_port_down(&br->host);
	strata_mcast_refresh(br);
	return 0;
}

static int bridge_change_mtu(struct net_device *dev, int mtu)
{
	struct strata_bridge *br = netdev_priv(dev);

	WRITE_ONCE(dev->mtu, mtu);
	br->mtu_set = true;
	return 0;
}

static int bridge_set_address(struct net_device *dev, void *address)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct sockaddr *sa = address;
	int err = eth_prepare_mac_addr_change(dev, sa);

	if (err)
		return err;
	br->addr_set = true;
	/* Those who follow the device move the entries of its own address. */
	eth_commit_mac_addr_change(dev, sa);
	return 0;
}

static netdev_features_t bridge_fix_features(struct net_device *dev,
					     netdev_features_t features)
{
	struct strata_bridge *br = netdev_priv(dev);
	netdev_features_t mask = features;
	struct strata_bridge_port *port;

	if (list_empty(&br->ports))
		return features;
	features &= ~NETIF_F_ONE_FOR_ALL;
	list_for_each_entry(port, &br->ports, node)
		features = netdev_increment_features(features,
						     port->dev->features, mask);
	return netdev_add_tso_features(features, mask);
}

static int bridge_add_slave(struct net_device *dev, struct net_device *slave,
			    struct netlink_ext_ack *extack)
{
	return strata_bridge_port_add(netdev_priv(dev), slave, extack);
}

static int bridge_del_slave(struct net_device *dev, struct net_device *slave)
{
	struct strata_bridge_port *port = strata_bridge_port_of(slave);

	if (!port || port->br != netdev_priv(dev))
		return -EINVAL;
	strata_bridge_port_del(port);
	return 0;
}

/* Which groups and addresses it hears is the stack's affair above it. */
static void bridge_set_rx_mode(struct net_device *dev)
{
}

static void bridge_get_stats(struct net_device *dev,
			     struct rtnl_link_stats64 *stats)
{
	const struct strata_bridge *br = netdev_priv(dev);
	int cpu;

	dev_get_tstats64(dev, stats);
	for_each_possible_cpu(cpu)
		stats->multicast += *per_cpu_ptr(br->multicast, cpu);
}

const struct net_device_ops strata_bridge_netdev_ops = {
	.ndo_init		= bridge_init,
	.ndo_uninit		= bridge_uninit,
	.ndo_open		= bridge_open,
	.ndo_stop		= bridge_stop,
	.ndo_start_xmit		= strata_bridge_xmit,
	.ndo_get_stats64	= bridge_get_stats,
	.ndo_set_mac_address	= bridge_set_address,
	.ndo_set_rx_mode	= bridge_set_rx_mode,
	.ndo_change_mtu		= bridge_change_mtu,
	.ndo_add_slave		= bridge_add_slave,
	.ndo_del_slave		= bridge_del_slave,
	.ndo_fix_features	= bridge_fix_features,
	.ndo_features_check	= passthru_features_check,
	.ndo_fdb_add		= strata_bridge_ndo_fdb_add,
	.ndo_fdb_del		= strata_bridge_ndo_fdb_del,
	.ndo_fdb_get		= strata_bridge_ndo_fdb_get,
	.ndo_fdb_dump		= strata_bridge_ndo_fdb_dump,
	STRATA_NDO_MDB(strata_bridge_ndo_mdb_dump, strata_bridge_ndo_mdb_add,
		       strata_bridge_ndo_mdb_del)
	.ndo_bridge_getlink	= strata_bridge_getlink,
	.ndo_bridge_setlink	= strata_bridge_setlink,
	.ndo_bridge_dellink	= strata_bridge_dellink,
};

static const struct ethtool_ops bridge_ethtool_ops = {
	.get_link		= ethtool_op_get_link,
};

/**
 * strata_bridge_setup() - rtnl_link_ops setup: before the device is registered
 * @dev: the device
 *
 * Context: process.
 */
void strata_bridge_setup(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &strata_bridge_netdev_ops;
	dev->ethtool_ops = &bridge_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->max_mtu = ETH_MAX_MTU;
	dev->features |= FEATURES | VLAN_FEATURES;
	dev->hw_features = FEATURES | VLAN_FEATURES;
	dev->vlan_features = FEATURES;
	strata_netdev_set_lltx(dev);
	strata_netdev_set_netns_local(dev);
}

/* The lowest address of the ports, IEEE 802.1D-1998 7.12.5. */
static void follow_address(struct strata_bridge *br)
{
	const u8 *lowest = NULL;
	struct strata_bridge_port *port;

	list_for_each_entry(port, &br->ports, node)
		if (!lowest || memcmp(port->dev->dev_addr, lowest, ETH_ALEN) < 0)
			lowest = port->dev->dev_addr;
	if (br->addr_set || !lowest ||
	    ether_addr_equal(lowest, br->dev->dev_addr))
		return;
	eth_hw_addr_set(br->dev, lowest);
	call_netdevice_notifiers(NETDEV_CHANGEADDR, br->dev);
}

/* What fits through every port. */
static void follow_mtu(struct strata_bridge *br)
{
	unsigned int mtu = ETH_MAX_MTU;
	struct strata_bridge_port *port;

	if (br->mtu_set)
		return;
	list_for_each_entry(port, &br->ports, node)
		mtu = min(mtu, port->dev->mtu);
	if (list_empty(&br->ports))
		mtu = ETH_DATA_LEN;
	if (mtu == br->dev->mtu)
		return;
	dev_set_mtu(br->dev, mtu);
	br->mtu_set = false;
}

/* Segments as large as every port takes. */
static void follow_gso(struct strata_bridge *br)
{
	unsigned int size = TSO_MAX_SIZE;
	u16 segs = TSO_MAX_SEGS;
	struct strata_bridge_port *port;

	list_for_each_entry(port, &br->ports, node) {
		size = min(size, port->dev->tso_max_size);
		segs = min(segs, port->dev->tso_max_segs);
	}
	netif_set_tso_max_size(br->dev, size);
	netif_set_tso_max_segs(br->dev, segs);
}

/**
 * strata_bridge_follow_ports() - take over from the ports what changed there
 * @br: the bridge
 *
 * Context: process, RTNL held.
 */
void strata_bridge_follow_ports(struct strata_bridge *br)
{
	unsigned short headroom = 0;
	struct strata_bridge_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &br->ports, node)
		headroom = max(headroom, netdev_get_fwd_headroom(port->dev));
	br->dev->needed_headroom = headroom;
	follow_address(br);
	follow_mtu(br);
	follow_gso(br);
	netdev_update_features(br->dev);
}
