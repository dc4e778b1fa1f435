// SPDX-License-Identifier: GPL-2.0
/*
 * A chain: rules in order, in segments that each are one program.
 *
 * Most rules decide, so that the first one that matches is all there is to know:
 * as many of them as fit are joined. A segment ends behind a rule after which
 * the next one is asked (log, limit), and where other devices are named.
 *
 * Where rules ask for a packet's state there is a program for each state, of the
 * rules that are for it: a packet of an established connection does not come by
 * the rules about new ones, and no program reads the state.
 */
#include <linux/if_vlan.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "firewall.h"
#include "join.h"
#include "limit.h"

/* ------- asking ------- */

static bool name_matches(const struct strata_fw_name *name,
			 const struct net_device *dev)
{
	const unsigned long *other = (const unsigned long *)dev->name;
	unsigned long differs = 0;
	unsigned int i;

	BUILD_BUG_ON(offsetof(struct net_device, name) % sizeof(long));
	for (i = 0; i < ARRAY_SIZE(name->name); i++)
		differs |= (other[i] & name->mask[i]) ^ name->name[i];
	return !differs;
}

static bool device_matches(const struct strata_fw_name *name,
			   const struct net_device *dev)
{
	return !name->given || (dev && name_matches(name, dev));
}

static bool devices_match(const struct strata_fw_segment *segment,
			  const struct strata_hook_state *state)
{
	return device_matches(&segment->in, state->in) &&
	       device_matches(&segment->out, state->out) &&
	       device_matches(&segment->bridge, state->bridge);
}

/* The number of the first rule that matches, from 1; 0: none does. */
static __always_inline unsigned int
first_match(const struct strata_fw_segment *segment,
	    const struct strata_hook_state *state, struct sk_buff *skb,
	    struct strata_fw_fields *fields)
{
	const struct strata_fw_asker *asker = &segment->plain;

	if (unlikely(!segment->any) && !devices_match(segment, state))
		return 0;
	if (segment->sees_state)
		asker = &segment->state[strata_ct_state(skb)];
	else if (segment->sees_tag && skb_vlan_tag_present(skb))
		asker = &segment->tagged;
	if (segment->sets && (asker->sure || asker->prog) &&
	    !strata_fw_sets_match(segment->sets, skb, fields))
		return 0;
	if (asker->sure || !asker->prog)
		return asker->sure;
	return bpf_prog_run_pin_on_cpu(asker->prog, skb);
}

/* That a buffer is, or will be, on the wire. */
static unsigned int packets_of(const struct sk_buff *skb)
{
	return max_t(unsigned int, skb_shinfo(skb)->gso_segs, 1);
}

/* Return: true if the packet goes on to the next rule. */
static bool goes_on(struct strata_fw_rule *rule,
		    const struct strata_hook_state *state,
		    struct sk_buff *skb, enum strata_verdict *verdict)
{
	switch (rule->action) {
	case STRATA_FW_LOG:
		if (strata_fw_limit_conforms(&rule->limit, 1, skb->len,
					     ktime_get_ns()))
			strata_fw_log(state, rule, skb);
		return true;
	case STRATA_FW_LIMIT:
		if (strata_fw_limit_conforms(&rule->limit, packets_of(skb),
					     skb->len, ktime_get_ns()))
			return true;
		*verdict = STRATA_DROP;
		return false;
	case STRATA_FW_REJECT:
		strata_fw_reject(state, rule, skb);
		fallthrough;
	case STRATA_FW_DROP:
		*verdict = STRATA_DROP;
		return false;
	case STRATA_FW_SNAT:
	case STRATA_FW_MASQUERADE:
	case STRATA_FW_DNAT:
	case STRATA_FW_REDIRECT:
		return !strata_fw_translate(state, rule, skb, verdict);
	default:
		*verdict = STRATA_ACCEPT;
		return false;
	}
}

/**
 * strata_fw_chain_run() - what becomes of a packet
 * @chain: the stage's
 * @state: what is known of the packet
 * @skb: data at the stage's header; not owned
 *
 * Context: softirq or process, RCU.
 */
enum strata_verdict strata_fw_chain_run(const struct strata_fw_chain *chain,
					const struct strata_hook_state *state,
					struct sk_buff *skb)
{
	struct strata_fw_fields fields;
	enum strata_verdict verdict;
	unsigned int i, match;

	fields.known = false;

	for (i = 0; i < chain->segments; i++) {
		const struct strata_fw_segment *segment = &chain->segment[i];
		struct strata_fw_rule *rule;

		match = first_match(segment, state, skb, &fields);
		if (!match)
			continue;
		rule = chain->rules[segment->first + match - 1];
		strata_fw_count(rule->counter, packets_of(skb), skb->len);
		if (!goes_on(rule, state, skb, &verdict))
			return verdict;
	}
	strata_fw_count(chain->counter, packets_of(skb), skb->len);
	return chain->policy;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_chain_run);

/* ------- making ------- */

