// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets and connections: sock-get.
 */
#include <linux/netlink.h>
#include <strata/packet.h>
#include <strata/sock.h>
#include "netlink.h"

static int put_name(const struct strata_nl_visit *visit,
		    const struct strata_sock_info *info)
{
	struct sk_buff *skb = visit->skb;
	struct net_device *dev;
	int err;

	if (!info->ifindex)
		return 0;
	err = nla_put_u32(skb, STRATA_A_SOCK_IFINDEX, info->ifindex);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(visit->sn->net, info->ifindex);
	if (dev && !err)
		err = nla_put_string(skb, STRATA_A_SOCK_IFNAME, dev->name);
	rcu_read_unlock();
	return err;
}

static int put_endpoints(struct sk_buff *skb,
			 const struct strata_sock_info *info)
{
	return strata_nl_put_addr(skb, STRATA_A_SOCK_LOCAL, &info->saddr) ?:
	       nla_put_u16(skb, STRATA_A_SOCK_LOCAL_PORT, info->sport) ?:
	       strata_nl_put_addr(skb, STRATA_A_SOCK_REMOTE, &info->daddr) ?:
	       nla_put_u16(skb, STRATA_A_SOCK_REMOTE_PORT, info->dport);
}

static int put_owner(const struct strata_nl_visit *visit,
		     const struct strata_sock_info *info)
{
	struct user_namespace *reader =
		sk_user_ns(NETLINK_CB(visit->cb->skb).sk);
	struct sk_buff *skb = visit->skb;
	int err = nla_put_u32(skb, STRATA_A_SOCK_UID,
			      from_kuid_munged(reader, info->uid));

	if (!err && info->inode)
		err = nla_put_u64_64bit(skb, STRATA_A_SOCK_INODE, info->inode,
					STRATA_A_SOCK_PAD);
	return err;
}

static int put_timer(struct sk_buff *skb, const struct strata_sock_info *info)
{
	if (!info->timer)
		return 0;
	return nla_put_u8(skb, STRATA_A_SOCK_TIMER, info->timer) ?:
	       nla_put_u32(skb, STRATA_A_SOCK_TIMER_MS, info->timer_ms) ?:
	       nla_put_u32(skb, STRATA_A_SOCK_RETRANSMITS, info->retransmits);
}

/* What only some transports have is left out where it is unknown. */
static int put_known(struct sk_buff *skb, int type, u32 value)
{
	return value ? nla_put_u32(skb, type, value) : 0;
}

static int sock_fill(const struct strata_nl_visit *visit,
		     const struct strata_sock_info *info)
{
	struct sk_buff *skb = visit->skb;

	return nla_put_u8(skb, STRATA_A_SOCK_TYPE, info->type) ?:
	       nla_put_u8(skb, STRATA_A_SOCK_PROTOCOL, info->ipproto) ?:
	       nla_put_u8(skb, STRATA_A_SOCK_FAMILY, info->family) ?:
	       nla_put_u8(skb, STRATA_A_SOCK_STATE, info->state) ?:
	       put_endpoints(skb, info) ?:
	       put_name(visit, info) ?:
	       nla_put_u32(skb, STRATA_A_SOCK_RECVQ, info->recvq) ?:
	       nla_put_u32(skb, STRATA_A_SOCK_SENDQ, info->sendq) ?:
	       put_owner(visit, info) ?:
	       put_timer(skb, info) ?:
	       put_known(skb, STRATA_A_SOCK_SRTT_US, info->srtt_us) ?:
	       put_known(skb, STRATA_A_SOCK_CWND, info->cwnd) ?:
	       put_known(skb, STRATA_A_SOCK_MSS, info->mss) ?:
	       put_known(skb, STRATA_A_SOCK_DROPS, info->drops);
}

static int sock_dump_one(const struct strata_sock_info *info, void *arg)
{
	const struct strata_nl_visit *visit = arg;
	void *header;

	header = strata_nl_dump_message(visit->skb, visit->cb,
					STRATA_CMD_SOCK_GET);
	if (!header)
		return -EMSGSIZE;
	if (sock_fill(visit, info)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/* A transport that is a module stays loaded while its sockets are visited. */
static const struct strata_sock_proto *proto_get(unsigned int slot)
{
	const struct strata_sock_proto *proto;

	rcu_read_lock();
	proto = strata_sock_slot(slot);
	if (proto && !try_module_get(proto->owner))
		proto = NULL;
	rcu_read_unlock();
	return proto;
}

static int slot_dump(struct strata_nl_visit *visit)
{
	struct strata_nl_dump *dump = strata_nl_dump(visit->cb);
	const struct strata_sock_proto *proto = proto_get(dump->slot);
	int err;

	if (!proto)
		return 0;
	err = proto->walk(visit->sn, &dump->sock, sock_dump_one, visit);
	module_put(proto->owner);
	return err;
}

/**
 * strata_nl_sock_dump() - show sockets and connections
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_sock_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_visit visit = { skb, cb, sn };
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	int err = 0;

	while (dump->slot < STRATA_SOCK_PROTOS) {
		err = slot_dump(&visit);
		if (err)
			break;
		dump->slot++;
		memset(&dump->sock, 0, sizeof(dump->sock));
	}
	return strata_nl_dump_result(skb, err);
}
