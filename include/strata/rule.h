/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy rules of a namespace: which table a packet's way is looked up in.
 */
#ifndef _STRATA_RULE_H
#define _STRATA_RULE_H

#include <linux/if.h>
#include <linux/in6.h>
#include <strata/net.h>

struct netlink_ext_ack;
struct notifier_block;

#define STRATA_RULE_LIMIT	1024	/* of a namespace, both families */

enum strata_rule_action {
	STRATA_RULE_TABLE,	/* look there; if it has no route, the next rule */
	STRATA_RULE_BLACKHOLE,	/* as the types of routes */
	STRATA_RULE_UNREACHABLE,
	STRATA_RULE_PROHIBIT,
};

/**
 * struct strata_rule - which packets, and what becomes of them
 * @priority: rules are asked in this order, the smallest first
 * @table: for STRATA_RULE_TABLE; STRATA_TABLE_LOCAL: the addresses of this host
 * @mark: of the packet, in the bits of @mask
 * @mask: 0: any mark
 * @from: prefix of the source, masked to @from_len
 * @to: prefix of the destination, masked to @to_len
 * @from_len: in the 128-bit form; 0: any source
 * @to_len: likewise
 * @family: AF_INET or AF_INET6
 * @action: &enum strata_rule_action
 * @iif: name of the device it came in on; "": any; the loopback's (lo or slo):
 *	it is our own
 * @detached: out: this device is not attached, so the rule matches nothing
 *
 * A value; what is in the list is a copy.
 */
struct strata_rule {
	u32 priority;
	u32 table;
	u32 mark;
	u32 mask;
	struct in6_addr from;
	struct in6_addr to;
	u8 from_len;
	u8 to_len;
	u8 family;
	u8 action;
	char iif[IFNAMSIZ];
	bool detached;
};

/* Bits of @given: what of a description counts besides what is not "any". */
#define STRATA_RULE_HAS_PRIORITY	BIT(0)
#define STRATA_RULE_HAS_ACTION		BIT(1)	/* and table */

/*
 * Without a priority: one before the first but one, as the kernel has it.
 * Context: process, strata_net.config held.
 */
int strata_rule_add(struct strata_net *sn, const struct strata_rule *rule,
		    u32 given, struct netlink_ext_ack *extack);
/* The first that has all that is given. */
int strata_rule_del(struct strata_net *sn, const struct strata_rule *rule,
		    u32 given, struct netlink_ext_ack *extack);
/* The one at @index of both families, IPv4's first; NULL: no more. */
const struct strata_rule *strata_rule_at(struct strata_net *sn,
					 unsigned int index);

enum strata_rule_event {
	STRATA_RULE_ADDED,
	STRATA_RULE_CHANGED,	/* its device was attached or detached */
	STRATA_RULE_REMOVED,
};

/**
 * struct strata_rule_notice - what a follower of rules is told
 * @sn: the namespace's stack
 * @rule: the rule; borrowed until the call returns
 */
struct strata_rule_notice {
	struct strata_net *sn;
	const struct strata_rule *rule;
};

/*
 * Who follows the rules of all namespaces.
 * Context: process; called with strata_net.config held.
 */
int strata_rule_notifier_register(struct notifier_block *nb);
void strata_rule_notifier_unregister(struct notifier_block *nb);

#endif /* _STRATA_RULE_H */
