// SPDX-License-Identifier: GPL-2.0
/*
 * The set of a namespace: all of its chains, replaced at once.
 *
 * A change first makes the chains that become others, with all their programs;
 * until the new set is published nothing has happened. Chains that stay are
 * shared with the old set.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <strata/visibility.h>
#include "firewall.h"

/**
 * strata_fw_lock() - what is there stays as it is
 * @sn: the namespace's stack
 *
 * Context: process. Taken inside no lock of the stack's; those of the hooks nest
 * inside.
 */
void strata_fw_lock(struct strata_net *sn)
{
	mutex_lock(&sn->firewall->lock);
}

/**
 * strata_fw_unlock() - it may change again
 * @sn: the namespace's stack
 *
 * Context: process.
 */
void strata_fw_unlock(struct strata_net *sn)
{
	mutex_unlock(&sn->firewall->lock);
}

static struct strata_fw_set *set_of(const struct strata_net *sn)
{
	return rcu_dereference_protected(sn->firewall->set,
					 lockdep_is_held(&sn->firewall->lock));
}

static const struct strata_fw_chain *chain_of(const struct strata_net *sn,
					      enum strata_hook_stage stage)
{
	const struct strata_fw_set *set = set_of(sn);

	return set ? set->chain[stage] : NULL;
}

/**
 * strata_fw_rule_at() - a rule of a chain
 * @sn: the namespace's stack
 * @stage: the chain's
 * @index: from 0
 *
 * Context: process, strata_fw_lock() held. Return: NULL: there are no more.
 */
const struct strata_fw_rule *
strata_fw_rule_at(const struct strata_net *sn, enum strata_hook_stage stage,
		  unsigned int index)
{
	const struct strata_fw_chain *chain = chain_of(sn, stage);

	return chain && index < chain->count ? chain->rules[index] : NULL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_rule_at);

/**
 * strata_fw_policy() - what becomes of packets that no rule decides about
 * @sn: the namespace's stack
 * @stage: where
 *
 * Context: process, strata_fw_lock() held.
 */
enum strata_verdict strata_fw_policy(const struct strata_net *sn,
				     enum strata_hook_stage stage)
{
	const struct strata_fw_chain *chain = chain_of(sn, stage);

	return chain ? chain->policy : STRATA_ACCEPT;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_policy);

/**
 * strata_fw_policy_count() - those packets; only a chain that is there counts
 * @sn: the namespace's stack
 * @stage: where
 * @sum: out
 *
 * Context: process, strata_fw_lock() held.
 */
void strata_fw_policy_count(const struct strata_net *sn,
			    enum strata_hook_stage stage,
			    struct strata_fw_counter *sum)
{
	const struct strata_fw_chain *chain = chain_of(sn, stage);

	*sum = (struct strata_fw_counter){ 0 };
	if (chain)
		strata_fw_counter_read(chain->counter, sum);
}

/* ------- the new chains ------- */

/**
 * struct building - a chain on its way
 * @rules: of the old one and the new ones; borrowed
 * @count: of @rules
 */
struct building {
	struct strata_fw_rule **rules;
	unsigned int count;
};

static void keep_old(struct building *building,
		     const struct strata_fw_chain *old, u32 remove)
{
	unsigned int i;

	for (i = 0; old && i < old->count; i++)
		if (old->rules[i]->handle != remove)
			building->rules[building->count++] = old->rules[i];
}

/* The stage's new ones, together, in order. */
static void insert_new(struct building *building,
		       const struct strata_fw_change *change,
		       enum strata_hook_stage stage)
{
	unsigned int at = building->count, i, fresh = 0;

	if (change->at && change->at - 1 < at)
		at = change->at - 1;
	for (i = 0; i < change->count; i++)
		fresh += change->rules[i]->stage == stage;
	memmove(building->rules + at + fresh, building->rules + at,
		array_size(building->count - at, sizeof(*building->rules)));
	for (i = 0; i < change->count; i++)
		if (change->rules[i]->stage == stage)
			building->rules[at++] = change->rules[i];
	building->count += fresh;
}

/* What comes by while the new chain is made is not counted any more. */
static void keep_counter(const struct strata_fw_chain *chain,
			 const struct strata_fw_chain *old)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct strata_fw_counter *one = per_cpu_ptr(chain->counter, cpu);

		*one = *per_cpu_ptr(old->counter, cpu);
	}
}

