// SPDX-License-Identifier: GPL-2.0
/* net_device says in xdp_features what it can do for XDP */
#include <linux/netdevice.h>
#include <net/xdp.h>

void probe(struct net_device *dev)
{
	dev->xdp_features = NETDEV_XDP_ACT_NDO_XMIT_SG;
}
