/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: taking a device and giving it back.
 */
#ifndef _NET_LINK_ATTACH_H
#define _NET_LINK_ATTACH_H

#include <linux/netdevice.h>
#include <strata/link.h>

struct strata_link *strata_link_of(const struct net_device *dev);
int strata_attach(struct net_device *dev, u32 flags,
		  struct netlink_ext_ack *extack);
void strata_detach(struct strata_link *link);

#endif /* _NET_LINK_ATTACH_H */