static struct strata_fw_chain *chain_changed(const struct strata_fw_chain *old,
					     const struct strata_fw_change *change,
					     enum strata_hook_stage stage)
{
	enum strata_verdict policy = old ? old->policy : STRATA_ACCEPT;
	struct strata_fw_chain *chain = NULL;
	struct building building = { 0 };

	if (test_bit(stage, &change->policies))
		policy = change->policy[stage];
	building.rules = kvmalloc_array((old ? old->count : 0) + change->count,
					sizeof(*building.rules), GFP_KERNEL);
	if (!building.rules)
		return ERR_PTR(-ENOMEM);
	if (!test_bit(stage, &change->stages))
		keep_old(&building, old, change->remove);
	insert_new(&building, change, stage);
	if (building.count || policy != STRATA_ACCEPT)
		chain = strata_fw_chain_create(policy, building.rules,
					       building.count);
	kvfree(building.rules);
	if (old && !IS_ERR_OR_NULL(chain))
		keep_counter(chain, old);
	return chain;
}

static bool has_handle(const struct strata_fw_chain *chain, u32 handle)
{
	unsigned int i;

	for (i = 0; chain && handle && i < chain->count; i++)
		if (chain->rules[i]->handle == handle)
			return true;
	return false;
}

static bool is_changed(const struct strata_fw_chain *old,
		       const struct strata_fw_change *change,
		       enum strata_hook_stage stage)
{
	unsigned int i;

	if (test_bit(stage, &change->stages) ||
	    test_bit(stage, &change->policies) ||
	    has_handle(old, change->remove))
		return true;
	for (i = 0; i < change->count; i++)
		if (change->rules[i]->stage == stage)
			return true;
	return false;
}

/* ------- the new set ------- */

static void set_free(struct strata_fw_set *set)
{
	unsigned int stage;

	for (stage = 0; stage < STRATA_HOOK_STAGES; stage++)
		strata_fw_chain_put(set->chain[stage]);
	kfree(set);
}

static void set_free_rcu(struct rcu_head *rcu)
{
	set_free(container_of(rcu, struct strata_fw_set, rcu));
}

static int set_fill(struct strata_fw_set *new, const struct strata_fw_set *old,
		    const struct strata_fw_change *change)
{
	unsigned int stage;

	for (stage = 0; stage < STRATA_HOOK_STAGES; stage++) {
		struct strata_fw_chain *chain = old ? old->chain[stage] : NULL;

		if (is_changed(chain, change, stage)) {
			chain = chain_changed(chain, change, stage);
			if (IS_ERR(chain))
				return PTR_ERR(chain);
		} else if (chain) {
			refcount_inc(&chain->users);
		}
		new->chain[stage] = chain;
	}
	return 0;
}

/* Frames come by the hooks of the new chains before those are there, and still
 * come by those of the old ones when they are gone.
 */
static int hooks_get(const struct strata_fw_set *set)
{
	unsigned int stage;
	int err;

	for (stage = 0; stage < STRATA_HOOK_STAGES; stage++) {
		err = set->chain[stage] ? strata_fw_stage_get(stage) : 0;
		if (!err)
			continue;
		while (stage--)
			if (set->chain[stage])
				strata_fw_stage_put(stage);
		return err;
	}
	return 0;
}

static void hooks_put(const struct strata_fw_set *set)
{
	unsigned int stage;

	for (stage = 0; set && stage < STRATA_HOOK_STAGES; stage++)
		if (set->chain[stage])
			strata_fw_stage_put(stage);
}

static void measure(const struct strata_fw_set *set, unsigned int *rules,
		    unsigned int *insns)
{
	unsigned int stage, i;

	*rules = 0;
	*insns = 0;
	for (stage = 0; stage < STRATA_HOOK_STAGES; stage++) {
		const struct strata_fw_chain *chain = set->chain[stage];

		for (i = 0; chain && i < chain->count; i++) {
			*rules += 1;
			*insns += chain->rules[i]->length;
		}
	}
}

/* A new set of @change, with its hooks; ERR_PTR. */
static struct strata_fw_set *set_create(const struct strata_fw_set *old,
					const struct strata_fw_change *change,
					struct netlink_ext_ack *extack)
{
	struct strata_fw_set *set;
	unsigned int rules, insns;
	int err;

