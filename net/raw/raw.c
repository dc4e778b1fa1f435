// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets: registration, and the life of a socket.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <strata/raw.h>
#include "raw.h"

/* It says what it likes in anybody's name: opening AF_STRATA to all is not enough. */
static int raw_permit(struct net *net)
{
	return ns_capable(net->user_ns, CAP_NET_RAW) ? 0 : -EPERM;
}

static int raw_init(struct sock *sk)
{
	struct strata_raw_sock *rs = raw_sock(sk);

	sk->sk_num = rs->ss.ipproto;
	sk->sk_reuse = SK_CAN_REUSE;	/* as the kernel's say */
	rs->csum_offset = RAW_NO_CSUM;
	if (rs->ss.ipproto == IPPROTO_RAW)
		rs->ss.flags |= STRATA_SOCK_HDRINCL;
	if (rs->ss.family == AF_INET6) {
		/* RFC 3542 3: never of IPv4, and ICMPv6's checksum is ours. */
		rs->ss.flags |= STRATA_SOCK_V6ONLY;
		if (rs->ss.ipproto == IPPROTO_ICMPV6)
			rs->csum_offset = offsetof(struct icmp6hdr,
						   icmp6_cksum);
	}
	strata_raw_hash(sk);
	return 0;
}

static void raw_destroy(struct sock *sk)
{
	strata_raw_cork_drop(sk);
}

static void raw_close(struct sock *sk, long timeout)
{
	sk_common_release(sk);
}

/* Nobody else can have the protocol. */
static int raw_get_port(struct sock *sk, unsigned short port)
{
	return 0;
}

static struct proto raw_prot = {
	.name = "STRATA-RAW",
	.owner = THIS_MODULE,
	.init = raw_init,
	.destroy = raw_destroy,
	.close = raw_close,
	.connect = strata_dgram_peer_connect,
	.disconnect = strata_dgram_peer_disconnect,
	.setsockopt = strata_raw_setsockopt,
	.getsockopt = strata_raw_getsockopt,
	.sendmsg = strata_raw_sendmsg,
	.recvmsg = strata_dgram_recvmsg,
	.unhash = strata_raw_unhash,
	.get_port = raw_get_port,
	.obj_size = sizeof(struct strata_raw_sock),
};

static const struct proto_ops raw_ops = {
	STRATA_SOCK_OPS,
	.connect = strata_dgram_connect,
	.accept = sock_no_accept,
	.listen = sock_no_listen,
	.poll = datagram_poll,
};

static const struct strata_sock_proto raw_proto = {
	.type = SOCK_RAW,
	.is_portless = true,
	.prot = &raw_prot,
	.ops = &raw_ops,
	.permit = raw_permit,
	.ioctl = strata_dgram_ioctl,
	.describe = strata_dgram_describe,
	.walk = strata_raw_walk,
};

/**
 * strata_raw_init() - offer raw sockets to programs
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_raw_init(void)
{
	int err;

	err = strata_raw_table_init();
	if (err)
		return err;
	err = proto_register(&raw_prot, 1);
	if (err)
		goto exit_table;
	err = strata_l4_copy_register(&strata_raw_copies);
	if (err)
		goto unregister_prot;
	err = strata_sock_register(&raw_proto);
	if (err)
		goto unregister_copies;
	return 0;

unregister_copies:
	strata_l4_copy_unregister(&strata_raw_copies);
unregister_prot:
	proto_unregister(&raw_prot);
exit_table:
	strata_raw_table_exit();
	return err;
}

/**
 * strata_raw_exit() - undo strata_raw_init()
 *
 * Context: module unload, without sockets.
 */
void strata_raw_exit(void)
{
	strata_sock_unregister(&raw_proto);
	strata_l4_copy_unregister(&strata_raw_copies);
	/* The last sockets end by RCU. */
	rcu_barrier();
	proto_unregister(&raw_prot);
	strata_raw_table_exit();
}
