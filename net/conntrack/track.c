// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet is to the connections that are known.
 *
 * A packet of a connection costs a hash, a look-up and, at most once a second,
 * a store. One that opens a connection costs no memory before the rules have let
 * it pass: they are told that it is new, and the entry is made behind them.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/tcp.h>
#include <strata/visibility.h>
#include "conntrack.h"

/* The link that link-local addresses are of. */
static u32 ifindex_of(const struct strata_hook_state *state)
{
	const struct net_device *dev = state->in ?: state->out;

	return dev ? dev->ifindex : 0;
}

static unsigned long track_known(struct strata_ct *ct,
				 const struct ct_packet *packet)
{
	bool reply = strata_ct_is_reply(ct, packet);
	unsigned long state;

	if (unlikely(!strata_ct_proto_next(ct, packet, reply)))
		return STRATA_CT_INVALID;
	state = likely(ct_has(ct, CT_REPLIED)) ? STRATA_CT_ESTABLISHED :
						 STRATA_CT_NEW;
	return (unsigned long)ct | state | (reply ? STRATA_CT_REPLY : 0);
}

/* The stack's answer to what belongs to nothing. */
static bool is_reset(const struct ct_packet *packet)
{
	return packet->proto == IPPROTO_TCP &&
	       packet->segment.flags & TCPHDR_RST;
}

static unsigned long track_packet(struct strata_ct_net *ctn,
				  struct ct_table *table,
				  const struct ct_packet *packet, bool ours)
{
	struct strata_ct *ct = strata_ct_lookup(table, &packet->key);

	if (likely(ct) && strata_ct_proto_reopens(ct, packet)) {
		strata_ct_remove(table, ct);
		ct = NULL;
	}
	if (likely(ct))
		return track_known(ct, packet);
	if (ours && is_reset(packet))
		return STRATA_CT_RELATED;
	if (!strata_ct_proto_begins(packet, READ_ONCE(ctn->loose)))
		return STRATA_CT_INVALID;
	return STRATA_CT_NEW;
}

/* Our own errors are about packets that came here, known or not. */
static unsigned long track_error(const struct strata_hook_state *state,
				 const struct ct_table *table,
				 const struct sk_buff *skb,
				 const struct ct_packet *packet)
{
	unsigned long track = strata_ct_related(table, skb, packet,
						ifindex_of(state));

	if (track == STRATA_CT_INVALID && !state->in)
		return STRATA_CT_RELATED;
	return track;
}

/**
 * strata_ct_track() - at prerouting and output: find a packet's connection
 * @state: what is known of it
 * @skb: skb->data at the IP header
 *
 * Context: softirq or process, RCU. Return: STRATA_ACCEPT, for judging is for
 * rules; STRATA_DROP: it cannot be translated as its connection is.
 */
enum strata_verdict strata_ct_track(const struct strata_hook_state *state,
				    struct sk_buff *skb)
{
	struct strata_ct_net *ctn = state->sn->conntrack;
	struct ct_table *table = rcu_dereference(ctn->table);
	unsigned long track = STRATA_CT_INVALID;
	struct ct_packet packet;
	enum ct_parsed parsed;

	if (!table)
		return STRATA_ACCEPT;
	parsed = strata_ct_parse(skb, 0, ifindex_of(state), false, &packet);
	if (unlikely(parsed == CT_PARSED_APART))
		track = STRATA_CT_UNTRACKED;
	else if (likely(parsed != CT_PARSED_BAD) &&
		 likely(strata_ct_proto_valid(skb, &packet, state->in)))
		track = likely(parsed == CT_PARSED) ?
			track_packet(ctn, table, &packet, !state->in) :
			track_error(state, table, skb, &packet);
	if (unlikely(track == STRATA_CT_INVALID))
		strata_count(state->sn, CT_INVALID);
	strata_cb(skb)->track = track;
	return likely(strata_ct_rewrite(skb, false)) ? STRATA_ACCEPT :
						       STRATA_DROP;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_track);

/* The packet may have become another since it was found to be new. */
static bool make_entry(const struct strata_hook_state *state,
		       struct ct_table *table, struct sk_buff *skb)
{
	struct strata_ct_net *ctn = state->sn->conntrack;
	struct ct_packet packet;
	struct strata_ct *ct;

	if (strata_ct_parse(skb, 0, ifindex_of(state), false, &packet) !=
		    CT_PARSED ||
	    !strata_ct_proto_valid(skb, &packet, false))
		return false;
	ct = strata_ct_alloc(&packet);
	if (!ct)
		return false;
	strata_ct_proto_first(ct, &packet);
	ct = strata_ct_insert(ctn, table, ct);
	if (!ct)
		return false;
	strata_cb(skb)->track |= (unsigned long)ct;
	return true;
}

/**
 * strata_ct_confirm() - at input and postrouting: no rule has dropped it
 * @state: what is known of it
 * @skb: skb->data at the IP header
 *
 * Context: softirq or process, RCU. Return: STRATA_DROP: there is no room for
 * its connection, or it cannot be translated.
 */
enum strata_verdict strata_ct_confirm(const struct strata_hook_state *state,
				      struct sk_buff *skb)
{
	struct strata_ct_net *ctn = state->sn->conntrack;
	struct ct_table *table = rcu_dereference(ctn->table);

	struct strata_ct *ct;

	if (!table || !READ_ONCE(ctn->confirms))
		return STRATA_ACCEPT;
	if (unlikely(strata_cb(skb)->track == STRATA_CT_NEW) &&
	    !make_entry(state, table, skb))
		return STRATA_DROP;
	ct = strata_ct_of(skb);
	if (ct && unlikely(ct_has(ct, CT_UNCONFIRMED)))
		atomic_andnot(CT_UNCONFIRMED, &ct->flags);
	return likely(strata_ct_rewrite(skb, true)) ? STRATA_ACCEPT :
						      STRATA_DROP;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_confirm);
