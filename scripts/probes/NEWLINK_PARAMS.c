// SPDX-License-Identifier: GPL-2.0
/* rtnl_link_ops.newlink takes a struct rtnl_newlink_params * */
#include <net/rtnetlink.h>

int probe(struct rtnl_link_ops *ops, struct net_device *dev,
	  struct rtnl_newlink_params *params, struct netlink_ext_ack *extack)
{
	return ops->newlink(dev, params, extack);
}
