// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments (RFC 791 3.2): the header's part of putting datagrams together and
 * of cutting them up; the rest is net/core's.
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include "ipv4.h"

#define REASSEMBLY_s	30	/* as the kernel's; RFC 1122 3.3.2 asks for more */

static void expired(struct strata_net *sn, struct sk_buff *first)
{
	strata_icmp_send(sn, first, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
}

const struct strata_frag_ops strata_ipv4_frag = {
	.timeout_s = REASSEMBLY_s,
	.expired = expired,
};

/* Each but the last is a multiple of 8 bytes, and none ends beyond what a
 * datagram can hold.
 */
static bool parse(const struct sk_buff *skb, struct strata_frag *frag)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8;
	unsigned int len = skb->len - iph->ihl * 4;

	frag->offset = offset;
	frag->more = iph->frag_off & htons(IP_MF);
	frag->ecn = iph->tos & INET_ECN_MASK;
	frag->size = skb->len;
	return len && !(frag->more && len % 8) &&
	       offset + len + sizeof(*iph) <= STRATA_FRAG_DATAGRAM_MAX;
}

/* The header of a whole datagram; @skb's data at its payload. */
static bool finish(struct sk_buff *skb, u8 ecn)
{
	struct iphdr *iph = ip_hdr(skb);

	skb_push(skb, skb->data - skb_network_header(skb));
	if (skb->len > STRATA_FRAG_DATAGRAM_MAX)
		return false;
	iph->tot_len = htons(skb->len);
	iph->frag_off = 0;
	iph->tos |= ecn;
	ip_send_check(iph);
	return true;
}

/**
 * strata_ipv4_reassemble() - a fragment has come for us
 * @sn: the namespace's stack
 * @skb: skb->data at the IP header, which is valid; owned
 *
 * Context: softirq, RCU. Return: the datagram that it completes, skb->data at
 * its IP header; NULL: there is none.
 */
struct sk_buff *strata_ipv4_reassemble(struct strata_net *sn,
				       struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct strata_frag_key key = {
		.id = ntohs(iph->id),
		.proto = iph->protocol,
	};
	enum strata_drop_reason reason = STRATA_IPV4_PASS;
	struct strata_frag frag;
	u8 ecn = 0;

	/* Of the whole only the first one's header is left. */
	if (unlikely(iph->ihl * 4 > sizeof(*iph)))
		reason = strata_ipv4_options_check(sn, skb);
	if (!parse(skb, &frag))
		reason = STRATA_DROP_FRAG_MALFORMED;
	if (unlikely(reason != STRATA_IPV4_PASS)) {
		strata_drop(sn, skb, reason);
		return NULL;
	}
	strata_addr_from4(&key.saddr, iph->saddr);
	strata_addr_from4(&key.daddr, iph->daddr);
	__skb_pull(skb, iph->ihl * 4);
	skb = strata_frags_add(&sn->ipv4->frags, &key, skb, &frag, &ecn);
	if (!skb)
		return NULL;
	if (!finish(skb, ecn)) {
		strata_drop(sn, skb, STRATA_DROP_FRAG_MALFORMED);
		return NULL;
	}
	strata_count(sn, IP4_REASSEMBLED);
	return skb;
}
