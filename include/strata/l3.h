/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network layer's two contracts: how it receives from a device
 * (&struct strata_l3_ops) and what it does for L4 (&struct strata_af_ops).
 */
#ifndef _STRATA_L3_H
#define _STRATA_L3_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <strata/net.h>

struct strata_link;
struct strata_neigh;

#define STRATA_L3_MAX	16	/* L3 protocols registered at one time */

/**
 * struct strata_l3_ops - a protocol that receives frames by EtherType
 * @owner: the module that holds this table. Required (NULL when built in)
 * @name: for messages. Required
 * @type: EtherType. Required, not 0
 * @rcv: a packet. skb->data is at the L3 header, skb->protocol is @type; not
 *	shared, never PACKET_OTHERHOST; may be non-linear; VLAN tag and checksum
 *	state are in its metadata. Owns @skb afterwards. Required.
 *	Runs in: softirq, RCU
 * @rcv_list: as @rcv for a batch on one link, linked by skb->list; owns all
 *	afterwards. Optional: the register function fills in one that calls
 *	@rcv for each. Runs in: softirq, RCU
 */
struct strata_l3_ops {
	struct module *owner;
	const char *name;
	__be16 type;
	void (*rcv)(struct strata_link *link, struct sk_buff *skb);
	void (*rcv_list)(struct strata_link *link, struct list_head *skbs);
};

int strata_l3_register(const struct strata_l3_ops *ops);
void strata_l3_unregister(const struct strata_l3_ops *ops);
const struct strata_l3_ops *strata_l3_of(__be16 type);
void strata_l3_rcv(struct strata_link *link, struct sk_buff *skb);

/**
 * struct strata_l3_binder - who binds L3 protocols to devices (net/link)
 * @bind: @ops was registered: receive for it on every attached device.
 *	Runs in: process, RTNL held. 0 or -errno, which refuses the protocol
 * @unbind: @ops goes: when this returns, nobody is inside its functions.
 *	Runs in: process, RTNL held, may sleep
 */
struct strata_l3_binder {
	int (*bind)(const struct strata_l3_ops *ops);
	void (*unbind)(const struct strata_l3_ops *ops);
};

int strata_l3_set_binder(const struct strata_l3_binder *binder);
void strata_l3_clear_binder(void);
const struct strata_l3_ops *strata_l3_slot(unsigned int slot);

/* strata_flow.flags */
#define STRATA_FLOW_BROADCAST	BIT(0)	/* SO_BROADCAST: may send to broadcast */
#define STRATA_FLOW_DF		BIT(1)	/* forbid fragmentation on the way */
#define STRATA_FLOW_REPLY	BIT(2)	/* an answer of the stack itself (RST, ICMP) */
#define STRATA_FLOW_FRAGMENT	BIT(3)	/* what is too big leaves in fragments */
#define STRATA_FLOW_LINK_MTU	BIT(4)	/* do not believe what ICMP said of the MTU */
#define STRATA_FLOW_NO_LOOP	BIT(5)	/* our own members of the group hear nothing of it */
#define STRATA_FLOW_NO_WIRE	BIT(6)	/* nobody else does: TTL 0 */
#define STRATA_FLOW_TEMPORARY	BIT(7)	/* from a temporary address, if there is one */
#define STRATA_FLOW_STABLE	BIT(8)	/* from a stable one; neither: the namespace's choice */

/**
 * struct strata_flow - what L4 asks of L3
 * @saddr: local address; unspecified: L3 chooses and fills it in
 * @daddr: peer
 * @oif: index of the device to use, 0: any
 * @mark: SO_MARK
 * @flags: STRATA_FLOW_*
 * @seed: one number for what is one flow, so that it stays on one way of several;
 *	0: only its destination tells
 * @proto: IP protocol
 * @tos: type of service or traffic class
 * @ttl: time to live or hop limit; 0: the default
 *
 * Addresses are 128 bits, IPv4 as v4-mapped; both are of one family.
 */
struct strata_flow {
	struct in6_addr saddr;
	struct in6_addr daddr;
	int oif;
	u32 mark;
	u32 seed;
	u16 flags;
	u8 proto;
	u8 tos;
	u8 ttl;
};

enum strata_path_type {
	STRATA_PATH_UNICAST,
	STRATA_PATH_LOCAL,
	STRATA_PATH_BROADCAST,
	STRATA_PATH_MULTICAST,
};

