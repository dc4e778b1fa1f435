/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The station of kunit/ipv4 with IPv6:
 *
 *	fd00::1/64  the station's own address, beside its link-local one
 *	fd00::2     a neighbour whose Ethernet address is known
 */
#ifndef _KUNIT_IPV6_STATION6_H
#define _KUNIT_IPV6_STATION6_H

#include <linux/ipv6.h>
#include "../ipv4/station.h"

#define STATION6_ADDR		"fd00::1"
#define STATION6_PEER		"fd00::2"
#define STATION6_GROUP		"ff02::1:ff00:1"	/* solicited-node */
#define STATION6_PLEN		64

int strata_station6_init(struct kunit *test);

struct in6_addr strata_station6_addr(const char *text);
struct in6_addr strata_station6_link_local(void);
struct sk_buff *strata_station6_datagram(struct kunit *test, const char *saddr,
					 const char *daddr, u8 nexthdr,
					 const void *payload, unsigned int len);
void strata_station6_sum(struct sk_buff *skb);
void strata_station6_rcv(struct sk_buff *skb);

/* The next frame it sent, at its IPv6 header; for kfree_skb(). NULL: none. */
struct sk_buff *strata_station6_sent(void);

#endif /* _KUNIT_IPV6_STATION6_H */
