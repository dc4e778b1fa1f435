/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: slo.
 */
#ifndef _NET_LINK_LOOPBACK_H
#define _NET_LINK_LOOPBACK_H

int strata_loopback_init(void);
void strata_loopback_exit(void);

#endif /* _NET_LINK_LOOPBACK_H */
