/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6: how its files call each other.
 *
 *	input.c		validates, decides whom a datagram is for, delivers it
 *	forward.c	sends on what is for others
 *	exthdr.c	the extension headers of a datagram
 *	path.c		the way to a destination
 *	output.c	one header, and down
 *	frag.c		fragments
 *	icmp.c		ICMPv6 messages received
 *	icmp_send.c	ICMPv6 errors and echo replies sent
 *	nd.c		neighbour discovery messages received
 *	redirect.c	redirects received and sent
 *	nd_send.c	neighbour discovery messages sent
 *	ra.c		router advertisements
 *	prefix.c	what they give for a while
 *	temp.c		temporary addresses beside the stable ones
 *	sysctl.c	what may be set
 *	rs.c		router solicitations
 *	dad.c		duplicate address detection
 *	follow.c	when it is time for these
 *	mld.c		telling routers of the groups that a link listens to
 *	host.c		the addresses and groups that a link has by itself
 *	init.c		the layer's life
 */
#ifndef _NET_IPV6_IPV6_H
#define _NET_IPV6_IPV6_H

#include <linux/ipv6.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
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

#define STRATA_IPV6_HOP_LIMIT	64	/* RFC 1700's default */
#define STRATA_ND_HOP_LIMIT	255	/* RFC 4861 3.1: no router let it pass */

struct ctl_table_header;

/* "No reason to drop": what checks return for a good packet. */
#define STRATA_IPV6_PASS	STRATA_DROP_MAX
/* "For others": it is sent on. */
#define STRATA_IPV6_FORWARD	(STRATA_DROP_MAX + 1)

/* Values of strata_temp.use, the kernel's of net.ipv6.conf.*.use_tempaddr */
enum strata_temp_use {
	STRATA_TEMP_NONE,
	STRATA_TEMP_MAKE,	/* they are there for who asks for one */
	STRATA_TEMP_PREFER,	/* and are what others see (RFC 6724 5, rule 7) */
};

/**
 * struct strata_temp - how temporary addresses are made (RFC 8981 3.8)
 * @use: &enum strata_temp_use
 * @valid_s: valid for so long at the most
 * @preferred_s: preferred for so long, less what follows
 * @max_desync_s: a random time up to this one
 *
 * Sysctls.
 */
struct strata_temp {
	u8 use;
	unsigned int valid_s;
	unsigned int preferred_s;
	unsigned int max_desync_s;
};

/**
 * struct strata_ipv6_net - what net/ipv6 keeps for a namespace
 * @limit: how often ICMPv6 errors are sent
 * @redirects: how often redirects are, which some hosts ignore for ever
 * @frags: datagrams that are not complete
 * @stable_secret: of interface identifiers (RFC 7217 5)
 * @sn: the namespace's stack
 * @work: what is due; see follow.c
 * @links: that ask for routers; strata_net.config
 * @ra_routes: that were advertised; strata_net.config
 * @ra_route_count: how many; strata_net.config
 * @heard: router advertisements and queries for groups that wait for @work
 * @temp: how temporary addresses are made
 * @sysctls: registration of what may be set
 *
 * Created with the namespace (or when the module is loaded), freed with it.
 */
struct strata_ipv6_net {
	struct strata_icmp_limit limit;
	struct strata_icmp_limit redirects;
	struct strata_frags frags;
	siphash_key_t stable_secret;
	struct strata_net *sn;
	struct delayed_work work;
	struct list_head links;
	struct list_head ra_routes;
	unsigned int ra_route_count;
	struct sk_buff_head heard;
	struct strata_temp temp;
	struct ctl_table_header *sysctls;
};

/**
 * struct strata_follow - one round of what is due
 * @now: jiffies
 * @next: when the earliest of the rest is due
 * @armed: @next is set
 */
struct strata_follow {
	unsigned long now;
	unsigned long next;
	bool armed;
};

/* Something else is due then. */
static inline void strata_follow_at(struct strata_follow *follow,
				    unsigned long at)
{
	if (!follow->armed || time_before(at, follow->next))
		follow->next = at;
	follow->armed = true;
}

void strata_follow_init(struct strata_net *sn);
void strata_follow_exit(struct strata_net *sn);
void strata_follow_soon(struct strata_net *sn);
enum strata_drop_reason strata_follow_heard(struct strata_net *sn,
					    struct sk_buff *skb);

void strata_dad_start(struct strata_addr *addr);
void strata_dad_conflict(struct strata_addr *addr);
void strata_dad_run(struct strata_net *sn, struct strata_follow *follow);

const struct strata_addr *strata_link_local(const struct strata_link *link,
					    bool *soon);
void strata_rs_start(struct strata_link *link);
void strata_rs_answered(struct strata_link *link);
void strata_rs_forget(struct strata_net *sn, const struct strata_link *link);
void strata_rs_run(struct strata_net *sn, struct strata_follow *follow);

enum strata_drop_reason strata_redirect_rcv(struct strata_net *sn,
					    struct sk_buff *skb);

enum strata_drop_reason strata_ra_rcv(struct strata_net *sn,
				      struct sk_buff *skb);
void strata_ra_obey(struct strata_link *link, const struct sk_buff *skb);

/* Flags of a prefix information option */
#define STRATA_PREFIX_ON_LINK		0x80
#define STRATA_PREFIX_AUTONOMOUS	0x40

/* RFC 4861 4.6.2: a prefix information option; lifetimes in seconds. */
struct strata_prefix_option {
	u8 type;
	u8 len;
	u8 prefix_len;
	u8 flags;
	__be32 valid_s;
	__be32 preferred_s;
	__be32 reserved;
	struct in6_addr prefix;
};