	set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!set)
		return ERR_PTR(-ENOMEM);
	err = set_fill(set, old, change);
	if (err)
		goto fail;
	measure(set, &rules, &insns);
	if (rules > STRATA_FW_RULES_MAX || insns > STRATA_FW_INSNS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "a namespace has at most " __stringify(STRATA_FW_RULES_MAX)
			       " rules and " __stringify(STRATA_FW_INSNS_MAX)
			       " instructions in them");
		err = -ENOSPC;
		goto fail;
	}
	err = hooks_get(set);
	if (err)
		goto fail;
	return set;
fail:
	set_free(set);
	return ERR_PTR(err);
}

static void name_rules(struct strata_net *sn,
		       const struct strata_fw_change *change)
{
	unsigned int i;

	for (i = 0; i < change->count; i++)
		change->rules[i]->handle = ++sn->firewall->handle;
}

static bool asks_states(const struct strata_fw_set *set)
{
	unsigned int stage, i;

	for (stage = 0; set && stage < STRATA_HOOK_STAGES; stage++) {
		const struct strata_fw_chain *chain = set->chain[stage];

		for (i = 0; chain && i < chain->count; i++)
			if (strata_fw_asks_state(chain->rules[i]) ||
			    strata_fw_translates(chain->rules[i]))
				return true;
	}
	return false;
}

/* Packets learn their states before a rule asks for them. */
static int tracker_get(struct strata_net *sn, const struct strata_fw_set *old,
		       const struct strata_fw_set *new)
{
	if (asks_states(old) || !asks_states(new))
		return 0;
	return strata_ct_get(sn);
}

/* And still when the last packet has asked. */
static void tracker_put(struct strata_net *sn, bool asked,
			const struct strata_fw_set *new)
{
	if (!asked || asks_states(new))
		return;
	synchronize_net();
	strata_ct_put(sn);
}

static int change_locked(struct strata_net *sn,
			 const struct strata_fw_change *change,
			 struct netlink_ext_ack *extack)
{
	struct strata_fw_set *old = set_of(sn), *new;
	bool found = !change->remove, asked = asks_states(old);
	unsigned int stage;
	int err;

	for (stage = 0; old && stage < STRATA_HOOK_STAGES; stage++)
		found |= has_handle(old->chain[stage], change->remove);
	if (!found) {
		NL_SET_ERR_MSG(extack, "there is no rule with this handle");
		return -ENOENT;
	}
	new = set_create(old, change, extack);
	if (IS_ERR(new))
		return PTR_ERR(new);
	err = tracker_get(sn, old, new);
	if (err) {
		hooks_put(new);
		set_free(new);
		return err;
	}
	name_rules(sn, change);
	rcu_assign_pointer(sn->firewall->set, new);
	hooks_put(old);
	if (old)
		call_rcu(&old->rcu, set_free_rcu);
	tracker_put(sn, asked, new);
	return 0;
}

/**
 * strata_fw_change() - change a namespace's rules, all of it or nothing
 * @sn: the namespace's stack
 * @change: what
 * @extack: for the reason of a refusal
 *
 * Packets meet the rules of before or those of after, of every stage.
 *
 * Context: process, sleeps.
 * Return: 0, -ENOENT (no such rule to remove), -ENOSPC, -ENOMEM.
 */
int strata_fw_change(struct strata_net *sn,
		     const struct strata_fw_change *change,
		     struct netlink_ext_ack *extack)
{
	int err;

	strata_fw_lock(sn);
	err = change_locked(sn, change, extack);
	strata_fw_unlock(sn);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_change);

/**
 * strata_fw_clear() - leave nothing, whatever memory there is
 * @sn: the namespace's stack
 *
 * Context: process, sleeps.
 */
void strata_fw_clear(struct strata_net *sn)
{
	struct strata_fw_set *old;
	bool asked;

	strata_fw_lock(sn);
	old = set_of(sn);
	asked = asks_states(old);
	RCU_INIT_POINTER(sn->firewall->set, NULL);
	tracker_put(sn, asked, NULL);
	strata_fw_unlock(sn);
	hooks_put(old);
	if (old)
		call_rcu(&old->rcu, set_free_rcu);
}