static bool decides(const struct strata_fw_rule *rule)
{
	return rule->action == STRATA_FW_ACCEPT ||
	       rule->action == STRATA_FW_DROP ||
	       rule->action == STRATA_FW_REJECT;
}

static bool asks_sets(const struct strata_fw_rule *rule)
{
	unsigned int i;

	for (i = 0; i < STRATA_FW_FIELDS; i++)
		if (rule->sets[i])
			return true;
	return false;
}

/* No program asks a named set: such a rule is a segment of its own. */
static bool joins(const struct strata_fw_rule *rule,
		  const struct strata_fw_rule *next)
{
	return decides(rule) && !asks_sets(rule) && !asks_sets(next);
}

static bool same_devices(const struct strata_fw_rule *a,
			 const struct strata_fw_rule *b)
{
	return !strcmp(a->devices.in, b->devices.in) &&
	       !strcmp(a->devices.out, b->devices.out) &&
	       !strcmp(a->devices.bridge, b->devices.bridge);
}

/* The whole name with its end, or what is before a "*". */
static void name_set(struct strata_fw_name *name, const char *text)
{
	size_t length = strlen(text);

	name->given = length;
	if (!length)
		return;
	length += text[length - 1] == '*' ? -1 : 1;
	memcpy(name->name, text, length);
	memset(name->mask, 0xff, length);
}

/**
 * struct making - a chain's rules on their way into segments
 * @chain: what is made
 * @parts: room for their programs
 * @program: room for a joined one
 */
struct making {
	struct strata_fw_chain *chain;
	struct strata_fw_part *parts;
	struct sock_filter *program;
};

static void asker_destroy(struct strata_fw_asker *asker)
{
	if (asker->prog)
		bpf_prog_destroy(asker->prog);
}

/* With an earlier state. */
static bool is_shared(const struct strata_fw_segment *segment,
		      unsigned int state)
{
	unsigned int i;

	for (i = 0; i < state; i++)
		if (segment->state[i].prog == segment->state[state].prog)
			return true;
	return false;
}

static void segment_destroy(struct strata_fw_segment *segment)
{
	unsigned int i;

	asker_destroy(&segment->plain);
	asker_destroy(&segment->tagged);
	for (i = 0; i < STRATA_CT_STATES; i++)
		if (!is_shared(segment, i))
			asker_destroy(&segment->state[i]);
}

/* The rules of a segment that are for one of @states, as parts. */
static unsigned int parts_of(struct making *making,
			     const struct strata_fw_segment *segment,
			     unsigned int states)
{
	unsigned int i, parts = 0;

	for (i = 0; i < segment->count; i++) {
		const struct strata_fw_rule *rule =
			making->chain->rules[segment->first + i];

		if (rule->states & states)
			making->parts[parts++] = (struct strata_fw_part)
				{ rule->program, rule->length, rule->sees_tag,
				  i + 1 };
	}
	return parts;
}

static bool matches_all(const struct strata_fw_part *part)
{
	return part->program[0].code == (BPF_RET | BPF_K) &&
	       part->program[0].k;
}

static int asker_create(struct making *making, struct strata_fw_asker *asker,
			unsigned int parts, enum strata_fw_view view)
{
	struct sock_fprog_kern fprog = { .filter = making->program };
	int length;

	if (parts && matches_all(&making->parts[0]))
		asker->sure = making->parts[0].number;
	if (!parts || asker->sure)
		return 0;
	length = strata_fw_join(making->program, BPF_MAXINSNS, making->parts,
				parts, view);
	if (length < 0)
		return length;
	fprog.len = length;
	return bpf_prog_create(&asker->prog, &fprog);
}

/* An earlier state with the same rules; @state itself: there is none. */
static unsigned int same_rules(const struct making *making,
			       const struct strata_fw_segment *segment,
			       unsigned int state)
{
	unsigned int other, i;

	for (other = 0; other < state; other++) {
		for (i = 0; i < segment->count; i++) {
			u8 states = making->chain->rules[segment->first + i]->states;

			if (!(states & BIT(state)) != !(states & BIT(other)))
				break;
		}
		if (i == segment->count)
			break;
	}
	return other;
}

static int states_create(struct making *making,
			 struct strata_fw_segment *segment)
{
	unsigned int state, same;
	int err = 0;

	for (state = 0; state < STRATA_CT_STATES && !err; state++) {
		same = same_rules(making, segment, state);
		if (same < state)
			segment->state[state] = segment->state[same];
		else
			err = asker_create(making, &segment->state[state],
					   parts_of(making, segment, BIT(state)),
					   STRATA_FW_VIEW_IP);
	}
	return err;
}

static int askers_create(struct making *making,
			 struct strata_fw_segment *segment, bool l2)
{
	unsigned int parts;
	int err;

	if (segment->sees_state)
		return states_create(making, segment);
	parts = parts_of(making, segment, STRATA_CT_ALL_STATES);
	err = asker_create(making, &segment->plain, parts,
			   l2 ? STRATA_FW_VIEW_ETHER : STRATA_FW_VIEW_IP);
	if (!err && segment->sees_tag)
		err = asker_create(making, &segment->tagged, parts,
				   STRATA_FW_VIEW_TAGGED);
	return err;
}

