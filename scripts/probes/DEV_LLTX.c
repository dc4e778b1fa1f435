// SPDX-License-Identifier: GPL-2.0
/* net_device has a bit lltx, NETIF_F_LLTX is gone */
#include <linux/netdevice.h>

void probe(struct net_device *dev)
{
	dev->lltx = true;
}
