// SPDX-License-Identifier: GPL-2.0
/*
 * TCP's tables of functions, and its registration with the layers around it.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <strata/tcp.h>
#include <uapi/linux/strata.h>
#include "close.h"
#include "cookie.h"
#include "isn.h"
#include "sign.h"
#include "port.h"
#include "request.h"
#include "timewait.h"
#include "wheel.h"

/* sk_destruct: the last reference is gone, and RCU has passed. */
static void tcp_destruct(struct sock *sk)
{
	kfree(strata_tcp(sk)->saved_syn);
	strata_tcp_pacing_free(sk);
	strata_sock_destruct(sk);
}

/**
 * strata_tcp_init_sock() - proto.init
 * @sk: new, zeroed, in state CLOSE
 *
 * Context: process. Return: 0.
 */
int strata_tcp_init_sock(struct sock *sk)
{
	struct strata_tcp_memory *memory = &strata_sock_net(sk)->tcp->memory;
	struct strata_tcp *tp = strata_tcp(sk);

	strata_tcp_rtt_init(tp);
	tp->rate.app_limited = true;
	strata_tcp_timers_init(sk);
	strata_tcp_listener_init(&tp->listener);
	tp->rst_guard = READ_ONCE(strata_sock_net(sk)->tcp->rst_guard);
	sk->sk_state = TCP_CLOSE;
	sk->sk_write_space = strata_tcp_write_space;
	sk->sk_destruct = tcp_destruct;
	/* From here on the namespace's account is charged. */
	WRITE_ONCE(sk->sk_prot, &memory->prot);
	WRITE_ONCE(sk->sk_sndbuf, READ_ONCE(memory->wmem[TCP_BUF_INIT]));
	WRITE_ONCE(sk->sk_rcvbuf, READ_ONCE(memory->rmem[TCP_BUF_INIT]));
	/* The receive path finds sockets without a reference. */
	sock_set_flag(sk, SOCK_RCU_FREE);
	sk_sockets_allocated_inc(sk);
	return 0;
}

/**
 * strata_tcp_destroy_sock() - proto.destroy: give back what the socket holds
 * @sk: in state CLOSE; RCU readers may still see it
 *
 * Context: any, socket locked.
 */
void strata_tcp_destroy_sock(struct sock *sk)
{
	strata_tcp_timers_stop(sk);
	strata_tcp_purge(sk);
	strata_tcp_sign_forget(sk);
	strata_tcp_fastopen_key_forget(sk);
	strata_tcp_put_port(sk);
	strata_tcp_cong_release(sk);
	sk_sockets_allocated_dec(sk);
}

/* proto.keepalive: SO_KEEPALIVE. Context: process, socket locked. */
static void set_keepalive(struct sock *sk, int on)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN))
		return;
	if (on && !sock_flag(sk, SOCK_KEEPOPEN))
		strata_tcp_keepalive_reset(sk, tp->keepalive_idle ? :
					   TCP_KEEPALIVE_IDLE);
	else if (!on)
		sk_stop_timer(sk, &tp->keepalive_timer);
}

/* What each namespace has a copy of (memory.c). */
static struct proto strata_tcp_prot = {
	.name			= "STRATA-TCP",
	.owner			= THIS_MODULE,
	.close			= strata_tcp_close,
	.connect		= strata_tcp_connect,
	.disconnect		= strata_tcp_disconnect,
	.init			= strata_tcp_init_sock,
	.destroy		= strata_tcp_destroy_sock,
	.shutdown		= strata_tcp_shutdown,
	.setsockopt		= strata_tcp_setsockopt,
	.getsockopt		= strata_tcp_getsockopt,
	.keepalive		= set_keepalive,
	.sendmsg		= strata_tcp_sendmsg,
	.recvmsg		= strata_tcp_recvmsg,
	.backlog_rcv		= strata_tcp_backlog_rcv,
	.release_cb		= strata_tcp_release_cb,
	.hash			= strata_tcp_hash,
	.unhash			= strata_tcp_unhash,
	.get_port		= strata_tcp_get_port,
	.put_port		= strata_tcp_put_port,
	.stream_memory_free	= strata_tcp_may_queue,
	.enter_memory_pressure	= strata_tcp_enter_memory_pressure,
	.leave_memory_pressure	= strata_tcp_leave_memory_pressure,
	.memory_allocated	= &strata_tcp_memory_all,
	.per_cpu_fw_alloc	= &strata_tcp_memory_all_fw_alloc,
	.memory_pressure	= &strata_tcp_memory_all_pressure,
	.sysctl_mem		= strata_tcp_memory_all_limit,
	.max_header		= TCP_HEADROOM,
	.no_autobind		= true,
	.obj_size		= sizeof(struct strata_tcp),
};

static const struct proto_ops strata_tcp_ops = {
	STRATA_SOCK_OPS,
	.connect		= strata_stream_connect,
	.accept			= strata_stream_accept,
	.listen			= strata_stream_listen,
	.poll			= strata_tcp_poll,
	.set_rcvlowat		= strata_tcp_set_rcvlowat,
	.set_peek_off		= sk_set_peek_off,
};

