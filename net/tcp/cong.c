// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of congestion controls, and which one a connection uses.
 *
 * A connection holds a reference on the module of its algorithm, so that
 * unregistration, which runs in that module's exit, finds no user left.
 */
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <strata/visibility.h>
#include "tcp.h"

#define CONG_MAX	16

/* Writers take the lock; readers RCU. */
static DEFINE_MUTEX(cong_lock);
static struct strata_cong_ops __rcu *cong_table[CONG_MAX] = {
	RCU_INITIALIZER(&strata_tcp_cubic),
	RCU_INITIALIZER(&strata_tcp_reno),
};

/* For who does not choose. */
static struct strata_cong_ops *const cong_default = &strata_tcp_cubic;

static bool cong_complete(const struct strata_cong_ops *ops)
{
	return ops->name[0] && strnlen(ops->name, STRATA_CONG_NAME_MAX) <
				STRATA_CONG_NAME_MAX &&
	       ops->init && ops->release && ops->ssthresh && ops->acked &&
	       ops->restart && ops->undo;
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
static struct strata_cong_ops *cong_get(const char *name)
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

static void cong_start(struct sock *sk, const struct strata_cong_ops *ops)
{
	struct strata_cong *cong = &strata_tcp(sk)->cong;

	memset(cong->private, 0, sizeof(cong->private));
	cong->ops = ops;
	ops->init(cong);
}

/**
 * strata_tcp_cong_assign() - choose the algorithm of a socket
 * @sk: locked
 * @name: of a registered algorithm
 *
 * Context: process. Return: 0 or -ENOENT.
 */
int strata_tcp_cong_assign(struct sock *sk, const char *name)
{
	struct strata_cong_ops *ops = cong_get(name);

	if (!ops)
		return -ENOENT;
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
	cong_start(sk, cong->ops ?: cong_default);
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
		ops = cong_default;
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
 * strata_tcp_cong_name() - what the socket uses, or would
 * @sk: locked
 *
 * Context: process. Return: valid while the lock is held.
 */
const char *strata_tcp_cong_name(const struct sock *sk)
{
	return (strata_tcp(sk)->cong.ops ?: cong_default)->name;
}
