// SPDX-License-Identifier: GPL-2.0
/*
 * Which links take labelled packets. None does by itself: whoever is on the cable
 * could have packets sent anywhere, past every route and rule (RFC 5920 4.1).
 */
#include <linux/module.h>
#include <strata/visibility.h>
#include "mpls.h"

/**
 * strata_mpls_switch() - take labelled packets from a link, or no more
 * @mn: the namespace's links
 * @link: which
 * @on: take them
 *
 * Context: process, strata_net.config held. Return: 0 or -ENOMEM.
 */
int strata_mpls_switch(struct mpls_net *mn, const struct strata_link *link,
		       bool on)
{
	if (on)
		return xa_err(xa_store(&mn->inputs, link->ifindex,
				       xa_mk_value(1), GFP_KERNEL));
	xa_erase(&mn->inputs, link->ifindex);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mpls_switch);

/* Context: process, RTNL and strata_net.config held. */
static int link_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct strata_link *link = ptr;
	struct mpls_net *mn = strata_mpls_net(link->sn);

	if (event == STRATA_LINK_DETACHING) {
		strata_mpls_switch(mn, link, false);
		strata_mpls_flush(mn, link);
	}
	return NOTIFY_DONE;
}

struct notifier_block strata_mpls_links = {
	.notifier_call = link_event,
};
