// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace's administrator may set about sockets.
 */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include "socket.h"

static const struct ctl_table socket_table[] = {
	{
		.procname = "unprivileged",
		.data = (void *)offsetof(struct strata_socket_net, unprivileged),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{ }
};

static int __net_init socket_net_init(struct net *net)
{
	struct strata_net *sn = strata_net(net);
	struct strata_socket_net *socket;

	socket = kzalloc(sizeof(*socket), GFP_KERNEL);
	if (!socket)
		return -ENOMEM;
	socket->header = strata_sysctl_register(sn, socket_table,
						sizeof(socket_table), socket);
	if (!socket->header) {
		kfree(socket);
		return -ENOMEM;
	}
	sn->socket = socket;
	return 0;
}

static void __net_exit socket_net_exit(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	strata_sysctl_unregister(sn->socket->header);
	kfree(sn->socket);
	sn->socket = NULL;
}

static struct pernet_operations socket_net_ops = {
	.init = socket_net_init,
	.exit = socket_net_exit,
};

/**
 * strata_socket_sysctl_init() - give each namespace its settings
 *
 * Context: module load. Return: 0 or -errno.
 */
int strata_socket_sysctl_init(void)
{
	return register_pernet_subsys(&socket_net_ops);
}

/**
 * strata_socket_sysctl_exit() - undo strata_socket_sysctl_init()
 *
 * Context: module unload, when no socket is left.
 */
void strata_socket_sysctl_exit(void)
{
	unregister_pernet_subsys(&socket_net_ops);
}
