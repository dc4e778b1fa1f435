// SPDX-License-Identifier: GPL-2.0
/* ethtool_ops.get_ts_info takes a struct kernel_ethtool_ts_info * */
#include <linux/ethtool.h>

int probe(const struct ethtool_ops *ops, struct net_device *dev,
	  struct kernel_ethtool_ts_info *info)
{
	return ops->get_ts_info(dev, info);
}
