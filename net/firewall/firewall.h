/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/firewall: rules, chains and sets.
 *
 * The order of the files: rule.c makes a rule, join.c one program of the
 * programs of many, chain.c asks it about packets, with fields.c, named.c,
 * content.c and prefix.c for named sets; set.c replaces the chains of a namespace, log.c tells
 * of packets, reject.c their senders, translate.c has connections translated,
 * main.c registers the hooks.
 *
 * Locking: configuration holds strata_fw_net.lock. Packets hold the RCU read
 * side and see one set, which never changes.
 */
#ifndef _NET_FIREWALL_FIREWALL_H
#define _NET_FIREWALL_FIREWALL_H

#include <linux/filter.h>
#include <linux/list.h>
#include <strata/firewall.h>

/**
 * struct strata_fw_name - a device's name to compare, eight bytes at a time
 * @given: false: any device will do, or none
 * @name: masked
 * @mask: bytes that must be equal
 */
struct strata_fw_name {
	bool given;
	unsigned long name[IFNAMSIZ / sizeof(unsigned long)];
	unsigned long mask[IFNAMSIZ / sizeof(unsigned long)];
};

/**
 * struct strata_fw_asker - how packets of one kind are asked
 * @sure: the first rule matches all of them: its number in the segment, from 1;
 *	0: ask @prog
 * @prog: says which rule is the first to match; NULL: none is for them
 */
struct strata_fw_asker {
	unsigned int sure;
	struct bpf_prog *prog;
};

/**
 * struct strata_fw_segment - rules in a row that are asked by one program
 * @first: index of the first one in the chain
 * @count: how many
 * @sets: of its one rule, which asks named sets; NULL: none
 * @any: packets may come by any devices; @in, @out and @bridge are not asked
 * @in: the device that packets must have come in on
 * @out: the device that they must go out of
 * @bridge: the bridge
 * @sees_tag: a rule sees VLAN tags: @tagged is there
 * @sees_state: a rule asks for the state: @state is there, and not @plain
 * @plain: about packets as they lie in the buffer
 * @tagged: about frames whose VLAN tag lies beside it
 * @state: about packets of each &enum strata_ct_state: only the rules that are
 *	for it are asked. States with the same rules share a program
 *
 * Only the last rule of a segment lets packets go on to the next rule.
 */
struct strata_fw_segment {
	unsigned int first;
	unsigned int count;
	const struct strata_fw_rule *sets;
	bool any;
	struct strata_fw_name in;
	struct strata_fw_name out;
	struct strata_fw_name bridge;
	bool sees_tag;
	bool sees_state;
	struct strata_fw_asker plain;
	struct strata_fw_asker tagged;
	struct strata_fw_asker state[STRATA_CT_STATES];
};

/**
 * struct strata_fw_chain - the rules of a stage, in order; immutable
 * @users: sets that have it
 * @policy: what becomes of packets that no rule decided about
 * @counter: those packets
 * @count: of @rules
 * @rules: held
 * @segments: of the rules
 * @segment: how many
 */
struct strata_fw_chain {
	refcount_t users;
	enum strata_verdict policy;
	struct strata_fw_counter __percpu *counter;
	unsigned int count;
	struct strata_fw_rule **rules;
	unsigned int segments;
	struct strata_fw_segment *segment;
};

/**
 * struct strata_fw_set - all chains of a namespace; immutable
 * @rcu: frees it
 * @chain: by stage; NULL: everything may pass
 */
struct strata_fw_set {
	struct rcu_head rcu;
	struct strata_fw_chain *chain[STRATA_HOOK_STAGES];
};

/**
 * struct strata_fw_net - the firewall of one namespace
 * @lock: changes of @set and @handle; making a set takes long, so it is not
 *	strata_net.config
 * @set: what is in force; NULL: nothing
 * @handle: of the latest rule
 * @sets: named ones
 * @set_count: how many
 */
struct strata_fw_net {
	struct mutex lock;	/* changes of set and handle */
	struct strata_fw_set __rcu *set;
	u32 handle;
	struct list_head sets;
	unsigned int set_count;
};

static inline struct strata_fw_counter __percpu *strata_fw_counter_alloc(void)
{
	return alloc_percpu_gfp(struct strata_fw_counter, GFP_KERNEL_ACCOUNT);
}

static inline void
strata_fw_count(struct strata_fw_counter __percpu *counter,
		unsigned int packets, unsigned int bytes)
{
	this_cpu_add(counter->packets, packets);
	this_cpu_add(counter->bytes, bytes);
}

static inline struct strata_fw_rule *strata_fw_rule_get(struct strata_fw_rule *rule)
{
	refcount_inc(&rule->users);
	return rule;
}

static inline bool strata_fw_asks_state(const struct strata_fw_rule *rule)
{
	return rule->states != STRATA_CT_ALL_STATES;
}

static inline bool strata_fw_translates(const struct strata_fw_rule *rule)
{
	return rule->action >= STRATA_FW_SNAT;
}

struct strata_fw_chain *strata_fw_chain_create(enum strata_verdict policy,
					       struct strata_fw_rule **rules,
					       unsigned int count);
void strata_fw_chain_put(struct strata_fw_chain *chain);
enum strata_verdict strata_fw_chain_run(const struct strata_fw_chain *chain,
					const struct strata_hook_state *state,
					struct sk_buff *skb);

void strata_fw_log(const struct strata_hook_state *state,
		   const struct strata_fw_rule *rule, const struct sk_buff *skb);

/**
 * struct strata_fw_fields - what of a packet may be in named sets
 * @known: the rest is filled in
 * @has_ports: there are ports
 * @addr: source and destination
 * @port: theirs, host order
 */
struct strata_fw_fields {
	bool known;
	bool has_ports;
	struct in6_addr addr[2];
	u16 port[2];
};

/* fields.c: are a packet's fields in the sets that @rule wants them in? */
bool strata_fw_sets_match(const struct strata_fw_rule *rule,
			  const struct sk_buff *skb,
			  struct strata_fw_fields *fields);

/* translate.c; false: the rule is not for this packet. */
bool strata_fw_translate(const struct strata_hook_state *state,
			 const struct strata_fw_rule *rule, struct sk_buff *skb,
			 enum strata_verdict *verdict);

/* reject.c */
void strata_fw_reject(const struct strata_hook_state *state,
		      struct strata_fw_rule *rule, struct sk_buff *skb);

/* The namespace goes: set.c. */
void strata_fw_clear(struct strata_net *sn);

/* Hooks: main.c. */
int strata_fw_stage_get(enum strata_hook_stage stage);
void strata_fw_stage_put(enum strata_hook_stage stage);

#endif /* _NET_FIREWALL_FIREWALL_H */
