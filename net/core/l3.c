// SPDX-License-Identifier: GPL-2.0
/*
 * The table of protocols that receive by EtherType. Who receives for them on
 * which device is the binder's business (net/link).
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <strata/l3.h>

/* Both protected by RTNL: attaching a device, which walks the table, has it. */
static const struct strata_l3_ops *l3_slots[STRATA_L3_MAX];
static const struct strata_l3_binder *l3_binder;

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
		if (l3_binder)
			l3_binder->unbind(ops);
		l3_slots[i] = NULL;
	}
	rtnl_unlock();
}
EXPORT_SYMBOL_GPL(strata_l3_unregister);

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
