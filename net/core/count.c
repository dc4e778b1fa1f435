// SPDX-License-Identifier: GPL-2.0
/*
 * Counters, and the one place where packets are dropped.
 */
#include <linux/module.h>
#include <strata/count.h>
#include <strata/net.h>

#define CREATE_TRACE_POINTS
#include <trace/events/strata.h>

const struct strata_counter_info strata_counter_info[STRATA_COUNTER_MAX] = {
#define C(id, layer, name, meaning) \
	[STRATA_COUNT_##id] = { layer, name, meaning },
	STRATA_COUNTERS(C)
#undef C
};

const struct strata_counter_info strata_drop_info[STRATA_DROP_MAX] = {
#define R(id, name, meaning) [STRATA_DROP_##id] = { "drop", name, meaning },
	STRATA_DROP_REASONS(R)
#undef R
};

/**
 * strata_counter_read() - the sum of a counter over CPUs
 * @sn: the namespace's stack
 * @id: which
 *
 * Context: any.
 */
u64 strata_counter_read(const struct strata_net *sn, enum strata_counter id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(sn->counters, cpu)->count[id]);
	return sum;
}
EXPORT_SYMBOL_GPL(strata_counter_read);

/**
 * strata_drop_read() - how many packets were dropped for a reason
 * @sn: the namespace's stack
 * @reason: which
 *
 * Context: any.
 */
u64 strata_drop_read(const struct strata_net *sn, enum strata_drop_reason reason)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(sn->counters, cpu)->drop[reason]);
	return sum;
}
EXPORT_SYMBOL_GPL(strata_drop_read);

/**
 * strata_drop_count() - note a drop whose buffer somebody else frees
 * @sn: the namespace's stack
 * @skb: the packet, not owned
 * @reason: why
 *
 * Context: any.
 */
void strata_drop_count(struct strata_net *sn, struct sk_buff *skb,
		       enum strata_drop_reason reason)
{
	this_cpu_inc(sn->counters->drop[reason]);
	trace_strata_drop(skb, reason, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(strata_drop_count);

/**
 * strata_drop() - drop a packet: count it, trace it, free it
 * @sn: the namespace's stack
 * @skb: the packet, freed
 * @reason: why
 *
 * Context: any.
 */
void strata_drop(struct strata_net *sn, struct sk_buff *skb,
		 enum strata_drop_reason reason)
{
	this_cpu_inc(sn->counters->drop[reason]);
	trace_strata_drop(skb, reason, __builtin_return_address(0));
	kfree_skb(skb);
}
EXPORT_SYMBOL_GPL(strata_drop);
