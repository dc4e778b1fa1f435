// SPDX-License-Identifier: GPL-2.0
/* genl_family.pre_doit takes a struct genl_split_ops * */
#include <net/genetlink.h>

int probe(const struct genl_family *family, const struct genl_split_ops *ops,
	  struct sk_buff *skb, struct genl_info *info)
{
	return family->pre_doit(ops, skb, info);
}
