/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables of commands, and finding the one that was meant.
 */
#ifndef STRATA_COMMAND_H
#define STRATA_COMMAND_H

#include "arg.h"

/**
 * struct command - a word of the command line
 * @name: in full; any beginning of it will do, the first match counts
 * @alias: another spelling, or NULL
 * @run: does it with the arguments that follow; returns the exit status
 * @usage: the arguments, for help; NULL: not listed
 */
struct command {
	const char *name;
	const char *alias;
	int (*run)(struct args *args);
	const char *usage;
};

/**
 * struct object - what a word after `strata` names
 * @name: as the user would write it, "addr"
 * @commands: ends with an empty entry; the first is taken without a word
 * @help: lines after the list of commands, or ""
 */
struct object {
	const char *name;
	const struct command *commands;
	const char *help;
};

bool word_matches(const char *word, const char *name);
bool is_help(const char *word);
const struct command *command_find(const struct command *commands,
				   const char *word);
int object_run(const struct object *object, struct args *args);

/* The objects, each in the file of its name. */
int link_main(struct args *args);
int address_main(struct args *args);
int route_main(struct args *args);
bool route_waits(const struct args *args);
int nexthop_main(struct args *args);
int policy_main(struct args *args);
int neighbour_main(struct args *args);
int group_main(struct args *args);
int mpls_main(struct args *args);
int bridge_main(struct args *args);
int firewall_main(struct args *args);
int conntrack_main(struct args *args);
int socket_main(struct args *args);
int stat_main(struct args *args);
int monitor_main(struct args *args);
int run_main(struct args *args);

#endif /* STRATA_COMMAND_H */
