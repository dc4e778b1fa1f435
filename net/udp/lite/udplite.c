// SPDX-License-Identifier: GPL-2.0
/*
 * UDP-Lite as a module that comes and goes: what a transport registers, and with
 * whom (Documentation/transport.rst).
 */
#include <linux/module.h>
#include <net/netns/generic.h>
#include <uapi/linux/strata.h>
#include "udplite.h"

static unsigned int udplite_net_id __read_mostly;

/**
 * struct udplite_net - net_generic() of a namespace
 * @table: its sockets
 */
struct udplite_net {
	struct strata_udp_net *table;
};

static struct strata_udp_net *udplite_table(const struct strata_net *sn)
{
	const struct udplite_net *un = net_generic(sn->net, udplite_net_id);

	return un->table;
}

const struct udp_kind strata_udplite_kind = {
	.table = udplite_table,
	.deliver = strata_udplite_deliver,
	.seal = strata_udplite_seal,
	.tx = STRATA_COUNT_UDPLITE_TX,
	.no_port = STRATA_COUNT_UDPLITE_NO_PORT,
};

static int udplite_init(struct sock *sk)
{
	udplite_sock(sk)->send_coverage = UDPLITE_COVERAGE_UNSET;
	udplite_sock(sk)->recv_coverage = UDPLITE_COVERAGE_UNSET;
	return strata_udp_sock_init(sk, &strata_udplite_kind);
}

/* Where an option is kept; NULL: it is one of UDP's. */
static int *udplite_option(const struct sock *sk, int level, int optname)
{
	if (level != SOL_UDP && level != SOL_UDPLITE)
		return NULL;
	switch (optname) {
	case UDPLITE_SEND_CSCOV:
		return &udplite_sock(sk)->send_coverage;
	case UDPLITE_RECV_CSCOV:
		return &udplite_sock(sk)->recv_coverage;
	default:
		return NULL;
	}
}

static int udplite_setsockopt(struct sock *sk, int level, int optname,
			      sockptr_t optval, unsigned int optlen)
{
	int *option = udplite_option(sk, level, optname);
	int val;

	if (!option)
		return strata_udp_setsockopt(sk, level, optname, optval,
					     optlen);
	if (optlen < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	if (val)	/* as the kernel, which refuses no value */
		val = clamp_t(int, val, UDPLITE_COVERAGE_MIN, U16_MAX);
	WRITE_ONCE(*option, val);
	return 0;
}

static int udplite_getsockopt(struct sock *sk, int level, int optname,
			      char __user *optval, int __user *optlen)
{
	const int *option = udplite_option(sk, level, optname);
	int val;

	if (!option)
		return strata_udp_getsockopt(sk, level, optname, optval,
					     optlen);
	val = max(READ_ONCE(*option), 0);
	return strata_option_answer(&val, sizeof(val), optval, optlen);
}

static struct proto udplite_prot = {
	.name = "STRATA-UDPLITE",
	STRATA_UDP_PROT,
	.init = udplite_init,
	.setsockopt = udplite_setsockopt,
	.getsockopt = udplite_getsockopt,
	.obj_size = sizeof(struct udplite_sock),
};

static const struct proto_ops udplite_ops = {
	STRATA_UDP_OPS,
};

static int udplite_walk(struct strata_net *sn, struct strata_sock_at *at,
			int (*visit)(const struct strata_sock_info *info,
				     void *arg),
			void *arg)
{
	return strata_udp_table_walk(udplite_table(sn), at, visit, arg);
}

static const struct strata_sock_proto udplite_proto = {
	.owner = THIS_MODULE,
	.type = SOCK_DGRAM,
	.ipproto = IPPROTO_UDPLITE,
	.prot = &udplite_prot,
	.ops = &udplite_ops,
	.ioctl = strata_udp_ioctl,
	.describe = strata_udp_describe,
	.walk = udplite_walk,
};

static void udplite_err(struct strata_net *sn,
			const struct strata_l4_error *error)
{
	strata_udp_report(sn, error, &strata_udplite_kind);
}

static const struct strata_l4_ops udplite_l4_ops = {
	.owner = THIS_MODULE,
	.name = "udplite",
	.protocol = IPPROTO_UDPLITE,
	.knows_quoted = true,
	.rcv = strata_udplite_rcv,
	.err = udplite_err,
};

static int __net_init udplite_net_init(struct net *net)
{
	struct udplite_net *un = net_generic(net, udplite_net_id);

	un->table = strata_udp_net_alloc();
	return un->table ? 0 : -ENOMEM;
}

static void __net_exit udplite_net_exit(struct net *net)
{
	struct udplite_net *un = net_generic(net, udplite_net_id);

	kvfree(un->table);
}

static struct pernet_operations udplite_net_ops = {
	.init = udplite_net_init,
	.exit = udplite_net_exit,
	.id = &udplite_net_id,
	.size = sizeof(struct udplite_net),
};

/* Bottom up: whoever can reach something finds it ready. */
static int __init udplite_module_init(void)
{
	int err;

	err = register_pernet_subsys(&udplite_net_ops);
	if (err)
		return err;
	err = proto_register(&udplite_prot, 1);
	if (err)
		goto unregister_net;
	err = strata_l4_register(&udplite_l4_ops);
	if (err)
		goto unregister_prot;
	err = strata_sock_register(&udplite_proto);
	if (err)
		goto unregister_l4;
	return 0;

unregister_l4:
	strata_l4_unregister(&udplite_l4_ops);
unregister_prot:
	proto_unregister(&udplite_prot);
unregister_net:
	unregister_pernet_subsys(&udplite_net_ops);
	return err;
}

/* No socket is left, each holds this module. */
static void __exit udplite_module_exit(void)
{
	strata_sock_unregister(&udplite_proto);
	strata_l4_unregister(&udplite_l4_ops);
	proto_unregister(&udplite_prot);
	unregister_pernet_subsys(&udplite_net_ops);
}

module_init(udplite_module_init);
module_exit(udplite_module_exit);

MODULE_DESCRIPTION("UDP-Lite for Strata");
MODULE_LICENSE("GPL");
/* socket(2) loads it; 136 is IPPROTO_UDPLITE, 2 SOCK_DGRAM. */
MODULE_ALIAS_NET_PF_PROTO_TYPE(AF_STRATA, 136, 2);
