/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firewall: rules in order at every hook, each a classic BPF program over
 * the packet, and what becomes of those that match.
 *
 * A rule is made once and never changes; a chain is the rules of one hook, a
 * set the chains of a namespace. A change makes a new set and replaces the old
 * one at once, or fails and leaves it alone. Rules that stay keep their counters.
 */
#ifndef _STRATA_FIREWALL_H
#define _STRATA_FIREWALL_H

#include <linux/filter.h>
#include <linux/if.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <strata/conntrack.h>
#include <strata/hook.h>

struct netlink_ext_ack;

#define STRATA_FW_RULES_MAX	4096	/* in a namespace */
#define STRATA_FW_INSNS_MAX	65536	/* in all their programs */
#define STRATA_FW_TEXT_MAX	2048	/* bytes of an expression */
#define STRATA_FW_COMMENT_MAX	127	/* bytes of a comment */
#define STRATA_FW_SET_NAME_MAX	31	/* bytes of a set's name */
#define STRATA_FW_SETS_MAX	256	/* named sets in a namespace */
#define STRATA_FW_ELEMENTS_MAX	65536	/* in one of them */

/**
 * enum strata_fw_action - what becomes of a packet that matches a rule
 * @STRATA_FW_ACCEPT: it may go on; no further rule of the chain is asked
 * @STRATA_FW_DROP: it is dropped
 * @STRATA_FW_LOG: whoever listens is told of it; the next rule is asked
 * @STRATA_FW_LIMIT: above the rate it is dropped, below the next rule is asked
 * @STRATA_FW_REJECT: it is dropped, and its sender is told
 * @STRATA_FW_SNAT: its connection's source becomes another; it may go on
 * @STRATA_FW_MASQUERADE: likewise, an address of the device that it leaves by
 * @STRATA_FW_DNAT: its destination becomes another; it may go on
 * @STRATA_FW_REDIRECT: likewise, an address of the device that it came by
 * @STRATA_FW_ACTIONS: how many there are
 */
enum strata_fw_action {
	STRATA_FW_ACCEPT,
	STRATA_FW_DROP,
	STRATA_FW_LOG,
	STRATA_FW_LIMIT,
	STRATA_FW_REJECT,
	STRATA_FW_SNAT,
	STRATA_FW_MASQUERADE,
	STRATA_FW_DNAT,
	STRATA_FW_REDIRECT,
	STRATA_FW_ACTIONS
};

/**
 * enum strata_fw_reject - how its sender is told
 * @STRATA_FW_REJECT_AUTO: TCP by a RST, else as a closed port
 * @STRATA_FW_REJECT_TCP_RESET: TCP by a RST, all else not at all
 * @STRATA_FW_REJECT_PORT: by an ICMP error: port unreachable
 * @STRATA_FW_REJECT_HOST: host unreachable
 * @STRATA_FW_REJECT_NET: no route
 * @STRATA_FW_REJECT_ADMIN: administratively prohibited
 * @STRATA_FW_REJECTS: how many there are
 */
enum strata_fw_reject {
	STRATA_FW_REJECT_AUTO,
	STRATA_FW_REJECT_TCP_RESET,
	STRATA_FW_REJECT_PORT,
	STRATA_FW_REJECT_HOST,
	STRATA_FW_REJECT_NET,
	STRATA_FW_REJECT_ADMIN,
	STRATA_FW_REJECTS
};

/**
 * enum strata_fw_set_type - what is in a named set
 * @STRATA_FW_PREFIX: prefixes of both families
 * @STRATA_FW_PORT: ports and ranges of them
 * @STRATA_FW_PREFIX_PORT: prefixes, each with a port
 * @STRATA_FW_SET_TYPES: how many there are
 */
enum strata_fw_set_type {
	STRATA_FW_PREFIX,
	STRATA_FW_PORT,
	STRATA_FW_PREFIX_PORT,
	STRATA_FW_SET_TYPES
};

/**
 * enum strata_fw_field - what of a packet is looked for in a named set
 * @STRATA_FW_SRC: its source; its port too in a set with ports
 * @STRATA_FW_DST: its destination, likewise
 * @STRATA_FW_SPORT: the source's port
 * @STRATA_FW_DPORT: the destination's
 * @STRATA_FW_FIELDS: how many there are
 */
enum strata_fw_field {
	STRATA_FW_SRC,
	STRATA_FW_DST,
	STRATA_FW_SPORT,
	STRATA_FW_DPORT,
	STRATA_FW_FIELDS
};

