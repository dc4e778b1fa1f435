// SPDX-License-Identifier: GPL-2.0
/*
 * Who is told of logged packets.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include "firewall.h"

static const struct strata_fw_log_ops __rcu *log_ops;

/**
 * strata_fw_log() - tell of a packet
 * @state: what is known of it
 * @rule: that it matched
 * @skb: the packet, not owned
 *
 * Context: softirq or process, RCU.
 */
void strata_fw_log(const struct strata_hook_state *state,
		   const struct strata_fw_rule *rule, const struct sk_buff *skb)
{
	const struct strata_fw_log_ops *ops = rcu_dereference(log_ops);

	if (ops)
		ops->log(state, rule, skb);
}

/**
 * strata_fw_log_register() - be told of logged packets
 * @ops: complete; lives until unregistered
 *
 * Context: process. Return: 0, -EINVAL (a gap in @ops), -EBUSY (there is one).
 */
int strata_fw_log_register(const struct strata_fw_log_ops *ops)
{
	if (!ops->log)
		return -EINVAL;
	return cmpxchg((const struct strata_fw_log_ops **)&log_ops, NULL, ops) ?
	       -EBUSY : 0;
}

/**
 * strata_fw_log_unregister() - be told no more
 * @ops: registered
 *
 * When it returns nobody is inside @ops.
 *
 * Context: process, sleeps.
 */
void strata_fw_log_unregister(const struct strata_fw_log_ops *ops)
{
	RCU_INIT_POINTER(log_ops, NULL);
	synchronize_net();
}