/* Makes one segment of @count rules from @first on. */
static int segment_fill(struct making *making,
			struct strata_fw_segment *segment, unsigned int first,
			unsigned int count)
{
	const struct strata_fw_rule *rule = making->chain->rules[first];
	const struct strata_fw_devices *devices = &rule->devices;
	unsigned int i;
	int err;

	*segment = (struct strata_fw_segment){ .first = first, .count = count };
	segment->sets = asks_sets(rule) ? rule : NULL;
	segment->any = !*devices->in && !*devices->out && !*devices->bridge;
	name_set(&segment->in, devices->in);
	name_set(&segment->out, devices->out);
	name_set(&segment->bridge, devices->bridge);
	for (i = first; i < first + count; i++) {
		rule = making->chain->rules[i];
		segment->sees_tag |= rule->sees_tag;
		segment->sees_state |= strata_fw_asks_state(rule);
	}
	err = askers_create(making, segment,
			    rule->stage < STRATA_HOOK_L3_PREROUTING);
	if (err)
		segment_destroy(segment);
	return err;
}

/* How many rules from @first on may be in one segment, and may fit. */
static unsigned int segment_reach(const struct strata_fw_chain *chain,
				  unsigned int first)
{
	unsigned int insns = chain->rules[first]->length, i = first;

	while (i + 1 < chain->count &&
	       joins(chain->rules[i], chain->rules[i + 1]) &&
	       same_devices(chain->rules[i], chain->rules[i + 1])) {
		insns += chain->rules[i + 1]->length;
		if (insns >= BPF_MAXINSNS)
			break;
		i++;
	}
	return i + 1 - first;
}

static int segments_fill(struct making *making)
{
	struct strata_fw_chain *chain = making->chain;
	unsigned int first = 0, count;
	int err;

	while (first < chain->count) {
		count = segment_reach(chain, first);
		do {
			err = segment_fill(making,
					   &chain->segment[chain->segments],
					   first, count);
			/* Each rule fits alone: it was asked when it was made. */
			if (err == -E2BIG && count > 1)
				count = DIV_ROUND_UP(count, 2);
			else if (err)
				return err;
		} while (err);
		chain->segments++;
		first += count;
	}
	return 0;
}

static int segments_create(struct strata_fw_chain *chain)
{
	struct making making = { .chain = chain };
	int err = -ENOMEM;

	making.parts = kvmalloc_array(chain->count, sizeof(*making.parts),
				      GFP_KERNEL);
	making.program = kvmalloc_array(BPF_MAXINSNS, sizeof(*making.program),
					GFP_KERNEL);
	if (making.parts && making.program)
		err = segments_fill(&making);
	kvfree(making.parts);
	kvfree(making.program);
	return err;
}

/**
 * strata_fw_chain_put() - let go of a chain
 * @chain: the chain, or NULL; no packet is inside if this is the last
 *
 * Context: any but hard interrupts.
 */
void strata_fw_chain_put(struct strata_fw_chain *chain)
{
	unsigned int i;

	if (!chain || !refcount_dec_and_test(&chain->users))
		return;
	for (i = 0; i < chain->segments; i++)
		segment_destroy(&chain->segment[i]);
	for (i = 0; i < chain->count; i++)
		strata_fw_rule_put(chain->rules[i]);
	free_percpu(chain->counter);
	kvfree(chain->segment);
	kvfree(chain->rules);
	kfree(chain);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_chain_put);

/**
 * strata_fw_chain_create() - make a chain
 * @policy: what becomes of packets that no rule decides about
 * @rules: of one stage, in order; the chain holds each of them too
 * @count: of @rules
 *
 * Context: process. Return: the chain, or ERR_PTR(-ENOMEM, -E2BIG).
 */
struct strata_fw_chain *strata_fw_chain_create(enum strata_verdict policy,
					       struct strata_fw_rule **rules,
					       unsigned int count)
{
	struct strata_fw_chain *chain;
	int err = -ENOMEM;

	chain = kzalloc(sizeof(*chain), GFP_KERNEL_ACCOUNT);
	if (!chain)
		return ERR_PTR(-ENOMEM);
	refcount_set(&chain->users, 1);
	chain->policy = policy;
	chain->counter = strata_fw_counter_alloc();
	chain->rules = kvmalloc_array(count, sizeof(*rules), GFP_KERNEL_ACCOUNT);
	chain->segment = kvcalloc(count, sizeof(*chain->segment),
				  GFP_KERNEL_ACCOUNT);
	if (chain->counter && chain->rules && chain->segment) {
		for (; chain->count < count; chain->count++)
			chain->rules[chain->count] =
				strata_fw_rule_get(rules[chain->count]);
		err = segments_create(chain);
	}
	if (!err)
		return chain;
	strata_fw_chain_put(chain);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_chain_create);