struct strata_fw_named;

/**
 * struct strata_fw_rate - how much a limit lets through
 * @rate: packets or bytes in each period
 * @period: seconds
 * @burst: packets or bytes that may come at once
 * @bytes: bytes are counted, not packets
 */
struct strata_fw_rate {
	u64 rate;
	u32 period;
	u32 burst;
	bool bytes;
};

/**
 * struct strata_fw_limit - a rate that is watched (GCRA, ITU-T I.371 annex A)
 * @rate: as it was given
 * @cost: of one packet or byte, nanoseconds in 2^-16
 * @tolerance: how far it may run ahead, nanoseconds
 * @arrival: theoretical arrival time of the next one, ktime_get() nanoseconds;
 *	written only by packets that conform
 */
struct strata_fw_limit {
	struct strata_fw_rate rate;
	u64 cost;
	u64 tolerance;
	atomic64_t arrival;
};

/* What went through a rule or a chain; per CPU. Of segments that travel as one,
 * each is a packet.
 */
struct strata_fw_counter {
	u64 packets;
	u64 bytes;
};

/**
 * struct strata_fw_devices - the devices that a packet must come by
 * @in: name of the one it came in on; "": any; a "*" at the end: those that
 *	begin so
 * @out: of the one it goes out of
 * @bridge: of the bridge
 */
struct strata_fw_devices {
	char in[IFNAMSIZ];
	char out[IFNAMSIZ];
	char bridge[IFNAMSIZ];
};

/**
 * struct strata_fw_rule - one rule
 * @users: chains that have it, and whoever made it
 * @handle: its name in the namespace
 * @stage: the hook it is for
 * @action: what becomes of packets that match
 * @devices: that they must come by
 * @states: that they must have, a bit for each &enum strata_ct_state
 * @reject: of STRATA_FW_REJECT
 * @nat: of STRATA_FW_SNAT and those behind
 * @sets: that fields of it must be in; NULL: any will do. Referenced
 * @set_not: those that it must not be in, a bit for each field
 * @limit: of STRATA_FW_LIMIT, of how much STRATA_FW_LOG tells, and of how many
 *	RSTs STRATA_FW_REJECT sends
 * @counter: what matched
 * @expression: what @program was compiled from, for people
 * @comment: "" if there is none
 * @sees_tag: @program finds a frame's VLAN tag where it is on the wire; others
 *	find the frame as if it had none
 * @length: of @program, instructions
 * @program: classic BPF; 0 means no match. What the accumulator, the index and
 *	the scratch memory hold at its beginning is not known
 *
 * Immutable but for the limit's state and the counters.
 */
struct strata_fw_rule {
	refcount_t users;
	u32 handle;
	enum strata_hook_stage stage;
	enum strata_fw_action action;
	struct strata_fw_devices devices;
	u8 states;
	enum strata_fw_reject reject;
	struct strata_ct_nat_range nat;
	struct strata_fw_named *sets[STRATA_FW_FIELDS];
	u8 set_not;
	struct strata_fw_limit limit;
	struct strata_fw_counter __percpu *counter;
	const char *expression;
	const char *comment;
	bool sees_tag;
	unsigned int length;
	struct sock_filter program[];
};

/**
 * struct strata_fw_config - what a rule is made from
 * @stage: as in &struct strata_fw_rule, like the others
 * @action: likewise
 * @devices: likewise
 * @states: likewise; 0: any
 * @reject: likewise
 * @nat: likewise
 * @sets: likewise; borrowed
 * @set_not: likewise
 * @rate: of STRATA_FW_LIMIT
 * @expression: likewise; copied
 * @comment: likewise; copied
 * @sees_tag: likewise
 * @length: likewise
 * @program: likewise; copied
 */
struct strata_fw_config {
	enum strata_hook_stage stage;
	enum strata_fw_action action;
	struct strata_fw_devices devices;
	u8 states;
	enum strata_fw_reject reject;
	struct strata_ct_nat_range nat;
	struct strata_fw_named *sets[STRATA_FW_FIELDS];
	u8 set_not;
	struct strata_fw_rate rate;
	const char *expression;
	const char *comment;
	bool sees_tag;
	unsigned int length;
	const struct sock_filter *program;
};

struct strata_fw_rule *strata_fw_rule_create(const struct strata_fw_config *config,
					     struct netlink_ext_ack *extack);
void strata_fw_rule_put(struct strata_fw_rule *rule);
void strata_fw_counter_read(const struct strata_fw_counter __percpu *counter,
			    struct strata_fw_counter *sum);

