// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams sent: one header, two hooks, and down to the link.
 */
#include <linux/icmp.h>
#include <linux/module.h>
#include <net/ip.h>
#include <net/sock.h>
#include <strata/hook.h>
#include <strata/visibility.h>
#include <strata/xmit.h>
#include "ipv4.h"

#define VERSION_IHL	0x45000000	/* version 4, five words of header */
#define TOTAL_LEN_MAX	65535

static int refuse(struct strata_net *sn, struct sk_buff *skb,
		  enum strata_drop_reason reason, int err)
{
	strata_drop(sn, skb, reason);
	return err;
}

/* The header's second word: identification, flags, fragment offset. */
static __be32 ident_word(struct strata_net *sn, const struct sk_buff *skb,
			 const struct strata_flow *flow)
{
	__be16 ident;

	/* RFC 6864 4.1: atomic, the identification says nothing. */
	if (likely(flow->flags & STRATA_FLOW_DF || skb_is_gso_tcp(skb)))
		return htonl(IP_DF);
	/* Who cuts up a GSO buffer counts on from the first one's. */
	ident = strata_ident_next(sn->ipv4, strata_addr_to4(&flow->saddr),
				  strata_addr_to4(&flow->daddr), flow->proto,
				  skb_shinfo(skb)->gso_segs ?: 1);
	return htonl(ntohs(ident) << 16);
}

static __wsum word_add(__wsum sum, __be32 word)
{
	return csum_add(sum, (__force __wsum)word);
}

static u8 ttl(const struct strata_flow *flow)
{
	return flow->ttl || flow->flags & STRATA_FLOW_NO_WIRE ?
	       flow->ttl : STRATA_IPV4_TTL;
}

/* In whole words: they are summed in registers, and stored once. */
static void push_header(struct sk_buff *skb, const struct strata_flow *flow,
			__be32 ident)
{
	__be32 word, *out;
	__wsum sum;

	out = __skb_push(skb, sizeof(struct iphdr));
	skb_reset_network_header(skb);
	word = htonl(VERSION_IHL | flow->tos << 16 | skb->len);
	out[0] = word;
	sum = (__force __wsum)word;
	out[1] = ident;
	sum = word_add(sum, ident);
	word = htonl((u32)ttl(flow) << 24 | flow->proto << 16);
	sum = word_add(sum, word);
	sum = word_add(sum, strata_addr_to4(&flow->saddr));
	sum = word_add(sum, strata_addr_to4(&flow->daddr));
	out[2] = word;
	out[3] = strata_addr_to4(&flow->saddr);
	out[4] = strata_addr_to4(&flow->daddr);
	((struct iphdr *)out)->check = csum_fold(sum);
}

/* Our own programs hear what we broadcast. Does not own @skb. */
static void hear_ourselves(struct strata_net *sn, struct sk_buff *skb)
{
	struct strata_link *loopback = strata_link_loopback(sn);
	struct sk_buff *copy;

	if (!loopback)
		return;
	/* A copy: the link pushes its header into the original. */
	copy = skb_copy(skb, GFP_ATOMIC);
	if (copy)
		strata_link_xmit(loopback, copy);
}

/**
 * struct sending - a datagram on its way out
 * @sn: the namespace's stack
 * @sk: the sender or NULL
 * @flow: addresses and the rest of the header; of fragments as the
 *	hooks left them
 * @path: where to
 * @ident: of all of its fragments
 */
struct sending {
	struct strata_net *sn;
	struct sock *sk;
	const struct strata_flow *flow;
	const struct strata_path *path;
	__be16 ident;
};

/* @skb's data at what follows the header; owned on error only. */
static int push(const struct sending *sending, struct sk_buff *skb,
		__be32 ident)
{
	if (unlikely(skb_headroom(skb) < sizeof(struct iphdr)) &&
	    pskb_expand_head(skb, HH_DATA_ALIGN(sizeof(struct iphdr)), 0,
			     GFP_ATOMIC))
		return refuse(sending->sn, skb, STRATA_DROP_NO_MEMORY,
			      -ENOBUFS);
	push_header(skb, sending->flow, ident);
	skb->protocol = htons(ETH_P_IP);
	skb->mark = sending->flow->mark;
	if (sending->sk)
		skb->priority = READ_ONCE(sending->sk->sk_priority);
	return 0;
}

