// SPDX-License-Identifier: GPL-2.0
/* genl_info_dump(): a dump has a struct genl_info */
#include <net/genetlink.h>

struct nlattr **probe(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}
