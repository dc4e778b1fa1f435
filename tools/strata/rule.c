// SPDX-License-Identifier: GPL-2.0
/*
 * A rule of the firewall in words: read, compiled, written.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "firewall.h"
#include "libpcap.h"
#include "show.h"

#define TABLE_CHAINS	((1U << FIREWALL_STAGES) - 1)
#define SNAPLEN		65535	/* bytes that an expression may look at */
#define BURST_PACKETS	5	/* where none is given */
#define BURST_BYTES	65536	/* likewise: a segmentation buffer */

static const char *const firewall_tables[FIREWALL_TABLES] = { "bridge", "ip" };
static const char *const firewall_stages[FIREWALL_STAGES] = {
	"prerouting", "input", "forward", "output", "postrouting",
};

static const char *const firewall_states[] = {
	"untracked", "new", "established", "related", "invalid",
};

const char *const firewall_actions[] = {
	[STRATA_RULE_ACTION_ACCEPT] = "accept",
	[STRATA_RULE_ACTION_DROP] = "drop",
	[STRATA_RULE_ACTION_LOG] = "log",
	[STRATA_RULE_ACTION_LIMIT] = "limit",
	[STRATA_RULE_ACTION_REJECT] = "reject",
	[STRATA_RULE_ACTION_SNAT] = "snat",
	[STRATA_RULE_ACTION_MASQUERADE] = "masquerade",
	[STRATA_RULE_ACTION_DNAT] = "dnat",
	[STRATA_RULE_ACTION_REDIRECT] = "redirect",
	NULL,
};

static const char *const firewall_rejects[] = {
	[STRATA_RULE_REJECT_AUTO] = "auto",
	[STRATA_RULE_REJECT_TCP_RESET] = "tcp-reset",
	[STRATA_RULE_REJECT_PORT] = "port",
	[STRATA_RULE_REJECT_HOST] = "host",
	[STRATA_RULE_REJECT_NET] = "net",
	[STRATA_RULE_REJECT_ADMIN] = "admin",
};

static const char *const firewall_fields[FIREWALL_FIELDS] = {
	"src", "dst", "sport", "dport",
};

/* ------- reading ------- */

static int find_word(const char *word, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; word && i < count; i++)
		if (word_matches(word, names[i]))
			return i;
	return -1;
}

int arg_table(struct args *args, unsigned int *table)
{
	int found = find_word(args_peek(args), firewall_tables, FIREWALL_TABLES);

	if (found < 0)
		return args_error(args, "a table is missing: bridge or ip");
	args_next(args);
	*table = found;
	return STATUS_OK;
}

int arg_chain(struct args *args, unsigned int *chain)
{
	unsigned int table;
	int stage;

	if (arg_table(args, &table) != STATUS_OK)
		return STATUS_USAGE;
	stage = find_word(args_peek(args), firewall_stages, FIREWALL_STAGES);
	if (stage < 0)
		return args_error(args, "a stage is missing: prerouting, input, forward, …");
	args_next(args);
	*chain = table * FIREWALL_STAGES + stage;
	return STATUS_OK;
}

int arg_chains(struct args *args, uint32_t *chains)
{
	unsigned int number;

	*chains = ALL_CHAINS;
	if (!args_peek(args))
		return STATUS_OK;
	if (args->next + 1 == args->count) {
		if (arg_table(args, &number) != STATUS_OK)
			return STATUS_USAGE;
		*chains = TABLE_CHAINS << (number * FIREWALL_STAGES);
		return STATUS_OK;
	}
	if (arg_chain(args, &number) != STATUS_OK)
		return STATUS_USAGE;
	*chains = 1U << number;
	return args_end(args, "TABLE and STAGE");
}

