/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Properties of a net_device that kernels keep in different places.
 */
#ifndef _COMPAT_STRATA_NETDEV_H
#define _COMPAT_STRATA_NETDEV_H

#include <linux/netdevice.h>

/* The device's transmit function does its own locking. */
static inline void strata_netdev_set_lltx(struct net_device *dev)
{
#ifdef HAVE_STRATA_DEV_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* The device cannot be moved to another network namespace. */
static inline void strata_netdev_set_netns_local(struct net_device *dev)
{
#if defined(HAVE_STRATA_NETNS_IMMUTABLE_BIT)
	dev->netns_immutable = true;
#elif defined(HAVE_STRATA_NETNS_LOCAL_BIT)
	dev->netns_local = true;
#else
	dev->features |= NETIF_F_NETNS_LOCAL;
#endif
}

#endif /* _COMPAT_STRATA_NETDEV_H */
