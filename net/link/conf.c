// SPDX-License-Identifier: GPL-2.0
/*
 * What a link does for each family: whether it forwards, what it asks of
 * sources, whether it tells senders of shorter ways.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sysctl.h>
#include "links.h"

#define CONF_ENTRY(family, member, most) { \
	.procname = "default_" #family "_" #member, \
	.data = (void *)offsetof(struct strata_link_net, family.member), \
	.maxlen = sizeof(u8), \
	.mode = 0644, \
	.proc_handler = proc_dou8vec_minmax, \
	.extra1 = SYSCTL_ZERO, \
	.extra2 = most, \
}

/* Of links that are attached later; those there are have their own. */
static const struct ctl_table conf_table[] = {
	CONF_ENTRY(ipv4, forwarding, SYSCTL_ONE),
	CONF_ENTRY(ipv4, rp_filter, SYSCTL_TWO),
	CONF_ENTRY(ipv4, redirects, SYSCTL_ONE),
	CONF_ENTRY(ipv6, forwarding, SYSCTL_ONE),
	CONF_ENTRY(ipv6, rp_filter, SYSCTL_TWO),
	CONF_ENTRY(ipv6, redirects, SYSCTL_ONE),
	{ }
};

/**
 * strata_link_conf_init() - a namespace's defaults, and their sysctls
 * @ln: zeroed but for @ln->sn
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_link_conf_init(struct strata_link_net *ln)
{
	ln->ipv4.redirects = true;
	ln->ipv6.redirects = true;
	ln->sysctls = strata_sysctl_register(ln->sn, conf_table,
					     sizeof(conf_table), ln);
	return ln->sysctls ? 0 : -ENOMEM;
}

/**
 * strata_link_conf_exit() - undo strata_link_conf_init()
 * @ln: the namespace's links
 *
 * Context: process.
 */
void strata_link_conf_exit(struct strata_link_net *ln)
{
	strata_sysctl_unregister(ln->sysctls);
}

/* What a device merged (LRO) cannot be taken apart again. */
static void conf_apply(struct strata_link *link)
{
	ASSERT_RTNL();
	if (link->ipv4.forwarding || link->ipv6.forwarding)
		dev_disable_lro(link->dev);
}

/**
 * strata_link_conf_default() - what a link does that nobody has configured
 * @link: new; nobody else sees it
 *
 * Context: process, RTNL held.
 */
void strata_link_conf_default(struct strata_link *link)
{
	if (link->flags & STRATA_LINK_LOOPBACK)
		return;
	link->ipv4 = link->sn->link->ipv4;
	link->ipv6 = link->sn->link->ipv6;
	conf_apply(link);
}

/* Each byte by itself: readers have no lock. */
static void conf_write(struct strata_link_conf *conf,
		       const struct strata_link_conf *want)
{
	WRITE_ONCE(conf->forwarding, want->forwarding);
	WRITE_ONCE(conf->rp_filter, want->rp_filter);
	WRITE_ONCE(conf->redirects, want->redirects);
}

/**
 * strata_link_configure() - change what a link does
 * @link: the link
 * @ipv4: what it shall do for IPv4
 * @ipv6: and for IPv6
 * @extack: says why not
 *
 * Context: process, RTNL and strata_net.config held.
 * Return: 0 or -EPERM (slo: nothing but our own comes in there).
 */
int strata_link_configure(struct strata_link *link,
			  const struct strata_link_conf *ipv4,
			  const struct strata_link_conf *ipv6,
			  struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&link->sn->config);
	if (link->flags & STRATA_LINK_LOOPBACK) {
		NL_SET_ERR_MSG(extack, STRATA_LINK_NAME " forwards nothing");
		return -EPERM;
	}
	conf_write(&link->ipv4, ipv4);
	conf_write(&link->ipv6, ipv6);
	conf_apply(link);
	strata_net_changed(link->sn);
	strata_link_event(link, STRATA_LINK_CONF);
	return 0;
}
EXPORT_SYMBOL_GPL(strata_link_configure);
