// SPDX-License-Identifier: GPL-2.0
/*
 * Telling a packet's sender that it was dropped: by an ICMP error, whose rules
 * and limits are those of the stack, or by the RST that a closed port sends (RFC
 * 9293 3.10.7.1).
 */
#include <linux/ktime.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <strata/icmp.h>
#include <strata/l3.h>
#include <strata/packet.h>
#include "firewall.h"
#include "limit.h"

static const enum strata_unreachable errors[] = {
	[STRATA_FW_REJECT_AUTO] = STRATA_UNREACH_PORT,
	[STRATA_FW_REJECT_PORT] = STRATA_UNREACH_PORT,
	[STRATA_FW_REJECT_HOST] = STRATA_UNREACH_HOST,
	[STRATA_FW_REJECT_NET] = STRATA_UNREACH_NET,
	[STRATA_FW_REJECT_ADMIN] = STRATA_UNREACH_ADMIN,
};

static int family_of(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? AF_INET : AF_INET6;
}

/* Where a packet's TCP header is; 0: it has none, or not all of it. */
static unsigned int tcp_offset(const struct sk_buff *skb)
{
	__be16 frag_off;
	int offset;
	u8 proto;

	if (family_of(skb) == AF_INET) {
		proto = ip_hdr(skb)->protocol;
		frag_off = ip_hdr(skb)->frag_off & htons(IP_OFFSET);
		offset = ip_hdrlen(skb);
	} else {
		proto = ipv6_hdr(skb)->nexthdr;
		offset = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &proto,
					  &frag_off);
		frag_off &= htons(IP6_OFFSET);
	}
	return proto == IPPROTO_TCP && offset > 0 && !frag_off &&
	       skb->len >= offset + sizeof(struct tcphdr) ? offset : 0;
}

/* Only what the sender meant is answered. */
static bool sum_is_right(struct sk_buff *skb, unsigned int offset)
{
	bool right;

	if (!pskb_may_pull(skb, offset))
		return false;
	__skb_pull(skb, offset);
	skb_postpull_rcsum(skb, skb->data - offset, offset);
	right = strata_packet_csum_ok(skb, IPPROTO_TCP);
	skb_push(skb, offset);
	skb_postpush_rcsum(skb, skb->data, offset);
	return right;
}

static void fill_reset(struct tcphdr *reset, const struct tcphdr *th,
		       unsigned int len)
{
	memset(reset, 0, sizeof(*reset));
	reset->source = th->dest;
	reset->dest = th->source;
	reset->doff = sizeof(*reset) / 4;
	reset->rst = 1;
	if (th->ack) {
		reset->seq = th->ack_seq;
		return;
	}
	reset->ack = 1;
	reset->ack_seq = htonl(ntohl(th->seq) + th->syn + th->fin + len -
			       th->doff * 4);
}

/* From the packet's destination, which need not be ours. Takes over @skb. */
static void send_reset(struct strata_net *sn, struct sk_buff *reset,
		       struct strata_flow *flow, const struct strata_path *path,
		       const struct in6_addr *from)
{
	struct tcphdr *th = (struct tcphdr *)reset->data;

	flow->saddr = *from;
	th->check = strata_pseudo_magic(&flow->saddr, &flow->daddr,
					sizeof(*th), IPPROTO_TCP,
					csum_partial(th, sizeof(*th), 0));
	path->af->output(sn, NULL, reset, flow, path);
}

static void reject_tcp(const struct strata_hook_state *state,
		       struct sk_buff *skb, unsigned int offset)
{
	struct strata_flow flow = {
		.proto = IPPROTO_TCP, .mark = skb->mark,
		.flags = STRATA_FLOW_REPLY,
	};
	struct tcphdr buffer, *th;
	struct strata_path path;
	struct in6_addr from;
	struct sk_buff *reset;

	th = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!th || th->rst)
		return;
	strata_packet_addrs(skb, &flow.daddr, &from);
	if (ipv6_addr_type(&flow.daddr) & IPV6_ADDR_LINKLOCAL)
		flow.oif = strata_cb(skb)->iif;
	if (strata_af(family_of(skb))->route(state->sn, &flow, &path))
		return;
	reset = strata_icmp_alloc(&path, sizeof(*th));
	if (!reset)
		return;
	fill_reset((struct tcphdr *)reset->data, th, skb->len - offset);
	send_reset(state->sn, reset, &flow, &path, &from);
}

/* RFC 1122 4.2.3.9 and 3.2.2: nothing about what everybody on the link hears. */
static bool is_for_one(const struct sk_buff *skb)
{
	struct in6_addr saddr, daddr;

	strata_packet_addrs(skb, &saddr, &daddr);
	return skb->pkt_type <= PACKET_HOST &&
	       !strata_addr_is_multicast(&daddr) &&
	       !strata_addr_is_multicast(&saddr) && !strata_addr_any(&saddr);
}

/**
 * strata_fw_reject() - tell the sender of a packet
 * @state: what is known of the packet
 * @rule: that rejects it
 * @skb: skb->data at the IP header; not owned
 *
 * Context: softirq or process, RCU.
 */
void strata_fw_reject(const struct strata_hook_state *state,
		      struct strata_fw_rule *rule, struct sk_buff *skb)
{
	const struct net_device *dev = state->in ?: state->out;
	unsigned int offset = tcp_offset(skb);
	struct strata_cb *cb = strata_cb(skb);

	/* Not every hook is behind where this is filled in. */
	cb->family = family_of(skb);
	cb->iif = dev ? dev->ifindex : 0;
	if (rule->reject > STRATA_FW_REJECT_TCP_RESET ||
	    (rule->reject == STRATA_FW_REJECT_AUTO && !offset)) {
		/* In parentheses: the kernel has a macro of that name. */
		(strata_af(cb->family)->unreachable)(state->sn, skb,
						     errors[rule->reject]);
		return;
	}
	if (offset && is_for_one(skb) && sum_is_right(skb, offset) &&
	    strata_fw_limit_conforms(&rule->limit, 1, skb->len,
				     ktime_get_ns()))
		reject_tcp(state, skb, offset);
}
