// SPDX-License-Identifier: GPL-2.0
/*
 * The firewall's hooks: registered while a rule or a policy is there for them
 * in any namespace, so that nobody pays for an empty firewall.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "firewall.h"
#include "named.h"

#define FIREWALL_PRIORITY	0

static enum strata_verdict firewall_hook(const struct strata_hook_state *state,
					 struct sk_buff *skb)
{
	const struct strata_fw_set *set =
		rcu_dereference(state->sn->firewall->set);

	if (!set || !set->chain[state->stage])
		return STRATA_ACCEPT;
	return strata_fw_chain_run(set->chain[state->stage], state, skb);
}

#define HOOK(at) \
	[STRATA_HOOK_##at] = { \
		.stage = STRATA_HOOK_##at, \
		.priority = FIREWALL_PRIORITY, \
		.hook = firewall_hook, \
	}

static const struct strata_hook_ops hooks[STRATA_HOOK_STAGES] = {
	HOOK(L2_PREROUTING), HOOK(L2_INPUT), HOOK(L2_FORWARD),
	HOOK(L2_OUTPUT), HOOK(L2_POSTROUTING),
	HOOK(L3_PREROUTING), HOOK(L3_INPUT), HOOK(L3_FORWARD),
	HOOK(L3_OUTPUT), HOOK(L3_POSTROUTING),
};

static DEFINE_MUTEX(users_lock);	/* of stage_users; inside strata_fw_net.lock */
static unsigned int stage_users[STRATA_HOOK_STAGES];	/* namespaces */

/**
 * strata_fw_stage_get() - a namespace has a chain at a stage
 * @stage: where
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_fw_stage_get(enum strata_hook_stage stage)
{
	int err = 0;

	mutex_lock(&users_lock);
	if (!stage_users[stage])
		err = strata_hook_register(&hooks[stage]);
	if (!err)
		stage_users[stage]++;
	mutex_unlock(&users_lock);
	return err;
}

/**
 * strata_fw_stage_put() - a namespace has no chain there any more
 * @stage: where
 *
 * Context: process, sleeps.
 */
void strata_fw_stage_put(enum strata_hook_stage stage)
{
	mutex_lock(&users_lock);
	if (!--stage_users[stage])
		strata_hook_unregister(&hooks[stage]);
	mutex_unlock(&users_lock);
}

static int __net_init net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	sn->firewall = kzalloc(sizeof(*sn->firewall), GFP_KERNEL_ACCOUNT);
	if (!sn->firewall)
		return -ENOMEM;
	mutex_init(&sn->firewall->lock);
	INIT_LIST_HEAD(&sn->firewall->sets);
	return 0;
}

static void __net_exit net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	strata_fw_clear(sn);
	strata_fw_named_clear(sn);
	kfree(sn->firewall);
}

static struct pernet_operations firewall_net_ops = {
	.init = net_init,
	.exit = net_exit,
};

/**
 * strata_fw_init() - rules may come
 *
 * Context: process, before any layer with hooks. Return: 0 or -errno.
 */
int strata_fw_init(void)
{
	return register_pernet_subsys(&firewall_net_ops);
}

/**
 * strata_fw_exit() - no rule is left, and no packet is inside one
 *
 * Context: process.
 */
void strata_fw_exit(void)
{
	unregister_pernet_subsys(&firewall_net_ops);
}
