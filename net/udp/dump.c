// SPDX-License-Identifier: GPL-2.0
/*
 * What `strata socket` shows of UDP.
 */
#include <linux/module.h>
#include <net/tcp_states.h>
#include "udp.h"

/* A walk's position: a slot, and how many of its sockets are done. */
#define POS_SLOT_SHIFT	16
#define POS_INDEX_MASK	(BIT(POS_SLOT_SHIFT) - 1)

/**
 * strata_udp_describe() - strata_sock_proto.describe
 * @sk: the socket
 * @info: out
 *
 * Context: process, RCU; the socket is not locked: what is read may be a
 * moment apart.
 */
void strata_udp_describe(struct sock *sk, struct strata_sock_info *info)
{
	const struct strata_sock *ss = strata_sock(sk);

	*info = (struct strata_sock_info) {
		.type = SOCK_DGRAM,
		.ipproto = IPPROTO_UDP,
		.family = ss->family,
		.state = READ_ONCE(sk->sk_state),
		.saddr = sk->sk_v6_rcv_saddr,
		.daddr = sk->sk_v6_daddr,
		.sport = sk->sk_num,
		.dport = ntohs(sk->sk_dport),
		.ifindex = READ_ONCE(sk->sk_bound_dev_if),
		.recvq = strata_udp_queue_bytes(sk),
		.sendq = sk_wmem_alloc_get(sk),
		.uid = sk->sk_uid,
		.inode = sock_i_ino(sk),
		.drops = atomic_read(&sk->sk_drops),
	};
}

/* Context: RCU. Returns what @visit returned; *@index: the next socket. */
static int walk_slot(const struct udp_slot *slot, unsigned long *index,
		     int (*visit)(const struct strata_sock_info *info,
				  void *arg),
		     void *arg)
{
	struct strata_sock_info info;
	unsigned long at = 0;
	struct sock *sk;
	int err;

	sk_for_each_rcu(sk, &slot->head) {
		if (at++ < *index)
			continue;
		strata_udp_describe(sk, &info);
		err = visit(&info, arg);
		if (err)
			return err;
		(*index)++;
	}
	*index = 0;
	return 0;
}

/**
 * strata_udp_walk() - strata_sock_proto.walk
 * @sn: the namespace's stack
 * @pos: in and out: where to go on, 0 to begin
 * @visit: called for each socket under RCU; non-zero stops
 * @arg: for @visit
 *
 * Context: process. Return: 0 at the end, or what @visit returned; *@pos then
 * names the socket that it refused.
 */
int strata_udp_walk(struct strata_net *sn, unsigned long *pos,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg)
{
	unsigned long slot = *pos >> POS_SLOT_SHIFT;
	unsigned long index = *pos & POS_INDEX_MASK;
	int err = 0;

	for (; slot < UDP_PORT_SLOTS; slot++) {
		rcu_read_lock();
		err = walk_slot(&sn->udp->ports[slot], &index, visit, arg);
		rcu_read_unlock();
		if (err)
			break;
	}
	*pos = slot << POS_SLOT_SHIFT | min(index, POS_INDEX_MASK);
	return err;
}