/**
 * struct strata_fw_change - a new set, from the present one
 * @stages: the chains that lose all their rules first, a bit each
 * @policies: the chains whose policy is set, a bit each
 * @policy: of those
 * @rules: to add, in order; each gets a handle
 * @count: of @rules
 * @at: the first one's place in its chain, from 1; 0: at the end
 * @remove: handle of a rule to remove; 0: none
 */
struct strata_fw_change {
	unsigned long stages;
	unsigned long policies;
	enum strata_verdict policy[STRATA_HOOK_STAGES];
	struct strata_fw_rule **rules;
	unsigned int count;
	unsigned int at;
	u32 remove;
};

int strata_fw_change(struct strata_net *sn,
		     const struct strata_fw_change *change,
		     struct netlink_ext_ack *extack);

void strata_fw_lock(struct strata_net *sn);
void strata_fw_unlock(struct strata_net *sn);

/* What is there. Context: strata_fw_lock() held. */
const struct strata_fw_rule *
strata_fw_rule_at(const struct strata_net *sn, enum strata_hook_stage stage,
		  unsigned int index);
enum strata_verdict strata_fw_policy(const struct strata_net *sn,
				     enum strata_hook_stage stage);
void strata_fw_policy_count(const struct strata_net *sn,
			    enum strata_hook_stage stage,
			    struct strata_fw_counter *sum);

/* ------- named sets ------- */

/**
 * struct strata_fw_element - of a named set
 * @addr: of a prefix, masked, 128-bit form
 * @plen: its length, 128-bit form
 * @first: port, host order; without ports 0
 * @last: of a range; else as @first
 */
struct strata_fw_element {
	struct in6_addr addr;
	u16 first;
	u16 last;
	u16 plen;
};

/* What becomes of the elements of a change: they come, they go, or they are all
 * that there is.
 */
enum strata_fw_set_how {
	STRATA_FW_SET_ADD,
	STRATA_FW_SET_DEL,
	STRATA_FW_SET_REPLACE,
};

/**
 * struct strata_fw_set_change - of a named set's elements
 * @how: what becomes of them
 * @type: of the set that they can be in
 * @elements: which
 * @count: of @elements
 */
struct strata_fw_set_change {
	enum strata_fw_set_how how;
	enum strata_fw_set_type type;
	const struct strata_fw_element *elements;
	unsigned int count;
};

/**
 * struct strata_fw_set_info - a named set, for people
 * @name: its name; good until strata_fw_unlock()
 * @type: what is in it
 * @count: how many elements
 * @rules: that ask it
 */
struct strata_fw_set_info {
	const char *name;
	enum strata_fw_set_type type;
	unsigned int count;
	unsigned int rules;
};

int strata_fw_named_create(struct strata_net *sn, const char *name,
			   enum strata_fw_set_type type,
			   struct netlink_ext_ack *extack);
int strata_fw_named_destroy(struct strata_net *sn, const char *name,
			    struct netlink_ext_ack *extack);
int strata_fw_named_change(struct strata_net *sn, const char *name,
			   const struct strata_fw_set_change *change,
			   struct netlink_ext_ack *extack);
struct strata_fw_named *strata_fw_named_get(struct strata_net *sn,
					    const char *name,
					    struct netlink_ext_ack *extack);
void strata_fw_named_put(struct strata_fw_named *named);
const char *strata_fw_named_name(const struct strata_fw_named *named);
enum strata_fw_set_type
strata_fw_named_type(const struct strata_fw_named *named);
bool strata_fw_named_at(const struct strata_net *sn, unsigned int index,
			struct strata_fw_set_info *info);
bool strata_fw_named_next(const struct strata_net *sn, const char *name,
			  bool first, struct strata_fw_element *value);

/**
 * struct strata_fw_log_ops - who wants to be told of logged packets
 * @log: a packet of a rule with STRATA_FW_LOG; @skb is not owned, its data is
 *	at the stage's header. Required. Runs in: softirq or process, RCU
 */
struct strata_fw_log_ops {
	void (*log)(const struct strata_hook_state *state,
		    const struct strata_fw_rule *rule,
		    const struct sk_buff *skb);
};

int strata_fw_log_register(const struct strata_fw_log_ops *ops);
void strata_fw_log_unregister(const struct strata_fw_log_ops *ops);

int strata_fw_init(void);
void strata_fw_exit(void);

#endif /* _STRATA_FIREWALL_H */
