/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The station as a router between its two devices, and what it sends.
 */
#ifndef _KUNIT_IPV4_ROUTER_H
#define _KUNIT_IPV4_ROUTER_H

#include "station.h"

#define ROUTER_PAYLOAD_MAX	4000
#define ROUTER_TTL		64	/* of strata_station_datagram() */

/* Different bytes. */
extern u8 strata_router_payload[ROUTER_PAYLOAD_MAX];

int strata_router_init(struct kunit *test);
void strata_router_exit(struct kunit *test);
struct sk_buff *strata_router_datagram(struct kunit *test, u32 daddr,
				       unsigned int len);
struct sk_buff *strata_router_sent(struct kunit *test);
void strata_router_silent(struct kunit *test);
void strata_router_told(struct kunit *test, u8 type, u8 code, u32 rest,
			const struct iphdr *about);

#endif /* _KUNIT_IPV4_ROUTER_H */
