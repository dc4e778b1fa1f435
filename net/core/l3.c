// SPDX-License-Identifier: GPL-2.0
/*
 * The table of protocols that receive by EtherType. Who receives for them on
 * which device is the binder's business (net/link).
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <strata/count.h>
#include <strata/l3.h>
#include <strata/link.h>

/* Both protected by RTNL: attaching a device, which walks the table, has it. */
static const struct strata_l3_ops *l3_slots[STRATA_L3_MAX];
static const struct strata_l3_binder *l3_binder;

/* The same protocols for strata_l3_of(), each for as long as it may be called.
 * Written under RTNL.
 */
static const struct strata_l3_ops __rcu *l3_known[STRATA_L3_MAX];

/**
 * strata_l3_slot() - a table entry
 * @slot: below STRATA_L3_MAX
 *
 * Context: process, RTNL held. Return: NULL if the slot is empty.
 */
const struct strata_l3_ops *strata_l3_slot(unsigned int slot)
{
	ASSERT_RTNL();
	return l3_slots[slot];
}

static int l3_insert(const struct strata_l3_ops *ops)
{
	int free = -1;
	int i, err;

	for (i = STRATA_L3_MAX - 1; i >= 0; i--) {
		if (!l3_slots[i])
			free = i;
		else if (l3_slots[i]->type == ops->type)
			return -EEXIST;
	}
	if (free < 0)
		return -ENOSPC;
	l3_slots[free] = ops;
	err = l3_binder ? l3_binder->bind(ops) : 0;
	if (err)
		l3_slots[free] = NULL;
	else
		rcu_assign_pointer(l3_known[free], ops);
	return err;
}

/**
 * strata_l3_register() - receive an EtherType on every attached device
 * @ops: complete, but for rcv_list; lives until unregistered
 *
 * Context: process, takes RTNL.
 * Return: 0, -EINVAL (a gap in @ops), -EEXIST (the type is taken), -ENOSPC,
 * -ENOMEM.
 */
int strata_l3_register(const struct strata_l3_ops *ops)
{
	int err;

	if (!ops->name || !ops->type || !ops->rcv)
		return -EINVAL;
	rtnl_lock();
	err = l3_insert(ops);
	rtnl_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(strata_l3_register);

/**
 * strata_l3_unregister() - stop receiving
 * @ops: registered
 *
 * When it returns nobody is inside @ops' functions.
 *
 * Context: process, takes RTNL, sleeps.
 */
void strata_l3_unregister(const struct strata_l3_ops *ops)
{
	int i;

	rtnl_lock();
	for (i = 0; i < STRATA_L3_MAX; i++) {
		if (l3_slots[i] != ops)
			continue;
		RCU_INIT_POINTER(l3_known[i], NULL);
		/* Both wait for those who are inside. */
		if (l3_binder)
			l3_binder->unbind(ops);
		else
			synchronize_net();
		l3_slots[i] = NULL;
	}
	rtnl_unlock();
}
EXPORT_SYMBOL_GPL(strata_l3_unregister);

/**
 * strata_l3_of() - who receives an EtherType
 * @type: EtherType
 *
 * Context: RCU read side. Return: valid until its end; NULL: nobody does.
 */
const struct strata_l3_ops *strata_l3_of(__be16 type)
{
	const struct strata_l3_ops *ops;
	unsigned int i;

	for (i = 0; i < STRATA_L3_MAX; i++) {
		ops = rcu_dereference(l3_known[i]);
		if (ops && ops->type == type)
			return ops;
	}
	return NULL;
}

/**
 * strata_l3_rcv() - hand a packet on that was within another protocol's
 * @link: where it came in
 * @skb: skb->data at the header of the protocol that skb->protocol says; neither
 *	shared nor for another station. Owned afterwards
 *
 * As if the frame had brought it: hooks, counters and what follows are those of
 * that protocol. The one that unwraps it sees to it that this comes to an end.
 *
 * Context: softirq, RCU.
 */
void strata_l3_rcv(struct strata_link *link, struct sk_buff *skb)
{
	const struct strata_l3_ops *ops = strata_l3_of(skb->protocol);

	if (likely(ops))
		ops->rcv(link, skb);
	else
		strata_drop(link->sn, skb, STRATA_DROP_L3_UNKNOWN);
}
EXPORT_SYMBOL_GPL(strata_l3_rcv);

/**
 * strata_l3_set_binder() - name who binds protocols to devices
 * @binder: complete
 *
 * What is registered already is bound at once.
 *
 * Context: process, takes RTNL. Return: 0, -EINVAL (a gap), -EBUSY, or what
 * bind returned.
 */
int strata_l3_set_binder(const struct strata_l3_binder *binder)
{
	int err = 0;
	int i;

	if (!binder->bind || !binder->unbind)
		return -EINVAL;
	rtnl_lock();
	if (l3_binder) {
		rtnl_unlock();
		return -EBUSY;
	}
	l3_binder = binder;
	for (i = 0; i < STRATA_L3_MAX && !err; i++)
		if (l3_slots[i])
			err = binder->bind(l3_slots[i]);
	if (err)
		l3_binder = NULL;
	rtnl_unlock();
	return err;
}

/**
 * strata_l3_clear_binder() - undo strata_l3_set_binder()
 *
 * Context: process, takes RTNL, sleeps.
 */
void strata_l3_clear_binder(void)
{
	int i;

	rtnl_lock();
	for (i = 0; i < STRATA_L3_MAX && l3_binder; i++)
		if (l3_slots[i])
			l3_binder->unbind(l3_slots[i]);
	l3_binder = NULL;
	rtnl_unlock();
}