/* "100/second": packets; "10mbit": bytes. */
static bool parse_rate(const char *word, struct rate *rate)
{
	static const struct {
		const char *name;
		uint32_t seconds;
	} periods[] = {
		{ "/second", 1 }, { "/minute", 60 }, { "/hour", 3600 },
		{ "/day", 86400 },
	};
	static const struct {
		const char *name;
		uint64_t bits;
	} units[] = {
		{ "bit", 1 }, { "kbit", 1000 }, { "mbit", 1000000 },
		{ "gbit", 1000000000 },
	};
	unsigned long long number;
	size_t i;
	char *end;

	errno = 0;
	number = strtoull(word, &end, 10);
	if (!isdigit((unsigned char)*word) || errno || !number)
		return false;
	for (i = 0; i < ARRAY_SIZE(periods); i++) {
		if (strlen(end) > 1 && word_matches(end, periods[i].name)) {
			*rate = (struct rate){ number, periods[i].seconds,
					       BURST_PACKETS, false };
			return true;
		}
	}
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name) == 0 &&
		    number <= UINT64_MAX / units[i].bits &&
		    number * units[i].bits >= 8) {
			*rate = (struct rate){ number * units[i].bits / 8, 1,
					       BURST_BYTES, true };
			return true;
		}
	}
	return false;
}

static int arg_rate(struct args *args, struct rate *rate)
{
	const char *word = args_next(args);

	if (!word)
		return args_error(args, "the rate is missing, like 100/second or 10mbit");
	if (!parse_rate(word, rate))
		return args_error(args, "\"%s\" is no rate like 100/second, 6000/minute or 10mbit",
				  word);
	if (args_take(args, "burst"))
		return arg_u32(args, "the burst", 1, UINT32_MAX, &rate->burst);
	return STATUS_OK;
}

/* "new,established" */
static int arg_states(struct args *args, uint8_t *states)
{
	static const char known[] =
		"new, established, related, invalid or untracked";
	const char *word = args_next(args);

	*states = 0;
	if (!word)
		return args_error(args, "the states are missing: %s", known);
	do {
		size_t length = strcspn(word, ","), i;

		for (i = 0; i < ARRAY_SIZE(firewall_states); i++)
			if (length == strlen(firewall_states[i]) &&
			    !strncmp(word, firewall_states[i], length))
				break;
		if (i == ARRAY_SIZE(firewall_states))
			return args_error(args, "\"%s\" is no state: %s", word,
					  known);
		*states |= 1U << i;
		word += length;
	} while (*word++ == ',');
	return STATUS_OK;
}

static int arg_reject(struct args *args, uint8_t *reject)
{
	const char *word;

	*reject = STRATA_RULE_REJECT_AUTO;
	if (!args_take(args, "with"))
		return STATUS_OK;
	word = args_next(args);
	for (; word && *reject < ARRAY_SIZE(firewall_rejects); ++*reject)
		if (strcmp(word, firewall_rejects[*reject]) == 0)
			return STATUS_OK;
	return args_error(args, "with what? tcp-reset, port, host, net or admin");
}

/* "[ to ADDRESS ] [ port N[-M] ]" */
static int arg_nat(struct args *args, struct rule *rule)
{
	const char *word;

	if (args_take(args, "to") &&
	    arg_address(args, "the address", &rule->nat) != STATUS_OK)
		return STATUS_USAGE;
	if (!args_take(args, "port"))
		return STATUS_OK;
	word = args_next(args);
	if (word && parse_ports(word, &rule->port, &rule->port_last) &&
	    rule->port)
		return STATUS_OK;
	return args_error(args, "a port or a range of ports is missing, like 80 or 1024-2047");
}

/* "src [ not ] @NAME"; -1: it is something else. */
static int arg_set(struct args *args, struct rule *rule)
{
	unsigned int field;
	const char *word;

	for (field = 0; field < FIREWALL_FIELDS; field++)
		if (args_take(args, firewall_fields[field]))
			break;
	if (field == FIREWALL_FIELDS)
		return -1;
	if (rule->sets[field])
		return args_error(args, "one set for \"%s\"",
				  firewall_fields[field]);
	if (args_take(args, "not"))
		rule->set_not |= 1U << field;
	word = args_next(args);
	if (!word || *word != '@')
		return args_error(args, "the set's name is missing, like %s @NAME",
				  firewall_fields[field]);
	rule->sets[field] = word + 1;
	return STATUS_OK;
}

