/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every layer may know of a packet: the control block that travels with
 * it, the address form above L3, and checksums over both.
 */
#ifndef _STRATA_PACKET_H
#define _STRATA_PACKET_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <strata/count.h>

struct strata_link;

/* strata_cb.flags */
#define STRATA_CB_BROADCAST	BIT(0)	/* L3 broadcast destination */
#define STRATA_CB_MULTICAST	BIT(1)	/* L3 multicast destination */
#define STRATA_CB_L2_CAST	BIT(2)	/* arrived in an L2 broadcast or multicast */
#define STRATA_CB_FRAGMENTED	BIT(3)	/* put together from fragments */

#define STRATA_CB_L4_BYTES	32

/**
 * struct strata_cb - the stack's part of skb->cb
 * @iif: index of the device the packet came in on, 0 if it did not
 * @family: AF_INET or AF_INET6
 * @tos: type of service or traffic class
 * @ttl: time to live or hop limit
 * @flags: STRATA_CB_*
 * @l4: for the transport protocol, from its input to its receive queue and on
 *	its transmit queue
 * @track: whose packet it is, see conntrack.h; between the hooks of L3 only, and
 *	only while somebody asks for it
 *
 * Filled by L3 before it delivers to L4. skb_network_header() keeps pointing
 * to the IP header for as long as the packet lives.
 */
struct strata_cb {
	int iif;
	u8 family;
	u8 tos;
	u8 ttl;
	u8 flags;
	u8 l4[STRATA_CB_L4_BYTES] __aligned(8);
	unsigned long track;
};

static inline struct strata_cb *strata_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct strata_cb) > sizeof(skb->cb));
	return (struct strata_cb *)skb->cb;
}

/*
 * The largest fragment that a datagram was put together from, IP header and all. No
 * receive path reads where a header inside would begin, if there is none.
 */
static inline void strata_packet_set_frag_size(struct sk_buff *skb, u16 bytes)
{
	skb->inner_network_header = bytes;
}

/* Of a datagram that was put together. */
static inline u16 strata_packet_largest(const struct sk_buff *skb)
{
	return skb->inner_network_header;
}

/* 0: it came whole. */
static inline u16 strata_packet_frag_size(const struct sk_buff *skb)
{
	return strata_cb(skb)->flags & STRATA_CB_FRAGMENTED ?
	       strata_packet_largest(skb) : 0;
}

/* An IPv4 address in the form used above L3: v4-mapped (RFC 4291 2.5.5.2). */
static inline void strata_addr_from4(struct in6_addr *addr, __be32 addr4)
{
	ipv6_addr_set_v4mapped(addr4, addr);
}

static inline bool strata_addr_is4(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr);
}

static inline __be32 strata_addr_to4(const struct in6_addr *addr)
{
	return addr->s6_addr32[3];
}

/* The unspecified address of either family. */
static inline bool strata_addr_any(const struct in6_addr *addr)
{
	return ipv6_addr_any(addr) ||
	       (strata_addr_is4(addr) && !strata_addr_to4(addr));
}

/* A group of either family. */
static inline bool strata_addr_is_multicast(const struct in6_addr *addr)
{
	return strata_addr_is4(addr) ?
	       ipv4_is_multicast(strata_addr_to4(addr)) :
	       ipv6_addr_is_multicast(addr);
}

/**
 * strata_packet_addrs() - the addresses of a received packet
 * @skb: validated by L3
 * @saddr: out: source
 * @daddr: out: destination
 */
static inline void strata_packet_addrs(const struct sk_buff *skb,
				       struct in6_addr *saddr,
				       struct in6_addr *daddr)
{
	if (likely(strata_cb(skb)->family == AF_INET)) {
		strata_addr_from4(saddr, ip_hdr(skb)->saddr);
		strata_addr_from4(daddr, ip_hdr(skb)->daddr);
	} else {
		*saddr = ipv6_hdr(skb)->saddr;
		*daddr = ipv6_hdr(skb)->daddr;
	}
}

/**
 * strata_pseudo_magic() - fold a checksum with the pseudo-header
 * @saddr: source
 * @daddr: destination
 * @len: bytes of L4 header and payload
 * @proto: IP protocol
 * @sum: checksum so far
 *
 * Return: the complemented 16-bit checksum, as it goes into the header; 0 if
 * @sum already covered a correct checksum field (RFC 1071, RFC 8200 8.1).
 */
static inline __sum16 strata_pseudo_magic(const struct in6_addr *saddr,
					  const struct in6_addr *daddr,
					  u32 len, u8 proto, __wsum sum)
{
	if (likely(strata_addr_is4(daddr)))
		return csum_tcpudp_magic(strata_addr_to4(saddr),
					 strata_addr_to4(daddr),
					 len, proto, sum);
	return csum_ipv6_magic(saddr, daddr, len, proto, sum);
}

bool strata_packet_csum_ok(struct sk_buff *skb, u8 proto);

#endif /* _STRATA_PACKET_H */
