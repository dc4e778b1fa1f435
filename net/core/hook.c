// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks: ordered functions per stage, read under RCU, replaced as a whole.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <strata/hook.h>

/* A stage's functions in order; immutable once published. */
struct hook_chain {
	struct rcu_head rcu;
	unsigned int count;
	const struct strata_hook_ops *ops[STRATA_HOOKS_PER_STAGE];
};

static DEFINE_MUTEX(hook_lock);	/* writers of the chains */
static struct hook_chain __rcu *hook_chains[STRATA_HOOK_STAGES_ALL];

struct static_key_false strata_hook_used[STRATA_HOOK_STAGES_ALL] = {
	[0 ... STRATA_HOOK_STAGES_ALL - 1] = STATIC_KEY_FALSE_INIT,
};
EXPORT_SYMBOL_GPL(strata_hook_used);

/**
 * strata_hook_run() - ask every function of a stage
 * @state: what is known of the packet, the stage too
 * @skb: the packet, not owned
 *
 * Context: softirq or process, RCU read side.
 * Return: STRATA_ACCEPT if all accept; the first other verdict ends it.
 */
enum strata_verdict strata_hook_run(const struct strata_hook_state *state,
				    struct sk_buff *skb)
{
	const struct hook_chain *chain =
		rcu_dereference(hook_chains[state->stage]);
	enum strata_verdict verdict;
	unsigned int i;

	for (i = 0; chain && i < chain->count; i++) {
		verdict = chain->ops[i]->hook(state, skb);
		if (verdict != STRATA_ACCEPT)
			return verdict;
	}
	return STRATA_ACCEPT;
}
EXPORT_SYMBOL_GPL(strata_hook_run);

/**
 * strata_hook_ask() - ask every function of a stage of L3
 * @sn: the namespace's stack
 * @stage: where the packet is
 * @in: the device it came in on, or NULL
 * @out: the device it goes out of, or NULL
 * @skb: the packet, not owned
 *
 * Not inline: the state's place on the stack would burden who has no hooks.
 *
 * Context: softirq or process, RCU read side. Return: it may go on.
 */
bool strata_hook_ask(struct strata_net *sn, enum strata_hook_stage stage,
		     const struct net_device *in, const struct net_device *out,
		     struct sk_buff *skb)
{
	const struct strata_hook_state state = {
		.sn = sn, .in = in, .out = out, .stage = stage,
	};

	return strata_hook_run(&state, skb) == STRATA_ACCEPT;
}
EXPORT_SYMBOL_GPL(strata_hook_ask);

static struct hook_chain *hook_chain_of(enum strata_hook_stage stage)
{
	return rcu_dereference_protected(hook_chains[stage],
					 lockdep_is_held(&hook_lock));
}

static void hook_publish(enum strata_hook_stage stage, struct hook_chain *new)
{
	struct hook_chain *old = hook_chain_of(stage);

	rcu_assign_pointer(hook_chains[stage], new);
	if (old)
		kfree_rcu(old, rcu);
}

/* Copies @old with @ops at its place; -EEXIST, -ENOSPC. */
static int hook_insert(struct hook_chain *new, const struct hook_chain *old,
		       const struct strata_hook_ops *ops)
{
	unsigned int count = old ? old->count : 0;
	unsigned int i, at = 0;

	if (count == STRATA_HOOKS_PER_STAGE)
		return -ENOSPC;
	for (i = 0; i < count; i++) {
		if (old->ops[i]->priority == ops->priority)
			return -EEXIST;
		if (old->ops[i]->priority < ops->priority)
			at = i + 1;
	}
	for (i = 0; i < count; i++)
		new->ops[i < at ? i : i + 1] = old->ops[i];
	new->ops[at] = ops;
	new->count = count + 1;
	return 0;
}

/**
 * strata_hook_register() - look at each packet of a stage
 * @ops: complete; lives until unregistered
 *
 * Context: process. Return: 0, -EINVAL (a gap in @ops), -EEXIST (priority
 * taken at this stage), -ENOSPC, -ENOMEM.
 */
int strata_hook_register(const struct strata_hook_ops *ops)
{
	struct hook_chain *new;
	int err;

	if (!ops->hook || (unsigned int)ops->stage >= STRATA_HOOK_STAGES_ALL)
		return -EINVAL;
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	mutex_lock(&hook_lock);
	err = hook_insert(new, hook_chain_of(ops->stage), ops);
	if (!err)
		hook_publish(ops->stage, new);
	mutex_unlock(&hook_lock);
	if (err) {
		kfree(new);
		return err;
	}
	static_branch_inc(&strata_hook_used[ops->stage]);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_hook_register);

/* Closes the gap in place: readers see each function once or, the one that
 * goes, not at all.
 */
static bool hook_remove(struct hook_chain *new, const struct hook_chain *old,
			const struct strata_hook_ops *ops)
{
	unsigned int i;

	for (i = 0; i < old->count; i++)
		if (old->ops[i] != ops)
			new->ops[new->count++] = old->ops[i];
	return new->count < old->count;
}

/**
 * strata_hook_unregister() - stop looking
 * @ops: registered; any other table is left alone
 *
 * When it returns nobody is inside @ops' function.
 *
 * Context: process, sleeps.
 */
void strata_hook_unregister(const struct strata_hook_ops *ops)
{
	struct hook_chain *old, *new;
	bool found;

	/* Unloading cannot fail for want of a few bytes. */
	new = kzalloc(sizeof(*new), GFP_KERNEL | __GFP_NOFAIL);
	mutex_lock(&hook_lock);
	old = hook_chain_of(ops->stage);
	found = old && hook_remove(new, old, ops);
	if (found && new->count) {
		hook_publish(ops->stage, new);
		new = NULL;
	} else if (found) {
		hook_publish(ops->stage, NULL);
	}
	mutex_unlock(&hook_lock);
	kfree(new);
	if (found)
		static_branch_dec(&strata_hook_used[ops->stage]);
	synchronize_net();
}
EXPORT_SYMBOL_GPL(strata_hook_unregister);
