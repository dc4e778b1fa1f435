// SPDX-License-Identifier: GPL-2.0
/*
 * Labelled packets sent on: labels on, if it has any left, and out to the next hop.
 */
#include <linux/module.h>
#include <net/gso.h>
#include <strata/hook.h>
#include <strata/neigh.h>
#include "mpls.h"

/* RFC 3032 3: nothing is cut up here; the ends learn it from their own routes. What
 * a device will cut into segments need fit only then.
 */
static bool fits(const struct sk_buff *skb, unsigned int added, unsigned int mtu)
{
	if (likely(skb->len + added <= mtu))
		return true;
	return skb_is_gso(skb) && mtu > added &&
	       skb_gso_validate_network_len(skb, mtu - added);
}

/* The labels that take the place of the one that came. The traffic class stays
 * (RFC 3270 2.6.2.1).
 */
static void push(struct sk_buff *skb, const struct mpls_nhlfe *nhlfe,
		 const struct mpls_entry *top)
{
	struct mpls_shim_hdr *shim = __skb_push(skb, nhlfe->count * MPLS_HLEN);
	bool bottom = top->bottom;
	int i;

	for (i = nhlfe->count - 1; i >= 0; i--) {
		shim[i] = mpls_entry_encode(nhlfe->push[i], top->ttl, top->tc,
					    bottom);
		bottom = false;
	}
}

/* RFC 3443 3.1: the label that is now on top has what the one before had left. */
static enum strata_drop_reason uncover(struct sk_buff *skb, u8 ttl)
{
	struct mpls_shim_hdr *shim;
	struct mpls_entry entry;

	if (unlikely(!pskb_may_pull(skb, MPLS_HLEN)))
		return STRATA_DROP_MPLS_TRUNCATED;
	shim = (struct mpls_shim_hdr *)skb->data;
	entry = mpls_entry_decode(shim);
	*shim = mpls_entry_encode(entry.label, ttl, entry.tc, entry.bottom);
	return MPLS_PASS;
}

/* What is above IP now? @skb is not shared and has room. */
static enum strata_drop_reason relabel(struct sk_buff *skb,
				       const struct mpls_nhlfe *nhlfe,
				       const struct mpls_entry *top)
{
	if (nhlfe->count)
		push(skb, nhlfe, top);
	else if (top->bottom)
		return strata_mpls_expose(skb, 0, top->ttl);
	else
		return uncover(skb, top->ttl);
	return MPLS_PASS;
}

/* Owns @skb. */
static void send(const struct mpls_nhlfe *nhlfe, struct sk_buff *skb)
{
	struct strata_neigh *neigh;

	if (nhlfe->via == MPLS_VIA_LLADDR) {
		strata_link_send(nhlfe->link, skb, nhlfe->lladdr);
		return;
	}
	if (nhlfe->via == MPLS_VIA_DEVICE) {
		strata_link_xmit(nhlfe->link, skb);
		return;
	}
	neigh = strata_neigh_get(nhlfe->link, &nhlfe->addr);
	if (likely(neigh))
		strata_neigh_xmit(neigh, skb);
	else
		strata_drop(nhlfe->link->sn, skb, STRATA_DROP_NEIGH_TABLE_FULL);
}

/* How many bytes of labels a packet has; 0: it does not end within our limit. */
static unsigned int stack_len(struct sk_buff *skb)
{
	unsigned int len;

	for (len = MPLS_HLEN; len <= MPLS_DEPTH_MAX * MPLS_HLEN; len += MPLS_HLEN) {
		if (!pskb_may_pull(skb, len))
			return 0;
		if (mpls_entry_decode((void *)(skb->data + len - MPLS_HLEN)).bottom)
			return len;
	}
	return 0;
}

