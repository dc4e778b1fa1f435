/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STRATA_NIC_ETHTOOL_H
#define _STRATA_NIC_ETHTOOL_H

#include <linux/ethtool.h>

/* The operations of ethtool that have files of their own; all under RTNL. */

/* stats.c: -S */
int strata_nic_get_sset_count(struct net_device *dev, int set);
void strata_nic_get_strings(struct net_device *dev, u32 set, u8 *text);
void strata_nic_get_ethtool_stats(struct net_device *dev,
				  struct ethtool_stats *stats, u64 *data);

/* rxfh.c: -x, -X, -n, -N */
u32 strata_nic_get_rxfh_key_size(struct net_device *dev);
u32 strata_nic_get_rxfh_indir_size(struct net_device *dev);
int strata_nic_get_rxfh(struct net_device *dev,
			struct ethtool_rxfh_param *param);
int strata_nic_set_rxfh(struct net_device *dev,
			struct ethtool_rxfh_param *param,
			struct netlink_ext_ack *extack);
int strata_nic_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *info,
			 u32 *rule_locs);
int strata_nic_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *info);

#endif /* _STRATA_NIC_ETHTOOL_H */
