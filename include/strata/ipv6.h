/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6, as net/main.c sees it. Everything else about it goes through the
 * tables of l3.h, l4.h and neigh.h.
 */
#ifndef _STRATA_IPV6_H
#define _STRATA_IPV6_H

int strata_ipv6_init(void);
void strata_ipv6_exit(void);

#endif /* _STRATA_IPV6_H */
