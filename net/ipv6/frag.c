// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments (RFC 8200 4.5): the header's part of putting datagrams together and
 * of cutting them up; the rest is net/core's.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include "ipv6.h"

#define REASSEMBLY_s	60	/* RFC 8200 4.5 */
#define FRAG_OFFSET_AT	2	/* in a fragment header */

static void expired(struct strata_net *sn, struct sk_buff *first)
{
	strata_icmp6_send(sn, first, strata_cb(first)->iif, ICMPV6_TIME_EXCEED,
			  ICMPV6_EXC_FRAGTIME, 0);
}

const struct strata_frag_ops strata_ipv6_frag = {
	.timeout_s = REASSEMBLY_s,
	.expired = expired,
};

static void report(struct strata_net *sn, struct sk_buff *skb, u8 code,
		   u32 pointer)
{
	strata_icmp6_send(sn, skb, strata_cb(skb)->iif, ICMPV6_PARAMPROB, code,
			  pointer);
}

static unsigned int transport_bytes(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return sizeof(struct tcphdr);
	case IPPROTO_UDP:
		return sizeof(struct udphdr);
	case IPPROTO_ICMPV6:
		return sizeof(struct icmp6hdr);
	}
	return 1;
}

/* RFC 7112 4: all headers are in the first fragment, or nobody could filter. */
static bool chain_complete(const struct sk_buff *skb, unsigned int at, u8 proto)
{
	__be16 frag_off;
	int l4 = ipv6_skip_exthdr(skb, at, &proto, &frag_off);

	return l4 >= 0 && l4 + transport_bytes(proto) <= skb->len;
}

/* Reports what RFC 8200 4.5 wants reported. */
static bool parse(struct strata_net *sn, struct sk_buff *skb,
		  const struct strata_exthdr *ext, struct strata_frag *frag)
{
	const struct frag_hdr *header =
		(const struct frag_hdr *)(skb->data + ext->offset);
	unsigned int begin = ext->offset + sizeof(*header);
	unsigned int len = skb->len - begin;
	u16 offset = ntohs(header->frag_off);

	frag->offset = offset & IP6_OFFSET;
	frag->more = offset & IP6_MF;
	frag->ecn = ipv6_get_dsfield(ipv6_hdr(skb)) & INET_ECN_MASK;
	frag->size = min_t(unsigned int, skb->len, U16_MAX);
	if (frag->more && len % 8)
		report(sn, skb, ICMPV6_HDR_FIELD,
		       offsetof(struct ipv6hdr, payload_len));
	else if (frag->offset + len > STRATA_FRAG_DATAGRAM_MAX)
		report(sn, skb, ICMPV6_HDR_FIELD,
		       ext->offset + FRAG_OFFSET_AT);
	else if (!frag->offset && !chain_complete(skb, begin, header->nexthdr))
		report(sn, skb, ICMPV6_HDR_INCOMP, 0);
	else
		return len;
	return false;
}

static void key_of(const struct sk_buff *skb, const struct strata_exthdr *ext,
		   struct strata_frag_key *key)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct frag_hdr *header =
		(const struct frag_hdr *)(skb->data + ext->offset);

	memset(key, 0, sizeof(*key));
	key->saddr = ip6h->saddr;
	key->daddr = ip6h->daddr;
	key->id = ntohl(header->identification);
	/* RFC 4007: what comes from or to elsewhere may have come another way. */
	if (ipv6_addr_type(&key->saddr) & IPV6_ADDR_LINKLOCAL ||
	    ipv6_addr_is_multicast(&key->daddr))
		key->iif = strata_cb(skb)->iif;
}

/* The headers of a whole datagram, without the fragment header; @skb's data at
 * the payload.
 */
static bool finish(struct sk_buff *skb, u8 ecn)
{
	unsigned int headers = skb->data - skb_network_header(skb);
	unsigned int without = headers - sizeof(struct frag_hdr);
	struct strata_exthdr ext;

	skb_push(skb, headers);
	strata_exthdr_walk(skb, &ext);
	if (!ext.fragment || ext.offset != without ||
	    skb->len - sizeof(struct frag_hdr) - sizeof(struct ipv6hdr) >
	    STRATA_FRAG_DATAGRAM_MAX)
		return false;
	skb->data[ext.named_at] = skb->data[ext.offset];
	memmove(skb->data + sizeof(struct frag_hdr), skb->data, without);
	__skb_pull(skb, sizeof(struct frag_hdr));
	skb_reset_network_header(skb);
	ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	skb_postpush_rcsum(skb, skb->data, without);
	if (ecn)
		IP6_ECN_set_ce(skb, ipv6_hdr(skb));
	return true;
}

/**
 * strata_ipv6_reassemble() - a fragment has come for us
 * @sn: the namespace's stack
 * @skb: skb->data at the IPv6 header, which is valid; strata_cb() filled in;
 *	owned
 * @ext: its extension headers up to the fragment header
 *
 * Context: softirq, RCU. Return: the datagram that it completes, skb->data at
 * its IPv6 header; NULL: there is none.
 */
struct sk_buff *strata_ipv6_reassemble(struct strata_net *sn,
				       struct sk_buff *skb,
				       const struct strata_exthdr *ext)
{
	unsigned int headers = ext->offset + sizeof(struct frag_hdr);
	struct strata_frag_key key;
	struct strata_frag frag;
	u8 ecn = 0;

	if (!parse(sn, skb, ext, &frag)) {
		strata_drop(sn, skb, STRATA_DROP_FRAG_MALFORMED);
		return NULL;
	}
	key_of(skb, ext, &key);
	__skb_pull(skb, headers);
	skb_postpull_rcsum(skb, skb_network_header(skb), headers);
	skb = strata_frags_add(&sn->ipv6->frags, &key, skb, &frag, &ecn);
	if (!skb)
		return NULL;
	if (!finish(skb, ecn)) {
		strata_drop(sn, skb, STRATA_DROP_FRAG_MALFORMED);
		return NULL;
	}
	strata_count(sn, IP6_REASSEMBLED);
	return skb;
}
