// SPDX-License-Identifier: GPL-2.0
/*
 * Segments sent without a socket: resets, and what requests and timewaits say.
 */
#include <linux/tcp.h>
#include <net/inet_ecn.h>
#include "options.h"
#include "reply.h"
#include "sign.h"

/**
 * strata_tcp_reply_route() - the way a segment will take
 * @sn: the namespace's stack
 * @reply: at least its addresses, oif and tos
 * @flow: out
 * @path: out, borrowed
 *
 * Context: RCU read side. Return: 0 or -errno as strata_af_ops.route.
 */
int strata_tcp_reply_route(struct strata_net *sn,
			   const struct strata_tcp_reply *reply,
			   struct strata_flow *flow, struct strata_path *path)
{
	*flow = (struct strata_flow) {
		.saddr = reply->laddr,
		.daddr = reply->faddr,
		.oif = reply->oif,
		.proto = IPPROTO_TCP,
		.tos = reply->tos,
		.flags = STRATA_FLOW_DF | STRATA_FLOW_REPLY,
	};
	return strata_af_of(&reply->faddr)->route(sn, flow, path);
}

static unsigned int put_options(__be32 *ptr,
				const struct strata_tcp_reply *reply)
{
	if (reply->syn)
		return strata_tcp_options_syn(ptr, reply->syn);
	if (!reply->has_ts)
		return 0;
	tcp_ts_put(ptr, reply->tsval, reply->tsecr);
	return STRATA_TCP_TS_BYTES;
}

/* RFC 9293 3.1. The pseudo-header is summed up, the rest left to the device. */
static void put_header(struct sk_buff *skb,
		       const struct strata_tcp_reply *reply)
{
	struct tcphdr *th = (struct tcphdr *)skb->data;
	unsigned int bytes = sizeof(*th), signature;

	bytes += put_options((__be32 *)(th + 1), reply);
	signature = bytes;
	bytes += tcp_signer_bytes(reply->signer);
	skb_put(skb, bytes);
	skb_reset_transport_header(skb);
	th->source = reply->lport;
	th->dest = reply->fport;
	th->seq = htonl(reply->seq);
	th->ack_seq = htonl(reply->ack);
	/* Data offset in words, four reserved bits, flags. */
	((__be16 *)th)[6] = htons(bytes << 10 | reply->flags);
	th->window = htons(reply->window);
	th->urg_ptr = 0;
	if (unlikely(reply->signer))
		strata_tcp_sign(reply->signer, skb, skb->data + signature,
				&reply->laddr, &reply->faddr);
	th->check = ~strata_pseudo_magic(&reply->laddr, &reply->faddr, bytes,
					 IPPROTO_TCP, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

/**
 * strata_tcp_reply_output() - send a segment without a socket
 * @sn: the namespace's stack
 * @reply: what it says
 * @flow: of strata_tcp_reply_route()
 * @path: likewise
 *
 * Context: RCU read side.
 */
void strata_tcp_reply_output(struct strata_net *sn,
			     const struct strata_tcp_reply *reply,
			     const struct strata_flow *flow,
			     const struct strata_path *path)
{
	struct sk_buff *skb;

	if (IS_ERR(reply->signer))
		return;
	skb = alloc_skb(TCP_HEADROOM, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return;
	/* The headroom counts the TCP header in. */
	skb_reserve(skb, TCP_HEADROOM - TCP_HEADER_MAX);
	put_header(skb, reply);
	strata_count(sn, TCP_TX);
	path->af->output(sn, NULL, skb, flow, path);
}

/**
 * strata_tcp_reply_send() - route and send a segment without a socket
 * @sn: the namespace's stack
 * @reply: what it says
 *
 * Without a route or memory it is as good as lost on the way.
 *
 * Context: RCU read side.
 */
void strata_tcp_reply_send(struct strata_net *sn,
			   const struct strata_tcp_reply *reply)
{
	struct strata_path path = {};
	struct strata_flow flow;

	if (!strata_tcp_reply_route(sn, reply, &flow, &path))
		strata_tcp_reply_output(sn, reply, &flow, &path);
}

static bool may_reset(const struct sk_buff *skb)
{
	return !(tcp_seg(skb)->flags & TCPF_HDR_RST) &&
	       !(strata_cb(skb)->flags & (STRATA_CB_BROADCAST |
					  STRATA_CB_MULTICAST |
					  STRATA_CB_L2_CAST));
}

/**
 * strata_tcp_reply_reset() - refuse a segment that belongs to nobody
 * @sn: the namespace's stack
 * @skb: tcp_seg() is filled in, skb->data at the TCP header; not owned
 * @signer: of the RST, as tcp_signer()
 *
 * RFC 9293 3.10.7.1: never in answer to a RST; with the sequence number that
 * the sender expects, so that it is believed; in the class of service of what
 * it answers. RFC 1122 4.2.3.10: not to what came for more than one.
 *
 * Context: softirq, RCU.
 */
void strata_tcp_reply_reset(struct strata_net *sn, struct sk_buff *skb,
			    const struct strata_tcp_signer *signer)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	const struct strata_tcp_seg *seg = tcp_seg(skb);
	struct strata_tcp_reply reply = {
		.flags = TCPF_HDR_RST,
		.tos = strata_cb(skb)->tos & ~INET_ECN_MASK,
		.signer = signer,
	};

	if (!may_reset(skb) || IS_ERR(signer))
		return;
	strata_packet_addrs(skb, &reply.faddr, &reply.laddr);
	reply.lport = th->dest;
	reply.fport = th->source;
	if (ipv6_addr_type(&reply.faddr) & IPV6_ADDR_LINKLOCAL)
		reply.oif = strata_cb(skb)->iif;
	if (seg->flags & TCPF_HDR_ACK) {
		reply.seq = seg->ack_seq;
	} else {
		reply.ack = seg->end_seq;
		reply.flags |= TCPF_HDR_ACK;
	}
	strata_count(sn, TCP_RESETS_TX);
	strata_tcp_reply_send(sn, &reply);
}
