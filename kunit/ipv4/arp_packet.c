// SPDX-License-Identifier: GPL-2.0
/*
 * ARP packets that a stranger sends; see arp_packet.h.
 */
#include <linux/if_arp.h>
#include <linux/skbuff.h>
#include "../../net/ipv4/ipv4.h"
#include "arp_packet.h"
#include "station.h"

const u8 station_stranger_ll[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };

/**
 * station_arp_of() - a good packet of the stranger's
 * @op: ARPOP_*
 * @sender: its address, host order
 * @target: whom it asks or answers, host order
 */
struct station_arp station_arp_of(u16 op, u32 sender, u32 target)
{
	struct station_arp packet = {
		.hrd = htons(ARPHRD_ETHER),
		.pro = htons(ETH_P_IP),
		.hln = ETH_ALEN,
		.pln = sizeof(__be32),
		.op = htons(op),
		.sender = htonl(sender),
		.target = htonl(target),
	};

	memcpy(packet.sender_ll, station_stranger_ll, ETH_ALEN);
	return packet;
}

/**
 * station_arp_rcv() - the device received it
 * @test: that needs it
 * @packet: what
 * @len: bytes of it
 */
void station_arp_rcv(struct kunit *test, const struct station_arp *packet,
		     unsigned int len)
{
	struct sk_buff *skb = alloc_skb(sizeof(*packet), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, packet, len);
	skb->dev = strata_station.dev;
	skb->protocol = htons(ETH_P_ARP);
	local_bh_disable();
	rcu_read_lock();
	strata_arp_rcv(strata_station.link, skb);
	rcu_read_unlock();
	local_bh_enable();
}
