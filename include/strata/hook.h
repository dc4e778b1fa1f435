/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hooks: where a firewall or a module looks at packets.
 */
#ifndef _STRATA_HOOK_H
#define _STRATA_HOOK_H

#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <strata/net.h>

/**
 * enum strata_hook_stage - where on its way a packet is looked at
 * @STRATA_HOOK_L2_PREROUTING: a frame came in through a port of a bridge, as it
 *	was on the wire
 * @STRATA_HOOK_L2_INPUT: a frame goes up to the bridge's own device
 * @STRATA_HOOK_L2_FORWARD: a frame goes from port to port, once for each port
 * @STRATA_HOOK_L2_OUTPUT: a frame of the bridge's own device goes to a port
 * @STRATA_HOOK_L2_POSTROUTING: a frame leaves through a port, as it will be on
 *	the wire
 * @STRATA_HOOK_L3_PREROUTING: a valid packet came in
 * @STRATA_HOOK_L3_INPUT: it is for this host
 * @STRATA_HOOK_L3_FORWARD: it is for another
 * @STRATA_HOOK_L3_OUTPUT: a packet of this host's, with its header
 * @STRATA_HOOK_L3_POSTROUTING: a packet leaves
 * @STRATA_HOOK_STAGES: how many there are that the firewall has chains for
 * @STRATA_HOOK_OTHER_FORWARD: a packet of a network layer that is a module goes on
 *	to another host; skb->protocol says what its header is, and whoever does not
 *	know that accepts it
 * @STRATA_HOOK_STAGES_ALL: how many there are
 *
 * At input, forward and output of a VLAN-aware bridge a frame has the tag of its
 * VLAN in its metadata, whether or not it came or leaves with one.
 */
enum strata_hook_stage {
	STRATA_HOOK_L2_PREROUTING,
	STRATA_HOOK_L2_INPUT,
	STRATA_HOOK_L2_FORWARD,
	STRATA_HOOK_L2_OUTPUT,
	STRATA_HOOK_L2_POSTROUTING,
	STRATA_HOOK_L3_PREROUTING,
	STRATA_HOOK_L3_INPUT,
	STRATA_HOOK_L3_FORWARD,
	STRATA_HOOK_L3_OUTPUT,
	STRATA_HOOK_L3_POSTROUTING,
	STRATA_HOOK_STAGES,
	STRATA_HOOK_OTHER_FORWARD = STRATA_HOOK_STAGES,
	STRATA_HOOK_STAGES_ALL
};

#define STRATA_HOOKS_PER_STAGE	8

enum strata_verdict {
	STRATA_ACCEPT,
	STRATA_DROP,
};

/**
 * struct strata_hook_state - what is known of a packet beside its bytes
 * @sn: the namespace's stack
 * @in: the device it came in on; NULL: it comes from this host
 * @out: the device it goes out of; NULL: it goes to this host, or nobody knows
 * @bridge: at L2, the bridge's own device; NULL at L3
 * @stage: where it is
 *
 * Lives as long as the call that it is handed to.
 */
struct strata_hook_state {
	struct strata_net *sn;
	const struct net_device *in;
	const struct net_device *out;
	const struct net_device *bridge;
	enum strata_hook_stage stage;
};

/**
 * struct strata_hook_ops - a function called for each packet at one stage
 * @owner: module. Required (NULL when built in)
 * @stage: where. Required
 * @priority: lower runs first; each is used once per stage
 * @hook: @skb with skb->data at the stage's header: the Ethernet header at L2,
 *	the network layer's elsewhere. STRATA_DROP: the caller frees it with a reason.
 *	Does not own @skb. Required. Runs in: softirq or process, RCU
 */
struct strata_hook_ops {
	struct module *owner;
	enum strata_hook_stage stage;
	int priority;
	enum strata_verdict (*hook)(const struct strata_hook_state *state,
				    struct sk_buff *skb);
};

int strata_hook_register(const struct strata_hook_ops *ops);
void strata_hook_unregister(const struct strata_hook_ops *ops);

extern struct static_key_false strata_hook_used[STRATA_HOOK_STAGES_ALL];
enum strata_verdict strata_hook_run(const struct strata_hook_state *state,
				    struct sk_buff *skb);

/**
 * strata_hook_is_used() - does anybody look at the packets of a stage?
 * @stage: where; a constant
 *
 * Context: any. Costs a patched-out branch when nobody does.
 */
#define strata_hook_is_used(stage) \
	static_branch_unlikely(&strata_hook_used[stage])

bool strata_hook_ask(struct strata_net *sn, enum strata_hook_stage stage,
		     const struct net_device *in, const struct net_device *out,
		     struct sk_buff *skb);

/* True if a packet of L3 may go on. */
static __always_inline bool strata_hook_pass(struct strata_net *sn,
					     enum strata_hook_stage stage,
					     const struct net_device *in,
					     const struct net_device *out,
					     struct sk_buff *skb)
{
	return !strata_hook_is_used(stage) ||
	       strata_hook_ask(sn, stage, in, out, skb);
}

#endif /* _STRATA_HOOK_H */
