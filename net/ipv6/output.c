// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams sent: one header, two hooks, and down to the link.
 */
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/random.h>
#include <net/sock.h>
#include <strata/hook.h>
#include <strata/visibility.h>
#include <strata/xmit.h>
#include "ipv6.h"

#define VERSION		0x60000000
#define TCLASS_SHIFT	20
#define FLOW_LABEL_MASK	0xfffff
#define PAYLOAD_MAX	65535

static int refuse(struct strata_net *sn, struct sk_buff *skb,
		  enum strata_drop_reason reason, int err)
{
	strata_drop(sn, skb, reason);
	return err;
}

/* RFC 6437 3: the same for all packets of a socket, and nobody's guess. */
static u32 flow_label(const struct sock *sk)
{
	return sk ? READ_ONCE(sk->sk_txhash) & FLOW_LABEL_MASK : 0;
}

static u8 hop_limit(const struct strata_link *link,
		    const struct strata_flow *flow)
{
	if (unlikely(flow->flags & STRATA_FLOW_NO_WIRE))
		return 0;
	return flow->ttl ?: READ_ONCE(link->ipv6_hop_limit) ?:
			    STRATA_IPV6_HOP_LIMIT;
}

static void push_header(struct sk_buff *skb, const struct sock *sk,
			const struct strata_flow *flow,
			const struct strata_link *link)
{
	unsigned int len = skb->len;
	struct ipv6hdr *ip6h;

	ip6h = __skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	*(__be32 *)ip6h = htonl(VERSION | flow->tos << TCLASS_SHIFT |
				flow_label(sk));
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = flow->proto;
	ip6h->hop_limit = hop_limit(link, flow);
	ip6h->saddr = flow->saddr;
	ip6h->daddr = flow->daddr;
}

/* @skb's data at what follows the header; owned on error only. */
static int push(struct strata_net *sn, struct sock *sk, struct sk_buff *skb,
		const struct strata_flow *flow, const struct strata_link *link)
{
	if (unlikely(skb->len > PAYLOAD_MAX))
		return refuse(sn, skb, STRATA_DROP_IP_TOO_BIG, -EMSGSIZE);
	if (unlikely(skb_headroom(skb) < sizeof(struct ipv6hdr)) &&
	    pskb_expand_head(skb, HH_DATA_ALIGN(sizeof(struct ipv6hdr)), 0,
			     GFP_ATOMIC))
		return refuse(sn, skb, STRATA_DROP_NO_MEMORY, -ENOBUFS);
	push_header(skb, sk, flow, link);
	skb->protocol = htons(ETH_P_IPV6);
	skb->mark = flow->mark;
	if (sk)
		skb->priority = READ_ONCE(sk->sk_priority);
	return 0;
}

/* Of a whole datagram, with its header; owned on error only. */
static int ask_hooks(struct strata_net *sn, struct sk_buff *skb,
		     const struct strata_link *link)
{
	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_OUTPUT, NULL,
				       link->dev, skb) ||
		     !strata_hook_pass(sn, STRATA_HOOK_L3_POSTROUTING, NULL,
				       link->dev, skb)))
		return refuse(sn, skb, STRATA_DROP_HOOK, -EPERM);
	return 0;
}

/**
 * strata_ipv6_push() - put the header before a packet, and ask the hooks
 * @sn: the namespace's stack
 * @sk: the sender or NULL
 * @skb: skb->data at the L4 header; owned on error only
 * @flow: addresses and the rest of the header
 * @link: where it will leave
 *
 * Context: RCU read side, softirq or process. Return: 0, -EMSGSIZE, -ENOBUFS,
 * -EPERM (hook).
 */
int strata_ipv6_push(struct strata_net *sn, struct sock *sk,
		     struct sk_buff *skb, const struct strata_flow *flow,
		     struct strata_link *link)
{
	int err = push(sn, sk, skb, flow, link);

	if (unlikely(err))
		return err;
	strata_count(sn, IP6_TX);
	return ask_hooks(sn, skb, link);
}

