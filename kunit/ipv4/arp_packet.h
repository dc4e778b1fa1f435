/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ARP packets that a stranger on the station's wire sends.
 */
#ifndef _KUNIT_IPV4_ARP_PACKET_H
#define _KUNIT_IPV4_ARP_PACKET_H

#include <kunit/test.h>
#include <linux/if_ether.h>

#define STATION_STRANGER	0x0a630009U	/* 10.99.0.9 */

/* An ARP packet on Ethernet, as on the wire. */
struct station_arp {
	__be16 hrd;
	__be16 pro;
	u8 hln;
	u8 pln;
	__be16 op;
	u8 sender_ll[ETH_ALEN];
	__be32 sender;
	u8 target_ll[ETH_ALEN];
	__be32 target;
} __packed;

extern const u8 station_stranger_ll[];

struct station_arp station_arp_of(u16 op, u32 sender, u32 target);
void station_arp_rcv(struct kunit *test, const struct station_arp *packet,
		     unsigned int len);

#endif /* _KUNIT_IPV4_ARP_PACKET_H */
