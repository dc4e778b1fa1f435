// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of congestion controls, and which one a connection uses.
 *
 * A connection holds a reference on the module of its algorithm, so that
 * unregistration, which runs in that module's exit, finds no user left.
 */
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/kmod.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <net/net_namespace.h>
#include <strata/visibility.h>
#include "tcp.h"

#define CONG_MAX	16

/* Writers take the lock; readers RCU. */
static DEFINE_MUTEX(cong_lock);
static struct strata_cong_ops __rcu *cong_table[CONG_MAX] = {
	RCU_INITIALIZER(&strata_tcp_cubic),
	RCU_INITIALIZER(&strata_tcp_reno),
};

static bool cong_complete(const struct strata_cong_ops *ops)
{
	return ops->name[0] && strnlen(ops->name, STRATA_CONG_NAME_MAX) <
				STRATA_CONG_NAME_MAX &&
	       ops->init && ops->release && ops->ssthresh && ops->restart &&
	       ops->undo &&
	       (ops->flags & STRATA_CONG_WINDOW ? !!ops->sample : !!ops->acked);
}

/* Slot of an algorithm by name, -1 if none. Lock or RCU. */
static int cong_find(const char *name)
{
	int i;

	for (i = 0; i < CONG_MAX; i++) {
		const struct strata_cong_ops *ops =
			rcu_dereference_check(cong_table[i],
					      lockdep_is_held(&cong_lock));

		if (ops && !strcmp(ops->name, name))
			return i;
	}
	return -1;
}

static int cong_insert(struct strata_cong_ops *ops)
{
	int i;

	if (cong_find(ops->name) >= 0)
		return -EEXIST;
	for (i = 0; i < CONG_MAX; i++) {
		if (rcu_access_pointer(cong_table[i]))
			continue;
		rcu_assign_pointer(cong_table[i], ops);
		return 0;
	}
	return -ENOSPC;
}

/**
 * strata_cong_register() - offer a congestion control
 * @ops: complete; must stay until strata_cong_unregister()
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL (a gap), -EEXIST (name taken), -ENOSPC.
 */
int strata_cong_register(struct strata_cong_ops *ops)
{
	int err;

	if (!cong_complete(ops))
		return -EINVAL;
	mutex_lock(&cong_lock);
	err = cong_insert(ops);
	mutex_unlock(&cong_lock);
	return err;
}
EXPORT_SYMBOL_GPL(strata_cong_register);

/**
 * strata_cong_unregister() - take a congestion control back
 * @ops: registered
 *
 * Call it from the exit of the module that is @ops->owner: connections that
 * use @ops hold references on it, so none is left by then.
 *
 * Context: process, may sleep. When it returns, nobody looks at @ops.
 */
