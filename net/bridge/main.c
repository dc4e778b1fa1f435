// SPDX-License-Identifier: GPL-2.0
/*
 * The init ladder of net/bridge.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <strata/bridge.h>
#include "bridge.h"

/**
 * strata_bridge_init() - bridges can be made
 *
 * Context: module load, after net/core. Return: 0 or -errno.
 */
int strata_bridge_init(void)
{
	int err;

	err = strata_bridge_fdb_cache_create();
	if (err)
		return err;
	err = strata_bridge_event_init();
	if (err)
		goto no_event;
	err = rtnl_link_register(&strata_bridge_link_ops);
	if (err)
		goto no_link;
	return 0;

no_link:
	strata_bridge_event_exit();
no_event:
	strata_bridge_fdb_cache_destroy();
	return err;
}

/**
 * strata_bridge_exit() - delete every bridge and end
 *
 * Context: module unload.
 */
void strata_bridge_exit(void)
{
	rtnl_link_unregister(&strata_bridge_link_ops);
	strata_bridge_event_exit();
	strata_bridge_fdb_cache_destroy();
}

MODULE_ALIAS_RTNL_LINK(STRATA_BRIDGE_KIND);
