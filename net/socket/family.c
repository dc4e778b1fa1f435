// SPDX-License-Identifier: GPL-2.0
/*
 * AF_STRATA: socket(2) and the end of a socket.
 */
#include <linux/capability.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/net.h>
#include <uapi/linux/strata.h>
#include "socket.h"

static unsigned int strata_family __read_mostly = AF_STRATA;
module_param_named(family, strata_family, uint, 0444);
MODULE_PARM_DESC(family, "address family number (default: AF_STRATA, 18)");
MODULE_ALIAS_NETPROTO(AF_STRATA);

/**
 * struct family_request - the third argument of socket(2), taken apart
 * @family: AF_INET or AF_INET6
 * @ipproto: IP protocol, 0: the default of the socket's type
 */
struct family_request {
	int family;
	int ipproto;
};

static int request_parse(int protocol, struct family_request *request)
{
	if (protocol < 0)
		return -EINVAL;
	request->ipproto = STRATA_PROTOCOL_IPPROTO(protocol);
	if (request->ipproto >= IPPROTO_MAX)
		return -EINVAL;
	request->family = STRATA_PROTOCOL_FAMILY(protocol) ? : AF_INET;
	if (request->family != AF_INET && request->family != AF_INET6)
		return -EAFNOSUPPORT;
	return 0;
}

static bool family_has_network_layer(int family)
{
	bool has;

	rcu_read_lock();
	has = strata_af(family)->family == family;
	rcu_read_unlock();
	return has;
}

/*
 * What a protocol without a rule of its own asks: these sockets pass by the host's
 * firewall and sandbox rules, so making one takes a capability, unless the
 * namespace's administrator opened them to all.
 */
static int family_permit(struct net *net)
{
	const struct strata_socket_net *socket = strata_net(net)->socket;

	return READ_ONCE(socket->unprivileged) ||
	       ns_capable(net->user_ns, CAP_NET_RAW) ? 0 : -EPERM;
}

/* @proto: NULL: one that nobody has. */
static int sock_permit(struct net *net, const struct strata_sock_proto *proto,
		       int kern)
{
	int err;

	if (kern)
		return 0;
	err = proto && proto->permit ? proto->permit(net) : family_permit(net);
	if (err)
		strata_count(strata_net(net), SOCK_REFUSED);
	return err;
}

static void sock_setup(struct sock *sk, const struct strata_sock_proto *proto,
		       const struct family_request *request)
{
	struct strata_sock *ss = strata_sock(sk);

	sk->sk_destruct = strata_sock_destruct;
	if (proto->has_zerocopy)
		set_bit(SOCK_SUPPORT_ZC, &sk->sk_socket->flags);
	sk->sk_backlog_rcv = sk->sk_prot->backlog_rcv;
	ss->proto = proto;
	ss->family = request->family;
	ss->ipproto = proto->ipproto ?: request->ipproto;
	sk->sk_protocol = STRATA_SK_PROTOCOL(ss->ipproto);
	ss->flags = STRATA_SOCK_MCAST_LOOP | STRATA_SOCK_DONT_FRAG |
		    STRATA_SOCK_MCAST6_ALL;
	/* An IPv6 socket hears the IPv4 groups that it joined, as in the kernel. */
	if (ss->family == AF_INET)
		ss->flags |= STRATA_SOCK_MCAST_ALL;
	ss->pmtudisc = IP_PMTUDISC_WANT;
	ss->mcast_ttl = 1;
	strata_sock_any(sk, &ss->saddr);
	strata_sock_any(sk, &ss->mcast_saddr);
	strata_sock_any(sk, &sk->sk_v6_rcv_saddr);
	strata_sock_any(sk, &sk->sk_v6_daddr);
}

