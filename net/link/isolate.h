/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: keeping the host's stack off attached devices.
 */
#ifndef _NET_LINK_ISOLATE_H
#define _NET_LINK_ISOLATE_H

#include <strata/link.h>

int strata_isolate_check(struct net_device *dev,
			 struct netlink_ext_ack *extack);
int strata_isolate(struct strata_link *link, struct netlink_ext_ack *extack);
void strata_isolate_again(struct strata_link *link);
void strata_isolate_undo(struct strata_link *link);

int strata_isolate_init(void);
void strata_isolate_exit(void);

#endif /* _NET_LINK_ISOLATE_H */
