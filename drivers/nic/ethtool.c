// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool: what the card says of itself, the number of its queues, the size of
 * its rings and the moderation of its interrupts.
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "ethtool.h"
#include "nic.h"

/* An interrupt later than this would look like a cable that is cut. */
#define MODERATION_USECS_MAX	100000

static void nic_get_drvinfo(struct net_device *dev,
			    struct ethtool_drvinfo *info)
{
	strscpy(info->driver, STRATA_NIC_KIND, sizeof(info->driver));
	strscpy(info->version, STRATA_NIC_VERSION, sizeof(info->version));
}

/* There is no wire and no limit; a speed is what bonding and STP want to see. */
static int nic_get_link_ksettings(struct net_device *dev,
				  struct ethtool_link_ksettings *settings)
{
	const struct strata_nic *nic = netdev_priv(dev);

	settings->base.speed = nic->speed;
	settings->base.duplex = nic->duplex;
	settings->base.port = PORT_OTHER;
	settings->base.autoneg = AUTONEG_DISABLE;
	return 0;
}

/* Both ends of a cable agree. */
static int nic_set_link_ksettings(struct net_device *dev,
				  const struct ethtool_link_ksettings *settings)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic *peer = strata_nic_peer(nic);
	int err;

	err = ethtool_virtdev_set_link_ksettings(dev, settings, &nic->speed,
						 &nic->duplex);
	if (!err && peer) {
		peer->speed = nic->speed;
		peer->duplex = nic->duplex;
	}
	return err;
}

static void nic_get_channels(struct net_device *dev,
			     struct ethtool_channels *channels)
{
	const struct strata_nic *nic = netdev_priv(dev);

	channels->combined_count = nic->num_queues;
	channels->max_combined = nic->max_queues;
}

/* The core has checked the bounds, and that no table names a queue too many. */
static int nic_set_channels(struct net_device *dev,
			    struct ethtool_channels *channels)
{
	struct strata_nic *nic = netdev_priv(dev);

	if (!channels->combined_count)
		return -EINVAL;
	if (channels->combined_count == nic->num_queues)
		return 0;
	return strata_nic_queues_change(nic, channels->combined_count);
}

static void nic_get_ringparam(struct net_device *dev,
			      struct ethtool_ringparam *ring,
			      struct kernel_ethtool_ringparam *kernel_ring,
			      struct netlink_ext_ack *extack)
{
	const struct strata_nic *nic = netdev_priv(dev);
	const struct strata_nic *peer = strata_nic_peer(nic);

	ring->rx_max_pending = STRATA_NIC_RING_MAX;
	ring->tx_max_pending = STRATA_NIC_RING_MAX;
	ring->rx_pending = peer ? peer->tx_slots : 0;
	ring->tx_pending = nic->tx_slots;
}

/* The receive ring is the transmit ring of the other end. */
static int nic_set_ringparam(struct net_device *dev,
			     struct ethtool_ringparam *ring,
			     struct kernel_ethtool_ringparam *kernel_ring,
			     struct netlink_ext_ack *extack)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic *peer = strata_nic_peer(nic);
	u32 old_slots = nic->tx_slots;
	int err;

	if (!peer)
		return -ENOTCONN;
	if (!ring->tx_pending || !ring->rx_pending) {
		NL_SET_ERR_MSG(extack, "A ring has at least one descriptor");
		return -EINVAL;
	}
	err = strata_nic_cable_resize(nic, peer,
				      strata_nic_ring_round(ring->tx_pending));
	if (err)
		return err;
	err = strata_nic_cable_resize(peer, nic,
				      strata_nic_ring_round(ring->rx_pending));
	if (err)
		strata_nic_cable_resize(nic, peer, old_slots);
	return err;
}

static int nic_get_coalesce(struct net_device *dev,
			    struct ethtool_coalesce *coalesce,
			    struct kernel_ethtool_coalesce *kernel_coalesce,
			    struct netlink_ext_ack *extack)
{
	const struct strata_nic *nic = netdev_priv(dev);

	coalesce->rx_coalesce_usecs = nic->moderation.usecs;
	coalesce->rx_max_coalesced_frames = nic->moderation.frames;
	coalesce->use_adaptive_rx_coalesce = nic->moderation.adaptive;
	return 0;
}

static int nic_set_coalesce(struct net_device *dev,
			    struct ethtool_coalesce *coalesce,
			    struct kernel_ethtool_coalesce *kernel_coalesce,
			    struct netlink_ext_ack *extack)
{
	struct strata_nic_moderation wanted = {
		.usecs = coalesce->rx_coalesce_usecs,
		.frames = coalesce->rx_max_coalesced_frames,
		.adaptive = coalesce->use_adaptive_rx_coalesce,
	};

	if (wanted.adaptive && !IS_ENABLED(CONFIG_DIMLIB)) {
		NL_SET_ERR_MSG(extack, "This kernel is without the dim library");
		return -EOPNOTSUPP;
	}
	if (wanted.usecs > MODERATION_USECS_MAX ||
	    wanted.frames > STRATA_NIC_RING_MAX) {
		NL_SET_ERR_MSG(extack, "At most 100000 us, and a ring of frames");
		return -ERANGE;
	}
	strata_nic_irq_moderate(netdev_priv(dev), &wanted);
	return 0;
}

STRATA_RXFH_GET(strata_nic_get_rxfh)
STRATA_RXFH_SET(strata_nic_set_rxfh)

const struct ethtool_ops strata_nic_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_RX_USECS |
				     ETHTOOL_COALESCE_RX_MAX_FRAMES |
				     ETHTOOL_COALESCE_USE_ADAPTIVE_RX,
	.get_drvinfo		= nic_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= nic_get_link_ksettings,
	.set_link_ksettings	= nic_set_link_ksettings,
	.get_ts_info		= ethtool_op_get_ts_info,
	.get_channels		= nic_get_channels,
	.set_channels		= nic_set_channels,
	.get_rxfh_key_size	= strata_nic_get_rxfh_key_size,
	.get_rxfh_indir_size	= strata_nic_get_rxfh_indir_size,
	STRATA_RXFH_OPS(strata_nic_get_rxfh, strata_nic_set_rxfh),
	.get_rxnfc		= strata_nic_get_rxnfc,
	.set_rxnfc		= strata_nic_set_rxnfc,
	.get_coalesce		= nic_get_coalesce,
	.set_coalesce		= nic_set_coalesce,
	.get_ringparam		= nic_get_ringparam,
	.set_ringparam		= nic_set_ringparam,
	.get_sset_count		= strata_nic_get_sset_count,
	.get_strings		= strata_nic_get_strings,
	.get_ethtool_stats	= strata_nic_get_ethtool_stats,
};
