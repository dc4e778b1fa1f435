// SPDX-License-Identifier: GPL-2.0-only
/*
 * strata_nic: a virtual network card. Two of them are the ends of a cable.
 */
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "nic.h"

static int __init strata_nic_init(void)
{
	return rtnl_link_register(&strata_nic_link_ops);
}

static void __exit strata_nic_exit(void)
{
	rtnl_link_unregister(&strata_nic_link_ops);
}

module_init(strata_nic_init);
module_exit(strata_nic_exit);

MODULE_DESCRIPTION("Strata: virtual network card");
MODULE_LICENSE("GPL");
MODULE_VERSION(STRATA_NIC_VERSION);
MODULE_ALIAS_RTNL_LINK(STRATA_NIC_KIND);
