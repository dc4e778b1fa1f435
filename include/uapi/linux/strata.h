/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Strata: all that a program needs.
 *
 *	fd = socket(AF_STRATA, SOCK_STREAM, 0);			TCP over IPv4
 *	fd = socket(AF_STRATA, SOCK_DGRAM,
 *		    STRATA_PROTOCOL(AF_INET6, IPPROTO_UDP));	UDP over IPv6
 *
 * Addresses are plain sockaddr_in and sockaddr_in6: the socket's family says
 * which stack, the address's family says which network layer.
 */
#ifndef _UAPI_LINUX_STRATA_H
#define _UAPI_LINUX_STRATA_H

#include <linux/types.h>
#include <linux/strata_netlink.h>

/*
 * The address family. AF_ASH was never implemented; a kernel module parameter
 * (strata.family=N) can choose another free number.
 */
#define AF_STRATA	18
#define PF_STRATA	AF_STRATA

/*
 * The third argument of socket(2): the IP protocol in the low 16 bits (0: the
 * default of the socket type) and the network layer's address family above
 * (0: AF_INET).
 */
#define STRATA_PROTOCOL(family, ipproto)	(((family) << 16) | (ipproto))
#define STRATA_PROTOCOL_FAMILY(protocol)	(((protocol) >> 16) & 0x7fff)
#define STRATA_PROTOCOL_IPPROTO(protocol)	((protocol) & 0xffff)

/*
 * Socket options at level SOL_STRATA: what the kernel's generic code refuses
 * to foreign families or answers with the family's own private numbers.
 */
#define SOL_STRATA		399

#define STRATA_SO_DOMAIN	1	/* int, read: AF_INET or AF_INET6 */
#define STRATA_SO_PROTOCOL	2	/* int, read: the IP protocol */
#define STRATA_SO_REUSEPORT	3	/* int: as SO_REUSEPORT */
#define STRATA_SO_ZEROCOPY	4	/* int: as SO_ZEROCOPY */

/*
 * At level SOL_TCP, beside the kernel's options.
 */
#define TCP_STRATA_RST_GUARD	0x5200	/* int: doubt resets that do not fit */

#endif /* _UAPI_LINUX_STRATA_H */