static int arg_comment(struct args *args, const char **comment)
{
	const char *word = args_next(args);

	if (!word || strlen(word) > 127)
		return args_error(args, "a comment has up to 127 bytes");
	if (strpbrk(word, "'\"\n"))
		return args_error(args, "a comment has no quotes and no line ends");
	*comment = word;
	return STATUS_OK;
}

static int take_action(struct args *args, struct rule *rule)
{
	int action;

	for (action = 0; firewall_actions[action]; action++)
		if (args_take(args, firewall_actions[action]))
			break;
	if (!firewall_actions[action])
		return -1;
	if (rule->action >= 0)
		return args_error(args, "a rule has one action");
	rule->action = action;
	if (action == STRATA_RULE_ACTION_LIMIT)
		return arg_rate(args, &rule->rate);
	if (action == STRATA_RULE_ACTION_REJECT)
		return arg_reject(args, &rule->reject);
	if (action >= STRATA_RULE_ACTION_SNAT)
		return arg_nat(args, rule);
	return STATUS_OK;
}

/* One part of a rule. */
static int arg_part(struct args *args, struct rule *rule)
{
	int status;

	if (args_take(args, "in"))
		return arg_device(args, &rule->in);
	if (args_take(args, "out"))
		return arg_device(args, &rule->out);
	if (args_take(args, "on"))
		return arg_device(args, &rule->bridge);
	if (args_take(args, "at"))
		return arg_u32(args, "the place", 1, UINT32_MAX, &rule->at);
	if (args_take(args, "state"))
		return arg_states(args, &rule->states);
	if (args_take(args, "comment"))
		return arg_comment(args, &rule->comment);
	status = arg_set(args, rule);
	if (status < 0)
		status = take_action(args, rule);
	if (status >= 0)
		return status;
	if (rule->expression)
		return args_unknown(args, "one expression, in quotes");
	rule->expression = args_next(args);
	/* It must be one word of one line when it is saved. */
	if (strpbrk(rule->expression, "\n\r") ||
	    (strchr(rule->expression, '\'') && strchr(rule->expression, '"')))
		return args_error(args, "an expression has no line ends and one kind of quotes");
	return STATUS_OK;
}

int arg_rule(struct args *args, struct rule *rule)
{
	*rule = (struct rule){ .action = -1 };
	if (arg_chain(args, &rule->chain) != STATUS_OK)
		return STATUS_USAGE;
	while (args_peek(args))
		if (arg_part(args, rule) != STATUS_OK)
			return STATUS_USAGE;
	if (rule->action < 0)
		return args_error(args, "the action is missing: accept, drop, reject, …");
	if (!rule->expression)
		rule->expression = "";
	return STATUS_OK;
}

/* ------- compiling ------- */

/* In names too, like my-vlan. */
static bool in_word(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("-_.", c));
}

/* libpcap compiles for what is on the wire, where a tag moves what is behind it:
 * an expression that does not ask for tags means frames with any.
 */
static bool asks_for_tag(const char *expression)
{
	static const char keyword[] = "vlan";
	const char *at = expression;

	while ((at = strstr(at, keyword))) {
		bool begins = at == expression || !in_word(at[-1]);

		at += strlen(keyword);
		if (begins && !in_word(*at))
			return true;
	}
	return false;
}

static int compile(struct args *args, const struct libpcap *pcap,
		   const struct rule *rule, struct bpf_program *program)
{
	bool bridge = rule->chain < FIREWALL_STAGES;
	pcap_t *handle = pcap->open_dead(bridge ? DLT_EN10MB : DLT_RAW, SNAPLEN);
	int status = STATUS_OK;

	if (!handle)
		return args_error(args, "out of memory");
	if (pcap->compile(handle, program, rule->expression, 1,
			  PCAP_NETMASK_UNKNOWN) != 0)
		status = args_error(args, "\"%s\": %s", rule->expression,
				    pcap->geterr(handle));
	pcap->close(handle);
	return status;
}

static void put_text(struct nlmsghdr *request, uint16_t type, const char *text)
{
	if (text)
		nl_put(request, type, text, strlen(text) + 1);
}

