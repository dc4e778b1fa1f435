// SPDX-License-Identifier: GPL-2.0
/* modules can register drop reasons of their own */
#include <linux/skbuff.h>
#include <net/dropreason.h>

void probe(struct drop_reason_list *list)
{
	drop_reasons_register_subsys(1, list);
}
