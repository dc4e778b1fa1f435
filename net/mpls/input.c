// SPDX-License-Identifier: GPL-2.0
/*
 * Labelled packets received: labels that are ours come off until one says where the
 * packet goes (RFC 3031 3.10), or none is left and IP has it.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <net/ip.h>
#include <strata/visibility.h>
#include "mpls.h"

/* RFC 3443 3: what is left of the labels' time to live goes on in the IP header. */
static enum strata_drop_reason expose4(struct sk_buff *skb, u8 ttl)
{
	struct iphdr *iph;

	if (unlikely(!pskb_may_pull(skb, sizeof(*iph))))
		return STRATA_DROP_MPLS_PAYLOAD;
	if (unlikely(skb_ensure_writable(skb, sizeof(*iph))))
		return STRATA_DROP_NO_MEMORY;
	iph = (struct iphdr *)skb->data;
	csum_replace2(&iph->check, htons(iph->ttl << 8), htons(ttl << 8));
	iph->ttl = ttl;
	skb->protocol = htons(ETH_P_IP);
	return MPLS_PASS;
}

static enum strata_drop_reason expose6(struct sk_buff *skb, u8 ttl)
{
	if (unlikely(!pskb_may_pull(skb, sizeof(struct ipv6hdr))))
		return STRATA_DROP_MPLS_PAYLOAD;
	if (unlikely(skb_ensure_writable(skb, sizeof(struct ipv6hdr))))
		return STRATA_DROP_NO_MEMORY;
	((struct ipv6hdr *)skb->data)->hop_limit = ttl;
	skb->protocol = htons(ETH_P_IPV6);
	return MPLS_PASS;
}

/**
 * strata_mpls_expose() - the last label is gone: what was under it?
 * @skb: skb->data behind the label; not owned
 * @payload: what it must be: 4, 6, or 0: either
 * @ttl: what it has left
 *
 * The stack does not say what it carries; the first four bits of IP do. The rest of
 * the header is for IP to judge.
 *
 * Context: softirq, RCU. Return: MPLS_PASS: an IP packet; or a reason to drop it.
 */
enum strata_drop_reason strata_mpls_expose(struct sk_buff *skb, u8 payload,
					   u8 ttl)
{
	u8 version;

	if (unlikely(!pskb_may_pull(skb, 1)))
		return STRATA_DROP_MPLS_PAYLOAD;
	version = skb->data[0] >> 4;
	if (unlikely(payload && payload != version))
		return STRATA_DROP_MPLS_PAYLOAD;
	skb_reset_network_header(skb);
	if (likely(version == 4))
		return expose4(skb, ttl);
	if (likely(version == 6))
		return expose6(skb, ttl);
	return STRATA_DROP_MPLS_PAYLOAD;
}

static enum strata_drop_reason unknown(u32 label)
{
	return label < MPLS_LABEL_FIRST_UNRESERVED ? STRATA_DROP_MPLS_RESERVED :
						     STRATA_DROP_MPLS_NO_LABEL;
}

/* Takes labels off, the one that decides too; @top is that one, with the time to
 * live that all of them have left: RFC 3443 3.1, uniform model.
 */
static enum strata_drop_reason pop(struct mpls_net *mn,
				   struct sk_buff *skb,
				   const struct mpls_ilm **ilm,
				   struct mpls_entry *top)
{
	unsigned int depth;
	u8 ttl = 0;

	for (depth = 0; depth < MPLS_DEPTH_MAX; depth++) {
		if (unlikely(!pskb_may_pull(skb, MPLS_HLEN)))
			return STRATA_DROP_MPLS_TRUNCATED;
		*top = mpls_entry_decode((struct mpls_shim_hdr *)skb->data);
		*ilm = strata_mpls_find(mn, top->label);
		if (unlikely(!*ilm))
			return unknown(top->label);
		/* RFC 3032 2.4.2: no hop is left, not even up to IP. */
		if (!depth && unlikely(top->ttl <= 1))
			return STRATA_DROP_MPLS_TTL;
		ttl = depth ? ttl : top->ttl - 1;
		top->ttl = ttl;
		__skb_pull(skb, MPLS_HLEN);
		if ((*ilm)->nhlfe.via != MPLS_VIA_LOCAL || top->bottom)
			return MPLS_PASS;
	}
	return STRATA_DROP_MPLS_STACK;
}

static enum strata_drop_reason admit(struct mpls_net *mn,
				     const struct strata_link *link,
				     const struct sk_buff *skb)
{
	if (unlikely(!strata_mpls_is_on(mn, link)))
		return STRATA_DROP_MPLS_OFF;
	/* Labels of groups (RFC 5332) are none of ours. */
	if (unlikely(skb->pkt_type != PACKET_HOST))
		return STRATA_DROP_MPLS_L2_CAST;
	return unlikely(skb_warn_if_lro(skb)) ? STRATA_DROP_IP_LRO : MPLS_PASS;
}

/**
 * strata_mpls_rcv() - receive a labelled packet
 * @link: where it came in
 * @skb: skb->data at the first label; neither shared nor for another station;
 *	owned
 *
 * Context: softirq, RCU.
 */
void strata_mpls_rcv(struct strata_link *link, struct sk_buff *skb)
{
	struct mpls_net *mn = strata_mpls_net(link->sn);
	enum strata_drop_reason reason = admit(mn, link, skb);
	const struct mpls_ilm *ilm;
	struct mpls_entry top;

	strata_count(link->sn, MPLS_RX);
	if (unlikely(reason != MPLS_PASS))
		goto drop;
	/* A sum over all of the frame would change with each byte we do. */
	skb_forward_csum(skb);
	reason = pop(mn, skb, &ilm, &top);
	if (unlikely(reason != MPLS_PASS))
		goto drop;
	if (ilm->nhlfe.via != MPLS_VIA_LOCAL) {
		reason = strata_mpls_forward(link, skb, &ilm->nhlfe, &top);
		if (unlikely(reason != MPLS_PASS))
			goto drop;
		return;
	}
	reason = strata_mpls_expose(skb, ilm->payload, top.ttl);
	if (unlikely(reason != MPLS_PASS))
		goto drop;
	strata_count(link->sn, MPLS_DELIVERED);
	strata_l3_rcv(link, skb);
	return;
drop:
	strata_drop(link->sn, skb, reason);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mpls_rcv);
