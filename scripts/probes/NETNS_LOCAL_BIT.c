// SPDX-License-Identifier: GPL-2.0
/* net_device has a bit netns_local, NETIF_F_NETNS_LOCAL is gone */
#include <linux/netdevice.h>

void probe(struct net_device *dev)
{
	dev->netns_local = true;
}
