/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the link suites stand on: a namespace's stack with one link, whose
 * device keeps what is sent, and a family that notes what it is asked.
 */
#ifndef _KUNIT_LINK_BENCH_H
#define _KUNIT_LINK_BENCH_H

#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include "../../net/link/neigh_entry.h"
#include "../../net/link/neigh_table.h"

/* EtherType of the frames that the suites tell from the host's own. */
#define BENCH_ETHERTYPE	ETH_P_802_EX1

/**
 * struct bench - one test's world
 * @sn: a stack of no namespace
 * @link: its only link
 * @dev: the link's device, registered and up
 * @sent: IPv4 frames that reached the device
 * @solicits: questions asked
 * @unicast: the last one went to one station
 * @lladdr: which
 * @quoted: the last one came with a waiting packet
 * @unreachable: packets reported as unreachable
 */
struct bench {
	struct strata_net sn;
	struct strata_link *link;
	struct net_device *dev;
	struct sk_buff_head sent;
	unsigned int solicits;
	bool unicast;
	u8 lladdr[ETH_ALEN];
	bool quoted;
	unsigned int unreachable;
};

extern const struct strata_neigh_ops bench_ops;

struct net_device *bench_device(struct kunit *test, bool ethernet);
void bench_device_gone(struct net_device *dev);
struct sk_buff_head *bench_sent(struct net_device *dev);

int bench_init(struct kunit *test);
void bench_exit(struct kunit *test);
struct sk_buff *bench_packet(struct kunit *test, u32 mark);
void bench_address(struct in6_addr *addr, u32 host);
struct strata_neigh *bench_neigh(struct kunit *test, u32 host);

#endif /* _KUNIT_LINK_BENCH_H */
