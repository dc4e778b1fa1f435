// SPDX-License-Identifier: GPL-2.0
/*
 * net.strata.ping_group_range: whose members may create ping sockets. Nobody's, at
 * first, as with the kernel's net.ipv4.ping_group_range.
 */
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/sysctl.h>
#include <strata/sysctl.h>
#include "ping.h"

/* What nobody is in; as it is shown, too. */
#define NOBODY_LOW	1
#define NOBODY_HIGH	0

static void groups_read(struct strata_ping_groups *groups, kgid_t *low,
			kgid_t *high)
{
	unsigned int seq;

	do {
		seq = read_seqbegin(&groups->lock);
		*low = groups->low;
		*high = groups->high;
	} while (read_seqretry(&groups->lock, seq));
}

static bool gid_within(kgid_t gid, kgid_t low, kgid_t high)
{
	return gid_lte(low, gid) && gid_lte(gid, high);
}

/**
 * strata_ping_permit() - strata_sock_proto.permit
 * @net: the namespace
 *
 * Context: process. Return: 0 or -EACCES.
 */
int strata_ping_permit(struct net *net)
{
	const struct cred *cred = current_cred();
	const struct group_info *info = cred->group_info;
	kgid_t low, high;
	int i;

	groups_read(&strata_net(net)->ping->groups, &low, &high);
	if (gid_within(cred->egid, low, high))
		return 0;
	for (i = 0; i < info->ngroups; i++)
		if (gid_within(info->gid[i], low, high))
			return 0;
	return -EACCES;
}

static void groups_write(struct strata_ping_groups *groups, kgid_t low,
			 kgid_t high)
{
	write_seqlock(&groups->lock);
	groups->low = low;
	groups->high = high;
	write_sequnlock(&groups->lock);
}

/* Groups are those of the namespace's own users. */
static int groups_set(struct strata_ping_groups *groups,
		      struct user_namespace *ns, const unsigned long gids[2])
{
	kgid_t low = make_kgid(ns, gids[0]);
	kgid_t high = make_kgid(ns, gids[1]);

	if (!gid_valid(low) || !gid_valid(high))
		return -EINVAL;
	if (gids[1] < gids[0]) {
		low = KGIDT_INIT(NOBODY_LOW);
		high = KGIDT_INIT(NOBODY_HIGH);
	}
	groups_write(groups, low, high);
	return 0;
}

static int groups_handler(STRATA_SYSCTL_TABLE *table, int write, void *buffer,
			  size_t *len, loff_t *pos)
{
	static unsigned long gid_min, gid_max = (gid_t)-2;
	struct strata_ping_net *pn = table->data;
	struct user_namespace *ns = current_user_ns();
	unsigned long gids[2];
	kgid_t low, high;
	struct ctl_table values = {
		.data = gids,
		.maxlen = sizeof(gids),
		.mode = table->mode,
		.extra1 = &gid_min,
		.extra2 = &gid_max,
	};
	int err;

	groups_read(&pn->groups, &low, &high);
	gids[0] = from_kgid_munged(ns, low);
	gids[1] = from_kgid_munged(ns, high);
	err = proc_doulongvec_minmax(&values, write, buffer, len, pos);
	return err || !write ? err : groups_set(&pn->groups, ns, gids);
}

static const struct ctl_table ping_table[] = {
	{
		.procname = "ping_group_range",
		.maxlen = 2 * sizeof(unsigned long),
		.mode = 0644,
		.proc_handler = groups_handler,
	},
	{ }
};

/**
 * strata_ping_sysctl_init() - give a namespace its setting
 * @sn: the namespace's stack, with its strata_ping_net
 *
 * Context: process, may sleep. Return: 0 or -ENOMEM.
 */
int strata_ping_sysctl_init(struct strata_net *sn)
{
	struct strata_ping_groups *groups = &sn->ping->groups;

	seqlock_init(&groups->lock);
	groups->low = KGIDT_INIT(NOBODY_LOW);
	groups->high = KGIDT_INIT(NOBODY_HIGH);
	sn->ping->header = strata_sysctl_register(sn, ping_table,
						  sizeof(ping_table), sn->ping);
	return sn->ping->header ? 0 : -ENOMEM;
}

/**
 * strata_ping_sysctl_exit() - undo strata_ping_sysctl_init()
 * @sn: the namespace's stack
 *
 * Context: process, may sleep.
 */
void strata_ping_sysctl_exit(struct strata_net *sn)
{
	strata_sysctl_unregister(sn->ping->header);
}