/* Of a whole datagram, with its header; owned on error only. */
static int ask_hooks(const struct sending *sending, struct sk_buff *skb)
{
	const struct net_device *dev = sending->path->link->dev;
	struct strata_net *sn = sending->sn;

	if (unlikely(!strata_hook_pass(sn, STRATA_HOOK_L3_OUTPUT, NULL, dev,
				       skb) ||
		     !strata_hook_pass(sn, STRATA_HOOK_L3_POSTROUTING, NULL,
				       dev, skb)))
		return refuse(sn, skb, STRATA_DROP_HOOK, -EPERM);
	return 0;
}

/* IP_MULTICAST_LOOP, RFC 1112 7.1. Return: it is for nobody else; @skb was owned. */
static bool hear_group(const struct sending *sending, struct sk_buff *skb)
{
	struct strata_link *link = sending->path->link;

	/* There is no wire, and it is heard as it comes back. */
	if (link->flags & STRATA_LINK_LOOPBACK)
		return false;
	if (!(sending->flow->flags & STRATA_FLOW_NO_LOOP) &&
	    strata_group_member(sending->sn, link, &sending->flow->daddr))
		strata_xmit_hear(link->dev, skb);
	/* IP_MULTICAST_TTL 0, or so says a header that the program made. */
	if (likely(ip_hdr(skb)->ttl))
		return false;
	consume_skb(skb);
	return true;
}

/* Owns @skb, which has its header and fits. */
static int send_on(const struct sending *sending, struct sk_buff *skb)
{
	const struct strata_path *path = sending->path;

	strata_count(sending->sn, IP4_TX);
	if (unlikely(path->type == STRATA_PATH_BROADCAST))
		hear_ourselves(sending->sn, skb);
	else if (unlikely(path->type == STRATA_PATH_MULTICAST) &&
		 hear_group(sending, skb))
		return 0;
	if (likely(path->neigh))
		return strata_neigh_xmit(path->neigh, skb);
	return strata_link_xmit(path->link, skb);
}

/* Owns @skb. */
static int send_fragment(struct sk_buff *skb, const struct strata_frag *frag,
			 void *arg)
{
	const struct sending *sending = arg;

	return push(sending, skb, htonl(ntohs(sending->ident) << 16 |
					(frag->more ? IP_MF : 0) |
					frag->offset / 8)) ?:
	       send_on(sending, skb);
}

/* RFC 791 3.2. The hooks see the datagram whole: a fragment does not tell whose
 * it is. Owns @skb.
 */
static int send_fragments(struct sending *sending, struct sk_buff *skb)
{
	const struct strata_path *path = sending->path;
	struct strata_flow flow = *sending->flow;
	struct strata_cut cut = {
		.room = LL_RESERVED_SPACE(path->link->dev) +
			sizeof(struct iphdr),
		.payload_max = (int)path->mtu - (int)sizeof(struct iphdr),
		.emit = send_fragment,
		.arg = sending,
	};
	int err;

	sending->ident = strata_ident_next(sending->sn->ipv4,
					   strata_addr_to4(&flow.saddr),
					   strata_addr_to4(&flow.daddr),
					   flow.proto, 1);
	err = push(sending, skb, htonl(ntohs(sending->ident) << 16)) ?:
	      ask_hooks(sending, skb);
	if (unlikely(err))
		return err;
	strata_addr_from4(&flow.saddr, ip_hdr(skb)->saddr);
	strata_addr_from4(&flow.daddr, ip_hdr(skb)->daddr);
	sending->flow = &flow;
	__skb_pull(skb, sizeof(struct iphdr));
	strata_count(sending->sn, IP4_FRAGMENTED);
	return strata_frag_cut(sending->sn, skb, &cut);
}

/**
 * strata_ipv4_output() - send a datagram
 * @sn: the namespace's stack
 * @sk: the sender or NULL
 * @skb: skb->data at the L4 header; owned, also on error
 * @flow: addresses and the rest of the header
 * @path: where to
 *
 * Context: RCU read side, softirq or process. Return: 0, -EMSGSIZE, -ENOBUFS,
 * -EPERM (hook) or what the link says.
 */
