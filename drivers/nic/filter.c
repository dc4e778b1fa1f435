// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address filter: an end receives what is sent to its own address, to all,
 * and to the addresses on the device's lists, which are remembered as bits of a
 * hash, as cards do it. So a frame for an address that nobody asked for may come
 * through now and then; the stack sorts it out. A promiscuous device receives
 * everything, and one with IFF_ALLMULTI all groups.
 */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/netdevice.h>

#include "nic.h"

static unsigned int bit_of(const u8 *address)
{
	return hash_64(ether_addr_to_u64(address), STRATA_NIC_FILTER_BITS);
}

/* ndo_set_rx_mode; under the device's address lock. A bit that stays is never
 * gone in between, so no frame of an old group is lost for a new one.
 */
void strata_nic_set_rx_mode(struct net_device *dev)
{
	struct strata_nic *nic = netdev_priv(dev);
	DECLARE_BITMAP(filter, 1 << STRATA_NIC_FILTER_BITS) = {};
	struct netdev_hw_addr *entry;
	unsigned int i;

	netdev_for_each_uc_addr(entry, dev)
		__set_bit(bit_of(entry->addr), filter);
	netdev_for_each_mc_addr(entry, dev)
		__set_bit(bit_of(entry->addr), filter);
	for (i = 0; i < ARRAY_SIZE(filter); i++)
		WRITE_ONCE(nic->filter[i], filter[i]);
}

/**
 * strata_nic_filter_wants - is a frame one to receive?
 * @dev: the end it arrived at
 * @dest: its destination
 *
 * Context: any.
 */
bool strata_nic_filter_wants(const struct net_device *dev, const u8 *dest)
{
	const struct strata_nic *nic = netdev_priv(dev);
	unsigned int flags = READ_ONCE(dev->flags);

	if (flags & IFF_PROMISC || ether_addr_equal(dest, dev->dev_addr) ||
	    is_broadcast_ether_addr(dest))
		return true;
	if (is_multicast_ether_addr(dest) && flags & IFF_ALLMULTI)
		return true;
	return test_bit(bit_of(dest), nic->filter);
}
