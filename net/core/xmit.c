// SPDX-License-Identifier: GPL-2.0
/*
 * The way into a device. dev_queue_xmit() serves queueing disciplines, taps,
 * filters, devices on top of devices, and offloads that a device lacks. A frame
 * for which there is none of these needs little of that: it goes to the device's
 * transmit function at once, under the lock that it always holds there.
 *
 * What this way does not show are the tracepoints net_dev_queue and net_dev_xmit.
 */
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/sch_generic.h>
#include <net/sock.h>
#include <net/xfrm.h>
#include <strata/netdev.h>
#include <strata/xmit.h>

/* Nothing stands between a frame and the device's only queue. Devices that lock
 * for themselves may lead to others, and so back to here: the core counts that.
 */
static bool device_is_plain(struct net_device *dev,
			    const struct netdev_queue *txq)
{
	return dev->real_num_tx_queues == 1 && !strata_netdev_is_lltx(dev) &&
	       !rcu_dereference_bh(txq->qdisc)->enqueue &&
	       !strata_netdev_has_egress(dev) && !dev_nit_active(dev) &&
	       READ_ONCE(txq->xmit_lock_owner) != smp_processor_id();
}

/* The sender's socket wants to see what leaves (TLS in a device). */
static bool has_validator(const struct sk_buff *skb)
{
#ifdef CONFIG_SOCK_VALIDATE_XMIT
	return skb->sk && sk_fullsock(skb->sk) && skb->sk->sk_validate_xmit_skb;
#else
	return false;
#endif
}

/* Nobody but the device is to do anything with the frame. */
static bool frame_is_plain(const struct sk_buff *skb)
{
	return !skb_dst(skb) && !secpath_exists(skb) &&
	       !(skb_shinfo(skb)->tx_flags & SKBTX_SCHED_TSTAMP) &&
	       !has_validator(skb);
}

/* The device itself does what is left to do: segments, checksum, tag, pages. */
static noinline bool device_does_rest(struct sk_buff *skb)
{
	netdev_features_t features = netif_skb_features(skb);

	if (netif_needs_gso(skb, features) ||
	    skb_needs_linearize(skb, features) || skb->encapsulation)
		return false;
	if (skb_vlan_tag_present(skb) &&
	    !vlan_hw_offload_capable(features, skb->vlan_proto))
		return false;
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	if (!(features & NETIF_F_HW_CSUM) || skb_csum_is_sctp(skb))
		return false;
	skb_set_transport_header(skb, skb_checksum_start_offset(skb));
	return true;
}

static bool nothing_is_left(const struct sk_buff *skb)
{
	return !skb_is_nonlinear(skb) && !skb_is_gso(skb) &&
	       skb->ip_summed != CHECKSUM_PARTIAL &&
	       !skb_vlan_tag_present(skb);
}

static bool may_go_at_once(struct net_device *dev,
			   const struct netdev_queue *txq, struct sk_buff *skb)
{
	return device_is_plain(dev, txq) && frame_is_plain(skb) &&
	       (nothing_is_left(skb) || device_does_rest(skb));
}

/* Softirqs are off. Return: false: the device did not take the frame. */
static bool start(struct sk_buff *skb, struct net_device *dev,
		  struct netdev_queue *txq, int *rc)
{
	bool taken = false;

	skb_set_queue_mapping(skb, 0);
	HARD_TX_LOCK(dev, txq, smp_processor_id());
	if (likely(!netif_xmit_frozen_or_stopped(txq))) {
		*rc = netdev_start_xmit(skb, dev, txq, false);
		taken = dev_xmit_complete(*rc);
	}
	HARD_TX_UNLOCK(dev, txq);
	return taken;
}

/**
 * strata_xmit() - send a frame
 * @skb: skb->data at the L2 header, skb->dev the device. Owned afterwards
 *
 * Context: any but hard interrupts.
 * Return: as dev_queue_xmit(): NET_XMIT_SUCCESS, NET_XMIT_CN, another positive
 * value or -errno where the frame was dropped.
 */
int strata_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	bool taken;
	int rc = 0;

	skb_reset_mac_header(skb);
	rcu_read_lock_bh();
	taken = may_go_at_once(dev, txq, skb) && start(skb, dev, txq, &rc);
	rcu_read_unlock_bh();
	return likely(taken) ? rc : dev_queue_xmit(skb);
}

/**
 * strata_xmit_hear() - hear ourselves what is sent to a group
 * @dev: where it is sent
 * @skb: skb->data at the L3 header; not owned
 *
 * The copy comes in on @dev as PACKET_LOOPBACK, which nothing from outside is.
 *
 * Context: RCU read side, softirq or process.
 */
void strata_xmit_hear(struct net_device *dev, const struct sk_buff *skb)
{
	/* A copy: the link pushes its header into the original. */
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);

	if (!copy)
		return;
	skb_reset_mac_header(copy);
	skb_reset_mac_len(copy);
	copy->dev = dev;
	copy->pkt_type = PACKET_LOOPBACK;
	if (copy->ip_summed == CHECKSUM_NONE)
		copy->ip_summed = CHECKSUM_UNNECESSARY;
	netif_rx(copy);
}
