// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive side scaling: the hash of a frame's addresses and ports chooses the
 * receive queue, by a table that the administrator may change, so that the
 * frames of a flow stay in order and flows spread over the queues. The receiving
 * end's settings count; the sender applies them, for it is who posts the frame.
 *
 * With one queue there is nothing to choose and no hash is computed. Without
 * `ethtool -K s0 rxhash on` frames stay in the pair their sender chose.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/ip.h>

#include "nic.h"
#include "rss.h"

/* Tags before the IP header that are looked behind. */
#define VLAN_TAGS_MAX	2
#define ALL_PORTS	(BIT(STRATA_NIC_FLOW_KINDS) - 1)
/* Ethernet, two tags, an IPv4 header with options or an IPv6 one, ports. */
#define HEADERS_MAX	(VLAN_ETH_HLEN + VLAN_HLEN + 60 + 4)
/* Where the ports end at the latest in a frame without IPv4 options. */
#define HEADERS_USUAL	(VLAN_ETH_HLEN + VLAN_HLEN + sizeof(struct ipv6hdr) + 4)

/* Answers where the ports of a flow of @kind are, at @offset if anywhere. */
static void add_ports(struct strata_nic_hash_input *input, const u8 *frame,
		      unsigned int len, unsigned int offset, u8 protocol,
		      unsigned int kind, u8 ports)
{
	switch (protocol) {
	case IPPROTO_TCP:
		kind += STRATA_NIC_FLOW_TCP;
		break;
	case IPPROTO_UDP:
		kind += STRATA_NIC_FLOW_UDP;
		break;
	case IPPROTO_SCTP:
		kind += STRATA_NIC_FLOW_SCTP;
		break;
	default:
		return;
	}
	if (!(ports & BIT(kind)) || len < offset + 4)
		return;
	memcpy(input->bytes + input->len, frame + offset, 4);
	input->len += 4;
	input->ports = true;
}

static void parse_ipv4(struct strata_nic_hash_input *input, const u8 *frame,
		       unsigned int len, unsigned int offset, u8 ports)
{
	const struct iphdr *ip = (const struct iphdr *)(frame + offset);

	if (len < offset + sizeof(*ip) || ip->ihl < 5)
		return;
	memcpy(input->bytes, &ip->addrs, sizeof(ip->addrs));
	input->len = sizeof(ip->addrs);
	/* Only the first fragment has ports: leave them to none. */
	if (!ip_is_fragment(ip))
		add_ports(input, frame, len, offset + ip->ihl * 4,
			  ip->protocol, 0, ports);
}

static void parse_ipv6(struct strata_nic_hash_input *input, const u8 *frame,
		       unsigned int len, unsigned int offset, u8 ports)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)(frame + offset);

	if (len < offset + sizeof(*ip))
		return;
	memcpy(input->bytes, &ip->addrs, sizeof(ip->addrs));
	input->len = sizeof(ip->addrs);
	add_ports(input, frame, len, offset + sizeof(*ip), ip->nexthdr,
		  STRATA_NIC_FLOW_V6, ports);
}

/**
 * strata_nic_hash_parse - find what of a frame is hashed
 * @input: filled in
 * @frame: from its Ethernet header on
 * @len: bytes of it that can be read, at least an Ethernet header
 * @ports: flows whose ports are hashed, bits of enum strata_nic_flow
 *
 * Context: any.
 */
void strata_nic_hash_parse(struct strata_nic_hash_input *input,
			   const u8 *frame, unsigned int len, u8 ports)
{
	const struct ethhdr *eth = (const struct ethhdr *)frame;
	__be16 protocol = eth->h_proto;
	unsigned int offset = ETH_HLEN;
	int tags;

	input->len = 0;
	input->ports = false;
	for (tags = 0; tags < VLAN_TAGS_MAX && eth_type_vlan(protocol); tags++) {
		if (len < offset + VLAN_HLEN)
			return;
		protocol = *(__be16 *)(frame + offset + 2);
		offset += VLAN_HLEN;
	}
	if (protocol == htons(ETH_P_IP))
		parse_ipv4(input, frame, len, offset, ports);
	else if (protocol == htons(ETH_P_IPV6))
		parse_ipv6(input, frame, len, offset, ports);
}

