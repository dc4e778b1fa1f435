/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv4: how its files call each other.
 *
 *	input.c		validates, decides whom a datagram is for, delivers it
 *	forward.c	sends on what is for others
 *	options.c	what the options of a header say
 *	path.c		the way to a destination
 *	output.c	one header, and down
 *	ident.c		its identification
 *	frag.c		fragments
 *	cut.c		fragments of what is sent on
 *	icmp.c		ICMP messages received
 *	icmp_send.c	ICMP errors and echo replies sent
 *	igmp.c		telling routers of the groups that a link listens to
 *	arp.c		Ethernet addresses of neighbours
 *	acd.c		addresses that others claim, too
 *	sysctl.c	what may be set
 *	init.c		the layer's life
 */
#ifndef _NET_IPV4_IPV4_H
#define _NET_IPV4_IPV4_H

#include <linux/atomic.h>
#include <linux/ip.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <strata/forward.h>
#include <strata/frag.h>
#include <strata/group.h>
#include <strata/icmp.h>
#include <strata/l3.h>
#include <strata/l4.h>
#include <strata/link.h>
#include <strata/neigh.h>
#include <strata/net.h>
#include <strata/packet.h>
#include <strata/route.h>

#define STRATA_IPV4_TTL		64	/* RFC 1700's default */
#define IPV4_POINTER_SHIFT	24	/* of a Parameter Problem (RFC 792) */
#define STRATA_IPV4_MIN_PMTU	552	/* no path is believed to be narrower */

#define STRATA_IDENT_SLOTS	2048

/* When another host uses an address of ours (RFC 5227 2.4) */
enum strata_arp_defend {
	STRATA_ARP_COUNT,	/* it is counted and shown */
	STRATA_ARP_KEEP,	/* (c): announced again now and then, and kept */
	STRATA_ARP_GIVE_UP,	/* (b): announced again once, then given up */
};

struct ctl_table_header;

/* "No reason to drop": what checks return for a good packet. */
#define STRATA_IPV4_PASS	STRATA_DROP_MAX
/* "For others": it is sent on. */
#define STRATA_IPV4_FORWARD	(STRATA_DROP_MAX + 1)

/**
 * struct strata_ipv4_net - what net/ipv4 keeps for a namespace
 * @key: secret of the hash below
 * @ident: next identification by hash of addresses and protocol
 * @limit: how often ICMP errors are sent
 * @redirects: how often redirects are, which some hosts ignore for ever
 * @frags: datagrams that are not complete
 * @sn: the namespace's stack
 * @igmp_work: reports that are due
 * @igmp_heard: queries for groups that wait for @igmp_work
 * @acd_work: what is due of addresses; see acd.c
 * @arp_probe: addresses are asked for before they are used; sysctl
 * @arp_defend: &enum strata_arp_defend; sysctl
 * @sysctls: their registration
 *
 * Created with the namespace (or when the module is loaded), freed with it.
 */
struct strata_ipv4_net {
	siphash_key_t key;
	atomic_t ident[STRATA_IDENT_SLOTS];
	struct strata_icmp_limit limit;
	struct strata_icmp_limit redirects;
	struct strata_frags frags;
	struct strata_net *sn;
	struct delayed_work igmp_work;
	struct sk_buff_head igmp_heard;
	struct delayed_work acd_work;
	u8 arp_probe;
	u8 arp_defend;
	struct ctl_table_header *sysctls;
};

/**
 * struct strata_ipv4_options - what a header's options ask of its receiver
 * @malformed: they break RFC 791 at @pointer
 * @pointer: offset into the header, for a Parameter Problem
 * @source_route: offset of the option by which its sender routed it; 0: none
 * @record_route: offset of that option; 0: none
 * @timestamp: likewise
 */
struct strata_ipv4_options {
	bool malformed;
	u8 pointer;
	u8 source_route;
	u8 record_route;
	u8 timestamp;
};

void strata_ipv4_options_parse(const u8 *header, unsigned int header_len,
			       struct strata_ipv4_options *options);
enum strata_drop_reason strata_ipv4_options_check(struct strata_net *sn,
						  struct sk_buff *skb);
void strata_ipv4_options_forward(struct sk_buff *skb,
				 const struct strata_forward *way);

struct strata_icmp_meaning strata_icmp_meaning(u8 type, u8 code);
bool strata_icmp_may_answer(struct strata_net *sn, const struct sk_buff *skb);
void strata_icmp_send(struct strata_net *sn, struct sk_buff *skb, u8 type,
		      u8 code, __be32 rest);
void strata_icmp_echo(struct strata_net *sn, struct sk_buff *skb);

__be16 strata_ident_next(struct strata_ipv4_net *net4, __be32 saddr,
			 __be32 daddr, u8 proto, unsigned int count);

struct sk_buff *strata_ipv4_reassemble(struct strata_net *sn,
				       struct sk_buff *skb);
extern const struct strata_frag_ops strata_ipv4_frag;
void strata_ipv4_cut(struct strata_net *sn, struct sk_buff *skb,
		     const struct strata_forward *way);

enum strata_drop_reason
strata_ipv4_forward_decide(struct strata_link *in, struct sk_buff *skb,
			   struct strata_forward *way);
void strata_ipv4_forward_refuse(struct strata_net *sn, struct sk_buff *skb,
				enum strata_drop_reason reason);
void strata_ipv4_forward(struct strata_link *in, struct sk_buff *skb,
			 const struct strata_forward *way);

void strata_ipv4_rcv(struct strata_link *link, struct sk_buff *skb);
int strata_ipv4_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path);
int strata_ipv4_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path);
int strata_ipv4_output_whole(struct strata_net *sn, struct sock *sk,
			     struct sk_buff *skb,
			     const struct strata_flow *flow,
			     const struct strata_path *path);
enum strata_addr_type strata_ipv4_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex);
void strata_arp_rcv(struct strata_link *link, struct sk_buff *skb);

void strata_igmp_init(struct strata_net *sn);
void strata_igmp_exit(struct strata_net *sn);
int strata_igmp_follow(void);
void strata_igmp_unfollow(void);
extern const struct strata_group_ops strata_igmp_groups;
extern const struct strata_l4_ops strata_igmp_l4;

extern const struct strata_l3_ops strata_ipv4_l3;
extern const struct strata_af_ops strata_ipv4_af;
extern const struct strata_l4_ops strata_icmp_l4;
extern const struct strata_l3_ops strata_arp_l3;
extern const struct strata_neigh_ops strata_arp_neigh;

void strata_arp_announce(struct strata_link *link, __be32 addr4);
void strata_arp_probe(struct strata_link *link, __be32 addr4);

void strata_acd_init(struct strata_net *sn);
void strata_acd_exit(struct strata_net *sn);
void strata_acd_conflict(struct strata_addr *addr, const u8 *lladdr);
int strata_acd_follow(void);
void strata_acd_unfollow(void);

int strata_ipv4_sysctl_init(struct strata_net *sn);
void strata_ipv4_sysctl_exit(struct strata_net *sn);

#endif /* _NET_IPV4_IPV4_H */