/* Segments of what is under @len bytes of labels, each with a copy of these. */
static struct sk_buff *cut(struct sk_buff *skb, unsigned int len,
			   netdev_features_t features)
{
	unsigned int room = len + LL_RESERVED_SPACE(skb->dev);
	u8 stack[MPLS_DEPTH_MAX * MPLS_HLEN];
	struct sk_buff *segments, *segment;

	memcpy(stack, skb->data, len);
	__skb_pull(skb, len);
	skb_reset_network_header(skb);
	segments = skb_gso_segment(skb, features & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segments))
		return NULL;
	for (segment = segments; segment; segment = segment->next) {
		if (skb_cow_head(segment, room)) {
			kfree_skb_list(segments);
			return NULL;
		}
		memcpy(__skb_push(segment, len), stack, len);
		skb_reset_network_header(segment);
		segment->protocol = htons(ETH_P_MPLS_UC);
	}
	return segments;
}

/* A buffer of several segments whose labels stay on. A device that says it cuts up
 * what is under labels (mpls_features) gets it whole: on a cable that is the other
 * end's work, or nobody's. Owns @skb.
 */
static void send_segments(const struct mpls_nhlfe *nhlfe, struct sk_buff *skb)
{
	unsigned int len = stack_len(skb);
	struct sk_buff *segments, *next;
	netdev_features_t features;
	u8 version;

	if (unlikely(!len || !pskb_may_pull(skb, len + 1))) {
		strata_drop(nhlfe->link->sn, skb, STRATA_DROP_MPLS_STACK);
		return;
	}
	version = skb->data[len] >> 4;
	skb->dev = nhlfe->link->dev;
	skb_set_inner_protocol(skb, version == 4 ? htons(ETH_P_IP) :
						   htons(ETH_P_IPV6));
	skb_set_inner_network_header(skb, len);
	features = netif_skb_features(skb) & skb->dev->mpls_features;
	if (likely(!netif_needs_gso(skb, features))) {
		send(nhlfe, skb);
		return;
	}
	skb->protocol = skb->inner_protocol;
	segments = cut(skb, len, features);
	if (unlikely(!segments)) {
		strata_drop(nhlfe->link->sn, skb, STRATA_DROP_NO_MEMORY);
		return;
	}
	consume_skb(skb);
	for (skb = segments; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		send(nhlfe, skb);
	}
}

/**
 * strata_mpls_forward() - send a packet on
 * @in: the link it came in on
 * @skb: skb->data behind the label that came. Owned afterwards if MPLS_PASS is
 *	returned, else still the caller's
 * @nhlfe: where to, not MPLS_VIA_LOCAL
 * @top: the label that came, with the time to live that is left
 *
 * Context: softirq, RCU. Return: MPLS_PASS or a reason to drop it.
 */
enum strata_drop_reason strata_mpls_forward(struct strata_link *in,
					    struct sk_buff *skb,
					    const struct mpls_nhlfe *nhlfe,
					    const struct mpls_entry *top)
{
	unsigned int added = nhlfe->count * MPLS_HLEN;
	struct net_device *out = nhlfe->link->dev;
	enum strata_drop_reason reason;

	if (unlikely(!strata_link_is_up(nhlfe->link)))
		return STRATA_DROP_LINK_DOWN;
	skb_reset_network_header(skb);
	if (unlikely(!fits(skb, added, READ_ONCE(out->mtu))))
		return STRATA_DROP_MPLS_TOO_BIG;
	/* Taps may hold the same bytes. */
	if (unlikely(skb_cow(skb, LL_RESERVED_SPACE(out) + added)))
		return STRATA_DROP_NO_MEMORY;
	reason = relabel(skb, nhlfe, top);
	if (unlikely(reason != MPLS_PASS))
		return reason;
	skb_reset_network_header(skb);
	skb_clear_tstamp(skb);
	if (unlikely(!strata_hook_pass(in->sn, STRATA_HOOK_OTHER_FORWARD, in->dev,
				       out, skb)))
		return STRATA_DROP_HOOK;
	strata_count(in->sn, MPLS_FORWARDED);
	if (unlikely(skb_is_gso(skb) && skb->protocol == htons(ETH_P_MPLS_UC)))
		send_segments(nhlfe, skb);
	else
		send(nhlfe, skb);
	return MPLS_PASS;
}