/* IPV6_MULTICAST_LOOP, RFC 3493 5.2. Return: it is for nobody else; @skb was
 * owned.
 */
static bool hear_group(const struct strata_path *path,
		       const struct strata_flow *flow, struct sk_buff *skb)
{
	struct strata_link *link = path->link;

	/* There is no wire, and it is heard as it comes back. */
	if (link->flags & STRATA_LINK_LOOPBACK)
		return false;
	if (!(flow->flags & STRATA_FLOW_NO_LOOP) &&
	    strata_group_member(link->sn, link, &ipv6_hdr(skb)->daddr))
		strata_xmit_hear(link->dev, skb);
	/* IPV6_MULTICAST_HOPS 0, or so says a header that the program made. */
	if (likely(ipv6_hdr(skb)->hop_limit))
		return false;
	consume_skb(skb);
	return true;
}

/* Owns @skb, which has its header. */
static int send_on(const struct strata_path *path,
		   const struct strata_flow *flow, struct sk_buff *skb)
{
	if (unlikely(path->type == STRATA_PATH_MULTICAST) &&
	    hear_group(path, flow, skb))
		return 0;
	if (likely(path->neigh))
		return strata_neigh_xmit(path->neigh, skb);
	return strata_link_xmit(path->link, skb);
}

/**
 * struct sending - a datagram that leaves in fragments
 * @sn: the namespace's stack
 * @sk: the sender or NULL
 * @flow: addresses and the rest of the fragments' header
 * @path: where to
 * @proto: what follows their fragment headers
 * @ident: of all of them
 */
struct sending {
	struct strata_net *sn;
	struct sock *sk;
	struct strata_flow flow;
	const struct strata_path *path;
	u8 proto;
	__be32 ident;
};

/* Owns @skb. */
static int send_fragment(struct sk_buff *skb, const struct strata_frag *frag,
			 void *arg)
{
	const struct sending *sending = arg;
	int err;

	strata_ipv6_push_frag(skb, frag, sending->proto, sending->ident);
	err = push(sending->sn, sending->sk, skb, &sending->flow,
		   sending->path->link);
	if (unlikely(err))
		return err;
	strata_count(sending->sn, IP6_TX);
	return send_on(sending->path, &sending->flow, skb);
}

/* RFC 8200 4.5; the identification nobody can guess (RFC 7739 5.3). The hooks see
 * the datagram whole: a fragment does not tell whose it is. Owns @skb.
 */
static int send_fragments(struct strata_net *sn, struct sock *sk,
			  struct sk_buff *skb, const struct strata_flow *flow,
			  const struct strata_path *path)
{
	struct sending sending = {
		.sn = sn,
		.sk = sk,
		.flow = *flow,
		.path = path,
		.proto = flow->proto,
		.ident = (__force __be32)get_random_u32(),
	};
	struct strata_cut cut = {
		.room = LL_RESERVED_SPACE(path->link->dev) +
			sizeof(struct ipv6hdr) + sizeof(struct frag_hdr),
		.payload_max = (int)path->mtu -
			       (int)(sizeof(struct ipv6hdr) +
				     sizeof(struct frag_hdr)),
		.emit = send_fragment,
		.arg = &sending,
	};
	int err;

	err = push(sn, sk, skb, flow, path->link) ?:
	      ask_hooks(sn, skb, path->link);
	if (unlikely(err))
		return err;
	sending.flow.saddr = ipv6_hdr(skb)->saddr;
	sending.flow.daddr = ipv6_hdr(skb)->daddr;
	__skb_pull(skb, sizeof(struct ipv6hdr));
	sending.flow.proto = NEXTHDR_FRAGMENT;
	strata_count(sn, IP6_FRAGMENTED);
	return strata_frag_cut(sn, skb, &cut);
}

