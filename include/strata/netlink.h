/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration interface: the generic netlink family "strata", described
 * in Documentation/netlink/specs/strata.yaml.
 */
#ifndef _STRATA_NETLINK_H
#define _STRATA_NETLINK_H

/* Context: process. Last of all layers to come and first to go. */
int strata_netlink_init(void);
void strata_netlink_exit(void);

#endif /* _STRATA_NETLINK_H */
