/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A station on a wire that is not there: an attached Ethernet device whose
 * transmit function keeps each frame for the test to look at.
 *
 *	10.99.0.1/24  the station's own address
 *	10.99.0.2     a neighbour whose Ethernet address is known
 *	10.99.0.255   broadcast
 *
 * With strata_station_far_init() it has a second device and forwards:
 *
 *	10.98.0.1/24  its address there, 10.98.0.255 broadcast
 *	10.98.0.2     a neighbour there; the router to 10.97.0.0/16 too
 */
#ifndef _KUNIT_IPV4_STATION_H
#define _KUNIT_IPV4_STATION_H

#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <strata/link.h>
#include <strata/net.h>
#include <strata/packet.h>
#include <strata/route.h>

#define STATION_ADDR	0x0a630001U
#define STATION_PEER	0x0a630002U
#define STATION_CAST	0x0a6300ffU
#define STATION_OUTSIDE	0xc0000201U	/* 192.0.2.1, RFC 5737 */
#define STATION_FAR_ADDR	0x0a620001U
#define STATION_FAR_PEER	0x0a620002U
#define STATION_FAR_CAST	0x0a6200ffU
#define STATION_BEYOND		0x0a610102U	/* behind STATION_FAR_PEER */
#define STATION_PLEN	(96 + 24)
#define STATION_PROTO	253		/* RFC 3692 */

/**
 * struct strata_station - the device and what it sent
 * @sn: the stack of the initial namespace
 * @dev: the device
 * @link: its link
 * @far_dev: the second device, or NULL
 * @far: its link
 * @sent: frames of both, skb->data at the Ethernet header
 * @delivered: datagrams that arrived at protocol STATION_PROTO
 * @errors: ICMP errors that did
 * @error: the last of them; @header is not kept
 */
struct strata_station {
	struct strata_net *sn;
	struct net_device *dev;
	struct strata_link *link;
	struct net_device *far_dev;
	struct strata_link *far;
	struct sk_buff_head *sent;
	unsigned int delivered;
	unsigned int errors;
	struct strata_l4_error *error;
};

extern struct strata_station strata_station;
extern const u8 strata_station_peer_ll[];
extern const u8 strata_station_far_peer_ll[];

int strata_station_init(struct kunit *test);
int strata_station_far_add(struct kunit *test);
int strata_station_far_init(struct kunit *test);
void strata_station_exit(struct kunit *test);
void strata_station_configure(struct strata_link *link,
			      const struct strata_link_conf *conf);

struct sk_buff *strata_station_datagram(struct kunit *test, u32 saddr,
					u32 daddr, u8 proto,
					const void *payload, unsigned int len);
void strata_station_sum(struct sk_buff *skb);
void strata_station_rcv(struct sk_buff *skb);
u64 strata_station_drops(void);

/* What a packet of our own to @daddr is sent by; NULL: nothing, or it is refused. RCU. */
static inline const struct strata_route *
strata_station_route(const struct in6_addr *daddr, int oif)
{
	struct strata_lookup lookup = { .daddr = daddr, .oif = oif };
	const struct strata_route *route;

	route = strata_route_find(strata_station.sn, &lookup);
	return strata_route_error(route) ? NULL : route;
}

static inline struct in6_addr strata_station_addr(u32 addr4)
{
	struct in6_addr addr;

	strata_addr_from4(&addr, htonl(addr4));
	return addr;
}

#endif /* _KUNIT_IPV4_STATION_H */