/**
 * struct strata_path - L3's answer: the way to a destination
 * @af: the network layer that gave it; NULL: no path yet
 * @link: output link
 * @neigh: next hop; NULL where the link needs none
 * @genid: strata_net_genid() before it was looked up
 * @mtu: bytes of an L3 datagram
 * @own_mtu: the same as far as we know it ourselves, without what ICMP said
 * @type: &enum strata_path_type
 * @held: references on @link and @neigh are held
 *
 * A path from strata_af_ops.route is borrowed: good until the end of the RCU
 * read side. strata_path_hold() makes it last; then check strata_path_valid()
 * under RCU before each use, since a held link may have lost its device.
 */
struct strata_path {
	const struct strata_af_ops *af;
	struct strata_link *link;
	struct strata_neigh *neigh;
	u32 genid;
	u32 mtu;
	u32 own_mtu;
	u8 type;
	bool held;
};

enum strata_unreachable {
	STRATA_UNREACH_PORT,
	STRATA_UNREACH_PROTOCOL,
	STRATA_UNREACH_HOST,
	STRATA_UNREACH_NET,
	STRATA_UNREACH_ADMIN,	/* a rule forbids it */
};

enum strata_addr_type {
	STRATA_ADDR_OTHER,	/* unicast, somebody else's */
	STRATA_ADDR_ANY,
	STRATA_ADDR_LOCAL,
	STRATA_ADDR_BROADCAST,
	STRATA_ADDR_MULTICAST,
	STRATA_ADDR_INVALID,
};

/**
 * struct strata_af_ops - what a network layer does for the layers above
 * @owner: module. Required (NULL when built in)
 * @family: AF_INET or AF_INET6. Required
 * @header_len: bytes of header it pushes at the most, without options. Required
 * @min_mtu: smallest path MTU it accepts from an ICMP error. Required
 * @route: finds the way for @flow and fills its saddr where unspecified.
 *	Required. Runs in: RCU read side, softirq or process.
 *	0, -ENETUNREACH, -EHOSTUNREACH, -EACCES (broadcast without the flag),
 *	-EINVAL (saddr is not ours), -ENOBUFS (no room for the neighbour)
 * @output: sends a packet. skb->data is at the L4 header, checksum done or
 *	CHECKSUM_PARTIAL, GSO fields set where it exceeds @path's MTU.
 *	@sk: the sender or NULL. Owns @skb afterwards, also on error. Required.
 *	Runs in: RCU read side, softirq or process. 0 or -errno: -EMSGSIZE,
 *	-ENOBUFS, -EPERM (hook)
 * @output_whole: as @output for a packet that has its header: skb->data is there.
 *	What a program may leave to the network layer is filled in (raw(7)). Required.
 *	Runs in: RCU read side, softirq or process. 0 or -errno: -EMSGSIZE (larger
 *	than @path's own_mtu), -EINVAL (no header), -ENOBUFS, -EPERM (hook)
 * @addr_type: what an address is to this namespace; @ifindex 0: any device.
 *	Required. Runs in: RCU read side
 * @unreachable: reports an undeliverable packet to its sender; skb->data
 *	anywhere, network header set. Does not own @skb. Required.
 *	Runs in: softirq, RCU
 * @confirm: the peer has been heard: @path works (RFC 4861 7.3.1). Required.
 *	Runs in: RCU read side
 */
struct strata_af_ops {
	struct module *owner;
	int family;
	u8 header_len;
	u16 min_mtu;
	int (*route)(struct strata_net *sn, struct strata_flow *flow,
		     struct strata_path *path);
	int (*output)(struct strata_net *sn, struct sock *sk,
		      struct sk_buff *skb, const struct strata_flow *flow,
		      const struct strata_path *path);
	int (*output_whole)(struct strata_net *sn, struct sock *sk,
			    struct sk_buff *skb,
			    const struct strata_flow *flow,
			    const struct strata_path *path);
	enum strata_addr_type (*addr_type)(struct strata_net *sn,
					   const struct in6_addr *addr,
					   int ifindex);
	void (*unreachable)(struct strata_net *sn, struct sk_buff *skb,
			    enum strata_unreachable what);
	void (*confirm)(const struct strata_path *path);
};

int strata_af_register(const struct strata_af_ops *ops);
void strata_af_unregister(const struct strata_af_ops *ops);
const struct strata_af_ops *strata_af_exchange(int family,
					       const struct strata_af_ops *ops);

/* By address family; one that refuses everything if none. Context: RCU. */
const struct strata_af_ops *strata_af(int family);
/* By the form of an address. Context: RCU. */
const struct strata_af_ops *strata_af_of(const struct in6_addr *addr);

void strata_path_hold(struct strata_path *path);
void strata_path_release(struct strata_path *path);

/* Context: RCU read side. */
static inline bool strata_path_valid(const struct strata_net *sn,
				     const struct strata_path *path)
{
	return path->af && path->genid == strata_net_genid(sn);
}

#endif /* _STRATA_L3_H */
