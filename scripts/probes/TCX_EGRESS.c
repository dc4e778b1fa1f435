// SPDX-License-Identifier: GPL-2.0
/* net_device.tcx_egress has taken the place of miniq_egress */
#include <linux/netdevice.h>

bool probe(const struct net_device *dev)
{
	return rcu_access_pointer(dev->tcx_egress);
}
