// SPDX-License-Identifier: GPL-2.0
/*
 * Router advertisements (RFC 4861 6.3.4): checked as they arrive, obeyed in
 * process context, where links, addresses and routes may be changed.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/unaligned.h>
#include <net/addrconf.h>
#include <net/ndisc.h>
#include "ipv6.h"

/* RFC 4861 4.6: each length counts 8 bytes and is not 0. */
static bool options_ok(const u8 *option, unsigned int len)
{
	while (len) {
		if (len < sizeof(struct nd_opt_hdr) || !option[1] ||
		    option[1] * 8 > len)
			return false;
		len -= option[1] * 8;
		option += option[1] * 8;
	}
	return true;
}

/* RFC 4861 6.1.2 */
static bool valid(struct sk_buff *skb)
{
	const struct ra_msg *msg;

	if (strata_cb(skb)->ttl != STRATA_ND_HOP_LIMIT ||
	    skb_linearize(skb) || skb->len < sizeof(*msg))
		return false;
	msg = (const struct ra_msg *)skb->data;
	return !msg->icmph.icmp6_code &&
	       ipv6_addr_type(&ipv6_hdr(skb)->saddr) & IPV6_ADDR_LINKLOCAL &&
	       options_ok((const u8 *)(msg + 1), skb->len - sizeof(*msg));
}

/**
 * strata_ra_rcv() - receive a router advertisement
 * @sn: the namespace's stack
 * @skb: skb->data at the ICMPv6 header, checksum verified; not owned
 *
 * Context: softirq, RCU. Return: why it is dropped, or STRATA_IPV6_PASS.
 */
enum strata_drop_reason strata_ra_rcv(struct strata_net *sn,
				      struct sk_buff *skb)
{
	const struct strata_link *link;

	strata_count(sn, ND_RX);
	if (!valid(skb))
		return STRATA_DROP_ND_MALFORMED;
	link = strata_link_by_index(sn, strata_cb(skb)->iif);
	/* RFC 4861 6.2.7: they tell hosts what to do, not other routers. */
	if (!link || READ_ONCE(link->ipv6.forwarding))
		return STRATA_DROP_ND_IGNORED;
	return strata_follow_heard(sn, skb);
}

/* RFC 4861 6.3.4: between what IPv6 asks for and what the device can. */
static void obey_mtu(struct strata_link *link, const u8 *option)
{
	u32 mtu = get_unaligned_be32(option + 4);

	if (option[1] != 1 || mtu < IPV6_MIN_MTU ||
	    mtu > READ_ONCE(link->dev->mtu) || mtu == link->ipv6_mtu)
		return;
	WRITE_ONCE(link->ipv6_mtu, mtu);
	strata_net_changed(link->sn);
}

static void obey_lladdr(struct strata_link *link, const struct in6_addr *router,
			const u8 *option)
{
	if (link->flags & STRATA_LINK_NOARP ||
	    option[1] * 8 < link->dev->addr_len + 2)
		return;
	local_bh_disable();
	rcu_read_lock();
	strata_neigh_learn(link, router, option + 2,
			   STRATA_NEIGH_LEARN_CREATE |
			   STRATA_NEIGH_LEARN_OVERRIDE);
	rcu_read_unlock();
	local_bh_enable();
}

static void obey_option(struct strata_link *link, const struct in6_addr *router,
			const u8 *option)
{
	switch (option[0]) {
	case ND_OPT_SOURCE_LL_ADDR:
		obey_lladdr(link, router, option);
		break;
	case ND_OPT_MTU:
		obey_mtu(link, option);
		break;
	case ND_OPT_PREFIX_INFO:
		if (option[1] * 8 == sizeof(struct strata_prefix_option))
			strata_prefix_advertised(link, (const void *)option);
		break;
	}
}

/**
 * strata_ra_obey() - do what an advertisement says
 * @link: where it was heard
 * @skb: the message, valid, skb->data at the ICMPv6 header; not owned
 *
 * Context: process, strata_net.config held.
 */
void strata_ra_obey(struct strata_link *link, const struct sk_buff *skb)
{
	const struct ra_msg *msg = (const struct ra_msg *)skb->data;
	const struct in6_addr *router = &ipv6_hdr(skb)->saddr;
	u16 lifetime_s = ntohs(msg->icmph.icmp6_rt_lifetime);
	const u8 *option;

	if (msg->icmph.icmp6_hop_limit)
		WRITE_ONCE(link->ipv6_hop_limit, msg->icmph.icmp6_hop_limit);
	strata_prefix_router(link, router, lifetime_s);
	if (lifetime_s)
		strata_rs_answered(link);
	for (option = (const u8 *)(msg + 1); option < skb_tail_pointer(skb);
	     option += option[1] * 8)
		obey_option(link, router, option);
}
