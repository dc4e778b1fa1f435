/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The transport layer's contract with L3.
 */
#ifndef _STRATA_L4_H
#define _STRATA_L4_H

#include <linux/in6.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <strata/net.h>
#include <strata/packet.h>

/**
 * struct strata_l4_error - an ICMP error about a packet that we sent
 * @saddr: source of the quoted packet: ours
 * @daddr: its destination
 * @reporter: who sent the error
 * @iif: device the error came in on
 * @proto: IP protocol of the quoted packet
 * @network: its network header, linear up to @header
 * @header: the quoted L4 header, linear
 * @header_len: bytes of it, at least 8 (RFC 792)
 * @err: positive errno for the program
 * @hard: RFC 1122 4.2.3.9: a hard error
 * @mtu: next-hop MTU for "packet too big", else 0
 * @pointer: where the packet is wrong for "parameter problem", else 0
 * @ttl: the error's own time to live or hop limit
 * @icmp_type: as received
 * @icmp_code: as received
 */
struct strata_l4_error {
	struct in6_addr saddr;
	struct in6_addr daddr;
	struct in6_addr reporter;
	int iif;
	u8 proto;
	const u8 *network;
	const u8 *header;
	unsigned int header_len;
	int err;
	bool hard;
	u32 mtu;
	u32 pointer;
	u8 ttl;
	u8 icmp_type;
	u8 icmp_code;
};

/**
 * struct strata_l4_ops - a protocol that receives by IP protocol number
 * @owner: module. Required (NULL when built in)
 * @name: for messages. Required
 * @protocol: IP protocol number. Required
 * @family: AF_INET or AF_INET6: of that network layer alone, as ICMP and
 *	ICMPv6; 0: of both. Optional
 * @knows_quoted: @err finds out whether a quoted packet was sent at all (RFC
 *	5927 4); nobody else's word for that is taken. Optional
 * @rcv: a datagram for one of our addresses, reassembled. skb->data is at the
 *	L4 header and skb->len covers just the L4 datagram; strata_cb() is
 *	filled; not shared; may be non-linear; checksum not verified; a GRO
 *	merged buffer has gso_size set. Owns @skb afterwards. Required.
 *	Runs in: softirq, RCU
 * @err: an ICMP error quoted a packet of this protocol. Required (a protocol
 *	that ignores errors says so with a function). Runs in: softirq, RCU
 */
struct strata_l4_ops {
	struct module *owner;
	const char *name;
	u8 protocol;
	u8 family;
	bool knows_quoted;
	void (*rcv)(struct strata_net *sn, struct sk_buff *skb);
	void (*err)(struct strata_net *sn, const struct strata_l4_error *error);
};

int strata_l4_register(const struct strata_l4_ops *ops);
void strata_l4_unregister(const struct strata_l4_ops *ops);

/* In the slots of protocols that nobody registered: drops with a reason. */
extern const struct strata_l4_ops strata_l4_none;

extern const struct strata_l4_ops __rcu *strata_l4_table[256];

/**
 * strata_l4() - who receives an IP protocol
 * @protocol: its number
 * @family: AF_INET or AF_INET6: in which network layer
 *
 * Context: RCU read side. Return: never NULL; &strata_l4_none if nobody.
 */
static inline const struct strata_l4_ops *strata_l4(u8 protocol, u8 family)
{
	const struct strata_l4_ops *ops;

	ops = rcu_dereference(strata_l4_table[protocol]);
	if (unlikely(ops->family && ops->family != family))
		return &strata_l4_none;
	return ops;
}

/**
 * struct strata_l4_copy_ops - who wants copies of what L4 receives: raw sockets
 * @rcv: a datagram for one of our addresses, as strata_l4_ops.rcv will get it, but
 *	with skb->data at its network header; the transport header is set.
 *	@proto: its IP protocol. Does not own @skb. Returns whether anybody wants
 *	that protocol. Required. Runs in: softirq, RCU
 * @err: an ICMP error quoted a packet of any protocol. Required. Runs in:
 *	softirq, RCU
 *
 * Asked while strata_net.raw_sockets is not 0.
 */
struct strata_l4_copy_ops {
	bool (*rcv)(struct strata_net *sn, struct sk_buff *skb, u8 proto);
	void (*err)(struct strata_net *sn, const struct strata_l4_error *error);
};

int strata_l4_copy_register(const struct strata_l4_copy_ops *ops);
void strata_l4_copy_unregister(const struct strata_l4_copy_ops *ops);

extern const struct strata_l4_copy_ops __rcu *strata_l4_copies;

/**
 * strata_l4_copy() - offer a received datagram to those who want a copy
 * @sn: the namespace's stack
 * @skb: as strata_l4_copy_ops.rcv wants it
 * @proto: IP protocol
 *
 * Context: softirq, RCU. Return: whether anybody wants the protocol.
 */
static inline bool strata_l4_copy(struct strata_net *sn, struct sk_buff *skb,
				  u8 proto)
{
	if (likely(!READ_ONCE(sn->raw_sockets)))
		return false;
	return rcu_dereference(strata_l4_copies)->rcv(sn, skb, proto);
}

/**
 * strata_l4_err() - tell those concerned of an ICMP error
 * @sn: the namespace's stack
 * @error: the error
 * @family: AF_INET or AF_INET6
 *
 * Context: softirq, RCU.
 */
static inline void strata_l4_err(struct strata_net *sn,
				 const struct strata_l4_error *error, u8 family)
{
	if (unlikely(READ_ONCE(sn->raw_sockets)))
		rcu_dereference(strata_l4_copies)->err(sn, error);
	strata_l4(error->proto, family)->err(sn, error);
}

#endif /* _STRATA_L4_H */
