// SPDX-License-Identifier: GPL-2.0
/*
 * What changes of links, addresses, routes, next hops and policy rules, for the
 * members of the group "config".
 *
 * Each change is told where it is made, after it took effect and under
 * strata_net.config, so the messages of a namespace are in the order of its
 * changes. Who misses one, for want of memory or of room in his socket, learns
 * of that by ENOBUFS.
 */
#include <linux/netlink.h>
#include <strata/fib.h>
#include <strata/nexthop.h>
#include <strata/rule.h>
#include "netlink.h"

static bool heard(const struct strata_net *sn)
{
	return genl_has_listeners(&strata_nl_family, sn->net,
				  STRATA_NL_GROUP_CONFIG);
}

static void event_lost(const struct strata_net *sn, int err)
{
	genl_set_err(&strata_nl_family, sn->net, 0, STRATA_NL_GROUP_CONFIG,
		     err);
}

/* For event_send(); NULL: those who listen know that they missed something. */
static struct sk_buff *event_begin(const struct strata_net *sn, u8 cmd,
				   int flags, void **header)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!skb) {
		event_lost(sn, -ENOBUFS);
		return NULL;
	}
	/* There is room for it in an empty message. */
	*header = genlmsg_put(skb, 0, 0, &strata_nl_family, flags, cmd);
	return skb;
}

static void event_send(const struct strata_net *sn, struct sk_buff *skb,
		       void *header, int err)
{
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		event_lost(sn, -ENOBUFS);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast_netns(&strata_nl_family, sn->net, skb, 0,
				STRATA_NL_GROUP_CONFIG, GFP_KERNEL);
}

static void link_tell(const struct strata_link *link, u8 cmd)
{
	struct sk_buff *skb;
	void *header;

	if (!heard(link->sn))
		return;
	skb = event_begin(link->sn, cmd, 0, &header);
	if (skb)
		event_send(link->sn, skb, header,
			   strata_nl_link_fill(skb, link));
}

static int link_event(struct notifier_block *nb, unsigned long event,
		      void *data)
{
	if (event != STRATA_LINK_DETACHING)
		link_tell(data, STRATA_CMD_LINK_NTF);
	return NOTIFY_DONE;
}

static int link_gone_event(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	if (event == STRATA_LINK_DETACHING)
		link_tell(data, STRATA_CMD_LINK_DEL_NTF);
	return NOTIFY_DONE;
}

static int addr_event(struct notifier_block *nb, unsigned long event,
		      void *data)
{
	const struct strata_addr *addr = data;
	const struct strata_net *sn = addr->link->sn;
	u8 cmd = event == STRATA_ADDR_REMOVED ? STRATA_CMD_ADDR_DEL_NTF :
						STRATA_CMD_ADDR_NTF;
	struct sk_buff *skb;
	void *header;

	if (!heard(sn))
		return NOTIFY_DONE;
	skb = event_begin(sn, cmd, 0, &header);
	if (skb)
		event_send(sn, skb, header, strata_nl_addr_fill(skb, addr));
	return NOTIFY_DONE;
}

static int route_event(struct notifier_block *nb, unsigned long event,
		       void *data)
{
	const struct strata_fib_entry *entry = data;
	const struct strata_net *sn = entry->route->link->sn;
	int flags = event == STRATA_ROUTE_REPLACED ? NLM_F_REPLACE : 0;
	u8 cmd = event == STRATA_ROUTE_REMOVED ? STRATA_CMD_ROUTE_DEL_NTF :
						 STRATA_CMD_ROUTE_NTF;
	struct strata_route route;
	struct sk_buff *skb;
	void *header;

	if (!heard(sn))
		return NOTIFY_DONE;
	skb = event_begin(sn, cmd, flags, &header);
	if (!skb)
		return NOTIFY_DONE;
	route = *entry->route;
	route.prefix = entry->prefix;
	route.plen = entry->plen;
	event_send(sn, skb, header, strata_nl_route_fill(skb, &route));
	return NOTIFY_DONE;
}

