// SPDX-License-Identifier: GPL-2.0
/* proto_ops has getsockopt_iter */
#include <linux/net.h>

void *probe(const struct proto_ops *ops)
{
	return ops->getsockopt_iter;
}