int strata_ipv4_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path)
{
	unsigned int len = skb->len + sizeof(struct iphdr);
	struct sending sending = {
		.sn = sn,
		.sk = sk,
		.flow = flow,
		.path = path,
	};
	int err;

	if (unlikely(len > path->mtu)) {
		if (len > TOTAL_LEN_MAX)
			return refuse(sn, skb, STRATA_DROP_IP_TOO_BIG,
				      -EMSGSIZE);
		if (!skb_is_gso(skb) && flow->flags & STRATA_FLOW_FRAGMENT)
			return send_fragments(&sending, skb);
		if (!skb_is_gso(skb))
			return refuse(sn, skb, STRATA_DROP_IP_TOO_BIG,
				      -EMSGSIZE);
	}
	err = push(&sending, skb, ident_word(sn, skb, flow)) ?:
	      ask_hooks(&sending, skb);
	return unlikely(err) ? err : send_on(&sending, skb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_output);

/* What a program may leave to us (raw(7), IP_HDRINCL). */
static void complete_header(struct strata_net *sn, struct sk_buff *skb,
			    const struct strata_flow *flow)
{
	struct iphdr *iph = ip_hdr(skb);

	if (!iph->saddr)
		iph->saddr = strata_addr_to4(&flow->saddr);
	/* RFC 6864 4.1: of an atomic one it says nothing. */
	if (!iph->id && !(iph->frag_off & htons(IP_DF)))
		iph->id = strata_ident_next(sn->ipv4, iph->saddr, iph->daddr,
					    iph->protocol, 1);
	iph->tot_len = htons(skb->len);
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
}

/* Is there a header, and all of it? */
static bool whole_header(struct sk_buff *skb)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return false;
	iph = (const struct iphdr *)skb->data;
	return iph->ihl * 4 >= sizeof(*iph) && pskb_may_pull(skb, iph->ihl * 4);
}

/**
 * strata_ipv4_output_whole() - send a datagram that has its header
 * @sn: the namespace's stack
 * @sk: the sender or NULL
 * @skb: skb->data at the header; owned, also on error
 * @flow: where the way leads, and a source address
 * @path: the way
 *
 * Context: RCU read side, softirq or process. Return: 0, -EMSGSIZE, -EINVAL (no
 * complete header), -ENOBUFS, -EPERM (hook) or what the link says.
 */
int strata_ipv4_output_whole(struct strata_net *sn, struct sock *sk,
			     struct sk_buff *skb,
			     const struct strata_flow *flow,
			     const struct strata_path *path)
{
	struct sending sending = {
		.sn = sn,
		.sk = sk,
		.flow = flow,
		.path = path,
	};
	int err;

	if (skb->len > path->own_mtu)
		return refuse(sn, skb, STRATA_DROP_IP_TOO_BIG, -EMSGSIZE);
	if (!whole_header(skb))
		return refuse(sn, skb, STRATA_DROP_IP_HEADER_LENGTH, -EINVAL);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_hdrlen(skb));
	skb->protocol = htons(ETH_P_IP);
	complete_header(sn, skb, flow);
	err = ask_hooks(&sending, skb);
	return err ?: send_on(&sending, skb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ipv4_output_whole);

static void ipv4_unreachable(struct strata_net *sn, struct sk_buff *skb,
			     enum strata_unreachable what)
{
	static const u8 codes[] = {
		[STRATA_UNREACH_PORT] = ICMP_PORT_UNREACH,
		[STRATA_UNREACH_PROTOCOL] = ICMP_PROT_UNREACH,
		[STRATA_UNREACH_HOST] = ICMP_HOST_UNREACH,
		[STRATA_UNREACH_NET] = ICMP_NET_UNREACH,
		[STRATA_UNREACH_ADMIN] = ICMP_PKT_FILTERED,
	};

	strata_icmp_send(sn, skb, ICMP_DEST_UNREACH, codes[what], 0);
}

static void ipv4_confirm(const struct strata_path *path)
{
	if (path->neigh)
		strata_neigh_confirm(path->neigh);
}

const struct strata_af_ops strata_ipv4_af = {
	.family = AF_INET,
	.header_len = sizeof(struct iphdr),
	.min_mtu = STRATA_IPV4_MIN_PMTU,
	.route = strata_ipv4_route,
	.output = strata_ipv4_output,
	.output_whole = strata_ipv4_output_whole,
	.addr_type = strata_ipv4_addr_type,
	.unreachable = ipv4_unreachable,
	.confirm = ipv4_confirm,
};
