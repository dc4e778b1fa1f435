// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace's administrator may set about TCP.
 */
#include <linux/sysctl.h>
#include "tcp.h"

static const struct ctl_table tcp_table[] = {
	{
		.procname = "tcp_ecn",
		.data = (void *)offsetof(struct strata_tcp_net, ecn),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,
	},
	{
		.procname = "tcp_rst_guard",
		.data = (void *)offsetof(struct strata_tcp_net, rst_guard),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{ }
};

/**
 * strata_tcp_sysctl_init() - defaults, and their sysctls
 * @sn: new namespace's stack; its tables exist
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_sysctl_init(struct strata_net *sn)
{
	struct strata_tcp_net *tn = sn->tcp;

	tn->ecn = TCP_ECN_AGREE;
	tn->sysctls = strata_sysctl_register(sn, tcp_table, sizeof(tcp_table),
					     tn);
	return tn->sysctls ? 0 : -ENOMEM;
}

/**
 * strata_tcp_sysctl_exit() - undo strata_tcp_sysctl_init()
 * @sn: the namespace's stack
 *
 * Context: process.
 */
void strata_tcp_sysctl_exit(struct strata_net *sn)
{
	strata_sysctl_unregister(sn->tcp->sysctls);
}
