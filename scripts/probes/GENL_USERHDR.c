// SPDX-License-Identifier: GPL-2.0
/* struct genl_info has userhdr */
#include <net/genetlink.h>

void *probe(struct genl_info *info)
{
	return info->userhdr;
}
