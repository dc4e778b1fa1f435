// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of receive side scaling for ethtool: key and table (-x, -X), and
 * what of a flow is hashed (-n, -N rx-flow-hash).
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "ethtool.h"
#include "nic.h"
#include "rss.h"

#define ADDRESSES	(RXH_IP_SRC | RXH_IP_DST)
#define PORTS		(RXH_L4_B_0_1 | RXH_L4_B_2_3)

u32 strata_nic_get_rxfh_key_size(struct net_device *dev)
{
	return STRATA_NIC_HASH_KEY;
}

u32 strata_nic_get_rxfh_indir_size(struct net_device *dev)
{
	return STRATA_NIC_RSS_ENTRIES;
}

int strata_nic_get_rxfh(struct net_device *dev,
			struct ethtool_rxfh_param *param)
{
	const struct strata_nic *nic = netdev_priv(dev);
	const struct strata_nic_rss *rss = rtnl_dereference(nic->rss);
	unsigned int i;

	param->hfunc = ETH_RSS_HASH_TOP;
	if (param->key)
		memcpy(param->key, rss->key, sizeof(rss->key));
	for (i = 0; param->indir && i < STRATA_NIC_RSS_ENTRIES; i++)
		param->indir[i] = rss->queue[i];
	return 0;
}

/* Senders may be reading the settings: they get new ones. */
static struct strata_nic_rss *copy(const struct strata_nic *nic)
{
	return kmemdup(rtnl_dereference(nic->rss), sizeof(*nic->rss),
		       GFP_KERNEL_ACCOUNT);
}

static void replace(struct strata_nic *nic, struct strata_nic_rss *rss)
{
	struct strata_nic_rss *old = rtnl_dereference(nic->rss);

	rcu_assign_pointer(nic->rss, rss);
	kfree_rcu(old, rcu);
}

int strata_nic_set_rxfh(struct net_device *dev,
			struct ethtool_rxfh_param *param,
			struct netlink_ext_ack *extack)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic_rss *rss;
	unsigned int i;

	if (param->hfunc != ETH_RSS_HASH_NO_CHANGE &&
	    param->hfunc != ETH_RSS_HASH_TOP)
		return -EOPNOTSUPP;
	rss = copy(nic);
	if (!rss)
		return -ENOMEM;
	if (param->key) {
		memcpy(rss->key, param->key, sizeof(rss->key));
		strata_nic_toeplitz_set_key(&rss->toeplitz, rss->key);
	}
	/* The core has checked that each queue is there. */
	for (i = 0; param->indir && i < STRATA_NIC_RSS_ENTRIES; i++)
		rss->queue[i] = param->indir[i];
	replace(nic, rss);
	return 0;
}

/* The bit in strata_nic_rss.ports, or -1 for a flow without ports. */
static int flow_bit(u32 flow_type)
{
	switch (flow_type) {
	case TCP_V4_FLOW:
		return STRATA_NIC_FLOW_TCP;
	case UDP_V4_FLOW:
		return STRATA_NIC_FLOW_UDP;
	case SCTP_V4_FLOW:
		return STRATA_NIC_FLOW_SCTP;
	case TCP_V6_FLOW:
		return STRATA_NIC_FLOW_V6 + STRATA_NIC_FLOW_TCP;
	case UDP_V6_FLOW:
		return STRATA_NIC_FLOW_V6 + STRATA_NIC_FLOW_UDP;
	case SCTP_V6_FLOW:
		return STRATA_NIC_FLOW_V6 + STRATA_NIC_FLOW_SCTP;
	default:
		return -1;
	}
}

static bool is_ip_flow(u32 flow_type)
{
	return flow_type == IPV4_FLOW || flow_type == IPV6_FLOW ||
	       flow_bit(flow_type) >= 0;
}

static int get_fields(const struct strata_nic *nic, struct ethtool_rxnfc *info)
{
	const struct strata_nic_rss *rss = rtnl_dereference(nic->rss);
	int bit = flow_bit(info->flow_type);

	if (!is_ip_flow(info->flow_type))
		return -EOPNOTSUPP;
	info->data = ADDRESSES;
	if (bit >= 0 && rss->ports & BIT(bit))
		info->data |= PORTS;
	return 0;
}

int strata_nic_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *info,
			 u32 *rule_locs)
{
	const struct strata_nic *nic = netdev_priv(dev);

	switch (info->cmd) {
	case ETHTOOL_GRXRINGS:
		info->data = nic->num_queues;
		return 0;
	case ETHTOOL_GRXFH:
		return get_fields(nic, info);
	default:
		return -EOPNOTSUPP;
	}
}

/* Addresses are always hashed; ports, both or none, where there are any. */
static int set_fields(struct strata_nic *nic, const struct ethtool_rxnfc *info)
{
	int bit = flow_bit(info->flow_type);
	struct strata_nic_rss *rss;

	if (!is_ip_flow(info->flow_type))
		return -EOPNOTSUPP;
	if (info->data != ADDRESSES &&
	    (bit < 0 || info->data != (ADDRESSES | PORTS)))
		return -EINVAL;
	if (bit < 0)
		return 0;
	rss = copy(nic);
	if (!rss)
		return -ENOMEM;
	if (info->data & PORTS)
		rss->ports |= BIT(bit);
	else
		rss->ports &= ~BIT(bit);
	replace(nic, rss);
	return 0;
}

int strata_nic_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *info)
{
	if (info->cmd != ETHTOOL_SRXFH)
		return -EOPNOTSUPP;
	return set_fields(netdev_priv(dev), info);
}
