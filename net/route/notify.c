// SPDX-License-Identifier: GPL-2.0
/*
 * Who follows what is configured here beside routes: policy rules and next hops.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <strata/visibility.h>
#include "nexthop.h"
#include "table.h"

static BLOCKING_NOTIFIER_HEAD(rule_chain);
static BLOCKING_NOTIFIER_HEAD(nexthop_chain);

/**
 * strata_rule_notifier_register() - follow policy rules as they come and go
 * @nb: called with &enum strata_rule_event and the &struct strata_rule_notice
 *
 * Context: process. Return: 0 or -EEXIST.
 */
int strata_rule_notifier_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&rule_chain, nb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rule_notifier_register);

/**
 * strata_rule_notifier_unregister() - no longer follow policy rules
 * @nb: registered; not called once this returns
 *
 * Context: process.
 */
void strata_rule_notifier_unregister(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&rule_chain, nb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rule_notifier_unregister);

/**
 * strata_rule_tell() - a policy rule has come, changed or gone
 * @sn: the namespace's stack
 * @event: which of these
 * @rule: the rule, in the list already, or no longer
 *
 * Context: process, strata_net.config held.
 */
void strata_rule_tell(struct strata_net *sn, enum strata_rule_event event,
		      const struct strata_rule *rule)
{
	struct strata_rule_notice notice = { sn, rule };

	blocking_notifier_call_chain(&rule_chain, event, &notice);
}

/**
 * strata_nexthop_notifier_register() - follow next hops that have a number
 * @nb: called with &enum strata_nexthop_event and the
 *	&struct strata_nexthop_notice
 *
 * Context: process. Return: 0 or -EEXIST.
 */
int strata_nexthop_notifier_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&nexthop_chain, nb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nexthop_notifier_register);

/**
 * strata_nexthop_notifier_unregister() - no longer follow next hops
 * @nb: registered; not called once this returns
 *
 * Context: process.
 */
void strata_nexthop_notifier_unregister(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&nexthop_chain, nb);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nexthop_notifier_unregister);

/**
 * strata_nexthop_tell() - a next hop has come, changed or gone
 * @sn: the namespace's stack
 * @event: which of these
 * @nexthop: it; of one without a number, which is its routes' own, nothing is said
 *
 * Context: process, strata_net.config held.
 */
void strata_nexthop_tell(struct strata_net *sn, enum strata_nexthop_event event,
			 const struct strata_nexthop *nexthop)
{
	struct strata_nexthop_notice notice = { sn, nexthop->spec };

	if (nexthop->spec->id)
		blocking_notifier_call_chain(&nexthop_chain, event, &notice);
}