void strata_cong_unregister(struct strata_cong_ops *ops)
{
	int i;

	mutex_lock(&cong_lock);
	for (i = 0; i < CONG_MAX; i++)
		if (rcu_access_pointer(cong_table[i]) == ops)
			RCU_INIT_POINTER(cong_table[i], NULL);
	mutex_unlock(&cong_lock);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(strata_cong_unregister);

/* With a reference on its module, or NULL. */
static struct strata_cong_ops *cong_try_get(const char *name)
{
	struct strata_cong_ops *ops = NULL;
	int slot;

	rcu_read_lock();
	slot = cong_find(name);
	if (slot >= 0)
		ops = rcu_dereference(cong_table[slot]);
	if (ops && !try_module_get(ops->owner))
		ops = NULL;
	rcu_read_unlock();
	return ops;
}

/* The same; the module is loaded first if the caller may do that. */
static struct strata_cong_ops *cong_get(const char *name)
{
	struct strata_cong_ops *ops = cong_try_get(name);

	if (ops || !capable(CAP_NET_ADMIN))
		return ops;
	request_module("strata-cong-%s", name);
	return cong_try_get(name);
}

/**
 * strata_tcp_cong_set_default() - for connections of a namespace that do not choose
 * @tn: TCP of the namespace
 * @name: of an algorithm
 *
 * Context: process, may sleep. Return: 0 or -ENOENT.
 */
int strata_tcp_cong_set_default(struct strata_tcp_net *tn, const char *name)
{
	struct strata_cong_ops *ops = cong_get(name), *old;

	if (!ops)
		return -ENOENT;
	mutex_lock(&cong_lock);
	old = rcu_replace_pointer(tn->cong, ops,
				  lockdep_is_held(&cong_lock));
	mutex_unlock(&cong_lock);
	/* Who has just read it may still take a reference on it. */
	synchronize_rcu();
	module_put(old->owner);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_cong_set_default);

/**
 * strata_tcp_cong_net_init() - CUBIC, until the administrator says otherwise
 * @sn: new namespace's stack
 *
 * Context: process.
 */
void strata_tcp_cong_net_init(struct strata_net *sn)
{
	RCU_INIT_POINTER(sn->tcp->cong, &strata_tcp_cubic);
}

/**
 * strata_tcp_cong_net_exit() - undo strata_tcp_cong_set_default()
 * @sn: the namespace's stack; it has no socket
 *
 * Context: process.
 */
void strata_tcp_cong_net_exit(struct strata_net *sn)
{
	module_put(rcu_dereference_protected(sn->tcp->cong, 1)->owner);
}

/**
 * strata_tcp_cong_names() - what there is
 * @buf: out: names with a space between
 * @size: of @buf
 *
 * Context: process.
 */
void strata_tcp_cong_names(char *buf, size_t size)
{
	const struct strata_cong_ops *ops;
	size_t used = 0;
	int i;

	*buf = 0;
	rcu_read_lock();
	for (i = 0; i < CONG_MAX; i++) {
		ops = rcu_dereference(cong_table[i]);
		if (ops)
			used += scnprintf(buf + used, size - used, "%s%s",
					  used ? " " : "", ops->name);
	}
	rcu_read_unlock();
}

/**
 * strata_tcp_cong_default_name() - of a namespace
 * @tn: TCP of the namespace
 * @name: out, STRATA_CONG_NAME_MAX bytes
 *
 * Context: any.
 */
void strata_tcp_cong_default_name(const struct strata_tcp_net *tn, char *name)
{
	rcu_read_lock();
	strscpy(name, rcu_dereference(tn->cong)->name,
		STRATA_CONG_NAME_MAX);
	rcu_read_unlock();
}

/* The namespace's default with a reference. */
static const struct strata_cong_ops *cong_get_default(const struct sock *sk)
{
	const struct strata_cong_ops *ops;

	rcu_read_lock();
	ops = rcu_dereference(strata_sock_net(sk)->tcp->cong);
	if (!try_module_get(ops->owner))
		ops = &strata_tcp_cubic;
	rcu_read_unlock();
	return ops;
}

static void cong_start(struct sock *sk, const struct strata_cong_ops *ops)
{
	struct strata_cong *cong = &strata_tcp(sk)->cong;

	memset(cong->private, 0, sizeof(cong->private));
	cong->pacing_rate = 0;
	cong->now_us = (u32)strata_tcp(sk)->mstamp_us;
	cong->ops = ops;
	ops->init(cong);
	if (ops->flags & STRATA_CONG_PACED)
		strata_tcp_pacing_begin(sk);
}

/**
 * strata_tcp_cong_assign() - choose the algorithm of a socket
 * @sk: locked
 * @name: of a registered algorithm
 *
 * Context: process. Return: 0, -ENOENT, -EPERM (for CAP_NET_ADMIN only).
 */
int strata_tcp_cong_assign(struct sock *sk, const char *name)
{
	struct strata_cong_ops *ops = cong_get(name);

	if (!ops)
		return -ENOENT;
	if (ops->flags & STRATA_CONG_RESTRICTED &&
	    !ns_capable(sock_net(sk)->user_ns, CAP_NET_ADMIN)) {
		module_put(ops->owner);
		return -EPERM;
	}
	strata_tcp_cong_release(sk);
	cong_start(sk, ops);
	return 0;
}

/**
 * strata_tcp_cong_init() - the default algorithm, unless one was chosen
 * @sk: locked
 *
 * Context: any.
 */
void strata_tcp_cong_init(struct sock *sk)
{
	struct strata_cong *cong = &strata_tcp(sk)->cong;

	/* Chosen by the program, or used by an earlier connection. */
	if (cong->ops)
		cong->ops->release(cong);
	cong_start(sk, cong->ops ?: cong_get_default(sk));
}

/**
 * strata_tcp_cong_inherit() - a child uses what its listener was told to
 * @child: new, not yet visible; nothing of its cong is a reference yet
 * @listener: where it came from
 *
 * Context: softirq.
 */
void strata_tcp_cong_inherit(struct sock *child, const struct sock *listener)
{
	const struct strata_cong_ops *ops;

	ops = READ_ONCE(strata_tcp(listener)->cong.ops);
	strata_tcp(child)->cong.ops = NULL;
	if (!ops || !try_module_get(ops->owner))
		ops = cong_get_default(child);
	cong_start(child, ops);
}

/**
 * strata_tcp_cong_release() - the socket no longer uses its algorithm
 * @sk: locked, or being destroyed
 *
 * Context: any.
 */
void strata_tcp_cong_release(struct sock *sk)
{
	struct strata_cong *cong = &strata_tcp(sk)->cong;

	if (!cong->ops)
		return;
	cong->ops->release(cong);
	module_put(cong->ops->owner);
	cong->ops = NULL;
}

/**
 * strata_tcp_cong_flags() - of what the socket uses, or would
 * @sk: may be unlocked
 *
 * Context: any. Return: STRATA_CONG_*.
 */
u32 strata_tcp_cong_flags(const struct sock *sk)
{
	const struct strata_cong_ops *ops;
	u32 flags;

	rcu_read_lock();
	ops = READ_ONCE(strata_tcp(sk)->cong.ops);
	if (!ops)
		ops = rcu_dereference(strata_sock_net(sk)->tcp->cong);
	flags = ops->flags;
	rcu_read_unlock();
	return flags;
}

/**
 * strata_tcp_cong_name() - what the socket uses, or would
 * @sk: locked
 * @name: out, STRATA_CONG_NAME_MAX bytes
 *
 * Context: process.
 */
void strata_tcp_cong_name(const struct sock *sk, char *name)
{
	const struct strata_cong_ops *ops = strata_tcp(sk)->cong.ops;

	if (ops)
		strscpy(name, ops->name, STRATA_CONG_NAME_MAX);
	else
		strata_tcp_cong_default_name(strata_sock_net(sk)->tcp, name);
}

/**
 * strata_tcp_cong_info() - TCP_CC_INFO
 * @sk: locked
 * @info: out
 *
 * Context: process. Return: bytes of @info; 0: the algorithm has nothing to tell.
 */
size_t strata_tcp_cong_info(const struct sock *sk, union tcp_cc_info *info)
{
	const struct strata_cong *cong = &strata_tcp(sk)->cong;

	if (!cong->ops || !cong->ops->info)
		return 0;
	return cong->ops->info(cong, info);
}
