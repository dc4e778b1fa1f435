/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: following what happens to devices.
 */
#ifndef _NET_LINK_NETDEV_H
#define _NET_LINK_NETDEV_H

int strata_netdev_init(void);
void strata_netdev_exit(void);

#endif /* _NET_LINK_NETDEV_H */