static int nexthop_event(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	const struct strata_nexthop_notice *notice = data;
	int flags = event == STRATA_NEXTHOP_REPLACED ? NLM_F_REPLACE : 0;
	u8 cmd = event == STRATA_NEXTHOP_REMOVED ?
			 STRATA_CMD_NEXTHOP_DEL_NTF : STRATA_CMD_NEXTHOP_NTF;
	struct sk_buff *skb;
	void *header;

	if (!heard(notice->sn))
		return NOTIFY_DONE;
	skb = event_begin(notice->sn, cmd, flags, &header);
	if (skb)
		event_send(notice->sn, skb, header,
			   strata_nl_nexthop_fill(skb, notice->spec));
	return NOTIFY_DONE;
}

static int rule_event(struct notifier_block *nb, unsigned long event,
		      void *data)
{
	const struct strata_rule_notice *notice = data;
	u8 cmd = event == STRATA_RULE_REMOVED ? STRATA_CMD_POLICY_DEL_NTF :
						STRATA_CMD_POLICY_NTF;
	struct sk_buff *skb;
	void *header;

	if (!heard(notice->sn))
		return NOTIFY_DONE;
	skb = event_begin(notice->sn, cmd, 0, &header);
	if (skb)
		event_send(notice->sn, skb, header,
			   strata_nl_policy_fill(skb, notice->rule));
	return NOTIFY_DONE;
}

/* A link comes before what the layers put on it, and goes after that. */
static struct notifier_block link_notifier = {
	.notifier_call = link_event,
	.priority = INT_MAX,
};

static struct notifier_block link_gone_notifier = {
	.notifier_call = link_gone_event,
	.priority = INT_MIN,
};

/* After those who decide whether a new address is ours at once. */
static struct notifier_block addr_notifier = {
	.notifier_call = addr_event,
	.priority = INT_MIN,
};

static struct notifier_block route_notifier = {
	.notifier_call = route_event,
};

static struct notifier_block nexthop_notifier = {
	.notifier_call = nexthop_event,
};

static struct notifier_block rule_notifier = {
	.notifier_call = rule_event,
};

/**
 * strata_nl_events_init() - tell of changes from now on
 *
 * Context: process, takes RTNL; the family is registered. Return: 0 or -errno.
 */
int strata_nl_events_init(void)
{
	int err = strata_link_notifier_register(&link_notifier);

	if (err)
		return err;
	err = strata_link_notifier_register(&link_gone_notifier);
	if (err)
		goto no_gone;
	err = strata_addr_notifier_register(&addr_notifier);
	if (err)
		goto no_addr;
	err = strata_route_notifier_register(&route_notifier);
	if (err)
		goto no_route;
	err = strata_nexthop_notifier_register(&nexthop_notifier);
	if (err)
		goto no_nexthop;
	err = strata_rule_notifier_register(&rule_notifier);
	if (err)
		goto no_rule;
	return 0;

no_rule:
	strata_nexthop_notifier_unregister(&nexthop_notifier);
no_nexthop:
	strata_route_notifier_unregister(&route_notifier);
no_route:
	strata_addr_notifier_unregister(&addr_notifier);
no_addr:
	strata_link_notifier_unregister(&link_gone_notifier);
no_gone:
	strata_link_notifier_unregister(&link_notifier);
	return err;
}

/**
 * strata_nl_events_exit() - undo strata_nl_events_init()
 *
 * Context: process, takes RTNL; the family is still registered.
 */
void strata_nl_events_exit(void)
{
	strata_rule_notifier_unregister(&rule_notifier);
	strata_nexthop_notifier_unregister(&nexthop_notifier);
	strata_route_notifier_unregister(&route_notifier);
	strata_addr_notifier_unregister(&addr_notifier);
	strata_link_notifier_unregister(&link_gone_notifier);
	strata_link_notifier_unregister(&link_notifier);
}
