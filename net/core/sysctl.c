// SPDX-License-Identifier: GPL-2.0
/*
 * net.strata.*: what a namespace's administrator may set.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <strata/net.h>
#include <strata/sysctl.h>

/**
 * strata_sysctl_register() - settings of one namespace
 * @sn: the namespace's stack
 * @table: what they are; .data is the offset in @base. The last entry is an end
 *	mark: 6.1 wants one, later kernels are told the number
 * @size: of @table in bytes
 * @base: where they are kept; must stay until strata_sysctl_unregister()
 *
 * Context: process, may sleep. Return: NULL without memory.
 */
struct ctl_table_header *strata_sysctl_register(struct strata_net *sn,
						const struct ctl_table *table,
						size_t size, void *base)
{
	size_t count = size / sizeof(*table) - 1;
	struct ctl_table *own = kmemdup(table, size, GFP_KERNEL);
	struct ctl_table_header *header;
	size_t i;

	if (!own)
		return NULL;
	for (i = 0; i < count; i++)
		own[i].data += (uintptr_t)base;
	header = strata_register_net_sysctl(sn->net, "net/strata", own, count);
	if (!header)
		kfree(own);
	return header;
}
EXPORT_SYMBOL_GPL(strata_sysctl_register);

/**
 * strata_sysctl_unregister() - undo strata_sysctl_register()
 * @header: of the registration
 *
 * Context: process, may sleep. Nobody reads or writes @base when it returns.
 */
void strata_sysctl_unregister(struct ctl_table_header *header)
{
	const struct ctl_table *own = header->ctl_table_arg;

	unregister_net_sysctl_table(header);
	kfree(own);
}
EXPORT_SYMBOL_GPL(strata_sysctl_unregister);
