// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace's administrator may set about IPv4.
 */
#include <linux/module.h>
#include <linux/sysctl.h>
#include <strata/sysctl.h>
#include "ipv4.h"

static const struct ctl_table ipv4_table[] = {
	{
		.procname = "arp_probe",
		.data = (void *)offsetof(struct strata_ipv4_net, arp_probe),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "arp_defend",
		.data = (void *)offsetof(struct strata_ipv4_net, arp_defend),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,	/* STRATA_ARP_GIVE_UP */
	},
	{ }
};

/**
 * strata_ipv4_sysctl_init() - give a namespace its settings
 * @sn: the namespace's stack, with its IPv4 part
 *
 * Context: process, may sleep. Return: 0 or -ENOMEM.
 */
int strata_ipv4_sysctl_init(struct strata_net *sn)
{
	sn->ipv4->sysctls = strata_sysctl_register(sn, ipv4_table,
						   sizeof(ipv4_table),
						   sn->ipv4);
	return sn->ipv4->sysctls ? 0 : -ENOMEM;
}

/**
 * strata_ipv4_sysctl_exit() - undo strata_ipv4_sysctl_init()
 * @sn: the namespace's stack
 *
 * Context: process, may sleep.
 */
void strata_ipv4_sysctl_exit(struct strata_net *sn)
{
	strata_sysctl_unregister(sn->ipv4->sysctls);
}
