// SPDX-License-Identifier: GPL-2.0
/*
 * What several layers do to packets.
 */
#include <linux/module.h>
#include <linux/skbuff.h>
#include <strata/packet.h>

static bool packet_csum_software(struct sk_buff *skb)
{
	if (__skb_checksum_complete(skb))
		return false;
	/* Verified: whoever reads it next need not do it again. */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return true;
}

/**
 * strata_packet_csum_ok() - verify an L4 checksum
 * @skb: skb->data at the L4 header, skb->len the L4 datagram, strata_cb()
 *	filled in
 * @proto: IP protocol, for the pseudo-header
 *
 * Trusts the device where it has verified the checksum, and the sender where
 * the packet never left this machine (CHECKSUM_PARTIAL).
 *
 * Context: any.
 */
bool strata_packet_csum_ok(struct sk_buff *skb, u8 proto)
{
	struct in6_addr saddr, daddr;

	if (likely(skb_csum_unnecessary(skb)))
		return true;
	strata_packet_addrs(skb, &saddr, &daddr);
	if (skb->ip_summed == CHECKSUM_COMPLETE &&
	    !strata_pseudo_magic(&saddr, &daddr, skb->len, proto, skb->csum))
		return true;
	skb->csum = ~csum_unfold(strata_pseudo_magic(&saddr, &daddr, skb->len,
						     proto, 0));
	return packet_csum_software(skb);
}
EXPORT_SYMBOL_GPL(strata_packet_csum_ok);
