// SPDX-License-Identifier: GPL-2.0
/*
 * What of a packet may be in named sets: its addresses and ports.
 */
#include <net/ip.h>
#include <net/ipv6.h>
#include <strata/packet.h>
#include "firewall.h"
#include "named.h"

static bool proto_has_ports(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP ||
	       proto == IPPROTO_DCCP;
}

/* A fragment that is not the first has no ports. */
static int transport_offset(const struct sk_buff *skb, u8 *proto)
{
	__be16 frag_off;

	if (skb->protocol == htons(ETH_P_IP)) {
		*proto = ip_hdr(skb)->protocol;
		return ip_hdr(skb)->frag_off & htons(IP_OFFSET) ?
		       -EINVAL : ip_hdrlen(skb);
	}
	*proto = ipv6_hdr(skb)->nexthdr;
	if (likely(proto_has_ports(*proto)))
		return sizeof(struct ipv6hdr);
	return ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), proto, &frag_off);
}

static void read_ports(const struct sk_buff *skb,
		       struct strata_fw_fields *fields)
{
	__be16 buffer[2];
	const __be16 *port;
	int offset;
	u8 proto;

	offset = transport_offset(skb, &proto);
	fields->has_ports = false;
	if (offset < 0 || !proto_has_ports(proto))
		return;
	port = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!port)
		return;
	fields->has_ports = true;
	fields->port[0] = ntohs(port[0]);
	fields->port[1] = ntohs(port[1]);
}

static void read_fields(const struct sk_buff *skb,
			struct strata_fw_fields *fields)
{
	fields->known = true;
	if (skb->protocol == htons(ETH_P_IP)) {
		strata_addr_from4(&fields->addr[0], ip_hdr(skb)->saddr);
		strata_addr_from4(&fields->addr[1], ip_hdr(skb)->daddr);
	} else {
		fields->addr[0] = ipv6_hdr(skb)->saddr;
		fields->addr[1] = ipv6_hdr(skb)->daddr;
	}
	read_ports(skb, fields);
}

static bool is_in(const struct strata_fw_named *named,
		  const struct strata_fw_fields *fields, unsigned int end)
{
	if (named->type != STRATA_FW_PREFIX && !fields->has_ports)
		return false;
	return strata_fw_content_has(rcu_dereference(named->content),
				     named->type, &fields->addr[end],
				     fields->port[end]);
}

/**
 * strata_fw_sets_match() - is a packet in the sets that a rule wants it in?
 * @rule: the rule
 * @skb: skb->data at the IP header
 * @fields: of the packet; filled in by the first rule that asks
 *
 * Context: softirq or process, RCU.
 */
bool strata_fw_sets_match(const struct strata_fw_rule *rule,
			  const struct sk_buff *skb,
			  struct strata_fw_fields *fields)
{
	unsigned int i;

	if (!fields->known)
		read_fields(skb, fields);
	for (i = 0; i < STRATA_FW_FIELDS; i++)
		if (rule->sets[i] &&
		    is_in(rule->sets[i], fields, i % 2) ==
		    !!(rule->set_not & BIT(i)))
			return false;
	return true;
}