/* Context: inside strata_sock_creating. */
static int sock_create_of(struct net *net, struct socket *sock, int kern,
			  const struct strata_sock_proto *proto,
			  const struct family_request *request)
{
	struct sock *sk;
	int err;

	sk = sk_alloc(net, strata_family, GFP_KERNEL, proto->prot, kern);
	if (!sk)
		return -ENOMEM;
	sock->ops = proto->ops;
	sock_init_data(sock, sk);
	sock_setup(sk, proto, request);
	err = sk->sk_prot->init(sk);
	if (err) {
		sk_common_release(sk);
		sock->sk = NULL;
		return err;
	}
	strata_count(strata_net(net), SOCK_CREATED);
	return 0;
}

static int family_try(struct net *net, struct socket *sock, int kern,
		      const struct family_request *request)
{
	const struct strata_sock_proto *proto;
	int idx, err;

	idx = srcu_read_lock(&strata_sock_creating);
	proto = strata_sock_find(sock->type, request->ipproto, request->family);
	if (IS_ERR(proto)) {
		err = PTR_ERR(proto);
	} else if (!try_module_get(proto->owner)) {
		/* It is about to withdraw. */
		err = -EPROTONOSUPPORT;
	} else {
		err = sock_permit(net, proto, kern) ?:
		      sock_create_of(net, sock, kern, proto, request);
		module_put(proto->owner);
	}
	srcu_read_unlock(&strata_sock_creating, idx);
	return err;
}

static int family_create(struct net *net, struct socket *sock, int protocol,
			 int kern)
{
	struct family_request request;
	int err;

	err = request_parse(protocol, &request);
	if (err)
		return err;
	if (!family_has_network_layer(request.family))
		return -EAFNOSUPPORT;
	sock->state = SS_UNCONNECTED;
	err = family_try(net, sock, kern, &request);
	if (err != -ESOCKTNOSUPPORT && err != -EPROTONOSUPPORT)
		return err;
	/* Who may have no socket has no modules loaded either. */
	if (sock_permit(net, NULL, kern))
		return -EPERM;
	/* A module may have it: MODULE_ALIAS_NET_PF_PROTO_TYPE. */
	if (request_module("net-pf-%d-proto-%d-type-%d", AF_STRATA,
			   request.ipproto, sock->type))
		return err;
	return family_try(net, sock, kern, &request);
}

/**
 * strata_sock_destruct() - the end of every socket
 * @sk: without users
 *
 * Context: process or softirq (RCU callback).
 */
void strata_sock_destruct(struct sock *sk)
{
	__skb_queue_purge(&sk->sk_receive_queue);
	__skb_queue_purge(&sk->sk_error_queue);
	sk_mem_reclaim_final(sk);
	strata_path_release(&strata_sock(sk)->path);
}
EXPORT_SYMBOL_GPL(strata_sock_destruct);

/**
 * strata_sock_release() - proto_ops.release: the last descriptor is closed
 * @sock: its socket
 *
 * Context: process. Waits as SO_LINGER says, but never in an exiting process.
 * Return: 0.
 */
int strata_sock_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	long timeout = 0;

	if (!sk)
		return 0;
	if (sock_flag(sk, SOCK_LINGER) && !(current->flags & PF_EXITING))
		timeout = sk->sk_lingertime;
	strata_sock_leave_all(sk);
	sk->sk_prot->close(sk, timeout);
	sock->sk = NULL;
	return 0;
}
EXPORT_SYMBOL_GPL(strata_sock_release);

static struct net_proto_family strata_family_ops = {
	.create = family_create,
	.owner = THIS_MODULE,
};

/**
 * strata_socket_init() - offer AF_STRATA to programs
 *
 * Context: module load, after the transports have registered.
 * Return: 0, -EEXIST (the number is taken), -ENOBUFS (no such number) or
 * another -errno.
 */
int strata_socket_init(void)
{
	int err;

	strata_hash_init();
	err = strata_socket_sysctl_init();
	if (err)
		return err;
	strata_family_ops.family = strata_family;
	err = sock_register(&strata_family_ops);
	if (err)
		strata_socket_sysctl_exit();
	return err;
}

/**
 * strata_socket_exit() - undo strata_socket_init()
 *
 * Context: module unload: no socket is left, each holds this module.
 */
void strata_socket_exit(void)
{
	sock_unregister(strata_family);
	strata_socket_sysctl_exit();
}
