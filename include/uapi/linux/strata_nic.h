/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_STRATA_NIC_H
#define _UAPI_LINUX_STRATA_NIC_H

/*
 * Netlink attributes of the link kind "strata_nic", nested in
 * IFLA_LINKINFO / IFLA_INFO_DATA of RTM_NEWLINK:
 *
 *   STRATA_NIC_INFO_PEER
 *       struct ifinfomsg of the other end of the cable, followed by its own
 *       IFLA_* attributes (IFLA_IFNAME, IFLA_ADDRESS, IFLA_MTU,
 *       IFLA_NET_NS_FD, ...). Optional: without it the other end gets a name
 *       and an address of the kernel's choice, and all else as this end.
 *
 * The numbers are those of enum veth_info, so that a tool which can build the
 * one message can build the other.
 */
enum {
	STRATA_NIC_INFO_UNSPEC,
	STRATA_NIC_INFO_PEER,

	__STRATA_NIC_INFO_MAX,
};

#define STRATA_NIC_INFO_MAX	(__STRATA_NIC_INFO_MAX - 1)

#endif /* _UAPI_LINUX_STRATA_NIC_H */
