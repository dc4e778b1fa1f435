// SPDX-License-Identifier: GPL-2.0
/*
 * Several datagrams in one buffer. A program that sends them so (UDP_SEGMENT) has
 * them go down the stack as one; the device takes them apart, or whoever hands
 * the buffer to a device that cannot. What arrives in one buffer is given to a
 * program as it is if it asked for that (UDP_GRO), else taken apart. For who asked,
 * datagrams that wait to be read are joined, too.
 */
#include <linux/module.h>
#include <net/gso.h>
#include <strata/visibility.h>
#include "udp.h"

/**
 * strata_udp_gso_check() - may a program send so many datagrams at once?
 * @sk: the sender
 * @len: bytes of payload, of all together
 * @gso_size: bytes of payload in each but the last
 * @route: where they go
 *
 * None of them is fragmented, whatever IP_MTU_DISCOVER says.
 *
 * Context: RCU read side. Return: 0; -EMSGSIZE: one is larger than the way's MTU;
 * -EINVAL: too many, or without a checksum, which who takes them apart needs;
 * -EIO: with a checksum that nobody there knows.
 */
int strata_udp_gso_check(const struct sock *sk, size_t len, u16 gso_size,
			 const struct udp_route *route)
{
	const struct strata_path *path = &route->path;
	size_t header = path->af->header_len + sizeof(struct udphdr);

	if (header + min_t(size_t, len, gso_size) > path->mtu)
		return -EMSGSIZE;
	if (len > gso_size * UDP_MAX_SEGMENTS)
		return -EINVAL;
	if (sk->sk_no_check_tx && strata_addr_is4(&route->flow.daddr))
		return -EINVAL;
	return udp_kind_has_gso(udp_sock(sk)->kind) ? 0 : -EIO;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_gso_check);

/**
 * strata_udp_gso_mark() - say that a buffer is to be cut into datagrams
 * @skb: skb->data at the UDP header, whose length and checksum are of the whole
 * @gso_size: bytes of payload in each but the last; if there is no more, it is one
 *
 * Context: any. Return: how many they are.
 */
unsigned int strata_udp_gso_mark(struct sk_buff *skb, u16 gso_size)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	unsigned int len = skb->len - sizeof(struct udphdr);

	if (len <= gso_size)
		return 1;
	shinfo->gso_size = gso_size;
	shinfo->gso_segs = DIV_ROUND_UP(len, gso_size);
	shinfo->gso_type = SKB_GSO_UDP_L4;
	return shinfo->gso_segs;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_gso_mark);

/**
 * strata_udp_gso_flow() - may routers fragment what a buffer is cut into?
 * @flow: of one datagram of the socket
 * @many: room for that of several
 *
 * ip(7), IP_MTU_DISCOVER: unless the program forbids it, one that turns out too
 * large leaves in fragments the next time. These cannot, so routers may do it, as
 * those after the kernel may.
 *
 * Context: any. Return: @flow or @many.
 */
const struct strata_flow *strata_udp_gso_flow(const struct strata_flow *flow,
					      struct strata_flow *many)
{
	if (!(flow->flags & STRATA_FLOW_FRAGMENT))
		return flow;
	*many = *flow;
	many->flags &= ~STRATA_FLOW_DF;
	return many;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_gso_flow);

/**
 * strata_udp_gso_split() - take datagrams apart that arrived in one buffer
 * @skb: skb->data at the UDP header, verified. Owned, but on error
 *
 * Context: softirq. Return: a list, each one as @skb was; NULL or ERR_PTR(): it
 * cannot be.
 */
struct sk_buff *strata_udp_gso_split(struct sk_buff *skb)
{
	struct strata_cb cb = *strata_cb(skb);
	struct sk_buff *segs, *seg;

	/* Headers from the network layer on are copied to each. */
	skb_push(skb, skb_transport_offset(skb) - skb_network_offset(skb));
	segs = __skb_gso_segment(skb, NETIF_F_SG | NETIF_F_IP_CSUM |
				 NETIF_F_IPV6_CSUM, false);
	if (IS_ERR_OR_NULL(segs))
		return segs;
	consume_skb(skb);
	for (seg = segs; seg; seg = seg->next) {
		__skb_pull(seg, skb_transport_offset(seg));
		*strata_cb(seg) = cb;
		/* The whole was verified; nobody summed up the parts. */
		seg->ip_summed = CHECKSUM_UNNECESSARY;
	}
	return segs;
}

/* RFC 768's ports, but for ours, and what a program may be told of a datagram. */
static bool same_flow(const struct sk_buff *a, const struct sk_buff *b)
{
	const struct strata_cb *one = strata_cb(a), *two = strata_cb(b);

	if (udp_hdr(a)->source != udp_hdr(b)->source || one->iif != two->iif ||
	    one->family != two->family || one->tos != two->tos ||
	    one->ttl != two->ttl)
		return false;
	if (one->family == AF_INET)
		return ip_hdr(a)->saddr == ip_hdr(b)->saddr &&
		       ip_hdr(a)->daddr == ip_hdr(b)->daddr;
	return ipv6_addr_equal(&ipv6_hdr(a)->saddr, &ipv6_hdr(b)->saddr) &&
	       ipv6_addr_equal(&ipv6_hdr(a)->daddr, &ipv6_hdr(b)->daddr);
}

/* All but the last are of one size, and no datagram says so of itself: a shorter
 * one ends the buffer, an empty one is alone.
 */
static bool sizes_fit(const struct sk_buff *tail, const struct sk_buff *skb)
{
	unsigned int size = udp_cb(tail)->gso_size ?: tail->len;

	return skb->len && skb->len <= size && !(tail->len % size) &&
	       tail->len / size < UDP_GRO_MAX &&
	       tail->len + skb->len <= UDP_PAYLOAD_MAX;
}

static bool may_join(const struct sk_buff *tail, const struct sk_buff *skb)
{
	return sizes_fit(tail, skb) && !udp_cb(skb)->gso_size &&
	       udp_cb(tail)->csum_ok && udp_cb(skb)->csum_ok &&
	       !skb_cloned(tail) && !skb_shared(skb) &&
	       !skb_has_frag_list(skb) && same_flow(tail, skb);
}

/* Where bytes and pages cannot move, the buffer itself goes along. The list may have
 * been there: GRO and reassembly make such, too.
 */
static void list_append(struct sk_buff *tail, struct sk_buff *skb)
{
	struct sk_buff **end = &skb_shinfo(tail)->frag_list;

	while (*end)
		end = &(*end)->next;
	*end = skb;
	skb->next = NULL;
	tail->len += skb->len;
	tail->data_len += skb->len;
	tail->truesize += skb->truesize;
}

/**
 * strata_udp_gro_join() - let a datagram join those that wait
 * @tail: the last that waits; nobody else has it
 * @skb: as strata_udp_enqueue() takes it. Owned, if it joins
 *
 * Context: softirq, lock of the queue that @tail is in. Return: bytes of truesize
 * that @tail has more, or -1: it has to wait by itself.
 */
int strata_udp_gro_join(struct sk_buff *tail, struct sk_buff *skb)
{
	unsigned int size = udp_cb(tail)->gso_size ?: tail->len;
	bool stolen;
	int bytes;

	if (!may_join(tail, skb))
		return -1;
	if (skb_try_coalesce(tail, skb, &stolen, &bytes)) {
		kfree_skb_partial(skb, stolen);
	} else {
		bytes = skb->truesize;
		list_append(tail, skb);
	}
	udp_cb(tail)->gso_size = size;
	udp_cb(tail)->truesize += bytes;
	return bytes;
}
