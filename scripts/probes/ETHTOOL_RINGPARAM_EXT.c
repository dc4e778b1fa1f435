// SPDX-License-Identifier: GPL-2.0
/* ethtool_ops.get_ringparam takes the kernel's and the netlink extension */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

void probe(const struct ethtool_ops *ops, struct net_device *dev,
	   struct ethtool_ringparam *ring, struct kernel_ethtool_ringparam *kernel_ring,
	   struct netlink_ext_ack *extack)
{
	ops->get_ringparam(dev, ring, kernel_ring, extack);
}
