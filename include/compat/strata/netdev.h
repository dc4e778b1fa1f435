/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Properties of a net_device that kernels keep in different places.
 */
#ifndef _COMPAT_STRATA_NETDEV_H
#define _COMPAT_STRATA_NETDEV_H

#include <linux/netdevice.h>
#include <net/rps.h>

/* The device's transmit function does its own locking. */
static inline void strata_netdev_set_lltx(struct net_device *dev)
{
#ifdef HAVE_STRATA_DEV_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

static inline bool strata_netdev_is_lltx(const struct net_device *dev)
{
#ifdef HAVE_STRATA_DEV_LLTX
	return dev->lltx;
#else
	return dev->features & NETIF_F_LLTX;
#endif
}

/* Something of the host's wants to see each frame before it leaves: netfilter's
 * egress hook, tc's clsact or tcx, or the priorities of cgroups.
 */
static inline bool strata_netdev_has_egress(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_EGRESS
	if (rcu_access_pointer(dev->nf_hooks_egress))
		return true;
#endif
#if IS_ENABLED(CONFIG_CGROUP_NET_PRIO)
	if (rcu_access_pointer(dev->priomap))
		return true;
#endif
#if defined(HAVE_STRATA_TCX_EGRESS)
	return rcu_access_pointer(dev->tcx_egress);
#elif defined(CONFIG_NET_CLS_ACT)
	return rcu_access_pointer(dev->miniq_egress);
#else
	return false;
#endif
}

/* Something of the host's wants to see each frame that comes in, or the frame is to be
 * another CPU's: netfilter's ingress hook, tc's ingress, clsact or tcx, a generic XDP
 * program, VLAN devices, taps, packet steering.
 */
static inline bool strata_netdev_has_ingress(struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_INGRESS
	if (rcu_access_pointer(dev->nf_hooks_ingress))
		return true;
#endif
#if defined(HAVE_STRATA_TCX_EGRESS)
	if (rcu_access_pointer(dev->tcx_ingress))
		return true;
#elif defined(CONFIG_NET_CLS_ACT)
	if (rcu_access_pointer(dev->miniq_ingress))
		return true;
#endif
#if IS_ENABLED(CONFIG_VLAN_8021Q)
	if (rcu_access_pointer(dev->vlan_info))
		return true;
#endif
#ifdef CONFIG_RPS
	if (static_branch_unlikely(&rps_needed))
		return true;
#endif
	return rcu_access_pointer(dev->xdp_prog) || dev_nit_active(dev);
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