static const struct strata_sock_proto strata_tcp_sock_proto = {
	.owner			= THIS_MODULE,
	.type			= SOCK_STREAM,
	.ipproto		= IPPROTO_TCP,
	.is_default		= true,
	.has_zerocopy		= true,
	.prot			= &strata_tcp_prot,
	.ops			= &strata_tcp_ops,
	.listen			= strata_tcp_listen,
	.accept			= strata_tcp_accept,
	.ioctl			= strata_tcp_ioctl,
	.describe		= strata_tcp_describe,
	.walk			= strata_tcp_walk,
};

static const struct strata_l4_ops strata_tcp_l4_ops = {
	.owner			= THIS_MODULE,
	.name			= "tcp",
	.protocol		= IPPROTO_TCP,
	.knows_quoted		= true,
	.rcv			= strata_tcp_rcv,
	.err			= strata_tcp_err,
};

static int __net_init tcp_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	int err;

	err = strata_tcp_table_init(sn);
	if (err)
		return err;
	err = strata_tcp_memory_net_init(sn, &strata_tcp_prot);
	if (err)
		goto table;
	err = strata_tcp_wheel_create(sn);
	if (err)
		goto memory;
	strata_tcp_cong_net_init(sn);
	strata_tcp_fastopen_keys_init(&sn->tcp->fastopen_keys);
	strata_tcp_fastopen_cache_init(&sn->tcp->fastopen_cache);
	err = strata_tcp_sysctl_init(sn);
	if (err)
		goto wheel;
	return 0;

wheel:
	strata_tcp_wheel_destroy(sn);
memory:
	strata_tcp_memory_net_exit(sn);
table:
	strata_tcp_table_exit(sn);
	return err;
}

/* No socket is left: each holds the namespace. Nor does any device receive. */
static void __net_exit tcp_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	strata_tcp_sysctl_exit(sn);
	strata_tcp_cong_net_exit(sn);
	strata_tcp_timewait_purge(sn);
	strata_tcp_fastopen_cache_purge(&sn->tcp->fastopen_cache);
	strata_tcp_wheel_destroy(sn);
	strata_tcp_memory_net_exit(sn);
	strata_tcp_table_exit(sn);
}

static struct pernet_operations tcp_net_ops = {
	.init = tcp_net_init,
	.exit = tcp_net_exit,
};

static int init_caches(void)
{
	int err;

	err = strata_tcp_port_init();
	if (err)
		return err;
	err = strata_tcp_request_init();
	if (err)
		goto port;
	err = strata_tcp_timewait_init();
	if (err)
		goto request;
	err = strata_tcp_board_init();
	if (err)
		goto timewait;
	return 0;

timewait:
	strata_tcp_timewait_exit();
request:
	strata_tcp_request_exit();
port:
	strata_tcp_port_exit();
	return err;
}

static void exit_caches(void)
{
	strata_tcp_board_exit();
	strata_tcp_timewait_exit();
	strata_tcp_request_exit();
	strata_tcp_port_exit();
}

static int register_all(void)
{
	int err;

	err = proto_register(&strata_tcp_prot, 1);
	if (err)
		return err;
	err = register_pernet_subsys(&tcp_net_ops);
	if (err)
		goto proto;
	err = strata_l4_register(&strata_tcp_l4_ops);
	if (err)
		goto pernet;
	err = strata_sock_register(&strata_tcp_sock_proto);
	if (err)
		goto l4;
	return 0;

l4:
	strata_l4_unregister(&strata_tcp_l4_ops);
pernet:
	unregister_pernet_subsys(&tcp_net_ops);
proto:
	proto_unregister(&strata_tcp_prot);
	return err;
}

static void unregister_all(void)
{
	strata_sock_unregister(&strata_tcp_sock_proto);
	strata_l4_unregister(&strata_tcp_l4_ops);
	unregister_pernet_subsys(&tcp_net_ops);
	proto_unregister(&strata_tcp_prot);
}

/**
 * strata_tcp_init() - offer TCP to IP below and to programs above
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_tcp_init(void)
{
	int err;

	strata_tcp_tsq_init();
	strata_tcp_isn_init();
	strata_tcp_cookie_init();
	err = init_caches();
	if (err)
		goto tsq;
	err = register_all();
	if (err)
		goto caches;
	strata_tcp_memory_init();
	return 0;

caches:
	exit_caches();
tsq:
	strata_tcp_tsq_exit();
	return err;
}

/**
 * strata_tcp_exit() - undo strata_tcp_init()
 *
 * Context: module unload: no socket is left, each holds this module.
 */
void strata_tcp_exit(void)
{
	strata_tcp_memory_exit();
	unregister_all();
	/* Waits for what is freed by RCU. */
	exit_caches();
	strata_tcp_sign_exit();
	strata_tcp_tsq_exit();
	strata_tcp_pages_exit();
}
