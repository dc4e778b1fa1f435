/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: L3 protocols bound to attached devices.
 */
#ifndef _NET_LINK_BIND_H
#define _NET_LINK_BIND_H

#include <strata/link.h>

int strata_bind_link(struct strata_link *link);
void strata_bind_stop(struct strata_link *link);
void strata_bind_free(struct strata_link *link);
bool strata_bind_knows(__be16 type);
bool strata_bind_is_alone(const struct net_device *dev);

int strata_bind_init(void);
void strata_bind_exit(void);

#endif /* _NET_LINK_BIND_H */
