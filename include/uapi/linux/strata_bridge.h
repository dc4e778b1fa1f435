/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_STRATA_BRIDGE_H
#define _UAPI_LINUX_STRATA_BRIDGE_H

/*
 * The link kind "strata_bridge". The attributes in IFLA_LINKINFO /
 * IFLA_INFO_DATA are those of the kernel's bridge, IFLA_BR_* of
 * <linux/if_link.h>, in IFLA_INFO_SLAVE_DATA its IFLA_BRPORT_*; so is all of
 * AF_BRIDGE. What it cannot do it refuses with EOPNOTSUPP.
 */
#define STRATA_BRIDGE_KIND	"strata_bridge"

/*
 * Two of them are younger than the oldest supported kernel's headers; the
 * numbers are those of Linux 6.8:
 *
 *   STRATA_BRIDGE_INFO_FDB_N_LEARNED
 *       u32, read only: entries of the forwarding database that were learned.
 *   STRATA_BRIDGE_INFO_FDB_MAX_LEARNED
 *       u32: how many there may be.
 *
 * And one that the kernel's bridge has not:
 *
 *   STRATA_BRIDGE_INFO_MCAST_PORT_MAX
 *       u32: in how many multicast groups each port may be; 0: in as many as
 *       there is room for.
 */
enum {
	STRATA_BRIDGE_INFO_FDB_N_LEARNED = 48,
	STRATA_BRIDGE_INFO_FDB_MAX_LEARNED,
	STRATA_BRIDGE_INFO_MCAST_PORT_MAX,

	__STRATA_BRIDGE_INFO_MAX,
};

#define STRATA_BRIDGE_INFO_MAX	(__STRATA_BRIDGE_INFO_MAX - 1)

#endif /* _UAPI_LINUX_STRATA_BRIDGE_H */