static struct strata_nic_rx_queue *
queue_of(const struct strata_nic_tx_queue *tx, const struct strata_nic_rss *rss,
	 u32 hash)
{
	return &tx->to->queue[rss->queue[hash % STRATA_NIC_RSS_ENTRIES]].rx;
}

/**
 * strata_nic_rss_choose - the receive queue of a frame that is no skb
 * @tx: queue it leaves by, which is steered
 * @frame: from its Ethernet header on
 * @len: bytes of it that can be read
 *
 * Context: softirqs off, lock of @tx held.
 * Return: a queue of the other end that is in use.
 */
struct strata_nic_rx_queue *
strata_nic_rss_choose(const struct strata_nic_tx_queue *tx, const u8 *frame,
		      unsigned int len)
{
	const struct strata_nic_rss *rss = rcu_dereference_bh(tx->to->rss);
	struct strata_nic_hash_input input;

	strata_nic_hash_parse(&input, frame, len, rss->ports);
	return queue_of(tx, rss, strata_nic_toeplitz(&rss->toeplitz,
						     input.bytes, input.len));
}

/**
 * strata_nic_rss_steer - the receive queue of a frame
 * @tx: queue it leaves by, which is steered
 * @skb: the frame; its hash becomes the receiver's
 *
 * Context: softirqs off, lock of @tx held.
 * Return: a queue of the other end that is in use.
 */
struct strata_nic_rx_queue *
strata_nic_rss_steer(const struct strata_nic_tx_queue *tx, struct sk_buff *skb)
{
	const struct strata_nic_rss *rss = rcu_dereference_bh(tx->to->rss);
	unsigned int len = skb_headlen(skb);
	struct strata_nic_hash_input input;
	const u8 *frame = skb->data;
	u8 copy[HEADERS_MAX];
	u32 hash;

	/* Headers may be anywhere in a frame that is forwarded. They stay there:
	 * the frame may be a clone of what its sender keeps.
	 */
	if (unlikely(len < HEADERS_USUAL && skb->data_len)) {
		len = min_t(u32, skb->len, HEADERS_MAX);
		frame = skb_header_pointer(skb, 0, len, copy);
	}
	strata_nic_hash_parse(&input, frame, len, rss->ports);
	hash = strata_nic_toeplitz(&rss->toeplitz, input.bytes, input.len);
	if (likely(input.len))
		skb_set_hash(skb, hash, input.ports ? PKT_HASH_TYPE_L4 :
			     PKT_HASH_TYPE_L3);
	return queue_of(tx, rss, hash);
}

/* Whether frames to @nic are spread by their hash. */
bool strata_nic_rss_steers(const struct strata_nic *nic)
{
	return nic->num_queues > 1 && nic->dev->features & NETIF_F_RXHASH;
}

static void spread(struct strata_nic_rss *rss, unsigned int queues)
{
	unsigned int i;

	for (i = 0; i < STRATA_NIC_RSS_ENTRIES; i++)
		rss->queue[i] = ethtool_rxfh_indir_default(i, queues);
}

/* The settings of a new card: a random key, ports, all queues. */
int strata_nic_rss_init(struct strata_nic *nic)
{
	struct strata_nic_rss *rss;

	rss = kzalloc(sizeof(*rss), GFP_KERNEL_ACCOUNT);
	if (!rss)
		return -ENOMEM;
	netdev_rss_key_fill(rss->key, sizeof(rss->key));
	strata_nic_toeplitz_set_key(&rss->toeplitz, rss->key);
	rss->ports = ALL_PORTS;
	spread(rss, nic->num_queues);
	rcu_assign_pointer(nic->rss, rss);
	return 0;
}

/* The number of queues has changed while nothing is sent to @nic: a table of the
 * administrator's stays, for it names none that is gone.
 */
void strata_nic_rss_spread(struct strata_nic *nic)
{
	if (!netif_is_rxfh_configured(nic->dev))
		spread(rtnl_dereference(nic->rss), nic->num_queues);
}
