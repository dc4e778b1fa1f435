// SPDX-License-Identifier: GPL-2.0
/*
 * What `strata socket` shows of UDP.
 */
#include <linux/module.h>
#include <net/tcp_states.h>
#include <strata/visibility.h>
#include "udp.h"

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
	strata_dgram_describe(sk, info);
	info->recvq = strata_udp_queue_bytes(sk);
}
EXPORT_SYMBOL_GPL(strata_udp_describe);

/**
 * strata_udp_table_walk() - visit every socket of a table
 * @un: the table
 * @at: the last one visited, all 0 at first; moves with the walk
 * @visit: called for each socket under RCU; non-zero stops
 * @arg: for @visit
 *
 * Context: process. Return: 0 at the end, or what @visit returned; @at then
 * stands before the socket that it refused.
 */
int strata_udp_table_walk(struct strata_udp_net *un, struct strata_sock_at *at,
			  int (*visit)(const struct strata_sock_info *info,
				       void *arg),
			  void *arg)
{
	struct strata_sock_info info;
	struct sock *sk;
	int err = 0;

	while (at->slot < UDP_PORT_SLOTS) {
		rcu_read_lock();
		sk = strata_dgram_after(&un->ports[at->slot].head, at->sk);
		if (sk) {
			strata_udp_describe(sk, &info);
			err = visit(&info, arg);
		}
		rcu_read_unlock();
		if (err)
			break;
		at->sk = (unsigned long)sk;
		at->slot += !sk;
	}
	return err;
}
EXPORT_SYMBOL_GPL(strata_udp_table_walk);

/**
 * strata_udp_walk() - strata_sock_proto.walk
 * @sn: the namespace's stack
 * @at: as strata_udp_table_walk()
 * @visit: as there
 * @arg: for @visit
 *
 * Context: process. Return: as strata_udp_table_walk().
 */
int strata_udp_walk(struct strata_net *sn, struct strata_sock_at *at,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg)
{
	return strata_udp_table_walk(sn->udp, at, visit, arg);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_udp_walk);
