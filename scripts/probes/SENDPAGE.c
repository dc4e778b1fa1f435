// SPDX-License-Identifier: GPL-2.0
/* proto_ops has sendpage */
#include <linux/net.h>

void *probe(const struct proto_ops *ops)
{
	return ops->sendpage;
}
