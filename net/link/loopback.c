// SPDX-License-Identifier: GPL-2.0
/*
 * slo: the device of each namespace that carries the stack's own traffic.
 *
 * It has no IFF_LOOPBACK: the host's stack takes any device with that flag for
 * the namespace's lo, gives it 127.0.0.1 and hangs its IPv6 null routes on it.
 *
 * Taps see a frame once, on its way out: it comes back in as PACKET_LOOPBACK,
 * which packet sockets ignore, and bind.c then makes it an ordinary frame.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <strata/netdev.h>
#include "attach.h"
#include "links.h"
#include "loopback.h"

#define LOOPBACK_MTU_BYTES	65536

/* Owns @skb. Context: softirqs off. */
static netdev_tx_t loopback_xmit(struct sk_buff *skb, struct net_device *dev)
{
	unsigned int len;

	skb_tx_timestamp(skb);
	/* The receiver's clock may be another; it stamps anew if asked. */
	skb_clear_tstamp(skb);
	/* The sender's memory is his again before the receiver is charged. */
	skb_orphan(skb);
	skb->protocol = eth_type_trans(skb, dev);
	skb->pkt_type = PACKET_LOOPBACK;
	len = skb->len;
	if (likely(__netif_rx(skb) == NET_RX_SUCCESS))
		dev_lstats_add(dev, len);
	return NETDEV_TX_OK;
}

static void loopback_stats64(struct net_device *dev,
			     struct rtnl_link_stats64 *stats)
{
	u64 packets, bytes;

	dev_lstats_read(dev, &packets, &bytes);
	stats->rx_packets = packets;
	stats->tx_packets = packets;
	stats->rx_bytes = bytes;
	stats->tx_bytes = bytes;
}

static int loopback_dev_init(struct net_device *dev)
{
	dev->lstats = netdev_alloc_pcpu_stats(struct pcpu_lstats);
	if (!dev->lstats)
		return -ENOMEM;
	netdev_lockdep_set_classes(dev);
	return 0;
}

static void loopback_dev_free(struct net_device *dev)
{
	free_percpu(dev->lstats);
}

static const struct net_device_ops loopback_ops = {
	.ndo_init = loopback_dev_init,
	.ndo_start_xmit = loopback_xmit,
	.ndo_get_stats64 = loopback_stats64,
};

static void loopback_drvinfo(struct net_device *dev,
			     struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "strata", sizeof(info->driver));
}

static const struct ethtool_ops loopback_ethtool_ops = {
	.get_drvinfo = loopback_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
};

static void loopback_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->type = ARPHRD_LOOPBACK;
	dev->flags = IFF_NOARP;
	dev->mtu = LOOPBACK_MTU_BYTES;
	dev->max_mtu = 0;	/* no limit, as lo */
	dev->min_mtu = 0;
	dev->tx_queue_len = 0;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	netif_keep_dst(dev);
	dev->hw_features = NETIF_F_GSO_SOFTWARE;
	dev->features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE |
			NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_SCTP_CRC |
			NETIF_F_HIGHDMA | NETIF_F_VLAN_CHALLENGED |
			NETIF_F_LOOPBACK;
	strata_netdev_set_lltx(dev);
	strata_netdev_set_netns_local(dev);
	dev->netdev_ops = &loopback_ops;
	dev->ethtool_ops = &loopback_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = loopback_dev_free;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
}

static int loopback_start(struct net_device *dev)
{
	int err;

	err = strata_attach(dev, STRATA_LINK_LOOPBACK | STRATA_LINK_NOARP,
			    NULL);
	if (!err)
		err = dev_open(dev, NULL);
	return err;
}

static int __net_init slo_net_init(struct net *net)
{
	struct net_device *dev;
	int err;

	dev = alloc_netdev(0, STRATA_LINK_NAME, NET_NAME_PREDICTABLE,
			   loopback_setup);
	if (!dev)
		return -ENOMEM;
	dev_net_set(dev, net);
	rtnl_lock();
	err = register_netdevice(dev);
	if (err) {
		rtnl_unlock();
		free_netdev(dev);
		return err;
	}
	err = loopback_start(dev);
	if (err)
		unregister_netdevice(dev);
	rtnl_unlock();
	return err;
}

static void __net_exit slo_net_exit(struct net *net)
{
	struct strata_link *link;

	rtnl_lock();
	mutex_lock(&strata_net(net)->config);
	link = strata_link_loopback(strata_net(net));
	mutex_unlock(&strata_net(net)->config);
	if (link)
		unregister_netdevice(link->dev);	/* netdev.c detaches it */
	rtnl_unlock();
}

/* A device, not a subsystem: the kernel's lo must be the first device of a new
 * namespace, and slo must be gone before the layers above end.
 */
static struct pernet_operations slo_net_ops = {
	.init = slo_net_init,
	.exit = slo_net_exit,
};

/**
 * strata_loopback_init() - give each namespace its slo
 *
 * Context: module load, after the rest of net/link. Return: 0 or -errno.
 */
int strata_loopback_init(void)
{
	return register_pernet_device(&slo_net_ops);
}

/**
 * strata_loopback_exit() - remove them
 *
 * Context: module unload, before the rest of net/link.
 */
void strata_loopback_exit(void)
{
	unregister_pernet_device(&slo_net_ops);
}