static_assert(sizeof(struct strata_prefix_option) == 32);

void strata_prefix_router(struct strata_link *link,
			  const struct in6_addr *router, u32 lifetime_s);
void strata_prefix_no_routers(const struct strata_link *link);
void strata_prefix_advertised(struct strata_link *link,
			      const struct strata_prefix_option *info);
void strata_prefix_forget(struct strata_net *sn,
			  const struct strata_link *link);
void strata_prefix_run(struct strata_net *sn, struct strata_follow *follow);

void strata_temp_init(struct strata_temp *temp);
void strata_temp_id(struct in6_addr *addr);
void strata_temp_cap(struct strata_addr_auto *follow);
void strata_temp_follow(const struct strata_addr *stable,
			struct strata_follow *due);

int strata_ipv6_sysctl_init(struct strata_net *sn);
void strata_ipv6_sysctl_exit(struct strata_net *sn);

/**
 * struct strata_exthdr - what the extension headers of a datagram come to
 * @reason: why the datagram is dropped; STRATA_IPV6_PASS: it is not
 * @proto: the header after them
 * @offset: where that begins, from the IPv6 header
 * @named_at: offset of the field that says @proto, for a Parameter Problem
 * @fragment: @proto is NEXTHDR_FRAGMENT: the datagram is a part of one
 * @report: @reason is to be told to the sender
 * @code: of that Parameter Problem
 * @pointer: of that Parameter Problem
 */
struct strata_exthdr {
	enum strata_drop_reason reason;
	u8 proto;
	unsigned int offset;
	unsigned int named_at;
	bool fragment;
	bool report;
	u8 code;
	u32 pointer;
};

void strata_exthdr_walk(struct sk_buff *skb, struct strata_exthdr *ext);

struct sk_buff *strata_ipv6_reassemble(struct strata_net *sn,
				       struct sk_buff *skb,
				       const struct strata_exthdr *ext);
extern const struct strata_frag_ops strata_ipv6_frag;

/* Before a part of a datagram, and what it is part of (RFC 8200 4.5). */
static inline void strata_ipv6_push_frag(struct sk_buff *skb,
					 const struct strata_frag *frag,
					 u8 proto, __be32 ident)
{
	struct frag_hdr *header = __skb_push(skb, sizeof(*header));

	header->nexthdr = proto;
	header->reserved = 0;
	header->frag_off = htons(frag->offset | (frag->more ? IP6_MF : 0));
	header->identification = ident;
}

struct strata_icmp_meaning strata_icmp6_meaning(u8 type, u8 code);
bool strata_icmp6_may_answer(const struct sk_buff *skb, u8 type, u8 code);
void strata_icmp6_send(struct strata_net *sn, struct sk_buff *skb, int iif,
		       u8 type, u8 code, u32 rest);
void strata_icmp6_echo(struct strata_net *sn, struct sk_buff *skb);

extern const struct strata_group_ops strata_mld_groups;

enum strata_drop_reason strata_mld_rcv(struct strata_net *sn,
				       struct sk_buff *skb);
void strata_mld_asked(struct strata_link *link, const struct sk_buff *skb);
void strata_mld_run(struct strata_net *sn, struct strata_follow *follow);

bool strata_nd_options(const u8 *option, unsigned int len, u8 type,
		       u8 addr_len, const u8 **lladdr);
enum strata_drop_reason strata_nd_rcv(struct strata_net *sn,
				      struct sk_buff *skb);
void strata_nd_solicit(struct strata_link *link, const struct in6_addr *saddr,
		       const struct in6_addr *target, const u8 *lladdr);
void strata_nd_redirect(struct strata_link *link,
			const struct in6_addr *saddr,
			const struct sk_buff *about,
			const struct in6_addr *target, const u8 *lladdr);
void strata_nd_solicit_router(struct strata_link *link,
			      const struct in6_addr *saddr);
void strata_nd_advertise(struct strata_link *link,
			 const struct in6_addr *target,
			 const struct in6_addr *daddr, const u8 *lladdr);

enum strata_drop_reason
strata_ipv6_forward_decide(struct strata_link *in, struct sk_buff *skb,
			   struct strata_forward *way);
void strata_ipv6_forward_refuse(struct strata_link *in, struct sk_buff *skb,
				enum strata_drop_reason reason);
void strata_ipv6_forward(struct strata_link *in, struct sk_buff *skb,
			 const struct strata_forward *way, u32 largest);
void strata_ipv6_cut(struct strata_net *sn, struct sk_buff *skb,
		     const struct strata_forward *way, u32 size);
void strata_redirect_send(struct strata_link *link, const struct sk_buff *skb,
			  const struct strata_forward *way);

void strata_ipv6_rcv(struct strata_link *link, struct sk_buff *skb);
int strata_ipv6_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path);
int strata_ipv6_push(struct strata_net *sn, struct sock *sk,
		     struct sk_buff *skb, const struct strata_flow *flow,
		     struct strata_link *link);
int strata_ipv6_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path);
int strata_ipv6_output_whole(struct strata_net *sn, struct sock *sk,
			     struct sk_buff *skb,
			     const struct strata_flow *flow,
			     const struct strata_path *path);
enum strata_addr_type strata_ipv6_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex);
void strata_stable_id(const struct strata_link *link, u8 dad_counter,
		      struct in6_addr *addr);

extern const struct strata_l3_ops strata_ipv6_l3;
extern const struct strata_af_ops strata_ipv6_af;
extern const struct strata_l4_ops strata_icmp6_l4;
extern const struct strata_neigh_ops strata_nd_neigh;

int strata_host_follow(void);
void strata_host_unfollow(void);

#endif /* _NET_IPV6_IPV6_H */
