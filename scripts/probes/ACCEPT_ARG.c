// SPDX-License-Identifier: GPL-2.0
/* proto_ops.accept takes a struct proto_accept_arg * */
#include <linux/net.h>

int probe(const struct proto_ops *ops, struct socket *sock, struct proto_accept_arg *arg)
{
	return ops->accept(sock, sock, arg);
}
