// SPDX-License-Identifier: GPL-2.0-only
/*
 * The net_device of one end: what it is, what it can, up and down.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/rtnetlink.h>

#include "nic.h"
#include "rss.h"
#include "xdp.h"

/* Nothing is offloaded to anybody: frames cross the cable as they are, with
 * their checksum still to be filled in and their segments still joined, and the
 * receiver takes them so. Whoever sends them on to a real wire does the work.
 * What ethtool -K switches off is done by the core before the frame is sent, or
 * undone by the receiver (rx.c).
 */
#define OFFLOADS	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | \
			 NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_SCTP_CRC | \
			 NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL)
#define VLAN_OFFLOADS	(NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX | \
			 NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_STAG_RX)

#define UNLIKE_A_WIRE	(NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | \
			 NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL | \
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX)

static int nic_init(struct net_device *dev)
{
	struct strata_nic *nic = netdev_priv(dev);
	int err;

	netdev_lockdep_set_classes(dev);
	nic->dev = dev;
	err = strata_nic_queues_init(nic);
	if (err) {
		strata_nic_queues_free(nic);
		return err;
	}
	err = strata_nic_rss_init(nic);
	if (err) {
		strata_nic_queues_uninit(nic);
		strata_nic_queues_free(nic);
	}
	return err;
}

static void nic_uninit(struct net_device *dev)
{
	strata_nic_queues_uninit(netdev_priv(dev));
}

static void nic_destroy(struct net_device *dev)
{
	struct strata_nic *nic = netdev_priv(dev);

	strata_nic_queues_free(nic);
	/* Nobody has sent here since the cable was cut. */
	kfree(rcu_dereference_protected(nic->rss, true));
}

static int nic_open(struct net_device *dev)
{
	return strata_nic_cable_connect(netdev_priv(dev));
}

static int nic_stop(struct net_device *dev)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic *peer = strata_nic_peer(nic);

	if (peer)
		strata_nic_cable_cut(nic, peer);
	return 0;
}

/* A program at the other end sees frames as they are on a wire. */
static netdev_features_t nic_fix_features(struct net_device *dev,
					  netdev_features_t features)
{
	const struct strata_nic *peer = strata_nic_peer(netdev_priv(dev));

	if (peer && peer->prog)
		features &= ~UNLIKE_A_WIRE;
	return features;
}

/* Frames may not be on their way to a queue that no longer expects them. */
static int nic_set_features(struct net_device *dev, netdev_features_t features)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic *peer = strata_nic_peer(nic);
	netdev_features_t changed = features ^ dev->features;
	bool paused;

	if (!(changed & NETIF_F_RXHASH) || !peer)
		return 0;
	paused = strata_nic_cable_pause(nic, peer);
	dev->features ^= NETIF_F_RXHASH;
	if (paused)
		strata_nic_cable_resume(nic, peer);
	return 0;
}

static int nic_get_iflink(const struct net_device *dev)
{
	const struct strata_nic *nic = netdev_priv(dev);
	const struct net_device *peer;
	int ifindex;

	rcu_read_lock();
	peer = rcu_dereference(nic->peer);
	ifindex = peer ? peer->ifindex : 0;
	rcu_read_unlock();
	return ifindex;
}

/* `ip link set s0 carrier off`: as if the cable were pulled out of this end. */
static int nic_change_carrier(struct net_device *dev, bool carrier)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic *peer = strata_nic_peer(nic);

	if (!peer)
		return -ENOTCONN;
	nic->unplugged = !carrier;
	if (carrier)
		return strata_nic_cable_connect(nic);
	strata_nic_cable_cut(nic, peer);
	return 0;
}

static const struct net_device_ops nic_netdev_ops = {
	.ndo_init		= nic_init,
	.ndo_uninit		= nic_uninit,
	.ndo_open		= nic_open,
	.ndo_stop		= nic_stop,
	.ndo_start_xmit		= strata_nic_xmit,
	.ndo_features_check	= passthru_features_check,
	.ndo_fix_features	= nic_fix_features,
	.ndo_set_features	= nic_set_features,
	.ndo_bpf		= strata_nic_bpf,
	.ndo_xdp_xmit		= strata_nic_xdp_xmit,
	.ndo_get_stats64	= strata_nic_get_stats64,
	.ndo_get_iflink		= nic_get_iflink,
	.ndo_set_rx_mode	= strata_nic_set_rx_mode,
	.ndo_change_carrier	= nic_change_carrier,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

/* rtnl_link_ops setup: before the device is registered */
void strata_nic_setup(struct net_device *dev)
{
	struct strata_nic *nic = netdev_priv(dev);

	nic->tx_slots = STRATA_NIC_RING_DEFAULT;
	nic->speed = SPEED_10000;
	nic->duplex = DUPLEX_FULL;

	ether_setup(dev);
	dev->netdev_ops = &nic_netdev_ops;
	dev->ethtool_ops = &strata_nic_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = nic_destroy;
	/* No queueing discipline unless asked for: see tx.c. */
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_NO_QUEUE |
			   IFF_UNICAST_FLT;
	dev->max_mtu = ETH_MAX_MTU;

	dev->features |= OFFLOADS | VLAN_OFFLOADS | NETIF_F_RXHASH;
	dev->hw_features = OFFLOADS | VLAN_OFFLOADS | NETIF_F_RXHASH;
	dev->vlan_features = OFFLOADS;
	dev->hw_enc_features = OFFLOADS | VLAN_OFFLOADS;
	dev->mpls_features = NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE;
	strata_xdp_set_features(dev);
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
	netif_carrier_off(dev);
	strata_direct_offer(dev, &nic->direct);
}