static void put_rate(struct nlmsghdr *request, const struct rate *rate)
{
	nl_put(request, STRATA_A_RULE_RATE, &rate->rate, sizeof(rate->rate));
	nl_put(request, STRATA_A_RULE_PERIOD, &rate->period,
	       sizeof(rate->period));
	nl_put(request, STRATA_A_RULE_BURST, &rate->burst, sizeof(rate->burst));
	if (rate->bytes)
		nl_put(request, STRATA_A_RULE_RATE_BYTES, NULL, 0);
}

static void put_sets(const struct rule *rule, struct nlmsghdr *request)
{
	unsigned int i;

	for (i = 0; i < FIREWALL_FIELDS; i++)
		put_text(request, STRATA_A_RULE_SRC_SET + i, rule->sets[i]);
	if (rule->set_not)
		nl_put(request, STRATA_A_RULE_SET_NOT, &rule->set_not,
		       sizeof(rule->set_not));
}

static void put_nat(const struct rule *rule, struct nlmsghdr *request)
{
	if (rule->nat.family != AF_UNSPEC)
		nl_put(request, STRATA_A_RULE_NAT_ADDRESS, rule->nat.bytes,
		       prefix_bytes(&rule->nat));
	if (!rule->port)
		return;
	nl_put(request, STRATA_A_RULE_NAT_PORT, &rule->port,
	       sizeof(rule->port));
	nl_put(request, STRATA_A_RULE_NAT_PORT_LAST, &rule->port_last,
	       sizeof(rule->port_last));
}

static void put_words(const struct rule *rule, struct nlmsghdr *request)
{
	uint8_t chain = rule->chain, action = rule->action;

	nl_put(request, STRATA_A_RULE_STAGE, &chain, sizeof(chain));
	nl_put(request, STRATA_A_RULE_ACTION, &action, sizeof(action));
	put_text(request, STRATA_A_RULE_IN, rule->in);
	put_text(request, STRATA_A_RULE_OUT, rule->out);
	put_text(request, STRATA_A_RULE_BRIDGE, rule->bridge);
	put_text(request, STRATA_A_RULE_EXPRESSION, rule->expression);
	put_text(request, STRATA_A_RULE_COMMENT, rule->comment);
	if (rule->at)
		nl_put(request, STRATA_A_RULE_AT, &rule->at, sizeof(rule->at));
	if (rule->states)
		nl_put(request, STRATA_A_RULE_STATES, &rule->states,
		       sizeof(rule->states));
	put_sets(rule, request);
	put_nat(rule, request);
	if (action == STRATA_RULE_ACTION_REJECT)
		nl_put(request, STRATA_A_RULE_REJECT, &rule->reject,
		       sizeof(rule->reject));
	if (action == STRATA_RULE_ACTION_LIMIT)
		put_rate(request, &rule->rate);
	if (rule->chain < FIREWALL_STAGES && asks_for_tag(rule->expression))
		nl_put(request, STRATA_A_RULE_SEES_TAG, NULL, 0);
}

int rule_put(struct args *args, const struct rule *rule,
	     struct nlmsghdr *request)
{
	const struct libpcap *pcap = libpcap_load(args);
	struct bpf_program program;
	struct nlattr *nest;

	if (!pcap || compile(args, pcap, rule, &program) != STATUS_OK)
		return STATUS_USAGE;
	nest = nl_nest(request, STRATA_A_RULESET_RULE);
	put_words(rule, request);
	nl_put(request, STRATA_A_RULE_PROGRAM, program.bf_insns,
	       program.bf_len * sizeof(*program.bf_insns));
	pcap->freecode(&program);
	if (nl_nest_end(request, nest))
		return STATUS_OK;
	return args_error(args, "too much for one request");
}

/* ------- writing ------- */

const char *rate_text(const struct nl_row *row, char *text, size_t size)
{
	unsigned long long rate = nl_number(row, STRATA_A_RULE_RATE);
	const char *period = "second";

	switch (nl_number(row, STRATA_A_RULE_PERIOD)) {
	case 60:
		period = "minute";
		break;
	case 3600:
		period = "hour";
		break;
	case 86400:
		period = "day";
		break;
	}
	if (row->attrs[STRATA_A_RULE_RATE_BYTES])
		snprintf(text, size, "%llubit", rate * 8);
	else
		snprintf(text, size, "%llu/%s", rate, period);
	return text;
}

