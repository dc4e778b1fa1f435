/* SPDX-License-Identifier: GPL-2.0 */
/*
 * strata firewall: what its files share.
 *
 * firewall.c has the commands, rule.c reads and writes a rule in words,
 * firewall_show.c shows what there is, firewall_log.c what the rules log,
 * firewall_set.c has the named sets.
 */
#ifndef STRATA_FIREWALL_H
#define STRATA_FIREWALL_H

#include "arg.h"
#include "netlink.h"

#define FIREWALL_TABLES	2
#define FIREWALL_STAGES	5	/* of each table */
#define FIREWALL_CHAINS	(FIREWALL_TABLES * FIREWALL_STAGES)
#define FIREWALL_FIELDS	4	/* that may be in a named set */
#define ALL_CHAINS	((1U << FIREWALL_CHAINS) - 1)

/**
 * struct rate - of a limit
 * @rate: packets or bytes in each @period
 * @period: seconds
 * @burst: packets or bytes
 * @bytes: they are bytes
 */
struct rate {
	uint64_t rate;
	uint32_t period;
	uint32_t burst;
	bool bytes;
};

/**
 * struct rule - as it is written
 * @chain: table and stage, as enum strata_nl_rule_stage counts them
 * @action: enum strata_nl_rule_action
 * @in: device or NULL, as @out and @bridge
 * @expression: "" matches everything
 * @comment: or NULL
 * @states: enum strata_nl_rule_state as bits, 0: any
 * @reject: enum strata_nl_rule_reject
 * @nat: what an address becomes; AF_UNSPEC: nothing was said
 * @port: what a port becomes, 0: nothing was said
 * @port_last: of a range
 * @sets: names of those that the source, the destination and their ports must be
 *	in, or NULL
 * @set_not: those that they must not be in, as bits
 * @at: place in the chain, 0: the end
 * @rate: of a limit
 */
struct rule {
	unsigned int chain;
	int action;
	const char *in;
	const char *out;
	const char *bridge;
	const char *expression;
	const char *comment;
	uint8_t states;
	uint8_t reject;
	struct prefix nat;
	uint16_t port;
	uint16_t port_last;
	const char *sets[FIREWALL_FIELDS];
	uint8_t set_not;
	uint32_t at;
	struct rate rate;
};

extern const char *const firewall_actions[];

/* Each returns the exit status, having said what is wrong. */
int arg_table(struct args *args, unsigned int *table);
int arg_chain(struct args *args, unsigned int *chain);
/* "[ TABLE [ STAGE ] ]" as bits; nothing: all of them. */
int arg_chains(struct args *args, uint32_t *chains);
int arg_rule(struct args *args, struct rule *rule);
/* Compiles the expression and puts the whole rule into @request. */
int rule_put(struct args *args, const struct rule *rule,
	     struct nlmsghdr *request);
/* "tcp-reset" and the like, or ""; " src @NAME" and the like. */
/* " to 192.0.2.1 port 1024-2047", or "". */
const char *nat_text(const struct nl_row *row, char *text, size_t size);
bool parse_ports(const char *word, uint16_t *first, uint16_t *last);
const char *reject_text(const struct nl_row *row);
const char *sets_text(const struct nl_row *row, char *text, size_t size);
/* "new,established", or ""; returns @text. */
const char *states_text(const struct nl_row *row, char *text, size_t size);
/* "100/second" or "10mbit"; returns @text. */
const char *rate_text(const struct nl_row *row, char *text, size_t size);
const char *table_of(unsigned int chain);
const char *stage_of(unsigned int chain);
/* " in p1", or nothing if it has no name. */
void print_named(const char *word, const char *name);
/* Prints the words that arg_rule() would read, without table and stage. */
void rule_print(const struct nl_row *row);

int firewall_show(struct args *args);
int firewall_save(struct args *args);
int firewall_monitor(struct args *args);
int firewall_set(struct args *args);

#endif /* STRATA_FIREWALL_H */
