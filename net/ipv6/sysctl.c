// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace's administrator may set about IPv6.
 */
#include <linux/module.h>
#include <linux/sysctl.h>
#include <strata/sysctl.h>
#include "ipv6.h"

/* @table->data is the offset of strata_ipv6_net.temp.use, made an address. What
 * is asked for is made at once.
 */
static int use_tempaddr_handler(STRATA_SYSCTL_TABLE *table, int write,
				void *buffer, size_t *length, loff_t *position)
{
	struct strata_ipv6_net *net6 = container_of(table->data,
						    struct strata_ipv6_net,
						    temp.use);
	int err = proc_dou8vec_minmax(table, write, buffer, length, position);

	if (err || !write)
		return err;
	strata_addr_prefer_temporary(net6->sn, READ_ONCE(net6->temp.use) ==
					       STRATA_TEMP_PREFER);
	strata_follow_soon(net6->sn);
	return 0;
}

static const struct ctl_table ipv6_table[] = {
	{
		.procname = "use_tempaddr",
		.data = (void *)offsetof(struct strata_ipv6_net, temp.use),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = use_tempaddr_handler,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,	/* STRATA_TEMP_PREFER */
	},
	{
		.procname = "temp_valid_lft",
		.data = (void *)offsetof(struct strata_ipv6_net, temp.valid_s),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ONE,
	},
	{
		.procname = "temp_prefered_lft",
		.data = (void *)offsetof(struct strata_ipv6_net,
					 temp.preferred_s),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ONE,
	},
	{
		.procname = "max_desync_factor",
		.data = (void *)offsetof(struct strata_ipv6_net,
					 temp.max_desync_s),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
	{ }
};

/**
 * strata_ipv6_sysctl_init() - give a namespace its settings
 * @sn: the namespace's stack, with its IPv6 part
 *
 * Context: process, may sleep. Return: 0 or -ENOMEM.
 */
int strata_ipv6_sysctl_init(struct strata_net *sn)
{
	sn->ipv6->sysctls = strata_sysctl_register(sn, ipv6_table,
						   sizeof(ipv6_table),
						   sn->ipv6);
	return sn->ipv6->sysctls ? 0 : -ENOMEM;
}

/**
 * strata_ipv6_sysctl_exit() - undo strata_ipv6_sysctl_init()
 * @sn: the namespace's stack
 *
 * Context: process, may sleep.
 */
void strata_ipv6_sysctl_exit(struct strata_net *sn)
{
	strata_sysctl_unregister(sn->ipv6->sysctls);
}