const char *nat_text(const struct nl_row *row, char *text, size_t size)
{
	char address[SHOW_TEXT];
	size_t used = 0;

	*text = '\0';
	if (show_address(row, STRATA_A_RULE_NAT_ADDRESS, address))
		used = snprintf(text, size, " to %s", address);
	if (row->attrs[STRATA_A_RULE_NAT_PORT])
		used += snprintf(text + used, size - used, " port %llu",
				 nl_number(row, STRATA_A_RULE_NAT_PORT));
	if (row->attrs[STRATA_A_RULE_NAT_PORT_LAST])
		snprintf(text + used, size - used, "-%llu",
			 nl_number(row, STRATA_A_RULE_NAT_PORT_LAST));
	return text;
}

const char *reject_text(const struct nl_row *row)
{
	unsigned long long reject = nl_number(row, STRATA_A_RULE_REJECT);

	return reject ? show_name(firewall_rejects,
				  ARRAY_SIZE(firewall_rejects), reject) : "";
}

const char *sets_text(const struct nl_row *row, char *text, size_t size)
{
	unsigned long long not = nl_number(row, STRATA_A_RULE_SET_NOT);
	size_t used = 0;
	unsigned int i;

	*text = '\0';
	for (i = 0; i < FIREWALL_FIELDS; i++)
		if (row->attrs[STRATA_A_RULE_SRC_SET + i])
			used += snprintf(text + used, size - used, " %s %s@%s",
					 firewall_fields[i],
					 not & 1U << i ? "not " : "",
					 nl_text(row, STRATA_A_RULE_SRC_SET + i));
	return text;
}

const char *states_text(const struct nl_row *row, char *text, size_t size)
{
	unsigned long long states = nl_number(row, STRATA_A_RULE_STATES);
	size_t used = 0, i;

	*text = '\0';
	for (i = 0; i < ARRAY_SIZE(firewall_states); i++)
		if (states & 1ULL << i)
			used += snprintf(text + used, size - used, "%s%s",
					 used ? "," : "", firewall_states[i]);
	return text;
}

static void print_quoted(const char *text)
{
	char quote = strchr(text, '\'') ? '"' : '\'';

	printf("%c%s%c", quote, text, quote);
}

const char *table_of(unsigned int chain)
{
	return show_name(firewall_tables, FIREWALL_TABLES,
			 chain / FIREWALL_STAGES);
}

const char *stage_of(unsigned int chain)
{
	return firewall_stages[chain % FIREWALL_STAGES];
}

void print_named(const char *word, const char *name)
{
	if (!*name)
		return;
	printf(" %s ", word);
	if (strpbrk(name, "'\"# \t"))
		print_quoted(name);
	else
		printf("%s", name);
}

void rule_print(const struct nl_row *row)
{
	unsigned long long action = nl_number(row, STRATA_A_RULE_ACTION);
	const char *expression = nl_text(row, STRATA_A_RULE_EXPRESSION);
	const char *comment = nl_text(row, STRATA_A_RULE_COMMENT);
	char text[SHOW_TEXT], sets[2 * SHOW_TEXT];

	print_named("in", nl_text(row, STRATA_A_RULE_IN));
	print_named("out", nl_text(row, STRATA_A_RULE_OUT));
	print_named("on", nl_text(row, STRATA_A_RULE_BRIDGE));
	print_named("state", states_text(row, text, sizeof(text)));
	printf("%s ", sets_text(row, sets, sizeof(sets)));
	print_quoted(expression);
	printf(" %s", show_name(firewall_actions,
				STRATA_RULE_ACTION_REDIRECT + 1, action));
	printf("%s", nat_text(row, sets, sizeof(sets)));
	print_named("with", reject_text(row));
	if (action == STRATA_RULE_ACTION_LIMIT)
		printf(" %s burst %llu", rate_text(row, text, sizeof(text)),
		       nl_number(row, STRATA_A_RULE_BURST));
	if (*comment) {
		printf(" comment ");
		print_quoted(comment);
	}
}
