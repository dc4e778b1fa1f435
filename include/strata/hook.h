/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hooks: where a firewall or a module looks at packets.
 */
#ifndef _STRATA_HOOK_H
#define _STRATA_HOOK_H

#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <strata/net.h>

struct strata_link;

enum strata_hook_stage {
	STRATA_HOOK_L3_PREROUTING,
	STRATA_HOOK_L3_INPUT,
	STRATA_HOOK_L3_FORWARD,
	STRATA_HOOK_L3_OUTPUT,
	STRATA_HOOK_L3_POSTROUTING,
	STRATA_HOOK_STAGES
};

#define STRATA_HOOKS_PER_STAGE	8

enum strata_verdict {
	STRATA_ACCEPT,
	STRATA_DROP,
};

/**
 * struct strata_hook_ops - a function called for each packet at one stage
 * @owner: module. Required (NULL when built in)
 * @stage: where. Required
 * @priority: lower runs first; each is used once per stage
 * @hook: @skb with skb->data at the stage's header; @link: the one it came in
 *	on or goes out of. STRATA_DROP: the caller frees it with a reason.
 *	Does not own @skb. Required. Runs in: softirq or process, RCU
 */
struct strata_hook_ops {
	struct module *owner;
	enum strata_hook_stage stage;
	int priority;
	enum strata_verdict (*hook)(struct strata_net *sn,
				    struct strata_link *link,
				    struct sk_buff *skb);
};

int strata_hook_register(const struct strata_hook_ops *ops);
void strata_hook_unregister(const struct strata_hook_ops *ops);

extern struct static_key_false strata_hook_used[STRATA_HOOK_STAGES];
enum strata_verdict strata_hook_run(struct strata_net *sn,
				    enum strata_hook_stage stage,
				    struct strata_link *link,
				    struct sk_buff *skb);

/* True if the packet may go on; costs a patched-out branch when unused. */
static __always_inline bool strata_hook_pass(struct strata_net *sn,
					     enum strata_hook_stage stage,
					     struct strata_link *link,
					     struct sk_buff *skb)
{
	if (!static_branch_unlikely(&strata_hook_used[stage]))
		return true;
	return strata_hook_run(sn, stage, link, skb) == STRATA_ACCEPT;
}

#endif /* _STRATA_HOOK_H */
