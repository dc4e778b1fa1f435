// SPDX-License-Identifier: GPL-2.0
/*
 * Address translation (RFC 2663, RFC 4787, RFC 5382, RFC 5508): what the answers
 * of a connection look like is part of its entry, with a place of its own in the
 * table.
 *
 * A rule decides about the first packet; the entry is made there and then, so one
 * that a later rule drops leaves an entry behind, which goes like any other that
 * nobody answers. All packets are rewritten from the entry: their destination
 * before the first rule, their source behind the last.
 *
 * A source port is kept where nobody else has it towards the same destination,
 * else one is looked for from a place that only the inner end and a secret decide
 * (RFC 6056 3.3.3): so a mapping does not depend on the destination but where two
 * inner ends compete (RFC 4787 REQ-1).
 */
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "conntrack.h"

#define PORT_TRIES	128
#define PORT_LOW_MAX	1023	/* RFC 4787 REQ-5 (a): well-known ones among them */
#define PORT_LOW_MIN	512

static siphash_aligned_key_t port_key;

/* Protocols whose ports and checksums are known here. */
static bool is_translated(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static void invert(const struct strata_ct_tuple *tuple,
		   struct strata_ct_tuple *other)
{
	*other = (struct strata_ct_tuple){
		.saddr = tuple->daddr, .daddr = tuple->saddr,
		.sport = tuple->dport, .dport = tuple->sport,
	};
}

/* What the rule leaves open: ports like the one that there was. */
static void default_range(__be16 port, u16 *first, u16 *last)
{
	bool low = ntohs(port) <= PORT_LOW_MAX;

	*first = low ? PORT_LOW_MIN : PORT_LOW_MAX + 1;
	*last = low ? PORT_LOW_MAX : U16_MAX;
}

static u32 first_try(const struct strata_ct_tuple *orig, u8 proto)
{
	net_get_random_once(&port_key, sizeof(port_key));
	return siphash_3u64((u64)(__force u32)orig->saddr.s6_addr32[0] << 32 |
			    (__force u32)orig->saddr.s6_addr32[1],
			    (u64)(__force u32)orig->saddr.s6_addr32[2] << 32 |
			    (__force u32)orig->saddr.s6_addr32[3],
			    (u64)(__force u16)orig->sport << 8 | proto,
			    &port_key);
}

/**
 * struct choice - a port to choose
 * @table: where it must not be taken
 * @ct: by another than this connection
 * @packet: the first one's
 * @reply: the answers; one of its ports is chosen
 * @port: that one
 * @ifindex: of the link
 */
struct choice {
	const struct ct_table *table;
	const struct strata_ct *ct;
	struct ct_packet packet;
	struct strata_ct_tuple *reply;
	__be16 *port;
	u32 ifindex;
};

/* Is there another connection already whose packets look so? */
static bool is_taken(struct choice *choice)
{
	const struct strata_ct *other;

	strata_ct_key_set(&choice->packet, choice->reply, choice->ifindex);
	other = strata_ct_lookup(choice->table, &choice->packet.key);
	return other && other != choice->ct;
}

/* From @start on, around the range; false: all that were tried are taken. */
static bool choose_port(struct choice *choice, u16 first, u16 last, u32 start)
{
	u32 size = last - first + 1, tries = min_t(u32, size, PORT_TRIES), i;

	for (i = 0; i < tries; i++) {
		*choice->port = htons(first + (start + i) % size);
		if (!is_taken(choice))
			return true;
	}
	return false;
}

static bool port_in(__be16 port, u16 first, u16 last)
{
	return ntohs(port) >= first && ntohs(port) <= last;
}

/* Makes choice->reply one that nobody has. */
static bool find_reply(struct choice *choice, const struct strata_ct_tuple *orig,
		       const struct strata_ct_nat_range *range, bool source)
{
	u16 first = range->first, last = range->last;
	bool given = last;

	if (!given && source)
		default_range(*choice->port, &first, &last);
	/* A destination without ports keeps its own: another is another service. */
	if (!given && !source) {
		first = ntohs(*choice->port);
		last = first;
	}
	if ((!given || port_in(*choice->port, first, last)) &&
	    !is_taken(choice))
		return true;
	return choose_port(choice, first, last,
			   first_try(orig, choice->packet.proto));
}

static struct ct_nat *nat_create(struct strata_ct *ct,
				 const struct choice *choice)
{
	struct ct_nat *nat = kzalloc(sizeof(*nat), GFP_ATOMIC | __GFP_NOWARN);

	if (!nat)
		return NULL;
	nat->key = choice->packet.key;
	nat->high = choice->packet.high;
	nat->ct = ct;
	atomic_set(&nat->flags, CT_NAT_NODE);
	return nat;
}

/* The connection's own end of ICMP queries is its identifier; the other one is no
 * port that could be another.
 */
static __be16 *port_of(struct strata_ct_tuple *reply, u8 proto, bool source)
{
	if (!source && (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6))
		return NULL;
	return source ? &reply->dport : &reply->sport;
}

/* What the answers will look like: @reply, changed as @range says. */
static bool translate(struct choice *choice, const struct strata_ct_tuple *orig,
		      const struct strata_ct_nat_range *range, bool source)
{
	struct strata_ct_tuple *reply = choice->reply;

	if (source)
		reply->daddr = range->addr;
	else
		reply->saddr = range->addr;
	choice->port = port_of(reply, choice->packet.proto, source);
	if (!choice->port)
		return !is_taken(choice);
	return find_reply(choice, orig, range, source);
}

/* The first packet's entry, which a rule made before, or a new one. */
static struct strata_ct *entry_of(struct strata_ct_net *ctn,
				  struct ct_table *table, struct sk_buff *skb,
				  struct ct_packet *packet)
{
	struct strata_ct *ct = strata_ct_of(skb);

	if (ct)
		return ct_has(ct, CT_UNCONFIRMED) ? ct : NULL;
	if (!strata_ct_proto_valid(skb, packet, false))
		return NULL;
	ct = strata_ct_alloc(packet);
	if (!ct)
		return NULL;
	atomic_or(CT_UNCONFIRMED, &ct->flags);
	strata_ct_proto_first(ct, packet);
	return strata_ct_insert(ctn, table, ct);
}

static bool set_up(struct strata_ct_net *ctn, struct ct_table *table,
		   struct sk_buff *skb, u32 ifindex,
		   const struct strata_ct_nat_range *range, bool source)
{
	struct choice choice = { .table = table, .ifindex = ifindex };
	struct strata_ct_tuple orig, reply;
	struct ct_packet packet;
	struct strata_ct *ct;
	struct ct_nat *nat;

	if (strata_ct_parse(skb, 0, ifindex, false, &packet) != CT_PARSED ||
	    !is_translated(packet.proto))
		return false;
	ct = entry_of(ctn, table, skb, &packet);
	if (!ct)
		return false;
	strata_cb(skb)->track |= (unsigned long)ct;
	strata_ct_tuple_get(ct, false, &orig);
	strata_ct_tuple_get(ct, true, &reply);
	choice.ct = ct;
	choice.packet = packet;
	choice.reply = &reply;
	if (!translate(&choice, &orig, range, source))
		return false;
	nat = nat_create(ct, &choice);
	return nat && strata_ct_set_nat(table, ct, nat);
}

/**
 * strata_ct_nat() - a rule translates a connection
 * @state: what is known of the packet
 * @skb: skb->data at the IP header
 * @range: what the rule says
 * @source: of the source, at postrouting; else of the destination, at prerouting
 *
 * Only the first packet of a connection decides. What cannot be translated is not
 * to leave as it is.
 *
 * Context: softirq or process, RCU. Return: STRATA_DROP: no port is free, or it
 * is of a protocol that cannot be translated.
 */
enum strata_verdict strata_ct_nat(const struct strata_hook_state *state,
				  struct sk_buff *skb,
				  const struct strata_ct_nat_range *range,
				  bool source)
{
	struct strata_ct_net *ctn = state->sn->conntrack;
	struct ct_table *table = rcu_dereference(ctn->table);
	const struct net_device *dev = state->in ?: state->out;
	struct strata_ct *ct = strata_ct_of(skb);

	if (!table || !READ_ONCE(ctn->confirms) ||
	    strata_ct_state(skb) != STRATA_CT_NEW)
		return STRATA_ACCEPT;
	if (ct && !ct_has(ct, CT_UNCONFIRMED))
		return STRATA_ACCEPT;
	if (!set_up(ctn, table, skb, dev ? dev->ifindex : 0, range, source)) {
		strata_count(state->sn, CT_NAT_FAILED);
		return STRATA_DROP;
	}
	/* The source is changed behind the last rule. */
	if (source)
		return STRATA_ACCEPT;
	return strata_ct_rewrite(skb, false) ? STRATA_ACCEPT : STRATA_DROP;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_nat);

/* Does this end of packets that go one way stay as it is? A router on the way is
 * no end of the connection, and its errors keep its address.
 */
static bool end_stays(const struct strata_ct_tuple *seen,
		      const struct strata_ct_tuple *target, bool source)
{
	if (source)
		return ipv6_addr_equal(&seen->saddr, &target->saddr) &&
		       seen->sport == target->sport;
	return ipv6_addr_equal(&seen->daddr, &target->daddr) &&
	       seen->dport == target->dport;
}

/**
 * strata_ct_rewrite() - make a packet look as its entry says
 * @skb: skb->data at the IP header; tracked
 * @source: its source; else its destination
 *
 * Context: softirq or process, RCU. Return: false: no memory.
 */
bool strata_ct_rewrite(struct sk_buff *skb, bool source)
{
	const struct strata_ct *ct = strata_ct_of(skb);
	bool reply = strata_cb(skb)->track & STRATA_CT_REPLY;
	struct strata_ct_tuple seen, other, target;

	if (likely(!ct || !ct_has(ct, CT_TRANSLATED)))
		return true;
	strata_ct_tuple_get(ct, !reply, &other);
	invert(&other, &target);
	strata_ct_tuple_get(ct, reply, &seen);
	if (end_stays(&seen, &target, source))
		return true;
	if (strata_ct_state(skb) == STRATA_CT_RELATED)
		return strata_ct_mangle_error(skb, &target, source);
	return strata_ct_mangle(skb, &target, source);
}
