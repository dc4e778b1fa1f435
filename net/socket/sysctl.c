// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace's administrator may set about sockets.
 */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <strata/group.h>
#include "socket.h"

#define MEMBERSHIPS_DEFAULT	20	/* as net.ipv4.igmp_max_memberships */
#define SOURCES4_DEFAULT	10	/* as net.ipv4.igmp_max_msf */
#define SOURCES6_DEFAULT	64	/* as net.ipv6.mld_max_msf */

static const int memberships_max = STRATA_GROUP_MAX;
static const int sources_max = STRATA_GROUP_SOURCES_MAX;

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
	{
		.procname = "igmp_max_memberships",
		.data = (void *)offsetof(struct strata_socket_net, memberships_max),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = (void *)&memberships_max,
	},
	{
		.procname = "igmp_max_msf",
		.data = (void *)offsetof(struct strata_socket_net, sources_max[0]),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = (void *)&sources_max,
	},
	{
		.procname = "mld_max_msf",
		.data = (void *)offsetof(struct strata_socket_net, sources_max[1]),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = (void *)&sources_max,
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
	socket->memberships_max = MEMBERSHIPS_DEFAULT;
	socket->sources_max[0] = SOURCES4_DEFAULT;
	socket->sources_max[1] = SOURCES6_DEFAULT;
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
