// SPDX-License-Identifier: GPL-2.0
/* ethtool_ops.get_rxfh takes a struct ethtool_rxfh_param * */
#include <linux/ethtool.h>

int probe(const struct ethtool_ops *ops, struct net_device *dev,
	  struct ethtool_rxfh_param *param)
{
	return ops->get_rxfh(dev, param);
}
