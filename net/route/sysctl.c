// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace's administrator may set about routes.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <strata/sysctl.h>
#include "table.h"

#define ALGO_NAME_MAX	32

/* Written: another algorithm, with all routes. Read: the present one. */
static int fib_algo_handler(STRATA_SYSCTL_TABLE *table, int write, void *buffer,
			    size_t *length, loff_t *position)
{
	struct strata_net *sn = table->data;
	char name[ALGO_NAME_MAX];
	struct ctl_table own = { .data = name, .maxlen = sizeof(name) };
	int err;

	mutex_lock(&sn->config);
	strscpy(name, strata_table_main(sn->route)->algo->name, sizeof(name));
	mutex_unlock(&sn->config);
	err = proc_dostring(&own, write, buffer, length, position);
	if (err || !write)
		return err;
	mutex_lock(&sn->config);
	err = strata_table_switch(sn, name, NULL);
	mutex_unlock(&sn->config);
	return err;
}

/* Sockets that have chosen by the old one choose again. */
static int hash_policy_handler(STRATA_SYSCTL_TABLE *table, int write,
			       void *buffer, size_t *length, loff_t *position)
{
	struct strata_net *sn = table->data;
	u8 policy = READ_ONCE(sn->route->hash_policy);
	unsigned int min = STRATA_HASH_L3, max = STRATA_HASH_L4;
	struct ctl_table own = {
		.data = &policy,
		.maxlen = sizeof(policy),
		.extra1 = &min,
		.extra2 = &max,
	};
	int err;

	err = proc_dou8vec_minmax(&own, write, buffer, length, position);
	if (err || !write)
		return err;
	WRITE_ONCE(sn->route->hash_policy, policy);
	strata_net_changed(sn);
	return 0;
}

static const struct ctl_table route_table[] = {
	{
		.procname = "fib_algo",
		.mode = 0644,
		.proc_handler = fib_algo_handler,
	},
	{
		.procname = "fib_multipath_hash_policy",
		.mode = 0644,
		.proc_handler = hash_policy_handler,
	},
	{ }
};

/**
 * strata_route_sysctl_register() - give a namespace its settings
 * @sn: the namespace's stack
 *
 * Context: process. Return: for strata_sysctl_unregister(), NULL: no memory.
 */
struct ctl_table_header *strata_route_sysctl_register(struct strata_net *sn)
{
	return strata_sysctl_register(sn, route_table, sizeof(route_table), sn);
}