/**
 * strata_ipv6_output() - send a datagram
 * @sn: the namespace's stack
 * @sk: the sender or NULL
 * @skb: skb->data at the L4 header; owned, also on error
 * @flow: addresses and the rest of the header
 * @path: where to
 *
 * Context: RCU read side, softirq or process. Return: 0, -EMSGSIZE, -ENOBUFS,
 * -EPERM (hook) or what the link says.
 */
int strata_ipv6_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path)
{
	unsigned int len = skb->len + sizeof(struct ipv6hdr);
	int err;

	if (unlikely(len > path->mtu && !skb_is_gso(skb))) {
		if (flow->flags & STRATA_FLOW_FRAGMENT &&
		    skb->len <= PAYLOAD_MAX)
			return send_fragments(sn, sk, skb, flow, path);
		return refuse(sn, skb, STRATA_DROP_IP_TOO_BIG, -EMSGSIZE);
	}
	err = strata_ipv6_push(sn, sk, skb, flow, path->link);
	return unlikely(err) ? err : send_on(path, flow, skb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv6_output);

/**
 * strata_ipv6_output_whole() - send a datagram that has its header
 * @sn: the namespace's stack
 * @sk: the sender or NULL
 * @skb: skb->data at the header, which nobody completes; owned, also on error
 * @flow: where the way leads
 * @path: the way
 *
 * Context: RCU read side, softirq or process. Return: 0, -EMSGSIZE, -EINVAL (no
 * complete header), -ENOBUFS, -EPERM (hook) or what the link says.
 */
int strata_ipv6_output_whole(struct strata_net *sn, struct sock *sk,
			     struct sk_buff *skb,
			     const struct strata_flow *flow,
			     const struct strata_path *path)
{
	int err;

	if (skb->len > path->own_mtu)
		return refuse(sn, skb, STRATA_DROP_IP_TOO_BIG, -EMSGSIZE);
	if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)))
		return refuse(sn, skb, STRATA_DROP_IP_HEADER_LENGTH, -EINVAL);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(struct ipv6hdr));
	skb->protocol = htons(ETH_P_IPV6);
	strata_count(sn, IP6_TX);
	err = ask_hooks(sn, skb, path->link);
	return err ?: send_on(path, flow, skb);
}

/* The field that named the transport header, for a Parameter Problem. */
static u32 transport_named_at(struct sk_buff *skb)
{
	int pulled = skb_transport_offset(skb) - skb_network_offset(skb);
	struct strata_exthdr ext;

	__skb_push(skb, pulled);
	strata_exthdr_walk(skb, &ext);
	__skb_pull(skb, pulled);
	return ext.named_at;
}

static void ipv6_unreachable(struct strata_net *sn, struct sk_buff *skb,
			     enum strata_unreachable what)
{
	static const u8 codes[] = {
		[STRATA_UNREACH_PORT] = ICMPV6_PORT_UNREACH,
		[STRATA_UNREACH_HOST] = ICMPV6_ADDR_UNREACH,
		[STRATA_UNREACH_NET] = ICMPV6_NOROUTE,
		[STRATA_UNREACH_ADMIN] = ICMPV6_ADM_PROHIBITED,
	};
	int iif = strata_cb(skb)->iif;

	if (what != STRATA_UNREACH_PROTOCOL)
		strata_icmp6_send(sn, skb, iif, ICMPV6_DEST_UNREACH,
				  codes[what], 0);
	else
		strata_icmp6_send(sn, skb, iif, ICMPV6_PARAMPROB,
				  ICMPV6_UNK_NEXTHDR, transport_named_at(skb));
}

static void ipv6_confirm(const struct strata_path *path)
{
	if (path->neigh)
		strata_neigh_confirm(path->neigh);
}

const struct strata_af_ops strata_ipv6_af = {
	.family = AF_INET6,
	.header_len = sizeof(struct ipv6hdr),
	.min_mtu = IPV6_MIN_MTU,
	.route = strata_ipv6_route,
	.output = strata_ipv6_output,
	.output_whole = strata_ipv6_output_whole,
	.addr_type = strata_ipv6_addr_type,
	.unreachable = ipv6_unreachable,
	.confirm = ipv6_confirm,
};
