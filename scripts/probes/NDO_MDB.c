// SPDX-License-Identifier: GPL-2.0
/* any device can have `bridge mdb` entries */
#include <linux/netdevice.h>

void probe(struct net_device_ops *ops)
{
	ops->ndo_mdb_dump = NULL;
}
