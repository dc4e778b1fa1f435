// SPDX-License-Identifier: GPL-2.0
/*
 * Ping sockets: registration, and the life of a socket.
 */
#include <linux/module.h>
#include <strata/ping.h>
#include "ping.h"

static int ping_init(struct sock *sk)
{
	struct strata_sock *ss = strata_sock(sk);

	/* As the kernel's: who names an identifier shares it, unless he says no. */
	sk->sk_reuse = SK_CAN_REUSE;
	if (ss->family == AF_INET6)
		ss->flags |= STRATA_SOCK_V6ONLY;
	return 0;
}

static void ping_destroy(struct sock *sk)
{
}

static void ping_close(struct sock *sk, long timeout)
{
	sk_common_release(sk);
}

static int ping_disconnect(struct sock *sk, int flags)
{
	lock_sock(sk);
	strata_dgram_peer_clear(sk);
	if (!(strata_sock(sk)->flags & STRATA_SOCK_BOUND_PORT))
		strata_ping_unhash(sk);
	release_sock(sk);
	return 0;
}

/* It has no options of its own. */
static int ping_setsockopt(struct sock *sk, int level, int optname,
			   sockptr_t optval, unsigned int optlen)
{
	return -ENOPROTOOPT;
}

static int ping_getsockopt(struct sock *sk, int level, int optname,
			   char __user *optval, int __user *optlen)
{
	return strata_option_no_level(sk);
}

static struct proto ping_prot = {
	.name = "STRATA-PING",
	.owner = THIS_MODULE,
	.init = ping_init,
	.destroy = ping_destroy,
	.close = ping_close,
	.connect = strata_dgram_peer_connect,
	.disconnect = ping_disconnect,
	.setsockopt = ping_setsockopt,
	.getsockopt = ping_getsockopt,
	.sendmsg = strata_ping_sendmsg,
	.recvmsg = strata_dgram_recvmsg,
	.unhash = strata_ping_unhash,
	.get_port = strata_ping_get_port,
	.obj_size = sizeof(struct strata_sock),
};

static const struct proto_ops ping_ops = {
	STRATA_SOCK_OPS,
	.connect = strata_dgram_connect,
	.accept = sock_no_accept,
	.listen = sock_no_listen,
	.poll = datagram_poll,
};

/* Sockets of both are in one table: the walk of one is for all. */
static int walk_nothing(struct strata_net *sn, struct strata_sock_at *at,
			int (*visit)(const struct strata_sock_info *info,
				     void *arg),
			void *arg)
{
	return 0;
}

/* As the kernel's: nothing is counted. */
static int ping_ioctl(struct sock *sk, unsigned int cmd, int *arg)
{
	return -ENOIOCTLCMD;
}

#define PING_PROTO						\
	.type = SOCK_DGRAM,					\
	.is_open = true,					\
	.prot = &ping_prot,					\
	.ops = &ping_ops,					\
	.permit = strata_ping_permit,				\
	.ioctl = ping_ioctl,					\
	.describe = strata_dgram_describe

static const struct strata_sock_proto ping4_proto = {
	PING_PROTO,
	.ipproto = IPPROTO_ICMP,
	.family = AF_INET,
	.walk = strata_ping_walk,
};

static const struct strata_sock_proto ping6_proto = {
	PING_PROTO,
	.ipproto = IPPROTO_ICMPV6,
	.family = AF_INET6,
	.walk = walk_nothing,
};

/**
 * strata_ping_init() - offer ping sockets to programs
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_ping_init(void)
{
	int err;

	err = strata_ping_table_init();
	if (err)
		return err;
	err = proto_register(&ping_prot, 1);
	if (err)
		goto exit_table;
	err = strata_echo_register(&strata_ping_echo);
	if (err)
		goto unregister_prot;
	err = strata_sock_register(&ping4_proto);
	if (err)
		goto unregister_echo;
	err = strata_sock_register(&ping6_proto);
	if (err)
		goto unregister_ping4;
	return 0;

unregister_ping4:
	strata_sock_unregister(&ping4_proto);
unregister_echo:
	strata_echo_unregister(&strata_ping_echo);
unregister_prot:
	proto_unregister(&ping_prot);
exit_table:
	strata_ping_table_exit();
	return err;
}

/**
 * strata_ping_exit() - undo strata_ping_init()
 *
 * Context: module unload, without sockets.
 */
void strata_ping_exit(void)
{
	strata_sock_unregister(&ping6_proto);
	strata_sock_unregister(&ping4_proto);
	strata_echo_unregister(&strata_ping_echo);
	/* The last sockets end by RCU. */
	rcu_barrier();
	proto_unregister(&ping_prot);
	strata_ping_table_exit();
}
