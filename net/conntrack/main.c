// SPDX-License-Identifier: GPL-2.0
/*
 * The tracker, on and off: it costs nothing in a namespace where nobody asks for
 * states, and no hook is there while there is no namespace where somebody does.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <strata/visibility.h>
#include "conntrack.h"

/* Before all rules; behind all of them. */
#define PRIORITY_TRACK		(-200)
#define PRIORITY_CONFIRM	200

DEFINE_STATIC_KEY_FALSE(strata_ct_used);

static const struct strata_hook_ops hooks[] = {
	{
		.stage = STRATA_HOOK_L3_PREROUTING,
		.priority = PRIORITY_TRACK,
		.hook = strata_ct_track,
	}, {
		.stage = STRATA_HOOK_L3_OUTPUT,
		.priority = PRIORITY_TRACK,
		.hook = strata_ct_track,
	}, {
		.stage = STRATA_HOOK_L3_INPUT,
		.priority = PRIORITY_CONFIRM,
		.hook = strata_ct_confirm,
	}, {
		.stage = STRATA_HOOK_L3_POSTROUTING,
		.priority = PRIORITY_CONFIRM,
		.hook = strata_ct_confirm,
	},
};

static DEFINE_MUTEX(hooks_lock);	/* of hooks_users; inside strata_ct_net.lock */
static unsigned int hooks_users;	/* namespaces */

static void hooks_unregister(unsigned int count)
{
	while (count--)
		strata_hook_unregister(&hooks[count]);
}

static int hooks_get(void)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&hooks_lock);
	for (i = 0; !hooks_users && i < ARRAY_SIZE(hooks); i++) {
		err = strata_hook_register(&hooks[i]);
		if (err) {
			hooks_unregister(i);
			break;
		}
	}
	if (!err) {
		hooks_users++;
		static_branch_inc(&strata_ct_used);
	}
	mutex_unlock(&hooks_lock);
	return err;
}

static void hooks_put(void)
{
	mutex_lock(&hooks_lock);
	static_branch_dec(&strata_ct_used);
	if (!--hooks_users)
		hooks_unregister(ARRAY_SIZE(hooks));
	mutex_unlock(&hooks_lock);
}

static int start(struct strata_ct_net *ctn)
{
	struct ct_table *table = strata_ct_table_create(ctn->limit);
	int err;

	if (!table)
		return -ENOMEM;
	err = hooks_get();
	if (err) {
		strata_ct_table_free(table);
		return err;
	}
	rcu_assign_pointer(ctn->table, table);
	/* Packets that were past the first hook have not been looked at. */
	synchronize_net();
	WRITE_ONCE(ctn->confirms, true);
	return 0;
}

static void stop(struct strata_ct_net *ctn)
{
	struct ct_table *table;

	table = rcu_dereference_protected(ctn->table,
					  lockdep_is_held(&ctn->lock));
	WRITE_ONCE(ctn->confirms, false);
	RCU_INIT_POINTER(ctn->table, NULL);
	synchronize_net();
	hooks_put();
	cancel_delayed_work_sync(&ctn->expire);
	strata_ct_table_free(table);
}

/**
 * strata_ct_get() - somebody asks for states
 * @sn: the namespace's stack
 *
 * When it returns, every packet that comes to a later hook has a state.
 *
 * Context: process, sleeps. Return: 0 or -errno.
 */
int strata_ct_get(struct strata_net *sn)
{
	struct strata_ct_net *ctn = sn->conntrack;
	int err = 0;

	mutex_lock(&ctn->lock);
	if (!ctn->users)
		err = start(ctn);
	if (!err)
		ctn->users++;
	mutex_unlock(&ctn->lock);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_get);

/**
 * strata_ct_put() - nobody does any more; all connections are forgotten
 * @sn: the namespace's stack
 *
 * Context: process, sleeps.
 */
void strata_ct_put(struct strata_net *sn)
{
	struct strata_ct_net *ctn = sn->conntrack;

	mutex_lock(&ctn->lock);
	if (!--ctn->users)
		stop(ctn);
	mutex_unlock(&ctn->lock);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_ct_put);

/**
 * strata_ct_tracks() - does the tracker look at the packets of a namespace?
 * @sn: the namespace's stack
 *
 * Context: any.
 */
bool strata_ct_tracks(const struct strata_net *sn)
{
	return rcu_access_pointer(sn->conntrack->table);
}

/* ------- namespaces ------- */

static unsigned int limit_min = CT_LOCKS;
static unsigned int limit_max = STRATA_CT_MAX_LIMIT;

static const struct ctl_table conntrack_table[] = {
	{
		.procname = "conntrack_max",
		.data = (void *)offsetof(struct strata_ct_net, limit),
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = &limit_min,
		.extra2 = &limit_max,
	}, {
		.procname = "conntrack_tcp_loose",
		.data = (void *)offsetof(struct strata_ct_net, loose),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{ }
};

static int __net_init conntrack_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	struct strata_ct_net *ctn = kzalloc(sizeof(*ctn), GFP_KERNEL_ACCOUNT);

	if (!ctn)
		return -ENOMEM;
	mutex_init(&ctn->lock);
	ctn->sn = sn;
	ctn->limit = STRATA_CT_MAX_DEFAULT;
	ctn->loose = 1;
	INIT_DELAYED_WORK(&ctn->expire, strata_ct_expire_work);
	ctn->sysctls = strata_sysctl_register(sn, conntrack_table,
					      sizeof(conntrack_table), ctn);
	if (!ctn->sysctls) {
		kfree(ctn);
		return -ENOMEM;
	}
	sn->conntrack = ctn;
	return 0;
}

static void __net_exit conntrack_net_exit(struct net *net)
{
	struct strata_ct_net *ctn = strata_net(net)->conntrack;

	strata_sysctl_unregister(ctn->sysctls);
	kfree(ctn);
}

static struct pernet_operations conntrack_net_ops = {
	.init = conntrack_net_init,
	.exit = conntrack_net_exit,
};

/**
 * strata_ct_init() - the tracker can be asked for
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_ct_init(void)
{
	int err = strata_ct_cache_init();

	if (err)
		return err;
	err = register_pernet_subsys(&conntrack_net_ops);
	if (err)
		strata_ct_cache_exit();
	return err;
}

/**
 * strata_ct_exit() - undo strata_ct_init()
 *
 * Context: module unload, when nobody asks for states.
 */
void strata_ct_exit(void)
{
	unregister_pernet_subsys(&conntrack_net_ops);
	strata_ct_cache_exit();
}
