// SPDX-License-Identifier: GPL-2.0
/*
 * The table of protocols that receive by IP protocol number.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <strata/l4.h>

static void none_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	strata_drop(sn, skb, STRATA_DROP_IP_NO_PROTOCOL);
}

static void none_err(struct strata_net *sn, const struct strata_l4_error *error)
{
}

const struct strata_l4_ops strata_l4_none = {
	.name = "none",
	.rcv = none_rcv,
	.err = none_err,
};
EXPORT_SYMBOL_GPL(strata_l4_none);

static DEFINE_MUTEX(l4_lock);	/* writers of the table */
const struct strata_l4_ops __rcu *strata_l4_table[256] = {
	[0 ... 255] = (const struct strata_l4_ops __rcu __force *)&strata_l4_none,
};
EXPORT_SYMBOL_GPL(strata_l4_table);

/**
 * strata_l4_register() - receive an IP protocol
 * @ops: complete; lives until unregistered
 *
 * Context: process. Return: 0, -EINVAL (a gap in @ops), -EEXIST.
 */
int strata_l4_register(const struct strata_l4_ops *ops)
{
	int err = 0;

	if (!ops->name || !ops->rcv || !ops->err)
		return -EINVAL;
	mutex_lock(&l4_lock);
	if (rcu_access_pointer(strata_l4_table[ops->protocol]) != &strata_l4_none)
		err = -EEXIST;
	else
		rcu_assign_pointer(strata_l4_table[ops->protocol], ops);
	mutex_unlock(&l4_lock);
	return err;
}
EXPORT_SYMBOL_GPL(strata_l4_register);

/**
 * strata_l4_unregister() - stop receiving
 * @ops: registered; any other table is left alone
 *
 * When it returns nobody is inside @ops' functions.
 *
 * Context: process, sleeps.
 */
void strata_l4_unregister(const struct strata_l4_ops *ops)
{
	mutex_lock(&l4_lock);
	if (rcu_access_pointer(strata_l4_table[ops->protocol]) == ops)
		rcu_assign_pointer(strata_l4_table[ops->protocol],
				   &strata_l4_none);
	mutex_unlock(&l4_lock);
	synchronize_net();
}
EXPORT_SYMBOL_GPL(strata_l4_unregister);

static bool copy_none_rcv(struct strata_net *sn, struct sk_buff *skb, u8 proto)
{
	return false;
}

static const struct strata_l4_copy_ops copy_none = {
	.rcv = copy_none_rcv,
	.err = none_err,
};

const struct strata_l4_copy_ops __rcu *strata_l4_copies =
	(const struct strata_l4_copy_ops __rcu __force *)&copy_none;
EXPORT_SYMBOL_GPL(strata_l4_copies);

/**
 * strata_l4_copy_register() - want copies of what is received
 * @ops: complete; lives until unregistered
 *
 * Context: process. Return: 0, -EINVAL (a gap in @ops), -EEXIST.
 */
int strata_l4_copy_register(const struct strata_l4_copy_ops *ops)
{
	int err = 0;

	if (!ops->rcv || !ops->err)
		return -EINVAL;
	mutex_lock(&l4_lock);
	if (rcu_access_pointer(strata_l4_copies) != &copy_none)
		err = -EEXIST;
	else
		rcu_assign_pointer(strata_l4_copies, ops);
	mutex_unlock(&l4_lock);
	return err;
}

/**
 * strata_l4_copy_unregister() - want no copies any more
 * @ops: registered; any other table is left alone
 *
 * When it returns nobody is inside @ops' functions.
 *
 * Context: process, sleeps.
 */
void strata_l4_copy_unregister(const struct strata_l4_copy_ops *ops)
{
	mutex_lock(&l4_lock);
	if (rcu_access_pointer(strata_l4_copies) == ops)
		rcu_assign_pointer(strata_l4_copies, &copy_none);
	mutex_unlock(&l4_lock);
	synchronize_net();
}
